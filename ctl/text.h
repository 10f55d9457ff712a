/*
 * Text put together in a buffer of fixed size: what does not fit is cut, nothing is ever written
 * past the end, and there is always a NUL. For messages, not for data. Any thread.
 */
#ifndef WF_CTL_TEXT_H
#define WF_CTL_TEXT_H

#include <stddef.h>

struct text {
	char *at; /* where the next character goes; always NUL there */
	size_t left;
};

/* `size` >= 1. */
void text_init(struct text *text, char *buffer, size_t size);
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The members of "a|b|c" with ", " between them. */
void text_add_choices(struct text *text, const char *choices);
/* Whether `word` is one of "a|b|c". */
int text_is_choice(const char *choices, const char *word);
/* Copies, cut at `size`. */
void text_copy(char *to, size_t size, const char *from);

#endif
