/*
 * Effects: one function for each kind, in a table.  A conditional effect changes exactly one row or
 * says why not: WF_NOT_FOUND where its target is not there, WF_CONFLICT where the condition did not
 * hold (any more), WF_EXISTS where a name is taken.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

#define SPOOL_ID 16 /* octets of what names the spool of a host */

typedef wf_status (*effect_apply_fn)(
	struct writer *, const struct effect *, struct effect_result *);

bool
effect_refused(wf_status status)
{
	return status == WF_CONFLICT || status == WF_NOT_FOUND || status == WF_EXISTS;
}

/*
 * Runs a conditional change of a credential; the credential's existence tells the two refusals
 * apart.
 */
static wf_status
effect_on_credential(struct writer *w, struct sql *q, int64_t credential_id)
{
	int64_t changed = 0;
	wf_status status = sql_run(q, &changed);
	struct sql exists;

	if (status != WF_OK || changed == 1)
		return status;
	exists = sql_start(&w->conn, SQL_CREDENTIAL_EXISTS);
	sql_put_int(&exists, credential_id);
	status = sql_next(&exists);
	if (status != WF_OK)
		return status;
	status = sql_end(&exists);
	return status == WF_OK ? WF_CONFLICT : status;
}

/* Runs a change of one account by its id. */
static wf_status
effect_on_account(struct sql *q)
{
	int64_t changed = 0;
	wf_status status = sql_run(q, &changed);

	return status == WF_OK && changed != 1 ? WF_NOT_FOUND : status;
}

/* The account's version rises: attempts under way that saw the old one can no longer succeed. */
static wf_status
effect_bump(struct writer *w, enum sql_id id, int64_t which)
{
	struct sql q = sql_start(&w->conn, id);

	sql_put_int(&q, which);
	return sql_run(&q, NULL);
}

static wf_status
effect_totp_advance(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_CREDENTIAL_TOTP);

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, effect->credential_id);
	return effect_on_credential(w, &q, effect->credential_id);
}

static wf_status
effect_counter(struct writer *w, const struct effect *effect, enum sql_id id)
{
	struct sql q = sql_start(&w->conn, id);

	sql_put_int(&q, effect->value);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, effect->credential_id);
	return effect_on_credential(w, &q, effect->credential_id);
}

static wf_status
effect_hotp_advance(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	(void)result;
	return effect_counter(w, effect, SQL_CREDENTIAL_HOTP);
}

static wf_status
effect_hotp_resync(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	(void)result;
	return effect_counter(w, effect, SQL_CREDENTIAL_RESYNC);
}

static wf_status
effect_code_consume(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_CODE_CONSUME);
	wf_status status;

	(void)result;
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, effect->credential_id);
	sql_put_blob(&q, effect->blob, effect->blob_len);
	status = effect_on_credential(w, &q, effect->credential_id);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_CREDENTIAL_USED);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, effect->credential_id);
	return sql_run(&q, NULL);
}

static wf_status
effect_hash_replace(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q;
	wf_status status;

	if (effect->blob_len == 0 || effect->blob_len >= CREDENTIAL_SECRET_MAX ||
		effect->old_len > sizeof(effect->old))
		return WF_INVALID;
	q = sql_start(&w->conn, SQL_CREDENTIAL_HASH);
	sql_put_blob(&q, effect->blob, effect->blob_len);
	sql_put_int(&q, effect->credential_id);
	sql_put_blob(&q, effect->old, effect->old_len);
	status = effect_on_credential(w, &q, effect->credential_id);
	/*
	 * In a login this is a rehash: the account's version has not changed, so another login did
	 * the same.
	 */
	if (result->settling)
		return status == WF_CONFLICT ? WF_OK : status;
	return status == WF_OK ? effect_bump(w, SQL_ACCOUNT_BUMP_OWNER, effect->credential_id)
			       : status;
}

static wf_status
effect_reseal(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q;

	(void)result;
	if (effect->blob_len == 0 || effect->blob_len >= CREDENTIAL_SECRET_MAX ||
		effect->old_len > sizeof(effect->old))
		return WF_INVALID;
	q = sql_start(&w->conn, SQL_CREDENTIAL_RESEAL);
	sql_put_blob(&q, effect->blob, effect->blob_len);
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->credential_id);
	sql_put_blob(&q, effect->old, effect->old_len);
	return effect_on_credential(w, &q, effect->credential_id);
}

static wf_status
effect_credential_activate(
	struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_CREDENTIAL_ACTIVATE);

	(void)result;
	sql_put_int(&q, effect->credential_id);
	return effect_on_credential(w, &q, effect->credential_id);
}

