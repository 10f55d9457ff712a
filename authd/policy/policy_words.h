/*
 * Passwords that are guessed first (SCS-4-1-5-2, KUBOTA-115b): a short list of our own that is
 * always there, and behind one interface a dictionary chosen at configure time:
 * policy_words_pwquality.c (libpwquality and its cracklib dictionary) or policy_words_none.c.
 */
#ifndef WF_AUTHD_POLICY_POLICY_WORDS_H
#define WF_AUTHD_POLICY_POLICY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

/*
 * True for one listed word, with digits and symbols around it and the usual substitutions
 * (p4ssw0rd), or one run of neighbouring or equal characters.  A passphrase of several words is
 * none of these. Pure; any thread.
 */
bool policy_words_listed(const struct wf_secret *password);
/*
 * True when the dictionary knows the password.  False also when there is no dictionary to ask: see
 * policy_words_source().  Any thread.
 */
bool policy_words_in_dictionary(const struct wf_secret *password);
/*
 * Where the dictionary lies; NULL when there is none and only our own list is asked (for `doctor`).
 */
const char *policy_words_source(void);

#endif
