/*
 * What is seen of the log: tables that fit a terminal, and exports, byte by byte. What others read
 * in them is shown by tests/system/test_log.py.
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/audit/checkpoint.h"
#include "authd/audit/export.h"
#include "ctl/csv.h"
#include "ctl/whole.h"
#include "tests/unit/audit/rows.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

#define START(...)                                                                                 \
	do {                                                                                       \
		static const struct rig_act acts[] = {__VA_ARGS__};                                \
		rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));                             \
	} while (0)

/* ---- lists ---- */

#define LIST                                                                                       \
	.act = "log",                                                                              \
	.columns = {"seq:number", "time:time", "result", "event", "user", "source", "reason",      \
		"service", "factors", "class", "count:number"},                                    \
	.rows = {{"9", "1767225609000000", "unavailable", "session.open", "a-user-of-a-long-name", \
		"2001:db8:1234:5678:9abc:def0:1234:5678", "service-account-no-key", "sshd",        \
		"password+totp", "auth", "1"}}

static size_t
longest_line(const char *text)
{
	size_t longest = 0;

	while (*text != '\0') {
		char line[512];
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (table_width(line) > longest)
			longest = table_width(line);
		text += len + (text[len] == '\n');
	}
	return longest;
}

static const size_t widths[] = {40, 72, 80, 100, 132};

START_TEST(a_list_fits_the_terminal)
{
	START({LIST});
	rig.ctl.width = widths[_i];
	ck_assert_int_eq(rig_run(&rig, NULL, "log"), CTL_OK);
	if (widths[_i] >= 72)
		ck_assert_uint_le(longest_line(rig.out), widths[_i]);
	ck_assert_ptr_nonnull(strstr(rig.out, "2026-01-01 09:00:09  ")); /* times stay whole */
	ck_assert_ptr_nonnull(strstr(rig.out, "~"));
	ck_assert_ptr_nonnull(strstr(rig.out, "Reason"));
}
END_TEST

START_TEST(wide_is_all_of_it)
{
	START({LIST});
	rig.ctl.width = 80;
	ck_assert_int_eq(rig_run(&rig, NULL, "log --wide"), CTL_OK);
	ck_assert_ptr_null(strstr(rig.out, "~"));
	ck_assert_ptr_nonnull(strstr(rig.out, "Count"));
	rig.ctl.width = 0; /* no terminal */
	ck_assert_int_eq(rig_run(&rig, NULL, "log"), CTL_OK);
	ck_assert_ptr_null(strstr(rig.out, "~"));
	ck_assert_ptr_nonnull(strstr(rig.out, "Count"));
}
END_TEST

START_TEST(columns_are_chosen)
{
	START({LIST});
	ck_assert_int_eq(rig_run(&rig, NULL, "log --columns user,seq,nothing"), CTL_OK);
	ck_assert_str_eq(rig.out, "User                   Row\na-user-of-a-long-name    9\n");
}
END_TEST

/* ---- checkpoints that were kept ---- */

static char kept_line[2][AUDIT_CHECKPOINT_SIZE + 2], pem[SIGNING_PEM_SIZE];
static char restored[AUDIT_EXPORT_MAX];

