/* Keys of requests: the same parts give the same key, and parts are kept apart. */
#include "config.h"

#include <string.h>

#include "radius/fingerprint.h"
#include "tests/unit/unit.h"

static struct digest *digest;
static uint8_t one[FINGERPRINT_LEN], two[FINGERPRINT_LEN];

static void
setup(void)
{
	ck_assert_int_eq(digest_new(&digest), WF_OK);
}

static void
teardown(void)
{
	digest_free(&digest);
}

static void
make(const char *first, const char *second, uint8_t key_r[FINGERPRINT_LEN])
{
	const struct digest_part parts[] = {{first, strlen(first)}, {second, strlen(second)}};

	ck_assert_int_eq(fingerprint_make(digest, parts, 2, key_r), WF_OK);
}

START_TEST(parts_are_apart)
{
	make("ab", "c", one);
	make("ab", "c", two);
	ck_assert_mem_eq(one, two, sizeof(one));
	make("a", "bc", two);
	ck_assert_mem_ne(one, two, sizeof(one));
	make("abc", "", two);
	ck_assert_mem_ne(one, two, sizeof(one));
}
END_TEST

/* SHA-256 of 00 00 00 03 61 62 63, by sha256sum. */
START_TEST(known_value)
{
	static const uint8_t wanted[4] = {0xd0, 0x4b, 0x72, 0xa6};
	const struct digest_part part = {"abc", 3};

	ck_assert_int_eq(fingerprint_make(digest, &part, 1, one), WF_OK);
	ck_assert_mem_eq(one, wanted, sizeof(wanted));
}
END_TEST

START_TEST(too_many)
{
	static const struct digest_part parts[FINGERPRINT_PARTS_MAX + 1];

	ck_assert_int_eq(fingerprint_make(digest, parts, FINGERPRINT_PARTS_MAX, one), WF_OK);
	ck_assert_int_eq(
		fingerprint_make(digest, parts, FINGERPRINT_PARTS_MAX + 1, one), WF_TOO_LONG);
}
END_TEST

static Suite *
fingerprint_suite(void)
{
	Suite *suite = suite_create("fingerprint");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, parts_are_apart);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, known_value);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(fingerprint_suite)
