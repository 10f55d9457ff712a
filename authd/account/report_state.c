/* How a criterion stands: the settings in force and the proofs together, the worst of both. */
#include "config.h"

#include "authd/account/report_state.h"

#include "common/i18n.h"

#define BIT(index) (1U << (index))

static bool
has(unsigned bits, unsigned any)
{
	return (bits & any) != 0;
}

enum report_verdict
report_judge(enum report_judged judged, uint64_t count, uint64_t total)
{
	const uint64_t fit = judged == JUDGE_ALL ? count : total - count;

	if (judged == JUDGE_NOT)
		return PROOF_FIGURES;
	if (fit == 0)
		return PROOF_CONTRADICTS;
	return fit == total ? PROOF_HOLDS : PROOF_EXCEPTIONS;
}

/* What is only recorded is not enforced, whatever has been set. */
static bool
is_idle(const struct report_grounds *grounds)
{
	return grounds->observed && grounds->aim == AIM_ENFORCED && !grounds->waits;
}

/* Something of it is enforced in part, or not at all, or not in each case. */
static bool
is_partial(const struct report_grounds *grounds)
{
	return has(grounds->findings, BIT(POLICY_PARTLY) | BIT(POLICY_NOT_YET)) ||
	       has(grounds->verdicts, BIT(PROOF_EXCEPTIONS));
}

/*
 * Something says so: a setting, what the daemon always does, or a proof that was held against what
 * should be.  Where something is meant to be enforced and is not, settings alone do not; nor do
 * exceptions alone where a setting is demanded that nothing enforces yet.
 */
static bool
is_established(const struct report_grounds *grounds)
{
	const unsigned meets = BIT(POLICY_MET) | BIT(POLICY_ELSEWHERE) | BIT(POLICY_PARTLY);

	return (!grounds->waits && (has(grounds->findings, meets) || grounds->built_in)) ||
	       has(grounds->verdicts, BIT(PROOF_HOLDS)) ||
	       (has(grounds->verdicts, BIT(PROOF_EXCEPTIONS)) &&
		       !has(grounds->findings, BIT(POLICY_NOT_YET)));
}

/* There are figures for people to judge, at the least. */
static bool
is_shown(const struct report_grounds *grounds)
{
	return has(grounds->verdicts, BIT(PROOF_FIGURES) | BIT(PROOF_EXCEPTIONS));
}

enum report_state
report_state_of(const struct report_grounds *grounds)
{
	if (grounds->aim == AIM_OUTSIDE)
		return REPORT_OUTSIDE;
	if (is_idle(grounds) || has(grounds->findings, BIT(POLICY_NOT_MET)) ||
		has(grounds->verdicts, BIT(PROOF_CONTRADICTS)))
		return REPORT_NOT_MET;
	if (has(grounds->findings, BIT(POLICY_DEVIATES)))
		return REPORT_DEVIATION;
	if (is_established(grounds))
		return is_partial(grounds) ? REPORT_EXCEPTIONS : REPORT_MET;
	return is_shown(grounds) ? REPORT_SHOWN : REPORT_NOT_SHOWN;
}

const char *
report_state_word(enum report_state state)
{
	static const char *const words[REPORT_STATES] = {N_("met"), N_("met with exceptions"),
		N_("deviation"), N_("not met"), N_("shown"), N_("not shown"), N_("outside")};

	return words[state];
}

const char *
report_verdict_word(enum report_verdict verdict)
{
	static const char *const words[REPORT_VERDICTS] = {
		N_("no data"), N_("figures"), N_("supports"), N_("exceptions"), N_("contradicts")};

	return words[verdict];
}
