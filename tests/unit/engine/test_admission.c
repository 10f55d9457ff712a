/*
 * Who is evaluated when: logins that need no slow hash beside those that do, what a service that
 * asks for the code alone proves, counts and resets (I1, I11), and how a flood is turned away
 * before it costs anything.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define WORKERS 2 /* of the rig */
#define SLOTS (4 * WORKERS + 4)
#define CROWD 64

static struct rig rig;

static void
set_up(void)
{
	struct policy_service *service;

	rig_open(&rig);
	ck_assert_int_eq(
		policy_set(&rig.config.policy, P_QUEUE_DEADLINE_S, 10, &(struct origin){.line = 0}),
		WF_OK);
	ck_assert_int_eq(policy_service_add(&rig.config.policy, "vpn", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	service->demand_origin = (struct origin){.file = "/etc/warifu/warifu.conf", .line = 7};
}

static void
tear_down(void)
{
	rig_close(&rig);
}

static const char *
now_code(void)
{
	static char code[9];

	rig_code(&rig, 0, code);
	return code;
}

static enum wf_verdict
vpn(const char *code)
{
	const struct rig_login login = {.user = "alice",
		.service = "vpn",
		.rhost = "198.51.100.7",
		.password = "",
		.code = code};
	struct rig_peer peer;
	enum wf_verdict verdict;

	rig_peer_open(&peer, FRONT_PAM, 0);
	verdict = rig_login_as(&rig, &peer, &login, NULL);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	return verdict;
}

START_TEST(a_code_waits_for_no_hash)
{
	const struct rig_login slow = {.user = "alice", .rhost = "198.51.100.8"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &slow);
	rig_wait(&rig, &peer, 0);
	rig_hold(rig.workers, WORKERS);
	rig_answer(&rig, &peer, "wrong", "000000");
	for (int i = 0; i < 20; i++) {
		rig_turn(&rig);
		usleep(1000);
	}
	{
		const struct rig_login quick = {.user = "alice",
			.service = "vpn",
			.rhost = "198.51.100.7",
			.password = "",
			.code = now_code()};
		struct rig_peer other;

		rig_peer_open(&other, FRONT_PAM, 0);
		ck_assert_int_eq(rig_login_as(&rig, &other, &quick, NULL), WF_VERDICT_ACCEPT);
		rig_peer_close(&rig, &other);
	}
	ck_assert_uint_eq(peer.replies, 1); /* the hash waits on */
	rig_release();
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

/* A few codes are checked in the loop, many beside it: it must not be kept from everybody else. */
START_TEST(only_many_codes_need_another_thread)
{
	const struct rig_login login = {.user = "alice", .service = "vpn", .rhost = "198.51.100.7"};
	struct rig_peer peer;
	char recovery[64];

	rig_recovery(&rig, "alice", recovery, sizeof(recovery));
	rig_hold(rig.quick, 1);
	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(
		policy_set(&rig.config.policy, P_HOTP_LOOKAHEAD, 100, &(struct origin){.line = 0}),
		WF_OK);
	rig_advance(&rig, 30);
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_wait(&rig, &peer, 0);
	rig_answer(&rig, &peer, "", now_code());
	for (int i = 0; i < 50; i++) {
		rig_turn(&rig);
		usleep(1000);
	}
	ck_assert_uint_eq(peer.replies, 1);
	rig_release();
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

START_TEST(the_row_says_what_a_code_alone_proves)
{
	struct audit_row row;

	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_ACCEPT);
	row = rig_row(&rig, "login");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_str_eq(row.kinds, "possession");
	ck_assert_str_eq(row.factors, "totp");
	ck_assert_str_eq(row.rule, "service.ask (vpn, warifu.conf:7)");
	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_REJECT); /* a code opens once (I2) */
	ck_assert_str_eq(rig_row(&rig, "login").reason, "replayed");
}
END_TEST

/*
 * A lesser success: whoever holds the token alone does not get ten more guesses at the password by
 * it (I1).
 */
START_TEST(a_code_alone_resets_nothing)
{
	ck_assert_int_eq(rig_ssh(&rig, "alice", "wrong", "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	rig_advance(&rig, 30);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/*
 * The stack has the password already: its holder guesses codes, and no success of the owner hides
 * that (I11).
 */
START_TEST(a_wrong_code_alone_counts_behind_a_right_password)
{
	ck_assert_int_eq(vpn("000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 1);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 1);
}
END_TEST

/* I5: the same single prompt for whoever is named. */
START_TEST(strangers_are_asked_for_the_code_as_well)
{
	static const char *const names[] = {"alice", "nobody-here"};

	for (size_t i = 0; i < 2; i++) {
		const struct rig_login login = {
			.user = names[i], .service = "vpn", .rhost = "198.51.100.7"};
		struct wf_prompt prompt;
		struct rig_peer peer;

		rig_peer_open(&peer, FRONT_PAM, 0);
		rig_begin(&rig, &peer, &login);
		rig_wait(&rig, &peer, 0);
		ck_assert_uint_eq(wf_msg_count(&peer.last, WF_F_PROMPT), 1);
		ck_assert_int_eq(wf_msg_get_prompt(&peer.last, 0, &prompt), WF_OK);
		ck_assert_int_eq(prompt.text, WF_TEXT_CODE);
		rig_answer(&rig, &peer, "", "000000");
		rig_wait(&rig, &peer, 1);
		ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
		rig_peer_close(&rig, &peer);
		rig_settle(&rig);
	}
}
END_TEST

/* --- a crowd at the door --- */

static struct rig_peer crowd[CROWD];

static void
run_loop(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		rig_turn(&rig);
		usleep(1000);
	}
}

/* Runs the loop until something is so, on a busy machine too: twenty seconds at the most. */
#define RUN_UNTIL(so)                                  \
	for (int i_ = 0; i_ < 20000 && !(so); i_++)    \
		run_loop(1)

/* Everybody is asked; nobody has answered yet.  Names are "guest0"... unless `user` is given. */
static void
crowd_comes(size_t from, size_t n, const char *user, const char *source)
{
	for (size_t i = from; i < from + n; i++) {
		char name[32];
		struct rig_login login = {.user = name, .rhost = source};

		snprintf(name, sizeof(name), "guest%zu", i);
		if (user != NULL)
			login.user = user;
		rig_peer_open(&crowd[i], FRONT_PAM, 0);
		rig_begin(&rig, &crowd[i], &login);
		rig_wait(&rig, &crowd[i], 0);
	}
}

static void
crowd_answers(size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		rig_answer(&rig, &crowd[i], "wrong", "000000");
	run_loop(100);
}

static void
crowd_goes(size_t n)
{
	for (size_t i = 0; i < n; i++)
		rig_peer_close(&rig, &crowd[i]);
	rig_settle(&rig);
}

static size_t
answered(size_t from, size_t n)
{
	size_t count = 0;

	for (size_t i = from; i < from + n; i++)
		count += crowd[i].replies > 1;
	return count;
}

static uint64_t
transactions_open(void)
{
	struct engine_figures figures;

	engine_figures(rig.engine, &figures);
	return figures.transactions_open;
}

START_TEST(what_would_wait_too_long_is_refused_at_once)
{
	size_t early;

	for (int i = 0; i < 50; i++)
		admission_measured(
			rig.engine->admission, 1000000); /* 1 s each, 10 s to wait at most */
	crowd_comes(0, 40, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, 40);
	RUN_UNTIL(answered(0, 40) >= 18);
	run_loop(100);
	early = answered(0, 40);
	ck_assert_uint_ge(early, 18); /* with two threads, 20 of 40 at the most are done in 10 s */
	ck_assert_uint_le(early, 24);
	for (size_t i = 0; i < 40; i++)
		if (crowd[i].replies > 1)
			ck_assert_int_eq(rig_verdict(&crowd[i]), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rig_rows(&rig, "login", "overload"), early);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_UNAVAILABLE);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "guest39"), 0);
	rig_release();
	crowd_goes(40);
	ck_assert_uint_eq(rig_rows(&rig, "login", "overload"), early);
}
END_TEST

START_TEST(overdue_while_waiting_is_overload)
{
	struct transaction *txn;

	crowd_comes(0, SLOTS + 1, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, SLOTS + 1);
	txn = crowd[SLOTS].peer.transactions;
	ck_assert_int_eq(txn->ticket.state, TICKET_WAITS);
	txn_step(txn, TXN_DEADLINE);
	rig_wait(&rig, &crowd[SLOTS], 1);
	ck_assert_int_eq(rig_verdict(&crowd[SLOTS]), WF_VERDICT_UNAVAILABLE);
	rig_release();
	crowd_goes(SLOTS + 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", "overload"), 1);
}
END_TEST

/*
 * Nothing of who waits is in the store: no reservation, no count; and nothing is computed for who
 * has gone.
 */
START_TEST(gone_while_waiting_is_not_evaluated)
{
	struct engine_figures figures;

	crowd_comes(0, SLOTS + 2, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, SLOTS + 2);
	engine_figures(rig.engine, &figures);
	ck_assert_uint_eq(figures.waiting, 2);
	rig_peer_close(&rig, &crowd[SLOTS]);
	rig_peer_close(&rig, &crowd[SLOTS + 1]);
	RUN_UNTIL(transactions_open() == SLOTS);
	engine_figures(rig.engine, &figures);
	ck_assert_uint_eq(figures.waiting, 0);
	ck_assert_uint_eq(transactions_open(), SLOTS);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 2);
	rig_release();
	for (size_t i = 0; i < SLOTS; i++)
		rig_wait(&rig, &crowd[i], 1);
	crowd_goes(SLOTS);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "guest0"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "guest12"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "guest13"), 0);
}
END_TEST

/* Who was admitted, and whose peer went before a worker came to it: abandoned, not a guess. */
START_TEST(gone_while_admitted_is_no_guess)
{
	crowd_comes(0, 4, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, 4);
	for (size_t i = 0; i < 4; i++)
		rig_peer_close(&rig, &crowd[i]);
	rig_release();
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 4);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "guest0"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_SOURCE, "198.51.100.9"), 0);
}
END_TEST

