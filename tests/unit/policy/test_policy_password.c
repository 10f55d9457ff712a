/*
 * Rules for new passwords: a table of passwords and the beginning of the sentence each gets.
 */
#include "config.h"

#include "authd/policy/policy_password.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/policy/policy_words.h"
#include "common/fault.h"
#include "tests/unit/leaked.h"
#include "tests/unit/unit.h"

#define SHORT "The password is too short."
#define NAME "The password contains the name"
#define GUESSED "The password is easy to guess:"
#define PERSONAL "The password is a day or"
#define CONTROL "The password holds a control"
#define EMPTY "The password is empty."
#define MIX "Mix at least"

static struct policy policy;
static struct password_note note;
static enum rule_guard guard;
static const struct origin local = {.force = "local"};

static void
setup(void)
{
	policy_init(&policy);
	guard = GUARD_MFA;
}

static wf_status
check_bytes(const struct account *account, const void *bytes, size_t len, char why_r[256])
{
	struct wf_secret password = WF_SECRET_EMPTY;
	const struct policy_candidate candidate = {
		.account = account, .guard = guard, .password = &password};
	wf_status status;

	ck_assert_int_eq(wf_secret_set(&password, bytes, len), WF_OK);
	why_r[0] = '\0';
	status = policy_password(&policy, &candidate, &note, why_r, 256);
	wf_secret_clear(&password);
	return status;
}

static void
expect(const struct account *account, const char *text, const char *begins)
{
	char why[256];
	wf_status status = check_bytes(account, text, strlen(text), why);

	if (begins == NULL) {
		ck_assert_msg(status == WF_OK, "'%s' is refused: %s", text, why);
		ck_assert_str_eq(why, "");
		return;
	}
	ck_assert_msg(status == WF_NO, "'%s' is taken", text);
	ck_assert_msg(strncmp(why, begins, strlen(begins)) == 0, "'%s': %s", text, why);
	ck_assert_int_eq(why[strlen(why) - 1], '.');
}

START_TEST(general_accounts)
{
	static const struct {
		const char *password, *begins;
	} table[] = {
		{"", EMPTY},
		{"k7#mQ2x", SHORT},
		{"k7#mQ2xv", NULL},
		/* 7 characters, 21 bytes */
		{"\xe3\x82\x8f\xe3\x82\x8a\xe3\x81\xb5\xe7\xac\xa6\xe5\x89\xb2\xe6\x9c\xa8\xe9\xad"
		 "\x9a",
			SHORT},
		/* 8 characters */
		{"\xe3\x82\x8f\xe3\x82\x8a\xe3\x81\xb5\xe7\xac\xa6\xe5\x89\xb2\xe6\x9c\xa8\xe9\xad"
		 "\x9a\xe7\x9b\xae",
			NULL},
		{"\xff\xfe\xfd\xfc\xff\xfa\xf9\xf8", NULL}, /* malformed: each byte is one */
		{"\xff\xfe\xfd\xfc\xff\xfa\xf9", SHORT},
		{"k7#mQ2x\tv", CONTROL},
		{"k7#mQ2x\nv", CONTROL},
		{"k7#mQ2x\x7fv", CONTROL},
		{"xxalicexx9#", NAME},
		{"ALICE-7#mQ", NAME},
		{"7#mQalic8zz", NULL},
		{"7#mQtanakazz", NAME}, /* from the display name */
		{"7#mQtanakxzz", NULL},
		{"7#mQtaro99zz", NAME},
		{"7#mQabe99zz", NAME},
		{"7#mQjr8z!kp", NULL}, /* a part of two characters is none */
		{"password", GUESSED},
		{"correct horse battery staple", NULL},
	};
	struct account account = {.name = "alice", .display = "Tanaka, Taro Abe (jr)"};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		expect(&account, table[i].password, table[i].begins);
}
END_TEST

