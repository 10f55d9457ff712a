/*
 * Every way to DONE, and the one function that says the verdict.  ACCEPT leaves from a single
 * place, once its row is durable; every other answer leaves on the time grid (I5).
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"
#include "common/text.h"

/* Row of the table: what the peer is told besides the verdict. */
static const enum wf_text_id verdict_text[WF_VERDICT_COUNT] = {
	[WF_VERDICT_REJECT] = WF_TEXT_REFUSED,
	[WF_VERDICT_UNAVAILABLE] = WF_TEXT_UNAVAILABLE,
	[WF_VERDICT_CHANGE] = WF_TEXT_MUST_CHANGE,
	[WF_VERDICT_EXPIRED] = WF_TEXT_REFUSED,
};

static wf_status
make_result(const struct transaction *txn, struct wf_msg *msg)
{
	enum wf_text_id text = verdict_text[txn->verdict];
	wf_status status;

	if (txn->verdict == WF_VERDICT_REJECT && txn->text != WF_TEXT_NONE)
		text = txn->text;
	wf_msg_init(msg, WF_MSG_RESULT, txn->version);
	status = wf_msg_add_bytes(msg, WF_F_TXN, txn->id, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_uint(msg, WF_F_VERDICT, txn->verdict);
	if (status == WF_OK && text != WF_TEXT_NONE)
		status = wf_msg_add_uint(msg, WF_F_TEXT_ID, text);
	if (status == WF_OK && text == WF_TEXT_REFUSED)
		status = wf_msg_add_text(msg, WF_F_TEXT, txn->engine->config->policy.helpdesk);
	if (status == WF_OK && txn->gateway.asks)
		status = gateway_describe(txn, msg);
	return status;
}

/*
 * In a first round right and wrong, known and unknown are told the same: go on with the code.  Who
 * has proved himself with a first password is asked for another one, and who proved all else for
 * what another server wants to know.
 */
static bool
says_challenge(const struct transaction *txn)
{
	bool asks = txn->round == ROUND_FIRST || txn->gateway.forced ||
		    (txn->gateway.asks && txn->upstream.asked_back);

	return asks && txn->verdict == WF_VERDICT_REJECT;
}

static bool
send_reply(struct transaction *txn)
{
	struct wf_msg msg;
	wf_status status =
		says_challenge(txn) ? gateway_challenge(txn, &msg) : make_result(txn, &msg);
	bool sent = false;

	if (status == WF_OK && txn->peer != NULL)
		sent = txn->peer->send(txn->peer, &msg);
	wf_msg_clear(&msg);
	if (!sent)
		peer_drop(txn->peer);
	return sent;
}

static void
count(struct transaction *txn)
{
	struct engine_figures *figures = &txn->engine->figures;

	figures->challenged += says_challenge(txn);
	figures->rejected += txn->verdict == WF_VERDICT_REJECT && !says_challenge(txn);
	figures->accepted += txn->verdict == WF_VERDICT_ACCEPT;
	figures->unavailable += txn->verdict == WF_VERDICT_UNAVAILABLE;
	figures->refused_early += txn->refused[0] != '\0';
}

/* The row says success, but the peer never heard it. */
static void
note_undelivered(struct transaction *txn)
{
	struct audit_row row;

	row_fill(&row, txn->engine, &txn->asker, AUDIT_AUTH, "login.undelivered");
	AUDIT_TEXT(row.txn, txn->id_hex);
	row_outcome(&row, AUDIT_NEUTRAL, "undelivered", "");
	engine_write_row(txn->engine, &row);
}

/* The verdict function: the only one that sends a RESULT of a transaction. */
static void
tell(struct transaction *txn)
{
	bool heard = false;

	if (!txn->told) {
		heard = send_reply(txn);
		txn->told = true;
		count(txn);
	}
	if (!heard && txn->verdict == WF_VERDICT_ACCEPT)
		note_undelivered(txn);
	txn_release(txn);
}

static void
grid_reached(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg);
}

