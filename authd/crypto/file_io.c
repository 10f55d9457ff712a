/*
 * File access of the keyring: whole reads and writes, and the one way to replace a file so that at
 * every moment, power cut included, either the old or the new one is there complete.
 */
#include "config.h"

#include "authd/crypto/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"

static const struct {
	int error;
	wf_status status;
} file_errors[] = {
	{ENOENT, WF_NOT_FOUND},
	{ENOTDIR, WF_NOT_FOUND},
	{EACCES, WF_DENIED},
	{EPERM, WF_DENIED},
	{ELOOP, WF_DENIED},
	{EROFS, WF_DENIED},
	{EEXIST, WF_EXISTS},
	{ENOSPC, WF_FULL},
	{EDQUOT, WF_FULL},
	{ENAMETOOLONG, WF_TOO_LONG},
};

wf_status
file_status(int error)
{
	for (size_t i = 0; i < sizeof(file_errors) / sizeof(file_errors[0]); i++)
		if (file_errors[i].error == error)
			return file_errors[i].status;
	return WF_IO;
}

/* True, with errno set, when a test wants the next call to fail. */
static bool
file_fault(void)
{
	if (!wf_fault(WF_FAULT_FILE))
		return false;
	errno = EIO;
	return true;
}

wf_status
file_read(int fd, uint8_t *bytes_r, size_t size, size_t *len_r)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = file_fault() ? -1 : read(fd, bytes_r + len, size - len);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return WF_IO;
		len += got > 0 ? (size_t)got : 0;
	}
	*len_r = len;
	return WF_OK;
}

wf_status
file_write(int fd, const uint8_t *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t put = file_fault() ? -1 : write(fd, bytes + done, len - done);

		if (put < 0 && errno != EINTR)
			return file_status(errno) == WF_FULL ? WF_FULL : WF_IO;
		done += put > 0 ? (size_t)put : 0;
	}
	return WF_OK;
}

static wf_status
file_sync(int fd)
{
	return file_fault() || fsync(fd) != 0 ? WF_IO : WF_OK;
}

/* Makes the names in the folder of `path` durable. */
static wf_status
folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	wf_status status;
	int fd;

	if (len >= sizeof(folder))
		return WF_TOO_LONG;
	(void)snprintf(
		folder, sizeof(folder), "%.*s", len > 0 ? (int)len : 1, len > 0 ? path : ".");
	fd = file_fault() ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return file_status(errno);
	status = file_sync(fd);
	(void)close(fd);
	return status;
}

/*
 * "PATH.new": beside the file. Whoever makes it holds a lock on it, so one that nobody holds is a
 * crash's.
 */
static wf_status
temporary_name(const char *path, char name_r[PATH_MAX])
{
	return snprintf(name_r, PATH_MAX, "%s.new", path) < PATH_MAX ? WF_OK : WF_TOO_LONG;
}

/* Opens and locks it; WF_CONFLICT if somebody else does just that.  `flags` may have O_CREAT. */
static wf_status
temporary_open(const char *name, int flags, int *fd_r)
{
	struct stat held, named;
	int fd = file_fault() ? -1 : open(name, flags | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return file_status(errno);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 &&
		lstat(name, &named) == 0 && held.st_dev == named.st_dev &&
		held.st_ino == named.st_ino) {
		*fd_r = fd;
		return WF_OK;
	}
	(void)close(fd);
	return WF_CONFLICT;
}

static wf_status
owner_set(int fd, const struct file_owner *owner)
{
	struct stat now;

	if (owner == NULL)
		return WF_OK;
	if (file_fault() || fstat(fd, &now) != 0)
		return WF_IO;
	if (now.st_uid == owner->uid && now.st_gid == owner->gid)
		return WF_OK;
	return fchown(fd, owner->uid, owner->gid) == 0 ? WF_OK : file_status(errno);
}

/* Over what a crash may have left there. */
static wf_status
temporary_fill(int fd, const uint8_t *bytes, size_t len, const struct file_owner *owner)
{
	wf_status status = owner_set(fd, owner);

	/* The umask may have taken bits away; it can have added none. */
	if (status == WF_OK && (ftruncate(fd, 0) != 0 || fchmod(fd, 0600) != 0))
		status = WF_IO;
	if (status == WF_OK)
		status = file_write(fd, bytes, len);
	return status == WF_OK ? file_sync(fd) : status;
}

wf_status
file_put(const char *path, const uint8_t *bytes, size_t len, bool fresh,
	const struct file_owner *owner)
{
	char name[PATH_MAX];
	int fd = -1;
	wf_status status = temporary_name(path, name);

	if (status == WF_OK)
		status = temporary_open(name, O_CREAT, &fd);
	if (status != WF_OK)
		return status;
	status = temporary_fill(fd, bytes, len, owner);
	if (status == WF_OK && (file_fault() || renameat2(AT_FDCWD, name, AT_FDCWD, path,
							fresh ? RENAME_NOREPLACE : 0) != 0))
		status = file_status(errno);
	if (status != WF_OK)
		(void)unlink(name);
	/* Not before: the lock goes with it. */
	(void)close(fd);
	if (status != WF_OK)
		return status;
	status = folder_sync(path);
	if (status != WF_OK && fresh)
		(void)unlink(path);
	return status;
}

void
file_tidy(const char *path)
{
	char name[PATH_MAX];
	int fd = -1;

	if (temporary_name(path, name) != WF_OK || temporary_open(name, 0, &fd) != WF_OK)
		return;
	(void)unlink(name);
	(void)close(fd);
}
