/*
 * Connections alone, with a taker in the place of engine and acts: replies that do not fit at once,
 * peers that are dropped and why, silence, and a machine that is out of everything.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "authd/front/internal.h"
#include "common/link/socket.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define NOBODY 65534
#define ROOM 4 /* connections */

static struct event_base *base;
static struct front *front;
static char folder[] = "/tmp/warifu-front-XXXXXX";
static char path[64];
static unsigned taken, goners;
static wf_status takes; /* what the taker says to a message */
static struct engine_peer *last_peer;
static bool busy, echoes;

static wf_status
handle(void *ctx, struct engine_peer *peer, const struct wf_msg *msg)
{
	(void)ctx;
	taken++;
	last_peer = peer;
	if (echoes && !peer->send(peer, msg))
		peer->drop(peer);
	return takes;
}

static void
gone(void *ctx, struct engine_peer *peer)
{
	(void)ctx;
	(void)peer;
	goners++;
}

static bool
idle(void *ctx, const struct engine_peer *peer)
{
	(void)ctx;
	(void)peer;
	return !busy;
}

static const struct front_taker taker = {.handle = handle, .gone = gone, .idle = idle};

static void
open_front(void)
{
	const struct front_options options = {
		.base = base,
		.taker = &taker,
		.clock = {.read = read_clock},
		.say = say,
		.connections_uid = ROOM,
		.connections_all = ROOM,
		.radius_uid = (uid_t)-1,
	};

	ck_assert_int_eq(front_new(&options, &front), WF_OK);
}

static void
listen_as(enum front_role role)
{
	int fd;

	ck_assert_int_eq(wf_socket_listen(path, 0666, (uid_t)-1, (gid_t)-1, &fd), WF_OK);
	ck_assert_int_eq(front_listen(front, role, fd), WF_OK);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chmod(folder, 0711), 0);
	snprintf(path, sizeof(path), "%s/sock", folder);
	base = event_base_new();
	now.boot_us = 1000000;
	takes = WF_OK;
	open_front();
	listen_as(FRONT_PAM);
}

static void
teardown(void)
{
	front_free(&front);
	ck_assert_ptr_null(front);
	front_free(&front);
	event_base_free(base);
	unlink(path);
	rmdir(folder);
}

static void
turn(void)
{
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static int
dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* A message with `more` bytes of text. */
static void
fill(struct wf_msg *msg, uint64_t tag, size_t more)
{
	static const char text[4096] = {[0 ... 4094] = 'x'};

	wf_msg_init(msg, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_STATUS, WF_OK), WF_OK);
	if (more > 0)
		ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_CELL, text, more), WF_OK);
}

static void
put(int fd, uint64_t tag)
{
	struct wf_msg msg;
	struct wf_buf frame;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	fill(&msg, tag, 0);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_int_eq(send(fd, frame.data, frame.len, MSG_NOSIGNAL), (ssize_t)frame.len);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
}

/* A connection whose peer the taker has met. */
static int
meet(void)
{
	int fd = dial();
	unsigned before = taken;

	put(fd, 1);
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert_uint_eq(taken, before + 1);
	return fd;
}

/* What has come by now: 0 is the end, -1 nothing. */
static ssize_t
receive(int fd, struct wf_buf *in)
{
	uint8_t bytes[8192];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

	if (got > 0)
		ck_assert_int_eq(wf_buf_put(in, bytes, (size_t)got), WF_OK);
	return got;
}

static bool
ended(int fd)
{
	uint8_t byte;

	for (int i = 0; i < 5; i++)
		turn();
	return recv(fd, &byte, 1, 0) == 0;
}

/* It holds the replies 1 to `n`, whole and in order, and no more. */
static void
check_replies(const struct wf_buf *in, uint64_t n)
{
	uint64_t tag = 0;
	struct wf_msg msg;
	size_t len, at = 0;

	for (uint64_t i = 1; i <= n; i++) {
		ck_assert_int_eq(wf_frame_length(in->data + at, in->len - at, &len), WF_OK);
		ck_assert_int_eq(wf_msg_decode(in->data + at, len, &msg), WF_OK);
		ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TAG, &tag), WF_OK);
		ck_assert_uint_eq(tag, i);
		wf_msg_clear(&msg);
		at += len;
	}
	ck_assert_uint_eq(at, in->len);
}

