/* Times as people type and read them. The time zone is the process's. Any thread. */
#ifndef WF_CTL_WHEN_H
#define WF_CTL_WHEN_H

#include <stdint.h>

#include "common/status.h"

enum when_flags {
	WHEN_AHEAD = 1,	 /* "2h" is in two hours, not two hours ago */
	WHEN_DAY_END = 2, /* a day or month alone means its last microsecond, not its first */
	WHEN_DAY_NEXT = 4 /* with WHEN_DAY_END: the first one behind it, where an end is no part */
};

/*
 * "2026-03-01T09:00:00+09:00" (RFC 3339, also with a blank, 'Z', no offset, no seconds),
 * "2026-03-01" (a local day), "2026-03" (a month), "2h", "30m", "7d", "2w" (before now, or after
 * it), "now", "today", "yesterday", "tomorrow" (local days). WF_INVALID otherwise.
 */
WF_MUST_USE wf_status when_parse(const char *text, int64_t now_us, unsigned flags, int64_t *us_r);
/* "90", "90s", "10m", "2h", "1d", "1w" in microseconds; 1 s .. 10 years. WF_INVALID otherwise. */
WF_MUST_USE wf_status when_duration(const char *text, int64_t *us_r);
/* "2026-03-01 09:00:00" in local time. */
void when_format(int64_t us, char text_r[32]);

#endif
