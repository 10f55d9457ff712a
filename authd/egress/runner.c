/* The side of warifu-egress: forking, asking, waiting. */
#include "config.h"

#include "authd/egress/runner.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "authd/egress/runner_child.h"
#include "common/fault.h"

#define SLICE_MS 200

struct runner {
	pthread_mutex_t lock; /* of one run */
	int fd;
	pid_t pid;
	uint32_t number; /* of the run */
};

static void
be_child(int fd, const char *file)
{
	runner_child(fd, file);
	_exit(0);
}

static wf_status
fork_child(struct runner *runner, const char *file)
{
	int pair[2];

	if (wf_fault(WF_FAULT_SOCKET) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return WF_UNAVAILABLE;
	runner->pid = wf_fault(WF_FAULT_THREAD) ? -1 : fork();
	if (runner->pid == 0)
		be_child(pair[1], file);
	(void)close(pair[1]);
	runner->fd = pair[0];
	if (runner->pid > 0)
		return WF_OK;
	(void)close(pair[0]);
	return WF_UNAVAILABLE;
}

wf_status
runner_start(const char *file, struct runner **runner_r)
{
	struct runner *runner = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*runner));
	wf_status status;

	if (runner == NULL)
		return WF_NO_MEMORY;
	status = fork_child(runner, file);
	if (status != WF_OK) {
		free(runner);
		return status;
	}
	(void)pthread_mutex_init(&runner->lock, NULL);
	*runner_r = runner;
	return WF_OK;
}

static bool
send_order(struct runner *runner, enum runner_order order, const void *input, size_t len)
{
	struct runner_message message = {.order = order, .number = runner->number};

	memcpy(message.input, input, len);
	len += offsetof(struct runner_message, input);
	return send(runner->fd, &message, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

void
runner_reload(struct runner *runner)
{
	(void)send_order(runner, RUNNER_RELOAD, "", 0);
}

/* An answer of before, whose time was over, is none. */
static wf_status
receive(struct runner *runner, struct runner_result *result_r)
{
	struct runner_answer answer;
	ssize_t n = recv(runner->fd, &answer, sizeof(answer), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? WF_NO : WF_UNAVAILABLE;
	if (n != (ssize_t)sizeof(answer))
		return WF_UNAVAILABLE;
	if (answer.number != runner->number)
		return WF_NO;
	answer.result.why[sizeof(answer.result.why) - 1] = '\0';
	answer.result.line[sizeof(answer.result.line) - 1] = '\0';
	*result_r = answer.result;
	return WF_OK;
}

static wf_status
wait_for_answer(struct runner *runner, const struct wf_clock *clock, int64_t deadline_boot_us,
	struct runner_result *result_r)
{
	wf_status status = WF_NO;

	while (status == WF_NO) {
		struct pollfd pfd = {.fd = runner->fd, .events = POLLIN};

		if (wf_clock_now(clock).boot_us >= deadline_boot_us)
			return WF_TIMEOUT;
		(void)poll(&pfd, 1, SLICE_MS);
		status = receive(runner, result_r);
	}
	return status;
}

wf_status
runner_run(struct runner *runner, const void *input, size_t len, const struct wf_clock *clock,
	int64_t deadline_boot_us, struct runner_result *result_r)
{
	wf_status status = WF_UNAVAILABLE;

	if (len > RUNNER_INPUT_MAX)
		return WF_TOO_LONG;
	(void)pthread_mutex_lock(&runner->lock);
	runner->number++;
	if (wf_clock_now(clock).boot_us >= deadline_boot_us) /* others have had its time */
		status = WF_TIMEOUT;
	else if (send_order(runner, RUNNER_RUN, input, len))
		status = wait_for_answer(runner, clock, deadline_boot_us, result_r);
	(void)pthread_mutex_unlock(&runner->lock);
	return status;
}

void
runner_stop(struct runner **runner)
{
	struct runner *it = *runner;

	*runner = NULL;
	if (it == NULL)
		return;
	(void)close(it->fd); /* the child ends by it, and what runs is killed before */
	while (waitpid(it->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)pthread_mutex_destroy(&it->lock);
	free(it);
}
