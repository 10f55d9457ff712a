/* Once per incident, over restarts; bounds, and that floods push nothing out that is worse. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/detect/log.h"
#include "tests/unit/unit.h"

#define NINE (MONDAY + 9 * HOUR)
#define OTHER "192.0.2.50"

static struct log *the_log;

static void
setup(void)
{
	the_log = log_new();
}

static void
teardown(void)
{
	log_free(&the_log);
}

static void
wrong(int64_t at, const char *user, int n)
{
	for (int i = 0; i < n; i++)
		log_login(the_log, at + i * MINUTE, user, OTHER, "wrong-password");
}

START_TEST(an_incident_is_told_once)
{
	wrong(NINE, "alice", 50);
	ck_assert_uint_eq(the_log->nfound, 1);
	ck_assert_uint_eq(the_log->found[0].rows, 10);
	ck_assert_uint_eq(the_log->found[0].first_seq, 1);
	ck_assert_uint_eq(the_log->found[0].last_seq, 10);
}
END_TEST

/* An hour without a row of it ends it. */
START_TEST(after_its_end_it_is_another_one)
{
	wrong(NINE, "alice", 20);
	wrong(NINE + 20 * MINUTE + HOUR + MINUTE, "alice", 10);
	ck_assert_uint_eq(log_count(the_log, DETECT_ACCOUNT_FAILURES), 2);
}
END_TEST

/* As `warifu finding close` writes it. */
static void
close_finding(int64_t at, unsigned id)
{
	struct audit_row row;

	audit_row_init(&row, AUDIT_ADMIN, "finding.close");
	row.time_us = at;
	row.result = AUDIT_SUCCESS;
	(void)snprintf(row.detail, sizeof(row.detail), "finding %u (...): level 1", id);
	detect_feed(the_log->detect, ++the_log->seq, &row, DETECT_JUDGE);
}

START_TEST(what_comes_after_its_closing_is_another_one)
{
	wrong(NINE, "alice", 12);
	detect_named(the_log->detect, DETECT_ACCOUNT_FAILURES, "alice", 12);
	close_finding(NINE + 12 * MINUTE, 11);
	wrong(NINE + 13 * MINUTE, "alice", 2);
	ck_assert_uint_eq(log_count(the_log, DETECT_ACCOUNT_FAILURES), 1);
	close_finding(NINE + 15 * MINUTE, 12);
	wrong(NINE + 16 * MINUTE, "alice", 2);
	ck_assert_uint_eq(log_count(the_log, DETECT_ACCOUNT_FAILURES), 2);
}
END_TEST

/* What is told once a day is one incident for as long as it lasts. */
START_TEST(a_state_is_one_incident)
{
	for (int day = 0; day < 10; day++)
		log_row(the_log, NINE + day * (DAY + HOUR), AUDIT_SYSTEM, "duty.overdue",
			AUDIT_FAILURE, "");
	ck_assert_uint_eq(log_count(the_log, DETECT_DUTY_OVERDUE), 1);
	log_row(the_log, NINE + 14 * DAY, AUDIT_SYSTEM, "duty.overdue", AUDIT_FAILURE, "");
	ck_assert_uint_eq(log_count(the_log, DETECT_DUTY_OVERDUE), 2);
}
END_TEST

START_TEST(another_key_is_another_one)
{
	wrong(NINE, "alice", 10);
	wrong(NINE, "bob", 10);
	ck_assert_uint_eq(log_count(the_log, DETECT_ACCOUNT_FAILURES), 2);
}
END_TEST

/* Names at first, then accounts: the level rises in the same incident. */
START_TEST(it_is_told_again_when_its_level_rises)
{
	char user[32];

	for (int i = 0; i < 8; i++)
		log_login(the_log, NINE + i * MINUTE, i % 2 ? "a" : "b", "10.1.2.3",
			"unknown-user");
	for (int i = 0; i < 10; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i);
		log_login(the_log, NINE + (8 + i) * MINUTE, user, "10.1.2.3", "wrong-password");
	}
	ck_assert_uint_eq(the_log->nfound, 2);
	ck_assert_int_eq(the_log->found[0].news, DETECT_OPENED);
	ck_assert_uint_eq(the_log->found[0].level, 1);
	ck_assert_int_eq(the_log->found[1].news, DETECT_RAISED);
	ck_assert_uint_eq(the_log->found[1].level, 2);
	ck_assert_uint_eq(the_log->found[1].first_seq, the_log->found[0].first_seq);
}
END_TEST

