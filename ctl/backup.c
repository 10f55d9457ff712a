/*
 * backup: the daemon writes the copy, encrypted, into a folder of its own; with FILE it is copied
 * on, and the daemon's stays. restore: warifud's own work, with the daemon stopped; tried out, it
 * is that of the daemon that runs.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/client.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/copy.h"
#include "ctl/handlers.h"
#include "ctl/warifud.h"

#define PROBE_US INT64_C(2000000)

static int
copy_out(struct ctl *ctl, const char *from, const char *to)
{
	if (copy_file(from, to) == WF_OK) {
		if (!ctl->json) {
			fprintf(ctl->out,
				_("Copied to %s. Keep the key apart from it: one is of no use "
				  "without the other."),
				to);
			fputc('\n', ctl->out);
		}
		return CTL_OK;
	}
	if (errno == EEXIST)
		ctl_error(ctl, _("%s is there already and was left as it is; name a new file"), to);
	else
		ctl_error(ctl, _("%s could not be copied to %s: %s"), from, to, strerror(errno));
	return errno == EACCES ? CTL_DENIED : CTL_NO;
}

int
ctl_backup(struct ctl *ctl, const struct parsed *parsed)
{
	const char *file = args_operand(parsed, 0);
	struct command command = *parsed->command;
	struct ask ask;
	struct answer answer;
	int code;

	command.flags |= COMMAND_VERTICAL;
	ask_init(&ask, command.act);
	ask.slow = true;
	ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, &command, &answer);
	if (code == CTL_OK && file != NULL)
		code = copy_out(ctl, table_cell(&answer.table, 0, "path"), file);
	answer_clear(&answer);
	return code;
}

/* Whether somebody listens at the control socket. */
static bool
daemon_runs(const struct ctl *ctl)
{
	struct wf_client *client = NULL;
	int64_t deadline = wf_clock_now(&wf_clock_system).boot_us + PROBE_US;
	wf_status status = wf_client_open(ctl->socket, (uid_t)-1, deadline, &client);

	wf_client_close(&client);
	return status != WF_UNAVAILABLE;
}

/* The daemon does it, with a copy that lies in its folder. */
static int
drill(struct ctl *ctl, const struct parsed *parsed)
{
	struct command command = *parsed->command;
	struct ask ask;
	struct answer answer;
	int code;

	command.flags |= COMMAND_VERTICAL;
	ask_init(&ask, "restore.drill");
	ask.slow = true;
	ask_text(&ask, "name", args_operand(parsed, 0));
	ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, &command, &answer);
	answer_clear(&answer);
	return code;
}

int
ctl_restore(struct ctl *ctl, const struct parsed *parsed)
{
	const char *const task[] = {"--restore", args_operand(parsed, 0), NULL};

	if (args_option(parsed, "drill") != NULL)
		return drill(ctl, parsed);
	if (args_operand(parsed, 0) == NULL) {
		ctl_error(ctl, "%s",
			_("name the file to restore, or try it out with 'warifu restore --drill'"));
		return CTL_USAGE;
	}
	if (access(args_operand(parsed, 0), R_OK) != 0) {
		ctl_error(ctl, "%s: %s", args_operand(parsed, 0), strerror(errno));
		return CTL_NO;
	}
	if (daemon_runs(ctl)) {
		ctl_error(ctl, _("the daemon is running; stop it first (systemctl stop warifud "
				 "warifud-pam.socket warifud-control.socket), then restore, then "
				 "start it again"));
		return CTL_NO;
	}
	return warifud_run(ctl, parsed, task, false) ? CTL_OK : CTL_NO;
}
