/*
 * Sockets and frames: what a peer may send in what pieces, how many may come, and an end while acts
 * are under way.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "authd/front/front.h"
#include "common/link/socket.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define ALL 80 /* connections */

static struct rig rig;
static struct front *front;
static struct worker_pool *acts;
static int lent;

static void
lend(void *ctx, struct act_daemon *daemon_r)
{
	(void)ctx;
	lent++;
	*daemon_r = (struct act_daemon){
		.store = rig.store, .keys = rig.keys, .config = &rig.config, .clock = rig.clock};
}

static void
give_back(void *ctx, const struct act_daemon *daemon)
{
	(void)ctx;
	(void)daemon;
	lent--;
}

static void
path_of(enum front_role role, char *path_r, size_t size)
{
	snprintf(path_r, size, "%s/%d.sock", rig.folder, (int)role);
}

static void
listen_for(enum front_role role)
{
	char path[128];
	int fd;

	path_of(role, path, sizeof(path));
	ck_assert_int_eq(wf_socket_listen(path, 0666, (uid_t)-1, (gid_t)-1, &fd), WF_OK);
	ck_assert_int_eq(front_listen(front, role, fd), WF_OK);
}

static void
set_up(void)
{
	struct worker_options workers = {.threads = 1,
		.queue_max = 64,
		.name = "act",
		.scratch_new = factor_scratch_new,
		.scratch_free = factor_scratch_free};
	struct front_options options = {.lend = lend,
		.give_back = give_back,
		.connections_uid = 1024,
		.connections_all = ALL,
		.radius_uid = (uid_t)-1};

	rig_open(&rig);
	ck_assert_int_eq(chmod(rig.folder, 0711), 0);
	workers.clock = rig.clock;
	ck_assert_int_eq(worker_pool_new(&workers, &acts), WF_OK);
	options.base = rig.base;
	options.engine = rig.engine;
	options.mailbox = rig.mailbox;
	options.acts = acts;
	options.clock = rig.clock;
	ck_assert_int_eq(front_new(&options, &front), WF_OK);
	listen_for(FRONT_PAM);
	listen_for(FRONT_CONTROL);
}

static void
run_loop(void)
{
	event_base_loop(rig.base, EVLOOP_NONBLOCK);
	usleep(1000);
}

/* As the daemon ends. */
static void
tear_down(void)
{
	char path[128];

	front_close(front);
	while (front_busy(front))
		run_loop();
	worker_pool_free(&acts);
	front_free(&front);
	ck_assert_int_eq(lent, 0);
	for (int role = FRONT_PAM; role <= FRONT_CONTROL; role++) {
		path_of((enum front_role)role, path, sizeof(path));
		unlink(path);
	}
	rig_close(&rig);
}

static int
dial(enum front_role role)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	path_of(role, address.sun_path, sizeof(address.sun_path));
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The next frame's type; 0: the daemon hung up. */
static int
next_type(int fd)
{
	static struct wf_msg msg;
	struct wf_buf in;
	size_t len;
	int type = -1;

	wf_buf_init(&in, WF_WIRE_FRAME_MAX);
	for (int i = 0; i < 5000 && type < 0; i++) {
		uint8_t byte;
		ssize_t got;

		run_loop();
		while (type < 0 && (got = recv(fd, &byte, 1, 0)) > 0) {
			ck_assert_int_eq(wf_buf_put(&in, &byte, 1), WF_OK);
			if (wf_frame_length(in.data, in.len, &len) != WF_OK || in.len < len)
				continue;
			ck_assert_int_eq(wf_msg_decode(in.data, in.len, &msg), WF_OK);
			type = (int)msg.type;
			wf_msg_clear(&msg);
		}
		if (type < 0 && (got == 0 || (got < 0 && errno == ECONNRESET)))
			type = 0;
	}
	wf_buf_clear(&in);
	return type;
}

static void
put_begin(struct wf_buf *out, const char *user)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, WF_PURPOSE_LOGIN), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_USER, user, strlen(user)), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RHOST, "198.51.100.7"), WF_OK);
	ck_assert_int_eq(wf_msg_encode(&msg, out), WF_OK);
	wf_msg_clear(&msg);
}

