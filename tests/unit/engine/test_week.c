/*
 * Guessing from the internet for a week: ten a second, under many names and from many addresses,
 * against a clock that the test sets.  The store stays within the bound that refusals have (I3),
 * its counters are bounded, an account that is named among them has no more wrong answers evaluated
 * than its limit (I1), and who logs in honestly meanwhile notices nothing.
 *
 * WARIFU_WEEK_S says how many seconds; `make check` takes twenty minutes of them, `make week` all
 * 604,800.
 */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "authd/engine/refusal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define STEP_S 20
#define STEP_GUESSES (10 * STEP_S)
#define ROW_BYTES 1024       /* of a row of the log with its place in the indexes */
#define STORE_BYTES 33554432 /* of everything else, with room for the write-ahead log */
#define COUNTERS \
	65600 /* names without account and sources that are counted: 65,536, and the accounts */

static struct rig rig;
static struct rig_peer guessers[STEP_GUESSES];
static uint64_t dice = 88172645463325252u;

static void
set_up(void)
{
	const struct origin origin = {.criterion = ""};

	rig_open(&rig);
	ck_assert_int_eq(policy_set(&rig.config.policy, P_BACKOFF_CAP_S, 60, &origin), WF_OK);
	rig_account(&rig, "victim", 1001);
}

static void
tear_down(void)
{
	rig_close(&rig);
}

/* xorshift64: the same guesses each time. */
static uint64_t
throw(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return dice;
}

static int64_t
seconds(void)
{
	const char *text = getenv("WARIFU_WEEK_S");

	return text == NULL ? 1200 : atoll(text);
}

/* One in fifty is a real account's name, half of them are the usual ones, the others come once. */
static void
guess(struct rig_peer *peer)
{
	char user[32], source[32];
	const struct rig_login login = {.user = user, .rhost = source};
	uint64_t die = throw();

	if (die % 50 == 0)
		snprintf(user, sizeof(user), "victim");
	else if (die % 2 == 0)
		snprintf(user, sizeof(user), "admin%u", (unsigned)(die >> 8) % 200);
	else
		snprintf(user, sizeof(user), "x%llx", (unsigned long long)(die >> 16));
	die = throw();
	snprintf(source, sizeof(source), "100.%u.%u.%u", 64 + (unsigned)(die >> 8) % 64,
		(unsigned)(die >> 16) % 256, (unsigned)(die >> 24) % (die % 4 == 0 ? 256 : 8));
	rig_peer_open(peer, FRONT_PAM, 0);
	rig_begin(&rig, peer, &login);
}

/*
 * Runs the loop until each has `replies`; a source that is slowed waits in real time, so it is not
 * waited for.
 */
static void
wait_all(unsigned replies)
{
	struct timeval soon = {.tv_usec = 2000};
	size_t waiting = STEP_GUESSES, before = 0;

	for (int still = 0; waiting > 0 && still < 50;) {
		event_base_loopexit(rig.base, &soon);
		event_base_loop(rig.base, EVLOOP_ONCE);
		before = waiting;
		waiting = 0;
		for (size_t i = 0; i < STEP_GUESSES; i++)
			waiting += guessers[i].replies < replies;
		still = waiting == before ? still + 1 : 0;
	}
}

static uint64_t
accepted(void)
{
	struct engine_figures figures;

	engine_figures(rig.engine, &figures);
	return figures.accepted;
}

static void
step_of_guesses(void)
{
	uint64_t before = accepted();

	for (size_t i = 0; i < STEP_GUESSES; i++)
		guess(&guessers[i]);
	wait_all(1);
	for (size_t i = 0; i < STEP_GUESSES; i++)
		if (guessers[i].replies == 1 && guessers[i].last.type == WF_MSG_PROMPTS)
			rig_answer(&rig, &guessers[i], "guess", "000000");
	wait_all(2);
	for (size_t i = 0; i < STEP_GUESSES; i++)
		rig_peer_close(&rig, &guessers[i]);
	rig_settle(&rig);
	ck_assert_uint_eq(accepted(), before);
}

static void
honest_login(void)
{
	char code[9];

	rig_code(&rig, 0, code);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, code), WF_VERDICT_ACCEPT);
}

static int64_t
count_rows(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t n;

	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	n = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

static int64_t
size_of(const char *name)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", rig.folder, name);
	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void
check_bounds(int64_t span_s, int64_t honest)
{
	int64_t minutes = span_s / 60 + 1, hours = span_s / 3600 + 1;
	int64_t bytes = size_of("warifu.db") + size_of("warifu.db-wal");
	int64_t rows, counters, wrong = (int64_t)rig_rows(&rig, "login", "wrong-password");
	char path[160];
	sqlite3 *db = NULL;

	snprintf(path, sizeof(path), "%s/warifu.db", rig.folder);
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	rows = count_rows(db, "SELECT count(*) FROM audit");
	counters = count_rows(db, "SELECT count(*) FROM throttle");
	sqlite3_close(db);
	printf("%lld s, %lld guesses: %lld rows of at most %lld, %lld counters, %lld MiB, %lld "
	       "wrong answers for one account, "
	       "%lld honest logins\n",
		(long long)span_s, (long long)span_s * 10, (long long)rows,
		(long long)REFUSAL_ROWS(minutes), (long long)counters, (long long)bytes >> 20,
		(long long)wrong, (long long)honest);
	ck_assert_int_le(wrong, 10 * hours);
	ck_assert_int_gt(wrong, 0);
	ck_assert_int_le(rows, REFUSAL_ROWS(minutes) + wrong + honest + 100);
	ck_assert_int_le(counters, COUNTERS);
	ck_assert_int_le(bytes, STORE_BYTES + rows * ROW_BYTES);
}

START_TEST(a_week_of_guessing)
{
	int64_t span_s = seconds(), honest = 0;

	honest_login();
	for (int64_t at = 0; at < span_s; at += STEP_S) {
		rig_advance(&rig, STEP_S);
		engine_tick(rig.engine);
		step_of_guesses();
		if (at % 600 != 0 || at == 0)
			continue;
		honest_login();
		honest++;
	}
	check_bounds(span_s, honest + 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/week");
	TCase *tc = tcase_create("week");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 14400);
	tcase_add_test(tc, a_week_of_guessing);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
