/* Copies of the store: see copy.h. */
#include "config.h"

#include "authd/vault/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/crypto/backup_file.h"
#include "authd/store/room.h"
#include "authd/vault/room.h"
#include "common/fault.h"
#include "common/i18n.h"

#define PLAIN ".plain.tmp"
#define SEALED ".sealed.tmp"
#define AGAIN ".again.tmp" /* what was read back */
#define PATH_SIZE 512

struct copying {
	const struct copy_job *job;
	const char *name;
	struct copy_facts facts;
	int dir; /* locked */
	char *why;
	size_t size;
};

static wf_status say(const struct copying *copying, wf_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static wf_status
say(const struct copying *copying, wf_status status, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vsnprintf(copying->why, copying->size, format, list);
	va_end(list);
	return status;
}

static wf_status
failed(const struct copying *copying, const char *what)
{
	const int error = errno;

	return say(copying, error == ENOSPC || error == EDQUOT ? WF_FULL : WF_IO,
		_("No backup was made: %s in %s: %s"), what, copying->job->folder,
		strerror(error));
}

static wf_status
no_backup(const struct copying *copying, wf_status status, const char *why)
{
	char cause[384];

	(void)snprintf(cause, sizeof(cause), "%s",
		why[0] != '\0' ? why : _(wf_status_text(status)));
	return say(copying, status, _("No backup was made: %s"), cause);
}

static const char *
path_of(const struct copying *copying, const char *name, char path_r[PATH_SIZE])
{
	(void)snprintf(path_r, PATH_SIZE, "%s/%s", copying->job->folder, name);
	return path_r;
}

/* --- the folder --- */

/* The caller has the folder's lock, or is alone yet. */
static void
sweep(int dir)
{
	static const char *const names[] = {PLAIN, AGAIN, SEALED};
	static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
	char name[32];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t j = 0; j < sizeof(beside) / sizeof(beside[0]); j++) {
			(void)snprintf(name, sizeof(name), "%s%s", names[i], beside[j]);
			(void)unlinkat(dir, name, 0);
		}
}

