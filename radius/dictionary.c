/* Reading dictionaries: lines of words, a table of what the first word means. */
#include "config.h"

#include "radius/dictionary.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/utf8.h"

#define DEPTH_MAX 16
#define ENTRIES_MAX 100000
#define WORDS_MAX 6
#define LINE_LEN_MAX 1024
#define PATH_LEN_MAX 1024

struct entry {
	enum { ENTRY_ATTRIBUTE, ENTRY_VALUE, ENTRY_VENDOR } kind;
	char *name;  /* owned; of a value "Attribute\nValue" */
	uint32_t number; /* of a value or vendor */
	struct dictionary_attribute attribute;
	size_t order;
};

struct dictionary {
	struct entry *entries;
	size_t n, capacity;
};

/* One file being read. */
struct reading {
	struct dictionary *dictionary;
	const char *path;
	unsigned line;
	unsigned depth;
	uint32_t vendor; /* between BEGIN-VENDOR and END-VENDOR */
	bool foreign;	 /* the vendor's attributes are not of the usual form: passed over */
	char *why;
};

static const struct {
	const char *name;
	enum attribute_form form;
} forms[] = {
	{"string", FORM_TEXT},
	{"text", FORM_TEXT},
	{"integer", FORM_NUMBER},
	{"uint32", FORM_NUMBER},
	{"date", FORM_NUMBER},
	{"ipaddr", FORM_IPV4},
	{"ipv4addr", FORM_IPV4},
	{"ipv6addr", FORM_IPV6},
};

static wf_status load(struct reading *reading);

__attribute__((format(printf, 3, 4))) static wf_status
fail(const struct reading *reading, wf_status status, const char *format, ...)
{
	char path[DICTIONARY_WHY_MAX / 2]; /* another file may have named it */
	va_list arguments;
	int len;

	(void)wf_utf8_escape(reading->path, strlen(reading->path), NULL, path, sizeof(path));
	len = snprintf(reading->why, DICTIONARY_WHY_MAX, "%s:%u: ", path, reading->line);
	if (len < 0 || len >= DICTIONARY_WHY_MAX)
		return status;
	va_start(arguments, format);
	(void)vsnprintf(reading->why + len, (size_t)(DICTIONARY_WHY_MAX - len), format, arguments);
	va_end(arguments);
	return status;
}

static int
compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = strcasecmp(a->name, b->name);
	if (order == 0)
		order = (a->order > b->order) - (a->order < b->order);
	return order;
}