/* What the daemon signs of row 7, of this node. */
static void
sign(const char *node, char line_r[AUDIT_CHECKPOINT_SIZE + 2])
{
	struct audit_checkpoint c = {
		.store = "0123456789abcdef", .generation = 1, .number = 1, .seq = 7,
		.time_us = 1767225609000000, .reason = CHECKPOINT_HOUR};
	struct keyring *keys = NULL;
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	char why[256];

	snprintf(c.node, sizeof(c.node), "%s", node);
	memset(c.chain, 0x11, sizeof(c.chain));
	if (access(rig_path(&rig, "key"), F_OK) != 0)
		ck_assert_int_eq(keyring_create(rig_path(&rig, "key")), WF_OK);
	ck_assert_int_eq(keyring_load(rig_path(&rig, "key"), &keys, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(
		signing_key_derive(keys, keyring_current(keys), "checkpoint", &key), WF_OK);
	ck_assert_int_eq(audit_checkpoint_sign(&c, &key), WF_OK);
	audit_checkpoint_write(&c, line_r);
	snprintf(line_r + strlen(line_r), 2, "\n");
	signing_public_write(&key.public, pem);
	signing_key_clear(&key);
	keyring_free(&keys);
}

/* The row of a restore behind row 5. */
static void
restore_line(void)
{
	static const uint8_t chain[32] = {1};
	struct audit_row row;
	struct wf_buf line;

	audit_row_init(&row, AUDIT_SYSTEM, "restore");
	AUDIT_TEXT(row.source, "local:warifud");
	AUDIT_TEXT(row.detail, "generation 2, after row 5");
	row.time_us = row.first_us = row.last_us = 1767229200000000;
	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	ck_assert_int_eq(audit_export_row(&row, 6, chain, &line), WF_OK);
	snprintf(restored, sizeof(restored), "%.*s", (int)line.len, (const char *)line.data);
	wf_buf_clear(&line);
}

#define ONES "1111111111111111"
#define ROW_7(hash)                                                                        \
	{.act = "log.verify", .columns = {"ok:bool", "node", "store", "generation:number"},  \
		.rows = {{"1", "web1", "0123456789abcdef", "2"}}},                           \
		{.act = "log.key", .columns = {"fingerprint", "pem"}, .rows = {{"x", pem}}}, \
		{.act = "log.claims", .columns = {"seq:number", "line"}},                    \
	{                                                                                    \
		.act = "log.match", .columns = {"seq:number", "chain"}, .rows = {{"7", hash}} \
	}
#define START_KEPT(...)                                                \
	do {                                                           \
		static const struct rig_act acts[] = {__VA_ARGS__};    \
		rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0])); \
		sign("web2", kept_line[0]);                            \
		sign("web1", kept_line[1]);                            \
	} while (0)

/* Checkpoints of a file against what the daemon says; the exit code. */
static int
verify_kept(const char *text)
{
	char words[PATH_MAX + 300];

	rig_write(&rig, "kept", text);
	snprintf(words, sizeof(words), "log verify --checkpoints %s", rig_path(&rig, "kept"));
	return rig_run(&rig, NULL, words);
}

START_TEST(kept_checkpoints_fit_their_rows)
{
	START_KEPT(ROW_7(ONES ONES ONES ONES));
	ck_assert_int_eq(verify_kept(kept_line[1]), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "Checkpoints that fit: 1; "));
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), "log.match rows=7\n"));
}
END_TEST

START_TEST(a_rewritten_row_does_not_fit)
{
	START_KEPT(ROW_7(ONES ONES ONES "2222222222222222"));
	ck_assert_int_eq(verify_kept(kept_line[1]), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "was rewritten"));
}
END_TEST

START_TEST(checkpoints_of_other_hosts_prove_nothing)
{
	START_KEPT(ROW_7(ONES ONES ONES ONES));
	ck_assert_int_eq(verify_kept(kept_line[0]), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "None of the checkpoints is of this log"));
}
END_TEST

START_TEST(a_file_without_checkpoints_proves_nothing)
{
	START_KEPT(ROW_7(ONES ONES ONES ONES));
	ck_assert_int_eq(verify_kept("Jan  1 00:00:00 host cron[1]: nothing\n"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "holds not one"));
}
END_TEST

