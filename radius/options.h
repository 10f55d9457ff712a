/* warifu-radiusd's command line. */
#ifndef WF_RADIUS_OPTIONS_H
#define WF_RADIUS_OPTIONS_H

#include <stdbool.h>

enum options_task {
	TASK_SERVE,
	TASK_CHECK, /* --check: configuration and secrets only */
	TASK_HELP,
	TASK_VERSION
};

struct options {
	enum options_task task;
	const char *config; /* NULL = the compiled-in one */
	bool stderr_log;    /* --foreground: log to stderr instead of syslog */
};

/* False after an error was said on stderr. */
bool options_parse(int argc, char **argv, struct options *options_r);
void options_usage(void);

#endif
