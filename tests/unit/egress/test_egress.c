/* The daemon's side of questions to other servers: answers, deadlines, a dead other end. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/egress/egress.h"
#include "tests/unit/faults.h"
#include "tests/unit/radius/fake_daemon.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

static struct fake_daemon program; /* warifu-egress's end */
static struct event_base *base;
static struct egress *egress;
static struct egress_reply last;
static unsigned told;
static struct egress_ticket *ticket;
static struct wf_secret answer;
static bool asks_again; /* from within the callback */

static void
say_something(int priority, const char *text)
{
	(void)priority;
	ck_assert_str_ne(text, "");
}

static struct egress_question
question_of(int64_t within_us)
{
	return (struct egress_question){.trade = WF_TRADE_RADIUS,
		.server = "otp1",
		.user = "alice",
		.answer = &answer,
		.source = "192.0.2.7",
		.nas = "",
		.deadline_boot_us = now.boot_us + within_us};
}

static void on_reply(void *ctx, const struct egress_reply *reply);

static wf_status
ask(int64_t within_us)
{
	const struct egress_question question = question_of(within_us);

	return egress_ask(egress, &question, on_reply, &told, &ticket);
}

static void
on_reply(void *ctx, const struct egress_reply *reply)
{
	ck_assert_ptr_eq(ctx, &told);
	last = *reply;
	told++;
	if (asks_again) {
		asks_again = false;
		(void)ask(S);
	}
}

static void
setup(void)
{
	fake_daemon_open(&program);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	now = (struct wf_now){.boot_us = 1000 * MS};
	told = 0;
	ticket = NULL;
	asks_again = false;
	memset(&last, 0x55, sizeof(last));
	ck_assert_int_eq(wf_secret_set(&answer, "123456", 6), WF_OK);
	{
		const struct egress_options options = {.clock = {.read = read_clock},
			.path = program.path,
			.owner = (uid_t)-1,
			.say = say_something};

		ck_assert_int_eq(egress_new(base, &options, &egress), WF_OK);
	}
}

static void
teardown(void)
{
	egress_free(&egress);
	ck_assert_ptr_null(egress);
	egress_free(&egress);
	event_base_free(base);
	fake_daemon_close(&program);
	wf_secret_clear(&answer);
}

/* Long enough for a tick. */
static void
turn(void)
{
	const struct timeval tv = {.tv_usec = 60000};

	ck_assert_int_eq(event_base_loopexit(base, &tv), 0);
	ck_assert_int_ge(event_base_dispatch(base), 0);
}

static void
connect_both(void)
{
	turn();
	ck_assert(fake_daemon_accept(&program));
	ck_assert(egress_is_up(egress));
}

static uint64_t
number_of(const struct wf_msg *msg, enum wf_field_id id)
{
	uint64_t number = 0;

	ck_assert_int_eq(wf_msg_get_uint(msg, id, &number), WF_OK);
	return number;
}

/* The question as the program hears it; gives its TAG. */
static uint64_t
hear(void)
{
	struct wf_msg msg;
	uint64_t tag;

	ck_assert(fake_daemon_hear(&program, &msg));
	ck_assert_int_eq(msg.type, WF_MSG_QUERY);
	tag = number_of(&msg, WF_F_TAG);
	wf_msg_clear(&msg);
	return tag;
}

static void
start_reply(struct wf_msg *msg, uint64_t tag, unsigned outcome)
{
	wf_msg_init(msg, WF_MSG_REPLY, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_OUTCOME, outcome), WF_OK);
}

static void
send_reply(struct wf_msg *msg)
{
	fake_daemon_say(&program, msg);
	wf_msg_clear(msg);
	turn();
}

static void
reply(uint64_t tag, unsigned outcome)
{
	struct wf_msg msg;

	start_reply(&msg, tag, outcome);
	send_reply(&msg);
}

static void
expect_unreachable(enum wf_unreachable why)
{
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(last.why, why);
	ck_assert_str_ne(last.cause, "");
	ck_assert_str_eq(last.text, "");
	ck_assert_uint_eq(last.state_len, 0);
}

/* --- questions --- */