/* It is no fault, but is said, with what the checkpoints say of what was lost. */
START_TEST(a_restore_is_said)
{
	static const struct rig_act claims = {.act = "log.claims",
		.columns = {"seq:number", "line"}, .rows = {{"6", restored}}};
	struct rig_act acts[] = {ROW_7(ONES ONES ONES ONES), ROW_7(ONES ONES ONES ONES)};

	restore_line();
	acts[2] = acts[6] = claims;
	acts[5] = acts[6]; /* without checkpoints no keys are asked for */
	rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));
	sign("web1", kept_line[1]);
	ck_assert_int_eq(verify_kept(kept_line[1]), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "made void by a restore: 1; "));
	ck_assert_ptr_nonnull(strstr(rig.out, "2026-01-01 10:00:00  Row 6: the store was restored "
					      "from a backup that ended with row 5."));
	ck_assert_ptr_nonnull(strstr(rig.out, "rows up to 7 at least"));
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "What was written between the two is gone."));
}
END_TEST

/* Nothing to hold them against: that must not pass for a proof. */
START_TEST(an_export_with_no_checkpoints_in_the_file)
{
	char words[2 * PATH_MAX + 300], key[PATH_MAX], kept[PATH_MAX];

	START_KEPT(ROW_7(ONES ONES ONES ONES));
	rig_write(&rig, "key.pem", pem);
	rig_write(&rig, "kept", "");
	rig_write(&rig, "rows", "");
	snprintf(key, sizeof(key), "%s", rig_path(&rig, "key.pem"));
	snprintf(kept, sizeof(kept), "%s", rig_path(&rig, "kept"));
	snprintf(words, sizeof(words),
		"log verify --export %s --public-key %s --checkpoints %s", rig_path(&rig, "rows"),
		key, kept);
	ck_assert_int_eq(rig_run(&rig, NULL, words), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "nothing is proved"));
	restore_line();
	rig_write(&rig, "rows", restored);
	ck_assert_int_eq(rig_run(&rig, NULL, words), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.out, "holds not one"));
}
END_TEST

/* The log itself and a backup are checked with the daemon's keys: nobody may believe otherwise. */
START_TEST(what_to_trust_is_named_for_exports_alone)
{
	START({.act = "log.verify", .columns = {"ok:bool"}, .rows = {{"1"}}},
		{.act = "log.claims", .columns = {"seq:number", "line"}});
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify --public-key log.pem"), CTL_USAGE);
	ck_assert_ptr_nonnull(strstr(rig.err, "are for --export"));
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify --backup b --whole"), CTL_USAGE);
	ck_assert_int_eq(rig_run(&rig, NULL, "log verify"), CTL_OK);
}
END_TEST

/* A row of nothing but a number is no row, and no end. */
START_TEST(a_list_goes_on_behind_a_place)
{
	START({.act = "log", .columns = {"seq:number", "time:time", "user"},
		      .rows = {{"5", "1", "alice"}, {"20000", "", ""}}},
		{.act = "log", .columns = {"seq:number", "time:time", "user"},
			.rows = {{"30000", "", ""}}},
		{.act = "log", .columns = {"seq:number", "time:time", "user"},
			.rows = {{"30005", "2", "bob"}}});
	ck_assert_int_eq(
		rig_run(&rig, NULL, "log --since 2h --rule lock --columns seq,user"), CTL_OK);
	ck_assert_str_eq(rig.out, "Row  User\n  5  alice\n30005  bob\n");
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), " after=20000 order=oldest limit=500\n"));
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), " after=30000 order=oldest limit=500\n"));
}
END_TEST

/* ---- exports ---- */

static char lines[2][AUDIT_EXPORT_MAX];

static void
make_line(size_t i, const char *user)
{
	static const uint8_t chain[32] = {1};
	struct audit_row row;
	struct wf_buf line;

	full_row(&row);
	AUDIT_TEXT(row.user, user);
	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	ck_assert_int_eq(audit_export_row(&row, i + 1, chain, &line), WF_OK);
	snprintf(lines[i], sizeof(lines[i]), "%.*s", (int)line.len, (const char *)line.data);
	wf_buf_clear(&line);
}

