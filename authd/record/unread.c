/* A list of loads, the oldest first, which ends where nobody can say any more. */
#include "config.h"

#include "authd/record/unread.h"

#include <string.h>

void
unread_begin(struct unread *unread, uint64_t seq)
{
	unread->at = unread->sure = seq;
	unread->n = 0;
}

void
unread_add(struct unread *unread, uint64_t seq, size_t bytes, int64_t boot_us)
{
	struct unread_load *load;

	if (unread->n < UNREAD_MAX)
		unread->loads[unread->n++] = (struct unread_load){.bytes = 0};
	load = &unread->loads[unread->n - 1];
	load->seq = seq;
	load->bytes += bytes;
	load->boot_us = boot_us;
	unread->at = seq;
}

void
unread_pass(struct unread *unread, uint64_t seq)
{
	unread->at = seq;
}

/* How many of the oldest loads have been read. */
static size_t
outdated(const struct unread *unread, int64_t boot_us)
{
	size_t later = 0, i = unread->n;

	for (; i > 0; i--) {
		const struct unread_load *load = &unread->loads[i - 1];
		int64_t age_us = boot_us - load->boot_us;

		if (age_us >= UNREAD_LONG_US || (age_us >= UNREAD_US && later >= UNREAD_BYTES))
			break;
		later += load->bytes;
	}
	return i;
}

uint64_t
unread_sure(struct unread *unread, int64_t boot_us)
{
	size_t old = outdated(unread, boot_us);

	if (old > 0) {
		unread->sure = unread->loads[old - 1].seq;
		unread->n -= old;
		memmove(unread->loads, unread->loads + old, unread->n * sizeof(unread->loads[0]));
	}
	if (unread->n == 0)
		unread->sure = unread->at;
	return unread->sure;
}

bool
unread_any(const struct unread *unread)
{
	return unread->n > 0;
}
