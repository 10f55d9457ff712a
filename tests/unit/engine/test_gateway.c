/*
 * RADIUS logins in two rounds: every way of a first one to the same CHALLENGE, each STATE once, and
 * the same request again (I1, I2, I4, I5, I11).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/nas.h"
#include "tests/unit/unit.h"

START_TEST(both_rounds_right)
{
	const struct reply *challenge = nas_first("alice", NAS_PASSWORD);
	const struct reply *result;
	struct audit_row row;

	nas_challenged(challenge);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 0);
	result = nas_second(challenge->state, nas_code());
	nas_verdict(result, WF_VERDICT_ACCEPT);
	ck_assert_mem_eq(result->txn, challenge->txn, WF_TXN_LEN);
	row = rig_row(&nas_rig, "login");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_str_eq(row.factors, "password+totp");
	ck_assert_str_eq(row.kinds, "knowledge+possession");
	ck_assert_str_eq(row.service, "vpn");
	ck_assert_str_eq(row.machine, "gw1");
	ck_assert_str_eq(row.source, "radius:vpn");
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 1);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

START_TEST(a_success_clears_earlier_failures)
{
	(void)nas_first("alice", "wrong");
	ck_assert_uint_eq(nas_counted(), 1);
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

START_TEST(a_wrong_password_counts_once_and_at_once)
{
	const struct reply *challenge = nas_first("alice", "wrong");

	nas_challenged(challenge);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "wrong-password"), 1);
	nas_verdict(nas_second(challenge->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_POSSESSION, "alice"), 0);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "wrong-password"), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "state-unknown"), 1);
	/* the code was not used up */
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(a_wrong_code_counts_in_both_lanes)
{
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_POSSESSION, "alice"), 1);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "wrong-code");
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password");
}
END_TEST

START_TEST(a_used_code_is_replayed_and_not_counted)
{
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_ACCEPT);
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "replayed"), 1);
	ck_assert_uint_eq(nas_counted(), 0);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_REJECT);
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static void
to_service(struct account *account)
{
	account->kind = ACCOUNT_SERVICE;
}

static void
to_exempt(struct account *account)
{
	account->standing = STANDING_EXEMPT;
	account->standing_until_us = RIG_WALL_US * 2;
}

static void
lock(void)
{
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(rig_ssh(&nas_rig, "alice", "wrong", "000000"), WF_VERDICT_REJECT);
}

static void
too_early(void)
{
	const struct origin origin = {.criterion = ""};

	ck_assert_int_eq(policy_set(&nas_rig.config.policy, P_BACKOFF_CAP_S, 60, &origin), WF_OK);
	for (int i = 0; i < 4; i++)
		nas_rig.config.policy.backoff_s[i] = 60;
	(void)rig_ssh(&nas_rig, "alice", "wrong", "000000");
}

static void
disabled(void)
{
	rig_account_edit(&nas_rig, "alice", disable);
}

static void
service_account(void)
{
	rig_account_edit(&nas_rig, "alice", to_service);
}

static void
exempt(void)
{
	rig_account_edit(&nas_rig, "alice", to_exempt);
}

static void
in_no_group(void)
{
	nas_vpn->groups = (struct group_set){.names = {"staff"}, .n = 1};
}

static void
not_privileged(void)
{
	nas_vpn->entry.class = CLASS_FIREWALL_ADMIN;
}

static void
observing(void)
{
	nas_rig.config.mode = MODE_OBSERVE;
	disabled();
}

static void
nothing(void)
{
}

static const struct hopeless {
	void (*make)(void);
	const char *user, *reason;
	uint32_t counts; /* for the account */
} hopeless[] = {
	{ nothing, "nobody", "unknown-user", 0 },
	{ disabled, "alice", "disabled", 1 },
	{ lock, "alice", "locked", 10 },
	{ too_early, "alice", "back-off", 1 },
	{ service_account, "alice", "service-account", 0 },
	{ exempt, "alice", "not-managed", 1 },
	{ in_no_group, "alice", "group", 0 },
	{ not_privileged, "alice", "not-privileged", 0 },
	{ observing, "alice", "disabled", 1 },
};

/*
 * I5: all that a caller sees of a first round is a CHALLENGE; the right code in the second opens
 * nothing.
 */