static void
make_row(struct audit_row *row_r, int64_t at, const char *user)
{
	audit_row_init(row_r, AUDIT_AUTH, "login");
	row_r->time_us = at;
	row_r->result = AUDIT_FAILURE;
	AUDIT_TEXT(row_r->user, user);
	AUDIT_TEXT(row_r->source, OTHER);
	AUDIT_TEXT(row_r->reason, "wrong-password");
}

/* Nine before a restart and one after it are ten; the nine are not told again. */
START_TEST(windows_are_filled_again_without_a_word)
{
	struct audit_row row;

	wrong(NINE, "alice", 9);
	log_restart(the_log);
	for (int i = 0; i < 9; i++) {
		make_row(&row, NINE + i * MINUTE, "alice");
		detect_feed(the_log->detect, (uint64_t)i + 1, &row, DETECT_REPLAY);
	}
	ck_assert_uint_eq(the_log->nfound, 0);
	wrong(NINE + 9 * MINUTE, "alice", 1);
	ck_assert_uint_eq(the_log->nfound, 1);
	ck_assert_uint_eq(the_log->found[0].first_seq, 1);
}
END_TEST

START_TEST(ten_that_were_judged_are_not_judged_again)
{
	struct audit_row row;

	for (int i = 0; i < 20; i++) {
		make_row(&row, NINE + i * MINUTE, "alice");
		detect_feed(the_log->detect, (uint64_t)i + 1, &row, DETECT_REPLAY);
	}
	ck_assert_uint_eq(the_log->nfound, 0);
}
END_TEST

/* An incident that was kept goes on after a restart, under its id. */
START_TEST(an_incident_goes_on_after_a_restart)
{
	struct detect_incident incident = {.rule = DETECT_ACCOUNT_FAILURES,
		.level = 1,
		.id = 77,
		.key = "alice",
		.last_us = NINE,
		.rows = 12};
	const struct detect_incident *grown;
	size_t at = 0;

	detect_restore(the_log->detect, &incident);
	wrong(NINE + MINUTE, "alice", 10);
	ck_assert_uint_eq(the_log->nfound, 0);
	grown = detect_grown(the_log->detect, &at);
	ck_assert_ptr_nonnull(grown);
	ck_assert_uint_eq(grown->id, 77);
	ck_assert_uint_eq(grown->rows, 13);
	ck_assert_ptr_null(detect_grown(the_log->detect, &at));
	detect_kept(the_log->detect);
	at = 0;
	ck_assert_ptr_null(detect_grown(the_log->detect, &at));
}
END_TEST

/* What grows before it has its id is not lost when everything else is kept. */
START_TEST(growth_waits_for_its_id)
{
	size_t at = 0;

	wrong(NINE, "alice", 11);
	ck_assert_ptr_null(detect_grown(the_log->detect, &at));
	detect_kept(the_log->detect);
	detect_named(the_log->detect, DETECT_ACCOUNT_FAILURES, "alice", 5);
	at = 0;
	ck_assert_ptr_nonnull(detect_grown(the_log->detect, &at));
}
END_TEST

static void
flood_of_sources(int64_t at, unsigned n)
{
	char source[64], user[32];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(source, sizeof(source), "2001:db8:%x:%x::1", i / 65536, i % 65536);
		(void)snprintf(user, sizeof(user), "name%u", i);
		log_login(the_log, at + i, user, source, "unknown-user");
	}
}

/* Four accounts, a hundred thousand sources with a name each, and the fifth account. */
START_TEST(a_flood_of_sources_hides_no_spray)
{
	static const char *const users[] = {"alice", "bob", "carol", "dave"};

	for (int i = 0; i < 4; i++)
		log_login(the_log, NINE + i, users[i], OTHER, "wrong-password");
	flood_of_sources(NINE + MINUTE, 100000);
	log_login(the_log, NINE + 2 * MINUTE, "erin", OTHER, "wrong-password");
	ck_assert_uint_eq(log_count(the_log, DETECT_SOURCE_SPRAY), 1);
}
END_TEST

