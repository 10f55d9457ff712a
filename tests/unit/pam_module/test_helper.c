/*
 * The helper's two ends: what the module makes of a helper that hangs, dies or talks nonsense, and
 * what warifu-breakglass makes of requests that are none. Whatever comes, no process and no
 * descriptor is left.
 */
#include "config.h"

#include "pam_module/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/fault.h"
#include "tests/unit/unit.h"

#define NONCE "0123456789abcdef"
#define UNTOUCHED 4711

static char folder[64];
static char script[128];
static struct wf_secret pin = WF_SECRET_EMPTY, code = WF_SECRET_EMPTY;

static void
set_up(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/warifu-helper-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(script, sizeof(script), "%s/helper", folder);
	ck_assert_int_eq(wf_secret_set(&pin, "pin", 3), WF_OK);
	ck_assert_int_eq(wf_secret_set(&code, "code", 4), WF_OK);
}

static void
tear_down(void)
{
	wf_secret_clear(&pin);
	wf_secret_clear(&code);
	(void)unlink(script);
	(void)rmdir(folder);
}

static void
write_script(const char *text)
{
	int fd = open(script, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dprintf(fd, "#!/bin/sh\n%s\n", text), (int)strlen(text) + 11);
	ck_assert_int_eq(close(fd), 0);
}

static int
next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

static wf_status answer;
static uint32_t slot;

