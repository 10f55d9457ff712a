/* One question to RADIUS servers: what goes out, what is believed, fail-over, deadlines. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authd/egress/guard.h"
#include "authd/egress/trade.h"
#include "tests/unit/egress/fake_server.h"
#include "tests/unit/unit.h"

#define S INT64_C(1000000)

static struct fake_server servers[2];
static struct config_upstream config;
static struct target target;
static struct order order;
static atomic_bool dropped;
static void *scratch;
static size_t started;

static void
setup(void)
{
	memset(servers, 0, sizeof(servers));
	servers[0].code = servers[1].code = CODE_ACCESS_ACCEPT;
	config = (struct config_upstream){
		.name = "otp1", .timeout_ms = 1000, .tries = 1, .parallel = 1};
	memset(&target, 0, sizeof(target));
	target.config = &config;
	target.node = "host1";
	ck_assert_int_eq(wf_secret_set(&target.secret, FAKE_SECRET, strlen(FAKE_SECRET)), WF_OK);
	memset(&order, 0, sizeof(order));
	order.target = &target;
	order.clock = wf_clock_system;
	order.dropped = &dropped;
	dropped = false;
	snprintf(order.user, sizeof(order.user), "alice");
	snprintf(order.source, sizeof(order.source), "192.0.2.7");
	ck_assert_int_eq(wf_secret_set(&order.answer, "123456", 6), WF_OK);
	ck_assert_int_eq(trade_radius.scratch_new(&scratch), WF_OK);
	started = 0;
}

static void
teardown(void)
{
	trade_radius.scratch_free(&scratch);
	ck_assert_ptr_null(scratch);
	wf_secret_clear(&order.answer);
	wf_secret_clear(&target.secret);
}

static void
start(size_t n)
{
	config.nservers = n;
	for (size_t i = 0; i < n; i++) {
		fake_server_start(&servers[i]);
		config.servers[i] = servers[i].listener;
	}
	started = n;
}

static void
ask_again(int64_t within_us)
{
	order.deadline_boot_us = wf_clock_now(&order.clock).boot_us + within_us;
	trade_radius.ask(&order, scratch);
}

static void
stop(void)
{
	for (size_t i = 0; i < started; i++)
		fake_server_stop(&servers[i]);
}

static void
clear(void)
{
	for (size_t i = 0; i < started; i++)
		fake_server_clear(&servers[i]);
}

/* One question to one server of this manner. */
static void
ask(enum manner manner)
{
	servers[0].manner = manner;
	start(1);
	ask_again(10 * S);
	stop();
}

static void
expect_silence(enum wf_unreachable why, const char *words)
{
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(order.reply.why, why);
	ck_assert_msg(strstr(order.reply.cause, words) != NULL, "%s", order.reply.cause);
	ck_assert_uint_eq(order.reply.state_len, 0);
	ck_assert_str_eq(order.reply.text, "");
}

static void
expect_text(uint8_t type, const char *text)
{
	const struct attribute *attribute = packet_next(&servers[0].request, type, NULL);

	ck_assert_ptr_nonnull(attribute);
	ck_assert_uint_eq(attribute->len, strlen(text));
	ck_assert_mem_eq(attribute->value, text, attribute->len);
}

/* --- what goes out --- */

/* The fake server checks the Message-Authenticator, and that it stands in the first place. */
START_TEST(a_request_has_all_and_is_signed)
{
	ask(ANSWERS);
	ck_assert_uint_eq(servers[0].heard, 1);
	expect_text(ATTR_USER_NAME, "alice");
	expect_text(ATTR_NAS_IDENTIFIER, "host1");
	expect_text(ATTR_CALLING_STATION_ID, "192.0.2.7");
	ck_assert(!packet_has(&servers[0].request, ATTR_STATE));
	ck_assert_uint_eq(packet_count(&servers[0].request, ATTR_USER_PASSWORD), 1);
	ck_assert_uint_eq(servers[0].password.len, 6);
	ck_assert_mem_eq(servers[0].password.bytes, "123456", 6);
	clear();
}
END_TEST

