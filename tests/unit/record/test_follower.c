/*
 * A follower of the log: order, its place over restarts and failures, exactly once where it moves
 * its cursor itself, and a prompt end.
 */
#include "config.h"

#include "authd/record/follower.h"
#include "authd/record/late.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define SEEN_MAX 512
#define LONG_MS 600000 /* a pause that no test outlives */

/* What the hooks have seen, and how they answer. */
struct scene {
	pthread_mutex_t lock;
	uint64_t seen[SEEN_MAX];
	size_t nseen, takes, idles, finishes, interrupts, told;
	wf_status answer; /* of take */
	const char *why;
	size_t few;	  /* rows that take says it took; 0 = all */
	uint64_t sure;	  /* what it says is taken for good; 0 = nothing */
	bool own;	  /* take writes a finding for each act, and moves the cursor with it */
	bool lose_answer; /* the first such commit is reported as failed */
	char last_told[512];
};

static struct scene scene;
static struct follower *follower;

#define LOCKED(statement)                            \
	do {                                         \
		pthread_mutex_lock(&scene.lock);     \
		statement;                           \
		pthread_mutex_unlock(&scene.lock);   \
	} while (0)

/* Waits for it, ten seconds at most. */
#define WAIT_FOR(condition)                                              \
	do {                                                             \
		bool there = false;                                      \
		for (int tries = 0; !there && tries < 5000; tries++) {               \
			LOCKED(there = (condition));                     \
			if (!there)                                      \
				usleep(2000);                            \
		}                                                        \
		ck_assert_msg(there, "waited in vain for: " #condition); \
	} while (0)

static void
say(int priority, const char *text)
{
	(void)priority;
	LOCKED(scene.told++; (void)snprintf(
		scene.last_told, sizeof(scene.last_told), "%s", text));
}

/* One finding for each act among the rows, in one commit with the cursor. */
static wf_status
take_own(struct follower_turn *turn)
{
	static struct audit_row rows[FOLLOWER_PAGE];
	static struct store_job job;
	struct effect effect;
	size_t n = 0;
	wf_status status;

	for (size_t i = 0; i < turn->n; i++) {
		struct audit_row row;

		ck_assert_int_eq(audit_row_decode(turn->entries[i].encoded,
					 turn->entries[i].encoded_len, &row),
			WF_OK);
		if (strcmp(row.event, "act") != 0)
			continue;
		rows[n] = fx_row("found", "alice");
		(void)snprintf(rows[n++].reason, sizeof(row.reason), "%llu",
			(unsigned long long)turn->entries[i].seq);
	}
	follower_cursor(turn, &effect);
	store_job_init(&job, STORE_ADMIN);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = rows;
	job.u.admin.nrows = n;
	status = store_run(fx.store, &job);
	turn->moved = true;
	if (status != WF_OK || !scene.lose_answer)
		return status;
	scene.lose_answer = false;
	return WF_IO;
}

static wf_status
take(void *ctx, struct follower_turn *turn)
{
	wf_status answer;

	ck_assert_ptr_eq(ctx, &scene);
	ck_assert_uint_gt(turn->n, 0);
	ck_assert_uint_le(turn->n, FOLLOWER_PAGE);
	ck_assert_uint_gt(turn->entries[0].seq, turn->from);
	pthread_mutex_lock(&scene.lock);
	scene.takes++;
	answer = scene.answer;
	if (answer != WF_OK)
		(void)snprintf(turn->why, sizeof(turn->why), "%s", scene.why);
	if (answer == WF_OK && scene.few != 0 && turn->n > scene.few) {
		turn->n = scene.few;
		turn->to = turn->entries[turn->n - 1].seq;
	}
	if (scene.sure != 0)
		turn->sure = scene.sure;
	for (size_t i = 0; answer == WF_OK && i < turn->n; i++)
		scene.seen[scene.nseen++] = turn->entries[i].seq;
	pthread_mutex_unlock(&scene.lock);
	return scene.own ? take_own(turn) : answer;
}

static wf_status
idle(void *ctx, struct follower_turn *turn)
{
	(void)ctx;
	ck_assert_uint_eq(turn->n, 0);
	ck_assert_int_eq(turn->now.wall_us, fx_now().wall_us);
	LOCKED(scene.idles++);
	return WF_OK;
}

static wf_status
finish(void *ctx, struct follower_turn *turn)
{
	(void)ctx;
	(void)turn;
	LOCKED(scene.finishes++);
	return WF_OK;
}

static void
interrupt(void *ctx)
{
	(void)ctx;
	LOCKED(scene.interrupts++);
}

static struct follower_options
options_of(unsigned idle_ms)
{
	return (struct follower_options){
		.name = "test",
		.store = fx.store,
		.clock = fx_clock(),
		.say = say,
		.late_event = "test.behind",
		.late_about = "box",
		.idle_ms = idle_ms,
		.ctx = &scene,
		.take = take,
		.idle = idle,
	};
}

static void
start(const struct follower_options *options)
{
	ck_assert_int_eq(follower_start(options, &follower), WF_OK);
}

static void
start_quick(void)
{
	const struct follower_options options = options_of(2);

	start(&options);
}

static void
acts(int n)
{
	char cause[STORE_CAUSE_MAX];

	for (int i = 0; i < n; i++)
		ck_assert_int_eq(fx_act("something", cause), WF_OK);
}

static void
setup(void)
{
	scene = (struct scene){.lock = PTHREAD_MUTEX_INITIALIZER};
	fx_setup();
}

static void
teardown(void)
{
	follower_stop(&follower);
	fx_teardown();
}

static int64_t
cursor_at(void)
{
	return fx_sql_int("SELECT coalesce((SELECT seq FROM cursor WHERE name = 'test'), -1)");
}

static int64_t
ahead(void)
{
	return fx_sql_int("SELECT coalesce((SELECT ahead FROM cursor WHERE name = 'test'), -1)");
}

static bool
cursor_told(const char *why)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"SELECT count(*) FROM cursor WHERE name = 'test' AND why = '%s'", why);
	return fx_sql_int(text) == 1;
}

