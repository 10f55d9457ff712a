/*
 * What becomes of a cage that cannot be had: the kernel is made to refuse one system call after the
 * other, and none of them may be missed. What becomes of one that can be had is the system tests'
 * part.
 */
#include "config.h"

#include "common/sandbox.h"

#include <errno.h>
#include <sys/resource.h>

#include "tests/unit/common/refuse.h"
#include "tests/unit/unit.h"

static const struct {
	wf_status (*enter)(void);
	long call;
	uint32_t argument;
} cages[] = {
	{wf_sandbox_limits, SYS_prlimit64, ANY},
	{wf_sandbox_limits, SYS_prctl, PR_SET_DUMPABLE},
	{wf_sandbox_limits, SYS_prctl, PR_SET_NO_NEW_PRIVS},
	{wf_sandbox_privilege, SYS_prctl, PR_CAPBSET_DROP},
	{wf_sandbox_privilege, SYS_capset, ANY},
	{wf_sandbox_privilege, SYS_capget, ANY},
};

START_TEST(a_call_that_is_refused)
{
	if (cages[_i].argument == PR_CAPBSET_DROP && prctl(PR_CAPBSET_READ, 0, 0, 0, 0) != 1)
		return; /* nothing is there to be dropped */
	refuse(cages[_i].call, cages[_i].argument, EINVAL);
	ck_assert_int_eq(cages[_i].enter(), WF_DENIED);
}
END_TEST

START_TEST(both_can_be_had)
{
	struct rlimit core = {1, 1};

	ck_assert_int_eq(wf_sandbox_limits(), WF_OK);
	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
	ck_assert_uint_eq(core.rlim_cur, 0);
	ck_assert_uint_eq(core.rlim_max, 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	ck_assert_int_eq(wf_sandbox_privilege(), WF_OK);
	ck_assert_int_eq(wf_sandbox_privilege(), WF_OK); /* there is nothing more to give up */
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("common/sandbox");
	TCase *tcase = tcase_create("sandbox");

	if (!SANITIZED) {
		tcase_add_loop_test(
			tcase, a_call_that_is_refused, 0, (int)(sizeof(cages) / sizeof(cages[0])));
		tcase_add_test(tcase, both_can_be_had);
	}
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
