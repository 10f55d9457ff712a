/*
 * The report: how criteria stand by settings and proofs, each figure against a count of its own,
 * and which criteria turn when a setting is switched off.
 */
#include "config.h"

#include "tests/unit/account/reports.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "authd/account/report.h"
#include "tests/unit/dice.h"

#define SIGNED " by = \"Sato\" on = \"2026-01-21\" until = \"2027-01-01\" reason = \"why\" }\n"

/* --- without anything to count --- */

START_TEST(an_empty_store_shows_nothing)
{
	take("comply = {\"scs4\"}\n");
	rig_ok("report");
	for (size_t row = 0; row < rig.nrows; row++) {
		const char *state = rig_cell(row, "state"), *part = rig_cell(row, "part");

		if (strcmp(part, "proof") == 0)
			ck_assert_msg(
				strcmp(state, "no data") == 0 || strcmp(state, "figures") == 0,
				"%s: %s", rig_cell(row, "name"), rig_cell(row, "text"));
		if (strcmp(part, "proof") == 0)
			ck_assert_uint_gt(strlen(rig_cell(row, "text")), 0);
	}
	ck_assert_str_eq(fact_of("rows"), "0");
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "met");
	/* to be reminded once a year is not to have looked */
	ck_assert_str_eq(state_of("SCS-1-1-1-2"), "not shown");
	ck_assert_str_eq(rig_cell(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "text"),
		"There was no login from the internet in the period.");
}
END_TEST

START_TEST(what_there_is_not)
{
	rig_no(WF_INVALID,
		"No document is complied with: name one with --profile, or write 'comply' into "
		"warifu.conf.",
		"report");
	rig_no(WF_NOT_FOUND, "There is no profile 'x': see 'warifu policy profiles'.", "report",
		"profile=x");
	rig_no(WF_INVALID, "The period ends before it begins: see --since and --until.", "report",
		"profile=scs3", "since=2000000", "until=1000000");
	ck_assert_uint_eq(rig_rows(), 0);
	rig_ok("report", "profile=scs3");
	ck_assert_uint_eq(rig_rows(), 1);
}
END_TEST

/* --- its own row, its hash --- */

START_TEST(it_is_a_row_of_the_log)
{
	struct audit_row row;
	char hash[REPORT_HASH_SIZE], until[64];

	take("comply = {\"scs4\"}\n");
	(void)put_login("zone internet", "knowledge+possession");
	rig_advance(DAY_S);
	(void)snprintf(until, sizeof(until), "until=%lld", (long long)rig.now.wall_us);
	rig_ok("report", until, "ticket=AUD-1");
	(void)snprintf(hash, sizeof(hash), "%s", fact_of("hash"));
	ck_assert_uint_eq(strlen(hash), 64);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "report");
	ck_assert_str_eq(row.operator_name, "root");
	ck_assert_str_eq(row.ticket, "AUD-1");
	ck_assert_ptr_nonnull(strstr(row.detail, hash));
	ck_assert_ptr_nonnull(strstr(row.detail, "scs4, "));
	ck_assert_ptr_nonnull(strstr(row.detail, "rows 1 to 1"));
}
END_TEST

/* What it says is the same in each language, and so is its hash; other figures are another one. */
START_TEST(the_hash_is_of_what_was_counted)
{
	char hash[REPORT_HASH_SIZE], own[REPORT_HASH_SIZE], until[64], english[1024];

	take("comply = {\"scs4\"}\n");
	(void)put_login("zone internet", "knowledge+possession");
	rig_advance(DAY_S);
	(void)snprintf(until, sizeof(until), "until=%lld", (long long)rig.now.wall_us);
	rig_ok("report", until);
	(void)snprintf(own, sizeof(own), "%s",
		rig_cell(line_of("criterion", "SCS-4-1-3-5", NULL), "hash"));
	(void)snprintf(english, sizeof(english), "%s",
		rig_cell(line_of("criterion", "SCS-4-1-3-5", NULL), "text"));
	rig.language = "ja";
	rig_ok("report", until);
	ck_assert_str_ne(rig_cell(line_of("criterion", "SCS-4-1-3-5", NULL), "text"), english);
	ck_assert_str_eq(rig_cell(line_of("criterion", "SCS-4-1-3-5", NULL), "hash"), own);
	(void)snprintf(hash, sizeof(hash), "%s", fact_of("hash"));
	rig.language = NULL;
	rig.now.wall_us -= 2 * DAY_S * US_PER_S / 3;
	(void)put_login("zone internet", "knowledge");
	rig.now.wall_us += 2 * DAY_S * US_PER_S / 3;
	rig_ok("report", until);
	ck_assert_str_ne(rig_cell(line_of("criterion", "SCS-4-1-3-5", NULL), "hash"), own);
	ck_assert_str_ne(fact_of("hash"), hash);
}
END_TEST

