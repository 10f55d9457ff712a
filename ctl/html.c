/* The writer: escaping, nesting, and the parts that every page has. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "common/utf8.h"
#include "ctl/html.h"
#include "ctl/html_style.h"

#define PIECE_MAX 17 /* one character as wf_utf8_escape() shows it */
#define POLICY                                                                                     \
	"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/* --- elements --- */

static bool
is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* These have no end. */
static bool
is_void(const char *element)
{
	static const char *const names[] = {"meta", "br", "col"};

	return is_one_of(element, names, sizeof(names) / sizeof(names[0]));
}

/* Behind these a line break would be a blank between words. */
static bool
is_inline(const char *element)
{
	static const char *const names[] = {"b", "i", "span", "td", "th", "tspan"};

	return is_one_of(element, names, sizeof(names) / sizeof(names[0]));
}

static void
end_tag_start(struct html *html)
{
	if (html->in_tag)
		putc_unlocked('>', html->out);
	html->in_tag = false;
}

static const char *
entity(char c)
{
	static const struct {
		char c;
		const char *text;
	} entities[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (entities[i].c == c)
			return entities[i].text;
	return NULL;
}

/* Character by character, so that a text of any length goes through a small buffer. */
static void
put_escaped(struct html *html, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		char piece[PIECE_MAX];
		uint32_t rune;
		size_t len = wf_utf8_decode((const uint8_t *)text, left, &rune);
		const char *name = entity(text[0]);

		len = len > 0 ? len : 1;
		(void)wf_utf8_escape(text, len, NULL, piece, sizeof(piece));
		fputs_unlocked(name != NULL ? name : piece, html->out);
		text += len;
		left -= len;
	}
}

void
html_begin(struct html *html, const char *element)
{
	if (html->depth == HTML_DEPTH_MAX)
		abort(); /* ours to know */
	end_tag_start(html);
	html->stack[html->depth++] = element;
	fprintf(html->out, "<%s", element);
	html->in_tag = true;
}

void
html_attr(struct html *html, const char *name, const char *value)
{
	if (!html->in_tag)
		abort();
	fprintf(html->out, " %s=\"", name);
	put_escaped(html, value);
	putc_unlocked('"', html->out);
}

void
html_attr_number(struct html *html, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	html_attr(html, name, text);
}

void
html_text(struct html *html, const char *text)
{
	end_tag_start(html);
	put_escaped(html, text);
}

void
html_textf(struct html *html, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	html_text(html, text);
}

void
html_end(struct html *html)
{
	const char *element;

	if (html->depth == 0)
		abort();
	element = html->stack[--html->depth];
	end_tag_start(html);
	if (!is_void(element))
		fprintf(html->out, "</%s>", element);
	if (!is_inline(element))
		putc_unlocked('\n', html->out);
}

/* An element that is begun, with its class. */
static void
begin_class(struct html *html, const char *element, const char *class)
{
	html_begin(html, element);
	if (class != NULL)
		html_attr(html, "class", class);
}

void
html_line(struct html *html, const char *element, const char *class, const char *text)
{
	begin_class(html, element, class);
	html_text(html, text);
	html_end(html);
}

const char *
html_count(uint64_t count, char text_r[HTML_COUNT_SIZE])
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *at = text_r;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return text_r;
}

/* --- the whole --- */

/* A string of CSS, each character by its number: nothing in it can end the string or the sheet. */
static void
put_css_string(FILE *out, const char *text)
{
	size_t left = strlen(text);

	putc_unlocked('"', out);
	while (left > 0) {
		uint32_t rune = '?';
		size_t len = wf_utf8_decode((const uint8_t *)text, left, &rune);

		if (len == 0 || wf_utf8_is_control(rune))
			rune = '?';
		fprintf(out, "\\%06" PRIx32 " ", rune);
		len = len > 0 ? len : 1;
		text += len;
		left -= len;
	}
	putc_unlocked('"', out);
}

static void
put_style(struct html *html, const char *title)
{
	html_begin(html, "style");
	end_tag_start(html);
	fputs_unlocked(html_style, html->out);
	fputs_unlocked("@page{@bottom-left{font-size:8pt;color:#444;content:", html->out);
	put_css_string(html->out, title);
	fputs_unlocked("}}", html->out);
	html_end(html);
}

static void
put_meta(struct html *html, const char *name, const char *value, const char *content)
{
	html_begin(html, "meta");
	html_attr(html, name, value);
	if (content != NULL)
		html_attr(html, "content", content);
	html_end(html);
}

