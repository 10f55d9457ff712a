/*
 * A thread that takes one step after the other, with pauses in between, until it is stopped; for
 * the readers of the log and for alerts.  Signals are the loop thread's business.
 */
#ifndef WF_AUTHD_RECORD_PULSE_H
#define WF_AUTHD_RECORD_PULSE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "common/status.h"

struct pulse {
	/* in */
	unsigned (*step)(void *ctx); /* how long to pause then, in milliseconds */
	void (*finish)(void *ctx);   /* last, once it is to stop; NULL */
	/* in the thread of pulse_stop(): what a step waits for is over soon; NULL */
	void (*interrupt)(void *ctx);
	void *ctx;
	/* its own */
	pthread_t thread;
	int wake; /* eventfd: readable once it is to stop */
	atomic_bool stopping;
};

/* `name` as for pthread_setname_np().  WF_UNAVAILABLE: no thread. */
WF_MUST_USE wf_status pulse_start(struct pulse *pulse, const char *name);
/* Any thread. */
bool pulse_stopping(const struct pulse *pulse);
/* Waits until its thread has ended. */
void pulse_stop(struct pulse *pulse);

#endif