/* --- logins against their proofs --- */

START_TEST(one_kind_from_the_internet_is_an_exception)
{
	uint64_t bad;
	size_t line;

	take("comply = {\"scs4\"}\n");
	for (int i = 0; i < 7; i++)
		(void)put_login("zone internet", "knowledge+possession");
	bad = put_login("zone internet", "knowledge");
	(void)put_login("zone internal", "knowledge");
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-1-3-5"), "met with exceptions");
	line = line_of("proof", "SCS-4-1-3-5", "logins.internet");
	ck_assert_int_eq(rig_number(line, "count"), 7);
	ck_assert_int_eq(rig_number(line, "total"), 8);
	ck_assert_int_eq(rig_number(line, "row"), (long long)bad);
	ck_assert_str_eq(rig_cell(line, "value"), "87.5 %");
}
END_TEST

START_TEST(one_kind_alone_contradicts)
{
	take("comply = {\"scs4\"}\n");
	(void)put_login("zone internet", "knowledge");
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-1-3-5"), "not met");
	ck_assert_str_eq(rig_cell(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "state"),
		"contradicts");
}
END_TEST

/* Never rounded up: one of many thousands that had one kind shows. */
START_TEST(a_share_is_not_rounded_up)
{
	struct audit_row row = made_row(AUDIT_AUTH, "login", AUDIT_SUCCESS);

	take("comply = {\"scs4\"}\n");
	AUDIT_TEXT(row.detail, "zone internet");
	AUDIT_TEXT(row.kinds, "knowledge+possession");
	row.count = 999999;
	(void)put_row(&row);
	(void)put_login("zone internet", "possession");
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "value"), "99.9 %");
}
END_TEST

/* A key alone is what service accounts are allowed: an exception that is named as such. */
START_TEST(service_accounts_are_named)
{
	struct audit_row row = made_row(AUDIT_AUTH, "login", AUDIT_SUCCESS);
	size_t line;

	take("comply = {\"scs4\"}\n");
	AUDIT_TEXT(row.detail, "zone internet");
	AUDIT_TEXT(row.kinds, "possession");
	AUDIT_TEXT(row.rule, "account.service ISAC-3.3.3");
	(void)put_row(&row);
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", "SCS-4-1-3-5", "logins.internet");
	ck_assert_str_eq(rig_cell(line, "state"), "exceptions");
	ck_assert_str_eq(rig_cell(line, "row"), "");
	ck_assert_ptr_nonnull(strstr(rig_cell(line, "text"), "1 were of service accounts"));
}
END_TEST

/* The address counts as a kind where all documents let it, and nowhere else (C-05). */
START_TEST(kinds_that_do_not_count)
{
	(void)put_login("zone internet", "knowledge+other");
	rig_advance(1);
	take("comply = {\"scs4\"}\n");
	rig_ok("report");
	ck_assert_int_eq(
		rig_number(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "count"), 1);
	take("comply = {\"isac1\"}\n");
	rig_ok("report");
	ck_assert_int_eq(rig_number(line_of("proof", "ISAC-6.2.9", "logins.internet"), "count"), 0);
}
END_TEST

/* --- every figure of the log, against counts that the dice keep --- */

struct kind_of_row {
	enum audit_class class;
	const char *event;
	enum audit_result result;
	const char *reason, *detail, *kinds, *ticket;
	const char *proof, *criterion; /* where it is counted; NULL: nowhere */
	bool total;                    /* what counts is the total */
};

