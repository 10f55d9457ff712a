/*
 * A look over the text of a configuration file before libconfuse reads it, for what its lexer would
 * swallow without a word, or would be left in the middle of (its state outlives a failed parse):
 * texts, comments and sections without an end, characters without a meaning, environment variables,
 * empty lists.  Pure.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_SCAN_H
#define WF_AUTHD_CONFIG_CONFIG_SCAN_H

#include <stddef.h>

enum config_fault {
	CONFIG_FINE = 0,
	CONFIG_OPEN_TEXT,    /* a quotation mark is not closed */
	CONFIG_OPEN_COMMENT, /* a comment is not closed */
	CONFIG_OPEN_BRACE,   /* a section or list is not closed */
	CONFIG_STRAY,        /* a character that means nothing outside quotation marks */
	CONFIG_VARIABLE,     /* ${NAME} */
	CONFIG_EMPTY_LIST    /* {} behind an equal sign */
};

/* line_r: where the fault lies, or begins.  Outputs are set in any case; line 0 when fine. */
enum config_fault config_scan(const char *text, size_t len, int *line_r);
/* What to say of a fault; N_(). */
const char *config_scan_sentence(enum config_fault fault);
/* Blanks out the comments of a text that is fine: libconfuse miscounts the lines behind them. */
void config_scan_blank(char *text, size_t len);

#endif