static void
put_act(struct wf_buf *out, const char *id)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ACT, id), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_LANGUAGE, "en"), WF_OK);
	ck_assert_int_eq(wf_msg_encode(&msg, out), WF_OK);
	wf_msg_clear(&msg);
}

START_TEST(frame_in_single_bytes)
{
	int fd = dial(FRONT_PAM);
	struct wf_buf out;

	wf_buf_init(&out, WF_WIRE_FRAME_MAX);
	put_begin(&out, "alice");
	for (size_t i = 0; i < out.len; i++) {
		ck_assert_int_eq(send(fd, out.data + i, 1, 0), 1);
		run_loop();
	}
	ck_assert_int_eq(next_type(fd), WF_MSG_PROMPTS);
	wf_buf_clear(&out);
	close(fd);
}
END_TEST

START_TEST(frames_at_once)
{
	int fd = dial(FRONT_PAM);
	struct wf_buf out;

	wf_buf_init(&out, 3 * WF_WIRE_FRAME_MAX);
	for (int i = 0; i < 3; i++)
		put_begin(&out, "alice");
	ck_assert_int_eq(send(fd, out.data, out.len, 0), (ssize_t)out.len);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(next_type(fd), WF_MSG_PROMPTS);
	wf_buf_clear(&out);
	close(fd);
}
END_TEST

START_TEST(more_frames_at_once_than_a_peer_may_have)
{
	int fd = dial(FRONT_PAM), type;
	unsigned asked = 0;
	struct wf_buf out;

	wf_buf_init(&out, 100 * WF_WIRE_FRAME_MAX);
	for (int i = 0; i < 100; i++)
		put_begin(&out, "alice");
	ck_assert_int_eq(send(fd, out.data, out.len, 0), (ssize_t)out.len);
	while ((type = next_type(fd)) == WF_MSG_PROMPTS)
		asked++;
	ck_assert_int_eq(type, 0);
	ck_assert_uint_le(asked, 8);
	wf_buf_clear(&out);
	close(fd);
	rig_settle(&rig);
}
END_TEST

