/*
 * backup.make: a consistent copy of the database, encrypted, in the state folder's `backups`.  The
 * plain copy lives there only while it is being encrypted, mode 0600, and what a crash left of one,
 * or of SQLite's files beside it, is swept by the next start and by the next call.  Nothing has the
 * backup's name before it is whole and durable.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "authd/account/internal.h"
#include "authd/crypto/backup_file.h"
#include "common/fault.h"

#define PLAIN ".plain.tmp"
#define SEALED ".sealed.tmp"

struct backup {
	struct act_call *call;
	int dir; /* of the backups, locked */
	char folder[sizeof(((struct config *)NULL)->state_dir) + 16];
	char name[129];
	struct backup_info info;
	int64_t bytes;
};

/* --- names and folder --- */

static wf_status
choose_name(struct act_call *call, char name_r[129])
{
	const char *name = act_arg(call, "name");
	time_t seconds = (time_t)(wf_clock_now(&call->daemon->clock).wall_us / US_PER_S);
	struct tm local;

	if (name == NULL) {
		if (localtime_r(&seconds, &local) == NULL ||
			strftime(name_r, 129, "warifu-%Y%m%d-%H%M%S.backup", &local) == 0)
			return act_say(call, WF_INVALID, _("'%s' is missing."), "name");
		return WF_OK;
	}
	if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '-')
		return act_say(call, WF_INVALID,
			_("'%s' must be the name of a file, without '/' and not beginning with '.' "
			  "or '-'."),
			"name");
	(void)snprintf(name_r, 129, "%s", name);
	return WF_OK;
}

static wf_status
failed(const struct backup *backup, const char *what)
{
	const int error = errno;

	return act_say(backup->call, error == ENOSPC || error == EDQUOT ? WF_FULL : WF_IO,
		_("No backup was made: %s in %s: %s"), what, backup->folder, strerror(error));
}

/* The caller has the folder's lock, or is alone yet. */
static void
sweep(int dir)
{
	static const char *const left[] = {
		PLAIN, PLAIN "-journal", PLAIN "-wal", PLAIN "-shm", SEALED};

	for (size_t i = 0; i < COUNT_OF(left); i++)
		(void)unlinkat(dir, left[i], 0);
}

void
act_backup_tidy(const char *state_dir)
{
	char folder[sizeof(((struct backup *)NULL)->folder)];
	int dir;

	(void)snprintf(folder, sizeof(folder), "%s/backups", state_dir);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return;
	sweep(dir);
	(void)close(dir);
}

