/* See filler.h. */
#include "config.h"

#include "tests/bench/filler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
filler_check(wf_status status, const char *what)
{
	if (status == WF_OK)
		return;
	fprintf(stderr, "filling a store: %s: %s\n", what, wf_status_text(status));
	exit(1);
}

struct store *
filler_open(const char *path, const char *node, struct wf_clock clock)
{
	const struct store_options options = {
		.path = path, .node = node, .clock = clock, .create = true};
	struct store *store = NULL;
	char why[512] = "";

	filler_check(store_open(&options, &store, why, sizeof(why)), why);
	return store;
}

void
filler_password(int64_t account_id, const char *hash, struct credential *credential_r)
{
	*credential_r = (struct credential){.account_id = account_id,
		.factor = FACTOR_PASSWORD,
		.state = CREDENTIAL_ACTIVE,
		.counter = -1,
		.secret_len = strlen(hash)};
	memcpy(credential_r->secret, hash, credential_r->secret_len);
}

void
filler_token(const struct keyring *keys, int64_t account_id, enum factor_id factor,
	const char *label, const uint8_t secret[20], struct credential *credential_r)
{
	const struct keyring_aad place = {
		.table = "credential", .account_id = account_id, .label = label};
	struct credential token = {.account_id = account_id,
		.factor = factor,
		.state = CREDENTIAL_ACTIVE,
		.algorithm = OTP_SHA1,
		.digits = 6,
		.step_s = factor == FACTOR_TOTP ? 30 : 0,
		.counter = factor == FACTOR_TOTP ? -1 : 0};
	struct wf_secret bytes = WF_SECRET_EMPTY;

	(void)snprintf(token.label, sizeof(token.label), "%s", label);
	filler_check(wf_secret_set(&bytes, secret, 20), "secret");
	filler_check(keyring_seal(keys, &place, &bytes, token.secret, sizeof(token.secret),
			     &token.secret_len, &token.key_id),
		"seal");
	wf_secret_clear(&bytes);
	*credential_r = token;
}

void
filler_run(struct store *store, struct effect *effects, size_t neffects, struct audit_row *rows,
	size_t nrows)
{
	struct store_job job = {
		.kind = STORE_ADMIN,
		.u.admin = {.effects = effects, .neffects = neffects, .rows = rows, .nrows = nrows},
	};
	wf_status status = store_run(store, &job);

	if (status != WF_OK)
		filler_check(status, job.cause[0] != '\0' ? job.cause : "store");
}