static bool
reply(uint64_t tag, size_t more)
{
	struct wf_msg msg;
	bool taken_up;

	fill(&msg, tag, more);
	taken_up = last_peer->send(last_peer, &msg);
	wf_msg_clear(&msg);
	return taken_up;
}

/* What does not fit waits, whole and in order; what is too much is refused. */
START_TEST(replies_that_do_not_fit)
{
	int fd = meet();
	uint64_t sent = 0;
	struct wf_buf in;
	bool room = true;

	wf_buf_init(&in, 16 << 20);
	while (room && sent < 10000) {
		room = reply(sent + 1, 4000);
		sent += room;
	}
	ck_assert(!room);
	ck_assert_uint_gt(sent, FRONT_OUT_MAX / 5000);
	ck_assert(front_busy(front));
	for (int i = 0; i < 10000 && front_busy(front); i++) {
		while (receive(fd, &in) > 0) {}
		turn();
	}
	while (receive(fd, &in) > 0) {}
	check_replies(&in, sent);
	wf_buf_clear(&in);
	close(fd);
}
END_TEST

/* Of several logins: together, at the end of the turn.  Of one alone: at once. */
START_TEST(replies_of_one_turn)
{
	int fd = meet();
	struct wf_buf in;

	wf_buf_init(&in, 1 << 16);
	ck_assert(reply(1, 0));
	ck_assert_int_gt(receive(fd, &in), 0);
	last_peer->nwork = 2;
	ck_assert(reply(2, 0));
	ck_assert(reply(3, 0));
	ck_assert_int_eq(receive(fd, &in), -1);
	ck_assert(front_busy(front));
	turn();
	ck_assert(!front_busy(front));
	ck_assert_int_gt(receive(fd, &in), 0);
	check_replies(&in, 3);
	ck_assert(reply(4, 0));
	last_peer->nwork = 1;
	ck_assert(reply(5, 0)); /* not before the other */
	ck_assert_int_gt(receive(fd, &in), 0);
	check_replies(&in, 5);
	turn();
	ck_assert_int_eq(receive(fd, &in), -1);
	wf_buf_clear(&in);
	close(fd);
}
END_TEST

/* It is freed where the loop comes by it, not under the hands of who sends. */
START_TEST(gone_while_it_is_answered)
{
	int fd = meet();

	last_peer->nwork = (size_t)_i; /* 2: what is told waits for the end of the turn */
	close(fd);
	(void)reply(1, 0);
	ck_assert_uint_eq(front_connections(front), 1);
	turn();
	ck_assert_uint_eq(front_connections(front), 0);
	ck_assert_uint_eq(goners, 1);
}
END_TEST

START_TEST(dropped_by_who_answers)
{
	int fd = meet();
	struct wf_buf in;

	wf_buf_init(&in, 1 << 16);
	last_peer->nwork = 2;
	ck_assert(reply(1, 0)); /* another login's, told just before */
	last_peer->drop(last_peer);
	ck_assert_int_gt(receive(fd, &in), 0);
	check_replies(&in, 1);
	ck_assert(ended(fd));
	ck_assert_uint_eq(goners, 1);
	wf_buf_clear(&in);
	close(fd);
}
END_TEST

static const struct {
	wf_status status;
	const char *sentence;
} drops[] = {
	{WF_INVALID, "it sent what is no message"},
	{WF_DENIED, "its message is not permitted for its role and state"},
	{WF_FULL, "too many requests of it or of its user are under way"},
	{WF_NO_MEMORY, "no memory is left for its request"},
};

/* Said why, once a second. */
START_TEST(dropped_for_what_it_sends)
{
	int fd;

	takes = drops[_i].status;
	fd = meet();
	ck_assert(ended(fd));
	ck_assert_ptr_nonnull(strstr(last_said, drops[_i].sentence));
	close(fd);
	close(meet());
	ck_assert_uint_eq(nsaid, 1);
	now.boot_us += 1000000;
	close(meet());
	ck_assert_uint_eq(nsaid, 2);
}
END_TEST

static void
time_is_over(void)
{
	event_active(front->connections->readable, EV_TIMEOUT, 0);
	turn();
}

/* Who says nothing goes, unless something is under way for him; the RADIUS server never. */
START_TEST(silence)
{
	int fd = meet();

	busy = true;
	time_is_over();
	ck_assert_uint_eq(front_connections(front), 1);
	busy = false;
	time_is_over();
	ck_assert_uint_eq(front_connections(front), 0);
	close(fd);
	front_stop(front);
	listen_as(FRONT_RADIUS);
	fd = meet();
	time_is_over();
	ck_assert_uint_eq(front_connections(front), 1);
	close(fd);
}
END_TEST

