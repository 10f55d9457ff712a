/* Rows of accounts and credentials into their structs; used by the writer and the readers alike. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

void
load_groups_text(const struct account *account, char text_r[ACCOUNT_GROUPS_TEXT])
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < account->ngroups && i < ACCOUNT_GROUPS_MAX; i++)
		len += (size_t)snprintf(text_r + len, ACCOUNT_GROUPS_TEXT - len, "%s%.*s",
			i > 0 ? "," : "", ACCOUNT_GROUP_LEN, account->groups[i]);
}

static void
load_groups(struct sql *q, struct account *account)
{
	char text[ACCOUNT_GROUPS_TEXT];
	char *rest = text;

	sql_get_text(q, text, sizeof(text));
	while (*rest != '\0' && account->ngroups < ACCOUNT_GROUPS_MAX) {
		size_t len = strcspn(rest, ",");

		(void)snprintf(account->groups[account->ngroups++], ACCOUNT_GROUP_LEN + 1, "%.*s",
			(int)len, rest);
		rest += len + (rest[len] == ',' ? 1 : 0);
	}
}

/* Columns: ACCOUNT_COLUMNS in sql_table.c. */
void
load_account(struct sql *q, struct account *account_r)
{
	*account_r = (struct account){.id = sql_get_int(q)};
	sql_get_text(q, account_r->name, sizeof(account_r->name));
	account_r->uid = sql_get_int(q);
	account_r->kind = (enum account_kind)sql_get_int(q);
	account_r->state = (enum account_state)sql_get_int(q);
	account_r->standing = (enum account_standing)sql_get_int(q);
	account_r->must_change = sql_get_int(q) != 0;
	account_r->valid_from_us = sql_get_int(q);
	account_r->valid_until_us = sql_get_int(q);
	account_r->created_us = sql_get_int(q);
	account_r->last_login_us = sql_get_int(q);
	account_r->disabled_us = sql_get_int(q);
	account_r->standing_until_us = sql_get_int(q);
	sql_get_text(q, account_r->display, sizeof(account_r->display));
	sql_get_text(q, account_r->reason, sizeof(account_r->reason));
	sql_get_text(q, account_r->sources, sizeof(account_r->sources));
	load_groups(q, account_r);
	sql_get_text(q, account_r->person, sizeof(account_r->person));
	sql_get_text(q, account_r->change_rule, sizeof(account_r->change_rule));
	account_r->password = (struct password_note){.length = (uint32_t)sql_get_int(q)};
	account_r->password.classes = (unsigned)sql_get_int(q);
	account_r->password.guard = (unsigned)sql_get_int(q);
	account_r->password.set_us = sql_get_int(q);
	account_r->password.checked_us = sql_get_int(q);
	account_r->shared = sql_get_int(q) != 0;
}

/* Columns: CREDENTIAL_COLUMNS in sql_table.c. */
void
load_credential(struct sql *q, struct credential *credential_r)
{
	struct credential *c = credential_r;

	*c = (struct credential){.id = sql_get_int(q)};
	c->account_id = sql_get_int(q);
	c->factor = (enum factor_id)sql_get_int(q);
	c->state = (enum credential_state)sql_get_int(q);
	sql_get_text(q, c->label, sizeof(c->label));
	c->algorithm = (enum otp_algorithm)sql_get_int(q);
	c->digits = (uint32_t)sql_get_int(q);
	c->step_s = (uint32_t)sql_get_int(q);
	c->counter = sql_get_int(q);
	c->drift = (int32_t)sql_get_int(q);
	c->key_id = (uint32_t)sql_get_int(q);
	/* One byte less: behind a hash stands a NUL. */
	sql_get_blob(q, c->secret, sizeof(c->secret) - 1, &c->secret_len);
	c->created_us = sql_get_int(q);
	c->used_us = sql_get_int(q);
}

wf_status
load_codes(struct sql_conn *conn, struct credential *credential)
{
	struct sql q;
	wf_status status;

	if (credential->factor != FACTOR_RECOVERY)
		return WF_OK;
	q = sql_start(conn, SQL_CODE_LIST);
	sql_put_int(&q, credential->id);
	while ((status = sql_next(&q)) == WF_OK && credential->ncodes < RECOVERY_CODES_MAX) {
		uint32_t at = credential->ncodes++;

		sql_get_bytes(&q, credential->codes[at], sizeof(credential->codes[at]));
		if (sql_get_int(&q) != 0)
			credential->codes_used |= UINT64_C(1) << at;
		else
			credential->remaining++;
	}
	if (status == WF_NOT_FOUND)
		return sql_end(&q);
	if (status == WF_OK) {
		sql_stop(&q);
		status = WF_CORRUPT;
	}
	return status;
}

wf_status
load_account_by(struct sql_conn *conn, const char *name, int64_t uid, bool *found_r,
	struct account *account_r, int64_t *version_r)
{
	struct sql q = sql_start(conn, name != NULL ? SQL_ACCOUNT_BY_NAME : SQL_ACCOUNT_BY_UID);
	struct account account;
	int64_t version;
	wf_status status;

	if (name != NULL)
		sql_put_text(&q, name);
	else
		sql_put_int(&q, uid);
	status = sql_next(&q);
	if (status == WF_NOT_FOUND) {
		*found_r = false;
		return WF_OK;
	}
	if (status != WF_OK)
		return status;
	load_account(&q, &account);
	version = sql_get_int(&q);
	status = sql_end(&q);
	if (status != WF_OK)
		return status;
	*account_r = account;
	*found_r = true;
	if (version_r != NULL)
		*version_r = version;
	return WF_OK;
}

wf_status
load_credentials(struct sql_conn *conn, int64_t account_id, struct credential *credentials_r,
	size_t *n_r)
{
	struct sql q = sql_start(conn, SQL_CREDENTIAL_OF);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, account_id);
	sql_put_int(&q, CREDENTIALS_MAX);
	while ((status = sql_next(&q)) == WF_OK) {
		load_credential(&q, &credentials_r[n++]);
	}
	if (status != WF_NOT_FOUND)
		return status;
	status = sql_end(&q);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = load_codes(conn, &credentials_r[i]);
	if (status == WF_OK)
		*n_r = n;
	return status;
}
