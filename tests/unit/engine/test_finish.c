/*
 * How a transaction ends when it does not end as planned: the peer gone in the middle of a commit,
 * the deadline at each stage, and events that no state expects.
 */
#include "config.h"

#include "authd/engine/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"

static struct rig rig;
static struct rig_peer peer;
static const struct rig_login alice = {.user = "alice", .rhost = "198.51.100.7", .tty = "ssh"};

static void
set_up(void)
{
	rig_open(&rig);
	rig_peer_open(&peer, FRONT_PAM, 0);
}

static void
tear_down(void)
{
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	rig_close(&rig);
}

static void
run_until(const struct transaction *txn, enum txn_state state)
{
	for (int i = 0; i < 1000000 && txn->state != state; i++)
		rig_turn(&rig);
	ck_assert_int_eq(txn->state, state);
}

/* The transaction once its prompts are out. */
static struct transaction *
begun(void)
{
	rig_begin(&rig, &peer, &alice);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	run_until(peer.peer.transactions, TXN_CHALLENGED);
	return peer.peer.transactions;
}

/* The same with the right answers sent, at the moment when it enters this state. */
static struct transaction *
answered(enum txn_state state)
{
	struct transaction *txn = begun();
	char code[9];

	rig_code(&rig, 0, code);
	rig_answer(&rig, &peer, PASSWORD, code);
	run_until(txn, state);
	return txn;
}

START_TEST(gone_while_it_is_committed)
{
	(void)answered(TXN_COMMITTING);
	engine_peer_gone(rig.engine, &peer.peer);
	rig_settle(&rig);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_SUCCESS);
	ck_assert_uint_eq(rig_rows(&rig, "login.undelivered", "undelivered"), 1);
}
END_TEST

START_TEST(no_deadline_within_a_commit)
{
	struct transaction *txn = answered(TXN_COMMITTING);

	txn_step(txn, TXN_DEADLINE);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
}
END_TEST

/* The peer hears it once, and the outcome is recorded all the same. */
START_TEST(overdue_twice_while_it_is_evaluated)
{
	struct transaction *txn = answered(TXN_VERIFYING);

	txn_step(txn, TXN_DEADLINE);
	ck_assert_uint_eq(peer.replies, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	txn_step(txn, TXN_DEADLINE);
	rig_settle(&rig);
	ck_assert_uint_eq(peer.replies, 2);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

START_TEST(an_event_that_no_state_expects_refuses)
{
	txn_step(begun(), TXN_ADMITTED);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "protocol"), 1);
}
END_TEST

/* Right answers are of no use then. */
START_TEST(the_same_while_it_is_evaluated)
{
	txn_step(answered(TXN_VERIFYING), TXN_BEGIN);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	rig_settle(&rig);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_FAILURE);
}
END_TEST

/* Nothing more is recorded of what is over. */
START_TEST(the_same_behind_the_end)
{
	struct transaction *txn = answered(TXN_VERIFYING);

	txn->state = TXN_DONE;
	txn->busy = false;
	txn_step(txn, TXN_ANSWER);
	ck_assert_int_eq(txn->state, TXN_DONE);
	ck_assert(txn->doomed);
	txn->state = TXN_VERIFYING;
	txn->busy = true;
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

/* The grid learns how long refusals take from those that nobody held back. */
START_TEST(a_slowed_refusal_teaches_the_grid_nothing)
{
	struct transaction *txn = begun();

	txn->slow_ms = _i == 0 ? 200 : 0;
	rig_answer(&rig, &peer, "wrong", "000000");
	rig_advance(&rig, 1);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	ck_assert_int_eq(rig.engine->grid.lately_us > 0, _i == 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/finish");
	TCase *finish = tcase_create("finish");

	tcase_add_checked_fixture(finish, set_up, tear_down);
	tcase_set_timeout(finish, 60);
	tcase_add_test(finish, gone_while_it_is_committed);
	tcase_add_test(finish, no_deadline_within_a_commit);
	tcase_add_test(finish, overdue_twice_while_it_is_evaluated);
	tcase_add_test(finish, an_event_that_no_state_expects_refuses);
	tcase_add_test(finish, the_same_while_it_is_evaluated);
	tcase_add_test(finish, the_same_behind_the_end);
	tcase_add_loop_test(finish, a_slowed_refusal_teaches_the_grid_nothing, 0, 2);
	suite_add_tcase(it, finish);
	return it;
}

UNIT_MAIN(suite)
