/*
 * The client against peers that misbehave: away, silent, gone in mid-frame, slow, talking nonsense,
 * not who they should be. Each ends with its own status and before the deadline.
 */
#include "config.h"

#include "common/client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/common/wire_sample.h"
#include "tests/unit/unit.h"

#define NOBODY 65534
#define ANYONE ((uid_t)-1)
#define SOON_US 100000 /* the deadline of tests that are to run into it */
#define LATE_US 5000000

static char folder[] = "/tmp/wf-client-XXXXXX";
static char path[64];
static int listener = -1;
static int server = -1; /* the accepted connection */
static struct wf_client *client;

static int64_t
in_us(int64_t us)
{
	return wf_clock_now(&wf_clock_system).boot_us + us;
}

static void
start_listening(int backlog)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(listener, backlog), 0);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chmod(folder, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/socket", folder);
}

static void
teardown(void)
{
	wf_client_close(&client);
	if (server >= 0)
		close(server);
	if (listener >= 0)
		close(listener);
	unlink(path);
	rmdir(folder);
}

/* Both ends of a connection. */
static void
setup_connected(void)
{
	setup();
	start_listening(5);
	ck_assert_int_eq(wf_client_open(path, geteuid(), in_us(LATE_US), &client), WF_OK);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(server, 0);
}

static void
server_says(const void *bytes, size_t len)
{
	ck_assert_int_eq(send(server, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void
server_closes(void)
{
	close(server);
	server = -1;
}

/* A RESULT frame that accepts. */
static void
result_frame(struct wf_buf *frame)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, WF_VERDICT_ACCEPT), WF_OK);
	wf_buf_init(frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, frame), WF_OK);
	wf_msg_clear(&msg);
}

static wf_status
receive(int64_t us)
{
	struct wf_msg msg;
	wf_status status = wf_client_receive(client, in_us(us), &msg);

	if (status == WF_OK)
		wf_msg_clear(&msg);
	return status;
}

START_TEST(nobody_there_is_unavailable)
{
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(LATE_US), &client), WF_UNAVAILABLE);
	start_listening(5);
	close(listener);
	listener = -1;
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(LATE_US), &client), WF_UNAVAILABLE);
	ck_assert_ptr_null(client);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_invalid)
{
	char longer[200];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_int_eq(wf_client_open(longer, ANYONE, in_us(LATE_US), &client), WF_INVALID);
	longer[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = '\0';
	ck_assert_int_eq(wf_client_open(longer, ANYONE, in_us(LATE_US), &client), WF_INVALID);
	ck_assert_int_eq(wf_client_open("", ANYONE, in_us(LATE_US), &client), WF_INVALID);
	ck_assert_ptr_null(client);
}
END_TEST

START_TEST(a_deadline_in_the_past_is_a_timeout)
{
	start_listening(5);
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(-1), &client), WF_TIMEOUT);
	ck_assert_int_eq(wf_client_open(path, ANYONE, 0, &client), WF_TIMEOUT);
	ck_assert_ptr_null(client);
}
END_TEST

/* A daemon that was stopped: its queue fills, then connecting waits. */
START_TEST(a_full_queue_is_a_timeout)
{
	struct wf_client *waiting[8] = {NULL};
	wf_status status = WF_OK;
	int64_t before;

	start_listening(0);
	for (size_t i = 0; i < 8 && status == WF_OK; i++) {
		before = in_us(0);
		status = wf_client_open(path, ANYONE, in_us(SOON_US), &waiting[i]);
	}
	ck_assert_int_eq(status, WF_TIMEOUT);
	ck_assert_int_ge(in_us(0) - before, SOON_US);
	ck_assert_int_lt(in_us(0) - before, LATE_US);
	for (size_t i = 0; i < 8; i++)
		wf_client_close(&waiting[i]);
}
END_TEST

START_TEST(the_wrong_owner_is_denied)
{
	uid_t self = geteuid();

	start_listening(5);
	if (self == 0) { /* the kernel keeps who called listen() */
		ck_assert_int_eq(seteuid(NOBODY), 0);
		ck_assert_int_eq(listen(listener, 5), 0);
		ck_assert_int_eq(seteuid(0), 0);
	}
	ck_assert_int_eq(wf_client_open(path, 4242, in_us(LATE_US), &client), WF_DENIED);
	ck_assert_ptr_null(client);
	if (self == 0)
		ck_assert_int_eq(wf_client_open(path, 0, in_us(LATE_US), &client), WF_DENIED);
	ck_assert_int_eq(
		wf_client_open(path, self == 0 ? NOBODY : self, in_us(LATE_US), &client), WF_OK);
	wf_client_close(&client);
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(LATE_US), &client), WF_OK);
}
END_TEST

