/*
 * A list of leaked passwords as Have I Been Pwned distributes it: one line a password, "40
 * hexadecimal digits of its SHA-1:how often it was seen", in ascending order, tens of gigabytes.
 * The lines end with LF or CRLF.
 *
 * The file is searched in place by pread(), never mapped: a file that somebody cuts off under a
 * mapping kills its reader with SIGBUS, in any thread; a read of it comes back short, and is WF_IO.
 * The kernel's cache keeps the upper steps of the search either way.
 */
#ifndef WF_COMMON_LEAK_LIST_H
#define WF_COMMON_LEAK_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define WF_LEAK_KEY 20 /* bytes of a SHA-1 */

struct wf_leak_list;

/* What is wrong with a list. */
enum wf_leak_fault {
	LEAK_FINE = 0,
	LEAK_UNREADABLE, /* `error` says why */
	LEAK_NO_FILE,    /* a folder, a device */
	LEAK_EMPTY,
	LEAK_MALFORMED, /* the line at `offset` is no line of such a list */
	LEAK_UNSORTED,  /* the line at `offset` does not come after the one before it */
	LEAK_CUT,       /* the end is missing: no end of line, or the last hashes */
	LEAK_FAULTS
};
struct wf_leak_finding {
	enum wf_leak_fault fault;
	uint64_t offset; /* of the line, in bytes */
	uint64_t lines;  /* looked at */
	int error;       /* errno */
};

/*
 * Opens the file and looks at its first, its last and some hundred lines between: each well-formed
 * and in order.  Reads some hundred kilobytes, whatever the size.  WF_OK: list_r is the caller's,
 * wf_leak_list_close() ends it.  WF_INVALID: finding_r says what is wrong; WF_NO_MEMORY.  What it
 * has found stays open: a file put in its place is seen by the next open.
 */
WF_MUST_USE wf_status wf_leak_list_open(
	const char *path, struct wf_leak_list **list_r, struct wf_leak_finding *finding_r);
void wf_leak_list_close(struct wf_leak_list **list);
/*
 * WF_OK: the hash stands in the list; WF_NO: it does not.  WF_IO: the file could not be read, or is
 * not any more what was opened.  Any thread, several at once; may wait for the disk.
 */
WF_MUST_USE wf_status wf_leak_list_find(
	const struct wf_leak_list *list, const uint8_t key[WF_LEAK_KEY]);
/*
 * Reads the whole file: every line, and that they ascend.  WF_OK: fine, finding_r->lines says how
 * many; WF_INVALID: the first fault; WF_NO_MEMORY.  Minutes for tens of gigabytes.
 */
WF_MUST_USE wf_status wf_leak_list_check(const char *path, struct wf_leak_finding *finding_r);
/*
 * "/srv/leaks.txt: the line at byte 4711 does not come after ...: what to do", in the language of
 * the locale.  Nothing for LEAK_FINE.
 */
void wf_leak_list_say(
	const char *path, const struct wf_leak_finding *finding, char *text_r, size_t size);

#endif
