/*
 * The list of leaked passwords against lists made here: every line is found, nothing beside them,
 * and what is cut off or out of order is refused.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/leak_list.h"
#include "tests/unit/common/leak_sample.h"
#include "tests/unit/unit.h"

#define SMALL 20000
/* Ten million lines; fewer where each octet is watched. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(WF_FAULT)
#define LARGE UINT64_C(1000000)
#else
#define LARGE UINT64_C(10000000)
#endif

static char folder[] = "/tmp/warifu-leaks-XXXXXX";
static char path[64];

static void
make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/warifu-leaks-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/list", folder);
}

static void
remove_folder(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void
write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static uint64_t
size_of_list(void)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

static struct wf_leak_list *
open_fine(void)
{
	struct wf_leak_list *list = NULL;
	struct wf_leak_finding finding;

	ck_assert_int_eq(wf_leak_list_open(path, &list, &finding), WF_OK);
	ck_assert_int_eq(finding.fault, LEAK_FINE);
	ck_assert_ptr_nonnull(list);
	return list;
}

static void
expect_fault(enum wf_leak_fault opened, enum wf_leak_fault checked)
{
	struct wf_leak_list *list = NULL;
	struct wf_leak_finding finding;
	char text[256];

	ck_assert_int_eq(
		wf_leak_list_open(path, &list, &finding), opened == LEAK_FINE ? WF_OK : WF_INVALID);
	ck_assert_int_eq(finding.fault, opened);
	wf_leak_list_say(path, &finding, text, sizeof(text));
	ck_assert_int_eq(text[0] != '\0', opened != LEAK_FINE);
	wf_leak_list_close(&list);
	ck_assert_int_eq(
		wf_leak_list_check(path, &finding), checked == LEAK_FINE ? WF_OK : WF_INVALID);
	ck_assert_int_eq(finding.fault, checked);
}

/* Finds every `step`th line and both ends; and none of the neighbours of any. */
static void
search(uint64_t n, uint64_t step)
{
	struct wf_leak_list *list = open_fine();
	uint8_t key[WF_LEAK_KEY];

	for (uint64_t i = 0; i < n; i += i + step < n || i == n - 1 ? step : n - 1 - i) {
		leak_sample_key(i, n, key);
		ck_assert_int_eq(wf_leak_list_find(list, key), WF_OK);
		key[WF_LEAK_KEY - 1] ^= 1;
		ck_assert_int_eq(wf_leak_list_find(list, key), WF_NO);
		key[0] ^= 0x80;
		ck_assert_int_eq(wf_leak_list_find(list, key), WF_NO);
	}
	memset(key, 0, sizeof(key));
	ck_assert_int_eq(wf_leak_list_find(list, key), WF_NO);
	memset(key, 0xff, sizeof(key));
	ck_assert_int_eq(wf_leak_list_find(list, key), WF_NO);
	wf_leak_list_close(&list);
	ck_assert_ptr_null(list);
	wf_leak_list_close(&list);
}

/* Every line of lists of every small size, with either end of line. */
START_TEST(each_line_is_found)
{
	static const char *const ends[] = {"\n", "\r\n"};

	for (uint64_t n = 1; n < 400; n += n < 20 ? 1 : 37) {
		ck_assert_int_eq(leak_sample_write(path, 0, n, n, ends[_i]), 0);
		search(n, 1);
	}
	ck_assert_int_eq(leak_sample_write(path, 0, SMALL, SMALL, ends[_i]), 0);
	search(SMALL, 1);
	expect_fault(LEAK_FINE, LEAK_FINE);
}
END_TEST

START_TEST(ten_million_lines)
{
	struct wf_leak_finding finding;

	ck_assert_int_eq(leak_sample_write(path, 0, LARGE, LARGE, "\r\n"), 0);
	search(LARGE, 9973);
	ck_assert_int_eq(wf_leak_list_check(path, &finding), WF_OK);
	ck_assert_uint_eq(finding.lines, LARGE);
	/* cut off within a line, at the end of one, and by a tenth of a thousandth */
	ck_assert_int_eq(truncate(path, (off_t)size_of_list() - 5), 0);
	expect_fault(LEAK_CUT, LEAK_CUT);
	ck_assert_int_eq(leak_sample_write(path, 0, LARGE - 3000, LARGE, "\r\n"), 0);
	expect_fault(LEAK_CUT, LEAK_CUT);
}
END_TEST

