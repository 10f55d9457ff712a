/*
 * A first password must be changed before it lets anybody in; through a gateway that can ask again
 * this takes two more rounds: the new password, and the same once more.
 *
 * Who gets here has proved both kinds just now, and his code is used up: the row of that login
 * stands.  What he is asked for next is kept in memory alone, since the new password may not lie
 * anywhere in the clear: a restart, or too many at once, sends him back to the beginning.  Each
 * STATE works once; the rounds share a deadline.  ACCEPT needs the change's commit, with a row of
 * its own for the login.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"
#include "common/random.h"
#include "common/text.h"

#define FORCED_MAX 128
/*
 * New passwords of one login that were held against the person's other accounts: who never repeats
 * one could ask on and on which of them another account has.
 */
#define COMPARED_MAX 3

/* Somebody who is to choose a new password. */
struct forced {
	bool used;
	bool busy; /* an answer of it is being looked at */
	uint8_t id[WF_TXN_LEN];  /* of the STATE that is out */
	uint8_t txn[WF_TXN_LEN]; /* of the login */
	char txn_hex[2 * WF_TXN_LEN + 1];
	char user[WF_NAME_MAX + 1], service[65];
	char factors[65], kinds[33], rule[65]; /* that it has proved, and why these */
	int64_t account;
	int64_t until_us;
	struct wf_secret first; /* empty until it was entered once */
	struct password_note note; /* what it met */
	unsigned compared; /* new passwords so far that could have been set */
};

struct forced_list {
	struct forced slots[FORCED_MAX];
	size_t next;
};

wf_status
forced_new(struct engine *engine)
{
	engine->forced = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*engine->forced));
	return engine->forced != NULL ? WF_OK : WF_NO_MEMORY;
}

static void
clear(struct forced *forced)
{
	wf_secret_clear(&forced->first);
	*forced = (struct forced){.used = false};
}

void
forced_free(struct engine *engine)
{
	for (size_t i = 0; engine->forced != NULL && i < FORCED_MAX; i++)
		clear(&engine->forced->slots[i]);
	free(engine->forced);
	engine->forced = NULL;
}

/* A free one, or the next in turn that nobody works on; NULL: all are busy. */
static struct forced *
take_slot(struct forced_list *list)
{
	for (size_t i = 0; i < FORCED_MAX; i++)
		if (!list->slots[i].used)
			return &list->slots[i];
	for (size_t i = 0; i < FORCED_MAX; i++) {
		struct forced *forced = &list->slots[list->next++ % FORCED_MAX];

		if (forced->busy)
			continue;
		clear(forced);
		return forced;
	}
	return NULL;
}

wf_status
forced_begin(const struct transaction *txn, const struct audit_row *row, uint8_t id_r[WF_TXN_LEN])
{
	const struct policy *policy = &txn->engine->config->policy;
	struct forced *forced = take_slot(txn->engine->forced);

	if (forced == NULL)
		return WF_FULL;
	if (wf_random_bytes(forced->id, WF_TXN_LEN) != WF_OK)
		return WF_UNAVAILABLE;
	forced->used = true;
	memcpy(forced->txn, txn->id, WF_TXN_LEN);
	memcpy(forced->txn_hex, txn->id_hex, sizeof(forced->txn_hex));
	snprintf(forced->user, sizeof(forced->user), "%s", txn->asker.user);
	snprintf(forced->service, sizeof(forced->service), "%s", txn->asker.service);
	snprintf(forced->factors, sizeof(forced->factors), "%s", row->factors);
	snprintf(forced->kinds, sizeof(forced->kinds), "%s", row->kinds);
	snprintf(forced->rule, sizeof(forced->rule), "%s", row->rule);
	forced->account = txn->account;
	forced->until_us = wf_clock_now(&txn->engine->clock).boot_us +
			   2 * policy_value(policy, P_PERSON_DEADLINE_S) * 1000000;
	memcpy(id_r, forced->id, WF_TXN_LEN);
	return WF_OK;
}

void
forced_tick(struct engine *engine)
{
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;

	for (size_t i = 0; i < FORCED_MAX; i++) {
		struct forced *forced = &engine->forced->slots[i];

		if (forced->used && !forced->busy && forced->until_us < now_us)
			clear(forced);
	}
}

static struct forced *
find(const struct engine *engine, const uint8_t id[WF_TXN_LEN], const struct asker *asker)
{
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;

	for (size_t i = 0; i < FORCED_MAX; i++) {
		struct forced *forced = &engine->forced->slots[i];
		bool there = forced->used && !forced->busy && now_us <= forced->until_us;

		if (there && wf_mem_equal(forced->id, id, WF_TXN_LEN) &&
			strcmp(forced->user, asker->user) == 0 &&
			strcmp(forced->service, asker->service) == 0)
			return forced;
	}
	return NULL;
}

