/* Reading and writing of what `warifu pam` keeps. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/peer.h"
#include "ctl/pamfiles.h"
#include "ctl/text.h"

#define FILE_MAX 65536
#define SERVICE_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static const char *
or_default(const char *value, const char *preset)
{
	return value != NULL ? value : preset;
}

int
pam_place_init(struct ctl *ctl, const struct parsed *parsed, const char *service,
	struct pam_place *place_r)
{
	struct pam_place *p = place_r;

	p->service = service;
	p->dir = or_default(args_option(parsed, "pam-dir"), PAM_DIR);
	p->save_dir = or_default(args_option(parsed, "save-dir"), WF_PAMSAVEDIR);
	if (strspn(service, SERVICE_CHARS) != strlen(service) || service[0] == '.' ||
		strlen(service) > 64 || strncmp(service, "common-", 7) == 0) {
		ctl_error(ctl,
			_("'%s' is no PAM service; name one such as sshd, login, sudo, su or "
			  "passwd"),
			service);
		return CTL_USAGE;
	}
	if (strlen(p->dir) > 1024 || strlen(p->save_dir) > 1024) {
		ctl_error(ctl, _("the name of the folder is too long"));
		return CTL_USAGE;
	}
	snprintf(p->file, sizeof(p->file), "%s/%s", p->dir, service);
	snprintf(p->saved, sizeof(p->saved), "%s/%s.warifu-saved", p->save_dir, service);
	snprintf(p->before, sizeof(p->before), "%s/%s.before", p->save_dir, service);
	snprintf(p->pending, sizeof(p->pending), "%s/%s.pending", p->save_dir, service);
	return CTL_OK;
}

/* A folder in which nobody else can put something. */
static bool
is_private(const char *dir)
{
	struct stat st;

	return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

wf_status
pam_place_lock(struct ctl *ctl, const struct pam_place *place, int *lock_r)
{
	char path[PATH_MAX];
	int fd;

	if (mkdir(place->save_dir, S_IRWXU) != 0 && errno != EEXIST) {
		ctl_error(ctl, _("the folder %s cannot be made: %s"), place->save_dir,
			strerror(errno));
		return WF_IO;
	}
	if (!is_private(place->save_dir)) {
		ctl_error(ctl,
			_("%s must be a folder that only root can write: chown root, chmod 0700"),
			place->save_dir);
		return WF_DENIED;
	}
	snprintf(path, sizeof(path), "%s/lock", place->save_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		ctl_error(ctl, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return WF_IO;
	}
	*lock_r = fd;
	return WF_OK;
}

void
pam_place_unlock(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}

static wf_status
read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	for (;;) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return WF_IO;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size) {
			errno = EFBIG;
			return WF_IO;
		}
	}
	text[used] = '\0';
	return WF_OK;
}

wf_status
pam_file_read(const char *path, char **text_r, mode_t *mode_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	char *text;
	wf_status status;

	if (fd < 0)
		return errno == ENOENT ? WF_NOT_FOUND : WF_IO;
	text = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(FILE_MAX);
	status = text == NULL ? WF_NO_MEMORY : read_all(fd, text, FILE_MAX);
	if (status == WF_OK && fstat(fd, &st) != 0)
		status = WF_IO;
	close(fd);
	if (status != WF_OK) {
		free(text);
		return status;
	}
	*text_r = text;
	*mode_r = st.st_mode & 07777;
	return WF_OK;
}

static wf_status
sync_folder(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	int fd;
	int failed;

	text_copy(dir, sizeof(dir), path);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		*slash = '\0';
	fd = open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return WF_IO;
	failed = fsync(fd);
	close(fd);
	return failed == 0 ? WF_OK : WF_IO;
}

static wf_status
fill_file(int fd, const char *text, mode_t mode)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return WF_IO;
		text += n;
		left -= (size_t)n;
	}
	return fchmod(fd, mode) == 0 && fsync(fd) == 0 ? WF_OK : WF_IO;
}

wf_status
pam_file_write(const char *path, const char *text, mode_t mode)
{
	char temporary[PATH_MAX + 32];
	wf_status status;
	int error;
	int fd;

	/* The name ends as no service's does, should it be left behind by a crash. */
	snprintf(temporary, sizeof(temporary), "%s.warifu-XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return WF_IO;
	status = fill_file(fd, text, mode);
	error = errno;
	if (close(fd) != 0 && status == WF_OK) {
		status = WF_IO;
		error = errno;
	}
	if (status == WF_OK && rename(temporary, path) == 0)
		return sync_folder(path);
	error = status == WF_OK ? errno : error;
	unlink(temporary);
	errno = error;
	return WF_IO;
}

wf_status
pam_file_rename(const char *from, const char *to)
{
	if (rename(from, to) != 0)
		return WF_IO;
	if (sync_folder(to) != WF_OK)
		errno = 0; /* it is done all the same; a power cut may undo it */
	return WF_OK;
}

void
pam_file_remove(const char *path)
{
	if (unlink(path) == 0 && sync_folder(path) != WF_OK)
		return; /* gone now; after a power cut it may be back and is removed again */
}

wf_status
pam_pending_read(const struct pam_place *place, struct pam_pending *pending_r)
{
	struct pam_pending pending;
	char *text;
	mode_t mode;
	unsigned file_mode;
	int taken;
	wf_status status = pam_file_read(place->pending, &text, &mode);

	if (status != WF_OK)
		return status;
	memset(&pending, 0, sizeof(pending));
	taken = sscanf(text,
		"token=%32s\nboot=%36s\ndeadline=%" SCNd64 "\nwall=%" SCNd64
		"\nmode=%o\nlogin=%63s\n",
		pending.token, pending.boot_id, &pending.deadline_us, &pending.wall_us, &file_mode,
		pending.login);
	free(text);
	if (taken != 6)
		return WF_CORRUPT;
	pending.mode = (mode_t)(file_mode & 07777);
	*pending_r = pending;
	return WF_OK;
}

wf_status
pam_pending_write(const struct pam_place *place, const struct pam_pending *pending)
{
	char text[512];

	snprintf(text, sizeof(text),
		"token=%s\nboot=%s\ndeadline=%" PRId64 "\nwall=%" PRId64 "\nmode=%o\nlogin=%s\n",
		pending->token, pending->boot_id[0] != '\0' ? pending->boot_id : "-",
		pending->deadline_us, pending->wall_us, (unsigned)pending->mode, pending->login);
	return pam_file_write(place->pending, text, S_IRUSR | S_IWUSR);
}

void
pam_login_name(char text_r[64])
{
	uint32_t session;

	if (wf_process_session(getpid(), &session) == WF_OK)
		snprintf(text_r, 64, "session:%" PRIu32, session);
	else
		snprintf(text_r, 64, "terminal:%ld", (long)getsid(0));
}

wf_status
pam_roll_back(const struct pam_place *place, const struct pam_pending *pending)
{
	char *text;
	mode_t mode;
	wf_status status = pam_file_read(place->before, &text, &mode);

	if (status != WF_OK)
		return status;
	status = pam_file_write(place->file, text, pending->mode);
	free(text);
	if (status != WF_OK)
		return status;
	pam_file_remove(place->pending);
	pam_file_remove(place->before);
	return WF_OK;
}
