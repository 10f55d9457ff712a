/*
 * Puts Warifu's lines into the text of a file of /etc/pam.d and takes them out again. Pure text;
 * any thread.
 *
 * A stanza is a file with lines of the groups auth, account, password and session. It may be a
 * whole stack: of its paragraphs (between empty lines) those count that name pam_warifu.so, and of
 * their lines those that the service's file has not got already. Where the service's file has the
 * line that does the work now (`@include common-auth`, or pam_unix.so), the stanza's lines of that
 * group come in its place (auth, password) or before it (account, session). What is
 * replaced stays as a comment, so that taking out gives the old text exactly, with whatever else
 * was edited meanwhile.
 */
#ifndef WF_CTL_STANZA_H
#define WF_CTL_STANZA_H

#include <stdbool.h>

#include "common/status.h"

/*
 * The new text, which the caller frees. WF_INVALID: the stanza has a line that is none of PAM's, or
 * does not name pam_warifu.so.
 */
WF_MUST_USE wf_status stanza_insert(const char *file, const char *stanza, char **text_r);
/* WF_NOT_FOUND: there is nothing between marks of ours; WF_CORRUPT: a mark without its end. */
WF_MUST_USE wf_status stanza_remove(const char *file, char **text_r);
/* Whether a line that is no comment names pam_warifu.so, in `group` or (NULL) in any. */
bool stanza_has(const char *file, const char *group);
/*
 * Whether the module's session line stands behind the one that opens the session at systemd (an
 * include of common-session, or pam_systemd.so itself), which then cannot be told how long it may
 * last. It was put there once.
 */
bool stanza_session_late(const char *file);
/* Whether the file has any line of the group, includes of common-GROUP counted. */
bool stanza_has_group(const char *file, const char *group);

#endif