static wf_status
credential_room(struct writer *w, int64_t account_id)
{
	struct sql q = sql_start(&w->conn, SQL_CREDENTIAL_COUNT);
	int64_t n;
	wf_status status;

	sql_put_int(&q, account_id);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	n = sql_get_int(&q);
	status = sql_end(&q);
	if (status != WF_OK || n < CREDENTIALS_MAX)
		return status;
	(void)snprintf(w->conn.cause, sizeof(w->conn.cause),
		"the account has %d credentials, the most it may have", CREDENTIALS_MAX);
	return WF_TOO_LONG;
}

static wf_status
credential_insert(struct writer *w, const struct credential *c, int64_t account_id)
{
	struct sql q = sql_start(&w->conn, SQL_CREDENTIAL_INSERT);

	sql_put_int(&q, account_id);
	sql_put_int(&q, c->factor);
	sql_put_int(&q, c->state);
	sql_put_text(&q, c->label);
	sql_put_int(&q, c->algorithm);
	sql_put_int(&q, c->digits);
	sql_put_int(&q, c->step_s);
	sql_put_int(&q, c->counter);
	sql_put_int(&q, c->drift);
	sql_put_int(&q, c->key_id);
	sql_put_blob(&q, c->secret, c->secret_len);
	sql_put_int(&q, c->created_us);
	sql_put_int(&q, c->used_us);
	return sql_run(&q, NULL);
}

static wf_status
credential_codes(struct writer *w, const struct effect *effect, int64_t credential_id)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < effect->ncodes; i++) {
		struct sql q = sql_start(&w->conn, SQL_CODE_INSERT);

		sql_put_int(&q, credential_id);
		sql_put_blob(&q, effect->codes[i], 32);
		status = sql_run(&q, NULL);
	}
	return status;
}

/* What its rules were: of an active one, since an account has one at most. */
static wf_status
password_note(
	struct writer *w, const struct password_note *note, int64_t set_us, int64_t account_id)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_PASSWORD);

	sql_put_int(&q, note->length);
	sql_put_int(&q, note->classes);
	sql_put_int(&q, note->guard);
	sql_put_int(&q, set_us);
	sql_put_int(&q, note->checked_us);
	sql_put_int(&q, account_id);
	return sql_run(&q, NULL);
}

static wf_status
effect_credential_add(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct credential *c = effect->credential;
	int64_t account_id;
	wf_status status;

	if (c == NULL || c->secret_len >= CREDENTIAL_SECRET_MAX ||
		effect->ncodes > RECOVERY_CODES_MAX ||
		(effect->ncodes > 0) != (c->factor == FACTOR_RECOVERY))
		return WF_INVALID;
	account_id = c->account_id != 0 ? c->account_id : result->added_id;
	status = credential_room(w, account_id);
	if (status == WF_OK)
		status = credential_insert(w, c, account_id);
	/* The only constraint that a credential can hurt: there is no such account. */
	if (status == WF_CONFLICT)
		return WF_NOT_FOUND;
	if (status != WF_OK)
		return status;
	result->credential_id = sqlite3_last_insert_rowid(w->conn.db);
	if (c->factor == FACTOR_PASSWORD)
		return password_note(w, &c->note, c->created_us, account_id);
	return credential_codes(w, effect, result->credential_id);
}

static wf_status
effect_credential_void(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q;
	wf_status status;

	(void)result;
	if (effect->credential_id == 0) {
		q = sql_start(&w->conn, SQL_CREDENTIAL_VOID_ALL);
		sql_put_int(&q, effect->account_id);
		sql_put_int(&q, effect->factor);
		status = sql_run(&q, NULL);
		return status == WF_OK ? effect_bump(w, SQL_ACCOUNT_BUMP, effect->account_id)
				       : status;
	}
	q = sql_start(&w->conn, SQL_CREDENTIAL_VOID_ONE);
	sql_put_int(&q, effect->credential_id);
	status = effect_on_credential(w, &q, effect->credential_id);
	return status == WF_OK ? effect_bump(w, SQL_ACCOUNT_BUMP_OWNER, effect->credential_id)
			       : status;
}

/* Before anybody can see it: a login that begins then looks into the store (exempt.c). */
static wf_status
account_exempt(struct writer *w, const struct account *account, int64_t id)
{
	char name[WF_NAME_MAX + 1];
	struct sql q;
	wf_status status;

	if (account->standing != STANDING_EXEMPT)
		return WF_OK;
	q = sql_start(&w->conn, SQL_ACCOUNT_NAME);
	sql_put_int(&q, id);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	sql_get_text(&q, name, sizeof(name));
	status = sql_end(&q);
	if (status == WF_OK)
		exempt_note(w->store, name);
	return status;
}

