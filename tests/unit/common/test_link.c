/* The connection to the daemon: made, kept, and left as soon as it says nonsense or nothing. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/link/link.h"
#include "tests/unit/faults.h"
#include "tests/unit/radius/fake_daemon.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define MS INT64_C(1000)
#define NOBODY 65534

static struct fake_daemon daemon_;
static struct event_base *base;
static struct wf_link *link_;
static unsigned messages, settled, ups, losts;
static uint64_t last_tag;
static bool answers; /* whatever comes is answered at once */
static bool drops; /* the other side hangs up before anything can be sent */

/* A record, with so many more bytes in it. */
static wf_status
ask(uint64_t tag, size_t more)
{
	static const char text[4096] = {[0 ... 4094] = 'x'};
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_STATUS, WF_OK), WF_OK);
	if (more > 0)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_CELL, text, more), WF_OK);
	status = wf_link_send(link_, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
message(void *ctx, const struct wf_msg *msg)
{
	ck_assert_ptr_eq(ctx, &daemon_);
	ck_assert_int_eq(msg->type, WF_MSG_ORDER);
	ck_assert_int_eq(wf_msg_get_uint(msg, WF_F_TAG, &last_tag), WF_OK);
	messages++;
	if (answers) {
		(void)ask(last_tag, 0);
		wf_link_flush(link_);
		ck_assert_uint_eq(losts, 0); /* not from within */
	}
}

static void
on_settled(void *ctx)
{
	(void)ctx;
	settled++;
}

/* Something goes first, as warifu-radiusd's offer to take orders. */
static wf_status
on_up(void *ctx)
{
	struct wf_msg msg;
	wf_status status;

	(void)ctx;
	ups += wf_link_is_up(link_);
	if (drops) {
		ck_assert(fake_daemon_accept(&daemon_));
		fake_daemon_hang_up(&daemon_);
	}
	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	status = wf_link_send(link_, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
on_lost(void *ctx)
{
	(void)ctx;
	losts += !wf_link_is_up(link_);
}

static void
open_link(uid_t owner)
{
	const struct wf_link_options options = {
		.base = base,
		.clock = {.read = read_clock},
		.path = daemon_.path,
		.owner = owner,
		.peer = "the daemon",
		.away = "requests get no reply until it is back",
		.say = say,
		.message = message,
		.settled = on_settled,
		.up = on_up,
		.lost = on_lost,
		.ctx = &daemon_,
	};

	wf_link_free(&link_);
	ck_assert_int_eq(wf_link_new(&options, &link_), WF_OK);
}

static void
setup(void)
{
	fake_daemon_open(&daemon_);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	now = (struct wf_now){.boot_us = 1000 * MS};
	said_forget();
	messages = settled = ups = losts = 0;
	last_said[0] = '\0';
	answers = drops = false;
	open_link((uid_t)-1);
}

static void
teardown(void)
{
	wf_link_free(&link_);
	ck_assert_ptr_null(link_);
	wf_link_free(&link_);
	event_base_free(base);
	fake_daemon_close(&daemon_);
}

static void
turn(void)
{
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static void
tick(int64_t later_us)
{
	now.boot_us += later_us;
	wf_link_tick(link_);
	turn();
}

static void
expect_message(enum wf_msg_type type)
{
	struct wf_msg msg;

	ck_assert(fake_daemon_hear(&daemon_, &msg));
	ck_assert_int_eq(msg.type, type);
	wf_msg_clear(&msg);
}

/* The fake daemon has the connection, and has heard WORK. */
static void
connect_both(void)
{
	tick(0);
	ck_assert(fake_daemon_accept(&daemon_));
	expect_message(WF_MSG_WORK);
	ck_assert(wf_link_is_up(link_));
}

static size_t
put_order(uint64_t tag, uint8_t *bytes_r, size_t size)
{
	struct wf_msg msg;
	struct wf_buf frame;
	size_t len;

	wf_buf_init(&frame, size);
	wf_msg_init(&msg, WF_MSG_ORDER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ORDER, "stats"), WF_OK);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	wf_msg_clear(&msg);
	len = frame.len;
	memcpy(bytes_r, frame.data, len);
	wf_buf_clear(&frame);
	return len;
}

START_TEST(connects_and_offers_work)
{
	ck_assert(!wf_link_is_up(link_));
	ck_assert_int_eq(ask(1, 0), WF_UNAVAILABLE);
	wf_link_flush(link_); /* of nothing */
	connect_both();
	ck_assert_uint_eq(ups, 1);
	ck_assert_str_eq(last_said, "connected to the daemon");
	tick(10 * MS);
	ck_assert(!fake_daemon_accept(&daemon_)); /* one is enough */
	ck_assert_int_eq(ask(7, 0), WF_OK);
	wf_link_flush(link_);
	expect_message(WF_MSG_DONE);
}
END_TEST

START_TEST(bad_paths)
{
	static char path[200] = {[0 ... 198] = 'x'};
	struct wf_link_options options = {.base = base, .path = path};
	struct wf_link *nothing = NULL;

	ck_assert_int_eq(wf_link_new(&options, &nothing), WF_INVALID);
	options.path = "";
	ck_assert_int_eq(wf_link_new(&options, &nothing), WF_INVALID);
	path[108] = '\0'; /* no room for its NUL */
	options.path = path;
	ck_assert_int_eq(wf_link_new(&options, &nothing), WF_INVALID);
	path[107] = '\0';
	options.path = path;
	ck_assert_int_eq(wf_link_new(&options, &nothing), WF_OK);
	wf_link_free(&nothing);
}
END_TEST

/* Said once; tried after 0.1 s, 0.2, 0.4, 0.8, 1.6, and every two seconds from then on. */
START_TEST(nobody_is_there)
{
	static const int64_t waits[] = {100, 200, 400, 800, 1600, 2000, 2000};

	unlink(daemon_.path);
	tick(0);
	ck_assert_uint_eq(losts, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "No such file or directory"));
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		tick(waits[i] * MS - 1);
		ck_assert_uint_eq(losts, i + 1);
		tick(1);
		ck_assert_uint_eq(losts, i + 2);
	}
	ck_assert_uint_eq(nsaid, 1);
	ck_assert_uint_eq(ups, 0);
}
END_TEST

START_TEST(comes_back)
{
	uint8_t bytes[256];

	for (unsigned i = 1; i <= 3; i++) {
		connect_both();
		ck_assert_uint_eq(ups, i);
		fake_daemon_write(&daemon_, bytes, put_order(i, bytes, sizeof(bytes)));
		turn(); /* so that the pause begins anew */
		fake_daemon_hang_up(&daemon_);
		turn();
		ck_assert_uint_eq(losts, i);
		ck_assert_ptr_nonnull(strstr(last_said, "it closed the connection"));
		ck_assert_uint_eq(nsaid, 2 * i); /* each time */
		tick(99 * MS);
		ck_assert(!fake_daemon_accept(&daemon_));
		now.boot_us += MS;
	}
}
END_TEST

/* A daemon that takes connections and says nothing sensible is not asked ten times a second. */
START_TEST(pause_grows_without_sense)
{
	connect_both();
	fake_daemon_hang_up(&daemon_);
	turn();
	tick(100 * MS);
	ck_assert(fake_daemon_accept(&daemon_));
	fake_daemon_hang_up(&daemon_);
	turn();
	tick(100 * MS);
	ck_assert(!fake_daemon_accept(&daemon_));
	tick(100 * MS);
	ck_assert(fake_daemon_accept(&daemon_));
}
END_TEST

/* What was never there is not called connected, and is called away once. */
START_TEST(gone_before_the_first_message)
{
	drops = true;
	for (unsigned i = 1; i <= 3; i++) {
		tick(2000 * MS);
		ck_assert(!wf_link_is_up(link_));
		ck_assert_uint_eq(losts, i);
		ck_assert_uint_eq(nsaid, 1);
		ck_assert_ptr_nonnull(strstr(last_said, "is away (Broken pipe)"));
	}
}
END_TEST

/*
 * A daemon that dies as soon as it has started, again and again: it was there once and is away
 * since, until it speaks sense, or stands for two seconds.
 */
START_TEST(one_line_for_each_time)
{
	uint8_t bytes[256];

	for (unsigned i = 0; i < 4; i++) {
		connect_both();
		fake_daemon_hang_up(&daemon_);
		turn();
		ck_assert_uint_eq(losts, i + 1);
		ck_assert_uint_eq(nsaid, 2);
		ck_assert_ptr_nonnull(strstr(last_said, "is away"));
		now.boot_us += 2000 * MS;
	}
	connect_both();
	ck_assert_uint_eq(nsaid, 2);
	if (_i == 0)
		fake_daemon_write(&daemon_, bytes, put_order(1, bytes, sizeof(bytes)));
	else
		tick(2000 * MS + 1);
	turn();
	ck_assert_uint_eq(nsaid, 3);
	ck_assert_str_eq(last_said, "connected to the daemon");
	tick(60000 * MS);
	ck_assert_uint_eq(nsaid, 3);
	fake_daemon_hang_up(&daemon_);
	turn();
	ck_assert_uint_eq(nsaid, 4);
	tick(100 * MS); /* at once: the one before was a real one */
	ck_assert_uint_eq(nsaid, 5);
}
END_TEST

START_TEST(somebody_elses_socket)
{
	uid_t me = geteuid();
	uid_t other = me == 0 ? NOBODY : me;

	ck_assert_int_eq(seteuid(other), 0);
	ck_assert_int_eq(listen(daemon_.listener, 8), 0); /* the kernel notes who */
	ck_assert_int_eq(seteuid(me), 0);
	open_link(other + 1);
	tick(0);
	ck_assert_uint_eq(losts, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "somebody else listens at its socket"));
	open_link(other);
	tick(0);
	ck_assert(wf_link_is_up(link_));
}
END_TEST

