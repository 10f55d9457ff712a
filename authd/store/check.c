/*
 * The store's files before SQLite sees them: folder, owner, modes, one daemon per file, room on the
 * disk. The database itself is only looked at from outside: closing a descriptor of it would drop
 * the locks that SQLite holds in this process.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

#define SPACE_RESERVE (32ULL << 20) /* bytes kept for logins and administration */

/* Files that SQLite or we put beside the database. */
static const char *const beside[] = {"-wal", "-shm", "-journal", ".lock"};

/* PATH with a suffix in fresh memory, or NULL. */
static char *
check_name(const char *path, const char *suffix)
{
	char *name = NULL;

	if (wf_fault(WF_FAULT_ALLOC) || asprintf(&name, "%s%s", path, suffix) < 0)
		return NULL;
	return name;
}

/* The folder of a path; the caller frees it. */
static char *
check_folder_of(const char *path)
{
	char *folder = check_name(path, "");
	char *slash = folder == NULL ? NULL : strrchr(folder, '/');

	if (folder == NULL)
		return NULL;
	if (slash == NULL) {
		free(folder);
		return check_name(".", "");
	}
	slash[slash == folder ? 1 : 0] = '\0';
	return folder;
}

static wf_status
check_folder(const char *folder, char *why_r, size_t size)
{
	struct stat st;

	if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
		(void)snprintf(why_r, size,
			_("The folder %s of the store is not there. Create it with mode 0700 for "
			  "the "
			  "daemon's user."),
			folder);
		return WF_NOT_FOUND;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 027) != 0) {
		(void)snprintf(why_r, size,
			_("The folder %s must belong to uid %u and have mode 0700 or 0750; it "
			  "belongs "
			  "to uid %u and has mode %04o."),
			folder, (unsigned)geteuid(), (unsigned)st.st_uid,
			(unsigned)(st.st_mode & 07777));
		return WF_DENIED;
	}
	return WF_OK;
}

/* WF_NOT_FOUND without a sentence when there is no such file. */
static wf_status
check_file(const char *name, char *why_r, size_t size)
{
	struct stat st;

	if (lstat(name, &st) != 0) {
		if (errno == ENOENT)
			return WF_NOT_FOUND;
		(void)snprintf(
			why_r, size, _("%s cannot be looked at: %s."), name, strerror(errno));
		return WF_IO;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(why_r, size, _("%s is not a plain file."), name);
		return WF_DENIED;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		(void)snprintf(why_r, size,
			_("%s must belong to uid %u and have mode 0600; it belongs to uid %u and "
			  "has mode "
			  "%04o."),
			name, (unsigned)geteuid(), (unsigned)st.st_uid,
			(unsigned)(st.st_mode & 07777));
		return WF_DENIED;
	}
	return WF_OK;
}

static wf_status
check_create(const char *path, const char *folder, char *why_r, size_t size)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = wf_fault(WF_FAULT_FILE)
			 ? -1
			 : open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	wf_status status = WF_OK;

	if (fd < 0 || dir < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0 || fsync(dir) != 0) {
		(void)snprintf(why_r, size, _("%s cannot be created: %s."), path, strerror(errno));
		status = WF_IO;
	}
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	return status;
}

static wf_status
check_beside(const char *path, bool fresh, char *why_r, size_t size)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < sizeof(beside) / sizeof(beside[0]); i++) {
		char *name = check_name(path, beside[i]);

		if (name == NULL)
			return WF_NO_MEMORY;
		status = check_file(name, why_r, size);
		if (status == WF_OK && fresh && beside[i][0] == '-') {
			(void)snprintf(why_r, size,
				_("%s is left of a database that is gone. Put the database back or "
				  "move "
				  "this file away."),
				name);
			status = WF_CORRUPT;
		}
		if (status == WF_NOT_FOUND)
			status = WF_OK;
		free(name);
	}
	return status;
}

