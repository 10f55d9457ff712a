/* The helpers of the fuzz targets; see the header. Not for the product. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/utf8.h"

static char folder[128];

void
fuzz_check(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_CHECK(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

size_t
fuzz_split(const uint8_t *data, size_t size, char separator, char **texts_r, size_t max)
{
	char *text = fuzz_text(data, size);
	size_t n = 1;

	texts_r[0] = text;
	for (size_t i = 0; i < size && n < max; i++) {
		if (text[i] != separator)
			continue;
		text[i] = '\0';
		texts_r[n++] = text + i + 1;
	}
	return n;
}

bool
fuzz_all(const void *bytes, size_t size, uint8_t value)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		if (at[i] != value)
			return false;
	return true;
}

bool
fuzz_shows(const char *text, size_t size, bool lines)
{
	size_t len = strnlen(text, size);

	return len < size && wf_utf8_valid(text, len, lines);
}

static int
entry_remove(const char *path, const struct stat *what, int type, struct FTW *where)
{
	(void)what;
	(void)type;
	return where->level == 0 ? 0 : remove(path);
}

void
fuzz_folder_empty(void)
{
	(void)nftw(fuzz_folder(), entry_remove, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void
folder_remove(void)
{
	fuzz_folder_empty();
	(void)rmdir(folder);
}

const char *
fuzz_folder(void)
{
	if (folder[0] != '\0')
		return folder;
	/* In memory where there is such a place: key files are synced to the disk. */
	(void)snprintf(folder, sizeof(folder), "%s/warifu-fuzz-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	FUZZ_CHECK(mkdtemp(folder) != NULL);
	FUZZ_CHECK(atexit(folder_remove) == 0);
	return folder;
}

const char *
fuzz_path(const char *name)
{
	static char path[192];

	(void)snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
	return path;
}

int
fuzz_file(const void *bytes, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(size == 0 || pwrite(fd, bytes, size, 0) == (ssize_t)size);
	return fd;
}

unsigned
fuzz_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	FUZZ_CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}