static const char nonsense[][8] = {{0, 0, 0, 1}, {-1, -1, -1, -1, 'g'},
	{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T'}, {0, 0, 0, 4, 0, 1, -1, -1}};

START_TEST(nonsense_is_dropped)
{
	const enum front_role role = _i < 4 ? FRONT_PAM : FRONT_CONTROL;
	const char *text = nonsense[_i % 4];
	int fd = dial(role);

	ck_assert_int_eq(send(fd, text, sizeof(nonsense[0]), 0), (ssize_t)sizeof(nonsense[0]));
	ck_assert_int_eq(next_type(fd), 0);
	close(fd);
}
END_TEST

/* A peer that hangs up while its act waits, and the daemon's end while others do. */
START_TEST(end_with_acts_under_way)
{
	struct wf_buf out;
	int fds[4];

	rig_hold(acts, 1);
	wf_buf_init(&out, WF_WIRE_FRAME_MAX);
	put_act(&out, "status");
	for (size_t i = 0; i < 4; i++) {
		fds[i] = dial(FRONT_CONTROL);
		ck_assert_int_eq(send(fds[i], out.data, out.len, 0), (ssize_t)out.len);
		run_loop();
		run_loop();
	}
	wf_buf_clear(&out);
	ck_assert_int_eq(lent, 4);
	close(fds[0]);
	for (int i = 0; i < 20; i++)
		run_loop();
	front_close(front);
	ck_assert(front_busy(front));
	ck_assert_uint_eq(front_connections(front), 0);
	rig_release();
	for (size_t i = 1; i < 4; i++)
		close(fds[i]);
}
END_TEST

START_TEST(unknown_act)
{
	int fd = dial(FRONT_CONTROL);
	struct wf_buf out;

	wf_buf_init(&out, WF_WIRE_FRAME_MAX);
	put_act(&out, "no.such.act");
	put_act(&out, "no.such.act");
	ck_assert_int_eq(send(fd, out.data, out.len, 0), (ssize_t)out.len);
	ck_assert_int_eq(next_type(fd), WF_MSG_END);
	ck_assert_int_eq(next_type(fd), WF_MSG_END);
	wf_buf_clear(&out);
	close(fd);
}
END_TEST

#define NOBODY 65534

/*
 * In a child that is that user: dials and says nothing, or asks for an act, until it is told to go.
 */
static pid_t
crowd_of(uid_t uid, enum front_role role, int n, int hold_fd)
{
	pid_t child = fork();
	struct wf_buf out;
	char byte;

	if (child != 0)
		return child;
	if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(uid, uid, uid) != 0)
		_exit(1);
	wf_buf_init(&out, WF_WIRE_FRAME_MAX);
	put_act(&out, "status");
	for (int i = 0; i < n; i++) {
		int fd = dial(role);

		if (role == FRONT_CONTROL && send(fd, out.data, out.len, 0) < 0)
			_exit(1);
	}
	_exit(read(hold_fd, &byte, 1) < 0);
}

static pid_t
crowd(enum front_role role, int n, int hold_fd)
{
	return crowd_of(NOBODY, role, n, hold_fd);
}

/* Users together may not have so many connections that root's programs find no room. */
START_TEST(room_is_left_for_root)
{
	int hold_fds[2];
	pid_t child;
	int fd;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(pipe(hold_fds), 0);
	child = crowd(FRONT_PAM, 2 * ALL, hold_fds[0]);
	for (int i = 0; i < 200; i++)
		run_loop();
	ck_assert_uint_ge(front_connections(front), 1);
	ck_assert_uint_le(front_connections(front), ALL / 2);
	fd = dial(FRONT_PAM);
	for (int i = 0; i < 20; i++)
		run_loop();
	ck_assert_uint_gt(front_connections(front), 1);
	close(fd);
	ck_assert_int_eq(write(hold_fds[1], "x", 1), 1);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	close(hold_fds[0]);
	close(hold_fds[1]);
}
END_TEST

/* Nor so many acts that the helpdesk's own must wait for theirs. */
START_TEST(acts_of_one_user)
{
	int hold_fds[2];
	pid_t child;

	if (geteuid() != 0)
		return;
	rig_hold(acts, 1);
	ck_assert_int_eq(pipe(hold_fds), 0);
	for (int k = 0; k < 3; k++) {
		child = crowd(FRONT_CONTROL, ALL / 2, hold_fds[0]);
		for (int i = 0; i < 200; i++)
			run_loop();
		ck_assert_int_ge(lent, 1);
		ck_assert_int_le(lent, 8);
		ck_assert_int_eq(write(hold_fds[1], "x", 1), 1);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
	}
	rig_release();
	close(hold_fds[0]);
	close(hold_fds[1]);
}
END_TEST

START_TEST(acts_of_many_users)
{
	int hold_fds[2];

	if (geteuid() != 0)
		return;
	rig_hold(acts, 1);
	ck_assert_int_eq(pipe(hold_fds), 0);
	for (uid_t k = 0; k < 6; k++)
		ck_assert_int_gt(crowd_of(NOBODY - k, FRONT_CONTROL, 5, hold_fds[0]), 0);
	for (int i = 0; i < 300; i++)
		run_loop();
	ck_assert_int_eq(lent, 24);
	for (int k = 0; k < 6; k++) {
		ck_assert_int_eq(write(hold_fds[1], "x", 1), 1);
		ck_assert_int_gt(waitpid(-1, NULL, 0), 0);
	}
	rig_release();
	close(hold_fds[0]);
	close(hold_fds[1]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("front");
	TCase *tcase = tcase_create("front");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, frame_in_single_bytes);
	tcase_add_test(tcase, frames_at_once);
	tcase_add_test(tcase, more_frames_at_once_than_a_peer_may_have);
	tcase_add_loop_test(tcase, nonsense_is_dropped, 0, 8);
	tcase_add_test(tcase, end_with_acts_under_way);
	tcase_add_test(tcase, unknown_act);
	tcase_add_test(tcase, room_is_left_for_root);
	tcase_add_test(tcase, acts_of_one_user);
	tcase_add_test(tcase, acts_of_many_users);
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
