/* Dialogues: secrets at a terminal, and the whole of init. */
#include "config.h"

#include "ctl/prompt.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;
static int person = -1; /* the other end of the terminal */

static void
tear_down(void)
{
	if (person >= 0)
		close(person);
	person = -1;
	rig_stop(&rig);
}

static void
open_terminal(void)
{
	char name[64];

	rig_start(&rig, NULL, 0);
	person = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(person, 0);
	ck_assert_int_eq(grantpt(person), 0);
	ck_assert_int_eq(unlockpt(person), 0);
	ck_assert_int_eq(ptsname_r(person, name, sizeof(name)), 0);
	rig.ctl.tty = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(rig.ctl.tty, 0);
}

static bool
echoes(void)
{
	struct termios mode;

	ck_assert_int_eq(tcgetattr(rig.ctl.tty, &mode), 0);
	return (mode.c_lflag & ECHO) != 0;
}

struct typing {
	const char *lines[3];
	char seen[4096]; /* what the terminal showed */
	bool silent;	 /* no echo whenever something was typed */
};

/* Reads what is shown up to a prompt's end, then types. */
static void
see(struct typing *typing, int patience_ms)
{
	struct pollfd wait = {.fd = person, .events = POLLIN};

	while (poll(&wait, 1, patience_ms) > 0) {
		size_t len = strlen(typing->seen);
		ssize_t n = read(person, typing->seen + len, sizeof(typing->seen) - 1 - len);

		if (n <= 0)
			return;
		typing->seen[len + (size_t)n] = '\0';
		if (typing->seen[len + (size_t)n - 1] == ' ')
			patience_ms = 20;
	}
}

static void *
type(void *ctx)
{
	struct typing *typing = ctx;

	typing->silent = true;
	for (size_t i = 0; i < 3 && typing->lines[i] != NULL; i++) {
		see(typing, 2000);
		usleep(50000); /* the echo is switched off after the prompt */
		typing->silent = typing->silent && !echoes();
		ck_assert_int_gt(write(person, typing->lines[i], strlen(typing->lines[i])), 0);
	}
	see(typing, 100);
	return NULL;
}

static wf_status
ask_new(struct typing *typing, struct wf_secret *secret)
{
	pthread_t thread;
	wf_status status;

	ck_assert_int_eq(pthread_create(&thread, NULL, type, typing), 0);
	status = prompt_new_secret(&rig.ctl, "New password:", "The same again:", secret);
	pthread_join(thread, NULL);
	return status;
}

