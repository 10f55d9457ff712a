/*
 * Who was told of an incident: bits that are added, classes that hear of a level and more, and what
 * nobody has to be told any more.
 */
#include "config.h"

#include <stdio.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define LOG 1U
#define OPERATORS 4U
#define OFFICERS 8U

static int64_t
open_one(const char *key, unsigned level)
{
	struct incident incident = {.level = level, .first_seq = 1, .last_seq = 1, .rows = 1};
	struct effect effect = {.kind = EFFECT_INCIDENT_OPEN, .incident = &incident};
	struct store_admin admin;

	(void)snprintf(incident.rule, sizeof(incident.rule), "source-spray");
	(void)snprintf(incident.key, sizeof(incident.key), "%s", key);
	ck_assert_int_eq(fx_admin(&effect, 1, &admin), WF_OK);
	return (int64_t)admin.seq;
}

static void
grow(int64_t id, unsigned level)
{
	struct incident incident = {.id = id, .level = level, .last_seq = 2, .rows = 2};

	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_INCIDENT_GROW, .incident = &incident}),
		WF_OK);
}

static void
note(enum effect_kind kind, int64_t id, int64_t value)
{
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = kind, .value = id, .value2 = value}), WF_OK);
}

/* Operators hear of level 1, officers of level 2. */
static struct store_job
view_of(enum store_view_kind kind, uint32_t operators, uint32_t officers, bool settled)
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){.kind = kind,
		.result = -1,
		.limit = VIEW_PAGE,
		.untold = {.least = {1, 2}, .bits = {operators, officers}, .settled = settled}};
	return job;
}

static size_t
untold(uint32_t operators, uint32_t officers, bool settled, struct incident *list_r)
{
	struct store_job job = view_of(VIEW_INCIDENTS_UNTOLD, operators, officers, settled);
	struct store_job count = view_of(VIEW_UNTOLD, operators, officers, settled);

	job.u.view.incidents = list_r;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_int_eq(store_run(fx.store, &count), WF_OK);
	ck_assert_uint_eq(count.u.view.untold.count, job.u.view.n);
	ck_assert_int_eq(count.u.view.untold.since_us != 0, job.u.view.n > 0);
	return job.u.view.n;
}

START_TEST(a_class_hears_of_its_level)
{
	static struct incident list[VIEW_PAGE];
	int64_t low = open_one("a", 1), high = open_one("b", 2);

	open_one("c", 0);
	ck_assert_uint_eq(untold(OPERATORS, 0, false, list), 2);
	ck_assert_int_eq(list[0].id, high);
	ck_assert_int_eq(list[1].id, low);
	ck_assert_uint_eq(untold(0, OFFICERS, false, list), 1);
	ck_assert_int_eq(list[0].id, high);
	ck_assert_uint_eq(untold(0, 0, false, list), 0);
}
END_TEST

/* Page by page. */
START_TEST(the_worst_comes_first)
{
	static const int wanted[] = {3, 1, 4, 0, 2};
	static struct incident list[VIEW_PAGE];
	struct store_job job = view_of(VIEW_INCIDENTS_UNTOLD, OPERATORS, 0, false);
	struct store_view *view = &job.u.view;
	int64_t ids[5];

	for (unsigned i = 0; i < 5; i++)
		ids[i] = open_one((char[]){(char)('a' + i), '\0'}, (unsigned[]){1, 2, 1, 3, 2}[i]);
	view->incidents = list;
	view->limit = 2;
	for (size_t at = 0; at < 5; at += 2) {
		ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
		ck_assert_uint_eq(view->n, at < 4 ? 2 : 1);
		for (size_t i = 0; i < view->n; i++)
			ck_assert_int_eq(list[i].id, ids[wanted[at + i]]);
		view->after = (uint64_t)list[view->n - 1].id;
		view->after_level = list[view->n - 1].level;
	}
}
END_TEST

START_TEST(once_for_each_class)
{
	static struct incident list[VIEW_PAGE];
	int64_t id = open_one("a", 1);

	note(EFFECT_INCIDENT_TOLD, id, OPERATORS);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, false, list), 0);
	grow(id, 2);
	ck_assert_uint_eq(untold(OPERATORS, 0, false, list), 0);
	ck_assert_uint_eq(untold(0, OFFICERS, false, list), 1);
	ck_assert_uint_eq(list[0].told, OPERATORS);
	note(EFFECT_INCIDENT_TOLD, id, OFFICERS);
	ck_assert_uint_eq(untold(OPERATORS | LOG, OFFICERS, false, list), 1);
	ck_assert_uint_eq(list[0].told, OPERATORS | OFFICERS);
}
END_TEST

START_TEST(what_is_settled)
{
	static struct incident list[VIEW_PAGE];
	int64_t id = open_one("a", 1);

	open_one("b", 0);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, true, list), 1);
	note(EFFECT_INCIDENT_TOLD, id, OPERATORS);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, true, list), 2);
	note(EFFECT_INCIDENT_SETTLED, id, 1);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, true, list), 1);
	ck_assert_str_eq(list[0].key, "b");
	grow(id, 2);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, false, list), 1);
}
END_TEST

/* It was settled as less than it is, and one that is not there is nobody's failure. */
START_TEST(a_race_loses_nothing)
{
	static struct incident list[VIEW_PAGE];
	int64_t id = open_one("a", 1);

	note(EFFECT_INCIDENT_TOLD, id, OPERATORS);
	grow(id, 2);
	note(EFFECT_INCIDENT_SETTLED, id, 1);
	ck_assert_uint_eq(untold(OPERATORS, OFFICERS, false, list), 1);
	note(EFFECT_INCIDENT_TOLD, 4711, OPERATORS);
	note(EFFECT_INCIDENT_SETTLED, 4711, 1);
}
END_TEST

static Suite *
incident_suite(void)
{
	Suite *suite = suite_create("store-incident");
	TCase *tc = tcase_create("incident");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, a_class_hears_of_its_level);
	tcase_add_test(tc, the_worst_comes_first);
	tcase_add_test(tc, once_for_each_class);
	tcase_add_test(tc, what_is_settled);
	tcase_add_test(tc, a_race_loses_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(incident_suite)
