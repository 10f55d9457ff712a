/*
 * The one file that draws random bytes. getrandom() waits until the kernel's
 * generator is seeded and then does not fail; if it does all the same, the
 * caller gets no bytes at all.
 */
#include "config.h"

#include "common/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include "common/fault.h"
#include "common/secret.h"

static ssize_t
random_draw(uint8_t *bytes, size_t len)
{
	if (wf_fault(WF_FAULT_RANDOM)) {
		errno = ENOSYS;
		return -1;
	}
	return getrandom(bytes, len, 0);
}

wf_status
wf_random_bytes(void *bytes_r, size_t len)
{
	uint8_t chunk[256];
	uint8_t *to = bytes_r;
	size_t done = 0;

	/* Up to 256 bytes come whole or not at all, signals or not. */
	while (done < len) {
		size_t want = len - done < sizeof(chunk) ? len - done : sizeof(chunk);
		ssize_t got = random_draw(chunk, want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got != (ssize_t)want) {
			wf_wipe(bytes_r, done);
			return WF_UNAVAILABLE;
		}
		memcpy(to + done, chunk, want);
		wf_wipe(chunk, want);
		done += want;
	}
	return WF_OK;
}

wf_status
wf_random_below(uint32_t below, uint32_t *value_r)
{
	uint32_t draw;
	uint32_t excess;

	if (below == 0)
		return WF_INVALID;
	/* How many of the 2^32 draws do not divide evenly; those at the top are drawn again. */
	excess = (UINT32_MAX % below + 1) % below;
	do {
		if (wf_random_bytes(&draw, sizeof(draw)) != WF_OK)
			return WF_UNAVAILABLE;
	} while (draw > UINT32_MAX - excess);
	*value_r = draw % below;
	return WF_OK;
}
