/* Two files of lines, of which the older one is given up; see the header. */
#include "config.h"

#include "authd/relay/diary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/audit/line.h"
#include "common/fault.h"

struct diary {
	int fd;
	size_t size; /* of what is in the file */
	char path[512];
};

/* --- a line --- */

static wf_status
put_row(struct wf_buf *out, const struct audit_row *row)
{
	struct audit_line line = {.out = out, .status = WF_OK};
	struct audit_cells cells;

	audit_row_cells(row, 0, NULL, &cells);
	cells.cells[0] = ""; /* it has no number */
	audit_line_json(&line, &cells, false);
	audit_line_put(&line, "\n");
	return line.status;
}

/* --- the file --- */

static bool
open_file(struct diary *diary)
{
	struct stat st;

	diary->fd = wf_fault(WF_FAULT_FILE)
			    ? -1
			    : open(diary->path,
				      O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (diary->fd < 0 || fstat(diary->fd, &st) != 0)
		return false;
	diary->size = (size_t)st.st_size;
	return true;
}

static void
close_file(struct diary *diary)
{
	if (diary->fd >= 0)
		close(diary->fd);
	diary->fd = -1;
}

/* The full one takes the place of the one before; where that fails it grows on. */
static bool
turn_over(struct diary *diary)
{
	char older[sizeof(diary->path) + 2];

	(void)snprintf(older, sizeof(older), "%s.1", diary->path);
	if (rename(diary->path, older) != 0)
		return true;
	close_file(diary);
	return open_file(diary);
}

/* Whole, or not at all: half a line would spoil the next one. */
static bool
write_line(struct diary *diary, const struct wf_buf *line)
{
	bool whole = !wf_fault(WF_FAULT_FILE) &&
		     write(diary->fd, line->data, line->len) == (ssize_t)line->len &&
		     fdatasync(diary->fd) == 0;

	if (whole)
		diary->size += line->len;
	else if (ftruncate(diary->fd, (off_t)diary->size) != 0)
		close_file(diary);
	return whole;
}

wf_status
diary_put(struct diary *diary, const struct audit_row *row)
{
	struct wf_buf line;
	wf_status status;

	wf_buf_init(&line, AUDIT_LINE_MAX);
	status = put_row(&line, row);
	if (status == WF_OK && diary->fd < 0 && !open_file(diary))
		status = WF_IO;
	if (status == WF_OK && diary->size > 0 && diary->size + line.len > DIARY_MAX &&
		!turn_over(diary))
		status = WF_IO;
	if (status == WF_OK && !write_line(diary, &line))
		status = WF_IO;
	wf_buf_clear(&line);
	return status;
}

const char *
diary_path(const struct diary *diary)
{
	return diary->path;
}

/* --- beginning and end --- */

/* A crash may have left half a line at the end. */
static void
end_line(struct diary *diary)
{
	char last = '\n';
	int fd = diary->size > 0 ? open(diary->path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	if (pread(fd, &last, 1, (off_t)diary->size - 1) == 1 && last != '\n' &&
		write(diary->fd, "\n", 1) == 1)
		diary->size++;
	close(fd);
}

wf_status
diary_open(const char *path, struct diary **diary_r, char *why_r, size_t size)
{
	struct diary *diary = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*diary));

	if (diary == NULL)
		return WF_NO_MEMORY;
	(void)snprintf(diary->path, sizeof(diary->path), "%s", path);
	if (!open_file(diary)) {
		(void)snprintf(why_r, size, "the log %s cannot be used: %s", path, strerror(errno));
		diary_close(&diary);
		return WF_IO;
	}
	end_line(diary);
	*diary_r = diary;
	return WF_OK;
}

void
diary_close(struct diary **diary)
{
	struct diary *gone = *diary;

	*diary = NULL;
	if (gone == NULL)
		return;
	close_file(gone);
	free(gone);
}
