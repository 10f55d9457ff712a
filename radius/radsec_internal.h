/* Shared by radsec.c (all connections) and radsec_connection.c (one). */
#ifndef WF_RADIUS_RADSEC_INTERNAL_H
#define WF_RADIUS_RADSEC_INTERNAL_H

#include "common/tls/stream.h"
#include "radius/complaint.h"
#include "radius/radsec.h"
#include "radius/rate.h"

#define RADSEC_TEXT_MAX 512
#define RADSEC_SAID 16 /* lines a minute about those who are not let in */

struct connection {
	struct radsec *radsec;
	struct connection *next, **link; /* newest first */
	struct wf_stream *stream;
	struct route route; /* as its packets have it; the client in it is NULL until it is known */
	char from[64];
	/* The certificate's name or fingerprint or that of the key, whichever it came in with. */
	char name[WF_TRUST_NAME_SIZE];
	uint8_t nonce[ROUTE_NONCE]; /* of RADIUS/1.1, in the route where that is spoken */
	bool by_key;	  /* it came in with a key */
	bool unknown_key; /* it offered one that nobody has */
	bool unknown_pin; /* no authority vouches for it, and nobody has its fingerprint */
	bool half_open; /* in the middle of its handshake */
	bool counted;	/* why it ends has been counted */
	bool broken;	/* it ends because of what came */
	bool quiet;	/* its client comes so often that its lines are left out */
	bool told;	/* why it ends has been said */
	int64_t since_us, heard_us; /* boot clock */
};

struct radsec {
	struct radsec_options options;
	struct site *site; /* borrowed */
	struct wf_stream_gate *gate;
	struct radsec_listener {
		struct radsec *radsec;
		int fd;
		struct event *event;
	} listeners[CONFIG_LISTENERS_MAX];
	size_t nlisteners;
	bool paused; /* listeners wait for the next tick */
	struct connection *connections;
	size_t n, half_open;
	uint32_t serial; /* of the connections */
	struct rate rate;
	/* boot time of the last line about an address that was not let in, by its hash */
	int64_t said_us[RADSEC_SAID];
	int64_t paused_us; /* when a line about pauses may come again */
};

int64_t radsec_now(const struct radsec *radsec);
void radsec_say(const struct radsec *radsec, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A line about somebody who is not let in, unless one was said just now. */
void radsec_say_refused(struct radsec *radsec, const char *from, const char *why);
void radsec_count_for(const struct radsec *radsec, const struct client *client, size_t counter);

/* Takes the descriptor over, also when it fails. */
void connection_new(struct radsec *radsec, int fd, const char *from, const struct in6_addr *address,
	uint16_t port);
void connection_free(struct connection *connection);
/* Ends it soon, for a reason that has its counter. */
void connection_end(struct connection *connection, size_t counter, const char *why);
/* Who it is by the site in force, asked anew: a fingerprint goes before a name; NULL: nobody. */
const struct client *connection_client(struct connection *connection);

#endif