static int64_t
found(void)
{
	return fx_sql_int("SELECT count(*) FROM audit WHERE event = 'found'");
}

/* All rows up to `last`, each once. */
static void
all_seen(uint64_t last)
{
	ck_assert_uint_eq(scene.nseen, last);
	for (size_t i = 0; i < scene.nseen; i++)
		ck_assert_uint_eq(scene.seen[i], i + 1);
}

START_TEST(rows_come_in_order_and_once)
{
	acts(150);
	start_quick();
	WAIT_FOR(scene.nseen >= 150);
	acts(20);
	WAIT_FOR(scene.nseen >= fx_last_seq());
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq());
	all_seen(fx_last_seq());
	ck_assert_uint_eq(scene.told, 0);
}
END_TEST

START_TEST(its_place_survives_a_restart)
{
	uint64_t before;

	acts(3);
	start_quick();
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq());
	follower_stop(&follower);
	before = fx_last_seq();
	fx_reopen();
	acts(2);
	start_quick();
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq());
	ck_assert_uint_gt(fx_last_seq(), before);
	all_seen(fx_last_seq());
}
END_TEST

/* Rows that nobody takes. */
static void
start_refused(int rows, wf_status answer, const char *why)
{
	acts(rows);
	scene.answer = answer;
	scene.why = why;
	start_quick();
}

/* The same rows again, and what is wrong stands where status finds it, until it is over. */
START_TEST(what_is_not_taken_comes_again)
{
	start_refused(3, WF_UNAVAILABLE, "nobody is there");
	WAIT_FOR(scene.takes >= 3);
	WAIT_FOR(cursor_told("nobody is there"));
	ck_assert_int_eq(cursor_at(), 0);
	ck_assert_uint_eq(scene.told, 1);
	ck_assert_ptr_nonnull(strstr(scene.last_told, "row 0: nobody is there"));
	LOCKED(scene.answer = WF_OK);
	WAIT_FOR(cursor_told(""));
	WAIT_FOR(scene.told == 2);
	all_seen(fx_last_seq());
}
END_TEST

/* Nobody waits for a restart to be told that it still does not go. */
START_TEST(what_was_wrong_is_known_after_a_restart)
{
	start_refused(1, WF_UNAVAILABLE, "nobody is there");
	WAIT_FOR(cursor_told("nobody is there"));
	follower_stop(&follower);
	scene.answer = WF_OK;
	start_quick();
	WAIT_FOR(cursor_told(""));
	all_seen(fx_last_seq());
}
END_TEST

/* How many rows say that it is behind, or that it is no more. */
static int64_t
late_rows(enum audit_result result)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"SELECT count(*) FROM audit WHERE event = 'test.behind' AND result = %d",
		(int)result);
	return fx_sql_int(text);
}

static void
take_twice_more(void)
{
	size_t takes;

	LOCKED(takes = scene.takes);
	WAIT_FOR(scene.takes >= takes + 2);
}

