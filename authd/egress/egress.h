/*
 * Questions to other servers, as the daemon asks them, and deliveries to receivers: it has no
 * network of its own, warifu-egress asks and delivers for it and says what became of it.  Many of
 * them are under way at once over one Unix socket, which is connected again by itself when it
 * breaks.
 *
 * An answer is one of four values, and the closed one is zero: whoever could not be reached, whose
 * answer was forged or came too late, is UNREACHABLE.  Nothing is decided here and nothing is asked
 * twice: a question that was lost with the connection is UNREACHABLE at once.
 *
 * Loop thread only.  Never blocks; a question's secret is copied into memory of its own and wiped
 * when it has left.
 */
#ifndef WF_AUTHD_EGRESS_EGRESS_H
#define WF_AUTHD_EGRESS_EGRESS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/clock.h"
#include "common/secret.h"
#include "common/status.h"
#include "common/wire.h"

#define EGRESS_PENDING_MAX 1024 /* questions and deliveries under way */
#define EGRESS_DELIVERIES_MAX 64 /* of them: deliveries, so that questions always find a place */
#define EGRESS_TEXT_MAX 256     /* what a server says to the person, with NUL */
#define EGRESS_CAUSE_MAX 256    /* why there is no answer, with NUL */

struct egress;
struct egress_ticket; /* one question under way */

struct egress_options {
	struct wf_clock clock;
	const char *path; /* of warifu-egress's socket; kept, not copied */
	uid_t owner;      /* it runs as this or as root; (uid_t)-1: whoever it is */
	void (*say)(int priority, const char *text);
};

/* All borrowed until egress_ask has returned. */
struct egress_question {
	enum wf_trade trade;
	const char *server;             /* name of the section of warifu.conf: 1..64 bytes */
	const char *user;               /* byte-exact, 1..WF_NAME_MAX */
	const struct wf_secret *answer; /* what the person typed; may be empty */
	/* of the CHALLENGE that this answers, as it was given; 0 bytes: there was none */
	const uint8_t *state;
	size_t state_len;
	const char *source; /* the person's address, numeric; "" = not known */
	const char *nas;    /* the host or the gateway that the person logs in to; "" = this node */
	int64_t deadline_boot_us; /* absolute: UNREACHABLE is said then at the latest */
};

/* All borrowed until egress_deliver has returned. */
struct egress_delivery {
	enum wf_trade trade;
	const char *section; /* name of the section of warifu.conf: 1..64 bytes */
	/*
	 * 1..WF_LOAD_MAX bytes, no secret, in the form of the trade.  WF_TRADE_SYSLOG: whole
	 * messages, each behind its length in decimal and a blank.  WF_TRADE_MAIL: a letter
	 * (authd/alert/letter.h).  WF_TRADE_HOOK: one line.
	 */
	const void *load;
	size_t len;
	bool goes_on; /* only over the connection that had the load before it; else UNREACHABLE */
	int64_t deadline_boot_us; /* absolute: UNREACHABLE is said then at the latest */
};

/* All borrowed while the callback runs. */
struct egress_reply {
	enum wf_outcome outcome;
	/*
	 * CHALLENGE, REJECT, DELIVERED: what it says (of a question to the person), valid UTF-8 on
	 * one line, bounded; "" where it says nothing.  It is a stranger's text: show it as such,
	 * decide nothing by it.
	 */
	char text[EGRESS_TEXT_MAX];
	/* CHALLENGE: what is typed may be seen; false where the server does not say */
	bool echo;
	/*
	 * CHALLENGE: to be sent with the answer, and kept till then.  Names the server, too.
	 * DELIVERED of a letter: which of its recipients were put off, a byte each.
	 */
	uint8_t state[WF_PEER_STATE_MAX];
	size_t state_len;
	/* which of the section's servers has spoken, as written there; "" = none */
	char server[64];
	/* UNREACHABLE: why, of a fixed list; and for the log, in English */
	enum wf_unreachable why;
	char cause[EGRESS_CAUSE_MAX];
};

/*
 * Whether it says of the servers that they are silent: they were asked, and nobody answered, or not
 * so that it can be believed.  All else that is UNREACHABLE says nothing of them.
 */
static inline bool
egress_is_silence(const struct egress_reply *reply)
{
	return reply->outcome == WF_OUTCOME_UNREACHABLE &&
	       (reply->why == WF_WHY_TIMEOUT || reply->why == WF_WHY_FORGED ||
		       reply->why == WF_WHY_CUT);
}

/* Exactly once for each question that was taken and not dropped, never from within egress_ask. */
typedef void (*egress_done)(void *ctx, const struct egress_reply *reply);

/* Connects by itself, soon.  WF_INVALID: the path is too long; WF_NO_MEMORY. */
WF_MUST_USE wf_status egress_new(
	struct event_base *base, const struct egress_options *options, struct egress **egress_r);
/* Calls nothing back: questions under way are dropped. */
void egress_free(struct egress **egress);
bool egress_is_up(const struct egress *egress);
/*
 * How many sections there are whose last question nobody answered, or not so that it could be
 * believed; their names with ", " between, as many as fit, in names_r.
 */
size_t egress_silent(const struct egress *egress, char *names_r, size_t size);
/*
 * The ticket is good until `done` has begun.  Not taken, and `done` is never called:
 * WF_UNAVAILABLE: warifu-egress is away; WF_FULL: too many under way; WF_TIMEOUT: the deadline is
 * over; WF_INVALID, WF_TOO_LONG: a field is; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status egress_ask(struct egress *egress, const struct egress_question *question,
	egress_done done, void *ctx, struct egress_ticket **ticket_r);
/* Nobody waits any more; what comes is thrown away.  NULLs the pointer, accepts NULL. */
void egress_drop(struct egress_ticket **ticket);
/*
 * The same of bytes that a receiver is to have.  What `done` is told is never ACCEPT or CHALLENGE,
 * and of a question never DELIVERED:
 *
 * - DELIVERED: the receiver has all of it, as far as the trade can tell.  Syslog over TCP and TLS:
 *   the kernel at the other end has acknowledged each byte; whether it was read nobody knows
 *   (authd/record/unread.h); over UDP: it has left this machine, no more is known.
 * - REJECT: the receiver will not have it (`text` says why); as it is it would be refused again.
 * - UNREACHABLE: it may have none of it, some or all; send it again (`why` and `cause` say more).
 *   Nothing is tried twice here.
 *
 * Deliveries to one section arrive in the order in which they were given where each waits for the
 * end of the one before: a section may have several threads.  They wait in a queue of their section
 * and hold up no question.  WF_FULL: also where EGRESS_DELIVERIES_MAX are under way; WF_TOO_LONG:
 * the load is; else as egress_ask().  It is not for secrets: what is to be sent is not locked.
 */
WF_MUST_USE wf_status egress_deliver(struct egress *egress, const struct egress_delivery *delivery,
	egress_done done, void *ctx, struct egress_ticket **ticket_r);
/* "timeout", "forged": for rows and tests.  Static text, never NULL. */
const char *egress_why_name(enum wf_unreachable why);

#endif
