/*
 * New hashes and their cost, which hashes can be verified, and the measurement for `warifu tune`.
 */
#include "config.h"

#include <string.h>

#include "authd/factor/argon2.h"
#include "common/fault.h"
#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"
#include "tests/vectors/argon2id.h"
#include "tests/vectors/crypt.h"

static const struct password_cost cheap = {64, 1, 1};

static struct wf_secret
secret_of(const char *text)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, text, strlen(text)), WF_OK);
	return secret;
}

START_TEST(the_cost_starts_at_its_default)
{
	struct password_cost cost = password_cost_get();

	ck_assert_uint_eq(cost.memory_kib, PASSWORD_COST_DEFAULT.memory_kib);
	ck_assert_uint_eq(cost.passes, PASSWORD_COST_DEFAULT.passes);
	ck_assert_uint_eq(cost.lanes, PASSWORD_COST_DEFAULT.lanes);
}
END_TEST

START_TEST(costs_out_of_bounds_change_nothing)
{
	static const struct password_cost bad[] = {{7, 1, 1}, {(1 << 20) + 1, 1, 1}, {64, 0, 1},
		{64, 17, 1}, {64, 1, 0}, {1024, 1, 17}, {15, 1, 2}};
	static const struct password_cost good[] = {{8, 1, 1}, {1 << 20, 16, 1}, {100, 3, 1}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(password_cost_set(&bad[i]), WF_INVALID);
		ck_assert_uint_eq(password_cost_get().memory_kib, PASSWORD_COST_DEFAULT.memory_kib);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct password_cost cost;

		ck_assert_int_eq(password_cost_set(&good[i]), WF_OK);
		cost = password_cost_get();
		ck_assert_mem_eq(&cost, &good[i], sizeof(cost));
	}
}
END_TEST

