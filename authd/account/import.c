/*
 * A Unix user with the hash of his password, one per call.  The hash is only looked at here; it is
 * verified once, at his first login, and replaced by one of ours then.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

static const char *const columns[] = {"user", "uid:number", "action", "note"};

static wf_status
answer(struct act_call *call, const char *action, const char *note)
{
	const char *cells[] = {act_arg(call, "user"), act_arg(call, "uid"), action, note};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	return status == WF_OK ? act_row_out(call, cells, COUNT_OF(cells)) : status;
}

/* The sentence stands in the row, too: the CLI shows many users in one table. */
static wf_status
refuse(struct act_call *call, wf_status status)
{
	wf_status sent = answer(call, "refused", call->text);

	return sent == WF_OK ? status : sent;
}

static wf_status
check_hash(struct act_call *call, char *hash_r, size_t size)
{
	const struct wf_secret *hash = act_secret(call, "hash");
	wf_status status;

	if (hash == NULL)
		return act_say(call, WF_INVALID, _("'%s' is missing."), "hash");
	(void)snprintf(hash_r, size, "%s", (const char *)hash->bytes);
	status = password_hash_check(hash_r);
	if (status != WF_OK)
		return act_say(call, WF_INVALID,
			_("The hash of this password is locked, empty, or of a method that this "
			  "machine cannot verify."));
	return WF_OK;
}

/* "$6$" of a hash: its method, without salt. */
static void
method_of(const char *hash, char *text_r, size_t size)
{
	const char *end = hash[0] == '$' ? strchr(hash + 1, '$') : NULL;
	size_t len = end == NULL ? 0 : (size_t)(end - hash) + 1;

	(void)snprintf(text_r, size, "%.*s", (int)(len < 20 ? len : 0), hash);
}

static wf_status
commit(struct act_call *call, int64_t uid, const char *hash)
{
	const char *name = act_arg(call, "user");
	const char *display = act_arg(call, "display");
	struct account account;
	struct credential credential;
	struct act_change change;
	char method[24];

	act_account_init(call, &account, name, uid);
	(void)snprintf(
		account.display, sizeof(account.display), "%s", display != NULL ? display : "");
	new_password_credential(
		0, hash, wf_clock_now(&call->daemon->clock).wall_us, &credential);
	method_of(hash, method, sizeof(method));
	act_change_init(call, &change, name, "imported with uid %lld and a crypt hash %s",
		(long long)uid, method);
	act_change_add(&change, EFFECT_ACCOUNT_ADD, 0)->account = &account;
	act_change_add(&change, EFFECT_CREDENTIAL_ADD, 0)->credential = &credential;
	return act_commit(call, &change);
}

wf_status
act_user_import(struct act_call *call)
{
	struct act_subject subject;
	char hash[CREDENTIAL_SECRET_MAX];
	int64_t uid = -1;
	wf_status status = act_subject_read(call, act_arg(call, "user"), &subject);

	if (status == WF_OK) {
		(void)act_say(call, WF_OK,
			_("There is an account '%s' already; nothing was changed."),
			subject.account.name);
		return answer(call, "exists", call->text);
	}
	if (status == WF_NOT_FOUND)
		status = act_uid(call, act_arg(call, "user"), &uid);
	if (status == WF_OK)
		status = act_name_permitted(call, act_arg(call, "user"), ACCOUNT_GENERAL);
	if (status == WF_OK)
		status = check_hash(call, hash, sizeof(hash));
	if (status == WF_OK && !act_flag(call, "dry-run", false))
		status = commit(call, uid, hash);
	wf_wipe(hash, sizeof(hash));
	if (status != WF_OK)
		return refuse(call, status);
	(void)act_say(call, WF_OK,
		act_flag(call, "dry-run", false) ? _("'%s' would be imported.")
						 : _("'%s' was imported."),
		act_arg(call, "user"));
	return answer(call, "added", "");
}