START_TEST(what_is_hopeless_gets_a_challenge_like_any_other)
{
	const struct hopeless *it = &hopeless[_i];
	const struct reply *challenge;
	struct ask ask = {.user = it->user, .answer = nas_code()};

	it->make();
	challenge = nas_first(it->user, NAS_PASSWORD);
	nas_challenged(challenge);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", it->reason), 1);
	ask.state = challenge->state;
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 0);
	ck_assert_uint_eq(nas_counted(), it->counts);
}
END_TEST

/*
 * What happens between the rounds is seen: the code is looked at, and refused, as a PAM login's
 * would be.
 */
START_TEST(an_account_that_is_disabled_between_the_rounds)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;

	disabled();
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "disabled");
	ck_assert_uint_eq(nas_counted(), 1);
}
END_TEST

/* The first round is pending under the account's own key, so the second is counted there. */
START_TEST(a_group_that_is_left_between_the_rounds)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;

	in_no_group();
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "group");
	ck_assert_uint_eq(nas_counted(), 1);
}
END_TEST

START_TEST(a_state_works_once)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;

	nas_verdict(nas_second(state, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "state-used"), 1);
	ck_assert_uint_eq(nas_counted(), 1);
}
END_TEST

START_TEST(a_state_is_bound_to_client_and_user)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;
	char forged[WF_STATE_LEN + 1];
	struct ask ask = {.user = "bob", .state = state, .answer = nas_code()};

	(void)rig_client(&nas_rig, "other");
	rig_account(&nas_rig, "bob", 1001);
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ask.user = "alice";
	ask.service = "other";
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	for (size_t i = 0; i < WF_STATE_LEN; i += 7) {
		memcpy(forged, state, sizeof(forged));
		forged[i] = forged[i] == 'A' ? 'B' : 'A';
		nas_verdict(nas_second(forged, nas_code()), WF_VERDICT_REJECT);
	}
	memset(forged, '*', WF_STATE_LEN);
	nas_verdict(nas_second(forged, nas_code()), WF_VERDICT_REJECT);
	engine_tick(nas_rig.engine);
	ck_assert_uint_eq(nas_counted(), 0);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "state-unknown");
	/* none of it closed the challenge */
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(an_open_challenge_lives_over_a_restart)
{
	char state[WF_STATE_LEN + 1];

	snprintf(state, sizeof(state), "%s", nas_first("alice", NAS_PASSWORD)->state);
	nas_restart();
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 0);
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

START_TEST(a_challenge_that_nobody_answers_is_not_counted)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;
	size_t n;

	rig_advance(&nas_rig, 111);
	ck_assert_int_eq(store_expire(nas_rig.store, &n), WF_OK);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "abandoned"), 1);
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "state-ended"), 1);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

