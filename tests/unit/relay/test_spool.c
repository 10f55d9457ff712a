/*
 * The spool: what was written is there after any crash, once, in order, with numbers never used
 * twice.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/relay/spool.h"
#include "tests/unit/unit.h"

static char folder[64], path[96], why[256];
static struct spool *spool;

static void
setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/warifu-spool-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/relay.spool", folder);
	ck_assert_int_eq(spool_open(path, &spool, why, sizeof(why)), WF_OK);
}

static void
teardown(void)
{
	char bad[128];

	spool_close(&spool);
	(void)snprintf(bad, sizeof(bad), "%s.bad", path);
	(void)unlink(bad);
	(void)unlink(path);
	(void)rmdir(folder);
}

/* As after a crash: nothing is said at the end. */
static void
again(void)
{
	spool_close(&spool);
	ck_assert_int_eq(spool_open(path, &spool, why, sizeof(why)), WF_OK);
}

static void
put(const char *text)
{
	ck_assert_int_eq(spool_put(spool, (const uint8_t *)text, strlen(text), false), WF_OK);
}

/* The first row is `text`; its number. */
static uint64_t
first(const char *text)
{
	struct wf_buf row;
	uint64_t number = 0;

	wf_buf_init(&row, SPOOL_ROW_MAX);
	ck_assert_int_eq(spool_first(spool, &number, &row), WF_OK);
	ck_assert_uint_eq(row.len, strlen(text));
	ck_assert(memcmp(row.data, text, row.len) == 0);
	wf_buf_clear(&row);
	return number;
}

static void
take(const char *text)
{
	spool_drop_first(spool, first(text));
}

static off_t
size(void)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_size;
}

START_TEST(in_order_and_once)
{
	uint64_t number;

	put("one");
	put("two");
	put("three");
	number = first("one");
	spool_drop_first(spool, number + 1); /* not the first: nothing happens */
	ck_assert_uint_eq(first("one"), number);
	take("one");
	ck_assert_uint_eq(first("two"), number + 1);
	spool_drop_first(spool, number); /* acknowledged twice */
	take("two");
	take("three");
	ck_assert_uint_eq(spool_count(spool), 0);
}
END_TEST

START_TEST(survives_a_restart)
{
	uint8_t id[SPOOL_ID_LEN];
	uint64_t number;

	memcpy(id, spool_id(spool), sizeof(id));
	put("one");
	put("two");
	number = first("one");
	again();
	ck_assert(memcmp(id, spool_id(spool), sizeof(id)) == 0);
	ck_assert_uint_eq(first("one"), number);
	ck_assert_uint_eq(spool_count(spool), 2);
}
END_TEST

/*
 * Emptied and begun anew, over restarts, too: the centre would take a used number for a row that it
 * has.
 */
START_TEST(numbers_rise_for_ever)
{
	uint64_t last = 0;

	for (int i = 0; i < 20; i++) {
		uint64_t number;

		put("a row");
		number = first("a row");
		ck_assert_uint_gt(number, last);
		last = number;
		spool_drop_first(spool, number);
		ck_assert_int_eq(size(), 8192);
		if (i % 3 == 0)
			again();
	}
}
END_TEST

/*
 * The file cut at every byte of its last row: the rows before are there, and a new one goes behind
 * them.
 */
START_TEST(cut_off_anywhere)
{
	off_t before, after;

	put("one");
	before = size();
	put("two, which is longer");
	after = size();
	for (off_t cut = before; cut < after; cut++) {
		spool_close(&spool);
		ck_assert_int_eq(truncate(path, cut), 0);
		ck_assert_int_eq(spool_open(path, &spool, why, sizeof(why)), WF_OK);
		ck_assert_uint_eq(spool_count(spool), 1);
		put("two, which is longer");
		ck_assert_uint_eq(spool_count(spool), 2);
	}
	take("one");
	take("two, which is longer");
}
END_TEST

/* A byte of the last row is wrong, whichever: it was never told to be written. */
START_TEST(half_written)
{
	off_t before, after;

	put("one");
	before = size();
	put("two");
	after = size();
	for (off_t at = before; at < after; at++) {
		uint8_t byte;
		int fd = open(path, O_RDWR);

		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		byte ^= 0x40;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		again();
		ck_assert_uint_eq(spool_count(spool), 1);
		byte ^= 0x40;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		again();
		ck_assert_uint_eq(spool_count(spool), 2);
	}
}
END_TEST

