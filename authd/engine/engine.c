/* The engine's own life: messages in, peers gone, the tick, rows that nobody waits for. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/engine/internal.h"
#include "authd/engine/permit.h"
#include "common/fault.h"

/* under way over one connection of the PAM module, which has one at a time */
#define PEER_WORK_MAX 8
#define USER_WORK_MAX 64     /* of one user but root, over all connections */
#define RADIUS_WORK_MAX 4096 /* of the RADIUS front end */

wf_status
engine_new(const struct engine_options *options, const struct config *config,
	const struct keyring *keys, struct engine **engine_r)
{
	struct engine *engine = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*engine));
	wf_status status;

	if (engine == NULL)
		return WF_NO_MEMORY;
	engine->base = options->base;
	status = refusals_new(&engine->refusals);
	if (status == WF_OK)
		status = admission_new(
			worker_threads(options->workers), config->queue, &engine->admission);
	if (status == WF_OK)
		status = repeats_new(&engine->repeats);
	if (status == WF_OK)
		status = orders_new(engine);
	if (status == WF_OK)
		status = forced_new(engine);
	if (status == WF_OK)
		status = asks_new(engine);
	if (status == WF_OK)
		status = outgoing_new(engine);
	if (status != WF_OK) {
		asks_free(engine);
		forced_free(engine);
		orders_free(engine);
		repeats_free(&engine->repeats);
		admission_free(&engine->admission);
		refusals_free(&engine->refusals);
		free(engine);
		return status;
	}
	engine->store = options->store;
	engine->mailbox = options->mailbox;
	engine->workers = options->workers;
	engine->quick = options->quick != NULL ? options->quick : options->workers;
	engine->clock = options->clock;
	engine->say = options->say;
	engine->config = config;
	engine->keys = keys;
	*engine_r = engine;
	return WF_OK;
}

void
engine_configure(struct engine *engine, const struct config *config, const struct keyring *keys)
{
	engine->config = config;
	engine->keys = keys;
	admission_configure(engine->admission, config->queue);
}

void
engine_use_egress(struct engine *engine, struct egress *egress)
{
	engine->egress = egress;
}

bool
engine_uses(const struct engine *engine, const struct keyring *keys)
{
	if (engine->keys == keys)
		return true;
	for (const struct transaction *txn = engine->transactions; txn != NULL; txn = txn->next)
		if (txn->verify.keys == keys)
			return true;
	for (const struct errand *errand = engine->errands; errand != NULL; errand = errand->next)
		if (errand->keys == keys)
			return true;
	return false;
}

static wf_status
abort_txn(struct engine_peer *peer, const struct wf_msg *msg)
{
	const uint8_t *id;
	size_t len;
	struct transaction *txn;

	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &id, &len) != WF_OK || len != WF_TXN_LEN)
		return WF_INVALID;
	txn = txn_find(peer, id);
	if (txn == NULL)
		return WF_OK; /* it ended while the message was under way */
	txn_step(txn, TXN_ABORT);
	return WF_OK;
}

static wf_status
handle_answer(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	(void)engine;
	return txn_answer(peer, msg);
}

static wf_status
handle_abort(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	(void)engine;
	return abort_txn(peer, msg);
}

struct message_handler {
	enum wf_msg_type type;
	bool starts; /* something new */
	wf_status (*handle)(
		struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
};

static const struct message_handler handlers[] = {
	{ WF_MSG_BEGIN, true, txn_begin },	{ WF_MSG_ANSWER, false, handle_answer },
	{ WF_MSG_ABORT, false, handle_abort },	{ WF_MSG_ACCOUNT, true, errand_start },
	{ WF_MSG_SESSION, true, errand_start }, { WF_MSG_CHANGE, true, errand_start },
	{ WF_MSG_ATTEMPT, true, txn_attempt },	{ WF_MSG_RECORD, true, errand_start },
	{ WF_MSG_WORK, false, orders_work },	{ WF_MSG_DONE, false, orders_done },
};

/* A user of one machine is not the user of the same number on another. */
static bool
is_user(const struct asker *asker, const struct engine_peer *peer)
{
	return !asker->trusted && asker->uid == peer->cred.uid &&
	       strcmp(asker->host, peer->host != NULL ? peer->host->name : "") == 0;
}

/* Also what was begun over connections that are gone. */
static size_t
work_of_user(const struct engine *engine, const struct engine_peer *peer)
{
	size_t n = 0;

	for (const struct transaction *txn = engine->transactions; txn != NULL; txn = txn->next)
		n += is_user(&txn->asker, peer);
	for (const struct errand *errand = engine->errands; errand != NULL; errand = errand->next)
		n += is_user(&errand->asker, peer);
	return n;
}

/*
 * Requests cost memory until they are answered: one user's program must not take it from all
 * others.
 */
static bool
has_room(const struct engine *engine, const struct engine_peer *peer)
{
	if (peer->role == FRONT_RADIUS)
		return peer->nwork < RADIUS_WORK_MAX;
	if (peer->nwork >= PEER_WORK_MAX)
		return false;
	return peer->cred.uid == 0 || work_of_user(engine, peer) < USER_WORK_MAX;
}

wf_status
engine_handle(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	peer->version = msg->version;
	if (!permit_message(peer->role, msg->type, permit_state(peer, msg)))
		return WF_DENIED;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (handlers[i].type != msg->type)
			continue;
		return handlers[i].starts && !has_room(engine, peer)
			       ? WF_FULL
			       : handlers[i].handle(engine, peer, msg);
	}
	return WF_DENIED;
}