/* Nine wrong answers, then one of each of twenty thousand other accounts. */
START_TEST(a_flood_of_accounts_hides_no_guessing)
{
	char user[32];

	wrong(NINE, "alice", 9);
	for (unsigned i = 0; i < 20000; i++) {
		(void)snprintf(user, sizeof(user), "user%u", i);
		log_login(the_log, NINE + 10 * MINUTE + i, user, "local:unknown", "wrong-password");
	}
	wrong(NINE + 11 * MINUTE, "alice", 1);
	ck_assert_uint_eq(log_count(the_log, DETECT_ACCOUNT_FAILURES), 1);
}
END_TEST

/* A thousand sources spray: twenty incidents and one for all the others, in an hour. */
START_TEST(a_flood_of_incidents_is_one_incident)
{
	char user[32], source[64];

	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(source, sizeof(source), "10.1.%u.%u", i / 5 / 250, i / 5 % 250 + 1);
		(void)snprintf(user, sizeof(user), "user%u", i % 5);
		log_login(the_log, NINE + i, user, source, "wrong-password");
	}
	ck_assert_uint_eq(log_count(the_log, DETECT_SOURCE_SPRAY), DETECT_HOURLY + 1);
	ck_assert_str_eq(log_last(the_log, DETECT_SOURCE_SPRAY)->key, "*");
}
END_TEST

/* Twenty sprays that are hardly any, others of that kind, and then a real one: it is told. */
START_TEST(a_flood_of_small_incidents_hides_no_great_one)
{
	char user[32], source[64];

	for (unsigned i = 0; i < 30 * 5; i++) {
		(void)snprintf(source, sizeof(source), "198.51.100.%u", i / 5 + 1);
		(void)snprintf(user, sizeof(user), "user%u", i % 5);
		log_login(the_log, NINE + i, user, source,
			i % 5 < 2 ? "wrong-password" : "unknown-user");
	}
	ck_assert_str_eq(log_last(the_log, DETECT_SOURCE_SPRAY)->key, "*");
	ck_assert_uint_eq(log_last(the_log, DETECT_SOURCE_SPRAY)->level, 1);
	for (unsigned i = 0; i < 6; i++) {
		(void)snprintf(user, sizeof(user), "user%u", i);
		log_login(the_log, NINE + MINUTE + i, user, OTHER, "wrong-password");
	}
	ck_assert_uint_eq(log_count(the_log, DETECT_SOURCE_SPRAY), DETECT_HOURLY + 1);
	ck_assert_int_eq(log_last(the_log, DETECT_SOURCE_SPRAY)->news, DETECT_RAISED);
	ck_assert_uint_eq(log_last(the_log, DETECT_SOURCE_SPRAY)->level, 2);
}
END_TEST

START_TEST(a_finding_is_a_row_that_can_be_encoded)
{
	struct detect_incident incident = {.rule = DETECT_SOURCE_SPRAY, .level = 2, .rows = 40,
		.first_seq = 3, .last_seq = UINT64_MAX, .last_us = NINE, .n = DETECT_SEQS};
	struct audit_row row;
	struct wf_buf encoded;

	memset(incident.key, 'k', sizeof(incident.key) - 1);
	for (size_t i = 0; i < DETECT_SEQS; i++)
		incident.seqs[i] = UINT64_MAX - i;
	detect_row(&incident, DETECT_RAISED, TOKYO, &row);
	ck_assert_str_eq(row.event, "incident.raised");
	ck_assert_str_eq(row.reason, "source-spray");
	ck_assert_str_eq(row.rule, "detect.source-spray");
	ck_assert_ptr_nonnull(strstr(row.detail, "level 2; key kkk"));
	ck_assert_ptr_nonnull(strstr(row.detail, "rows 40 from 3 to 18446744073709551615: "));
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_OK);
	wf_buf_clear(&encoded);
}
END_TEST

/* What needs no habit asks for none; what has it does not ask again. */
START_TEST(habits_are_asked_for_once)
{
	char subjects[DETECT_NEEDS][TABLE_KEY_SIZE];
	struct audit_row row;

	make_row(&row, NINE, "alice");
	ck_assert_uint_eq(detect_needs(the_log->detect, &row, subjects), 0);
	row.result = AUDIT_SUCCESS;
	ck_assert_uint_eq(detect_needs(the_log->detect, &row, subjects), 2);
	ck_assert_str_eq(subjects[0], "u:alice");
	detect_give(the_log->detect, subjects[0], NULL, 0);
	detect_give(the_log->detect, subjects[1], (const uint8_t *)"\1xx", 3);
	ck_assert_uint_eq(detect_needs(the_log->detect, &row, subjects), 0);
}
END_TEST