START_TEST(root_may_serve_for_any_owner)
{
	if (geteuid() != 0)
		return;
	start_listening(5);
	ck_assert_int_eq(wf_client_open(path, 4242, in_us(LATE_US), &client), WF_OK);
}
END_TEST

START_TEST(no_permission_is_denied)
{
	start_listening(5);
	ck_assert_int_eq(chmod(path, 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(NOBODY), 0);
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(LATE_US), &client), WF_DENIED);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(the_descriptor_closes_on_exec_and_on_close)
{
	int fd = wf_client_fd(client);

	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	wf_client_close(&client);
	ck_assert_ptr_null(client);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	wf_client_close(&client);
}
END_TEST

static size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

START_TEST(failures_leave_no_descriptor)
{
	size_t before = open_descriptors();

	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(LATE_US), &client), WF_UNAVAILABLE);
	ck_assert_int_eq(wf_client_open(path, ANYONE, in_us(-1), &client), WF_TIMEOUT);
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

START_TEST(a_conversation)
{
	struct wf_msg msg;
	struct wf_buf frame;
	uint8_t heard[1024];
	uint64_t verdict;

	sample_make(0, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_int_eq(wf_client_send(client, &msg, in_us(LATE_US)), WF_OK);
	ck_assert_int_eq(recv(server, heard, sizeof(heard), 0), (ssize_t)frame.len);
	ck_assert_mem_eq(heard, frame.data, frame.len);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
	result_frame(&frame);
	server_says(frame.data, frame.len);
	ck_assert_int_eq(wf_client_receive(client, in_us(LATE_US), &msg), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_VERDICT, &verdict), WF_OK);
	ck_assert_uint_eq(verdict, WF_VERDICT_ACCEPT);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
}
END_TEST

START_TEST(frames_sent_together_are_received_one_by_one)
{
	struct wf_buf frame;

	result_frame(&frame);
	ck_assert_int_eq(wf_buf_put(&frame, "\0\0\0\0", 4), WF_OK);
	server_says(frame.data, frame.len - 4);
	server_says(frame.data, frame.len);
	ck_assert_int_eq(receive(LATE_US), WF_OK);
	ck_assert_int_eq(receive(LATE_US), WF_OK);
	ck_assert_int_eq(receive(LATE_US), WF_INVALID);
	wf_buf_clear(&frame);
}
END_TEST

/* What came before the close is not a verdict, however much of it there is. */
START_TEST(a_cut_frame_is_unavailable)
{
	struct wf_buf frame;

	result_frame(&frame);
	server_says(frame.data, (size_t)_i);
	server_closes();
	ck_assert_uint_lt((size_t)_i, frame.len);
	ck_assert_int_eq(receive(LATE_US), WF_UNAVAILABLE);
	wf_buf_clear(&frame);
}
END_TEST

