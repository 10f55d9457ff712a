/*
 * Administrative acts and views: what the CLI asks over the control socket.  One table row per act;
 * arguments are texts, so that an act can be stored and executed later (approval).  A handler runs in
 * an act thread (never the loop's), may block on the store, and answers through `out`.
 */
#ifndef WF_AUTHD_ACCOUNT_ACT_H
#define WF_AUTHD_ACCOUNT_ACT_H

#include "authd/config/config.h"
#include "authd/crypto/keyring.h"
#include "authd/store/store.h"
#include "common/peer.h"

enum role { ROLE_NONE = 0, ROLE_VIEWER = 1, ROLE_AUDITOR = 2, ROLE_HELPDESK = 3, ROLE_OFFICER = 4, ROLE_ADMINISTRATOR = 5 };

#define ACT_ARGS_MAX 24

struct act_out {
	void *ctx;
	/* Column specs as in WF_F_COLUMN; once per act at most. */
	wf_status (*head)(struct act_out *out, const char *const *columns, size_t n);
	wf_status (*row)(struct act_out *out, const char *const *cells, size_t n);
};

struct act_figures {
	uint64_t accepted, rejected, unavailable, refused_early; /* since start */
	uint64_t transactions_open, workers_queued, connections;
	int64_t started_us;
	uint32_t slowest_hash_ms;
};

struct act_daemon { /* what the daemon lends to acts; read only but for the store and the flags */
	struct store *store;
	struct keyring *keys;
	const struct config *config; /* of the moment the act began */
	struct wf_clock clock;
	/* Live figures for status and metrics, filled by the engine. */
	void (*figures)(void *ctx, struct act_figures *figures_r);
	void *figures_ctx;
	/* Loads the key file anew (after `key rotate`); WF_OK when the daemon uses the new keys. */
	wf_status (*rekey)(void *ctx);
	/* Loads the configuration anew, whole or not at all; the error's sentence in why_r. */
	wf_status (*reload)(void *ctx, char *why_r, size_t size);
	void *hooks_ctx; /* of rekey and reload */
};

struct act_call {
	const struct act_daemon *daemon;
	struct wf_peer peer;
	enum role role;
	char operator_name[257]; /* "root (via alice)" or the Unix name */
	const char *language;
	struct act_arg { char key[33]; char value[1025]; } args[ACT_ARGS_MAX];
	size_t nargs;
	struct wf_secret secrets[4];
	char secret_keys[4][33];
	size_t nsecrets;
	void *scratch; /* factor scratch of this thread */
	struct act_out *out;
	char text[1025]; /* the closing sentence, also on success (END.TEXT) */
};

struct act_arg_spec { const char *name; bool required; bool secret; const char *about; };

struct act {
	const char *id;  /* "user.add" */
	enum role role;  /* lowest role that may */
	bool changes;    /* writes an audit row */
	const struct act_arg_spec *args; /* ends with name NULL */
	wf_status (*handle)(struct act_call *call);
};

const struct act *act_find(const char *id); /* NULL */
const struct act *act_table(size_t *count_r);
/* Role of a peer by uid 0 and the groups warifu-admin, -officer, -helpdesk, -auditor, -viewer (gids resolved at load). */
enum role act_role(const struct config *config, const struct wf_peer *peer);
/*
 * Checks role and arguments (unknown, missing, twice: WF_INVALID with a sentence in call->text), then runs it.
 * WF_DENIED when the role does not suffice.
 */
WF_MUST_USE wf_status act_run(const struct act *act, struct act_call *call);

#endif
