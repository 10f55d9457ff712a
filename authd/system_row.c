/* The daemon's own rows: start, stop, reload, clock. */
#include "config.h"

#include <syslog.h>

#include "authd/daemon.h"
#include "common/say.h"

void
system_row_fill(struct daemon *daemon, struct audit_row *row, enum audit_class class, const char *event, const char *detail)
{
	audit_own_row(row, class, event, daemon->live->config->node,
		wf_clock_now(&daemon->clock).wall_us);
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
