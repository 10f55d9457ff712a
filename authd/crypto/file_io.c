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
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/random.h"

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

/* "PATH.xxxxxxxx": beside the file, and of nobody else: nothing half written is ever renamed. */
static wf_status
temporary_name(const char *path, char name_r[PATH_MAX])
{
	uint32_t number;
	wf_status status = wf_random_bytes(&number, sizeof(number));

	if (status != WF_OK)
		return status;
	return snprintf(name_r, PATH_MAX, "%s.%08x", path, number) < PATH_MAX ? WF_OK : WF_TOO_LONG;
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

static wf_status
temporary_fill(const char *name, const uint8_t *bytes, size_t len, const struct file_owner *owner)
{
	int fd = file_fault()
			 ? -1
			 : open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	wf_status status;

	if (fd < 0)
		return file_status(errno);
	status = owner_set(fd, owner);
	/* The umask may have taken bits away; it can have added none. */
	if (status == WF_OK && fchmod(fd, 0600) != 0)
		status = WF_IO;
	if (status == WF_OK)
		status = file_write(fd, bytes, len);
	if (status == WF_OK)
		status = file_sync(fd);
	if (close(fd) != 0 && status == WF_OK)
		status = WF_IO;
	return status;
}

wf_status
file_put(const char *path, const uint8_t *bytes, size_t len, bool fresh,
	const struct file_owner *owner)
{
	char name[PATH_MAX];
	wf_status status = temporary_name(path, name);

	if (status != WF_OK)
		return status;
	status = temporary_fill(name, bytes, len, owner);
	if (status == WF_OK && (file_fault() || renameat2(AT_FDCWD, name, AT_FDCWD, path,
							fresh ? RENAME_NOREPLACE : 0) != 0))
		status = file_status(errno);
	if (status != WF_OK) {
		(void)unlink(name);
		return status;
	}
	status = folder_sync(path);
	if (status != WF_OK && fresh)
		(void)unlink(path);
	return status;
}
