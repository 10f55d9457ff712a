/*
 * The follower `detect`: findings are in the store once, with their incidents, whatever happens in
 * between; habits and incidents live over restarts.
 */
#include "config.h"

#include "authd/record/detection.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/unit/country/mmdb.h"
#include "tests/unit/dice.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define OTHER "192.0.2.50"
#define MINUTE (60 * FX_SECOND)

static struct config config;
static void *part;
static char said[512];
static char why[128]; /* the last part had no countries */

static void
say(int priority, const char *text)
{
	(void)priority;
	(void)snprintf(said, sizeof(said), "%s", text);
}

static void
start(void)
{
	const struct record_base base = {.store = fx.store, .clock = fx_clock(), .say = say};

	ck_assert_int_eq(detection_start(&base, &config, NULL, &part), WF_OK);
}

static void
stop(void)
{
	if (part == NULL)
		return;
	detection_countries(part, why, sizeof(why));
	detection_stop(&part);
}

static void
setup(void)
{
	memset(&config, 0, sizeof(config));
	detect_settings_init(&config.detect);
	(void)snprintf(config.node, sizeof(config.node), "test-node");
	part = NULL;
	said[0] = '\0';
	(void)setenv("TZ", "UTC", 1);
	fx_setup();
}

static void
teardown(void)
{
	stop();
	fx_teardown();
}

static struct audit_row
login(int64_t at, const char *user, const char *source, const char *reason)
{
	struct audit_row row = fx_row("login", user);

	row.class = AUDIT_AUTH;
	row.time_us = at;
	row.result = strcmp(reason, "ok") == 0 ? AUDIT_SUCCESS : AUDIT_FAILURE;
	AUDIT_TEXT(row.source, source);
	AUDIT_TEXT(row.reason, reason);
	return row;
}

static void
write_rows(struct audit_row *rows, size_t n)
{
	struct store_job job = {.kind = STORE_ADMIN};

	job.u.admin.rows = rows;
	job.u.admin.nrows = n;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
}

static void
wrong(const char *user, int n)
{
	for (int i = 0; i < n; i++) {
		struct audit_row row = login(fx_now().wall_us, user, OTHER, "wrong-password");

		write_rows(&row, 1);
		fx_advance(MINUTE);
	}
}

/* Until the rows that there are now have been taken. */
static void
follow(void)
{
	uint64_t last = fx_last_seq();
	int64_t at = 0;

	start();
	for (int tries = 0; at < (int64_t)last && tries < 5000; tries++) {
		usleep(2000);
		at = fx_sql_int("SELECT coalesce(max(seq), 0) FROM cursor WHERE name = 'detect'");
	}
	ck_assert_int_ge(at, (int64_t)last);
	stop();
}

static int64_t
incidents(void)
{
	return fx_sql_int("SELECT count(*) FROM incident");
}

