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

#define POLICY_WORD_MIN 3
#define POLICY_WORD_MAX 32

/* Our own list, in order, lower case.  Constant. */
const char *const *policy_words_table(size_t *n_r);
/*
 * True for one listed word, with digits and symbols around it and the usual substitutions
 * (p4ssw0rd), for the same word several times, for one run of neighbouring or equal characters, and
 * for one short piece over and over.  A passphrase of several words is none of these.  Pure; any
 * thread.
 */
bool policy_words_listed(const struct wf_secret *password);
/*
 * True when the dictionary knows the password.  False also when there is no dictionary to ask: see
 * policy_words_source().  Any thread.
 */
bool policy_words_in_dictionary(const struct wf_secret *password);
/* The same of the word that it is made of, trimmed and its substitutions undone (C-04). */
bool policy_words_trimmed(const struct wf_secret *password);
/*
 * Where the dictionary lies; NULL when there is none and only our own list is asked (for `doctor`).
 */
const char *policy_words_source(void);

#endif
