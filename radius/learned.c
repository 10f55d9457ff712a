/*
 * The file is written whole: beside the old one, synchronised, and then put in its place by one
 * rename, so that there is always one that is right. Lines are "ADDRESS NAME", as the name may
 * have blanks.
 */
#include "config.h"

#include "radius/learned.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"

#define FIRST_LINE "warifu-radius learned 1"
#define NAME_MAX_LEN 64

struct device {
	struct in6_addr address;
	char name[NAME_MAX_LEN + 1];
};

struct learned {
	char path[512];
	struct device *devices; /* owned */
	size_t n, room;
	bool unsaved;
};

static bool
grow(struct learned *learned)
{
	size_t room = learned->room == 0 ? 64 : learned->room * 2;
	struct device *devices;

	if (learned->n < learned->room)
		return true;
	devices = wf_fault(WF_FAULT_ALLOC) ? NULL
					   : reallocarray(learned->devices, room, sizeof(*devices));
	if (devices == NULL)
		return false;
	learned->devices = devices;
	learned->room = room;
	return true;
}

static wf_status
append(struct learned *learned, const char *name, const struct in6_addr *address)
{
	struct device *device;

	if (strlen(name) > NAME_MAX_LEN)
		return WF_INVALID;
	if (learned->n >= LEARNED_MAX)
		return WF_FULL;
	if (!grow(learned))
		return WF_NO_MEMORY;
	device = &learned->devices[learned->n++];
	device->address = *address;
	snprintf(device->name, sizeof(device->name), "%s", name);
	return WF_OK;
}

static wf_status
read_line(struct learned *learned, char *line)
{
	struct in6_addr address;
	char *name = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (name == NULL)
		return WF_INVALID;
	*name++ = '\0';
	if (inet_pton(AF_INET6, line, &address) != 1 || *name == '\0')
		return WF_INVALID;
	return append(learned, name, &address);
}

static wf_status
read_lines(struct learned *learned, FILE *file, size_t *line_r)
{
	char line[INET6_ADDRSTRLEN + NAME_MAX_LEN + 8];
	wf_status status = WF_OK;

	for (*line_r = 1; status == WF_OK && fgets(line, sizeof(line), file) != NULL; ++*line_r) {
		if (strchr(line, '\n') == NULL)
			status = WF_INVALID;
		else if (*line_r == 1)
			status = strcmp(line, FIRST_LINE "\n") == 0 ? WF_OK : WF_INVALID;
		else
			status = read_line(learned, line);
	}
	if (status == WF_OK && ferror(file) != 0)
		return WF_IO;
	if (status == WF_OK && *line_r == 1)
		return WF_INVALID; /* an empty one: the first line is always written */
	if (status != WF_OK)
		--*line_r;
	return status;
}

static wf_status
read_file(struct learned *learned, size_t *line_r)
{
	FILE *file = wf_fault(WF_FAULT_FILE) ? NULL : fopen(learned->path, "re");
	wf_status status;

	if (file == NULL)
		return errno == ENOENT ? WF_OK : WF_IO;
	status = read_lines(learned, file, line_r);
	fclose(file);
	return status;
}

wf_status
learned_open(const char *path, struct learned **learned_r, size_t *line_r)
{
	struct learned *learned = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*learned));
	size_t line = 0;
	wf_status status;

	if (learned == NULL)
		return WF_NO_MEMORY;
	snprintf(learned->path, sizeof(learned->path), "%s", path);
	errno = 0;
	status = read_file(learned, &line);
	if (status != WF_OK) {
		*line_r = line;
		learned_free(&learned);
		return status;
	}
	*learned_r = learned;
	return WF_OK;
}

void
learned_free(struct learned **learned)
{
	if (*learned == NULL)
		return;
	free((*learned)->devices);
	free(*learned);
	*learned = NULL;
}

bool
learned_has(const struct learned *learned, const char *name, const struct in6_addr *address)
{
	for (size_t i = 0; i < learned->n; i++)
		if (IN6_ARE_ADDR_EQUAL(&learned->devices[i].address, address) &&
			strcmp(learned->devices[i].name, name) == 0)
			return true;
	return false;
}

static bool
write_lines(const struct learned *learned, FILE *file)
{
	char text[INET6_ADDRSTRLEN];

	if (fputs(FIRST_LINE "\n", file) < 0)
		return false;
	for (size_t i = 0; i < learned->n; i++) {
		(void)inet_ntop(AF_INET6, &learned->devices[i].address, text, sizeof(text));
		if (fprintf(file, "%s %s\n", text, learned->devices[i].name) < 0)
			return false;
	}
	return fflush(file) == 0 && !wf_fault(WF_FAULT_FILE) && fsync(fileno(file)) == 0;
}

/* The rename itself is durable once the folder is. */
static bool
sync_folder(const char *path)
{
	char copy[sizeof(((struct learned *)NULL)->path)];
	int fd;
	bool fine;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = wf_fault(WF_FAULT_FILE) ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	fine = fsync(fd) == 0;
	close(fd);
	return fine;
}

wf_status
learned_save(struct learned *learned)
{
	char fresh[sizeof(learned->path) + 8];
	FILE *file;
	bool fine;

	learned->unsaved = true;
	snprintf(fresh, sizeof(fresh), "%s.new", learned->path);
	file = wf_fault(WF_FAULT_FILE) ? NULL : fopen(fresh, "we");
	if (file == NULL)
		return WF_IO;
	fine = write_lines(learned, file);
	if (fclose(file) != 0 || !fine)
		return WF_IO;
	if (wf_fault(WF_FAULT_FILE) || rename(fresh, learned->path) != 0 ||
		!sync_folder(learned->path))
		return WF_IO;
	learned->unsaved = false;
	return WF_OK;
}

wf_status
learned_add(struct learned *learned, const char *name, const struct in6_addr *address)
{
	wf_status status;

	if (learned_has(learned, name, address))
		return WF_OK;
	status = append(learned, name, address);
	return status == WF_OK ? learned_save(learned) : status;
}

bool
learned_unsaved(const struct learned *learned)
{
	return learned->unsaved;
}
