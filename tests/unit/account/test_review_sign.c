/* The sign-off of a monthly review, and the lists of rows that it is about. */
#include "config.h"

#include "tests/unit/account/months.h"

/* --- signing --- */

START_TEST(a_month_is_signed_when_it_is_over)
{
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	ck_assert_int_eq(sign("2026-05"), WF_CONFLICT);
	ck_assert_str_eq(rig.text,
		"2026-05 has not ended: it can be looked at, and is signed when it is over.");
	advance_to(JUNE);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
}
END_TEST

START_TEST(not_while_a_finding_is_open)
{
	char id[32];

	advance_to(MAY + DAY);
	login(AUDIT_FAILURE, "wrong-code");
	/* told in June, about rows of May */
	advance_to(JUNE + 1);
	login(AUDIT_SUCCESS, "ok");
	(void)snprintf(id, sizeof(id), "id=%lld", (long long)found(MAY + DAY, 2));
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "findings"), 1);
	ck_assert_int_eq(rig_number(0, "findings-open"), 1);
	ck_assert_int_eq(rig_number(0, "findings-level"), 2);
	ck_assert_int_eq(sign("2026-05"), WF_CONFLICT);
	ck_assert_ptr_nonnull(strstr(rig.text, "1 finding of 2026-05 is still open"));
	rig_ok("review.findings", "month=2026-05");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "own"), "0");
	rig_ok("finding.close", id, "level=1", "reason=forgot it");
	rig_ok("review.findings", "month=2026-05");
	ck_assert_str_eq(rig_cell(0, "own"), "1");
	ck_assert_int_eq(sign("2026-05"), WF_OK);
}
END_TEST

/* A finding of another month keeps nobody from signing this one. */
START_TEST(findings_of_other_months_do_not_matter)
{
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 1);
	(void)found(MAY - 1, 3);
	(void)found(JUNE, 3);
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "findings"), 0);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
}
END_TEST

START_TEST(the_sign_off_says_what_it_is_about)
{
	char hash[80], head[80];

	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	login(AUDIT_FAILURE, "wrong-code");
	advance_to(JUNE);
	show("2026-05");
	(void)snprintf(hash, sizeof(hash), "; hash %s; reason: looked at", rig_cell(0, "hash"));
	(void)snprintf(head, sizeof(head), "; head %s; ", rig_cell(0, "head"));
	ck_assert_uint_eq(strlen(rig_cell(0, "head")), 64);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	ck_assert_str_eq(rig.text, "The review of 2026-05 is signed by root.");
	rig_last_row(&last_row);
	ck_assert_str_eq(last_row.event, "review.sign");
	ck_assert_msg(strncmp(last_row.detail,
			      "month 2026-05; rows 2, expired 0; findings 0, highest level 0; "
			      "own acts 0; ",
			      75) == 0,
		"%s", last_row.detail);
	ck_assert_ptr_nonnull(strstr(last_row.detail, hash));
	ck_assert_ptr_nonnull(strstr(last_row.detail, head));
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "signed-by"), "root");
	ck_assert_str_eq(rig_cell(0, "unchanged"), "1");
	ck_assert_int_eq(rig_number(0, "signed"), 1);
}
END_TEST

/* What is decided anew behind a sign-off shows, and a second one adds to the first. */
START_TEST(a_second_one_adds)
{
	char id[32];

	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 1);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	(void)found(JUNE - 1, 1);
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "unchanged"), "0");
	ck_assert_int_eq(sign("2026-05"), WF_CONFLICT);
	rig_ok("finding.list");
	(void)snprintf(id, sizeof(id), "id=%s", rig_cell(0, "id"));
	rig_ok("finding.close", id, "level=0", "reason=nothing");
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "signed"), 2);
	ck_assert_str_eq(rig_cell(0, "unchanged"), "1");
}
END_TEST

/* Looked at before midnight, signed behind it, and nothing happened in between. */
START_TEST(a_month_that_ends_while_it_is_looked_at)
{
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE - 60);
	show("2026-05");
	advance_to(JUNE + 60);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	rig_last_row(&last_row);
	ck_assert_ptr_null(strstr(last_row.detail, "; head ;"));
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "unchanged"), "1");
}
END_TEST

START_TEST(what_was_not_shown_is_not_signed)
{
	char hash[80] = "hash=";

	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	memset(hash + 5, 'a', 64);
	ck_assert_int_eq(
		rig_act("review.sign", "month=2026-05", hash, "reason=x", NULL), WF_CONFLICT);
	ck_assert_ptr_nonnull(strstr(rig.text, "are not counted"));
	show("2026-05");
	rig_no(WF_CONFLICT, "What there is of 2026-05 is not what was shown: look at it again.",
		"review.sign", "month=2026-05", hash, "reason=x");
}
END_TEST

