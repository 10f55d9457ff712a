/*
 * What logins and errands want of the store leaves together, at the end of the loop's turn.  A
 * thread that is woken for the first of them begins with that one alone, and the others find it at
 * work: so it is woken, reads and commits more often than it has to.  What a turn has made is one
 * batch.
 *
 * Orders and rows of relays come one at a time and go by themselves.
 *
 * The event that sends them is made active when the first one is put in: libevent runs it after all
 * that were active before.
 */
#include "config.h"

#include "authd/engine/internal.h"
#include "common/fault.h"

/* What the store does not take is told like what it could not do. */
static void
send_one(struct store *store, struct store_job *job)
{
	wf_status status = store_submit(store, job);

	if (status == WF_OK)
		return;
	job->status = status;
	job->done(job);
}

static void
send_all(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	struct store_job *job = engine->outgoing.first;

	(void)fd;
	(void)what;
	engine->outgoing.first = NULL;
	while (job != NULL) {
		struct store_job *next = job->next;

		send_one(engine->store, job);
		job = next;
	}
}

wf_status
outgoing_new(struct engine *engine)
{
	engine->outgoing.send =
		wf_fault(WF_FAULT_ALLOC) ? NULL : event_new(engine->base, -1, 0, send_all, engine);
	return engine->outgoing.send != NULL ? WF_OK : WF_NO_MEMORY;
}

void
outgoing_free(struct engine *engine)
{
	if (engine->outgoing.send != NULL)
		event_free(engine->outgoing.send);
	engine->outgoing.send = NULL;
}

void
outgoing_put(struct engine *engine, struct store_job *job)
{
	struct outgoing *outgoing = &engine->outgoing;

	job->next = NULL;
	if (outgoing->first == NULL) {
		outgoing->last = &outgoing->first;
		event_active(outgoing->send, EV_TIMEOUT, 0);
	}
	*outgoing->last = job;
	outgoing->last = &job->next;
}
