/* A process that has no descriptor left, for as long as a test wants. */
#ifndef WF_TESTS_UNIT_DESCRIPTORS_H
#define WF_TESTS_UNIT_DESCRIPTORS_H

#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* From now on none can be had. */
static inline struct rlimit
descriptors_use_up(void)
{
	struct rlimit before, now;
	int next = dup(STDERR_FILENO);

	ck_assert_int_ge(next, 0);
	close(next);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = before;
	now.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
	ck_assert_int_eq(dup(STDERR_FILENO), -1);
	return before;
}

static inline void
descriptors_give_back(const struct rlimit *before)
{
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, before), 0);
}

#endif