static wf_status
effect_account_add(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct account *a = effect->account;
	char groups[ACCOUNT_GROUPS_TEXT];
	struct sql q;
	wf_status status;

	if (a == NULL || a->name[0] == '\0')
		return WF_INVALID;
	load_groups_text(a, groups);
	q = sql_start(&w->conn, SQL_ACCOUNT_INSERT);
	sql_put_text(&q, a->name);
	sql_put_int(&q, a->uid);
	sql_put_int(&q, a->kind);
	sql_put_int(&q, a->state);
	sql_put_int(&q, a->standing);
	sql_put_int(&q, a->must_change ? 1 : 0);
	sql_put_int(&q, a->valid_from_us);
	sql_put_int(&q, a->valid_until_us);
	sql_put_int(&q, a->created_us);
	sql_put_int(&q, a->last_login_us);
	sql_put_int(&q, a->disabled_us);
	sql_put_int(&q, a->standing_until_us);
	sql_put_text(&q, a->display);
	sql_put_text(&q, a->reason);
	sql_put_text(&q, a->sources);
	sql_put_text(&q, groups);
	sql_put_text(&q, a->person);
	sql_put_int(&q, a->shared ? 1 : 0);
	status = sql_run(&q, NULL);
	if (status == WF_CONFLICT)
		return WF_EXISTS;
	if (status != WF_OK)
		return status;
	result->added_id = sqlite3_last_insert_rowid(w->conn.db);
	if (result->account_id == 0)
		result->account_id = result->added_id;
	status = account_exempt(w, a, result->added_id);
	return status == WF_OK ? lane_known(w, a->name, true) : status;
}

static wf_status
effect_account_set(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct account *a = effect->account;
	char groups[ACCOUNT_GROUPS_TEXT];
	struct sql q;
	wf_status status;
	int64_t id;

	(void)result;
	if (a == NULL)
		return WF_INVALID;
	id = a->id != 0 ? a->id : effect->account_id;
	load_groups_text(a, groups);
	q = sql_start(&w->conn, SQL_ACCOUNT_SET);
	sql_put_int(&q, a->uid);
	sql_put_int(&q, a->kind);
	sql_put_int(&q, a->state);
	sql_put_int(&q, a->standing);
	sql_put_int(&q, a->must_change ? 1 : 0);
	sql_put_int(&q, a->valid_from_us);
	sql_put_int(&q, a->valid_until_us);
	sql_put_int(&q, a->disabled_us);
	sql_put_int(&q, a->standing_until_us);
	sql_put_text(&q, a->display);
	sql_put_text(&q, a->reason);
	sql_put_text(&q, a->sources);
	sql_put_text(&q, groups);
	sql_put_text(&q, a->person);
	sql_put_text(&q, a->change_rule);
	sql_put_int(&q, a->shared ? 1 : 0);
	sql_put_int(&q, id);
	status = effect_on_account(&q);
	return status == WF_OK ? account_exempt(w, a, id) : status;
}

static wf_status
effect_account_remove(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	char name[WF_NAME_MAX + 1];
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_NAME);
	wf_status status;

	(void)result;
	sql_put_int(&q, effect->account_id);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	sql_get_text(&q, name, sizeof(name));
	status = sql_end(&q);
	if (status == WF_OK)
		status = lane_known(w, name, false);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_ACCOUNT_REMOVE);
	sql_put_int(&q, effect->account_id);
	return effect_on_account(&q);
}

static wf_status
effect_must_change(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_MUST_CHANGE);

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->account_id);
	return effect_on_account(&q);
}

static wf_status
effect_last_login(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_LAST_LOGIN);

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, effect->account_id);
	return effect_on_account(&q);
}

static wf_status
effect_password_note(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_NOTE);

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, effect->account_id);
	return sql_run(&q, NULL);
}

static wf_status
effect_password_keep(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	static const enum sql_id steps[] = {SQL_FORMER_PUT, SQL_FORMER_PRUNE};
	wf_status status = WF_OK;

	(void)result;
	for (size_t i = 0; status == WF_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct sql q = sql_start(&w->conn, steps[i]);

		sql_put_int(&q, effect->account_id);
		sql_put_int(&q, effect->value);
		status = sql_run(&q, NULL);
	}
	return status;
}

static wf_status
effect_unlock(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	(void)result;
	return effect->blob_len == THROTTLE_KEY_LEN ? lane_unlock(w, effect->blob) : WF_INVALID;
}