static void
tell_on_grid(struct transaction *txn)
{
	if (txn->slow_ms == 0 && txn->verdict == WF_VERDICT_REJECT)
		grid_note_handling(txn->engine, txn->round_us);
	if (txn->peer == NULL || !txn_arm_grid(txn, grid_reached, 0))
		tell(txn);
}

/* The decision is durable, or needs no row. */
void
on_settled(struct transaction *txn)
{
	event_del(txn->deadline);
	if (txn->verdict == WF_VERDICT_ACCEPT || txn->verdict == WF_VERDICT_IGNORE)
		tell(txn);
	else
		tell_on_grid(txn);
}

/* Could not decide: never an ACCEPT, whatever was worked out so far (I4). */
void
on_failed(struct transaction *txn)
{
	event_del(txn->deadline);
	waiting_remove(txn);
	turn_end(txn);
	attempt_forget(txn);
	if (txn->unwritten)
		refusals_return(txn->engine->refusals, &txn->refusal);
	txn->unwritten = false;
	txn->verdict = WF_VERDICT_UNAVAILABLE;
	if (txn->reason[0] == '\0')
		AUDIT_TEXT(txn->reason, "unavailable");
	engine_complain(txn->engine, txn->reason, &txn->job);
	tell_on_grid(txn);
}

void
on_silence(struct transaction *txn)
{
	txn->verdict = WF_VERDICT_UNAVAILABLE;
	tell_on_grid(txn);
}

/* It waits for its turn or for the pending attempts of others: nothing of it is in the store. */
static bool
not_reserved(const struct transaction *txn)
{
	return txn->waiting || txn->ticket.state == TICKET_WAITS;
}

/*
 * Nobody waits for it any more.  A challenge that was taken up is gone with it: its code is looked
 * at all the same.
 */
static void
cancel(struct transaction *txn)
{
	if (txn->round != ROUND_SECOND)
		atomic_store(&txn->verify.job.cancelled, true);
}

/* Under evaluation or commit: the peer hears UNAVAILABLE now, the outcome is still recorded. */
void
on_overdue(struct transaction *txn)
{
	enum wf_verdict decided = txn->verdict;

	if (txn->state == TXN_COMMITTING)
		return; /* the commit is under way: it alone says what happened */
	if (not_reserved(txn)) {
		waiting_remove(txn);
		txn_refuse(txn, WF_VERDICT_UNAVAILABLE, "overload");
		return;
	}
	cancel(txn);
	if (txn->told)
		return;
	txn->verdict = WF_VERDICT_UNAVAILABLE;
	send_reply(txn);
	count(txn);
	txn->told = true;
	txn->verdict = decided;
}

void
on_abort(struct transaction *txn)
{
	event_del(txn->deadline);
	txn->told = true;
	txn_release(txn);
}

/*
 * Given up while it is being evaluated: what is already counted as pending is settled all the same.
 */
void
on_abort_busy(struct transaction *txn)
{
	if (txn->state == TXN_COMMITTING)
		return; /* as for the deadline */
	txn->told = true;
	cancel(txn);
	if (!not_reserved(txn))
		return;
	waiting_remove(txn);
	txn_refuse(txn, WF_VERDICT_REJECT, "abandoned");
}

/* An event that no state expects: never accepted, and said so in the record. */
void
on_violation(struct transaction *txn)
{
	txn->doomed = true;
	txn->doomed_by_account = false;
	AUDIT_TEXT(txn->doom, "protocol");
	AUDIT_TEXT(txn->reason, "protocol");
	waiting_remove(txn);
	if (txn->busy || txn->state == TXN_DONE)
		return;
	turn_end(txn);
	txn->verdict = WF_VERDICT_REJECT;
	txn->state = TXN_COMMITTING;
	settle_refusal(txn, "protocol");
}

/* Something of a finished transaction came in late. */
void
on_late(struct transaction *txn)
{
	txn_release(txn);
}
