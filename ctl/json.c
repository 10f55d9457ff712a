/*
 * Tables as JSON: numbers, booleans and null are what they are, times are RFC 3339 texts with the
 * local offset. An empty cell is null. Broken UTF-8 becomes '?': JSON has no way to carry it.
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/fault.h"
#include "ctl/table.h"

#define JSON_STYLE (JSON_PRESERVE_ORDER | JSON_ENCODE_ANY)

static json_t *
json_text(const char *cell)
{
	json_t *value = json_string(cell);
	char *copy;

	if (value != NULL)
		return value;
	copy = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(cell);
	if (copy == NULL)
		return NULL;
	for (char *at = copy; *at != '\0'; at++) {
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	}
	value = json_string(copy);
	free(copy);
	return value;
}

/* A number that is none is passed on as text rather than as a wrong number. */
static json_t *
json_number(const char *cell)
{
	char *end;
	long long integer = strtoll(cell, &end, 10);

	if (*end == '\0')
		return json_integer(integer);
	if (*end == '.') {
		double real = strtod(cell, &end);

		if (*end == '\0')
			return json_real(real);
	}
	return json_text(cell);
}

static json_t *
json_time(const char *cell)
{
	char *end;
	long long us = strtoll(cell, &end, 10);
	char text[40];

	if (*end != '\0')
		return json_text(cell);
	wf_clock_rfc3339(us, text);
	return json_string(text);
}

static json_t *
json_bool(const char *cell)
{
	return json_boolean(strcmp(cell, "1") == 0);
}

static json_t *(*const makers[])(const char *cell) = {
	[CELL_TEXT] = json_text,
	[CELL_NUMBER] = json_number,
	[CELL_BOOL] = json_bool,
	[CELL_TIME] = json_time,
};

static json_t *
json_row(const struct table *table, size_t row)
{
	json_t *object = json_object();

	for (size_t i = 0; i < table->ncolumns; i++) {
		const char *cell = table->cells[row * table->ncolumns + i];
		json_t *value =
			cell[0] == '\0' ? json_null() : makers[table->columns[i].type](cell);

		/* Takes the reference, also when it fails. */
		if (json_object_set_new(object, table->columns[i].name, value) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

wf_status
table_print_json_row(const struct table *table, size_t row, FILE *out)
{
	json_t *object = json_row(table, row);
	int failed;

	if (object == NULL)
		return WF_NO_MEMORY;
	failed = json_dumpf(object, out, JSON_STYLE);
	json_decref(object);
	fputc('\n', out);
	return failed != 0 ? WF_IO : WF_OK;
}

wf_status
table_print_json(const struct table *table, bool one, FILE *out)
{
	int failed;

	if (one && table->nrows > 0)
		return table_print_json_row(table, 0, out);
	fputs(one ? "null\n" : "[", out);
	for (size_t row = 0; !one && row < table->nrows; row++) {
		json_t *object = json_row(table, row);

		if (object == NULL)
			return WF_NO_MEMORY;
		fputs(row == 0 ? "\n" : ",\n", out);
		failed = json_dumpf(object, out, JSON_STYLE);
		json_decref(object);
		if (failed != 0)
			return WF_IO;
	}
	if (!one)
		fputs(table->nrows > 0 ? "\n]\n" : "]\n", out);
	return ferror(out) ? WF_IO : WF_OK;
}

wf_status
table_print_json_message(const char *message, FILE *out)
{
	json_t *object = json_object();
	int failed = json_object_set_new(object, "status", json_string("ok"));

	failed |= json_object_set_new(object, "message", json_text(message));
	failed |= json_dumpf(object, out, JSON_STYLE);
	json_decref(object);
	fputc('\n', out);
	return failed != 0 ? WF_IO : WF_OK;
}
