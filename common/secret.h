/*
 * Secrets are a type: their bytes live in memory of their own that is locked
 * (best effort), left out of core dumps and wiped when it is freed.  There is
 * no way to print one.  A secret belongs to one thread at a time.
 */
#ifndef WF_COMMON_SECRET_H
#define WF_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define WF_SECRET_MAX 1024 /* bytes; longer input is WF_TOO_LONG, never cut */

struct wf_secret {
	uint8_t *bytes; /* owned, WF_SECRET_MAX + 1 bytes, always NUL behind len; NULL when empty */
	size_t len;
};

#define WF_SECRET_EMPTY ((struct wf_secret){.bytes = NULL, .len = 0})

/* Replaces the content by a copy of `bytes`. */
WF_MUST_USE wf_status wf_secret_set(struct wf_secret *secret, const void *bytes, size_t len);
WF_MUST_USE wf_status wf_secret_copy(struct wf_secret *to, const struct wf_secret *from);
/* Moves the bytes; `from` is empty afterwards, what `to` held is wiped. */
void wf_secret_move(struct wf_secret *to, struct wf_secret *from);
/* Wipes and frees; harmless on an empty one. */
void wf_secret_clear(struct wf_secret *secret);
/* Constant time for equal lengths; the length itself is not hidden. */
bool wf_secret_equal(const struct wf_secret *a, const struct wf_secret *b);
/* Constant-time comparison of two byte strings of one length. */
bool wf_mem_equal(const void *a, const void *b, size_t len);
/*
 * Memory for secrets of any size: whole pages, zeroed, left out of core dumps, and locked if they
 * are few.  NULL when there is none to be had.  Freeing wipes; `len` as it was asked for; NULL is
 * fine.
 */
void *wf_secret_memory_new(size_t len);
void wf_secret_memory_free(void *memory, size_t len);
/*
 * From now on up to `pages` freed pages are kept, wiped, locked and out of core dumps as before,
 * and given out again: a mapping of its own for each secret costs a server more than what it does
 * with it.  At first none are kept, as is right for a guest in another program.  0 gives them all
 * back.  Any thread.
 */
void wf_secret_keep(size_t pages);
/*
 * Overwrites memory in a way that the compiler keeps, and the vector registers, which may hold
 * copies of it.
 */
void wf_wipe(void *bytes, size_t len);

#endif
