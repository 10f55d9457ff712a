/*
 * Sealing, keyed hashes and fingerprints: golden values computed by another program, so that no
 * change can make stored secrets unreadable unnoticed; and everything that must not open.
 *
 *     import hashlib, hmac, struct
 *     from cryptography.hazmat.primitives.ciphers.aead import AESGCM
 *     def hkdf(key, info, salt=bytes(32)):
 *         return hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\1", "sha256")
 *     def block(b): return struct.pack(">H", len(b)) + b
 *     key1 = bytes(range(32)); key2 = bytes(range(32, 64)); nonce = bytes(range(12))
 *     for key in (key1, key2):
 *         print(hashlib.sha256(hkdf(key, b"warifu fingerprint 1")).hexdigest()[:16])
 *     print(hmac.digest(hkdf(key1, b"warifu mac 1 name"), b"context\0alice", "sha256").hex())
 *     aad = (block(b"warifu seal 1") + block(b"credential") + struct.pack(">Q", 7)
 *         + block(b"phone") + struct.pack(">I", 2))
 *     sealed = AESGCM(hkdf(key2, b"warifu seal 1")).encrypt(nonce, b"12345678901234567890", aad)
 *     print((nonce + sealed).hex())
 */
#include "config.h"

#include "authd/crypto/keyring.h"

#include "tests/unit/crypto/hex.h"
#include "tests/unit/crypto/keys.h"
#include "tests/unit/unit.h"

#define GOLDEN_MAC "8c785e0bfa3a0c8704f392fa68ee7ec966526c40118226438bd0d45bd6758e68"
#define GOLDEN_SEAL                                                                                \
	"000102030405060708090a0b03f0ce25ed62b0307815d91f30b811d3fae669c7eae4d0eaaa948bedebfa2d4e" \
	"aa60ad2b"

static struct keyring *keys;
static struct wf_secret plain, opened;
static const struct keyring_aad place = {"credential", 7, "phone"};

static uint8_t sealed[WF_SECRET_MAX + KEYRING_SEAL_OVERHEAD];
static size_t sealed_len;
static uint32_t sealed_by;

static void
set_up(void)
{
	keys_set_up();
	keys = keys_from("1:" KEY_1 "\n2:" KEY_2 "\n");
	plain = WF_SECRET_EMPTY;
	opened = WF_SECRET_EMPTY;
	ck_assert_int_eq(wf_secret_set(&plain, "12345678901234567890", 20), WF_OK);
}

static void
tear_down(void)
{
	wf_secret_clear(&plain);
	wf_secret_clear(&opened);
	keyring_free(&keys);
	keys_tear_down();
}

static void
seal(void)
{
	ck_assert_int_eq(
		keyring_seal(keys, &place, &plain, sealed, sizeof(sealed), &sealed_len, &sealed_by),
		WF_OK);
}

START_TEST(golden_values)
{
	uint8_t expected[64], mac[32];
	char text[17];

	ck_assert_int_eq(keyring_fingerprint(keys, 1, text), WF_OK);
	ck_assert_str_eq(text, FINGERPRINT_1);
	ck_assert_int_eq(keyring_fingerprint(keys, 2, text), WF_OK);
	ck_assert_str_eq(text, FINGERPRINT_2);
	ck_assert_int_eq(keyring_mac(keys, "name", "context", "alice", 5, mac), WF_OK);
	ck_assert_uint_eq(unhex(GOLDEN_MAC, expected, sizeof(expected)), 32);
	ck_assert_mem_eq(mac, expected, 32);
	ck_assert_uint_eq(unhex(GOLDEN_SEAL, sealed, sizeof(sealed)), 48);
	ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, 48, &opened), WF_OK);
	ck_assert(wf_secret_equal(&opened, &plain));
}
END_TEST

START_TEST(ids)
{
	char text[17] = "untouched";

	ck_assert_uint_eq(keyring_current(keys), 2);
	ck_assert_uint_eq(keyring_lookup(keys), 1);
	ck_assert_int_eq(keyring_fingerprint(keys, 3, text), WF_NOT_FOUND);
	ck_assert_str_eq(text, "untouched");
}
END_TEST

START_TEST(seals_go_round)
{
	static const size_t lengths[] = {0, 1, 15, 16, 20, 64, WF_SECRET_MAX};
	uint8_t bytes[WF_SECRET_MAX];

	memset(bytes, 'k', sizeof(bytes));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		ck_assert_int_eq(wf_secret_set(&plain, bytes, lengths[i]), WF_OK);
		seal();
		ck_assert_uint_eq(sealed_len, lengths[i] + KEYRING_SEAL_OVERHEAD);
		ck_assert_uint_eq(sealed_by, 2);
		ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, sealed_len, &opened), WF_OK);
		ck_assert(wf_secret_equal(&opened, &plain));
	}
}
END_TEST

