/*
 * Shared by the files of an exchange: exchange.c (its life), exchange_receive.c (how it begins),
 * exchange_verdict.c (how it ends).
 */
#ifndef WF_RADIUS_EXCHANGE_INTERNAL_H
#define WF_RADIUS_EXCHANGE_INTERNAL_H

#include "radius/answer.h"
#include "radius/duplicates.h"
#include "radius/exchange.h"
#include "radius/issued.h"
#include "radius/question.h"
#include "radius/request.h"
#include "radius/turns.h"

#define SLOTS EXCHANGES_UNDER_WAY_MAX
#define EXCHANGE_ATTRIBUTES_MAX 64 /* of a reply, from the sections `reply` and the groups */

struct exchange {
	struct turn turn; /* first: what turns.h gives back is the exchange */
	struct exchange *next, **link; /* all of them */
	struct site *site;	       /* borrowed */
	const struct client *client;
	struct route route;
	struct duplicate *entry; /* NULL within RADIUS/1.1: nothing is resent there (G2) */
	uint64_t serial; /* its right to the entry */
	uint64_t tag;	 /* 0: not asked yet */
	int64_t until_us; /* its client waits so long */
	bool record;	 /* accounting */
	bool urgent;	 /* continues a login (D7) */
	size_t len;
	uint8_t bytes[]; /* the packet; over UDP the password in it is hidden */
};

struct exchanges {
	struct exchanges_options options;
	struct site *site;
	struct digest *digest;
	struct wf_secret radsec; /* what packets within TLS are computed with (F5) */
	struct duplicates *duplicates;
	struct issued *issued;
	struct turns *turns;
	struct exchange *all;
	struct exchange *slots[SLOTS]; /* by the low bits of their tag */
	size_t under_way, count;
	uint64_t serial; /* of tags */
	size_t slot;	 /* where to look for a free one */
	struct stats stats;
	struct complaint strangers; /* packets of no client */
	struct wf_buf frame;	    /* the reply that is being made */
	struct dictionary_value attributes[EXCHANGE_ATTRIBUTES_MAX]; /* of that reply */
};

/* A packet on its way to being an exchange. */
struct arrival {
	struct exchanges *exchanges;
	const struct client *client;
	const struct route *route;
	const struct packet *packet;
	int64_t now_us;
	bool single; /* the client's address is one, no range */
	struct duplicate *entry;
	uint64_t serial;
};

/* Causes of complaints about a client (struct book). */
enum {
	CAUSE_PROTECTION = 0,		  /* enum protection_answer */
	CAUSE_FORM = PROTECTION_ANSWERS,  /* a packet that is none */
	CAUSE_SECRET,			  /* an Accounting-Request's authenticator */
	CAUSE_RATE,
	CAUSE_LEARNED,
	CAUSE_ODD, /* what the daemon's answer was not fit for */
	CAUSE_QUESTION, /* question_attempt()'s faults */
	CAUSE_CLEAR, /* a datagram from outside (C-26) */
	CAUSE_ACCOUNTING = 16, /* accounting_faults() */
	CAUSE_REQUEST = 32     /* request_faults() */
};

void exchange_count(struct exchanges *exchanges, const struct client *client, size_t counter);
/* A line about the client, at most once an hour for each cause. */
void exchange_complain(
	const struct arrival *arrival, unsigned cause, const char *name, const char *about);
/* Reads a packet in the version that is spoken there. */
enum packet_fault exchange_read(
	const struct route *route, const uint8_t *bytes, size_t len, struct packet *packet_r);
/* Within TLS the secret is a fixed one: what it would protect is protected by the connection. */
struct binding exchange_binding(const struct exchanges *exchanges, const struct client *client,
	const struct route *route);

/* From a new request: a question, now or when it is its turn. */
void exchange_begin(const struct arrival *arrival, bool record, bool urgent);
/* No reply of it is remembered: the same packet may be tried again. */
void exchange_forget(const struct arrival *arrival);
/* Ends it; `forget`: the same packet may be tried again.  NULLs the pointer. */
void exchange_end(struct exchanges *exchanges, struct exchange **exchange, bool forget);
/* The reply of an arrival that asks nobody, into the cache and onto the wire. */
void exchange_reply_now(const struct arrival *arrival, const struct answer *answer);
/* The reply of an exchange; ends it. */
void exchange_reply(struct exchanges *exchanges, struct exchange *exchange,
	const struct answer *answer, size_t counter, int64_t now_us);
/* A request that is rejected for a fault of its own. */
void exchange_reject(
	const struct arrival *arrival, const struct request_fault *fault, unsigned cause);

#endif
