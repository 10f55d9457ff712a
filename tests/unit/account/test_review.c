/*
 * The monthly review over a real store in Asia/Tokyo: each figure against a count of its own, the
 * month's edges, months of which rows are gone, and who may sign what when.
 */
#include "config.h"

#include "tests/unit/account/comply.h"
#include "tests/unit/dice.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR 3600
#define DAY 86400
#define MAY INT64_C(1777561200) /* 2026-05-01 00:00:00 in Tokyo, a Friday */
#define JUNE (MAY + 31 * DAY)

static struct audit_row last_row;

/* --- a log --- */

static void
write_rows(const struct audit_row *rows, size_t n)
{
	static struct audit_row copies[512];
	struct store_job job = {.kind = STORE_ADMIN};

	ck_assert_uint_le(n, COUNT_OF(copies));
	memcpy(copies, rows, n * sizeof(rows[0]));
	job.u.admin.rows = copies;
	job.u.admin.nrows = n;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* A row of this moment. */
static struct audit_row
row(enum audit_class class, const char *event, enum audit_result result, const char *reason)
{
	struct audit_row one;

	audit_row_init(&one, class, event);
	one.time_us = rig.now.wall_us;
	one.result = result;
	AUDIT_TEXT(one.reason, reason);
	AUDIT_TEXT(one.node, "node-a");
	AUDIT_TEXT(one.source, "192.0.2.10");
	AUDIT_TEXT(one.service, "sshd");
	AUDIT_TEXT(one.user, "alice");
	return one;
}

static void
login(enum audit_result result, const char *reason)
{
	const struct audit_row one = row(AUDIT_AUTH, "login", result, reason);

	write_rows(&one, 1);
}

/* What detection does when it finds something: its row, and the incident. */
static int64_t
found(uint64_t first, uint64_t last, unsigned level)
{
	struct incident incident = {.level = level, .first_seq = first, .last_seq = last, .rows = 1};
	struct effect effect = {.kind = EFFECT_INCIDENT_OPEN, .incident = &incident};
	struct audit_row one = row(AUDIT_FINDING, "incident", AUDIT_NEUTRAL, "");
	struct store_job job = {.kind = STORE_ADMIN};

	(void)snprintf(incident.rule, sizeof(incident.rule), "source-spray");
	incident.first_us = incident.last_us = rig.now.wall_us;
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &one;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	return (int64_t)job.u.admin.seq;
}

/* By somebody who can write to the file. */
static void
tamper(const char *sql)
{
	char *error = NULL;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s", error);
	sqlite3_close(db);
}

static void
advance_to(int64_t seconds)
{
	rig_advance(seconds - rig.now.wall_us / US_PER_S);
}

static void
setup(void)
{
	rig_setup();
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
	tzset();
	shipped_install(rig.dir);
	advance_to(MAY - 10 * DAY);
}

/* --- a review --- */

/* Counts to the end. */
static void
show(const char *month)
{
	char text[32];
	int calls = 0;

	(void)snprintf(text, sizeof(text), "month=%s", month);
	do {
		rig_ok("review.show", text);
		ck_assert_int_lt(++calls, 100);
	} while (strcmp(rig_cell(0, "complete"), "1") != 0);
}

/* The last sign-off's argument is what the last show() had. */
static wf_status
sign(const char *month)
{
	char text[32], hash[80];

	show(month);
	(void)snprintf(text, sizeof(text), "month=%s", month);
	(void)snprintf(hash, sizeof(hash), "hash=%s", rig_cell(0, "hash"));
	return rig_act("review.sign", text, hash, "reason=looked at", NULL);
}

static void
figures(const char *month)
{
	char text[32];

	show(month);
	(void)snprintf(text, sizeof(text), "month=%s", month);
	rig_ok("review.figures", text);
}

/* The row of a part; the rest has no name.  -1: there is none. */
static long
figure(const char *part, const char *name)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "part"), part) == 0 &&
			(name == NULL ? strcmp(rig_cell(i, "rest"), "1") == 0
				      : strcmp(rig_cell(i, "name"), name) == 0 &&
						strcmp(rig_cell(i, "rest"), "1") != 0))
			return (long)i;
	return -1;
}

static long long
number(const char *part, const char *name, const char *column)
{
	const long at = figure(part, name);

	return at < 0 ? 0 : rig_number((size_t)at, column);
}

/* --- figures against a count of their own --- */

