/*
 * Evaluation: every prompt's answer against the credentials that answer to it.  All of them are
 * always tried, doomed or not, so that time tells nothing.
 *
 * Slow hashes are computed by workers.  A few codes take some microseconds, less than it takes to
 * hand them to another thread and back, so they are checked at once, in the loop's; many (an
 * account with many tokens, a wide window) by the quick pool.
 */
#include "config.h"

#include <string.h>

#include "authd/account/upstream_of.h"
#include "authd/engine/internal.h"

void
verify_clear_credentials(struct verify *verify)
{
	if (verify->credentials != NULL)
		wf_wipe(verify->credentials, verify->ncredentials * sizeof(verify->credentials[0]));
	verify->credentials = NULL;
	verify->ncredentials = 0;
}

void
verify_clear(struct verify *verify)
{
	for (size_t i = 0; i < POLICY_PROMPTS_MAX; i++)
		wf_secret_clear(&verify->answers[i]);
	verify_clear_credentials(verify);
}

static void
try_prompt(struct verify *verify, size_t index, void *scratch)
{
	struct verify_result *result = &verify->results[index];
	struct factor_input input = {
		.answer = &verify->answers[index],
		.keys = verify->keys,
		.now = verify->now,
		.totp_window = verify->totp_window,
		.totp_drift = verify->totp_drift,
		.hotp_lookahead = verify->hotp_lookahead,
		.clock_suspect = verify->clock_suspect,
		.scratch = scratch,
	};
	size_t n = verify->doomed ? 0 : verify->ncredentials;
	const struct factor_ops *ops;

	factor_try(verify->prompts[index].text, verify->credentials, n, &input, &result->result,
		&result->factor);
	if (verify->doomed)
		result->result = (struct factor_result){.answer = FACTOR_NO};
	ops = factor_ops(result->factor);
	result->kind = ops == NULL ? KIND_NONE : ops->kind;
}

static bool
all_right(const struct verify *verify)
{
	bool right = !verify->doomed;

	for (size_t i = 0; i < verify->nprompts; i++)
		right = right && verify->results[i].result.answer == FACTOR_YES;
	return right;
}

/* Only where everything was right: no refusal takes longer because its password was. */
static void
renew(struct verify *verify, size_t index, void *scratch)
{
	struct factor_result *result = &verify->results[index].result;
	struct factor_input input = {.answer = &verify->answers[index], .scratch = scratch};

	for (size_t i = 0; result->renew && i < verify->ncredentials; i++) {
		input.credential = &verify->credentials[i];
		if (input.credential->id == result->credential_id) {
			factor_renew(&input, result);
			return;
		}
	}
}

/* Is the password known to whoever guesses? */
static void
seek_leak(struct verify *verify, const struct wf_secret *password)
{
	static const enum store_leak none[] = {STORE_LEAK_UNKNOWN, STORE_LEAK_NONE};
	wf_status status = policy_leaked(verify->policy, password);

	if (status == WF_OK)
		verify->leak = STORE_LEAK_FOUND;
	else if (status == WF_NO)
		verify->leak = none[verify->policy->leaks != NULL];
}

/*
 * How long is it, and of which classes?  Kept of one that was right alone, and not of another
 * server's.
 */
static void
take_note(struct verify *verify, size_t index)
{
	const struct verify_result *result = &verify->results[index];
	struct password_note note;

	policy_password_note(&verify->answers[index], &note);
	if (result->factor == FACTOR_PASSWORD && result->result.answer == FACTOR_YES)
		verify->note = note;
}

/*
 * What is found out of a password beside whether it is right: once everything is right, or, where a
 * round asks for the password alone, of every answer alike, so that its time tells nothing.
 */
static void
seek(struct verify *verify)
{
	for (size_t i = 0; verify->seeks && i < verify->nprompts; i++) {
		if (verify->prompts[i].text != WF_TEXT_PASSWORD ||
			(verify->renews && !all_right(verify)))
			continue;
		seek_leak(verify, &verify->answers[i]);
		take_note(verify, i);
	}
}

/* Codes cost next to nothing, and to ask what they cost is a system call each time. */
static int64_t
thread_us(const struct verify *verify)
{
	return verify->hashes ? wf_clock_thread_us() : 0;
}

