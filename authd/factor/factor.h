/*
 * Factors: each verifies one answer against one credential and says YES, NO or UNSURE plus the
 * effects that a YES (or NO) asks for.  A factor never writes, never logs, reads no clock, knows
 * neither store nor policy.  Runs in a worker thread, outside any store transaction.
 */
#ifndef WF_AUTHD_FACTOR_FACTOR_H
#define WF_AUTHD_FACTOR_FACTOR_H

#include "authd/crypto/keyring.h"
#include "authd/types.h"
#include "common/clock.h"

enum factor_answer { FACTOR_NO = 0, FACTOR_YES = 1, FACTOR_UNSURE = 2 };
enum factor_flags { FACTOR_CPU = 1, FACTOR_EGRESS = 2, FACTOR_MULTIROUND = 4 };

struct factor_input {
	const struct wf_secret *answer;
	const struct credential *credential; /* NULL: mock material, the answer is never YES */
	/* locked, disabled, unknown: the work is done, the answer is never YES, no effects */
	bool doomed;
	const struct keyring *keys;
	struct wf_now now;
	uint32_t totp_window, totp_drift, hotp_lookahead;
	bool clock_suspect; /* TOTP is then UNSURE */
	void *scratch;      /* the worker's own, from factor_scratch_new */
};

#define FACTOR_EFFECTS_MAX 2

struct factor_result {
	enum factor_answer answer;
	bool replayed;    /* the code was right but is used up: refused, no wrong guess */
	/*
	 * To be counted as a wrong guess: every NO that is not `replayed`, and an UNSURE when a
	 * completed check against some other secret that the answer could have been meant for said
	 * no (I1: a token whose key is lost must not make guesses at its neighbour free).
	 */
	bool guess;
	/*
	 * By factor_try(): such a check said no, whatever the answer as a whole is. It makes a
	 * guess of what another server, which might know better, then cannot tell.
	 */
	bool checked;
	char reason[48];  /* "wrong-password", "wrong-code", "replayed", "clock-suspect" ... */
	struct effect effects[FACTOR_EFFECTS_MAX];
	size_t neffects;
	int64_t credential_id; /* YES: whose */
	bool renew;	       /* YES: call factor_renew() if nothing else was wrong */
};

/* One row for each factor; a constant table. */
struct factor_ops {
	enum factor_id id;
	const char *name; /* "password", "totp", "hotp", "recovery", "upstream" */
	enum factor_kind kind;
	const char *tags; /* "", "recovery", "upstream", "sent", "hardware", "uv" */
	unsigned flags;
	enum wf_text_id prompt; /* prompt whose answers this factor takes */
	void (*verify)(const struct factor_input *in, struct factor_result *result_r);
};

const struct factor_ops *factor_ops(enum factor_id id); /* NULL if there is none */
const struct factor_ops *factor_find(const char *name);
/*
 * What answers to a prompt may cost: the flags of all factors that take it; 0 for an unknown
 * prompt.
 */
unsigned factor_prompt_flags(enum wf_text_id prompt);

/*
 * All credentials of an account that answer to one prompt, tried against one answer; stops at the
 * first YES.  Always runs at least one verification of the prompt's cost (mock if need be).  The
 * best answer wins: YES > replayed > UNSURE > NO.  A pending token that verifies YES adds
 * EFFECT_CREDENTIAL_ACTIVATE and counts; void credentials are passed over.
 *
 * WF_TEXT_PASSWORD takes passwords, WF_TEXT_CODE tokens and recovery codes,
 * WF_TEXT_CURRENT_PASSWORD passwords and recovery codes; another prompt gets NO.  `in` gives all
 * but the credential, which is set here.  *factor_r is the factor of the answer that won, or the
 * prompt's first one for mock material. Any worker; no two at once with one scratch.
 */
void factor_try(enum wf_text_id prompt, const struct credential *credentials, size_t n,
	struct factor_input *in, struct factor_result *result_r, enum factor_id *factor_r);

/* The factor by which another server takes the answers to a prompt; NULL: none does. */
const struct factor_ops *factor_upstream(enum wf_text_id prompt);
/* What that server said of one: YES, NO (a guess, counted as such) or UNSURE, with a reason. */
void factor_upstream_said(
	enum factor_answer answer, const char *reason, struct factor_result *result_r);

/*
 * Today's hash in place of the stored one, which was imported or is cheaper: one more effect for a
 * result that wants it (`renew`); in->credential is the one of credential_id.  It takes the time of
 * a hash, so it is for logins that succeed: else it would tell that the password was right.  A
 * failure costs nothing: the next login tries again.
 */
void factor_renew(const struct factor_input *in, struct factor_result *result);

/*
 * Per-worker memory of the slow hash, wiped when freed.  Mapped by the first hash and kept for the
 * next, up to what password_cost_get() asks for; dearer hashes take fresh memory each time.  A hash
 * that gets none is UNSURE. WF_NO_MEMORY.
 */
