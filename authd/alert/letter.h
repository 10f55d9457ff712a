/*
 * A letter as the daemon gives it to warifu-egress, which knows nothing of what it is about: to
 * whom, what stands above it, what stands in it.  The form of a load of WF_TRADE_MAIL: u8 how many
 * recipients, then each, the id and the subject as a block (u16 length), and the body to the end.
 *
 * Pure.  Whatever is read is checked, so that nothing in it becomes a line of a header or of SMTP.
 */
#ifndef WF_AUTHD_ALERT_LETTER_H
#define WF_AUTHD_ALERT_LETTER_H

#include "authd/config/alert.h"
#include "common/buf.h"

#define LETTER_TO_MAX (INCIDENT_CLASSES * CONFIG_PEOPLE_MAX)
#define LETTER_SUBJECT_SIZE 512
#define LETTER_ID_SIZE 97

struct letter {
	char to[LETTER_TO_MAX][CONFIG_ADDRESS_SIZE];
	size_t n;
	/*
	 * The same each time that the same letter is sent, so that a mail that comes twice can be
	 * known: small letters, digits, '.', '-' and '_'.
	 */
	char id[LETTER_ID_SIZE];
	char subject[LETTER_SUBJECT_SIZE]; /* one line of UTF-8 */
	const char *body; /* borrowed; UTF-8, lines end with "\n"; not NUL-terminated */
	size_t len;
};

/* One more recipient, unless he is there already.  WF_INVALID: no address; WF_FULL. */
WF_MUST_USE wf_status letter_add(struct letter *letter, const char *address);
/*
 * WF_INVALID: something in it may not be; WF_TOO_LONG, WF_NO_MEMORY.  The buffer is untouched then.
 */
WF_MUST_USE wf_status letter_write(const struct letter *letter, struct wf_buf *out);
/* The body lies in `bytes`.  WF_INVALID: that is no letter. */
WF_MUST_USE wf_status letter_read(const void *bytes, size_t len, struct letter *letter_r);

#endif
