/*
 * Codes that are evaluated before they are admitted: one commit a login, the same limits, rows and
 * answers as on the long way, and nothing of what was found is told or counted when the commit
 * finds something else (I1, I2, I4, I5).
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/nas.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define RUSH 30
#define SOURCE "198.51.100.7"

static struct rig rig;
static struct rig_peer peers[RUSH];

static void
code_alone(struct rig *where)
{
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&where->config.policy, "vpn", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
}

static void
set_up(void)
{
	rig_open(&rig);
	code_alone(&rig);
	for (size_t i = 0; i < RUSH; i++)
		rig_peer_open(&peers[i], FRONT_PAM, 0);
}

static void
tear_down(void)
{
	for (size_t i = 0; i < RUSH; i++)
		rig_peer_close(&rig, &peers[i]);
	rig_settle(&rig);
	rig_close(&rig);
}

static const char *
now_code(void)
{
	static char code[9];

	rig_code(&rig, 0, code);
	return code;
}

/* Prompts are out, and what is known of the account has been read. */
static struct transaction *
ask(size_t i, const char *user)
{
	const struct rig_login login = {
		.user = user, .service = "vpn", .rhost = SOURCE, .tty = "ssh"};

	rig_begin(&rig, &peers[i], &login);
	rig_challenged(&rig, &peers[i]);
	return peers[i].peer.transactions;
}

static void
hear(size_t i, enum wf_verdict verdict)
{
	rig_wait(&rig, &peers[i], 1);
	ck_assert_int_eq(rig_verdict(&peers[i]), verdict);
}

static struct store_counts
counts(void)
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view.kind = VIEW_COUNTS;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	return job.u.view.counts;
}

static const struct {
	const char *user, *code; /* NULL: the right one */
	enum wf_verdict verdict;
	const char *reason;
} logins[] = {
	{"alice", NULL, WF_VERDICT_ACCEPT, "ok"},
	{"alice", "000000", WF_VERDICT_REJECT, "wrong-code"},
	{"nobody", "000000", WF_VERDICT_REJECT, "unknown-user"},
	{"root", "000000", WF_VERDICT_REJECT, "root-login"},
};
#define LOGINS ((int)(sizeof(logins) / sizeof(logins[0])))

