/*
 * Attempts that are held back because pending ones fill the limit: their turn, their deadline, and
 * who gives up meanwhile. The threshold is one, so that each attempt that is evaluated holds back
 * all others.
 */
#include "config.h"

#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define PEERS 4
#define WORKERS 2

static struct rig rig;
static struct rig_peer peers[PEERS];

static void
set_up(void)
{
	const struct origin origin = {.line = 0};

	rig_open(&rig);
	ck_assert_int_eq(policy_set(&rig.config.policy, P_LOCK_THRESHOLD, 1, &origin), WF_OK);
	(void)rig_account(&rig, "bob", 1001);
	for (size_t i = 0; i < PEERS; i++)
		rig_peer_open(&peers[i], FRONT_PAM, 0);
	rig_hold(rig.workers, WORKERS);
}

static void
tear_down(void)
{
	rig_release();
	for (size_t i = 0; i < PEERS; i++)
		rig_peer_close(&rig, &peers[i]);
	rig_settle(&rig);
	rig_close(&rig);
}

/* Runs the loop until the transaction is held back, or not. */
static void
run_until_waiting(const struct transaction *txn, bool waiting)
{
	for (int i = 0; i < 1000000 && txn->waiting != waiting; i++)
		rig_turn(&rig);
	ck_assert_int_eq(txn->waiting, waiting);
}

static struct transaction *
answer(size_t i, const char *user, const char *password)
{
	const struct rig_login login = {.user = user, .rhost = "198.51.100.7", .tty = "ssh"};
	struct transaction *txn;
	char code[9];

	rig_begin(&rig, &peers[i], &login);
	rig_challenged(&rig, &peers[i]);
	txn = peers[i].peer.transactions;
	rig_code(&rig, 0, code);
	rig_answer(&rig, &peers[i], password, code);
	return txn;
}

/* The attempt that holds back the others: admitted, and a worker's. */
static struct transaction *
pending(const char *password)
{
	struct transaction *txn = answer(0, "alice", password);

	for (int i = 0; i < 1000000 && txn->verify.job.run == NULL; i++)
		rig_turn(&rig);
	ck_assert(!txn->waiting);
	ck_assert_int_eq(txn->state, TXN_VERIFYING);
	return txn;
}

static struct transaction *
held_back(size_t i)
{
	struct transaction *txn = answer(i, "alice", PASSWORD);

	run_until_waiting(txn, true);
	ck_assert_int_eq(txn->state, TXN_VERIFYING);
	return txn;
}

/* One after the other, in the order in which they came; the code is good for one. */
START_TEST(each_has_its_turn)
{
	const struct transaction *second, *third;

	(void)pending(PASSWORD);
	second = held_back(1);
	third = held_back(2);
	ck_assert_ptr_eq(rig.engine->waiting, second);
	ck_assert_ptr_eq(second->next_waiting, third);
	rig_release();
	for (size_t i = 0; i < 3; i++)
		rig_wait(&rig, &peers[i], 1);
	ck_assert_int_eq(rig_verdict(&peers[0]), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(rig_verdict(&peers[1]), WF_VERDICT_REJECT);
	ck_assert_int_eq(rig_verdict(&peers[2]), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "replayed"), 2);
	ck_assert_ptr_null(rig.engine->waiting);
}
END_TEST

/*
 * Held back until the limit is reached: then they are refused like any other of a locked account.
 */
START_TEST(a_lock_ends_it_for_all)
{
	(void)pending("wrong");
	(void)held_back(1);
	(void)held_back(2);
	rig_release();
	for (size_t i = 0; i < 3; i++) {
		rig_wait(&rig, &peers[i], 1);
		ck_assert_int_eq(rig_verdict(&peers[i]), WF_VERDICT_REJECT);
	}
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	ck_assert_ptr_null(rig.engine->waiting);
}
END_TEST

START_TEST(only_those_of_its_name_wait)
{
	(void)pending(PASSWORD);
	(void)held_back(1);
	(void)answer(2, "bob", PASSWORD);
	rig_release();
	rig_wait(&rig, &peers[2], 1);
	ck_assert_int_eq(rig_verdict(&peers[2]), WF_VERDICT_ACCEPT);
}
END_TEST

/* Nothing of it was evaluated, so nothing of it counts; those before and behind it stay. */
START_TEST(unavailable_at_the_deadline)
{
	struct transaction *second, *third, *fourth;

	(void)pending(PASSWORD);
	second = held_back(1);
	third = held_back(2);
	fourth = held_back(3);
	txn_step(third, TXN_DEADLINE);
	ck_assert_ptr_eq(rig.engine->waiting, second);
	ck_assert_ptr_eq(second->next_waiting, fourth);
	ck_assert_ptr_null(fourth->next_waiting);
	rig_wait(&rig, &peers[2], 1);
	ck_assert_int_eq(rig_verdict(&peers[2]), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rig_rows(&rig, "login", "overload"), 1);
	txn_step(second, TXN_DEADLINE);
	ck_assert_ptr_eq(rig.engine->waiting, fourth);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

START_TEST(given_up_meanwhile)
{
	(void)pending(PASSWORD);
	txn_step(held_back(1), TXN_ABORT);
	ck_assert_ptr_null(rig.engine->waiting);
	rig_release();
	rig_wait(&rig, &peers[0], 1);
	rig_settle(&rig);
	ck_assert_int_eq(rig_verdict(&peers[0]), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 1);
	ck_assert_uint_eq(peers[1].replies, 1);
}
END_TEST

/* Whoever was told already, or is gone, does not wait for a turn. */
START_TEST(nobody_is_there_to_wait)
{
	struct transaction *late;

	(void)pending(PASSWORD);
	late = answer(1, "alice", PASSWORD);
	ck_assert(!late->waiting);
	txn_step(late, TXN_DEADLINE);
	rig_wait(&rig, &peers[1], 1);
	ck_assert_int_eq(rig_verdict(&peers[1]), WF_VERDICT_UNAVAILABLE);
	(void)answer(2, "alice", PASSWORD);
	engine_peer_gone(rig.engine, &peers[2].peer);
	for (int i = 0; i < 200; i++) {
		rig_turn(&rig);
		ck_assert_ptr_null(rig.engine->waiting);
		usleep(1000);
	}
	rig_release();
	rig_wait(&rig, &peers[0], 1);
	ck_assert_int_eq(rig_verdict(&peers[0]), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(peers[1].replies, 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/waiting");
	TCase *waiting = tcase_create("waiting");

	tcase_add_checked_fixture(waiting, set_up, tear_down);
	tcase_set_timeout(waiting, 60);
	tcase_add_test(waiting, each_has_its_turn);
	tcase_add_test(waiting, a_lock_ends_it_for_all);
	tcase_add_test(waiting, only_those_of_its_name_wait);
	tcase_add_test(waiting, unavailable_at_the_deadline);
	tcase_add_test(waiting, given_up_meanwhile);
	tcase_add_test(waiting, nobody_is_there_to_wait);
	suite_add_tcase(it, waiting);
	return it;
}

UNIT_MAIN(suite)