#define MADE 4000
static const char *const outcomes[] = {"success", "failure", "refused", "unavailable"};
static const struct {
	enum audit_result result;
	const char *reason;
	int outcome;
} sorts[] = {
	{AUDIT_SUCCESS, "ok", 0},
	{AUDIT_FAILURE, "wrong-password", 1},
	{AUDIT_FAILURE, "unknown-user", 1},
	{AUDIT_FAILURE, "back-off", 2},
	{AUDIT_FAILURE, "locked", 2},
	{AUDIT_UNAVAILABLE, "overload", 3},
};

/* All that was made, as it was made. */
static struct made {
	int64_t time_us;
	unsigned sort, service, source, count;
} made[MADE];

static void
make_rows(void)
{
	static struct audit_row rows[500];
	uint32_t dice = 42;

	for (size_t i = 0; i < MADE; i++) {
		struct made *one = &made[i];
		struct audit_row *at = &rows[i % COUNT_OF(rows)];

		rig_advance(1 + dice_pick(&dice, 2 * 60 * DAY / MADE));
		*one = (struct made){.time_us = rig.now.wall_us,
			.sort = dice_pick(&dice, COUNT_OF(sorts)),
			.service = dice_pick(&dice, 30),
			.source = dice_pick(&dice, dice_pick(&dice, 300) + 1),
			.count = 1 + dice_pick(&dice, 3)};
		*at = row(AUDIT_AUTH, "login", sorts[one->sort].result, sorts[one->sort].reason);
		(void)snprintf(at->service, sizeof(at->service), "service%u", one->service);
		(void)snprintf(at->source, sizeof(at->source), "192.0.2.%u", one->source);
		at->count = one->count;
		write_rows(at, 1);
	}
}

/* How many logins of May a test of a row counts, with this outcome. */
static long long
count(bool (*is)(const struct made *one, int wanted), int wanted, int outcome)
{
	long long n = 0;

	for (size_t i = 0; i < MADE; i++)
		if (made[i].time_us >= MAY * US_PER_S && made[i].time_us < JUNE * US_PER_S &&
			sorts[made[i].sort].outcome == outcome && is(&made[i], wanted))
			n += made[i].count;
	return n;
}

static bool
is_any(const struct made *one, int wanted)
{
	(void)one;
	(void)wanted;
	return true;
}

static bool
is_day(const struct made *one, int wanted)
{
	return (one->time_us / US_PER_S - MAY) / DAY == wanted - 1;
}

/* From Friday on. */
static bool
is_hour(const struct made *one, int wanted)
{
	const int64_t since = one->time_us / US_PER_S - MAY;

	return (since / DAY + 4) % 7 == wanted / 24 && since / HOUR % 24 == wanted % 24;
}

static bool
is_service(const struct made *one, int wanted)
{
	return (int)one->service == wanted;
}

static bool
is_source(const struct made *one, int wanted)
{
	return (int)one->source == wanted;
}

static bool
is_reason(const struct made *one, int wanted)
{
	return (int)one->sort == wanted;
}

static void
compare(const char *part, const char *name, bool (*is)(const struct made *, int), int wanted)
{
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_msg(number(part, name, outcomes[o]) == count(is, wanted, o),
			"%s %s %s: %lld, not %lld", part, name, outcomes[o],
			number(part, name, outcomes[o]), count(is, wanted, o));
}

static void
compare_hours(void)
{
	static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (int i = 0; i < 7 * 24; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%s-%02d", weekdays[i / 24], i % 24);
		compare("hour", name, is_hour, i);
	}
}

/* The named ones each, and the others together, of `n` that there may be. */
static void
compare_part(const char *part, const char *prefix, bool (*is)(const struct made *, int), int n)
{
	long long rest[COUNT_OF(outcomes)] = {0}, least = INT64_MAX, most_unnamed = 0;

	for (int i = 0; i < n; i++) {
		char name[32];
		long long all = 0;

		(void)snprintf(name, sizeof(name), "%s%d", prefix, i);
		for (int o = 0; o < (int)COUNT_OF(outcomes); o++) {
			all += count(is, i, o);
			if (figure(part, name) < 0)
				rest[o] += count(is, i, o);
		}
		if (figure(part, name) < 0) {
			most_unnamed = all > most_unnamed ? all : most_unnamed;
			continue;
		}
		least = all < least ? all : least;
		compare(part, name, is, i);
	}
	ck_assert_int_ge(least, most_unnamed);
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_int_eq(number(part, NULL, outcomes[o]), rest[o]);
}