START_TEST(secret_is_read_without_echo)
{
	struct typing typing = {.lines = {"correct horse\n", "correct horse\n"}};
	struct wf_secret secret = WF_SECRET_EMPTY;

	open_terminal();
	ck_assert_int_eq(ask_new(&typing, &secret), WF_OK);
	ck_assert_uint_eq(secret.len, 13);
	ck_assert(wf_mem_equal(secret.bytes, "correct horse", 13));
	ck_assert(typing.silent);
	ck_assert(echoes());
	ck_assert_ptr_nonnull(strstr(typing.seen, "New password: "));
	ck_assert_ptr_nonnull(strstr(typing.seen, "The same again: "));
	ck_assert_ptr_null(strstr(typing.seen, "horse"));
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(different_entries_change_nothing)
{
	struct typing typing = {.lines = {"one\n", "two\n"}};
	struct wf_secret secret = WF_SECRET_EMPTY;
	char *said = NULL;
	size_t size;

	open_terminal();
	rig.ctl.err = open_memstream(&said, &size);
	ck_assert_int_eq(ask_new(&typing, &secret), WF_NO);
	fclose(rig.ctl.err);
	ck_assert_str_eq(said, "warifu: the two entries differ; nothing was changed\n");
	ck_assert_uint_eq(secret.len, 0);
	ck_assert(echoes());
	free(said);
}
END_TEST

START_TEST(empty_entry_is_refused)
{
	struct typing typing = {.lines = {"\n"}};
	struct wf_secret secret = WF_SECRET_EMPTY;
	char *said = NULL;
	size_t size;

	open_terminal();
	rig.ctl.err = open_memstream(&said, &size);
	ck_assert_int_eq(ask_new(&typing, &secret), WF_INVALID);
	fclose(rig.ctl.err);
	ck_assert_str_eq(said, "warifu: nothing was entered for: New password:\n");
	free(said);
}
END_TEST

/* ---- init ---- */

static char key_path[PATH_MAX + 256];
static char glass_path[PATH_MAX + 256];

static struct rig_act acts[] = {
	{.act = "status",
		.columns = {"initialised:bool", "key-file", "key-fingerprint", "breakglass-file"},
		.rows = {{"0", key_path, "00112233aabbccdd", glass_path}}},
	{.act = "user.add", .text = "nobody was added."},
	{.act = "user.set"},
	{.act = "user.passwd"},
	{.act = "token.add",
		.columns = {"id:number", "number:number", "code"},
		.rows = {{"2", "1", "aaaa-bbbb"}}},
	{.act = "token.add",
		.columns = {"id:number", "uri", "secret"},
		.rows = {{"3", "otpauth://totp/x", "JBSWY3DP"}}},
	{.act = "token.confirm", .status = WF_NO, .text = "Wrong."},
	{.act = "token.confirm", .text = "The token counts."},
};

static void
start_init(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));
	snprintf(key_path, sizeof(key_path), "%s", rig_path(&rig, "key"));
	snprintf(glass_path, sizeof(glass_path), "%s", rig_path(&rig, "glass"));
	rig_write(&rig, "key", "1:secretkey\n");
	/* The break-glass file may lie only where nobody else can put one. */
	ck_assert_int_eq(chmod(rig.dir, 0700), 0);
}

static int
init(const char *input)
{
	char line[2048];

	snprintf(line, sizeof(line),
		"init nobody --stdin --key-copy %.200s/copy --codes 3 --breakglass-file %.300s",
		rig.dir, glass_path);
	return rig_run(&rig, input, line);
}

START_TEST(init_goes_all_the_way)
{
	struct wf_breakglass_state state;

	start_init();
	ck_assert_int_eq(init("admin password\nemergency pin\n111111\n222222\n"), CTL_OK);
	ck_assert_str_eq(rig.err, "warifu: Wrong.\n");
	ck_assert_str_eq(rig_asked(&rig), "status\n"
					  "user.add user=nobody must-change=0 kind=privileged "
					  "uid=65534 *password=admin password\n"
					  "token.add user=nobody type=recovery\n"
					  "token.add user=nobody type=totp\n"
					  "token.confirm user=nobody id=3 *code=111111\n"
					  "token.confirm user=nobody id=3 *code=222222\n");
	ck_assert_str_eq(rig_read(&rig, "copy"), "1:secretkey\n");
	ck_assert_ptr_nonnull(strstr(rig.out, "Key: JBSW Y3DP\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "  1.  aaaa-bbbb\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "EMERGENCY SHEET for the user root"));
	ck_assert_ptr_nonnull(strstr(rig.out, "     3.  "));
	ck_assert_ptr_null(strstr(rig.out, "     4.  "));
	ck_assert_ptr_null(strstr(rig.out, "emergency pin"));
	ck_assert_int_eq(wf_breakglass_inspect(glass_path, &state), WF_OK);
	ck_assert_uint_eq(state.unused, 3);
	ck_assert_str_eq(state.user, "root");
}
END_TEST

START_TEST(init_again_after_an_interruption)
{
	start_init();
	acts[1].status = WF_EXISTS;
	rig_write(&rig, "glass", "sheet of an earlier run");
	ck_assert_int_eq(init("admin password\n111111\n222222\n"), CTL_OK);
	acts[1].status = WF_OK;
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig),
		"user.set user=nobody kind=privileged reason=init\n"
		"user.passwd user=nobody must-change=0 *password=admin password\n"
		"token.add user=nobody type=recovery\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "glass is there already and stays as it is.\n"));
	ck_assert_str_eq(rig_read(&rig, "glass"), "sheet of an earlier run");
}
END_TEST

