/*
 * Each fallible call of a scenario fails in turn, once and from then on: the answer is then a
 * fault, never a success, and what was there before is unchanged. Only in builds with fault
 * injection.
 */
#include "config.h"

#include "common/fault.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/client.h"
#include "common/clock.h"
#include "common/fault_site.h"
#include "common/peer.h"
#include "common/random.h"
#include "tests/unit/common/wire_sample.h"
#include "tests/unit/unit.h"

/* Runs the scenario clean, then with every fault; at least `least` fallible calls are expected. */
static void
every_fault(wf_status (*scenario)(void), uint64_t least)
{
	uint64_t calls;

	wf_fault_arm(0, false);
	ck_assert_int_eq(scenario(), WF_OK);
	calls = wf_fault_count();
	ck_assert_uint_ge(calls, least);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		for (int lasts = 0; lasts < 2; lasts++) {
			wf_fault_arm(nth, lasts == 1);
			ck_assert_int_ne(scenario(), WF_OK);
		}
	}
	wf_fault_arm(0, false);
	ck_assert_int_eq(scenario(), WF_OK);
}

START_TEST(the_nth_call_fails_once_or_from_then_on)
{
	wf_fault_arm(2, false);
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
	ck_assert(wf_fault(WF_FAULT_STORE));
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
	ck_assert_uint_eq(wf_fault_count(), 3);
	wf_fault_arm(2, true);
	ck_assert_uint_eq(wf_fault_count(), 0);
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
	ck_assert(wf_fault(WF_FAULT_FILE));
	ck_assert(wf_fault(WF_FAULT_ALLOC));
	wf_fault_arm(0, true);
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
}
END_TEST

START_TEST(only_the_points_asked_for_count)
{
	wf_fault_page()->points = UINT64_C(1) << WF_FAULT_FILE;
	wf_fault_arm(1, false);
	ck_assert(!wf_fault(WF_FAULT_ALLOC));
	ck_assert_uint_eq(wf_fault_count(), 0);
	ck_assert(wf_fault(WF_FAULT_FILE));
	ck_assert_uint_eq(wf_fault_page()->failed, 1);
}
END_TEST

/* A stack of its own for each number, with calls at two places. */
static __attribute__((noinline)) bool
a_call(int depth)
{
	bool failed = depth > 0 ? a_call(depth - 1) : wf_fault(WF_FAULT_ALLOC);

	return wf_fault(WF_FAULT_FILE) || failed;
}

START_TEST(calls_are_told_apart_by_their_stack)
{
	volatile size_t same = 2; /* no compiler makes two places of one */
	uint64_t sites[4];

	for (size_t i = 0; i < same; i++)
		sites[i] = wf_fault_site(64);
	ck_assert_uint_ne(sites[0], 0);
	ck_assert_uint_eq(sites[0], sites[1]);
	sites[2] = wf_fault_site(64);
	ck_assert_uint_ne(sites[0], sites[2]);
	sites[3] = wf_fault_site(0);
	ck_assert_uint_ne(sites[3], 0);
	ck_assert_uint_ne(sites[2], sites[3]);
}
END_TEST

START_TEST(calls_of_other_sites_do_not_count)
{
	struct wf_fault_page *page = wf_fault_page();
	uint64_t same = 0;

	page->depth = 64;
	page->site = 1; /* nobody's */
	wf_fault_arm(1, false);
	ck_assert(!a_call(3));
	ck_assert_uint_eq(wf_fault_count(), 0);
	page->site = 0;
	ck_assert(a_call(3));
	ck_assert_uint_eq(page->failed, 1);
	ck_assert_uint_eq(wf_fault_count(), 5);
	/* Three returns into the same place of a_call(). */
	for (size_t i = 1; i < WF_FAULT_FRAMES; i++)
		same += page->stack[i] != 0 && page->stack[i] == page->stack[i - 1];
	ck_assert_uint_eq(same, 2);
}
END_TEST