/*
 * One of the two heads is lost: the rows are there, and no number comes again with the same id.
 */
START_TEST(one_head_is_broken)
{
	uint8_t zeros[64] = {0}, id[SPOOL_ID_LEN];
	int fd;

	put("one");
	take("one");
	for (int head = 0; head < 2; head++) {
		put("two");
		put("three");
		memcpy(id, spool_id(spool), sizeof(id));
		fd = open(path, O_RDWR);
		ck_assert_int_eq(pwrite(fd, zeros, sizeof(zeros), head * 4096), sizeof(zeros));
		close(fd);
		again();
		ck_assert(memcmp(id, spool_id(spool), sizeof(id)) != 0);
		memcpy(id, spool_id(spool), sizeof(id));
		again();
		ck_assert(memcmp(id, spool_id(spool), sizeof(id)) == 0);
		take("two");
		take("three");
		ck_assert_uint_eq(spool_count(spool), 0);
	}
}
END_TEST

START_TEST(no_spool_is_put_aside)
{
	char bad[128];
	uint8_t noise[9000];
	uint8_t id[SPOOL_ID_LEN];
	int fd;

	memcpy(id, spool_id(spool), sizeof(id));
	memset(noise, 'x', sizeof(noise));
	fd = open(path, O_RDWR | O_TRUNC);
	ck_assert_int_eq(write(fd, noise, sizeof(noise)), sizeof(noise));
	close(fd);
	again();
	ck_assert(memcmp(id, spool_id(spool), sizeof(id)) != 0);
	ck_assert_uint_eq(spool_count(spool), 0);
	(void)snprintf(bad, sizeof(bad), "%s.bad", path);
	ck_assert_int_eq(access(bad, F_OK), 0);
}
END_TEST

/* The last part is for what matters; what finds no room is counted. */
START_TEST(bounded)
{
	static uint8_t row[4000];
	wf_status status;
	size_t n = 0, more = 0;

	while ((status = spool_put(spool, row, sizeof(row), false)) == WF_OK)
		n++;
	ck_assert_int_eq(status, WF_FULL);
	while (spool_put(spool, row, sizeof(row), true) == WF_OK)
		more++;
	ck_assert_uint_gt(n, 200);
	ck_assert_uint_gt(more, 10);
	ck_assert_int_le(size(), 8192 + (off_t)SPOOL_MAX);
	ck_assert_uint_eq(spool_lost(spool), 2);
	ck_assert_uint_eq(spool_lost(spool), 0);
	again();
	ck_assert_uint_eq(spool_count(spool), n + more);
	ck_assert_int_eq(spool_put(spool, row, SPOOL_ROW_MAX + 1, true), WF_TOO_LONG);
	ck_assert_int_eq(spool_put(spool, row, 0, true), WF_TOO_LONG);
}
END_TEST

START_TEST(empty_and_absent)
{
	struct wf_buf row;
	uint64_t number = 7;

	wf_buf_init(&row, SPOOL_ROW_MAX);
	ck_assert_int_eq(spool_first(spool, &number, &row), WF_NOT_FOUND);
	ck_assert_uint_eq(number, 7);
	spool_drop_first(spool, 1);
	ck_assert_uint_eq(spool_count(spool), 0);
	spool_close(&spool);
	ck_assert_int_eq(spool_open("/tmp/no-such-folder/spool", &spool, why, sizeof(why)), WF_IO);
	ck_assert_ptr_nonnull(strstr(why, "/tmp/no-such-folder/spool"));
	ck_assert_ptr_null(spool);
}
END_TEST

static Suite *
spool_suite(void)
{
	Suite *suite = suite_create("relay-spool");
	TCase *tc = tcase_create("spool");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, in_order_and_once);
	tcase_add_test(tc, survives_a_restart);
	tcase_add_test(tc, numbers_rise_for_ever);
	tcase_add_test(tc, cut_off_anywhere);
	tcase_add_test(tc, half_written);
	tcase_add_test(tc, one_head_is_broken);
	tcase_add_test(tc, no_spool_is_put_aside);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, empty_and_absent);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(spool_suite)