START_TEST(the_nas_is_what_is_asked_or_written)
{
	snprintf(config.nas, sizeof(config.nas), "written");
	ask(ANSWERS);
	expect_text(ATTR_NAS_IDENTIFIER, "written");
	clear();
	snprintf(order.nas, sizeof(order.nas), "gw1");
	ask(ANSWERS);
	expect_text(ATTR_NAS_IDENTIFIER, "gw1");
	clear();
}
END_TEST

START_TEST(a_long_password_arrives_whole)
{
	char bytes[HIDDEN_MAX];

	memset(bytes, 'x', sizeof(bytes)); /* the library cuts what is longer than 112 */
	ck_assert_int_eq(wf_secret_set(&order.answer, bytes, sizeof(bytes)), WF_OK);
	ask(ANSWERS);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(servers[0].password.len, sizeof(bytes));
	clear();
}
END_TEST

START_TEST(an_empty_answer_is_asked)
{
	wf_secret_clear(&order.answer);
	ask(ANSWERS);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(servers[0].password.len, 0);
	clear();
}
END_TEST

START_TEST(what_cannot_be_said_is_not_sent)
{
	char bytes[HIDDEN_MAX + 1];

	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(wf_secret_set(&order.answer, bytes, sizeof(bytes)), WF_OK);
	ask(ANSWERS);
	expect_silence(WF_WHY_UNSENDABLE, "longer");
	ck_assert_uint_eq(servers[0].heard, 0);
	clear();
	wf_secret_clear(&order.answer);
	memset(order.user, 'u', WF_NAME_MAX);
	ask(ANSWERS);
	expect_silence(WF_WHY_UNSENDABLE, "longer");
	ck_assert_uint_eq(servers[0].heard, 0);
	clear();
}
END_TEST

/* A server that has answered the first one knows the second one by its bytes. */
START_TEST(a_resent_request_is_the_same)
{
	config.tries = 2;
	ask(ANSWERS_SECOND);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(servers[0].heard, 2);
	ck_assert_uint_eq(servers[0].first_len, servers[0].last_len);
	ck_assert_mem_eq(servers[0].first, servers[0].last, servers[0].last_len);
	clear();
}
END_TEST

/* --- what is believed --- */

START_TEST(each_code_is_its_outcome)
{
	static const struct {
		uint8_t code;
		enum wf_outcome outcome;
	} table[] = {
		{CODE_ACCESS_ACCEPT, WF_OUTCOME_ACCEPT},
		{CODE_ACCESS_REJECT, WF_OUTCOME_REJECT},
		{CODE_ACCESS_CHALLENGE, WF_OUTCOME_CHALLENGE},
	};

	servers[0].code = table[_i].code;
	ask(ANSWERS);
	ck_assert_int_eq(order.reply.outcome, table[_i].outcome);
	ck_assert_str_eq(order.reply.server, servers[0].listener.text);
	ck_assert_str_eq(order.reply.text, "");
	clear();
}
END_TEST

static const struct {
	enum manner manner;
	enum wf_unreachable why;
	const char *words;
} unbelievable[] = {
	{SAYS_NOTHING, WF_WHY_TIMEOUT, "no answer"},
	{LACKS_SIGNATURE, WF_WHY_FORGED, "CVE-2024-3596"},
	{SIGNS_WRONGLY, WF_WHY_FORGED, "Message-Authenticator was wrong"},
	{HAS_OTHER_SECRET, WF_WHY_FORGED, "is secret_file right?"},
	{HAS_OTHER_ID, WF_WHY_FORGED, "something else"},
	{SAYS_NONSENSE, WF_WHY_FORGED, "no answer"},
	{SAYS_OTHER_CODE, WF_WHY_FORGED, "no answer"},
	{COMES_FROM_ELSEWHERE, WF_WHY_TIMEOUT, "no answer"},
};

/* An Access-Accept each, but for what is wrong with it. */
START_TEST(what_is_not_right_is_not_believed)
{
	ask(unbelievable[_i].manner);
	expect_silence(unbelievable[_i].why, unbelievable[_i].words);
	ck_assert_uint_ge(servers[0].heard, 1);
	clear();
}
END_TEST

START_TEST(unsigned_answers_are_believed_where_it_is_written)
{
	config.message_authenticator = CLIENT_AUTHENTICATOR_OPTIONAL;
	ask(LACKS_SIGNATURE);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	clear();
	ask(SIGNS_WRONGLY);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_UNREACHABLE);
	clear();
}
END_TEST