START_TEST(each_figure_is_what_there_was)
{
	make_rows();
	advance_to(JUNE + DAY);
	show("2026-05");
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_int_eq(rig_number(0, outcomes[o]), count(is_any, 0, o));
	figures("2026-05");
	for (int day = 1; day <= 31; day++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "2026-05-%02d", day);
		compare("day", name, is_day, day);
	}
	compare_hours();
	compare_part("service", "service", is_service, 30);
	compare_part("source", "192.0.2.", is_source, 300);
	for (int i = 1; i < (int)COUNT_OF(sorts); i++)
		compare("reason", sorts[i].reason, is_reason, i);
}
END_TEST

START_TEST(a_long_month_is_counted_in_steps)
{
	static struct audit_row rows[500];
	int calls = 0;

	advance_to(MAY + DAY);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		rows[i] = row(AUDIT_AUTH, "login", AUDIT_SUCCESS, "ok");
	for (int i = 0; i < 50; i++)
		write_rows(rows, COUNT_OF(rows));
	advance_to(JUNE);
	rig_ok("review.show", "month=2026-05");
	ck_assert_str_eq(rig_cell(0, "complete"), "0");
	ck_assert_int_eq(rig_number(0, "counted"), 20000);
	ck_assert_str_eq(rig_cell(0, "hash"), "");
	ck_assert_int_eq(rig_act("review.figures", "month=2026-05", NULL), WF_CONFLICT);
	do {
		rig_ok("review.show", "month=2026-05");
		calls++;
	} while (strcmp(rig_cell(0, "complete"), "1") != 0);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(rig_number(0, "success"), 25000);
}
END_TEST

/* --- edges --- */

START_TEST(a_month_ends_at_midnight_in_tokyo)
{
	advance_to(MAY - 1);
	rig.now.wall_us += US_PER_S - 1; /* 23:59:59.999999 */
	login(AUDIT_FAILURE, "wrong-code");
	rig.now.wall_us += 1;
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE - 1);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	login(AUDIT_UNAVAILABLE, "overload");
	figures("2026-05");
	ck_assert_int_eq(number("day", "2026-05-01", "success"), 1);
	ck_assert_int_eq(number("hour", "fri-00", "success"), 1);
	ck_assert_int_eq(number("day", "2026-05-31", "success"), 1);
	ck_assert_int_eq(number("hour", "sun-23", "success"), 1);
	ck_assert_int_eq(number("day", "outside", "failure"), 0);
	ck_assert_int_eq(figure("reason", "wrong-code"), -1);
	ck_assert_int_eq(figure("reason", "overload"), -1);
	figures("2026-04");
	ck_assert_int_eq(number("day", "2026-04-30", "failure"), 1);
	ck_assert_int_eq(figure("day", "2026-04-31"), -1);
}
END_TEST

START_TEST(the_last_month_that_ended_is_meant)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + DAY);
	login(AUDIT_SUCCESS, "ok");
	rig_ok("review.show");
	ck_assert_str_eq(rig_cell(0, "month"), "2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "empty");
	rig_no(WF_INVALID, "'2026-13' is no month: write it as in 2026-10.", "review.show",
		"month=2026-13");
	rig_no(WF_INVALID, "The month 2026-07 has not begun.", "review.show", "month=2026-07");
	rig_no(WF_NOT_FOUND, "The log has nothing of 2025-12: it begins later.", "review.show",
		"month=2025-12");
}
END_TEST

START_TEST(a_month_without_rows_is_signed_too)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + DAY);
	login(AUDIT_SUCCESS, "ok");
	figures("2026-05");
	for (size_t i = 0; i < rig.nrows; i++)
		ck_assert_int_eq(rig_number(i, "success") + rig_number(i, "failure"), 0);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
}
END_TEST

/* --- what expired --- */

static void
expire(int64_t keep_us)
{
	struct store_expiry expiry = {.rule = "a test", .keep_us = keep_us, .begin = true};

	do {
		ck_assert_int_eq(store_expire_log(rig.store, &expiry), WF_OK);
	} while (expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED);
}

