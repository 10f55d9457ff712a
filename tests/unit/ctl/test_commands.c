/* Commands against a scripted daemon: what they ask, what they show, what they exit with. */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	setenv("TZ", "JST-9", 1);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

#define START(...)                                                                                 \
	static const struct rig_act acts[] = {__VA_ARGS__};                                        \
	rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]))

/* ---- exit codes ---- */

static const struct {
	wf_status status;
	const char *text;
	int code;
	const char *error;
} statuses[] = {
	{WF_OK, "Opened.", CTL_OK, ""},
	{WF_NO, "Wrong code.", CTL_NO, "warifu: Wrong code.\n"},
	{WF_NOT_FOUND, "", CTL_NO, "warifu: There is no such entry.\n"},
	{WF_CONFLICT, "Somebody was faster.", CTL_NO, "warifu: Somebody was faster.\n"},
	{WF_INVALID, "user: bad name", CTL_USAGE, "warifu: user: bad name\n"},
	{WF_DENIED, "Your role does not suffice.", CTL_DENIED,
		"warifu: Your role does not suffice.\n"},
	{WF_UNAVAILABLE, "The disk is full.", CTL_AWAY, "warifu: The disk is full.\n"},
	{WF_FULL, "", CTL_AWAY, "warifu: Too much is waiting already; try again later.\n"},
};

START_TEST(status_becomes_exit_code_and_sentence)
{
	struct rig_act act = {
		.act = "unlock", .status = statuses[_i].status, .text = statuses[_i].text};

	rig_start(&rig, &act, 1);
	ck_assert_int_eq(rig_run(&rig, NULL, "unlock alice --reason 'by phone' --ticket T1"),
		statuses[_i].code);
	ck_assert_str_eq(rig.err, statuses[_i].error);
	ck_assert_str_eq(rig.out, statuses[_i].status == WF_OK ? "Opened.\n" : "");
	ck_assert_str_eq(rig_asked(&rig), "unlock user=alice reason=by phone ticket=T1\n");
}
END_TEST

START_TEST(no_daemon_is_away)
{
	rig_start(&rig, NULL, 0);
	ck_assert_int_eq(rig_run(&rig, NULL, "status"), CTL_AWAY);
	ck_assert_ptr_nonnull(
		strstr(rig.err, "the daemon does not answer; start it (systemctl start "
				"warifud), or name its socket with --socket\n"));
	ck_assert_str_eq(rig.out, "");
}
END_TEST

START_TEST(daemon_that_hangs_up_is_away)
{
	START({.act = "status", .columns = {"ok:bool"}, .rows = {{"1"}}, .close_early = true});
	ck_assert_int_eq(rig_run(&rig, NULL, "status"), CTL_AWAY);
}
END_TEST

START_TEST(nonsense_is_no_answer)
{
	START({.act = "status", .nonsense = true});
	ck_assert_int_eq(rig_run(&rig, NULL, "status"), CTL_AWAY);
	ck_assert_str_ne(rig.err, "");
}
END_TEST

