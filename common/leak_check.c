/* The whole of a list of leaked passwords, read from its first byte to its last; and sentences. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "common/leak_line.h"

#define CHUNK (1024 * 1024)

/* What was read and not yet looked at. */
struct reader {
	int fd;
	char *bytes; /* CHUNK of them */
	size_t len;  /* read into it */
	uint64_t at; /* of the first of them in the file */
	uint64_t size;
	uint8_t before[WF_LEAK_KEY];
	struct wf_leak_finding *finding;
};

static bool
stop(struct reader *reader, enum wf_leak_fault fault, size_t off)
{
	reader->finding->fault = fault;
	reader->finding->offset = reader->at + off;
	return false;
}

/* Every whole line of what was read; used_r says how much that was. */
static bool
look_at_lines(struct reader *reader, size_t *used_r)
{
	struct wf_leak_finding *finding = reader->finding;
	uint8_t key[WF_LEAK_KEY];
	size_t off, length;

	for (off = 0; off < reader->len; off += length) {
		wf_status status =
			leak_line_read(reader->bytes + off, reader->len - off, key, &length);

		if (status == WF_NO)
			break;
		if (status != WF_OK)
			return stop(reader, LEAK_MALFORMED, off);
		if (finding->lines > 0 && leak_key_order(reader->before, key) >= 0)
			return stop(reader, LEAK_UNSORTED, off);
		memcpy(reader->before, key, sizeof(key));
		finding->lines++;
	}
	*used_r = off;
	return true;
}

static bool
look_at_all(struct reader *reader)
{
	size_t used;

	for (; reader->at < reader->size; reader->at += used) {
		if (leak_file_read(reader->fd, reader->at, reader->bytes, CHUNK, &reader->len) !=
			WF_OK)
			return stop(reader, LEAK_UNREADABLE, 0);
		if (!look_at_lines(reader, &used))
			return false;
		if (used == 0)
			return stop(reader, LEAK_CUT, 0);
	}
	return leak_end_fits(reader->before, reader->size) || stop(reader, LEAK_CUT, 0);
}

wf_status
wf_leak_list_check(const char *path, struct wf_leak_finding *finding_r)
{
	struct reader reader = {.fd = -1, .finding = finding_r};
	wf_status status;

	reader.bytes = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(CHUNK);
	if (reader.bytes == NULL)
		return WF_NO_MEMORY;
	status = leak_file_open(path, &reader.fd, &reader.size, finding_r);
	if (status == WF_OK && !look_at_all(&reader))
		status = WF_INVALID;
	if (reader.fd >= 0)
		(void)close(reader.fd);
	free(reader.bytes);
	return status;
}

void
wf_leak_list_say(
	const char *path, const struct wf_leak_finding *finding, char *text_r, size_t size)
{
	static const char *const sentences[LEAK_FAULTS] = {
		[LEAK_FINE] = "",
		[LEAK_UNREADABLE] = N_("it cannot be read; let the daemon's user read it"),
		[LEAK_NO_FILE] = N_("it is no regular file; name the list itself"),
		[LEAK_EMPTY] = N_("it is empty; fetch the list again"),
		[LEAK_MALFORMED] = N_("this is no line of 40 hexadecimal digits, a colon and a "
				      "number; fetch the list of SHA-1 hashes again"),
		[LEAK_UNSORTED] = N_("this line does not come after the one before it; fetch the "
				     "list that is ordered by hash"),
		[LEAK_CUT] = N_("the end of the list is missing; fetch it again"),
	};
	char where[40] = "";

	text_r[0] = '\0';
	if (finding->fault == LEAK_FINE)
		return;
	if (finding->fault == LEAK_MALFORMED || finding->fault == LEAK_UNSORTED)
		(void)snprintf(where, sizeof(where), _(" byte %llu:"),
			(unsigned long long)finding->offset);
	(void)snprintf(text_r, size, "%s:%s %s%s%s%s", path, where, _(sentences[finding->fault]),
		finding->error != 0 ? " (" : "",
		finding->error != 0 ? strerror(finding->error) : "",
		finding->error != 0 ? ")" : "");
}