wf_status
check_files(const char *path, bool create, bool *fresh_r, char *why_r, size_t size)
{
	char *folder = check_folder_of(path);
	bool fresh = false;
	wf_status status;

	if (folder == NULL)
		return WF_NO_MEMORY;
	status = check_folder(folder, why_r, size);
	if (status != WF_OK)
		goto out;
	status = check_file(path, why_r, size);
	if (status == WF_NOT_FOUND && !create)
		(void)snprintf(why_r, size,
			_("There is no store at %s. Make one with: warifu init"), path);
	else if (status == WF_NOT_FOUND)
		fresh = true;
	if (status == WF_OK || fresh)
		status = check_beside(path, fresh, why_r, size);
	if (status == WF_OK && fresh)
		status = check_create(path, folder, why_r, size);
	if (status == WF_OK)
		*fresh_r = fresh;
out:
	free(folder);
	return status;
}

wf_status
check_lock(const char *path, int *fd_r, char *why_r, size_t size)
{
	char *name = check_name(path, ".lock");
	wf_status status = WF_OK;
	int fd;

	if (name == NULL)
		return WF_NO_MEMORY;
	fd = wf_fault(WF_FAULT_FILE) ? -1
				     : open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*fd_r = fd;
	} else if (fd >= 0 && errno == EWOULDBLOCK) {
		(void)snprintf(why_r, size,
			_("The store %s is in use by another daemon. Stop that one first."), path);
		status = WF_EXISTS;
	} else {
		(void)snprintf(why_r, size, _("%s cannot be opened: %s."), name, strerror(errno));
		status = WF_IO;
	}
	if (status != WF_OK && fd >= 0)
		close(fd);
	free(name);
	return status;
}

wf_status
store_room(const char *path, struct store_room *room_r)
{
	struct statvfs vfs;

	if (statvfs(path, &vfs) != 0)
		return WF_IO;
	room_r->free = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	room_r->whole = (uint64_t)vfs.f_blocks * vfs.f_frsize;
	return WF_OK;
}

bool
store_room_holds(const struct store_room *room, uint64_t bytes)
{
	const uint64_t left = room->free > bytes ? room->free - bytes : 0;

	return bytes <= room->free && (left >= SPACE_RESERVE || left >= room->whole / 20);
}

uint64_t
store_bytes(const struct store *store)
{
	static const char *const parts[] = {"", "-wal"};
	char path[STORE_PATH_MAX];
	uint64_t bytes = 0;
	struct stat st;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", store->path, parts[i]);
		if (stat(path, &st) == 0)
			bytes += (uint64_t)st.st_size;
	}
	return bytes;
}

/* So little is left that it is kept for logins and administration. */
wf_status
check_space(struct writer *w)
{
	struct store_room room;

	if (store_room(w->store->path, &room) != WF_OK || store_room_holds(&room, 0))
		return WF_OK;
	(void)snprintf(w->conn.cause, sizeof(w->conn.cause),
		"store: the last space on the disk is kept for logins and administration");
	return WF_FULL;
}

wf_status
store_check(struct store *store, char *why_r, size_t size)
{
	char said[SQL_CAUSE_MAX] = "";
	struct sql_conn conn;
	struct sql q;
	wf_status status = sql_open(&conn, store->path, SQL_READER);

	if (status == WF_OK) {
		q = sql_start(&conn, SQL_INTEGRITY);
		status = sql_next(&q);
	}
	if (status == WF_OK) {
		sql_get_text(&q, said, sizeof(said));
		sql_stop(&q);
		if (strcmp(said, "ok") != 0)
			status = WF_CORRUPT;
	}
	reconnect_close(store, &conn, status);
	if (status == WF_CORRUPT)
		(void)snprintf(why_r, size, _("The store %s is damaged: %s. Restore a backup."),
			store->path, said[0] != '\0' ? said : conn.cause);
	else if (status != WF_OK)
		(void)snprintf(
			why_r, size, _("The store %s cannot be read: %s"), store->path, conn.cause);
	return status;
}
