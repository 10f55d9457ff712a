/*
 * Copies of files and other programs' output: what goes well, and, in builds with fault injection,
 * each of libc's calls failing in turn: nothing half-copied, no process and no descriptor is left.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fault.h"
#include "ctl/copy.h"
#include "ctl/spawn.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define TEXT "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

static struct rig rig;

static void
set_up(void)
{
	rig_start(&rig, NULL, 0);
	rig_write(&rig, "key", TEXT);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

static wf_status
copy(const char *from, const char *to)
{
	return copy_file(rig_path(&rig, from), rig_path(&rig, to));
}

START_TEST(a_copy)
{
	struct stat info;

	ck_assert_int_eq(copy("key", "copy"), WF_OK);
	ck_assert_str_eq(rig_read(&rig, "copy"), TEXT);
	ck_assert_int_eq(stat(rig_path(&rig, "copy"), &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0600);
}
END_TEST

START_TEST(what_is_there_stays)
{
	rig_write(&rig, "copy", "old");
	ck_assert_int_eq(copy("key", "copy"), WF_IO);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_str_eq(rig_read(&rig, "copy"), "old");
}
END_TEST

/* What is no plain file might never end, or be somewhere else a moment later. */
START_TEST(plain_files_alone)
{
	ck_assert_int_eq(mkfifo(rig_path(&rig, "fifo"), 0600), 0);
	ck_assert_int_eq(copy("fifo", "copy"), WF_IO);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(symlink("key", rig_path(&rig, "link")), 0);
	ck_assert_int_eq(copy("link", "copy"), WF_IO);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(copy("nothing", "copy"), WF_IO);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_ne(access(rig_path(&rig, "copy"), F_OK), 0);
}
END_TEST

static wf_status
shell(const char *script, int timeout_ms, char *output_r, size_t size, int *code_r)
{
	char text[64];
	char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, text, NULL};

	(void)snprintf(text, sizeof(text), "%s", script);
	return spawn_capture("/bin/sh", argv, timeout_ms, output_r, size, code_r);
}

static const struct {
	const char *script, *output;
	int code;
} scripts[] = {
	{"echo hello", "hello\n", 0},
	{"echo hello; exit 3", "hello\n", 3},
	{"echo hello; kill -9 $$", "hello\n", 128 + 9},
	{"echo hello >&2", "", 0},
	{"cat", "", 0}, /* its input is empty */
	{"echo 0123456789abcdefghij; exit 1", "0123456789abcde", 1}, /* and read to its end */
	{"echo $HOME$LC_ALL", "C\n", 0},
};

START_TEST(output_of_a_program)
{
	char output[16] = "unset";
	int code = -1;

	ck_assert_int_eq(shell(scripts[_i].script, 20000, output, sizeof(output), &code), WF_OK);
	ck_assert_str_eq(output, scripts[_i].output);
	ck_assert_int_eq(code, scripts[_i].code);
}
END_TEST

START_TEST(programs_that_do_not_end)
{
	char output[16];
	char *const argv[] = {(char[]){"x"}, NULL};
	int code = -1;

	ck_assert_int_eq(shell("sleep 60", 100, output, sizeof(output), &code), WF_TIMEOUT);
	ck_assert_int_eq(code, -1);
	ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0); /* it was waited for */
	ck_assert_int_eq(spawn_capture("/nonexistent", argv, 100, output, sizeof(output), &code),
		WF_NOT_FOUND);
	ck_assert_int_eq(spawn_wait("/nonexistent", argv, &code), WF_NOT_FOUND);
	ck_assert_int_eq(code, -1);
	ck_assert_int_eq(spawn_wait("/bin/false", argv, &code), WF_OK);
	ck_assert_int_eq(code, 1);
}
END_TEST

#ifdef WF_FAULT
#define POINTS \
	(1U << WF_FAULT_FILE | 1U << WF_FAULT_SYSTEM | 1U << WF_FAULT_WRITE | 1U << WF_FAULT_SYNC)
#define ROUNDS_MAX 400

static int
next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

/* Clean, then each call once and from there on; `holds` is told what came of it. */
static void
every_call(wf_status (*run)(void), void (*holds)(wf_status status))
{
	const int fd = next_descriptor();
	uint64_t calls = 1;

	for (uint64_t round = 0; round <= 2 * calls && round <= ROUNDS_MAX; round++) {
		wf_status status;

		wf_fault_page()->points = POINTS;
		wf_fault_arm((round + 1) / 2, round > 0 && round % 2 == 0);
		status = run();
		if (round == 0)
			calls = wf_fault_count();
		wf_fault_arm(0, false);
		wf_fault_page()->points = 0;
		if (round == 0)
			ck_assert_int_eq(status, WF_OK);
		holds(status);
		ck_assert_int_eq(next_descriptor(), fd);
	}
	ck_assert_uint_gt(calls, 2);
}

static wf_status
copy_key(void)
{
	return copy("key", "copy");
}

/*
 * Removing what is half-copied may fail as well; what is there then is no whole copy under a good
 * name for long.
 */
static void
whole_or_refused(wf_status status)
{
	if (status == WF_OK)
		ck_assert_str_eq(rig_read(&rig, "copy"), TEXT);
	ck_assert_str_eq(rig_read(&rig, "key"), TEXT);
	(void)unlink(rig_path(&rig, "copy"));
}

START_TEST(a_copy_with_failing_calls)
{
	every_call(copy_key, whole_or_refused);
}
END_TEST

static char output[16];
static int code;

static wf_status
say_hello(void)
{
	code = -1;
	return shell("echo hello", 2000, output, sizeof(output), &code);
}

static void
said_or_refused(wf_status status)
{
	if (status == WF_OK && code == 0)
		ck_assert_str_eq(output, "hello\n");
	ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
}

START_TEST(a_program_with_failing_calls)
{
	every_call(say_hello, said_or_refused);
}
END_TEST
#endif

static Suite *
suite(void)
{
	Suite *it = suite_create("files");
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_copy);
	tcase_add_test(tcase, what_is_there_stays);
	tcase_add_test(tcase, plain_files_alone);
	tcase_add_loop_test(
		tcase, output_of_a_program, 0, (int)(sizeof(scripts) / sizeof(scripts[0])));
	tcase_add_test(tcase, programs_that_do_not_end);
#ifdef WF_FAULT
	tcase_add_test(tcase, a_copy_with_failing_calls);
	tcase_add_test(tcase, a_program_with_failing_calls);
#endif
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
