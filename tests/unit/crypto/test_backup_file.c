/*
 * The backup container: a golden one made by another program; wrong keys and newer versions get
 * their sentences; nothing that was altered or cut is restored.
 *
 *     head = (struct.pack(">IQ", 1, 1772323200000000) + block(b"node1")
 *         + block(b"5cdf21d76b60b39a") + block(b"58ac6e785bebca67"))
 *     head = b"WARIFUBK" + struct.pack(">H", 1) + block(head)
 *     # then the stream of test_stream.c, with `head` behind the associated data of its record
 */
#include "config.h"

#include "authd/crypto/backup_file.h"

#include "tests/unit/crypto/hex.h"
#include "tests/unit/crypto/keys.h"
#include "tests/unit/unit.h"

#define GOLDEN                                                                                     \
	"574152494655424b000100370000000100064beb26c3600000056e6f64653100103563646632316437366236" \
	"306233396100103538616336653738356265626361363757464352595054310000000264656667"           \
	"68696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182830fc13ea0e9e176564f6e231c874353b3" \
	"98355ed06d"

#define HEADER 67 /* of the golden file, to where the stream begins */

static struct keyring *keys;
static uint8_t file[512];
static size_t file_len;
static struct backup_info info;

static void
set_up(void)
{
	keys_set_up();
	keys = keys_from("1:" KEY_1 "\n2:" KEY_2 "\n");
	file_len = unhex(GOLDEN, file, sizeof(file));
	memset(&info, 'x', sizeof(info));
}

static void
tear_down(void)
{
	keyring_free(&keys);
	keys_tear_down();
}

/* Restores `len` bytes; success must give "hello", failure nothing. */
static wf_status
restore(size_t len, uint32_t schema_max)
{
	int from = memory_file(file, len), to = memory_file("", 0);
	uint8_t *result;
	size_t result_len;
	wf_status status;

	keys_why[0] = '\0';
	status = backup_file_read(keys, schema_max, from, to, &info, keys_why, sizeof(keys_why));
	result = memory_content(to, &result_len);
	ck_assert_uint_eq(result_len, status == WF_OK ? 5 : 0);
	if (status == WF_OK)
		ck_assert_mem_eq(result, "hello", 5);
	else
		ck_assert_str_ne(keys_why, "");
	free(result);
	ck_assert_int_eq(close(from), 0);
	ck_assert_int_eq(close(to), 0);
	return status;
}

static void
check_info(void)
{
	ck_assert_uint_eq(info.schema, 1);
	ck_assert_int_eq(info.time_us, INT64_C(1772323200000000));
	ck_assert_str_eq(info.node, "node1");
	ck_assert_str_eq(info.fingerprint, FINGERPRINT_2);
	ck_assert_str_eq(info.lookup, FINGERPRINT_1);
}

START_TEST(golden_backup)
{
	int from;

	ck_assert_int_eq(restore(file_len, 1), WF_OK);
	check_info();
	memset(&info, 'x', sizeof(info));
	from = memory_file(file, file_len);
	ck_assert_int_eq(backup_file_inspect(from, &info, keys_why, sizeof(keys_why)), WF_OK);
	check_info();
	ck_assert_int_eq(lseek(from, 0, SEEK_CUR), HEADER);
	(void)close(from);
}
END_TEST

static void
make(const char *node)
{
	struct backup_info made = {.schema = 1, .time_us = INT64_C(1772323200000000)};
	int from = memory_file("hello", 5), to = memory_file("", 0);
	uint8_t *bytes;

	memcpy(made.node, node, strlen(node));
	ck_assert_int_eq(backup_file_write(keys, &made, from, to), WF_OK);
	bytes = memory_content(to, &file_len);
	memcpy(file, bytes, file_len);
	free(bytes);
	(void)close(from);
	(void)close(to);
}

START_TEST(goes_round)
{
	char node[65];

	make("node1");
	ck_assert_int_eq(restore(file_len, 1), WF_OK);
	check_info();
	memset(node, 'n', 64);
	node[64] = '\0';
	make(node);
	ck_assert_int_eq(restore(file_len, 7), WF_OK);
	ck_assert_str_eq(info.node, node);
	make("");
	ck_assert_int_eq(restore(file_len, 1), WF_OK);
	ck_assert_str_eq(info.node, "");
}
END_TEST

START_TEST(the_wrong_key_is_named)
{
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n");
	ck_assert_int_eq(restore(file_len, 1), WF_NOT_FOUND);
	ck_assert_str_eq(keys_why,
		"This backup was made with key " FINGERPRINT_2 ", the key file has " FINGERPRINT_1
		": put the right key file in place.");
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n2:" KEY_1 "\n");
	ck_assert_int_eq(restore(file_len, 1), WF_NOT_FOUND);
	ck_assert_str_eq(keys_why,
		"This backup was made with key " FINGERPRINT_2 ", the key file has " FINGERPRINT_1
		", " FINGERPRINT_1 ": put the right key file in place.");
	ck_assert_int_eq(info.node[0], 'x');
}
END_TEST

