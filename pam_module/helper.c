/*
 * Runs the helper. The host program may ignore SIGCHLD, or reap every child in a handler of its
 * own, or have threads. Therefore:
 *
 * - the verdict comes over the socket, tied to a nonce, never from an exit status;
 * - between the host and the helper stands a keeper, a child made by clone() with no signal at its
 *   end, so that the host's handlers and wait calls do not see it. (execve() would give it SIGCHLD
 *   again, which is why the helper itself cannot be that child.) The keeper starts the helper,
 * waits
 *   for it, and ends; when the keeper is killed, the kernel kills the helper;
 * - both make nothing but system calls before execve() or their end, as after any fork of a
 * threaded
 *   program, with all signals blocked, so that no handler of the host runs in a copy of it.
 */
#include "config.h"

#include "pam_module/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/random.h"

#define US_PER_MS 1000
#define CHILD_FAILED 127

/*
 * In the helper's process. Nothing of the host goes along: descriptors, signals, environment,
 * folder.
 */
static _Noreturn void
helper_exec(const char *path, int socket)
{
	char name[] = "warifu-breakglass";
	char *const argv[] = {name, NULL};
	char *const envp[] = {NULL};
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	/* Behind 2, so that no dup2() below overwrites what a later one needs. */
	if (null < 0 || (socket = fcntl(socket, F_DUPFD, 3)) < 0 ||
		(null = fcntl(null, F_DUPFD, 3)) < 0)
		_exit(CHILD_FAILED);
	if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0 ||
		dup2(null, STDERR_FILENO) < 0 || syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
		_exit(CHILD_FAILED);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || chdir("/") != 0)
		_exit(CHILD_FAILED);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	execve(path, argv, envp);
	_exit(CHILD_FAILED);
}

/*
 * A process of its own; its end is told by the signal `at_end`, 0 for none. The rest are zeros, in
 * whatever order.
 */
static pid_t
process_new(unsigned long at_end)
{
	return (pid_t)syscall(SYS_clone, at_end, 0UL, 0UL, 0UL, 0UL);
}

static _Noreturn void
keeper_run(const char *path, int socket)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	pid_t pid;

	/* An ignored SIGCHLD would take the helper away before it was waited for. */
	(void)sigaction(SIGCHLD, &plain, NULL);
	pid = process_new(SIGCHLD);
	if (pid == 0)
		helper_exec(path, socket);
	/* Only the helper may hold the socket's other end: its death is to be seen there. */
	(void)syscall(SYS_close_range, 0U, ~0U, 0U);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	_exit(0);
}

/* The keeper's number, or -1. */
static pid_t
keeper_start(const char *path, int socket)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return -1;
	pid = process_new(0);
	if (pid == 0)
		keeper_run(path, socket);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* Nobody else waits for it, so its number is still its own. */
static void
keeper_end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		continue;
}

static wf_status
wait_ready(int fd, short events, int64_t deadline_us)
{
	struct pollfd pfd = {.fd = fd, .events = events};
	int64_t left_us = deadline_us - wf_clock_now(&wf_clock_system).boot_us;

	if (left_us <= 0)
		return WF_TIMEOUT;
	if (poll(&pfd, 1, (int)(left_us / US_PER_MS) + 1) < 0 && errno != EINTR)
		return WF_UNAVAILABLE;
	return WF_OK;
}

static wf_status
send_all(int fd, const uint8_t *bytes, size_t len, int64_t deadline_us)
{
	wf_status status = WF_OK;

	while (status == WF_OK && len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN || errno == EINTR) {
			status = wait_ready(fd, POLLOUT, deadline_us);
		} else {
			status = WF_UNAVAILABLE;
		}
	}
	return status;
}

static wf_status
receive_all(int fd, uint8_t *bytes, size_t len, int64_t deadline_us)
{
	wf_status status = WF_OK;

	while (status == WF_OK && len > 0) {
		ssize_t n = recv(fd, bytes, len, MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			status = wait_ready(fd, POLLIN, deadline_us);
		} else {
			status = WF_UNAVAILABLE;
		}
	}
	return status;
}

static wf_status
request_encode(const struct helper_request *request, const uint8_t nonce[HELPER_NONCE_LEN],
	struct wf_buf *buf)
{
	const struct {
		const void *bytes;
		size_t len;
	} blocks[] = {
		{nonce, HELPER_NONCE_LEN},
		{request->file, strlen(request->file)},
		{request->user, strlen(request->user)},
		{request->tty, strlen(request->tty)},
		{request->pin->bytes, request->pin->len},
		{request->code->bytes, request->code->len},
	};
	wf_status status = WF_OK;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]) && status == WF_OK; i++)
		status = wf_buf_put_block(buf, blocks[i].bytes, blocks[i].len);
	return status;
}

static wf_status
reply_read(const uint8_t reply[HELPER_REPLY_LEN], const uint8_t nonce[HELPER_NONCE_LEN],
	wf_status *answer_r, uint32_t *slot_r)
{
	struct wf_reader reader;
	const uint8_t *echo;
	uint8_t answer;
	uint32_t slot;

	wf_reader_init(&reader, reply, HELPER_REPLY_LEN);
	if (wf_reader_get(&reader, HELPER_NONCE_LEN, &echo) != WF_OK ||
		!wf_mem_equal(echo, nonce, HELPER_NONCE_LEN) ||
		wf_reader_get_u8(&reader, &answer) != WF_OK || answer >= WF_STATUS_COUNT ||
		wf_reader_get_u32(&reader, &slot) != WF_OK)
		return WF_INVALID;
	*answer_r = (wf_status)answer;
	*slot_r = slot;
	return WF_OK;
}

/* Sends the request, says that this is all, and takes the reply. */
static wf_status
converse(int fd, const struct helper_request *request, int64_t deadline_us, wf_status *answer_r,
	uint32_t *slot_r)
{
	uint8_t nonce[HELPER_NONCE_LEN];
	uint8_t reply[HELPER_REPLY_LEN];
	struct wf_buf buf;
	wf_status status = wf_random_bytes(nonce, sizeof(nonce));

	wf_buf_init(&buf, HELPER_REQUEST_MAX);
	if (status == WF_OK)
		status = request_encode(request, nonce, &buf);
	if (status == WF_OK)
		status = send_all(fd, buf.data, buf.len, deadline_us);
	wf_buf_clear(&buf);
	if (status == WF_OK && shutdown(fd, SHUT_WR) != 0)
		status = WF_UNAVAILABLE;
	if (status == WF_OK)
		status = receive_all(fd, reply, sizeof(reply), deadline_us);
	if (status == WF_OK)
		status = reply_read(reply, nonce, answer_r, slot_r);
	return status;
}

wf_status
helper_run(const char *path, const struct helper_request *request, int64_t deadline_us,
	wf_status *answer_r, uint32_t *slot_r)
{
	wf_status status;
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return WF_UNAVAILABLE;
	pid = keeper_start(path, ends[1]);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return WF_UNAVAILABLE;
	}
	status = converse(ends[0], request, deadline_us, answer_r, slot_r);
	(void)close(ends[0]);
	keeper_end(pid);
	return status;
}