static int
open_dir(const char *folder)
{
	return open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void
copy_tidy(const char *folder)
{
	int dir = open_dir(folder);

	if (dir < 0)
		return;
	sweep(dir);
	(void)close(dir);
}

static wf_status
lock_folder(struct copying *copying)
{
	const char *folder = copying->job->folder;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return failed(copying, "mkdir");
	copying->dir = open_dir(folder);
	if (copying->dir < 0)
		return failed(copying, "open");
	if (flock(copying->dir, LOCK_EX | LOCK_NB) != 0)
		return errno != EWOULDBLOCK ? failed(copying, "flock")
					    : say(copying, WF_CONFLICT,
						      _("Another backup is being made: try again "
							"when it is done."));
	sweep(copying->dir);
	return WF_OK;
}

static wf_status
open_folder(struct copying *copying)
{
	wf_status status = lock_folder(copying);

	if (status == WF_OK &&
		faccessat(copying->dir, copying->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return say(copying, WF_EXISTS, _("%s/%s is there already: choose another name."),
			copying->job->folder, copying->name);
	return status;
}

/* At its height there are two files of the size of the store: one being read, one written. */
static wf_status
check_room(struct copying *copying)
{
	char why[384];
	wf_status status = room_check(copying->job->folder, 2 * store_bytes(copying->job->store),
		why, sizeof(why));

	return status == WF_OK ? WF_OK : no_backup(copying, status, why);
}

/* --- the two files --- */

static wf_status
copy_store(struct copying *copying)
{
	char path[PATH_SIZE], why[256] = "";
	wf_status status = store_backup(
		copying->job->store, path_of(copying, PLAIN, path), why, sizeof(why));

	return status == WF_OK ? WF_OK : no_backup(copying, status, why);
}

static wf_status
seal(struct copying *copying, int from, int to)
{
	const struct copy_job *job = copying->job;
	struct backup_info info = {
		.schema = STORE_SCHEMA, .time_us = wf_clock_now(&job->clock).wall_us
	};
	wf_status status;

	(void)snprintf(info.node, sizeof(info.node), "%s", store_node(job->store));
	status = backup_file_write(job->keys, &info, from, to);
	if (status != WF_OK)
		return no_backup(copying, status, "");
	return wf_fault(WF_FAULT_FILE) || fsync(to) != 0 ? failed(copying, "fsync") : WF_OK;
}

static wf_status
encrypt(struct copying *copying)
{
	int from = openat(copying->dir, PLAIN, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int to = openat(copying->dir, SEALED,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	wf_status status = from < 0 || to < 0 ? failed(copying, "open") : seal(copying, from, to);

	if (from >= 0)
		close(from);
	if (to >= 0 && close(to) != 0 && status == WF_OK)
		status = failed(copying, "close");
	(void)unlinkat(copying->dir, PLAIN, 0); /* it has done its work, and disks are finite */
	return status;
}

/* A copy that nobody could read is none. */
static wf_status
read_back(struct copying *copying, const char *name)
{
	char path[PATH_SIZE], plain[PATH_SIZE], why[256] = "";
	wf_status status = copy_open(copying->job->keys, path_of(copying, name, path),
		path_of(copying, AGAIN, plain), &copying->facts, why, sizeof(why));

	return status == WF_OK ? WF_OK : no_backup(copying, status, why);
}

static wf_status
publish(struct copying *copying)
{
	if (wf_fault(WF_FAULT_FILE) ||
		renameat(copying->dir, SEALED, copying->dir, copying->name) != 0)
		return failed(copying, "rename");
	if (fsync(copying->dir) == 0)
		return WF_OK;
	(void)unlinkat(copying->dir, copying->name, 0);
	return failed(copying, "fsync");
}

static wf_status
make(struct copying *copying)
{
	wf_status status = check_room(copying);

	if (status == WF_OK)
		status = copy_store(copying);
	if (status == WF_OK)
		status = encrypt(copying);
	if (status == WF_OK)
		status = read_back(copying, SEALED);
	if (status == WF_OK)
		status = publish(copying);
	sweep(copying->dir);
	return status;
}

/* The end of both: the folder is let go of, and what is known is handed out. */
static wf_status
finish(struct copying *copying, wf_status status, int64_t began_us, struct copy_facts *facts_r)
{
	if (copying->dir >= 0)
		close(copying->dir);
	if (status != WF_OK)
		return status;
	(void)snprintf(copying->facts.name, sizeof(copying->facts.name), "%s", copying->name);
	copying->facts.took_us = wf_clock_now(&copying->job->clock).boot_us - began_us;
	*facts_r = copying->facts;
	return WF_OK;
}

wf_status
copy_make(const struct copy_job *job, const char *name, struct copy_facts *facts_r, char *why_r,
	size_t size)
{
	struct copying copying = {.job = job, .name = name, .dir = -1, .why = why_r, .size = size};
	const int64_t began_us = wf_clock_now(&job->clock).boot_us;
	wf_status status = open_folder(&copying);

	if (status == WF_OK)
		status = make(&copying);
	return finish(&copying, status, began_us, facts_r);
}

wf_status
copy_look(const struct copy_job *job, const char *name, struct copy_facts *facts_r, char *why_r,
	size_t size)
{
	struct copying copying = {.job = job, .name = name, .dir = -1, .why = why_r, .size = size};
	const int64_t began_us = wf_clock_now(&job->clock).boot_us;
	wf_status status = lock_folder(&copying);

	if (status == WF_OK)
		status = check_room(&copying);
	if (status == WF_OK) {
		status = read_back(&copying, name);
		sweep(copying.dir);
	}
	return finish(&copying, status, began_us, facts_r);
}

void
copy_unmake(const struct copy_job *job, const char *name)
{
	int dir = open_dir(job->folder);

	if (dir < 0)
		return;
	(void)unlinkat(dir, name, 0);
	close(dir);
}

/* --- reading one --- */

static wf_status
decrypt(const struct keyring *keys, int from, int to, struct copy_facts *facts, char *why_r,
	size_t size)
{
	struct backup_info info;
	struct stat st;
	wf_status status = digest_file(from, facts->sha256);

	if (status == WF_OK && (lseek(from, 0, SEEK_SET) != 0 || fstat(from, &st) != 0))
		status = WF_IO;
	if (status == WF_OK)
		status = backup_file_read(keys, STORE_SCHEMA, from, to, &info, why_r, size);
	if (status != WF_OK)
		return status;
	facts->time_us = info.time_us;
	facts->bytes = (int64_t)st.st_size;
	facts->key = keyring_current(keys);
	(void)snprintf(facts->fingerprint, sizeof(facts->fingerprint), "%s", info.fingerprint);
	return WF_OK;
}

wf_status
copy_open(const struct keyring *keys, const char *path, const char *plain,
	struct copy_facts *facts_r, char *why_r, size_t size)
{
	struct copy_facts facts = *facts_r;
	int from = wf_fault(WF_FAULT_FILE) ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int to = from < 0 ? -1
			  : open(plain, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	wf_status status = WF_IO;

	why_r[0] = '\0';
	if (to >= 0)
		status = decrypt(keys, from, to, &facts, why_r, size);
	else
		(void)snprintf(why_r, size, "%s: %s", from < 0 ? path : plain, strerror(errno));
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (status == WF_OK)
		status = store_prove(plain, &facts.proof, why_r, size);
	if (status == WF_OK)
		*facts_r = facts;
	else if (to >= 0)
		(void)unlink(plain);
	return status;
}

/* --- the line in the log --- */

#define FIGURES " bytes, sha256 %s, rows %" PRIu64 ", last row %" PRIu64 \
	", accounts %" PRIu64 ", key %" PRIu32 " (%s), read back in %" PRId64 " ms"
#define FIGURES_READ " bytes, sha256 %64[0-9a-f], rows %" SCNu64 ", last row %" SCNu64 \
	", accounts %" SCNu64 ", key %" SCNu32 " (%16[0-9a-f]), read back in %" SCNd64 " ms"

void
copy_note(const struct copy_facts *facts, char text_r[COPY_NOTE_SIZE])
{
	(void)snprintf(text_r, COPY_NOTE_SIZE, "%s, %" PRId64 FIGURES, facts->name, facts->bytes,
		facts->sha256, facts->proof.rows, facts->proof.last_seq, facts->proof.accounts,
		facts->key, facts->fingerprint, facts->took_us / 1000);
}

/* Where the figures begin, behind the name and its comma: a name may have commas of its own. */
static const char *
figures_of(const char *text)
{
	const char *at = strstr(text, " bytes, sha256 ");

	while (at != NULL && at > text && !(at[-1] == ' ' && at > text + 1 && at[-2] == ','))
		at--;
	return at == text ? NULL : at;
}

bool
copy_note_read(const char *text, struct copy_facts *facts_r)
{
	struct copy_facts facts = {.time_us = 0};
	const char *figures = figures_of(text);
	int64_t took_ms;

	if (figures == NULL ||
		sscanf(figures, "%" SCNd64 FIGURES_READ, &facts.bytes, facts.sha256,
			&facts.proof.rows, &facts.proof.last_seq, &facts.proof.accounts,
			&facts.key, facts.fingerprint, &took_ms) != 8)
		return false;
	(void)snprintf(facts.name, sizeof(facts.name), "%.*s", (int)(figures - text - 2), text);
	facts.took_us = took_ms * 1000;
	*facts_r = facts;
	return true;
}