START_TEST(in_single_bytes_and_many_at_once)
{
	uint8_t bytes[1024];
	size_t len = put_order(1, bytes, sizeof(bytes));

	connect_both();
	for (size_t i = 0; i < len; i++) {
		ck_assert_uint_eq(messages, 0);
		fake_daemon_write(&daemon_, bytes + i, 1);
		turn();
	}
	ck_assert_uint_eq(messages, 1);
	len += put_order(2, bytes + len, sizeof(bytes) - len);
	len += put_order(3, bytes + len, sizeof(bytes) - len);
	settled = 0;
	fake_daemon_write(&daemon_, bytes, len - 1);
	turn();
	ck_assert_uint_eq(messages, 3);
	ck_assert_uint_eq(last_tag, 2);
	ck_assert_uint_eq(settled, 1); /* once for all of them */
	fake_daemon_write(&daemon_, bytes + len - 1, 1);
	turn();
	ck_assert_uint_eq(last_tag, 3);
	ck_assert_uint_eq(losts, 0);
}
END_TEST

/* Whole messages in front of nonsense count, none behind it. */
START_TEST(nonsense)
{
	static const uint8_t wrong[][8] = {
		{0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff}};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t bytes[512];
		size_t len = put_order(9, bytes, sizeof(bytes));

		connect_both();
		memcpy(bytes + len, wrong[i], sizeof(wrong[i]));
		len += sizeof(wrong[i]);
		len += put_order(10, bytes + len, sizeof(bytes) - len);
		fake_daemon_write(&daemon_, bytes, len);
		turn();
		ck_assert_uint_eq(losts, i + 1);
		ck_assert_uint_eq(messages, i + 1);
		ck_assert_uint_eq(last_tag, 9);
		ck_assert_ptr_nonnull(strstr(last_said, "no message of this protocol"));
		now.boot_us += 100 * MS;
	}
}
END_TEST

