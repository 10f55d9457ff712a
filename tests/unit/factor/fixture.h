/*
 * What the tests of the factors share: a keyring that can be broken on purpose, credentials,
 * answers and inputs.
 */
#ifndef WF_TESTS_UNIT_FACTOR_FIXTURE_H
#define WF_TESTS_UNIT_FACTOR_FIXTURE_H

#include "authd/factor/factor.h"

/*
 * Not cryptography: it seals by exclusive or and binds the associated data by a checksum, so that
 * the tests see whether the right key, account and label are asked for.
 */
struct keyring {
	uint32_t key_id;
	bool broken; /* every call fails */
};

void fixture_seal(
	const struct keyring *keys, struct credential *credential, const void *secret, size_t len);

/* A credential of account 7, active, label "token". */
struct credential fixture_otp(const struct keyring *keys, enum factor_id factor,
	enum otp_algorithm algorithm, uint32_t digits, const char *secret);
struct credential fixture_password(const char *hash);
/* A set of `n` codes; codes_r gets them as text. */
struct credential fixture_recovery(
	const struct keyring *keys, unsigned n, struct wf_secret *codes_r);

/* An input with window 1, drift 2, look-ahead 10, at `wall_s`; no scratch. */
struct factor_input fixture_input(
	const struct keyring *keys, const struct credential *credential, int64_t wall_s);

/*
 * factor_ops(credential's factor)->verify with this answer; `in->answer` is set for the call only.
 */
struct factor_result fixture_verify(struct factor_input *in, const char *answer);
struct factor_result fixture_verify_bytes(
	struct factor_input *in, enum factor_id factor, const void *answer, size_t len);
struct factor_result fixture_try(struct factor_input *in, enum wf_text_id prompt,
	const struct credential *credentials, size_t n, const char *answer,
	enum factor_id *factor_r);

#endif