START_TEST(row_without_head_is_nonsense)
{
	START({.act = "user.show", .columns = {"user:odd"}, .rows = {{"alice"}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "user show alice"), CTL_AWAY);
	ck_assert_ptr_nonnull(strstr(rig.err, "makes no sense: The input is not well formed."));
}
END_TEST

START_TEST(unknown_act_is_told)
{
	START({.act = "status"});
	ck_assert_int_eq(rig_run(&rig, NULL, "reload"), CTL_USAGE);
	ck_assert_str_eq(rig.err, "warifu: unknown act\n");
}
END_TEST

/* ---- accounts ---- */

START_TEST(user_add_takes_the_password_from_stdin)
{
	START({.act = "user.add", .text = "alice was added."});
	ck_assert_int_eq(
		rig_run(&rig, "correct horse\nnot read\n",
			"user add alice --uid 1000 --kind privileged --display 'Alice Arai' "
			"--valid-until 2026-12-31 --stdin"),
		CTL_OK);
	ck_assert_str_eq(rig.out, "alice was added.\n");
	ck_assert_str_eq(rig_asked(&rig), "user.add user=alice uid=1000 kind=privileged "
					  "display=Alice Arai valid-until=1798729199999999 "
					  "*password=correct horse\n");
}
END_TEST

START_TEST(service_account_has_no_password)
{
	START({.act = "user.add"});
	ck_assert_int_eq(rig_run(&rig, NULL,
				 "user add robot --uid 1007 --kind service --sources '192.0.2.0/24 "
				 "198.51.100.7'"),
		CTL_OK);
	ck_assert_str_eq(rig.out, "Done.\n");
	ck_assert_str_eq(rig_asked(&rig),
		"user.add user=robot uid=1007 kind=service sources=192.0.2.0/24 198.51.100.7\n");
}
END_TEST

START_TEST(missing_secret_asks_nothing)
{
	START({.act = "user.passwd"});
	ck_assert_int_eq(rig_run(&rig, "", "user passwd alice --stdin"), CTL_NO);
	ck_assert_str_eq(rig.err,
		"warifu: standard input ended where a line was expected for: New password:\n");
	ck_assert_int_eq(rig_run(&rig, "\n", "user passwd alice --stdin"), CTL_NO);
	ck_assert_str_eq(rig.err, "warifu: nothing was entered for: New password:\n");
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

START_TEST(too_long_secret_is_refused_not_cut)
{
	char input[1100];

	START({.act = "user.passwd"});
	memset(input, 'x', sizeof(input) - 2);
	input[sizeof(input) - 2] = '\n';
	input[sizeof(input) - 1] = '\0';
	ck_assert_int_eq(rig_run(&rig, input, "user passwd alice --stdin"), CTL_NO);
	ck_assert_str_eq(rig.err, "warifu: what was entered is too long for: New password:\n");
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

START_TEST(bad_time_is_told)
{
	START({.act = "user.exempt"});
	ck_assert_int_eq(
		rig_run(&rig, NULL, "user exempt bob --reason moves --until someday --uid 7"),
		CTL_USAGE);
	ck_assert_str_eq(rig.err, "warifu: --until: 'someday' is no time; write 2026-03-01, "
				  "2026-03-01T09:00:00+09:00, 2h or yesterday\n");
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

START_TEST(empty_list_says_so)
{
	START({.act = "user.list", .columns = {"user", "uid:number"}});
	ck_assert_int_eq(rig_run(&rig, NULL, "user list"), CTL_OK);
	ck_assert_str_eq(rig.out,
		"There are no accounts yet: add one with 'warifu user add' or 'warifu user "
		"import'.\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "user list --json"), CTL_OK);
	ck_assert_str_eq(rig.out, "[]\n");
}
END_TEST

START_TEST(show_is_a_list_of_properties)
{
	START({.act = "user.show",
		.columns = {"user", "uid:number", "locked:bool", "new-thing"},
		.rows = {{"alice", "1000", "1", "x"}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "user show alice"), CTL_OK);
	ck_assert_str_eq(rig.out, "User       alice\n"
				  "UID        1000\n"
				  "Locked     yes\n"
				  "new-thing  x\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "user show alice --json"), CTL_OK);
	ck_assert_str_eq(rig.out,
		"{\"user\": \"alice\", \"uid\": 1000, \"locked\": true, \"new-thing\": \"x\"}\n");
}
END_TEST

/* Where there is nothing to show, what to do about it is more than "0 accounts.". */
START_TEST(empty_list_says_what_to_do)
{
	START({.act = "user.list", .columns = {"user"}, .text = "0 accounts."});
	ck_assert_int_eq(rig_run(&rig, NULL, "user list"), CTL_OK);
	ck_assert_str_eq(rig.out, "There are no accounts yet: add one with 'warifu user add' or "
				  "'warifu user import'.\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "user list --json"), CTL_OK);
	ck_assert_str_eq(rig.out, "[]\n");
}
END_TEST

START_TEST(json_of_a_plain_act)
{
	START({.act = "reload", .text = "Read again."});
	ck_assert_int_eq(rig_run(&rig, NULL, "reload --json"), CTL_OK);
	ck_assert_str_eq(rig.out, "{\"status\": \"ok\", \"message\": \"Read again.\"}\n");
}
END_TEST

/* ---- tokens ---- */

#define TOTP_ROW                                                                                  \
	.act = "token.add", .columns = {"id:number", "type", "label", "uri", "secret", "issuer"}, \
	.rows = {{"3", "totp", "",                                                                \
		"otpauth://totp/Warifu:alice?secret=JBSWY3DPEHPK3PXP&issuer=Warifu",              \
		"JBSWY3DPEHPK3PXPAB", "Warifu"}}

START_TEST(token_is_shown_and_confirmed)
{
	START({TOTP_ROW}, {.act = "token.confirm", .text = "The token counts."});
	ck_assert_int_eq(
		rig_run(&rig, "123456\n",
			"token add alice totp --label phone --digits 6 --stdin --ticket T2"),
		CTL_OK);
	ck_assert_str_eq(rig_asked(&rig),
		"token.add user=alice type=totp label=phone digits=6 ticket=T2\n"
		"token.confirm user=alice id=3 ticket=T2 *code=123456\n");
	ck_assert_ptr_nonnull(strstr(rig.out,
		"Address: otpauth://totp/Warifu:alice?secret=JBSWY3DPEHPK3PXP&issuer=Warifu\n"
		"Key: JBSW Y3DP EHPK 3PXP AB\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "The token counts.\n"));
	ck_assert_ptr_null(strstr(rig.out, "\u2588")); /* no picture into a file */
}
END_TEST

START_TEST(wrong_first_code_says_what_to_do)
{
	START({TOTP_ROW}, {.act = "token.confirm", .status = WF_NO, .text = "The code is wrong."});
	ck_assert_int_eq(rig_run(&rig, "123456\n", "token add alice totp --stdin"), CTL_NO);
	ck_assert_str_eq(rig.err,
		"warifu: The code is wrong.\nwarifu: the token does not count yet; enter a "
		"code with: warifu token confirm alice\n");
}
END_TEST

/* 29 modules for this text at level M, with four quiet ones on each side. */
START_TEST(picture_has_its_quiet_zone)
{
	const char *line;
	size_t lines = 0;

	START({TOTP_ROW});
	ck_assert_int_eq(
		rig_run(&rig, NULL, "token add alice totp --no-confirm --qr --ascii"), CTL_OK);
	for (line = rig.out; strncmp(line, "Address", 7) != 0; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");

		ck_assert_uint_eq(len, 2 * (37 + 8));
		if (lines < 4)
			ck_assert_uint_eq(strspn(line, "#"), len); /* light on a dark ground */
		ck_assert_int_eq(strncmp(line, "########", 8), 0);
		lines++;
	}
	ck_assert_uint_eq(lines, 37 + 8);
	ck_assert_int_eq(rig_run(&rig, NULL, "token add alice totp --no-confirm --qr"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "\u2588\u2588\u2588\u2588"));
	ck_assert_ptr_nonnull(strstr(rig.out, "\u2580"));
}
END_TEST

START_TEST(recovery_codes_are_numbered)
{
	START({.act = "token.add",
		.columns = {"id:number", "number:number", "code"},
		.rows = {{"4", "1", "aaaa-bbbb"}, {"4", "2", "cccc-dddd"}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "token add alice recovery"), CTL_OK);
	ck_assert_ptr_eq(strstr(rig.out, "  1.  aaaa-bbbb\n  2.  cccc-dddd\nPrint these"), rig.out);
	ck_assert_str_eq(rig_asked(&rig), "token.add user=alice type=recovery\n");
}
END_TEST

START_TEST(resync_takes_two_codes)
{
	START({.act = "token.resync", .text = "In step."});
	ck_assert_int_eq(rig_run(&rig, "111111\n222222\n", "token resync alice 3 --stdin"), CTL_OK);
	ck_assert_str_eq(
		rig_asked(&rig), "token.resync user=alice id=3 *code1=111111 *code2=222222\n");
}
END_TEST

/* ---- one's own account ---- */

#define OWNER_UID 65534
#define PROOF "abababababababababababababababab"

START_TEST(owner_proves_himself)
{
	START({.act = "user.passwd", .status = WF_DENIED, .text = "Your role does not suffice."},
		{.act = "user.passwd", .text = "nobody has a new password."});
	rig_login(&rig, "nobody/old one/123456");
	rig.ctl.uid = OWNER_UID;
	ck_assert_int_eq(
		rig_run(&rig, "new one\nold one\n123456\n", "user passwd nobody --stdin"), CTL_OK);
	ck_assert_str_eq(rig.out, "nobody has a new password.\n");
	ck_assert_str_eq(rig.err, "This changes your own account: prove that it is you.\n");
	ck_assert_str_eq(rig_asked(&rig),
		"user.passwd user=nobody *password=new one\n"
		"user.passwd user=nobody txn=" PROOF " *password=new one\n");
}
END_TEST

/* Another server, which knows the code, wants to know more. */
START_TEST(owner_is_asked_back)
{
	START({.act = "user.passwd", .status = WF_DENIED}, {.act = "user.passwd", .text = "Done."});
	rig_login(&rig, "nobody/old one/123456/sms 4711");
	rig.ctl.uid = OWNER_UID;
	ck_assert_int_eq(rig_run(&rig, "new one\nold one\n123456\nsms 4711\n",
				 "user passwd nobody --stdin"),
		CTL_OK);
	ck_assert_str_eq(rig.out, "Done.\n");
}
END_TEST

/* The same proof serves for both acts of one command. */
START_TEST(owner_proves_himself_once)
{
	START({.act = "token.add", .status = WF_DENIED}, {TOTP_ROW}, {.act = "token.confirm"});
	rig_login(&rig, "nobody/old one/123456");
	rig.ctl.uid = OWNER_UID;
	ck_assert_int_eq(
		rig_run(&rig, "old one\n123456\n654321\n", "token add nobody totp --stdin"),
		CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig),
		"token.confirm user=nobody id=3 txn=" PROOF " *code=654321\n"));
}
END_TEST

static const struct {
	const char *right;
	uid_t uid;
	const char *user;
	int code;
	const char *error;
} proofs[] = {
	{"nobody/old one/999999", OWNER_UID, "nobody", CTL_DENIED,
		"This changes your own account: prove that it is you.\n"
		"warifu: That was not right; nothing was changed.\n"},
	{NULL, OWNER_UID, "nobody", CTL_AWAY,
		"This changes your own account: prove that it is you.\n"
		"warifu: The proof could not be checked; nothing was changed.\n"},
	{"nobody/old one/123456", OWNER_UID, "alice", CTL_DENIED, "warifu: Not you.\n"},
	{"nobody/old one/123456", 0, "nobody", CTL_DENIED, "warifu: Not you.\n"},
};

START_TEST(without_proof_nothing_changes)
{
	char line[128];

	START({.act = "user.passwd", .status = WF_DENIED, .text = "Not you."});
	rig_login(&rig, proofs[_i].right);
	rig.ctl.uid = proofs[_i].uid;
	snprintf(line, sizeof(line), "user passwd %s --stdin", proofs[_i].user);
	ck_assert_int_eq(rig_run(&rig, "new one\nold one\n123456\n", line), proofs[_i].code);
	ck_assert_str_eq(rig.err, proofs[_i].error);
	ck_assert_ptr_null(strstr(rig_asked(&rig), "txn="));
}
END_TEST

/* ---- log ---- */

#define LOG_COLUMNS                                                                                \
	.act = "log", .columns = {"seq:number", "time:time", "result", "user", "reason"}

START_TEST(log_shows_the_newest_in_order_of_time)
{
	START({LOG_COLUMNS,
		.rows = {{"9", "1767225609000000", "success", "alice", ""},
			{"8", "1767225608000000", "failure", "alice", "wrong-password"}}});
	ck_assert_int_eq(
		rig_run(&rig, NULL, "log --user alice --result failure --from 192.0.2.1"), CTL_OK);
	ck_assert_str_eq(rig.out, "Time                 Result   User   Reason\n"
				  "2026-01-01 09:00:08  failure  alice  wrong-password\n"
				  "2026-01-01 09:00:09  success  alice  -\n");
	ck_assert_str_eq(rig_asked(&rig),
		"log user=alice result=failure from=192.0.2.1 order=newest limit=100\n");
}
END_TEST

START_TEST(log_walks_pages)
{
	START({LOG_COLUMNS,
		      .rows = {{"1", "1", "success", "a", ""}, {"2", "2", "success", "b", ""}}},
		{LOG_COLUMNS, .rows = {{"7", "7", "success", "c", ""}}});
	ck_assert_int_eq(
		rig_run(&rig, NULL,
			"log --since 2026-01-01T00:00:00Z --until 2026-01-02 --limit 2 --json"),
		CTL_OK);
	ck_assert_str_eq(rig_asked(&rig),
		"log since=1767225600000000 until=1767366000000000 order=oldest limit=2\n");
	ck_assert_ptr_eq(
		strstr(rig.out, "[\n{\"seq\": 1, \"time\": \"1970-01-01T09:00:00.000001+09:00\""),
		rig.out);
	ck_assert_ptr_nonnull(strstr(rig.out, "}\n,\n{\"seq\": 2,"));
	ck_assert_ptr_nonnull(strstr(rig.out, "}\n]\n"));
}
END_TEST

START_TEST(log_goes_on_after_a_full_page)
{
	START({LOG_COLUMNS, .rows = {{"5", "5", "success", "a", ""}}, .repeat = 499},
		{LOG_COLUMNS, .rows = {{"7", "7", "success", "b", ""}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "log --limit 600 --since 2h"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), " order=oldest limit=500\n"));
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), " after=5 order=oldest limit=100\n"));
	ck_assert_ptr_nonnull(strstr(rig.out, "  b "));
	ck_assert_ptr_eq(strstr(rig.out + 1, "Time "), NULL); /* one header */
}
END_TEST

/* The real program, which goes on until it is told to stop. */
START_TEST(log_follows_until_stopped)
{
	const char *build = getenv("top_builddir");
	char program[PATH_MAX];
	char out[1024] = "";
	int state;
	int ends[2];
	pid_t pid;

	START({LOG_COLUMNS, .rows = {{"5", "5", "success", "a", ""}}},
		{LOG_COLUMNS, .rows = {{"6", "6", "failure", "b", ""}}}, {LOG_COLUMNS});
	snprintf(program, sizeof(program), "%s/warifu", build != NULL ? build : ".");
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl(program, "warifu", "log", "--follow", "--json", "--limit", "5", "--socket",
			rig.socket, NULL);
		_exit(99);
	}
	close(ends[1]);
	for (int i = 0; i < 500 && strstr(rig_asked(&rig), "after=6 ") == NULL; i++)
		usleep(10000);
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(waitpid(pid, &state, 0), pid);
	ck_assert(WIFEXITED(state));
	ck_assert_int_eq(WEXITSTATUS(state), CTL_OK);
	ck_assert_int_gt(read(ends[0], out, sizeof(out) - 1), 0);
	close(ends[0]);
	ck_assert_ptr_eq(strstr(out, "{\"seq\": 5, "), out);
	ck_assert_ptr_nonnull(strstr(out, "}\n{\"seq\": 6, "));
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), "log after=5 order=oldest limit=500\n"));
}
END_TEST

START_TEST(empty_log_says_so)
{
	START({LOG_COLUMNS});
	ck_assert_int_eq(rig_run(&rig, NULL, "log --user nobody"), CTL_OK);
	ck_assert_str_eq(rig.out, "No row of the log matches.\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "log --json"), CTL_OK);
	ck_assert_str_eq(rig.out, "[\n]\n");
}
END_TEST

/* Nothing of the log says that rows are gone. */
#define CLAIMS {.act = "log.claims", .columns = {"seq:number", "line"}}

START_TEST(broken_chain_is_a_no)
{
	START({.act = "log.verify",
		      .columns = {"ok:bool", "problem", "problem-seq:number"},
		      .rows = {{"0", "row 7 does not follow", "7"}},
		      .status = WF_CORRUPT,
		      .text = "The log is damaged at row 7."},
		CLAIMS, {.act = "log.verify", .columns = {"ok:bool"}, .rows = {{"1"}}}, CLAIMS);
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "row 7 does not follow"));
	ck_assert_str_eq(rig.err, "warifu: The log is damaged at row 7.\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify"), CTL_OK);
}
END_TEST