START_TEST(init_twice_is_refused)
{
	start_init();
	acts[0].rows[0][0] = "1";
	ck_assert_int_eq(init(""), CTL_NO);
	acts[0].rows[0][0] = "0";
	ck_assert_str_eq(rig.err,
		"warifu: Warifu is set up already; add further people with 'warifu user add'\n");
	ck_assert_str_eq(rig_asked(&rig), "status\n");
}
END_TEST

START_TEST(init_wants_a_copy_of_the_key)
{
	start_init();
	ck_assert_int_eq(rig_run(&rig, "done\nno\n", "init nobody --stdin"), CTL_NO);
	ck_assert_str_eq(rig.err, "warifu: copy the key first, then say 'warifu init' again\n");
	ck_assert_int_eq(rig_run(&rig, "/nonexistent/copy\n", "init nobody --stdin"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "could not be copied to /nonexistent/copy"));
	ck_assert_str_eq(rig_asked(&rig), "status\nstatus\n");
}
END_TEST

static const struct {
	const char *words;
	const char *input;
	int code;
	const char *error;
} refusals[] = {
	{"init root --stdin", "done\nyes\n", CTL_NO,
		"warifu: name a person's user, not root: the log must tell people apart\n"},
	{"init no-such-user-here --stdin", "done\nyes\n", CTL_NO,
		"warifu: there is no Unix user 'no-such-user-here'; make one first (adduser "
		"no-such-user-here)\n"},
	{"init nobody --json", "", CTL_USAGE, "warifu: init is a dialogue and has no JSON form\n"},
	{"init nobody --codes 0", "", CTL_USAGE, "warifu: --codes must be from 1 to 64\n"},
	{"init nobody --stdin", "done\nyes\npassword\nshort\n", CTL_NO,
		"warifu: the PIN must have at least 8 characters\n"},
};

START_TEST(init_refusals_have_their_sentences)
{
	char line[1024];

	start_init();
	snprintf(line, sizeof(line), "%s --breakglass-file %.300s", refusals[_i].words, glass_path);
	ck_assert_int_eq(rig_run(&rig, refusals[_i].input, line), refusals[_i].code);
	ck_assert_str_eq(rig.err, refusals[_i].error);
}
END_TEST

/* ---- emergency ---- */

static struct rig_act emergency_acts[] = {
	{.act = "status", .columns = {"breakglass-file"}, .rows = {{glass_path}}},
	{.act = "emergency.new"},
	{.act = "emergency.unlock"},
	{.act = "emergency.used"},
};

static void
start_emergency(size_t nacts)
{
	rig_start(&rig, emergency_acts, nacts);
	snprintf(glass_path, sizeof(glass_path), "%s", rig_path(&rig, "glass"));
	ck_assert_int_eq(chmod(rig.dir, 0700), 0);
}

/* Where the daemon says, but nothing is yet. */
static int
first_sheet(const char *words)
{
	char line[1024];

	snprintf(line, sizeof(line), "emergency new --stdin --breakglass-file %.300s %s",
		glass_path, words);
	return rig_run(&rig, "emergency pin\n", line);
}

START_TEST(emergency_sheet_is_made_shown_locked_and_unlocked)
{
	char line[PATH_MAX + 512];

	start_emergency(3);
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency show"), CTL_NO);
	snprintf(line, sizeof(line),
		"warifu: there is no emergency file %s; 'warifu emergency new' makes one\n",
		glass_path);
	ck_assert_str_eq(rig.err, line);
	ck_assert_int_eq(first_sheet("--codes 2"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "EMERGENCY SHEET for the user root"));
	ck_assert_ptr_null(strstr(rig.out, "destroy it"));
	rig_lock_sheet(glass_path);
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency show --json"), CTL_OK);
	snprintf(line, sizeof(line),
		"{\"path\": \"%s\", \"user\": \"root\", \"remaining\": 2, \"failures\": 10, "
		"\"locked\": true}\n",
		glass_path);
	ck_assert_str_eq(rig.out, line);
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency unlock --reason tried"), CTL_OK);
	ck_assert_str_eq(rig.out, "The emergency sheet of root works again; unused codes: 2.\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency show"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "Locked         no\n"));
	ck_assert_str_eq(rig_asked(&rig),
		"status\nstatus\n"
		"emergency.new user=root detail=new sheet, codes: 2\n"
		"status\nstatus\n"
		"emergency.unlock user=root detail=was locked; failures cleared: 10 reason=tried\n"
		"status\n");
}
END_TEST