START_TEST(every_field_is_said)
{
	static const uint8_t state[] = {1, 0, 2};
	struct egress_question question = question_of(2500 * MS);
	const uint8_t *bytes;
	struct wf_msg msg;
	char text[300];
	size_t len;

	connect_both();
	question.state = state;
	question.state_len = sizeof(state);
	question.nas = "gw1";
	ck_assert_int_eq(egress_ask(egress, &question, on_reply, &told, &ticket), WF_OK);
	turn();
	ck_assert(fake_daemon_hear(&program, &msg));
	ck_assert_uint_eq(number_of(&msg, WF_F_TRADE), WF_TRADE_RADIUS);
	ck_assert_uint_eq(number_of(&msg, WF_F_PATIENCE), 2500);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_SERVER, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "otp1");
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_USER, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "alice");
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_RHOST, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "192.0.2.7");
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_NAS, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "gw1");
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_PEER_STATE, 0, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(bytes, state, 3);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_SECRET, 0, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 6);
	ck_assert_mem_eq(bytes, "123456", 6);
	wf_msg_clear(&msg);
	ck_assert_uint_eq(told, 0);
}
END_TEST

START_TEST(an_empty_answer_can_be_asked)
{
	connect_both();
	wf_secret_clear(&answer);
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	reply(hear(), WF_OUTCOME_REJECT);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_REJECT);
}
END_TEST

START_TEST(what_cannot_be_asked_says_so)
{
	struct egress_question question;

	ck_assert(!egress_is_up(egress));
	ck_assert_int_eq(ask(S), WF_UNAVAILABLE);
	connect_both();
	ck_assert_int_eq(ask(0), WF_TIMEOUT);
	ck_assert_int_eq(ask(-S), WF_TIMEOUT);
	question = question_of(S);
	question.server = "";
	ck_assert_int_eq(egress_ask(egress, &question, on_reply, &told, &ticket), WF_INVALID);
	question = question_of(S);
	question.source = "two\nlines";
	ck_assert_int_eq(egress_ask(egress, &question, on_reply, &told, &ticket), WF_INVALID);
	turn();
	ck_assert_uint_eq(told, 0);
	ck_assert_ptr_null(ticket);
}
END_TEST

START_TEST(places_are_bounded_and_used_again)
{
	static struct egress_ticket *tickets[EGRESS_PENDING_MAX];

	connect_both();
	for (size_t i = 0; i < EGRESS_PENDING_MAX; i++) {
		ck_assert_int_eq(ask(10 * S), WF_OK);
		tickets[i] = ticket;
	}
	ck_assert_int_eq(ask(10 * S), WF_FULL);
	egress_drop(&tickets[77]);
	ck_assert_ptr_null(tickets[77]);
	ck_assert_int_eq(ask(10 * S), WF_OK);
	ck_assert_int_eq(ask(10 * S), WF_FULL);
}
END_TEST

/* --- answers --- */

START_TEST(each_outcome_is_told)
{
	static const enum wf_outcome outcomes[] = {
		WF_OUTCOME_REJECT, WF_OUTCOME_ACCEPT, WF_OUTCOME_UNREACHABLE};

	connect_both();
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(ask(S), WF_OK);
		turn();
		reply(hear(), outcomes[i]);
		ck_assert_uint_eq(told, i + 1);
		ck_assert_int_eq(last.outcome, outcomes[i]);
		ck_assert_uint_eq(last.state_len, 0);
		ck_assert(!last.echo);
	}
}
END_TEST

START_TEST(a_challenge_brings_text_state_and_echo)
{
	struct wf_msg msg;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	start_reply(&msg, hear(), WF_OUTCOME_CHALLENGE);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, "Code\tof\nthe token:"), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_ECHO, 1), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PEER_STATE, "a\0b", 3), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVER, "192.0.2.1:1812"), WF_OK);
	send_reply(&msg);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_CHALLENGE);
	ck_assert_str_eq(last.text, "Code of the token:");
	ck_assert_str_eq(last.server, "192.0.2.1:1812");
	ck_assert(last.echo);
	ck_assert_uint_eq(last.state_len, 3);
	ck_assert_mem_eq(last.state, "a\0b", 3);
}
END_TEST

START_TEST(silence_has_its_cause)
{
	struct wf_msg msg;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	start_reply(&msg, hear(), WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_WHY, WF_WHY_FORGED), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, "not signed"), WF_OK);
	send_reply(&msg);
	expect_unreachable(WF_WHY_FORGED);
	ck_assert_str_eq(last.cause, "not signed");
	ck_assert_str_eq(egress_why_name(last.why), "forged");
	ck_assert_str_eq(egress_why_name(WF_WHY_NONE), "none");
	ck_assert_str_eq(egress_why_name(WF_WHY_COUNT), "internal");
}
END_TEST

