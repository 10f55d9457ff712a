/*
 * The process that runs the command of section alert.  warifu-egress parses what strangers say, so
 * it goes into a cage in which nothing can be started; this child is forked before that, without
 * secrets, sockets or threads, and starts one thing: the command that the configuration names.
 * Over a socket it is told what the command's standard input is, and when to read the configuration
 * again, and nothing else; so whoever should take warifu-egress over chooses no program.
 *
 * The command has an environment of its own (PATH, LANG), "/" as its folder, no new privileges, a
 * process group that is killed when its time is over, when it has ended, or when warifu-egress has.
 */
#ifndef WF_AUTHD_EGRESS_RUNNER_H
#define WF_AUTHD_EGRESS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/clock.h"
#include "common/status.h"

#define RUNNER_INPUT_MAX 8192
#define RUNNER_LINE_SIZE 200

struct runner;

struct runner_result {
	bool fine; /* it ended with 0 */
	char why[64]; /* else: "it ended with code 3" */
	char line[RUNNER_LINE_SIZE]; /* the last one that it wrote, as it is; "" = none */
};

/*
 * Forks: before there are threads, a cage, secrets.  `file` is the configuration's, NULL the
 * compiled-in one.  WF_UNAVAILABLE, WF_NO_MEMORY.
 */
WF_MUST_USE wf_status runner_start(const char *file, struct runner **runner_r);
/* It reads the configuration again, as at its start, before it runs anything more. */
void runner_reload(struct runner *runner);
/*
 * Runs it, one at a time, and waits until `deadline_boot_us` at the latest.  Any thread.  WF_OK: it
 * has ended, or could not be started, as result_r says.  WF_UNAVAILABLE: the child is gone;
 * WF_TIMEOUT: not in time; WF_TOO_LONG.
 */
WF_MUST_USE wf_status runner_run(struct runner *runner, const void *input, size_t len,
	const struct wf_clock *clock, int64_t deadline_boot_us, struct runner_result *result_r);
/* Ends the child, and what it has started.  NULLs the pointer, accepts NULL. */
void runner_stop(struct runner **runner);

#endif
