/* The rule about Message-Authenticator, for every combination of facts (checklist I2, I3). */
#include "config.h"

#include <string.h>

#include "radius/protection.h"
#include "tests/unit/unit.h"

static bool learn;

static enum protection_answer
judge(struct protection_facts facts)
{
	return protection_judge(&facts, &learn);
}

START_TEST(i2_required)
{
	struct protection_facts facts = {
		.rule = CLIENT_AUTHENTICATOR_REQUIRED, .single = true, .verified = WF_NOT_FOUND};

	ck_assert_int_eq(judge(facts), PROTECTION_MISSING);
	facts.proxies = true;
	ck_assert_int_eq(judge(facts), PROTECTION_MISSING);
	facts.verified = WF_OK;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(!learn);
	facts.verified = WF_NO;
	ck_assert_int_eq(judge(facts), PROTECTION_WRONG);
	facts.verified = WF_CRYPTO;
	ck_assert_int_eq(judge(facts), PROTECTION_BROKEN);
}
END_TEST

START_TEST(i2_optional_and_proxy_state)
{
	struct protection_facts facts = {
		.rule = CLIENT_AUTHENTICATOR_OPTIONAL, .verified = WF_NOT_FOUND};

	ck_assert_int_eq(judge(facts), PROTECTION_UNSIGNED);
	facts.proxy_state = true;
	ck_assert_int_eq(judge(facts), PROTECTION_PROXY_STATE);
	facts.proxies = true;
	ck_assert_int_eq(judge(facts), PROTECTION_UNSIGNED);
	facts.verified = WF_NO;
	ck_assert_int_eq(judge(facts), PROTECTION_WRONG);
}
END_TEST

/* F5: within TLS nothing is demanded and nothing learned, but what is wrong stays wrong. */
START_TEST(f5_sealed)
{
	struct protection_facts facts = {.rule = CLIENT_AUTHENTICATOR_REQUIRED,
		.single = true,
		.sealed = true,
		.proxy_state = true,
		.verified = WF_NOT_FOUND};

	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	facts.rule = CLIENT_AUTHENTICATOR_AUTO;
	facts.verified = WF_OK;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(!learn);
	facts.verified = WF_NO;
	ck_assert_int_eq(judge(facts), PROTECTION_WRONG);
	facts.verified = WF_CRYPTO;
	ck_assert_int_eq(judge(facts), PROTECTION_BROKEN);
}
END_TEST

START_TEST(i3_auto)
{
	struct protection_facts facts = {
		.rule = CLIENT_AUTHENTICATOR_AUTO, .single = true, .verified = WF_NOT_FOUND};

	ck_assert_int_eq(judge(facts), PROTECTION_UNSIGNED);
	ck_assert(!learn);
	facts.verified = WF_OK;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(learn);
	facts.eap = true;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(!learn);
	facts = (struct protection_facts){.rule = CLIENT_AUTHENTICATOR_AUTO,
		.single = true,
		.learned = true,
		.verified = WF_NOT_FOUND};
	ck_assert_int_eq(judge(facts), PROTECTION_MISSING);
	facts.verified = WF_OK;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(!learn);
	/* Never for a range. */
	facts.learned = facts.single = false;
	ck_assert_int_eq(judge(facts), PROTECTION_FINE);
	ck_assert(!learn);
	facts.learned = true;
	facts.verified = WF_NOT_FOUND;
	ck_assert_int_eq(judge(facts), PROTECTION_UNSIGNED);
}
END_TEST

/*
 * Whatever the facts: nothing without a right one passes where it is demanded, and a wrong one
 * never does.
 */
START_TEST(all_combinations)
{
	static const wf_status verified[] = {WF_OK, WF_NO, WF_NOT_FOUND, WF_CRYPTO};

	for (unsigned bits = 0; bits < 3 * 32 * 4; bits++) {
		const struct protection_facts facts = {
			.rule = (enum client_authenticator)(bits / 128),
			.proxies = bits & 1,
			.single = bits & 2,
			.learned = bits & 4,
			.proxy_state = bits & 8,
			.eap = bits & 16,
			.verified = verified[bits / 32 % 4],
		};
		enum protection_answer answer = judge(facts);
		bool fine = protection_passes(answer);

		ck_assert((answer == PROTECTION_FINE) == (facts.verified == WF_OK));
		if (facts.verified == WF_OK)
			ck_assert(fine);
		else if (facts.verified != WF_NOT_FOUND ||
			 facts.rule == CLIENT_AUTHENTICATOR_REQUIRED)
			ck_assert(!fine);
		if (learn)
			ck_assert(facts.verified == WF_OK && facts.single &&
				  facts.rule == CLIENT_AUTHENTICATOR_AUTO);
	}
}
END_TEST

START_TEST(names)
{
	for (unsigned i = 1; i < PROTECTION_ANSWERS; i++) {
		ck_assert_uint_gt(strlen(protection_name((enum protection_answer)i)), 0);
		ck_assert_ptr_nonnull(protection_about((enum protection_answer)i));
	}
	ck_assert_ptr_null(protection_about(PROTECTION_FINE));
}
END_TEST

static Suite *
protection_suite(void)
{
	Suite *suite = suite_create("protection");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, i2_required);
	tcase_add_test(tc, i2_optional_and_proxy_state);
	tcase_add_test(tc, f5_sealed);
	tcase_add_test(tc, i3_auto);
	tcase_add_test(tc, all_combinations);
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(protection_suite)
