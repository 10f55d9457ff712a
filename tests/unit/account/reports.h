/*
 * Reports under a rig with the shipped profiles: rows that a test writes, and lines of the last
 * report.
 */
#ifndef WF_TESTS_ACCOUNT_REPORTS_H
#define WF_TESTS_ACCOUNT_REPORTS_H

#include <string.h>

#include "tests/unit/account/comply.h"

#define DAY_S INT64_C(86400)

/* --- rows of a log --- */

static inline struct audit_row
made_row(enum audit_class class, const char *event, enum audit_result result)
{
	struct audit_row row;

	audit_row_init(&row, class, event);
	row.result = result;
	row.time_us = rig.now.wall_us;
	AUDIT_TEXT(row.source, "192.0.2.7");
	AUDIT_TEXT(row.user, "alice");
	AUDIT_TEXT(row.service, "sshd");
	AUDIT_TEXT(row.host, "web1");
	return row;
}

/* Gives its number. */
static inline uint64_t
put_row(struct audit_row *row)
{
	struct store_job job = {.kind = STORE_ADMIN};

	job.u.admin.rows = row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	return job.u.admin.seq;
}

static inline uint64_t
put_login(const char *zone, const char *kinds)
{
	struct audit_row row = made_row(AUDIT_AUTH, "login", AUDIT_SUCCESS);

	AUDIT_TEXT(row.detail, zone);
	AUDIT_TEXT(row.kinds, kinds);
	return put_row(&row);
}

/* As a sign-off does it. */
static inline void
put_duty(const char *duty)
{
	struct effect effect = {.kind = EFFECT_DUTY, .text2 = "root", .value = rig.now.wall_us};
	struct audit_row row = made_row(AUDIT_ADMIN, "duty.done", AUDIT_SUCCESS);
	struct store_job job = {.kind = STORE_ADMIN};

	(void)snprintf(effect.text, sizeof(effect.text), "%s", duty);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* As the daemon does it when it loads a configuration. */
static inline uint64_t
put_load(const char *hash)
{
	struct audit_row row = made_row(AUDIT_SYSTEM, "config.load", AUDIT_SUCCESS);

	(void)snprintf(row.detail, sizeof(row.detail), "reload, sha256 %s, settings 3", hash);
	return put_row(&row);
}

static inline void
put_wrong(const char *user, unsigned times)
{
	struct audit_row row = made_row(AUDIT_AUTH, "login", AUDIT_FAILURE);

	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.reason, "wrong-password");
	for (unsigned i = 0; i < times; i++)
		(void)put_row(&row);
}

/* --- lines of the last report --- */

static inline size_t
line_of(const char *part, const char *criterion, const char *name)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "part"), part) == 0 &&
			strcmp(rig_cell(row, "criterion"), criterion) == 0 &&
			(name == NULL || strcmp(rig_cell(row, "name"), name) == 0))
			return row;
	ck_abort_msg("no %s of %s", part, criterion);
	return 0;
}

static inline const char *
state_of(const char *criterion)
{
	return rig_cell(line_of("criterion", criterion, NULL), "state");
}

static inline const char *
fact_of(const char *name)
{
	return rig_cell(line_of("report", "", name), "value");
}

static inline bool
has_fact(const char *name)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "part"), "report") == 0 &&
			strcmp(rig_cell(row, "name"), name) == 0)
			return true;
	return false;
}

/* Of the first criterion that it is about. */
static inline const char *
proof_cell(const char *name, const char *column)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "part"), "proof") == 0 &&
			strcmp(rig_cell(row, "name"), name) == 0)
			return rig_cell(row, column);
	ck_abort_msg("no proof %s", name);
	return "";
}

#endif
