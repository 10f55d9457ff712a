/*
 * How long the files that a context was made of stay good: one's own certificate, those of the
 * authorities, and the lists of what they have taken back.  Whoever loads them says it before the
 * day comes.
 */
#ifndef WF_COMMON_TLS_TERM_H
#define WF_COMMON_TLS_TERM_H

#include <stdint.h>

#include "common/tls/trust.h"

#define WF_TERM_DAYS 30 /* left: time to get a new one */
#define WF_TERM_TEXT_MAX 512

/*
 * What of them ends first, by the machine's own clock.  WF_OK: nothing within WF_TERM_DAYS (of a
 * list, unless less than a quarter of its time is left: some are made anew each day); WF_NO: it
 * ends soon; WF_INVALID: it has ended.  A sentence about it in text_r, in each case, in the
 * language of the locale; "" where nothing ends at all.
 */
WF_MUST_USE wf_status wf_term_check(const SSL_CTX *context, const struct wf_trust_files *files,
	char text_r[WF_TERM_TEXT_MAX]);
/*
 * Who runs on looks again: true the first time (*due_us is 0), and then once a day.  A reload makes
 * it 0 again.
 */
bool wf_term_due(int64_t *due_us, int64_t now_us);

#endif
