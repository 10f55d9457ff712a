/*
 * The trades: how other servers are spoken to, as a table.  What is asked and what comes back are
 * the same for all of them; only the middle differs.
 */
#ifndef WF_AUTHD_EGRESS_TRADE_H
#define WF_AUTHD_EGRESS_TRADE_H

#include <stdatomic.h>

#include "authd/config/upstream.h"
#include "authd/egress/egress.h"

/* One section of servers, as long as its configuration is in use; any thread. */
struct target {
	const struct config_upstream *config;
	const char *node; /* what this host calls itself where nothing else is written */
	struct wf_secret secret;
	/* until when a server that was silent is asked after the others (CLOCK_BOOTTIME, us) */
	_Atomic int64_t silent_until_us[CONFIG_UPSTREAM_SERVERS_MAX];
};

/* One question, of one thread at a time. */
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
	struct egress_reply reply; /* out; UNREACHABLE at the start */
};

struct trade {
	enum wf_trade id;
	/* What a thread of this trade needs. */
	wf_status (*scratch_new)(void **scratch_r);
	void (*scratch_free)(void **scratch);
	/* In a thread of its own; may take until the order's deadline. */
	void (*ask)(struct order *order, void *scratch);
};

/* NULL if there is none. */
const struct trade *trade_find(enum wf_trade id);
extern const struct trade trade_radius;

/* The reply that nobody was reached. */
void order_fail(struct order *order, enum wf_unreachable why, const char *cause);

#endif
