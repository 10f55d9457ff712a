/*
 * The schema and the way to it.  One row per migration, from user_version N to N + 1, each in a
 * transaction of its own; a file that holds data is copied beside itself before anything of it
 * changes.
 *
 * What makes a file ours is its application id: an SQLite file of some other program is refused,
 * not migrated.  An empty file (a creation that was interrupted) has neither tables nor an
 * application id.
 */
#include "config.h"

#include "authd/store/schema_v1.h"
#include "authd/store/schema_v2.h"
#include "authd/store/schema_v3.h"
#include "authd/store/schema_v4.h"
#include "authd/store/schema_v5.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

static const struct migration migrations[] = {
	{0, STORE_SCHEMA_V1},
	{1, STORE_SCHEMA_V2},
	{2, STORE_SCHEMA_V3},
	{3, STORE_SCHEMA_V4},
	{4, STORE_SCHEMA_V5},
	{STORE_SCHEMA, NULL},
};

static wf_status
schema_identity(struct sql_conn *conn, const char *path, int *version_r, char *why_r, size_t size)
{
	int64_t application = 0;
	int64_t version = 0;
	int64_t tables = 0;
	wf_status status = sql_pragma(conn, "PRAGMA application_id", &application);

	if (status == WF_OK)
		status = sql_pragma(conn, "PRAGMA user_version", &version);
	if (status == WF_OK)
		status = sql_pragma(conn, "SELECT count(*) FROM sqlite_schema", &tables);
	if (status != WF_OK) {
		(void)snprintf(
			why_r, size, _("The store %s cannot be read: %s"), path, conn->cause);
		return status;
	}
	if (application != SQL_APPLICATION_ID &&
		(tables != 0 || version != 0 || application != 0)) {
		(void)snprintf(why_r, size, _("%s is a database of another program."), path);
		return WF_CORRUPT;
	}
	*version_r = (int)version;
	return WF_OK;
}

/* One step in one transaction. */
static wf_status
schema_step(struct sql_conn *conn, const struct migration *step)
{
	char mark[96];
	wf_status status;

	(void)snprintf(mark, sizeof(mark), "PRAGMA application_id=%d; PRAGMA user_version=%d;",
		SQL_APPLICATION_ID, step->from + 1);
	status = sql_simple(conn, SQL_BEGIN_WRITE);
	if (status == WF_OK)
		status = sql_script(conn, step->sql);
	if (status == WF_OK)
		status = sql_script(conn, mark);
	if (status == WF_OK)
		status = sql_simple(conn, SQL_COMMIT);
	sql_rollback(conn);
	return status;
}

/*
 * The copy under a name of its own until it is whole; SQLite's files beside one that a crash cut
 * short go with it.
 */
static wf_status
schema_copy(struct sql_conn *conn, const char *part, const char *name, char *why_r, size_t size)
{
	static const char *const left[] = {"", "-journal", "-wal", "-shm"};
	char file[STORE_PATH_MAX];
	wf_status status;

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", part, left[i]);
		(void)unlink(file);
	}
	status = backup_copy(conn, part, why_r, size);
	if (status == WF_OK && (wf_fault(WF_FAULT_FILE) || rename(part, name) != 0)) {
		(void)snprintf(
			why_r, size, _("The copy %s could not be made: %s"), name, strerror(errno));
		status = WF_IO;
	}
	return status;
}

/*
 * Copies the file as it was; an older copy of the same version is of an attempt that failed: it is
 * kept.
 */
static wf_status
schema_keep(struct sql_conn *conn, const char *path, int version, char *why_r, size_t size)
{
	char name[STORE_PATH_MAX], part[STORE_PATH_MAX];

	if (strlen(path) > STORE_PATH_MAX - 64)
		return WF_TOO_LONG;
	(void)snprintf(name, sizeof(name), "%s.before-%d", path, version);
	(void)snprintf(part, sizeof(part), "%s.copying", path);
	return access(name, F_OK) == 0 ? WF_OK : schema_copy(conn, part, name, why_r, size);
}

void
schema_forget_copies(const char *path)
{
	char name[STORE_PATH_MAX];

	for (int version = 1; version < STORE_SCHEMA; version++) {
		(void)snprintf(name, sizeof(name), "%s.before-%d", path, version);
		(void)unlink(name);
	}
}

wf_status
schema_migrate(struct sql_conn *conn, const char *path, const struct migration *table,
	int *before_r, char *why_r, size_t size)
{
	int newest = 0;
	int version;
	wf_status status = schema_identity(conn, path, &version, why_r, size);

	if (status != WF_OK)
		return status;
	while (table[newest].sql != NULL)
		newest++;
	if (version > newest || version < 0) {
		(void)snprintf(why_r, size,
			_("The store %s has schema version %d; this program knows versions up to "
			  "%d. "
			  "Install the newer program again."),
			path, version, newest);
		return WF_VERSION;
	}
	if (version > 0 && version < newest)
		status = schema_keep(conn, path, version, why_r, size);
	if (status != WF_OK)
		return status;
	for (int at = version; status == WF_OK && at < newest; at++) {
		status = schema_step(conn, &table[at]);
		if (status != WF_OK)
			(void)snprintf(why_r, size,
				_("The store %s could not be brought from schema version %d to %d "
				  "and is "
				  "as it was: %s"),
				path, at, at + 1, conn->cause);
	}
	if (status == WF_OK)
		*before_r = version;
	return status;
}

wf_status
schema_open(struct sql_conn *conn, const char *path, int *before_r, char *why_r, size_t size)
{
	wf_status status = schema_migrate(conn, path, migrations, before_r, why_r, size);

	if (status != WF_OK)
		return status;
	status = sql_prepare_all(conn);
	if (status != WF_OK) {
		(void)snprintf(why_r, size,
			_("The tables of the store %s are not as they should be: %s. Restore a "
			  "backup."),
			path, conn->cause);
		if (status == WF_IO)
			status = WF_CORRUPT;
	}
	return status;
}
