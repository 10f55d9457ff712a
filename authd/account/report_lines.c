/* The lines of a report, until they may leave. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/report.h"
#include "common/buf.h"
#include "common/fault.h"

#define HASHED_MAX (8u << 20)

static const char *const columns[LINE_COLUMNS] = {"part", "criterion", "group", "name", "state",
	"level", "force", "aim", "text", "reason", "for", "value", "wanted", "origin", "by",
	"time:time", "until:time", "count:number", "total:number", "row:number", "hash"};

static struct report_line *
grow(struct report_lines *lines)
{
	struct report_line *list;

	if (lines->n == lines->room) {
		const size_t room = lines->room == 0 ? 64 : 2 * lines->room;

		list = wf_fault(WF_FAULT_ALLOC) ? NULL
						: reallocarray(lines->list, room, sizeof(*list));
		if (list == NULL)
			return NULL;
		lines->list = list;
		lines->room = room;
	}
	lines->list[lines->n] = (struct report_line){.cells = {NULL}};
	return &lines->list[lines->n++];
}

wf_status
report_set(struct report_lines *lines, size_t line, enum report_column column, const char *text)
{
	char **cell = &lines->list[line].cells[column];
	char *copy;

	if (text == NULL || text[0] == '\0')
		return WF_OK;
	copy = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(text);
	if (copy == NULL)
		return WF_NO_MEMORY;
	free(*cell);
	*cell = copy;
	return WF_OK;
}

wf_status
report_put(struct report_lines *lines, const struct report_draft *draft)
{
	char numbers[5][ACT_NUMBER_SIZE];
	const char *cells[LINE_COLUMNS];
	const size_t line = lines->n;
	wf_status status = WF_OK;

	if (grow(lines) == NULL)
		return WF_NO_MEMORY;
	memcpy(cells, draft->cells, sizeof(cells));
	cells[LINE_TIME] = act_moment_text(draft->time_us, numbers[0]);
	cells[LINE_UNTIL] = act_moment_text(draft->until_us, numbers[1]);
	cells[LINE_ROW] = act_moment_text((int64_t)draft->row, numbers[2]);
	if (draft->counted) {
		cells[LINE_COUNT] = act_number_text((int64_t)draft->count, numbers[3]);
		if (draft->total != 0)
			cells[LINE_TOTAL] = act_number_text((int64_t)draft->total, numbers[4]);
	}
	for (size_t i = 0; status == WF_OK && i < LINE_COLUMNS; i++)
		status = report_set(lines, line, (enum report_column)i, cells[i]);
	return status;
}

/* Each cell ends with a byte that no cell has: nothing can be moved from one to the next. */
static wf_status
hash_line(const struct report_line *line, struct wf_buf *bytes)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < LINE_COLUMNS; i++) {
		const bool left_out = line->cells[i] == NULL || i == LINE_TEXT || i == LINE_REASON;
		const char *cell = left_out ? "" : line->cells[i];

		status = wf_buf_put(bytes, cell, strlen(cell) + 1);
	}
	return status;
}

wf_status
report_hash(const struct report_lines *lines, size_t first, char hex_r[REPORT_HASH_SIZE])
{
	struct wf_buf bytes;
	uint8_t hash[32];
	wf_status status = WF_OK;

	wf_buf_init(&bytes, HASHED_MAX);
	for (size_t i = first; status == WF_OK && i < lines->n; i++)
		status = hash_line(&lines->list[i], &bytes);
	if (status == WF_OK)
		status = crypto_sha256(bytes.data, bytes.len, hash);
	wf_buf_clear(&bytes);
	for (size_t i = 0; status == WF_OK && i < sizeof(hash); i++)
		(void)snprintf(hex_r + 2 * i, 3, "%02x", hash[i]);
	return status;
}

static wf_status
send_line(struct act_call *call, const struct report_line *line)
{
	const char *cells[LINE_COLUMNS];

	for (size_t i = 0; i < LINE_COLUMNS; i++)
		cells[i] = line->cells[i] == NULL ? "" : line->cells[i];
	return act_row_out(call, cells, LINE_COLUMNS);
}

wf_status
report_send(struct act_call *call, const struct report_lines *lines)
{
	wf_status status = act_head(call, columns, LINE_COLUMNS);

	for (size_t i = 0; status == WF_OK && i < lines->n; i++)
		status = send_line(call, &lines->list[i]);
	return status;
}

void
report_lines_clear(struct report_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		for (size_t j = 0; j < LINE_COLUMNS; j++)
			free(lines->list[i].cells[j]);
	free(lines->list);
	*lines = (struct report_lines){.n = 0};
}
