/*
 * The contradictions between the documents, C-01 to C-27: what composing them comes to, what the
 * start says where they cannot be composed, and what a section `resolve` or `deviate` changes.  One
 * that is no matter of a configuration stands here with the reason.
 */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/unit.h"

#define CONTRADICTIONS 27

/* The strictest of everything that is no draft; KUBOTA and ISAC leave three things to be said. */
#define ALL "comply = {\"scs4\", \"isac3\", \"kubota\", \"ipa\"}\n"
#define TIMEOUT ENFORCED_RESOLVE("session.timeout", "8h")
#define AGE ENFORCED_RESOLVE("password.max_age", "none")
#define CLASSES ENFORCED_RESOLVE("password.classes", "none")
#define SETTLED ALL TIMEOUT AGE CLASSES

struct contradiction {
	int number;
	const char *conf;
	const char *refusal; /* part of the sentence that the start ends with; NULL: it composes */
	const char *settled; /* what is written then */
	const char *about;   /* the parameter that is looked at after that */
	enum account_kind kind;
	enum rule_guard guard;
	const char *value; /* "16 ISAC-3.2.8b" */
	const char *no_matter; /* why nothing is to be composed; NULL: something is */
};

static const struct contradiction table[] = {
	/* expiry is demanded and forbidden */
	{1, ALL TIMEOUT CLASSES, "'password.max_age' cannot be composed: KUBOTA-115a", AGE,
		"password.max_age", .value = "none KUBOTA-115a"},
	{1, ALL TIMEOUT CLASSES, "'password.max_age' cannot be composed: KUBOTA-115a",
		ENFORCED_RESOLVE("password.max_age", "365"), "password.max_age",
		.value = "365d KUBOTA-115a"},
	/* so are classes of characters */
	{2, ALL TIMEOUT AGE, "'password.classes", CLASSES, "password.classes",
		.kind = ACCOUNT_PRIVILEGED, .value = "none IPA-6.10g"},
	{3, SETTLED, .about = "password.min", .guard = GUARD_LOCK, .value = "16 ISAC-3.2.8b"},
	{3, SETTLED, .about = "password.min", .kind = ACCOUNT_PRIVILEGED,
		.value = "12 IPA-6.10g"},
	/* what counts as one word is test_policy_password's matter */
	{4, SETTLED, .about = "password.forbidden",
		.value = "empty, guessable, dictionary, name, personal, sequence "
			 "IPA-6.10g"},
	{5, "comply = {\"scs4\"}\n", .about = "mfa.counts",
		.value = "knowledge, possession, biometric, other SCS-4-1-3-3"},
	{5, SETTLED, .about = "mfa.counts", .value = "knowledge, possession, biometric ISAC-4.4.2"},
	{6, SETTLED, .about = "mfa.password", .value = ""},
	{6, ENFORCED_DRAFT, .about = "mfa.password", .value = "yes DRAFT-3-13e"},
	{6, SETTLED, .about = "mfa.means", .value = "sent-code, push IPA-6.2.2b"},
	{7, SETTLED, .about = "lock.threshold", .value = "5 ISAC-6.2.3"},
	{7, SETTLED, .about = "lock.threshold", .kind = ACCOUNT_PRIVILEGED,
		.value = "3 IPA-6.10e"},
	{7, SETTLED, .about = "lock.duration", .kind = ACCOUNT_PRIVILEGED,
		.value = "6h IPA-6.10e"},
	{8, "comply = {\"scs4\"}\n", .about = "lock.means",
		.value = "lock, back-off, stronger-password SCS-4-1-4-1"},
	{8, SETTLED, .about = "lock.means", .value = "lock IPA-6.10e"},
	/* six characters unlock a device; a login's password is a password */
	{9, "comply = {\"scs4\"}\n", .about = "pin.min", .value = "6 SCS-4-1-4-2"},
	{9, "comply = {\"scs4\"}\n", .about = "password.min", .value = "8 SCS-4-1-3-4"},
	{10, "comply = {\"kubota\", \"isac1\", \"scs3\"}\n" TIMEOUT AGE CLASSES,
		.about = "mfa.required",
		.value = "remote-access, admin-internet, user-internet-important, "
			 "cloud-important, cloud-admin, admin, entry-point-admin, "
			 "published-application KUBOTA-120"},
	{11, "comply = {\"scs4\"}\n", .about = "firewall.change",
		.value = "mfa, trusted-address SCS-4-5-1-7"},
	{11, SETTLED, .about = "firewall.change", .value = "mfa IPA-6.1d"},
	/* ISAC says nothing of it: under ISAC an address is not enough, and so it stays (I9) */
	{11, "comply = {\"isac1\", \"scs4\"}\n" CLASSES, .about = "firewall.change",
		.value = "mfa SCS-4-5-1-7"},
	{12, "comply = {\"scs4\"}\n", .about = "accounts.default_ids",
		.value = "stop, mfa SCS-4-4-1-5"},
	{12, SETTLED, .about = "accounts.default_ids", .value = "stop IPA-T3.6b"},
	{13, "comply = {\"isac1\"}\n", .about = "accounts.not_shared",
		.value = "privileged ISAC-3.2.2b"},
	{13, SETTLED, .about = "accounts.not_shared", .value = "privileged, general KUBOTA-113"},
	{14, SETTLED, .about = "accounts.separate_admin", .value = "yes ISAC-3.1.4"},
	{15, "comply = {\"ipa\"}\n" TIMEOUT ENFORCED_RESOLVE("accounts.dormant", "30")
			ENFORCED_RESOLVE("review.log_storage", "30"),
		"'accounts.leaver_deadline.privileged' has no value: IPA-6.7e",
		ENFORCED_RESOLVE("accounts.leaver_deadline", "1"), "accounts.leaver_deadline",
		.kind = ACCOUNT_PRIVILEGED, .value = "1d IPA-6.7e"},
	{15, SETTLED, .about = "accounts.leaver_deadline", .value = "0d ISAC-3.2.5"},
	{16, SETTLED, .about = "accounts.delete_after", .value = "180d ISAC-3.2.6"},
	{17, SETTLED, .about = "approval.account", .kind = ACCOUNT_PRIVILEGED,
		.value = "2 IPA-6.7d"},
	{18, SETTLED, .about = "review.accounts", .value = "182d ISAC-3.2.1"},
	{19, SETTLED, .about = "log.retention_days", .value = "1096d IPA-T3.8.3"},
	{20, SETTLED, .about = "password.unique",
		.value = "systems, services, external-web IPA-6.10k"},
	{21, ALL AGE CLASSES, "'session.timeout' has no value: IPA-6.9", TIMEOUT,
		"session.timeout", .value = "8h IPA-6.9"},
	{21, SETTLED, .about = "idle.lock", .value = "5m IPA-P5.2"},
	{22, ENFORCED_IPA, .about = "device.auth", .value = "mac, certificate IPA-T1.3"},
	{22, SETTLED, .about = "device.auth", .value = "certificate ISAC-7.2.16"},
	{23, SETTLED, .about = "backup.manner",
		.value = "defined, offsite, manual, automated, isolated, encrypted KUBOTA-148"},
	{23, SETTLED, .about = "recovery.point", .value = "1h IPA-T5.2"},
	/* no password is kept to log in by: a cache there is none of (THREATS.md) */
	{24, SETTLED, .about = "password.no_cache", .value = "yes ISAC-8.1.6"},
	{25, SETTLED, .about = "alert.manner",
		.value = "prompt, immediate, flash-report, second-channel, round-the-clock "
			 "KUBOTA-145"},
	{26, SETTLED "client gw { network = {\"198.51.100.1\"} secret_file = \"/s\" }\n",
		"client 'gw' would send passwords in the clear from 198.51.100.1",
		ENFORCED_DEVIATE("transport.encrypted", "none"), "transport.encrypted",
		.value = "none KUBOTA-111"},
	{27, .no_matter = "Wrong numbers where a document refers to itself: criteria are taken "
			  "over by their own numbers, which test_rules compares with the list."},
};

