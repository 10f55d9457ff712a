/*
 * Where a request came from and how its reply goes back.  What works on requests knows no more of
 * a transport than this, so that datagrams and TLS connections are one to it.
 */
#ifndef WF_RADIUS_ROUTE_H
#define WF_RADIUS_ROUTE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct route;

struct route_ops {
	/* Sends or queues a copy; false: it could not.  Lost replies are the transport's matter. */
	bool (*send)(const struct route *route, const uint8_t *bytes, size_t len);
	/*
	 * Ends the connection soon: what came by it cannot be believed any more (RFC 6613 section
	 * 2.6.4; checklist F2).  NULL where there is none.
	 */
	void (*hang_up)(const struct route *route, const char *why);
};

#define ROUTE_NONCE 16

/* Plain data: may be copied, and is good for as long as its `place`. */
struct route {
	const struct route_ops *ops;
	void *place;		 /* the transport's socket or connection */
	struct in6_addr address; /* of the sender; an IPv4 one mapped */
	uint16_t port;		 /* the host's byte order */
	uint32_t scope;		 /* of a link-local address */
	struct in6_addr local;	 /* where it came to: the reply leaves from there */
	uint32_t interface;
	uint32_t listener;	  /* a number of its own for each socket or connection */
	bool authentication, accounting; /* what is served there */
	/*
	 * RADIUS/1.1: what tells this connection from all others, ROUTE_NONCE octets, good as long
	 * as `place`; NULL: what comes is RADIUS/1.0
	 */
	const uint8_t *nonce;
	/* TLS: whose connection it is, of the site in force; NULL: the address tells */
	const struct client *client;
};

#endif