wf_status
forced_awaits(const struct engine *engine, const struct wf_msg *msg)
{
	struct asker asker = {.uid = 0};
	unsigned round;
	char state[WF_STATE_LEN + 1];
	uint8_t id[WF_TXN_LEN];
	wf_status status;

	if (wf_msg_get_text(msg, WF_F_STATE, 0, state, sizeof(state)) != WF_OK ||
		state[0] == '\0' ||
		wf_msg_get_text(msg, WF_F_USER, 0, asker.user, sizeof(asker.user)) != WF_OK ||
		wf_msg_get_text(msg, WF_F_SERVICE, 0, asker.service, sizeof(asker.service)) !=
			WF_OK)
		return WF_NO;
	status = state_open(engine->keys, state, asker.service, asker.user, id, &round);
	return status == WF_OK && find(engine, id, &asker) == NULL ? WF_NO : status;
}

/*
 * Its STATE is used up by this.  One that could be looked at when it was asked whose it is, and
 * cannot any more, leaves errand->forced NULL: the phase says so, and it may come again.
 */
wf_status
forced_read(struct errand *errand, const struct wf_msg *msg)
{
	char state[WF_STATE_LEN + 1];
	uint8_t id[WF_TXN_LEN];
	unsigned round;
	const uint8_t *bytes;
	size_t len;
	wf_status status = wf_msg_get_text(msg, WF_F_STATE, 0, state, sizeof(state));

	if (status == WF_OK)
		status = wf_msg_get_uint(msg, WF_F_TAG, &errand->tag);
	if (status == WF_OK &&
		(wf_msg_get_bytes(msg, WF_F_ANSWER, 0, &bytes, &len) != WF_OK || bytes[0] != 0))
		status = WF_INVALID;
	if (status == WF_OK)
		status = wf_msg_get_secret(msg, WF_F_ANSWER, 0, 1, &errand->secret);
	if (status != WF_OK || state_open(errand->engine->keys, state, errand->asker.service,
				       errand->asker.user, id, &round) != WF_OK)
		return status;
	errand->forced = find(errand->engine, id, &errand->asker);
	if (errand->forced != NULL)
		errand->forced->busy = true;
	return WF_OK;
}

/* What could not be done may come again; everything else is over. */
void
forced_end(struct errand *errand)
{
	if (errand->forced != NULL && errand->verdict == WF_VERDICT_UNAVAILABLE)
		errand->forced->busy = false;
	else if (errand->forced != NULL)
		clear(errand->forced);
	errand->forced = NULL;
}

wf_status
forced_describe(const struct errand *errand, struct wf_msg *msg)
{
	wf_status status = wf_msg_add_uint(msg, WF_F_TAG, errand->tag);

	if (errand->verdict != WF_VERDICT_ACCEPT)
		return status;
	if (status == WF_OK)
		status = wf_msg_add_bytes(msg, WF_F_TXN, errand->txn, WF_TXN_LEN);
	for (size_t i = 0; status == WF_OK && i < errand->account.ngroups; i++)
		status = wf_msg_add_text(msg, WF_F_GROUP, errand->account.groups[i]);
	return status;
}