static wf_status
effect_meta_set(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_SETTING_PUT);

	(void)result;
	sql_put_text(&q, effect->text);
	sql_put_text(&q, effect->text2);
	return sql_run(&q, NULL);
}

static wf_status
effect_proof_use(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_COMPLETED_USE);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_blob(&q, effect->blob, effect->blob_len);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

/*
 * What is kept for a host is its spool's id in hex, ':' and the last number with leading zeros: so
 * text compares.
 */
static wf_status
effect_spool_advance(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_SETTING_ADVANCE);
	char key[sizeof(effect->text2) + 16], value[2 * SPOOL_ID + 32];
	size_t len = 0;
	int64_t changed = 0;
	wf_status status;

	(void)result;
	if (effect->blob_len != SPOOL_ID || effect->value < 0)
		return WF_INVALID;
	for (size_t i = 0; i < SPOOL_ID; i++)
		len += (size_t)snprintf(value + len, sizeof(value) - len, "%02x", effect->blob[i]);
	(void)snprintf(value + len, sizeof(value) - len, ":%020lld", (long long)effect->value);
	(void)snprintf(key, sizeof(key), "relay.spool %s", effect->text2);
	sql_put_text(&q, key);
	sql_put_text(&q, value);
	sql_put_int(&q, (int64_t)len);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

static const effect_apply_fn effect_table[] = {
	[EFFECT_TOTP_ADVANCE] = effect_totp_advance,
	[EFFECT_HOTP_ADVANCE] = effect_hotp_advance,
	[EFFECT_CODE_CONSUME] = effect_code_consume,
	[EFFECT_HASH_REPLACE] = effect_hash_replace,
	[EFFECT_CREDENTIAL_ACTIVATE] = effect_credential_activate,
	[EFFECT_CREDENTIAL_ADD] = effect_credential_add,
	[EFFECT_CREDENTIAL_VOID] = effect_credential_void,
	[EFFECT_HOTP_RESYNC] = effect_hotp_resync,
	[EFFECT_ACCOUNT_ADD] = effect_account_add,
	[EFFECT_ACCOUNT_SET] = effect_account_set,
	[EFFECT_ACCOUNT_REMOVE] = effect_account_remove,
	[EFFECT_MUST_CHANGE] = effect_must_change,
	[EFFECT_LAST_LOGIN] = effect_last_login,
	[EFFECT_PASSWORD_NOTE] = effect_password_note,
	[EFFECT_PASSWORD_KEEP] = effect_password_keep,
	[EFFECT_UNLOCK] = effect_unlock,
	[EFFECT_META_SET] = effect_meta_set,
	[EFFECT_RESEAL] = effect_reseal,
	[EFFECT_PROOF_USE] = effect_proof_use,
	[EFFECT_DISCONNECT] = effect_disconnect,
	[EFFECT_SPOOL_ADVANCE] = effect_spool_advance,
	[EFFECT_GRANT_ADD] = effect_grant_add,
	[EFFECT_GRANT_END] = effect_grant_end,
	[EFFECT_GRANT_USE] = effect_grant_use,
	[EFFECT_LOG_HOLD] = effect_log_hold,
	[EFFECT_LOG_RELEASE] = effect_log_release,
	[EFFECT_ORDER_DONE] = effect_order_done,
	[EFFECT_CURSOR] = effect_cursor,
	[EFFECT_DUTY] = effect_duty,
	[EFFECT_REMINDER] = effect_reminder,
	[EFFECT_CONFIGURATION] = effect_configuration,
	[EFFECT_BASELINE] = effect_baseline,
	[EFFECT_DRIFT_TOLD] = effect_drift_told,
	[EFFECT_CHECKPOINT] = effect_checkpoint,
	[EFFECT_HABIT] = effect_habit,
	[EFFECT_INCIDENT_OPEN] = effect_incident_open,
	[EFFECT_INCIDENT_GROW] = effect_incident_grow,
	[EFFECT_INCIDENT_CLOSE] = effect_incident_close,
	[EFFECT_INCIDENT_TOLD] = effect_incident_told,
	[EFFECT_INCIDENT_SETTLED] = effect_incident_settled,
};

wf_status
effect_apply(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	size_t kind = (size_t)effect->kind;

	if (effect->blob_len > sizeof(effect->blob))
		return WF_INVALID;
	if (effect->kind == EFFECT_NONE)
		return WF_OK;
	if (kind >= sizeof(effect_table) / sizeof(effect_table[0]))
		return WF_INVALID;
	return effect_table[kind](w, effect, result);
}