START_TEST(sentences_name_number_and_rule)
{
	struct account account = {.name = "alice", .kind = ACCOUNT_PRIVILEGED};
	char why[256];

	ck_assert_int_eq(check_bytes(&account, "k7#mQ2xv9pw", 11, why), WF_NO);
	ck_assert_str_eq(why,
		"The password is too short. Choose one of at least 12 characters (rule "
		"password.min IPA-6.10g).");
	expect(&account, "k7#mQ2xv9pwe", NULL);
	account.kind = ACCOUNT_GENERAL;
	ck_assert_int_eq(check_bytes(&account, "k7#", 3, why), WF_NO);
	ck_assert_str_eq(why,
		"The password is too short. Choose one of at least 8 characters (rule "
		"password.min SCS-4-1-3-4).");
}
END_TEST

START_TEST(a_word_of_the_dictionary)
{
	struct account account = {.name = "alice"};

	if (policy_words_source() != NULL)
		expect(&account, "elephant", GUESSED);
}
END_TEST

START_TEST(short_names_are_left_alone)
{
	struct account account = {.name = "al"};

	expect(&account, "7#mQalXXkk", NULL);
	(void)memcpy(account.name, "al3", 4);
	expect(&account, "7#mQAL3kk", NAME);
	expect(&account, "7#mQkkAL3", NAME);
	expect(&account, "al37#mQkk", NAME);
	(void)memcpy(account.name, "7#mQkkAL", 9);
	expect(&account, "7#mqKKal", NAME);
	(void)memcpy(account.name, "a-name-longer-than-the-password", 32);
	expect(&account, "7#mQkkAL3", NULL);
}
END_TEST

START_TEST(classes_where_the_policy_wants_them)
{
	struct account account = {.name = "alice"};

	ck_assert_int_eq(policy_set(&policy, P_PASSWORD_CLASSES, 3, &local), WF_OK);
	expect(&account, "kvmqtzbrwd", MIX);
	expect(&account, "kvmqTZBRwd", MIX);
	expect(&account, "kvmqTZ9Rwd", NULL);
	expect(&account, "kvmq#Z_Rwd", NULL);
	expect(&account, "AkvAqtAbrwA", MIX);
	expect(&account, "ZkvZqtZbrwZ", MIX);
	expect(&account, "AA9zz#zz9AA", NULL);
	expect(&account, "Z0ZaZ0a0ZaZ", NULL);
	expect(&account, "VaKaWaQaTaR", MIX);
	expect(&account, "VzKzWzQzTzR", MIX);
	expect(&account, "kv0mq9tzbrw", MIX);
	expect(&account, "KV7MQ-5TZBR-", NULL);
	expect(&account, "KVMQTZBR-RW#", MIX);
	ck_assert_int_eq(policy_set(&policy, P_PASSWORD_CLASSES, 4, &local), WF_OK);
	expect(&account, "kvmqTZ9Rwd", MIX);
	expect(&account, "kvmqTZ9Rw#", NULL);
	expect(&account, "kvmqTZ9Rw\xc3\xa9", NULL); /* a letter beyond ASCII counts as a symbol */
}
END_TEST

START_TEST(the_longest_password)
{
	struct account account = {.name = "alice"};
	char text[WF_SECRET_MAX + 1];
	char why[256];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "k7#mQ2xv "[i * i % 9];
	ck_assert_int_eq(check_bytes(&account, text, WF_SECRET_MAX, why), WF_OK);
	ck_assert_int_eq(policy_password(&policy,
				 &(const struct policy_candidate){.account = &account,
					 .password = &(struct wf_secret){.bytes = (uint8_t *)text,
						 .len = sizeof(text)}},
				 &note, why, sizeof(why)),
		WF_NO);
}
END_TEST

static void
hold(enum rule_id rule, enum account_kind kind, enum rule_guard which, int64_t value)
{
	struct policy_held *held = &policy.values.held[rule][kind * RULE_GUARDS + which];

	*held = (struct policy_held){.set = true, .value = value};
	(void)snprintf(held->origin.criterion, sizeof(held->origin.criterion), "DOC-1");
}

