/* A file of rows in front of the centre; see the header. */
#include "config.h"

#include "authd/relay/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/random.h"
#include "common/secret.h"

#define MAGIC "warifu spool 1\n"
#define MAGIC_LEN 16
#define SUM_LEN 16
/* Two heads, so far apart that one broken write hits one of them. */
#define HEAD_LEN (MAGIC_LEN + SPOOL_ID_LEN + 8 + 8 + SUM_LEN)
#define HEAD_STEP 4096
#define ROWS_AT (2 * HEAD_STEP)
#define ROW_HEAD (4 + 8 + SUM_LEN) /* length of the row, number, sum */

struct spool {
	int fd;
	uint8_t id[SPOOL_ID_LEN];
	uint64_t version;     /* of the head, rises with each change */
	uint64_t first, next; /* numbers: oldest that waits, next one given */
	off_t at, end;        /* where the oldest one starts; where the next one goes */
	uint64_t lost;
};

/* --- bytes --- */

static wf_status
sum(const uint8_t *bytes, size_t len, uint8_t sum_r[SUM_LEN])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t n = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, bytes, len, digest, &n) != 1 || n < SUM_LEN)
		return WF_CRYPTO;
	memcpy(sum_r, digest, SUM_LEN);
	return WF_OK;
}

static void
put_number(uint8_t *bytes, size_t len, uint64_t value)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
}

