/*
 * The numeric parameters: one table with name, bounds, default and the criterion that the default
 * meets.  A parameter without a criterion is our own decision, because no document gives a number.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_rules.h"
#include "common/i18n.h"

#define YEAR_S 31536000
#define OWN "", "default"

/* clang-format off */
static const struct policy_param_spec params[P_COUNT] = {
	{P_LOCK_THRESHOLD, "lock.threshold", "", 1, 1000, 10, POLICY_SMALLER, "SCS-4-1-4-1", "must",
		N_("Wrong answers after which an account is locked.")},
	{P_LOCK_DURATION_S, "lock.duration", "s", 0, YEAR_S, 3600, POLICY_LARGER_OR_0, "IPA-6.10f", "sample",
		N_("How long an account stays locked; 0: until it is unlocked.")},
	{P_BACKOFF_CAP_S, "lock.backoff_cap", "s", 0, 3600, 60, POLICY_LARGER, OWN,
		N_("Longest delay after a wrong answer; 0: no delays.")},
	{P_POSSESSION_THRESHOLD, "possession.threshold", "", 1, 1000, 20, POLICY_SMALLER, OWN,
		N_("Wrong codes behind a right password after which an account is locked.")},
	{P_POSSESSION_WINDOW_S, "possession.window", "s", 3600, 30 * 86400, 86400, POLICY_LARGER, OWN,
		N_("How long such wrong codes are counted; no login clears them.")},
	{P_SOURCE_THRESHOLD, "source.threshold", "", 1, 1000000, 100, POLICY_SMALLER, OWN,
		N_("Failures of one address after which replies to it are held back.")},
	{P_SOURCE_WINDOW_S, "source.window", "s", 10, 86400, 600, POLICY_LARGER, OWN,
		N_("Time in which that many failures are forgotten again.")},
	{P_PASSWORD_MIN, "password.min", "characters", 1, 128, 8, POLICY_LARGER, "SCS-4-1-3-4", "must",
		N_("Shortest password of a general account.")},
	{P_PASSWORD_MIN_PRIVILEGED, "password.min_privileged", "characters", 1, 128, 12, POLICY_LARGER, "IPA-6.10g", "sample",
		N_("Shortest password of a privileged account.")},
	{P_PASSWORD_CLASSES, "password.classes", "", 0, 4, 0, POLICY_LARGER, OWN,
		N_("Classes a password must have out of upper case, lower case, digits and symbols.")},
	{P_PASSWORD_HISTORY, "password.history", "", 0, 10, 0, POLICY_LARGER, OWN,
		N_("Former passwords that a new one may not be.")},
	{P_MFA_KINDS, "mfa.kinds", "", 1, 2, 2, POLICY_LARGER, "SCS-4-1-3-3", "must",
		N_("Different kinds of factors that a login must prove.")},
	{P_TOTP_WINDOW, "totp.window", "steps", 0, 10, 1, POLICY_SMALLER, OWN,
		N_("Time steps before and after the expected one whose codes are accepted.")},
	{P_TOTP_DRIFT, "totp.drift", "steps", 0, 10, 2, POLICY_SMALLER, OWN,
		N_("Steps by which a token's clock may be learned to be wrong.")},
	{P_HOTP_LOOKAHEAD, "hotp.lookahead", "", 0, 100, 10, POLICY_SMALLER, OWN,
		N_("Counter values ahead of the expected one whose codes are accepted.")},
	{P_HOTP_RESYNC, "hotp.resync", "", 1, 1000, 100, POLICY_SMALLER, OWN,
		N_("Counter values that are searched when a token is synchronised anew.")},
	{P_RECOVERY_CODES, "recovery.codes", "", 1, RECOVERY_CODES_MAX, 10, POLICY_EITHER, OWN,
		N_("Recovery codes in one set.")},
	{P_PERSON_DEADLINE_S, "deadline.person", "s", 10, 600, 110, POLICY_EITHER, OWN,
		N_("Time that a person has to log in; shorter than sshd's LoginGraceTime.")},
	{P_MACHINE_DEADLINE_S, "deadline.machine", "s", 1, 60, 5, POLICY_EITHER, OWN,
		N_("Time in which a request without a person behind it is answered.")},
	{P_QUEUE_DEADLINE_S, "deadline.queue", "s", 1, 600, 30, POLICY_EITHER, OWN,
		N_("Time that an answer may wait for a processor; what would wait longer is refused at once.")},
	{P_REPLY_GRID_MS, "reply_grid", "ms", 1, 5000, 50, POLICY_EITHER, OWN,
		N_("Replies leave at multiples of this time, so that it tells nothing.")},
	{P_LOG_RETENTION_DAYS, "log.retention_days", "days", 1, 36525, 1096, POLICY_LARGER, "IPA-T3.8.3", "sample",
		N_("Age before which no row of the log can be deleted.")},
	{P_LOG_EXPIRY_HOUR, "log.expiry_hour", "", 0, 23, 3, POLICY_EITHER, OWN,
		N_("Hour of the day at which older months of the log are removed.")},
};
/* clang-format on */