/* C-03: what is asked for depends on what else protects the password. */
START_TEST(C_03_length_by_guard)
{
	struct account general = {.name = "alice"};
	struct account privileged = {.name = "alice", .kind = ACCOUNT_PRIVILEGED};

	hold(R_PASSWORD_MIN, ACCOUNT_GENERAL, GUARD_LOCK, 10);
	hold(R_PASSWORD_MIN, ACCOUNT_GENERAL, GUARD_NONE, 16);
	hold(R_PASSWORD_MIN, ACCOUNT_PRIVILEGED, GUARD_NONE, 16);
	expect(&general, "k7#mQ2xv", NULL);
	expect(&privileged, "k7#mQ2xv9pw", SHORT);
	guard = GUARD_LOCK;
	expect(&general, "k7#mQ2xv9", SHORT);
	expect(&general, "k7#mQ2xv9p", NULL);
	expect(&privileged, "k7#mQ2xv9pwe", NULL);
	guard = GUARD_NONE;
	expect(&general, "k7#mQ2xv9pwe-Z2", SHORT);
	expect(&general, "k7#mQ2xv9pwe-Z2u", NULL);
	expect(&privileged, "k7#mQ2xv9pwe-Z2", SHORT);
}
END_TEST

/* From sixteen on a phrase is named as what would pass. */
START_TEST(a_long_one_may_be_a_phrase)
{
	struct account account = {.name = "alice"};
	char why[256];

	hold(R_PASSWORD_MIN, ACCOUNT_GENERAL, GUARD_MFA, 16);
	ck_assert_int_eq(check_bytes(&account, "k7#mQ2xv", 8, why), WF_NO);
	ck_assert_str_eq(why,
		"The password is too short. Choose one of at least 16 characters, such as three "
		"words or more (rule password.min DOC-1).");
}
END_TEST

/* Classes of documents are a set, by kind and guard; what lacks is named. */
START_TEST(classes_that_documents_want)
{
	struct account account = {.name = "alice", .kind = ACCOUNT_PRIVILEGED};
	char why[256];

	hold(R_PASSWORD_CLASSES, ACCOUNT_PRIVILEGED, GUARD_MFA,
		CHARACTER_UPPER | CHARACTER_LOWER | CHARACTER_DIGIT | CHARACTER_SYMBOL);
	ck_assert_int_eq(check_bytes(&account, "kvmqtzbrwd-hx", 13, why), WF_NO);
	ck_assert_str_eq(why,
		"The password lacks: upper case letters, digits. Add some of each (rule "
		"password.classes DOC-1).");
	expect(&account, "Kvmqtzbrwd9-hx", NULL);
	account.kind = ACCOUNT_GENERAL;
	expect(&account, "kvmqtzbrwd-hx", NULL);
}
END_TEST

/* C-04: one word with trimmings is refused, three words and sixteen characters are not. */
START_TEST(C_04_words_and_phrases)
{
	static const struct {
		const char *password, *begins;
		bool dictionary; /* only where there is one */
	} table[] = {
		{"Elephant1234!", GUESSED, true},
		{"3lephant!!!", GUESSED, true},
		{"1234wolf5678", GUESSED, true},
		{"P@ssw0rd2026!", GUESSED, false},
		{"passwordpassword", GUESSED, false},
		{"elephant wolf staple", NULL, false},
		{"Elephant-Wolf-Staple-9", NULL, false},
		{"ElephantWolfStaple", NULL, false},
		{"correct horse battery staple", NULL, false},
	};
	struct account account = {.name = "alice"};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!table[i].dictionary || policy_words_source() != NULL)
			expect(&account, table[i].password, table[i].begins);
}
END_TEST

/* A run within is refused where a document says so (KUBOTA-115b), in a phrase, too. */
START_TEST(KUBOTA_115b_runs)
{
	struct account account = {.name = "alice"};
	static const char *const with[] = {"k7#abcd-mQ2", "k7#mQ4321xv", "k7#mQaaaaxv",
		"k7#qwer-mQ2", "k7#REWQ-mQ2", "correct horse 6789 staple"};
	static const char *const without[] = {"k7#abc-mQ2", "k7#mQ432xv", "k7#mQaaaxv",
		"k7#qwe-rmQ2",
		"correct horse 678 staple"};

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		expect(&account, with[i], NULL);
	hold(R_PASSWORD_FORBIDDEN, ACCOUNT_GENERAL, GUARD_MFA, CONTENT_SEQUENCE);
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		expect(&account, with[i], "The password holds a run");
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		expect(&account, without[i], NULL);
}
END_TEST

