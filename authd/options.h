/* warifud's command line. */
#ifndef WF_AUTHD_OPTIONS_H
#define WF_AUTHD_OPTIONS_H

#include <stdbool.h>

enum options_task {
	TASK_SERVE,
	TASK_CHECK,   /* --check: configuration only */
	TASK_INIT,    /* --init: key file and empty database */
	TASK_RESTORE, /* --restore FILE */
	TASK_HELP,
	TASK_VERSION
};

struct options {
	enum options_task task;
	const char *config; /* NULL = the compiled-in one */
	const char *file;   /* of --restore */
	const char *with;   /* of --check: a further file of conf.d; NULL = none */
	bool stderr_log;    /* --foreground: log to stderr instead of syslog */
};

/* False after an error was said on stderr. */
bool options_parse(int argc, char **argv, struct options *options_r);
void options_usage(void);

#endif