static const struct kind_of_row sorts[] = {
	{AUDIT_AUTH, "login", AUDIT_SUCCESS, "ok", "zone internet", "knowledge+possession", "",
		"logins.internet", "SCS-4-1-3-5", false},
	{AUDIT_AUTH, "login", AUDIT_FAILURE, "wrong-password", "zone internet", "", "",
		"lock.wrong", "SCS-4-1-4-1", false},
	{AUDIT_AUTH, "login", AUDIT_FAILURE, "disabled", "zone internet", "", "", "accounts.tried",
		"SCS-3-1-4-5", false},
	{AUDIT_FINDING, "lock", AUDIT_NEUTRAL, "threshold", "", "", "", "lock.used", "SCS-4-1-4-1",
		false},
	{AUDIT_ADMIN, "unlock", AUDIT_SUCCESS, "", "", "", "", "lock.opened", "SCS-4-1-4-1", false},
	{AUDIT_ADMIN, "unlock", AUDIT_FAILURE, "", "", "", "", NULL, NULL, false},
	{AUDIT_ADMIN, "password.change", AUDIT_SUCCESS, "own", "", "", "", "passwords.changed",
		"SCS-4-1-5-2", false},
	{AUDIT_ADMIN, "password.change", AUDIT_FAILURE, "", "", "", "", "passwords.refused",
		"SCS-4-1-5-2", false},
	{AUDIT_ADMIN, "user.passwd", AUDIT_SUCCESS, "", "", "", "", "passwords.set", "SCS-4-1-5-1",
		false},
	{AUDIT_ADMIN, "user.add", AUDIT_SUCCESS, "", "", "", "T-1", "accounts.added", "SCS-4-1-7-1",
		false},
	{AUDIT_ADMIN, "user.set", AUDIT_SUCCESS, "", "", "", "", "accounts.changed", "SCS-4-1-7-1",
		false},
	{AUDIT_ADMIN, "user.disable", AUDIT_SUCCESS, "", "", "", "", "accounts.stopped",
		"SCS-3-1-4-5", false},
	{AUDIT_ADMIN, "grant.add", AUDIT_SUCCESS, "", "", "", "", "grants.given", "SCS-4-1-7-3",
		false},
	{AUDIT_SESSION, "session.open", AUDIT_NEUTRAL, "", "", "", "", NULL, NULL, false},
	{AUDIT_SYSTEM, "backup.copy", AUDIT_SUCCESS, "", "", "", "", "backup.made", "SCS-4-3-4-1",
		false},
	{AUDIT_SYSTEM, "backup.second", AUDIT_SUCCESS, "", "", "", "", "backup.second",
		"SCS-4-3-4-2", false},
	{AUDIT_SYSTEM, "config.load", AUDIT_SUCCESS, "", "", "", "", "config.loaded", "SCS-3-1-1-6",
		false},
	{AUDIT_ADMIN, "log.export", AUDIT_SUCCESS, "", "", "", "", "log.exported", "SCS-4-4-3-2",
		false},
	{AUDIT_ADMIN, "review.sign", AUDIT_SUCCESS, "", "", "", "", "review.signed", "SCS-4-4-3-3",
		false},
	{AUDIT_AUTH, "login.breakglass", AUDIT_SUCCESS, "", "", "", "", "emergency.used",
		"SCS-4-1-4-2", false},
};

static void
put_sort(const struct kind_of_row *sort)
{
	struct audit_row row = made_row(sort->class, sort->event, sort->result);

	AUDIT_TEXT(row.reason, sort->reason);
	AUDIT_TEXT(row.detail, sort->detail);
	AUDIT_TEXT(row.kinds, sort->kinds);
	AUDIT_TEXT(row.ticket, sort->ticket);
	AUDIT_TEXT(row.operator_name, "helpdesk1");
	(void)put_row(&row);
}

/* Rows before and behind the period are of the same sorts, and count nowhere. */
START_TEST(figures_are_those_that_were_drawn)
{
	uint32_t dice = 20261122;
	uint64_t drawn[LENGTH(sorts)] = {0}, acts = 0, tickets = 0, rows = 0;
	char since[64], until[64];

	take("comply = {\"scs4\"}\n");
	for (size_t i = 0; i < 900; i++) {
		const size_t sort = dice_pick(&dice, (unsigned)LENGTH(sorts));
		const bool within = i >= 300 && i < 600;

		if (i == 300)
			(void)snprintf(
				since, sizeof(since), "since=%lld", (long long)rig.now.wall_us);
		if (i == 600)
			(void)snprintf(
				until, sizeof(until), "until=%lld", (long long)rig.now.wall_us);
		put_sort(&sorts[sort]);
		rig_advance(60);
		if (!within)
			continue;
		rows++;
		drawn[sort]++;
		acts += sorts[sort].class == AUDIT_ADMIN && sorts[sort].result == AUDIT_SUCCESS;
		tickets += sorts[sort].ticket[0] != '\0';
	}
	rig_ok("report", since, until);
	ck_assert_int_eq(strtoll(fact_of("rows"), NULL, 10), (long long)rows);
	for (size_t i = 0; i < LENGTH(sorts); i++) {
		if (sorts[i].proof == NULL)
			continue;
		ck_assert_msg(rig_number(line_of("proof", sorts[i].criterion, sorts[i].proof),
				      "count") == (long long)drawn[i],
			"%s: %lld, drawn %lld", sorts[i].proof,
			rig_number(line_of("proof", sorts[i].criterion, sorts[i].proof), "count"),
			(long long)drawn[i]);
	}
	ck_assert_int_eq(rig_number(line_of("proof", "SCS-4-1-7-1", "acts.recorded"), "count"),
		(long long)acts);
	ck_assert_int_eq(rig_number(line_of("proof", "SCS-4-1-7-1", "acts.tickets"), "count"),
		(long long)tickets);
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-1-4-1", "lock.opened"), "by"), "helpdesk1");
}
END_TEST

