/* warifud's command line, as one table. */
#include "config.h"

#include "authd/options.h"

#include "common/i18n.h"

#define NONE WF_OPTION_NO_VALUE
#define AT(field) offsetof(struct wf_options, field)

static const struct wf_option options[] = {
	{"--config", "FILE", TASK_SERVE, AT(config), N_("read this configuration instead of "),
		WF_SYSCONFDIR "/warifu.conf"},
	{"--foreground", NULL, TASK_SERVE, NONE, N_("log to standard error instead of syslog"), ""},
	{"--check", NULL, TASK_CHECK, NONE, N_("check the configuration and stop"), ""},
	{"--with", "FILE", TASK_SERVE, AT(with), N_("check as if FILE lay in the folder conf.d"), ""},
	{"--init", NULL, TASK_INIT, NONE, N_("make the key file and an empty database, and stop"),
		""},
	{"--restore", "FILE", TASK_RESTORE, AT(file),
		N_("put a backup in place of the database, and stop"), ""},
	{"--verify", "FILE", TASK_VERIFY, AT(file), N_("check the log within a backup, and stop"),
		""},
	{"--checkpoints", "FILE", TASK_SERVE, AT(checkpoints),
		N_("check it against these checkpoints as well"), ""},
	{"--help", NULL, TASK_HELP, NONE, N_("show this help"), ""},
	{"--version", NULL, TASK_VERSION, NONE, N_("show the version"), ""},
};

const struct wf_command_line warifud_command_line = {"warifud",
	N_("usage: warifud [OPTION]...\nThe daemon that owns accounts, factors, counters, policy and "
	   "log.\n\n"),
	options, sizeof(options) / sizeof(options[0])};