/* A row when it has been so for a quarter of an hour, one when it is over, and no more. */
START_TEST(who_is_behind_for_long_is_in_the_log)
{
	struct audit_row row;

	start_refused(1, WF_UNAVAILABLE, "nobody is there");
	take_twice_more();
	fx_advance(LATE_US - FX_SECOND);
	take_twice_more();
	ck_assert_int_eq(late_rows(AUDIT_FAILURE), 0);
	fx_advance(FX_SECOND);
	WAIT_FOR(late_rows(AUDIT_FAILURE) == 1);
	row = fx_last();
	ck_assert_str_eq(row.reason, "box");
	ck_assert_str_eq(row.detail, "behind row 0: nobody is there");
	fx_advance(LATE_US);
	take_twice_more();
	ck_assert_int_eq(late_rows(AUDIT_FAILURE), 1);
	LOCKED(scene.answer = WF_OK);
	WAIT_FOR(late_rows(AUDIT_SUCCESS) == 1);
}
END_TEST

START_TEST(pauses_grow)
{
	start_refused(1, WF_IO, "");
	WAIT_FOR(scene.takes >= 3);
	usleep(200000);
	LOCKED(ck_assert_uint_le(scene.takes, 10U)); /* 2, 4, 8, 16, 32, 64, 128... ms */
	WAIT_FOR(cursor_told(wf_status_text(WF_IO)));
}
END_TEST

START_TEST(some_of_a_page_is_enough)
{
	acts(10);
	scene.few = 3;
	start_quick();
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq());
	all_seen(fx_last_seq());
	ck_assert_uint_ge(scene.takes, 4);
}
END_TEST

/* What is not taken for good comes again after a failure, and at the next start. */
START_TEST(what_is_not_sure_comes_again)
{
	acts(10);
	scene.sure = 4;
	start_quick();
	WAIT_FOR(ahead() == (int64_t)fx_last_seq());
	ck_assert_int_eq(cursor_at(), 4);
	all_seen(fx_last_seq());
	LOCKED(scene.answer = WF_IO);
	acts(1);
	WAIT_FOR(ahead() == 4);
	LOCKED((scene.answer = WF_OK, scene.sure = 6, scene.nseen = 4));
	WAIT_FOR(ahead() == (int64_t)fx_last_seq());
	ck_assert_int_eq(cursor_at(), 6);
	LOCKED(all_seen(fx_last_seq()));
	follower_stop(&follower);
	scene.nseen = 6;
	start_quick();
	WAIT_FOR(scene.nseen == fx_last_seq());
	all_seen(fx_last_seq());
}
END_TEST

/* Even where the answer of the commit is lost: the cursor says whether it happened. */
START_TEST(exactly_once_with_the_cursor_in_the_commit)
{
	scene.own = true;
	scene.lose_answer = true;
	acts(5);
	start_quick();
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq() && found() >= 5);
	follower_stop(&follower);
	acts(100);
	start_quick();
	WAIT_FOR(cursor_at() == (int64_t)fx_last_seq() && found() >= 105);
	ck_assert_int_eq(found(), 105);
	for (int seq = 1; seq <= 5; seq++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%d", seq);
		ck_assert_uint_eq(fx_count_rows("found", text), 1);
	}
	(void)fx_verify_chain();
}
END_TEST

START_TEST(it_may_begin_at_the_end)
{
	struct follower_options options = options_of(2);

	options.from_end = true;
	acts(7);
	start(&options);
	WAIT_FOR(cursor_at() == 7);
	acts(2);
	WAIT_FOR(scene.nseen == 2);
	ck_assert_uint_eq(scene.seen[0], 8);
	/* Not again: it has a place now. */
	follower_stop(&follower);
	acts(1);
	start(&options);
	WAIT_FOR(scene.nseen == 3);
	ck_assert_uint_eq(scene.seen[2], 10);
}
END_TEST

START_TEST(it_idles_under_a_trickle_too)
{
	start_quick();
	WAIT_FOR(scene.idles >= 3);
	for (size_t i = 0; i < 5; i++) {
		const size_t before = scene.idles;

		acts(1);
		WAIT_FOR(scene.nseen == i + 1);
		WAIT_FOR(scene.idles > before);
	}
}
END_TEST

static int64_t
stop_us(void)
{
	const int64_t began = wf_clock_monotonic_us();

	follower_stop(&follower);
	return wf_clock_monotonic_us() - began;
}

START_TEST(it_ends_at_once)
{
	struct follower_options options = options_of(LONG_MS);

	options.interrupt = interrupt;
	start(&options);
	WAIT_FOR(scene.idles == 1);
	ck_assert_int_lt(stop_us(), 1000000);
	ck_assert_ptr_null(follower);
	ck_assert_uint_eq(scene.interrupts, 1);
	/* While it waits after a failure, too. */
	scene.answer = WF_IO;
	scene.why = "";
	acts(1);
	start(&options);
	WAIT_FOR(scene.takes == 1);
	ck_assert_int_lt(stop_us(), 1000000);
	follower_stop(&follower);
	follower_stop(NULL);
}
END_TEST

