/*
 * Encrypted files: a golden one made by another program, all the lengths around a record, and what
 * somebody could do who has the file and no key.
 *
 *     salt = bytes(range(100, 132))       # hkdf, key2 and AESGCM as in test_keyring.c
 *     record = AESGCM(hkdf(key2, b"warifu stream 1", salt)).encrypt(bytes(12), b"hello",
 *         struct.pack(">QB", 0, 1))
 *     print((b"WFCRYPT1" + struct.pack(">I", 2) + salt + record).hex())
 */
#include "config.h"

#include "authd/crypto/keyring_impl.h"

#include "tests/unit/crypto/hex.h"
#include "tests/unit/crypto/keys.h"
#include "tests/unit/unit.h"

#define GOLDEN                                                                                    \
	"5746435259505431000000026465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828" \
	"30fc13ea0e900079f839c525b4d57006c2c26624883"

#define HEADER 44
#define RECORD 65536
#define TAG 16

static struct keyring *keys;
static uint8_t *file; /* an encrypted file */
static size_t file_len;

static void
set_up(void)
{
	keys_set_up();
	keys = keys_from("1:" KEY_1 "\n2:" KEY_2 "\n");
	file = NULL;
}

static void
tear_down(void)
{
	free(file);
	keyring_free(&keys);
	keys_tear_down();
}

static uint8_t *
content_make(size_t len)
{
	uint8_t *bytes = malloc(len + 1);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return bytes;
}

static void
encrypt(const uint8_t *bytes, size_t len)
{
	int from = memory_file(bytes, len), to = memory_file("", 0);

	ck_assert_int_eq(keyring_encrypt_file(keys, from, to), WF_OK);
	free(file);
	file = memory_content(to, &file_len);
	ck_assert_int_eq(close(from), 0);
	ck_assert_int_eq(close(to), 0);
}

/* Decrypts bytes behind "kept", and makes sure that a failure leaves no more than that. */
static wf_status
decrypt(const uint8_t *bytes, size_t len, const uint8_t *expected, size_t expected_len)
{
	int from = memory_file(bytes, len), to = memory_file("kept", 4);
	uint8_t *result;
	size_t result_len;
	wf_status status;

	ck_assert_int_eq(lseek(to, 0, SEEK_END), 4);
	keys_why[0] = '\0';
	status = keyring_decrypt_file(keys, from, to, keys_why, sizeof(keys_why));
	ck_assert_int_eq(lseek(to, 0, SEEK_CUR), status == WF_OK ? 4 + (off_t)expected_len : 4);
	result = memory_content(to, &result_len);
	ck_assert_mem_eq(result, "kept", 4);
	ck_assert_uint_eq(result_len, status == WF_OK ? 4 + expected_len : 4);
	if (status == WF_OK)
		ck_assert_mem_eq(result + 4, expected, expected_len);
	else
		ck_assert_str_ne(keys_why, "");
	free(result);
	ck_assert_int_eq(close(from), 0);
	ck_assert_int_eq(close(to), 0);
	return status;
}

START_TEST(golden_file)
{
	uint8_t bytes[128];
	size_t len = unhex(GOLDEN, bytes, sizeof(bytes));

	ck_assert_int_eq(decrypt(bytes, len, (const uint8_t *)"hello", 5), WF_OK);
}
END_TEST

/* A record as the format says, made from the primitives alone; `nonce` is the last octet of it. */
static void
record_make(const struct wf_secret *key, uint8_t number, uint8_t nonce, bool last, uint8_t *bytes,
	size_t len)
{
	uint8_t nonce_bytes[12] = {[11] = nonce};
	uint8_t aad[9] = {[7] = number, [8] = last};

	ck_assert_int_eq(crypto_gcm_seal(&(struct crypto_gcm){key, nonce_bytes, {aad, sizeof(aad)}},
				 bytes, len, bytes, bytes + len),
		WF_OK);
}

/* Number and nonce of the second record are what the format says, and both are looked at. */
START_TEST(format_of_the_second_record)
{
	static const uint8_t zeros[32];
	static const struct {
		uint8_t number, nonce;
		wf_status status;
	} cases[] = {{1, 1, WF_OK}, {0, 1, WF_CORRUPT}, {1, 0, WF_CORRUPT}, {2, 2, WF_CORRUPT}};
	struct wf_secret key = WF_SECRET_EMPTY;
	uint8_t *content = content_make(RECORD + 5), *made = malloc(HEADER + RECORD + 5 + 2 * TAG);

	ck_assert_ptr_nonnull(made);
	ck_assert_int_eq(keyring_derive(keyring_find(keys, 2), "stream 1",
				 (struct crypto_bytes){zeros, sizeof(zeros)}, &key),
		WF_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *second = made + HEADER + RECORD + TAG;

		memset(made, 0, HEADER);
		memcpy(made, "WFCRYPT1\0\0\0\2", 12);
		memcpy(made + HEADER, content, RECORD);
		memcpy(second, content + RECORD, 5);
		record_make(&key, 0, 0, false, made + HEADER, RECORD);
		record_make(&key, cases[i].number, cases[i].nonce, true, second, 5);
		ck_assert_int_eq(decrypt(made, HEADER + RECORD + 5 + 2 * TAG, content, RECORD + 5),
			cases[i].status);
	}
	wf_secret_clear(&key);
	free(made);
	free(content);
}
END_TEST