/* The last one of a kind and name, while reading: not sorted yet. Few are asked for. */
static const struct entry *
find_unsorted(const struct dictionary *dictionary, int kind, const char *name)
{
	for (size_t i = dictionary->n; i > 0; i--) {
		const struct entry *entry = &dictionary->entries[i - 1];

		if ((int)entry->kind == kind && strcasecmp(entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

/* The last one of a kind and name; the entries are sorted. */
static const struct entry *
find(const struct dictionary *dictionary, int kind, const char *name)
{
	size_t low = 0, high = dictionary->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct entry *entry = &dictionary->entries[middle];
		int order = (int)entry->kind - kind;

		if (order == 0)
			order = strcasecmp(entry->name, name);
		if (order <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	low--;
	return (int)dictionary->entries[low].kind == kind &&
			       strcasecmp(dictionary->entries[low].name, name) == 0
		       ? &dictionary->entries[low]
		       : NULL;
}

static wf_status
grow(struct dictionary *dictionary)
{
	size_t capacity = dictionary->capacity == 0 ? 256 : 2 * dictionary->capacity;
	struct entry *entries;

	if (dictionary->n < dictionary->capacity)
		return WF_OK;
	entries = wf_fault(WF_FAULT_ALLOC)
			  ? NULL
			  : realloc(dictionary->entries, capacity * sizeof(*entries));
	if (entries == NULL)
		return WF_NO_MEMORY;
	dictionary->entries = entries;
	dictionary->capacity = capacity;
	return WF_OK;
}

static wf_status
add(const struct reading *reading, struct entry *entry, const char *name)
{
	struct dictionary *dictionary = reading->dictionary;

	if (dictionary->n == ENTRIES_MAX)
		return fail(reading, WF_TOO_LONG, _("more than %d entries."), ENTRIES_MAX);
	if (grow(dictionary) != WF_OK)
		return fail(reading, WF_NO_MEMORY, "%s", _(wf_status_text(WF_NO_MEMORY)));
	entry->name = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(name);
	if (entry->name == NULL)
		return fail(reading, WF_NO_MEMORY, "%s", _(wf_status_text(WF_NO_MEMORY)));
	entry->attribute.name = entry->name;
	entry->order = dictionary->n;
	dictionary->entries[dictionary->n++] = *entry;
	return WF_OK;
}

bool
dictionary_read_number(const char *text, uint32_t *number_r)
{
	char *end;
	unsigned long long number;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoull(
		text, &end, text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10);
	if (errno != 0 || *end != '\0' || number > UINT32_MAX)
		return false;
	*number_r = (uint32_t)number;
	return true;
}

static enum attribute_form
form_of(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcasecmp(forms[i].name, name) == 0)
			return forms[i].form;
	return FORM_OCTETS;
}

/* The vendor of an attribute: of the block, or named behind its type in the old way. */
static uint32_t
vendor_of(const struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	const struct entry *vendor =
		n > 4 ? find_unsorted(reading->dictionary, ENTRY_VENDOR, words[4]) : NULL;

	return vendor == NULL ? reading->vendor : vendor->number;
}

static wf_status
read_attribute(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	struct entry entry = {.kind = ENTRY_ATTRIBUTE};
	uint32_t number;

	if (n < 4)
		return fail(reading, WF_INVALID, _("ATTRIBUTE wants a name, a number and a type."));
	/*
	 * Numbers with a dot are parts of extended ones, those above 255 are no attributes of
	 * packets.
	 */
	if (reading->foreign || !dictionary_read_number(words[2], &number) || number == 0 ||
		number > 255)
		return WF_OK;
	entry.attribute = (struct dictionary_attribute){
		.vendor = vendor_of(reading, words, n),
		.type = (uint8_t)number,
		.form = form_of(words[3]),
	};
	return add(reading, &entry, words[1]);
}

static wf_status
read_value(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	struct entry entry = {.kind = ENTRY_VALUE};
	char name[LINE_LEN_MAX + 2];

	if (n < 4)
		return fail(
			reading, WF_INVALID, _("VALUE wants an attribute, a name and a number."));
	if (!dictionary_read_number(words[3], &entry.number))
		return WF_OK;
	(void)snprintf(name, sizeof(name), "%s\n%s", words[1], words[2]);
	return add(reading, &entry, name);
}

static wf_status
read_vendor(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	struct entry entry = {.kind = ENTRY_VENDOR};

	if (n < 3 || !dictionary_read_number(words[2], &entry.number) || entry.number == 0)
		return fail(reading, WF_INVALID, _("VENDOR wants a name and a number."));
	/* "format=": the octets of type and length, when they are not one each (J3). */
	entry.attribute.form = n > 3 && strncasecmp(words[3], "format=", 7) == 0 &&
					       strncmp(words[3] + 7, "1,1", 3) != 0
				       ? FORM_OCTETS
				       : FORM_TEXT;
	return add(reading, &entry, words[1]);
}

static wf_status
read_begin(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	const struct entry *vendor =
		n < 2 ? NULL : find_unsorted(reading->dictionary, ENTRY_VENDOR, words[1]);

	if (vendor == NULL)
		return fail(reading, WF_INVALID,
			_("BEGIN-VENDOR wants a vendor that a line VENDOR has named."));
	reading->vendor = vendor->number;
	reading->foreign = vendor->attribute.form == FORM_OCTETS;
	return WF_OK;
}

static wf_status
read_end(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	(void)words;
	(void)n;
	reading->vendor = 0;
	reading->foreign = false;
	return WF_OK;
}

static wf_status
read_include(struct reading *reading, char *const words[WORDS_MAX], size_t n)
{
	char path[PATH_LEN_MAX];
	const char *slash = strrchr(reading->path, '/');
	int folder = slash == NULL || (n > 1 && words[1][0] == '/')
			     ? 0
			     : (int)(slash - reading->path) + 1;
	struct reading inner = *reading;
	int len;

	if (n < 2)
		return fail(reading, WF_INVALID, _("$INCLUDE wants a file."));
	if (reading->depth == DEPTH_MAX)
		return fail(reading, WF_INVALID, _("files include each other more than %d deep."),
			DEPTH_MAX);
	len = snprintf(path, sizeof(path), "%.*s%s", folder, reading->path, words[1]);
	if (len < 0 || (size_t)len >= sizeof(path))
		return fail(reading, WF_INVALID, _("the name of the file is too long."));
	inner.path = path;
	inner.depth++;
	return load(&inner);
}

static const struct {
	const char *word;
	wf_status (*read)(struct reading *reading, char *const words[WORDS_MAX], size_t n);
} keywords[] = {
	{"ATTRIBUTE", read_attribute}, {"VALUE", read_value},  {"VENDOR", read_vendor},
	{"BEGIN-VENDOR", read_begin},  {"END-VENDOR", read_end}, {"$INCLUDE", read_include},
};

static wf_status
read_line(struct reading *reading, char *line)
{
	char *words[WORDS_MAX];
	char *state;
	size_t n = 0;

	line[strcspn(line, "#\r\n")] = '\0';
	for (char *word = strtok_r(line, " \t", &state); word != NULL && n < WORDS_MAX;
		word = strtok_r(NULL, " \t", &state))
		words[n++] = word;
	for (size_t i = 0; n > 0 && i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcasecmp(keywords[i].word, words[0]) == 0)
			return keywords[i].read(reading, words, n);
	return WF_OK;
}

static wf_status
read_lines(struct reading *reading, FILE *file)
{
	char line[LINE_LEN_MAX];
	wf_status status = WF_OK;

	while (status == WF_OK && fgets(line, sizeof(line), file) != NULL) {
		reading->line++;
		if (strchr(line, '\n') == NULL && !feof(file))
			return fail(reading, WF_INVALID, _("the line is too long."));
		status = read_line(reading, line);
	}
	if (status == WF_OK && ferror(file))
		return fail(reading, WF_IO, "%s", strerror(errno));
	return status;
}

static wf_status
load(struct reading *reading)
{
	FILE *file = wf_fault(WF_FAULT_FILE) ? NULL : fopen(reading->path, "re");
	wf_status status;

	reading->line = 0;
	if (file == NULL)
		return fail(reading, errno == ENOENT ? WF_NOT_FOUND : WF_IO, "%s", strerror(errno));
	status = read_lines(reading, file);
	(void)fclose(file);
	return status;
}

wf_status
dictionary_new(struct dictionary **dictionary_r)
{
	struct dictionary *dictionary =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*dictionary));

	if (dictionary == NULL)
		return WF_NO_MEMORY;
	*dictionary_r = dictionary;
	return WF_OK;
}

void
dictionary_free(struct dictionary **dictionary)
{
	if (*dictionary == NULL)
		return;
	for (size_t i = 0; i < (*dictionary)->n; i++)
		free((*dictionary)->entries[i].name);
	free((*dictionary)->entries);
	free(*dictionary);
	*dictionary = NULL;
}

wf_status
dictionary_load(struct dictionary *dictionary, const char *path, char why_r[DICTIONARY_WHY_MAX])
{
	struct reading reading = {.dictionary = dictionary, .path = path, .why = why_r};
	wf_status status = load(&reading);

	if (dictionary->n > 0)
		qsort(dictionary->entries, dictionary->n, sizeof(*dictionary->entries), compare);
	/* A second file comes after all of the first. */
	for (size_t i = 0; i < dictionary->n; i++)
		dictionary->entries[i].order = i;
	return status;
}

const struct dictionary_attribute *
dictionary_find(const struct dictionary *dictionary, const char *name)
{
	const struct entry *entry = find(dictionary, ENTRY_ATTRIBUTE, name);

	return entry == NULL ? NULL : &entry->attribute;
}

bool
dictionary_number(const struct dictionary *dictionary, const char *attribute, const char *value,
	uint32_t *number_r)
{
	char name[2 * LINE_LEN_MAX];
	const struct entry *entry;
	int len = snprintf(name, sizeof(name), "%s\n%s", attribute, value);

	if (len < 0 || (size_t)len >= sizeof(name))
		return false;
	entry = find(dictionary, ENTRY_VALUE, name);
	if (entry == NULL)
		return dictionary_read_number(value, number_r);
	*number_r = entry->number;
	return true;
}

/* Few are asked for, and by people: no order is kept for them. */
const struct dictionary_attribute *
dictionary_by_number(const struct dictionary *dictionary, uint32_t vendor, uint8_t type)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < dictionary->n; i++) {
		const struct entry *entry = &dictionary->entries[i];

		if (entry->kind == ENTRY_ATTRIBUTE && entry->attribute.vendor == vendor &&
			entry->attribute.type == type &&
			(found == NULL || entry->order > found->order))
			found = entry;
	}
	return found == NULL ? NULL : &found->attribute;
}

const char *
dictionary_value_name(const struct dictionary *dictionary, const char *attribute, uint32_t number)
{
	size_t len = strlen(attribute);

	for (size_t i = 0; i < dictionary->n; i++) {
		const struct entry *entry = &dictionary->entries[i];

		if (entry->kind == ENTRY_VALUE && entry->number == number &&
			strncasecmp(entry->name, attribute, len) == 0 && entry->name[len] == '\n')
			return entry->name + len + 1;
	}
	return NULL;
}
