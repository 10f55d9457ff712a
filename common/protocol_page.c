/*
 * Writes doc/PROTOCOL.md: copies the text on standard input and puts the tables
 * where it says @MESSAGES@ and so on. A tool of the build, never installed; it
 * may only print what the tables hold, so that page and program cannot differ.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/status.h"
#include "common/text.h"
#include "common/wire.h"

#define LINE_MAX_BYTES 4096

static const char *const type_names[] = {
	[WF_T_U8] = "u8",
	[WF_T_U16] = "u16",
	[WF_T_U32] = "u32",
	[WF_T_U64] = "u64",
	[WF_T_BYTES] = "bytes",
	[WF_T_NAME] = "name",
	[WF_T_TEXT] = "text",
	[WF_T_SECRET] = "secret",
};

/* Indexed by required and repeated. */
static const char *const count_marks[2][2] = {{"?", "*"}, {"", "+"}};

static void
print_message(const struct wf_msg_spec *spec)
{
	printf("| %d | %s | %s | %u |", (int)spec->type, spec->name,
		spec->reply ? "reply" : "request", spec->since);
	for (const struct wf_msg_field *row = spec->fields; row->id != 0; row++)
		printf(" %s%s", wf_wire_field(row->id)->name,
			count_marks[row->required][row->repeated]);
	printf(" | %s |\n", spec->about);
}

static void
print_messages(void)
{
	size_t count;
	const struct wf_msg_spec *specs = wf_wire_msgs(&count);

	puts("| type | message | | since | fields | meaning |\n|---|---|---|---|---|---|");
	for (size_t i = 0; i < count; i++)
		print_message(&specs[i]);
}

static void
print_field(const struct wf_field_spec *field)
{
	printf("| %d | %s | %s | ", (int)field->id, field->name, type_names[field->type]);
	if (field->min == field->max)
		printf("%u", field->min);
	else
		printf("%u to %u", field->min, field->max);
	printf(" | %u | %s |\n", field->since, field->about);
}

static void
print_fields(void)
{
	size_t count;
	const struct wf_field_spec *fields = wf_wire_fields(&count);

	puts("| id | field | type | bytes | since | meaning |\n|---|---|---|---|---|---|");
	for (size_t i = 0; i < count; i++)
		print_field(&fields[i]);
}

static void
print_texts(void)
{
	puts("| text id | English | Japanese |\n|---|---|---|");
	for (int id = WF_TEXT_NONE + 1; id < WF_TEXT_COUNT; id++)
		printf("| %d | %s | %s |\n", id, wf_text((enum wf_text_id)id, "en"),
			wf_text((enum wf_text_id)id, "ja"));
}

static void
print_statuses(void)
{
	puts("| status | name | meaning |\n|---|---|---|");
	for (int status = 0; status < WF_STATUS_COUNT; status++)
		printf("| %d | %s | %s |\n", status, wf_status_name((wf_status)status),
			wf_status_text((wf_status)status));
}

static void
print_version(void)
{
	printf("%d", WF_WIRE_VERSION);
}

static void
print_oldest(void)
{
	printf("%d", WF_WIRE_OLDEST);
}

static void
print_frame_max(void)
{
	printf("%d", WF_WIRE_FRAME_MAX);
}

static void
print_fields_max(void)
{
	printf("%d", WF_WIRE_FIELDS_MAX);
}

static const struct mark {
	const char *name;
	void (*print)(void);
} marks[] = {
	{"@MESSAGES@\n", print_messages},
	{"@FIELDS@\n", print_fields},
	{"@TEXTS@\n", print_texts},
	{"@STATUSES@\n", print_statuses},
	{"@VERSION@", print_version},
	{"@OLDEST@", print_oldest},
	{"@FRAME_MAX@", print_frame_max},
	{"@FIELDS_MAX@", print_fields_max},
};

static const struct mark *
mark_at(const char *text)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(text, marks[i].name, strlen(marks[i].name)) == 0)
			return &marks[i];
	return NULL;
}

static void
print_line(const char *line)
{
	while (*line != '\0') {
		const struct mark *mark = *line == '@' ? mark_at(line) : NULL;

		if (mark != NULL) {
			mark->print();
			line += strlen(mark->name);
		} else {
			putchar(*line++);
		}
	}
}

int
main(void)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL)
		print_line(line);
	return ferror(stdin) == 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