/* IPA-6.10h: days and telephone numbers, whosoever's. */
START_TEST(IPA_6_10h_personal_data)
{
	static const char *const table[] = {"19900131", "31.01.1990", "1990-01-31", "090-1234-5678",
		"0312345678", "+81 90 1234 5678", "01/31/1990"};
	struct account account = {.name = "alice"};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		expect(&account, table[i], PERSONAL);
	expect(&account, "83917402", NULL);
	expect(&account, "72-9913-0021", NULL);
	hold(R_PASSWORD_FORBIDDEN, ACCOUNT_GENERAL, GUARD_MFA, CONTENT_EMPTY);
	expect(&account, "19900131", NULL);
}
END_TEST

/* SCS-4-1-5-2: the company's name is a word that is guessed first. */
START_TEST(SCS_4_1_5_2_words_of_here)
{
	struct account account = {.name = "alice"};

	expect(&account, "Acme#k7mQ", NULL);
	(void)snprintf(policy.words[0], POLICY_WORD_SIZE, "acme");
	policy.nwords = 1;
	expect(&account, "Acme#k7mQ", GUESSED);
	expect(&account, "Acne#k7mQ", NULL);
}
END_TEST

#ifdef WF_FAULT
static void
without_memory(const struct account *account)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	wf_status status;
	char why[256];

	ck_assert_int_eq(wf_secret_set(&password, "k7#mQ2xv9", 9), WF_OK);
	wf_fault_page()->points = 1U << WF_FAULT_HEAP;
	wf_fault_arm(1, true);
	status = policy_leaked(&policy, &password);
	wf_fault_arm(0, false);
	wf_fault_page()->points = 0;
	ck_assert_int_eq(status, WF_IO);
	wf_secret_clear(&password);
	ck_assert_int_eq(check_bytes(account, "k7#mQ2xv9", 9, why), WF_OK);
}
#endif