static uint64_t
get_number(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

static bool
read_at(int fd, uint8_t *bytes, size_t len, off_t at)
{
	return !wf_fault(WF_FAULT_FILE) && pread(fd, bytes, len, at) == (ssize_t)len;
}

static bool
write_at(int fd, const uint8_t *bytes, size_t len, off_t at)
{
	return !wf_fault(WF_FAULT_FILE) && pwrite(fd, bytes, len, at) == (ssize_t)len;
}

static bool
sync_file(int fd)
{
	return !wf_fault(WF_FAULT_FILE) && fdatasync(fd) == 0;
}

/* --- the head --- */

struct head {
	uint8_t id[SPOOL_ID_LEN];
	uint64_t version, first;
};

static bool
head_read(int fd, int place, struct head *head_r)
{
	uint8_t bytes[HEAD_LEN], wanted[SUM_LEN];
	const uint8_t *at = bytes + MAGIC_LEN;

	if (!read_at(fd, bytes, sizeof(bytes), place * HEAD_STEP) ||
		!wf_mem_equal(bytes, MAGIC, MAGIC_LEN) ||
		sum(bytes, HEAD_LEN - SUM_LEN, wanted) != WF_OK ||
		!wf_mem_equal(bytes + HEAD_LEN - SUM_LEN, wanted, SUM_LEN))
		return false;
	memcpy(head_r->id, at, SPOOL_ID_LEN);
	head_r->version = get_number(at + SPOOL_ID_LEN, 8);
	head_r->first = get_number(at + SPOOL_ID_LEN + 8, 8);
	return true;
}

/* The next version of the head goes where the older one is. */
static bool
head_write(struct spool *spool, uint64_t first)
{
	uint8_t bytes[HEAD_LEN];
	uint8_t *at = bytes + MAGIC_LEN;
	uint64_t version = spool->version + 1;

	memcpy(bytes, MAGIC, MAGIC_LEN);
	memcpy(at, spool->id, SPOOL_ID_LEN);
	put_number(at + SPOOL_ID_LEN, 8, version);
	put_number(at + SPOOL_ID_LEN + 8, 8, first);
	if (sum(bytes, HEAD_LEN - SUM_LEN, bytes + HEAD_LEN - SUM_LEN) != WF_OK ||
		!write_at(spool->fd, bytes, sizeof(bytes), (off_t)(version % 2) * HEAD_STEP) ||
		!sync_file(spool->fd))
		return false;
	spool->version = version;
	return true;
}

/* --- rows --- */

/* The row at `at`: its length.  WF_CORRUPT: no whole row of this number is there. */
static wf_status
row_read(const struct spool *spool, off_t at, uint64_t number, uint8_t row_r[SPOOL_ROW_MAX],
	size_t *len_r)
{
	uint8_t head[ROW_HEAD], wanted[SUM_LEN];
	uint8_t checked[12 + SPOOL_ROW_MAX];
	size_t len;

	if (!read_at(spool->fd, head, sizeof(head), at))
		return WF_CORRUPT;
	len = (size_t)get_number(head, 4);
	if (len == 0 || len > SPOOL_ROW_MAX || get_number(head + 4, 8) != number ||
		!read_at(spool->fd, row_r, len, at + ROW_HEAD))
		return WF_CORRUPT;
	memcpy(checked, head, 12);
	memcpy(checked + 12, row_r, len);
	if (sum(checked, 12 + len, wanted) != WF_OK || !wf_mem_equal(head + 12, wanted, SUM_LEN))
		return WF_CORRUPT;
	*len_r = len;
	return WF_OK;
}

/*
 * Finds the end: behind the last whole row.  What is there was half written, and nobody was told
 * that it was.
 */
static void
find_end(struct spool *spool)
{
	uint8_t row[SPOOL_ROW_MAX];
	uint8_t number[8];
	size_t len;

	spool->at = spool->end = ROWS_AT;
	/* Behind an older head, since the newer one is damaged, rows have greater numbers. */
	if (read_at(spool->fd, number, sizeof(number), ROWS_AT + 4) &&
		get_number(number, 8) > spool->first &&
		row_read(spool, ROWS_AT, get_number(number, 8), row, &len) == WF_OK)
		spool->first = get_number(number, 8);
	spool->next = spool->first;
	while (row_read(spool, spool->end, spool->next, row, &len) == WF_OK) {
		spool->end += (off_t)(ROW_HEAD + len);
		spool->next++;
	}
}

static size_t
room(const struct spool *spool, bool matters)
{
	size_t most = matters ? SPOOL_MAX : SPOOL_MAX - SPOOL_RESERVE;
	size_t used = (size_t)(spool->end - ROWS_AT);

	return used < most ? most - used : 0;
}

wf_status
spool_put(struct spool *spool, const uint8_t *row, size_t len, bool matters)
{
	uint8_t bytes[ROW_HEAD + SPOOL_ROW_MAX], checked[12 + SPOOL_ROW_MAX];

	if (len == 0 || len > SPOOL_ROW_MAX)
		return WF_TOO_LONG;
	if (room(spool, matters) < ROW_HEAD + len) {
		spool->lost++;
		return WF_FULL;
	}
	put_number(bytes, 4, len);
	put_number(bytes + 4, 8, spool->next);
	memcpy(bytes + ROW_HEAD, row, len);
	memcpy(checked, bytes, 12);
	memcpy(checked + 12, row, len);
	if (sum(checked, 12 + len, bytes + 12) != WF_OK)
		return WF_CRYPTO;
	if (!write_at(spool->fd, bytes, ROW_HEAD + len, spool->end) || !sync_file(spool->fd)) {
		spool->lost++;
		return WF_IO;
	}
	spool->end += (off_t)(ROW_HEAD + len);
	spool->next++;
	return WF_OK;
}

wf_status
spool_first(struct spool *spool, uint64_t *number_r, struct wf_buf *row)
{
	uint8_t bytes[SPOOL_ROW_MAX];
	size_t len;
	wf_status status;

	if (spool->first == spool->next)
		return WF_NOT_FOUND;
	status = row_read(spool, spool->at, spool->first, bytes, &len);
	if (status == WF_OK)
		status = wf_buf_put(row, bytes, len);
	if (status == WF_OK || status == WF_CORRUPT)
		*number_r = spool->first;
	return status;
}

/*
 * All are gone: the head says so first, then the rows may go. If the last steps fail, the next
 * start does them.
 */
static void
empty(struct spool *spool)
{
	if (!head_write(spool, spool->next) || ftruncate(spool->fd, ROWS_AT) != 0)
		return;
	spool->at = spool->end = ROWS_AT;
}

void
spool_drop_first(struct spool *spool, uint64_t number)
{
	uint8_t length[4];
	off_t behind = spool->end;

	if (number != spool->first || spool->first == spool->next)
		return;
	if (read_at(spool->fd, length, sizeof(length), spool->at))
		behind = spool->at + (off_t)(ROW_HEAD + get_number(length, 4));
	spool->first++;
	if (behind >= spool->end) /* the last one; or where the others start cannot be told */
		spool->first = spool->next;
	spool->at = behind;
	if (spool->first == spool->next)
		empty(spool);
}

size_t
spool_count(const struct spool *spool)
{
	return (size_t)(spool->next - spool->first);
}

uint64_t
spool_lost(struct spool *spool)
{
	uint64_t lost = spool->lost;

	spool->lost = 0;
	return lost;
}

const uint8_t *
spool_id(const struct spool *spool)
{
	return spool->id;
}

/* --- opening --- */

static wf_status
make(struct spool *spool)
{
	wf_status status = wf_random_bytes(spool->id, sizeof(spool->id));

	if (status != WF_OK)
		return status;
	spool->first = spool->next = 1;
	spool->at = spool->end = ROWS_AT;
	return ftruncate(spool->fd, 0) == 0 && head_write(spool, 1) && head_write(spool, 1) &&
			       ftruncate(spool->fd, ROWS_AT) == 0
		       ? WF_OK
		       : WF_IO;
}

/*
 * A crash leaves the older head or the newer one, whole. If one of them cannot be read, the disk
 * has lost it, and which numbers were used is not known: another id makes all of them new.
 */
static bool
mend(struct spool *spool, bool damaged)
{
	if (!damaged)
		return true;
	return wf_random_bytes(spool->id, sizeof(spool->id)) == WF_OK &&
	       head_write(spool, spool->first) && head_write(spool, spool->first);
}

static bool
take_up(struct spool *spool)
{
	struct head heads[2];
	bool there[2] = {head_read(spool->fd, 0, &heads[0]), head_read(spool->fd, 1, &heads[1])};
	const struct head *head;

	if (!there[0] && !there[1])
		return false;
	head = there[1] && (!there[0] || heads[1].version > heads[0].version) ? &heads[1]
									      : &heads[0];
	memcpy(spool->id, head->id, sizeof(spool->id));
	spool->version = head->version;
	spool->first = head->first;
	find_end(spool);
	return mend(spool, !there[0] || !there[1]);
}

static int
open_file(const char *path)
{
	return wf_fault(WF_FAULT_FILE)
		       ? -1
		       : open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Whatever it is, it is kept. */
static bool
put_aside(struct spool *spool, const char *path)
{
	char bad[512];
	int n = snprintf(bad, sizeof(bad), "%s.bad", path);

	if (n < 0 || (size_t)n >= sizeof(bad) || rename(path, bad) != 0)
		return false;
	close(spool->fd);
	spool->fd = open_file(path);
	return spool->fd >= 0;
}

static wf_status
open_spool(struct spool *spool, const char *path)
{
	struct stat st;

	spool->fd = open_file(path);
	if (spool->fd < 0 || fstat(spool->fd, &st) != 0)
		return WF_IO;
	if (take_up(spool))
		return WF_OK;
	if (st.st_size >= ROWS_AT &&
		!put_aside(spool, path)) /* shorter: a crash while it was made */
		return WF_IO;
	return make(spool);
}

wf_status
spool_open(const char *path, struct spool **spool_r, char *why_r, size_t size)
{
	struct spool *spool = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*spool));
	wf_status status;

	if (spool == NULL)
		return WF_NO_MEMORY;
	status = open_spool(spool, path);
	if (status != WF_OK) {
		(void)snprintf(why_r, size, "the spool %s cannot be used: %s", path,
			status == WF_IO ? strerror(errno) : wf_status_text(status));
		spool_close(&spool);
		return status;
	}
	*spool_r = spool;
	return WF_OK;
}

void
spool_close(struct spool **spool)
{
	struct spool *it = *spool;

	*spool = NULL;
	if (it == NULL)
		return;
	if (it->fd >= 0)
		close(it->fd);
	free(it);
}
