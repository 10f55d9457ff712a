/* The host's end: what the centre is told of its callers, and they when it is away. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tests/unit/relay/host_rig.h"
#include "tests/unit/unit.h"

/* An answer for the caller of the message that the centre has got last. */
static void
reply_to(const struct wf_msg *asked, const struct wf_msg *inner)
{
	struct wf_msg outer;
	struct wf_buf frame;
	uint64_t number;

	wf_buf_init(&frame, WF_RELAYED_MAX);
	ck_assert_int_eq(wf_msg_encode(inner, &frame), WF_OK);
	wf_msg_init(&outer, WF_MSG_RELAYED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_get_uint(asked, WF_F_CHANNEL, &number), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&outer, WF_F_CHANNEL, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&outer, WF_F_FRAME, frame.data, frame.len), WF_OK);
	far_say(&centre, &outer);
	wf_msg_clear(&outer);
	wf_buf_clear(&frame);
}

static void
reply_prompts(const struct wf_msg *asked)
{
	static const struct wf_prompt prompts[] = {
		{.id = 1, .text = WF_TEXT_PASSWORD, .ttl_s = 60},
		{.id = 2, .text = WF_TEXT_CODE, .ttl_s = 60}};
	static const uint8_t txn[WF_TXN_LEN] = {1};
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_PROMPTS, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(wf_msg_add_prompt(&msg, &prompts[i]), WF_OK);
	reply_to(asked, &msg);
	wf_msg_clear(&msg);
}

static void
reply_result(const struct wf_msg *asked, enum wf_verdict verdict)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict), WF_OK);
	reply_to(asked, &msg);
	wf_msg_clear(&msg);
}

/* --- callers --- */

static void
hand(struct rig_peer *caller, struct wf_msg *msg)
{
	ck_assert_int_eq(taker->handle(taker->ctx, &caller->peer, msg), WF_OK);
	wf_msg_clear(msg);
}

static void
begin(struct rig_peer *caller)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct wf_msg msg;

	rig_fill_begin(&msg, &login);
	hand(caller, &msg);
}

static void
answer(struct rig_peer *caller)
{
	struct wf_msg msg;

	rig_fill_answer(&msg, caller, "correct horse", "123456");
	hand(caller, &msg);
}

static void
gone(struct rig_peer *caller)
{
	taker->gone(taker->ctx, &caller->peer);
	ck_assert_ptr_null(caller->peer.taken);
	if (caller->replies > 0)
		wf_msg_clear(&caller->last);
	caller->replies = 0;
}

/* A caller who has been asked; what the centre had got of him stands in asked_r. */
static void
ask(struct rig_peer *caller, struct wf_msg *asked_r)
{
	unsigned before = caller->replies;

	begin(caller);
	expect(WF_MSG_RELAY, asked_r);
	reply_prompts(asked_r);
	UNTIL(caller->replies > before);
	ck_assert_int_eq(caller->last.type, WF_MSG_PROMPTS);
}

static void
expect_verdict(struct rig_peer *caller, enum wf_verdict verdict, enum wf_text_id text)
{
	uint64_t told = WF_TEXT_NONE;

	ck_assert_int_eq(caller->last.type, WF_MSG_RESULT);
	ck_assert_int_eq(rig_verdict(caller), verdict);
	(void)!wf_msg_get_uint(&caller->last, WF_F_TEXT_ID, &told);
	ck_assert_uint_eq(told, text);
}

/* --- tests --- */

/* The centre is told who asks by the kernel's word, and gets the message as it was. */
START_TEST(a_login)
{
	struct rig_peer caller;
	const uint8_t *frame;
	struct wf_msg asked, inner;
	uint64_t uid;
	char user[20];
	size_t len;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 1234);
	caller.peer.cred.pid = getpid();
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	ask(&caller, &asked);
	ck_assert(!taker->idle(taker->ctx, &caller.peer));
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_UID, &uid), WF_OK);
	ck_assert_uint_eq(uid, 1234);
	ck_assert_uint_gt(wf_msg_count(&asked, WF_F_PROCESS), 0);
	ck_assert_int_eq(wf_msg_get_bytes(&asked, WF_F_FRAME, 0, &frame, &len), WF_OK);
	ck_assert_int_eq(wf_msg_decode(frame, len, &inner), WF_OK);
	ck_assert_int_eq(wf_msg_get_text(&inner, WF_F_USER, 0, user, sizeof(user)), WF_OK);
	ck_assert_str_eq(user, "alice");
	wf_msg_clear(&inner);
	wf_msg_clear(&asked);
	answer(&caller);
	expect(WF_MSG_RELAY, &asked);
	ck_assert_uint_eq(wf_msg_count(&asked, WF_F_PROCESS), 0); /* it is known */
	reply_result(&asked, WF_VERDICT_ACCEPT);
	UNTIL(caller.replies == 2);
	expect_verdict(&caller, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	wf_msg_clear(&asked);
	gone(&caller);
	expect(WF_MSG_CLOSE, &asked);
	wf_msg_clear(&asked);
}
END_TEST