START_TEST(stops_in_the_middle)
{
	uint8_t bytes[256];
	size_t len = put_order(1, bytes, sizeof(bytes));

	connect_both();
	tick(60000 * MS); /* may be silent between messages */
	fake_daemon_write(&daemon_, bytes, len - 1);
	turn();
	tick(2000 * MS);
	ck_assert_uint_eq(losts, 0);
	tick(1);
	ck_assert_uint_eq(losts, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "stopped in the middle of a message"));
}
END_TEST

static unsigned
hear_all(uint64_t *last)
{
	struct wf_msg msg;
	unsigned n = 0;

	while (fake_daemon_hear(&daemon_, &msg)) {
		if (msg.type == WF_MSG_DONE)
			ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TAG, last), WF_OK);
		wf_msg_clear(&msg);
		n++;
	}
	return n;
}

/* What it does not read waits in a bounded buffer, and leaves whole and in order when it does. */
START_TEST(daemon_does_not_read)
{
	uint64_t sent = 0, heard = 0, last = 0;
	wf_status status = WF_OK;

	connect_both();
	while (status == WF_OK && sent < 10000) {
		status = ask(sent + 1, 4000);
		sent += status == WF_OK;
		wf_link_flush(link_);
	}
	ck_assert_int_eq(status, WF_FULL);
	ck_assert_uint_gt(sent, (4 << 20) / 4096);
	ck_assert(wf_link_is_up(link_));
	for (int i = 0; i < 10000 && heard < sent; i++) {
		heard += hear_all(&last);
		turn();
	}
	ck_assert_uint_eq(heard, sent);
	ck_assert_uint_eq(last, sent);
	ck_assert_int_eq(ask(1, 0), WF_OK);
	ck_assert_uint_eq(losts, 0);
}
END_TEST

