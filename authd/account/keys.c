/*
 * key.rotate: a new key, then every token's secret sealed with it.
 *
 * The order makes a crash harmless at every point: the key is in the file before the daemon uses
 * it, and the daemon uses it before the first secret is sealed with it; the old key stays in the
 * file, so that what is not sealed anew yet, and older backups, still open.  A rotation that was
 * cut short is finished by the next call, which then makes no further key.  Old keys leave the file
 * only when it is full: all secrets are sealed with the current one by then.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/fault.h"

#define BATCH 64  /* secrets in one commit with one row */
#define PASSES 5  /* a batch in which something else changed is tried again so often */

struct rotation {
	struct act_call *call;
	struct keyring *keys; /* as they are in the file now */
	size_t stale;         /* sealed with an older key, and it opens them */
	size_t resealed, lost, conflicts;
	struct effect *batch; /* owned, BATCH entries */
	size_t n;
};

static bool
is_sealed(const struct credential *credential)
{
	return (credential->factor == FACTOR_TOTP || credential->factor == FACTOR_HOTP) &&
	       credential->state != CREDENTIAL_VOID && credential->secret_len > 0;
}

static bool
is_stale(const struct rotation *rotation, const struct credential *credential)
{
	return is_sealed(credential) && credential->key_id != keyring_current(rotation->keys);
}

static wf_status
count_stale(void *ctx, const struct credential *credential)
{
	struct rotation *rotation = ctx;
	struct wf_secret secret = WF_SECRET_EMPTY;

	if (!is_stale(rotation, credential))
		return WF_OK;
	if (act_otp_open(rotation->keys, credential, &secret) == WF_OK)
		rotation->stale++;
	wf_secret_clear(&secret);
	return WF_OK;
}

static wf_status
load(struct rotation *rotation)
{
	const char *file = rotation->call->daemon->config->key_file;
	struct keyring *keys = NULL;
	char why[256] = "";
	wf_status status = keyring_load(file, &keys, why, sizeof(why));

	if (status != WF_OK)
		return act_say(rotation->call, status, "%s",
			why[0] != '\0' ? why : _(wf_status_text(status)));
	keyring_free(&rotation->keys);
	rotation->keys = keys;
	return WF_OK;
}

/* The credential sealed anew, into effect. */
static wf_status
reseal(const struct rotation *rotation, const struct credential *old, struct effect *effect)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct credential sealed = *old;
	wf_status status = act_otp_open(rotation->keys, old, &secret);

	if (status == WF_OK)
		status = act_otp_seal(rotation->keys, &secret, &sealed);
	wf_secret_clear(&secret);
	if (status != WF_OK)
		return status;
	effect->credential_id = old->id;
	effect->value = sealed.key_id;
	memcpy(effect->blob, sealed.secret, sealed.secret_len);
	effect->blob_len = sealed.secret_len;
	memcpy(effect->old, old->secret, old->secret_len);
	effect->old_len = old->secret_len;
	return WF_OK;
}

static wf_status
flush(struct rotation *rotation)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct act_change change;
	wf_status status;

	if (rotation->n == 0)
		return WF_OK;
	act_change_init(rotation->call, &change, "", "secrets sealed with key %u: %zu",
		keyring_current(rotation->keys), rotation->n);
	job.u.admin.effects = rotation->batch;
	job.u.admin.neffects = rotation->n;
	job.u.admin.rows = &change.row;
	job.u.admin.nrows = 1;
	status = store_run(rotation->call->daemon->store, &job);
	if (status == WF_OK)
		rotation->resealed += rotation->n;
	else if (status == WF_CONFLICT || status == WF_NOT_FOUND)
		rotation->conflicts++;
	else
		return act_say_store(rotation->call, status, job.cause);
	rotation->n = 0;
	return WF_OK;
}

static wf_status
reseal_one(void *ctx, const struct credential *credential)
{
	struct rotation *rotation = ctx;
	struct effect *effect = &rotation->batch[rotation->n];

	if (!is_stale(rotation, credential))
		return WF_OK;
	memset(effect, 0, sizeof(*effect));
	effect->kind = EFFECT_RESEAL;
	effect->account_id = credential->account_id;
	if (reseal(rotation, credential, effect) != WF_OK) {
		rotation->lost++;
		return WF_OK;
	}
	rotation->n++;
	return rotation->n == BATCH ? flush(rotation) : WF_OK;
}

/* Again and again until nothing was changed by somebody else meanwhile. */
static wf_status
reseal_all(struct rotation *rotation)
{
	wf_status status;

	for (int pass = 0; pass < PASSES; pass++) {
		rotation->conflicts = 0;
		rotation->lost = 0;
		status = act_each_credential(rotation->call, 0, reseal_one, rotation);
		if (status == WF_OK)
			status = flush(rotation);
		if (status != WF_OK || rotation->conflicts == 0)
			return status;
	}
	return act_say_store(rotation->call, WF_CONFLICT, NULL);
}