/* Two rows in two pages. */
static void
start_export(void)
{
	static const struct rig_act acts[] = {
		{.act = "log.export", .columns = {"seq:number", "line"},
			.rows = {{"1", lines[0]}, {"1", ""}}},
		{.act = "log.export", .columns = {"seq:number", "line"}, .rows = {{"2", lines[1]}}},
	};

	make_line(0, "花子");
	make_line(1, "=cmd|'/c calc'!A1\",x");
	rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));
}

/* The daemon goes on with an export of the same rows alone; "2h" is another time with each page. */
START_TEST(all_pages_ask_for_the_same)
{
	char first[512], *second;

	start_export();
	ck_assert_int_eq(rig_run(&rig, NULL, "log export --since 2h --user a"), CTL_OK);
	snprintf(first, sizeof(first), "%s", rig_asked(&rig));
	second = strchr(first, '\n');
	ck_assert_ptr_nonnull(second);
	*second++ = '\0';
	ck_assert_ptr_nonnull(strstr(first, "since="));
	ck_assert_int_eq(strncmp(second, first, strlen(first)), 0);
	ck_assert_str_eq(second + strlen(first), " after=1\n");
}
END_TEST

START_TEST(lines_are_as_they_came)
{
	char both[2 * AUDIT_EXPORT_MAX + 8];

	start_export();
	ck_assert_int_eq(rig_run(&rig, NULL, "log export --user a"), CTL_OK);
	snprintf(both, sizeof(both), "%s\n%s\n", lines[0], lines[1]);
	ck_assert_str_eq(rig.out, both);
	ck_assert_str_eq(rig_asked(&rig), "log.export user=a\nlog.export user=a after=1\n");
}
END_TEST

#define REST                                                                                       \
	"\"192.0.2.7\",\"failure\",\"login\",\"sshd\",\"host1\",\"ssh\",\"authenticate\","         \
	"\"wrong-password\",\"password+totp\",\"knowledge+possession\","                           \
	"\"lock.threshold SCS-4-1-4-1\",2,2026-03-01 08:58:20,2026-03-01 09:00:00,\"root\","       \
	"\"T-1\",\"officer\",\"try 3\",\"00112233445566778899aabbccddeeff\",\"auth\",\"node1\","

START_TEST(a_table_is_as_the_rfc_says)
{
	static const char wanted[] =
		"\xef\xbb\xbf\"Date and time\",\"User ID\",\"Source IP address\","
		"\"Success or failure\",\"Event\",\"Event source (service)\",\"Destination host\","
		"\"Machine (NAS or terminal)\",\"Action\",\"Reason\",\"Factors\","
		"\"Kinds of factors\",\"Rule that decided\",\"Count\",\"First time\",\"Last time\","
		"\"Operator\",\"Ticket\",\"Approved by\",\"Details\",\"Transaction\",\"Class\","
		"\"Node\",\"Row\",\"Date and time (RFC 3339)\",\"Hash of the chain\"\r\n"
		"2026-03-01 09:00:00,\"花子\"," REST "1,2026-03-01T09:00:00.123456+09:00,"
		"\"0100000000000000000000000000000000000000000000000000000000000000\"\r\n"
		"2026-03-01 09:00:00,\"'=cmd|'/c calc'!A1\"\",x\"," REST
		"2,2026-03-01T09:00:00.123456+09:00,"
		"\"0100000000000000000000000000000000000000000000000000000000000000\"\r\n";

	start_export();
	ck_assert_int_eq(rig_run(&rig, NULL, "log export --format csv --bom"), CTL_OK);
	ck_assert_str_eq(rig.out, wanted);
}
END_TEST

START_TEST(a_line_that_is_none_ends_it)
{
	START({.act = "log.export", .columns = {"seq:number", "line"},
		.rows = {{"1", "{\"seq\":1}"}}});
	ck_assert_int_eq(rig_run(&rig, NULL, "log export --format csv"), CTL_AWAY);
	ck_assert_ptr_nonnull(strstr(rig.err, "the daemon's answer makes no sense"));
}
END_TEST