START_TEST(fsync_is_slow_or_fails)
{
	int64_t before = wf_clock_monotonic_us();
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	wf_fault_arm(1, true);
	ck_assert_int_eq(fdatasync(fileno(file)), 0);
	wf_fault_page()->sync_delay_us = 30000;
	ck_assert_int_eq(fsync(fileno(file)), 0);
	ck_assert_int_ge(wf_clock_monotonic_us() - before, 30000);
	wf_fault_page()->points = UINT64_C(1) << WF_FAULT_SYNC;
	ck_assert_int_eq(fsync(fileno(file)), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_uint_eq(wf_fault_page()->syncs, 3);
	(void)fclose(file);
}
END_TEST

/* What a child that dies at the nth change leaves of 8 bytes, written 4 by 4. */
static off_t
left_behind(uint64_t nth, enum wf_fault_death dies)
{
	FILE *file = tmpfile();
	struct stat st;
	int status;
	pid_t child;

	ck_assert_ptr_nonnull(file);
	child = fork();
	if (child == 0) {
		wf_fault_page()->points = UINT64_C(1) << WF_FAULT_WRITE;
		wf_fault_page()->dies = dies;
		wf_fault_arm(nth, false);
		_exit(pwrite(fileno(file), "1234", 4, 0) == 4 &&
					pwrite(fileno(file), "5678", 4, 4) == 4
				? 0
				: 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), nth > 2                  ? 0
					      : dies == WF_FAULT_LIVES ? 1
								       : WF_FAULT_EXIT);
	ck_assert_int_eq(fstat(fileno(file), &st), 0);
	(void)fclose(file);
	return st.st_size;
}

START_TEST(the_program_dies_before_or_within_a_write)
{
	ck_assert_int_eq(left_behind(1, WF_FAULT_DIES), 0);
	ck_assert_int_eq(left_behind(2, WF_FAULT_DIES), 4);
	ck_assert_int_eq(left_behind(2, WF_FAULT_DIES_WITHIN), 6);
	ck_assert_int_eq(left_behind(2, WF_FAULT_LIVES), 4);
	ck_assert_int_eq(left_behind(3, WF_FAULT_DIES), 8);
}
END_TEST

START_TEST(clocks_are_moved)
{
	struct wf_now before = wf_clock_now(&wf_clock_system);
	char id[37], other[37];

	wf_fault_page()->wall_offset_us = -INT64_C(3600000000);
	ck_assert_int_lt(
		wf_clock_now(&wf_clock_system).wall_us, before.wall_us - INT64_C(3500000000));
	ck_assert_int_lt(
		wf_clock_now(&wf_clock_system).boot_us, before.boot_us + INT64_C(60000000));
	wf_fault_page()->boot_offset_us = INT64_C(3600000000);
	ck_assert_int_ge(
		wf_clock_now(&wf_clock_system).boot_us, before.boot_us + INT64_C(3600000000));
	wf_fault_page()->synchronised = 1;
	ck_assert(wf_clock_synchronised());
	wf_fault_page()->synchronised = 2;
	ck_assert(!wf_clock_synchronised());
	wf_clock_boot_id(id);
	wf_fault_page()->boot = 1;
	wf_clock_boot_id(other);
	ck_assert_uint_eq(strlen(other), 36);
	ck_assert_str_ne(id, other);
}
END_TEST

static wf_status
buf_scenario(void)
{
	struct wf_buf buf;
	uint8_t *space;
	wf_status status;

	wf_buf_init(&buf, 4096);
	status = wf_buf_put(&buf, "0123456789", 10);
	if (status == WF_OK)
		status = wf_buf_put_space(&buf, 100, &space);
	if (status == WF_OK)
		ck_assert_mem_eq(buf.data, "0123456789", 10);
	if (status == WF_OK) {
		uint8_t block[1000] = {1};
		size_t before = buf.len;

		status = wf_buf_put_block(&buf, block, sizeof(block));
		ck_assert_uint_eq(buf.len, status == WF_OK ? 1112 : before);
	}
	wf_buf_clear(&buf);
	return status;
}

START_TEST(buffers)
{
	every_fault(buf_scenario, 3);
	wf_fault_arm(1, true);
	ck_assert_int_eq(buf_scenario(), WF_NO_MEMORY);
}
END_TEST

static wf_status
codec_scenario(void)
{
	struct wf_msg msg, back;
	struct wf_buf frame;
	uint8_t answer[300] = {1};
	wf_status status;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, "0123456789abcdef", 16);
	if (status == WF_OK)
		status = wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, answer, sizeof(answer));
	ck_assert_uint_eq(msg.bytes.len, status == WF_OK ? 317 : msg.nvalues * 16);
	if (status == WF_OK)
		status = wf_msg_encode(&msg, &frame);
	ck_assert(status == WF_OK || frame.len == 0);
	if (status == WF_OK)
		status = wf_msg_decode(frame.data, frame.len, &back);
	if (status == WF_OK)
		wf_msg_clear(&back);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
	return status;
}

START_TEST(codec)
{
	every_fault(codec_scenario, 4);
	for (uint64_t nth = 1; nth <= 4; nth++) {
		wf_fault_arm(nth, false);
		ck_assert_int_eq(codec_scenario(), WF_NO_MEMORY);
	}
}
END_TEST

static wf_status
secret_scenario(void)
{
	struct wf_secret a = WF_SECRET_EMPTY;
	struct wf_secret b = WF_SECRET_EMPTY;
	wf_status status = wf_secret_set(&a, "first", 5);

	if (status == WF_OK) {
		status = wf_secret_set(&a, "second", 6);
		ck_assert_mem_eq(a.bytes, status == WF_OK ? "second" : "first", 5);
	}
	if (status == WF_OK)
		status = wf_secret_copy(&b, &a);
	wf_secret_clear(&a);
	wf_secret_clear(&b);
	return status;
}

START_TEST(secrets)
{
	every_fault(secret_scenario, 3);
	wf_fault_arm(1, false);
	ck_assert_int_eq(secret_scenario(), WF_NO_MEMORY);
}
END_TEST

static wf_status
random_scenario(void)
{
	uint8_t bytes[600];
	uint32_t value;
	wf_status status = wf_random_bytes(bytes, sizeof(bytes));

	return status == WF_OK ? wf_random_below(1U << 31, &value) : status;
}

