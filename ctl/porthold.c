/* From the kernel's table of sockets to the process that has the socket open. */
#include "config.h"

#include <arpa/inet.h>
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
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d; all octets 0: all of either family */
	unsigned port, state;
	unsigned uid;
	uint64_t inode;
};

#define WORD_DIGITS 8
#define WORDS (sizeof(struct in6_addr) / sizeof(uint32_t))

/* The kernel writes the words of an address as numbers of this machine: one of IPv4, else four. */
static bool
read_address(const char *digits, struct in6_addr *address_r)
{
	uint32_t words[WORDS] = {0, 0, htonl(0xffff), 0};
	size_t n = strlen(digits) / WORD_DIGITS;
	size_t first = n == 1 ? WORDS - 1 : 0;

	if (first + n != WORDS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (sscanf(digits + i * WORD_DIGITS, "%8" SCNx32, &words[first + i]) != 1)
			return false;
	if (n == 1 && words[first] == INADDR_ANY)
		memset(words, 0, sizeof(words));
	memcpy(address_r, words, sizeof(*address_r));
	return true;
}

static bool
read_row(const char *line, struct row *row_r)
{
	/* sl local:port remote:port state tx:rx timer:when retransmits uid timeout inode */
	static const char form[] = " %*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %u "
				   "%*s %" SCNu64;
	char digits[WORDS * WORD_DIGITS + 1];

	return sscanf(line, form, digits, &row_r->port, &row_r->state, &row_r->uid,
		       &row_r->inode) == 5 &&
	       read_address(digits, &row_r->address);
}

/* What row is looked for. */
struct wanted {
	bool tcp; /* a listening one */
	uint16_t port;
	const struct in6_addr *address; /* hears what is sent to this one; NULL: any */
	const uid_t *known;		/* of none of these users */
	size_t n;
};

static bool
is_wanted(const struct wanted *wanted, const struct row *row)
{
	if (row->port != wanted->port || (wanted->tcp && row->state != TCP_LISTEN))
		return false;
	if (wanted->address != NULL && !IN6_IS_ADDR_UNSPECIFIED(&row->address) &&
		!IN6_ARE_ADDR_EQUAL(&row->address, wanted->address))
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

static wf_status
find_holder(const struct wanted *wanted, struct port_holder *holder_r)
{
	static const char *const tables[][2] = {
		{"/proc/net/udp", "/proc/net/udp6"}, {"/proc/net/tcp", "/proc/net/tcp6"}};
	struct port_holder holder = {.pid = 0};
	const char *const *table = tables[wanted->tcp];
	struct row row = {.port = 0};
	wf_status status = find_row(table[0], wanted, &row);

	if (status == WF_NOT_FOUND && access(table[1], F_OK) == 0) /* else no IPv6 here */
		status = find_row(table[1], wanted, &row);
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
	const struct wanted wanted = {.tcp = tcp, .port = port};

	return find_holder(&wanted, holder_r);
}

wf_status
port_stranger(const struct in6_addr *address, uint16_t port, const uid_t *known, size_t n,
	struct port_holder *holder_r)
{
	const struct wanted wanted = {.port = port, .address = address, .known = known, .n = n};

	return find_holder(&wanted, holder_r);
}