START_TEST(what_has_expired_is_said_plainly)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(MAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 40 * DAY);
	login(AUDIT_SUCCESS, "ok");
	expire(INT64_C(60) * DAY * US_PER_S); /* April alone */
	show("2026-04");
	ck_assert_str_eq(rig_cell(0, "state"), "expired");
	ck_assert_int_eq(rig_number(0, "rows"), 0);
	ck_assert_int_gt(rig_number(0, "expired-rows"), 0);
	ck_assert_int_eq(sign("2026-04"), WF_CONFLICT);
	ck_assert_str_eq(rig.text,
		"The rows of 2026-04 have expired: there is nothing that could be signed.");
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "whole");
}
END_TEST

/* As a clock leaves it that was a month behind for a while: two runs of May, of which one went. */
START_TEST(a_month_may_be_there_in_part)
{
	login(AUDIT_FAILURE, "wrong-code");
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 40 * DAY);
	login(AUDIT_SUCCESS, "ok");
	expire(INT64_C(60) * DAY * US_PER_S);
	tamper("UPDATE month SET month = 202605 WHERE month = 202604");
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "partly-expired");
	ck_assert_int_eq(rig_number(0, "rows"), 2); /* the seal of April is of May */
	ck_assert_int_eq(rig_number(0, "expired-rows"), 1);
	ck_assert_int_eq(rig_number(0, "success"), 1);
	ck_assert_int_eq(rig_number(0, "failure"), 0);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	rig_last_row(&last_row);
	ck_assert_ptr_nonnull(strstr(last_row.detail, "; rows 2 of 3; "));
}
END_TEST

/* What cannot be read is counted as that; what was taken out by force, as missing. */
START_TEST(damaged_and_missing_rows_are_told)
{
	advance_to(MAY + DAY);
	for (int i = 0; i < 4; i++)
		login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	tamper("UPDATE audit SET encoded = x'00' WHERE seq = 2");
	tamper("DELETE FROM audit WHERE seq = 3");
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "rows"), 4);
	ck_assert_int_eq(rig_number(0, "counted"), 3);
	ck_assert_int_eq(rig_number(0, "damaged"), 1);
	ck_assert_int_eq(rig_number(0, "missing"), 1);
	ck_assert_int_eq(rig_number(0, "success"), 2);
}
END_TEST

/* --- signing --- */

START_TEST(a_month_is_signed_when_it_is_over)
{
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	ck_assert_int_eq(sign("2026-05"), WF_CONFLICT);
	ck_assert_str_eq(
		rig.text, "2026-05 has not ended: it can be looked at, and is signed when it is over.");
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
	(void)snprintf(id, sizeof(id), "id=%lld", (long long)found(1, 1, 2));
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
	uint64_t seq;

	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 1);
	login(AUDIT_FAILURE, "wrong-code");
	seq = rig_rows();
	(void)found(seq, seq, 3);
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
			      "month 2026-05; rows 2 of 2; findings 0, highest level 0; own acts 0",
			      67) == 0,
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
	(void)found(1, 1, 1);
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
review_suite(void)
{
	Suite *suite = suite_create("account/review");
	TCase *tc = tcase_create("review");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, tear_down);
	tcase_add_test(tc, each_figure_is_what_there_was);
	tcase_add_test(tc, a_long_month_is_counted_in_steps);
	tcase_add_test(tc, a_month_ends_at_midnight_in_tokyo);
	tcase_add_test(tc, the_last_month_that_ended_is_meant);
	tcase_add_test(tc, a_month_without_rows_is_signed_too);
	tcase_add_test(tc, what_has_expired_is_said_plainly);
	tcase_add_test(tc, a_month_may_be_there_in_part);
	tcase_add_test(tc, damaged_and_missing_rows_are_told);
	tcase_add_test(tc, a_month_is_signed_when_it_is_over);
	tcase_add_test(tc, not_while_a_finding_is_open);
	tcase_add_test(tc, findings_of_other_months_do_not_matter);
	tcase_add_test(tc, the_sign_off_says_what_it_is_about);
	tcase_add_test(tc, a_second_one_adds);
	tcase_add_test(tc, what_was_not_shown_is_not_signed);
	tcase_add_test(tc, signing_is_the_duty_done);
	tcase_add_test(tc, rows_stand_in_the_list_of_their_sort);
	tcase_add_test(tc, own_acts_are_marked);
	tcase_add_test(tc, a_list_goes_page_by_page);
	tcase_add_test(tc, accounts_without_use_are_named);
	tcase_add_test(tc, who_reads_leaves_a_row);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(review_suite)
