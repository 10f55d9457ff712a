/*
 * The file that `warifu backup` writes: a short open header that says what it is, and the
 * database, encrypted and bound to that header.  The keys are never in it; a backup without its
 * key file is of no use to anybody.  Any thread.
 */
#ifndef WF_AUTHD_CRYPTO_BACKUP_FILE_H
#define WF_AUTHD_CRYPTO_BACKUP_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "authd/crypto/keyring.h"

struct backup_info {
	uint32_t schema;      /* of the database inside */
	int64_t time_us;      /* wall time of the backup */
	char node[65];        /* who made it */
	char fingerprint[17]; /* of the key that encrypts it */
	char lookup[17];      /* of the key of all look-ups */
};

/*
 * Writes header and encrypted content of from_fd, from where it stands to its end.  Of `info` only
 * schema, time and node are used.  Neither descriptor is closed or synced.
 */
WF_MUST_USE wf_status backup_file_write(
	const struct keyring *keys, const struct backup_info *info, int from_fd, int to_fd);

/*
 * Reads the header, which nothing has proved yet: for showing, and for choosing a key file.
 * WF_CORRUPT: no backup; WF_VERSION: a newer format; a sentence in why_r.  from_fd then stands
 * behind the header.
 */
WF_MUST_USE wf_status backup_file_inspect(
	int from_fd, struct backup_info *info_r, char *why_r, size_t size);

/*
 * Decrypts the database into to_fd.  WF_VERSION: newer format, or a schema above schema_max;
 * WF_NOT_FOUND: made with another key; WF_CORRUPT: altered, damaged or cut.  A sentence that says
 * what to do in why_r.  On failure a regular to_fd is as it was, and info_r is untouched.
 */
WF_MUST_USE wf_status backup_file_read(const struct keyring *keys, uint32_t schema_max, int from_fd,
	int to_fd, struct backup_info *info_r, char *why_r, size_t size);

#endif
