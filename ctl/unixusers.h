/*
 * The Unix users of this machine, from /etc/passwd and /etc/shadow, or from files of the same form.
 * Read only. Hashes are kept in secret memory. One thread.
 */
#ifndef WF_CTL_UNIXUSERS_H
#define WF_CTL_UNIXUSERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/secret.h"
#include "common/status.h"
#include "common/wire.h"

struct unix_user {
	char name[WF_NAME_MAX + 1];
	char display[129]; /* first part of the GECOS field */
	uid_t uid;
	bool no_shell;		/* its shell is nologin or false */
	bool waits;		/* its shell does not know TMOUT, and waits for ever */
	bool shadowed;		/* there is a line in shadow */
	bool locked;		/* its hash starts with '!' or '*' */
	struct wf_secret hash;	/* empty: none; never with locked */
};

struct unix_users {
	struct unix_user *list; /* owned */
	size_t n;
};

/*
 * `passwd_file` NULL: getpwent(), all that nsswitch.conf names. `shadow_file` NULL: no hashes.
 * WF_IO with errno; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status unix_users_read(
	const char *passwd_file, const char *shadow_file, struct unix_users *users_r);
void unix_users_clear(struct unix_users *users);

#endif