const struct policy_param_spec *
policy_params(size_t *count_r)
{
	*count_r = P_COUNT;
	return params;
}

const struct policy_param_spec *
policy_param_find(const char *name)
{
	for (size_t i = 0; i < P_COUNT; i++)
		if (strcmp(params[i].name, name) == 0)
			return &params[i];
	return NULL;
}

bool
policy_direction_weaker(enum policy_direction stricter, int64_t a, int64_t b)
{
	switch (stricter) {
	case POLICY_LARGER:
		return a < b;
	case POLICY_LARGER_OR_0:
		return a != 0 && (b == 0 || a < b);
	case POLICY_SMALLER:
		return a > b;
	case POLICY_UNION:
		return (b & ~a) != 0;
	case POLICY_INTERSECT:
		return (a & ~b) != 0;
	case POLICY_EITHER:
		break;
	}
	return false;
}

bool
policy_weaker(const struct policy_param_spec *spec, int64_t value)
{
	return spec->criterion[0] != '\0' &&
	       policy_direction_weaker(spec->stricter, value, spec->value);
}

wf_status
policy_set(struct policy *policy, enum policy_param id, int64_t value, const struct origin *origin)
{
	struct policy_number number = {.value = value, .origin = *origin};

	if ((size_t)id >= P_COUNT || value < params[id].min || value > params[id].max)
		return WF_INVALID;
	(void)snprintf(number.origin.criterion, sizeof(number.origin.criterion), "%s",
		params[id].criterion);
	if (policy_weaker(&params[id], value))
		(void)snprintf(number.origin.force, sizeof(number.origin.force), "deviation");
	policy->numbers[id] = number;
	policy_values_local(policy, id);
	return WF_OK;
}

void
policy_origin_rule(const char *name, const struct origin *origin, char *text_r, size_t size)
{
	bool deviates = strcmp(origin->force, "deviation") == 0;

	if (origin->criterion[0] == '\0')
		(void)snprintf(text_r, size, "%s (own)", name);
	else
		(void)snprintf(text_r, size, deviates ? "%s (deviates %s)" : "%s %s", name,
			origin->criterion);
}

/* The last word, which is a criterion or, in brackets, none; "service.ask (sshd, file:3)". */
void
policy_rule_criterion(const char *rule, char criterion_r[POLICY_CRITERION_SIZE])
{
	const char *blank = strrchr(rule, ' ');
	const char *word = blank == NULL ? "" : blank + 1;
	const size_t len = strcspn(word, ")");

	criterion_r[0] = '\0';
	if (word[0] >= 'A' && word[0] <= 'Z' && len < POLICY_CRITERION_SIZE)
		(void)snprintf(criterion_r, POLICY_CRITERION_SIZE, "%.*s", (int)len, word);
}

void
policy_rule(const struct policy *policy, enum policy_param id, char *text_r, size_t size)
{
	policy_origin_rule(params[id].name, &policy->numbers[id].origin, text_r, size);
}