/*
 * Whoever has not been asked meets nobody, if his module knows the word; whoever has been asked is
 * told that it is unavailable. Never anything else.
 */
START_TEST(away_in_the_middle)
{
	struct rig_peer asked, unasked, old;
	struct wf_msg msg;

	come_up();
	rig_peer_open(&asked, FRONT_PAM, 0);
	rig_peer_open(&unasked, FRONT_PAM, 0);
	rig_peer_open(&old, FRONT_PAM, 0);
	ask(&asked, &msg);
	wf_msg_clear(&msg);
	begin(&unasked);
	begin(&old);
	old.peer.version = 2;
	lose();
	UNTIL(asked.replies == 2 && unasked.replies == 1 && old.replies == 1);
	expect_verdict(&asked, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	expect_verdict(&unasked, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	expect_verdict(&old, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	begin(&unasked); /* and now at once */
	ck_assert_uint_eq(unasked.replies, 2);
	expect_verdict(&unasked, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&asked);
	gone(&unasked);
	gone(&old);
}
END_TEST

/* Only a login meets nobody: what comes behind one that was given up is plainly unavailable. */
START_TEST(away_in_the_account_phase)
{
	static const uint8_t txn[WF_TXN_LEN] = {1};
	struct rig_peer caller;
	struct wf_msg msg;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	hand(&caller, &msg);
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	wf_msg_init(&msg, WF_MSG_ACCOUNT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "alice"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	hand(&caller, &msg);
	lose();
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	gone(&caller);
}
END_TEST

/* Numbers of those who are gone are free again, all of them. */
START_TEST(callers_come_and_go)
{
	struct rig_peer caller;
	struct wf_msg msg;

	come_up();
	for (int i = 0; i < 1100; i++) {
		rig_peer_open(&caller, FRONT_PAM, 0);
		begin(&caller);
		expect(WF_MSG_RELAY, &msg);
		wf_msg_clear(&msg);
		ck_assert_uint_eq(caller.replies, 0);
		gone(&caller);
		expect(WF_MSG_CLOSE, &msg);
		wf_msg_clear(&msg);
	}
}
END_TEST

/* An answer that comes when the login has its answer is passed over. */
START_TEST(answer_after_its_end)
{
	struct rig_peer caller;
	struct wf_msg prompts, msg;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	ask(&caller, &msg);
	wf_msg_clear(&msg);
	rig_fill_answer(&prompts, &caller, "correct horse", "123456");
	lose();
	UNTIL(caller.replies == 2);
	hand(&caller, &prompts);
	ck_assert_uint_eq(caller.replies, 2);
	gone(&caller);
}
END_TEST

/* One row when it goes and one when it is back, and what nobody could be told meanwhile. */
START_TEST(rows_of_an_absence)
{
	struct rig_peer caller;
	struct audit_row row;

	come_up();
	lose();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	gone(&caller);
	for (int i = 0; i < 20; i++)
		pass(1000 * MS); /* tries again and again */
	open_ = true;
	UNTIL((pass(100 * MS), centre.up)); /* a try may have begun before, and fail now */
	greet();
	expect_row("relay.away");
	row = take_row();
	ck_assert_str_eq(row.event, "login");
	ck_assert_int_eq(row.result, AUDIT_UNAVAILABLE);
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.source, "198.51.100.7");
	ck_assert_str_eq(row.reason, "centre-away");
	ck_assert_str_eq(row.host, HOST);
	expect_row("relay.back");
	UNTIL(centre.n == 0);
	said[0] = '\0';
	lose();
	open_ = true;
	pass(20000 * MS);
	greet();
	expect_row("relay.away");
	expect_row("relay.back");
}
END_TEST

/* Claims of programs without root's rights are no facts. */
START_TEST(rows_of_an_unverified_caller)
{
	struct rig_peer caller;
	struct audit_row row;

	come_up();
	lose();
	rig_peer_open(&caller, FRONT_PAM, 1000);
	begin(&caller);
	gone(&caller);
	open_ = true;
	pass(20000 * MS);
	greet();
	expect_row("relay.away");
	row = take_row();
	ck_assert_str_eq(row.detail, "claims of the peer unverified");
	ck_assert_str_ne(row.source, "198.51.100.7");
}
END_TEST

static const struct {
	const char *certificate, *because;
} strangers[] = {
	{"other", "IP address mismatch"},
	{"expired", "certificate has expired"},
	{"client", "unsuitable certificate purpose"},
};

START_TEST(not_the_centre)
{
	struct rig_peer caller;

	certificate = strangers[_i].certificate;
	UNTIL(strstr(said, "is away") != NULL);
	ck_assert_msg(strstr(said, strangers[_i].because) != NULL, "%s", said);
	ck_assert_uint_eq(centre.n, 0); /* nothing was said to it */
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&caller);
}
END_TEST

/* A message that the centre may not send, or one before its first word, ends the connection. */
START_TEST(nonsense_of_the_centre)
{
	struct wf_msg msg;

	expect(WF_MSG_HELLO, &msg);
	wf_msg_clear(&msg);
	wf_msg_init(&msg, WF_MSG_CLOSED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, 1), WF_OK);
	far_say(&centre, &msg);
	wf_msg_clear(&msg);
	UNTIL(centre.down);
	pass(20000 * MS);
	UNTIL(centre.up);
	greet();
	expect_row("relay.start");
	far_say_empty(&centre, WF_MSG_WORK);
	UNTIL(centre.down);
}
END_TEST

START_TEST(nonsense_for_a_caller)
{
	struct rig_peer caller;
	struct wf_msg asked, outer;
	uint64_t number;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect(WF_MSG_RELAY, &asked);
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_CHANNEL, &number), WF_OK);
	wf_msg_clear(&asked);
	wf_msg_init(&outer, WF_MSG_RELAYED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&outer, WF_F_CHANNEL, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&outer, WF_F_FRAME, "nonsense", 8), WF_OK);
	far_say(&centre, &outer);
	wf_msg_clear(&outer);
	UNTIL(centre.down);
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&caller);
}
END_TEST