START_TEST(a_seal_that_does_not_fit_is_refused)
{
	size_t len = 77;
	uint32_t id = 77;

	memset(sealed, 'x', sizeof(sealed));
	ck_assert_int_eq(keyring_seal(keys, &place, &plain, sealed, 47, &len, &id), WF_TOO_LONG);
	ck_assert_uint_eq(len, 77);
	ck_assert_uint_eq(id, 77);
	ck_assert_int_eq(sealed[0], 'x');
	ck_assert_int_eq(keyring_seal(keys, &place, &plain, sealed, 48, &len, &id), WF_OK);
	ck_assert_int_eq(sealed[48], 'x');
}
END_TEST

START_TEST(a_place_that_is_too_long_is_refused)
{
	char label[600];
	struct keyring_aad far = {"credential", 7, label};
	size_t len;
	uint32_t id;

	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	ck_assert_int_eq(
		keyring_seal(keys, &far, &plain, sealed, sizeof(sealed), &len, &id), WF_TOO_LONG);
}
END_TEST

/* A row that was copied elsewhere in the database. */
START_TEST(another_place_does_not_open)
{
	static const struct keyring_aad others[] = {
		{"credential", 8, "phone"},
		{"credential", -7, "phone"},
		{"credential", 7, "phonf"},
		{"credential", 7, "phon"},
		{"credential", 7, ""},
		{"credential", 7, NULL},
		{"credentiam", 7, "phone"},
		{"credentialp", 7, "hone"},
		{NULL, 7, "phone"},
	};

	seal();
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(
			keyring_open(keys, 2, &others[i], sealed, sealed_len, &opened), WF_CORRUPT);
	ck_assert_ptr_null(opened.bytes);
	ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, sealed_len, &opened), WF_OK);
}
END_TEST

START_TEST(another_key_does_not_open)
{
	seal();
	ck_assert_int_eq(keyring_open(keys, 1, &place, sealed, sealed_len, &opened), WF_CORRUPT);
	ck_assert_int_eq(keyring_open(keys, 3, &place, sealed, sealed_len, &opened), WF_NOT_FOUND);
	/* Another file in which a key has the same number. */
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n2:" KEY_3 "\n");
	ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, sealed_len, &opened), WF_CORRUPT);
	/* The same key under another number. */
	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n3:" KEY_2 "\n");
	ck_assert_int_eq(keyring_open(keys, 3, &place, sealed, sealed_len, &opened), WF_CORRUPT);
	ck_assert_ptr_null(opened.bytes);
}
END_TEST

START_TEST(every_prefix_and_flipped_bit_is_refused)
{
	seal();
	for (size_t len = 0; len < sealed_len; len++)
		ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, len, &opened), WF_CORRUPT);
	ck_assert_int_eq(
		keyring_open(keys, 2, &place, sealed, sealed_len + 1, &opened), WF_CORRUPT);
	ck_assert_int_eq(
		keyring_open(keys, 2, &place, sealed, sizeof(sealed) + 1, &opened), WF_CORRUPT);
	for (size_t bit = 0; bit < 8 * sealed_len; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(
			keyring_open(keys, 2, &place, sealed, sealed_len, &opened), WF_CORRUPT);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_ptr_null(opened.bytes);
}
END_TEST

#define NONCES 1000

START_TEST(no_nonce_comes_twice)
{
	static uint8_t nonces[NONCES][12];

	for (size_t i = 0; i < NONCES; i++) {
		seal();
		memcpy(nonces[i], sealed, 12);
		for (size_t before = 0; before < i; before++)
			ck_assert_mem_ne(nonces[before], nonces[i], 12);
	}
}
END_TEST

START_TEST(hashes_differ_by_all_they_depend_on)
{
	uint8_t macs[6][32];

	ck_assert_int_eq(keyring_mac(keys, "name", "c", "alice", 5, macs[0]), WF_OK);
	ck_assert_int_eq(keyring_mac(keys, "recovery", "c", "alice", 5, macs[1]), WF_OK);
	ck_assert_int_eq(keyring_mac(keys, "name", "ca", "lice", 4, macs[2]), WF_OK);
	ck_assert_int_eq(keyring_mac(keys, "name", "c", "alicf", 5, macs[3]), WF_OK);
	ck_assert_int_eq(keyring_mac(keys, "name", "c", NULL, 0, macs[4]), WF_OK);
	ck_assert_int_eq(keyring_mac(keys, "name", NULL, "alice", 5, macs[5]), WF_OK);
	for (size_t a = 0; a < 6; a++)
		for (size_t b = 0; b < a; b++)
			ck_assert_mem_ne(macs[a], macs[b], 32);
	ck_assert_int_eq(keyring_mac(keys, "name", "", "alice", 5, macs[0]), WF_OK);
	ck_assert_mem_eq(macs[0], macs[5], 32);
}
END_TEST

