/* One line of a list of leaked passwords; what the files of the list share. */
#ifndef WF_COMMON_LEAK_LINE_H
#define WF_COMMON_LEAK_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/leak_list.h"

#define LEAK_LINE_MAX 64 /* bytes with its end: 40 digits, a colon, up to 20 digits, CRLF */

/*
 * Reads the line that begins at `text`; length_r with its end.  WF_NO: it has no end within `len`
 * bytes; WF_INVALID: it is none of these lines.
 */
WF_MUST_USE wf_status leak_line_read(
	const char *text, size_t len, uint8_t key_r[WF_LEAK_KEY], size_t *length_r);
/* Below, at or above 0, as `a` comes before, is or comes after `b`. */
int leak_key_order(const uint8_t a[WF_LEAK_KEY], const uint8_t b[WF_LEAK_KEY]);
/* Opens the file for reading and gives its size; the finding where it is none of ours. */
WF_MUST_USE wf_status leak_file_open(
	const char *path, int *fd_r, uint64_t *size_r, struct wf_leak_finding *finding_r);
/* As many of the bytes at `at` as there are, up to `size`. */
WF_MUST_USE wf_status leak_file_read(
	int fd, uint64_t at, char *bytes_r, size_t size, size_t *length_r);
/*
 * True when a list of `size` bytes may end with this hash.  Hashes lie evenly, so the last one
 * stands near the highest; where it does not, the end is missing.
 */
bool leak_end_fits(const uint8_t key[WF_LEAK_KEY], uint64_t size);

#endif
