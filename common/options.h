/*
 * The command line of a server, as a table: which task, which configuration, where its log goes.
 *
 * Long options alone, with their value behind them or behind "=". Servers only (libwarifu_server);
 * the command warifu has a grammar of its own.
 */
#ifndef WF_COMMON_OPTIONS_H
#define WF_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wf_task {
	TASK_SERVE = 0,
	TASK_CHECK,   /* the configuration only */
	TASK_INIT,    /* key file and empty database */
	TASK_RESTORE, /* of `file` */
	TASK_VERIFY,  /* the log within `file` */
	TASK_HELP,
	TASK_VERSION
};

struct wf_options {
	enum wf_task task;
	const char *config; /* NULL = the compiled-in one */
	const char *file;   /* of TASK_RESTORE, TASK_VERIFY */
	const char *with;   /* of TASK_CHECK: a further file of conf.d; NULL = none */
	bool stderr_log;    /* log to stderr instead of syslog */
	const char *checkpoints; /* of TASK_VERIFY: kept elsewhere; NULL = none */
};

/* A row sets a task, a value, or both; one that sets neither is the flag stderr_log. */
#define WF_OPTION_NO_VALUE SIZE_MAX
struct wf_option {
	const char *name;  /* "--config" */
	const char *value; /* name of its value for the help; NULL: it takes none */
	enum wf_task task; /* TASK_SERVE: it does not say what to do */
	size_t at;	   /* of its value within struct wf_options, or WF_OPTION_NO_VALUE */
	const char *about; /* N_() */
	const char *after; /* behind it, the same in every language */
};

struct wf_command_line {
	const char *program; /* "warifud", as it names itself */
	const char *usage;   /* N_(): the lines above the options */
	const struct wf_option *options;
	size_t noptions;
};

/* False after an error was said on stderr; *options_r is untouched then. Texts point into argv. */
bool wf_options_parse(
	const struct wf_command_line *line, int argc, char **argv, struct wf_options *options_r);
/* Says on stdout what --help or --version asks for; false: something else is to be done. */
bool wf_options_tell(const struct wf_command_line *line, const struct wf_options *options);

/*
 * All of main(): the locale, the command line, then the task. Its exit code, or 2 for a wrong
 * command line. `tasks` has an entry for TASK_SERVE and for each task that an option asks for; it
 * needs none for TASK_HELP and TASK_VERSION.
 */
typedef int (*wf_task_run)(const struct wf_options *options);
int wf_options_main(
	const struct wf_command_line *line, const wf_task_run *tasks, int argc, char **argv);

#endif
