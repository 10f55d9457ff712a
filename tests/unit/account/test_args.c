/* Arguments: every kind of mistake gets its exact sentence, and nothing is done. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *act;
	const char *args[4];
	const char *sentence;
} mistakes[] = {
	{"user.show", {NULL}, "'user' is missing."},
	{"user.show", {"user=a", "user=b"}, "'user' is given twice."},
	{"user.show", {"user="}, "'user' is empty."},
	{"user.show", {"user=a", "colour=red"},
		"'user.show' has no argument 'colour'; accepted: user."},
	{"status", {"user=a"}, "'status' has no argument 'user'; accepted: none."},
	{"user.show", {"user=a:b"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.show", {"user=a/b"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.show", {"user=a\nb"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.show", {"user=a\x1b[m"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.show", {"user=a\xff"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.show",
		{"user=a\xe2\x80\xae"
		 "b"},
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash."},
	{"user.add", {"user=a", "uid=x"},
		"'uid' must be a whole number from 0 to 4294967294, not 'x'."},
	{"user.add", {"user=a", "uid=-1"},
		"'uid' must be a whole number from 0 to 4294967294, not '-1'."},
	{"user.add", {"user=a", "uid=4294967295"},
		"'uid' must be a whole number from 0 to 4294967294, not '4294967295'."},
	{"user.add", {"user=a", "uid=1 "},
		"'uid' must be a whole number from 0 to 4294967294, not '1 '."},
	{"user.add", {"user=a", "uid= 1"},
		"'uid' must be a whole number from 0 to 4294967294, not ' 1'."},
	{"user.add", {"user=a", "uid=99999999999999999999"},
		"'uid' must be a whole number from 0 to 4294967294, not '99999999999999999999'."},
	/* What is shown of it ends at a character's edge. */
	{"user.add",
		{"user=a",
			"uid="
			"0123456789012345678901234567890123456789012345678901234567890123\u00e4"},
		"'uid' must be a whole number from 0 to 4294967294, not "
		"'0123456789012345678901234567890123456789012345678901234567890123'."},
	{"user.add",
		{"user=a", "uid="
			   "012345678901234567890123456789012345678901234567890123456789012\u00e4"},
		"'uid' must be a whole number from 0 to 4294967294, not "
		"'012345678901234567890123456789012345678901234567890123456789012'."},
	{"user.add", {"user=a", "must-change=yes"}, "'must-change' must be 0 or 1, not 'yes'."},
	{"user.add", {"user=a", "kind=king"},
		"'kind' must be one of general|privileged|service, not 'king'."},
	{"user.add", {"user=a", "kind=general|privileged"},
		"'kind' must be one of general|privileged|service, not 'general|privileged'."},
	{"user.add", {"user=a", "kind=gen"},
		"'kind' must be one of general|privileged|service, not 'gen'."},
	{"user.add", {"user=a", "sources=192.0.2.0/24 here"},
		"'here' in 'sources' is no network: write for example 192.0.2.0/24 2001:db8::7."},
	{"user.add", {"user=a", "groups=vpn Admins"},
		"'Admins' in 'groups' is no name of a group: 1 to 32 small letters, digits, '_', "
		"'.' and '-'."},
	{"user.add", {"user=a", "groups=abcdefghijklmnopqrstuvwxyz1234567"},
		"'abcdefghijklmnopqrstuvwxyz1234567' in 'groups' is no name of a group: 1 to 32 "
		"small letters, digits, "
		"'_', '.' and '-'."},
	{"user.set", {"user=a", "groups=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"},
		"'groups' has too many groups: at most 16."},
	{"session.kill", {"reason=x"}, "'id' is missing."},
	{"session.kill", {"id=0", "reason=x"},
		"'id' must be a whole number from 1 to 9223372036854775807, not '0'."},
	{"session.kill", {"id=1"}, "'reason' is missing."},
	{"user.add", {"user=a", "valid-until=tomorrow"},
		"'valid-until' must be a time in microseconds since 1970, not 'tomorrow'."},
	{"user.add", {"user=a", "valid-until=0"},
		"'valid-until' must be a time in microseconds since 1970, not '0'."},
	{"user.add", {"user=a", "valid-until=999999999999999999"},
		"'valid-until' must be a time in microseconds since 1970, not "
		"'999999999999999999'."},
	{"user.add", {"user=a", "password=hunter2"},
		"'password' is a secret and may not be given as an open argument."},
	{"user.add", {"user=a", "!user=b"},
		"'user.add' has no argument 'user'; accepted: password."},
	{"user.add", {"user=a", "!pass\x7f\xc3word=b"},
		"'user.add' has no argument 'pass\\x7f\\xc3word'; accepted: password."},
	{"user.passwd", {"user=a", "!password="}, "'password' is empty."},
	{"user.passwd", {"user=a", "!password=x", "!password=x"}, "'password' is given twice."},
	{"user.passwd", {"user=a"}, "'password' is missing."},
	{"user.passwd", {"user=a", "txn=12", "!password=x"},
		"'txn' must be 32 hexadecimal digits."},
	{"user.passwd", {"user=a", "txn=000102030405060708090a0b0c0d0e0g", "!password=x"},
		"'txn' must be 32 hexadecimal digits."},
	{"user.disable", {"user=a"}, "'reason' is missing."},
	{"token.add", {"user=a", "type=sms"},
		"'type' must be one of totp|hotp|recovery, not 'sms'."},
	{"token.add", {"user=a", "type=totp", "step=5"},
		"'step' must be a whole number from 10 to 300, not '5'."},
	{"token.add", {"user=a", "type=recovery", "count=41"},
		"'count' must be a whole number from 1 to 40, not '41'."},
	{"log", {"limit=0"}, "'limit' must be a whole number from 1 to 1000, not '0'."},
	{"log", {"limit=1001"}, "'limit' must be a whole number from 1 to 1000, not '1001'."},
	{"log", {"result=maybe"},
		"'result' must be one of failure|success|neutral|unavailable, not 'maybe'."},
};

