/* MD5 and HMAC-MD5 by the vectors of RFC 1321 and RFC 2202. */
#include "config.h"

#include <string.h>

#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static void
equals(const uint8_t found[DIGEST_LEN], const char *hex)
{
	struct craft wanted;

	craft_hex(&wanted, hex);
	ck_assert_mem_eq(found, wanted.bytes, DIGEST_LEN);
}

START_TEST(md5)
{
	const struct digest_part parts[] = {{"mes", 3}, {NULL, 0}, {"sage digest", 11}};
	struct digest *digest;
	uint8_t found[DIGEST_LEN];

	ck_assert_int_eq(digest_new(&digest), WF_OK);
	ck_assert_int_eq(digest_md5(digest, parts, 0, found), WF_OK);
	equals(found, "d41d8cd98f00b204e9800998ecf8427e");
	ck_assert_int_eq(digest_md5(digest, parts, 3, found), WF_OK);
	equals(found, "f96b697d7cb7938d525a2f31aaf161d0");
	digest_free(&digest);
	ck_assert_ptr_null(digest);
	digest_free(&digest);
}
END_TEST

START_TEST(hmac)
{
	const struct digest_part hello[] = {{"Hi ", 3}, {"There", 5}};
	const struct digest_part what = {"what do ya want for nothing?", 28};
	struct wf_secret key = WF_SECRET_EMPTY;
	struct digest *digest;
	uint8_t found[DIGEST_LEN], long_key[80];

	ck_assert_int_eq(digest_new(&digest), WF_OK);
	memset(long_key, 0x0b, 16);
	ck_assert_int_eq(wf_secret_set(&key, long_key, 16), WF_OK);
	ck_assert_int_eq(digest_hmac(digest, &key, hello, 2, found), WF_OK);
	equals(found, "9294727a3638bb1c13f48ef8158bfc9d");
	ck_assert_int_eq(wf_secret_set(&key, "Jefe", 4), WF_OK);
	ck_assert_int_eq(digest_hmac(digest, &key, &what, 1, found), WF_OK);
	equals(found, "750c783e6ab0b503eaa86e310a5db738");
	/* A key longer than a block is hashed first. */
	memset(long_key, 0xaa, 80);
	ck_assert_int_eq(wf_secret_set(&key, long_key, 80), WF_OK);
	ck_assert_int_eq(
		digest_hmac(digest, &key,
			&(struct digest_part){
				"Test Using Larger Than Block-Size Key - Hash Key First", 54},
			1, found),
		WF_OK);
	equals(found, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
	wf_secret_clear(&key);
	digest_free(&digest);
}
END_TEST

static Suite *
digest_suite(void)
{
	Suite *suite = suite_create("digest");
	TCase *tc = tcase_create("vectors");

	tcase_add_test(tc, md5);
	tcase_add_test(tc, hmac);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(digest_suite)
