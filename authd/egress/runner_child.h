/*
 * The child of runner.c, and what both say to each other: one message, one answer, over a socket of
 * theirs alone.
 */
#ifndef WF_AUTHD_EGRESS_RUNNER_CHILD_H
#define WF_AUTHD_EGRESS_RUNNER_CHILD_H

#include <stdint.h>

#include "authd/egress/runner.h"

enum runner_order { RUNNER_RUN = 1, RUNNER_RELOAD = 2 };

struct runner_message {
	uint32_t order, number;
	char input[RUNNER_INPUT_MAX]; /* as much of it as was sent */
};

struct runner_answer {
	uint32_t number; /* of the message; a reload has no answer */
	struct runner_result result;
};

/* In the child, until the other end is closed. */
void runner_child(int fd, const char *file);

#endif
