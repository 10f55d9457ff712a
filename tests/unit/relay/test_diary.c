/* A host's own log: lines that are whole, durable, bounded, and the newest ones. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/relay/diary.h"
#include "tests/unit/unit.h"

static char folder[64], path[96], older[100], why[256];
static struct diary *diary;

static void
open_it(void)
{
	ck_assert_int_eq(diary_open(path, &diary, why, sizeof(why)), WF_OK);
}

static void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/warifu-diary-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/relay.log", folder);
	(void)snprintf(older, sizeof(older), "%s.1", path);
	open_it();
}

static void
teardown(void)
{
	diary_close(&diary);
	ck_assert_ptr_null(diary);
	diary_close(&diary);
	(void)unlink(older);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

static wf_status
put(const char *user, const char *detail)
{
	struct audit_row row;

	audit_row_init(&row, AUDIT_AUTH, "login");
	row.result = AUDIT_UNAVAILABLE;
	row.time_us = row.first_us = row.last_us = INT64_C(1772000000000000);
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.detail, detail);
	return diary_put(diary, &row);
}

static size_t
size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? (size_t)st.st_size : 0;
}

/* All of a file; the caller frees. */
static char *
read_all(const char *name)
{
	size_t size = size_of(name);
	char *text = calloc(1, size + 1);
	FILE *file = fopen(name, "r");

	ck_assert(text != NULL && file != NULL);
	ck_assert_uint_eq(fread(text, 1, size, file), size);
	fclose(file);
	return text;
}

static void
expect_text(const char *wanted)
{
	char *text = read_all(path);

	ck_assert_str_eq(text, wanted);
	free(text);
}

#define TIME "\"2026-02-25T06:13:20.000000+00:00\""
#define LINE(user, detail)                                                                   \
	"{\"time\":" TIME ",\"user\":\"" user                                                   \
	"\",\"event\":\"login\",\"result\":\"unavailable\",\"count\":1,\"detail\":\"" detail    \
	"\",\"class\":\"auth\",\"first\":" TIME ",\"last\":" TIME "}\n"

START_TEST(a_line_for_each_row)
{
	ck_assert_int_eq(put("alice", "first"), WF_OK);
	ck_assert_int_eq(put("bob", "second"), WF_OK);
	expect_text(LINE("alice", "first") LINE("bob", "second"));
	ck_assert_str_eq(diary_path(diary), path);
	diary_close(&diary);
	open_it();
	ck_assert_int_eq(put("carol", "third"), WF_OK);
	expect_text(LINE("alice", "first") LINE("bob", "second") LINE("carol", "third"));
}
END_TEST

START_TEST(what_a_text_may_hold)
{
	ck_assert_int_eq(put("\xe7\x94\xb0", "a \"b\" \\ c"), WF_OK);
	ck_assert_int_eq(put("bad\xff", "line\nbreak"), WF_OK);
	expect_text(LINE("\xe7\x94\xb0", "a \\\"b\\\" \\\\ c")
			LINE("bad?", "line?break"));
}
END_TEST

START_TEST(half_a_line_spoils_no_other)
{
	int fd;

	ck_assert_int_eq(put("alice", "whole"), WF_OK);
	diary_close(&diary);
	fd = open(path, O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, "{\"half", 6), 6);
	close(fd);
	open_it();
	ck_assert_int_eq(put("bob", "next"), WF_OK);
	expect_text(LINE("alice", "whole") "{\"half\n" LINE("bob", "next"));
}
END_TEST

START_TEST(the_oldest_make_room)
{
	char *text;
	char number[16] = "";
	unsigned n;

	for (n = 0; size_of(older) == 0; n++) {
		snprintf(number, sizeof(number), "row%u", n);
		ck_assert_int_eq(put("alice", number), WF_OK);
		ck_assert_uint_le(size_of(path), DIARY_MAX);
	}
	text = read_all(path);
	ck_assert_ptr_nonnull(strstr(text, number)); /* the newest one begins the new file */
	free(text);
	text = read_all(older);
	ck_assert_ptr_nonnull(strstr(text, "\"row0\""));
	free(text);
	for (unsigned i = 0; i < 2 * n; i++)
		ck_assert_int_eq(put("alice", "later"), WF_OK);
	ck_assert_uint_le(size_of(path) + size_of(older), 2 * DIARY_MAX);
	text = read_all(older);
	ck_assert_ptr_null(strstr(text, "\"row0\""));
	free(text);
}
END_TEST

/* The disk takes half of a line: nothing of it stays, and the next one has room again. */
START_TEST(a_full_disk)
{
	struct rlimit before, limit;
	wf_status status;

	ck_assert_int_eq(put("alice", "first"), WF_OK);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = size_of(path) + 20;
	(void)!setrlimit(RLIMIT_FSIZE, &limit); /* Check writes files, too: not meanwhile */
	status = put("bob", "half");
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(status, WF_IO);
	expect_text(LINE("alice", "first"));
	ck_assert_int_eq(put("carol", "third"), WF_OK);
	expect_text(LINE("alice", "first") LINE("carol", "third"));
}
END_TEST

START_TEST(what_cannot_be_opened)
{
	struct diary *other = NULL;

	ck_assert_int_eq(diary_open("/nowhere/relay.log", &other, why, sizeof(why)), WF_IO);
	ck_assert_ptr_nonnull(strstr(why, "the log /nowhere/relay.log cannot be used: "));
	ck_assert_ptr_null(other);
}
END_TEST

static Suite *
diary_suite(void)
{
	Suite *suite = suite_create("diary");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_line_for_each_row);
	tcase_add_test(tc, what_a_text_may_hold);
	tcase_add_test(tc, half_a_line_spoils_no_other);
	tcase_add_test(tc, the_oldest_make_room);
	tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, what_cannot_be_opened);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(diary_suite)
