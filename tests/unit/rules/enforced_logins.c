/* Enforced criteria about what a login is asked for. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

/* "2 mfa.kinds SCS-4-1-3-3": how many kinds such a login to `about` proves, and by which rule. */
static void
demand(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	struct policy_facts facts = {.service = row->about,
		.purpose = WF_PURPOSE_LOGIN,
		.zone = row->zone,
		.kind = row->kind,
		.known = true};
	struct policy_demand demanded;
	char text[128];

	policy_eval(&config->policy, &facts, &demanded);
	(void)snprintf(text, sizeof(text), "%d %s", __builtin_popcount(demanded.sets[0].kinds),
		demanded.sets[0].rule);
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

static const struct enforced_row rows[] = {
	{"SCS-4-1-3-3", "two kinds", demand, "comply = {\"scs3\"}\n", "sshd",
		.expected = "2 mfa.kinds SCS-4-1-3-3"},
	{"KUBOTA-120", "two kinds", demand, ENFORCED_KUBOTA, "sshd",
		.expected = "2 mfa.kinds KUBOTA-120"},
	{"IPA-6.2.2b", "two kinds", demand, ENFORCED_IPA, "sshd",
		.expected = "2 mfa.kinds IPA-6.2.2b"},
};

const struct enforced_table enforced_logins = {rows, sizeof(rows) / sizeof(rows[0])};
