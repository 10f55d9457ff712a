/*
 * Orders to the RADIUS front end, such as ending a session: they stand in the store from the act
 * that gave them until somebody says DONE, and are sent over the connection that said WORK last.
 * What is not DONE when that connection ends is sent again over the next one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"

#define SENT_MAX 256 /* not done yet; the others wait in the store */

struct orders {
	struct engine_peer *worker; /* NULL: nobody works */
	bool looking;
	int64_t last; /* of those sent over this connection */
	struct store_job job;
	struct mailbox_post post;
	struct store_order page[VIEW_PAGE];
	struct store_order sent[SENT_MAX];
	size_t nsent;
};

/* The row of an order that is done, and the job that writes it. */
struct done {
	struct engine *engine;
	struct store_job job;
	struct mailbox_post post;
	struct effect effect;
	struct audit_row row;
};

wf_status
orders_new(struct engine *engine)
{
	engine->orders = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*engine->orders));
	return engine->orders != NULL ? WF_OK : WF_NO_MEMORY;
}

void
orders_free(struct engine *engine)
{
	free(engine->orders);
	engine->orders = NULL;
}

static wf_status
add_arg(struct wf_msg *msg, const char *name, const char *value)
{
	char text[ACCT_SESSION_MAX + 32];

	if (value[0] == '\0')
		return WF_OK;
	snprintf(text, sizeof(text), "%s=%s", name, value);
	return wf_msg_add_text(msg, WF_F_ARG, text);
}

static wf_status
make_order(const struct store_order *order, struct wf_msg *msg)
{
	const struct { const char *name, *value;
	} args[] = {
		{"service", order->service},
		{"nas", order->nas},
		{"session", order->acct_session},
		{"user", order->user},
		{"address", order->framed},
	};
	wf_status status;

	wf_msg_init(msg, WF_MSG_ORDER, WF_WIRE_VERSION);
	status = wf_msg_add_uint(msg, WF_F_TAG, (uint64_t)order->id);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_ORDER, order->order);
	for (size_t i = 0; status == WF_OK && i < sizeof(args) / sizeof(args[0]); i++)
		status = add_arg(msg, args[i].name, args[i].value);
	return status;
}

static void
send_order(struct orders *orders, const struct store_order *order)
{
	struct wf_msg msg;
	wf_status status = make_order(order, &msg);

	if (status == WF_OK && !orders->worker->send(orders->worker, &msg))
		peer_drop(orders->worker);
	wf_msg_clear(&msg);
	orders->last = order->id;
	orders->sent[orders->nsent++] = *order;
}

static void look(struct engine *engine);

static void
looked(struct mailbox_post *post)
{
	struct engine *engine = post->ctx;
	struct orders *orders = engine->orders;
	const struct store_view *view = &orders->job.u.view;

	orders->looking = false;
	if (engine->stopped || orders->worker == NULL)
		return;
	if (orders->job.status != WF_OK) {
		engine_complain(engine, "orders", &orders->job);
		return;
	}
	for (size_t i = 0; i < view->n && orders->nsent < SENT_MAX; i++)
		if (orders->page[i].id > orders->last)
			send_order(orders, &orders->page[i]);
	if (view->n == VIEW_PAGE)
		look(engine);
}

static void
view_done(struct store_job *job)
{
	struct engine *engine = job->ctx;

	engine->orders->post = (struct mailbox_post){.run = looked, .ctx = engine};
	mailbox_post(engine->mailbox, &engine->orders->post);
}

static void
look(struct engine *engine)
{
	struct orders *orders = engine->orders;

	if (orders->looking || orders->worker == NULL || orders->nsent == SENT_MAX ||
	    store_last_order(engine->store) <= orders->last)
		return;
	store_job_init(&orders->job, STORE_VIEW);
	orders->job.done = view_done;
	orders->job.ctx = engine;
	orders->job.u.view = (struct store_view){.kind = VIEW_ORDERS,
		.after = (uint64_t)orders->last,
		.result = -1,
		.limit = VIEW_PAGE,
		.orders = orders->page};
	orders->looking = store_submit(engine->store, &orders->job) == WF_OK;
}

