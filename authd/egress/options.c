/* warifu-egress's command line, as one table. */
#include "config.h"

#include "authd/egress/options.h"

#include "common/i18n.h"

#define NONE WF_OPTION_NO_VALUE

static const struct wf_option options[] = {
	{"--config", "FILE", TASK_SERVE, offsetof(struct wf_options, config),
		N_("read this configuration instead of "), WF_SYSCONFDIR "/warifu.conf"},
	{"--foreground", NULL, TASK_SERVE, NONE, N_("log to standard error instead of syslog"), ""},
	{"--check", NULL, TASK_CHECK, NONE, N_("check the configuration and its secrets, and stop"),
		""},
	{"--help", NULL, TASK_HELP, NONE, N_("show this help"), ""},
	{"--version", NULL, TASK_VERSION, NONE, N_("show the version"), ""},
};

const struct wf_command_line egress_command_line = {"warifu-egress",
	N_("usage: warifu-egress [OPTION]...\nAsks other servers for the authentication daemon of "
	   "Warifu.\n\n"),
	options, sizeof(options) / sizeof(options[0])};
