/* Whole reads and writes, and durable replacement of a file; for authd/crypto and authd/vault. */
#ifndef WF_AUTHD_CRYPTO_FILE_IO_H
#define WF_AUTHD_CRYPTO_FILE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* Reads until `size` bytes are there or the file ends.  WF_IO; errno tells more. */
WF_MUST_USE wf_status file_read(int fd, uint8_t *bytes_r, size_t size, size_t *len_r);
/* Writes all of it.  WF_IO (WF_FULL for a full disk or quota); errno tells more. */
WF_MUST_USE wf_status file_write(int fd, const uint8_t *bytes, size_t len);

struct file_owner {
	unsigned uid, gid;
};

/*
 * Puts a file of mode 0600 with this content at `path`, durably and whole: a temporary file beside
 * it, fsync, rename, fsync of the folder.  WF_EXISTS: `fresh` and there is one.  WF_CONFLICT:
 * somebody else is just doing it.  `owner`: the new
 * file gets it if it differs from the caller's; NULL keeps the caller's.
 */
WF_MUST_USE wf_status file_put(const char *path, const uint8_t *bytes, size_t len, bool fresh,
	const struct file_owner *owner);

/* Removes the temporary file that a crash in file_put left; one that is being written stays. */
void file_tidy(const char *path);

/* The status that stands for an errno of open(), rename() or the like. */
wf_status file_status(int error);

#endif
