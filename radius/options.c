/* warifu-radiusd's command line, as one table. */
#include "config.h"

#include "radius/options.h"

#include "common/i18n.h"

#define NONE WF_OPTION_NO_VALUE

static const struct wf_option options[] = {
	{"--config", "FILE", TASK_SERVE, offsetof(struct wf_options, config),
		N_("read this configuration instead of "), WF_SYSCONFDIR "/warifu.conf"},
	{"--foreground", NULL, TASK_SERVE, NONE, N_("log to standard error instead of syslog"), ""},
	{"--check", NULL, TASK_CHECK, NONE,
		N_("check the configuration, its secrets and attributes, and stop"), ""},
	{"--help", NULL, TASK_HELP, NONE, N_("show this help"), ""},
	{"--version", NULL, TASK_VERSION, NONE, N_("show the version"), ""},
};

const struct wf_command_line radiusd_command_line = {"warifu-radiusd",
	N_("usage: warifu-radiusd [OPTION]...\nThe RADIUS server of Warifu: asks the daemon about "
	   "each login.\n\n"),
	options, sizeof(options) / sizeof(options[0])};
