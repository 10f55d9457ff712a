/*
 * How a server shuts itself in: the folders that it goes on reading, with those of the files that
 * its configuration names, then the system calls that every server needs and its own besides.  What
 * is missing is said.
 */
#ifndef WF_COMMON_CAGE_H
#define WF_COMMON_CAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

struct wf_cage;

/*
 * With what every server reads (names of users, translations, name services) and calls
 * (cage_calls.c).  WF_NO_MEMORY.
 */
WF_MUST_USE wf_status wf_cage_new(struct wf_cage **cage_r);
void wf_cage_free(struct wf_cage **cage);
/* A folder, once however often it is added.  More than fit stay outside. */
void wf_cage_add(struct wf_cage *cage, const char *path, bool write);
/* The folder of a file, to read; "" adds none. */
void wf_cage_add_folder_of(struct wf_cage *cage, const char *file);
/* System calls besides; the names are kept, not copied.  More than fit stay forbidden. */
void wf_cage_allow(struct wf_cage *cage, const char *const *calls, size_t n);
/* For good; before the first thread.  False: said why. */
bool wf_cage_enter(const struct wf_cage *cage);

#endif
