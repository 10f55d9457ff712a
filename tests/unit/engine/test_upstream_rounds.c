/*
 * What another server asks back: a further round over PAM, a further challenge over RADIUS; in
 * order, a few of them, and not for nothing.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/elsewhere.h"
#include "tests/unit/engine/nas.h"
#include "tests/unit/unit.h"

#define CODE "271828"
#define QUESTION "Code of the SMS:"

static struct rig_peer peer;
static int64_t bob;

/* bob's codes are passlogic's. */
static void
set_up(void)
{
	nas_set_up();
	(void)rig_upstream(&nas_rig, "passlogic", UPSTREAM_POSSESSION);
	bob = rig_bare_account(&nas_rig, "bob", 1001);
	rig_join(&nas_rig, "bob");
	rig_peer_open(&peer, FRONT_PAM, 0);
}

static void
tear_down(void)
{
	rig_peer_close(&nas_rig, &peer);
	nas_tear_down();
}

static uint32_t
failures(enum throttle_lane lane)
{
	return rig_failures(&nas_rig, lane, "bob");
}

static size_t
rows(const char *reason)
{
	return rig_rows(&nas_rig, "login", reason);
}

/* --- PAM --- */

/* As far as the first question of passlogic. */
static void
come_so_far(void)
{
	const struct rig_login login = {.user = "bob", .rhost = "198.51.100.7", .tty = "ssh"};

	rig_begin(&nas_rig, &peer, &login);
	rig_challenged(&nas_rig, &peer);
	rig_answer(&nas_rig, &peer, NAS_PASSWORD, CODE);
	rig_asked(&nas_rig, 1);
	elsewhere_challenge(0, QUESTION, true, "one");
	rig_wait(&nas_rig, &peer, 1);
}

