/* What another server says to a person, made safe to show. */
#ifndef WF_AUTHD_EGRESS_REPLY_TEXT_H
#define WF_AUTHD_EGRESS_REPLY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Adds bytes to a text of `size`: on one line, with one blank for each run of blanks and line ends
 * and between two additions, valid UTF-8, controls and what turns the direction of writing as \xNN.
 * What does not fit is left out at a character's edge.
 */
void reply_text_add(char *text, size_t size, const uint8_t *bytes, size_t len);

#endif
