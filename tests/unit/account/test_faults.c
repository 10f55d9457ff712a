/*
 * Acts while calls fail: the Nth fallible call of each act fails, for every N, once and from there
 * on. An act that says that it failed has changed nothing and written no row; one that says that it
 * succeeded has done both.  (The store's threads count too, so the Nth call is not always the same
 * one; what must hold does not depend on it.)
 */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS_MAX 400

static const struct scenario {
	const char *act;
	const char *args[3];
	/* start of the sentence of a failure behind a commit; NULL = there is none */
	const char *partly;
	bool many;	    /* several commits: what is done stays done */
	bool view;	    /* changes nothing anyway */
} scenarios[] = {
	{"user.add", {"user=carol", "display=Carol", "!password=correct horse battery"}, NULL,
		false, false},
	{"user.passwd", {"user=alice", "!password=quite another sentence", NULL}, NULL, false,
		false},
	{"user.set", {"user=alice", "display=Alice", "groups=vpn"}, NULL, false, false},
	{"user.disable", {"user=alice", "reason=left", NULL}, NULL, false, false},
	{"user.exempt", {"user=backup", "reason=moves", "until=1780000000000000"}, NULL, false,
		false},
	{"user.remove", {"user=alice", "reason=left", NULL}, NULL, false, false},
	{"token.add", {"user=alice", "type=totp", NULL}, "The token was added, but cannot be shown",
		false, false},
	{"token.add", {"user=alice", "type=recovery", NULL}, NULL, false, false},
	{"token.remove", {"user=alice", "id=2", "reason=lost"}, NULL, false, false},
	{"unlock", {"user=alice", "reason=called", NULL}, NULL, false, false},
	{"backup.make", {"name=one", NULL, NULL}, "No backup was made", false, false},
	{"key.rotate", {NULL, NULL, NULL}, NULL, true, false},
	{"user.import",
		{"user=imp", "uid=77",
			"!hash=$5$rounds=1000$saltsalt$"
			"fEOuqCnbXlEDTZQZzTeA6xVhBFF2nPbUmXM1GPpuOc."},
		NULL, false, false},
	{"user.list", {NULL, NULL, NULL}, NULL, false, true},
	{"user.show", {"user=alice", NULL, NULL}, NULL, false, true},
	{"token.list", {"user=alice", NULL, NULL}, NULL, false, true},
	{"session.list", {NULL, NULL, NULL}, NULL, false, true},
	{"log", {NULL, NULL, NULL}, NULL, false, true},
	{"log.verify", {NULL, NULL, NULL}, NULL, false, true},
	{"log.claims", {NULL, NULL, NULL}, NULL, false, true},
	{"log.match", {"rows=1,2", NULL, NULL}, NULL, false, true},
	{"status", {NULL, NULL, NULL}, NULL, false, true},
	{"doctor", {NULL, NULL, NULL}, NULL, false, true},
	{"why", {"user=bob", NULL, NULL}, NULL, false, true},
	{"review.list", {NULL, NULL, NULL}, NULL, false, true},
	{"review.findings", {"month=2026-03", NULL, NULL}, NULL, false, true},
	{"review.accounts", {"month=2026-03", NULL, NULL}, NULL, false, true},
};

/* All that people can see of accounts, tokens and backups. */
static void
describe(char *text_r, size_t size)
{
	char folder[160];
	size_t len = 0;
	DIR *dir;

	text_r[0] = '\0';
	rig_ok("user.list");
	for (size_t row = 0; row < rig.nrows; row++)
		for (size_t i = 0; i < rig.ncolumns; i++)
			len += (size_t)snprintf(text_r + len, size - len, "%s,", rig.cells[row][i]);
	if (rig_act("token.list", "user=alice", NULL) == WF_OK)
		for (size_t row = 0; row < rig.nrows; row++)
			for (size_t i = 0; i < rig.ncolumns; i++)
				len += (size_t)snprintf(
					text_r + len, size - len, "%s,", rig.cells[row][i]);
	(void)snprintf(folder, sizeof(folder), "%s/backups", rig.dir);
	dir = opendir(folder);
	for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			len += (size_t)snprintf(text_r + len, size - len, "%s,", entry->d_name);
	if (dir != NULL)
		closedir(dir);
}

static void
begin(void)
{
	rig_setup();
	rig_user("alice");
	rig_ok("token.add", "user=alice", "type=hotp");
	rig_ok("user.add", "user=bob");
	rig_fail("bob", 1, false, "192.0.2.7");
}

/* The outcome of one round against what was before it. */
static void
judge(const struct scenario *scenario, wf_status status, const char *text, const char *before,
	uint64_t rows)
{
	static char after[8192];
	uint64_t more = rig_rows() - rows;

	describe(after, sizeof(after));
	if (status == WF_OK) {
		ck_assert(more >= 1 || scenario->view);
		return;
	}
	ck_assert_str_ne(text, "");
	if (scenario->many || (scenario->partly != NULL && strncmp(text, scenario->partly,
								   strlen(scenario->partly)) == 0))
		return;
	ck_assert_msg(more == 0, "%s: %s, but there is a row: %s", scenario->act,
		wf_status_name(status), text);
	ck_assert_msg(strcmp(before, after) == 0, "%s: %s, but changed: %s", scenario->act,
		wf_status_name(status), text);
}

static uint64_t
run_round(const struct scenario *scenario, uint64_t nth, bool from_then_on)
{
	static char before[8192], text[1025];
	uint64_t rows, calls;
	wf_status status;

	begin();
	describe(before, sizeof(before));
	rows = rig_rows();
	rig.fault_nth = nth;
	rig.fault_on = from_then_on;
	status = rig_act(
		scenario->act, scenario->args[0], scenario->args[1], scenario->args[2], NULL);
	calls = rig.fault_calls;
	rig.fault_nth = 0;
	rig.fault_on = false;
	(void)snprintf(text, sizeof(text), "%s", rig.text);
	if (nth == 0)
		ck_assert_msg(status == WF_OK, "%s: %s", scenario->act, text);
	judge(scenario, status, text, before, rows);
	/* And it works as soon as nothing fails any more; what was half done is finished. */
	if (status != WF_OK && scenario->many) {
		ck_assert_int_eq(rig_act(scenario->act, NULL), WF_OK);
		rig_ok("doctor");
		for (size_t i = 0; i < rig.nrows; i++)
			if (strcmp(rig_cell(i, "name"), "keys") == 0)
				ck_assert_str_eq(rig_cell(i, "level"), "ok");
	}
	rig_teardown();
	return calls;
}

START_TEST(failures_change_nothing)
{
	const struct scenario *scenario = &scenarios[_i];
	uint64_t calls = run_round(scenario, 0, false);

	ck_assert_uint_gt(calls, 0);
	ck_assert_uint_lt(calls, ROUNDS_MAX);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		(void)run_round(scenario, nth, false);
		(void)run_round(scenario, nth, true);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/faults");
	TCase *tcase = tcase_create("faults");

	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, failures_change_nothing, 0, (int)COUNT_OF(scenarios));
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
