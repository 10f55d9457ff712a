/*
 * A consistent copy of an open database, by SQLite's backup interface in one step: the copy is one
 * state, and the writer goes on meanwhile.  The copy is one file without a log beside it, durable
 * when this returns.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

/* A new file, or one that is there, empty and ours alone (made by mkstemp). */
static wf_status
backup_target(const char *path, char *why_r, size_t size)
{
	struct stat st;
	wf_status status = WF_OK;
	int fd = wf_fault(WF_FAULT_FILE)
			 ? -1
			 : open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)snprintf(why_r, size, _("%s cannot be created: %s."), path, strerror(errno));
		status = WF_IO;
	} else if (!S_ISREG(st.st_mode) || st.st_size != 0) {
		(void)snprintf(why_r, size, _("%s is there already."), path);
		status = WF_EXISTS;
	} else if (fchmod(fd, 0600) != 0) {
		(void)snprintf(why_r, size, _("%s cannot be given the mode 0600: %s."), path,
			strerror(errno));
		status = WF_IO;
	}
	if (fd >= 0)
		close(fd);
	return status;
}

static wf_status
backup_pages(struct sql_conn *from, struct sql_conn *to)
{
	sqlite3_backup *backup = wf_fault(WF_FAULT_STORE)
					 ? NULL
					 : sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc;

	if (backup == NULL)
		return sql_failed(to, SQLITE_ERROR);
	rc = sqlite3_backup_step(backup, -1);
	if (rc == SQLITE_DONE)
		rc = sqlite3_backup_finish(backup);
	else
		(void)sqlite3_backup_finish(backup);
	return rc == SQLITE_OK ? WF_OK : sql_failed(to, rc);
}

static wf_status
backup_sync(const char *path)
{
	int fd = wf_fault(WF_FAULT_FILE) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int synced = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return synced == 0 ? WF_OK : WF_IO;
}

wf_status
backup_copy(struct sql_conn *from, const char *path, char *why_r, size_t size)
{
	struct sql_conn to = {.db = NULL};
	wf_status status = backup_target(path, why_r, size);

	if (status != WF_OK)
		return status;
	status = sql_open(&to, path, SQL_WRITER);
	if (status == WF_OK)
		status = backup_pages(from, &to);
	/*
	 * The copied header says WAL: without this the copy would be two files as soon as it is
	 * opened.
	 */
	if (status == WF_OK)
		status = sql_script(&to, "PRAGMA journal_mode=DELETE");
	sql_close(&to);
	if (status == WF_OK)
		status = backup_sync(path);
	if (status != WF_OK) {
		(void)unlink(path);
		(void)snprintf(why_r, size, _("The copy %s could not be made: %s"), path,
			to.cause[0] != '\0' ? to.cause : wf_status_text(status));
	}
	return status;
}

wf_status
store_backup(struct store *store, const char *path, char *why_r, size_t size)
{
	struct sql_conn from;
	wf_status status = sql_open(&from, store->path, SQL_READER);

	if (status == WF_OK)
		status = backup_copy(&from, path, why_r, size);
	else
		(void)snprintf(why_r, size, _("The store cannot be read: %s"), from.cause);
	reconnect_close(store, &from, status);
	return status;
}
