/*
 * A row in the Common Event Format, as many collectors of events read it:
 * CEF:0|Warifu|Warifu|VERSION|EVENT|SENTENCE|SEVERITY|key=value ...  Pure.
 *
 * It is UTF-8 without a BOM, although RFC 5424 asks for one: who reads CEF looks for "CEF:" at the
 * beginning of the message.
 */
#ifndef WF_AUTHD_AUDIT_FORMAT_CEF_H
#define WF_AUTHD_AUDIT_FORMAT_CEF_H

#include "authd/audit/line.h"

void audit_line_cef(
	struct audit_line *line, const struct audit_row *row, const struct audit_cells *cells);

#endif
