/* Copying through one buffer, which is wiped: the file may hold a key. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/secret.h"
#include "ctl/copy.h"

#define CHUNK 4096

static bool
write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* As many bytes as fit, fewer only at the end; -1 on failure. */
static ssize_t
read_chunk(int fd, uint8_t bytes[CHUNK])
{
	size_t used = 0;

	while (used < CHUNK) {
		ssize_t n = read(fd, bytes + used, CHUNK - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

static wf_status
copy_bytes(int from, int to)
{
	uint8_t bytes[CHUNK];
	wf_status status = WF_OK;
	ssize_t n;

	while (status == WF_OK && (n = read_chunk(from, bytes)) != 0) {
		if (n < 0 || !write_all(to, bytes, (size_t)n))
			status = WF_IO;
	}
	wf_wipe(bytes, sizeof(bytes));
	return status == WF_OK && fsync(to) == 0 ? WF_OK : WF_IO;
}

static wf_status
compare_bytes(int a, int b)
{
	uint8_t left[CHUNK];
	uint8_t right[CHUNK];
	wf_status status = WF_OK;
	ssize_t n;

	if (lseek(a, 0, SEEK_SET) != 0 || lseek(b, 0, SEEK_SET) != 0)
		return WF_IO;
	do {
		n = read_chunk(a, left);
		if (n < 0 || read_chunk(b, right) != n || !wf_mem_equal(left, right, (size_t)n)) {
			errno = EIO;
			status = WF_CORRUPT;
		}
	} while (status == WF_OK && n > 0);
	wf_wipe(left, sizeof(left));
	wf_wipe(right, sizeof(right));
	return status;
}

static int
open_plain(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

wf_status
copy_file(const char *from, const char *to)
{
	int in = open_plain(from);
	int out;
	wf_status status;
	int error;

	if (in < 0)
		return WF_IO;
	out = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (out < 0) {
		error = errno;
		close(in);
		errno = error;
		return WF_IO;
	}
	status = copy_bytes(in, out);
	if (status == WF_OK)
		status = compare_bytes(in, out);
	error = errno;
	close(in);
	close(out);
	if (status != WF_OK)
		unlink(to);
	errno = error;
	return status;
}
