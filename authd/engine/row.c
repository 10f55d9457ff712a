/*
 * Audit rows of the engine: every field that the documents demand, from what is known of the
 * attempt.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "authd/engine/internal.h"

static int32_t
offset_minutes(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000);
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL)
		return 0;
	return (int32_t)(local.tm_gmtoff / 60);
}

/* Where it came from as the rules see it, and whether that is a fact. */
static void
fill_detail(struct audit_row *row, const struct asker *asker)
{
	static const char *const zones[] = {[ZONE_INTERNET] = "zone internet",
		[ZONE_INTERNAL] = "zone internal",
		[ZONE_CONSOLE] = "zone console"};
	char detail[64];

	(void)snprintf(detail, sizeof(detail), "%s%s", zones[asker->zone],
		       asker->trusted ? "" : "; claims of the peer unverified");
	AUDIT_TEXT(row->detail, detail);
}

void
row_fill(struct audit_row *row, struct engine *engine, const struct asker *asker,
	enum audit_class class, const char *event)
{
	audit_row_init(row, class, event);
	row->time_us = wf_clock_now(&engine->clock).wall_us;
	row->first_us = row->time_us;
	row->last_us = row->time_us;
	row->offset_min = offset_minutes(row->time_us);
	AUDIT_TEXT(row->host, asker->host[0] != '\0' ? asker->host : engine->config->node);
	AUDIT_TEXT(row->node, engine->config->node);
	AUDIT_TEXT(row->user, asker->user);
	AUDIT_TEXT(
		row->source, asker->source.text[0] != '\0' ? asker->source.text : "local:unknown");
	AUDIT_TEXT(row->service, asker->service);
	AUDIT_TEXT(row->machine, asker->nas[0] != '\0' ? asker->nas : asker->tty);
	AUDIT_TEXT(row->operator_name, asker->ruser);
	fill_detail(row, asker);
}

enum refusal_kind
refusal_kind(const struct asker *asker, bool known)
{
	if (!asker->trusted)
		return REFUSAL_CLAIMED;
	return known ? REFUSAL_ACCOUNT : REFUSAL_STRANGER;
}

void
row_outcome(struct audit_row *row, enum audit_result result, const char *reason, const char *rule)
{
	row->result = result;
	AUDIT_TEXT(row->reason, reason);
	AUDIT_TEXT(row->rule, rule);
}
