/*
 * The algorithms against the vectors of their standards: RFC 5869 (HKDF), RFC 4231 (HMAC), FIPS 180
 * (SHA-256), and the test cases 13 to 16 of McGrew and Viega's GCM specification (AES-256).
 */
#include "config.h"

#include "authd/crypto/primitives.h"

#include <string.h>

#include "authd/crypto/keyring.h"
#include "tests/unit/crypto/hex.h"
#include "tests/unit/unit.h"

/* Secrets longer than any here. */
static void
secret_from_hex(struct wf_secret *secret, const char *text)
{
	uint8_t bytes[WF_SECRET_MAX];
	size_t len = unhex(text, bytes, sizeof(bytes));

	ck_assert_int_eq(wf_secret_set(secret, bytes, len), WF_OK);
}

#define OB20 "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define AA20 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA131 AA20 AA20 AA20 AA20 AA20 AA20 "aaaaaaaaaaaaaaaaaaaaaa"
#define DD10 "dddddddddddddddddddd"
#define CD10 "cdcdcdcdcdcdcdcdcdcd"

static const struct {
	const char *key, *salt, *info, *derived;
} hkdf_cases[] = {
	{OB20 "0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185"
		"865"},
	{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627282"
	 "92a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
		"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283848586878"
		"8898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		"b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d"
		"8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		"b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac782727"
		"1cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d"
		"87"},
	{OB20 "0b0b", "", "",
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a9"
		"6c8"},
};

START_TEST(hkdf)
{
	struct wf_secret key = WF_SECRET_EMPTY, derived = WF_SECRET_EMPTY;
	uint8_t salt[128], info[128], expected[128];
	size_t salt_len = unhex(hkdf_cases[_i].salt, salt, sizeof(salt));
	size_t info_len = unhex(hkdf_cases[_i].info, info, sizeof(info));
	size_t len = unhex(hkdf_cases[_i].derived, expected, sizeof(expected));

	secret_from_hex(&key, hkdf_cases[_i].key);
	ck_assert_int_eq(crypto_hkdf(&key, (struct crypto_bytes){salt, salt_len},
				 (struct crypto_bytes){info, info_len}, len, &derived),
		WF_OK);
	ck_assert_uint_eq(derived.len, len);
	ck_assert_mem_eq(derived.bytes, expected, len);
	wf_secret_clear(&key);
	wf_secret_clear(&derived);
}
END_TEST

START_TEST(hkdf_has_a_limit)
{
	struct wf_secret key = WF_SECRET_EMPTY, derived = WF_SECRET_EMPTY;
	struct crypto_bytes none = {NULL, 0};

	secret_from_hex(&key, OB20);
	ck_assert_int_eq(crypto_hkdf(&key, none, none, WF_SECRET_MAX + 1, &derived), WF_TOO_LONG);
	ck_assert_ptr_null(derived.bytes);
	wf_secret_clear(&key);
}
END_TEST

