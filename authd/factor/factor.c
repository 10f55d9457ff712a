/*
 * The table of factors, and the trial of one answer against all credentials of an account.
 *
 * The trial does the work of every factor that answers to the prompt, with mock material where the
 * account has no such credential, so that neither an unknown name nor the number of an account's
 * tokens can be told from the time it takes.
 */
#include "config.h"

#include "authd/factor/factor.h"

#include <stdio.h>
#include <string.h>

#include "authd/factor/verify.h"

#define NO_FACTOR "no-factor" /* reason: the account has nothing that answers to the prompt */

static const struct factor_ops table[] = {
	{FACTOR_PASSWORD, "password", KIND_KNOWLEDGE, "", FACTOR_CPU, WF_TEXT_PASSWORD,
		password_verify},
	{FACTOR_TOTP, "totp", KIND_POSSESSION, "", 0, WF_TEXT_CODE, totp_verify},
	{FACTOR_HOTP, "hotp", KIND_POSSESSION, "", 0, WF_TEXT_CODE, hotp_verify},
	{FACTOR_RECOVERY, "recovery", KIND_POSSESSION, "recovery", 0, WF_TEXT_CODE,
		recovery_verify},
	{FACTOR_UPSTREAM_PASSWORD, "upstream", KIND_KNOWLEDGE, "upstream",
		FACTOR_EGRESS | FACTOR_MULTIROUND, WF_TEXT_PASSWORD, upstream_verify},
	{FACTOR_UPSTREAM_CODE, "upstream", KIND_POSSESSION, "upstream",
		FACTOR_EGRESS | FACTOR_MULTIROUND, WF_TEXT_CODE, upstream_verify},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct factor_ops *
factor_ops(enum factor_id id)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (table[i].id == id)
			return &table[i];
	}
	return NULL;
}

const struct factor_ops *
factor_find(const char *name)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

/* A change of one's password is proved by the old one or by a recovery code. */
static bool
takes_prompt(const struct factor_ops *ops, enum wf_text_id prompt)
{
	if (prompt == WF_TEXT_CURRENT_PASSWORD)
		return ops->id == FACTOR_PASSWORD || ops->id == FACTOR_RECOVERY;
	return ops->prompt == prompt;
}

unsigned
factor_prompt_flags(enum wf_text_id prompt)
{
	unsigned flags = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (takes_prompt(&table[i], prompt))
			flags |= table[i].flags;
	return flags;
}

const struct factor_ops *
factor_upstream(enum wf_text_id prompt)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if ((table[i].flags & FACTOR_EGRESS) != 0 && table[i].prompt == prompt)
			return &table[i];
	return NULL;
}

struct trial {
	struct factor_result *best; /* of the credentials tried so far */
	enum factor_id *factor;	    /* whose */
	bool any;		    /* a credential was tried */
	bool guess;		    /* one of them said no */
};

/* YES > replayed > UNSURE > NO. */
static int
rank(const struct factor_result *result)
{
	if (result->answer == FACTOR_YES)
		return 3;
	if (result->replayed)
		return 2;
	return result->answer == FACTOR_UNSURE ? 1 : 0;
}

static void
trial_add(struct trial *trial, enum factor_id id, const struct factor_result *result)
{
	trial->guess = trial->guess || result->guess;
	if (!trial->any || rank(result) > rank(trial->best)) {
		*trial->best = *result;
		*trial->factor = id;
	}
	trial->any = true;
}

static bool
trial_over(const struct trial *trial)
{
	return trial->any && trial->best->answer == FACTOR_YES;
}

/* All credentials of one factor; false when the account has none. */
static bool
try_factor(const struct factor_ops *ops, const struct credential *credentials, size_t n,
	struct factor_input *in, struct trial *trial)
{
	bool found = false;

	for (size_t i = 0; i < n && !trial_over(trial); i++) {
		struct factor_result result = {.answer = FACTOR_NO};

		if (credentials[i].factor != ops->id || credentials[i].state == CREDENTIAL_VOID)
			continue;
		in->credential = &credentials[i];
		ops->verify(in, &result);
		trial_add(trial, ops->id, &result);
		found = true;
	}
	return found;
}

/* Mock work; its result counts only for an account that has nothing to try, and is never YES. */
static void
try_mock(const struct factor_ops *ops, struct factor_input *in, struct trial *mock)
{
	struct factor_result result = {.answer = FACTOR_NO};

	in->credential = NULL;
	ops->verify(in, &result);
	trial_add(mock, ops->id, &result);
}

void
factor_try(enum wf_text_id prompt, const struct credential *credentials, size_t n,
	struct factor_input *in, struct factor_result *result_r, enum factor_id *factor_r)
{
	struct factor_result best = {.answer = FACTOR_NO}, best_mock = {.answer = FACTOR_NO};
	enum factor_id factor = FACTOR_NONE, factor_mock = FACTOR_NONE;
	struct trial trial = {.best = &best, .factor = &factor};
	struct trial mock = {.best = &best_mock, .factor = &factor_mock};
	struct trial *won;

	result_no(NO_FACTOR, &best_mock);
	for (size_t i = 0; i < TABLE_COUNT && !trial_over(&trial); i++) {
		if (takes_prompt(&table[i], prompt) &&
			!try_factor(&table[i], credentials, n, in, &trial))
			try_mock(&table[i], in, &mock);
	}
	in->credential = NULL;
	won = trial.any ? &trial : &mock;
	if (!trial.any && won->best->answer == FACTOR_NO)
		(void)snprintf(won->best->reason, sizeof(won->best->reason), "%s", NO_FACTOR);
	if (won->best->answer == FACTOR_UNSURE)
		won->best->guess = trial.guess;
	else
		won->best->guess = won->best->answer == FACTOR_NO && !won->best->replayed;
	won->best->checked = trial.guess;
	*result_r = *won->best;
	*factor_r = *won->factor;
}
