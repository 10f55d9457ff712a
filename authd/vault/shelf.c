/* Folders of copies: see shelf.h. */
#include "config.h"

#include "authd/vault/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/crypto/digest.h"
#include "authd/crypto/file_io.h"
#include "authd/vault/room.h"
#include "common/fault.h"
#include "common/i18n.h"

#define STEP 65536

/* --- what is there --- */

static wf_status
add(struct shelf *shelf, int64_t time_us)
{
	/* Doubled whenever it is full: 1, 2, 4... */
	if ((shelf->n & (shelf->n - 1)) == 0) {
		const size_t room = shelf->n == 0 ? 1 : 2 * shelf->n;
		int64_t *times = wf_fault(WF_FAULT_ALLOC)
					 ? NULL
					 : reallocarray(shelf->times, room, sizeof(*times));

		if (times == NULL)
			return WF_NO_MEMORY;
		shelf->times = times;
	}
	shelf->times[shelf->n++] = time_us;
	return WF_OK;
}

static int
by_time(const void *a, const void *b)
{
	const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

	return first < second ? -1 : first > second;
}

static wf_status
read_entries(DIR *dir, const char *node, struct shelf *shelf)
{
	const struct dirent *entry;
	wf_status status = WF_OK;
	struct stat st;
	int64_t time_us;

	while (status == WF_OK && (entry = readdir(dir)) != NULL)
		if (plan_name_read(entry->d_name, node, &time_us) &&
			fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode))
			status = add(shelf, time_us);
	return status;
}

wf_status
shelf_read(const char *folder, const char *node, struct shelf *shelf_r)
{
	struct shelf shelf = {.n = 0};
	DIR *dir = wf_fault(WF_FAULT_FILE) ? NULL : opendir(folder);
	wf_status status;

	if (dir == NULL)
		return file_status(errno);
	status = read_entries(dir, node, &shelf);
	(void)closedir(dir);
	if (status != WF_OK) {
		shelf_clear(&shelf);
		return status;
	}
	if (shelf.n > 1)
		qsort(shelf.times, shelf.n, sizeof(*shelf.times), by_time);
	*shelf_r = shelf;
	return WF_OK;
}

void
shelf_clear(struct shelf *shelf)
{
	free(shelf->times);
	*shelf = (struct shelf){.n = 0};
}

int64_t
shelf_newest(const struct shelf *shelf, int64_t now_us)
{
	size_t n = shelf->n;

	while (n > 0 && shelf->times[n - 1] > now_us + PLAN_STEP_US)
		n--;
	return n == 0 ? 0 : shelf->times[n - 1];
}

bool
shelf_has(const struct shelf *shelf, int64_t time_us)
{
	return shelf->n > 0 && bsearch(&time_us, shelf->times, shelf->n, sizeof(time_us),
				       by_time) != NULL;
}

/* --- what need not be there --- */

static size_t
remove_spare(const char *folder, const char *node, const struct shelf *shelf, const bool *spare,
	const struct shelf *other)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[PLAN_NAME_SIZE];
	size_t n = 0;

	for (size_t i = 0; dir >= 0 && i < shelf->n; i++) {
		if (!spare[i] || (other != NULL && shelf_has(other, shelf->times[i])))
			continue;
		plan_name(node, shelf->times[i], name);
		n += unlinkat(dir, name, 0) == 0;
	}
	if (dir >= 0)
		close(dir);
	return n;
}

size_t
shelf_prune(const char *folder, const char *node, const struct plan_keep *keep, int64_t now_us,
	const struct shelf *other)
{
	struct shelf shelf = {.n = 0};
	bool *spare = NULL;
	size_t n = 0;

	if (shelf_read(folder, node, &shelf) != WF_OK)
		return 0;
	if (shelf.n > 0 && !wf_fault(WF_FAULT_ALLOC))
		spare = calloc(shelf.n, sizeof(*spare));
	if (spare != NULL && plan_spare(keep, now_us, shelf.times, shelf.n, spare) > 0)
		n = remove_spare(folder, node, &shelf, spare, other);
	free(spare);
	shelf_clear(&shelf);
	return n;
}

