/*
 * Questions to the RADIUS front end that somebody waits for, such as its statistics: orders that
 * stand in no store. Each is answered once: by DONE, or because the front end went away or took too
 * long.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"

#define ASKS_MAX 16
#define WAIT_US INT64_C(5000000)
#define TAG_BIT (UINT64_C(1) << 63) /* apart from the numbers of the store's orders */

struct asks {
	struct ask {
		engine_answer *answered; /* NULL: free */
		void *ctx;
		uint64_t tag;
		int64_t until_us;
	} slots[ASKS_MAX];
	uint64_t last;
};

wf_status
asks_new(struct engine *engine)
{
	engine->asks = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*engine->asks));
	return engine->asks != NULL ? WF_OK : WF_NO_MEMORY;
}

void
asks_free(struct engine *engine)
{
	free(engine->asks);
	engine->asks = NULL;
}

static void
end(struct ask *ask, wf_status status, const struct wf_msg *done)
{
	struct ask ended = *ask;

	*ask = (struct ask){.answered = NULL};
	ended.answered(ended.ctx, status, done);
}

static wf_status
send_ask(struct engine_peer *worker, uint64_t tag, const char *order, const char *arg)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_ORDER, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&msg, WF_F_TAG, tag);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_ORDER, order);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_ARG, arg);
	if (status == WF_OK && !worker->send(worker, &msg))
		status = WF_UNAVAILABLE;
	wf_msg_clear(&msg);
	return status;
}

wf_status
engine_ask_front(struct engine *engine, const char *order, const char *arg, engine_answer *answered,
	void *ctx)
{
	struct engine_peer *worker = orders_worker(engine);
	struct ask *ask = NULL;
	wf_status status;

	for (size_t i = 0; i < ASKS_MAX && ask == NULL; i++)
		if (engine->asks->slots[i].answered == NULL)
			ask = &engine->asks->slots[i];
	if (worker == NULL)
		return WF_UNAVAILABLE;
	if (ask == NULL)
		return WF_FULL;
	status = send_ask(worker, TAG_BIT | ++engine->asks->last, order, arg);
	if (status == WF_OK)
		*ask = (struct ask){
			.answered = answered,
			.ctx = ctx,
			.tag = TAG_BIT | engine->asks->last,
			.until_us = wf_clock_now(&engine->clock).boot_us + WAIT_US,
		};
	return status;
}

bool
asks_done(struct engine *engine, uint64_t tag, const struct wf_msg *done)
{
	if ((tag & TAG_BIT) == 0)
		return false;
	for (size_t i = 0; i < ASKS_MAX; i++)
		if (engine->asks->slots[i].answered != NULL && engine->asks->slots[i].tag == tag)
			end(&engine->asks->slots[i], WF_OK, done);
	return true; /* one that nobody waits for any more is ours all the same */
}

void
asks_gone(struct engine *engine)
{
	for (size_t i = 0; i < ASKS_MAX; i++)
		if (engine->asks->slots[i].answered != NULL)
			end(&engine->asks->slots[i], WF_UNAVAILABLE, NULL);
}

void
asks_tick(struct engine *engine)
{
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;

	for (size_t i = 0; i < ASKS_MAX; i++)
		if (engine->asks->slots[i].answered != NULL &&
			engine->asks->slots[i].until_us <= now_us)
			end(&engine->asks->slots[i], WF_TIMEOUT, NULL);
}