/* ---- status ---- */

static const struct {
	const char *level;
	int code;
	const char *line;
} checks[] = {
	{"ok", 0, "WARIFU OK - all is well | accounts=3 locked=1\n"},
	{"warning", 1, "WARIFU WARNING - all is well | accounts=3 locked=1\n"},
	{"critical", 2, "WARIFU CRITICAL - all is well | accounts=3 locked=1\n"},
	{"odd", 3, "WARIFU UNKNOWN - the daemon's answer makes no sense\n"},
};

START_TEST(check_has_the_codes_of_nagios)
{
	struct rig_act act = {.act = "status",
		.columns = {"level", "message", "accounts:number", "locked:number"},
		.rows = {{checks[_i].level, "all is well | not this", "3", "1"}}};

	rig_start(&rig, &act, 1);
	ck_assert_int_eq(rig_run(&rig, NULL, "status --check"), checks[_i].code);
	if (_i == 3)
		ck_assert_str_eq(rig.out, checks[_i].line);
	else
		ck_assert_int_eq(
			strncmp(rig.out, checks[_i].line, strcspn(checks[_i].line, "|")), 0);
	ck_assert_ptr_null(strstr(rig.out, "not this"));
}
END_TEST

START_TEST(check_without_daemon)
{
	rig_start(&rig, NULL, 0);
	ck_assert_int_eq(rig_run(&rig, NULL, "status --check"), 2);
	ck_assert_str_eq(rig.out, "WARIFU CRITICAL - the daemon does not answer\n");
}
END_TEST