static const struct {
	const char *key, *data, *mac;
} hmac_cases[] = {
	{OB20, "4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	{"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	{AA20, DD10 DD10 DD10 DD10 DD10,
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
	{"0102030405060708090a0b0c0d0e0f10111213141516171819", CD10 CD10 CD10 CD10 CD10,
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
	{AA131,
		"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048"
		"617"
		"368204b6579204669727374",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	{AA131,
		"5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d"
		"736"
		"97a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612"
		"e20"
		"546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e672075"
		"736"
		"5642062792074686520484d414320616c676f726974686d2e",
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

START_TEST(hmac)
{
	struct wf_secret key = WF_SECRET_EMPTY;
	uint8_t data[256], expected[32], mac[32];
	size_t len = unhex(hmac_cases[_i].data, data, sizeof(data));

	ck_assert_uint_eq(unhex(hmac_cases[_i].mac, expected, sizeof(expected)), 32);
	secret_from_hex(&key, hmac_cases[_i].key);
	/* In two parts at every place. */
	for (size_t cut = 0; cut <= len; cut++) {
		struct crypto_bytes parts[] = {{data, cut}, {data + cut, len - cut}};

		ck_assert_int_eq(crypto_hmac(&key, parts, 2, mac), WF_OK);
		ck_assert_mem_eq(mac, expected, 32);
	}
	wf_secret_clear(&key);
}
END_TEST

START_TEST(sha256)
{
	static const char *const cases[][2] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t expected[32], hash[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_uint_eq(unhex(cases[i][1], expected, sizeof(expected)), 32);
		ck_assert_int_eq(crypto_sha256(cases[i][0], strlen(cases[i][0]), hash), WF_OK);
		ck_assert_mem_eq(hash, expected, 32);
	}
}
END_TEST

#define ZERO32 "0000000000000000000000000000000000000000000000000000000000000000"
#define GCM_KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define GCM_PLAIN                                                                                  \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24" \
	"49a6b525b16aedf5aa0de657ba637b39"
#define GCM_CIPHER                                                                                 \
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10" \
	"56828838c5f61e6393ba7a0abcc9f662"

static const struct {
	const char *key, *nonce, *aad, *plain, *cipher, *tag;
} gcm_cases[] = {
	{ZERO32, "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
	{ZERO32, "000000000000000000000000", "", "00000000000000000000000000000000",
		"cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
	{GCM_KEY, "cafebabefacedbaddecaf888", "", GCM_PLAIN "1aafd255", GCM_CIPHER "898015ad",
		"b094dac5d93471bdec1a502270e3cc6c"},
	{GCM_KEY, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN,
		GCM_CIPHER, "76fc6ece0f4e1768cddf8853bb2d551b"},
};

struct gcm_case {
	struct wf_secret key;
	uint8_t nonce[12], aad[32], plain[64], cipher[64], tag[16];
	size_t aad_len, len;
	struct crypto_gcm gcm;
};

static void
gcm_case_get(struct gcm_case *c, int i)
{
	c->key = WF_SECRET_EMPTY;
	secret_from_hex(&c->key, gcm_cases[i].key);
	ck_assert_uint_eq(unhex(gcm_cases[i].nonce, c->nonce, sizeof(c->nonce)), 12);
	c->aad_len = unhex(gcm_cases[i].aad, c->aad, sizeof(c->aad));
	c->len = unhex(gcm_cases[i].plain, c->plain, sizeof(c->plain));
	ck_assert_uint_eq(unhex(gcm_cases[i].cipher, c->cipher, sizeof(c->cipher)), c->len);
	ck_assert_uint_eq(unhex(gcm_cases[i].tag, c->tag, sizeof(c->tag)), 16);
	c->gcm = (struct crypto_gcm){&c->key, c->nonce, {c->aad, c->aad_len}};
}

START_TEST(gcm_seals_and_opens)
{
	struct gcm_case c;
	uint8_t out[64], tag[16];

	gcm_case_get(&c, _i);
	ck_assert_int_eq(crypto_gcm_seal(&c.gcm, c.plain, c.len, out, tag), WF_OK);
	ck_assert_mem_eq(out, c.cipher, c.len);
	ck_assert_mem_eq(tag, c.tag, 16);
	/* In place. */
	ck_assert_int_eq(crypto_gcm_open(&c.gcm, out, c.len, tag, out), WF_OK);
	ck_assert_mem_eq(out, c.plain, c.len);
	wf_secret_clear(&c.key);
}
END_TEST

START_TEST(gcm_refuses_what_was_altered)
{
	static const uint8_t zeros[64];
	struct gcm_case c;
	uint8_t out[64];

	gcm_case_get(&c, 3);
	for (size_t bit = 0; bit < 8 * (c.len + 16 + 12 + c.aad_len); bit++) {
		size_t at = bit / 8;
		uint8_t *place = at < c.len        ? c.cipher + at
				 : at < c.len + 16 ? c.tag + (at - c.len)
				 : at < c.len + 28 ? c.nonce + (at - c.len - 16)
						   : c.aad + (at - c.len - 28);

		*place ^= (uint8_t)(1 << bit % 8);
		memset(out, 'x', sizeof(out));
		ck_assert_int_eq(crypto_gcm_open(&c.gcm, c.cipher, c.len, c.tag, out), WF_CORRUPT);
		ck_assert_mem_eq(out, zeros, c.len);
		*place ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(crypto_gcm_open(&c.gcm, c.cipher, c.len, c.tag, out), WF_OK);
	wf_secret_clear(&c.key);
}
END_TEST

START_TEST(gcm_wants_a_whole_key)
{
	struct gcm_case c;
	uint8_t out[64], tag[16];

	gcm_case_get(&c, 3);
	c.key.len = 31;
	ck_assert_int_eq(crypto_gcm_seal(&c.gcm, c.plain, c.len, out, tag), WF_CRYPTO);
	ck_assert_int_eq(crypto_gcm_open(&c.gcm, c.cipher, c.len, c.tag, out), WF_CRYPTO);
	wf_secret_clear(&c.key);
}
END_TEST

static Suite *
primitives_suite(void)
{
	Suite *suite = suite_create("crypto primitives");
	TCase *tc = tcase_create("vectors");

	tcase_add_loop_test(tc, hkdf, 0, sizeof(hkdf_cases) / sizeof(hkdf_cases[0]));
	tcase_add_test(tc, hkdf_has_a_limit);
	tcase_add_loop_test(tc, hmac, 0, sizeof(hmac_cases) / sizeof(hmac_cases[0]));
	tcase_add_test(tc, sha256);
	tcase_add_loop_test(tc, gcm_seals_and_opens, 0, sizeof(gcm_cases) / sizeof(gcm_cases[0]));
	tcase_add_test(tc, gcm_refuses_what_was_altered);
	tcase_add_test(tc, gcm_wants_a_whole_key);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(primitives_suite)
