/*
 * The search: halving by bytes.  A probe reads a little at an offset, goes on to the next beginning
 * of a line and compares that one.  Two offsets are kept: every line that begins before `low` is
 * smaller than the key, every line that begins at `high` or later is not.  Once both lie in one
 * block, its lines are read one after the other.
 */
#include "config.h"

#include "common/leak_list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/leak_line.h"

#define BLOCK 4096
#define PROBE (2 * LEAK_LINE_MAX) /* the rest of a line and a whole one */
#define SAMPLES 256

struct wf_leak_list {
	int fd;
	uint64_t size;
};

/* A line, and where it begins and ends. */
struct line {
	uint64_t at, end;
	uint8_t key[WF_LEAK_KEY];
};

/* The first line that begins at `from` or later; WF_NO: there is none. */
static wf_status
line_from(const struct wf_leak_list *list, uint64_t from, struct line *line_r)
{
	char bytes[PROBE];
	uint64_t at = from == 0 ? 0 : from - 1; /* the end of the line before, if one begins here */
	size_t len, skip = 0, length;
	const char *end;
	wf_status status = leak_file_read(list->fd, at, bytes, sizeof(bytes), &len);

	if (status != WF_OK)
		return status;
	if (from > 0) {
		end = memchr(bytes, '\n', len);
		if (end == NULL)
			return WF_IO;
		skip = (size_t)(end - bytes) + 1;
	}
	if (at + skip >= list->size)
		return WF_NO;
	if (leak_line_read(bytes + skip, len - skip, line_r->key, &length) != WF_OK)
		return WF_IO; /* it was well-formed, or would have been refused */
	line_r->at = at + skip;
	line_r->end = line_r->at + length;
	return WF_OK;
}

/* Line after line from `low`, the beginning of one, until one is no smaller than the key. */
static wf_status
scan(const struct wf_leak_list *list, uint64_t low, const uint8_t *key)
{
	char bytes[BLOCK + PROBE];
	uint8_t found[WF_LEAK_KEY];
	size_t len, length;
	wf_status status = leak_file_read(list->fd, low, bytes, sizeof(bytes), &len);

	for (size_t off = 0; status == WF_OK && low + off < list->size; off += length) {
		int order;

		if (off >= len || leak_line_read(bytes + off, len - off, found, &length) != WF_OK)
			return WF_IO;
		order = leak_key_order(found, key);
		if (order >= 0)
			return order == 0 ? WF_OK : WF_NO;
	}
	return status == WF_OK ? WF_NO : status;
}

/* Takes away what the line at the middle has decided. */
static void
narrow(const struct line *line, bool smaller, uint64_t middle, uint64_t *low, uint64_t *high)
{
	if (!smaller) {
		*high = middle;
		return;
	}
	*low = line->end;
	if (*high < *low)
		*high = *low;
}

wf_status
wf_leak_list_find(const struct wf_leak_list *list, const uint8_t key[WF_LEAK_KEY])
{
	uint64_t low = 0, high = list->size;
	struct line line;

	while (high - low > BLOCK) {
		uint64_t middle = low + (high - low) / 2;
		wf_status status = line_from(list, middle, &line);
		bool smaller;

		if (status != WF_OK && status != WF_NO)
			return status;
		smaller = status == WF_OK && line.at < high &&
			  leak_key_order(line.key, key) < 0;
		narrow(&line, smaller, middle, &low, &high);
	}
	return scan(list, low, key);
}

/* --- a look at the file when it is opened --- */

static bool
found(struct wf_leak_finding *finding, enum wf_leak_fault fault, uint64_t offset)
{
	finding->fault = fault;
	finding->offset = offset;
	return false;
}

/* The file ends with a whole line; key_r is of it. */
static bool
look_at_end(const struct wf_leak_list *list, struct wf_leak_finding *finding, struct line *last_r)
{
	char bytes[2 * LEAK_LINE_MAX];
	uint64_t from = list->size > sizeof(bytes) ? list->size - sizeof(bytes) : 0;
	size_t len, length, begin;

	if (leak_file_read(list->fd, from, bytes, sizeof(bytes), &len) != WF_OK ||
		from + len != list->size || bytes[len - 1] != '\n')
		return found(finding, LEAK_CUT, list->size);
	for (begin = len - 1; begin > 0 && bytes[begin - 1] != '\n';)
		begin--;
	if (leak_line_read(bytes + begin, len - begin, last_r->key, &length) != WF_OK)
		return found(finding, LEAK_MALFORMED, from + begin);
	last_r->at = from + begin;
	return leak_end_fits(last_r->key, list->size) || found(finding, LEAK_CUT, list->size);
}

/* Lines at equal distances; each comes after the one looked at before. */
static bool
look_between(
	const struct wf_leak_list *list, struct wf_leak_finding *finding, const struct line *last)
{
	struct line before = {.at = 0}, line;

	for (uint64_t i = 0; i < SAMPLES; i++) {
		uint64_t from = list->size / SAMPLES * i;

		wf_status status = line_from(list, from, &line);

		if (status == WF_NO || (status == WF_OK && line.at >= last->at))
			break;
		if (status != WF_OK)
			return found(finding, LEAK_MALFORMED, from);
		finding->lines++;
		if (i > 0 && line.at != before.at &&
			leak_key_order(before.key, line.key) >= 0)
			return found(finding, LEAK_UNSORTED, line.at);
		before = line;
	}
	return finding->lines == 0 || leak_key_order(before.key, last->key) < 0 ||
	       found(finding, LEAK_UNSORTED, last->at);
}

static bool
look(const struct wf_leak_list *list, struct wf_leak_finding *finding)
{
	struct line last;

	return look_at_end(list, finding, &last) && look_between(list, finding, &last);
}

wf_status
wf_leak_list_open(
	const char *path, struct wf_leak_list **list_r, struct wf_leak_finding *finding_r)
{
	struct wf_leak_list *list = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*list));
	wf_status status;

	if (list == NULL)
		return WF_NO_MEMORY;
	list->fd = -1;
	status = leak_file_open(path, &list->fd, &list->size, finding_r);
	if (status == WF_OK && !look(list, finding_r))
		status = WF_INVALID;
	if (status == WF_OK)
		*list_r = list;
	else
		wf_leak_list_close(&list);
	return status;
}

void
wf_leak_list_close(struct wf_leak_list **list)
{
	if (*list == NULL)
		return;
	if ((*list)->fd >= 0)
		(void)close((*list)->fd);
	free(*list);
	*list = NULL;
}