START_TEST(signing_is_the_duty_done)
{
	take("comply = {\"scs4\"}\n");
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 31 * DAY);
	rig_ok("review.list");
	ck_assert_str_eq(rig.text, "3 months, 1 overdue.");
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	rig_ok("duty.show", "duty=log-review");
	ck_assert_str_eq(rig_cell(0, "state"), "done");
	ck_assert_str_eq(rig_cell(0, "by"), "root");
	rig_ok("review.list");
	ck_assert_str_eq(rig_cell(0, "month"), "2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "signed");
	ck_assert_str_eq(rig_cell(0, "signed-by"), "root");
	ck_assert_str_eq(rig_cell(1, "state"), "unsigned");
	ck_assert_str_eq(rig_cell(2, "state"), "open");
	ck_assert_str_eq(rig.text, "3 months, 0 overdue.");
}
END_TEST

static void
expect_reviews(const char *state, int count, int total, const char *text)
{
	rig_ok("report");
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "name"), "review.signed") != 0)
			continue;
		ck_assert_str_eq(rig_cell(i, "state"), state);
		ck_assert_int_eq(rig_number(i, "count"), count);
		ck_assert_int_eq(rig_number(i, "total"), total);
		ck_assert_msg(strstr(rig_cell(i, "text"), text) != NULL, "%s",
			rig_cell(i, "text"));
		return;
	}
	ck_abort_msg("nothing about reviews");
}

static int64_t
duty_done_us(void)
{
	rig_ok("duty.show", "duty=log-review");
	return rig_cell(0, "done")[0] == '\0' ? 0 : rig_number(0, "done");
}

/* Of May, June and July the first two had to be signed by the tenth of August. */
START_TEST(each_month_is_asked_for)
{
	int64_t done_us;

	take("comply = {\"scs4\"}\n");
	for (int i = 0; i < 3; i++) {
		advance_to(MAY + (1 + 31 * i) * DAY);
		login(AUDIT_SUCCESS, "ok");
	}
	advance_to(JUNE + (30 + 31 + 9) * DAY);
	expect_reviews("contradicts", 0, 2, "Not signed: 2026-05, 2026-06.");
	ck_assert_int_eq(sign("2026-06"), WF_OK);
	ck_assert_int_eq(duty_done_us(), 0);
	expect_reviews("exceptions", 1, 2, "Not signed: 2026-05.");
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	done_us = duty_done_us();
	ck_assert_int_eq(done_us, rig.now.wall_us);
	expect_reviews("supports", 2, 2, "2 of 2");
	/* once more is not one more */
	rig_advance(DAY);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	ck_assert_int_eq(duty_done_us(), done_us);
	expect_reviews("supports", 2, 2, "2 of 2");
	ck_assert_int_eq(sign("2026-07"), WF_OK);
	ck_assert_int_eq(duty_done_us(), rig.now.wall_us);
}
END_TEST

/* --- lists --- */

static void
list(const char *name)
{
	char text[32];

	show("2026-05");
	(void)snprintf(text, sizeof(text), "list=%s", name);
	rig_ok("review.rows", "month=2026-05", text);
}

START_TEST(rows_stand_in_the_list_of_their_sort)
{
	static const struct {
		const char *list, *event, *reason;
		enum audit_class class;
		enum audit_result result;
	} cases[] = {
		{"locks", "lock", "locked", AUDIT_FINDING, AUDIT_NEUTRAL},
		{"unlocks", "unlock", "", AUDIT_ADMIN, AUDIT_SUCCESS},
		{"acts", "user.add", "", AUDIT_ADMIN, AUDIT_SUCCESS},
		{"acts", "user.passwd", "denied", AUDIT_ADMIN, AUDIT_FAILURE},
		{"tokens", "token.add", "", AUDIT_ADMIN, AUDIT_SUCCESS},
		{"faults", "login.undelivered", "", AUDIT_AUTH, AUDIT_NEUTRAL},
		{"faults", "restore", "", AUDIT_SYSTEM, AUDIT_SUCCESS},
		{NULL, "config.drift", "", AUDIT_FINDING, AUDIT_FAILURE},
		{NULL, "login", "wrong-code", AUDIT_AUTH, AUDIT_FAILURE},
		{NULL, "start", "", AUDIT_SYSTEM, AUDIT_SUCCESS},
	};

	advance_to(MAY + DAY);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct audit_row one = row(
			cases[i].class, cases[i].event, cases[i].result, cases[i].reason);

		write_rows(&one, 1);
	}
	advance_to(JUNE);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t hits = 0;

		for (int at = 0; at < 5; at++) {
			static const char *const names[] = {
				"locks", "unlocks", "acts", "tokens", "faults"};

			list(names[at]);
			for (size_t r = 0; r < rig.nrows; r++)
				if (strcmp(rig_cell(r, "event"), cases[i].event) == 0) {
					ck_assert_str_eq(names[at], cases[i].list);
					ck_assert_int_eq(rig_number(r, "seq"), (long long)i + 1);
					hits++;
				}
		}
		ck_assert_uint_eq(hits, cases[i].list != NULL);
	}
	figures("2026-05");
	ck_assert_int_eq(number("list", "acts", "other"), 2);
	ck_assert_int_eq(number("service", "sshd", "failure"), 1);
	ck_assert_int_eq(number("service", "sshd", "other"), 0); /* its login has a row */
}
END_TEST