/* Before anybody has swept it. */
START_TEST(a_late_answer_is_refused)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;

	rig_advance(&nas_rig, 111);
	nas_verdict(nas_second(state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

START_TEST(a_fourth_challenge_ends_the_oldest)
{
	const char *states[4];

	for (int i = 0; i < 4; i++) {
		states[i] = nas_first("alice", NAS_PASSWORD)->state;
		rig_advance(&nas_rig, 1);
	}
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "abandoned"), 1);
	nas_verdict(nas_second(states[0], nas_code()), WF_VERDICT_REJECT);
	nas_verdict(nas_second(states[1], nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

START_TEST(one_of_many_takes_the_challenge_up)
{
	const char *state = nas_first("alice", NAS_PASSWORD)->state;
	const struct ask right = {.answer = nas_code(), .state = state};
	uint64_t sent[20];
	unsigned accepted = 0;

	for (size_t i = 0; i < 20; i++)
		sent[i] = nas_send(&right);
	for (size_t i = 0; i < 20; i++)
		accepted += nas_wait(sent[i])->verdict == WF_VERDICT_ACCEPT;
	rig_settle(&nas_rig);
	ck_assert_uint_eq(accepted, 1);
	ck_assert_uint_eq(nas_counted(), 0);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 1);
}
END_TEST

/* The same packet again: before the answer, after it, and after a restart. */
START_TEST(the_same_request_is_evaluated_once)
{
	const struct ask wrong = {.answer = "wrong", .key = 7};
	uint64_t tag[4];
	char state[WF_STATE_LEN + 1];

	for (size_t i = 0; i < 3; i++)
		tag[i] = nas_send(&wrong);
	for (size_t i = 0; i < 3; i++)
		nas_challenged(nas_wait(tag[i]));
	snprintf(state, sizeof(state), "%s", nas.replies[tag[0]].state);
	ck_assert_str_eq(nas.replies[tag[1]].state, state);
	ck_assert_str_eq(nas.replies[tag[2]].state, state);
	rig_settle(&nas_rig);
	nas_restart();
	ck_assert_str_eq(nas_ask(&wrong)->state, state);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 1);
	rig_advance(&nas_rig, 31);
	ck_assert_str_ne(nas_ask(&wrong)->state, state);
	ck_assert_uint_eq(nas_counted(), 2);
}
END_TEST

static bool
hear_nothing(struct engine_peer *peer, const struct wf_msg *sent)
{
	(void)peer;
	(void)sent;
	return false;
}

/* Another listener's: it hangs up before the request that it repeats is decided. */
START_TEST(who_waits_for_another_may_give_up)
{
	const struct ask wrong = {.answer = "wrong", .key = 14};
	struct engine_peer other = {
		.role = FRONT_RADIUS, .cred = {.uid = 990}, .send = hear_nothing};
	uint64_t first = nas_send(&wrong), third;

	for (int i = 0; i < 2; i++) {
		struct wf_msg msg;

		nas_make(&wrong, nas_tag(), &msg);
		ck_assert_int_eq(engine_handle(nas_rig.engine, &other, &msg), WF_OK);
		wf_msg_clear(&msg);
	}
	third = nas_send(&wrong);
	ck_assert_uint_eq(other.nwork, 2);
	engine_peer_gone(nas_rig.engine, &other);
	nas_challenged(nas_wait(first));
	nas_challenged(nas_wait(third));
	ck_assert_str_eq(nas.replies[first].state, nas.replies[third].state);
	rig_settle(&nas_rig);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 1);
}
END_TEST

START_TEST(both_rounds_again_get_the_same_answers)
{
	const struct ask ask = {.answer = NAS_PASSWORD, .key = 8};
	struct ask code = {.answer = nas_code(), .key = 9};
	char state[WF_STATE_LEN + 1];

	snprintf(state, sizeof(state), "%s", nas_ask(&ask)->state);
	ck_assert_str_eq(nas_ask(&ask)->state, state);
	code.state = state;
	nas_verdict(nas_ask(&code), WF_VERDICT_ACCEPT);
	nas_verdict(nas_ask(&code), WF_VERDICT_ACCEPT);
	nas_restart();
	nas_verdict(nas_ask(&code), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(nas_ask(&ask)->state, state);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 1);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

/* What is refused without a row of its own is answered the same when it comes again, too (I5). */
START_TEST(a_refused_request_gets_the_same_challenge_again)
{
	const struct ask ask = {.answer = NAS_PASSWORD, .key = 10};
	const char *state;

	lock();
	state = nas_ask(&ask)->state;
	ck_assert_str_eq(nas_ask(&ask)->state, state);
	rig_advance(&nas_rig, 31);
	ck_assert_str_ne(nas_ask(&ask)->state, state);
}
END_TEST

/* And weighs on its source once, as a wrong answer does; without challenges, too. */
START_TEST(a_refused_request_weighs_once)
{
	const struct ask ask = {.answer = "wrong", .key = 15, .rhost = "198.51.100.7"};
	uint32_t weight;

	lock();
	nas_vpn->mode = _i == 0 ? CLIENT_CHALLENGE : CLIENT_CODE_LAST;
	nas_vpn->trust_calling_station = true;
	(void)nas_ask(&ask);
	weight = rig_failures(&nas_rig, LANE_SOURCE, ask.rhost);
	ck_assert_uint_gt(weight, 0);
	(void)nas_ask(&ask);
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_SOURCE, ask.rhost), weight);
}
END_TEST

/*
 * A restart forgets its STATE, which opened nothing; the refusal holds, because its cause is in the
 * store.
 */
START_TEST(a_restart_refuses_again_what_was_refused)
{
	const struct ask ask = {.answer = NAS_PASSWORD, .key = 12};
	char states[2][WF_STATE_LEN + 1];

	lock();
	snprintf(states[0], sizeof(states[0]), "%s", nas_ask(&ask)->state);
	nas_restart();
	snprintf(states[1], sizeof(states[1]), "%s", nas_ask(&ask)->state);
	ck_assert_uint_eq(nas_counted(), 10);
	for (size_t i = 0; i < 2; i++)
		nas_verdict(nas_second(states[i], nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 10);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 0);
}
END_TEST

