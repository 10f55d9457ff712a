/*
 * A pool of threads for whatever is slow, with a bounded queue that knows deadlines: a job whose
 * deadline has passed or whose client has gone is not run, a full queue says so at once.
 *
 * A job belongs to the pool from worker_submit (when that returns WF_OK) until its `done` is
 * called, which happens exactly once.  The pool touches no job after its `done` has begun, so
 * `done` may free it or post it to a mailbox.
 */
#ifndef WF_AUTHD_WORKER_WORKER_H
#define WF_AUTHD_WORKER_WORKER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/status.h"

#define WORKER_THREADS_MAX 256

struct worker_pool;

struct worker_job {
	void (*run)(struct worker_job *job, void *scratch); /* in a worker */
	/*
	 * In a worker; `status` WF_OK after run, WF_TIMEOUT or WF_EXPIRED (cancelled) if it was not
	 * run.
	 */
	void (*done)(struct worker_job *job, wf_status status);
	void *ctx;
	int64_t deadline_boot_us; /* absolute; run is not called at or after it */
	/* set by the owner when the client has gone; a run that began goes on */
	atomic_bool cancelled;
	struct worker_job *next;  /* the pool's */
};

struct worker_options {
	unsigned threads; /* 1..WORKER_THREADS_MAX */
	size_t queue_max; /* jobs that wait, those that run not counted; at least 1 */
	const char *name; /* thread name, up to 15 characters; NULL = the program's */
	/* per thread, called in worker_pool_new; NULL = none */
	wf_status (*scratch_new)(void **scratch_r);
	void (*scratch_free)(void **scratch);
	/*
	 * In a worker, after it has been idle for rest_after_us (pool's clock); NULL = never.  With
	 * scratch_new only.
	 */
	void (*scratch_rest)(void *scratch);
	int64_t rest_after_us;
	struct wf_clock clock; /* read by all workers at once */
};

/*
 * Starts the threads, with all signals blocked in them.  WF_INVALID: options out of bounds;
 * WF_NO_MEMORY, WF_UNAVAILABLE (no thread), or what scratch_new said; nothing is left running then.
 */
WF_MUST_USE wf_status worker_pool_new(
	const struct worker_options *options, struct worker_pool **pool_r);
/*
 * Takes the job to the end of the queue; any thread.  In a full queue the jobs that would not be
 * run any more make room (workers call their `done`).  WF_FULL: full of live ones; the job was not
 * taken. WF_UNAVAILABLE: the pool is being freed.
 */
WF_MUST_USE wf_status worker_submit(struct worker_pool *pool, struct worker_job *job);
/*
 * Lets workers that have had nothing to do for rest_after_us give back what their scratch keeps; to
 * be called now and then, as once a second.  Any thread.
 */
void worker_rest(struct worker_pool *pool);
unsigned worker_threads(const struct worker_pool *pool);
/* Jobs that wait; any thread. */
size_t worker_queued(struct worker_pool *pool);
/*
 * Stops taking jobs, finishes what runs, ends the queued ones as cancelled (WF_EXPIRED, in a
 * worker), joins.  Not from a worker.
 */
void worker_pool_free(struct worker_pool **pool);

#endif
