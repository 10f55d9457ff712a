/*
 * By libmaxminddb, over a copy of the file that has no name: whenever the daemon is killed, nothing
 * of it stays behind.  Where the file system has no such files (O_TMPFILE), it has one for the
 * moment between two calls, and country_tidy() looks for those.
 */
#include "config.h"

#include "authd/country/country.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/fault.h"
#include "common/i18n.h"

#define CHUNK 65536
#define NAME ".countries."
#define PATTERN NAME "XXXXXX"

struct country {
	MMDB_s file;
};

static wf_status
fail(wf_status status, const char *path, const char *what, char *why_r, size_t size)
{
	(void)snprintf(why_r, size, "%s: %s", path, what);
	return status;
}

/* --- the copy --- */

static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = wf_fault(WF_FAULT_FILE) ? -1 : write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
copy(int from, int to)
{
	char bytes[CHUNK];
	size_t total = 0;
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0) {
		total += (size_t)n;
		if (total > COUNTRY_FILE_MAX) {
			errno = EFBIG;
			return false;
		}
		if (!write_all(to, bytes, (size_t)n))
			return false;
	}
	return n == 0;
}

static int
open_nameless(const char *folder)
{
	char name[512];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	(void)snprintf(name, sizeof(name), "%.480s/" PATTERN, folder);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(name);
	return fd;
}

static wf_status
open_file(const char *path, int *fd_r, char *why_r, size_t size)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail(WF_NOT_FOUND, path, strerror(errno), why_r, size);
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		(void)close(fd);
		return fail(WF_INVALID, path, _("is no file"), why_r, size);
	}
	*fd_r = fd;
	return WF_OK;
}

/* --- the database --- */

static wf_status
open_copy(const char *path, int fd, struct country **country_r, char *why_r, size_t size)
{
	struct country *country = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*country));
	char name[32];
	int code;

	if (country == NULL)
		return fail(WF_NO_MEMORY, path, _("no memory"), why_r, size);
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	code = MMDB_open(name, MMDB_MODE_MMAP, &country->file);
	if (code != MMDB_SUCCESS) {
		free(country);
		return fail(WF_CORRUPT, path, MMDB_strerror(code), why_r, size);
	}
	*country_r = country;
	return WF_OK;
}

wf_status
country_open(const char *path, const char *folder, struct country **country_r, char *why_r,
	size_t size)
{
	int from = -1, to;
	wf_status status = open_file(path, &from, why_r, size);

	if (status != WF_OK)
		return status;
	to = open_nameless(folder);
	if (to < 0 || !copy(from, to))
		status = fail(WF_IO, path, strerror(errno), why_r, size);
	else
		status = open_copy(path, to, country_r, why_r, size);
	if (to >= 0)
		(void)close(to);
	(void)close(from);
	return status;
}

void
country_close(struct country **country)
{
	if (country == NULL || *country == NULL)
		return;
	MMDB_close(&(*country)->file);
	free(*country);
	*country = NULL;
}

static bool
is_copy(const char *name)
{
	return strlen(name) == strlen(PATTERN) && strncmp(name, NAME, strlen(NAME)) == 0;
}

void
country_tidy(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) /* NOLINT(concurrency-mt-unsafe) */
		if (is_copy(entry->d_name))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
}

/* --- an address --- */

static bool
address_of(const char *source, struct sockaddr_storage *address_r)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	memset(address_r, 0, sizeof(*address_r));
	if (inet_pton(AF_INET, source, &v4.sin_addr) == 1)
		memcpy(address_r, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, source, &v6.sin6_addr) == 1)
		memcpy(address_r, &v6, sizeof(v6));
	return address_r->ss_family != AF_UNSPEC;
}

/* Where it is; else where its provider is at home. */
static bool
code_of(MMDB_entry_s *entry, const char *which, char name_r[3])
{
	MMDB_entry_data_s data;

	if (MMDB_get_value(entry, &data, which, "iso_code", (const char *)NULL) != MMDB_SUCCESS ||
		!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2)
		return false;
	memcpy(name_r, data.utf8_string, 2);
	name_r[2] = '\0';
	return true;
}

void
country_find(const struct country *country, const char *source, char name_r[3])
{
	struct sockaddr_storage address;
	MMDB_lookup_result_s result;
	int code;

	name_r[0] = '\0';
	if (!address_of(source, &address))
		return;
	result = MMDB_lookup_sockaddr(
		&country->file, (const struct sockaddr *)(const void *)&address, &code);
	if (code == MMDB_SUCCESS && result.found_entry &&
		!code_of(&result.entry, "country", name_r))
		(void)code_of(&result.entry, "registered_country", name_r);
}