/* Of what was composed, whether the daemon enforces it yet or not. */
static void
assert_value(const struct contradiction *row, const struct config *config)
{
	const struct rule_spec *spec = rule_find(row->about);
	const struct compose_cell *cell;
	char value[RULE_VALUE_SIZE], text[RULE_VALUE_SIZE + 64] = "";

	ck_assert_msg(spec != NULL, "%s", row->about);
	cell = &config->comply.composed
			.cells[rule_index(spec)][row->kind * RULE_GUARDS + row->guard];
	if (cell->state != CELL_SILENT)
		(void)snprintf(text, sizeof(text), "%s %s", compose_cell_text(spec, cell, value),
			cell->by->origin.criterion);
	ck_assert_msg(strcmp(text, row->value) == 0, "C-%02d, %s:\n%s\ninstead of\n%s",
		row->number, row->about, text, row->value);
}

START_TEST(each_comes_to_what_is_said)
{
	const struct contradiction *row = &table[_i];
	struct config *config;
	char whole[4096];

	if (row->no_matter != NULL)
		return;
	if (row->refusal != NULL) {
		const char *said = enforced_refusal(row->conf);

		ck_assert_msg(strstr(said, row->refusal) != NULL, "C-%02d:\n%s\nlacks: %s",
			row->number, said, row->refusal);
	}
	(void)snprintf(whole, sizeof(whole), "%s%s", row->conf,
		row->settled == NULL ? "" : row->settled);
	config = enforced_load(whole);
	assert_value(row, config);
	config_free(&config);
}
END_TEST

START_TEST(none_is_left_out)
{
	int last = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ck_assert_int_le(table[i].number, last + 1);
		ck_assert_int_ge(table[i].number, last);
		ck_assert((table[i].conf == NULL) == (table[i].no_matter != NULL));
		last = table[i].number;
	}
	ck_assert_int_eq(last, CONTRADICTIONS);
}
END_TEST

static Suite *
contradictions_suite(void)
{
	Suite *suite = suite_create("contradictions");
	TCase *rows = tcase_create("rows"), *whole = tcase_create("whole");

	tcase_add_checked_fixture(rows, enforced_setup, enforced_teardown);
	tcase_add_loop_test(rows, each_comes_to_what_is_said, 0,
		(int)(sizeof(table) / sizeof(table[0])));
	tcase_add_test(whole, none_is_left_out);
	suite_add_tcase(suite, rows);
	suite_add_tcase(suite, whole);
	return suite;
}

UNIT_MAIN(contradictions_suite)
