/* Peers and processes: what the kernel says of ourselves is what we know of ourselves. */
#include "config.h"

#include "common/peer.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

START_TEST(the_other_end_of_a_pair_is_us)
{
	struct wf_peer peer;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(wf_peer_get(fds[0], &peer), WF_OK);
	ck_assert_uint_eq(peer.uid, geteuid());
	ck_assert_uint_eq(peer.gid, getegid());
	ck_assert_int_eq(peer.pid, getpid());
	ck_assert(wf_peer_in_group(&peer, getegid()));
	ck_assert(!wf_peer_in_group(&peer, 4242424));
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(supplementary_groups_count)
{
	gid_t groups[WF_PEER_GROUPS_MAX + 6];
	struct wf_peer peer;
	int fds[2];

	if (geteuid() != 0)
		return;
	for (size_t i = 0; i < WF_PEER_GROUPS_MAX + 6; i++)
		groups[i] = (gid_t)(70000 + i);
	ck_assert_int_eq(setgroups(3, groups), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(wf_peer_get(fds[0], &peer), WF_OK);
	ck_assert_uint_eq(peer.ngroups, 3);
	ck_assert(wf_peer_in_group(&peer, 70002));
	ck_assert(!wf_peer_in_group(&peer, 70003));
	ck_assert_int_eq(setgroups(WF_PEER_GROUPS_MAX + 6, groups), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(wf_peer_get(fds[0], &peer), WF_OK);
	ck_assert_uint_eq(peer.ngroups, WF_PEER_GROUPS_MAX);
	ck_assert(wf_peer_in_group(&peer, 70000));
}
END_TEST

START_TEST(what_is_no_unix_socket_has_no_peer)
{
	struct wf_peer peer = {.pid = 77};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(wf_peer_get(-1, &peer), WF_UNAVAILABLE);
	ck_assert_int_eq(wf_peer_get(fd, &peer), WF_UNAVAILABLE);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(wf_peer_get(fd, &peer), WF_UNAVAILABLE);
	close(fd);
	ck_assert_int_eq(peer.pid, 77);
}
END_TEST

START_TEST(we_are_the_child_of_our_parent)
{
	struct wf_process self, again;

	/* A name made to mislead whoever counts fields from the left. */
	ck_assert_int_eq(prctl(PR_SET_NAME, "a) Z 1 (b"), 0);
	ck_assert_int_eq(wf_process_get(getpid(), &self), WF_OK);
	ck_assert_int_eq(self.pid, getpid());
	ck_assert_int_eq(self.parent, getppid());
	ck_assert_uint_gt(self.start, 0);
	ck_assert_int_eq(wf_process_get(getpid(), &again), WF_OK);
	ck_assert_uint_eq(self.start, again.start);
}
END_TEST

START_TEST(start_times_tell_processes_apart)
{
	struct wf_process self, init;

	ck_assert_int_eq(wf_process_get(getpid(), &self), WF_OK);
	ck_assert_int_eq(wf_process_get(1, &init), WF_OK);
	ck_assert_int_eq(init.parent, 0);
	ck_assert_uint_lt(init.start, self.start);
}
END_TEST

START_TEST(a_process_that_is_gone_is_not_found)
{
	struct wf_process process = {.pid = 77};
	uint32_t session = 77;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(wf_process_get(child, &process), WF_NOT_FOUND);
	ck_assert_int_eq(wf_process_session(child, &session), WF_NOT_FOUND);
	ck_assert_int_eq(process.pid, 77);
	ck_assert_uint_eq(session, 77);
}
END_TEST

START_TEST(the_session_is_the_kernels_word)
{
	FILE *file = fopen("/proc/self/sessionid", "re");
	unsigned expected = UINT32_MAX;
	uint32_t session = 77;

	if (file != NULL) {
		ck_assert_int_eq(fscanf(file, "%u", &expected), 1);
		fclose(file);
	}
	if (expected == UINT32_MAX) {
		ck_assert_int_eq(wf_process_session(getpid(), &session), WF_NOT_FOUND);
		ck_assert_uint_eq(session, 77);
	} else {
		ck_assert_int_eq(wf_process_session(getpid(), &session), WF_OK);
		ck_assert_uint_eq(session, expected);
	}
}
END_TEST

static Suite *
peer_suite(void)
{
	Suite *suite = suite_create("peer");
	TCase *tc = tcase_create("peer");

	tcase_add_test(tc, the_other_end_of_a_pair_is_us);
	tcase_add_test(tc, supplementary_groups_count);
	tcase_add_test(tc, what_is_no_unix_socket_has_no_peer);
	tcase_add_test(tc, we_are_the_child_of_our_parent);
	tcase_add_test(tc, start_times_tell_processes_apart);
	tcase_add_test(tc, a_process_that_is_gone_is_not_found);
	tcase_add_test(tc, the_session_is_the_kernels_word);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(peer_suite)
