/*
 * Acts under documents: a rig whose folder has the shipped profiles, and configurations that comply
 * with some of them.
 */
#ifndef WF_TESTS_ACCOUNT_COMPLY_H
#define WF_TESTS_ACCOUNT_COMPLY_H

#include "tests/unit/account/rig.h"
#include "tests/unit/rules/shipped.h"

/* In force from now on. */
static inline void
take(const char *text)
{
	char whole[4096];
	int len = snprintf(
		whole, sizeof(whole), "profiles_dir = \"%s/profiles\"\n%s", rig.dir, text);

	ck_assert_int_lt(len, (int)sizeof(whole));
	rig.daemon.config = rig_take("policy.conf", whole);
}

static inline void
set_up(void)
{
	rig_setup();
	shipped_install(rig.dir);
	take("");
}

static inline void
tear_down(void)
{
	shipped_remove(rig.dir);
	rig_teardown();
}

#endif
