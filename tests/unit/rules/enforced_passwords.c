/* Enforced criteria about passwords: what may be set, and when one of before must go. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>
#include <string.h>

#include "authd/account/new_password.h"
#include "authd/factor/factor.h"
#include "authd/policy/policy_password.h"
#include "authd/policy/policy_words.h"
#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

#define DAY_US (INT64_C(86400) * 1000000)

static const struct account somebody = {.name = "tanaka", .display = "Tanaka Ichiro"};

/* A new password, `about`: `expected` stands in the sentence that refuses it; NULL: it passes. */
static void
password(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	struct account account = somebody;
	struct wf_secret secret = WF_SECRET_EMPTY;
	const struct policy_candidate candidate = {
		.account = &account, .guard = row->guard, .password = &secret};
	struct password_note note;
	char why[512] = "";
	wf_status status;

	account.kind = row->kind;
	ck_assert_int_eq(wf_secret_set(&secret, row->about, strlen(row->about)), WF_OK);
	status = policy_password(&config->policy, &candidate, &note, why, sizeof(why));
	ck_assert_msg(status == (row->expected == NULL ? WF_OK : WF_NO), "%s: %s", row->about, why);
	ck_assert_msg(row->expected == NULL || strstr(why, row->expected) != NULL, "%s", why);
	wf_secret_clear(&secret);
	config_free(&config);
}

/* The same of a word that only a dictionary knows, where there is one. */
static void
dictionary(const struct enforced_row *row)
{
	if (policy_words_source() != NULL)
		password(row);
}

/* An account as `about` says: `expected` is the rule by which it must change its password. */
static void
change(const struct enforced_row *row)
{
	static const struct {
		const char *about;
		struct account account;
	} accounts[] = {
		{"first", {.must_change = true}},
		{"leaked", {.must_change = true}},
		{"eight small letters", {.password = {.length = 8, .classes = CHARACTER_LOWER}}},
		{"ten years", {.password = {.length = 12, .classes = 15, .set_us = DAY_US}}},
	};
	struct config *config = enforced_load(row->conf);
	struct account account;
	char rule[POLICY_RULE_SIZE] = "";
	size_t i = 0;

	while (strcmp(accounts[i].about, row->about) != 0)
		i++;
	account = accounts[i].account;
	if (strcmp(row->about, "leaked") == 0) /* what the login notes: test_leaks */
		policy_change_rule(&config->policy, CHANGE_ON_LEAK, account.change_rule);
	ck_assert_int_eq(policy_must_change(&config->policy, &account, row->guard,
				 3653 * DAY_US, rule),
		row->expected != NULL);
	ck_assert_str_eq(rule, row->expected != NULL ? row->expected : "");
	config_free(&config);
}

/* A password that everybody knows, at a login. */
static void
leak(const struct enforced_row *row)
{
	struct config *config = enforced_load(row->conf);
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, row->about, strlen(row->about)), WF_OK);
	ck_assert_int_eq(policy_leaked(&config->policy, &secret), WF_OK);
	wf_secret_clear(&secret);
	config_free(&config);
}

/* `about` is the password of another account of the same person. */
static void
unique(const struct enforced_row *row)
{
	const struct password_cost cheap = {64, 1, 1};
	struct config *config = enforced_load(row->conf);
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct store_hash other = {.of = HASH_PERSON};
	struct new_password fresh = {.policy = &config->policy,
		.account = &somebody,
		.guard = GUARD_MFA,
		.password = &secret,
		.language = "en"};

	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
	ck_assert_int_eq(wf_secret_set(&secret, row->about, strlen(row->about)), WF_OK);
	ck_assert_int_eq(password_hash(&secret, NULL, other.text, sizeof(other.text)), WF_OK);
	ck_assert_int_eq(new_password_judge(&fresh, NULL), WF_OK);
	fresh.hashes = &other;
	fresh.nhashes = 1;
	fresh.now_us = DAY_US;
	ck_assert_int_eq(new_password_judge(&fresh, NULL), WF_NO);
	ck_assert_str_eq(fresh.reason, "password-reuse");
	ck_assert_msg(strstr(fresh.why, row->expected) != NULL, "%s", fresh.why);
	wf_secret_clear(&secret);
	config_free(&config);
}

#define SCS3 "comply = {\"scs3\"}\n"
#define ISAC2 "comply = {\"isac2\"}\n"
#define EIGHT "k7#mq2xv"
#define TEN "k7#mq2xv9p"
#define FIFTEEN "k7#mq2xv9p-zt4u"
#define FOUR_CLASSES "K7#mq2xv9pwe"

