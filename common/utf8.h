/*
 * UTF-8 that is safe to show. Strict (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF. No locale, no allocation; any thread.
 */
#ifndef WF_COMMON_UTF8_H
#define WF_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at the start of `len` >= 1 bytes. Gives its length in bytes, or 0 for a malformed
 * one; `rune_r` is then untouched.
 */
size_t wf_utf8_decode(const uint8_t *bytes, size_t len, uint32_t *rune_r);

/* True for C0, DEL and C1: what may steer a terminal. */
bool wf_utf8_is_control(uint32_t rune);

/* True when all of it is well formed and without controls; tab and newline pass if `lines`. */
bool wf_utf8_valid(const void *bytes, size_t len, bool lines);

/*
 * Copies any bytes as valid text on one line: malformed bytes, controls, line separators and marks
 * that turn the direction of writing become \xNN, a backslash is doubled, and so is each character
 * of `also` put behind a backslash (NULL: none). Always ends with NUL when size > 0; what does not
 * fit is left out at a character's edge. Gives the length of the text.
 */
size_t wf_utf8_escape(const void *bytes, size_t len, const char *also, char *text_r, size_t size);

#endif
