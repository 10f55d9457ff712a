/*
 * How SQLite goes about each statement: along an index or one row, never through a whole table and
 * never by sorting what can be large. With 15 million rows of log and a million accounts a walk
 * would take minutes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/sql.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

/*
 * These walk a table: it is small, or the walk is what is asked for (counts, a restore, an end at
 * most of a page).
 */
static const struct {
	enum sql_id id;
	const char *walks; /* the only table it may walk */
} allowed[] = {
	{SQL_THROTTLE_UNKNOWN_COUNT, "throttle"},
	{SQL_THROTTLE_EVICT, "t"},
	{SQL_RESERVATION_EXPIRED, "reservation"},
	{SQL_VIEW_COUNTS, ""},
	{SQL_ACCOUNT_COUNT, "account"}, /* of a copy */
	{SQL_VIEW_CHECKPOINTS_DOWN, "checkpoint"}, /* from its newest end, a page */
	/* these only sort the few of one account and its groups */
	{SQL_GRANT_FIND, "nothing"},
	{SQL_VIEW_GRANTS_OF, "nothing"},
	{SQL_FAMILIAR_PRUNE, "familiar"}, /* sixteen of one account, and one more */
	{SQL_SPAN_LAST, "audit_span"},
	/* twelve rows a year */
	{SQL_MONTH_LAST, "month"},
	{SQL_MONTH_OLDEST, "m"},
	{SQL_MONTH_UNREMOVED, "m"},
	{SQL_KEPT, "month"},
	{SQL_THROTTLE_GET, "p"}, /* one row, made of a count */
	/* once, after the start, in a thread that keeps no login waiting */
	{SQL_ACCOUNT_EXEMPT, "account"},
	{SQL_RESTORE_TOTP, ""},
	{SQL_RESTORE_HOTP, ""},
	{SQL_RESTORE_RECOVERY, ""},
	{SQL_RESTORE_CODES, ""},
	{SQL_RESTORE_COMPLETED, ""},
	{SQL_RESTORE_VERDICT, ""},
	{SQL_RESTORE_WAITING, ""},
	{SQL_SESSION_CLOSE_ALL, "session"},
	{SQL_SESSION_CLOSE_BOOTS, "session USING INDEX session_open_process"}, /* the open ones */
	{SQL_ORDER_MOOT, "outbox USING INDEX outbox_waiting"}, /* the few that are not done */
	{SQL_ORDER_LAST, "sqlite_sequence"}, /* one row for each table */
	/* a few hundred settings, once for each load or baseline */
	{SQL_CONFIG_SETTING_GONE, "config_setting"},
	{SQL_CONFIG_SETTING_FORGET, "config_setting"},
	{SQL_CONFIG_SETTING_APPROVE, "config_setting"},
	/* a table of one row */
	{SQL_CONFIGURATION_HASH, "configuration"},
	{SQL_BASELINE_SET, "configuration"},
	{SQL_DRIFT_TOLD, "configuration"},
	{SQL_VIEW_CONFIGURATION, ""}, /* and the settings that differ from the baseline */
};

static const char *
may_walk(int id)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if ((int)allowed[i].id == id)
			return allowed[i].walks;
	}
	return NULL;
}

static void
check_line(int id, const char *line)
{
	const char *walks = may_walk(id);
	const char *table = line + strlen("SCAN ");

	ck_assert_msg(
		strstr(line, "TEMP B-TREE") == NULL || walks != NULL, "%s: %s", sql_text[id], line);
	if (strncmp(line, "SCAN ", strlen("SCAN ")) != 0 || strcmp(line, "SCAN CONSTANT ROW") == 0)
		return;
	ck_assert_msg(walks != NULL && strncmp(table, walks, strlen(walks)) == 0, "%s: %s",
		sql_text[id], line);
}

START_TEST(every_statement_finds_its_rows)
{
	static struct sql_conn conn;
	char text[2048];
	sqlite3_stmt *stmt;
	int lines = 0;

	ck_assert_int_eq(sql_open(&conn, fx.path, SQL_WRITER), WF_OK);
	for (int id = 0; id < SQL_COUNT; id++) {
		ck_assert_ptr_nonnull(sql_text[id]);
		(void)snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql_text[id]);
		if (sqlite3_prepare_v2(conn.db, text, -1, &stmt, NULL) != SQLITE_OK)
			continue;
		for (; sqlite3_step(stmt) == SQLITE_ROW; lines++)
			check_line(id, (const char *)sqlite3_column_text(stmt, 3));
		(void)sqlite3_finalize(stmt);
	}
	ck_assert_int_gt(lines, 50);
	sql_close(&conn);
}
END_TEST

static Suite *
plans_suite(void)
{
	Suite *suite = suite_create("store-plans");
	TCase *tc = tcase_create("plans");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, every_statement_finds_its_rows);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(plans_suite)
