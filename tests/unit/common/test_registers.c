/* The vector registers are empty behind a wipe, on processors with AVX and without. */
#include "config.h"

#include "common/registers.h"

#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

#ifdef __x86_64__
#define REGISTERS 16
#define EACH(op)                                                                                \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13) \
		op(14) op(15)
#define LOAD(n) "movdqu (%0), %%xmm" #n ";"
#define STORE(n) "movdqu %%xmm" #n ", (" #n "*16)(%0);"
#define USED                                                                                     \
	"memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
		"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

static uint8_t found[REGISTERS * 16];

/* What the registers hold of a secret that was in all of them, behind this. */
static void
held(void (*wipe)(void))
{
	static const uint8_t secret[16] = "plum trees in a";

	memset(found, 0xff, sizeof(found));
	__asm__ volatile(EACH(LOAD) : : "r"(secret) : USED);
	wipe();
	__asm__ volatile(EACH(STORE) : : "r"(found) : USED);
}

static size_t
octets_left(void)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(found); i++)
		n += found[i] != 0;
	return n;
}

static void
as_found(void)
{
	wf_registers_wipe();
}

static void
as_without_avx(void)
{
	wf_registers_wipe_of(false, false);
}

static void
as_with_avx(void)
{
	wf_registers_wipe_of(true, false);
}

static void
not_at_all(void)
{
}

START_TEST(nothing_is_left)
{
	held(as_found);
	ck_assert_uint_eq(octets_left(), 0);
	held(as_without_avx);
	ck_assert_uint_eq(octets_left(), 0);
	if (!__builtin_cpu_supports("avx"))
		return;
	held(as_with_avx);
	ck_assert_uint_eq(octets_left(), 0);
}
END_TEST

/* Else the test above would say nothing. */
START_TEST(without_a_wipe_it_is_there)
{
	held(not_at_all);
	ck_assert_uint_ge(octets_left(), 15 * 8);
}
END_TEST
#endif

static Suite *
suite(void)
{
	Suite *it = suite_create("common/registers");
	TCase *tcase = tcase_create("registers");

#ifdef __x86_64__
	tcase_add_test(tcase, nothing_is_left);
	tcase_add_test(tcase, without_a_wipe_it_is_there);
#endif
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
