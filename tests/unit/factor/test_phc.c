/*
 * The encoded form of Argon2id hashes: what is read is written back the same, and nothing else is
 * read.
 */
#include "config.h"

#include "authd/factor/phc.h"

#include <string.h>

#include "tests/unit/unit.h"
#include "tests/vectors/argon2id.h"

#define GOOD_SALT "c29tZXNhbHQ"
#define GOOD_HASH "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

START_TEST(what_is_read_is_written_back)
{
	struct phc phc;
	char text[PHC_TEXT_MAX];

	ck_assert_int_eq(phc_parse(argon2id_rows[_i].encoded, &phc), WF_OK);
	ck_assert_int_eq(phc_format(&phc, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, argon2id_rows[_i].encoded);
	ck_assert_int_eq(phc_format(&phc, text, strlen(text) + 1), WF_OK);
	strncpy(text, "kept", sizeof(text));
	ck_assert_int_eq(phc_format(&phc, text, strlen(argon2id_rows[_i].encoded)), WF_TOO_LONG);
	ck_assert_str_eq(text, "kept");
}
END_TEST

/* Salt and hash of every length in bounds, with and without bits left over. */
START_TEST(every_length_in_bounds_goes_round)
{
	struct phc phc = {.cost = {19456, 2, 1}}, back;
	char text[PHC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(phc.salt); i++) {
		phc.salt[i] = (uint8_t)(i * 37 + 250);
		phc.hash[i] = (uint8_t)(i * 91 + 255);
	}
	for (size_t len = 1; len <= 64; len++) {
		wf_status expected = len >= PHC_HASH_MIN ? WF_OK : WF_INVALID;

		phc.salt_len = len < PHC_SALT_MIN ? PHC_SALT_MIN : len;
		phc.hash_len = len;
		ck_assert_int_eq(phc_format(&phc, text, sizeof(text)), WF_OK);
		ck_assert_int_eq(phc_parse(text, &back), expected);
		if (expected == WF_OK) {
			ck_assert_uint_eq(back.salt_len, phc.salt_len);
			ck_assert_uint_eq(back.hash_len, phc.hash_len);
			ck_assert_mem_eq(back.salt, phc.salt, phc.salt_len);
			ck_assert_mem_eq(back.hash, phc.hash, phc.hash_len);
		}
	}
}
END_TEST

static const char *const bad_texts[] = {
	"",
	"$",
	"$argon2id$",
	"$argon2i$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2d$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=16$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=20$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=019$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=0256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=-1,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=+256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m= 256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=7,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=15,t=2,p=2$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=1048577,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=4294967552,t=2,p=1$" GOOD_SALT "$" GOOD_HASH, /* 2^32 + 256 */
	"$argon2id$v=19$m=18446744073709551872,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=0,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=17,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=0$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=17$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$t=2,m=256,p=1$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,p=1,t=2$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=1,keyid=x$" GOOD_SALT "$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT,
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$",
	"$argon2id$v=19$m=256,t=2,p=1$$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbA$" GOOD_HASH, /* 7 octets of salt */
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "=$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH "=",
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH "$",
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH "\n",
	/* stray bits */
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/5",
	/* stray bits */
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$" GOOD_HASH,
	/* lone character */
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQAA$" GOOD_HASH,
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$nf65EOgLrQMR_uIPnA4rEsF5h7TKyQwu9U1bMCHGi-4",
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$nf65EOgLrQMR/uIPnA4r",	/* 15 octets */
	/* 66 octets or so */
	"$argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH GOOD_HASH "AA",
	" $argon2id$v=19$m=256,t=2,p=1$" GOOD_SALT "$" GOOD_HASH,
};

START_TEST(anything_else_is_refused)
{
	struct phc phc = {.salt_len = 4711};

	ck_assert_int_eq(phc_parse(bad_texts[_i], &phc), WF_INVALID);
	ck_assert_uint_eq(phc.salt_len, 4711);
}
END_TEST

START_TEST(the_bounds_themselves_are_good)
{
	struct phc phc;

	ck_assert_int_eq(
		phc_parse("$argon2id$v=19$m=8,t=1,p=1$" GOOD_SALT "$" GOOD_HASH, &phc), WF_OK);
	ck_assert_int_eq(
		phc_parse("$argon2id$v=19$m=1048576,t=16,p=16$" GOOD_SALT "$" GOOD_HASH, &phc),
		WF_OK);
	ck_assert_uint_eq(phc.cost.memory_kib, 1048576);
	ck_assert_uint_eq(phc.cost.passes, 16);
	ck_assert_uint_eq(phc.cost.lanes, 16);
	ck_assert_uint_eq(phc.salt_len, 8);
	ck_assert_uint_eq(phc.hash_len, 32);
}
END_TEST

static Suite *
phc_suite(void)
{
	Suite *suite = suite_create("phc");
	TCase *tc = tcase_create("phc");

	tcase_add_loop_test(tc, what_is_read_is_written_back, 0, 5);
	tcase_add_test(tc, every_length_in_bounds_goes_round);
	tcase_add_loop_test(
		tc, anything_else_is_refused, 0, (int)(sizeof(bad_texts) / sizeof(bad_texts[0])));
	tcase_add_test(tc, the_bounds_themselves_are_good);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(phc_suite)
