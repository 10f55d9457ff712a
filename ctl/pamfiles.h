/*
 * Files of `warifu pam`: the services' own, and what is kept to undo a change.
 *
 * What undoes a change lies in a folder that root alone can write, not in the daemon's: whoever
 * could change it there would be root at the next rollback. Per service:
 *   SERVICE.warifu-saved   the file before Warifu was first put in
 *   SERVICE.before         the file before the install that waits for its confirmation
 *   SERVICE.pending        until when, and from which login
 */
#ifndef WF_CTL_PAMFILES_H
#define WF_CTL_PAMFILES_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "ctl/args.h"
#include "ctl/ctl.h"

#define PAM_DIR "/etc/pam.d" /* unless --pam-dir names another */

struct pam_place {
	const char *service;
	const char *dir;      /* of the services, "/etc/pam.d" */
	const char *save_dir;
	char file[PATH_MAX];
	char saved[PATH_MAX];
	char before[PATH_MAX];
	char pending[PATH_MAX];
};

/* From the options; tells what is wrong and gives CTL_USAGE for a name that is no service's. */
int pam_place_init(struct ctl *ctl, const struct parsed *parsed, const char *service,
	struct pam_place *place_r);
/* Makes the folder if it is not there and takes its lock; tells what is wrong. */
WF_MUST_USE wf_status pam_place_lock(struct ctl *ctl, const struct pam_place *place, int *lock_r);
void pam_place_unlock(int *lock);

/* Whole file as text, with errno on WF_IO; never through a symbolic link. WF_NOT_FOUND. */
WF_MUST_USE wf_status pam_file_read(const char *path, char **text_r, mode_t *mode_r);
/*
 * Durable and atomic: temporary file beside it, fsync, rename, fsync of the folder. errno on WF_IO.
 */
WF_MUST_USE wf_status pam_file_write(const char *path, const char *text, mode_t mode);
/*
 * Puts a file in the place of another one in the same folder, durably if the folder can be flushed.
 * errno on WF_IO.
 */
WF_MUST_USE wf_status pam_file_rename(const char *from, const char *to);
/* Removes it, durably; harmless if it is not there. */
void pam_file_remove(const char *path);

struct pam_pending {
	char token[33];	     /* of this install */
	char boot_id[37];    /* a restart since then counts as the end of the time */
	int64_t deadline_us; /* boot clock */
	int64_t wall_us;     /* the same for people */
	char login[64];	     /* of who installed */
	mode_t mode;	     /* of the file to be put back */
};

WF_MUST_USE wf_status pam_pending_read(
	const struct pam_place *place, struct pam_pending *pending_r);
WF_MUST_USE wf_status pam_pending_write(
	const struct pam_place *place, const struct pam_pending *pending);
/* Names the login that this process runs in: its audit session, else its terminal session. */
void pam_login_name(char text_r[64]);
/* Puts the file back as it was before the install. The lock is held. */
WF_MUST_USE wf_status pam_roll_back(
	const struct pam_place *place, const struct pam_pending *pending);

#endif
