/*
 * Single-threaded, and waits for nothing for ever: the command's time is limited, its output is
 * read and thrown away but for the last line, and the other end's death is looked for meanwhile.
 */
#include "config.h"

#include "authd/egress/runner_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "authd/config/config.h"

#define SLICE_MS 50
#define US_PER_MS 1000
#define NOT_RUN 127

struct child {
	int fd; /* to warifu-egress */
	const char *file;
	char hook[256];
	unsigned timeout_ms;
};

/* A command that runs. */
struct run {
	pid_t pid; /* its group's, too */
	int out;   /* what it writes */
	int64_t until_us;
	struct runner_result *result;
	size_t len; /* of the last line so far */
	bool ended; /* that line; the next character begins another */
};

/* --- configuration --- */

/*
 * At the start and when warifu-egress reloads, so that no edit takes effect that nobody has loaded.
 * One that cannot be loaded leaves the one before in force, as with warifu-egress itself.
 */
static void
refresh(struct child *child)
{
	struct config *config = NULL;
	struct config_error error;

	if (config_load(child->file, &config, &error) != WF_OK)
		return;
	(void)snprintf(child->hook, sizeof(child->hook), "%s", config->alert.hook);
	child->timeout_ms = config->alert.hook_timeout_ms;
	config_free(&config);
}

/* NULL: it may be run.  Nobody else can have put something in its place. */
static const char *
why_not(const char *hook)
{
	struct stat st;

	if (hook[0] == '\0')
		return "the configuration names no command";
	if (stat(hook, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "the command is no file";
	if (st.st_uid != 0 || (st.st_mode & 022) != 0)
		return "the command is not root's, or others may write it";
	return NULL;
}

/* --- starting --- */

static void
become_command(const char *hook, int in, int out)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	static char lang[] = "LANG=C.UTF-8";
	char *const environment[] = {path, lang, NULL};
	char name[256];
	char *const arguments[] = {name, NULL};

	(void)snprintf(name, sizeof(name), "%s", hook);
	(void)setsid();
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)umask(077);
	if (chdir("/") == 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0)
		(void)execve(hook, arguments, environment);
	dprintf(out, "%s\n", strerror(errno));
	_exit(NOT_RUN);
}

static bool
make_pipes(int in[2], int out[2])
{
	if (pipe2(in, O_CLOEXEC) != 0)
		return false;
	if (pipe2(out, O_CLOEXEC) == 0)
		return true;
	(void)close(in[0]);
	(void)close(in[1]);
	return false;
}

/* The input fits into the pipe: nobody waits for a command that does not read it. */
static bool
start(const struct child *child, const char *input, size_t len, struct run *run)
{
	int in[2], out[2];

	if (!make_pipes(in, out))
		return false;
	run->pid = fork();
	if (run->pid == 0)
		become_command(child->hook, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	(void)!write(in[1], input, run->pid > 0 ? len : 0);
	(void)close(in[1]);
	run->out = out[0];
	(void)fcntl(run->out, F_SETFL, O_NONBLOCK);
	if (run->pid > 0)
		return true;
	(void)close(run->out);
	return false;
}

/* --- waiting --- */

static int64_t
now_us(void)
{
	return wf_clock_now(&wf_clock_system).boot_us;
}

static void
take_character(struct run *run, char character)
{
	if (character == '\n') {
		run->ended = true;
		return;
	}
	if (run->ended)
		run->len = 0;
	run->ended = false;
	if (run->len < sizeof(run->result->line) - 1)
		run->result->line[run->len++] = character;
	run->result->line[run->len] = '\0';
}

static void
close_output(struct run *run)
{
	if (run->out >= 0)
		(void)close(run->out);
	run->out = -1;
}

static void
read_output(struct run *run)
{
	char bytes[4096];
	ssize_t n = run->out < 0 ? -1 : read(run->out, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < n; i++)
		take_character(run, bytes[i]);
	if (n == 0)
		close_output(run);
}

static void
kill_group(const struct run *run)
{
	(void)kill(-run->pid, SIGKILL);
}

/* Before it was waited for: its number is nobody else's yet. */
static void
kill_all(const struct run *run)
{
	kill_group(run);
	(void)kill(run->pid, SIGKILL); /* it has no group yet */
}

/* It is over: what became of it. */
static void
judge(const struct run *run, int code)
{
	struct runner_result *result = run->result;

	result->fine = WIFEXITED(code) && WEXITSTATUS(code) == 0;
	if (!result->fine)
		(void)snprintf(result->why, sizeof(result->why),
			WIFEXITED(code) ? "it ended with code %d" : "it was ended by signal %d",
			WIFEXITED(code) ? WEXITSTATUS(code) : WTERMSIG(code));
}

static void
kill_late(const struct run *run, unsigned timeout_ms)
{
	kill_all(run);
	(void)waitpid(run->pid, NULL, 0);
	(void)snprintf(run->result->why, sizeof(run->result->why),
		"it was killed after %u seconds", timeout_ms / 1000);
}

/* Whether warifu-egress has gone; an order that waits is no reason to stop. */
static bool
is_alone(const struct child *child, const struct run *run)
{
	struct pollfd pfds[] = {
		{.fd = run->out, .events = POLLIN}, {.fd = child->fd, .events = 0}};

	(void)poll(pfds, 2, SLICE_MS);
	return (pfds[1].revents & (POLLHUP | POLLERR)) != 0;
}

static void
wait_for_end(const struct child *child, struct run *run)
{
	int code = 0;
	pid_t ended;

	while ((ended = waitpid(run->pid, &code, WNOHANG)) == 0) {
		if (is_alone(child, run)) {
			kill_all(run);
			_exit(0);
		}
		read_output(run);
		if (now_us() >= run->until_us) {
			kill_late(run, child->timeout_ms);
			return;
		}
	}
	for (int i = 0; i < 32; i++) /* what it has left in the pipe */
		read_output(run);
	kill_group(run);
	judge(run, ended > 0 ? code : NOT_RUN << 8);
}

static void
run_command(struct child *child, const char *input, size_t len, struct runner_result *result)
{
	struct run run = {.result = result};
	const char *why;

	why = why_not(child->hook);
	if (why == NULL && !start(child, input, len, &run))
		why = "no process can be started";
	if (why != NULL) {
		(void)snprintf(result->why, sizeof(result->why), "%s", why);
		return;
	}
	run.until_us = now_us() + (int64_t)child->timeout_ms * US_PER_MS;
	wait_for_end(child, &run);
	close_output(&run);
}

/* --- orders --- */

static void
obey(struct child *child, const struct runner_message *message, size_t len)
{
	struct runner_answer answer;

	if (message->order == RUNNER_RELOAD) {
		refresh(child);
		return;
	}
	memset(&answer, 0, sizeof(answer));
	answer.number = message->number;
	run_command(child, message->input, len, &answer.result);
	(void)send(child->fd, &answer, sizeof(answer), MSG_NOSIGNAL);
}

/* All that was open is left; what is told to the other end is all that this process says. */
static int
shut_in(int fd)
{
	(void)prctl(PR_SET_NAME, "egress-command");
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	fd = dup2(fd, 3);
	(void)close_range(4, ~0U, 0);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

void
runner_child(int fd, const char *file)
{
	struct child child = {.file = file, .fd = shut_in(fd)};
	struct runner_message message;
	const size_t head = offsetof(struct runner_message, input);

	refresh(&child);
	for (;;) {
		ssize_t n = recv(child.fd, &message, sizeof(message), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < (ssize_t)head)
			return;
		obey(&child, &message, (size_t)n - head);
	}
}
