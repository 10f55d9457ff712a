/* Enforced criteria about the register of services and hosts, and who enters by a grant. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

/* "important" or "general": how the data behind `about` count. */
static void
importance(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	struct policy_entry entry;

	policy_entry_of(&config->policy, row->about, config->node, &entry);
	ck_assert_str_eq(
		policy_entry_important(&entry) ? "important" : "general", row->expected);
	config_free(&config);
}

/* "no-grant register.grants SCS-4-1-7-3": why somebody of "staff" without a grant is refused. */
static void
refused(const struct enforced_row *row)
{
	static const char staff[][ACCOUNT_GROUP_LEN + 1] = {"staff"};
	struct config *config = enforced_load(row->conf);
	struct policy_facts facts = {
		.service = row->about, .purpose = WF_PURPOSE_LOGIN, .known = true};
	struct policy_entry entry;
	struct policy_demand demand;
	char text[128];

	policy_entry_of(&config->policy, row->about, config->node, &entry);
	facts.ungranted = entry.grants == GRANTS_REQUIRED;
	facts.outside_scope = facts.ungranted && !policy_in_scope(&config->policy, row->about,
							 config->node, staff, 1);
	policy_eval(&config->policy, &facts, &demand);
	ck_assert_int_eq(demand.decision, POLICY_DENY);
	(void)snprintf(text, sizeof(text), "%s %s", demand.reason, demand.rule);
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

#define NEEDED "service sshd { grants = required }\n"
#define SCOPED "service sshd { grants = required scope = {\"ops\"} }\n"

static const struct enforced_row rows[] = {
	{"SCS-3-1-4-1", "what is not classified counts as the highest", importance,
		"comply = {\"scs3\"}\n", "sshd", .expected = "important"},
	{"SCS-3-1-4-1", "what is classified counts as it is", importance,
		"comply = {\"scs3\"}\nservice sshd { data = general }\n", "sshd",
		.expected = "general"},
	{"SCS-4-1-7-3", "no grant, no login", refused, "comply = {\"scs4\"}\n" NEEDED, "sshd",
		.expected = "no-grant register.grants SCS-4-1-7-3"},
	{"KUBOTA-50a", "no grant, no login", refused, ENFORCED_KUBOTA NEEDED, "sshd",
		.expected = "no-grant register.grants SCS-4-1-7-3"},
	{"KUBOTA-50a", "the condition of a grant is not met", refused, ENFORCED_KUBOTA SCOPED,
		"sshd", .expected = "scope register.scope IPA-6.1a"},
	{"IPA-6.1a", "outside the register's scope", refused, ENFORCED_IPA SCOPED, "sshd",
		.expected = "scope register.scope IPA-6.1a"},
};

const struct enforced_table enforced_register = {rows, sizeof(rows) / sizeof(rows[0])};
