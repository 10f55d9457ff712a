/*
 * SHA-256 of what is not secret, as text: so that a file or a text can be named in a row of the log
 * and be recognised later, by sha256sum too.  Any thread.
 */
#ifndef WF_AUTHD_CRYPTO_DIGEST_H
#define WF_AUTHD_CRYPTO_DIGEST_H

#include <stddef.h>

#include "common/status.h"

#define DIGEST_TEXT_SIZE 65

/* From the file's beginning to its end, wherever fd stands.  WF_IO, WF_NO_MEMORY, WF_CRYPTO. */
WF_MUST_USE wf_status digest_file(int fd, char text_r[DIGEST_TEXT_SIZE]);
WF_MUST_USE wf_status digest_bytes(const void *bytes, size_t len, char text_r[DIGEST_TEXT_SIZE]);

/* Of parts, one behind the other. */
struct digest_sum;
WF_MUST_USE wf_status digest_sum_new(struct digest_sum **digest_r);
WF_MUST_USE wf_status digest_sum_add(struct digest_sum *digest, const void *bytes, size_t len);
/* Nothing can be added after it. */
WF_MUST_USE wf_status digest_sum_end(struct digest_sum *digest, char text_r[DIGEST_TEXT_SIZE]);
void digest_sum_free(struct digest_sum **digest);

#endif
