/*
 * One connection to a receiver of the log, over TCP, TLS, or by a socket for datagrams.  It waits,
 * in a thread that has nothing else to do, as long as a deadline allows; what the receiver says is
 * read and thrown away, and one that says much is left.
 *
 * One thread at a time.
 */
#ifndef WF_AUTHD_EGRESS_PIPE_H
#define WF_AUTHD_EGRESS_PIPE_H

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/status.h"

struct pipe {
	/* in; the last two for each turn anew */
	struct wf_clock clock;
	const char *host, *port;
	int type;	  /* SOCK_STREAM, SOCK_DGRAM */
	SSL_CTX *context; /* NULL: in the clear */
	int64_t deadline_boot_us;
	const atomic_bool *dropped; /* nobody waits any more */
	/* out */
	char why[160]; /* what went wrong last */
	/* its own */
	int fd; /* -1: closed */
	SSL *tls;
};

/* Closed; what is in is the caller's to set. */
void pipe_init(struct pipe *pipe);
bool pipe_is_open(const struct pipe *pipe);
/*
 * Looks the name up, connects, and has the certificate shown.  WF_UNAVAILABLE, WF_TIMEOUT,
 * WF_CRYPTO, WF_NO_MEMORY: it is closed, and `why` says the rest, as with all below.
 */
WF_MUST_USE wf_status pipe_open(struct pipe *pipe);
/* All of it is the kernel's then; a datagram leaves as one. */
WF_MUST_USE wf_status pipe_send(struct pipe *pipe, const uint8_t *bytes, size_t len);
/*
 * Waits until the other machine has acknowledged all that was sent, and has not hung up.  Of
 * datagrams: until a moment has passed in which nobody refused them.
 */
WF_MUST_USE wf_status pipe_settle(struct pipe *pipe);
/* Whether the receiver has not hung up meanwhile; closes it otherwise. */
bool pipe_is_alive(struct pipe *pipe);
void pipe_close(struct pipe *pipe);

#endif
