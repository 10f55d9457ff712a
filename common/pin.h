/*
 * How a certificate is named by itself, without an authority: "sha256:" and the SHA-256 of all of
 * its octets (DER) in 64 small hexadecimal digits (RFC 6614 section 2.3, checklist F6). Any thread;
 * nothing is kept.
 */
#ifndef WF_COMMON_PIN_H
#define WF_COMMON_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WF_PIN_PREFIX "sha256:"
#define WF_PIN_DIGEST 32
#define WF_PIN_SIZE (sizeof(WF_PIN_PREFIX) + 2 * WF_PIN_DIGEST) /* the text with its NUL */

/* Whether the text is meant as one, right or not: it begins as they do, in capitals or not. */
bool wf_pin_is_meant(const char *text);
/*
 * Also in capitals and with a colon between two octets, as OpenSSL prints them; false: it is none,
 * and pin_r is untouched.
 */
bool wf_pin_read(const char *text, char pin_r[WF_PIN_SIZE]);
void wf_pin_write(const uint8_t digest[WF_PIN_DIGEST], char pin_r[WF_PIN_SIZE]);

#endif