/* Values that the table of messages lets pass. */
static const struct {
	enum wf_field_id id;
	unsigned outcome, value;
} nonsense[] = {
	{WF_F_ECHO, WF_OUTCOME_ACCEPT, 2},
	{WF_F_WHY, WF_OUTCOME_ACCEPT, WF_WHY_COUNT},
	{WF_F_ECHO, WF_OUTCOME_COUNT, 0},
	{WF_F_ECHO, 255, 1},
};

START_TEST(an_answer_that_is_none_is_no_answer)
{
	struct wf_msg msg;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	start_reply(&msg, hear(), nonsense[_i].outcome);
	ck_assert_int_eq(wf_msg_add_uint(&msg, nonsense[_i].id, nonsense[_i].value), WF_OK);
	send_reply(&msg);
	expect_unreachable(WF_WHY_INTERNAL);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_no_answer)
{
	char text[EGRESS_TEXT_MAX + 1];
	struct wf_msg msg;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	start_reply(&msg, hear(), WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, text), WF_OK);
	send_reply(&msg);
	expect_unreachable(WF_WHY_INTERNAL);
}
END_TEST

START_TEST(what_nobody_asked_is_not_told)
{
	struct wf_msg msg;
	uint64_t tag;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	tag = hear();
	reply(tag + 1, WF_OUTCOME_ACCEPT);
	reply(tag + EGRESS_PENDING_MAX, WF_OUTCOME_ACCEPT);
	wf_msg_init(&msg, WF_MSG_PONG, WF_WIRE_VERSION);
	send_reply(&msg);
	ck_assert_uint_eq(told, 0);
	reply(tag, WF_OUTCOME_REJECT);
	reply(tag, WF_OUTCOME_ACCEPT); /* a second one, of the same question */
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_REJECT);
}
END_TEST

START_TEST(what_was_dropped_is_not_told)
{
	uint64_t tag;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	tag = hear();
	egress_drop(&ticket);
	ck_assert_ptr_null(ticket);
	egress_drop(&ticket);
	ck_assert_int_eq(ask(S), WF_OK); /* may take the same place */
	turn();
	reply(tag, WF_OUTCOME_ACCEPT);
	now.boot_us += 500 * MS;
	turn();
	ck_assert_uint_eq(told, 0);
}
END_TEST

START_TEST(who_is_told_may_ask_the_next)
{
	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	asks_again = true;
	reply(hear(), WF_OUTCOME_REJECT);
	ck_assert_uint_eq(told, 1);
	reply(hear(), WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_ACCEPT);
}
END_TEST

/* --- when nobody answers --- */

static void
ask_and_say(const char *server, unsigned outcome, enum wf_unreachable why)
{
	struct egress_question question = question_of(S);
	struct wf_msg msg;

	question.server = server;
	ck_assert_int_eq(egress_ask(egress, &question, on_reply, &told, &ticket), WF_OK);
	turn();
	start_reply(&msg, hear(), outcome);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_WHY, why), WF_OK);
	send_reply(&msg);
}

START_TEST(who_was_silent_is_known)
{
	char names[64], few[10];

	connect_both();
	ck_assert_uint_eq(egress_silent(egress, names, sizeof(names)), 0);
	ck_assert_str_eq(names, "");
	ask_and_say("first", WF_OUTCOME_UNREACHABLE, WF_WHY_TIMEOUT);
	ask_and_say("second", WF_OUTCOME_REJECT, WF_WHY_NONE);
	ask_and_say("third", WF_OUTCOME_UNREACHABLE, WF_WHY_FORGED);
	ask_and_say(
		"fourth", WF_OUTCOME_UNREACHABLE, WF_WHY_BUSY); /* says nothing of the servers */
	ck_assert_uint_eq(egress_silent(egress, names, sizeof(names)), 2);
	ck_assert_str_eq(names, "first, third");
	ck_assert_uint_eq(egress_silent(egress, few, sizeof(few)), 2);
	ck_assert_str_eq(few, "first");
	ask_and_say("first", WF_OUTCOME_ACCEPT, WF_WHY_NONE);
	ck_assert_uint_eq(egress_silent(egress, names, sizeof(names)), 1);
	ck_assert_str_eq(names, "third");
}
END_TEST