/* --- the store --- */

START_TEST(accounts_are_those_of_the_store)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	rig_ruler("boss");
	rig_user("alice");
	rig_user("bob");
	rig_ok("user.add", "user=carol", "uid=4711");
	rig_ok("user.add", "user=dave", "uid=4712", "person=Dave");
	rig_ok("user.disable", "user=dave", "reason=left");
	rig_advance(1);
	rig_ok("report");
	ck_assert_int_eq(rig_number(line_of("proof", "SCS-4-1-7-1", "accounts.list"), "count"), 4);
	ck_assert_int_eq(rig_number(line_of("proof", "SCS-4-1-7-1", "accounts.list"), "total"), 5);
	ck_assert_int_eq(
		rig_number(line_of("proof", "SCS-4-1-3-3", "accounts.second-factor"), "count"), 3);
	ck_assert_int_eq(
		rig_number(line_of("proof", "SCS-4-1-3-3", "accounts.second-factor"), "total"), 4);
	ck_assert_int_eq(
		rig_number(line_of("proof", "SCS-4-1-7-5", "accounts.privileged"), "count"), 1);
	/* boss does not say whose he is: told by name; nobody has written down why */
	line = line_of("exception", "SCS-4-1-5-4", "password.unique");
	ck_assert_str_eq(rig_cell(line, "value"), "boss");
	ck_assert_str_eq(rig_cell(line, "state"), "not met");
	/* he is the only one of his kind: not one of all does */
	ck_assert_str_eq(state_of("SCS-4-1-5-4"), "not met");
	rig_advance(120 * DAY_S);
	rig_ok("report");
	ck_assert_int_eq(
		rig_number(line_of("proof", "SCS-4-1-7-6", "accounts.dormant"), "count"), 4);
	rig_ok("user.add", "user=erin", "uid=4713", "kind=privileged", "person=Erin");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-1-5-4"), "met with exceptions");
}
END_TEST

/* --- duties --- */

START_TEST(a_duty_is_done_or_overdue)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	rig_advance(1);
	put_duty("log-review");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-4-3-3"), "met");
	line = line_of("proof", "SCS-4-4-3-3", "duty.log-review");
	ck_assert_str_eq(rig_cell(line, "by"), "root");
	ck_assert_int_eq(rig_number(line, "time"), rig.now.wall_us);
	rig_advance(40 * DAY_S);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-4-3-3"), "not met");
	ck_assert_str_eq(rig_cell(line_of("proof", "SCS-4-4-3-3", "duty.log-review"), "state"),
		"contradicts");
}
END_TEST

/* --- the chain, against the database itself --- */

static int64_t
ask_database(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t number = -1;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

START_TEST(a_row_that_was_removed_contradicts)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	for (int i = 0; i < 70; i++)
		(void)put_login("zone internet", "knowledge+possession");
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", "SCS-4-4-3-1", "log.chain");
	ck_assert_str_eq(rig_cell(line, "state"), "supports");
	/* the report's own row came behind it */
	ck_assert_int_eq(rig_number(line, "count"), ask_database("SELECT count(*) - 1 FROM audit"));
	ck_assert_int_eq(rig_number(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "total"),
		ask_database("SELECT count(*) FROM audit WHERE event = 'login' AND result = 1"));
	(void)ask_database("DELETE FROM audit WHERE seq = 40");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-4-3-1"), "not met");
	line = line_of("proof", "SCS-4-4-3-1", "log.chain");
	ck_assert_str_eq(rig_cell(line, "state"), "contradicts");
	ck_assert_int_eq(rig_number(line, "row"), 41);
}
END_TEST

/* --- exceptions that somebody has written down --- */