static void
evaluate(struct verify *verify, void *scratch)
{
	int64_t start = wf_clock_now(&verify->clock).boot_us;
	int64_t thread = thread_us(verify);

	for (size_t i = 0; i < verify->nprompts; i++)
		try_prompt(verify, i, scratch);
	verify->thread_us = thread_us(verify) - thread;
	verify->elapsed_us = wf_clock_now(&verify->clock).boot_us - start;
	for (size_t i = 0; verify->renews && all_right(verify) && i < verify->nprompts; i++)
		renew(verify, i, scratch);
	seek(verify);
}

static void
run(struct worker_job *job, void *scratch)
{
	struct verify *verify = job->ctx;

	evaluate(verify, scratch);
	verify_clear(verify);
}

void
verify_ended(struct transaction *txn)
{
	if (upstream_start(txn))
		return;
	upstream_clear(txn);
	txn_step(txn, TXN_VERIFIED);
}

/* All that can be checked here. */
static void
checked(struct transaction *txn)
{
	settle_measured(txn);
	verify_ended(txn);
}

static void
arrived(struct mailbox_post *post)
{
	struct transaction *txn = post->ctx;

	txn->busy = false;
	txn->verify.keys = NULL;
	if (!txn->engine->stopped)
		checked(txn);
}

static void
done(struct worker_job *job, wf_status status)
{
	struct verify *verify = job->ctx;
	struct transaction *txn =
		(struct transaction *)((char *)verify - offsetof(struct transaction, verify));

	verify->status = status;
	verify_clear(verify);
	txn_post(txn, arrived);
}

/* The prompts that are answered in this round: the password comes first, the code last. */
static size_t
round_prompts(const struct transaction *txn, const struct wf_prompt **first_r)
{
	const struct policy_demand *demand = &txn->demand;

	*first_r = demand->prompts;
	if (txn->round == ROUND_WHOLE || demand->nprompts == 0)
		return demand->nprompts;
	if (txn->round == ROUND_SECOND)
		*first_r += demand->nprompts - 1;
	return 1;
}

static const struct account *
use(struct verify *verify, bool found, const struct account *account,
	struct credential *credentials, size_t n)
{
	verify->credentials = credentials;
	verify->ncredentials = found ? n : 0;
	return found ? account : NULL;
}

/*
 * Of the job that has read them: that admitted the attempt, or BEGIN's. The account, NULL: there is
 * none.
 */
static const struct account *
fill_credentials(struct transaction *txn)
{
	struct store_reserve *reserve = &txn->job.u.reserve;
	struct store_resume *resume = &txn->job.u.resume;
	struct store_read *read = &txn->job.u.read;
	struct verify *verify = &txn->verify;

	if (txn->job.kind == STORE_RESERVE)
		return use(verify, reserve->admission.found, &reserve->account,
			reserve->credentials, reserve->ncredentials);
	if (txn->job.kind == STORE_RESUME)
		return use(verify, resume->found, &resume->account, resume->credentials,
			resume->ncredentials);
	if (txn->job.kind == STORE_READ)
		return use(verify, read->found && !txn->shadow, &read->account, read->credentials,
			read->ncredentials);
	return NULL; /* not admitted: against nothing */
}

struct worker_pool *
verify_pool(const struct transaction *txn)
{
	const struct wf_prompt *prompts;
	size_t n = round_prompts(txn, &prompts);

	for (size_t i = 0; i < n; i++)
		if (factor_prompt_flags(prompts[i].text) & FACTOR_CPU)
			return txn->engine->workers;
	return txn->engine->quick;
}

static bool
is_quick(const struct transaction *txn)
{
	return verify_pool(txn) == txn->engine->quick && txn->engine->quick != txn->engine->workers;
}

static wf_status
fill(struct transaction *txn, const struct account *account)
{
	const struct policy *policy = &txn->engine->config->policy;
	struct verify *verify = &txn->verify;
	const struct wf_prompt *first;
	wf_status status;

	verify->nprompts = round_prompts(txn, &first);
	memcpy(verify->prompts, first, verify->nprompts * sizeof(*first));
	verify->hashes = !is_quick(txn);
	/* else time would tell that the password was right */
	verify->renews = txn->round == ROUND_WHOLE;
	verify->policy = policy;
	verify->seeks = txn->purpose == WF_PURPOSE_LOGIN;
	verify->leak = STORE_LEAK_UNKNOWN;
	verify->note = (struct password_note){.length = 0};
	verify->keys = txn->engine->keys;
	verify->clock = txn->engine->clock;
	verify->now = wf_clock_now(&verify->clock);
	verify->totp_window = (uint32_t)policy_value(policy, P_TOTP_WINDOW);
	verify->totp_drift = (uint32_t)policy_value(policy, P_TOTP_DRIFT);
	verify->hotp_lookahead = (uint32_t)policy_value(policy, P_HOTP_LOOKAHEAD);
	verify->clock_suspect = store_clock_suspect(txn->engine->store);
	verify->doomed = txn->doomed;
	memset(verify->results, 0, verify->nprompts * sizeof(verify->results[0]));
	status = txn->gateway.asks ? gateway_answers(txn) : WF_OK;
	return status == WF_OK ? upstream_choose(txn, account) : status;
}