/* Whoever it is: nothing in the store's doing tells names and answers apart. */
START_TEST(one_commit_whoever_it_is)
{
	uint64_t commits;

	(void)rig_account(&rig, "root", 0);
	(void)ask(0, logins[_i].user);
	commits = counts().commits;
	rig_answer(&rig, &peers[0], "", logins[_i].code != NULL ? logins[_i].code : now_code());
	hear(0, logins[_i].verdict);
	ck_assert_uint_eq(counts().commits, commits + 1);
	ck_assert_uint_eq(counts().reservations, 0);
	ck_assert_str_eq(rig_row(&rig, "login").reason, logins[_i].reason);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

static unsigned
rush(const char *code)
{
	unsigned accepted = 0;

	for (size_t i = 0; i < RUSH; i++)
		(void)ask(i, "alice");
	for (size_t i = 0; i < RUSH; i++)
		rig_answer(&rig, &peers[i], "", code);
	for (size_t i = 0; i < RUSH; i++) {
		rig_wait(&rig, &peers[i], 1);
		accepted += rig_verdict(&peers[i]) == WF_VERDICT_ACCEPT;
	}
	rig_settle(&rig);
	return accepted;
}

START_TEST(rush_of_wrong_codes)
{
	ck_assert_uint_eq(rush("000000"), 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", "wrong-code"), 10);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 10);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 10);
}
END_TEST

START_TEST(rush_of_one_code)
{
	ck_assert_uint_eq(rush(now_code()), 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", "replayed"), RUSH - 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static void
enable(struct account *account)
{
	account->state = ACCOUNT_ENABLED;
}

/* Opened by the helpdesk while the prompt is out: what was found closed counts nothing. */
START_TEST(enabled_while_asked)
{
	rig_account_edit(&rig, "alice", disable);
	(void)ask(0, "alice");
	rig_account_edit(&rig, "alice", enable);
	rig_answer(&rig, &peers[0], "", now_code());
	hear(0, WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

START_TEST(disabled_while_asked)
{
	(void)ask(0, "alice");
	rig_account_edit(&rig, "alice", disable);
	rig_answer(&rig, &peers[0], "", now_code());
	hear(0, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "disabled");
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

/*
 * What is demanded was decided without the account, so he has to begin anew.  The first refusal of
 * a name is a row at once; this one turned out to be an account's, and is not among the refusals.
 */
START_TEST(added_while_asked)
{
	(void)ask(0, "bob");
	(void)rig_account(&rig, "bob", 1001);
	rig_answer(&rig, &peers[0], "", now_code());
	hear(0, WF_VERDICT_REJECT);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "wrong-answer"), 1);
	rig_advance(&rig, 61);
	engine_tick(rig.engine);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
	(void)ask(1, "stranger");
	rig_answer(&rig, &peers[1], "", now_code());
	hear(1, WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "unknown-user"), 1);
}
END_TEST

static void
threshold(int64_t n)
{
	const struct origin origin = {.line = 0};

	ck_assert_int_eq(policy_set(&rig.config.policy, P_LOCK_THRESHOLD, n, &origin), WF_OK);
}

/* Locked: a refusal that is gathered, whatever was found, and counted nowhere. */
START_TEST(locked)
{
	threshold(1);
	(void)ask(0, "alice");
	(void)ask(1, "alice");
	(void)ask(2, "alice");
	rig_answer(&rig, &peers[0], "", "000000");
	hear(0, WF_VERDICT_REJECT);
	rig_answer(&rig, &peers[1], "", now_code());
	hear(1, WF_VERDICT_REJECT);
	rig_answer(&rig, &peers[2], "", now_code());
	hear(2, WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "locked"), 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 2);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
}
END_TEST

static void
try_code(const char *user, const char *code)
{
	(void)ask(0, user);
	rig_answer(&rig, &peers[0], "", code);
	hear(0, WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peers[0]);
	rig_settle(&rig);
	rig_peer_open(&peers[0], FRONT_PAM, 0);
}

/*
 * What a locked account's code came to is told by nothing, not by what the next guess at another
 * name costs the source either: as many as one likes could be tried there.
 */
START_TEST(locked_tells_nothing)
{
	threshold(3);
	for (int i = 0; i < 3; i++)
		try_code("alice", "000000");
	try_code("nobody", "000000"); /* another name: counts threefold */
	try_code("alice", _i == 0 ? "000000" : now_code());
	try_code("nobody", "000000"); /* and back again, whatever alice's code was */
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 3);
	ck_assert_uint_eq(rig_failures(&rig, LANE_SOURCE, SOURCE), 3 + 3 + 3 + 3);
}
END_TEST

START_TEST(too_early)
{
	const struct origin origin = {.line = 0};

	rig.config.policy.nbackoff = 1;
	rig.config.policy.backoff_s[0] = 5;
	ck_assert_int_eq(policy_set(&rig.config.policy, P_BACKOFF_CAP_S, 60, &origin), WF_OK);
	(void)ask(0, "alice");
	(void)ask(1, "alice");
	rig_answer(&rig, &peers[0], "", "000000");
	hear(0, WF_VERDICT_REJECT);
	rig_answer(&rig, &peers[1], "", now_code());
	hear(1, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "back-off");
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
}
END_TEST

/* Attempts of others fill the limit: it waits for them like any other, and then has its turn. */
START_TEST(full)
{
	const struct rig_login slow = {.user = "alice", .rhost = SOURCE};
	const struct transaction *txn;

	threshold(1);
	rig_begin(&rig, &peers[0], &slow);
	rig_challenged(&rig, &peers[0]);
	rig_hold(rig.workers, 2);
	rig_answer(&rig, &peers[0], "correct horse", now_code());
	for (int i = 0; i < 1000000 && counts().reservations == 0; i++)
		rig_turn(&rig);
	txn = ask(1, "alice");
	rig_answer(&rig, &peers[1], "", "000000");
	for (int i = 0; i < 1000000 && !txn->waiting; i++)
		rig_turn(&rig);
	ck_assert(txn->waiting);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
	rig_release();
	hear(0, WF_VERDICT_ACCEPT);
	hear(1, WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "wrong-code"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
}
END_TEST

/* The peer is gone while the commit is under way: it alone says what happened. */
START_TEST(gone_meanwhile)
{
	struct transaction *txn = ask(0, "alice");

	rig_answer(&rig, &peers[0], "", now_code());
	ck_assert_int_eq(txn->state, TXN_COMMITTING);
	rig_peer_close(&rig, &peers[0]);
	rig_settle(&rig);
	rig_peer_open(&peers[0], FRONT_PAM, 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), 1);
	ck_assert_uint_eq(rig_rows(&rig, "login.undelivered", NULL), 1);
}
END_TEST

/* The same over RADIUS, where the answer comes along. */
START_TEST(over_radius)
{
	struct ask whole = {.user = "alice"};

	nas_vpn->mode = CLIENT_CODE;
	code_alone(&nas_rig);
	whole.answer = nas_code();
	nas_verdict(nas_ask(&whole), WF_VERDICT_ACCEPT);
	nas_verdict(nas_ask(&whole), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "replayed");
	ck_assert_uint_eq(nas_counted(), 0);
	whole.answer = "000000";
	nas_verdict(nas_ask(&whole), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
}
END_TEST

static Suite *
ahead_suite(void)
{
	Suite *suite = suite_create("engine-ahead");
	TCase *tc = tcase_create("ahead"), *radius = tcase_create("radius");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, one_commit_whoever_it_is, 0, LOGINS);
	tcase_add_test(tc, rush_of_wrong_codes);
	tcase_add_test(tc, rush_of_one_code);
	tcase_add_test(tc, enabled_while_asked);
	tcase_add_test(tc, disabled_while_asked);
	tcase_add_test(tc, added_while_asked);
	tcase_add_test(tc, locked);
	tcase_add_loop_test(tc, locked_tells_nothing, 0, 2);
	tcase_add_test(tc, too_early);
	tcase_add_test(tc, full);
	tcase_add_test(tc, gone_meanwhile);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(radius, nas_set_up, nas_tear_down);
	tcase_add_test(radius, over_radius);
	suite_add_tcase(suite, radius);
	return suite;
}

UNIT_MAIN(ahead_suite)