/* What cannot be looked up is not set. */
START_TEST(ISAC_3_2_7a_leaked_ones)
{
	struct account account = {.name = "alice"};
	char path[] = "/tmp/warifu-leaked-XXXXXX", why[256];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	leaked_open(path, "k7#mQ2xv", &policy.leaks);
	expect(&account, "k7#mQ2xv", "The password stands in a list of leaked");
	expect(&account, "k7#mQ2xv9", NULL);
#ifdef WF_FAULT
	without_memory(&account);
#endif
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(check_bytes(&account, "k7#mQ2xv9", 9, why), WF_UNAVAILABLE);
	ck_assert_str_eq(why, "");
	wf_leak_list_close(&policy.leaks);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Named is the document that asks for it; without one it is our own. */
START_TEST(C_20_the_rule_of_reuse)
{
	char rule[POLICY_RULE_SIZE];

	policy_unique_rule(&policy, rule);
	ck_assert_ptr_null(strstr(rule, "C-1"));
	policy.values.members[0] = (struct policy_member){.rule = R_PASSWORD_UNIQUE,
		.bit = REUSE_SYSTEMS,
		.cells = (1U << RULE_CELLS) - 1,
		.origin = {.criterion = "C-1", .force = "must"}};
	policy.values.nmembers = 1;
	policy_unique_rule(&policy, rule);
	ck_assert_ptr_nonnull(strstr(rule, "C-1"));
}
END_TEST

/* What is kept of it: no length beyond what any document asks for. */
START_TEST(what_is_noted)
{
	struct account account = {.name = "alice"};

	guard = GUARD_LOCK;
	expect(&account, "kvmqtz-brwd", NULL);
	ck_assert_uint_eq(note.length, 11);
	ck_assert_uint_eq(note.classes, CHARACTER_LOWER | CHARACTER_SYMBOL);
	ck_assert_uint_eq(note.guard, GUARD_LOCK);
	expect(&account, "correct horse battery staple", NULL);
	ck_assert_uint_eq(note.length, PASSWORD_LENGTH_NOTED);
}
END_TEST

static void
expect_change(const struct account *account, int64_t day, const char *rule)
{
	char said[POLICY_RULE_SIZE] = "";
	bool must = policy_must_change(&policy, account, guard, day * 86400 * 1000000, said);

	ck_assert_int_eq(must, rule != NULL);
	ck_assert_str_eq(said, rule != NULL ? rule : "");
}

/* C-03: without the second factor the password is too short, and goes at the next login. */
START_TEST(C_03_the_second_factor_is_withdrawn)
{
	struct account account = {.name = "alice",
		.password = {.length = 8, .classes = CHARACTER_LOWER, .guard = GUARD_MFA}};

	hold(R_PASSWORD_MIN, ACCOUNT_GENERAL, GUARD_NONE, 10);
	expect_change(&account, 0, NULL);
	guard = GUARD_NONE;
	expect_change(&account, 0, "password.min DOC-1");
	account.password.length = 10;
	expect_change(&account, 0, NULL);
	hold(R_PASSWORD_CLASSES, ACCOUNT_GENERAL, GUARD_NONE, CHARACTER_UPPER | CHARACTER_LOWER);
	expect_change(&account, 0, "password.classes DOC-1");
	account.password.classes |= CHARACTER_UPPER;
	expect_change(&account, 0, NULL);
	/* of an imported one nothing is known; of a long one, not how long */
	account.password = (struct password_note){.length = 0};
	expect_change(&account, 0, NULL);
	hold(R_PASSWORD_MIN, ACCOUNT_GENERAL, GUARD_NONE, 20);
	account.password = (struct password_note){
		.length = PASSWORD_LENGTH_NOTED, .classes = CHARACTER_UPPER | CHARACTER_LOWER};
	expect_change(&account, 0, NULL);
}
END_TEST

/* C-01: an age only where somebody has said so. */
START_TEST(C_01_an_age_by_resolve_alone)
{
	struct account account = {
		.name = "alice", .password = {.set_us = INT64_C(86400) * 1000000}};

	expect_change(&account, 1000, NULL);
	hold(R_PASSWORD_MAX_AGE, ACCOUNT_GENERAL, GUARD_MFA, 90);
	expect_change(&account, 90, NULL);
	expect_change(&account, 91, "password.max_age DOC-1");
	account.password.set_us = 0;
	expect_change(&account, 91, NULL);
}
END_TEST

/* IPA-6.5b: a first password, and what has leaked, by the rule that asks for it. */
START_TEST(IPA_6_5b_first_passwords)
{
	struct account account = {.name = "alice", .must_change = true};

	expect_change(&account, 0, "password.change_on (initial) (own)");
	(void)snprintf(account.change_rule, sizeof(account.change_rule), "%s",
		"password.change_on (leak) (own)");
	expect_change(&account, 0, "password.change_on (leak) (own)");
}
END_TEST

static Suite *
password_suite(void)
{
	Suite *suite = suite_create("policy_password");
	TCase *tc = tcase_create("rules");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, general_accounts);
	tcase_add_test(tc, sentences_name_number_and_rule);
	tcase_add_test(tc, a_word_of_the_dictionary);
	tcase_add_test(tc, short_names_are_left_alone);
	tcase_add_test(tc, classes_where_the_policy_wants_them);
	tcase_add_test(tc, the_longest_password);
	tcase_add_test(tc, C_03_length_by_guard);
	tcase_add_test(tc, a_long_one_may_be_a_phrase);
	tcase_add_test(tc, classes_that_documents_want);
	tcase_add_test(tc, C_04_words_and_phrases);
	tcase_add_test(tc, KUBOTA_115b_runs);
	tcase_add_test(tc, IPA_6_10h_personal_data);
	tcase_add_test(tc, SCS_4_1_5_2_words_of_here);
	tcase_add_test(tc, ISAC_3_2_7a_leaked_ones);
	tcase_add_test(tc, C_20_the_rule_of_reuse);
	tcase_add_test(tc, what_is_noted);
	tcase_add_test(tc, C_03_the_second_factor_is_withdrawn);
	tcase_add_test(tc, C_01_an_age_by_resolve_alone);
	tcase_add_test(tc, IPA_6_5b_first_passwords);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(password_suite)
