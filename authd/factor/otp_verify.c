/*
 * The factors TOTP and HOTP: which counters an answer may belong to, and what a match means.
 *
 * Both look at a window of counters, part of which is used up.  A code that belongs to a used
 * counter is `replayed`, even if by chance it also belongs to a fresh one: a code that was seen is
 * not accepted again (I2).  Of several fresh ones TOTP burns the highest, so that none of them can
 * follow; HOTP takes the lowest, so that server and token stay in step.
 */
#include "config.h"

#include <string.h>

#include "authd/factor/otp.h"
#include "authd/factor/verify.h"

#define NO_REASON "wrong-code"
#define WINDOW_MAX 32	   /* TOTP steps each way */
#define DRIFT_MAX 32	   /* steps that may be learned */
#define LOOKAHEAD_MAX 1000 /* HOTP */
#define LOOKBACK 10	   /* HOTP counters passed that are told from wrong codes */
#define COUNTER_MAX (INT64_MAX - LOOKAHEAD_MAX - 1)

/* One answer on its way through a verification. */
struct otp_trial {
	const struct factor_input *in;
	struct otp_spec spec;
	struct wf_secret secret;
	char code[OTP_CODE_SIZE];
	bool formed;	/* the answer has the form of a code */
	int64_t now;	/* TOTP: the step of now */
	int64_t drift;	/* TOTP: learned, within today's bounds */
	struct otp_scan scan;
};

static uint32_t
at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

/* Where there is no credential: a secret that nobody knows and that takes a key's work to make. */
static wf_status
mock_secret(const struct factor_input *in, struct wf_secret *secret_r)
{
	uint8_t mac[32] = {0};
	wf_status status = WF_OK;

	if (in->keys != NULL)
		status = keyring_mac(in->keys, "recovery", "mock", "otp", 3, mac);
	if (status == WF_OK)
		status = wf_secret_set(secret_r, mac, 20);
	wf_wipe(mac, sizeof(mac));
	return status;
}

static wf_status
open_secret(const struct factor_input *in, struct wf_secret *secret_r)
{
	const struct credential *credential = in->credential;
	struct keyring_aad aad = {.table = "credential"};

	if (credential == NULL)
		return mock_secret(in, secret_r);
	if (in->keys == NULL || credential->secret_len > CREDENTIAL_SECRET_MAX)
		return WF_CRYPTO;
	aad.account_id = credential->account_id;
	aad.label = credential->label;
	return keyring_open(in->keys, credential->key_id, &aad, credential->secret,
		credential->secret_len, secret_r);
}

/* WF_INVALID when the stored credential cannot be one. */
static wf_status
trial_init(struct otp_trial *trial, const struct factor_input *in, enum factor_id factor)
{
	const struct credential *credential = in->credential;

	memset(trial, 0, sizeof(*trial));
	trial->in = in;
	trial->spec = (struct otp_spec){
		.factor = factor, .algorithm = OTP_SHA1, .digits = 6, .step_s = 30};
	if (credential != NULL) {
		trial->spec.algorithm = credential->algorithm;
		trial->spec.digits = credential->digits;
		trial->spec.step_s = credential->step_s;
	}
	if (otp_spec_check(&trial->spec) != WF_OK ||
	    (credential != NULL && (credential->counter < -1 || credential->counter > COUNTER_MAX)))
		return WF_INVALID;
	trial->formed =
		otp_code_text(in->answer->bytes, in->answer->len, trial->spec.digits, trial->code);
	return WF_OK;
}

static void
trial_clear(struct otp_trial *trial)
{
	wf_secret_clear(&trial->secret);
	wf_wipe(trial, sizeof(*trial));
}

static int64_t
clamp(int64_t value, int64_t bound)
{
	return value > bound ? bound : value < -bound ? -bound : value;
}