static const struct enforced_row rows[] = {
	{"SCS-4-1-4-2", "the PIN of the emergency sheet", enforced_shows_value, SCS3, "pin.min",
		.expected = "8 "},
	{"SCS-4-1-4-2", "five characters", password, SCS3, "k7#mq", .expected = "too short"},
	{"SCS-4-1-5-1", "a password that somebody else has set", change, SCS3, "first",
		.expected = "password.change_on (default) SCS-4-1-5-1"},
	{"SCS-4-1-5-1", "a default one", password, SCS3, "changeme", .expected = "easy to guess"},
	{"SCS-4-1-5-2", "a common word in disguise", password, SCS3, "P@ssw0rd2026",
		.expected = "SCS-4-1-5-2"},
	{"SCS-4-1-5-2", "the company's name", password, SCS3 "password { words = {acme} }\n",
		"Acme#k7mQ", .expected = "SCS-4-1-5-2"},
	{"SCS-4-1-5-2", "the user's name", password, SCS3, "k7-Tanaka-9",
		.expected = "the name of its owner"},
	{"SCS-4-1-5-3", "eight behind a lock", password, SCS3, EIGHT, .guard = GUARD_LOCK},
	{"SCS-4-1-5-3", "nine behind nothing", password, SCS3, EIGHT "9", .guard = GUARD_NONE,
		.expected = "at least 10 characters (rule password.min SCS-4-1-5-3)"},
	{"SCS-4-1-5-3", "ten without upper case behind nothing", password, SCS3, TEN,
		.guard = GUARD_NONE, .expected = "upper case letters"},
	{"SCS-4-1-5-3", "upper, lower and digits behind nothing", password, SCS3, "K7zmq2xv9p",
		.guard = GUARD_NONE},
	{"SCS-4-1-5-3", "the second factor is withdrawn", change, SCS3, "eight small letters",
		.guard = GUARD_NONE, .expected = "password.min SCS-4-1-5-3"},
	{"SCS-4-1-5-3", "and was not", change, SCS3, "eight small letters", .guard = GUARD_MFA},
	{"SCS-4-1-5-4", "one person's accounts", unique, SCS3, FOUR_CLASSES,
		.expected = "(rule password.unique (systems) SCS-4-1-5-4)"},
	{"ISAC-3.2.7a", "a leaked password at a login", leak, ISAC2, "password1", .expected = NULL},
	{"ISAC-3.2.7a", "is to be changed", change, ISAC2, "leaked",
		.expected = "password.change_on (leak) ISAC-3.2.7a"},
	{"ISAC-3.2.7b", "no password is too old", change, ISAC2, "ten years", .expected = NULL},
	{"ISAC-3.2.8b", "fifteen characters without a second factor", password, ISAC2, FIFTEEN,
		.guard = GUARD_LOCK, .expected = "at least 16 characters"},
	{"ISAC-3.2.8b", "sixteen", password, ISAC2, FIFTEEN "x", .guard = GUARD_LOCK},
	{"KUBOTA-115a", "no period is defined", enforced_shows_refusal,
		.conf = "comply = {\"kubota\", \"scs3\"}\n"
			ENFORCED_RESOLVE("session.timeout", "8h"),
		.expected = "password.max_age"},
	{"KUBOTA-115b", "a run", password, ENFORCED_KUBOTA, "k7#abcd-mQ2",
		.expected = "KUBOTA-115b"},
	{"KUBOTA-115c", "a leaked one is to be changed", change, ENFORCED_KUBOTA, "leaked",
		.expected = "password.change_on (leak) KUBOTA-115c"},
	{"IPA-6.5a", "an empty password", password, ENFORCED_IPA, "", .expected = "IPA-6.5a"},
	{"IPA-6.5b", "a first password", change, ENFORCED_IPA, "first",
		.expected = "password.change_on (initial) IPA-6.5b"},
	{"IPA-6.10g", "eleven characters", password, ENFORCED_IPA, "K7#mq2xv9pw",
		.kind = ACCOUNT_PRIVILEGED, .expected = "at least 12 characters"},
	{"IPA-6.10g", "no upper case", password, ENFORCED_IPA, "k7#mq2xv9pwe",
		.kind = ACCOUNT_PRIVILEGED, .expected = "upper case letters"},
	{"IPA-6.10g", "twelve of four classes", password, ENFORCED_IPA, "K7#mq2xv9pwe",
		.kind = ACCOUNT_PRIVILEGED},
	{"IPA-6.10h", "a day", password, ENFORCED_IPA, "1990-01-31",
		.expected = "a day or a telephone number"},
	{"IPA-6.10h", "one word of a dictionary", dictionary, ENFORCED_IPA, "Xylophone1234!",
		.expected = "password.forbidden (dictionary) IPA-6.10"},
	{"IPA-6.10h", "three words", password, ENFORCED_IPA, "elephant wolf staple",
		.expected = NULL},
	{"IPA-6.10i", "its conditions are set", password, ENFORCED_IPA, "k7#mq2x",
		.expected = "at least 8 characters (rule password.min IPA-6.10h)"},
	{"IPA-6.10j", "no password is too old", change, ENFORCED_IPA, "ten years",
		.expected = NULL},
	{"IPA-6.10k", "one person's accounts", unique, ENFORCED_IPA, FOUR_CLASSES,
		.expected = "(rule password.unique (systems) IPA-6.10k)"},
	{"IPA-6.10l", "the PIN that opens the emergency sheet", enforced_shows_value, ENFORCED_IPA,
		"pin.min", .expected = "8 "},
	{"IPA-6.10m", "a leaked one is to be changed", change, ENFORCED_IPA, "leaked",
		.expected = "password.change_on (leak) IPA-6.10m"},
	{"DRAFT-3-13d", "nine characters, as a factor, too", password, ENFORCED_DRAFT, "K7#mq2xv9",
		.expected = "at least 10 characters"},
	{"DRAFT-3-15b", "no upper case", password, ENFORCED_DRAFT, TEN,
		.expected = "upper case letters"},
	{"DRAFT-3-15a", "a password that somebody else has set", change, ENFORCED_DRAFT, "first",
		.expected = "password.change_on (default) DRAFT-3-15a"},
	{"DRAFT-3-15c", "one person's accounts", unique, ENFORCED_DRAFT, FOUR_CLASSES,
		.expected = "(rule password.unique (systems) DRAFT-3-15c)"},
	{"DRAFT-3-16b", "no password is too old", change, ENFORCED_DRAFT, "ten years",
		.expected = NULL},
};

const struct enforced_table enforced_passwords = {rows, sizeof(rows) / sizeof(rows[0])};