/* --- bringing one elsewhere --- */

struct bringing {
	int from, to;
	int from_dir, to_dir;
	const char *name;
	char part[PLAN_NAME_SIZE + 8]; /* its name until it is whole */
};

static wf_status
copy_bytes(const struct bringing *bringing)
{
	uint8_t bytes[STEP];
	size_t len = STEP;
	wf_status status = WF_OK;

	while (status == WF_OK && len == STEP) {
		status = file_read(bringing->from, bytes, STEP, &len);
		if (status == WF_OK)
			status = file_write(bringing->to, bytes, len);
	}
	if (status == WF_OK && (wf_fault(WF_FAULT_FILE) || fsync(bringing->to) != 0))
		status = file_status(errno);
	return status;
}

static wf_status
compare(const struct bringing *bringing)
{
	char first[DIGEST_TEXT_SIZE] = "", second[DIGEST_TEXT_SIZE] = "";
	wf_status status = digest_file(bringing->from, first);

	if (status == WF_OK)
		status = digest_file(bringing->to, second);
	return status == WF_OK && strcmp(first, second) != 0 ? WF_CORRUPT : status;
}

/* A folder that cannot be synchronised, as of some network file systems, is as durable as it is. */
static wf_status
give_name(const struct bringing *bringing)
{
	if (renameat(bringing->to_dir, bringing->part, bringing->to_dir, bringing->name) != 0 ||
		(fsync(bringing->to_dir) != 0 && errno != EINVAL))
		return file_status(errno);
	return WF_OK;
}

static wf_status
bring(struct bringing *bringing)
{
	wf_status status;

	bringing->from =
		openat(bringing->from_dir, bringing->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	(void)unlinkat(bringing->to_dir, bringing->part, 0);
	if (bringing->from >= 0)
		bringing->to = openat(bringing->to_dir, bringing->part,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (bringing->from < 0 || bringing->to < 0)
		return file_status(errno);
	status = copy_bytes(bringing);
	if (status == WF_OK)
		status = compare(bringing);
	if (status == WF_OK)
		status = give_name(bringing);
	if (status != WF_OK) {
		const int error = errno;

		(void)unlinkat(bringing->to_dir, bringing->part, 0);
		errno = error;
	}
	return status;
}

static wf_status
open_both(struct bringing *bringing, const char *from, const char *to)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	bringing->from_dir = wf_fault(WF_FAULT_FILE) ? -1 : open(from, flags);
	if (bringing->from_dir >= 0)
		bringing->to_dir = open(to, flags);
	return bringing->to_dir >= 0 ? WF_OK : file_status(errno);
}

static wf_status
bring_if_room(struct bringing *bringing, const char *to, char *why_r, size_t size)
{
	struct stat st;
	wf_status status = WF_OK;

	if (fstatat(bringing->from_dir, bringing->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		status = room_check(to, (uint64_t)st.st_size, why_r, size);
	return status == WF_OK ? bring(bringing) : status;
}

static void
close_all(const struct bringing *bringing)
{
	const int fds[] = {bringing->from, bringing->to, bringing->from_dir, bringing->to_dir};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

wf_status
shelf_bring(const char *from, const char *to, const char *name, char *why_r, size_t size)
{
	struct bringing bringing = {
		.from = -1, .to = -1, .from_dir = -1, .to_dir = -1, .name = name};
	char why[384] = "";
	wf_status status;

	(void)snprintf(bringing.part, sizeof(bringing.part), ".%s.tmp", name);
	errno = 0;
	status = open_both(&bringing, from, to);
	if (status == WF_OK &&
		faccessat(bringing.to_dir, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		status = bring_if_room(&bringing, to, why, sizeof(why));
	if (status != WF_OK)
		(void)snprintf(why_r, size, _("%s could not be brought to %s: %s"), name, to,
			why[0] != '\0'			    ? why
			: status != WF_CORRUPT && errno != 0 ? strerror(errno)
							     : _(wf_status_text(status)));
	close_all(&bringing);
	return status;
}