/* ---- where they go ---- */

START_TEST(a_file_is_whole_and_its_owners_alone)
{
	struct stat st;
	char line[PATH_MAX + 64];

	start_export();
	(void)umask(0);
	snprintf(line, sizeof(line), "log export --output %s", rig_path(&rig, "x.jsonl"));
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	snprintf(line, sizeof(line), "2 rows in %s.\n", rig_path(&rig, "x.jsonl"));
	ck_assert_str_eq(rig.out, line);
	ck_assert_int_eq(stat(rig_path(&rig, "x.jsonl"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq((size_t)st.st_size, strlen(lines[0]) + strlen(lines[1]) + 2);
}
END_TEST

START_TEST(what_is_there_stays)
{
	char line[PATH_MAX + 64];

	start_export();
	rig_write(&rig, "x.jsonl", "mine");
	snprintf(line, sizeof(line), "log export --output %s", rig_path(&rig, "x.jsonl"));
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "File exists"));
	ck_assert_str_eq(rig_read(&rig, "x.jsonl"), "mine");
	ck_assert_str_eq(rig_asked(&rig), ""); /* nobody was asked, so no row says so */
}
END_TEST

/* Also what came while it was being written. */
START_TEST(what_came_meanwhile_stays)
{
	struct whole whole;
	char path[PATH_MAX];

	START({.act = "log.export"});
	snprintf(path, sizeof(path), "%s", rig_path(&rig, "x.jsonl"));
	ck_assert_int_eq(whole_open(&whole, path), WF_OK);
	fputs("ours", whole.file);
	rig_write(&rig, "x.jsonl", "mine");
	ck_assert_int_eq(whole_keep(&whole), WF_IO);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_str_eq(rig_read(&rig, "x.jsonl"), "mine");
	ck_assert_int_ne(access(whole.fresh, F_OK), 0);
}
END_TEST

/* rmdir() of the folder in rig_stop() would find what is left beside it. */
START_TEST(half_an_export_leaves_nothing)
{
	char line[PATH_MAX + 64];

	make_line(0, "alice");
	START({.act = "log.export", .columns = {"seq:number", "line"},
		      .rows = {{"1", lines[0]}, {"1", ""}}},
		{.act = "log.export", .columns = {"seq:number", "line"}, .close_early = true});
	snprintf(line, sizeof(line), "log export --output %s", rig_path(&rig, "x.jsonl"));
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_AWAY);
	ck_assert_int_ne(access(rig_path(&rig, "x.jsonl"), F_OK), 0);
	unlink(rig.socket);
	ck_assert_int_eq(rmdir(rig.dir), 0);
	ck_assert_int_eq(mkdir(rig.dir, 0700), 0);
}
END_TEST

static const struct {
	const char *words, *error;
} wrong[] = {
	{"log export --bom", "--bom and --encoding are for --format csv"},
	{"log export --encoding cp932", "--bom and --encoding are for --format csv"},
	{"log export --format csv --bom --encoding cp932", "--bom is for UTF-8"},
	{"log export --format xml", "--format must be one of jsonl, csv"},
	{"log show", "ROW"},
};