/* The question that is out: one prompt in the server's words. */
static void
is_asked(const char *question, bool echo)
{
	char text[512];
	struct wf_prompt prompt;

	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	ck_assert_uint_eq(wf_msg_count(&peer.last, WF_F_PROMPT), 1);
	ck_assert_int_eq(wf_msg_get_prompt(&peer.last, 0, &prompt), WF_OK);
	ck_assert_int_eq(prompt.text, WF_TEXT_CODE);
	ck_assert_int_eq(prompt.echo, echo);
	ck_assert_int_eq(wf_msg_get_text(&peer.last, WF_F_TEXT, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, question);
}

static bool
said(size_t index, const char *answer, const char *state)
{
	const struct asked *asked = elsewhere_asked(index);

	return strcmp(asked->answer, answer) == 0 && asked->state_len == strlen(state) &&
	       memcmp(asked->state, state, asked->state_len) == 0;
}

START_TEST(a_question_over_pam)
{
	come_so_far();
	is_asked(QUESTION, true);
	ck_assert_uint_eq(rows(NULL), 0);
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_asked(&nas_rig, 2);
	ck_assert(said(1, "4711", "one"));
	elsewhere_challenge(1, "", false, "two");
	rig_wait(&nas_rig, &peer, 2);
	is_asked("", false);
	rig_answer(&nas_rig, &peer, "", "");
	rig_asked(&nas_rig, 3);
	ck_assert(said(2, "", "two"));
	elsewhere_say(2, WF_OUTCOME_ACCEPT);
	rig_wait(&nas_rig, &peer, 3);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password+upstream:passlogic");
	ck_assert_uint_eq(rows(NULL), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 0);
}
END_TEST

START_TEST(a_wrong_answer_over_pam)
{
	come_so_far();
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_asked(&nas_rig, 2);
	elsewhere_say(1, WF_OUTCOME_REJECT);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* A server that asks for ever ends as if it had said no. */
START_TEST(rounds_are_bounded)
{
	come_so_far();
	for (unsigned i = 1; i <= UPSTREAM_ROUNDS_MAX; i++) {
		rig_answer(&nas_rig, &peer, "", "4711");
		rig_asked(&nas_rig, i + 1);
		elsewhere_challenge(i, QUESTION, true, "more");
		rig_wait(&nas_rig, &peer, i + 1);
	}
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rows("upstream-rounds"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
}
END_TEST

static void
by_silence(void)
{
	txn_step(peer.peer.transactions, TXN_DEADLINE);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
}

static void
by_hanging_up(void)
{
	rig_peer_close(&nas_rig, &peer);
}

static void
by_abort(void)
{
	txn_step(peer.peer.transactions, TXN_ABORT);
}

/* Guesses at the other server would be free else, and so would be what a question costs it. */
START_TEST(who_leaves_it_open_counts_for_possession)
{
	static void (*const ways[])(void) = {by_silence, by_hanging_up, by_abort};

	come_so_far();
	ways[_i]();
	rig_settle(&nas_rig);
	ck_assert_uint_eq(rows("upstream-left"), 1);
	ck_assert_uint_eq(rows(NULL), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

/* A token of his own had said no: that was a guess at it, too (I1). */
START_TEST(a_question_left_open_makes_no_guess_free)
{
	rig_token(&nas_rig, bob, CREDENTIAL_PENDING);
	come_so_far();
	by_silence();
	rig_settle(&nas_rig);
	ck_assert_uint_eq(rows("upstream-left"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* But not whom we stop ourselves. */
/* Nor is it free to answer what cannot be asked: a text that RADIUS cannot carry, for one. */
START_TEST(who_cannot_be_asked_about_counts_for_possession)
{
	come_so_far();
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_asked(&nas_rig, 2);
	elsewhere_silent(1, WF_WHY_UNSENDABLE);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rows("upstream-away"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* What one server has asked is not told the next one. */
START_TEST(a_question_of_one_of_two)
{
	const struct rig_login login = {.user = "bob", .rhost = "198.51.100.7", .tty = "ssh"};

	(void)rig_upstream(&nas_rig, "ldap", UPSTREAM_KNOWLEDGE);
	rig_void(&nas_rig, "bob", FACTOR_PASSWORD);
	rig_begin(&nas_rig, &peer, &login);
	rig_challenged(&nas_rig, &peer);
	rig_answer(&nas_rig, &peer, "theirs", CODE);
	rig_asked(&nas_rig, 1);
	elsewhere_challenge(0, QUESTION, true, "one");
	rig_wait(&nas_rig, &peer, 1);
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_asked(&nas_rig, 2);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	rig_asked(&nas_rig, 3);
	ck_assert_str_eq(elsewhere_asked(2)->server, "passlogic");
	ck_assert(said(2, CODE, ""));
	elsewhere_say(2, WF_OUTCOME_ACCEPT);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(a_stop_is_nobodys_fault)
{
	come_so_far();
	engine_drain(nas_rig.engine);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rows("abandoned"), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 0);
}
END_TEST

/* But a token of ours had said no (I1). */
START_TEST(a_guess_before_a_stop)
{
	rig_token(&nas_rig, bob, CREDENTIAL_PENDING);
	come_so_far();
	engine_drain(nas_rig.engine);
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rows("upstream-left"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* A person may have longer than a reservation lasts; not here, where it is held meanwhile. */
START_TEST(no_longer_than_the_reservation)
{
	const struct origin origin = {.line = 0};

	ck_assert_int_eq(
		policy_set(&nas_rig.config.policy, P_PERSON_DEADLINE_S, 600, &origin), WF_OK);
	come_so_far();
	ck_assert_int_eq(peer.peer.transactions->due_us - nas_rig.now.boot_us, 160000000);
}
END_TEST

/*
 * A reload in between took the section away, or made it another one's factor: nobody is asked any
 * more.
 */
START_TEST(reloaded_in_between)
{
	come_so_far();
	if (_i == 0)
		nas_rig.config.upstreams.n = 0;
	else
		nas_rig.upstreams[0].factor = UPSTREAM_KNOWLEDGE;
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rows("upstream-away"), 1);
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

/* Not the prompt that is out, or more than it: the peer is at fault. */
START_TEST(an_answer_to_something_else)
{
	struct wf_msg msg;

	come_so_far();
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert_int_eq(
		wf_msg_add_bytes(&msg, WF_F_TXN, peer.peer.transactions->id, WF_TXN_LEN), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 77, "1", 1), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &peer.peer, &msg), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 2, "1", 1), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &peer.peer, &msg), WF_INVALID);
	wf_msg_clear(&msg);
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

/* A module that does not know of texts with prompts is not sent one. */
START_TEST(an_older_module)
{
	come_so_far();
	peer.peer.transactions->version = 2;
	rig_answer(&nas_rig, &peer, "", "4711");
	rig_asked(&nas_rig, 2);
	elsewhere_challenge(1, QUESTION, true, "two");
	rig_wait(&nas_rig, &peer, 2);
	ck_assert_int_eq(peer.last.version, 2);
	is_asked("", true);
}
END_TEST

/* --- RADIUS --- */

static const struct reply *
wait_for(uint64_t tag)
{
	const struct reply *reply = nas_wait(tag);

	rig_settle(&nas_rig);
	return reply;
}

/* The State of the first round, which nobody elsewhere hears of. */
static const char *
first_state(void)
{
	const struct reply *reply = nas_first("bob", NAS_PASSWORD);

	nas_challenged(reply);
	ck_assert_uint_eq(elsewhere_count(), 0);
	return reply->state;
}

static uint64_t
send_second(const char *state, const char *answer, uint64_t key)
{
	const struct ask ask = {.user = "bob", .state = state, .answer = answer, .key = key};
	size_t before = elsewhere_count();
	uint64_t tag = nas_send(&ask);

	rig_asked(&nas_rig, before + 1);
	return tag;
}

/* What passlogic asks back to an answer. */
static const struct reply *
question(const char *state, const char *answer, uint64_t key, const char *peer_state)
{
	uint64_t tag = send_second(state, answer, key);

	elsewhere_challenge(elsewhere_count() - 1, QUESTION, true, peer_state);
	return wait_for(tag);
}

START_TEST(a_code_over_radius)
{
	uint64_t tag = send_second(first_state(), CODE, 0);

	ck_assert_str_eq(elsewhere_asked(0)->answer, CODE);
	ck_assert_str_eq(elsewhere_asked(0)->nas, "gw1");
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	nas_verdict(wait_for(tag), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password+upstream:passlogic");
	ck_assert_str_eq(rig_row(&nas_rig, "login").kinds, "knowledge+possession");
}
END_TEST

START_TEST(a_wrong_password_over_radius)
{
	const struct reply *first = nas_first("bob", "wrong");

	nas_challenged(first);
	nas_verdict(nas_second(first->state, CODE), WF_VERDICT_REJECT);
	ck_assert_uint_eq(elsewhere_count(), 0);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
}
END_TEST

START_TEST(a_question_over_radius)
{
	const struct reply *reply;
	char states[3][WF_STATE_LEN + 1];
	uint64_t tag;

	snprintf(states[0], sizeof(states[0]), "%s", first_state());
	reply = question(states[0], CODE, 0, "one");
	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_str_eq(reply->words, QUESTION);
	ck_assert(reply->prompt.echo);
	snprintf(states[1], sizeof(states[1]), "%s", reply->state);
	ck_assert_str_ne(states[1], states[0]);
	reply = question(states[1], "4711", 0, "two");
	ck_assert(said(1, "4711", "one"));
	snprintf(states[2], sizeof(states[2]), "%s", reply->state);
	ck_assert_uint_eq(rows(NULL), 0);
	for (size_t i = 0; i < 2; i++) { /* an older one leads nowhere, and costs nothing */
		const struct ask old = {.user = "bob", .state = states[i], .answer = "4711"};

		nas_verdict(nas_ask(&old), WF_VERDICT_REJECT);
	}
	ck_assert_uint_eq(elsewhere_count(), 2);
	tag = send_second(states[2], "4712", 0);
	ck_assert(said(2, "4712", "two"));
	elsewhere_say(2, WF_OUTCOME_ACCEPT);
	nas_verdict(wait_for(tag), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password+upstream:passlogic");
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 0);
}
END_TEST

/*
 * Each request that comes again, also while it is looked at: one question there, the same answer
 * here.
 */
START_TEST(the_same_request_again)
{
	const struct ask again[] = {
		{.user = "bob", .state = first_state(), .answer = CODE, .key = 4},
		{.user = "bob", .answer = "4711", .key = 5},
	};
	struct ask last = again[1];
	uint64_t tags[3];
	char state[WF_STATE_LEN + 1];

	tags[0] = send_second(again[0].state, CODE, 4);
	tags[1] = nas_send(&again[0]);
	nas_loop(50);
	ck_assert_uint_eq(elsewhere_count(), 1);
	elsewhere_challenge(0, QUESTION, true, "one");
	(void)nas_wait(tags[0]);
	(void)wait_for(tags[1]);
	tags[2] = nas_send(&again[0]);
	(void)wait_for(tags[2]);
	snprintf(state, sizeof(state), "%s", nas.replies[tags[0]].state);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(nas.replies[tags[i]].type, WF_MSG_CHALLENGE);
		ck_assert_str_eq(nas.replies[tags[i]].state, state);
		ck_assert_str_eq(nas.replies[tags[i]].words, QUESTION);
	}
	last.state = state;
	tags[0] = send_second(state, "4711", 5);
	elsewhere_say(1, WF_OUTCOME_REJECT);
	nas_verdict(wait_for(tags[0]), WF_VERDICT_REJECT);
	nas_verdict(nas_ask(&last), WF_VERDICT_REJECT);
	ck_assert_str_eq(nas_ask(&again[0])->state, state);
	ck_assert_uint_eq(elsewhere_count(), 2);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

START_TEST(over_a_restart)
{
	char state[WF_STATE_LEN + 1];
	uint64_t tag;

	snprintf(state, sizeof(state), "%s", question(first_state(), CODE, 0, "one")->state);
	nas_restart();
	tag = send_second(state, "4711", 0);
	ck_assert(said(0, "4711", "one"));
	ck_assert_str_eq(elsewhere_asked(0)->server, "passlogic");
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	nas_verdict(wait_for(tag), WF_VERDICT_ACCEPT);
}
END_TEST

/* Nobody answers the last question, and the daemon is another one. */
static void
let_go(uint64_t tag)
{
	size_t n;

	elsewhere_challenge(elsewhere_count() - 1, QUESTION, true, "last");
	(void)wait_for(tag);
	nas_restart();
	rig_advance(&nas_rig, 120);
	ck_assert_int_eq(store_expire(nas_rig.store, &n), WF_OK);
}

static void
hear_nothing_more(uint64_t tag)
{
	elsewhere_silent(elsewhere_count() - 1, WF_WHY_TIMEOUT);
	(void)wait_for(tag);
}

static void
hear_yes(uint64_t tag)
{
	elsewhere_say(elsewhere_count() - 1, WF_OUTCOME_ACCEPT);
	nas_verdict(wait_for(tag), WF_VERDICT_ACCEPT);
}

static const struct {
	void (*end)(uint64_t tag);
	unsigned questions; /* before it */
	uint32_t failures;
} guesses[] = {
	{let_go, 0, 1},
	{let_go, 2, 1},
	{hear_nothing_more, 0, 1},
	{hear_nothing_more, 1, 1},
	{hear_yes, 1, 0},
};

/* His own token had said no, then passlogic asked back: the guess counts, however it ends (I1). */
START_TEST(a_guess_at_a_token_before_a_question)
{
	char state[WF_STATE_LEN + 1];

	rig_token(&nas_rig, bob, CREDENTIAL_PENDING);
	snprintf(state, sizeof(state), "%s", first_state());
	for (unsigned i = 0; i < guesses[_i].questions; i++)
		snprintf(state, sizeof(state), "%s", question(state, CODE, 0, "one")->state);
	guesses[_i].end(send_second(state, CODE, 0));
	ck_assert_uint_eq(failures(LANE_ACCOUNT), guesses[_i].failures);
	ck_assert_uint_eq(failures(LANE_POSSESSION), guesses[_i].failures);
}
END_TEST

START_TEST(left_open_over_radius)
{
	size_t n;

	(void)question(first_state(), CODE, 0, "one");
	rig_advance(&nas_rig, 120);
	ck_assert_int_eq(store_expire(nas_rig.store, &n), WF_OK);
	ck_assert_uint_eq(rows("upstream-left"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

START_TEST(disabled_meanwhile)
{
	char state[WF_STATE_LEN + 1];
	struct ask ask = {.user = "bob", .state = state, .answer = "4711"};

	snprintf(state, sizeof(state), "%s", question(first_state(), CODE, 0, "one")->state);
	rig_account_edit(&nas_rig, "bob", disable);
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

/* The password is theirs: the first round asks them, and says the same whatever it hears. */
START_TEST(a_password_elsewhere)
{
	static const enum wf_outcome says[] = {WF_OUTCOME_ACCEPT, WF_OUTCOME_REJECT};
	const struct ask first = {.user = "bob", .answer = "theirs"};
	const struct reply *reply;
	struct ask second = {.user = "bob"};
	uint64_t tag;

	nas_rig.upstreams[0].factor = UPSTREAM_KNOWLEDGE;
	rig_void(&nas_rig, "bob", FACTOR_PASSWORD);
	rig_token(&nas_rig, 2, CREDENTIAL_ACTIVE);
	tag = nas_send(&first);
	rig_asked(&nas_rig, 1);
	elsewhere_say(0, says[_i]);
	reply = wait_for(tag);
	nas_challenged(reply);
	second.state = reply->state;
	second.answer = nas_code();
	nas_verdict(nas_ask(&second), _i == 0 ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), _i == 0 ? 0 : 1);
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

/*
 * The gateway asks for the password elsewhere: the first request is the code, and a question may
 * follow at once.
 */
START_TEST(a_code_alone)
{
	const struct ask first = {.user = "bob", .answer = CODE};
	struct policy_service *service;
	char state[WF_STATE_LEN + 1];
	uint64_t tag;

	ck_assert_int_eq(policy_service_add(&nas_rig.config.policy, "vpn", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	tag = nas_send(&first);
	rig_asked(&nas_rig, 1);
	elsewhere_challenge(0, QUESTION, true, "one");
	snprintf(state, sizeof(state), "%s", wait_for(tag)->state);
	tag = send_second(state, "4711", 0);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	nas_verdict(wait_for(tag), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "upstream:passlogic");
	ck_assert_str_eq(rig_row(&nas_rig, "login").kinds, "possession");
}
END_TEST

/* Where there is no room for a question: a first round, and a client that cannot show one. */
START_TEST(no_room_for_a_question)
{
	const struct ask first = {
		.user = "bob", .answer = _i == 0 ? NAS_PASSWORD : NAS_PASSWORD CODE, .key = 7};
	uint64_t tag;

	nas_vpn->mode = _i == 0 ? CLIENT_CHALLENGE : CLIENT_CODE_LAST;
	if (_i == 0) {
		nas_rig.upstreams[0].factor = UPSTREAM_KNOWLEDGE;
		rig_void(&nas_rig, "bob", FACTOR_PASSWORD);
	}
	tag = nas_send(&first);
	rig_asked(&nas_rig, 1);
	elsewhere_challenge(0, QUESTION, false, "one");
	nas_verdict(wait_for(tag), WF_VERDICT_UNAVAILABLE);
	nas_verdict(nas_ask(&first), WF_VERDICT_UNAVAILABLE); /* the same packet: asked once */
	ck_assert_uint_eq(elsewhere_count(), 1);
	ck_assert_uint_eq(rows("upstream-challenge"), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

static void
add_pam(TCase *tc)
{
	tcase_add_test(tc, a_question_over_pam);
	tcase_add_test(tc, a_wrong_answer_over_pam);
	tcase_add_test(tc, rounds_are_bounded);
	tcase_add_loop_test(tc, who_leaves_it_open_counts_for_possession, 0, 3);
	tcase_add_test(tc, a_question_left_open_makes_no_guess_free);
	tcase_add_test(tc, who_cannot_be_asked_about_counts_for_possession);
	tcase_add_test(tc, a_question_of_one_of_two);
	tcase_add_test(tc, a_stop_is_nobodys_fault);
	tcase_add_test(tc, a_guess_before_a_stop);
	tcase_add_test(tc, no_longer_than_the_reservation);
	tcase_add_loop_test(tc, reloaded_in_between, 0, 2);
	tcase_add_test(tc, an_answer_to_something_else);
	tcase_add_test(tc, an_older_module);
}

static void
add_radius(TCase *tc)
{
	tcase_add_test(tc, a_code_over_radius);
	tcase_add_test(tc, a_wrong_password_over_radius);
	tcase_add_test(tc, a_question_over_radius);
	tcase_add_test(tc, the_same_request_again);
	tcase_add_test(tc, over_a_restart);
	tcase_add_test(tc, left_open_over_radius);
	tcase_add_loop_test(tc, a_guess_at_a_token_before_a_question, 0,
		(int)(sizeof(guesses) / sizeof(guesses[0])));
	tcase_add_test(tc, disabled_meanwhile);
	tcase_add_loop_test(tc, a_password_elsewhere, 0, 2);
	tcase_add_test(tc, a_code_alone);
	tcase_add_loop_test(tc, no_room_for_a_question, 0, 2);
}

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/upstream_rounds");
	TCase *pam = tcase_create("pam"), *radius = tcase_create("radius");

	tcase_add_checked_fixture(pam, set_up, tear_down);
	add_pam(pam);
	suite_add_tcase(it, pam);
	tcase_add_checked_fixture(radius, set_up, tear_down);
	add_radius(radius);
	suite_add_tcase(it, radius);
	return it;
}

UNIT_MAIN(suite)
