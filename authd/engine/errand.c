/*
 * An errand is one request with one answer: the account phase, a session's event, a new password.
 * It walks a chain of steps (store, worker, store), each called in the loop thread, and ends in one
 * answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"

static void
leave_peer(struct errand *errand)
{
	if (errand->peer == NULL || errand->link_of_peer == NULL)
		return;
	errand->peer->nwork--;
	*errand->link_of_peer = errand->next_of_peer;
	if (errand->next_of_peer != NULL)
		errand->next_of_peer->link_of_peer = errand->link_of_peer;
	errand->link_of_peer = NULL;
}

void
errand_free(struct errand *errand)
{
	leave_peer(errand);
	*errand->link = errand->next;
	if (errand->next != NULL)
		errand->next->link = errand->link;
	errand->engine->nerrands--;
	forced_end(errand);
	wf_secret_clear(&errand->secret);
	if (errand->hashes != NULL)
		wf_wipe(errand->hashes, STORE_HASHES_MAX * sizeof(*errand->hashes));
	free(errand->hashes);
	if (errand->grid != NULL)
		event_free(errand->grid);
	wf_wipe(errand, sizeof(*errand));
	free(errand);
}

static wf_status
make_answer(const struct errand *errand, struct wf_msg *msg)
{
	wf_status status;

	if (errand->prompt != WF_TEXT_NONE && errand->verdict == WF_VERDICT_REJECT)
		return forced_challenge(errand, msg);
	wf_msg_init(msg, WF_MSG_RESULT, errand->version);
	status = wf_msg_add_uint(msg, WF_F_VERDICT, errand->verdict);
	if (status == WF_OK && errand->text_id != WF_TEXT_NONE)
		status = wf_msg_add_uint(msg, WF_F_TEXT_ID, errand->text_id);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_TEXT, errand->text);
	if (status == WF_OK && errand->type == WF_MSG_RECORD)
		status = wf_msg_add_uint(msg, WF_F_TAG, errand->tag);
	if (status == WF_OK && errand->session_s > 0)
		status = wf_msg_add_uint(msg, WF_F_SECONDS, errand->session_s);
	if (status == WF_OK && errand->idle_s > 0)
		status = wf_msg_add_uint(msg, WF_F_IDLE, errand->idle_s);
	if (status == WF_OK && errand->type == WF_MSG_ATTEMPT)
		status = forced_describe(errand, msg);
	return status;
}

static void
send_answer(struct errand *errand)
{
	struct wf_msg msg;
	wf_status status = make_answer(errand, &msg);

	if (status == WF_OK && errand->peer != NULL && !errand->peer->send(errand->peer, &msg))
		status = WF_IO;
	wf_msg_clear(&msg);
	if (status != WF_OK)
		peer_drop(errand->peer);
}

static void
grid_reached(evutil_socket_t fd, short what, void *arg)
{
	struct errand *errand = arg;

	(void)fd;
	(void)what;
	send_answer(errand);
	errand_free(errand);
}

/* The errands' verdict function: what is not an ACCEPT leaves on the grid. */
void
errand_answer(struct errand *errand, enum wf_verdict verdict, enum wf_text_id text_id)
{
	errand->verdict = verdict;
	errand->text_id = text_id;
	if (verdict != WF_VERDICT_ACCEPT && verdict != WF_VERDICT_IGNORE)
		errand->grid = timer_new(errand->engine, grid_reached, errand);
	if (errand->grid != NULL && errand->peer != NULL &&
		grid_arm(errand->engine, errand->grid, errand->round_us, 0))
		return;
	send_answer(errand);
	errand_free(errand);
}

