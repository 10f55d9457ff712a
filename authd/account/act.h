/*
 * Administrative acts and views: what the CLI asks over the control socket.  One table row per act;
 * arguments are texts, so that an act can be stored and executed later (approval).  A handler runs
 * in an act thread (never the loop's), may block on the store, and answers through `out`.
 *
 * Who may: root is an administrator; others by their groups.  The owner of an account, too, may do
 * some acts on it (`self`), if he has just proved two kinds: he names a completed transaction of
 * his own for the service "warifu", not older than five minutes.
 */
#ifndef WF_AUTHD_ACCOUNT_ACT_H
#define WF_AUTHD_ACCOUNT_ACT_H

#include "authd/alert/message.h"
#include "authd/config/config.h"
#include "authd/crypto/keyring.h"
#include "authd/store/store.h"
#include "authd/vault/keeper.h"
#include "common/peer.h"
#include "common/term.h"
#include "common/wire.h"

enum role {
	ROLE_NONE = 0,
	ROLE_VIEWER = 1,
	ROLE_AUDITOR = 2,
	ROLE_HELPDESK = 3,
	ROLE_OFFICER = 4,
	ROLE_ADMINISTRATOR = 5
};
#define ROLE_COUNT 6

#define ACT_ARGS_MAX 24
#define ACT_SECRETS_MAX 4

struct act_out {
	void *ctx;
	/* Column specs as in WF_F_COLUMN; once per act at most. */
	wf_status (*head)(struct act_out *out, const char *const *columns, size_t n);
	wf_status (*row)(struct act_out *out, const char *const *cells, size_t n);
};

struct act_figures {
	uint64_t accepted, rejected, unavailable, refused_early; /* since start */
	uint64_t transactions_open, workers_queued, connections;
	int64_t started_us;      /* wall clock */
	int64_t started_boot_us; /* boot clock */
	uint32_t slowest_hash_ms;
	uint64_t relays;       /* hosts that are connected now */
	char relays_away[256]; /* names of those that are not, as many as fit */
	struct wf_term relays_term; /* as hub_term() */
	bool egress;           /* warifu-egress is connected */
	uint64_t silent;       /* sections upstream whose last question nobody answered */
	char silent_names[256];
	struct keeper_facts copies;
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
	/*
	 * Loads the configuration anew, whole or not at all, on the word of `by`; the error's
	 * sentence in why_r.
	 */
	wf_status (*reload)(void *ctx, const char *by, char *why_r, size_t size);
	/*
	 * Asks the RADIUS front end (engine_ask_front) and waits; the caller clears done_r, which
	 * is untouched on failure. WF_UNAVAILABLE: it is not there; WF_TIMEOUT, WF_FULL,
	 * WF_NO_MEMORY.
	 */
	wf_status (*ask_front)(
		void *ctx, const char *order, const char *arg, struct wf_msg *done_r);
	/*
	 * Delivers a message of the alerts, and waits; in why_r what was said with it, or why not.
	 * WF_DENIED: it was refused for good.
	 */
	wf_status (*tell)(
		void *ctx, const struct alert_message *message, char *why_r, size_t size);
	/* Why detection cannot tell countries by the file that is configured; "": nothing. */
	void (*countries)(void *ctx, char *why_r, size_t size);
	void *hooks_ctx; /* of rekey, reload, ask_front, tell and countries */
};

struct act;

struct act_call {
	const struct act_daemon *daemon;
	struct wf_peer peer;
	enum role role;
	/* "root (via alice)" or the Unix name; filled in by act_run when empty. */
	char operator_name[257];
	const char *language; /* "en", "ja", "ja_JP.UTF-8"; NULL and others: English */
	struct act_arg {
		char key[33];
		char value[1025];
	} args[ACT_ARGS_MAX];
	size_t nargs;
	struct wf_secret secrets[ACT_SECRETS_MAX]; /* the caller's, who clears them */
	char secret_keys[ACT_SECRETS_MAX][33];
	size_t nsecrets;
	void *scratch; /* factor scratch of this thread */
	struct act_out *out;
	char text[1025]; /* the closing sentence, also on success (END.TEXT) */
	/* of act_run: */
	const struct act *act;
	bool self; /* the account's owner acts, with a proof */
	char rule[65]; /* by which it was refused; "": his role alone */
};

enum act_arg_type {
	ARG_TEXT,     /* min..max bytes */
	ARG_USER,     /* a name that an account may have */
	ARG_NUMBER,   /* min..max */
	ARG_TIME,     /* microseconds since 1970-01-01T00:00:00Z */
	ARG_FLAG,     /* 0 or 1 */
	ARG_CHOICE,   /* one of choices */
	ARG_NETWORKS, /* networks with blanks between, max bytes */
	ARG_GROUPS,   /* names of account groups with blanks or commas between, max bytes */
	ARG_HEX       /* max bytes as 2 * max hexadecimal digits */
};

struct act_arg_spec {
	const char *name;
	enum act_arg_type type;
	bool required;
	bool secret;
	bool clears; /* an empty value is allowed: it clears the field */
	int64_t min, max;
	const char *choices; /* "a|b|c" */
};

struct act {
	const char *id;  /* "user.add" */
	enum role role;  /* lowest role that may */
	bool self;	 /* so may the account's owner, see above */
	bool changes;    /* writes an audit row */
	bool alone;      /* no other such act meanwhile: it changes what it has read */
	bool shows_log;  /* rows of the log: where documents ask for it, not without two kinds */
	const struct act_arg_spec *args; /* ends with name NULL */
	wf_status (*handle)(struct act_call *call);
};

/* Whether an act answers in Japanese. */
bool act_is_japanese(const struct act_call *call);

const struct act *act_find(const char *id); /* NULL */
const struct act *act_table(size_t *count_r);
/* "none", "viewer", "auditor", "helpdesk", "officer", "administrator". */
const char *act_role_name(enum role role);
/*
 * Role of a peer by uid 0 and the groups warifu-admin, -officer, -helpdesk, -auditor, -viewer (gids
 * resolved at load).
 */
enum role act_role(const struct config *config, const struct wf_peer *peer);
/*
 * The operator as the log names him.  Root's login name comes from the audit login uid of the
 * peer's process, where the kernel keeps one.  Blocks on NSS.
 */
void act_operator(const struct wf_peer *peer, char *name_r, size_t size);
/*
 * Takes over the arguments of an ACT message; `call` has none yet.  WF_INVALID for one without a
 * key, a key above 32 bytes, a value above 1024, or too many: what was read until then stays in
 * `call`, whose secrets the caller clears.
 */
WF_MUST_USE wf_status act_call_read(struct act_call *call, const struct wf_msg *msg);
/*
 * Checks role and arguments (unknown, missing, twice, ill-formed: WF_INVALID with a sentence in
 * call->text), then runs it.  WF_DENIED when the role does not suffice.  Always leaves a sentence
 * in call->text, in call->language.  Act threads only.
 */
WF_MUST_USE wf_status act_run(const struct act *act, struct act_call *call);

#endif
