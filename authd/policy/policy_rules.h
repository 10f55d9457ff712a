/*
 * What the files of policy/ share among themselves: the names of rules that no document is about,
 * and a few questions asked in both phases.
 */
#ifndef WF_AUTHD_POLICY_POLICY_RULES_H
#define WF_AUTHD_POLICY_POLICY_RULES_H

#include "authd/policy/policy.h"

/* "(own)": no document asks for it; it is our own decision. */
#define RULE_NOT_ASKED "service.asked (own)"
#define RULE_SHARED "account.shared (own)"
#define RULE_EXEMPT "account.exempt (own)"
#define RULE_REFUSED "account.refused (own)"
#define RULE_CHANGE "password.change (own)"
#define RULE_INVOKER "service.invoker (own)"

/* "lock.threshold SCS-4-1-4-1", as policy_rule() has it. */
void policy_origin_rule(
	const char *name, const struct origin *origin, char *text_r, size_t size);
/* The criterion in such a text; "" where it has none. */
void policy_rule_criterion(const char *rule, char criterion_r[POLICY_CRITERION_SIZE]);
/* The rule that says how many kinds this service demands. */
void policy_kinds_rule(const struct policy *policy, const struct policy_service *service,
	char text_r[POLICY_RULE_SIZE]);
/*
 * Why nobody logs in to this service as this account, whatever he proves, with the rule; NULL:
 * nothing of the kind.
 */
const char *policy_identity_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE]);
/* uid 0 is refused everywhere but on the console of a service whose row lets it in. */
bool policy_root_refused(const struct policy_facts *facts, const struct policy_service *service);
/* Adds the prompts and sets of a login to an empty demand. */
void policy_demand_login(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts, struct policy_demand *demand);
/* The trigger for which this login needs two kinds, a bit of mfa.required; 0: none does. */
int64_t policy_trigger(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts);
/* The same of the first place, in any zone and on any host of the register, that has one. */
int64_t policy_trigger_somewhere(const struct policy *policy, const struct policy_service *service);
/* How many kinds a login to this service proves at the place where fewest are asked for. */
int policy_kinds_least(const struct policy *policy, const struct policy_service *service);
/* The values that hold where nobody has said anything. */
void policy_values_init(struct policy *policy);
/* The cells that an option of warifu.conf governs, after it was set. */
void policy_values_local(struct policy *policy, enum policy_param id);

#endif