START_TEST(lanes_are_the_backends_affair)
{
	struct password_cost cost = {128, 1, 4};
	bool can = factor_argon2_lanes_max >= 4;
	struct wf_secret secret = secret_of("secret");
	char hash[PASSWORD_HASH_MAX];
	double ms = 0, rate = 0;

	ck_assert_int_eq(password_cost_set(&cost), can ? WF_OK : WF_UNSUPPORTED);
	if (can) {
		ck_assert_int_eq(password_hash(&secret, NULL, hash, sizeof(hash)), WF_OK);
		ck_assert_ptr_nonnull(strstr(hash, "$m=128,t=1,p=4$"));
	} else {
		ck_assert_int_eq(password_measure(&cost, 1, &ms, &rate), WF_UNSUPPORTED);
	}
	ck_assert_str_eq(password_backend(), can ? "libargon2" : "libsodium");
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(a_hash_has_cost_and_a_salt_of_its_own)
{
	struct wf_secret secret = secret_of("secret"), none = WF_SECRET_EMPTY;
	char one[PASSWORD_HASH_MAX], two[PASSWORD_HASH_MAX] = "kept";

	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
	ck_assert_int_eq(password_hash(&none, NULL, two, sizeof(two)), WF_INVALID);
	ck_assert_int_eq(password_hash(&secret, NULL, two, 60), WF_TOO_LONG);
	ck_assert_str_eq(two, "kept");
	ck_assert_int_eq(password_hash(&secret, NULL, one, sizeof(one)), WF_OK);
	ck_assert_int_eq(password_hash(&secret, NULL, two, sizeof(two)), WF_OK);
	ck_assert_int_eq(strncmp(one, "$argon2id$v=19$m=64,t=1,p=1$", 28), 0);
	ck_assert_str_ne(one, two);
	ck_assert_str_ne(strrchr(one, '$'), strrchr(two, '$'));
	ck_assert_int_eq(password_hash_check(one), WF_OK);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(hashes_that_can_be_verified)
{
	for (size_t i = 0; i < sizeof(argon2id_rows) / sizeof(argon2id_rows[0]); i++)
		ck_assert_int_eq(password_hash_check(argon2id_rows[i].encoded), WF_OK);
	for (size_t i = 0; i < sizeof(crypt_rows) / sizeof(crypt_rows[0]); i++)
		ck_assert_msg(password_hash_check(crypt_rows[i].hash) == WF_OK, "%s",
			crypt_rows[i].method);
	/* As dear as a worker is asked to bear. */
	ck_assert_int_eq(password_hash_check("$6$rounds=5000000$usesomesillystri$"
					     "QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDG"
					     "nlS5BbM9peWfTFKE5azPwGkE5M0bDLay."),
		WF_OK);
	ck_assert_int_eq(
		password_hash_check("$y$j9T$$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79"), WF_OK);
	/* As crypt_gensalt() writes them from its lowest cost to its highest. */
	ck_assert_int_eq(password_hash_check("$y$j75$F5Jx5fExrKuPp53xLKQ..1$"
					     "zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79"),
		WF_OK);
	ck_assert_int_eq(password_hash_check("$y$jFT$F5Jx5fExrKuPp53xLKQ..1$"
					     "zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79"),
		WF_OK);
}
END_TEST

static const char *const bad_hashes[] = {
	"",
	"!",
	"*",
	"x",
	"!!",
	"*0",
	"*1",
	"password",
	"!$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80",
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
	"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$1$",
	"$1$abcdefgh",
	"$1$abcdefgh$",
	"$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm8",
	"$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm8\xc3\xa4",
	"$1$abcdefgh$y6iHhJNbuC0xpb=0w9pm80",
	"$6$abcdefgh$tooshort",
	"$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/"
	"GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.:99",
	"$9$abcdefgh$y6iHhJNbuC0xpbk0w9pm80",
	"abhfCpXqd4Gr",
	"abhfCpXqd4GrIx",
	"ab:fCpXqd4GrI",
	"_J9..rasmDiLRGIlI80",
	/* Too dear for a worker. */
	"$6$rounds=5000001$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$2b$16$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
	"$y$jFTx$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j9U$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$jGT$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$k9T$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"_J9./rasmDiLRGIlI80c",
	/* Costs that no crypt_gensalt() writes and crypt() does not take. */
	"$y$j)T$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$6$rounds=999$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$6$rounds=05000$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$6$rounds=a000$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80=",
	"$6$rounds=:$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$6$rounds=5000x$usesomesillystri$"
	"QWqf8PWMt5i07kZwWBLQNhUYokoRR3QYESDc9qFyU7XHqTY51VMDGnlS5BbM9peWfTFKE5azPwGkE5M0bDLay.",
	"$6$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
	"$y$j9T$F5Jx5fExrKuPp53xLKQ..1",
	"$y$j9T$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j9T$1F$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j9T$1=1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j9T$"
	"1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111$"
	"zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j9T$1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
	"$y$j",
	"ab$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf",
	"_J=..rasmDiLRGIlI80c",
	/* Methods whose cost has no bound, or that nobody has in /etc/shadow. */
	"$sha1$4294967295$jtNX3nZ2$hBNaIXkt4wBI2o5rsi8KejSjNqIq",
	"rounds=$m1FzwctVrjrUC", /* the option of another method does not make it one of DES */
	"$md5,rounds=4294963199$1xMeE.at$$0123456789012345678901",
	"$3$$8846f7eaee8fb117ad06bdd830b7586c",
};

START_TEST(hashes_that_cannot)
{
	ck_assert_int_eq(password_hash_check(bad_hashes[_i]), WF_INVALID);
}
END_TEST

START_TEST(a_measurement_is_plausible)
{
	double ms = 0, rate = 0, ms_dear = 0, rate_dear = 0;
	struct password_cost dear = {1024, 4, 1};

	ck_assert_int_eq(password_measure(&cheap, 1, &ms, &rate), WF_OK);
	ck_assert_int_eq(password_measure(&dear, 2, &ms_dear, &rate_dear), WF_OK);
	ck_assert(ms > 0 && rate > 0);
	/* one thread: one after the other */
	ck_assert(rate * ms > 900 && rate * ms < 1100);
	ck_assert(rate_dear * ms_dear > 1800 && rate_dear * ms_dear < 2200); /* two at once */
	ck_assert(ms_dear > ms);
}
END_TEST

START_TEST(measurements_out_of_bounds_are_refused)
{
	struct password_cost bad = {7, 1, 1};
	double ms = -1, rate = -1;

	ck_assert_int_eq(password_measure(&cheap, 0, &ms, &rate), WF_INVALID);
	ck_assert_int_eq(password_measure(&cheap, 65, &ms, &rate), WF_INVALID);
	ck_assert_int_eq(password_measure(&bad, 1, &ms, &rate), WF_INVALID);
	ck_assert(ms == -1 && rate == -1);
}
END_TEST

/* What the parser lets nobody ask for. */
START_TEST(a_cost_that_the_library_refuses)
{
	struct phc phc = {.cost = {1, 1, 4}, .salt_len = 16, .hash_len = 32};
	struct wf_secret secret = secret_of("secret");
	uint8_t hash[PHC_HASH_MAX];

	ck_assert_int_ne(factor_argon2_hash(&secret, &phc, NULL, hash), WF_OK);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(more_memory_than_there_is)
{
	ck_assert_ptr_null(scratch_lend(NULL, SIZE_MAX / 4));
}
END_TEST

#ifdef WF_FAULT
START_TEST(every_fault_is_told)
{
	struct wf_secret secret = secret_of("secret");
	char hash[PASSWORD_HASH_MAX] = "kept";
	void *scratch = NULL;
	double ms = -1, rate = -1;

	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
	wf_fault_arm(1, false);
	ck_assert_int_eq(password_hash(&secret, NULL, hash, sizeof(hash)), WF_UNAVAILABLE);
	wf_fault_arm(2, false);
	ck_assert_int_eq(password_hash(&secret, NULL, hash, sizeof(hash)), WF_NO_MEMORY);
	ck_assert_str_eq(hash, "kept");
	wf_fault_arm(1, false);
	ck_assert_int_eq(factor_scratch_new(&scratch), WF_NO_MEMORY);
	ck_assert_ptr_null(scratch);
	/* scratch memory twice, a thread, another or its memory */
	for (uint64_t nth = 1; nth <= 4; nth++) {
		wf_status status;

		wf_fault_arm(nth, false);
		status = password_measure(&cheap, 2, &ms, &rate);
		ck_assert(status == WF_NO_MEMORY || (nth > 2 && status == WF_UNAVAILABLE));
	}
	wf_fault_arm(3, true); /* in the thread */
	ck_assert_int_eq(password_measure(&cheap, 1, &ms, &rate), WF_NO_MEMORY);
	wf_fault_arm(0, false);
	ck_assert(ms == -1 && rate == -1);
	wf_secret_clear(&secret);
}
END_TEST
#endif

static Suite *
password_hash_suite(void)
{
	Suite *suite = suite_create("password_hash");
	TCase *tc = tcase_create("password_hash");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_cost_starts_at_its_default);
	tcase_add_test(tc, costs_out_of_bounds_change_nothing);
	tcase_add_test(tc, lanes_are_the_backends_affair);
	tcase_add_test(tc, a_hash_has_cost_and_a_salt_of_its_own);
	tcase_add_test(tc, hashes_that_can_be_verified);
	tcase_add_loop_test(
		tc, hashes_that_cannot, 0, (int)(sizeof(bad_hashes) / sizeof(bad_hashes[0])));
	tcase_add_test(tc, a_measurement_is_plausible);
	tcase_add_test(tc, a_cost_that_the_library_refuses);
	tcase_add_test(tc, more_memory_than_there_is);
	tcase_add_test(tc, measurements_out_of_bounds_are_refused);
#ifdef WF_FAULT
	tcase_add_test(tc, every_fault_is_told);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(password_hash_suite)
