/*
 * The trades: how other servers are spoken to, as a table.  What is asked or delivered and what
 * comes back are the same for all of them; only the middle differs.
 */
#ifndef WF_AUTHD_EGRESS_TRADE_H
#define WF_AUTHD_EGRESS_TRADE_H

#include <openssl/ssl.h>
#include <stdatomic.h>

#include "authd/config/alert.h"
#include "authd/config/stream.h"
#include "authd/config/upstream.h"
#include "authd/egress/egress.h"

struct runner;

/* One section of servers, as long as its configuration is in use; any thread. */
struct target {
	const char *name;  /* the section's */
	unsigned parallel; /* threads that it has */
	/* the section itself, by its trade: radius; syslog, with its TLS, or NULL; mail */
	const struct config_upstream *config;
	const struct config_stream *stream;
	const struct config_mail *mail;
	SSL_CTX *tls;
	struct runner *runner; /* of the hook: who runs it; NULL = nobody does */
	const char *node; /* what this host calls itself where nothing else is written */
	struct wf_secret secret;
	/* until when a server that was silent is asked after the others (CLOCK_BOOTTIME, us) */
	_Atomic int64_t silent_until_us[CONFIG_UPSTREAM_SERVERS_MAX];
};

/* One question or delivery, of one thread at a time. */
struct order {
	struct target *target;
	struct wf_clock clock;
	int64_t deadline_boot_us;
	const atomic_bool *dropped; /* nobody waits any more: nothing more is sent */
	char user[WF_NAME_MAX + 1];
	struct wf_secret answer;
	uint8_t state[WF_PEER_STATE_MAX];
	size_t state_len;
	char source[256], nas[256];
	struct wf_buf load; /* of a delivery; all before it is empty then */
	bool goes_on;	    /* only over the connection that had the load before it */
	struct egress_reply reply; /* out; UNREACHABLE at the start */
};

struct trade {
	enum wf_trade id;
	const char *section; /* what its sections are called in warifu.conf */
	bool delivers;       /* it is given deliveries, no questions */
	/* What a thread of this trade needs and keeps from one order to the next. */
	wf_status (*scratch_new)(void **scratch_r);
	void (*scratch_free)(void **scratch);
	/*
	 * In a thread of its own; may take until the order's deadline.  DELIVERED is said of what
	 * egress_deliver() promises, and of nothing else.
	 */
	void (*ask)(struct order *order, void *scratch);
};

/* NULL if there is none. */
const struct trade *trade_find(enum wf_trade id);
extern const struct trade trade_radius, trade_syslog, trade_mail, trade_hook;

/* The reply that nobody was reached. */
void order_fail(struct order *order, enum wf_unreachable why, const char *cause);
/* The servers 0..n-1 in the order in which they are asked: those that were silent lately last. */
void order_line_up(
	const struct order *order, size_t n, size_t servers_r[CONFIG_UPSTREAM_SERVERS_MAX]);
/* Whether it was, this time. */
void order_note_silence(const struct order *order, size_t server, bool silent);

#endif
