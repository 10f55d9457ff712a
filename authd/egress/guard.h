/*
 * Between libradcli and the network.  Debian's libradcli (1.2.11) signs no request, looks at no
 * reply's Message-Authenticator (CVE-2024-3596), takes replies from any address, cuts passwords at
 * 112 octets, and leaves secrets in memory that nobody wipes.  So it gets no secret: it is given
 * GUARD_SECRET and GUARD_PASSWORD, and what it sends and receives passes through here.
 *
 * - Going out: its User-Password is replaced by the true one, hidden with the true secret, and the
 *   packet gets a Message-Authenticator, in the first place.
 * - Coming in: only the right answer, from the address that was asked, is let through (to a library
 *   that knows another secret, so with another Response Authenticator).  Anything else is dropped
 *   here, so that a forged reply ends nothing, and counted.
 *
 * The library calls sendto() and recvfrom() of libc; this program defines both, and the dynamic
 * linker gives them to every library.  A thread without a guard is let through unchanged.  Should a
 * libradcli ever call something else, no answer passes the guard, and none is believed: what a
 * caller believes is `answered`, not what the library says.
 */
#ifndef WF_AUTHD_EGRESS_GUARD_H
#define WF_AUTHD_EGRESS_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/clock.h"
#include "radius/access.h"

#define GUARD_SECRET "not-the-secret"
#define GUARD_PASSWORD "not-the-password"

struct guard {
	/* in, all borrowed */
	struct binding binding; /* with the server's secret */
	const struct wf_secret *password;
	bool signed_only; /* an unsigned answer is none */
	unsigned tries;   /* packets at most */
	int64_t try_us;   /* how long one is waited for */
	int64_t deadline_boot_us;
	const atomic_bool *dropped; /* true: nothing more is sent */
	struct wf_clock clock;
	/* out */
	bool answered;
	struct packet answer;    /* verified; points into `bytes` */
	unsigned refused;        /* what came and was not believed */
	enum access_fault fault; /* of the last one */
	bool unmade; /* the question could not be made: the server was not asked */
	int error;   /* of the system, which did not send it; 0: it did */
	/* its own */
	struct access_request asked; /* header alone */
	struct wf_buf frame;         /* as it goes out; the same each time */
	unsigned sent;
	int64_t sent_us;
	uint8_t bytes[PACKET_MAX];
};

/*
 * From now on the calls of this thread pass through.  The caller sets what is in, and zeroes the
 * rest.
 */
void guard_enter(struct guard *guard);
/* No longer; wipes what was sent.  The answer stays. */
void guard_leave(struct guard *guard);

#endif
