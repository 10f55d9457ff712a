/* Used emergency codes into the audit chain. */
#include "config.h"

#include <stdio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/breakglass_report.h"
#include "authd/say.h"

static void
mark_slots(const char *path, int from)
{
	uint32_t slot;

	while (read(from, &slot, sizeof(slot)) == (ssize_t)sizeof(slot))
		if (wf_breakglass_mark_reported(path, slot) != WF_OK)
			_exit(1);
	_exit(0);
}

/* Forks twice, so that nobody has to wait for the child. */
static int
start_marker(const char *path)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		close(ends[1]);
		if (fork() == 0)
			mark_slots(path, ends[0]);
		_exit(0);
	}
	close(ends[0]);
	if (child < 0 || waitpid(child, NULL, 0) != child) {
		close(ends[1]);
		return -1;
	}
	return ends[1];
}

void
breakglass_collect(const char *path, struct breakglass_report *report_r)
{
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t n = 0;
	wf_status status;

	report_r->n = 0;
	report_r->pipe = -1;
	if (path[0] == '\0')
		return;
	status = wf_breakglass_list(path, uses, &n);
	if (status != WF_OK && status != WF_NOT_FOUND)
		say_f(LOG_ERR, "%s cannot be read (%s): emergency codes that were used are not in the log", path,
			wf_status_text(status));
	for (size_t i = 0; i < n; i++)
		if (!uses[i].reported)
			report_r->uses[report_r->n++] = uses[i];
	if (report_r->n > 0)
		report_r->pipe = start_marker(path);
}

static bool
write_use(struct daemon *daemon, const struct wf_breakglass_use *use)
{
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};
	char source[80];

	system_row_fill(daemon, &row, AUDIT_AUTH, "login.breakglass", "emergency code used while the daemon was away");
	row.first_us = use->wall_us;
	row.last_us = use->wall_us;
	row.result = AUDIT_SUCCESS;
	snprintf(source, sizeof(source), "local:%s", use->tty);
	AUDIT_TEXT(row.source, source);
	AUDIT_TEXT(row.machine, use->tty);
	AUDIT_TEXT(row.user, use->user);
	AUDIT_TEXT(row.factors, "breakglass");
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	return store_run(daemon->store, &job) == WF_OK;
}

void
breakglass_write(struct daemon *daemon, struct breakglass_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		uint32_t slot = report->uses[i].slot;

		if (!write_use(daemon, &report->uses[i]))
			break;
		say_f(LOG_WARNING, "emergency code %u of %s was used while the daemon was away", slot, report->uses[i].user);
		if (report->pipe >= 0 && write(report->pipe, &slot, sizeof(slot)) != (ssize_t)sizeof(slot))
			break;
	}
	if (report->pipe >= 0)
		close(report->pipe);
	report->pipe = -1;
}