wf_status
forced_challenge(const struct errand *errand, struct wf_msg *msg_r)
{
	const struct policy *policy = &errand->engine->config->policy;
	const struct wf_prompt prompt = {.id = 1,
		.text = errand->prompt,
		.ttl_s = (uint32_t)policy_value(policy, P_PERSON_DEADLINE_S)};
	char state[WF_STATE_LEN + 1];
	wf_status status;

	wf_msg_init(msg_r, WF_MSG_CHALLENGE, errand->version);
	status = state_make(errand->engine->keys, errand->next_id, errand->asker.service,
		errand->asker.user, 0, state);
	if (status == WF_OK)
		status = wf_msg_add_uint(msg_r, WF_F_TAG, errand->tag);
	if (status == WF_OK)
		status = wf_msg_add_bytes(msg_r, WF_F_TXN, errand->txn, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_text(msg_r, WF_F_STATE, state);
	if (status == WF_OK)
		status = wf_msg_add_prompt(msg_r, &prompt);
	return status == WF_OK ? wf_msg_add_text(msg_r, WF_F_TEXT, errand->text) : status;
}

/* The next question, under a new STATE; `why` stands before it. */
static void
ask_next(struct errand *errand, enum wf_text_id prompt, const char *why)
{
	struct forced *forced = errand->forced;
	const char *question = wf_text(prompt, errand->asker.language);
	char text[sizeof(errand->text)];

	if (wf_random_bytes(forced->id, WF_TXN_LEN) != WF_OK) {
		errand_unavailable(errand, "random");
		return;
	}
	memcpy(errand->next_id, forced->id, WF_TXN_LEN);
	errand->prompt = prompt;
	snprintf(text, sizeof(text), "%.400s%s%.100s", why, why[0] != '\0' ? " " : "", question);
	memcpy(errand->text, text, sizeof(text));
	forced->busy = false;
	errand->forced = NULL;
	errand_answer(errand, WF_VERDICT_REJECT, WF_TEXT_NONE);
}

static void
refuse(struct errand *errand, const char *reason)
{
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	AUDIT_TEXT(errand->row.txn, errand->forced->txn_hex);
	row_outcome(&errand->row, AUDIT_FAILURE, reason, "");
	errand_record(errand, WF_VERDICT_REJECT, WF_TEXT_REFUSED, true);
}

static void
changed(struct errand *errand)
{
	if (errand->job.status == WF_OK)
		errand_answer(errand, WF_VERDICT_ACCEPT, WF_TEXT_CHANGED);
	else
		errand_unavailable(errand, "store");
}

/* Two rows in one commit: the change, and the login that it completes. */
static void
fill_rows(struct errand *errand)
{
	const struct forced *forced = errand->forced;
	struct audit_row *change = &errand->rows[0], *login = &errand->rows[1];

	row_fill(change, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	AUDIT_TEXT(change->txn, forced->txn_hex);
	row_outcome(change, AUDIT_SUCCESS, "own", "");
	row_fill(login, errand->engine, &errand->asker, AUDIT_AUTH, "login");
	AUDIT_TEXT(login->action, "password");
	AUDIT_TEXT(login->txn, forced->txn_hex);
	AUDIT_TEXT(login->factors, forced->factors);
	AUDIT_TEXT(login->kinds, forced->kinds);
	row_outcome(login, AUDIT_SUCCESS, "ok", forced->rule);
}

static void
hashed(struct errand *errand)
{
	struct store_admin *admin = &errand->job.u.admin;

	wf_secret_clear(&errand->secret);
	if (errand->work_status != WF_OK) {
		errand_unavailable(errand, "hash");
		return;
	}
	fill_rows(errand);
	store_job_init(&errand->job, STORE_ADMIN);
	admin->effects = errand->effects;
	admin->neffects = change_effects(errand, false);
	admin->rows = errand->rows;
	admin->nrows = 2;
	errand_submit(errand, changed);
}

static void
take_mismatch(struct errand *errand)
{
	wf_secret_clear(&errand->forced->first);
	if (errand->forced->compared >= COMPARED_MAX)
		refuse(errand, "not-repeated");
	else
		ask_next(errand, WF_TEXT_NEW_PASSWORD,
			wf_text(WF_TEXT_MISMATCH, errand->asker.language));
}

static void
take_repetition(struct errand *errand)
{
	if (!wf_secret_equal(&errand->secret, &errand->forced->first)) {
		take_mismatch(errand);
		return;
	}
	errand->fresh.note = errand->forced->note;
	change_work(errand, change_hash, hashed);
}

/* Another account's is not asked for again: the next answer would be the next comparison. */
static void
refuse_password(struct errand *errand)
{
	if (errand->fresh.reused == HASH_PERSON) {
		memcpy(errand->text, errand->fresh.why, sizeof(errand->text));
		refuse(errand, errand->fresh.reason);
	} else {
		ask_next(errand, WF_TEXT_NEW_PASSWORD, errand->fresh.why);
	}
}

static void
judged(struct errand *errand)
{
	if (errand->work_status == WF_NO) {
		refuse_password(errand);
	} else if (errand->work_status != WF_OK) {
		errand_unavailable(errand, "hash");
	} else {
		errand->forced->note = errand->fresh.note;
		errand->forced->compared++;
		wf_secret_move(&errand->forced->first, &errand->secret);
		ask_next(errand, WF_TEXT_REPEAT_PASSWORD, "");
	}
}

static void
take_password(struct errand *errand)
{
	change_work(errand, change_judge, judged);
}

/* Why not any more, of an account that has been read again; NULL: the change may go on. */
static const char *
forced_doom(const struct errand *errand, const struct store_read *read)
{
	const struct config *config = errand->engine->config;
	const struct account *account = read->found ? &read->account : NULL;
	const int64_t date_us = store_date_us(errand->engine->store);
	const char *doom = account_doom(account, date_us);
	char rule[POLICY_RULE_SIZE];
	enum rule_guard guard;

	if (doom != NULL || account == NULL)
		return doom;
	guard = account_guard(config, account, read->credentials, read->ncredentials);
	if (account->id != errand->forced->account ||
	    !policy_must_change(&config->policy, account, guard, date_us, rule))
		return "changed-meanwhile";
	return NULL;
}

/* The account as it is now: it may have been disabled since, or another change been quicker. */
static void
look(struct errand *errand)
{
	const struct store_read *read = &errand->job.u.read;
	const char *doom;

	if (errand->job.status != WF_OK) {
		errand_unavailable(errand, "store");
		return;
	}
	doom = forced_doom(errand, read);
	if (doom != NULL) {
		refuse(errand, doom);
		return;
	}
	errand->account = read->account;
	memcpy(errand->txn, errand->forced->txn, WF_TXN_LEN);
	if (errand->forced->first.len > 0)
		take_repetition(errand);
	else
		take_password(errand);
}

void
forced_phase(struct errand *errand)
{
	const struct config *config = errand->engine->config;
	const struct config_client *client =
		config_client_find(&config->radius, errand->asker.service);

	if (client == NULL || errand->forced == NULL) {
		errand_unavailable(errand, client == NULL ? "no client of this name is configured"
							  : "a STATE could not be opened");
		return;
	}
	asker_gateway(&errand->asker, client, &config->policy);
	if (errand->forced->first.len > 0)
		errand_read(errand, look);
	else
		change_read(errand, look);
}