static unsigned dropped;

static void
drop(struct engine_peer *peer)
{
	(void)peer;
	dropped++;
}

START_TEST(hung_up_on_by_the_centre)
{
	struct rig_peer caller;
	struct wf_msg asked, msg;
	uint64_t number;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	caller.peer.drop = drop;
	ask(&caller, &asked);
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_CHANNEL, &number), WF_OK);
	wf_msg_init(&msg, WF_MSG_CLOSED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, number), WF_OK);
	far_say(&centre, &msg);
	far_say(&centre, &msg); /* nobody has it any more */
	wf_msg_clear(&msg);
	wf_msg_clear(&asked);
	UNTIL(dropped > 0);
	turn();
	ck_assert_uint_eq(dropped, 1);
	ck_assert(centre.up);
	gone(&caller);
}
END_TEST

/* --- is it alive? --- */

static void
expect_ping(void)
{
	struct wf_msg msg;

	expect(WF_MSG_PING, &msg);
	wf_msg_clear(&msg);
}

/* Asked after five seconds of silence, or after one when somebody waits; given up 2.5 s later. */
START_TEST(signs_of_life)
{
	struct rig_peer caller;
	struct wf_msg asked;

	come_up();
	turn();
	turn();
	pass(5000 * MS);
	ck_assert_uint_eq(centre.n, 0);
	pass(1);
	expect_ping();
	far_say_empty(&centre, WF_MSG_PONG);
	for (int i = 0; i < 5; i++)
		turn();
	pass(2600 * MS);
	ck_assert(centre.up); /* it has answered */
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect(WF_MSG_RELAY, &asked);
	wf_msg_clear(&asked);
	expect_ping();
	pass(2500 * MS);
	ck_assert_uint_eq(caller.replies, 0);
	pass(1);
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	ck_assert_ptr_nonnull(strstr(said, "it says nothing"));
	gone(&caller);
}
END_TEST

/* A person who thinks about the prompts makes nobody hurry. */
START_TEST(typing_is_no_waiting)
{
	struct rig_peer caller;
	struct wf_msg asked;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	ask(&caller, &asked);
	wf_msg_clear(&asked);
	for (int i = 0; i < 5; i++)
		turn();
	pass(4000 * MS);
	ck_assert_uint_eq(centre.n, 0);
	answer(&caller);
	expect(WF_MSG_RELAY, &asked);
	wf_msg_clear(&asked);
	pass(1);
	expect_ping();
	gone(&caller);
}
END_TEST

START_TEST(no_first_word)
{
	struct wf_msg msg;

	expect(WF_MSG_HELLO, &msg);
	wf_msg_clear(&msg);
	pass(5000 * MS);
	ck_assert(centre.up);
	pass(1);
	UNTIL(centre.down);
	ck_assert_ptr_nonnull(strstr(said, "it does not answer (if it refuses, its log says why)"));
}
END_TEST

static Suite *
relay_suite(void)
{
	Suite *suite = suite_create("relay");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_login);
	tcase_add_test(tc, away_in_the_middle);
	tcase_add_test(tc, away_in_the_account_phase);
	tcase_add_test(tc, callers_come_and_go);
	tcase_add_test(tc, answer_after_its_end);
	tcase_add_test(tc, rows_of_an_absence);
	tcase_add_test(tc, rows_of_an_unverified_caller);
	tcase_add_loop_test(
		tc, not_the_centre, 0, (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_test(tc, nonsense_of_the_centre);
	tcase_add_test(tc, nonsense_for_a_caller);
	tcase_add_test(tc, hung_up_on_by_the_centre);
	tcase_add_test(tc, signs_of_life);
	tcase_add_test(tc, typing_is_no_waiting);
	tcase_add_test(tc, no_first_word);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(relay_suite)