START_TEST(what_makes_no_sense_is_refused)
{
	START({.act = "log.export"});
	ck_assert_int_eq(rig_run(&rig, NULL, wrong[_i].words), CTL_USAGE);
	ck_assert_msg(strstr(rig.err, wrong[_i].error) != NULL, "%s", rig.err);
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

/* ---- cells ---- */

static const struct {
	const char *text;
	const char *utf8;
	const char *cp932;
	unsigned replaced;
} cells[] = {
	{"", "\"\"", "\"\"", 0},
	{"alice", "\"alice\"", "\"alice\"", 0},
	{"a\"b,c", "\"a\"\"b,c\"", "\"a\"\"b,c\"", 0},
	{"=1+1", "\"'=1+1\"", "\"'=1+1\"", 0},
	{"+1", "\"'+1\"", "\"'+1\"", 0},
	{"-1", "\"'-1\"", "\"'-1\"", 0},
	{"@A1", "\"'@A1\"", "\"'@A1\"", 0},
	{"\t=1", "\"'\t=1\"", "\"'\t=1\"", 0},
	{"\r=1", "\"'\r=1\"", "\"'\r=1\"", 0},
	{"＝1", "\"'＝1\"", "\"'\x81\x81" "1\"", 0},
	{"−1", "\"'−1\"", "\"'\x81\xac" "1\"", 1}, /* the minus sign of mathematics */
	{"'=1", "\"'=1\"", "\"'=1\"", 0},
	{"1-1", "\"1-1\"", "\"1-1\"", 0},
	{"花子", "\"花子\"", "\"\x89\xd4\x8e\x71\"", 0},
	{"ソ表", "\"ソ表\"", "\"\x83\x5c\x95\x5c\"", 0}, /* whose second byte is a backslash */
	{"①髙", "\"①髙\"", "\"\x87\x40\xfb\xfc\"", 0},
	{"😀x\xc2\xa5", "\"😀x\xc2\xa5\"", "\"\x81\xac" "x\x81\xac\"", 2}, /* a yen is no backslash */
	{"\xff" "a", "\"\xff" "a\"", "\"?a\"", 0},
};

START_TEST(a_cell_stays_a_text)
{
	for (int cp932 = 0; cp932 < 2; cp932++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		struct csv csv;

		ck_assert_int_eq(csv_open(&csv, out, cp932 != 0, false), WF_OK);
		csv_text(&csv, cells[_i].text);
		csv_close(&csv);
		fclose(out);
		ck_assert_str_eq(text, cp932 ? cells[_i].cp932 : cells[_i].utf8);
		ck_assert_uint_eq(csv.replaced, cp932 ? cells[_i].replaced : 0);
		free(text);
	}
}
END_TEST

static Suite *
log_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *shown = tcase_create("shown"), *bytes = tcase_create("bytes");

	tcase_add_checked_fixture(shown, set_up, tear_down);
	tcase_set_timeout(shown, 60);
	tcase_add_loop_test(
		shown, a_list_fits_the_terminal, 0, (int)(sizeof(widths) / sizeof(widths[0])));
	tcase_add_test(shown, wide_is_all_of_it);
	tcase_add_test(shown, columns_are_chosen);
	tcase_add_test(shown, kept_checkpoints_fit_their_rows);
	tcase_add_test(shown, a_rewritten_row_does_not_fit);
	tcase_add_test(shown, checkpoints_of_other_hosts_prove_nothing);
	tcase_add_test(shown, a_file_without_checkpoints_proves_nothing);
	tcase_add_test(shown, a_restore_is_said);
	tcase_add_test(shown, an_export_with_no_checkpoints_in_the_file);
	tcase_add_test(shown, what_to_trust_is_named_for_exports_alone);
	tcase_add_test(shown, a_list_goes_on_behind_a_place);
	tcase_add_test(shown, all_pages_ask_for_the_same);
	tcase_add_test(shown, lines_are_as_they_came);
	tcase_add_test(shown, a_table_is_as_the_rfc_says);
	tcase_add_test(shown, a_line_that_is_none_ends_it);
	tcase_add_test(shown, a_file_is_whole_and_its_owners_alone);
	tcase_add_test(shown, what_is_there_stays);
	tcase_add_test(shown, what_came_meanwhile_stays);
	tcase_add_test(shown, half_an_export_leaves_nothing);
	tcase_add_loop_test(
		shown, what_makes_no_sense_is_refused, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_loop_test(
		bytes, a_cell_stays_a_text, 0, (int)(sizeof(cells) / sizeof(cells[0])));
	suite_add_tcase(suite, shown);
	suite_add_tcase(suite, bytes);
	return suite;
}

UNIT_MAIN(log_suite)