/*
 * Makes room.  Everything is sealed with the current key, or this would have been a resumption; but
 * the key that has signed the last checkpoint still has to announce the one that follows it.
 */
static wf_status
make_room(struct rotation *rotation, const char *file)
{
	uint32_t signer;
	wf_status status = act_last_signer(rotation->call, rotation->keys, &signer);

	return status == WF_OK ? keyring_prune(file, signer) : status;
}

static wf_status
add_key(struct rotation *rotation)
{
	struct act_call *call = rotation->call;
	const char *file = call->daemon->config->key_file;
	uint32_t id;
	wf_status status = keyring_add(file, &id);

	if (status == WF_FULL) {
		status = make_room(rotation, file);
		if (status == WF_OK)
			status = keyring_add(file, &id);
	}
	if (status == WF_UNSUPPORTED)
		return act_say(call, status,
			_("%s is a systemd credential: add a key to its source, restart, and "
			  "rotate again."),
			file);
	if (status != WF_OK)
		return act_say(call, status, _("No key could be added to %s: %s"), file,
			_(wf_status_text(status)));
	return load(rotation);
}

static wf_status
record(struct rotation *rotation, bool resumed)
{
	struct act_change change;
	char fingerprint[17] = "";

	if (keyring_fingerprint(rotation->keys, keyring_current(rotation->keys), fingerprint) !=
		WF_OK)
		fingerprint[0] = '\0';
	act_change_init(rotation->call, &change, "", "key %u (%s) is current%s",
		keyring_current(rotation->keys), fingerprint, resumed ? ", rotation resumed" : "");
	return act_commit(rotation->call, &change);
}

static wf_status
answer(const struct rotation *rotation, bool resumed)
{
	static const char *const columns[] = {"key-id:number", "fingerprint", "resealed:number"};
	struct act_call *call = rotation->call;
	char id[ACT_NUMBER_SIZE], resealed[ACT_NUMBER_SIZE], fingerprint[17] = "";
	const char *cells[] = {
		act_number_text(keyring_current(rotation->keys), id), fingerprint,
		act_number_text((int64_t)rotation->resealed, resealed)
	};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (keyring_fingerprint(rotation->keys, keyring_current(rotation->keys), fingerprint) !=
		WF_OK)
		fingerprint[0] = '\0';
	if (status == WF_OK)
		status = act_row_out(call, cells, COUNT_OF(cells));
	if (status != WF_OK)
		return status;
	if (rotation->lost > 0)
		return act_say(call, WF_CORRUPT,
			_("Secrets sealed anew: %zu; secrets that do not open: %zu. Remove those "
			  "tokens and give new ones."),
			rotation->resealed, rotation->lost);
	if (resumed)
		return act_say(call, WF_OK,
			_("A rotation that was cut short is finished; secrets sealed with key "
			  "%2$u: %1$zu. "
			  "Rotate again for a new key."),
			rotation->resealed, keyring_current(rotation->keys));
	return act_say(call, WF_OK,
		_("Key %u is in use; secrets sealed with it: %zu. Copy the key file anew to where "
		  "its copy "
		  "is kept."),
		keyring_current(rotation->keys), rotation->resealed);
}

static wf_status
use_keys(struct rotation *rotation)
{
	const struct act_daemon *daemon = rotation->call->daemon;
	wf_status status = daemon->rekey(daemon->hooks_ctx);

	if (status != WF_OK)
		return act_say(rotation->call, status,
			_("The daemon could not load the new key, so no secret was sealed with it "
			  "yet: %s Rotate again later."),
			_(wf_status_text(status)));
	return WF_OK;
}

static wf_status
rotate(struct rotation *rotation)
{
	wf_status status = load(rotation);
	bool resumed;

	if (status == WF_OK)
		status = act_each_credential(rotation->call, 0, count_stale, rotation);
	if (status != WF_OK)
		return status;
	resumed = rotation->stale > 0;
	if (!resumed)
		status = add_key(rotation);
	if (status == WF_OK)
		status = use_keys(rotation);
	if (status == WF_OK)
		status = record(rotation, resumed);
	if (status == WF_OK)
		status = reseal_all(rotation);
	return status == WF_OK ? answer(rotation, resumed) : status;
}

wf_status
act_key_rotate(struct act_call *call)
{
	struct rotation rotation = {.call = call};
	wf_status status;

	rotation.batch = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(BATCH, sizeof(*rotation.batch));
	status = rotation.batch == NULL ? act_say_store(call, WF_NO_MEMORY, NULL)
					: rotate(&rotation);
	keyring_free(&rotation.keys);
	free(rotation.batch);
	return status;
}
