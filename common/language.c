/*
 * The language of one thread.  Texts are chosen by the thread's locale, not the process's: acts of
 * a Japanese and an English operator run at the same time.
 *
 * gettext knows two ways to a language: the name of a locale, which must be installed (on a small
 * server Japanese is not), and LANGUAGE, which counts in every locale but "C".  So LANGUAGE is set
 * to Japanese once, for the process; an act in Japanese runs in C.UTF-8, which glibc has built in,
 * and one in English in C.
 */
#include "config.h"

#include "common/language.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"

#define OTHER_LANGUAGE "ja"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t english, other; /* (locale_t)0: could not be made, the thread's stays */

static void
make_locales(void)
{
	const int mask = LC_MESSAGES_MASK | LC_CTYPE_MASK;

	english = newlocale(mask, "C", (locale_t)0);
	other = newlocale(mask, "C.UTF-8", (locale_t)0);
}

bool
wf_language_is_japanese(const char *language)
{
	const size_t len = sizeof(OTHER_LANGUAGE) - 1;

	return language != NULL && strncmp(language, OTHER_LANGUAGE, len) == 0 &&
	       (language[len] == '\0' || strchr("_.@-", language[len]) != NULL);
}

void *
wf_language_begin(const char *language)
{
	locale_t wanted;

	(void)pthread_once(&once, make_locales);
	wanted = wf_language_is_japanese(language) ? other : english;
	return wanted != (locale_t)0 ? uselocale(wanted) : uselocale((locale_t)0);
}

void
wf_language_end(void *before)
{
	(void)uselocale(before);
}

void
wf_languages_init(void)
{
	const char *now;
	void *before;

	wf_fault_shelter(true); /* glibc 2.36 reads through a name that it never got */
	now = setlocale(LC_MESSAGES, NULL);
	if (!wf_language_is_japanese(now))
		(void)setlocale(LC_MESSAGES, "C");
	(void)setenv("LANGUAGE", OTHER_LANGUAGE, 1);
	(void)bindtextdomain(WF_TEXTDOMAIN, LOCALEDIR);
	(void)bind_textdomain_codeset(WF_TEXTDOMAIN, "UTF-8");
	/* Reads the catalogue now: later the process may not open files there. */
	before = wf_language_begin(OTHER_LANGUAGE);
	(void)_("Done.");
	wf_language_end(before);
	wf_fault_shelter(false);
}
