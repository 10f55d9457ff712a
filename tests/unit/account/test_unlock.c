/* Unlocking, and the explanation of a refusal. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>

static void
setup(void)
{
	rig_setup();
	rig_ok("user.add", "user=alice", "!password=correct horse battery");
}

START_TEST(unlock_opens_and_says_why_it_was_locked)
{
	struct act_subject subject;
	struct audit_row row;
	char wanted[256], time[ACT_TIME_SIZE];

	rig_fail("alice", 9, false, "192.0.2.1");
	rig_fail("alice", 1, false, "192.0.2.7");
	(void)act_time(rig.now.wall_us, time);
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "locked"), "1");
	ck_assert_str_eq(rig_cell(0, "failures"), "10");
	ck_assert_str_eq(rig_cell(0, "lock-lane"), "account");
	ck_assert_int_eq(rig_number(0, "locked-until"), rig.now.wall_us + 3600 * US_PER_S);
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "locked"), "1");
	rig_ok("unlock", "user=alice", "reason=called from her own number", "ticket=T-9");
	(void)snprintf(wanted, sizeof(wanted),
		"'alice' is open again. It was locked since %s. The log has 10 wrong answers since "
		"the last success, the last "
		"from 192.0.2.7.",
		time);
	ck_assert_str_eq(rig.text, wanted);
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "lane"), "account");
	ck_assert_str_eq(rig_cell(0, "was-locked"), "1");
	ck_assert_str_eq(rig_cell(0, "failures"), "10");
	ck_assert_str_eq(rig_cell(1, "was-locked"), "0");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "unlock");
	ck_assert_str_eq(row.ticket, "T-9");
	ck_assert_str_eq(row.reason, "called from her own number");
	ck_assert_str_eq(row.detail, "was locked; failures cleared: account 10, possession 0; "
				     "reason: called from her own number");
	rig_subject("alice", &subject);
	ck_assert_uint_eq(subject.account_lane.failures, 0);
	ck_assert(!act_lane_locked(&subject.account_lane, subject.lock_ms));
	rig_ok("user.list");
	ck_assert_str_eq(rig_cell(0, "locked"), "0");
}
END_TEST

START_TEST(unlock_opens_the_possession_lane)
{
	rig_fail("alice", 20, true, "192.0.2.1");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "lock-lane"), "possession");
	rig_ok("unlock", "user=alice", "reason=new password set");
	ck_assert_str_eq(rig_cell(1, "was-locked"), "1");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "locked"), "0");
	ck_assert_str_eq(rig_cell(0, "lock-lane"), "");
}
END_TEST

START_TEST(unlock_without_a_lock)
{
	rig_ok("unlock", "user=alice", "reason=asked");
	ck_assert_str_eq(rig.text, "'alice' was not locked; its failures were cleared.");
	rig_fail("alice", 3, false, "192.0.2.1");
	rig_ok("unlock", "user=alice", "reason=asked");
	ck_assert_str_eq(rig_cell(0, "was-locked"), "0");
	ck_assert_str_eq(rig_cell(0, "failures"), "3");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "failures"), "0");
	rig_no(WF_NOT_FOUND, "There is no account 'bob'; 'warifu user list' shows all.", "unlock",
		"user=bob", "reason=x");
}
END_TEST

/* Only what came behind the unlock before counts as the cause of the next lock. */
START_TEST(causes_end_at_an_unlock)
{
	rig_fail("alice", 10, false, "192.0.2.1");
	rig_ok("unlock", "user=alice", "reason=first");
	rig_fail("alice", 10, false, "198.51.100.3");
	rig_ok("unlock", "user=alice", "reason=second");
	ck_assert_ptr_nonnull(strstr(rig.text,
		"The log has 10 wrong answers since the last success, the last from "
		"198.51.100.3."));
}
END_TEST

START_TEST(a_lock_ends_by_time)
{
	rig_fail("alice", 10, false, "192.0.2.1");
	rig_advance(3601);
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "locked"), "0");
}
END_TEST

/* --- why --- */

START_TEST(why_explains_a_lock)
{
	rig_fail("alice", 10, false, "192.0.2.7");
	rig_ok("why", "user=alice");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "reason"), "wrong-password");
	ck_assert_str_eq(rig_cell(0, "source"), "192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "service"), "sshd");
	ck_assert_str_eq(rig_cell(0, "result"), "failure");
	ck_assert_int_eq(rig_number(0, "time"), rig.now.wall_us);
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password was wrong. It stays locked for another 60 minutes.");
	ck_assert_str_eq(
		rig_cell(0, "advice"), "Check Caps Lock and the keyboard's layout. A forgotten "
				       "password is set anew with 'warifu user passwd'.");
	rig_advance(3540);
	rig_ok("why", "user=alice");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password was wrong. It stays locked for another 60 seconds.");
}
END_TEST

START_TEST(why_says_how_long_to_wait)
{
	rig_fail("alice", 5, false, "192.0.2.7");
	rig_ok("why", "user=alice");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password was wrong. The next try is looked at in 4 seconds.");
	rig_advance(100);
	rig_ok("why", "user=alice");
	ck_assert_str_eq(rig_cell(0, "explanation"), "The password was wrong.");
}
END_TEST

START_TEST(why_says_until_unlocked)
{
	const struct origin origin = {.line = 1};

	ck_assert_int_eq(policy_set(&rig.config.policy, P_LOCK_DURATION_S, 0, &origin), WF_OK);
	rig_fail("alice", 10, false, "192.0.2.7");
	rig_ok("why", "user=alice");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password was wrong. It stays locked until somebody unlocks it.");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "locked"), "1");
	ck_assert_str_eq(rig_cell(0, "locked-until"), "");
}
END_TEST

