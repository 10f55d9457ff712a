/*
 * Rows as messages of syslog: RFC 5424 with what the row says as JSON or as structured data, or
 * CEF in the same header; and the shape that the local /dev/log expects.  Pure.
 *
 * The header: PRI of facility authpriv, the row's time, its node, "warifu", no process, the row's
 * event as MSGID.  Structured data are [meta sequenceId] (RFC 5424, section 7.3.1: the row's
 * number, from 1 again after 2147483647) and [origin software swVersion] (section 7.2).
 *
 * An SD-ID of one's own is a name with the registered number of an enterprise behind it (section
 * 6.3.2; the numbers of RFC 5612 are for documents alone).  There is none for Warifu, and another
 * one's is not used.  So, where the site has written no number of its own, what the row says is
 * one object of JSON in the message, pure ASCII (no receiver has to know the encoding, and no BOM
 * is needed, section 6.4).  Where it has, it is the element [warifu@NUMBER ...], and the message is
 * a short sentence.
 */
#ifndef WF_AUTHD_AUDIT_FORMAT_SYSLOG_H
#define WF_AUTHD_AUDIT_FORMAT_SYSLOG_H

#include "authd/audit/line.h"

enum audit_form { AUDIT_FORM_RFC5424, AUDIT_FORM_CEF };

struct audit_syslog {
	enum audit_form form;
	uint32_t enterprise; /* the site's private enterprise number; 0 = none */
};

/* One row with its place in the record. */
struct audit_entry {
	const struct audit_row *row;
	uint64_t seq;
	const uint8_t *chain; /* 32 bytes, or NULL */
};

/*
 * Appends one message, without a frame.  WF_TOO_LONG: over the buffer's ceiling, which a row cannot
 * reach with AUDIT_LINE_MAX bytes left; WF_NO_MEMORY.  The buffer is as it was then.
 */
WF_MUST_USE wf_status audit_syslog(
	const struct audit_syslog *how, const struct audit_entry *entry, struct wf_buf *out);
/* The same for the machine's own log: "<PRI>Mmm dd hh:mm:ss warifu: " and JSON (RFC 3164). */
WF_MUST_USE wf_status audit_syslog_local(const struct audit_entry *entry, struct wf_buf *out);
/* Of syslog, 0 (worst) to 7. */
unsigned audit_severity(const struct audit_row *row);
/* "login failure: wrong-password"; of words that are ours. */
void audit_line_sentence(struct audit_line *line, const struct audit_row *row);

#define AUDIT_FACILITY 10 /* authpriv */

#endif