/* The database would decrypt, but none of its names and codes would be found. */
START_TEST(the_wrong_key_of_look_ups_is_named)
{
	keyring_free(&keys);
	keys = keys_from("2:" KEY_2 "\n");
	ck_assert_int_eq(restore(file_len, 1), WF_NOT_FOUND);
	ck_assert_str_eq(keys_why,
		"This backup was made with key " FINGERPRINT_1 ", the key file has " FINGERPRINT_2
		": put the right key file in place.");
}
END_TEST

START_TEST(later_keys_do_not_matter)
{
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n2:" KEY_2 "\n3:" KEY_3 "\n");
	ck_assert_int_eq(restore(file_len, 1), WF_OK);
}
END_TEST

START_TEST(newer_versions_get_their_sentence)
{
	ck_assert_int_eq(restore(file_len, 0), WF_VERSION);
	ck_assert_str_eq(keys_why, "This backup has schema 1, and this version of Warifu knows up "
				   "to 0: install the newer "
				   "version first.");
	file[9] = 2;
	ck_assert_int_eq(restore(file_len, 1), WF_VERSION);
	ck_assert_str_eq(keys_why,
		"This backup was made by a newer version of Warifu: install that version first.");
	file[9] = 0;
	ck_assert_int_eq(restore(file_len, 1), WF_CORRUPT);
}
END_TEST

START_TEST(every_prefix_is_refused)
{
	for (size_t len = 0; len < file_len; len++)
		ck_assert_int_eq(restore(len, 1), WF_CORRUPT);
	ck_assert_int_eq(info.node[0], 'x');
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	for (size_t bit = 0; bit < 8 * file_len; bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_ne(restore(file_len, UINT32_MAX), WF_OK);
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(restore(file_len, UINT32_MAX), WF_OK);
}
END_TEST

/* Who made it and when cannot be forged, though it can be read without a key. */
START_TEST(a_forged_header_is_refused)
{
	file[24 + 2] = 'm'; /* node1 */
	ck_assert_int_eq(restore(file_len, 1), WF_CORRUPT);
	ck_assert_str_eq(keys_why,
		"The file is damaged, was altered, or is not complete: take another copy.");
}
END_TEST

START_TEST(other_files_are_no_backups)
{
	static const char *const texts[] = {"", "hello", "SQLite format 3", "WARIFUBL\0\1\0\0"};
	int from;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		from = memory_file(texts[i], i == 3 ? 12 : strlen(texts[i]));
		ck_assert_int_eq(
			backup_file_inspect(from, &info, keys_why, sizeof(keys_why)), WF_CORRUPT);
		ck_assert_str_eq(
			keys_why, "This is no backup of Warifu, or its beginning is damaged.");
		(void)close(from);
	}
	ck_assert_int_eq(backup_file_inspect(-1, &info, keys_why, sizeof(keys_why)), WF_IO);
	ck_assert_int_eq(info.node[0], 'x');
}
END_TEST

/* Bodies that are well formed as a whole, but hold too long a text, a zero, or too much. */
START_TEST(odd_headers_are_refused)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {
		{11, 0x38}, /* one byte longer: the stream's first is taken for it */
		{11, 0x36}, /* one shorter */
		{10, 0x02}, /* longer than any */
		{26, 0},    /* a zero in the node */
		{25, 0x15}, /* a longer node, which swallows what follows */
		{32, 0x11}, /* a longer fingerprint */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t before = file[cases[i].at];

		file[cases[i].at] = cases[i].value;
		ck_assert_int_eq(restore(file_len, 1), WF_CORRUPT);
		ck_assert_str_eq(
			keys_why, "This is no backup of Warifu, or its beginning is damaged.");
		file[cases[i].at] = before;
	}
}
END_TEST

START_TEST(a_huge_header_is_refused)
{
	static uint8_t huge[70000] = "WARIFUBK\0\1\xff\xff";
	int from = memory_file(huge, sizeof(huge));

	ck_assert_int_eq(backup_file_inspect(from, &info, keys_why, sizeof(keys_why)), WF_CORRUPT);
	(void)close(from);
}
END_TEST

static Suite *
backup_file_suite(void)
{
	Suite *suite = suite_create("crypto backup file");
	TCase *tc = tcase_create("backup file");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, golden_backup);
	tcase_add_test(tc, goes_round);
	tcase_add_test(tc, the_wrong_key_is_named);
	tcase_add_test(tc, the_wrong_key_of_look_ups_is_named);
	tcase_add_test(tc, later_keys_do_not_matter);
	tcase_add_test(tc, newer_versions_get_their_sentence);
	tcase_add_test(tc, every_prefix_is_refused);
	tcase_add_test(tc, every_flipped_bit_is_refused);
	tcase_add_test(tc, a_forged_header_is_refused);
	tcase_add_test(tc, other_files_are_no_backups);
	tcase_add_test(tc, odd_headers_are_refused);
	tcase_add_test(tc, a_huge_header_is_refused);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(backup_file_suite)
