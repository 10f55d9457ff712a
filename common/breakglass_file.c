/*
 * The break-glass file on the disk: blocks of 512 bytes, the unit that a disk writes whole or not
 * at all, so that a power cut leaves the old block or the new one. Block 0 is the head, block 1 the
 * failure counter (apart from the head, so that counting never touches the verifier), then one
 * block per code. Nothing grows after creation. Decides nothing about a login.
 */
#include "config.h"

#include "common/breakglass_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fault.h"

#define BLOCK_SIZE 512
#define BLOCK_COUNTER 1
#define BLOCK_SLOTS 2
#define FILE_VERSION 1
#define MAGIC_LEN 8
#define LOCK_ROUNDS 100 /* of LOCK_PAUSE_NS each: ten seconds */
#define LOCK_PAUSE_NS 100000000L

static const char magic_head[MAGIC_LEN + 1] = "WARIFUBG";
static const char magic_counter[MAGIC_LEN + 1] = "WFBGFAIL";
static const char magic_slot[MAGIC_LEN + 1] = "WFBGSLOT";

static wf_status
block_write(int fd, uint32_t number, const struct wf_buf *content)
{
	uint8_t block[BLOCK_SIZE] = {0};
	size_t done = 0;

	if (content->len > BLOCK_SIZE)
		return WF_TOO_LONG;
	memcpy(block, content->data, content->len);
	while (done < BLOCK_SIZE) {
		ssize_t n = wf_fault(WF_FAULT_FILE) ? -1
			: pwrite(fd, block + done, BLOCK_SIZE - done,
				  (off_t)number * BLOCK_SIZE + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return WF_IO;
		done += (size_t)n;
	}
	return WF_OK;
}

static wf_status
block_read(int fd, uint32_t number, uint8_t block_r[BLOCK_SIZE])
{
	size_t done = 0;

	while (done < BLOCK_SIZE) {
		ssize_t n = wf_fault(WF_FAULT_FILE) ? -1
			: pread(fd, block_r + done, BLOCK_SIZE - done,
				  (off_t)number * BLOCK_SIZE + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return WF_IO;
		if (n == 0)
			return WF_CORRUPT;
		done += (size_t)n;
	}
	return WF_OK;
}

static wf_status
file_flush(int fd)
{
	if (wf_fault(WF_FAULT_FILE) || fdatasync(fd) != 0)
		return WF_IO;
	return WF_OK;
}

/* Reads a block and moves the reader behind its magic. */
static wf_status
block_begin(int fd, uint32_t number, const char *magic, uint8_t block_r[BLOCK_SIZE],
	struct wf_reader *reader_r)
{
	const uint8_t *bytes;
	wf_status status = block_read(fd, number, block_r);

	if (status != WF_OK)
		return status;
	wf_reader_init(reader_r, block_r, BLOCK_SIZE);
	if (wf_reader_get(reader_r, MAGIC_LEN, &bytes) != WF_OK ||
		!wf_mem_equal(bytes, magic, MAGIC_LEN))
		return WF_CORRUPT;
	return WF_OK;
}

/* A text block into an array of `size` bytes, NUL included. */
static wf_status
text_read(struct wf_reader *reader, char *text_r, size_t size)
{
	const uint8_t *bytes;
	size_t len;

	if (wf_reader_get_block(reader, &bytes, &len) != WF_OK || len >= size ||
		memchr(bytes, '\0', len) != NULL)
		return WF_CORRUPT;
	memcpy(text_r, bytes, len);
	text_r[len] = '\0';
	return WF_OK;
}

/* Any first failure of a sequence of steps is the sequence's. */
#define STEP(status, call)               \
	do {                             \
		if ((status) == WF_OK)   \
			(status) = (call); \
	} while (0)

static wf_status
head_encode(const struct breakglass_head *head, struct wf_buf *buf)
{
	wf_status status = wf_buf_put(buf, magic_head, MAGIC_LEN);

	STEP(status, wf_buf_put_u16(buf, FILE_VERSION));
	STEP(status, wf_buf_put_u32(buf, head->slots));
	STEP(status, wf_buf_put_block(buf, head->user, strlen(head->user)));
	STEP(status, wf_buf_put_block(buf, head->verifier, strlen(head->verifier)));
	STEP(status, wf_buf_put_block(buf, head->setting, strlen(head->setting)));
	return status;
}

static wf_status
head_read(int fd, struct breakglass_head *head_r)
{
	uint8_t block[BLOCK_SIZE];
	struct wf_reader reader;
	uint16_t version = 0;
	wf_status status = block_begin(fd, 0, magic_head, block, &reader);

	STEP(status, wf_reader_get_u16(&reader, &version));
	if (status == WF_OK && version != FILE_VERSION)
		return WF_VERSION;
	STEP(status, wf_reader_get_u32(&reader, &head_r->slots));
	if (status == WF_OK && (head_r->slots == 0 || head_r->slots > WF_BREAKGLASS_CODES_MAX))
		return WF_CORRUPT;
	STEP(status, text_read(&reader, head_r->user, sizeof(head_r->user)));
	STEP(status, text_read(&reader, head_r->verifier, sizeof(head_r->verifier)));
	STEP(status, text_read(&reader, head_r->setting, sizeof(head_r->setting)));
	wf_wipe(block, sizeof(block));
	return status;
}

static wf_status
counter_encode(uint32_t failures, struct wf_buf *buf)
{
	wf_status status = wf_buf_put(buf, magic_counter, MAGIC_LEN);

	STEP(status, wf_buf_put_u32(buf, failures));
	return status;
}

static wf_status
counter_read(int fd, uint32_t *failures_r)
{
	uint8_t block[BLOCK_SIZE];
	struct wf_reader reader;
	wf_status status = block_begin(fd, BLOCK_COUNTER, magic_counter, block, &reader);

	STEP(status, wf_reader_get_u32(&reader, failures_r));
	return status;
}

static wf_status
slot_encode(const struct breakglass_slot *slot, struct wf_buf *buf)
{
	wf_status status = wf_buf_put(buf, magic_slot, MAGIC_LEN);

	STEP(status, wf_buf_put_u8(buf, slot->used));
	STEP(status, wf_buf_put_u8(buf, slot->use.reported));
	STEP(status, wf_buf_put_u64(buf, (uint64_t)slot->use.wall_us));
	STEP(status, wf_buf_put_block(buf, slot->hash, strlen(slot->hash)));
	STEP(status, wf_buf_put_block(buf, slot->use.tty, strlen(slot->use.tty)));
	STEP(status, wf_buf_put_block(buf, slot->use.user, strlen(slot->use.user)));
	return status;
}

wf_status
breakglass_slot_read(
	const struct breakglass_file *file, uint32_t number, struct breakglass_slot *slot_r)
{
	uint8_t block[BLOCK_SIZE];
	struct wf_reader reader;
	uint8_t used = 0;
	uint8_t reported = 0;
	uint64_t wall_us = 0;
	wf_status status = block_begin(file->fd, BLOCK_SLOTS + number, magic_slot, block, &reader);

	STEP(status, wf_reader_get_u8(&reader, &used));
	STEP(status, wf_reader_get_u8(&reader, &reported));
	STEP(status, wf_reader_get_u64(&reader, &wall_us));
	STEP(status, text_read(&reader, slot_r->hash, sizeof(slot_r->hash)));
	STEP(status, text_read(&reader, slot_r->use.tty, sizeof(slot_r->use.tty)));
	STEP(status, text_read(&reader, slot_r->use.user, sizeof(slot_r->use.user)));
	if (status != WF_OK)
		return status;
	if (used > 1 || reported > 1)
		return WF_CORRUPT;
	slot_r->used = used == 1;
	slot_r->use.reported = reported == 1;
	slot_r->use.wall_us = (int64_t)wall_us;
	slot_r->use.slot = number;
	return WF_OK;
}

wf_status
breakglass_slot_write(
	const struct breakglass_file *file, uint32_t number, const struct breakglass_slot *slot)
{
	struct wf_buf buf;
	wf_status status;

	wf_buf_init(&buf, BLOCK_SIZE);
	status = slot_encode(slot, &buf);
	STEP(status, block_write(file->fd, BLOCK_SLOTS + number, &buf));
	STEP(status, file_flush(file->fd));
	wf_buf_clear(&buf);
	return status;
}

wf_status
breakglass_failures_write(struct breakglass_file *file, uint32_t failures)
{
	struct wf_buf buf;
	wf_status status;

	wf_buf_init(&buf, BLOCK_SIZE);
	status = counter_encode(failures, &buf);
	STEP(status, block_write(file->fd, BLOCK_COUNTER, &buf));
	STEP(status, file_flush(file->fd));
	wf_buf_clear(&buf);
	if (status == WF_OK)
		file->failures = failures;
	return status;
}

/* A frozen holder must not hang every console for ever: bounded, unlike a blocking flock(). */
static wf_status
file_lock(int fd)
{
	const struct timespec pause = {.tv_sec = 0, .tv_nsec = LOCK_PAUSE_NS};

	for (int round = 0; round < LOCK_ROUNDS; round++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return WF_OK;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return WF_IO;
		(void)nanosleep(&pause, NULL);
	}
	return WF_TIMEOUT;
}

/* A plain file of our own that nobody else may read or write. */
static wf_status
file_check(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return WF_IO;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return WF_DENIED;
	return WF_OK;
}

static const struct open_error {
	int number;
	wf_status status;
} open_errors[] = {
	{ENOENT, WF_NOT_FOUND},
	{ENOTDIR, WF_NOT_FOUND},
	{EEXIST, WF_EXISTS},
	{EACCES, WF_DENIED},
	{EPERM, WF_DENIED},
	{ELOOP, WF_DENIED},
	{EISDIR, WF_DENIED},
	{ENOMEM, WF_NO_MEMORY},
};

static wf_status
path_open(const char *path, int flags, int *fd_r)
{
	int fd;
	int error;

	if (path == NULL || path[0] != '/' || strlen(path) >= PATH_MAX)
		return WF_INVALID;
	fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd >= 0) {
		*fd_r = fd;
		return WF_OK;
	}
	error = errno;
	for (size_t i = 0; i < sizeof(open_errors) / sizeof(open_errors[0]); i++)
		if (open_errors[i].number == error)
			return open_errors[i].status;
	return WF_IO;
}

wf_status
breakglass_file_open(const char *path, struct breakglass_file *file_r)
{
	struct breakglass_file file = {.fd = -1};
	wf_status status = path_open(path, O_RDWR, &file.fd);

	STEP(status, file_check(file.fd));
	STEP(status, file_lock(file.fd));
	STEP(status, head_read(file.fd, &file.head));
	STEP(status, counter_read(file.fd, &file.failures));
	if (status == WF_OK)
		*file_r = file;
	else
		breakglass_file_close(&file);
	return status;
}

void
breakglass_file_close(struct breakglass_file *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	wf_wipe(&file->head, sizeof(file->head));
	file->fd = -1;
}

/* The name is durable only when its folder is. */
static wf_status
folder_flush(const char *path)
{
	char folder[PATH_MAX];
	size_t len = (size_t)(strrchr(path, '/') - path);
	int fd;
	wf_status status;

	(void)snprintf(folder, sizeof(folder), "%.*s/", (int)len, path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return WF_IO;
	status = fsync(fd) == 0 ? WF_OK : WF_IO;
	(void)close(fd);
	return status;
}

static wf_status
file_fill(struct breakglass_file *file, const struct breakglass_slot *slots)
{
	struct wf_buf buf;
	wf_status status = file_lock(file->fd);

	wf_buf_init(&buf, BLOCK_SIZE);
	STEP(status, head_encode(&file->head, &buf));
	STEP(status, block_write(file->fd, 0, &buf));
	wf_buf_clear(&buf);
	STEP(status, breakglass_failures_write(file, 0));
	for (uint32_t i = 0; i < file->head.slots; i++)
		STEP(status, breakglass_slot_write(file, i, &slots[i]));
	if (status == WF_OK && fsync(file->fd) != 0)
		status = WF_IO;
	return status;
}

wf_status
breakglass_file_create(
	const char *path, const struct breakglass_head *head, const struct breakglass_slot *slots)
{
	struct breakglass_file file = {.fd = -1, .head = *head};
	wf_status status = path_open(path, O_RDWR | O_CREAT | O_EXCL, &file.fd);

	if (status != WF_OK)
		return status;
	/* The caller's umask may have taken more than group and others. */
	if (fchmod(file.fd, 0600) != 0)
		status = WF_IO;
	STEP(status, file_fill(&file, slots));
	STEP(status, folder_flush(path));
	if (status != WF_OK)
		(void)unlink(path);
	breakglass_file_close(&file);
	return status;
}

wf_status
breakglass_file_move(const char *fresh, const char *path)
{
	return rename(fresh, path) == 0 ? folder_flush(path) : WF_IO;
}
