/*
 * Rows that a host wrote by itself, until its centre has them: a file of bounded size, each row
 * durable before it counts as written.  Numbers rise by one and are never used again within a
 * spool, also over restarts; so the centre can tell what it has already.
 *
 * The file: two places for its head (id, first number; the newer whole one counts), then the
 * rows, each with its number and a checksum.  What a crash left half written at the end is cut
 * off at the next start.  When all rows are acknowledged the file becomes empty.
 *
 * One thread; waits for the disk.
 */
#ifndef WF_AUTHD_RELAY_SPOOL_H
#define WF_AUTHD_RELAY_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/status.h"

#define SPOOL_ID_LEN 16
#define SPOOL_MAX (1u << 20)      /* bytes of rows; some 2,000 of them */
#define SPOOL_RESERVE (64u << 10) /* the last ones are for what matters most */
#define SPOOL_ROW_MAX 8192

struct spool;

/*
 * Opens or makes the file at `path`, mode 0600.  A file that is no spool is put aside as PATH.bad
 * and a new one made. WF_IO with a sentence in why_r; WF_NO_MEMORY, WF_CRYPTO.
 */
WF_MUST_USE wf_status spool_open(
	const char *path, struct spool **spool_r, char *why_r, size_t size);
void spool_close(struct spool **spool);
const uint8_t *spool_id(const struct spool *spool);
/*
 * Durable when it returns.  WF_FULL: no room; it is counted, see spool_lost().  `matters`: may
 * use the reserve. WF_IO: nothing was written, and the row is lost as well; what is there stays.
 */
WF_MUST_USE wf_status spool_put(struct spool *spool, const uint8_t *row, size_t len, bool matters);
/*
 * The oldest row that is not acknowledged, appended to `row`.  WF_NOT_FOUND: none.  WF_IO,
 * WF_CORRUPT: it cannot be read.
 */
WF_MUST_USE wf_status spool_first(struct spool *spool, uint64_t *number_r, struct wf_buf *row);
/* The row of this number, the first one, has arrived or cannot be read.  Others are ignored. */
void spool_drop_first(struct spool *spool, uint64_t number);
/* Rows that wait. */
size_t spool_count(const struct spool *spool);
/* Rows lost for want of room since this was asked last. */
uint64_t spool_lost(struct spool *spool);

#endif