START_TEST(a_finding_is_a_row_and_an_incident)
{
	struct audit_row row;

	wrong("alice", 12);
	follow();
	ck_assert_int_eq(incidents(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT rows FROM incident"), 12);
	ck_assert_int_eq(fx_sql_int("SELECT last_seq - first_seq FROM incident"), 11);
	row = fx_audit((uint64_t)fx_sql_int("SELECT id FROM incident"));
	ck_assert_int_eq(row.class, AUDIT_FINDING);
	ck_assert_str_eq(row.event, "incident");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.node, "test-node");
	ck_assert_uint_eq(fx_count_rows("incident", "account-failures"), 1);
	ck_assert_uint_gt(fx_verify_chain(), 12);
}
END_TEST

START_TEST(windows_and_incidents_live_over_restarts)
{
	for (int i = 0; i < 12; i++) {
		wrong("alice", 1);
		follow();
		fx_reopen();
	}
	ck_assert_int_eq(incidents(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT rows FROM incident"), 12);
	ck_assert_uint_eq(fx_count_rows("incident", "account-failures"), 1);
}
END_TEST

START_TEST(habits_live_over_restarts)
{
	struct audit_row row = login(fx_now().wall_us, "alice", OTHER, "ok");

	write_rows(&row, 1);
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit"), 2);
	fx_reopen();
	fx_advance(50 * FX_DAY);
	row = login(fx_now().wall_us, "alice", OTHER, "ok");
	write_rows(&row, 1);
	follow();
	ck_assert_uint_eq(fx_count_rows("incident", "dormant-account"), 1);
}
END_TEST

START_TEST(an_account_that_is_removed_is_forgotten)
{
	struct audit_row row = login(fx_now().wall_us, "alice", "local:tty1", "ok");

	write_rows(&row, 1);
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit WHERE subject = 'u:alice'"), 1);
	row = fx_row("user.remove", "alice");
	row.time_us = fx_now().wall_us;
	row.result = AUDIT_SUCCESS;
	write_rows(&row, 1);
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit"), 0);
}
END_TEST

/* A commit that fails is tried again, and nothing counts twice. */
START_TEST(a_failed_commit_is_made_up_for)
{
	fx_sql("CREATE TRIGGER t BEFORE INSERT ON incident BEGIN SELECT raise(ABORT, 'no'); END");
	wrong("alice", 10);
	start();
	usleep(1500000); /* tried, and tried again */
	ck_assert_int_eq(incidents(), 0);
	fx_sql("DROP TRIGGER t");
	for (int tries = 0; tries < 15000 && incidents() == 0; tries++)
		usleep(2000);
	stop();
	ck_assert_int_eq(incidents(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT rows FROM incident"), 10);
	ck_assert_uint_eq(fx_count_rows("incident", "account-failures"), 1);
}
END_TEST

/* A log that is older than detection teaches habits, and tells nothing. */
START_TEST(long_ago_is_learned_and_not_told)
{
	wrong("alice", 20);
	fx_advance(8 * FX_DAY);
	follow();
	ck_assert_int_eq(incidents(), 0);
	wrong("bob", 10);
	follow();
	ck_assert_int_eq(incidents(), 1);
}
END_TEST

START_TEST(other_settings_hold_from_the_next_row_on)
{
	config.detect.rules[DETECT_ACCOUNT_FAILURES].values[DETECT_TRIES] = 3;
	wrong("alice", 3);
	follow();
	ck_assert_int_eq(incidents(), 1);
	start();
	(void)snprintf(config.detect.rules[DETECT_ACCOUNT_FAILURES].off, DETECT_OFF_SIZE, "tests");
	detection_configure(part, &config, NULL);
	wrong("bob", 5);
	usleep(1500000);
	stop();
	ck_assert_int_eq(incidents(), 1);
}
END_TEST

/* The finding is the first row of a month, and the seal of the one before comes ahead of it. */
START_TEST(a_finding_at_the_turn_of_a_month_has_its_number)
{
	int64_t id;

	fx_advance(31 * FX_DAY - 30 * MINUTE);
	wrong("alice", 12);
	fx_advance(20 * MINUTE);
	follow();
	id = fx_sql_int("SELECT id FROM incident");
	ck_assert_str_eq(fx_audit((uint64_t)id - 1).event, "log.month");
	ck_assert_str_eq(fx_audit((uint64_t)id).event, "incident");
	ck_assert_int_eq(fx_sql_int("SELECT rows FROM incident"), 12);
	wrong("alice", 10);
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT max(rows) FROM incident"), 22);
}
END_TEST

/* Five names from one source, of which two are accounts: level 1, as long as it stays at that. */
static void
spray(const char *const users[], size_t n, const char *reason)
{
	for (size_t i = 0; i < n; i++) {
		struct audit_row row = login(fx_now().wall_us, users[i], OTHER, reason);

		write_rows(&row, 1);
		fx_advance(FX_SECOND);
	}
}

/* As the act does it: the row says which one. */
static void
close_incident(int64_t level)
{
	struct effect effect = {.kind = EFFECT_INCIDENT_CLOSE,
		.value = fx_sql_int("SELECT max(id) FROM incident"),
		.value2 = level,
		.value3 = 3,
		.text = "officer",
		.text2 = "nothing"};
	struct audit_row row = fx_row("finding.close", "");
	struct store_job job = {.kind = STORE_ADMIN};

	row.class = AUDIT_ADMIN;
	row.result = AUDIT_SUCCESS;
	row.time_us = fx_now().wall_us;
	(void)snprintf(row.detail, sizeof(row.detail), "finding %lld (...)",
		(long long)effect.value);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
}

static int64_t
open_incidents(void)
{
	return fx_sql_int("SELECT count(*) FROM incident WHERE closed_us = 0");
}

static const char *const names[] = {"no1", "no2", "no3"};
static const char *const accounts[] = {"alice", "bob", "carol", "dave", "erin", "frank"};

/* The level that somebody closed it with, and whether it is open when it has risen to 2. */
static const struct {
	int64_t decided, open;
} closings[] = {{0, 1}, {1, 1}, {2, 0}, {3, 0}};

/* Rows that had been written before somebody closed it belong to it, though they are read later. */
START_TEST(what_rose_before_its_end_is_open_again)
{
	spray(names, 3, "unknown-user");
	spray(accounts, 2, "wrong-password");
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT level FROM incident"), 1);
	spray(accounts + 2, 4, "wrong-password");
	close_incident(closings[_i].decided);
	ck_assert_int_eq(open_incidents(), 0);
	follow();
	ck_assert_int_eq(incidents(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT level FROM incident"), 2);
	ck_assert_int_eq(fx_sql_int("SELECT closed_seq - last_seq FROM incident"), 1);
	ck_assert_int_eq(open_incidents(), closings[_i].open);
}
END_TEST

/* With a restart in between, and without; by the rows of one page, and of two. */
START_TEST(what_comes_after_its_end_is_another_one)
{
	wrong("alice", 12);
	follow();
	if (_i == 1)
		wrong("alice", 3);
	close_incident(1);
	if (_i == 2)
		follow();
	wrong("alice", 4);
	follow();
	ck_assert_int_eq(incidents(), 2);
	ck_assert_int_eq(open_incidents(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT min(rows) FROM incident"), _i == 1 ? 15 : 12);
	ck_assert_uint_eq(fx_count_rows("incident", "account-failures"), 2);
}
END_TEST

/* Five days at home, then this; whether that is a login from a new country. */
static bool
is_new_country(const char *source)
{
	for (int day = 0; day < 6; day++) {
		struct audit_row row =
			login(fx_now().wall_us, "alice", day < 5 ? "192.0.2.7" : source, "ok");

		write_rows(&row, 1);
		follow();
		fx_advance(FX_DAY);
	}
	return fx_count_rows("incident", "new-country") > 0;
}

static void
name_countries(const char *path)
{
	(void)snprintf(config.state_dir, sizeof(config.state_dir), "/tmp");
	(void)snprintf(config.countries, sizeof(config.countries), "%s", path);
}

#ifdef HAVE_MAXMINDDB
#define COUNTRIES "/tmp/wf-detection.mmdb"

static const struct {
	const char *source;
	bool is_new;
} travels[] = {{"2001:db8:1::9", true}, {"192.0.2.200", false}, {"203.0.113.9", false}};

START_TEST(a_login_from_another_country)
{
	name_countries(COUNTRIES);
	mmdb_write(COUNTRIES, "6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR");
	ck_assert_int_eq(is_new_country(travels[_i].source), travels[_i].is_new);
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(why, "");
	ck_assert_int_eq(unlink(COUNTRIES), 0);
}
END_TEST
#endif

/* Everything else is found as ever. */
START_TEST(without_a_file_it_is_told_and_the_rest_goes_on)
{
	name_countries("/nonexistent/countries.mmdb");
	ck_assert(!is_new_country("2001:db8:1::9"));
	ck_assert_ptr_nonnull(strstr(said, "logins from new countries are not found: "
					   "/nonexistent/countries.mmdb"));
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/countries.mmdb"));
	wrong("alice", 12);
	follow();
	ck_assert_uint_eq(fx_count_rows("incident", "account-failures"), 1);
}
END_TEST

/* --- deaths --- */

#define ATTACKS 40
#define DEATHS 25
#define WHOLE_SIZE 65536

/* Forty sprays among other rows. */
static void
write_attacks(void)
{
	static struct audit_row rows[64];
	char user[32], source[64];
	int64_t at = fx_now().wall_us;

	for (int i = 0; i < ATTACKS; i++) {
		for (int k = 0; k < 64; k++) {
			(void)snprintf(user, sizeof(user), "user%d", k % 7);
			(void)snprintf(source, sizeof(source), "10.0.%d.%d", i, k < 32 ? 1 : k);
			rows[k] = login(at++, user, source, k % 9 == 0 ? "ok" : "wrong-password");
		}
		write_rows(rows, 64);
		at += 10 * MINUTE;
	}
}

/* In a process of its own, which is killed in the middle. */
static void
die_after(unsigned us)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		fx_open();
		start();
		for (;;)
			(void)pause();
	}
	usleep(us);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

/* Everything that was found, as one text. */
static char *
whole(void)
{
	static const char query[] =
		"SELECT format('%s %s %d %d %d %d', rule, key, level, first_seq, last_seq, rows)"
		" FROM incident ORDER BY rule, key, first_seq";
	char *text = calloc(1, WHOLE_SIZE);
	sqlite3_stmt *stmt;
	sqlite3 *db;
	size_t len = 0;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(sqlite3_open(fx.path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW && len < WHOLE_SIZE)
		len += (size_t)snprintf(text + len, WHOLE_SIZE - len, "%s\n",
			(const char *)sqlite3_column_text(stmt, 0));
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(sqlite3_finalize(stmt), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	return text;
}

/* A store with these rows; followed to the end, with deaths on the way or without. */
static char *
after_deaths(unsigned deaths, uint32_t seed)
{
	char *text;

	write_attacks();
	fx_close();
	for (unsigned i = 0; i < deaths; i++)
		die_after(3000 + dice_pick(&seed, 40000));
	fx_open();
	follow();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM incident"),
		fx_sql_int("SELECT count(*) FROM audit WHERE event = 'incident'"));
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM incident AS i WHERE NOT EXISTS (SELECT 1"
				    " FROM audit AS a WHERE a.seq = i.id AND"
				    " a.event = 'incident')"),
		0);
	text = whole();
	return text;
}

START_TEST(deaths_neither_lose_nor_double)
{
	char *clean = after_deaths(0, 1), *torn;

	fx_teardown();
	fx_setup();
	torn = after_deaths(DEATHS, 20261122 + (uint32_t)_i);
	ck_assert_str_eq(torn, clean);
	free(clean);
	free(torn);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("record: detection");
	TCase *tcase = unit_case(suite, "detection", 60, setup, teardown);
	TCase *deaths = unit_case(suite, "deaths", 120, setup, teardown);

	tcase_add_test(tcase, a_finding_is_a_row_and_an_incident);
	tcase_add_test(tcase, windows_and_incidents_live_over_restarts);
	tcase_add_test(tcase, habits_live_over_restarts);
	tcase_add_test(tcase, an_account_that_is_removed_is_forgotten);
	tcase_add_test(tcase, a_failed_commit_is_made_up_for);
	tcase_add_test(tcase, long_ago_is_learned_and_not_told);
	tcase_add_test(tcase, other_settings_hold_from_the_next_row_on);
	tcase_add_test(tcase, a_finding_at_the_turn_of_a_month_has_its_number);
	tcase_add_loop_test(tcase, what_rose_before_its_end_is_open_again, 0,
		(int)(sizeof(closings) / sizeof(closings[0])));
	tcase_add_loop_test(tcase, what_comes_after_its_end_is_another_one, 0, 3);
	tcase_add_test(tcase, without_a_file_it_is_told_and_the_rest_goes_on);
#ifdef HAVE_MAXMINDDB
	tcase_add_loop_test(tcase, a_login_from_another_country, 0,
		(int)(sizeof(travels) / sizeof(travels[0])));
#endif
	tcase_add_loop_test(deaths, deaths_neither_lose_nor_double, 0, 2);
	return suite;
}
UNIT_MAIN(make_suite)
