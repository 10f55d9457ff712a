/*
 * Enforced criteria about the register of services and hosts.  That one enters by a grant is
 * enforced where a service says so (tests/unit/engine/test_grants), and told where none does
 * (tests/unit/account/test_impact).
 */
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

static const struct enforced_row rows[] = {
	{"SCS-3-1-4-1", "what is not classified counts as the highest", importance,
		"comply = {\"scs3\"}\n", "sshd", .expected = "important"},
	{"SCS-3-1-4-1", "what is classified counts as it is", importance,
		"comply = {\"scs3\"}\nservice sshd { data = general }\n", "sshd",
		.expected = "general"},
};

const struct enforced_table enforced_register = {rows, sizeof(rows) / sizeof(rows[0])};