START_TEST(patience_ends)
{
	crowd_comes(0, SLOTS + 2, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, SLOTS + 2);
	rig_advance(&rig, 9);
	engine_tick(rig.engine);
	run_loop(100);
	ck_assert_uint_eq(answered(0, SLOTS + 2), 0);
	rig_advance(&rig, 2);
	engine_tick(rig.engine);
	RUN_UNTIL(answered(SLOTS, 2) == 2);
	ck_assert_uint_eq(answered(0, SLOTS), 0);
	ck_assert_uint_eq(answered(SLOTS, 2), 2);
	ck_assert_int_eq(rig_verdict(&crowd[SLOTS]), WF_VERDICT_UNAVAILABLE);
	rig_release();
	crowd_goes(SLOTS + 2);
}
END_TEST

START_TEST(drain_tells_who_waits_for_a_turn)
{
	crowd_comes(0, SLOTS + 2, NULL, "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, SLOTS + 2);
	engine_drain(rig.engine);
	RUN_UNTIL(answered(SLOTS, 2) == 2);
	ck_assert_uint_eq(answered(SLOTS, 2), 2);
	ck_assert_int_eq(rig_verdict(&crowd[SLOTS]), WF_VERDICT_UNAVAILABLE);
	rig_release();
	crowd_goes(SLOTS + 2);
}
END_TEST

/*
 * How many of the crowd were answered before alice, who came last.  Names without account cost what
 * is set here.
 */
static size_t
login_behind(size_t n, const char *source)
{
	const struct password_cost slow = {16384, 1, 1};
	const struct rig_login login = {.user = "alice", .rhost = source};
	struct rig_peer peer;
	size_t before;

	ck_assert_int_eq(password_cost_set(&slow), WF_OK);
	crowd_comes(0, n, NULL, "198.51.100.9");
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_wait(&rig, &peer, 0);
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, n);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	rig_release();
	rig_wait(&rig, &peer, 1);
	before = answered(0, n);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	crowd_goes(n);
	return before;
}

