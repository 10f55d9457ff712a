/* Who asks: role and name of the peer at the control socket. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/account/internal.h"

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_NONE] = "none",
	[ROLE_VIEWER] = "viewer",
	[ROLE_AUDITOR] = "auditor",
	[ROLE_HELPDESK] = "helpdesk",
	[ROLE_OFFICER] = "officer",
	[ROLE_ADMINISTRATOR] = "administrator",
};

const char *
act_role_name(enum role role)
{
	return (size_t)role < ROLE_COUNT ? role_names[role] : "none";
}

enum role
act_role(const struct config *config, const struct wf_peer *peer)
{
	if (peer->uid == 0)
		return ROLE_ADMINISTRATOR;
	for (size_t role = ROLE_ADMINISTRATOR; role > ROLE_NONE; role--) {
		gid_t group = config->role_groups[role];

		if (group != (gid_t)-1 && wf_peer_in_group(peer, group))
			return (enum role)role;
	}
	return ROLE_NONE;
}

/* The Unix name of a uid, or the number. */
static void
name_of(uid_t uid, char *name_r, size_t size)
{
	struct passwd entry, *found = NULL;
	char space[4096];

	if (getpwuid_r(uid, &entry, space, sizeof(space), &found) == 0 && found != NULL)
		(void)snprintf(name_r, size, "%s", entry.pw_name);
	else
		(void)snprintf(name_r, size, "uid %lu", (unsigned long)uid);
}

/* The uid with which somebody logged in before he became root; false if the kernel knows none. */
static bool
login_uid(pid_t pid, uid_t *uid_r)
{
	char path[64], text[16];
	char *end;
	unsigned long uid;
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/loginuid", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (errno != 0 || end == text || uid >= UINT32_MAX) /* UINT32_MAX: unset */
		return false;
	*uid_r = (uid_t)uid;
	return true;
}

void
act_operator(const struct wf_peer *peer, char *name_r, size_t size)
{
	char name[200], login[32 + 168];
	uid_t uid;

	name_of(peer->uid, name, sizeof(name));
	if (peer->uid != 0 || peer->pid <= 0 || !login_uid(peer->pid, &uid) || uid == 0) {
		(void)snprintf(name_r, size, "%s", name);
		return;
	}
	name_of(uid, login, sizeof(login));
	(void)snprintf(name_r, size, "%s (via %s)", name, login);
}
