/*
 * A letter as the message that leaves (RFC 5322, RFC 2045): headers, and the body in base64, in
 * lines that every server takes.  Pure.
 */
#ifndef WF_AUTHD_EGRESS_MIME_H
#define WF_AUTHD_EGRESS_MIME_H

#include "authd/alert/letter.h"

#define MIME_MAX 65536 /* bytes of a message, at most */

struct mime_stamp {
	const char *from; /* an address; names what is behind '@' of the Message-ID, too */
	int64_t wall_us;
};

/* WF_NO_MEMORY, WF_TOO_LONG. */
WF_MUST_USE wf_status mime_write(
	const struct letter *letter, const struct mime_stamp *stamp, struct wf_buf *out);

#endif