void
html_open(struct html *html_r, FILE *out, const char *language, const char *title)
{
	*html_r = (struct html){.out = out, .japanese = strncmp(language, "ja", 2) == 0};
	fputs_unlocked("<!DOCTYPE html>\n", out);
	html_begin(html_r, "html");
	html_attr(html_r, "lang", html_r->japanese ? "ja" : "en");
	html_begin(html_r, "head");
	put_meta(html_r, "charset", "UTF-8", NULL);
	put_meta(html_r, "http-equiv", "Content-Security-Policy", POLICY);
	put_meta(html_r, "name", "referrer", "no-referrer");
	put_meta(html_r, "name", "viewport", "width=device-width, initial-scale=1");
	put_meta(html_r, "name", "generator", PACKAGE_STRING);
	html_line(html_r, "title", NULL, title);
	put_style(html_r, title);
	html_end(html_r);
	html_begin(html_r, "body");
}

void
html_close(struct html *html)
{
	if (html->depth != 2) /* html and body */
		abort();
	html_end(html);
	html_end(html);
}

/* --- its parts --- */

void
html_cover(struct html *html, const char *heading)
{
	begin_class(html, "section", "sheet");
	html_line(html, "h1", NULL, heading);
}

void
html_sheet(struct html *html, const char *heading)
{
	begin_class(html, "section", "sheet");
	html_line(html, "h2", NULL, heading);
}

void
html_part(struct html *html, const char *heading)
{
	begin_class(html, "section", "whole");
	html_line(html, "h3", NULL, heading);
}

/* As each language's papers have them: a circle, a triangle and a cross in Japanese ones. */
void
html_mark(struct html *html, enum html_tone tone, const char *text)
{
	static const struct {
		const char *class, *english, *japanese;
	} tones[] = {
		[HTML_NONE] = {"mark none", "\u2013", "\u2013"},
		[HTML_GOOD] = {"mark good", "\u2713", "\u25cb"},
		[HTML_PART] = {"mark part", "!", "\u25b3"},
		[HTML_BAD] = {"mark bad", "\u2717", "\u00d7"},
	};

	begin_class(html, "span", tones[tone].class);
	html_line(html, "i", NULL, html->japanese ? tones[tone].japanese : tones[tone].english);
	html_text(html, text);
	html_end(html);
}

void
html_facts(struct html *html)
{
	begin_class(html, "table", "facts");
}

void
html_fact(struct html *html, const char *name, const char *value)
{
	html_begin(html, "tr");
	html_begin(html, "th");
	html_attr(html, "scope", "row");
	html_text(html, name);
	html_end(html);
	html_line(html, "td", NULL, value);
	html_end(html);
}

void
html_signatures(struct html *html, const char *const *roles, size_t n)
{
	begin_class(html, "div", "sign");
	for (size_t i = 0; i < n; i++) {
		html_begin(html, "div");
		html_line(html, "b", NULL, roles[i]);
		html_line(html, "p", NULL, _("Name, signature or seal"));
		html_line(html, "p", NULL, _("Date"));
		html_end(html);
	}
	html_end(html);
}

/* --- tables --- */

void
html_table(struct html *html, const char *caption, const struct html_column *columns, size_t n)
{
	html->columns = columns;
	html->ncolumns = n;
	html->column = 0;
	html_begin(html, "table");
	if (caption != NULL)
		html_line(html, "caption", NULL, caption);
	html_begin(html, "thead");
	html_begin(html, "tr");
	for (size_t i = 0; i < n; i++) {
		begin_class(html, "th", columns[i].class);
		html_attr(html, "scope", "col");
		html_text(html, columns[i].title);
		html_end(html);
	}
	html_end(html);
	html_end(html);
	html_begin(html, "tbody");
}

void
html_cell_begin(struct html *html)
{
	if (html->column == 0)
		html_begin(html, "tr");
	begin_class(html, "td", html->columns[html->column].class);
}

void
html_cell_end(struct html *html)
{
	html_end(html);
	if (++html->column < html->ncolumns)
		return;
	html->column = 0;
	html_end(html);
}

void
html_cell(struct html *html, const char *text)
{
	html_cell_begin(html);
	html_text(html, text);
	html_cell_end(html);
}

void
html_cell_count(struct html *html, uint64_t count)
{
	char text[HTML_COUNT_SIZE] = "";

	html_cell(html, html_count(count, text));
}

/* Ends the rows, or the sums. */
static void
end_rows(struct html *html)
{
	if (html->column != 0)
		abort(); /* half a row */
	html_end(html);
}

void
html_table_foot(struct html *html)
{
	end_rows(html);
	html_begin(html, "tfoot");
}

void
html_table_end(struct html *html)
{
	end_rows(html);
	html_end(html);
}