START_TEST(gone_while_written_to)
{
	connect_both();
	fake_daemon_hang_up(&daemon_);
	ck_assert_int_eq(ask(1, 0), WF_OK);
	wf_link_flush(link_);
	ck_assert_uint_eq(losts, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "Broken pipe"));
	ck_assert_int_eq(ask(2, 0), WF_UNAVAILABLE);
}
END_TEST

/* From within a message: the rest is not believed, and it is lost once, behind all callbacks. */
START_TEST(gone_while_answered)
{
	uint8_t bytes[512];
	size_t len = put_order(1, bytes, sizeof(bytes));

	len += put_order(2, bytes + len, sizeof(bytes) - len);
	connect_both();
	answers = true;
	fake_daemon_write(&daemon_, bytes, len);
	fake_daemon_hang_up(&daemon_);
	turn();
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(losts, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "cannot be written to"));
}
END_TEST

/* What one connection was sent is no part of the next. */
START_TEST(nothing_is_carried_over)
{
	uint8_t bytes[256];
	size_t len = put_order(1, bytes, sizeof(bytes));

	connect_both();
	ck_assert_int_eq(ask(1, 0), WF_OK); /* never flushed */
	fake_daemon_write(&daemon_, bytes, len - 1);
	turn();
	fake_daemon_hang_up(&daemon_);
	turn();
	now.boot_us += 100 * MS;
	connect_both();
	fake_daemon_write(&daemon_, bytes + len - 1, 1);
	turn();
	ck_assert_uint_eq(messages, 0);
	wf_link_flush(link_);
	ck_assert_uint_eq(hear_all(&last_tag), 0);
}
END_TEST

#ifdef WF_FAULT
static void
begin_round(void)
{
	wf_link_free(&link_);
	losts = 0;
}

static wf_status
run_round(void)
{
	const struct wf_link_options options = {
		.base = base,
		.clock = {.read = read_clock},
		.path = daemon_.path,
		.owner = (uid_t)-1,
		.peer = "the daemon",
		.away = "requests get no reply until it is back",
		.say = say,
		.message = message,
		.settled = on_settled,
		.up = on_up,
		.lost = on_lost,
		.ctx = &daemon_,
	};
	wf_status status = wf_link_new(&options, &link_);

	if (status != WF_OK)
		return status;
	wf_link_tick(link_);
	return wf_link_is_up(link_) ? WF_OK : WF_IO;
}

/* It is there, or nothing is, or it was lost and comes when it is tried again. */
static void
end_round(wf_status status)
{
	if (link_ == NULL)
		return;
	ck_assert_uint_eq(losts, status != WF_OK);
	tick(100 * MS);
	ck_assert(wf_link_is_up(link_));
	while (fake_daemon_accept(&daemon_)) {}
	expect_message(WF_MSG_WORK);
	fake_daemon_hang_up(&daemon_);
	wf_link_free(&link_);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {begin_round, run_round, end_round};

	wf_link_free(&link_);
	ck_assert_uint_ge(fault_loop_libc(&scenario), 10);
}
END_TEST
#endif

static Suite *
link_suite(void)
{
	Suite *suite = suite_create("link");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, connects_and_offers_work);
	tcase_add_test(tc, bad_paths);
	tcase_add_test(tc, nobody_is_there);
	tcase_add_test(tc, comes_back);
	tcase_add_test(tc, pause_grows_without_sense);
	tcase_add_test(tc, gone_before_the_first_message);
	tcase_add_loop_test(tc, one_line_for_each_time, 0, 2);
	tcase_add_test(tc, somebody_elses_socket);
	tcase_add_test(tc, in_single_bytes_and_many_at_once);
	tcase_add_test(tc, nonsense);
	tcase_add_test(tc, stops_in_the_middle);
	tcase_add_test(tc, daemon_does_not_read);
	tcase_add_test(tc, gone_while_written_to);
	tcase_add_test(tc, gone_while_answered);
	tcase_add_test(tc, nothing_is_carried_over);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(link_suite)