START_TEST(a_reset_is_unavailable)
{
	struct wf_msg msg;

	/* Bytes that the server never read turn its close into a reset. */
	sample_make(0, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	ck_assert_int_eq(wf_client_send(client, &msg, in_us(LATE_US)), WF_OK);
	server_closes();
	ck_assert_int_eq(receive(LATE_US), WF_UNAVAILABLE);
	ck_assert_int_eq(wf_client_send(client, &msg, in_us(LATE_US)), WF_UNAVAILABLE);
	wf_msg_clear(&msg);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	wf_status status;
} nonsense[] = {
	{"HTTP/1.1 200 OK\r\n", 17, WF_INVALID},
	{"\0\0\0\0", 4, WF_INVALID},
	{"\0\0\0\3abc", 7, WF_INVALID},
	{"\0\0\x40\0", 4, WF_INVALID},
	{"\xff\xff\xff\xff", 4, WF_INVALID},
	{"\0\0\0\4\0\2\0\x21", 8, WF_INVALID},
	{"\0\0\0\4\0\x7f\0\x21", 8, WF_VERSION},
	{"\0\0\0\x9\0\2\0\x21\0\x0d\0\2\1", 13, WF_INVALID},
	{"\0\0\0\xa\0\2\0\x21\0\x0d\0\1\1\1", 14, WF_INVALID},
};

START_TEST(nonsense_table)
{
	server_says(nonsense[_i].bytes, nonsense[_i].len);
	ck_assert_int_eq(receive(LATE_US), nonsense[_i].status);
}
END_TEST

START_TEST(silence_is_a_timeout)
{
	int64_t before = in_us(0);

	ck_assert_int_eq(receive(SOON_US), WF_TIMEOUT);
	ck_assert_int_ge(in_us(0) - before, SOON_US);
	ck_assert_int_lt(in_us(0) - before, LATE_US);
	server_says("\0\0\0\x40", 4);
	ck_assert_int_eq(receive(SOON_US), WF_TIMEOUT);
	ck_assert_int_eq(receive(-1), WF_TIMEOUT);
}
END_TEST

/* A byte now and then does not move the deadline. */
static void
drip(int signo)
{
	int saved = errno;

	(void)signo;
	(void)!send(server, "\0", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	errno = saved;
}

static void
set_timer(suseconds_t every_us, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};
	struct itimerval timer = {.it_interval = {0, every_us}, .it_value = {0, every_us}};

	sigemptyset(&action.sa_mask);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

START_TEST(a_slow_peer_does_not_move_the_deadline)
{
	int64_t before = in_us(0);

	server_says("\0\0\x3f\xfc", 4);
	set_timer(20000, drip);
	ck_assert_int_eq(receive(3 * SOON_US), WF_TIMEOUT);
	ck_assert_int_ge(in_us(0) - before, 3 * SOON_US);
	ck_assert_int_lt(in_us(0) - before, LATE_US);
}
END_TEST

static struct wf_buf dripped;
static size_t dripped_at;

static void
drip_frame(int signo)
{
	int saved = errno;

	(void)signo;
	if (dripped_at < dripped.len)
		(void)!send(server, dripped.data + dripped_at++, 1, MSG_NOSIGNAL);
	errno = saved;
}

START_TEST(signals_and_pieces_are_survived)
{
	result_frame(&dripped);
	dripped_at = 0;
	set_timer(5000, drip_frame);
	ck_assert_int_eq(receive(LATE_US), WF_OK);
	set_timer(0, SIG_IGN);
	wf_buf_clear(&dripped);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_a_timeout)
{
	struct wf_msg msg;
	wf_status status = WF_OK;

	sample_make(0, WF_WIRE_VERSION, SAMPLE_LARGE, &msg);
	for (int i = 0; i < 10000 && status == WF_OK; i++)
		status = wf_client_send(client, &msg, in_us(SOON_US));
	ck_assert_int_eq(status, WF_TIMEOUT);
	wf_msg_clear(&msg);
}
END_TEST

/* SIGPIPE would end the host program: its default action is in force here. */
START_TEST(a_closed_peer_raises_no_signal)
{
	struct wf_msg msg;

	signal(SIGPIPE, SIG_DFL);
	server_closes();
	sample_make(0, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	ck_assert_int_eq(wf_client_send(client, &msg, in_us(LATE_US)), WF_UNAVAILABLE);
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(what_cannot_be_encoded_is_not_sent)
{
	struct wf_msg msg;
	uint8_t byte;

	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_client_send(client, &msg, in_us(LATE_US)), WF_INVALID);
	ck_assert_int_eq(recv(server, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
	wf_msg_clear(&msg);
}
END_TEST

static Suite *
client_suite(void)
{
	Suite *suite = suite_create("client");
	TCase *opening = tcase_create("opening");
	TCase *talking = tcase_create("talking");

	tcase_add_checked_fixture(opening, setup, teardown);
	tcase_add_test(opening, nobody_there_is_unavailable);
	tcase_add_test(opening, a_path_that_cannot_be_is_invalid);
	tcase_add_test(opening, a_deadline_in_the_past_is_a_timeout);
	tcase_add_test(opening, a_full_queue_is_a_timeout);
	tcase_add_test(opening, the_wrong_owner_is_denied);
	tcase_add_test(opening, root_may_serve_for_any_owner);
	tcase_add_test(opening, no_permission_is_denied);
	tcase_add_test(opening, failures_leave_no_descriptor);
	suite_add_tcase(suite, opening);
	tcase_add_checked_fixture(talking, setup_connected, teardown);
	tcase_add_test(talking, the_descriptor_closes_on_exec_and_on_close);
	tcase_add_test(talking, a_conversation);
	tcase_add_test(talking, frames_sent_together_are_received_one_by_one);
	tcase_add_loop_test(talking, a_cut_frame_is_unavailable, 0, 13);
	tcase_add_test(talking, a_reset_is_unavailable);
	tcase_add_loop_test(
		talking, nonsense_table, 0, (int)(sizeof(nonsense) / sizeof(nonsense[0])));
	tcase_add_test(talking, silence_is_a_timeout);
	tcase_add_test(talking, a_slow_peer_does_not_move_the_deadline);
	tcase_add_test(talking, signals_and_pieces_are_survived);
	tcase_add_test(talking, a_peer_that_does_not_read_is_a_timeout);
	tcase_add_test(talking, a_closed_peer_raises_no_signal);
	tcase_add_test(talking, what_cannot_be_encoded_is_not_sent);
	suite_add_tcase(suite, talking);
	return suite;
}

UNIT_MAIN(client_suite)