/* 64 people, twenty logins a day each, from one network: one habit each a day, and four. */
START_TEST(the_same_again_is_not_written)
{
	char user[32];

	for (unsigned day = 0; day < 3; day++)
		for (unsigned i = 0; i < 1280; i++) {
			(void)snprintf(user, sizeof(user), "user%u", i % 64);
			log_login(the_log, NINE + day * DAY + i, user, OTHER, "ok");
		}
	ck_assert_uint_le(the_log->nwrites, 3 * 64 + 3 * 4); /* the network's as well */
}
END_TEST

#define PLACES_OF_A_NAME 512 /* rows of the table of habits */

static bool
is_beside_alice(const char *subject)
{
	return table_hash(subject) % PLACES_OF_A_NAME == table_hash("u:alice") % PLACES_OF_A_NAME;
}

/* An address whose network has its places where alice's habits have theirs. */
static void
find_source(char source_r[64])
{
	char subject[TABLE_KEY_SIZE] = "";

	for (unsigned i = 0; !is_beside_alice(subject); i++) {
		(void)snprintf(source_r, 64, "10.%u.%u.1", i / 256, i % 256);
		(void)snprintf(subject, sizeof(subject), "n:%016" PRIx64, habit_network(source_r));
	}
}

/* Logins of accounts whose habits take all places that alice's may have, and are kept. */
static void
crowd_out_alice(int64_t at)
{
	char user[32], subject[TABLE_KEY_SIZE];

	for (unsigned i = 0; i < 40000; i++) {
		(void)snprintf(user, sizeof(user), "user%u", i);
		(void)snprintf(subject, sizeof(subject), "u:%s", user);
		if (is_beside_alice(subject))
			log_login(the_log, at + i, user, "local:tty1", "ok");
	}
	while (the_log->seq % 64 != 0)
		log_login(the_log, at + 40000, "nobody", OTHER, "unknown-user");
}

static struct habit
stored_habit(const char *subject)
{
	struct habit habit = {.n = 0};

	for (size_t i = 0; i < the_log->nhabits; i++)
		if (strcmp(the_log->habits[i].subject, subject) == 0)
			ck_assert_int_eq(habit_decode(the_log->habits[i].bytes,
						 the_log->habits[i].len, &habit),
				WF_OK);
	return habit;
}

/* What is read back for a login is there when the login is judged, however full it is. */
START_TEST(a_full_table_forgets_no_habit)
{
	char source[64];

	find_source(source);
	for (int day = 0; day < 7; day++) {
		log_login(the_log, NINE + day * DAY, "alice", source, "ok");
		crowd_out_alice(NINE + day * DAY + MINUTE);
		ck_assert_uint_eq(stored_habit("u:alice").days, (unsigned)day + 1);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("detect memory");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, an_incident_is_told_once);
	tcase_add_test(tcase, after_its_end_it_is_another_one);
	tcase_add_test(tcase, what_comes_after_its_closing_is_another_one);
	tcase_add_test(tcase, a_state_is_one_incident);
	tcase_add_test(tcase, another_key_is_another_one);
	tcase_add_test(tcase, it_is_told_again_when_its_level_rises);
	tcase_add_test(tcase, windows_are_filled_again_without_a_word);
	tcase_add_test(tcase, ten_that_were_judged_are_not_judged_again);
	tcase_add_test(tcase, an_incident_goes_on_after_a_restart);
	tcase_add_test(tcase, growth_waits_for_its_id);
	tcase_add_test(tcase, a_flood_of_sources_hides_no_spray);
	tcase_add_test(tcase, a_flood_of_accounts_hides_no_guessing);
	tcase_add_test(tcase, a_flood_of_incidents_is_one_incident);
	tcase_add_test(tcase, a_flood_of_small_incidents_hides_no_great_one);
	tcase_add_test(tcase, a_finding_is_a_row_that_can_be_encoded);
	tcase_add_test(tcase, habits_are_asked_for_once);
	tcase_add_test(tcase, the_same_again_is_not_written);
	tcase_add_test(tcase, a_full_table_forgets_no_habit);
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
