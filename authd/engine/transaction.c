/* The transaction object: made at BEGIN, freed in DONE once nothing of it is under way. */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"
#include "common/random.h"

static void
deadline_passed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	txn_step(arg, TXN_DEADLINE);
}

static void
link_in(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	struct engine_peer *peer = txn->peer;

	txn->next = engine->transactions;
	if (txn->next != NULL)
		txn->next->link = &txn->next;
	txn->link = &engine->transactions;
	engine->transactions = txn;
	txn->next_of_peer = peer->transactions;
	if (txn->next_of_peer != NULL)
		txn->next_of_peer->link_of_peer = &txn->next_of_peer;
	txn->link_of_peer = &peer->transactions;
	peer->transactions = txn;
	peer->nwork++;
	engine->ntransactions++;
}

static void
leave_peer(struct transaction *txn)
{
	if (txn->link_of_peer == NULL)
		return;
	txn->peer->nwork--;
	*txn->link_of_peer = txn->next_of_peer;
	if (txn->next_of_peer != NULL)
		txn->next_of_peer->link_of_peer = txn->link_of_peer;
	txn->link_of_peer = NULL;
	txn->next_of_peer = NULL;
}

static void
hex_id(struct transaction *txn)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < WF_TXN_LEN; i++) {
		txn->id_hex[2 * i] = digits[txn->id[i] >> 4];
		txn->id_hex[2 * i + 1] = digits[txn->id[i] & 15];
	}
}

/*
 * An id is no secret, but it must be unique, and nobody shall guess another's: 96 random bits.  It
 * begins with the time, in seconds, so that the store writes those of one moment beside each other
 * and not all over its tables.
 */
static wf_status
make_id(const struct engine *engine, uint8_t id_r[WF_TXN_LEN])
{
	uint32_t seconds = (uint32_t)(wf_clock_now(&engine->clock).wall_us / 1000000);

	for (size_t i = 0; i < 4; i++)
		id_r[i] = (uint8_t)(seconds >> (24 - 8 * i));
	return wf_random_bytes(id_r + 4, WF_TXN_LEN - 4);
}

/*
 * 50 KiB, most of them for what few logins have: sixteen credentials, four prompts.  So what comes
 * behind is left as it is: the jobs' beginnings are cleared by store_job_init(), results by
 * verify_start().
 */
static struct transaction *
txn_alloc(void)
{
	struct transaction *txn = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*txn));

	if (txn == NULL)
		return NULL;
	memset(txn, 0, offsetof(struct transaction, verify.results));
	memset(&txn->job_used, 0,
		offsetof(struct transaction, job.u) - offsetof(struct transaction, job_used));
	return txn;
}

static void
note_used(struct transaction *txn)
{
	size_t used = store_job_extent(&txn->job);

	if (used > txn->job_used)
		txn->job_used = used;
}

/* All that it has ever held. */
static void
txn_wipe(struct transaction *txn)
{
	size_t results = txn->verify.nprompts * sizeof(txn->verify.results[0]);

	wf_wipe(&txn->job, txn->job_used);
	wf_wipe(txn, offsetof(struct transaction, verify.results) + results);
}

wf_status
txn_new(struct engine *engine, struct engine_peer *peer, struct transaction **txn_r)
{
	struct transaction *txn = txn_alloc();
	wf_status status;

	if (txn == NULL)
		return WF_NO_MEMORY;
	status = make_id(engine, txn->id);
	if (status != WF_OK) {
		free(txn);
		return status;
	}
	hex_id(txn);
	txn->engine = engine;
	txn->peer = peer;
	txn->version = peer->version;
	txn->verdict = WF_VERDICT_REJECT;
	txn->verdict_conflict = WF_VERDICT_REJECT;
	txn->deadline = timer_new(engine, deadline_passed, txn);
	if (txn->deadline == NULL) {
		free(txn);
		return WF_NO_MEMORY;
	}
	link_in(txn);
	*txn_r = txn;
	return WF_OK;
}

struct transaction *
txn_find(struct engine_peer *peer, const uint8_t id[WF_TXN_LEN])
{
	for (struct transaction *txn = peer->transactions; txn != NULL; txn = txn->next_of_peer)
		if (wf_mem_equal(txn->id, id, WF_TXN_LEN))
			return txn;
	return NULL;
}

static void
txn_free(struct transaction *txn)
{
	if (txn->deadline != NULL)
		event_free(txn->deadline);
	if (txn->grid != NULL)
		event_free(txn->grid);
	verify_clear(&txn->verify);
	upstream_clear(txn);
	wf_secret_clear(&txn->gateway.answer);
	txn_wipe(txn);
	free(txn);
}

void
txn_release(struct transaction *txn)
{
	if (txn->state != TXN_DONE || txn->busy || !txn->told)
		return;
	waiting_remove(txn);
	turn_end(txn);
	leave_peer(txn);
	*txn->link = txn->next;
	if (txn->next != NULL)
		txn->next->link = txn->link;
	txn->engine->ntransactions--;
	repeats_leave(txn);
	txn_free(txn);
}

void
txn_discard(struct transaction *txn)
{
	txn->state = TXN_DONE;
	txn->told = true;
	txn_release(txn);
}

void
txn_take_id(struct transaction *txn, const uint8_t id[WF_TXN_LEN])
{
	memcpy(txn->id, id, WF_TXN_LEN);
	hex_id(txn);
}

bool
txn_arm_deadline(struct transaction *txn, int64_t ms)
{
	struct timeval tv = {
		.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	txn->due_us = wf_clock_now(&txn->engine->clock).boot_us + ms * 1000;
	return evtimer_add(txn->deadline, &tv) == 0;
}

bool
txn_arm_grid(struct transaction *txn, event_callback_fn reached, int64_t slow_ms)
{
	if (txn->grid != NULL)
		event_free(txn->grid);
	txn->grid = timer_new(txn->engine, reached, txn);
	return txn->grid != NULL && grid_arm(txn->engine, txn->grid, txn->round_us, slow_ms);
}

void
txn_post(struct transaction *txn, void (*run)(struct mailbox_post *post))
{
	txn->post = (struct mailbox_post){.run = run, .ctx = txn};
	mailbox_post(txn->engine->mailbox, &txn->post);
}

typedef void (*arrival)(struct transaction *txn);

/* What follows a store job, by its kind. */
static const arrival arrivals[STORE_JOB_KINDS] = {
	[STORE_READ] = facts_arrived,
	[STORE_RESERVE] = reserve_arrived,
	[STORE_RESUME] = resume_arrived,
	[STORE_SETTLE] = settle_arrived,
	[STORE_ATTEMPT] = attempt_arrived,
	[STORE_FORETELL] = foretold_arrived,
};

static void
store_back(struct mailbox_post *post)
{
	struct transaction *txn = post->ctx;

	txn->busy = false;
	note_used(txn);
	if (!txn->engine->stopped)
		arrivals[txn->job.kind](txn);
}

static void
store_done(struct store_job *job)
{
	txn_post(job->ctx, store_back);
}

void
txn_submit(struct transaction *txn)
{
	txn->job.done = store_done;
	txn->job.ctx = txn;
	txn->busy = true;
	note_used(txn);
	outgoing_put(txn->engine, &txn->job);
}
