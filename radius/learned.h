/*
 * Which devices have sent a right Message-Authenticator: from then on they must (checklist I3),
 * also after a restart, for else whoever waits for one could forge.  A file in the state folder,
 * one line for each device.
 *
 * Loop thread.  Time and addresses come from the caller; nothing is logged here.
 */
#ifndef WF_RADIUS_LEARNED_H
#define WF_RADIUS_LEARNED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

/* devices; they are single addresses of configured clients, so far fewer */
#define LEARNED_MAX 65536

struct learned;

/*
 * Reads `path`, which need not be there.  WF_INVALID: it is not such a file, line_r has where;
 * WF_IO, WF_NO_MEMORY. A file that cannot be read must end the start: without it, what was learned
 * would be forgotten.
 */
WF_MUST_USE wf_status learned_open(const char *path, struct learned **learned_r, size_t *line_r);
void learned_free(struct learned **learned);
/* The device at `address` of the client `name`. */
bool learned_has(const struct learned *learned, const char *name, const struct in6_addr *address);
/*
 * Remembers it and writes the file, durably.  WF_IO: it could not be written; it is remembered
 * until the end of the program, and learned_save() may be tried again.  WF_FULL, WF_NO_MEMORY: it
 * is not remembered.
 */
WF_MUST_USE wf_status learned_add(
	struct learned *learned, const char *name, const struct in6_addr *address);
WF_MUST_USE wf_status learned_save(struct learned *learned);
/* Something is remembered that is not in the file. */
bool learned_unsaved(const struct learned *learned);

#endif