static const size_t lengths[] = {0, 1, 100, RECORD - 1, RECORD, RECORD + 1, 2 * RECORD - 1,
	2 * RECORD, 2 * RECORD + 1, 5 * RECORD + 17};

START_TEST(lengths_go_round)
{
	size_t len = lengths[_i], records = len == 0 ? 1 : (len + RECORD - 1) / RECORD;
	uint8_t *content = content_make(len);

	encrypt(content, len);
	ck_assert_uint_eq(file_len, HEADER + len + records * TAG);
	ck_assert_int_eq(decrypt(file, file_len, content, len), WF_OK);
	free(content);
}
END_TEST

START_TEST(two_files_of_one_content_differ)
{
	uint8_t first[HEADER + 5 + TAG];

	encrypt((const uint8_t *)"hello", 5);
	ck_assert_uint_eq(file_len, sizeof(first));
	memcpy(first, file, file_len);
	encrypt((const uint8_t *)"hello", 5);
	ck_assert_mem_ne(first + 12, file + 12, 32);
	ck_assert_mem_ne(first + HEADER, file + HEADER, 5 + TAG);
}
END_TEST

/* Every length of a short file; of a long one those around each edge. */
START_TEST(a_cut_file_is_refused)
{
	uint8_t *content = content_make(3 * RECORD);

	encrypt(content, 100);
	for (size_t len = 0; len < file_len; len++)
		ck_assert_int_eq(decrypt(file, len, content, 0), WF_CORRUPT);
	encrypt(content, 3 * RECORD);
	for (size_t record = 0; record < 3; record++) {
		size_t edge = HEADER + record * (RECORD + TAG);

		ck_assert_int_eq(decrypt(file, edge, content, 0), WF_CORRUPT);
		ck_assert_int_eq(decrypt(file, edge - 1, content, 0), WF_CORRUPT);
		ck_assert_int_eq(decrypt(file, edge + 1, content, 0), WF_CORRUPT);
		ck_assert_int_eq(decrypt(file, edge + TAG, content, 0), WF_CORRUPT);
	}
	ck_assert_int_eq(decrypt(file, file_len - 1, content, 0), WF_CORRUPT);
	ck_assert_str_eq(keys_why,
		"The file is damaged, was altered, or is not complete: take another copy.");
	ck_assert_int_eq(decrypt(file, file_len, content, 3 * RECORD), WF_OK);
	free(content);
}
END_TEST

START_TEST(a_longer_file_is_refused)
{
	uint8_t *content = content_make(RECORD), *longer;
	size_t first;

	/* A byte behind a short last record, and behind a full one; a whole file behind another. */
	encrypt(content, 100);
	first = file_len;
	longer = malloc(2 * (RECORD + TAG + HEADER));
	ck_assert_ptr_nonnull(longer);
	memcpy(longer, file, first);
	longer[first] = 0;
	ck_assert_int_eq(decrypt(longer, first + 1, content, 0), WF_CORRUPT);
	memcpy(longer + first, file, first);
	ck_assert_int_eq(decrypt(longer, 2 * first, content, 0), WF_CORRUPT);
	encrypt(content, RECORD);
	memcpy(longer, file, file_len);
	longer[file_len] = 0;
	ck_assert_int_eq(decrypt(longer, file_len + 1, content, 0), WF_CORRUPT);
	memcpy(longer + file_len, file + HEADER, RECORD + TAG);
	ck_assert_int_eq(decrypt(longer, file_len + RECORD + TAG, content, 0), WF_CORRUPT);
	free(longer);
	free(content);
}
END_TEST

static void
records_swap(size_t a, size_t b)
{
	static uint8_t record[RECORD + TAG];
	uint8_t *first = file + HEADER + a * sizeof(record);
	uint8_t *second = file + HEADER + b * sizeof(record);

	memcpy(record, first, sizeof(record));
	memcpy(first, second, sizeof(record));
	memcpy(second, record, sizeof(record));
}

START_TEST(moved_records_are_refused)
{
	uint8_t *content = content_make(4 * RECORD);

	encrypt(content, 4 * RECORD);
	for (size_t a = 0; a < 4; a++)
		for (size_t b = 0; b < a; b++) {
			records_swap(a, b);
			ck_assert_int_eq(decrypt(file, file_len, content, 0), WF_CORRUPT);
			records_swap(a, b);
		}
	/* One left out, one twice. */
	memmove(file + HEADER + RECORD + TAG, file + HEADER + 2 * (RECORD + TAG),
		2 * (RECORD + TAG));
	ck_assert_int_eq(decrypt(file, file_len, content, 0), WF_CORRUPT);
	ck_assert_int_eq(decrypt(file, file_len - RECORD - TAG, content, 0), WF_CORRUPT);
	free(content);
}
END_TEST