START_TEST(check_without_permission)
{
	START({.act = "status", .status = WF_DENIED});
	ck_assert_int_eq(rig_run(&rig, NULL, "status --check"), 3);
	ck_assert_str_eq(rig.out, "WARIFU UNKNOWN - This is not permitted for you.\n");
}
END_TEST

START_TEST(metrics_end_with_the_mark)
{
	START({.act = "metrics",
		.columns = {"line"},
		.rows = {{"# TYPE warifu_accepted counter"}, {"warifu_accepted_total 3"}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "status --metrics"), CTL_OK);
	ck_assert_str_eq(
		rig.out, "# TYPE warifu_accepted counter\nwarifu_accepted_total 3\n# EOF\n");
}
END_TEST

/* ---- backup, restore ---- */

START_TEST(backup_is_copied_to_a_new_file)
{
	static struct rig_act act = {.act = "backup.make", .columns = {"path", "bytes:number"}};
	static char path[PATH_MAX + 256];
	char line[1024];
	struct stat st;

	rig_start(&rig, &act, 1);
	snprintf(path, sizeof(path), "%s", rig_path(&rig, "made.backup"));
	act.rows[0][0] = path;
	act.rows[0][1] = "6";
	rig_write(&rig, "made.backup", "sealed");
	snprintf(line, sizeof(line), "backup %.200s/copy", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "copy"), "sealed");
	ck_assert_int_eq(stat(rig_path(&rig, "copy"), &st), 0);
	ck_assert_int_eq((int)(st.st_mode & 07777), 0600);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_NO);
	ck_assert_ptr_nonnull(
		strstr(rig.err, "is there already and was left as it is; name a new file"));
}
END_TEST

