/*
 * What detection keeps in the store: incidents worst first, closed only as they were seen, and gone
 * with their rows; habits of networks that nobody comes from any more; reminders, once in their
 * time.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define KEEP_US (100 * FX_DAY)

static void
setup(void)
{
	(void)setenv("TZ", "UTC", 1);
	fx_setup();
}

/* As detection does it: the row and the incident; its id. */
static int64_t
open_incident(unsigned level)
{
	const struct incident incident = {.rule = "log-fault",
		.level = level,
		.last_us = fx_now().wall_us,
		.rows = 1};

	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_INCIDENT_OPEN,
				 .incident = &incident}),
		WF_OK);
	return (int64_t)fx_last_seq();
}

static wf_status
close_incident(int64_t id, int64_t seen)
{
	return fx_effect((struct effect){.kind = EFFECT_INCIDENT_CLOSE,
		.value = id,
		.value2 = 1,
		.value3 = seen,
		.text = "officer",
		.text2 = "nothing"});
}

/* One page; the ids that it has, in their order. */
static size_t
page(enum store_view_kind kind, const struct incident *after, size_t limit,
	struct incident incidents_r[VIEW_PAGE])
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){
		.kind = kind, .result = -1, .limit = limit, .incidents = incidents_r};
	if (after != NULL) {
		job.u.view.after = (uint64_t)after->id;
		job.u.view.after_level = after->level;
	}
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return job.u.view.n;
}

START_TEST(the_worst_come_first_on_every_page)
{
	static const unsigned levels[] = {1, 3, 0, 2, 3, 1};
	static const size_t sorted[] = {4, 1, 3, 5, 0, 2}; /* of levels */
	int64_t ids[6];
	struct incident found[VIEW_PAGE];
	struct incident last;

	for (size_t i = 0; i < 6; i++)
		ids[i] = open_incident(levels[i]);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(page(VIEW_INCIDENTS_OPEN, i == 0 ? NULL : &last, 1, found), 1);
		ck_assert_int_eq(found[0].id, ids[sorted[i]]);
		last = found[0];
	}
	ck_assert_uint_eq(page(VIEW_INCIDENTS_OPEN, &last, 1, found), 0);
	ck_assert_int_eq(close_incident(ids[4], 3), WF_OK);
	ck_assert_uint_eq(page(VIEW_INCIDENTS_OPEN, NULL, VIEW_PAGE, found), 5);
	ck_assert_int_eq(found[0].id, ids[1]);
	ck_assert_uint_eq(page(VIEW_INCIDENTS_WORST, NULL, VIEW_PAGE, found), 6);
	ck_assert_int_eq(found[0].id, ids[4]);
}
END_TEST

START_TEST(none_is_closed_that_is_worse_than_it_was_seen)
{
	int64_t id = open_incident(2);

	ck_assert_int_eq(close_incident(id, 1), WF_NOT_FOUND);
	ck_assert_int_eq(fx_sql_int("SELECT closed_us FROM incident"), 0);
	ck_assert_int_eq(close_incident(id, 2), WF_OK);
	ck_assert_int_gt(fx_sql_int("SELECT closed_us FROM incident"), 0);
}
END_TEST

/* All steps of a pass. */
static void
expire(void)
{
	struct store_expiry did;

	do {
		did = (struct store_expiry){.keep_us = KEEP_US, .rule = "TEST-1", .begin = true};
		ck_assert_int_eq(store_expire_log(fx.store, &did), WF_OK);
	} while (did.step == EXPIRY_TOMBSTONE || did.step == EXPIRY_REMOVED);
}

static int64_t
incidents(void)
{
	return fx_sql_int("SELECT count(*) FROM incident");
}

/* As long as its rows are there, and its closing is as young as rows may be. */
START_TEST(a_closed_one_goes_with_its_rows)
{
	int64_t old = open_incident(1), open = open_incident(1), late = open_incident(1);

	ck_assert_int_eq(close_incident(old, 1), WF_OK);
	fx_advance(40 * FX_DAY);
	(void)open_incident(1); /* January is over */
	fx_advance(90 * FX_DAY);
	ck_assert_int_eq(close_incident(late, 1), WF_OK);
	expire();
	ck_assert_int_eq(incidents(), 4);
	fx_advance(11 * FX_DAY);
	expire();
	ck_assert_int_eq(incidents(), 3);
	ck_assert_int_eq(fx_sql_int("SELECT min(id) FROM incident"), open);
	fx_advance(FX_DAY);
	ck_assert_int_eq(close_incident(open, 1), WF_OK);
	fx_advance(99 * FX_DAY);
	expire();
	ck_assert_int_eq(incidents(), 2);
	fx_advance(2 * FX_DAY);
	expire();
	ck_assert_int_eq(incidents(), 1); /* nobody has decided on that of February */
}
END_TEST

static void
learn(const char *subject)
{
	struct effect effect = {.kind = EFFECT_HABIT, .blob = "x", .blob_len = 1};

	effect.old_len = strlen(subject);
	memcpy(effect.old, subject, effect.old_len);
	ck_assert_int_eq(fx_effect(effect), WF_OK);
}

START_TEST(networks_are_forgotten_after_thirteen_months)
{
	learn("n:04000000000a0102");
	learn("n:04000000000a0103");
	learn("u:alice");
	fx_advance(395 * FX_DAY);
	learn("n:04000000000a0103");
	expire();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit"), 3);
	fx_advance(2 * FX_DAY);
	expire();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit"), 2);
	ck_assert_int_eq(
		fx_sql_int("SELECT count(*) FROM habit WHERE subject = 'n:04000000000a0102'"), 0);
}
END_TEST

/* Many more than go in one step. */
START_TEST(a_flood_is_forgotten_to_its_end)
{
	fx_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
	       " INSERT INTO habit SELECT format('n:%016d', i), x'01', 1 FROM n");
	expire();
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM habit"), 0);
}
END_TEST

static wf_status
remind(const char *name)
{
	struct effect effect = {
		.kind = EFFECT_REMINDER, .value = fx_now().wall_us, .value2 = FX_DAY};

	(void)snprintf(effect.text, sizeof(effect.text), "%s", name);
	return fx_effect(effect);
}

/* With the row that would tell it. */
START_TEST(a_reminder_comes_once_in_its_time)
{
	uint64_t last;

	ck_assert_int_eq(remind("duty accounts"), WF_OK);
	last = fx_last_seq();
	fx_advance(FX_DAY - FX_SECOND);
	ck_assert_int_eq(remind("duty accounts"), WF_CONFLICT);
	ck_assert_uint_eq(fx_last_seq(), last);
	ck_assert_int_eq(remind("duty leavers"), WF_OK);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(remind("duty accounts"), WF_OK);
	fx_sql("UPDATE reminder SET told_us = told_us + 9000000000000");
	ck_assert_int_eq(remind("duty accounts"), WF_OK); /* of a clock that was wrong */
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("store: incidents");
	TCase *tcase = unit_case(suite, "incidents", 60, setup, fx_teardown);

	tcase_add_test(tcase, the_worst_come_first_on_every_page);
	tcase_add_test(tcase, none_is_closed_that_is_worse_than_it_was_seen);
	tcase_add_test(tcase, a_closed_one_goes_with_its_rows);
	tcase_add_test(tcase, networks_are_forgotten_after_thirteen_months);
	tcase_add_test(tcase, a_flood_is_forgotten_to_its_end);
	tcase_add_test(tcase, a_reminder_comes_once_in_its_time);
	return suite;
}
UNIT_MAIN(make_suite)
