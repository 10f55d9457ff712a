/* Trials of a restore: see drill.h. */
#include "config.h"

#include "authd/vault/drill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/vault/room.h"
#include "common/fault.h"
#include "common/i18n.h"

#define SCRATCH_SIZE 320
#define DATABASE_SIZE (SCRATCH_SIZE + 16)

static void
scratch_name(const char *state_dir, char scratch_r[SCRATCH_SIZE])
{
	(void)snprintf(scratch_r, SCRATCH_SIZE, "%s/drill", state_dir);
}

/* All in it is the trial's own: the database, SQLite's files beside it, copies of older schemas. */
static void
empty(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;

	if (dir == NULL && again >= 0)
		close(again);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlinkat(fd, entry->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
}

static wf_status
scratch_open(const char *scratch, int *fd_r, char *why_r, size_t size)
{
	int fd = -1;

	if (!wf_fault(WF_FAULT_FILE) && (mkdir(scratch, 0700) == 0 || errno == EEXIST))
		fd = open(scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		(void)snprintf(why_r, size, _("The folder %s cannot be made: %s"), scratch,
			strerror(errno));
		return WF_IO;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)snprintf(why_r, size, "%s",
			_("Another trial of a restore is under way: try again when it is done."));
		close(fd);
		return WF_CONFLICT;
	}
	empty(fd);
	*fd_r = fd;
	return WF_OK;
}

static void
scratch_close(const char *scratch, int fd)
{
	empty(fd);
	(void)unlinkat(AT_FDCWD, scratch, AT_REMOVEDIR);
	close(fd);
}

void
drill_tidy(const char *state_dir)
{
	char scratch[SCRATCH_SIZE];
	int fd;

	scratch_name(state_dir, scratch);
	fd = open(scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		scratch_close(scratch, fd);
}

/* The database itself, and what SQLite writes beside it while it is made ready. */
static wf_status
check_room(const char *path, const char *state_dir, char *why_r, size_t size)
{
	struct stat st;

	return stat(path, &st) != 0
		       ? WF_OK
		       : room_check(state_dir, (uint64_t)st.st_size, why_r, size);
}

/* What a restore does, but for the last step, which would put it in place. */
static wf_status
rehearse(const struct copy_job *job, const char *path, const char *database,
	struct drill_facts *facts, char *why_r, size_t size)
{
	const struct wf_now now = wf_clock_now(&job->clock);
	bool kept;
	wf_status status = copy_open(job->keys, path, database, &facts->copy, why_r, size);

	if (status == WF_OK)
		status = store_restore_prepare(
			database, NULL, store_node(job->store), now, &kept, why_r, size);
	if (status != WF_OK)
		return status;
	facts->took_us = wf_clock_now(&job->clock).boot_us - now.boot_us;
	facts->age_us = now.wall_us - facts->copy.time_us;
	return WF_OK;
}

wf_status
drill_run(const struct copy_job *job, const char *state_dir, const char *path,
	struct drill_facts *facts_r, char *why_r, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct drill_facts facts = {.took_us = 0};
	char scratch[SCRATCH_SIZE], database[DATABASE_SIZE];
	int fd = -1;
	wf_status status;

	scratch_name(state_dir, scratch);
	(void)snprintf(database, sizeof(database), "%s/warifu.db", scratch);
	(void)snprintf(facts.copy.name, sizeof(facts.copy.name), "%s",
		slash == NULL ? path : slash + 1);
	status = check_room(path, state_dir, why_r, size);
	if (status == WF_OK)
		status = scratch_open(scratch, &fd, why_r, size);
	if (status != WF_OK)
		return status;
	status = rehearse(job, path, database, &facts, why_r, size);
	scratch_close(scratch, fd);
	if (status == WF_OK)
		*facts_r = facts;
	else if (why_r[0] == '\0')
		(void)snprintf(why_r, size, "%s", _(wf_status_text(status)));
	return status;
}