START_TEST(restore_wants_the_daemon_stopped)
{
	char line[1024];

	START({.act = "status"});
	rig_write(&rig, "backup", "x");
	snprintf(line, sizeof(line), "restore %.200s/backup --daemon /bin/true", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "the daemon is running; stop it first"));
}
END_TEST

START_TEST(restore_runs_the_daemon_program)
{
	char line[1024];

	rig_start(&rig, NULL, 0);
	rig_write(&rig, "backup", "x");
	rig_write(&rig, "daemon", "#!/bin/sh\necho \"$@\" >\"$(dirname \"$0\")/args\"\nexit 0\n");
	ck_assert_int_eq(chmod(rig_path(&rig, "daemon"), 0700), 0);
	snprintf(line, sizeof(line),
		"restore %.200s/backup --config /etc/w.conf --daemon %.200s/daemon", rig.dir,
		rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	snprintf(line, sizeof(line), "--restore %.200s/backup --config /etc/w.conf\n", rig.dir);
	ck_assert_str_eq(rig_read(&rig, "args"), line);
	snprintf(line, sizeof(line), "restore %.200s/backup --daemon /bin/false", rig.dir);
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_NO);
	ck_assert_int_eq(rig_run(&rig, NULL, "restore /nonexistent/file"), CTL_NO);
}
END_TEST