/* By whatever way somebody became root: what he did himself is marked. */
START_TEST(own_acts_are_marked)
{
	static const char *const operators[] = {"root", "bob (via root)", "bob (via root2)", "bob"};

	advance_to(MAY + DAY);
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		struct audit_row one = row(AUDIT_ADMIN, "user.set", AUDIT_SUCCESS, "");

		AUDIT_TEXT(one.operator_name, operators[i]);
		write_rows(&one, 1);
	}
	advance_to(JUNE);
	list("acts");
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		ck_assert_str_eq(rig_cell(i, "own"), i < 2 ? "1" : "0");
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "own-acts"), 2);
}
END_TEST

/* However many others there are who push him out of the most frequent ones. */
START_TEST(own_acts_are_all_counted)
{
	advance_to(MAY + DAY);
	for (int i = 0; i < 1201; i++) {
		struct audit_row one = row(AUDIT_ADMIN, "user.set", AUDIT_SUCCESS, "");

		if (i == 0)
			AUDIT_TEXT(one.operator_name, "root");
		else
			(void)snprintf(one.operator_name, sizeof(one.operator_name), "admin%d",
				i / 2);
		write_rows(&one, 1);
	}
	advance_to(JUNE);
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "own-acts"), 1);
}
END_TEST

START_TEST(a_list_goes_page_by_page)
{
	char after[40];

	advance_to(MAY + DAY);
	for (int i = 0; i < 501; i++) {
		const struct audit_row one = row(AUDIT_ADMIN, "unlock", AUDIT_SUCCESS, "");

		write_rows(&one, 1);
	}
	advance_to(JUNE);
	list("unlocks");
	ck_assert_uint_eq(rig.nrows, 500);
	(void)snprintf(after, sizeof(after), "after=%s", rig_cell(499, "seq"));
	rig_ok("review.rows", "month=2026-05", "list=unlocks", after);
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "seq"), 501);
}
END_TEST

START_TEST(accounts_without_use_are_named)
{
	advance_to(MAY + DAY);
	rig_ok("user.add", "user=never");
	rig_ok("user.add", "user=off");
	rig_ok("user.disable", "user=off", "reason=left");
	advance_to(JUNE);
	rig_ok("user.add", "user=new");
	rig_ok("review.accounts", "month=2026-05");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "user"), "never");
	ck_assert_str_eq(rig_cell(0, "state"), "never");
}
END_TEST

/* A review leaves a row when it begins, and none with each page. */
START_TEST(who_reads_leaves_a_row)
{
	uint64_t before;

	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	show("2026-05");
	rig_last_row(&last_row);
	ck_assert_str_eq(last_row.event, "review.show");
	ck_assert_str_eq(last_row.detail, "month 2026-05: 1 rows");
	before = rig_rows();
	figures("2026-05");
	list("acts");
	rig_ok("review.list");
	ck_assert_uint_eq(rig_rows(), before);
	rig_advance(901); /* forgotten: it is counted anew */
	show("2026-05");
	ck_assert_uint_eq(rig_rows(), before + 1);
}
END_TEST

static Suite *
review_sign_suite(void)
{
	Suite *suite = suite_create("account/review_sign");
	TCase *tc = tcase_create("review");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, tear_down);
	tcase_add_test(tc, a_month_is_signed_when_it_is_over);
	tcase_add_test(tc, not_while_a_finding_is_open);
	tcase_add_test(tc, findings_of_other_months_do_not_matter);
	tcase_add_test(tc, the_sign_off_says_what_it_is_about);
	tcase_add_test(tc, a_second_one_adds);
	tcase_add_test(tc, a_month_that_ends_while_it_is_looked_at);
	tcase_add_test(tc, what_was_not_shown_is_not_signed);
	tcase_add_test(tc, signing_is_the_duty_done);
	tcase_add_test(tc, each_month_is_asked_for);
	tcase_add_test(tc, rows_stand_in_the_list_of_their_sort);
	tcase_add_test(tc, own_acts_are_marked);
	tcase_add_test(tc, own_acts_are_all_counted);
	tcase_add_test(tc, a_list_goes_page_by_page);
	tcase_add_test(tc, accounts_without_use_are_named);
	tcase_add_test(tc, who_reads_leaves_a_row);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(review_sign_suite)
