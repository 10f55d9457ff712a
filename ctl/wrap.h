/*
 * Lines of a text that fit a screen: broken at blanks, behind the hyphens of words, and between
 * Japanese characters, where none begins with a closing mark or ends with an opening one. Text is
 * what table_clean() leaves, besides newlines, which end a line. Needs the program's locale
 * (LC_CTYPE).
 */
#ifndef WF_CTL_WRAP_H
#define WF_CTL_WRAP_H

#include <stddef.h>
#include <stdio.h>

/*
 * The first line of `text` in at most `width` columns (a single wider character goes alone): its
 * bytes in *len_r. Gives where the next one begins, or NULL at the end.
 */
const char *wrap_line(const char *text, size_t width, size_t *len_r);
/* Columns of the widest piece that is only broken for want of any other place. */
size_t wrap_widest_piece(const char *text);
/*
 * All lines, each with a newline, the second and later ones behind `indent` blanks; without a width
 * one line.
 */
void wrap_print(const char *text, size_t indent, size_t width, FILE *out);

#endif
