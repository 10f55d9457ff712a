/*
 * The engine: the only coordinator.  It takes decoded, permitted messages from the front, walks
 * each transaction through its states (table.c), asks policy, throttle, factors and store in order,
 * and answers with the verdict once its row is durable.
 *
 * Everything here runs in the loop thread.  Workers and the store get copies and report back
 * through the mailbox.
 */
#ifndef WF_AUTHD_ENGINE_ENGINE_H
#define WF_AUTHD_ENGINE_ENGINE_H

#include <event2/event.h>

#include "authd/config/config.h"
#include "authd/crypto/keyring.h"
#include "authd/store/store.h"
#include "authd/worker/mailbox.h"
#include "authd/worker/worker.h"
#include "common/peer.h"

struct egress;
struct engine;
struct transaction;

enum front_role { FRONT_PAM = 1, FRONT_RADIUS = 2, FRONT_CONTROL = 4 };

/*
 * A host whose daemon hands its callers' messages on (role relay), and what its kernel says of the
 * caller.
 */
struct engine_host {
	char name[65]; /* of its certificate */
	char boot[33]; /* its boot, to which the numbers of its processes belong */
	struct wf_lineage lineage;
};

/* One connection, as the engine sees it; embedded in the front's own object. */
struct engine_peer {
	enum front_role role;
	struct wf_peer cred;
	const struct engine_host *host; /* where the caller runs; NULL: on this machine */
	uint16_t version; /* of the peer's last message: replies use it */
	/* Sends a copy of `msg`; false when the peer is gone. */
	bool (*send)(struct engine_peer *peer, const struct wf_msg *msg);
	/*
	 * Hangs up, because no answer can be made: the peer need not wait for one.  Comes back with
	 * engine_peer_gone, but not at once.  May be NULL.
	 */
	void (*drop)(struct engine_peer *peer);
	struct transaction *transactions; /* the engine's */
	struct errand *errands;           /* the engine's */
	size_t nwork;                     /* of both together */
	/* of who takes the peer's messages instead of the engine (front.h) */
	void *taken;
};

struct engine_options {
	struct event_base *base;
	struct store *store;
	struct mailbox *mailbox;
	struct worker_pool *workers; /* slow hashes */
	/* many codes at once, never behind them; NULL: `workers`, for all codes */
	struct worker_pool *quick;
	struct wf_clock clock;
	/* Says one line to the operator's log (priority as of syslog); may be NULL. */
	void (*say)(int priority, const char *text);
};

struct engine_figures {
	uint64_t accepted, rejected, unavailable, refused_early;
	uint64_t challenged; /* first rounds of RADIUS logins, whatever became of them */
	uint64_t transactions_open;
	uint64_t waiting; /* for their turn */
	uint32_t slowest_hash_ms;
};

/* Borrows everything in `options`; `config` and `keys` too, until replaced. */
WF_MUST_USE wf_status engine_new(const struct engine_options *options, const struct config *config,
	const struct keyring *keys, struct engine **engine_r);
/*
 * The loop has ended.  What comes back from workers and store is put away, nothing new is handed to
 * them: so they may be stopped next, and the mailbox be run after each.  Attempts that were
 * admitted and are not settled count as interrupted at the next start.
 */
void engine_stop(struct engine *engine);
/* After engine_stop, when all peers are gone, and workers and store are stopped. */
void engine_free(struct engine **engine);
/*
 * A reload: later steps use these, and nothing refers to the old configuration any more; the old
 * keys stay with the caller as long as engine_uses() says so.
 */
void engine_configure(
	struct engine *engine, const struct config *config, const struct keyring *keys);
/*
 * Other servers are asked through it from now on, none before.  Borrowed: to be freed after the
 * engine.
 */
void engine_use_egress(struct engine *engine, struct egress *egress);
/* An evaluation under way works with these keys. */
bool engine_uses(const struct engine *engine, const struct keyring *keys);

/*
 * A message of a front end.  WF_OK: taken, the answer comes through peer->send.  WF_DENIED: no row
 * of the permit table allows it; WF_INVALID: malformed; WF_FULL: the peer or its user has too much
 * under way; the front drops the peer for all of them.
 */
WF_MUST_USE wf_status engine_handle(
	struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg);
/* The connection is closed: nothing is sent to it any more. */
void engine_peer_gone(struct engine *engine, struct engine_peer *peer);
/* No transaction or errand is under way. */
bool engine_idle(const struct engine *engine);
/* No new transactions; those before COMMITTING end UNAVAILABLE. */
void engine_drain(struct engine *engine);
/* Once a second: ends of minutes (refusals), retries of waiting attempts. */
void engine_tick(struct engine *engine);
/* Writes a row that nobody waits for (reload, undelivered, gathered refusals). */
void engine_write_row(struct engine *engine, const struct audit_row *row);
/*
 * Asks the RADIUS front end for something at once; `arg` "key=value" or NULL.  On WF_OK `answered`
 * is called once, in the loop thread: WF_OK with its message DONE, WF_UNAVAILABLE if it went away,
 * WF_TIMEOUT after about five seconds. WF_UNAVAILABLE: none is connected; WF_FULL.
 */
typedef void engine_answer(void *ctx, wf_status status, const struct wf_msg *done);
WF_MUST_USE wf_status engine_ask_front(struct engine *engine, const char *order, const char *arg,
	engine_answer *answered, void *ctx);
void engine_figures(const struct engine *engine, struct engine_figures *figures_r);

#endif
