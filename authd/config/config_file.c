/*
 * The files of the configuration.  Who may write them decides who gets in: a file that others may
 * write is refused.  What is checked is what is read: everything goes through one descriptor.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"

static bool
is_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && (st->st_mode & 022) == 0;
}

/* One sentence with the path in it, for both of the ways in which trust is lost. */
static void
say_distrust(const char *path, const struct stat *st, char *why_r, size_t size)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		(void)snprintf(why_r, size,
			_("%s: belongs to uid %lu; it must belong to root: chown root '%s'"), path,
			(unsigned long)st->st_uid, path);
	else
		(void)snprintf(why_r, size,
			_("%s: can be written by others (mode %04o); close it: chmod go-w '%s'"),
			path, (unsigned)st->st_mode & 07777U, path);
}

static wf_status
say_errno(const char *path, char *why_r, size_t size)
{
	int error = errno;

	(void)snprintf(why_r, size, _("%s: cannot be read: %s"), path, strerror(error));
	return error == ENOENT ? WF_NOT_FOUND : error == EACCES ? WF_DENIED : WF_IO;
}

/* --- which files --- */

static int
is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* By bytes: alphasort() would follow the locale. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static wf_status
append(struct config_files *files, const char *folder, const char *name)
{
	char *path;

	if (files->n == CONFIG_FILES_MAX)
		return WF_FULL;
	if (wf_fault(WF_FAULT_ALLOC) ||
		asprintf(&path, "%s%s%s", folder, *name == '\0' ? "" : "/", name) < 0)
		return WF_NO_MEMORY;
	files->paths[files->n++] = path;
	return WF_OK;
}

static wf_status
folder_of(const char *main_file, char *folder_r, size_t size)
{
	char copy[512];
	int n = snprintf(copy, sizeof(copy), "%s", main_file);

	if (n < 0 || (size_t)n >= sizeof(copy))
		return WF_TOO_LONG;
	n = snprintf(folder_r, size, "%s/conf.d", dirname(copy));
	return n > 0 && (size_t)n < size ? WF_OK : WF_TOO_LONG;
}

/* WF_NOT_FOUND: there is no folder, and none is needed. */
static wf_status
check_folder(const char *folder, char *why_r, size_t size)
{
	struct stat st;

	if (stat(folder, &st) != 0)
		return errno == ENOENT ? WF_NOT_FOUND : say_errno(folder, why_r, size);
	if (is_trusted(&st))
		return WF_OK;
	say_distrust(folder, &st, why_r, size);
	return WF_DENIED;
}

static wf_status
add_folder(struct config_files *files, const char *folder, char *why_r, size_t size)
{
	struct dirent **entries;
	int n = wf_fault(WF_FAULT_FILE) ? -1 : scandir(folder, &entries, is_conf, by_bytes);
	wf_status status = WF_OK;

	if (n < 0)
		return say_errno(folder, why_r, size);
	for (int i = 0; i < n; i++) {
		if (status == WF_OK)
			status = append(files, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (status == WF_FULL)
		(void)snprintf(why_r, size, _("%s: holds more than %d files"), folder,
			CONFIG_FILES_MAX - 1);
	else if (status != WF_OK)
		(void)snprintf(why_r, size, "%s: %s", folder, wf_status_text(status));
	return status;
}

wf_status
config_files_find(const char *main_file, const char *extra, struct config_files *files_r,
	char *why_r, size_t size)
{
	struct config_files files = {.n = 0};
	char folder[512];
	wf_status status = append(&files, main_file, "");

	if (status == WF_OK)
		status = folder_of(main_file, folder, sizeof(folder));
	if (status != WF_OK) {
		(void)snprintf(why_r, size, "%.300s: %s", main_file, wf_status_text(status));
		goto out;
	}
	status = check_folder(folder, why_r, size);
	if (status == WF_OK)
		status = add_folder(&files, folder, why_r, size);
	else if (status == WF_NOT_FOUND)
		status = WF_OK;
	if (status == WF_OK && extra != NULL) {
		status = append(&files, extra, "");
		if (status != WF_OK)
			(void)snprintf(why_r, size, "%.300s: %s", extra, wf_status_text(status));
	}
out:
	if (status == WF_OK)
		*files_r = files;
	else
		config_files_clear(&files);
	return status;
}

void
config_files_clear(struct config_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	files->n = 0;
}

/* --- their bytes --- */

static wf_status
check_file(int fd, const char *path, size_t *len_r, char *why_r, size_t size)
{
	struct stat st;

	if (wf_fault(WF_FAULT_FILE) || fstat(fd, &st) != 0)
		return say_errno(path, why_r, size);
	if (!S_ISREG(st.st_mode)) {
		(void)snprintf(why_r, size, _("%s: is no regular file"), path);
		return WF_INVALID;
	}
	if (!is_trusted(&st)) {
		say_distrust(path, &st, why_r, size);
		return WF_DENIED;
	}
	if (st.st_size > CONFIG_FILE_MAX) {
		(void)snprintf(
			why_r, size, _("%s: is larger than %d bytes"), path, CONFIG_FILE_MAX);
		return WF_TOO_LONG;
	}
	*len_r = (size_t)st.st_size;
	return WF_OK;
}

/* At most `size` bytes; the file may have become shorter. */
static ssize_t
read_all(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = wf_fault(WF_FAULT_FILE) ? -1 : read(fd, text + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static wf_status
read_text(int fd, const char *path, size_t size_max, char **text_r, size_t *len_r, char *why_r,
	size_t size)
{
	char *text = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(size_max + 1);
	ssize_t len;

	if (text == NULL) {
		(void)snprintf(why_r, size, "%s: %s", path, wf_status_text(WF_NO_MEMORY));
		return WF_NO_MEMORY;
	}
	len = read_all(fd, text, size_max);
	if (len < 0) {
		free(text);
		return say_errno(path, why_r, size);
	}
	if (memchr(text, '\0', (size_t)len) != NULL) {
		(void)snprintf(why_r, size, _("%s: holds a NUL byte; it is no text"), path);
		free(text);
		return WF_INVALID;
	}
	text[len] = '\0';
	*text_r = text;
	*len_r = (size_t)len;
	return WF_OK;
}

wf_status
config_file_read(const char *path, char **text_r, size_t *len_r, char *why_r, size_t size)
{
	int fd = wf_fault(WF_FAULT_FILE) ? -1
					 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	wf_status status;
	size_t size_max;

	if (fd < 0)
		return say_errno(path, why_r, size);
	status = check_file(fd, path, &size_max, why_r, size);
	if (status == WF_OK)
		status = read_text(fd, path, size_max, text_r, len_r, why_r, size);
	close(fd);
	return status;
}
