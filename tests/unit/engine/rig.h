/*
 * A whole engine without sockets: real store in a temporary folder, real keyring, factors, workers
 * and mailbox, a clock that the test sets, and peers whose replies are kept.
 */
#ifndef WF_TESTS_UNIT_ENGINE_RIG_H
#define WF_TESTS_UNIT_ENGINE_RIG_H

#include <pthread.h>

#include "authd/engine/engine.h"
#include "authd/factor/factor.h"

#define RIG_WALL_US INT64_C(1772323200000000) /* 2026-03-01T00:00:00Z */

#define RIG_CLIENTS_MAX 4
#define RIG_UPSTREAMS_MAX 2

struct rig_peer {
	struct engine_peer peer; /* first */
	struct wf_msg last;      /* the newest reply */
	unsigned replies;
	bool dead;               /* send fails */
};

struct rig {
	char folder[64];
	struct wf_now now;
	int64_t step_us; /* the clock goes on by so much whenever it is read */
	pthread_mutex_t lock; /* guards the two: workers and the store read the clock, too */
	struct wf_clock clock;
	struct config config;
	struct keyring *keys;
	struct store *store;
	struct mailbox *mailbox;
	struct worker_pool *workers, *quick;
	struct event_base *base;
	struct event *mail;
	struct engine *engine;
	struct config_client clients[RIG_CLIENTS_MAX]; /* of the configuration; none at first */
	struct config_upstream upstreams[RIG_UPSTREAMS_MAX];
};

/*
 * Threshold 10, no back-off, grid of 1 ms, an internal network 192.0.2.0/24; account "alice" (uid
 * 1000).
 */
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);
/* The same files, clock and configuration, everything else anew. Peers must be closed before. */
void rig_restart(struct rig *rig);
/* A client of the RADIUS front end, with its service; to be changed as wished. */
struct config_client *rig_client(struct rig *rig, const char *name);
/* A server that knows a factor of the group "old"; 5 s, one try. */
struct config_upstream *rig_upstream(
	struct rig *rig, const char *name, enum upstream_factor factor);
/*
 * An account with password "correct horse" and a TOTP token whose secret is 20 times 'k'; its id.
 */
int64_t rig_account(struct rig *rig, const char *name, int64_t uid);
/* The same without the token. */
int64_t rig_bare_account(struct rig *rig, const char *name, int64_t uid);
/* Changes that account: `change` gets a copy to edit. */
void rig_account_edit(struct rig *rig, const char *name, void (*change)(struct account *account));
/* Into the group "old". */
void rig_join(struct rig *rig, const char *name);
/* All credentials of one factor. */
void rig_void(struct rig *rig, const char *name, enum factor_id factor);
/* The rig's token for an account that has none; `state` of it. */
void rig_token(struct rig *rig, int64_t account, enum credential_state state);
/* A set of one recovery code for that account. */
void rig_recovery(struct rig *rig, const char *name, char *code_r, size_t size);
/* The code of the rig's token at its clock, `offset` steps away. */
void rig_code(const struct rig *rig, int offset, char code_r[9]);
void rig_advance(struct rig *rig, int64_t seconds);

void rig_peer_open(struct rig_peer *peer, enum front_role role, uid_t uid);
void rig_peer_close(struct rig *rig, struct rig_peer *peer);
/*
 * One turn of the loop, of what is ready now; no more, or a state that a test waits for is passed
 * by when the store is quick: without EVLOOP_ONCE libevent goes on for as long as answers come in.
 */
void rig_turn(struct rig *rig);
/*
 * Runs the loop until the peer has one more reply than before `since`, or 10 s are over (fails the
 * test).
 */
void rig_wait(struct rig *rig, struct rig_peer *peer, unsigned since);
/*
 * Runs the loop until the peer's newest transaction waits for its answers alone: prompts are out,
 * the store has been asked.
 */
void rig_challenged(struct rig *rig, struct rig_peer *peer);
/* Runs the loop until so many questions were asked elsewhere. */
void rig_asked(struct rig *rig, size_t n);
/* Runs the loop until the engine has nothing under way. */
void rig_settle(struct rig *rig);

/*
 * Keeps `n` workers of a pool busy until rig_release(); returns when all of them are. One pool at a
 * time.
 */
#define RIG_HELD_MAX 8
void rig_hold(struct worker_pool *pool, size_t n);
void rig_release(void);

struct rig_login {
	const char *user, *service, *rhost, *tty;
	const char *password, *code;
	enum wf_purpose purpose;
};
/* BEGIN, wait for PROMPTS, ANSWER, wait for RESULT; the verdict.  txn_r may be NULL. */
enum wf_verdict rig_login_as(struct rig *rig, struct rig_peer *peer, const struct rig_login *login,
	uint8_t txn_r[WF_TXN_LEN]);
/* As root over SSH from 198.51.100.7 with a fresh peer. */
enum wf_verdict rig_ssh(struct rig *rig, const char *user, const char *password, const char *code);
/* BEGIN, and the ANSWER to the peer's prompts, for whoever takes them; the caller clears them. */
void rig_fill_begin(struct wf_msg *msg, const struct rig_login *login);
void rig_fill_answer(
	struct wf_msg *msg, const struct rig_peer *peer, const char *password, const char *code);
void rig_begin(struct rig *rig, struct rig_peer *peer, const struct rig_login *login);
void rig_answer(struct rig *rig, struct rig_peer *peer, const char *password, const char *code);
enum wf_verdict rig_verdict(const struct rig_peer *peer);

/* Newest audit rows first; how many rows there are with this event and reason (NULL = any). */
size_t rig_rows(struct rig *rig, const char *event, const char *reason);
/* The newest row with this event. */
struct audit_row rig_row(struct rig *rig, const char *event);
uint32_t rig_failures(struct rig *rig, enum throttle_lane lane, const char *name);

#endif
