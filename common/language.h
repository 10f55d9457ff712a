/*
 * The language of one thread, whatever the process's locale is, and whatever other threads speak.
 * For the daemon: it answers each operator in his own language, and tells people in several.
 */
#ifndef WF_COMMON_LANGUAGE_H
#define WF_COMMON_LANGUAGE_H

#include <stdbool.h>

/*
 * Once, by the program, before it starts a thread: lets each thread speak a language of its own
 * (Japanese beside English) in any locale, and keeps the process's own messages in English unless
 * its locale is Japanese.  Sets LANGUAGE, which says to gettext what "not English" is.
 */
void wf_languages_init(void);

/* Makes `language` the one of this thread; wf_language_end takes what it returned. */
void *wf_language_begin(const char *language);
void wf_language_end(void *before);
/* "ja", "ja_JP.UTF-8"...; everything else, also NULL, is English. */
bool wf_language_is_japanese(const char *language);

#endif
