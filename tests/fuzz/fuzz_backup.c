/*
 * Files that claim to be backups. The open header is read or refused whole; and nothing opens but
 * exactly what was written: one changed, added or missing octet anywhere, and no octet is restored.
 *
 * The input is read twice: as a file, and as changes (place, new octet) to a backup made here,
 * which has two records.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/crypto/backup_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keys.h"

#define FILLED 0xa5
#define SCHEMA 3
#define CONTENT_LEN 65600
#define MADE_MAX 66048
#define CHANGE_LEN 4 /* u24 place, u8 new octet */

static uint8_t content[CONTENT_LEN];
static uint8_t made[MADE_MAX];
static size_t made_len;

static void
make(void)
{
	struct backup_info info = {.schema = SCHEMA, .time_us = 1772323200000000, .node = "node1"};
	int from, to = fuzz_file(NULL, 0);

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7 >> 3);
	from = fuzz_file(content, sizeof(content));
	FUZZ_CHECK(backup_file_write(fuzz_keys(), &info, from, to) == WF_OK);
	made_len = (size_t)lseek(to, 0, SEEK_CUR);
	FUZZ_CHECK(made_len < MADE_MAX && pread(to, made, MADE_MAX, 0) == (ssize_t)made_len);
	(void)close(from);
	(void)close(to);
}

static void
inspected(int fd)
{
	struct backup_info info;
	char why[256] = "";
	wf_status status;

	memset(&info, FILLED, sizeof(info));
	status = backup_file_inspect(fd, &info, why, sizeof(why));
	if (status != WF_OK) {
		FUZZ_CHECK(status == WF_CORRUPT || status == WF_VERSION);
		FUZZ_CHECK(fuzz_all(&info, sizeof(info), FILLED) && why[0] != '\0');
		return;
	}
	FUZZ_CHECK(strnlen(info.node, sizeof(info.node)) < sizeof(info.node));
	FUZZ_CHECK(strnlen(info.fingerprint, sizeof(info.fingerprint)) < sizeof(info.fingerprint));
	FUZZ_CHECK(strnlen(info.lookup, sizeof(info.lookup)) < sizeof(info.lookup));
}

static void
restored(int fd, bool genuine)
{
	struct backup_info info;
	static uint8_t text[sizeof(content) + 1];
	char why[512] = "";
	int to = fuzz_file(NULL, 0);
	wf_status status;

	memset(&info, FILLED, sizeof(info));
	FUZZ_CHECK(lseek(fd, 0, SEEK_SET) == 0);
	status = backup_file_read(fuzz_keys(), SCHEMA, fd, to, &info, why, sizeof(why));
	FUZZ_CHECK((status == WF_OK) == genuine);
	if (status == WF_OK) {
		FUZZ_CHECK(pread(to, text, sizeof(text), 0) == sizeof(content));
		FUZZ_CHECK(memcmp(text, content, sizeof(content)) == 0 && info.schema == SCHEMA);
	} else {
		FUZZ_CHECK(why[0] != '\0' && lseek(to, 0, SEEK_END) == 0);
		FUZZ_CHECK(fuzz_all(&info, sizeof(info), FILLED));
	}
	(void)close(to);
}

static void
as_file(const uint8_t *data, size_t size)
{
	int fd = fuzz_file(data, size);

	inspected(fd);
	restored(fd, size == made_len && memcmp(data, made, size) == 0);
	(void)close(fd);
}

/* A place behind the end cuts the file there, or adds to it. */
static void
as_changes(const uint8_t *data, size_t size)
{
	static uint8_t changed[MADE_MAX + 1];
	size_t len = made_len;
	int fd;

	memcpy(changed, made, sizeof(made));
	for (size_t i = 0; i + CHANGE_LEN <= size; i += CHANGE_LEN) {
		size_t at = (size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2];

		if (at < made_len)
			changed[at] = data[i + 3];
		else
			len = at % (made_len + 2);
	}
	if (len > made_len)
		changed[made_len] = 0;
	fd = fuzz_file(changed, len);
	restored(fd, len == made_len && memcmp(changed, made, made_len) == 0);
	(void)close(fd);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	if (made_len == 0)
		make();
	as_file(data, size);
	as_changes(data, size);
}