START_TEST(another_source_does_not_wait_for_the_crowd)
{
	ck_assert_uint_le(login_behind(60, "198.51.100.10"), 2 * SLOTS);
}
END_TEST

START_TEST(the_crowds_own_source_does)
{
	/* Refusals leave on the grid, so some of those before her are answered after her. */
	ck_assert_uint_gt(login_behind(60, "198.51.100.9"), 2 * SLOTS);
}
END_TEST

/* Where the owner logged in before he has a turn of his own even in the crowd's midst. */
START_TEST(a_familiar_pair_does_not_wait_for_the_crowd)
{
	const struct rig_login before = {
		.user = "alice", .rhost = "198.51.100.9", .password = PASSWORD, .code = now_code()};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &before, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	rig_advance(&rig, 30);
	ck_assert_uint_le(login_behind(60, "198.51.100.9"), 2 * SLOTS);
}
END_TEST

/* One subscriber has all addresses of a /64. */
START_TEST(addresses_of_one_network_are_one_source)
{
	struct admission_ticket *a, *b, *c;

	crowd_comes(0, 1, NULL, "2001:db8:1:2:aaaa::1");
	crowd_comes(1, 1, NULL, "2001:db8:1:2:bbbb::2");
	crowd_comes(2, 1, NULL, "2001:db8:1:3::1");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, 3);
	a = &crowd[0].peer.transactions->ticket;
	b = &crowd[1].peer.transactions->ticket;
	c = &crowd[2].peer.transactions->ticket;
	ck_assert_mem_eq(a->source, b->source, ADMISSION_KEY_LEN);
	ck_assert_mem_ne(a->source, c->source, ADMISSION_KEY_LEN);
	ck_assert_mem_ne(a->account, b->account, ADMISSION_KEY_LEN);
	rig_release();
	crowd_goes(3);
}
END_TEST

