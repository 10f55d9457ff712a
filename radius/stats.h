/*
 * What has become of the requests, counted: in all and for each client, one counter for each cause
 * (RFC 4669 has such counters; ours are finer).  Nobody's request is silently lost: each ends in
 * exactly one of them.
 */
#ifndef WF_RADIUS_STATS_H
#define WF_RADIUS_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "radius/packet.h"
#include "radius/protection.h"

enum stats_counter {
	/* what came */
	STATS_REQUESTS,	  /* Access-Requests */
	STATS_RECORDS,	  /* Accounting-Requests */
	STATS_STATUS,	  /* Status-Servers; not among the others (E3) */
	STATS_DUPLICATES_BUSY,	/* resent while it is worked on: dropped */
	STATS_DUPLICATES_KNOWN, /* resent after its reply: answered from the cache */
	/* what left */
	STATS_ACCEPTS,
	STATS_REJECTS,
	STATS_CHALLENGES,
	STATS_RECORDED,
	STATS_STATUS_REPLIES,
	/* what was dropped, by cause */
	STATS_UNKNOWN_CLIENT,
	STATS_CLEAR,	   /* in the clear from outside, where that is not to be (C-26) */
	STATS_CODE,	   /* a code that is not served here */
	STATS_AUTHENTICATOR, /* of an Accounting-Request (B1) */
	STATS_RULE,	   /* request_check() said to discard it */
	STATS_ACCOUNTING_RULE,
	STATS_RATE,	   /* over the client's rate */
	STATS_CACHE_FULL,
	STATS_QUEUE_FULL,  /* gave way to others */
	STATS_LATE,	   /* no answer before the client's time was over */
	STATS_LOST,	   /* the daemon was not there, or went away with it */
	STATS_UNAVAILABLE, /* the daemon could not tell */
	STATS_REPLACED,	   /* another request with its identifier came meanwhile (D3) */
	STATS_INTERNAL,	   /* no memory, or a digest failed */
	STATS_SEND,	   /* the kernel did not take the reply */
	STATS_HUNG_UP,	   /* its connection ended before its reply */
	/* connections of TLS; none of the requests is among them */
	STATS_CONNECTIONS,	   /* let in */
	STATS_CONNECTIONS_V11,	   /* of them: speak RADIUS/1.1 */
	STATS_CONNECTIONS_REFUSED, /* no handshake, or a name that no client has */
	STATS_CONNECTIONS_CROWDED, /* over a limit */
	STATS_CONNECTIONS_IDLE,	   /* ended because nothing came, or their time was over */
	STATS_CONNECTIONS_BROKEN,  /* ended because of what came (F2) */
	STATS_FORM,	   /* enum packet_fault from here on */
	/* enum protection_answer from here on; PROTECTION_UNSIGNED drops nothing */
	STATS_PROTECTION = STATS_FORM + PACKET_FAULTS,
	STATS_COUNTERS = STATS_PROTECTION + PROTECTION_ANSWERS
};

struct stats {
	uint64_t counters[STATS_COUNTERS];
};

/*
 * "requests", "dropped.rate", "dropped.form.attribute": stable, for people and programs. Static
 * or NULL for one that counts nothing.
 */
const char *stats_name(size_t counter);
/*
 * "name=value name=value", those that are not zero; cut at the end of a pair if it does not fit.
 * The text's length.
 */
size_t stats_print(const struct stats *stats, char *text_r, size_t size);

#endif
