/*
 * How long the files that a context was made of stay good: one's own certificate, those of the
 * authorities, and the lists of what they have taken back.  Whoever loads them says it before the
 * day comes.
 */
#ifndef WF_COMMON_TLS_TERM_H
#define WF_COMMON_TLS_TERM_H

#include "common/term.h"
#include "common/tls/trust.h"

/*
 * What of them ends first, by the machine's own clock; a list ends soon when less than a quarter of
 * its time is left, too: some are made anew each day.
 */
void wf_term_look(
	const SSL_CTX *context, const struct wf_trust_files *files, struct wf_term *term_r);
/* The same at once as wf_term_status(), and as a sentence in the language of the locale. */
WF_MUST_USE wf_status wf_term_check(const SSL_CTX *context, const struct wf_trust_files *files,
	char text_r[WF_TERM_TEXT_MAX]);

#endif