/* However many ask for one account, they have a share of the workers. */
START_TEST(one_account_has_its_share)
{
	struct engine_figures figures;

	crowd_comes(0, 9, "alice", "198.51.100.9");
	rig_hold(rig.workers, WORKERS);
	crowd_answers(0, 9);
	engine_figures(rig.engine, &figures);
	ck_assert_uint_eq(figures.waiting, 9 - (WORKERS + 1));
	rig_release();
	for (size_t i = 0; i < 9; i++)
		rig_wait(&rig, &crowd[i], 1);
	crowd_goes(9);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 9);
}
END_TEST

static TCase *
crowds(void)
{
	TCase *tc = tcase_create("crowd");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, what_would_wait_too_long_is_refused_at_once);
	tcase_add_test(tc, overdue_while_waiting_is_overload);
	tcase_add_test(tc, gone_while_waiting_is_not_evaluated);
	tcase_add_test(tc, gone_while_admitted_is_no_guess);
	tcase_add_test(tc, patience_ends);
	tcase_add_test(tc, drain_tells_who_waits_for_a_turn);
	tcase_add_test(tc, another_source_does_not_wait_for_the_crowd);
	tcase_add_test(tc, the_crowds_own_source_does);
	tcase_add_test(tc, a_familiar_pair_does_not_wait_for_the_crowd);
	tcase_add_test(tc, addresses_of_one_network_are_one_source);
	tcase_add_test(tc, one_account_has_its_share);
	return tc;
}

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/admission");
	TCase *tc = tcase_create("code alone");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_code_waits_for_no_hash);
	tcase_add_test(tc, only_many_codes_need_another_thread);
	tcase_add_test(tc, the_row_says_what_a_code_alone_proves);
	tcase_add_test(tc, a_code_alone_resets_nothing);
	tcase_add_test(tc, a_wrong_code_alone_counts_behind_a_right_password);
	tcase_add_test(tc, strangers_are_asked_for_the_code_as_well);
	suite_add_tcase(it, tc);
	suite_add_tcase(it, crowds());
	return it;
}

UNIT_MAIN(suite)