void
errand_unavailable(struct errand *errand, const char *reason)
{
	if (errand->unwritten)
		refusals_return(errand->engine->refusals, &errand->row);
	errand->unwritten = false;
	engine_complain(errand->engine, reason, &errand->job);
	errand_answer(errand, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
}

static void
back(struct mailbox_post *post)
{
	struct errand *errand = post->ctx;

	if (!errand->engine->stopped)
		errand->step(errand);
}

static void
post_back(struct errand *errand)
{
	errand->post = (struct mailbox_post){.run = back, .ctx = errand};
	mailbox_post(errand->engine->mailbox, &errand->post);
}

static void
store_done(struct store_job *job)
{
	post_back(job->ctx);
}

void
errand_submit(struct errand *errand, void (*step)(struct errand *errand))
{
	errand->step = step;
	errand->job.done = store_done;
	errand->job.ctx = errand;
	outgoing_put(errand->engine, &errand->job);
}

static void
work_done(struct worker_job *job, wf_status status)
{
	struct errand *errand = job->ctx;

	if (status != WF_OK)
		errand->work_status = status;
	post_back(errand);
}

void
errand_work(struct errand *errand, void (*run)(struct worker_job *job, void *scratch),
	void (*step)(struct errand *errand))
{
	errand->step = step;
	errand->work.run = run;
	errand->work.done = work_done;
	errand->work.ctx = errand;
	errand->work.deadline_boot_us =
		errand->round_us +
		policy_value(&errand->engine->config->policy, P_MACHINE_DEADLINE_S) * 1000000;
	if (worker_submit(errand->engine->workers, &errand->work) != WF_OK)
		errand_unavailable(errand, "overload");
}

void
errand_read(struct errand *errand, void (*step)(struct errand *errand))
{
	struct store_read *read = &errand->job.u.read;

	memset(&errand->job, 0, sizeof(errand->job));
	errand->job.kind = STORE_READ;
	read->name = errand->asker.user;
	read->uid = -1;
	read->has_txn = errand->has_txn;
	memcpy(read->txn, errand->txn, WF_TXN_LEN);
	read->hashes = errand->hashes;
	if (errand->hashes != NULL)
		new_password_wants(&errand->engine->config->policy, read->hashes_wanted);
	asker_session(&errand->asker, read);
	grants_ask(errand->engine, &errand->asker, read);
	errand_submit(errand, step);
}

static void
recorded(struct errand *errand)
{
	if (errand->job.status != WF_OK)
		errand_unavailable(errand, "store");
	else
		errand_answer(errand, errand->verdict_recorded, errand->text_recorded);
}

void
errand_record(struct errand *errand, enum wf_verdict verdict, enum wf_text_id text_id, bool refusal)
{
	if (refusal && !refusals_note(errand->engine->refusals, &errand->row,
				      refusal_kind(&errand->asker, errand->account.id != 0))) {
		errand_answer(errand, verdict, text_id);
		return;
	}
	errand->unwritten = refusal;
	errand->verdict_recorded = verdict;
	errand->text_recorded = text_id;
	memset(&errand->job, 0, sizeof(errand->job));
	errand->job.kind = STORE_ADMIN;
	errand->job.u.admin.rows = &errand->row;
	errand->job.u.admin.nrows = 1;
	errand->job.u.admin.effects = errand->effects;
	if (verdict == WF_VERDICT_ACCEPT)
		grants_use(errand->engine, errand->grant, errand->account.id, errand->effects,
			   &errand->job.u.admin.neffects);
	errand_submit(errand, recorded);
}

struct errand_start {
	enum wf_msg_type type;
	void (*start)(struct errand *errand);
};

static const struct errand_start starts[] = {
	{ WF_MSG_ACCOUNT, account_phase },
	{ WF_MSG_SESSION, session_phase },
	{ WF_MSG_CHANGE, change_phase },
	{ WF_MSG_RECORD, record_phase },
	{ WF_MSG_ATTEMPT, forced_phase },
};

static wf_status
read_request(struct errand *errand, const struct wf_msg *msg)
{
	const uint8_t *txn;
	uint64_t event;
	size_t len;
	wf_status status = asker_read(&errand->asker, errand->peer, msg);

	if (status != WF_OK)
		return status;
	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK && len == WF_TXN_LEN) {
		memcpy(errand->txn, txn, WF_TXN_LEN);
		errand->has_txn = true;
	}
	if (msg->type == WF_MSG_SESSION) {
		status = wf_msg_get_uint(msg, WF_F_EVENT, &event);
		if (status != WF_OK || (event != WF_SESSION_OPEN && event != WF_SESSION_CLOSE))
			return WF_INVALID;
		errand->event = (enum wf_session_event)event;
	}
	if (msg->type == WF_MSG_CHANGE)
		status = wf_msg_get_secret(msg, WF_F_SECRET, 0, 0, &errand->secret);
	if (msg->type == WF_MSG_RECORD)
		status = record_read(errand, msg);
	if (msg->type == WF_MSG_ATTEMPT)
		status = forced_read(errand, msg);
	return status;
}

static void
link_in(struct errand *errand)
{
	struct engine_peer *peer = errand->peer;

	errand->next_of_peer = peer->errands;
	if (errand->next_of_peer != NULL)
		errand->next_of_peer->link_of_peer = &errand->next_of_peer;
	errand->link_of_peer = &peer->errands;
	peer->errands = errand;
	peer->nwork++;
	errand->next = errand->engine->errands;
	if (errand->next != NULL)
		errand->next->link = &errand->next;
	errand->link = &errand->engine->errands;
	errand->engine->errands = errand;
	errand->engine->nerrands++;
}

wf_status
errand_start(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct errand *errand = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*errand));
	wf_status status;

	if (errand == NULL)
		return WF_NO_MEMORY;
	errand->engine = engine;
	errand->peer = peer;
	errand->type = msg->type;
	errand->version = peer->version;
	errand->round_us = wf_clock_now(&engine->clock).boot_us;
	link_in(errand);
	status = read_request(errand, msg);
	if (status != WF_OK) {
		errand_free(errand);
		return status;
	}
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (starts[i].type == msg->type)
			starts[i].start(errand);
	return WF_OK;
}
