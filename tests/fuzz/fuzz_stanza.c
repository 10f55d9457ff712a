/*
 * A file of /etc/pam.d and a stanza, divided by a line "%%". What is put in comes out again,
 * exactly; a file that is refused stays as it is; and a file that has our lines says so.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/stanza.h"
#include "tests/fuzz/fuzz.h"

#define DIVIDER "\n%%\n"

/* Old marks of ours make it a file that was edited by hand: then only nothing may break. */
static bool
has_marks(const char *file)
{
	return strstr(file, "warifu") != NULL;
}

static void
in_and_out(const char *file, const char *stanza)
{
	char untouched, *text = &untouched, *again = &untouched;
	wf_status status = stanza_insert(file, stanza, &text);

	if (status != WF_OK) {
		FUZZ_CHECK(status == WF_INVALID && text == &untouched);
		return;
	}
	FUZZ_CHECK(stanza_has(text, NULL));
	status = stanza_remove(text, &again);
	if (status == WF_OK) {
		FUZZ_CHECK(has_marks(file) || strcmp(again, file) == 0);
		free(again);
	} else {
		FUZZ_CHECK(has_marks(file) && again == &untouched);
	}
	free(text);
}

static void
out_alone(const char *file)
{
	char untouched, *text = &untouched;
	wf_status status = stanza_remove(file, &text);

	FUZZ_CHECK(status == WF_OK ||
		   ((status == WF_NOT_FOUND || status == WF_CORRUPT) && text == &untouched));
	if (status == WF_OK)
		free(text);
}

static void
groups(const char *file)
{
	static const char *const names[] = {"auth", "account", "password", "session"};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		any = any || stanza_has(file, names[i]);
		FUZZ_CHECK(!stanza_has(file, names[i]) || stanza_has_group(file, names[i]));
	}
	FUZZ_CHECK(!any || stanza_has(file, NULL));
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char *divider = strstr(text, DIVIDER);

	out_alone(text);
	groups(text);
	if (divider != NULL) {
		divider[1] = '\0'; /* the file keeps its last line's end */
		in_and_out(text, divider + strlen(DIVIDER));
	}
	free(text);
}
