/* Reads passwd and shadow. Users of the same name count once, as for getpwnam(). */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <shadow.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "ctl/text.h"
#include "ctl/unixusers.h"

static struct unix_user *
find_user(struct unix_users *users, const char *name)
{
	for (size_t i = 0; i < users->n; i++) {
		if (strcmp(users->list[i].name, name) == 0)
			return &users->list[i];
	}
	return NULL;
}

static bool
is_among(const char *shell, const char *const *names)
{
	const char *base = strrchr(shell, '/');

	base = base != NULL ? base + 1 : shell;
	while (*names != NULL && strcmp(*names, base) != 0)
		names++;
	return *names != NULL;
}

static const char *const no_shells[] = {"nologin", "false", "sync", NULL};
static const char *const waiting[] = {"csh", "tcsh", "fish", "dash", NULL};

/* By the name that a link to it leads to: sh is dash on one machine and bash on another. */
static bool
waits_for_ever(const char *shell)
{
	char path[PATH_MAX];

	return is_among(realpath(shell, path) != NULL ? path : shell, waiting);
}

static wf_status
add_user(struct unix_users *users, const struct passwd *entry)
{
	struct unix_user *list;
	struct unix_user *user;

	if (strlen(entry->pw_name) > WF_NAME_MAX || find_user(users, entry->pw_name) != NULL)
		return WF_OK;
	list = wf_fault(WF_FAULT_ALLOC) ? NULL
					: reallocarray(users->list, users->n + 1, sizeof(*list));
	if (list == NULL)
		return WF_NO_MEMORY;
	users->list = list;
	user = &list[users->n++];
	memset(user, 0, sizeof(*user));
	text_copy(user->name, sizeof(user->name), entry->pw_name);
	user->uid = entry->pw_uid;
	user->no_shell = is_among(entry->pw_shell, no_shells);
	user->waits = waits_for_ever(entry->pw_shell);
	text_copy(user->display, sizeof(user->display),
		entry->pw_gecos != NULL ? entry->pw_gecos : "");
	user->display[strcspn(user->display, ",")] = '\0';
	return WF_OK;
}

static wf_status
read_passwd_file(const char *file, struct unix_users *users)
{
	FILE *stream = fopen(file, "re");
	const struct passwd *entry;
	wf_status status = WF_OK;

	if (stream == NULL)
		return WF_IO;
	while (status == WF_OK && (entry = fgetpwent(stream)) != NULL)
		status = add_user(users, entry);
	fclose(stream);
	return status;
}

static wf_status
read_passwd(struct unix_users *users)
{
	const struct passwd *entry;
	wf_status status = WF_OK;

	setpwent();
	while (status == WF_OK && (entry = getpwent()) != NULL)
		status = add_user(users, entry);
	endpwent();
	return status;
}

static wf_status
take_hash(struct unix_user *user, const char *hash)
{
	user->shadowed = true;
	user->locked = hash[0] == '!' || hash[0] == '*';
	if (user->locked || hash[0] == '\0')
		return WF_OK;
	return wf_secret_set(&user->hash, hash, strlen(hash));
}

static wf_status
read_shadow_file(const char *file, struct unix_users *users)
{
	FILE *stream = fopen(file, "re");
	const struct spwd *entry;
	wf_status status = WF_OK;
	char buffer[4096];

	if (stream == NULL)
		return WF_IO;
	setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
	while (status == WF_OK && (entry = fgetspent(stream)) != NULL) {
		struct unix_user *user = find_user(users, entry->sp_namp);

		if (user != NULL && !user->shadowed)
			status = take_hash(user, entry->sp_pwdp);
		wf_wipe(entry->sp_pwdp, strlen(entry->sp_pwdp));
	}
	fclose(stream);
	wf_wipe(buffer, sizeof(buffer));
	return status;
}

wf_status
unix_users_read(const char *passwd_file, const char *shadow_file, struct unix_users *users_r)
{
	struct unix_users users = {NULL, 0};
	wf_status status =
		passwd_file != NULL ? read_passwd_file(passwd_file, &users) : read_passwd(&users);
	int error;

	if (status == WF_OK && shadow_file != NULL)
		status = read_shadow_file(shadow_file, &users);
	if (status == WF_OK) {
		*users_r = users;
		return WF_OK;
	}
	error = errno;
	unix_users_clear(&users);
	errno = error;
	return status;
}

void
unix_users_clear(struct unix_users *users)
{
	for (size_t i = 0; i < users->n; i++)
		wf_secret_clear(&users->list[i].hash);
	free(users->list);
	users->list = NULL;
	users->n = 0;
}