/* ---- the whole program ---- */

/* Runs the real binary, which waits for its answer, and looks at what everybody can see of it. */
START_TEST(secrets_are_not_in_the_arguments_or_environment)
{
	static const char secret[] = "correct horse battery";
	const char *build = getenv("top_builddir");
	char program[PATH_MAX];
	char path[64];
	char seen[65536];
	int in[2];
	int fd;
	ssize_t n;
	pid_t pid;

	START({.act = "user.passwd"});
	snprintf(program, sizeof(program), "%s/warifu", build != NULL ? build : ".");
	ck_assert_int_eq(pipe(in), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		close(in[1]);
		/*
		 * Waits for the second line, which the parent does not send: the first secret is
		 * read.
		 */
		execl(program, "warifu", "token", "resync", "alice", "3", "--stdin", "--socket",
			rig.socket, NULL);
		_exit(99);
	}
	close(in[0]);
	ck_assert_int_eq(write(in[1], secret, sizeof(secret) - 1), (ssize_t)sizeof(secret) - 1);
	ck_assert_int_eq(write(in[1], "\n", 1), 1);
	usleep(200000);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid,
			i == 0 ? "cmdline" : "environ");
		fd = open(path, O_RDONLY);
		ck_assert_int_ge(fd, 0);
		n = read(fd, seen, sizeof(seen));
		close(fd);
		ck_assert_int_gt(n, 0);
		ck_assert_ptr_null(memmem(seen, (size_t)n, "horse", 5));
		if (i == 0)
			ck_assert_ptr_nonnull(memmem(seen, (size_t)n, "resync", 6));
	}
	close(in[1]);
	ck_assert_int_eq(waitpid(pid, &fd, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(fd), CTL_NO);
}
END_TEST