/* Only root and the server's own user may use the RADIUS socket. Needs root. */
START_TEST(strangers_at_the_radius_socket)
{
	int fd;

	if (geteuid() != 0)
		return;
	front_stop(front);
	listen_as(FRONT_RADIUS);
	ck_assert_int_eq(seteuid(NOBODY), 0);
	fd = dial();
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert(ended(fd));
	close(fd);
	front->options.radius_uid = NOBODY;
	ck_assert_int_eq(seteuid(NOBODY), 0);
	fd = meet();
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_uint_eq(front_connections(front), 1);
	close(fd);
}
END_TEST

START_TEST(no_more_than_there_is_room_for)
{
	int fds[ROOM + 1];

	for (size_t i = 0; i < ROOM + 1; i++)
		fds[i] = dial();
	for (size_t i = 0; i < ROOM; i++)
		ck_assert(!ended(fds[i]));
	ck_assert(ended(fds[ROOM]));
	ck_assert_uint_eq(front_connections(front), ROOM);
	close(fds[0]);
	turn();
	close(fds[ROOM]);
	fds[ROOM] = meet();
	for (size_t i = 1; i < ROOM + 1; i++)
		close(fds[i]);
}
END_TEST

/* Nobody is refused for want of descriptors: he waits, and is served when there are some. */
START_TEST(out_of_descriptors)
{
	struct rlimit limit, none;
	int fd = dial();

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	turn();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(front_connections(front), 0);
	ck_assert_ptr_nonnull(strstr(last_said, "new connections have to wait"));
	turn();
	ck_assert_uint_eq(front_connections(front), 0); /* it does not try all the time */
	usleep(110000);
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert_uint_eq(front_connections(front), 1);
	close(fd);
}
END_TEST

START_TEST(what_cannot_listen)
{
	int fd = -1;

	ck_assert_int_eq(front_listen(front, FRONT_PAM, -1), WF_INVALID);
	for (size_t i = 1; i < FRONT_LISTENERS_MAX; i++) {
		unlink(path);
		listen_as(FRONT_PAM);
	}
	unlink(path);
	ck_assert_int_eq(wf_socket_listen(path, 0666, (uid_t)-1, (gid_t)-1, &fd), WF_OK);
	ck_assert_int_eq(front_listen(front, FRONT_PAM, fd), WF_FULL);
	close(fd);
}
END_TEST

#ifdef WF_FAULT
static int round_fd;

static void
begin_round(void)
{
	echoes = true;
	taken = 0;
	round_fd = dial();
	put(round_fd, 7);
}

static wf_status
run_round(void)
{
	for (int i = 0; i < 5; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	return taken == 1 ? WF_OK : WF_AGAIN;
}

/* It has its reply, or is hung up on, or is served as soon as there is what was missing. */
static void
end_round(wf_status status)
{
	uint8_t bytes[64];
	ssize_t got = -1;

	(void)status;
	for (int i = 0; i < 300 && got < 0; i++) {
		got = recv(round_fd, bytes, sizeof(bytes), 0);
		turn();
		usleep(1000);
	}
	ck_assert_int_ge(got, 0);
	close(round_fd);
	turn();
	turn();
	ck_assert_uint_eq(front_connections(front), 0);
	now.boot_us += 1000000;
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {begin_round, run_round, end_round};

	ck_assert_uint_ge(fault_loop_libc(&scenario), 8);
}
END_TEST
#endif

static Suite *
connection_suite(void)
{
	Suite *suite = suite_create("connection");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, replies_that_do_not_fit);
	tcase_add_test(tc, replies_of_one_turn);
	tcase_add_loop_test(tc, gone_while_it_is_answered, 1, 3);
	tcase_add_test(tc, dropped_by_who_answers);
	tcase_add_loop_test(
		tc, dropped_for_what_it_sends, 0, (int)(sizeof(drops) / sizeof(drops[0])));
	tcase_add_test(tc, silence);
	tcase_add_test(tc, strangers_at_the_radius_socket);
	tcase_add_test(tc, no_more_than_there_is_room_for);
	tcase_add_test(tc, out_of_descriptors);
	tcase_add_test(tc, what_cannot_listen);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(connection_suite)