START_TEST(a_record_of_another_file_is_refused)
{
	uint8_t *content = content_make(2 * RECORD), *other;

	encrypt(content, 2 * RECORD);
	other = malloc(file_len);
	ck_assert_ptr_nonnull(other);
	memcpy(other, file, file_len);
	encrypt(content, 2 * RECORD);
	memcpy(other + HEADER, file + HEADER, RECORD + TAG);
	ck_assert_int_eq(decrypt(other, file_len, content, 0), WF_CORRUPT);
	free(other);
	free(content);
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	encrypt((const uint8_t *)"hello", 5);
	for (size_t bit = 0; bit < 8 * file_len; bit++) {
		wf_status status;

		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		status = decrypt(file, file_len, file, 0);
		if (bit / 8 == 7)
			ck_assert_int_eq(status, WF_VERSION);
		else if (bit / 8 >= 8 && bit / 8 < 12)
			ck_assert_int_eq(status, WF_NOT_FOUND);
		else
			ck_assert_int_eq(status, WF_CORRUPT);
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(decrypt(file, file_len, (const uint8_t *)"hello", 5), WF_OK);
}
END_TEST

START_TEST(another_key_is_refused)
{
	encrypt((const uint8_t *)"hello", 5);
	keyring_free(&keys);
	keys = keys_from("2:" KEY_1 "\n");
	ck_assert_int_eq(decrypt(file, file_len, file, 0), WF_CORRUPT);
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n");
	ck_assert_int_eq(decrypt(file, file_len, file, 0), WF_NOT_FOUND);
	ck_assert_str_eq(
		keys_why, "The file was encrypted with a key that is not in the key file.");
	/* With the key still there, if no longer the current one, it opens. */
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n2:" KEY_2 "\n3:" KEY_3 "\n");
	ck_assert_int_eq(decrypt(file, file_len, (const uint8_t *)"hello", 5), WF_OK);
}
END_TEST

START_TEST(bound_bytes_matter)
{
	int from = memory_file("hello", 5), to = memory_file("", 0), out = memory_file("", 0);

	ck_assert_int_eq(stream_encrypt(keys, (struct crypto_bytes){"header", 6}, from, to), WF_OK);
	ck_assert_int_eq(lseek(to, 0, SEEK_SET), 0);
	ck_assert_int_eq(stream_decrypt(keys, (struct crypto_bytes){"headet", 6}, to, out, keys_why,
				 sizeof(keys_why)),
		WF_CORRUPT);
	ck_assert_int_eq(lseek(to, 0, SEEK_SET), 0);
	ck_assert_int_eq(stream_decrypt(keys, (struct crypto_bytes){"header", 6}, to, out, keys_why,
				 sizeof(keys_why)),
		WF_OK);
	(void)close(from);
	(void)close(to);
	(void)close(out);
}
END_TEST

START_TEST(works_through_pipes)
{
	int from = memory_file("hello", 5), to = memory_file("", 0), pipes[2];

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	ck_assert_int_eq(keyring_encrypt_file(keys, from, pipes[1]), WF_OK);
	ck_assert_int_eq(close(pipes[1]), 0);
	ck_assert_int_eq(
		keyring_decrypt_file(keys, pipes[0], to, keys_why, sizeof(keys_why)), WF_OK);
	ck_assert_int_eq(lseek(to, 0, SEEK_END), 5);
	(void)close(from);
	(void)close(to);
	(void)close(pipes[0]);
}
END_TEST

START_TEST(errors_of_files)
{
	int from = memory_file("hello", 5), full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(keyring_encrypt_file(keys, from, full), WF_FULL);
	ck_assert_int_eq(keyring_encrypt_file(keys, -1, from), WF_IO);
	ck_assert_int_eq(keyring_decrypt_file(keys, -1, from, keys_why, sizeof(keys_why)), WF_IO);
	ck_assert_str_eq(keys_why, "Reading or writing failed.");
	(void)close(from);
	(void)close(full);
}
END_TEST

static Suite *
stream_suite(void)
{
	Suite *suite = suite_create("crypto stream");
	TCase *tc = tcase_create("stream");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, golden_file);
	tcase_add_test(tc, format_of_the_second_record);
	tcase_add_loop_test(tc, lengths_go_round, 0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_add_test(tc, two_files_of_one_content_differ);
	tcase_add_test(tc, a_cut_file_is_refused);
	tcase_add_test(tc, a_longer_file_is_refused);
	tcase_add_test(tc, moved_records_are_refused);
	tcase_add_test(tc, a_record_of_another_file_is_refused);
	tcase_add_test(tc, every_flipped_bit_is_refused);
	tcase_add_test(tc, another_key_is_refused);
	tcase_add_test(tc, bound_bytes_matter);
	tcase_add_test(tc, works_through_pipes);
	tcase_add_test(tc, errors_of_files);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(stream_suite)