START_TEST(the_deadline_is_kept)
{
	uint64_t tag;

	connect_both();
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	tag = hear();
	now.boot_us += S - MS;
	turn();
	ck_assert_uint_eq(told, 0);
	now.boot_us += MS;
	turn();
	expect_unreachable(WF_WHY_DEADLINE);
	reply(tag, WF_OUTCOME_ACCEPT); /* late */
	ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(a_program_that_goes_away_ends_all)
{
	connect_both();
	ck_assert_int_eq(ask(10 * S), WF_OK);
	ck_assert_int_eq(ask(10 * S), WF_OK);
	turn();
	asks_again = true; /* in vain */
	fake_daemon_hang_up(&program);
	turn();
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(last.why, WF_WHY_AWAY);
	ck_assert(!egress_is_up(egress));
	ck_assert_int_eq(ask(10 * S), WF_UNAVAILABLE);
	now.boot_us += 10 * S;
	connect_both(); /* by itself */
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	reply(hear(), WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(told, 3);
}
END_TEST

START_TEST(a_program_that_says_nonsense_is_left)
{
	connect_both();
	ck_assert_int_eq(ask(10 * S), WF_OK);
	turn();
	fake_daemon_write(&program, "GET / HTTP/1.0\r\n\r\n", 18);
	turn();
	expect_unreachable(WF_WHY_AWAY);
}
END_TEST

START_TEST(what_is_freed_tells_nobody)
{
	connect_both();
	ck_assert_int_eq(ask(10 * S), WF_OK);
	turn();
	egress_free(&egress);
	ck_assert_uint_eq(told, 0);
}
END_TEST

/* --- deliveries --- */

static wf_status
deliver_bytes(const void *load, size_t len)
{
	const struct egress_delivery delivery = {.trade = WF_TRADE_SYSLOG,
		.section = "siem",
		.load = load,
		.len = len,
		.deadline_boot_us = now.boot_us + S};

	return egress_deliver(egress, &delivery, on_reply, &told, &ticket);
}

/* The delivery as the program hears it; gives its TAG. */
static uint64_t
hear_delivery(const char *load)
{
	const uint8_t *bytes;
	struct wf_msg msg;
	char text[80];
	uint64_t tag;
	size_t len;

	ck_assert(fake_daemon_hear(&program, &msg));
	ck_assert_int_eq(msg.type, WF_MSG_DELIVERY);
	ck_assert_uint_eq(number_of(&msg, WF_F_TRADE), WF_TRADE_SYSLOG);
	ck_assert_uint_eq(number_of(&msg, WF_F_PATIENCE), 1000);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_SERVER, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "siem");
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_LOAD, 0, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, strlen(load));
	ck_assert_mem_eq(bytes, load, len);
	tag = number_of(&msg, WF_F_TAG);
	wf_msg_clear(&msg);
	return tag;
}

/* What a delivery, and what a question may be answered. */
static const struct {
	unsigned said;
	enum wf_outcome delivery, question;
} answers[] = {
	{WF_OUTCOME_UNREACHABLE, WF_OUTCOME_UNREACHABLE, WF_OUTCOME_UNREACHABLE},
	{WF_OUTCOME_REJECT, WF_OUTCOME_REJECT, WF_OUTCOME_REJECT},
	{WF_OUTCOME_ACCEPT, WF_OUTCOME_UNREACHABLE, WF_OUTCOME_ACCEPT},
	{WF_OUTCOME_CHALLENGE, WF_OUTCOME_UNREACHABLE, WF_OUTCOME_CHALLENGE},
	{WF_OUTCOME_DELIVERED, WF_OUTCOME_DELIVERED, WF_OUTCOME_UNREACHABLE},
};

START_TEST(deliveries_and_questions_have_answers_of_their_own)
{
	connect_both();
	ck_assert_int_eq(deliver_bytes("3 abc", 5), WF_OK);
	turn();
	reply(hear_delivery("3 abc"), answers[_i].said);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(last.outcome, answers[_i].delivery);
	ck_assert_int_eq(ask(S), WF_OK);
	turn();
	reply(hear(), answers[_i].said);
	ck_assert_uint_eq(told, 2);
	ck_assert_int_eq(last.outcome, answers[_i].question);
}
END_TEST

