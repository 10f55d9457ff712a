/*
 * Writing a row for other programs: what the formats have in common.  Names come from people who
 * may want a line to say something else; so whatever is written as a value is cleaned once more by
 * the rule of audit_text(), and the characters that mean something in the format are escaped.
 * Pure.
 */
#ifndef WF_AUTHD_AUDIT_LINE_H
#define WF_AUTHD_AUDIT_LINE_H

#include <stdbool.h>

#include "authd/audit/format.h"
#include "common/buf.h"

/* Bytes of the longest thing that a row can become, in any of the formats. */
#define AUDIT_LINE_MAX 8192

/* The first failure sticks, and nothing is written after it. */
struct audit_line {
	struct wf_buf *out; /* borrowed */
	wf_status status;
};

/* As it is: for what is ours. */
void audit_line_put(struct audit_line *line, const char *text);
/* Of a name in a header (RFC 5424's PRINTUSASCII): anything else becomes '?', nothing "-". */
void audit_line_word(struct audit_line *line, const char *text, size_t max);
/* With a backslash before each character of `escaped`. */
void audit_line_value(struct audit_line *line, const char *text, const char *escaped);
/* As a string of JSON (RFC 8259); `ascii`: characters beyond ASCII become \uXXXX. */
void audit_line_string(struct audit_line *line, const char *text, bool ascii);
/* The cell of a column, by the column's name without its type; "" if there is none. */
const char *audit_cell(const struct audit_cells *cells, const char *column);
/*
 * The cells that are not empty as an object of JSON (RFC 8259), in the order of the columns, with
 * the columns' names; what the columns call a number is one.  `ascii` as above.
 */
void audit_line_json(struct audit_line *line, const struct audit_cells *cells, bool ascii);

#endif