/* The window lies around the drift, and never before step 0. */
static void
totp_window(struct otp_trial *trial)
{
	const struct factor_input *in = trial->in;
	int64_t window = at_most(in->totp_window, WINDOW_MAX);
	int64_t first, last;

	trial->now = in->now.wall_us / 1000000 / trial->spec.step_s;
	trial->drift = in->credential == NULL
			       ? 0
			       : clamp(in->credential->drift, at_most(in->totp_drift, DRIFT_MAX));
	first = trial->now + trial->drift - window;
	last = trial->now + trial->drift + window;
	first = first < 0 ? 0 : first;
	trial->scan.first = (uint64_t)first;
	trial->scan.count = last < first ? 0 : (uint64_t)(last - first) + 1;
	trial->scan.fresh = in->credential == NULL ? 0 : (uint64_t)(in->credential->counter + 1);
}

static void
hotp_window(struct otp_trial *trial)
{
	const struct factor_input *in = trial->in;
	int64_t next =
		in->credential == NULL || in->credential->counter < 0 ? 0 : in->credential->counter;
	int64_t first = next < LOOKBACK ? 0 : next - LOOKBACK;

	trial->scan.first = (uint64_t)first;
	trial->scan.count =
		(uint64_t)(next - first) + at_most(in->hotp_lookahead, LOOKAHEAD_MAX) + 1;
	trial->scan.fresh = (uint64_t)next;
}

/* One step towards what was seen, never past the bound. */
static int64_t
learned_drift(const struct otp_trial *trial)
{
	int64_t seen = (int64_t)trial->scan.highest - trial->now;
	int64_t towards = trial->drift + (seen > trial->drift) - (seen < trial->drift);

	return clamp(towards, at_most(trial->in->totp_drift, DRIFT_MAX));
}

static void
totp_effect(const struct otp_trial *trial, struct factor_result *result)
{
	struct effect *effect = result_effect(trial->in, EFFECT_TOTP_ADVANCE, result);

	effect->value = (int64_t)trial->scan.highest;
	effect->value2 = learned_drift(trial);
}

static void
hotp_effect(const struct otp_trial *trial, struct factor_result *result)
{
	result_effect(trial->in, EFFECT_HOTP_ADVANCE, result)->value =
		(int64_t)trial->scan.lowest + 1;
}

/* What is different between the two. */
struct otp_plan {
	enum factor_id factor;
	bool by_clock; /* a suspect clock makes it unsure */
	void (*window)(struct otp_trial *trial);
	void (*effect)(const struct otp_trial *trial, struct factor_result *result);
};

static void
trial_judge(
	const struct otp_plan *plan, const struct otp_trial *trial, struct factor_result *result)
{
	const struct factor_input *in = trial->in;

	if (plan->by_clock && (in->clock_suspect || in->now.wall_us < 0)) {
		result_unsure("clock-suspect", result);
	} else if (trial->scan.used > 0) {
		result_replayed(in, NO_REASON, result);
	} else if (trial->scan.unused > 0 && in->credential != NULL) {
		plan->effect(trial, result);
		result_yes(in, NO_REASON, result);
	} else {
		result_no(NO_REASON, result);
	}
}

static void
trial_run(const struct otp_plan *plan, struct otp_trial *trial, struct factor_result *result)
{
	plan->window(trial);
	if (open_secret(trial->in, &trial->secret) != WF_OK)
		result_unsure("key", result);
	else if (otp_scan(&trial->secret, &trial->spec, trial->code, &trial->scan) != WF_OK)
		result_unsure("crypto", result);
	else
		trial_judge(plan, trial, result);
}

static void
otp_verify(
	const struct otp_plan *plan, const struct factor_input *in, struct factor_result *result_r)
{
	struct factor_result result = {.answer = FACTOR_NO};
	struct otp_trial trial;

	if (trial_init(&trial, in, plan->factor) != WF_OK) {
		result_unsure("corrupt", &result);
	} else {
		trial_run(plan, &trial, &result);
		if (!trial.formed)
			result_misformed(NO_REASON, &result);
	}
	trial_clear(&trial);
	*result_r = result;
}

void
totp_verify(const struct factor_input *in, struct factor_result *result_r)
{
	static const struct otp_plan plan = {FACTOR_TOTP, true, totp_window, totp_effect};

	otp_verify(&plan, in, result_r);
}

void
hotp_verify(const struct factor_input *in, struct factor_result *result_r)
{
	static const struct otp_plan plan = {FACTOR_HOTP, false, hotp_window, hotp_effect};

	otp_verify(&plan, in, result_r);
}
