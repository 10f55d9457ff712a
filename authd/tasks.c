/*
 * Tasks that the program does instead of serving: --init makes the key file and an empty database,
 * --restore puts a backup in place of the database.  Both need the daemon to be stopped.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/tasks.h"
#include "common/i18n.h"
#include "common/privilege.h"

bool
task_complain(const char *format, ...)
{
	va_list list;

	fputs("warifud: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return false;
}

bool
task_place_load(const struct wf_options *options, struct place *place)
{
	struct config_error error = {""};

	memset(place, 0, sizeof(*place));
	if (config_load(options->config, &place->config, &error) != WF_OK) {
		fprintf(stderr, "warifud: %s\n", error.text);
		return false;
	}
	snprintf(place->database, sizeof(place->database), "%s/warifu.db", place->config->state_dir);
	snprintf(place->making, sizeof(place->making), TASK_MAKING, place->config->state_dir);
	place->uid = geteuid();
	place->gid = getegid();
	if (place->uid != 0 || place->config->user[0] == '\0')
		return true;
	place->change = true;
	if (wf_privilege_user(place->config->user, &place->uid, &place->gid) == WF_OK)
		return true;
	return task_complain(_("the user %s does not exist: make it with 'useradd --system %s'"), place->config->user,
		place->config->user);
}

/* Root that may not pass over modes (systemd's CapabilityBoundingSet) leaves what it cannot enter to the user. */
static bool
make_folder(const struct place *place, const char *path)
{
	bool as_root = place->change && geteuid() == 0;

	if (mkdir(path, 0700) != 0)
		return errno == EEXIST || (as_root && errno == EACCES) ||
		       task_complain(_("the folder %s cannot be made: %s"), path, strerror(errno));
	if (as_root && chown(path, place->uid, place->gid) != 0)
		return task_complain(_("the folder %s cannot be given to its user: %s"), path, strerror(errno));
	return true;
}

static bool
make_folders(const struct place *place)
{
	char copy[sizeof(place->config->key_file)];

	snprintf(copy, sizeof(copy), "%s", place->config->key_file);
	return make_folder(place, place->config->state_dir) && make_folder(place, dirname(copy));
}

bool
task_step_down(const struct place *place)
{
	umask(077);
	if (!place->change || wf_privilege_drop(place->uid, place->gid) == WF_OK)
		return true;
	return task_complain(_("warifud cannot become user %s: start it as root or as that user"), place->config->user);
}

/* Folders first as root, who may make them anywhere, then as the user, who may in his own. */
static bool
prepare(const struct place *place)
{
	return make_folders(place) && task_step_down(place) && make_folders(place);
}

