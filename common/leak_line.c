/* Lines of a list of leaked passwords, and the file that they lie in. */
#include "config.h"

#include "common/leak_line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"

#define DIGITS (2 * WF_LEAK_KEY)
#define LINE_USUAL 45 /* bytes of a line of the list as it is distributed */
#define GAPS_MAX 1000 /* between the last hash and the end of all: chance leaves one or a few */

/* -1 for what is no hexadecimal digit. */
static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_key(const char *text, uint8_t key_r[WF_LEAK_KEY])
{
	for (size_t i = 0; i < WF_LEAK_KEY; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key_r[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* ":123", with a CR behind it or not. */
static bool
is_count(const char *text, size_t len)
{
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len < 2 || text[0] != ':')
		return false;
	for (size_t i = 1; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

wf_status
leak_line_read(const char *text, size_t len, uint8_t key_r[WF_LEAK_KEY], size_t *length_r)
{
	const char *end = memchr(text, '\n', len < LEAK_LINE_MAX ? len : LEAK_LINE_MAX);
	uint8_t key[WF_LEAK_KEY];
	size_t length;

	if (end == NULL)
		return len < LEAK_LINE_MAX ? WF_NO : WF_INVALID;
	length = (size_t)(end - text);
	if (length < DIGITS || !read_key(text, key) || !is_count(text + DIGITS, length - DIGITS))
		return WF_INVALID;
	memcpy(key_r, key, sizeof(key));
	*length_r = length + 1;
	return WF_OK;
}

int
leak_key_order(const uint8_t a[WF_LEAK_KEY], const uint8_t b[WF_LEAK_KEY])
{
	return memcmp(a, b, WF_LEAK_KEY);
}

wf_status
leak_file_open(const char *path, int *fd_r, uint64_t *size_r, struct wf_leak_finding *finding_r)
{
	int fd = wf_fault(WF_FAULT_FILE)
			 ? -1
			 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st = {0};

	*finding_r = (struct wf_leak_finding){.fault = LEAK_UNREADABLE};
	if (fd < 0 || fstat(fd, &st) != 0)
		finding_r->error = errno;
	else if (!S_ISREG(st.st_mode))
		finding_r->fault = LEAK_NO_FILE;
	else if (st.st_size == 0)
		finding_r->fault = LEAK_EMPTY;
	else
		finding_r->fault = LEAK_FINE;
	if (finding_r->fault != LEAK_FINE) {
		if (fd >= 0)
			(void)close(fd);
		return WF_INVALID;
	}
	*fd_r = fd;
	*size_r = (uint64_t)st.st_size;
	return WF_OK;
}

wf_status
leak_file_read(int fd, uint64_t at, char *bytes_r, size_t size, size_t *length_r)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = wf_fault(WF_FAULT_FILE)
				    ? -1
				    : pread(fd, bytes_r + done, size - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return WF_IO;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*length_r = done;
	return WF_OK;
}

bool
leak_end_fits(const uint8_t key[WF_LEAK_KEY], uint64_t size)
{
	uint64_t lines = size / LINE_USUAL + 1;
	uint64_t place = 0;

	for (size_t i = 0; i < sizeof(place); i++)
		place = place << 8 | key[i];
	return lines <= GAPS_MAX || UINT64_MAX - place <= UINT64_MAX / lines * GAPS_MAX;
}
