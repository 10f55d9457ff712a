/*
 * The pool of workers.  May not know what the jobs are: it orders, bounds and ends them.
 *
 * Two lists under one mutex: `waiting`, bounded, and `dead`, jobs that were found past their
 * deadline or cancelled when the queue was full.  Dead ones only need their `done`, so they go
 * first: an attacker who connects, asks and hangs up does not keep the queue full for those who
 * wait.
 */
#include "config.h"

#include "authd/worker/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

#define WORKER_NAME_MAX 16 /* with NUL: the kernel's limit */

struct job_list {
	struct worker_job *first;
	struct worker_job *last;
	size_t count;
};

struct worker {
	struct worker_pool *pool;
	pthread_t thread;
	void *scratch; /* owned; this thread's alone */
	/* Under the pool's lock: */
	int64_t idle_since_us; /* boot time at which it began to wait; while `idle` */
	bool idle;
	bool used;   /* has run a job since its last rest */
	bool resting; /* is to rest now */
};

struct worker_pool {
	pthread_mutex_t lock; /* guards waiting, dead, stopping */
	pthread_cond_t more;
	struct job_list waiting;
	struct job_list dead;
	bool stopping;
	struct worker *workers;
	unsigned started; /* workers whose thread runs */
	unsigned ready;	  /* workers whose scratch memory is made */
	struct worker_options options;
	char name[WORKER_NAME_MAX];
};

static void
list_append(struct job_list *list, struct worker_job *job)
{
	job->next = NULL;
	if (list->first == NULL)
		list->first = job;
	else
		list->last->next = job;
	list->last = job;
	list->count++;
}

static struct worker_job *
list_take(struct job_list *list)
{
	struct worker_job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->last = NULL;
	list->count--;
	job->next = NULL;
	return job;
}

/* WF_OK when the job is still worth running. */
static wf_status
job_state(const struct worker_job *job, int64_t boot_us)
{
	if (atomic_load(&job->cancelled))
		return WF_EXPIRED;
	return boot_us >= job->deadline_boot_us ? WF_TIMEOUT : WF_OK;
}

/* Moves from waiting to dead what would not be run; the order of the others stays. */
static void
pool_sweep(struct worker_pool *pool)
{
	int64_t boot_us = wf_clock_now(&pool->options.clock).boot_us;
	struct job_list all = pool->waiting;
	struct worker_job *job;

	memset(&pool->waiting, 0, sizeof(pool->waiting));
	while ((job = list_take(&all)) != NULL) {
		bool live = job_state(job, boot_us) == WF_OK;

		list_append(live ? &pool->waiting : &pool->dead, job);
	}
	if (pool->dead.count > 0)
		pthread_cond_signal(&pool->more);
}

/*
 * Locked.  Outside a job's time, so what the rest costs is nobody's wait but that of a job that
 * comes just now.
 */
static void
worker_take_rest(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;

	worker->resting = false;
	worker->used = false;
	pthread_mutex_unlock(&pool->lock);
	pool->options.scratch_rest(worker->scratch);
	pthread_mutex_lock(&pool->lock);
}

/* Locked.  Until there is a job, or the pool is being freed. */
static void
worker_wait(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;

	worker->idle_since_us = wf_clock_now(&pool->options.clock).boot_us;
	worker->idle = true;
	while (pool->dead.count == 0 && pool->waiting.count == 0 && !pool->stopping) {
		if (worker->resting)
			worker_take_rest(worker);
		else
			pthread_cond_wait(&pool->more, &pool->lock);
	}
	worker->idle = false;
}

/*
 * The next job, or NULL when the pool is being freed and nothing is left; `status_r` says what to
 * do with it.
 */
static struct worker_job *
pool_next(struct worker *worker, wf_status *status_r)
{
	struct worker_pool *pool = worker->pool;
	struct worker_job *job;
	bool stopping;

	pthread_mutex_lock(&pool->lock);
	if (pool->dead.count == 0 && pool->waiting.count == 0)
		worker_wait(worker);
	worker->resting = false;
	worker->used = true;
	job = list_take(pool->dead.count > 0 ? &pool->dead : &pool->waiting);
	stopping = pool->stopping;
	pthread_mutex_unlock(&pool->lock);
	if (job != NULL)
		*status_r = stopping ? WF_EXPIRED
				     : job_state(job, wf_clock_now(&pool->options.clock).boot_us);
	return job;
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct worker_job *job;
	wf_status status = WF_OK;

	while ((job = pool_next(worker, &status)) != NULL) {
		if (status == WF_OK)
			job->run(job, worker->scratch);
		job->done(job, status);
	}
	return NULL;
}