/* Who forges may send first; the answer that counts is the right one. */
START_TEST(a_forged_answer_ends_nothing)
{
	servers[0].code = CODE_ACCESS_REJECT;
	ask(FORGED_COMES_FIRST);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_REJECT);
	ck_assert_uint_eq(servers[0].heard, 1);
	clear();
}
END_TEST

/* --- challenges --- */

START_TEST(a_challenge_comes_with_all)
{
	servers[0].code = CODE_ACCESS_CHALLENGE;
	servers[0].message = "Enter\r\n the |code\x1b[2J";
	servers[0].state = "a\0b";
	servers[0].state_len = 3;
	servers[0].prompt = 1;
	ask(ANSWERS);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_CHALLENGE);
	ck_assert_str_eq(order.reply.text, "Enter the code\\x1b[2J");
	ck_assert(order.reply.echo);
	ck_assert_uint_eq(order.reply.state_len, 7);
	ck_assert_mem_eq(order.reply.state + 4, "a\0b", 3);
	clear();
	servers[0].prompt = 0;
	ask(ANSWERS);
	ck_assert(!order.reply.echo);
	clear();
}
END_TEST

static void
answer_challenge(void)
{
	memcpy(order.state, order.reply.state, order.reply.state_len);
	order.state_len = order.reply.state_len;
}

/* The second server, since the first one is silent. */
START_TEST(the_answer_goes_to_who_asked)
{
	servers[0].manner = SAYS_NOTHING;
	servers[1].code = CODE_ACCESS_CHALLENGE;
	servers[1].state = "state";
	servers[1].state_len = 5;
	start(2);
	ask_again(10 * S);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_CHALLENGE);
	answer_challenge();
	target.silent_until_us[0] = 0; /* would be the first one again */
	servers[1].code = CODE_ACCESS_ACCEPT;
	ask_again(10 * S);
	stop();
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_uint_eq(servers[0].heard, 1);
	ck_assert_uint_eq(servers[1].heard, 2);
	{
		const struct attribute *state = packet_next(&servers[1].request, ATTR_STATE, NULL);

		ck_assert_ptr_nonnull(state);
		ck_assert_uint_eq(state->len, 5);
		ck_assert_mem_eq(state->value, "state", 5);
	}
	clear();
}
END_TEST