START_TEST(each_mistake_has_its_sentence)
{
	const char *const *args = mistakes[_i].args;
	wf_status status = rig_act(mistakes[_i].act, args[0], args[0] != NULL ? args[1] : NULL,
		args[2], args[3], NULL);

	ck_assert_str_eq(rig.text, mistakes[_i].sentence);
	ck_assert_int_eq(status, WF_INVALID);
	ck_assert_uint_eq(rig_rows(), 0);
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

START_TEST(long_values_are_refused)
{
	char user[5 + 258], display[8 + 130], ticket[7 + 66], secret[11 + 514];

	memset(user, 'a', sizeof(user));
	memcpy(user, "user=", 5);
	user[sizeof(user) - 1] = '\0';
	rig_no(WF_INVALID,
		"'user' is no user name: 1 to 256 bytes without control characters, colon, slash "
		"or backslash.",
		"user.show", user);
	user[sizeof(user) - 2] = '\0';
	ck_assert_int_eq(rig_act("user.show", user, NULL), WF_NOT_FOUND);

	memset(display, 'a', sizeof(display));
	memcpy(display, "display=", 8);
	display[sizeof(display) - 1] = '\0';
	rig_no(WF_INVALID, "'display' is too long: at most 128 bytes.", "user.add", "user=a",
		display);
	memset(ticket, 'a', sizeof(ticket));
	memcpy(ticket, "ticket=", 7);
	ticket[sizeof(ticket) - 1] = '\0';
	rig_no(WF_INVALID, "'ticket' is too long: at most 64 bytes.", "user.add", "user=a", ticket);
	memset(secret, 'a', sizeof(secret));
	memcpy(secret, "!password=", 10);
	secret[10 + 513] = '\0';
	rig_no(WF_INVALID, "'password' is too long: at most 512 bytes.", "user.passwd", "user=a",
		secret);
	secret[10 + 512] = '\0';
	ck_assert_int_eq(rig_act("user.passwd", "user=a", secret, NULL), WF_NOT_FOUND);
}
END_TEST

/* A secret value must not come back in a sentence. */
START_TEST(secrets_are_not_shown_back)
{
	(void)rig_act("user.add", "user=a", "password=hunter2", NULL);
	ck_assert_ptr_null(strstr(rig.text, "hunter2"));
	(void)rig_act("user.add", "user=a", "!colour=hunter2", NULL);
	ck_assert_ptr_null(strstr(rig.text, "hunter2"));
}
END_TEST

START_TEST(every_required_argument_is_asked_for)
{
	size_t n;
	const struct act *acts = act_table(&n);

	for (size_t i = 0; i < n; i++) {
		const struct act_arg_spec *spec = acts[i].args;
		char wanted[64];

		while (spec->name != NULL && !spec->required)
			spec++;
		if (spec->name == NULL)
			continue;
		(void)snprintf(wanted, sizeof(wanted), "'%s' is missing.", spec->name);
		ck_assert_int_eq(rig_act(acts[i].id, NULL), WF_INVALID);
		ck_assert_str_eq(rig.text, wanted);
	}
}
END_TEST

START_TEST(the_table_is_sound)
{
	size_t n;
	const struct act *acts = act_table(&n);

	ck_assert_uint_gt(n, 20);
	ck_assert_ptr_null(act_find("user.fly"));
	for (size_t i = 0; i < n; i++) {
		size_t secrets = 0, args = 0;

		ck_assert_ptr_eq(act_find(acts[i].id), &acts[i]);
		ck_assert_uint_lt(strlen(acts[i].id), 32);
		ck_assert_int_gt(acts[i].role, ROLE_NONE);
		for (const struct act_arg_spec *spec = acts[i].args; spec->name != NULL; spec++) {
			secrets += spec->secret;
			args += !spec->secret;
			ck_assert_uint_le(strlen(spec->name), 32);
		}
		ck_assert_uint_le(args, ACT_ARGS_MAX);
		ck_assert_uint_le(secrets, ACT_SECRETS_MAX);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/args");
	TCase *tcase = tcase_create("args");

	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_loop_test(tcase, each_mistake_has_its_sentence, 0, (int)COUNT_OF(mistakes));
	tcase_add_test(tcase, long_values_are_refused);
	tcase_add_test(tcase, secrets_are_not_shown_back);
	tcase_add_test(tcase, every_required_argument_is_asked_for);
	tcase_add_test(tcase, the_table_is_sound);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
