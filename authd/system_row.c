/* The daemon's own rows: start, stop, reload, clock. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "authd/daemon.h"
#include "common/say.h"

void
system_row_fill(struct daemon *daemon, struct audit_row *row, enum audit_class class, const char *event, const char *detail)
{
	time_t seconds;
	struct tm local = {0};

	audit_row_init(row, class, event);
	row->time_us = wf_clock_now(&daemon->clock).wall_us;
	row->first_us = row->time_us;
	row->last_us = row->time_us;
	seconds = (time_t)(row->time_us / 1000000);
	if (localtime_r(&seconds, &local) != NULL)
		row->offset_min = (int32_t)(local.tm_gmtoff / 60);
	row->result = AUDIT_NEUTRAL;
	AUDIT_TEXT(row->source, "local:warifud");
	AUDIT_TEXT(row->service, "warifud");
	AUDIT_TEXT(row->host, daemon->live->config->node);
	AUDIT_TEXT(row->node, daemon->live->config->node);
	AUDIT_TEXT(row->detail, detail);
}

void
system_row(struct daemon *daemon, enum audit_class class, const char *event, const char *detail)
{
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	system_row_fill(daemon, &row, class, event, detail);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	if (store_run(daemon->store, &job) != WF_OK)
		wf_say_f(LOG_ERR, "the row '%s' could not be written: %s", event, job.cause);
}