START_TEST(a_deviation_has_its_line)
{
	size_t line;

	take("comply = {\"scs4\"}\ndeviate \"lock.threshold\" { is = {\"20\"}" SIGNED);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "deviation");
	line = line_of("exception", "SCS-4-1-4-1", "lock.threshold");
	ck_assert_str_eq(rig_cell(line, "by"), "Sato");
	ck_assert_str_eq(rig_cell(line, "reason"), "why");
	ck_assert_int_eq(rig_number(line, "until"), INT64_C(1798761600) * US_PER_S);
	/* the same where no document is complied with is nobody's decision */
	take("lock { threshold = 20 }\n");
	rig_ok("report", "profile=scs4");
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "not met");
	line = line_of("setting", "SCS-4-1-4-1", "lock.threshold");
	ck_assert_str_eq(rig_cell(line, "value"), "20");
	ck_assert_str_eq(rig_cell(line, "wanted"), "10");
	ck_assert_ptr_nonnull(strstr(rig_cell(line, "origin"), "policy.conf:2"));
}
END_TEST

/* Each is named, however many there are. */
START_TEST(every_service_account_has_its_line)
{
	size_t named[2] = {0};
	char user[32];

	take("comply = {\"scs4\"}\n");
	for (int i = 0; i < 600; i++) {
		(void)snprintf(user, sizeof(user), "user=robot%d", i);
		rig_ok("user.add", user, "kind=service", "sources=192.0.2.1");
	}
	rig_ok("report");
	for (size_t row = 0; row < rig.nrows; row++) {
		named[0] += strcmp(rig_cell(row, "value"), "robot0") == 0;
		named[1] += strcmp(rig_cell(row, "value"), "robot599") == 0;
	}
	ck_assert_uint_gt(named[0], 0);
	ck_assert_uint_eq(named[1], named[0]);
}
END_TEST

START_TEST(what_is_only_observed_is_not_met)
{
	take("comply = {\"scs4\"}\nmode = observe\n");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "not met");
	ck_assert_str_eq(rig_cell(line_of("criterion", "SCS-4-1-4-1", NULL), "reason"),
		"Logins are recorded only, not enforced (mode = observe).");
	ck_assert_ptr_nonnull(strstr(rig.text, "mode = observe"));
}
END_TEST

/* --- while calls fail --- */

/*
 * Fails the Nth fallible call, and all behind it with `on`: where it does not fail with a sentence,
 * the report is the whole one.  False: there are no so many calls.  Needs fault injection.
 */
static bool
fails_well(uint64_t nth, bool on, size_t lines)
{
	wf_status status;

	rig.fault_nth = nth;
	rig.fault_on = on;
	status = rig_act("report", NULL);
	rig.fault_nth = 0;
	rig.fault_on = false;
	ck_assert(status == WF_OK ? rig.nrows == lines : rig.text[0] != '\0');
	return rig.fault_calls >= nth;
}

START_TEST(it_is_whole_or_fails_with_a_sentence)
{
	size_t lines;

	take("comply = {\"scs4\"}\n");
	rig_ruler("boss");
	(void)put_login("zone internet", "knowledge+possession");
	rig_advance(1);
	rig_ok("report");
	lines = rig.nrows;
	for (uint64_t nth = 1; fails_well(nth, _i != 0, lines); nth += 1 + nth / 16)
		continue;
	rig_ok("report");
	ck_assert_uint_eq(rig.nrows, lines);
}
END_TEST

static Suite *
report_suite(void)
{
	Suite *suite = suite_create("report");
	TCase *acts = tcase_create("acts");

	tcase_add_checked_fixture(acts, set_up, tear_down);
	tcase_set_timeout(acts, 60);
	tcase_add_test(acts, an_empty_store_shows_nothing);
	tcase_add_test(acts, what_there_is_not);
	tcase_add_test(acts, it_is_a_row_of_the_log);
	tcase_add_test(acts, the_hash_is_of_what_was_counted);
	tcase_add_test(acts, one_kind_from_the_internet_is_an_exception);
	tcase_add_test(acts, one_kind_alone_contradicts);
	tcase_add_test(acts, a_share_is_not_rounded_up);
	tcase_add_test(acts, service_accounts_are_named);
	tcase_add_test(acts, kinds_that_do_not_count);
	tcase_add_test(acts, figures_are_those_that_were_drawn);
	tcase_add_test(acts, accounts_are_those_of_the_store);
	tcase_add_test(acts, a_duty_is_done_or_overdue);
	tcase_add_test(acts, a_row_that_was_removed_contradicts);
	tcase_add_test(acts, a_deviation_has_its_line);
	tcase_add_test(acts, every_service_account_has_its_line);
	tcase_add_test(acts, what_is_only_observed_is_not_met);
	tcase_add_loop_test(acts, it_is_whole_or_fails_with_a_sentence, 0, 2);
	suite_add_tcase(suite, acts);
	return suite;
}

UNIT_MAIN(report_suite)
