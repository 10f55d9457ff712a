/*
 * Marks text that people read, so that gettext can translate it.
 *
 * _("text") translates where it stands; N_("text") only marks a text in a table, which _() then
 * translates when it is shown. The domain is named in each call: inside sshd or sudo the default
 * domain is that program's, not ours. Calling setlocale() is the program's business and never a
 * library's: a PAM module runs in someone else's process.
 */
#ifndef WF_COMMON_I18N_H
#define WF_COMMON_I18N_H

#include <libintl.h>

#define WF_TEXTDOMAIN "warifu"

#define _(text) dgettext(WF_TEXTDOMAIN, text)
#define N_(text) text
/* One text for a count of one and one for any other count. */
#define WF_NGETTEXT(one, many, count) dngettext(WF_TEXTDOMAIN, one, many, count)

#endif
