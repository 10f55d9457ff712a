/*
 * Secret memory. Each secret has pages of its own from mmap(), so that wiping
 * and unmapping one touches no other, and so that "not in a core dump" can be
 * said of exactly these bytes. Locking is best effort: an unprivileged host
 * program of the PAM module may have no RLIMIT_MEMLOCK left, and refusing the
 * login for it would be worse than a page that might be swapped.
 *
 * MADV_WIPEONFORK is not used: sshd forks between the prompts and the verdict.
 */
#include "config.h"

#include "common/secret.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "common/fault.h"
#include "common/registers.h"

#define SECRET_PAGES (WF_SECRET_MAX + 1) /* bytes asked for; the kernel rounds up to pages */
#define LOCKED_MAX 32768 /* bytes; the reply of a whole log shall not use up what may be locked */
#define KEPT_SIZE 4096 /* what fits into this many bytes takes a kept page */

/* A page that is kept: its first bytes lead to the next one, the rest is zero. */
struct kept {
	struct kept *next;
};

static struct {
	pthread_mutex_t lock;
	struct kept *first;
	size_t n, max;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *
kept_take(void)
{
	struct kept *page;

	(void)pthread_mutex_lock(&kept.lock);
	page = kept.first;
	if (page != NULL) {
		kept.first = page->next;
		kept.n--;
	}
	(void)pthread_mutex_unlock(&kept.lock);
	if (page != NULL)
		page->next = NULL;
	return page;
}

/* Takes over a page that has been wiped; false: enough are kept. */
static bool
kept_put(void *memory)
{
	struct kept *page = memory;
	bool room;

	(void)pthread_mutex_lock(&kept.lock);
	room = kept.n < kept.max;
	if (room) {
		page->next = kept.first;
		kept.first = page;
		kept.n++;
	}
	(void)pthread_mutex_unlock(&kept.lock);
	return room;
}

void
wf_secret_keep(size_t pages)
{
	void *page;

	(void)pthread_mutex_lock(&kept.lock);
	kept.max = pages;
	(void)pthread_mutex_unlock(&kept.lock);
	while (pages == 0 && (page = kept_take()) != NULL)
		(void)munmap(page, KEPT_SIZE);
}

static void *
pages_map(size_t len)
{
	void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	(void)madvise(pages, len, MADV_DONTDUMP);
	if (len <= LOCKED_MAX)
		(void)mlock(pages, len);
	return pages;
}

/* One size for all small ones, so that each may become any other. */
static size_t
whole_size(size_t len)
{
	return len < KEPT_SIZE ? KEPT_SIZE : len;
}

void *
wf_secret_memory_new(size_t len)
{
	size_t size = whole_size(len);
	void *pages = NULL;

	if (wf_fault(WF_FAULT_ALLOC))
		return NULL;
	if (size == KEPT_SIZE)
		pages = kept_take();
	return pages != NULL ? pages : pages_map(size);
}

void
wf_secret_memory_free(void *memory, size_t len)
{
	if (memory == NULL)
		return;
	wf_wipe(memory, len);
	if (whole_size(len) > KEPT_SIZE || !kept_put(memory))
		(void)munmap(memory, whole_size(len));
}

wf_status
wf_secret_set(struct wf_secret *secret, const void *bytes, size_t len)
{
	struct wf_secret fresh = WF_SECRET_EMPTY;

	if (len > WF_SECRET_MAX)
		return WF_TOO_LONG;
	if (len > 0) {
		fresh.bytes = wf_secret_memory_new(SECRET_PAGES);
		if (fresh.bytes == NULL)
			return WF_NO_MEMORY;
		memcpy(fresh.bytes, bytes, len);
		fresh.len = len;
	}
	wf_secret_move(secret, &fresh);
	return WF_OK;
}

wf_status
wf_secret_copy(struct wf_secret *to, const struct wf_secret *from)
{
	return wf_secret_set(to, from->bytes, from->len);
}

void
wf_secret_move(struct wf_secret *to, struct wf_secret *from)
{
	if (to == from)
		return;
	wf_secret_clear(to);
	*to = *from;
	*from = WF_SECRET_EMPTY;
}

void
wf_secret_clear(struct wf_secret *secret)
{
	wf_secret_memory_free(secret->bytes, SECRET_PAGES);
	*secret = WF_SECRET_EMPTY;
}

bool
wf_secret_equal(const struct wf_secret *a, const struct wf_secret *b)
{
	return a->len == b->len && wf_mem_equal(a->bytes, b->bytes, a->len);
}

bool
wf_mem_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *left = a;
	const volatile uint8_t *right = b;
	uint8_t differs = 0;

	for (size_t i = 0; i < len; i++)
		differs = (uint8_t)(differs | (left[i] ^ right[i]));
	return differs == 0;
}

void
wf_wipe(void *bytes, size_t len)
{
	if (len > 0)
		explicit_bzero(bytes, len);
	wf_registers_wipe();
}
