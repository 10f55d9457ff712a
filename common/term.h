/*
 * What ends first of a program's certificates, authorities and lists of revoked ones, as plain
 * values: who looks at the files (common/tls/term.h) is often not who tells it, and only the teller
 * knows the reader's language.  Any thread; nothing is kept.
 */
#ifndef WF_COMMON_TERM_H
#define WF_COMMON_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

#define WF_TERM_DAYS 30 /* left: time to get a new one */
#define WF_TERM_TEXT_MAX 512
#define WF_TERM_FILE_SIZE 256

enum wf_term_part {
	WF_TERM_NONE = 0, /* nothing ends at all */
	WF_TERM_CERTIFICATE,
	WF_TERM_AUTHORITY,
	WF_TERM_LIST
};

struct wf_term {
	enum wf_term_part part;
	bool soon;	 /* time to do something */
	int64_t seconds; /* left; negative: it has ended */
	char file[WF_TERM_FILE_SIZE];
};

/* WF_OK: it lasts; WF_NO: it ends soon; WF_INVALID: it has ended. */
WF_MUST_USE wf_status wf_term_status(const struct wf_term *term);
/* A sentence, in the language of the thread's locale; "" where nothing ends. */
void wf_term_say(const struct wf_term *term, char text_r[WF_TERM_TEXT_MAX]);
/* One line for another program of ours, which reads it; false: it is none, term_r is untouched. */
void wf_term_write(const struct wf_term *term, char line_r[WF_TERM_TEXT_MAX]);
bool wf_term_read(const char *line, struct wf_term *term_r);
/*
 * Who runs on looks again: true the first time (*due_us is 0), and then once a day.  A reload makes
 * it 0 again.
 */
bool wf_term_due(int64_t *due_us, int64_t now_us);

#endif
