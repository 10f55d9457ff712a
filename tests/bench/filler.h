/* What the programs that fill stores share; a failure ends the program, with a sentence. */
#ifndef WF_TESTS_BENCH_FILLER_H
#define WF_TESTS_BENCH_FILLER_H

#include "authd/crypto/keyring.h"
#include "authd/store/store.h"

void filler_check(wf_status status, const char *what);
/* Of a store that no daemon serves; made by this clock if there is none. */
struct store *filler_open(const char *path, const char *node, struct wf_clock clock);
/* An active password by its hash. */
void filler_password(int64_t account_id, const char *hash, struct credential *credential_r);
/* A confirmed token of 20 bytes; the seal is bound to the account's id and the label. */
void filler_token(const struct keyring *keys, int64_t account_id, enum factor_id factor,
	const char *label, const uint8_t secret[20], struct credential *credential_r);
/* One commit. */
void filler_run(struct store *store, struct effect *effects, size_t neffects,
	struct audit_row *rows, size_t nrows);

#endif