START_TEST(what_cannot_be_delivered_says_so)
{
	static const uint8_t load[WF_LOAD_MAX + 1];

	ck_assert_int_eq(deliver_bytes("x", 1), WF_UNAVAILABLE);
	connect_both();
	ck_assert_int_eq(deliver_bytes("", 0), WF_INVALID);
	ck_assert_int_ne(deliver_bytes(load, WF_LOAD_MAX + 1), WF_OK);
	ck_assert_int_eq(deliver_bytes(load, WF_LOAD_MAX), WF_OK);
	turn();
	ck_assert_uint_eq(told, 0);
}
END_TEST

/* However many deliveries nobody answers, a question finds a place. */
START_TEST(deliveries_leave_places_for_questions)
{
	connect_both();
	for (int i = 0; i < EGRESS_DELIVERIES_MAX; i++)
		ck_assert_int_eq(deliver_bytes("x", 1), WF_OK);
	ck_assert_int_eq(deliver_bytes("x", 1), WF_FULL);
	ck_assert_int_eq(ask(S), WF_OK);
	now.boot_us += 2 * S;
	turn();
	ck_assert_uint_eq(told, EGRESS_DELIVERIES_MAX + 1);
	ck_assert_int_eq(deliver_bytes("x", 1), WF_OK); /* there is room again */
}
END_TEST

/* A receiver that is away is no server that is silent. */
START_TEST(deliveries_say_nothing_of_servers)
{
	char names[64];
	struct wf_msg msg;

	connect_both();
	ck_assert_int_eq(deliver_bytes("x", 1), WF_OK);
	turn();
	start_reply(&msg, hear_delivery("x"), WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_WHY, WF_WHY_TIMEOUT), WF_OK);
	send_reply(&msg);
	ck_assert_int_eq(last.why, WF_WHY_TIMEOUT);
	ck_assert_uint_eq(egress_silent(egress, names, sizeof(names)), 0);
}
END_TEST

#ifdef WF_FAULT
static struct egress *other;

static wf_status
make_other(void)
{
	const struct egress_options options = {.clock = {.read = read_clock},
		.path = program.path,
		.owner = (uid_t)-1,
		.say = say_something};

	return egress_new(base, &options, &other);
}

static void
free_other(wf_status status)
{
	ck_assert_int_eq(status == WF_OK, other != NULL);
	egress_free(&other);
}

START_TEST(no_memory_is_survived)
{
	const struct fault_scenario scenario = {.run = make_other, .end = free_other};

	fault_loop(&scenario);
}
END_TEST
#endif

static Suite *
egress_suite(void)
{
	Suite *suite = suite_create("egress");
	TCase *tc = tcase_create("questions");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_field_is_said);
	tcase_add_test(tc, an_empty_answer_can_be_asked);
	tcase_add_test(tc, what_cannot_be_asked_says_so);
	tcase_add_test(tc, places_are_bounded_and_used_again);
	tcase_add_test(tc, each_outcome_is_told);
	tcase_add_test(tc, a_challenge_brings_text_state_and_echo);
	tcase_add_test(tc, silence_has_its_cause);
	tcase_add_loop_test(
		tc, an_answer_that_is_none_is_no_answer, 0, sizeof(nonsense) / sizeof(nonsense[0]));
	tcase_add_test(tc, a_text_that_is_too_long_is_no_answer);
	tcase_add_test(tc, what_nobody_asked_is_not_told);
	tcase_add_test(tc, what_was_dropped_is_not_told);
	tcase_add_test(tc, who_is_told_may_ask_the_next);
	tcase_add_test(tc, who_was_silent_is_known);
	tcase_add_test(tc, the_deadline_is_kept);
	tcase_add_test(tc, a_program_that_goes_away_ends_all);
	tcase_add_test(tc, a_program_that_says_nonsense_is_left);
	tcase_add_loop_test(tc, deliveries_and_questions_have_answers_of_their_own, 0,
		(int)(sizeof(answers) / sizeof(answers[0])));
	tcase_add_test(tc, what_cannot_be_delivered_says_so);
	tcase_add_test(tc, deliveries_leave_places_for_questions);
	tcase_add_test(tc, deliveries_say_nothing_of_servers);
	tcase_add_test(tc, what_is_freed_tells_nobody);
#ifdef WF_FAULT
	tcase_add_test(tc, no_memory_is_survived);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(egress_suite)
