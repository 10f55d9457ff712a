/* Enforced criteria about accounts, their sessions, and connections in the clear. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>
#include <string.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

/* "default-id accounts.default_ids KUBOTA-101": why such facts end in no login, in both phases. */
static void
shows_denial(const struct enforced_row *row, struct policy_facts facts)
{
	struct config *config = enforced_load(row->conf);
	const struct account account = {.id = 1, .kind = row->kind, .shared = facts.shared};
	struct policy_account_answer answer;
	struct policy_demand demand;
	char text[128];

	facts.purpose = WF_PURPOSE_LOGIN;
	facts.kind = row->kind;
	facts.zone = row->zone;
	facts.known = true;
	facts.completed = KIND_KNOWLEDGE | KIND_POSSESSION;
	policy_eval(&config->policy, &facts, &demand);
	(void)snprintf(text, sizeof(text), "%s %s", demand.reason, demand.rule);
	ck_assert_str_eq(text, row->expected);
	policy_account(&config->policy, &facts, &account, 1, &answer);
	ck_assert_int_eq(answer.verdict, WF_VERDICT_REJECT);
	ck_assert_str_eq(answer.reason, demand.reason);
	config_free(&config);
}

static void
name(const struct enforced_row *row)
{
	shows_denial(row, (struct policy_facts){.service = "sshd", .user = row->about});
}

/* uid 0 on the console, where it may log in if nobody minds. */
static void
root(const struct enforced_row *row)
{
	shows_denial(row,
		(struct policy_facts){.service = "login", .user = row->about, .root = true});
}

static void
shared(const struct enforced_row *row)
{
	shows_denial(row, (struct policy_facts){
				  .service = "sshd", .user = row->about, .shared = true});
}

/* No act makes such an account a shared one. */
static void
never_shared(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	char rule[POLICY_RULE_SIZE] = "";

	ck_assert(policy_shared_forbidden(&config->policy, row->kind, rule));
	ck_assert_str_eq(rule, row->expected);
	config_free(&config);
}

/* What whoever opens a session is told to end it after. */
static void
session(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	char text[32];

	(void)snprintf(text, sizeof(text), "%u s", (unsigned)policy_session_s(&config->policy));
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

/* What a shell on a terminal is told; scripts of service accounts wait as long as they like. */
static void
idle(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	char text[32];

	(void)snprintf(text, sizeof(text), "%u s",
		(unsigned)policy_idle_s(&config->policy, row->about, row->kind));
	ck_assert_str_eq(text, row->expected);
	config_free(&config);
}

#define OUTSIDE                                                                          \
	"client \"gw\" { network = {\"198.51.100.7\"} secret_file = \"/etc/warifu/gw\" }\n"

static const struct enforced_row rows[] = {
	{"IPA-6.10a", "nobody logs in as admin", name, ENFORCED_IPA, "admin",
		.kind = ACCOUNT_PRIVILEGED,
		.expected = "forbidden-name accounts.forbidden_names (admin) IPA-6.10a"},
	{"IPA-6.10a", "nor as root, on the console either", root, ENFORCED_IPA, "root",
		.kind = ACCOUNT_PRIVILEGED, .zone = ZONE_CONSOLE,
		.expected = "forbidden-name accounts.forbidden_names (root) IPA-6.10a"},
	{"IPA-6.10c", "nobody logs in as guest", name, ENFORCED_IPA, "guest",
		.expected = "forbidden-name accounts.forbidden_names (guest) IPA-6.10c"},
	{"IPA-T3.6b", "an account that came with the system is stopped", name, ENFORCED_IPA, "pi",
		.expected = "default-id accounts.default_ids IPA-T3.6b"},
	{"KUBOTA-101", "root is stopped on the console", root, ENFORCED_KUBOTA, "root",
		.zone = ZONE_CONSOLE, .expected = "default-id accounts.default_ids KUBOTA-101"},
	{"ISAC-3.1.3", "an account that came with the system is stopped", name,
		"comply = {\"isac1\"}\n", "vagrant",
		.expected = "default-id accounts.default_ids ISAC-3.1.3"},
	{"SCS-4-4-1-5", "root on the console with one kind is not enough", root,
		"comply = {\"scs4\"}\nservice \"login\" { kinds = 1 }\n"
		ENFORCED_DEVIATE("mfa.kinds", "1"), "root", .zone = ZONE_CONSOLE,
		.expected = "default-id accounts.default_ids SCS-4-4-1-5"},
	{"DRAFT-4-33", "root is stopped on the console", root, ENFORCED_DRAFT, "root",
		.zone = ZONE_CONSOLE, .expected = "default-id accounts.default_ids DRAFT-4-33"},
	{"KUBOTA-113", "nobody logs in to a shared account", shared, ENFORCED_KUBOTA, "ops",
		.expected = "shared-account accounts.not_shared (general) KUBOTA-113"},
	{"IPA-6.2.1b", "nobody logs in to a shared account", shared, ENFORCED_IPA, "ops",
		.expected = "shared-account accounts.not_shared (general) IPA-6.2.1b"},
	{"DRAFT-3-11b", "nobody logs in to a shared account", shared, ENFORCED_DRAFT, "ops",
		.expected = "shared-account accounts.not_shared (general) DRAFT-3-11b"},
	{"ISAC-3.2.2b", "privileged accounts are never shared", never_shared,
		"comply = {\"isac1\"}\n", "ops", .kind = ACCOUNT_PRIVILEGED,
		.expected = "accounts.not_shared (privileged) ISAC-3.2.2b"},
	{"KUBOTA-121", "somebody must say how long a session may be", enforced_shows_refusal,
		"comply = {\"kubota\", \"scs3\"}\n" ENFORCED_RESOLVE("password.max_age", "3650"),
		.expected = "'session.timeout' has no value: KUBOTA-121"},
	{"KUBOTA-121", "and that is the end of a session", session, ENFORCED_KUBOTA,
		.expected = "28800 s"},
	{"IPA-6.9", "and that is the end of a session", session, ENFORCED_IPA,
		.expected = "28800 s"},
	{"ISAC-6.2.5", "a shell that is left alone ends", idle, "comply = {\"isac1\"}\n", "sshd",
		.expected = "900 s"},
	{"ISAC-6.2.5", "so does a privileged one", idle, "comply = {\"isac1\"}\n", "su-l",
		.kind = ACCOUNT_PRIVILEGED, .expected = "900 s"},
	{"ISAC-6.2.5", "a job's does not", idle, "comply = {\"isac1\"}\n", "sshd",
		.kind = ACCOUNT_SERVICE, .expected = "0 s"},
	{"ISAC-6.2.5", "nor what is no shell", idle, "comply = {\"isac1\"}\n", "gdm-password",
		.expected = "0 s"},
	{"ISAC-6.2.5", "but for who says so", idle,
		"comply = {\"isac1\"}\nservice \"rlogin\" { shell = true }\n", "rlogin",
		.expected = "900 s"},
	{"IPA-P5.2", "a shell that is left alone ends", idle, ENFORCED_IPA, "login",
		.expected = "300 s"},
	{"KUBOTA-111", "no RADIUS in the clear from outside", enforced_shows_refusal,
		ENFORCED_KUBOTA OUTSIDE, .expected = "KUBOTA-111"},
};

const struct enforced_table enforced_accounts = {rows, sizeof(rows) / sizeof(rows[0])};