static wf_status
worker_prepare(struct worker_pool *pool, struct worker *worker)
{
	wf_status status = WF_OK;

	worker->pool = pool;
	if (pool->options.scratch_new != NULL)
		status = pool->options.scratch_new(&worker->scratch);
	if (status == WF_OK)
		pool->ready++;
	return status;
}

/* Threads inherit the mask: signals are the loop thread's business. */
static wf_status
worker_start(struct worker_pool *pool, struct worker *worker)
{
	sigset_t all, old;
	int rc = -1;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!wf_fault(WF_FAULT_THREAD))
		rc = pthread_create(&worker->thread, NULL, worker_main, worker);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return WF_UNAVAILABLE;
	if (pool->name[0] != '\0')
		(void)pthread_setname_np(worker->thread, pool->name);
	pool->started++;
	return WF_OK;
}

static bool
options_valid(const struct worker_options *options)
{
	return options->threads >= 1 && options->threads <= WORKER_THREADS_MAX &&
	       options->queue_max >= 1 && options->clock.read != NULL &&
	       (options->scratch_new == NULL) == (options->scratch_free == NULL) &&
	       (options->scratch_rest == NULL || options->scratch_new != NULL);
}

static struct worker_pool *
pool_alloc(const struct worker_options *options)
{
	struct worker_pool *pool = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->workers =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(options->threads, sizeof(*pool->workers));
	if (pool->workers == NULL) {
		free(pool);
		return NULL;
	}
	pool->options = *options;
	if (options->name != NULL)
		strncpy(pool->name, options->name, sizeof(pool->name) - 1);
	pool->options.name = pool->name;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	return pool;
}

wf_status
worker_pool_new(const struct worker_options *options, struct worker_pool **pool_r)
{
	struct worker_pool *pool;
	wf_status status = WF_OK;

	if (!options_valid(options))
		return WF_INVALID;
	pool = pool_alloc(options);
	if (pool == NULL)
		return WF_NO_MEMORY;
	for (unsigned i = 0; i < options->threads && status == WF_OK; i++)
		status = worker_prepare(pool, &pool->workers[i]);
	for (unsigned i = 0; i < options->threads && status == WF_OK; i++)
		status = worker_start(pool, &pool->workers[i]);
	if (status != WF_OK) {
		worker_pool_free(&pool);
		return status;
	}
	*pool_r = pool;
	return WF_OK;
}

wf_status
worker_submit(struct worker_pool *pool, struct worker_job *job)
{
	wf_status status = WF_OK;

	pthread_mutex_lock(&pool->lock);
	if (pool->waiting.count >= pool->options.queue_max)
		pool_sweep(pool);
	if (pool->stopping) {
		status = WF_UNAVAILABLE;
	} else if (pool->waiting.count >= pool->options.queue_max) {
		status = WF_FULL;
	} else {
		list_append(&pool->waiting, job);
		pthread_cond_signal(&pool->more);
	}
	pthread_mutex_unlock(&pool->lock);
	return status;
}

void
worker_rest(struct worker_pool *pool)
{
	int64_t now_us = wf_clock_now(&pool->options.clock).boot_us;
	bool any = false;

	if (pool->options.scratch_rest == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	for (unsigned i = 0; i < pool->started; i++) {
		struct worker *worker = &pool->workers[i];

		if (!worker->idle || !worker->used ||
			now_us - worker->idle_since_us < pool->options.rest_after_us)
			continue;
		worker->resting = true;
		any = true;
	}
	if (any)
		pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
}

unsigned
worker_threads(const struct worker_pool *pool)
{
	return pool->options.threads;
}

size_t
worker_queued(struct worker_pool *pool)
{
	size_t count;

	pthread_mutex_lock(&pool->lock);
	count = pool->waiting.count;
	pthread_mutex_unlock(&pool->lock);
	return count;
}

void
worker_pool_free(struct worker_pool **pool)
{
	struct worker_pool *p = *pool;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->started; i++)
		pthread_join(p->workers[i].thread, NULL);
	for (unsigned i = 0; i < p->ready && p->options.scratch_free != NULL; i++)
		p->options.scratch_free(&p->workers[i].scratch);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p);
	*pool = NULL;
}
