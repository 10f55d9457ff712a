/*
 * A row as an entry of systemd's journal, in its native protocol (systemd.io,
 * JOURNAL_NATIVE_PROTOCOL): MESSAGE, PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER, and each column
 * as WARIFU_NAME.  Every value has its length before it, so that none can begin another one.  Pure.
 */
#ifndef WF_AUTHD_AUDIT_FORMAT_JOURNAL_H
#define WF_AUTHD_AUDIT_FORMAT_JOURNAL_H

#include "authd/audit/format_syslog.h"

/* As audit_syslog(). */
WF_MUST_USE wf_status audit_journal(const struct audit_entry *entry, struct wf_buf *out);

#endif
