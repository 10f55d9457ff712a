/*
 * The look over a file's text: one pass, one small function for each thing that can begin at a
 * character.  It knows libconfuse's quoting and comments and nothing of options.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_scan.h"

#include <stdbool.h>
#include <string.h>

#include "common/i18n.h"

#define DEPTH_MAX 8 /* the grammar has two */

struct scan {
	const char *text;
	size_t len, at;
	int line;
	enum config_fault fault;
	int fault_line;
	/* '=' and then '{' were the last two tokens */
	bool after_equal, in_fresh_list;
	int opened[DEPTH_MAX]; /* lines of the braces that are open */
	size_t depth;
};

static bool
begins(const struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	return scan->len - scan->at >= len && strncmp(scan->text + scan->at, word, len) == 0;
}

static void
fault(struct scan *scan, enum config_fault what, int line)
{
	scan->fault = what;
	scan->fault_line = line;
}

/* Moves on, counting lines. */
static void
step(struct scan *scan, size_t n)
{
	while (n-- > 0 && scan->at < scan->len)
		if (scan->text[scan->at++] == '\n')
			scan->line++;
}

static void
skip_line(struct scan *scan)
{
	while (scan->at < scan->len && scan->text[scan->at] != '\n')
		scan->at++;
}

static void
skip_comment(struct scan *scan)
{
	int first = scan->line;

	step(scan, 2);
	while (scan->at < scan->len && !begins(scan, "*/"))
		step(scan, 1);
	if (scan->at == scan->len)
		fault(scan, CONFIG_OPEN_COMMENT, first);
	step(scan, 2);
}

static void
skip_quoted(struct scan *scan, char quote)
{
	int first = scan->line;

	step(scan, 1);
	while (scan->at < scan->len && scan->text[scan->at] != quote) {
		if (quote == '"' && begins(scan, "${")) {
			fault(scan, CONFIG_VARIABLE, scan->line);
			return;
		}
		step(scan, scan->text[scan->at] == '\\' ? 2 : 1);
	}
	if (scan->at == scan->len)
		fault(scan, CONFIG_OPEN_TEXT, first);
	step(scan, 1);
}

/* Control characters, and what libconfuse's lexer eats without a word. */
static bool
is_stray(char c)
{
	unsigned char byte = (unsigned char)c;

	return c == '*' || c == '+' || c == '|' || byte < ' ' || byte == 0x7f;
}

/* What closes too much, or is nested too deep, is left for libconfuse to say. */
static void
count_brace(struct scan *scan, char c)
{
	if (c == '{' && scan->depth < DEPTH_MAX)
		scan->opened[scan->depth++] = scan->line;
	else if (c == '}' && scan->depth > 0)
		scan->depth--;
}

static void
plain(struct scan *scan, char c)
{
	count_brace(scan, c);
	if (begins(scan, "${"))
		fault(scan, CONFIG_VARIABLE, scan->line);
	else if (is_stray(c))
		fault(scan, CONFIG_STRAY, scan->line);
	else if (c == '}' && scan->in_fresh_list)
		fault(scan, CONFIG_EMPTY_LIST, scan->line);
	scan->in_fresh_list = c == '{' && scan->after_equal;
	scan->after_equal = c == '=';
	step(scan, 1);
}

static bool
at_line_comment(const struct scan *scan)
{
	return scan->text[scan->at] == '#' || begins(scan, "//");
}

static void
next(struct scan *scan)
{
	char c = scan->text[scan->at];

	if (at_line_comment(scan)) {
		skip_line(scan);
	} else if (begins(scan, "/*")) {
		skip_comment(scan);
	} else if (c == '"' || c == '\'') {
		scan->after_equal = scan->in_fresh_list = false;
		skip_quoted(scan, c);
	} else if (c == ' ' || c == '\t' || c == '\n') {
		step(scan, 1);
	} else {
		plain(scan, c);
	}
}

enum config_fault
config_scan(const char *text, size_t len, int *line_r)
{
	struct scan scan = {.text = text, .len = len, .line = 1};

	while (scan.at < scan.len && scan.fault == CONFIG_FINE)
		next(&scan);
	if (scan.fault == CONFIG_FINE && scan.depth > 0)
		fault(&scan, CONFIG_OPEN_BRACE, scan.opened[scan.depth - 1]);
	*line_r = scan.fault_line;
	return scan.fault;
}

void
config_scan_blank(char *text, size_t len)
{
	struct scan scan = {.text = text, .len = len, .line = 1};

	while (scan.at < scan.len && scan.fault == CONFIG_FINE) {
		bool comment = at_line_comment(&scan) || begins(&scan, "/*");
		size_t from = scan.at;

		next(&scan);
		for (size_t i = from; comment && i < scan.at; i++)
			if (text[i] != '\n')
				text[i] = ' ';
	}
}

const char *
config_scan_sentence(enum config_fault fault)
{
	static const char *const sentences[] = {
		[CONFIG_FINE] = "",
		[CONFIG_OPEN_TEXT] = N_("the quotation mark opened here is not closed"),
		[CONFIG_OPEN_COMMENT] = N_("the comment opened here is not closed"),
		[CONFIG_OPEN_BRACE] = N_("the brace opened here is not closed"),
		[CONFIG_STRAY] =
			N_("a character has no meaning here; put texts in quotation marks"),
		[CONFIG_VARIABLE] =
			N_("environment variables are not read; write the value itself"),
		[CONFIG_EMPTY_LIST] = N_("this list is empty; leave the option out instead"),
	};

	return sentences[fault];
}
