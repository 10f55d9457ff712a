/*
 * Loads to receivers of our own on loopback, which read, do not read, talk, hang up or are not
 * there: what arrives, and what counts as delivered.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authd/egress/trade.h"
#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define HEARD_MAX (1 << 20)

static struct config_stream stream;
static struct target target;
static struct order order;
static atomic_bool dropped;
static void *wire;
static int listener, peer;
static char heard[HEARD_MAX];
static size_t nheard;
static int64_t later_us; /* by which the trade's clock is ahead */

static struct wf_now
read_clock(void *ctx)
{
	struct wf_now now = wf_clock_now(&wf_clock_system);

	(void)ctx;
	now.boot_us += later_us;
	return now;
}

/* A socket on loopback, its port in the stream; `small`: it takes little before it is read. */
static void
open_there(int type, bool small)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);
	const int yes = 1, little = 4096;

	listener = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
	if (small)
		ck_assert_int_eq(
			setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	if (stream.port[0] != '\0')
		address.sin_port = htons((in_port_t)atoi(stream.port));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	snprintf(stream.port, sizeof(stream.port), "%u", (unsigned)ntohs(address.sin_port));
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(listener, 8), 0);
}

static void
close_there(void)
{
	if (listener >= 0)
		close(listener);
	listener = -1;
}

static void
setup(void)
{
	stream = (struct config_stream){
		.name = "siem", .way = STREAM_TCP, .to = "tcp://there", .host = "127.0.0.1"};
	memset(&target, 0, sizeof(target));
	target.stream = &stream;
	memset(&order, 0, sizeof(order));
	order.target = &target;
	order.clock = (struct wf_clock){.read = read_clock};
	order.dropped = &dropped;
	wf_buf_init(&order.load, WF_LOAD_MAX);
	atomic_store(&dropped, false);
	later_us = 0;
	nheard = 0;
	listener = peer = -1;
	ck_assert_int_eq(trade_syslog.scratch_new(&wire), WF_OK);
}

static void
hang_up(void)
{
	if (peer >= 0)
		close(peer);
	peer = -1;
}

static void
teardown(void)
{
	trade_syslog.scratch_free(&wire);
	ck_assert_ptr_null(wire);
	trade_syslog.scratch_free(&wire);
	wf_buf_clear(&order.load);
	hang_up();
	close_there();
}

static enum wf_outcome
deliver_within(const char *load, int64_t within_us)
{
	wf_buf_cut(&order.load, 0);
	ck_assert_int_eq(wf_buf_put(&order.load, load, strlen(load)), WF_OK);
	order.deadline_boot_us = read_clock(NULL).boot_us + within_us;
	trade_syslog.ask(&order, wire);
	return order.reply.outcome;
}

static void
deliver(const char *load)
{
	ck_assert_msg(deliver_within(load, 5 * S) == WF_OUTCOME_DELIVERED, "%s", order.reply.cause);
}

static void
expect_failure(const char *load, const char *words)
{
	ck_assert_int_eq(deliver_within(load, S / 2), WF_OUTCOME_UNREACHABLE);
	ck_assert_msg(strstr(order.reply.cause, words) != NULL, "%s", order.reply.cause);
}

static void
take_call(void)
{
	hang_up();
	peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(peer, 0);
}

/* All that has come by now. */
static const char *
hear(void)
{
	ssize_t got;

	nheard = 0;
	while ((got = recv(peer, heard + nheard, sizeof(heard) - 1 - nheard, MSG_DONTWAIT)) > 0)
		nheard += (size_t)got;
	heard[nheard] = '\0';
	return heard;
}

/* --- TCP --- */

START_TEST(loads_arrive_as_they_are)
{
	open_there(SOCK_STREAM, false);
	deliver("3 abc4 defg");
	ck_assert_str_eq(order.reply.server, "tcp://there");
	take_call();
	deliver("1 x");
	ck_assert_str_eq(hear(), "3 abc4 defg1 x"); /* one connection, in order */
}
END_TEST

START_TEST(nobody_is_there)
{
	open_there(SOCK_STREAM, false);
	close_there();
	expect_failure("1 x", "tcp://there: Connection refused");
	ck_assert_int_eq(order.reply.why, WF_WHY_TIMEOUT);
	open_there(SOCK_STREAM, false); /* the same port */
	deliver("1 y");
	take_call();
	ck_assert_str_eq(hear(), "1 y");
}
END_TEST

/* What goes on from other loads goes nowhere once their connection is gone. */
START_TEST(a_broken_connection_is_not_hidden)
{
	open_there(SOCK_STREAM, false);
	order.goes_on = true;
	expect_failure("1 a", "the connection is gone"); /* there has been none */
	order.goes_on = false;
	deliver("1 a");
	take_call();
	order.goes_on = true;
	deliver("1 b");
	hang_up(); /* with everything unread */
	expect_failure("1 c", "reset by peer");
	expect_failure("1 c", "reset by peer");
	order.goes_on = false;
	deliver("1 a1 b1 c");
	take_call();
	ck_assert_str_eq(hear(), "1 a1 b1 c");
}
END_TEST