/* What the library would send in its own way, by nobody's secret: it stays here, and is told. */
START_TEST(what_is_no_question_is_not_sent)
{
	static const uint8_t packets[][PACKET_HEADER] = {
		{CODE_ACCOUNTING_REQUEST, 1, 0, PACKET_HEADER}, {CODE_ACCESS_REQUEST, 1, 0, 19}};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(to);
	int far_end = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct guard guard = {.tries = 3,
		.deadline_boot_us = INT64_MAX,
		.dropped = order.dropped,
		.clock = order.clock};
	uint8_t byte;

	ck_assert_int_eq(bind(far_end, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(getsockname(far_end, (struct sockaddr *)&to, &len), 0);
	guard_enter(&guard);
	ck_assert_int_eq(
		sendto(fd, packets[_i], PACKET_HEADER, 0, (struct sockaddr *)&to, len), -1);
	guard_leave(&guard);
	ck_assert(guard.unmade);
	ck_assert_int_eq(guard.error, 0);
	ck_assert_uint_eq(guard.sent, 0);
	ck_assert_int_eq(recv(far_end, &byte, 1, 0), -1);
	close(far_end);
	close(fd);
}
END_TEST

START_TEST(a_challenge_of_nobody_is_answered_to_nobody)
{
	memset(order.state, 'x', 20);
	order.state_len = 20;
	ask(ANSWERS);
	expect_silence(WF_WHY_UNKNOWN, "not in the section");
	ck_assert_uint_eq(servers[0].heard, 0);
	clear();
	order.state_len = 3;
	ask(ANSWERS);
	expect_silence(WF_WHY_INTERNAL, "not given here");
	ck_assert_uint_eq(servers[0].heard, 0);
	clear();
}
END_TEST

/* --- when servers are silent --- */

START_TEST(the_next_server_is_asked)
{
	config.tries = 2;
	servers[0].manner = SAYS_NOTHING;
	start(2);
	ask_again(20 * S);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_str_eq(order.reply.server, servers[1].listener.text);
	ck_assert_uint_eq(servers[0].heard, 2);
	ask_again(20 * S); /* the silent one is asked last now */
	stop();
	ck_assert_uint_eq(servers[0].heard, 2);
	ck_assert_uint_eq(servers[1].heard, 2);
	clear();
}
END_TEST

/* Both have been silent: then they are asked all the same. */
START_TEST(silent_servers_are_not_given_up)
{
	servers[0].code = CODE_ACCESS_REJECT;
	start(1);
	target.silent_until_us[0] = INT64_MAX;
	ask_again(10 * S);
	stop();
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_REJECT);
	ck_assert_int_eq(target.silent_until_us[0], 0);
	clear();
}
END_TEST

/* Nobody listens at the first one's port: the kernel says so at once. */
START_TEST(a_dead_server_costs_no_time)
{
	int64_t before;

	start(2);
	fake_server_stop(&servers[0]);
	before = wf_clock_now(&order.clock).boot_us;
	ask_again(20 * S);
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_str_eq(order.reply.server, servers[1].listener.text);
	ck_assert_int_lt(wf_clock_now(&order.clock).boot_us - before, S / 2);
	fake_server_stop(&servers[1]);
	clear();
}
END_TEST

START_TEST(the_deadline_is_kept)
{
	int64_t before = wf_clock_now(&order.clock).boot_us;

	config.timeout_ms = 30000;
	config.tries = 5;
	servers[0].manner = SAYS_NOTHING;
	start(1);
	ask_again(S / 2);
	stop();
	expect_silence(WF_WHY_TIMEOUT, "no answer");
	ck_assert_int_lt(wf_clock_now(&order.clock).boot_us - before, 3 * S / 2);
	ck_assert_uint_eq(servers[0].heard, 1);
	clear();
	ask_again(-1);
	expect_silence(WF_WHY_DEADLINE, "no time");
}
END_TEST

START_TEST(for_nobody_nothing_is_sent)
{
	dropped = true;
	ask(ANSWERS);
	expect_silence(WF_WHY_DEADLINE, "no time");
	ck_assert_uint_eq(servers[0].heard, 0);
	clear();
}
END_TEST

START_TEST(the_table_has_this_trade)
{
	ck_assert_ptr_eq(trade_find(WF_TRADE_RADIUS), &trade_radius);
	ck_assert_ptr_null(trade_find((enum wf_trade)99));
}
END_TEST

static Suite *
trade_radius_suite(void)
{
	Suite *suite = suite_create("trade_radius");
	TCase *tc = tcase_create("one question");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_request_has_all_and_is_signed);
	tcase_add_test(tc, the_nas_is_what_is_asked_or_written);
	tcase_add_test(tc, a_long_password_arrives_whole);
	tcase_add_test(tc, an_empty_answer_is_asked);
	tcase_add_test(tc, what_cannot_be_said_is_not_sent);
	tcase_add_test(tc, a_resent_request_is_the_same);
	tcase_add_loop_test(tc, each_code_is_its_outcome, 0, 3);
	tcase_add_loop_test(tc, what_is_not_right_is_not_believed, 0,
		sizeof(unbelievable) / sizeof(unbelievable[0]));
	tcase_add_test(tc, unsigned_answers_are_believed_where_it_is_written);
	tcase_add_test(tc, a_forged_answer_ends_nothing);
	tcase_add_test(tc, a_challenge_comes_with_all);
	tcase_add_test(tc, the_answer_goes_to_who_asked);
	tcase_add_test(tc, a_challenge_of_nobody_is_answered_to_nobody);
	tcase_add_loop_test(tc, what_is_no_question_is_not_sent, 0, 2);
	tcase_add_test(tc, the_next_server_is_asked);
	tcase_add_test(tc, silent_servers_are_not_given_up);
	tcase_add_test(tc, a_dead_server_costs_no_time);
	tcase_add_test(tc, the_deadline_is_kept);
	tcase_add_test(tc, for_nobody_nothing_is_sent);
	tcase_add_test(tc, the_table_has_this_trade);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(trade_radius_suite)