/* Stands beside the database while key and database are being made: who finds it goes on with that. */
static bool
making_begin(const struct place *place)
{
	int fd = open(place->making, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return task_complain(_("the file %s cannot be made: %s"), place->making, strerror(errno));
	close(fd);
	return true;
}

static bool
making_end(const struct place *place)
{
	return unlink(place->making) == 0 || task_complain(_("the file %s cannot be removed: %s"), place->making, strerror(errno));
}

static bool
make_key(const struct place *place)
{
	wf_status status = keyring_create(place->config->key_file);

	if (status == WF_OK || status == WF_EXISTS)
		return true;
	return task_complain(_("the key file %s cannot be made: %s"), place->config->key_file, _(wf_status_text(status)));
}

static bool
make_database(const struct place *place)
{
	char why[512] = "";
	struct store *store = NULL;
	struct store_options options = {
		.path = place->database, .node = place->config->node, .clock = wf_clock_system, .create = true
	};
	wf_status status = store_open(&options, &store, why, sizeof(why));

	if (status != WF_OK)
		return task_complain(_("the database %s cannot be made: %s"), place->database, why);
	store_close(&store);
	return true;
}

static bool
make_both(const struct place *place)
{
	return making_begin(place) && make_key(place) && make_database(place) && making_end(place);
}

/* A database that is there is left alone, unless it is one that was not finished. */
static bool
may_make(const struct place *place)
{
	return access(place->database, F_OK) != 0 || access(place->making, F_OK) == 0 ||
	       task_complain(_("there is a database at %s already; nothing was changed"), place->database);
}

int
task_init(const struct wf_options *options)
{
	struct place place;
	bool fine = task_place_load(options, &place) && prepare(&place) && may_make(&place) && make_both(&place);

	if (fine)
		printf(_("key file %s and database %s are ready\n"), place.config->key_file, place.database);
	config_free(&place.config);
	return fine ? 0 : 1;
}

/* Looked at as the user: root may not be able to enter the folders. */
int
task_first(const struct wf_options *options)
{
	struct place place;
	bool fine = task_place_load(options, &place) && prepare(&place);
	int code = fine ? TASK_FIRST_NOTHING : TASK_FIRST_FAILED;

	if (fine && ((access(place.database, F_OK) != 0 && access(place.config->key_file, F_OK) != 0) ||
			    access(place.making, F_OK) == 0))
		code = make_both(&place) ? TASK_FIRST_MADE : TASK_FIRST_FAILED;
	config_free(&place.config);
	return code;
}

bool
task_unpack(const struct place *place, int backup, const char *fresh, struct backup_info *info_r)
{
	struct keyring *keys = NULL;
	char why[512] = "";
	int to = -1;
	wf_status status = keyring_load(place->config->key_file, &keys, why, sizeof(why));

	if (status == WF_OK)
		to = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (status == WF_OK && to < 0)
		snprintf(why, sizeof(why), "the new file: %s", strerror(errno));
	if (to >= 0)
		status = backup_file_read(
			keys, STORE_SCHEMA, backup, to, info_r, why, sizeof(why));
	if (to >= 0 && status == WF_OK && fsync(to) != 0)
		status = WF_IO;
	keyring_free(&keys);
	if (to >= 0 && close(to) == 0 && status == WF_OK)
		return true;
	if (to >= 0)
		unlink(fresh);
	return task_complain(_("the backup cannot be restored: %s"), why[0] != '\0' ? why : _(wf_status_text(status)));
}

static bool
restore_failed(const char *why)
{
	return task_complain(_("the backup cannot be used: %s"), why);
}

static bool
restore_into(const struct place *place, int backup, bool *kept_r)
{
	char fresh[560], why[512] = "";
	struct backup_info info;
	wf_status status = store_restore_finish(place->database, why, sizeof(why));

	if (status != WF_OK)
		return restore_failed(why[0] != '\0' ? why : wf_status_text(status));
	snprintf(fresh, sizeof(fresh), "%s%s", place->database, STORE_RESTORING);
	if (!task_unpack(place, backup, fresh, &info))
		return false;
	status = store_restore_prepare(fresh, place->database, place->config->node, wf_clock_now(&wf_clock_system), kept_r,
		why, sizeof(why));
	if (status == WF_OK)
		status = store_restore_swap(place->database, why, sizeof(why));
	if (status == WF_OK)
		return true;
	unlink(fresh);
	return restore_failed(why[0] != '\0' ? why : wf_status_text(status));
}

/* A running daemon holds the lock file: then nothing may be swapped under it. */
static bool
daemon_stopped(const struct place *place)
{
	char path[560];
	int fd;

	snprintf(path, sizeof(path), "%s.lock", place->database);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		close(fd);
		return true;
	}
	close(fd);
	return task_complain(_("the daemon is running on %s: stop it first"), place->database);
}

static void
say_restored(const struct place *place, bool kept)
{
	printf(_("restored to %s: used codes stay used, recovery codes are void, HOTP tokens want a resync\n"),
	       place->database);
	if (kept)
		printf(_("kept of the old database: failures, locks, ended grants; accounts "
			 "disabled and tokens revoked since the backup work again: see to them "
			 "before others log in\n"));
	else
		printf(_("nothing could be kept of the old database: locks that were set, and "
			 "accounts, tokens and grants that were ended since the backup, are as "
			 "they were then: see to them before others log in\n"));
}

int
task_restore(const struct wf_options *options)
{
	struct place place;
	bool kept = false;
	bool fine = task_place_load(options, &place);
	int backup = open(options->file, O_RDONLY | O_CLOEXEC);

	if (backup < 0)
		fine = task_complain(_("the file %s cannot be opened: %s"), options->file, strerror(errno));
	fine = fine && prepare(&place) && daemon_stopped(&place) &&
	       restore_into(&place, backup, &kept);
	if (fine)
		say_restored(&place, kept);
	if (backup >= 0)
		close(backup);
	config_free(&place.config);
	return fine ? 0 : 1;
}
