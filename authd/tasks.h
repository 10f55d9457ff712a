/* What the tasks' files share: tasks.c and task_verify.c.  Nobody else includes this. */
#ifndef WF_AUTHD_TASKS_H
#define WF_AUTHD_TASKS_H

#include <sys/types.h>

#include "authd/crypto/backup_file.h"
#include "authd/daemon.h"

struct place {
	struct config *config;
	uid_t uid;
	gid_t gid;
	bool change; /* run as root for another user */
	char database[512];
	char making[sizeof(((struct config *)NULL)->state_dir) + 32]; /* see making_begin */
};

/* A sentence on standard error; always false. */
bool task_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The configuration, and whom it belongs to; the caller frees place->config.  False: said. */
bool task_place_load(const struct wf_options *options, struct place *place);
/* Becomes that user, where root has started it.  False: said. */
bool task_step_down(const struct place *place);
/* Decrypts a backup into a new file, which is gone again on failure.  False: said. */
bool task_unpack(
	const struct place *place, int backup, const char *fresh, struct backup_info *info_r);

#endif
