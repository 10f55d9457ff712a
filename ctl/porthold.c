/* From the kernel's table of sockets to the process that has the socket open. */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/porthold.h"

#define TCP_LISTEN 0x0a
#define LINE_MAX_LEN 512

/* A row of /proc/net/udp and its like. */
struct row {
	unsigned port, state;
	unsigned uid;
	uint64_t inode;
};

static bool
read_row(const char *line, struct row *row_r)
{
	/* sl local:port remote:port state tx:rx timer:when retransmits uid timeout inode */
	static const char form[] = " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %u %*s "
				   "%" SCNu64;

	return sscanf(line, form, &row_r->port, &row_r->state, &row_r->uid, &row_r->inode) == 4;
}

/* What row is looked for. */
struct wanted {
	bool tcp; /* a listening one */
	uint16_t port;
	const uid_t *known; /* of none of these users */
	size_t n;
};

static bool
is_wanted(const struct wanted *wanted, const struct row *row)
{
	if (row->port != wanted->port || (wanted->tcp && row->state != TCP_LISTEN))
		return false;
	for (size_t i = 0; i < wanted->n; i++)
		if (wanted->known[i] == row->uid)
			return false;
	return true;
}

/* WF_NOT_FOUND: the file has no such row. */
static wf_status
find_row(const char *path, const struct wanted *wanted, struct row *row_r)
{
	FILE *table = fopen(path, "re");
	char line[LINE_MAX_LEN];
	wf_status status = WF_NOT_FOUND;

	if (table == NULL)
		return WF_IO;
	while (status == WF_NOT_FOUND && fgets(line, sizeof(line), table) != NULL)
		if (read_row(line, row_r) && is_wanted(wanted, row_r))
			status = WF_OK;
	(void)fclose(table);
	return status;
}

/* Whether one of the process's descriptors is the socket of this name, "socket:[123]". */
static bool
has_socket(const char *pid, const char *name)
{
	char path[300], target[64];
	DIR *folder;
	struct dirent *entry;
	bool found = false;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	folder = opendir(path);
	if (folder == NULL)
		return false;
	while (!found && (entry = readdir(folder)) != NULL) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);

		if (len > 0) {
			target[len] = '\0';
			found = strcmp(target, name) == 0;
		}
	}
	(void)closedir(folder);
	return found;
}

static void
read_name(const char *pid, char name_r[PORTHOLD_NAME_MAX])
{
	char path[64];
	FILE *comm;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	comm = fopen(path, "re");
	if (comm == NULL || fgets(name_r, PORTHOLD_NAME_MAX, comm) == NULL)
		name_r[0] = '\0';
	if (comm != NULL)
		(void)fclose(comm);
	name_r[strcspn(name_r, "\n")] = '\0';
}

static void
find_process(uint64_t inode, struct port_holder *holder)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char name[64];

	if (proc == NULL)
		return;
	(void)snprintf(name, sizeof(name), "socket:[%" PRIu64 "]", inode);
	while (holder->pid == 0 && (entry = readdir(proc)) != NULL) {
		if (entry->d_name[strspn(entry->d_name, "0123456789")] != '\0' ||
			!has_socket(entry->d_name, name))
			continue;
		holder->pid = (pid_t)strtol(entry->d_name, NULL, 10);
		read_name(entry->d_name, holder->name);
	}
	(void)closedir(proc);
}

wf_status
port_stranger(bool tcp, uint16_t port, const uid_t *known, size_t n, struct port_holder *holder_r)
{
	static const char *const tables[][2] = {
		{"/proc/net/udp", "/proc/net/udp6"}, {"/proc/net/tcp", "/proc/net/tcp6"}};
	struct port_holder holder = {.pid = 0};
	const struct wanted wanted = {.tcp = tcp, .port = port, .known = known, .n = n};
	struct row row = {.port = 0};
	wf_status status = find_row(tables[tcp][0], &wanted, &row);

	if (status == WF_NOT_FOUND && access(tables[tcp][1], F_OK) == 0) /* else no IPv6 here */
		status = find_row(tables[tcp][1], &wanted, &row);
	if (status != WF_OK)
		return status;
	holder.uid = row.uid;
	find_process(row.inode, &holder);
	*holder_r = holder;
	return WF_OK;
}

wf_status
port_holder(bool tcp, uint16_t port, struct port_holder *holder_r)
{
	return port_stranger(tcp, port, NULL, 0, holder_r);
}
