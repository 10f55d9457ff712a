/*
 * Months of a log in Asia/Tokyo, under a rig with the shipped profiles: rows that a test writes,
 * and the review's acts over them.
 */
#ifndef WF_TESTS_ACCOUNT_MONTHS_H
#define WF_TESTS_ACCOUNT_MONTHS_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/account/comply.h"

#define HOUR 3600
#define DAY 86400
#define MAY INT64_C(1777561200) /* 2026-05-01 00:00:00 in Tokyo, a Friday */
#define JUNE (MAY + 31 * DAY)

static struct audit_row last_row;

/* --- a log --- */

static inline void
write_rows(const struct audit_row *rows, size_t n)
{
	static struct audit_row copies[512];
	struct store_job job = {.kind = STORE_ADMIN};

	ck_assert_uint_le(n, COUNT_OF(copies));
	memcpy(copies, rows, n * sizeof(rows[0]));
	job.u.admin.rows = copies;
	job.u.admin.nrows = n;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* A row of this moment. */
static inline struct audit_row
row(enum audit_class class, const char *event, enum audit_result result, const char *reason)
{
	struct audit_row one;

	audit_row_init(&one, class, event);
	one.time_us = rig.now.wall_us;
	one.result = result;
	AUDIT_TEXT(one.reason, reason);
	AUDIT_TEXT(one.node, "node-a");
	AUDIT_TEXT(one.source, "192.0.2.10");
	AUDIT_TEXT(one.service, "sshd");
	AUDIT_TEXT(one.user, "alice");
	return one;
}

static inline void
login(enum audit_result result, const char *reason)
{
	const struct audit_row one = row(AUDIT_AUTH, "login", result, reason);

	write_rows(&one, 1);
}

/* What detection does when it finds something about a row of that time: its row, the incident. */
static inline int64_t
found(int64_t seconds, unsigned level)
{
	struct incident incident = {.level = level, .first_seq = 1, .last_seq = 1, .rows = 1};
	struct effect effect = {.kind = EFFECT_INCIDENT_OPEN, .incident = &incident};
	struct audit_row one = row(AUDIT_FINDING, "incident", AUDIT_NEUTRAL, "");
	struct store_job job = {.kind = STORE_ADMIN};

	(void)snprintf(incident.rule, sizeof(incident.rule), "source-spray");
	incident.first_us = incident.last_us = seconds * US_PER_S;
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &one;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	return (int64_t)job.u.admin.seq;
}

/* By somebody who can write to the file. */
static inline void
tamper(const char *sql)
{
	char *error = NULL;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s", error);
	sqlite3_close(db);
}

static inline void
advance_to(int64_t seconds)
{
	rig_advance(seconds - rig.now.wall_us / US_PER_S);
}

static inline void
setup(void)
{
	rig_setup();
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
	tzset();
	shipped_install(rig.dir);
	advance_to(MAY - 10 * DAY);
}

/* --- a review --- */

/* Counts to the end. */
static inline void
show(const char *month)
{
	char text[32];
	int calls = 0;

	(void)snprintf(text, sizeof(text), "month=%s", month);
	do {
		rig_ok("review.show", text);
		ck_assert_int_lt(++calls, 100);
	} while (strcmp(rig_cell(0, "complete"), "1") != 0);
}

/* The last sign-off's argument is what the last show() had. */
static inline wf_status
sign(const char *month)
{
	char text[32], hash[80];

	show(month);
	(void)snprintf(text, sizeof(text), "month=%s", month);
	(void)snprintf(hash, sizeof(hash), "hash=%s", rig_cell(0, "hash"));
	return rig_act("review.sign", text, hash, "reason=looked at", NULL);
}

static inline void
figures(const char *month)
{
	char text[32];

	show(month);
	(void)snprintf(text, sizeof(text), "month=%s", month);
	rig_ok("review.figures", text);
}

/* The row of a part; the rest has no name.  -1: there is none. */
static inline long
figure(const char *part, const char *name)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "part"), part) == 0 &&
			(name == NULL ? strcmp(rig_cell(i, "rest"), "1") == 0
				      : strcmp(rig_cell(i, "name"), name) == 0 &&
						strcmp(rig_cell(i, "rest"), "1") != 0))
			return (long)i;
	return -1;
}

static inline long long
number(const char *part, const char *name, const char *column)
{
	const long at = figure(part, name);

	return at < 0 ? 0 : rig_number((size_t)at, column);
}

#endif
