/* fork and exec with nothing left open; the child's descriptors above 2 close by themselves. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "ctl/spawn.h"

#define NOT_RUN 127

static char *const bare_environment[] = {
	(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"LC_ALL=C"}, NULL};

/* In the child: output to `out` (or as it is), then the program. */
static void
become(const char *path, char *const *argv, int out)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		dup2(nothing, STDERR_FILENO) < 0)
		_exit(NOT_RUN);
	execve(path, argv, bare_environment);
	_exit(NOT_RUN);
}

static int64_t
now_ms(void)
{
	return wf_clock_now(&wf_clock_system).boot_us / 1000;
}

/* Reads to the end or the deadline; what does not fit is thrown away. */
static wf_status
collect(int fd, int64_t deadline_ms, char *output, size_t size)
{
	size_t used = 0;
	char extra[512] = "";

	for (;;) {
		int64_t left = deadline_ms - now_ms();
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		bool room = used + 1 < size;
		ssize_t n;

		if (left <= 0)
			return WF_TIMEOUT;
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		n = read(fd, room ? output + used : extra, room ? size - 1 - used : sizeof(extra));
		if (n < 0 && errno != EINTR)
			return WF_IO;
		if (n == 0)
			break;
		if (n > 0 && room)
			used += (size_t)n;
	}
	output[used] = '\0';
	return WF_OK;
}

static wf_status
reap(pid_t pid, int *code_r)
{
	int state;

	while (waitpid(pid, &state, 0) < 0) {
		if (errno != EINTR)
			return WF_IO;
	}
	*code_r = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	return WF_OK;
}

wf_status
spawn_capture(const char *path, char *const *argv, int timeout_ms, char *output_r, size_t size,
	int *code_r)
{
	int64_t deadline = now_ms() + timeout_ms;
	int ends[2];
	wf_status status;
	int code = NOT_RUN;
	pid_t pid;

	if (access(path, X_OK) != 0)
		return WF_NOT_FOUND;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return WF_IO;
	pid = fork();
	if (pid == 0)
		become(path, argv, ends[1]);
	close(ends[1]);
	status = pid < 0 ? WF_IO : collect(ends[0], deadline, output_r, size);
	close(ends[0]);
	if (pid > 0 && status != WF_OK)
		kill(pid, SIGKILL);
	if (pid > 0 && reap(pid, &code) != WF_OK)
		status = WF_IO;
	if (status == WF_OK)
		*code_r = code;
	return status;
}

static wf_status
wait_for(const char *path, char *const *argv, bool quiet, int *code_r)
{
	pid_t pid;

	if (access(path, X_OK) != 0)
		return WF_NOT_FOUND;
	pid = fork();
	if (pid == 0) {
		int nothing = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

		if (!quiet || dup2(nothing, STDOUT_FILENO) >= 0)
			execv(path, argv);
		_exit(NOT_RUN);
	}
	return pid < 0 ? WF_IO : reap(pid, code_r);
}

wf_status
spawn_wait(const char *path, char *const *argv, int *code_r)
{
	return wait_for(path, argv, false, code_r);
}

wf_status
spawn_wait_quiet(const char *path, char *const *argv, int *code_r)
{
	return wait_for(path, argv, true, code_r);
}