/* A tenth of a millisecond: one person's tokens must not hold up everybody. */
#define CODES_AT_ONCE 256
/* for each token: what is behind in its window, or a set's recovery codes */
#define CODES_BESIDE 32

/* What can be evaluated here and now. */
static bool
is_short(const struct transaction *txn)
{
	const struct policy *policy = &txn->engine->config->policy;
	const struct verify *verify = &txn->verify;
	uint64_t each = CODES_BESIDE + 2 * (uint64_t)policy_value(policy, P_TOTP_WINDOW) +
			(uint64_t)policy_value(policy, P_HOTP_LOOKAHEAD);
	uint64_t codes = 0;

	if (!is_quick(txn))
		return false;
	for (size_t i = 0; i < verify->ncredentials; i++)
		codes += verify->credentials[i].factor == FACTOR_PASSWORD ? 0 : each;
	return codes <= CODES_AT_ONCE;
}

static void
evaluate_here(struct transaction *txn)
{
	struct verify *verify = &txn->verify;

	verify->status = atomic_load(&verify->job.cancelled) ? WF_EXPIRED : WF_OK;
	if (verify->status == WF_OK)
		run(&verify->job, NULL);
	verify_clear(verify);
	verify->keys = NULL;
	checked(txn);
}

void
verify_start(struct transaction *txn)
{
	struct verify *verify = &txn->verify;
	wf_status status = fill(txn, fill_credentials(txn));

	verify->job.run = run;
	verify->job.done = done;
	verify->job.ctx = verify;
	verify->job.deadline_boot_us =
		txn->round_us +
		policy_value(&txn->engine->config->policy, P_PERSON_DEADLINE_S) * 1000000;
	atomic_store(&verify->job.cancelled,
		(txn->peer == NULL || txn->told) && txn->round != ROUND_SECOND);
	if (status == WF_OK && is_short(txn)) {
		evaluate_here(txn);
		return;
	}
	txn->busy = true;
	if (status == WF_OK)
		status = worker_submit(verify_pool(txn), &verify->job);
	if (status == WF_OK)
		return; /* from here on `verify` is the worker's */
	verify->status = status;
	verify->keys = NULL;
	txn->busy = false;
	verify_clear(verify);
	checked(txn);
}

bool
verify_may_be_ahead(const struct transaction *txn)
{
	return txn->round == ROUND_WHOLE && is_quick(txn);
}

/*
 * Whose peer waits, who has nothing that another server knows, and whose credentials BEGIN's READ
 * has brought.
 */
static bool
can_be_ahead(const struct transaction *txn, const struct account *account)
{
	const struct verify *verify = &txn->verify;
	const struct config_upstreams *upstreams = &txn->engine->config->upstreams;

	if (txn->job.kind != STORE_READ || txn->job.u.read.bare || txn->peer == NULL || txn->told)
		return false;
	return verify_may_be_ahead(txn) && is_short(txn) &&
	       (account == NULL || account_upstream_kinds(upstreams, account, verify->credentials,
					   verify->ncredentials) == 0);
}

bool
verify_ahead(struct transaction *txn)
{
	struct verify *verify = &txn->verify;
	const struct account *account = fill_credentials(txn);

	if (!can_be_ahead(txn, account)) {
		verify_clear_credentials(verify);
		return false;
	}
	txn->ahead = true;
	attempt_judge(txn, account, verify->credentials, verify->ncredentials);
	verify->status = fill(txn, account);
	if (verify->status == WF_OK)
		evaluate(verify, NULL);
	verify->keys = NULL;
	settle_measured(txn);
	txn_step(txn, TXN_VERIFIED);
	return true;
}
