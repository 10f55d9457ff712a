/*
 * One request to a RADIUS server over UDP, sent again as a gateway would, and the wait for its
 * answer. Datagrams that are not the answer are passed over, but not forgotten: they are what an
 * operator has to know of. One thread.
 */
#ifndef WF_CTL_RADIUS_PROBE_H
#define WF_CTL_RADIUS_PROBE_H

#include <sys/socket.h>

#include "common/clock.h"
#include "radius/access.h"

#define PROBE_SENDS 3 /* times that a request is sent, at even intervals */

struct probe {
	int fd;
	int64_t patience_us; /* for one answer, all sends together */
	const struct wf_clock *clock;
};

enum probe_end {
	PROBE_ANSWERED = 0,
	PROBE_SILENT,  /* nothing came */
	PROBE_FORGED,  /* only what `fault` says came */
	PROBE_REFUSED, /* nobody listens there (the kernel says so) */
	PROBE_FAILED   /* errno has it */
};

struct probe_answer {
	enum access_fault fault; /* of the last datagram that was passed over */
	int64_t took_us;
	uint8_t bytes[PACKET_MAX];
	struct packet packet; /* PROBE_ANSWERED; within `bytes` */
};

/* The address of a server, written as probe_open() takes it. WF_INVALID: it is none. */
WF_MUST_USE wf_status probe_address(const char *server, struct sockaddr_storage *address_r);
/*
 * `server`: "127.0.0.1", "127.0.0.1:1812", "::1" or "[::1]:1812"; `source` (NULL: any): an address
 * of this machine. WF_INVALID: `server` is no address; WF_IO: errno has why there is no such
 * socket. Then nothing is open.
 */
WF_MUST_USE wf_status probe_open(struct probe *probe_r, const char *server, const char *source);
void probe_close(struct probe *probe);
/* `frame` is the encoded request. */
enum probe_end probe_ask(const struct probe *probe, const struct binding *binding,
	const struct access_request *request, const struct wf_buf *frame,
	struct probe_answer *answer_r);

#endif
