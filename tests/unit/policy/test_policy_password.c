/*
 * Rules for new passwords: a table of passwords and the beginning of the sentence each gets.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <string.h>

#include "authd/policy/policy_words.h"
#include "tests/unit/unit.h"

#define SHORT "The password is too short."
#define NAME "The password contains the name"
#define GUESSED "The password is easy to guess."
#define CONTROL "The password holds a control"
#define EMPTY "The password is empty."
#define MIX "Mix at least"

static struct policy policy;
static const struct origin local = {.force = "local"};

static void
setup(void)
{
	policy_init(&policy);
}

static wf_status
check_bytes(const struct account *account, const void *bytes, size_t len, char why_r[256])
{
	struct wf_secret password = WF_SECRET_EMPTY;
	wf_status status;

	ck_assert_int_eq(wf_secret_set(&password, bytes, len), WF_OK);
	why_r[0] = '\0';
	status = policy_password(&policy, account, &password, why_r, 256);
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
	char text[WF_SECRET_MAX];
	char why[256];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "k7#mQ2xv "[i * i % 9];
	ck_assert_int_eq(check_bytes(&account, text, sizeof(text), why), WF_OK);
	ck_assert_int_eq(
		policy_password(&policy, &account,
			&(struct wf_secret){.bytes = (uint8_t *)text, .len = WF_SECRET_MAX + 1},
			why, sizeof(why)),
		WF_NO);
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
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(password_suite)