void
engine_peer_gone(struct engine *engine, struct engine_peer *peer)
{
	orders_peer_gone(engine, peer);
	while (peer->errands != NULL) {
		struct errand *errand = peer->errands;

		peer->errands = errand->next_of_peer;
		if (peer->errands != NULL)
			peer->errands->link_of_peer = &peer->errands;
		errand->link_of_peer = NULL;
		errand->next_of_peer = NULL;
		errand->peer = NULL;
		peer->nwork--;
	}
	while (peer->transactions != NULL) {
		struct transaction *txn = peer->transactions;

		peer->transactions = txn->next_of_peer;
		if (peer->transactions != NULL)
			peer->transactions->link_of_peer = &peer->transactions;
		txn->link_of_peer = NULL;
		txn->next_of_peer = NULL;
		txn->peer = NULL;
		peer->nwork--;
		txn_step(txn, TXN_ABORT);
	}
}

bool
engine_idle(const struct engine *engine)
{
	return engine->ntransactions == 0 && engine->nerrands == 0 && engine->nflushes == 0;
}

/* People who have been asked and have not answered are told so; what is being evaluated goes on. */
void
engine_drain(struct engine *engine)
{
	struct transaction *txn = engine->transactions;

	engine->draining = true;
	while (txn != NULL) {
		struct transaction *next = txn->next;

		if (txn->state == TXN_CHALLENGED || txn->waiting || txn->gateway.parked ||
			txn->ticket.state == TICKET_WAITS)
			txn_step(txn, TXN_FAILED);
		else if (txn->state == TXN_FURTHER)
			txn_step(txn, TXN_DEADLINE);
		txn = next;
	}
}

struct row_job {
	struct engine *engine;
	struct store_job job;
	struct mailbox_post post;
	struct audit_row row;
	bool gathered; /* of refusals */
};

static void
row_back(struct mailbox_post *post)
{
	struct row_job *row = post->ctx;

	row->engine->nflushes--;
	if (row->job.status != WF_OK) {
		engine_complain(row->engine, "row", &row->job);
		if (row->gathered)
			refusals_return(row->engine->refusals, &row->row);
	}
	free(row);
}

static void
row_done(struct store_job *job)
{
	struct row_job *row = job->ctx;

	row->post = (struct mailbox_post){.run = row_back, .ctx = row};
	mailbox_post(row->engine->mailbox, &row->post);
}

void
peer_drop(struct engine_peer *peer)
{
	if (peer != NULL && peer->drop != NULL)
		peer->drop(peer);
}

struct event *
timer_new(struct engine *engine, event_callback_fn reached, void *arg)
{
	return wf_fault(WF_FAULT_ALLOC) ? NULL : evtimer_new(engine->base, reached, arg);
}

static bool
write_row(struct engine *engine, const struct audit_row *row, bool gathered)
{
	struct row_job *job = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*job));

	if (job == NULL) {
		engine_complain(engine, "no memory for a row of the log", NULL);
		return false;
	}
	job->engine = engine;
	job->row = *row;
	job->gathered = gathered;
	job->job.kind = STORE_ADMIN;
	job->job.done = row_done;
	job->job.ctx = job;
	job->job.u.admin.rows = &job->row;
	job->job.u.admin.nrows = 1;
	engine->nflushes++;
	if (store_submit(engine->store, &job->job) == WF_OK)
		return true;
	engine_complain(engine, "row", &job->job);
	engine->nflushes--;
	free(job);
	return false;
}

void
engine_write_row(struct engine *engine, const struct audit_row *row)
{
	(void)write_row(engine, row, false);
}

void
engine_complain(struct engine *engine, const char *reason, const struct store_job *job)
{
	int64_t now = wf_clock_now(&engine->clock).boot_us;
	const char *cause = job != NULL ? job->cause : "";
	char text[256];

	if (engine->say == NULL ||
		(engine->complained_us != 0 && now - engine->complained_us < 1000000))
		return;
	engine->complained_us = now;
	snprintf(text, sizeof(text), "a request ended UNAVAILABLE: %s%s%s", reason,
		cause[0] != '\0' ? ": " : "", cause);
	engine->say(LOG_ERR, text);
}

static void
flush_refusals(struct engine *engine, bool all)
{
	struct audit_row row;

	while (refusals_take(engine->refusals, wf_clock_now(&engine->clock).wall_us, all, &row)) {
		if (write_row(engine, &row, true))
			continue;
		refusals_return(engine->refusals, &row);
		return; /* the store has enough to do: the rest at the next tick */
	}
}

void
engine_tick(struct engine *engine)
{
	flush_refusals(engine, engine->draining);
	turns_tick(engine);
	orders_tick(engine);
	forced_tick(engine);
	asks_tick(engine);
	waiting_retry(engine, NULL, SIZE_MAX);
}

void
engine_figures(const struct engine *engine, struct engine_figures *figures_r)
{
	*figures_r = engine->figures;
	figures_r->transactions_open = engine->ntransactions;
	figures_r->waiting = admission_waiting(engine->admission);
	figures_r->slowest_hash_ms = engine->slowest_hash_ms;
}

void
engine_stop(struct engine *engine)
{
	engine->stopped = true;
}

void
engine_free(struct engine **engine)
{
	struct engine *it = *engine;

	*engine = NULL;
	if (it == NULL)
		return;
	while (it->transactions != NULL) {
		struct transaction *txn = it->transactions;

		txn->state = TXN_DONE;
		txn->busy = false;
		txn->told = true;
		txn_release(txn);
	}
	while (it->errands != NULL)
		errand_free(it->errands);
	refusals_free(&it->refusals);
	admission_free(&it->admission);
	repeats_free(&it->repeats);
	orders_free(it);
	forced_free(it);
	asks_free(it);
	outgoing_free(it);
	free(it);
}