WF_MUST_USE wf_status factor_scratch_new(void **scratch_r);
/* Gives the memory back until the next hash; between two uses. */
void factor_scratch_rest(void *scratch);
void factor_scratch_free(void **scratch);

/* --- password --- */
struct password_cost { uint32_t memory_kib, passes, lanes; };
#define PASSWORD_COST_DEFAULT ((struct password_cost){19456, 2, 1})
/*
 * Process-wide cost for new hashes and for rehash at login; set at start and reload only.
 * WF_INVALID outside 8 KiB a lane..1 GiB,
 * 1..16 passes, 1..16 lanes; WF_UNSUPPORTED where the chosen Argon2 library cannot do so many
 * lanes.
 */
WF_MUST_USE wf_status password_cost_set(const struct password_cost *cost);
struct password_cost password_cost_get(void);
/* "libargon2" or "libsodium", whichever was chosen when this was built. */
const char *password_backend(void);
#define PASSWORD_HASH_MAX 256 /* with NUL; enough for password_hash */
/*
 * "$argon2id$v=19$..." at the current cost with a fresh salt.  `scratch` may be NULL.  WF_INVALID:
 * empty password; WF_TOO_LONG: size; WF_UNAVAILABLE: no random octets; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status password_hash(
	const struct wf_secret *password, void *scratch, char *hash_r, size_t size);
/*
 * WF_OK for a hash that can be verified: argon2id in the bounds of password_cost_set, or a crypt(3)
 * hash that libxcrypt knows.  WF_INVALID: anything else, also locked ones ("!...", "*", "").
 */
WF_MUST_USE wf_status password_hash_check(const char *hash);
/*
 * WF_OK: the password is the one of this hash; WF_NO: it is not, or there is none.  Others: could
 * not tell.  For comparisons with what may not be used again; no login goes by it.
 */
WF_MUST_USE wf_status password_matches(
	const struct wf_secret *password, const char *hash, void *scratch);
/*
 * One verification at `cost`, measured for about a second in `threads` (1..64) threads at once:
 * mean milliseconds of one, and how many a second all threads do together.  For `warifu tune`;
 * blocks. WF_INVALID, WF_UNSUPPORTED (lanes), WF_NO_MEMORY, WF_UNAVAILABLE (no thread).
 */
WF_MUST_USE wf_status password_measure(
	const struct password_cost *cost, unsigned threads, double *ms_r, double *per_second_r);

/* --- OTP --- */
#define OTP_DIGITS_MIN 6
#define OTP_DIGITS_MAX 8
#define OTP_RESYNC_MAX 1000
struct otp_spec {
	enum factor_id factor; /* FACTOR_TOTP or FACTOR_HOTP */
	enum otp_algorithm algorithm;
	uint32_t digits, step_s; /* step_s: TOTP only */
};
/*
 * The code for a counter or step, as text with leading zeros.  WF_INVALID: spec or empty secret;
 * WF_CRYPTO.
 */
WF_MUST_USE wf_status otp_code(const struct wf_secret *secret, const struct otp_spec *spec,
	uint64_t counter, char code_r[OTP_DIGITS_MAX + 1]);
/*
 * otpauth:// URI and base32 manual key (no padding); both are secrets.  `counter` goes into HOTP's.
 * WF_INVALID: spec, empty secret or empty account; WF_TOO_LONG: names too long for a URI of
 * WF_SECRET_MAX.
 */
WF_MUST_USE wf_status otp_uri(const struct wf_secret *secret, const struct otp_spec *spec,
	const char *issuer, const char *account, uint64_t counter, struct wf_secret *uri_r,
	struct wf_secret *base32_r);
/* As long as the output of the spec's hash: 20, 32 or 64 octets (RFC 4226 section 4, R6). */
WF_MUST_USE wf_status otp_secret_new(const struct otp_spec *spec, struct wf_secret *secret_r);
/*
 * HOTP resync: two consecutive codes within `window` (up to OTP_RESYNC_MAX) of the counter; the
 * next counter.  WF_NO: not found; WF_INVALID: no codes of this spec, or the window.
 */
WF_MUST_USE wf_status hotp_resync(const struct wf_secret *secret, const struct otp_spec *spec,
	uint64_t counter, uint32_t window, const char *code1, const char *code2, uint64_t *next_r);

/* --- recovery codes --- */
/* 80 random bits as 4 groups of 4 base32 characters; the hash is keyed (keyring_mac "recovery"). */
WF_MUST_USE wf_status recovery_code_new(const struct keyring *keys, int64_t account_id,
					struct wf_secret *code_r, uint8_t hash_r[32]);
/*
 * WF_INVALID when the text has not the form of a recovery code (blanks, hyphens and case are
 * forgiven).
 */
WF_MUST_USE wf_status recovery_code_hash(const struct keyring *keys, int64_t account_id,
					 const struct wf_secret *code, uint8_t hash_r[32]);

#endif
