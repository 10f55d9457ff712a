#include "config.h"

#include "authd/record/putout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/i18n.h"

#define PAGE 16

/* Where a regular file ends; -1: it is none. */
static off_t
file_end(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : -1;
}

/* What a write that a power cut ended has left gets an end of its own. */
static bool
file_is_open_ended(int fd, off_t end)
{
	char last = '\n';

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

/* The whole line or, as far as that can be had, nothing of it. */
static bool
file_write(int fd, const char *line)
{
	const off_t end = file_end(fd);
	char text[AUDIT_CHECKPOINT_SIZE + 2];
	int len = snprintf(
		text, sizeof(text), "%s%s\n", file_is_open_ended(fd, end) ? "\n" : "", line);
	ssize_t n = wf_fault(WF_FAULT_FILE) ? -1 : write(fd, text, (size_t)len);

	if (n == len)
		return true;
	if (n > 0 && end >= 0)
		(void)!ftruncate(fd, end);
	if (n >= 0)
		errno = ENOSPC;
	return false;
}

/* All or nothing as far as the cursor goes: lines may come twice, never not at all. */
static bool
put_file(const struct putout *putout, const struct store_checkpoint *all, size_t n)
{
	int fd = open(putout->file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool fine = fd >= 0;
	int error;

	for (size_t i = 0; fine && i < n; i++)
		fine = file_write(fd, all[i].line);
	fine = fine && fdatasync(fd) == 0;
	error = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return fine;
}

static bool
put(const struct putout *putout, const struct store_checkpoint *all, size_t n)
{
	if (putout->file[0] != '\0')
		return put_file(putout, all, n);
	for (size_t i = 0; putout->base->say != NULL && i < n; i++)
		putout->base->say(LOG_NOTICE, all[i].line);
	return true;
}

static void
note_failure(struct putout *putout)
{
	char why[256];
	char text[640];

	(void)snprintf(why, sizeof(why), _("%s cannot be written: %s"), putout->file,
		strerror(errno));
	if (strcmp(why, putout->place.why) == 0)
		return;
	if (place_write(&putout->place, putout->place.at, why) != WF_OK ||
		putout->base->say == NULL)
		return;
	(void)snprintf(text, sizeof(text), "checkpoints of the log: %s; tried again", why);
	putout->base->say(LOG_WARNING, text);
}

/* One page; false: nothing is left, or nothing goes. */
static bool
put_page(struct putout *putout)
{
	struct store_checkpoint page[PAGE];
	struct store_view *view = &putout->place.job.u.view;
	size_t n;

	store_job_init(&putout->place.job, STORE_VIEW);
	view->kind = VIEW_CHECKPOINTS;
	view->after = putout->place.at;
	view->limit = PAGE;
	view->checkpoints = page;
	if (store_run(putout->place.store, &putout->place.job) != WF_OK || view->n == 0)
		return false;
	n = view->n;
	if (put(putout, page, n))
		return place_write(&putout->place, page[n - 1].number, "") == WF_OK && n == PAGE;
	note_failure(putout);
	return false;
}

void
putout_run(struct putout *putout)
{
	putout->place.store = putout->base->store;
	if (place_read(&putout->place) != WF_OK)
		return;
	while (put_page(putout))
		continue;
}