START_TEST(version_and_help_need_no_daemon)
{
	rig_start(&rig, NULL, 0);
	ck_assert_int_eq(rig_run(&rig, NULL, "--version"), CTL_OK);
	ck_assert_str_eq(rig.out, "warifu " PACKAGE_VERSION "\n");
	ck_assert_int_eq(rig_run(&rig, NULL, "help user"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "user exempt USER --reason TEXT --until TIME"));
	ck_assert_ptr_null(strstr(rig.out, "token add"));
	ck_assert_int_eq(rig_run(&rig, NULL, "completion bash"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "complete -F _warifu warifu\n"));
}
END_TEST

static void
add_daemon_cases(Suite *suite)
{
	TCase *tc = tcase_create("daemon");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, status_becomes_exit_code_and_sentence, 0,
		sizeof(statuses) / sizeof(statuses[0]));
	tcase_add_test(tc, no_daemon_is_away);
	tcase_add_test(tc, daemon_that_hangs_up_is_away);
	tcase_add_test(tc, nonsense_is_no_answer);
	tcase_add_test(tc, row_without_head_is_nonsense);
	tcase_add_test(tc, unknown_act_is_told);
	tcase_add_test(tc, secrets_are_not_in_the_arguments_or_environment);
	tcase_add_test(tc, version_and_help_need_no_daemon);
	suite_add_tcase(suite, tc);
}