void
orders_tick(struct engine *engine)
{
	look(engine);
}

/*
 * Whoever says it last works; what was sent over another connection and is not done is sent again.
 */
wf_status
orders_work(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct orders *orders = engine->orders;

	(void)msg;
	if (orders->worker != peer)
		asks_gone(engine);
	orders->worker = peer;
	orders->last = 0;
	orders->nsent = 0;
	look(engine);
	return WF_OK;
}

void
orders_peer_gone(struct engine *engine, const struct engine_peer *peer)
{
	if (engine->orders->worker != peer)
		return;
	engine->orders->worker = NULL;
	asks_gone(engine);
}

struct engine_peer *
orders_worker(const struct engine *engine)
{
	return engine->orders->worker;
}

/* Another DONE of the same order may have been quicker: then there is nothing left to do. */
static void
written(struct mailbox_post *post)
{
	struct done *done = post->ctx;

	done->engine->nflushes--;
	if (done->job.status != WF_OK && done->job.status != WF_CONFLICT)
		engine_complain(done->engine, "order", &done->job);
	free(done);
}

static void
done_stored(struct store_job *job)
{
	struct done *done = job->ctx;

	done->post = (struct mailbox_post){.run = written, .ctx = done};
	mailbox_post(done->engine->mailbox, &done->post);
}

static void
fill_done(struct done *done, const struct store_order *order, bool succeeded, const char *text)
{
	struct asker asker = {.trusted = true, .zone = ZONE_INTERNET};

	snprintf(asker.user, sizeof(asker.user), "%s", order->user);
	snprintf(asker.service, sizeof(asker.service), "%s", order->service);
	snprintf(asker.nas, sizeof(asker.nas), "%s", order->nas);
	row_fill(&done->row, done->engine, &asker, AUDIT_SESSION, "session.disconnect");
	row_outcome(&done->row, succeeded ? AUDIT_SUCCESS : AUDIT_FAILURE,
		succeeded ? "" : "not-disconnected", "");
	snprintf(done->row.detail, sizeof(done->row.detail), "session %.200s; %.250s",
		order->acct_session, text);
	done->effect = (struct effect){.kind = EFFECT_ORDER_DONE, .value = order->id};
	snprintf(
		done->effect.text, sizeof(done->effect.text), "%s", succeeded ? "done" : "refused");
	done->job.kind = STORE_ADMIN;
	done->job.done = done_stored;
	done->job.ctx = done;
	done->job.u.admin.effects = &done->effect;
	done->job.u.admin.neffects = 1;
	done->job.u.admin.rows = &done->row;
	done->job.u.admin.nrows = 1;
}

static void
write_done(struct engine *engine, const struct store_order *order, bool succeeded, const char *text)
{
	struct done *done = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*done));

	if (done == NULL) {
		engine_complain(engine, "no memory for an order that is done", NULL);
		return;
	}
	done->engine = engine;
	fill_done(done, order, succeeded, text);
	engine->nflushes++;
	if (store_submit(engine->store, &done->job) == WF_OK)
		return;
	engine_complain(engine, "order", &done->job);
	engine->nflushes--;
	free(done);
}

/* One that is not known any more was done before, over another connection. */
wf_status
orders_done(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct orders *orders = engine->orders;
	uint64_t id, result;
	char text[1025];

	if (peer != orders->worker)
		return WF_OK;
	if (wf_msg_get_uint(msg, WF_F_TAG, &id) != WF_OK ||
		wf_msg_get_uint(msg, WF_F_STATUS, &result) != WF_OK ||
		wf_msg_get_text(msg, WF_F_TEXT, 0, text, sizeof(text)) != WF_OK)
		return WF_INVALID;
	if (asks_done(engine, id, msg))
		return WF_OK;
	for (size_t i = 0; i < orders->nsent; i++) {
		struct store_order order = orders->sent[i];

		if ((uint64_t)order.id != id)
			continue;
		orders->sent[i] = orders->sent[--orders->nsent];
		write_done(engine, &order, result == WF_OK, text);
		break;
	}
	look(engine);
	return WF_OK;
}
