/* Rows that the daemon writes of itself. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "authd/audit/audit.h"

#define S_PER_MINUTE 60
#define US_PER_S 1000000

int32_t
audit_offset_min(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm local;

	return localtime_r(&seconds, &local) == NULL ? 0
						     : (int32_t)(local.tm_gmtoff / S_PER_MINUTE);
}

void
audit_own_row(struct audit_row *row_r, enum audit_class class, const char *event, const char *node,
	int64_t wall_us)
{
	audit_row_init(row_r, class, event);
	row_r->time_us = wall_us;
	row_r->first_us = wall_us;
	row_r->last_us = wall_us;
	row_r->offset_min = audit_offset_min(wall_us);
	AUDIT_TEXT(row_r->source, "local:warifud");
	AUDIT_TEXT(row_r->service, "warifud");
	AUDIT_TEXT(row_r->host, node);
	AUDIT_TEXT(row_r->node, node);
}

void
audit_damaged_row(struct audit_row *row_r, uint64_t seq, const char *node, int64_t wall_us)
{
	audit_own_row(row_r, AUDIT_SYSTEM, AUDIT_EVENT_DAMAGED, node, wall_us);
	row_r->result = AUDIT_FAILURE;
	AUDIT_TEXT(row_r->reason, "damaged");
	(void)snprintf(row_r->detail, sizeof(row_r->detail),
		"row %" PRIu64 " of the log cannot be read: it was changed or damaged; see 'warifu "
		"log verify'",
		seq);
}