START_TEST(new_emergency_sheet_takes_the_place_of_the_old)
{
	struct wf_breakglass_state state;

	start_emergency(3);
	ck_assert_int_eq(first_sheet("--user ops --codes 1"), CTL_OK);
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", "emergency new --stdin"), CTL_OK);
	ck_assert_ptr_nonnull(
		strstr(rig.out, "The sheet from before opens nothing any more; destroy it.\n"));
	ck_assert_int_eq(wf_breakglass_inspect(glass_path, &state), WF_OK);
	ck_assert_str_eq(state.user, "ops");
	ck_assert_uint_eq(state.unused, 10);
	ck_assert_int_eq(rig_run(&rig, "short\n", "emergency new --stdin"), CTL_NO);
	ck_assert_int_eq(rig_run(&rig, "", "emergency new --codes 65"), CTL_USAGE);
	ck_assert_int_eq(rig_run(&rig, "", "emergency new --json"), CTL_USAGE);
	ck_assert_str_eq(rig.err, "warifu: 'emergency new' prints a sheet and has no JSON form\n");
	ck_assert_int_eq(wf_breakglass_inspect(glass_path, &state), WF_OK);
	ck_assert_uint_eq(state.unused, 10);
}
END_TEST

/* A daemon that somebody else has taken over names a file of root's. */
START_TEST(no_daemon_chooses_what_is_replaced)
{
	static const char *const there[] = {NULL, "root:x:0:0:root:/root:/bin/sh\n"};

	start_emergency(3);
	if (there[_i] != NULL) {
		rig_write(&rig, "glass", there[_i]);
		ck_assert_int_eq(chmod(glass_path, 0600), 0);
	}
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", "emergency new --stdin"), CTL_NO);
	ck_assert_msg(strstr(rig.err, "if that is its place, say so: --breakglass-file ") != NULL,
		"%s", rig.err);
	ck_assert_ptr_null(strstr(rig.out, "EMERGENCY SHEET"));
	if (there[_i] != NULL)
		ck_assert_str_eq(rig_read(&rig, "glass"), there[_i]);
	else
		ck_assert_int_ne(access(glass_path, F_OK), 0);
}
END_TEST

/* A sheet of two codes, one of which has let root in. */
static void
make_used_sheet(void)
{
	struct wf_secret pin = WF_SECRET_EMPTY, codes[2] = {{NULL, 0}};
	const struct wf_breakglass_try attempt = {.user = "root",
		.tty = "tty1",
		.pin = &pin,
		.code = &codes[1],
		.wall_us = INT64_C(1772323200000000)};
	uint32_t slot;

	ck_assert_int_eq(wf_secret_set(&pin, "emergency pin", 13), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(glass_path, "root", &pin, 2, codes), WF_OK);
	ck_assert_int_eq(wf_breakglass_consume(glass_path, &attempt, &slot), WF_OK);
	wf_secret_clear(&pin);
	wf_secret_clear(&codes[0]);
	wf_secret_clear(&codes[1]);
}

/* A used code that the log has not told of yet would be forgotten with its sheet. */
START_TEST(no_new_sheet_before_used_codes_are_told)
{
	char line[PATH_MAX + 512];

	start_emergency(3);
	make_used_sheet();
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", "emergency new --stdin"), CTL_NO);
	ck_assert_ptr_nonnull(
		strstr(rig.err, " has used codes that are not in the log yet; start the daemon "));
	ck_assert_ptr_null(strstr(rig.out, "EMERGENCY SHEET"));
	snprintf(line, sizeof(line), "emergency new --stdin --breakglass-file %.200s/none/glass",
		rig.dir);
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", line), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "/none/glass: "));
}
END_TEST