static void
wait_five_seconds(void)
{
	too_early();
	for (int i = 0; i < 4; i++)
		nas_rig.config.policy.backoff_s[i] = 5;
}

/*
 * The only packet that a restart lets change its verdict: refused unevaluated, and the cause is
 * over. Its answer was never looked at before, so this is its first and only evaluation, counted
 * like any.
 */
START_TEST(what_a_restart_forgot_is_evaluated_once)
{
	const struct ask ask = {.answer = "wrong again", .key = 13};
	char state[WF_STATE_LEN + 1];

	wait_five_seconds();
	nas_challenged(nas_ask(&ask));
	rig_advance(&nas_rig, 6);
	nas_challenged(nas_ask(&ask));
	/* without a restart it stays refused for as long as it is known */
	ck_assert_uint_eq(nas_counted(), 1);
	nas_restart();
	snprintf(state, sizeof(state), "%s", nas_ask(&ask)->state);
	ck_assert_uint_eq(nas_counted(), 2);
	ck_assert_str_eq(nas_ask(&ask)->state, state);
	nas_restart();
	ck_assert_str_eq(nas_ask(&ask)->state, state);
	ck_assert_uint_eq(nas_counted(), 2);
}
END_TEST

/* The connection breaks while it is under way: the resent packet finds what was decided. */
START_TEST(a_success_that_nobody_heard_is_kept_for_the_next_try)
{
	struct ask ask = {.answer = nas_code(), .key = 11};

	ask.state = nas_first("alice", NAS_PASSWORD)->state;
	(void)nas_send(&ask);
	while (nas_rig.engine->transactions->state < TXN_VERIFYING)
		event_base_loop(nas_rig.base, EVLOOP_ONCE);
	engine_peer_gone(nas_rig.engine, &nas.peer);
	rig_settle(&nas_rig);
	nas_open();
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 1);
	nas_verdict(nas_ask(&ask), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login.undelivered", NULL), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/gateway");
	TCase *rounds = unit_case(it, "rounds", 60, nas_set_up, nas_tear_down);
	TCase *again = unit_case(it, "again", 60, nas_set_up, nas_tear_down);

	tcase_add_test(rounds, both_rounds_right);
	tcase_add_test(rounds, a_success_clears_earlier_failures);
	tcase_add_test(rounds, a_wrong_password_counts_once_and_at_once);
	tcase_add_test(rounds, a_wrong_code_counts_in_both_lanes);
	tcase_add_test(rounds, a_used_code_is_replayed_and_not_counted);
	tcase_add_loop_test(rounds, what_is_hopeless_gets_a_challenge_like_any_other, 0,
		(int)(sizeof(hopeless) / sizeof(hopeless[0])));
	tcase_add_test(rounds, an_account_that_is_disabled_between_the_rounds);
	tcase_add_test(rounds, a_group_that_is_left_between_the_rounds);
	tcase_add_test(rounds, a_state_works_once);
	tcase_add_test(rounds, a_state_is_bound_to_client_and_user);
	tcase_add_test(rounds, an_open_challenge_lives_over_a_restart);
	tcase_add_test(rounds, a_challenge_that_nobody_answers_is_not_counted);
	tcase_add_test(rounds, a_late_answer_is_refused);
	tcase_add_test(rounds, a_fourth_challenge_ends_the_oldest);
	tcase_add_test(rounds, one_of_many_takes_the_challenge_up);
	tcase_add_test(again, the_same_request_is_evaluated_once);
	tcase_add_test(again, who_waits_for_another_may_give_up);
	tcase_add_test(again, both_rounds_again_get_the_same_answers);
	tcase_add_test(again, a_refused_request_gets_the_same_challenge_again);
	tcase_add_loop_test(again, a_refused_request_weighs_once, 0, 2);
	tcase_add_test(again, a_restart_refuses_again_what_was_refused);
	tcase_add_test(again, what_a_restart_forgot_is_evaluated_once);
	tcase_add_test(again, a_success_that_nobody_heard_is_kept_for_the_next_try);
	return it;
}

UNIT_MAIN(suite)
