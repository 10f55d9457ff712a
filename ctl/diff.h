/* The difference of two texts, for people. Pure. */
#ifndef WF_CTL_DIFF_H
#define WF_CTL_DIFF_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Every line with ' ', '-' or '+' before it, under "--- name" and "+++ name". Texts of at most 2000
 * lines; longer ones are shown as a whole, old then new. False when they are equal, and then
 * nothing is printed.
 */
bool diff_print(const char *name, const char *before, const char *after, FILE *out);

#endif
