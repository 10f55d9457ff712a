/*
 * A lock is no weapon: an outsider hammers a thousand accounts for an hour, each guess from another
 * address.  No account has more of his answers evaluated than strangers may use of the threshold
 * (10 less the reserve of 3), and everybody still logs in from the place he usually comes from.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/engine/crowd.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define ACCOUNTS 1000
#define OF_STRANGERS 7
#define SPAN_S 3600
#define STEP_S 200
#define AT_ONCE 50 /* no more than the queue takes in time */

static struct rig rig;
static struct rig_peer peers[AT_ONCE];
static struct crowd crowd = {peers, AT_ONCE, 10000};
static unsigned addresses;

static const char *
name_of(size_t account)
{
	static char name[16];

	(void)snprintf(name, sizeof(name), "staff%zu", account);
	return name;
}

static const char *
another_address(void)
{
	static char address[32];
	unsigned it = addresses++;

	(void)snprintf(address, sizeof(address), "100.%u.%u.%u", 64 + it / 62500, it / 250 % 250,
		1 + it % 250);
	return address;
}

static const char *
home_of(size_t account)
{
	static char address[32];

	(void)snprintf(
		address, sizeof(address), "198.51.%zu.%zu", account / 250, 1 + account % 250);
	return address;
}

static void
set_up(void)
{
	rig_open(&rig);
	for (size_t i = 0; i < ACCOUNTS; i++)
		rig_account(&rig, name_of(i), (int64_t)(2000 + i));
}

static void
tear_down(void)
{
	rig_close(&rig);
}

static uint64_t
accepted(void)
{
	struct engine_figures figures;

	engine_figures(rig.engine, &figures);
	return figures.accepted;
}

/* Everybody, once; how many got in. */
static uint64_t
everybody(const char *(*source)(size_t account), const char *password)
{
	uint64_t before = accepted();
	char code[9];

	rig_advance(&rig, 30); /* a code of its own each time */
	rig_code(&rig, 0, code);
	for (size_t first = 0; first < ACCOUNTS; first += AT_ONCE) {
		for (size_t i = 0; i < AT_ONCE; i++)
			crowd_begin(&rig, &crowd, i, name_of(first + i), source(first + i));
		crowd_answer(&rig, &crowd, password, code);
	}
	return accepted() - before;
}

static const char *
from_anywhere(size_t account)
{
	(void)account;
	return another_address();
}

START_TEST(an_hour_of_hammering_locks_nobody_out)
{
	ck_assert_uint_eq(everybody(home_of, PASSWORD), ACCOUNTS);
	for (int64_t at = 0; at < SPAN_S; at += STEP_S) {
		rig_advance(&rig, STEP_S - 30);
		engine_tick(rig.engine);
		ck_assert_uint_eq(everybody(from_anywhere, "guess"), 0);
	}
	for (size_t i = 0; i < ACCOUNTS; i++)
		ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, name_of(i)), OF_STRANGERS);
	ck_assert_uint_eq(rig_rows(&rig, "login", "wrong-password"), ACCOUNTS * OF_STRANGERS);
	/* strangers, who know the right answers by now, and the people themselves */
	ck_assert_uint_eq(everybody(from_anywhere, PASSWORD), 0);
	ck_assert_uint_eq(everybody(home_of, PASSWORD), ACCOUNTS);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/weapon");
	TCase *tc = tcase_create("weapon");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, an_hour_of_hammering_locks_nobody_out);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