/* Loads until one is not acknowledged; each may take so long. */
static void
fill_it_up(int64_t within_us)
{
	static char load[WF_LOAD_MAX + 1];

	memset(load, 'x', WF_LOAD_MAX);
	memcpy(load, "15354 ", 6);
	for (int i = 0; i < 3; i++)
		if (deliver_within(load, within_us) != WF_OUTCOME_DELIVERED)
			break;
	ck_assert_int_eq(order.reply.outcome, WF_OUTCOME_UNREACHABLE);
}

/* A machine that acknowledges no more: not delivered, and sent again from its beginning. */
START_TEST(what_is_not_acknowledged_is_not_delivered)
{
	open_there(SOCK_STREAM, true);
	fill_it_up(S / 2);
	ck_assert_msg(strstr(order.reply.cause, "in time") != NULL, "%s", order.reply.cause);
}
END_TEST

START_TEST(what_a_receiver_says_is_ignored)
{
	static const char words[60000];

	open_there(SOCK_STREAM, false);
	deliver("1 a");
	take_call();
	ck_assert_int_eq(send(peer, words, sizeof(words), MSG_DONTWAIT), sizeof(words));
	deliver("1 b");
	ck_assert_str_eq(hear(), "1 a1 b");
}
END_TEST

START_TEST(a_receiver_that_never_stops_talking_is_left)
{
	static const char words[400000];

	open_there(SOCK_STREAM, false);
	deliver("1 a");
	take_call();
	ck_assert_int_gt(send(peer, words, sizeof(words), MSG_DONTWAIT), 16 * 4096);
	deliver("1 b"); /* over a new connection */
	take_call();
	ck_assert_str_eq(hear(), "1 b");
}
END_TEST

START_TEST(nobody_waits_any_more)
{
	open_there(SOCK_STREAM, true);
	atomic_store(&dropped, true);
	ck_assert_int_eq(deliver_within("1 a", 60 * S), WF_OUTCOME_DELIVERED); /* it went at once */
	fill_it_up(60 * S);
}
END_TEST

/* --- frames --- */

static const struct {
	bool fine;
	const char *load;
} frames[] = {
	{true, "1 a"},
	{true, "10 0123456789"},
	{true, "1  "},
	{false, ""},
	{false, "a"},
	{false, "0 "},
	{false, "01 a"},
	{false, "2 a"},
	{false, "1 ab"},
	{false, "-1 a"},
	{false, "1"},
	{false, "99999999999999999999 a"},
};

START_TEST(only_whole_messages_are_sent)
{
	open_there(SOCK_STREAM, false);
	ck_assert_int_eq(deliver_within(frames[_i].load, S),
		frames[_i].fine ? WF_OUTCOME_DELIVERED : WF_OUTCOME_UNREACHABLE);
	if (!frames[_i].fine)
		ck_assert_int_eq(order.reply.why, WF_WHY_UNSENDABLE);
}
END_TEST

/* --- UDP --- */

START_TEST(each_message_is_a_datagram)
{
	stream.way = STREAM_UDP;
	open_there(SOCK_DGRAM, false);
	deliver("3 abc4 defg");
	peer = listener;
	ck_assert_int_eq(recv(peer, heard, sizeof(heard), MSG_DONTWAIT), 3);
	ck_assert_int_eq(recv(peer, heard, sizeof(heard), MSG_DONTWAIT), 4);
	ck_assert_mem_eq(heard, "defg", 4);
	peer = -1;
}
END_TEST

START_TEST(datagrams_that_are_refused_are_not_delivered)
{
	stream.way = STREAM_UDP;
	open_there(SOCK_DGRAM, false);
	close_there();
	expect_failure("3 abc", "Connection refused");
}
END_TEST

#define LOOP(test, table) \
	tcase_add_loop_test(tc, test, 0, (int)(sizeof(table) / sizeof((table)[0])))

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("trade_syslog");
	TCase *tc = tcase_create("trade_syslog");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, loads_arrive_as_they_are);
	tcase_add_test(tc, nobody_is_there);
	tcase_add_test(tc, a_broken_connection_is_not_hidden);
	tcase_add_test(tc, what_is_not_acknowledged_is_not_delivered);
	tcase_add_test(tc, what_a_receiver_says_is_ignored);
	tcase_add_test(tc, a_receiver_that_never_stops_talking_is_left);
	tcase_add_test(tc, nobody_waits_any_more);
	LOOP(only_whole_messages_are_sent, frames);
	tcase_add_test(tc, each_message_is_a_datagram);
	tcase_add_test(tc, datagrams_that_are_refused_are_not_delivered);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(make_suite)