static wf_status
open_folder(struct backup *backup)
{
	(void)snprintf(backup->folder, sizeof(backup->folder), "%s/backups",
		backup->call->daemon->config->state_dir);
	if (mkdir(backup->folder, 0700) != 0 && errno != EEXIST)
		return failed(backup, "mkdir");
	backup->dir = open(backup->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (backup->dir < 0)
		return failed(backup, "open");
	if (flock(backup->dir, LOCK_EX | LOCK_NB) != 0)
		return errno != EWOULDBLOCK ? failed(backup, "flock")
					    : act_say(backup->call, WF_CONFLICT,
						      _("Another backup is being made: try again "
							"when it is done."));
	sweep(backup->dir);
	if (faccessat(backup->dir, backup->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return act_say(backup->call, WF_EXISTS,
			_("%s/%s is there already: choose another name."), backup->folder,
			backup->name);
	return WF_OK;
}

/* --- the two files --- */

static wf_status
copy_store(struct backup *backup)
{
	char path[sizeof(backup->folder) + sizeof(PLAIN) + 1], why[256] = "";
	wf_status status;

	(void)snprintf(path, sizeof(path), "%s/%s", backup->folder, PLAIN);
	status = store_backup(backup->call->daemon->store, path, why, sizeof(why));
	if (status == WF_OK)
		return WF_OK;
	if (why[0] != '\0')
		return act_say(backup->call, status, _("No backup was made: %s"), why);
	return act_say_store(backup->call, status, NULL);
}

static wf_status
seal(struct backup *backup, int from, int to)
{
	const struct act_daemon *daemon = backup->call->daemon;
	struct stat st;
	wf_status status;

	backup->info = (struct backup_info){
		.schema = STORE_SCHEMA, .time_us = wf_clock_now(&daemon->clock).wall_us
	};
	(void)snprintf(
		backup->info.node, sizeof(backup->info.node), "%s", store_node(daemon->store));
	status = backup_file_write(daemon->keys, &backup->info, from, to);
	if (status != WF_OK)
		return act_say(backup->call, status, _("No backup was made: %s"),
			_(wf_status_text(status)));
	if (wf_fault(WF_FAULT_FILE) || fsync(to) != 0 || fstat(to, &st) != 0)
		return failed(backup, "fsync");
	backup->bytes = (int64_t)st.st_size;
	return WF_OK;
}

static wf_status
encrypt(struct backup *backup)
{
	int from = openat(backup->dir, PLAIN, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int to = openat(
		backup->dir, SEALED, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	wf_status status = from < 0 || to < 0 ? failed(backup, "open") : seal(backup, from, to);

	if (from >= 0)
		close(from);
	if (to >= 0 && close(to) != 0 && status == WF_OK)
		status = failed(backup, "close");
	return status;
}

static wf_status
publish(struct backup *backup)
{
	if (wf_fault(WF_FAULT_FILE) ||
		renameat(backup->dir, SEALED, backup->dir, backup->name) != 0)
		return failed(backup, "rename");
	if (fsync(backup->dir) != 0)
		return failed(backup, "fsync");
	return WF_OK;
}

static wf_status
make(struct backup *backup)
{
	wf_status status = copy_store(backup);

	if (status == WF_OK)
		status = encrypt(backup);
	if (status == WF_OK)
		status = publish(backup);
	sweep(backup->dir);
	return status;
}

/* --- the row, and the answer --- */

static void
fingerprint_of(const struct keyring *keys, char text_r[17])
{
	if (keyring_fingerprint(keys, keyring_current(keys), text_r) != WF_OK)
		text_r[0] = '\0';
}

/* A backup that is not in the log is not there. */
static wf_status
record(struct backup *backup)
{
	const struct keyring *keys = backup->call->daemon->keys;
	struct act_change change;
	char fingerprint[17];
	wf_status status;

	fingerprint_of(keys, fingerprint);
	act_change_init(backup->call, &change, "", "%s, %lld bytes, key %u (%s)", backup->name,
		(long long)backup->bytes, keyring_current(keys), fingerprint);
	status = act_commit(backup->call, &change);
	if (status != WF_OK)
		(void)unlinkat(backup->dir, backup->name, 0);
	return status;
}

static wf_status
answer(struct backup *backup)
{
	static const char *const columns[] = {
		"path", "bytes:number", "key-id:number", "key-fingerprint"};
	const struct keyring *keys = backup->call->daemon->keys;
	char path[sizeof(backup->folder) + sizeof(backup->name) + 1], bytes[ACT_NUMBER_SIZE],
		id[ACT_NUMBER_SIZE];
	char fingerprint[17];
	const char *cells[] = {path, act_number_text(backup->bytes, bytes),
		act_number_text(keyring_current(keys), id), fingerprint};
	wf_status status = act_head(backup->call, columns, COUNT_OF(columns));

	fingerprint_of(keys, fingerprint);
	(void)snprintf(path, sizeof(path), "%s/%s", backup->folder, backup->name);
	if (status == WF_OK)
		status = act_row_out(backup->call, cells, COUNT_OF(cells));
	if (status != WF_OK)
		return status;
	return act_say(backup->call, WF_OK,
		_("%s was written. It opens with key %u (%s) alone: keep a copy of the key file "
		  "elsewhere, never beside it."),
		path, keyring_current(keys), fingerprint);
}

wf_status
act_backup_make(struct act_call *call)
{
	struct backup backup = {.call = call, .dir = -1};
	wf_status status = choose_name(call, backup.name);

	if (status == WF_OK)
		status = open_folder(&backup);
	if (status == WF_OK)
		status = make(&backup);
	if (status == WF_OK)
		status = record(&backup);
	if (status == WF_OK)
		status = answer(&backup);
	if (backup.dir >= 0)
		close(backup.dir);
	return status;
}
