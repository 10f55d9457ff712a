/*
 * Duplicate detection and the reply cache (RFC 5080 section 2.2.2; checklist D1-D4): a request
 * that came before is answered with the same bytes or, while it is being worked on, not at all; it
 * is never evaluated a second time.
 *
 * Only packets whose Message-Authenticator (or absence of it) the client's policy has accepted may
 * be brought here: else anybody could fill or poison the cache (D3, D4).
 *
 * One thread.  Time is a parameter.  Memory is bounded: entries in all, entries of one client, and
 * PACKET_MAX octets for each cached reply.
 */
#ifndef WF_RADIUS_DUPLICATES_H
#define WF_RADIUS_DUPLICATES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "radius/packet.h"

struct duplicates;
struct duplicate;

/* What tells requests apart (D1): where from, where to, and the identifier. */
struct duplicate_key {
	struct in6_addr address; /* of the sender; an IPv4 one mapped */
	uint16_t port;		 /* of the sender, in the host's byte order */
	uint32_t listener;	 /* number of the socket or connection that it came by */
	uint8_t id;
	uint8_t code;
};

struct duplicates_options {
	size_t entries_max;	/* at least 1 */
	size_t client_max;	/* entries of one client; at least 1 */
	int64_t keep_us;	/* a reply is kept so long: 5 to 30 s (D3) */
};

enum duplicate_answer {
	/* not seen before: evaluate, then duplicates_reply or duplicates_forget */
	DUPLICATE_NEW = 0,
	DUPLICATE_BUSY,	   /* being worked on: drop it (D2) */
	DUPLICATE_KNOWN,   /* send the cached reply again (D2) */
	DUPLICATE_FULL	   /* no room: drop it; the device will send it again */
};

/* WF_INVALID: options out of bounds; WF_NO_MEMORY. */
WF_MUST_USE wf_status duplicates_new(
	const struct duplicates_options *options, struct duplicates **duplicates_r);
void duplicates_free(struct duplicates **duplicates);

/*
 * Looks the request up.  The same key with another authenticator is a new request: the old entry
 * goes, also while it is worked on (D3).  `client` counts against client_max; any number that
 * stands for the client.
 *
 * NEW, BUSY and KNOWN give the entry in entry_r; it stays the table's, and valid until its reply
 * has been kept for keep_us or it is forgotten.  Only the holder of a NEW one may reply or forget:
 * he knows that it is still his by its `serial`.
 */
enum duplicate_answer duplicates_look(struct duplicates *duplicates,
	const struct duplicate_key *key, uint32_t client,
	const uint8_t authenticator[PACKET_AUTHENTICATOR], int64_t now_us,
	struct duplicate **entry_r, uint64_t *serial_r);
/*
 * The reply of `serial`, to be kept from now on; a copy is made. WF_NOT_FOUND: the request was
 * replaced; WF_NO_MEMORY: it is forgotten.
 */
WF_MUST_USE wf_status duplicates_reply(struct duplicates *duplicates, struct duplicate *entry,
	uint64_t serial, const uint8_t *bytes, size_t len, int64_t now_us);
/*
 * No reply was or will be sent: the same packet may be tried again. Does nothing if the request
 * was replaced.
 */
void duplicates_forget(struct duplicates *duplicates, struct duplicate *entry, uint64_t serial);
/* Of a KNOWN one; the table's, valid until the next call. */
const uint8_t *duplicate_reply(const struct duplicate *entry, size_t *len_r);
/* Entries in use, for the statistics. */
size_t duplicates_count(const struct duplicates *duplicates);

#endif