START_TEST(a_purpose_has_a_limit)
{
	char purpose[80];
	uint8_t mac[32];

	memset(purpose, 'p', sizeof(purpose) - 1);
	purpose[sizeof(purpose) - 1] = '\0';
	ck_assert_int_eq(keyring_mac(keys, purpose, "", "alice", 5, mac), WF_TOO_LONG);
	purpose[55] = '\0'; /* fits with one prefix, not with both */
	ck_assert_int_eq(keyring_mac(keys, purpose, "", "alice", 5, mac), WF_TOO_LONG);
	purpose[40] = '\0';
	ck_assert_int_eq(keyring_mac(keys, purpose, "", "alice", 5, mac), WF_OK);
}
END_TEST

/* What a rotation promises: everything sealed before still opens, hashes stay. */
START_TEST(rotation_keeps_all_readable)
{
	uint8_t mac[32], after[32];
	uint32_t id = 0;

	seal();
	ck_assert_int_eq(keyring_mac(keys, "name", "", "alice", 5, mac), WF_OK);
	ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
	ck_assert_uint_eq(id, 3);
	keyring_free(&keys);
	keys = keys_load();
	ck_assert_uint_eq(keyring_current(keys), 3);
	ck_assert_int_eq(keyring_open(keys, sealed_by, &place, sealed, sealed_len, &opened), WF_OK);
	ck_assert(wf_secret_equal(&opened, &plain));
	ck_assert_int_eq(keyring_mac(keys, "name", "", "alice", 5, after), WF_OK);
	ck_assert_mem_eq(mac, after, 32);
	seal();
	ck_assert_uint_eq(sealed_by, 3);
}
END_TEST

/* What pruning promises: the key of look-ups and the current one stay, those between are gone. */
START_TEST(pruning_keeps_the_first_and_the_last)
{
	uint8_t first[64], mac[32], after[32];
	size_t first_len;
	uint32_t id;

	keyring_free(&keys);
	keys = keys_from("1:" KEY_1 "\n");
	seal();
	memcpy(first, sealed, sealed_len);
	first_len = sealed_len;
	ck_assert_int_eq(keyring_mac(keys, "name", "", "alice", 5, mac), WF_OK);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(keyring_add(keys_path, &id), WF_OK);
		keyring_free(&keys);
		keys = keys_load();
	}
	seal();
	ck_assert_int_eq(keyring_prune(keys_path, 0), WF_OK);
	keyring_free(&keys);
	keys = keys_load();
	ck_assert_uint_eq(keyring_lookup(keys), 1);
	ck_assert_uint_eq(keyring_current(keys), 3);
	ck_assert_int_eq(keyring_open(keys, 1, &place, first, first_len, &opened), WF_OK);
	ck_assert_int_eq(keyring_open(keys, 3, &place, sealed, sealed_len, &opened), WF_OK);
	ck_assert_int_eq(keyring_open(keys, 2, &place, sealed, sealed_len, &opened), WF_NOT_FOUND);
	ck_assert_int_eq(keyring_mac(keys, "name", "", "alice", 5, after), WF_OK);
	ck_assert_mem_eq(mac, after, 32);
}
END_TEST

START_TEST(freeing_is_harmless)
{
	keyring_free(&keys);
	ck_assert_ptr_null(keys);
	keyring_free(&keys);
}
END_TEST

static Suite *
keyring_suite(void)
{
	Suite *suite = suite_create("crypto keyring");
	TCase *tc = tcase_create("keyring");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, golden_values);
	tcase_add_test(tc, ids);
	tcase_add_test(tc, seals_go_round);
	tcase_add_test(tc, a_seal_that_does_not_fit_is_refused);
	tcase_add_test(tc, a_place_that_is_too_long_is_refused);
	tcase_add_test(tc, another_place_does_not_open);
	tcase_add_test(tc, another_key_does_not_open);
	tcase_add_test(tc, every_prefix_and_flipped_bit_is_refused);
	tcase_add_test(tc, no_nonce_comes_twice);
	tcase_add_test(tc, hashes_differ_by_all_they_depend_on);
	tcase_add_test(tc, a_purpose_has_a_limit);
	tcase_add_test(tc, rotation_keeps_all_readable);
	tcase_add_test(tc, pruning_keeps_the_first_and_the_last);
	tcase_add_test(tc, freeing_is_harmless);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(keyring_suite)
