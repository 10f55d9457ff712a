/* Gathering folders, and going in. */
#include "config.h"

#include "common/cage.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/cage_calls.h"
#include "common/fault.h"
#include "common/sandbox.h"
#include "common/say.h"

#define PATHS_MAX 1024
#define PATH_SIZE 256
#define CALLS_MAX 256

struct wf_cage {
	struct wf_sandbox_path rows[PATHS_MAX];
	char folders[PATHS_MAX][PATH_SIZE];
	size_t n;
	const char *calls[CALLS_MAX];
	size_t ncalls;
};

wf_status
wf_cage_new(struct wf_cage **cage_r)
{
	/*
	 * Names of users, time zone; translations, dictionaries, modules of name look-ups; name
	 * services, credentials.
	 */
	static const char *const common[] = {
		"/etc", "/usr", "/lib", "/run", "/dev/urandom", "/sys/devices/system/cpu"};
	struct wf_cage *cage = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*cage));

	if (cage == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		wf_cage_add(cage, common[i], false);
	wf_cage_allow(cage, cage_calls, cage_calls_count);
	*cage_r = cage;
	return WF_OK;
}

void
wf_cage_free(struct wf_cage **cage)
{
	free(*cage);
	*cage = NULL;
}

void
wf_cage_add(struct wf_cage *cage, const char *path, bool write)
{
	for (size_t i = 0; i < cage->n; i++)
		if (strcmp(cage->rows[i].path, path) == 0 && cage->rows[i].write == write)
			return;
	if (cage->n >= PATHS_MAX)
		return;
	snprintf(cage->folders[cage->n], PATH_SIZE, "%s", path);
	cage->rows[cage->n] = (struct wf_sandbox_path){cage->folders[cage->n], write};
	cage->n++;
}

void
wf_cage_add_folder_of(struct wf_cage *cage, const char *file)
{
	char copy[PATH_SIZE];

	snprintf(copy, sizeof(copy), "%s", file);
	if (file[0] != '\0')
		wf_cage_add(cage, dirname(copy), false);
}

void
wf_cage_allow(struct wf_cage *cage, const char *const *calls, size_t n)
{
	for (size_t i = 0; i < n && cage->ncalls < CALLS_MAX; i++)
		cage->calls[cage->ncalls++] = calls[i];
}

bool
wf_cage_enter(const struct wf_cage *cage)
{
	wf_status status = wf_sandbox_paths(cage->rows, cage->n);

	if (status == WF_UNSUPPORTED)
		wf_say(LOG_NOTICE,
			"there is no Landlock here: files are guarded by their modes alone");
	if (status != WF_OK && status != WF_UNSUPPORTED) {
		wf_say(LOG_ERR, "Landlock refused the server's folders");
		return false;
	}
	if (wf_sandbox_calls(cage->calls, cage->ncalls) == WF_OK)
		return true;
	wf_say(LOG_ERR, "the filter of system calls could not be installed");
	return false;
}
