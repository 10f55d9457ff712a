/* Written, synchronised, renamed, and its folder synchronised. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "ctl/whole.h"

static wf_status
fail(int error)
{
	errno = error;
	return WF_IO;
}

/* The folder of a path, as something to open. */
static void
folder_of(const char *path, char folder_r[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(folder_r, PATH_MAX, ".");
	else
		snprintf(folder_r, PATH_MAX, "%.*s", (int)(slash - path) + 1, path);
}

wf_status
whole_open(struct whole *whole_r, const char *path)
{
	struct whole whole = {.file = NULL};
	FILE *file;
	int fd;

	if (strlen(path) + sizeof(".XXXXXX") > sizeof(whole.fresh))
		return fail(ENAMETOOLONG);
	if (access(path, F_OK) == 0)
		return fail(EEXIST);
	snprintf(whole.path, sizeof(whole.path), "%s", path);
	snprintf(whole.fresh, sizeof(whole.fresh), "%s.XXXXXX", path);
	fd = mkostemp(whole.fresh, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return WF_IO;
	file = wf_fault(WF_FAULT_ALLOC) ? NULL : fdopen(fd, "w");
	if (file == NULL) {
		close(fd);
		unlink(whole.fresh);
		return fail(ENOMEM);
	}
	*whole_r = whole;
	whole_r->file = file;
	return WF_OK;
}

/* File systems that cannot rename without replacing (NFS) are asked first whether it would. */
static int
take_place(const char *fresh, const char *path)
{
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (access(path, F_OK) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(fresh, path);
}

/* Some file systems have no folders that can be synchronised; the file itself is safe by then. */
static void
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd;

	folder_of(path, folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

wf_status
whole_keep(struct whole *whole)
{
	int failed = ferror(whole->file) != 0 || fflush(whole->file) != 0 ||
		     fsync(fileno(whole->file)) != 0;
	int error = failed ? errno : 0;

	if (fclose(whole->file) != 0 && !failed) {
		failed = 1;
		error = errno;
	}
	whole->file = NULL;
	if (!failed && take_place(whole->fresh, whole->path) != 0) {
		failed = 1;
		error = errno;
	}
	if (failed) {
		unlink(whole->fresh);
		return fail(error);
	}
	sync_folder(whole->path);
	return WF_OK;
}

void
whole_drop(struct whole *whole)
{
	if (whole->file != NULL)
		fclose(whole->file);
	whole->file = NULL;
	unlink(whole->fresh);
}