static void
add_account_cases(Suite *suite)
{
	TCase *tc = tcase_create("accounts");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, user_add_takes_the_password_from_stdin);
	tcase_add_test(tc, service_account_has_no_password);
	tcase_add_test(tc, missing_secret_asks_nothing);
	tcase_add_test(tc, too_long_secret_is_refused_not_cut);
	tcase_add_test(tc, bad_time_is_told);
	tcase_add_test(tc, empty_list_says_so);
	tcase_add_test(tc, show_is_a_list_of_properties);
	tcase_add_test(tc, empty_list_says_what_to_do);
	tcase_add_test(tc, json_of_a_plain_act);
	tcase_add_test(tc, token_is_shown_and_confirmed);
	tcase_add_test(tc, wrong_first_code_says_what_to_do);
	tcase_add_test(tc, picture_has_its_quiet_zone);
	tcase_add_test(tc, recovery_codes_are_numbered);
	tcase_add_test(tc, resync_takes_two_codes);
	tcase_add_test(tc, owner_proves_himself);
	tcase_add_test(tc, owner_is_asked_back);
	tcase_add_test(tc, owner_proves_himself_once);
	tcase_add_loop_test(
		tc, without_proof_nothing_changes, 0, sizeof(proofs) / sizeof(proofs[0]));
	suite_add_tcase(suite, tc);
}

static void
add_view_cases(Suite *suite)
{
	TCase *tc = tcase_create("views");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, log_shows_the_newest_in_order_of_time);
	tcase_add_test(tc, log_walks_pages);
	tcase_add_test(tc, log_goes_on_after_a_full_page);
	tcase_add_test(tc, log_follows_until_stopped);
	tcase_add_test(tc, empty_log_says_so);
	tcase_add_test(tc, broken_chain_is_a_no);
	tcase_add_loop_test(
		tc, check_has_the_codes_of_nagios, 0, sizeof(checks) / sizeof(checks[0]));
	tcase_add_test(tc, check_without_daemon);
	tcase_add_test(tc, check_without_permission);
	tcase_add_test(tc, metrics_end_with_the_mark);
	tcase_add_test(tc, backup_is_copied_to_a_new_file);
	tcase_add_test(tc, restore_wants_the_daemon_stopped);
	tcase_add_test(tc, restore_runs_the_daemon_program);
	suite_add_tcase(suite, tc);
}

static Suite *
commands_suite(void)
{
	Suite *suite = suite_create("commands");

	add_daemon_cases(suite);
	add_account_cases(suite);
	add_view_cases(suite);
	return suite;
}

UNIT_MAIN(commands_suite)