START_TEST(randomness)
{
	uint8_t bytes[600];

	every_fault(random_scenario, 4);
	memset(bytes, 7, sizeof(bytes));
	wf_fault_arm(1, false);
	ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_UNAVAILABLE);
	ck_assert_uint_eq(bytes[0], 7);
	wf_fault_arm(2, false);
	ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_UNAVAILABLE);
	ck_assert_mem_eq(bytes, (uint8_t[256]){0}, 256);
	ck_assert_uint_eq(bytes[256], 7);
}
END_TEST

START_TEST(clocks)
{
	char id[37];

	wf_fault_arm(1, true);
	ck_assert(!wf_clock_synchronised());
	wf_clock_boot_id(id);
	ck_assert_str_eq(id, "");
}
END_TEST

static wf_status
peer_scenario(void)
{
	struct wf_peer peer;
	struct wf_process process;
	int fds[2];
	wf_status status;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	status = wf_peer_get(fds[0], &peer);
	if (status == WF_OK)
		status = wf_process_get(peer.pid, &process);
	close(fds[0]);
	close(fds[1]);
	return status;
}

START_TEST(peers)
{
	every_fault(peer_scenario, 3);
}
END_TEST

static char socket_path[] = "/tmp/wf-fault-XXXXXX/socket";
static int listener;

static void
setup_listener(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char *slash = strrchr(socket_path, '/');

	*slash = '\0';
	ck_assert_ptr_nonnull(mkdtemp(socket_path));
	*slash = '/';
	memcpy(addr.sun_path, socket_path, sizeof(socket_path));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(listener, 64), 0);
}

static void
teardown_listener(void)
{
	close(listener);
	unlink(socket_path);
	*strrchr(socket_path, '/') = '\0';
	rmdir(socket_path);
}

/*
 * An accepting answer lies ready from the start, so that every fault but a seen one would let in.
 */
static wf_status
answered(struct wf_client *client, int64_t deadline_us)
{
	static const uint8_t accepting[13] = {
		0, 0, 0, 9, 0, 2, 0, WF_MSG_RESULT, 0, WF_F_VERDICT, 0, 1, WF_VERDICT_ACCEPT};
	struct wf_msg msg, reply;
	wf_status status;
	int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(send(server, accepting, sizeof(accepting), MSG_NOSIGNAL), 13);
	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, "0123456789abcdef", 16);
	if (status == WF_OK)
		status = wf_client_send(client, &msg, deadline_us);
	if (status == WF_OK)
		status = wf_client_receive(client, deadline_us, &reply);
	if (status == WF_OK)
		wf_msg_clear(&reply);
	wf_msg_clear(&msg);
	close(server);
	return status;
}

/* One that connected and then failed to find out the owner still stands in the queue. */
static void
empty_queue(void)
{
	struct pollfd pfd = {.fd = listener, .events = POLLIN};

	while (poll(&pfd, 1, 0) == 1)
		close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
}

static wf_status
client_scenario(void)
{
	int64_t deadline_us = wf_clock_now(&wf_clock_system).boot_us + 5000000;
	struct wf_client *client = NULL;
	wf_status status = wf_client_open(socket_path, geteuid(), deadline_us, &client);

	if (status == WF_OK) {
		status = answered(client, deadline_us);
	} else {
		ck_assert_ptr_null(client);
		empty_queue();
	}
	wf_client_close(&client);
	return status;
}

START_TEST(client)
{
	struct wf_client *open = NULL;
	struct wf_msg msg;
	int64_t deadline_us = wf_clock_now(&wf_clock_system).boot_us + 5000000;

	every_fault(client_scenario, 10);
	ck_assert_int_eq(wf_client_open(socket_path, geteuid(), deadline_us, &open), WF_OK);
	wf_fault_arm(2, false); /* the first call finds nothing, the second is the wait for more */
	ck_assert_int_eq(wf_client_receive(open, deadline_us, &msg), WF_UNAVAILABLE);
	wf_client_close(&open);
}
END_TEST

static Suite *
fault_suite(void)
{
	Suite *suite = suite_create("fault");
	TCase *tc = tcase_create("alone");
	TCase *sockets = tcase_create("sockets");

	tcase_add_test(tc, the_nth_call_fails_once_or_from_then_on);
	tcase_add_test(tc, only_the_points_asked_for_count);
	tcase_add_test(tc, calls_are_told_apart_by_their_stack);
	tcase_add_test(tc, calls_of_other_sites_do_not_count);
	tcase_add_test(tc, fsync_is_slow_or_fails);
	tcase_add_test(tc, the_program_dies_before_or_within_a_write);
	tcase_add_test(tc, clocks_are_moved);
	tcase_add_test(tc, buffers);
	tcase_add_test(tc, codec);
	tcase_add_test(tc, secrets);
	tcase_add_test(tc, randomness);
	tcase_add_test(tc, clocks);
	tcase_add_test(tc, peers);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(sockets, setup_listener, teardown_listener);
	tcase_add_test(sockets, client);
	suite_add_tcase(suite, sockets);
	return suite;
}

UNIT_MAIN(fault_suite)
