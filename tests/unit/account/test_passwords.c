/* Passwords set by acts: what a person's accounts may not share, and what doctor says of them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/account/rig.h"

#define BOTH ((unsigned)(KIND_KNOWLEDGE | KIND_POSSESSION))
#define ADMINS "quite another sentence"
#define DAY_S 86400

static char proof[40];

static void
prove(void)
{
	char hex[33];

	rig_transaction("olga", "warifu", BOTH, WF_PURPOSE_LOGIN, hex);
	(void)snprintf(proof, sizeof(proof), "txn=%s", hex);
}

/* Two accounts of one person; the owner of the first acts. */
static void
one_person(void)
{
	rig_user("olga");
	rig_user("olga-adm");
	rig_ok("user.passwd", "user=olga-adm", "!password=" ADMINS);
	rig_ok("user.set", "user=olga", "uid=12345", "must-change=0", "person=1001");
	rig_ok("user.set", "user=olga-adm", "person=1001");
	rig_ok("user.show", "user=olga");
	ck_assert_str_eq(rig_cell(0, "person"), "1001");
	rig.uid = 12345;
	rig.role = ROLE_NONE;
	rig_advance(7200);
	prove();
}

/* SCS-4-1-5-4: refused, with a row, and the proof is gone. */
START_TEST(C_20_not_that_of_another_account)
{
	struct audit_row row;

	one_person();
	rig_no(WF_INVALID,
		"Another account of yours has this password; choose one that you use for this "
		"account alone (rule password.unique (services) (own)).",
		"user.passwd", "user=olga", "!password=" ADMINS, proof);
	rig_last_row(&row);
	ck_assert_str_eq(row.reason, "password-reuse");
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	rig_no(WF_DENIED,
		"This proof does not count (any more): enter password and code again, for your "
		"own account.",
		"user.passwd", "user=olga", "!password=one more sentence", proof);
	prove();
	rig_ok("user.passwd", "user=olga", "!password=one more sentence", proof);
}
END_TEST

/* Who is let off has set a password: so many guesses at the other account's, and no more. */
START_TEST(C_20_no_stream_of_guesses)
{
	one_person();
	rig_ok("user.passwd", "user=olga", "!password=one more sentence", proof);
	rig_advance(7199);
	prove();
	rig_no(WF_INVALID,
		"You have other accounts, so a new password can be set every two hours only; ask "
		"your helpdesk if it cannot wait (rule password.change (own)).",
		"user.passwd", "user=olga", "!password=" ADMINS, proof);
	rig_advance(1);
	rig_no(WF_INVALID,
		"Another account of yours has this password; choose one that you use for this "
		"account alone (rule password.unique (services) (own)).",
		"user.passwd", "user=olga", "!password=" ADMINS, proof);
}
END_TEST

START_TEST(not_that_of_today)
{
	one_person();
	rig_no(WF_INVALID,
		"This is the password of today; choose another one (rule password.change (own)).",
		"user.passwd", "user=olga", "!password=correct horse battery", proof);
	rig_ok("user.passwd", "user=olga", "!password=one more sentence", proof);
}
END_TEST

/* The helpdesk learns nobody's passwords by trying. */
START_TEST(nobody_else_is_told)
{
	one_person();
	rig.uid = 12346;
	rig.role = ROLE_HELPDESK;
	rig_ok("user.passwd", "user=olga", "!password=" ADMINS);
}
END_TEST

static void
doctor_says(const char *name, const char *level, const char *part)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "name"), name) != 0)
			continue;
		ck_assert_str_eq(rig_cell(i, "level"), level);
		ck_assert_msg(strstr(rig_cell(i, "text"), part) != NULL, "%s", rig_cell(i, "text"));
		return;
	}
	ck_abort_msg("the doctor says nothing of %s", name);
}

/* ISAC-3.2.7a: stored hashes cannot be looked up, so it is said when each password last was. */
START_TEST(ISAC_3_2_7a_quarterly_check)
{
	struct wf_leak_finding finding;
	char list[160];
	FILE *file;

	doctor_says("leaked passwords", "ok", "There is no list of leaked passwords");
	(void)snprintf(list, sizeof(list), "%s/leaks", rig.dir);
	file = fopen(list, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fprintf(file, "%040d:1\n", 1), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(wf_leak_list_open(list, &rig.config.policy.leaks, &finding), WF_OK);
	rig_user("olga"); /* compared when it was set */
	doctor_says("leaked passwords", "ok", "in the last 91 days");
	rig_advance(92 * DAY_S);
	doctor_says("leaked passwords", "warn", "for 91 days: 1 (olga).");
	rig_ok("user.passwd", "user=olga", "!password=one more sentence");
	doctor_says("leaked passwords", "ok", "in the last 91 days");
	wf_leak_list_close(&rig.config.policy.leaks);
	ck_assert_int_eq(remove(list), 0);
}
END_TEST

/* SCS-4-1-6-2, IPA-6.10m: on suspicion somebody is made to change it. */
START_TEST(IPA_6_10m_change_on_suspicion)
{
	rig_user("olga");
	rig_ok("user.set", "user=olga", "must-change=0");
	rig_ok("user.set", "user=olga", "must-change=1", "reason=may have leaked");
	rig_ok("user.show", "user=olga");
	ck_assert_str_eq(rig_cell(0, "must-change"), "1");
	ck_assert_str_eq(rig_cell(0, "change-rule"), "");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/passwords");
	TCase *tcase = tcase_create("passwords");

	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, C_20_not_that_of_another_account);
	tcase_add_test(tcase, C_20_no_stream_of_guesses);
	tcase_add_test(tcase, not_that_of_today);
	tcase_add_test(tcase, nobody_else_is_told);
	tcase_add_test(tcase, ISAC_3_2_7a_quarterly_check);
	tcase_add_test(tcase, IPA_6_10m_change_on_suspicion);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
