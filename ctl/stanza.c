/* Merging and taking out, line by line. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "ctl/stanza.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define LINE_MAX_BYTES 1024
#define BEGIN_MARK "# BEGIN warifu "
#define END_MARK "# END warifu "
#define KEPT_MARK "#warifu# "
#define MODULE "pam_warifu.so"

enum place { IN_PLACE, BEFORE };

static const struct group {
	const char *name;
	enum place place;
} groups[] = {
	{"auth", IN_PLACE},
	{"account", BEFORE},
	{"password", IN_PLACE},
	{"session", BEFORE}, /* of pam_systemd, which is told how long it may last */
};

/* A line without its newline; false at the end of the text. Moves on. */
static bool
next_line(const char **text, const char **line_r, size_t *len_r)
{
	size_t len = strcspn(*text, "\n");

	if (**text == '\0')
		return false;
	*line_r = *text;
	*len_r = len;
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* The words of a line with one blank between them, without a comment; "" for none. */
static void
normalise(const char *line, size_t len, char words_r[LINE_MAX_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < len && line[i] != '#' && n + 2 < LINE_MAX_BYTES; i++) {
		if (!isspace((unsigned char)line[i]))
			words_r[n++] = line[i];
		else if (n > 0 && words_r[n - 1] != ' ')
			words_r[n++] = ' ';
	}
	if (n > 0 && words_r[n - 1] == ' ')
		n--;
	words_r[n] = '\0';
}

static bool
first_word_is(const char *words, const char *wanted)
{
	size_t len = strlen(wanted);

	return strncmp(words, wanted, len) == 0 && (words[len] == ' ' || words[len] == '\0');
}

/*
 * "auth ..." and "-auth ..."; "@include common-auth" and "@include common-session-noninteractive".
 */
static bool
in_group(const char *words, const char *group)
{
	static const char include[] = "@include common-";
	size_t len = strlen(group);

	if (words[0] == '-')
		words++;
	if (first_word_is(words, group))
		return true;
	if (strncmp(words, include, sizeof(include) - 1) != 0)
		return false;
	words += sizeof(include) - 1;
	return strncmp(words, group, len) == 0 && (words[len] == '\0' || words[len] == '-');
}

/* The line that does a group's work: an include of whatever kind, or pam_unix. */
static bool
is_primary(const char *words, const char *group)
{
	return in_group(words, group) &&
	       (words[0] == '@' || strstr(words, "pam_unix.so") != NULL ||
		       strstr(words, " include ") != NULL || strstr(words, " substack ") != NULL);
}

/* Whether `file` has a line of these words that the stanza does not replace. */
static bool
stays_in_file(const char *file, const struct group *group, const char *words)
{
	const char *line;
	size_t len;

	while (next_line(&file, &line, &len)) {
		char own[LINE_MAX_BYTES];

		normalise(line, len, own);
		if (strcmp(own, words) == 0)
			return group->place != IN_PLACE || !is_primary(own, group->name);
	}
	return false;
}

/* The stanza's lines of one group, between marks; nothing if there are none to add. */
static void
put_block(FILE *out, const char *file, const char *stanza, const struct group *group)
{
	const char *line;
	size_t len;
	bool begun = false;

	while (next_line(&stanza, &line, &len)) {
		char words[LINE_MAX_BYTES];

		normalise(line, len, words);
		if (!in_group(words, group->name) || stays_in_file(file, group, words))
			continue;
		if (!begun)
			fprintf(out, BEGIN_MARK "%s ('warifu pam remove' takes this out)\n",
				group->name);
		begun = true;
		fprintf(out, "%.*s\n", (int)len, line);
	}
	if (begun)
		fprintf(out, END_MARK "%s\n", group->name);
}

/* Whether every line of the stanza belongs to a group. */
static bool
stanza_is_valid(const char *stanza)
{
	const char *line;
	size_t len;

	while (next_line(&stanza, &line, &len)) {
		char words[LINE_MAX_BYTES];
		bool known = false;

		normalise(line, len, words);
		for (size_t i = 0; i < ENTRIES(groups); i++)
			known = known || in_group(words, groups[i].name);
		if (words[0] != '\0' && !known)
			return false;
	}
	return true;
}

/* The end of the paragraph that starts here: an empty line, or the end of the text. */
static size_t
paragraph_length(const char *text)
{
	const char *end = strstr(text, "\n\n");

	return end != NULL ? (size_t)(end - text) + 2 : strlen(text);
}

/* A write that failed on the way shows only here: the text would be cut, or not be there at all. */
static wf_status
close_text(FILE *out, char **text, wf_status status, char **text_r)
{
	bool whole = ferror(out) == 0;

	if (fclose(out) != 0 || !whole || *text == NULL)
		status = WF_NO_MEMORY;
	if (status == WF_OK)
		*text_r = *text;
	else
		free(*text);
	return status;
}

/* Those paragraphs of the stanza that name the module; the caller frees. */
static char *
own_paragraphs(const char *stanza)
{
	char *kept = NULL, *whole = NULL;
	size_t size;
	FILE *out = wf_fault(WF_FAULT_ALLOC) ? NULL : open_memstream(&kept, &size);

	if (out == NULL)
		return NULL;
	while (*stanza != '\0') {
		size_t len = paragraph_length(stanza);

		if (memmem(stanza, len, MODULE, strlen(MODULE)) != NULL)
			fprintf(out, "%.*s", (int)len, stanza);
		stanza += len;
	}
	return close_text(out, &kept, WF_OK, &whole) == WF_OK ? whole : NULL;
}

struct merge {
	FILE *out;
	const char *file;
	const char *stanza;
	bool placed[ENTRIES(groups)];
};

static void
place_block(struct merge *merge, size_t i)
{
	if (!merge->placed[i])
		put_block(merge->out, merge->file, merge->stanza, &groups[i]);
	merge->placed[i] = true;
}

static void
merge_primary(struct merge *merge, size_t i, const char *line, size_t len)
{
	enum place place = groups[i].place;

	place_block(merge, i);
	fprintf(merge->out, "%s%.*s\n", place == IN_PLACE ? KEPT_MARK : "", (int)len, line);
}

static void
merge_line(struct merge *merge, const char *line, size_t len)
{
	char words[LINE_MAX_BYTES];

	normalise(line, len, words);
	for (size_t i = 0; i < ENTRIES(groups); i++) {
		if (is_primary(words, groups[i].name) &&
			stanza_has_group(merge->stanza, groups[i].name)) {
			merge_primary(merge, i, line, len);
			return;
		}
	}
	fprintf(merge->out, "%.*s\n", (int)len, line);
}

wf_status
stanza_insert(const char *file, const char *stanza, char **text_r)
{
	char *own = own_paragraphs(stanza);
	struct merge merge = {.file = file, .stanza = own};
	const char *at = file;
	const char *line;
	size_t len;
	char *text = NULL;
	size_t size;

	if (own == NULL)
		return WF_NO_MEMORY;
	if (stanza_is_valid(stanza) && stanza_has(own, NULL))
		merge.out = wf_fault(WF_FAULT_ALLOC) ? NULL : open_memstream(&text, &size);
	if (merge.out == NULL) {
		free(own);
		return WF_INVALID;
	}
	while (next_line(&at, &line, &len))
		merge_line(&merge, line, len);
	for (size_t i = 0; i < ENTRIES(groups); i++)
		place_block(&merge, i);
	free(own);
	return close_text(merge.out, &text, WF_OK, text_r);
}

static bool
starts_with(const char *line, size_t len, const char *prefix)
{
	size_t wanted = strlen(prefix);

	return len >= wanted && strncmp(line, prefix, wanted) == 0;
}

wf_status
stanza_remove(const char *file, char **text_r)
{
	const char *line;
	size_t len;
	char *text = NULL;
	size_t size;
	bool inside = false;
	bool found = false;
	FILE *out = wf_fault(WF_FAULT_ALLOC) ? NULL : open_memstream(&text, &size);

	if (out == NULL)
		return WF_NO_MEMORY;
	while (next_line(&file, &line, &len)) {
		size_t kept = strlen(KEPT_MARK);

		if (starts_with(line, len, BEGIN_MARK)) {
			inside = found = true;
		} else if (starts_with(line, len, END_MARK)) {
			inside = false;
		} else if (starts_with(line, len, KEPT_MARK)) {
			fprintf(out, "%.*s\n", (int)(len - kept), line + kept);
			found = true;
		} else if (!inside) {
			fprintf(out, "%.*s\n", (int)len, line);
		}
	}
	return close_text(out, &text, inside ? WF_CORRUPT : found ? WF_OK : WF_NOT_FOUND, text_r);
}

bool
stanza_has_group(const char *file, const char *group)
{
	const char *line;
	size_t len;

	while (next_line(&file, &line, &len)) {
		char words[LINE_MAX_BYTES];

		normalise(line, len, words);
		if (in_group(words, group))
			return true;
	}
	return false;
}

bool
stanza_has(const char *file, const char *group)
{
	const char *line;
	size_t len;

	while (next_line(&file, &line, &len)) {
		char words[LINE_MAX_BYTES];

		normalise(line, len, words);
		if (strstr(words, MODULE) != NULL && (group == NULL || in_group(words, group)))
			return true;
	}
	return false;
}

/* Debian's common-session has pam_systemd.so, common-session-noninteractive has not. */
static bool
opens_at_systemd(const char *words)
{
	return in_group(words, "session") &&
	       (strstr(words, "pam_systemd.so") != NULL ||
		       (is_primary(words, "session") && strstr(words, "pam_unix.so") == NULL &&
			       strstr(words, "-noninteractive") == NULL));
}

bool
stanza_session_late(const char *file)
{
	const char *line;
	size_t len;
	bool opened = false;

	while (next_line(&file, &line, &len)) {
		char words[LINE_MAX_BYTES] = "";

		normalise(line, len, words);
		if (in_group(words, "session") && strstr(words, MODULE) != NULL)
			return opened;
		opened = opened || opens_at_systemd(words);
	}
	return false;
}
