/*
 * Which country an address is in, by a file of MaxMind's format (GeoLite2-Country and its like):
 * for detection alone; nothing is ever refused by it.  Without libmaxminddb (country_none.c) no
 * file can be opened.
 *
 * The file is copied before it is used, since one that is cut short while it is mapped would end
 * the daemon (SIGBUS): whoever replaces it may do so in any way.
 */
#ifndef WF_AUTHD_COUNTRY_COUNTRY_H
#define WF_AUTHD_COUNTRY_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

#define COUNTRY_FILE_MAX (512u << 20) /* octets */

struct country;

/*
 * `folder` is where the copy lies for a moment, without a name after that.  On failure a sentence
 * in why_r: WF_NOT_FOUND, WF_INVALID (no file), WF_CORRUPT (not in the format), WF_IO (no room, too
 * large), WF_UNAVAILABLE (built without), WF_NO_MEMORY.
 */
WF_MUST_USE wf_status country_open(const char *path, const char *folder,
	struct country **country_r, char *why_r, size_t size);
/* Takes away copies of a daemon that was killed amid making one.  At a start, before any other. */
void country_tidy(const char *folder);
/* NULL and pointers to NULL are fine. */
void country_close(struct country **country);
/* "JP"; "" for what is no address, and where the file knows nothing.  Any thread. */
void country_find(const struct country *country, const char *source, char name_r[3]);

#endif
