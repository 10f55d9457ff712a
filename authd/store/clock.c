/*
 * The lock clock of the store: throttle/lockclock.h with the state that was saved, behind a mutex
 * because the loop asks for it while the writer works.  What is saved is written with every commit
 * (meta.c).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/store/internal.h"
#include "common/fault.h"

wf_status
clock_open(struct store *store, const struct meta *meta)
{
	if (wf_fault(WF_FAULT_THREAD) || pthread_mutex_init(&store->clock_mutex, NULL) != 0)
		return WF_UNAVAILABLE;
	store->watched_suspect = meta->suspect;
	lockclock_start(&store->lockclock, &meta->saved, store->boot_id,
		wf_clock_now(&store->clock), wf_clock_synchronised(), meta->suspect);
	return WF_OK;
}

int64_t
clock_lock_ms(struct store *store, struct wf_now now)
{
	int64_t ms;

	(void)pthread_mutex_lock(&store->clock_mutex);
	ms = lockclock_ms(&store->lockclock, now);
	(void)pthread_mutex_unlock(&store->clock_mutex);
	return ms;
}

int64_t
store_lock_ms(struct store *store)
{
	return clock_lock_ms(store, wf_clock_now(&store->clock));
}

void
clock_look(struct store *store, struct wf_now now, struct lockclock *seen_r)
{
	bool synchronised;

	(void)pthread_mutex_lock(&store->clock_mutex);
	/* The kernel is asked only where it matters: a login looks several times. */
	synchronised = lockclock_jumped(&store->lockclock, now) && wf_clock_synchronised();
	lockclock_watch(&store->lockclock, now, synchronised);
	*seen_r = store->lockclock;
	(void)pthread_mutex_unlock(&store->clock_mutex);
}

bool
store_clock_suspect(struct store *store)
{
	struct lockclock seen;

	clock_look(store, wf_clock_now(&store->clock), &seen);
	return seen.suspect;
}

int64_t
store_date_us(struct store *store)
{
	struct wf_now now = wf_clock_now(&store->clock);
	struct lockclock seen;

	clock_look(store, now, &seen);
	return lockclock_date_us(&seen, now);
}

static void
clock_saved(struct store_job *job)
{
	free(job);
}

/*
 * Asks the writer to store the clock's standing; if that cannot be, the next commit of any job
 * does.
 */
static void
clock_save(struct store *store)
{
	struct store_job *job = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*job));

	if (job == NULL)
		return;
	job->kind = (enum store_job_kind)JOB_CLOCK_SAVE;
	job->done = clock_saved;
	if (queue_put(&store->writer.queue, job) != WF_OK)
		free(job);
}

bool
store_clock_watch(struct store *store)
{
	struct lockclock seen;
	bool before;

	clock_look(store, wf_clock_now(&store->clock), &seen);
	before = atomic_exchange(&store->watched_suspect, seen.suspect);
	if (before != seen.suspect)
		clock_save(store);
	return seen.suspect && !before;
}