/* Each use enters the log once; until it has, it is left for the next time. */
START_TEST(used_codes_enter_the_log_once)
{
	static const char asked[] = "emergency.used user=root tty=tty1 time=1772323200000000\n";

	start_emergency(3); /* a daemon that knows no such act */
	make_used_sheet();
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency report"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err,
		"a use of an emergency code by root could not be written into the log"));
	rig_stop(&rig);
	start_emergency(4);
	make_used_sheet();
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency report"), CTL_OK);
	ck_assert_str_eq(rig.out, "Uses of emergency codes that are in the log now: 1.\n");
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), asked));
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency report"), CTL_OK);
	ck_assert_str_eq(rig.out, "No use of an emergency code is missing in the log.\n");
	ck_assert_ptr_null(strstr(strstr(rig_asked(&rig), asked) + 1, asked));
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", "emergency new --stdin"), CTL_OK);
}
END_TEST

/* The daemon asks for it at each start: no sheet is no reason to complain, a broken one is. */
START_TEST(nothing_to_report)
{
	char line[PATH_MAX + 512];

	start_emergency(4);
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency report"), CTL_OK);
	ck_assert_str_eq(rig.out, "No use of an emergency code is missing in the log.\n");
	rig_write(&rig, "glass", "no such sheet");
	ck_assert_int_eq(chmod(glass_path, 0600), 0);
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency report"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, glass_path));
	ck_assert_int_eq(rig_run(&rig, NULL, "emergency unlock --reason x"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, glass_path));
	rig_stop(&rig);
	start_emergency(0); /* nobody to report to */
	snprintf(line, sizeof(line), "emergency report --breakglass-file %s", glass_path);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_AWAY);
}
END_TEST

/* The daemon is away on the very day that it is for. */
START_TEST(emergency_unlock_works_without_the_daemon)
{
	char line[PATH_MAX + 512];

	start_emergency(0);
	snprintf(line, sizeof(line), "emergency new --stdin --breakglass-file %s", glass_path);
	ck_assert_int_eq(rig_run(&rig, "emergency pin\n", line), CTL_OK);
	rig_lock_sheet(glass_path);
	snprintf(line, sizeof(line), "emergency unlock --reason night --breakglass-file %s",
		glass_path);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	ck_assert_str_eq(rig.out, "The emergency sheet of root works again; unused codes: 10.\n");
	ck_assert_ptr_nonnull(strstr(rig.err, "the daemon did not write this into its log"));
}
END_TEST

static Suite *
dialogue_suite(void)
{
	Suite *suite = suite_create("dialogue");
	TCase *terminal = tcase_create("terminal");
	TCase *start = tcase_create("init");

	tcase_add_checked_fixture(terminal, NULL, tear_down);
	tcase_add_test(terminal, secret_is_read_without_echo);
	tcase_add_test(terminal, different_entries_change_nothing);
	tcase_add_test(terminal, empty_entry_is_refused);
	suite_add_tcase(suite, terminal);
	tcase_set_timeout(start, 30);
	tcase_add_checked_fixture(start, NULL, tear_down);
	tcase_add_test(start, init_goes_all_the_way);
	tcase_add_test(start, init_again_after_an_interruption);
	tcase_add_test(start, init_twice_is_refused);
	tcase_add_test(start, init_wants_a_copy_of_the_key);
	tcase_add_loop_test(start, init_refusals_have_their_sentences, 0,
		sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(start, emergency_sheet_is_made_shown_locked_and_unlocked);
	tcase_add_test(start, new_emergency_sheet_takes_the_place_of_the_old);
	tcase_add_loop_test(start, no_daemon_chooses_what_is_replaced, 0, 2);
	tcase_add_test(start, emergency_unlock_works_without_the_daemon);
	tcase_add_test(start, no_new_sheet_before_used_codes_are_told);
	tcase_add_test(start, used_codes_enter_the_log_once);
	tcase_add_test(start, nothing_to_report);
	suite_add_tcase(suite, start);
	return suite;
}

UNIT_MAIN(dialogue_suite)
