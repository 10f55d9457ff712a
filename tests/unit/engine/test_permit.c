/* Every row of the permit table, and the absence of every other. */
#include "config.h"

#include "authd/engine/permit.h"
#include "tests/unit/unit.h"

struct expected {
	enum wf_msg_type type;
	unsigned roles, states;
};

#define NONE (1u << PERMIT_NONE)
#define ASKED (1u << PERMIT_CHALLENGED)
#define BUSY (1u << PERMIT_BUSY)

static const struct expected expected[] = {
	{ WF_MSG_BEGIN, FRONT_PAM | FRONT_RADIUS, NONE },
	{ WF_MSG_ANSWER, FRONT_PAM | FRONT_RADIUS, ASKED },
	{ WF_MSG_ABORT, FRONT_PAM | FRONT_RADIUS, NONE | ASKED | BUSY },
	{ WF_MSG_ACCOUNT, FRONT_PAM, NONE | ASKED | BUSY },
	{ WF_MSG_SESSION, FRONT_PAM | FRONT_RADIUS, NONE | ASKED | BUSY },
	{ WF_MSG_CHANGE, FRONT_PAM, NONE | ASKED | BUSY },
	{ WF_MSG_ATTEMPT, FRONT_RADIUS, NONE },
	{ WF_MSG_RECORD, FRONT_RADIUS, NONE | ASKED | BUSY },
	{ WF_MSG_WORK, FRONT_RADIUS, NONE },
	{ WF_MSG_DONE, FRONT_RADIUS, NONE },
	{ WF_MSG_ACT, FRONT_CONTROL, NONE },
};

static bool
is_expected(enum front_role role, enum wf_msg_type type, enum permit_state state)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (expected[i].type == type)
			return (expected[i].roles & (unsigned)role) &&
			       (expected[i].states & 1u << state);
	return false;
}

START_TEST(every_combination)
{
	static const enum front_role roles[] = {FRONT_PAM, FRONT_RADIUS, FRONT_CONTROL};
	unsigned permitted = 0;

	for (size_t r = 0; r < 3; r++)
		for (unsigned type = 0; type < 64; type++)
			for (int state = 0; state < PERMIT_STATES; state++) {
				bool is = permit_message(
					roles[r], (enum wf_msg_type)type, (enum permit_state)state);

				ck_assert_msg(is == is_expected(roles[r], (enum wf_msg_type)type,
							    (enum permit_state)state),
					"role %d type %u state %d", (int)roles[r], type, state);
				permitted += is;
			}
	ck_assert_uint_eq(permitted, 29);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/permit");
	TCase *table = tcase_create("table");

	tcase_add_test(table, every_combination);
	suite_add_tcase(it, table);
	return it;
}

UNIT_MAIN(suite)