START_TEST(what_is_no_list)
{
	static const struct {
		const char *text;
		enum wf_leak_fault opened;
	} rows[] = {
		{"", LEAK_EMPTY},
		{"password\n", LEAK_MALFORMED},
		{"\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AA\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AA:\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AA:x\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AG:1\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000A:11\n", LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AA:1", LEAK_CUT},
		{"00000000000000000000000000000000000000aa:1\n", LEAK_FINE},
		{"00000000000000000000000000000000000000AA:1\n"
		 "00000000000000000000000000000000000000AA:1\n",
			LEAK_UNSORTED},
		{"00000000000000000000000000000000000000AB:1\n"
		 "00000000000000000000000000000000000000AA:1\n",
			LEAK_UNSORTED},
		{"00000000000000000000000000000000000000AA:1\n"
		 "00000000000000000000000000000000000000AB:1\nx\n",
			LEAK_MALFORMED},
		{"00000000000000000000000000000000000000AA:1"
		 "000000000000000000000000000000\n",
			LEAK_MALFORMED},
	};

	write_text(rows[_i].text);
	expect_fault(rows[_i].opened, rows[_i].opened);
}
END_TEST

#define NROWS 14

static void
edit(uint64_t at, const char *text)
{
	int fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, text, strlen(text), (off_t)at), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

/* Appends what is in the other file, and removes that. */
static void
append_file(const char *other)
{
	FILE *from = fopen(other, "r"), *to = fopen(path, "a");
	char bytes[4096];
	size_t got;

	ck_assert_ptr_nonnull(from);
	ck_assert_ptr_nonnull(to);
	while ((got = fread(bytes, 1, sizeof(bytes), from)) > 0)
		ck_assert_uint_eq(fwrite(bytes, 1, got, to), got);
	ck_assert_int_eq(fclose(from) + fclose(to) + unlink(other), 0);
}

/* Halves in the wrong order are seen at once; one bad line only when all of it is read. */
START_TEST(what_is_out_of_order)
{
	char other[80];
	uint64_t size;

	ck_assert_int_eq(leak_sample_write(path, 0, SMALL, SMALL, "\n"), 0);
	size = size_of_list();
	edit(size / 2 - size / 2 % 4096, "xxxx");
	expect_fault(LEAK_FINE, LEAK_MALFORMED);
	ck_assert_int_eq(leak_sample_write(path, SMALL / 2, SMALL - 100, SMALL, "\n"), 0);
	(void)snprintf(other, sizeof(other), "%s.2", path);
	ck_assert_int_eq(leak_sample_write(other, 0, SMALL / 2, SMALL, "\n"), 0);
	append_file(other);
	ck_assert_int_eq(leak_sample_write(other, SMALL - 100, SMALL, SMALL, "\n"), 0);
	append_file(other);
	expect_fault(LEAK_UNSORTED, LEAK_UNSORTED);
}
END_TEST

/* Whatever happens to the file while it is open, the answer is "could not tell", and no signal. */
START_TEST(cut_off_while_open)
{
	struct wf_leak_list *list;
	uint8_t key[WF_LEAK_KEY];
	int unknown = 0;

	ck_assert_int_eq(leak_sample_write(path, 0, SMALL, SMALL, "\n"), 0);
	list = open_fine();
	ck_assert_int_eq(truncate(path, 100000), 0);
	for (uint64_t i = 0; i < SMALL; i += 100) {
		leak_sample_key(i, SMALL, key);
		unknown += wf_leak_list_find(list, key) == WF_IO;
	}
	ck_assert_int_gt(unknown, 150);
	wf_leak_list_close(&list);
}
END_TEST

START_TEST(what_is_no_file)
{
	struct wf_leak_list *list = NULL;
	struct wf_leak_finding finding;
	char text[256];

	ck_assert_int_eq(wf_leak_list_open(path, &list, &finding), WF_INVALID);
	ck_assert_int_eq(finding.fault, LEAK_UNREADABLE);
	wf_leak_list_say(path, &finding, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "No such file"));
	ck_assert_int_eq(wf_leak_list_open(folder, &list, &finding), WF_INVALID);
	ck_assert_int_eq(finding.fault, LEAK_NO_FILE);
	ck_assert_ptr_null(list);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("leak_list");
	TCase *tcase = tcase_create("leak_list");

	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, each_line_is_found, 0, 2);
	tcase_add_test(tcase, ten_million_lines);
	tcase_add_loop_test(tcase, what_is_no_list, 0, NROWS);
	tcase_add_test(tcase, what_is_out_of_order);
	tcase_add_test(tcase, cut_off_while_open);
	tcase_add_test(tcase, what_is_no_file);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
