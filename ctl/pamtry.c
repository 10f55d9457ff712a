/*
 * A folder for one try: links to all services as they are, and the one in question as it would be.
 * libpam reads a stack from a folder of the caller's choice (pam_start_confdir).
 */
#include "config.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/pamtry.h"
#include "ctl/spawn.h"

#define TRY_REFUSED 1

static void
remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

/* Relative names of --pam-dir would lead nowhere from inside the folder. */
static wf_status
link_services(const struct pam_place *place, const char *folder)
{
	char base[PATH_MAX];
	DIR *dir;
	const struct dirent *entry;
	wf_status status = WF_OK;

	if (realpath(place->dir, base) == NULL)
		return WF_IO;
	dir = opendir(base);
	if (dir == NULL)
		return WF_IO;
	while (status == WF_OK && (entry = readdir(dir)) != NULL) {
		char from[PATH_MAX + NAME_MAX + 2];
		char to[PATH_MAX + NAME_MAX + 2];

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, place->service) == 0)
			continue;
		snprintf(from, sizeof(from), "%s/%s", base, entry->d_name);
		snprintf(to, sizeof(to), "%s/%s", folder, entry->d_name);
		if (symlink(from, to) != 0)
			status = WF_IO;
	}
	closedir(dir);
	return status;
}

static wf_status
run_try(struct ctl *ctl, const char *service, const char *user, const char *folder)
{
	const union {
		const char *const *constant;
		char *const *plain;
	} argv = {.constant = (const char *const[]){"warifu-pam-try", service, user, folder, NULL}};
	int code;
	wf_status status = spawn_wait(ctl->pam_try, argv.plain, &code);

	if (status != WF_OK)
		return status;
	return code == 0 ? WF_OK : code == TRY_REFUSED ? WF_NO : WF_IO;
}

wf_status
pam_try(struct ctl *ctl, const struct pam_place *place, const char *text, const char *user)
{
	char folder[PATH_MAX];
	char file[PATH_MAX + 128];
	int lock = -1;
	wf_status status;

	/* Makes and checks the folder as well; held for a moment only. */
	status = pam_place_lock(ctl, place, &lock);
	pam_place_unlock(&lock);
	if (status != WF_OK)
		return status;
	snprintf(folder, sizeof(folder), "%s/try-XXXXXX", place->save_dir);
	if (mkdtemp(folder) == NULL)
		return WF_IO;
	snprintf(file, sizeof(file), "%s/%s", folder, place->service);
	status = link_services(place, folder);
	if (status == WF_OK)
		status = pam_file_write(file, text, S_IRUSR | S_IWUSR);
	if (status == WF_OK)
		status = run_try(ctl, place->service, user, folder);
	remove_folder(folder);
	return status;
}