START_TEST(the_last_rows_are_taken_before_the_finish)
{
	struct follower_options options = options_of(LONG_MS);

	options.finish = finish;
	start(&options);
	WAIT_FOR(scene.idles == 1);
	acts(100);
	follower_stop(&follower);
	all_seen(100);
	ck_assert_uint_eq(scene.finishes, 1);
	ck_assert_int_eq(cursor_at(), 100);
	/* Where they cannot be taken there is no finish, and they are there at the next start. */
	scene.answer = WF_IO;
	scene.why = "";
	acts(1);
	start(&options);
	WAIT_FOR(scene.takes >= 3);
	ck_assert_int_lt(stop_us(), 1000000);
	ck_assert_uint_eq(scene.finishes, 1);
	ck_assert_int_eq(cursor_at(), 100);
}
END_TEST

START_TEST(a_cursor_moves_only_from_where_it_stands)
{
	struct effect effect = {
		.kind = EFFECT_CURSOR, .text = "test", .value = 0, .value2 = 5};

	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_int_eq(fx_effect(effect), WF_CONFLICT);
	effect.value = 5;
	effect.value2 = 4;
	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
	effect.value2 = 9;
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	(void)snprintf(effect.text, sizeof(effect.text), "other");
	ck_assert_int_eq(fx_effect(effect), WF_CONFLICT);
	effect.text[0] = '\0';
	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
	ck_assert_int_eq(cursor_at(), 9);
}
END_TEST

/* A row about a cursor that has moved would have to be read by it, and so on. */
START_TEST(only_books_about_the_log_go_without_a_row)
{
	struct effect effects[] = {
		{.kind = EFFECT_CURSOR, .text = "test", .value = 0, .value2 = 5},
		{.kind = EFFECT_META_SET, .text = "key", .text2 = "value"},
	};
	struct store_job job;

	store_job_init(&job, STORE_ADMIN);
	job.u.admin.effects = effects;
	job.u.admin.neffects = 2;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.u.admin.neffects = 0;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.u.admin.neffects = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(fx_last_seq(), 0);
}
END_TEST

START_TEST(names_are_bounded)
{
	struct follower_options options = options_of(2);

	options.name = "";
	ck_assert_int_eq(follower_start(&options, &follower), WF_INVALID);
	options.name = "0123456789012345678901234567890123456789012345678901234567890123";
	ck_assert_int_eq(follower_start(&options, &follower), WF_INVALID);
	ck_assert_ptr_null(follower);
}
END_TEST

#ifdef WF_FAULT
START_TEST(each_fault_at_the_start_leaves_nothing)
{
	static const wf_status expected[] = {WF_NO_MEMORY, WF_UNAVAILABLE, WF_UNAVAILABLE};
	const struct follower_options options = options_of(LONG_MS);

	for (uint64_t nth = 1; nth <= 3; nth++) {
		wf_fault_arm(nth, false);
		ck_assert_int_eq(follower_start(&options, &follower), expected[nth - 1]);
		ck_assert_ptr_null(follower);
	}
	wf_fault_arm(0, false);
}
END_TEST
#endif

static Suite *
follower_suite(void)
{
	Suite *suite = suite_create("follower");
	TCase *tc = tcase_create("follower");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rows_come_in_order_and_once);
	tcase_add_test(tc, its_place_survives_a_restart);
	tcase_add_test(tc, what_is_not_taken_comes_again);
	tcase_add_test(tc, what_was_wrong_is_known_after_a_restart);
	tcase_add_test(tc, who_is_behind_for_long_is_in_the_log);
	tcase_add_test(tc, pauses_grow);
	tcase_add_test(tc, some_of_a_page_is_enough);
	tcase_add_test(tc, what_is_not_sure_comes_again);
	tcase_add_test(tc, exactly_once_with_the_cursor_in_the_commit);
	tcase_add_test(tc, it_may_begin_at_the_end);
	tcase_add_test(tc, it_idles_under_a_trickle_too);
	tcase_add_test(tc, it_ends_at_once);
	tcase_add_test(tc, the_last_rows_are_taken_before_the_finish);
	tcase_add_test(tc, a_cursor_moves_only_from_where_it_stands);
	tcase_add_test(tc, only_books_about_the_log_go_without_a_row);
	tcase_add_test(tc, names_are_bounded);
#ifdef WF_FAULT
	tcase_add_test(tc, each_fault_at_the_start_leaves_nothing);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(follower_suite)
