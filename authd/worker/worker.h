/*
 * A pool of threads for whatever is slow, with a bounded queue that knows deadlines: a job whose
 * deadline has passed or whose client has gone is not run, a full queue says so at once.
 */
#ifndef WF_AUTHD_WORKER_WORKER_H
#define WF_AUTHD_WORKER_WORKER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/status.h"

struct worker_pool;

struct worker_job {
	void (*run)(struct worker_job *job, void *scratch); /* in a worker */
	/* In a worker; `status` WF_OK after run, WF_TIMEOUT or WF_EXPIRED (cancelled) if it was not run. */
	void (*done)(struct worker_job *job, wf_status status);
	void *ctx;
	int64_t deadline_boot_us;
	atomic_bool cancelled; /* set by the owner when the client has gone */
	struct worker_job *next; /* the pool's */
};

struct worker_options {
	unsigned threads;
	size_t queue_max;
	const char *name; /* thread name, up to 15 characters */
	wf_status (*scratch_new)(void **scratch_r); /* per thread; NULL = none */
	void (*scratch_free)(void **scratch);
	struct wf_clock clock;
};

WF_MUST_USE wf_status worker_pool_new(const struct worker_options *options, struct worker_pool **pool_r);
/* WF_FULL: queue full; the job was not taken. */
WF_MUST_USE wf_status worker_submit(struct worker_pool *pool, struct worker_job *job);
size_t worker_queued(struct worker_pool *pool);
/* Stops taking jobs, finishes what runs, ends the queued ones as cancelled, joins. */
void worker_pool_free(struct worker_pool **pool);

#endif
