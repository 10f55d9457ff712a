/*
 * Passwords that are guessed by their shape, whatever stands in them: runs, repetitions, dates and
 * telephone numbers.  Pure; any thread.
 */
#ifndef WF_AUTHD_POLICY_POLICY_SHAPES_H
#define WF_AUTHD_POLICY_POLICY_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

/*
 * The length of the longest run within: characters that are equal, or each the next or the one
 * before in the alphabet, among the digits or in a row of the keyboard (aaaa, abcd, 4321, qwer).
 */
size_t policy_shape_run(const struct wf_secret *password);
/* The length of a piece of which it is several in a row; 0 if of none. */
size_t policy_shape_piece(const struct wf_secret *password);
/* Nothing but a day (19900131, 31.1.1990, 900131) or a telephone number (090-1234-5678). */
bool policy_shape_number(const struct wf_secret *password);
/*
 * Words as a passphrase has them: parts of two letters or more, of any script, with blanks, digits,
 * symbols or a capital between.
 */
size_t policy_shape_words(const struct wf_secret *password);

#endif