START_TEST(why_of_nobody)
{
	rig_no(WF_NOT_FOUND, "No attempt of 'alice' was refused.", "why", "user=alice");
	rig_no(WF_NOT_FOUND,
		"There is no account 'bob', and no attempt under this name was refused. 'warifu "
		"user list' shows all names.",
		"why", "user=bob");
	rig_no(WF_NOT_FOUND,
		"There is no account 'Alice', and no attempt under this name was refused. Is "
		"'alice' meant? Names count to the "
		"letter.",
		"why", "user=Alice");
}
END_TEST

/* --last stays the last attempt, of one service or address alone where they are named. */
START_TEST(why_last_of_one_place)
{
	rig_fail("alice", 1, false, "192.0.2.1");
	rig_fail("alice", 1, false, "192.0.2.7");
	rig_ok("why", "user=alice", "last=1");
	ck_assert_str_eq(rig_cell(0, "source"), "192.0.2.7");
	rig_ok("why", "user=alice", "last=1", "from=192.0.2.1");
	rig_ok("why", "user=alice", "last=1", "from=::ffff:192.0.2.1");
	ck_assert_str_eq(rig_cell(0, "source"), "192.0.2.1");
	ck_assert_int_gt(rig_number(0, "seq"), 0);
	rig_no(WF_NOT_FOUND,
		"No attempt of 'alice' was refused there: see 'warifu why --last alice' for other "
		"services and addresses.",
		"why", "user=alice", "last=1", "service=nowhere");
}
END_TEST

static void
write_row(const char *user, const char *reason, enum audit_result result, uint32_t count)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_row_init(&row, AUDIT_AUTH, "login");
	row.time_us = rig.now.wall_us;
	row.result = result;
	row.count = count;
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.reason, reason);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* Names without account have rows too: an operator must find out that the name was mistyped. */
START_TEST(why_of_unknown_names_and_reasons)
{
	write_row("bob", "unknown-user", AUDIT_FAILURE, 5);
	write_row("bob", "ok", AUDIT_SUCCESS, 1);
	rig_ok("why", "user=bob");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"There was no account of this name. It happened 5 times within a minute. 'warifu "
		"user list' shows all names.");
	write_row("ALICE", "unknown-user", AUDIT_FAILURE, 1);
	rig_ok("why", "user=ALICE");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"There was no account of this name. Is 'alice' meant? Names count to the letter.");
	write_row("alice", "unknown-user", AUDIT_FAILURE, 1);
	rig_ok("why", "user=alice");
	ck_assert_str_eq(
		rig_cell(0, "explanation"), "There was no account of this name. There is one now.");
	write_row("bob", "phase-of-the-moon", AUDIT_UNAVAILABLE, 1);
	rig_ok("why", "user=bob");
	ck_assert_str_eq(
		rig_cell(0, "explanation"), "The log gives the reason 'phase-of-the-moon'.");
	ck_assert_str_eq(rig_cell(0, "result"), "unavailable");
}
END_TEST

START_TEST(why_in_observe_mode)
{
	write_row("alice", "no-factor", AUDIT_NEUTRAL, 1);
	write_row("alice", "observed", AUDIT_NEUTRAL, 1);
	rig_ok("why", "user=alice");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The account has nothing that answers to what was asked. Observe mode let it pass; "
		"when enforced, it is "
		"refused.");
}
END_TEST

/* Every reason that the daemon's parts write must be explained. */
START_TEST(known_reasons_are_explained)
{
	static const char *const reasons[] = {"wrong-password", "wrong-code", "wrong-answer",
		"no-factor", "replayed", "clock-suspect", "unknown-user", "not-managed",
		"exemption-ended", "disabled", "not-yet-valid", "expired", "locked",
		"locked-strangers", "locked-possession", "forbidden-name", "default-id",
		"shared-account", "back-off", "abandoned", "interrupted", "overload", "store",
		"protocol", "root-login", "service-account", "service-account-no-key",
		"service-account-source", "no-transaction", "must-change", "not-own-account",
		"not-proved", "password-rule", "overflow", "unavailable", "lease-expired",
		"changed-meanwhile", "group", "no-grant", "scope", "not-privileged",
		"state-unknown", "state-used", "state-ended"};

	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		write_row("alice", reasons[i], AUDIT_FAILURE, 1);
		rig_ok("why", "user=alice");
		ck_assert_str_eq(rig_cell(0, "reason"), reasons[i]);
		ck_assert_msg(strncmp(rig_cell(0, "explanation"), "The log gives", 13) != 0, "%s",
			reasons[i]);
		ck_assert_str_ne(rig_cell(0, "advice"), "");
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/unlock");
	TCase *tcase = tcase_create("unlock");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, unlock_opens_and_says_why_it_was_locked);
	tcase_add_test(tcase, why_last_of_one_place);
	tcase_add_test(tcase, unlock_opens_the_possession_lane);
	tcase_add_test(tcase, unlock_without_a_lock);
	tcase_add_test(tcase, causes_end_at_an_unlock);
	tcase_add_test(tcase, a_lock_ends_by_time);
	tcase_add_test(tcase, why_explains_a_lock);
	tcase_add_test(tcase, why_says_how_long_to_wait);
	tcase_add_test(tcase, why_says_until_unlocked);
	tcase_add_test(tcase, why_of_nobody);
	tcase_add_test(tcase, why_of_unknown_names_and_reasons);
	tcase_add_test(tcase, why_in_observe_mode);
	tcase_add_test(tcase, known_reasons_are_explained);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