static wf_status
ask(const char *path, const char *file, int64_t patience_ms)
{
	const struct helper_request request = {
		.file = file, .user = "root", .tty = "tty1", .pin = &pin, .code = &code};
	const int fd = next_descriptor();
	wf_status status;

	answer = WF_STATUS_COUNT;
	slot = UNTOUCHED;
	status = helper_run(path, &request,
		wf_clock_now(&wf_clock_system).boot_us + 1000 * patience_ms, &answer, &slot);
	ck_assert_int_eq(next_descriptor(), fd);
	ck_assert_int_eq(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	return status;
}

/* The request's nonce, which stands behind its length. */
#define ECHO "{ dd bs=1 count=2 of=/dev/null; dd bs=1 count=16; } 2>/dev/null; "

static const struct {
	const char *text;
	wf_status status, answer;
	uint32_t slot;
} helpers[] = {
	{ECHO "printf '\\000\\000\\000\\000\\005'", WF_OK, WF_OK, 5},
	{ECHO "printf '\\001\\000\\000\\000\\000'", WF_OK, (wf_status)1, 0},
	{ECHO "printf '\\000\\000\\000\\000\\005 and more'", WF_OK, WF_OK, 5},
	{ECHO "printf '\\377\\000\\000\\000\\005'", WF_INVALID, WF_STATUS_COUNT, UNTOUCHED},
	{ECHO "printf '\\000\\000'", WF_UNAVAILABLE, WF_STATUS_COUNT, UNTOUCHED},
	{"head -c 21 /dev/zero", WF_INVALID, WF_STATUS_COUNT, UNTOUCHED},
	{"exit 0", WF_UNAVAILABLE, WF_STATUS_COUNT, UNTOUCHED},
	{"kill -9 $$", WF_UNAVAILABLE, WF_STATUS_COUNT, UNTOUCHED},
	{"exec 0<&- 1>&-; sleep 60", WF_UNAVAILABLE, WF_STATUS_COUNT, UNTOUCHED},
};

START_TEST(what_a_helper_says)
{
	write_script(helpers[_i].text);
	ck_assert_int_eq(ask(script, "/file", 20000), helpers[_i].status);
	ck_assert_int_eq(answer, helpers[_i].answer);
	ck_assert_uint_eq(slot, helpers[_i].slot);
}
END_TEST

START_TEST(no_helper_in_time)
{
	char *longest = calloc(1, 70000);

	write_script("sleep 60");
	ck_assert_int_eq(ask(script, "/file", 200), WF_TIMEOUT);
	ck_assert_int_eq(ask(script, "/file", -1), WF_TIMEOUT);
	ck_assert_int_eq(ask("/nonexistent", "/file", 20000), WF_UNAVAILABLE);
	memset(longest, 'a', 69999);
	ck_assert_int_ne(ask(script, longest, 20000), WF_OK);
	ck_assert_uint_eq(slot, UNTOUCHED);
	free(longest);
}
END_TEST

#ifdef WF_FAULT
#define POINTS                                                                  \
	(1U << WF_FAULT_RANDOM | 1U << WF_FAULT_ALLOC | 1U << WF_FAULT_SYSTEM | \
		1U << WF_FAULT_WRITE)

/* Of the module's own calls: its children are copies that end or become another program. */
START_TEST(each_call_fails)
{
	uint64_t calls = 1;

	write_script(ECHO "printf '\\000\\000\\000\\000\\005'");
	for (uint64_t round = 0; round <= 2 * calls; round++) {
		wf_status status;

		wf_fault_page()->points = POINTS;
		wf_fault_arm((round + 1) / 2, round > 0 && round % 2 == 0);
		status = ask(script, "/file", 3000);
		if (round == 0)
			calls = wf_fault_count();
		wf_fault_arm(0, false);
		wf_fault_page()->points = 0;
		ck_assert(round > 0 || status == WF_OK);
		ck_assert_uint_eq(slot, status == WF_OK ? 5 : UNTOUCHED);
	}
	ck_assert_uint_gt(calls, 2);
}
END_TEST
#endif

/* --- the other end --- */

/* Starts warifu-breakglass with this request; its exit code and its reply's length. */
static int
serve(const struct wf_buf *request, const char *output, uint8_t reply_r[64], ssize_t *len_r)
{
	const char *build = getenv("top_builddir");
	char path[512];
	int in[2], out[2], state;
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/warifu-breakglass", build != NULL ? build : ".");
	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		int instead = output != NULL ? open(output, O_WRONLY | O_CLOEXEC) : out[1];

		/* Nobody may look into it, a search for leaks included. */
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(instead, STDOUT_FILENO);
		execl(path, "warifu-breakglass", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	ck_assert_int_eq(write(in[1], request->data, request->len), (ssize_t)request->len);
	close(in[1]);
	*len_r = read(out[0], reply_r, 64);
	close(out[0]);
	ck_assert_int_eq(waitpid(child, &state, 0), child);
	ck_assert(WIFEXITED(state));
	return WEXITSTATUS(state);
}

#define BLOCKS 6

static const struct {
	const char *blocks[BLOCKS];
	const char *more; /* behind them */
	bool heard;	  /* it is a request, and has a reply */
} requests[] = {
	{{NONCE, "/nonexistent/file", "root", "tty1", "pin", "code"}, NULL, true},
	{{NONCE, "", "root", "tty1", "pin", "code"}, NULL, true},
	{{NONCE, "/nonexistent/file", "", "tty1", "pin", "code"}, NULL, true},
	{{NONCE, "/nonexistent/file", "root", "", "pin", "code"}, NULL, true},
	{{NONCE "0", "/nonexistent/file", "root", "tty1", "pin", "code"}, NULL, false},
	{{"0", "/nonexistent/file", "root", "tty1", "pin", "code"}, NULL, false},
	{{NONCE, "/nonexistent/file", "root", "tty1", "pin", "code"}, "x", false},
	{{NONCE, "/nonexistent/file", "root", "tty1", "pin"}, NULL, false},
	{{NULL}, NULL, false},
	{{NULL}, "GET / HTTP/1.0", false},
};

static void
put_blocks(const char *const blocks[BLOCKS], struct wf_buf *request)
{
	for (size_t i = 0; i < BLOCKS && blocks[i] != NULL; i++)
		ck_assert_int_eq(wf_buf_put_block(request, blocks[i], strlen(blocks[i])), WF_OK);
}

/* Nothing of it logs in; what is no request has no reply at all. */
START_TEST(requests_that_are_none)
{
	struct wf_buf request;
	uint8_t reply[64];
	ssize_t len;

	if (geteuid() != 0)
		return;
	wf_buf_init(&request, HELPER_REQUEST_MAX);
	put_blocks(requests[_i].blocks, &request);
	if (requests[_i].more != NULL)
		ck_assert_int_eq(
			wf_buf_put(&request, requests[_i].more, strlen(requests[_i].more)), WF_OK);
	ck_assert_int_eq(serve(&request, NULL, reply, &len), requests[_i].heard ? 0 : 1);
	ck_assert_int_eq(len, requests[_i].heard ? HELPER_REPLY_LEN : 0);
	if (requests[_i].heard) {
		ck_assert_mem_eq(reply, NONCE, HELPER_NONCE_LEN);
		ck_assert_int_ne(reply[HELPER_NONCE_LEN], WF_OK);
	}
	wf_buf_clear(&request);
}
END_TEST

START_TEST(requests_that_cannot_be)
{
	static const char *const blocks[BLOCKS] = {
		NONCE, "/nonexistent/file", "root", "tty1", "pin", "code"};
	static uint8_t much[2 * HELPER_REQUEST_MAX];
	struct wf_buf request;
	uint8_t reply[64];
	ssize_t len;

	if (geteuid() != 0)
		return;
	wf_buf_init(&request, sizeof(much));
	ck_assert_int_eq(wf_buf_put(&request, much, HELPER_REQUEST_MAX), WF_OK);
	ck_assert_int_eq(serve(&request, NULL, reply, &len), 1);
	ck_assert_int_eq(len, 0);
	wf_buf_clear(&request);
	wf_buf_init(&request, HELPER_REQUEST_MAX);
	put_blocks(blocks, &request);
	ck_assert_int_eq(serve(&request, "/dev/full", reply, &len), 1);
	request.data[2 + HELPER_NONCE_LEN + 2] = '\0'; /* within the file's name */
	ck_assert_int_eq(serve(&request, NULL, reply, &len), 0);
	ck_assert_int_eq(reply[HELPER_NONCE_LEN], WF_INVALID);
	wf_buf_clear(&request);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("pam_module/helper");
	TCase *tcase = tcase_create("helper");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(
		tcase, what_a_helper_says, 0, (int)(sizeof(helpers) / sizeof(helpers[0])));
	tcase_add_test(tcase, no_helper_in_time);
#ifdef WF_FAULT
	tcase_add_test(tcase, each_call_fails);
#endif
	tcase_add_loop_test(
		tcase, requests_that_are_none, 0, (int)(sizeof(requests) / sizeof(requests[0])));
	tcase_add_test(tcase, requests_that_cannot_be);
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
