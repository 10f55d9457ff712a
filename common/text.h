/*
 * Texts that a front end shows on behalf of the daemon, in English and Japanese.
 * They stand in a table of their own, not in gettext's catalogue, because a PAM
 * module may not touch its host's locale and the daemon answers peers in several
 * languages at once.  Unknown languages get English, which is ASCII.
 */
#ifndef WF_COMMON_TEXT_H
#define WF_COMMON_TEXT_H

#include "common/wire.h"

/* Never NULL; `language` may be NULL, "en", "ja", "ja_JP.UTF-8". */
const char *wf_text(enum wf_text_id id, const char *language);

#endif
