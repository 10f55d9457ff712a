/*
 * A dictionary's file: it is read, or refused with a sentence of one line; what was read is found
 * again by name and by number, and takes or refuses a value.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "radius/dictionary.h"
#include "tests/fuzz/fuzz.h"

/* Files of the machine would be included otherwise, devices among them. */
static bool
stays_here(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "$INCLUDE")) != NULL) {
		size_t line = strcspn(at, "\n");

		if (memchr(at, '/', line) != NULL || memchr(at, '.', line) != NULL)
			return false;
		at += line;
	}
	return true;
}

static void
write_file(const char *text, size_t size)
{
	FILE *file = fopen(fuzz_path("dictionary"), "we");

	FUZZ_CHECK(file != NULL && fwrite(text, 1, size, file) == size && fclose(file) == 0);
}

/* The second word of each line is a name, if any is. */
static void
look_up(const struct dictionary *dictionary, char *text)
{
	char *lines = NULL, *words, why[DICTIONARY_WHY_MAX];
	struct dictionary_value value;
	uint32_t number;

	for (char *line = strtok_r(text, "\n", &lines); line != NULL;
		line = strtok_r(NULL, "\n", &lines)) {
		const char *kind = strtok_r(line, " \t", &words);
		const char *name = kind != NULL ? strtok_r(NULL, " \t", &words) : NULL;
		const struct dictionary_attribute *attribute;
		wf_status status;

		if (name == NULL)
			continue;
		attribute = dictionary_find(dictionary, name);
		if (attribute != NULL)
			FUZZ_CHECK(dictionary_by_number(dictionary, attribute->vendor,
					   attribute->type) != NULL);
		status = dictionary_encode(dictionary, name, kind, &value, why);
		FUZZ_CHECK(status == WF_OK || fuzz_shows(why, sizeof(why), false));
		FUZZ_CHECK(status != WF_OK || (attribute != NULL && value.type == attribute->type));
		(void)dictionary_number(dictionary, name, kind, &number);
	}
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), why[DICTIONARY_WHY_MAX] = "";
	struct dictionary *dictionary = NULL;
	wf_status status;

	if (size > 8192 || !stays_here(text)) {
		free(text);
		return;
	}
	write_file(text, size);
	FUZZ_CHECK(dictionary_new(&dictionary) == WF_OK);
	status = dictionary_load(dictionary, fuzz_path("dictionary"), why);
	FUZZ_CHECK(status == WF_OK || fuzz_shows(why, sizeof(why), false));
	FUZZ_CHECK((status == WF_OK) == (why[0] == '\0'));
	if (status == WF_OK)
		look_up(dictionary, text);
	dictionary_free(&dictionary);
	free(text);
}
