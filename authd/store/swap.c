/*
 * Puts a restored database in the place of the old one, so that whatever happens on the way, power
 * cuts included, the next start finds one of the two, whole.
 *
 * Several files move (the database and SQLite's beside it), so no single rename does it.  The
 * decision is one rename: PATH.restoring becomes PATH.restored.  Before it the old store stands,
 * and what is left of the attempt is swept.  After it the rest is only carried out, by this call or
 * by the next start: the old files get the name under which they are kept, then the new one gets
 * theirs.  Each step may be done twice.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

#define RESTORED ".restored"

static const char *const moved[] = {"", "-wal", "-shm", "-journal"};

static wf_status
swap_failed(const char *path, char *why_r, size_t size)
{
	const int error = errno;

	(void)snprintf(why_r, size, _("The restored database cannot be put in place at %s: %s."),
		path, strerror(error));
	return error == ENOSPC || error == EDQUOT ? WF_FULL : WF_IO;
}

static bool
swap_sync(const char *path)
{
	char *folder = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(path);
	char *slash = folder == NULL ? NULL : strrchr(folder, '/');
	int fd = -1;
	bool synced;

	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	if (folder != NULL && !wf_fault(WF_FAULT_FILE))
		fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(folder);
	return synced;
}

/* The old files away, each with its own ending, under the name of the moment of the decision. */
static bool
swap_keep(const char *path, long long decided_s)
{
	char from[STORE_PATH_MAX], to[STORE_PATH_MAX + 64];

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		(void)snprintf(from, sizeof(from), "%s%s", path, moved[i]);
		(void)snprintf(
			to, sizeof(to), "%s.before-restore-%lld%s", path, decided_s, moved[i]);
		if (wf_fault(WF_FAULT_FILE) || (rename(from, to) != 0 && errno != ENOENT))
			return false;
	}
	return swap_sync(path);
}

/* What was decided; the caller has the lock. */
static wf_status
swap_carry_out(const char *path, char *why_r, size_t size)
{
	char restored[STORE_PATH_MAX];
	struct stat st;

	(void)snprintf(restored, sizeof(restored), "%s%s", path, RESTORED);
	if (lstat(restored, &st) != 0)
		return errno == ENOENT ? WF_OK : swap_failed(path, why_r, size);
	if (!swap_keep(path, (long long)st.st_mtim.tv_sec) || rename(restored, path) != 0 ||
		!swap_sync(path))
		return swap_failed(path, why_r, size);
	return WF_OK;
}

/* What an attempt left that was not decided. */
static void
swap_sweep(const char *path)
{
	char name[STORE_PATH_MAX];

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s%s", path, STORE_RESTORING, moved[i]);
		(void)unlink(name);
	}
	(void)snprintf(name, sizeof(name), "%s%s", path, STORE_RESTORING);
	schema_forget_copies(name);
}

/* What cannot be looked at may be there. */
static bool
swap_may_be(const char *name)
{
	return access(name, F_OK) == 0 || errno != ENOENT;
}

static bool
swap_pending(const char *path)
{
	char restored[STORE_PATH_MAX], restoring[STORE_PATH_MAX];

	(void)snprintf(restored, sizeof(restored), "%s%s", path, RESTORED);
	(void)snprintf(restoring, sizeof(restoring), "%s%s", path, STORE_RESTORING);
	return swap_may_be(restored) || swap_may_be(restoring);
}

wf_status
store_restore_finish(const char *path, char *why_r, size_t size)
{
	wf_status status;
	int lock = -1;

	if (strlen(path) > STORE_PATH_MAX - 64)
		return WF_TOO_LONG;
	if (!swap_pending(path))
		return WF_OK;
	status = check_lock(path, &lock, why_r, size);
	if (status != WF_OK)
		return status;
	status = swap_carry_out(path, why_r, size);
	if (status == WF_OK)
		swap_sweep(path);
	close(lock);
	return status;
}

wf_status
store_restore_swap(const char *path, char *why_r, size_t size)
{
	char restoring[STORE_PATH_MAX], restored[STORE_PATH_MAX];

	if (strlen(path) > STORE_PATH_MAX - 64)
		return WF_TOO_LONG;
	(void)snprintf(restoring, sizeof(restoring), "%s%s", path, STORE_RESTORING);
	(void)snprintf(restored, sizeof(restored), "%s%s", path, RESTORED);
	/* The time of the decision names what is kept. */
	if (wf_fault(WF_FAULT_FILE) || utimensat(AT_FDCWD, restoring, NULL, 0) != 0 ||
		rename(restoring, restored) != 0 || !swap_sync(path))
		return swap_failed(path, why_r, size);
	return store_restore_finish(path, why_r, size);
}
