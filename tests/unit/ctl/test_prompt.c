/*
 * Answers from standard input and at a terminal: what is taken, what is refused with which
 * sentence, and signals.
 */
#include "config.h"

#include "ctl/prompt.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;
static char *said;
static size_t said_len;
static int person = -1; /* the other end of the terminal */

static void
set_up(void)
{
	rig_start(&rig, NULL, 0);
	rig.ctl.err = open_memstream(&said, &said_len);
	ck_assert_ptr_nonnull(rig.ctl.err);
}

static void
tear_down(void)
{
	fclose(rig.ctl.err);
	rig.ctl.err = stderr;
	free(said);
	said = NULL;
	if (person >= 0)
		close(person);
	rig_stop(&rig);
}

/* Standard input holds this, and then ends. */
static void
give(const char *bytes, size_t len)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], bytes, len), (ssize_t)len);
	close(ends[1]);
	rig.ctl.in = ends[0];
	rig.ctl.use_stdin = true;
}

static void
heard(const char *sentence)
{
	fflush(rig.ctl.err);
	ck_assert_str_eq(said, sentence);
}

#define AGAIN "warifu: please answer 'yes' or 'no'\n"
#define ENDED "warifu: standard input ended where a line was expected for: Sure?\n"

static const struct {
	const char *input;
	wf_status status;
	bool yes;
	const char *sentence;
} answers[] = {
	{"yes\n", WF_OK, true, ""},
	{"no\n", WF_OK, false, ""},
	{"yes", WF_OK, true, ""}, /* the end is a line's end, too */
	{"perhaps\nno\n", WF_OK, false, AGAIN},
	{"\nyes\n", WF_OK, true, AGAIN},
	{"y\nn\nY\nN\nYES\nyes\n", WF_INVALID, false, AGAIN AGAIN AGAIN AGAIN AGAIN},
	{"", WF_UNAVAILABLE, false, ENDED},
	{"perhaps\n", WF_UNAVAILABLE, false, AGAIN ENDED},
	{"0123456789012345678901234567890123456789012345678901234567890123\nno\n", WF_OK, false,
		"warifu: this is no answer to: Sure?\n"},
};

START_TEST(yes_or_no)
{
	bool yes = !answers[_i].yes;

	give(answers[_i].input, strlen(answers[_i].input));
	ck_assert_int_eq(prompt_yes(&rig.ctl, "Sure?", &yes), answers[_i].status);
	if (answers[_i].status == WF_OK)
		ck_assert_int_eq(yes, answers[_i].yes);
	else
		ck_assert_int_eq(yes, !answers[_i].yes);
	heard(answers[_i].sentence);
}
END_TEST

static const struct {
	const char *input;
	size_t len;
	const char *preset, *text;
	wf_status status;
	const char *sentence;
} lines[] = {
	{"alice\n", 6, NULL, "alice", WF_OK, ""},
	{"alice\n", 6, "bob", "alice", WF_OK, ""},
	{"\n", 1, "bob", "bob", WF_OK, ""},
	{"\n", 1, NULL, NULL, WF_INVALID, "warifu: this is no answer to: Name\n"},
	{"a\0b\n", 4, NULL, NULL, WF_INVALID, "warifu: this is no answer to: Name\n"},
	{"0123456789\n", 11, NULL, NULL, WF_INVALID, "warifu: this is no answer to: Name\n"},
};

START_TEST(a_line)
{
	char text[10] = "unchanged";

	give(lines[_i].input, lines[_i].len);
	ck_assert_int_eq(prompt_line(&rig.ctl, "Name", lines[_i].preset, text, sizeof(text)),
		lines[_i].status);
	ck_assert_str_eq(text, lines[_i].text != NULL ? lines[_i].text : "unchanged");
	heard(lines[_i].sentence);
}
END_TEST

START_TEST(too_long_a_line)
{
	char line[600], text[600] = "unchanged";

	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	give(line, sizeof(line));
	ck_assert_int_eq(prompt_line(&rig.ctl, "Name", NULL, text, sizeof(text)), WF_TOO_LONG);
	ck_assert_str_eq(text, "unchanged");
	heard("warifu: what was entered is too long for: Name\n");
}
END_TEST

START_TEST(a_secret_with_a_nul)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	give("a\0b\n", 4);
	ck_assert_int_eq(prompt_secret(&rig.ctl, "Code:", &secret), WF_INVALID);
	ck_assert_uint_eq(secret.len, 0);
	fflush(rig.ctl.err);
	ck_assert_int_eq(strncmp(said, "warifu: Code: ", 14), 0);
}
END_TEST

/* A file is no terminal: it has no echo to switch off, so no secret is read from it. */
START_TEST(no_terminal)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	rig.ctl.tty = open("/dev/null", O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(prompt_secret(&rig.ctl, "Code:", &secret), WF_UNAVAILABLE);
	heard("warifu: nothing was entered for: Code:\n");
	close(rig.ctl.tty);
}
END_TEST

static volatile sig_atomic_t signalled;
static volatile sig_atomic_t echo_then;

static void
note(int number)
{
	struct termios mode;

	signalled = number;
	echo_then = tcgetattr(rig.ctl.tty, &mode) == 0 && (mode.c_lflag & ECHO) != 0;
}

/* Waits for the echo to be gone, then sends the signal as the terminal would. */
static void *
interrupt(void *ctx)
{
	const pthread_t *asking = ctx;
	struct termios mode;

	for (int i = 0; i < 5000; i++) {
		if (tcgetattr(rig.ctl.tty, &mode) == 0 && (mode.c_lflag & ECHO) == 0)
			break;
		usleep(1000);
	}
	usleep(20000);
	ck_assert_int_eq(signalled, 0);
	pthread_kill(*asking, SIGINT);
	return NULL;
}

static void
open_terminal(void)
{
	char name[64];

	person = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(person, 0);
	ck_assert_int_eq(grantpt(person), 0);
	ck_assert_int_eq(unlockpt(person), 0);
	ck_assert_int_eq(ptsname_r(person, name, sizeof(name)), 0);
	rig.ctl.tty = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(rig.ctl.tty, 0);
}

/* An interruption comes when the terminal has its echo again, and nothing counts as entered. */
START_TEST(interrupted_without_echo)
{
	struct sigaction action = {.sa_handler = note};
	struct wf_secret secret = WF_SECRET_EMPTY;
	pthread_t asking = pthread_self(), other;

	open_terminal();
	ck_assert_int_eq(sigaction(SIGINT, &action, NULL), 0);
	ck_assert_int_eq(pthread_create(&other, NULL, interrupt, &asking), 0);
	ck_assert_int_eq(prompt_secret(&rig.ctl, "Code:", &secret), WF_UNAVAILABLE);
	pthread_join(other, NULL);
	ck_assert_int_eq(signalled, SIGINT);
	ck_assert_int_eq(echo_then, 1);
	ck_assert_uint_eq(secret.len, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("prompt");
	TCase *tcase = tcase_create("prompt");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, yes_or_no, 0, (int)(sizeof(answers) / sizeof(answers[0])));
	tcase_add_loop_test(tcase, a_line, 0, (int)(sizeof(lines) / sizeof(lines[0])));
	tcase_add_test(tcase, too_long_a_line);
	tcase_add_test(tcase, a_secret_with_a_nul);
	tcase_add_test(tcase, no_terminal);
	tcase_add_test(tcase, interrupted_without_echo);
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
