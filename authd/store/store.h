/*
 * The store: the only writer of accounts, credentials, counters, transactions and the audit chain.
 * No SQL outside store/.  SQLite in WAL mode, synchronous=FULL; one writer thread takes all pending
 * jobs into one commit (sorted by account, a savepoint each), so that the fsync is shared and no
 * `done` runs before it.  Readers have connections of their own.
 *
 * The choice between two audit rows (applied or conflict) is made inside the commit, and the
 * chain's head advances in memory only after it.
 */
#ifndef WF_AUTHD_STORE_STORE_H
#define WF_AUTHD_STORE_STORE_H

#include <sys/types.h>

#include "authd/audit/audit.h"
#include "authd/audit/checkpoint.h"
#include "authd/crypto/keyring.h"
#include "authd/store/configuration.h"
#include "authd/store/retention.h"
#include "authd/throttle/lockclock.h"
#include "authd/throttle/throttle.h"
#include "authd/types.h"
#include "common/clock.h"

#define STORE_SCHEMA \
	5 /* newest schema; older ones are migrated at open, after a backup beside the file */

struct store;

struct store_options {
	const char *path; /* of the database; its folder must not be open to group or others */
	const char *node; /* node id of the chain, e.g. the host name */
	struct wf_clock clock;
	bool create;      /* make a new one if there is none; else WF_NOT_FOUND */
	size_t queue_max; /* pending writer jobs; 0 = 4096 */
	/* throttle rows kept for names without account and for sources; 0 = 65536 */
	uint32_t unknown_max;
};

/*
 * Opens, checks (file modes, schema, quick check of the chain's last rows), migrates, starts the
 * threads, settles reservations left by a crash as failures (rows `interrupted`).  A sentence that
 * says what to do in why_r.  WF_NOT_FOUND, WF_DENIED (modes), WF_VERSION (newer schema),
 * WF_CORRUPT, WF_IO.
 */
WF_MUST_USE wf_status store_open(
	const struct store_options *options, struct store **store_r, char *why_r, size_t size);
/* Finishes what is queued, then closes. */
void store_close(struct store **store);

enum store_job_kind {
	STORE_READ,    /* what a login needs to know */
	STORE_RESERVE, /* admit one attempt, durably, before it is evaluated */
	STORE_SETTLE,  /* the outcome of an evaluated attempt */
	STORE_ADMIN,   /* effects and rows, all or nothing */
	STORE_SESSION, /* a session opened or closed */
	STORE_VIEW,    /* a page of something, read only */
	STORE_RESUME,  /* the answer to an open challenge: takes it up, once */
	STORE_RECORD,  /* a record of accounting */
	STORE_ATTEMPT, /* RESERVE and SETTLE in one, of what has been evaluated already */
	STORE_FORETELL, /* what RESERVE would answer just now; reserves nothing */
	STORE_JOB_KINDS
};

#define STORE_LANES 3
#define STORE_PLACE_SIZE GRANT_PLACE_SIZE
#define STORE_EFFECTS_MAX 12
#define STORE_CAUSE_MAX 128

/* What the list of leaked passwords said of one; the greater is said by any round of a login. */
enum store_leak { STORE_LEAK_UNKNOWN = 0, STORE_LEAK_NONE = 1, STORE_LEAK_FOUND = 2 };

/* Hashes that a new password is compared with: whose they are, and how many at most. */
enum store_hash_of { HASH_OWN = 0, HASH_PERSON, HASH_FORMER, HASH_SORTS };
#define STORE_HASHES_MAX 20
struct store_hash {
	enum store_hash_of of;
	char text[CREDENTIAL_SECRET_MAX];
};

/* A challenge that is the question of another server, and which one of the login it is. */
struct store_further {
	unsigned round; /* from 1; 0 = no such one: the code after the password */
	char server[65];
	uint8_t state[WF_PEER_STATE_MAX]; /* goes back to it with the answer */
	size_t state_len;
	char question[256]; /* "" = that of a code */
	bool echo;
	/* a token of ours has said no to what was answered before: a guess, if nobody goes on */
	bool guessed;
};

struct store_lanes {
	/* in: key and lane; out: as stored, pending filled in */
	struct throttle_state states[STORE_LANES];
	struct throttle_limit limits[STORE_LANES];
	size_t n;
};

struct store_read {
	/* in */
	const char *name; /* byte-exact; NULL = look up no account */
	int64_t uid;      /* used when name is NULL and uid >= 0 */
	struct store_lanes lanes; /* n may be 0 */
	uint8_t txn[WF_TXN_LEN];  /* has_txn: the completed transaction to look up */
	bool has_txn;
	uint8_t idempotency[32];
	bool has_idempotency;
	bool bare;        /* credentials are not wanted */
	bool uses_wanted; /* reserve_uses is */
	/*
	 * The caller's, STORE_HASHES_MAX of them; NULL: none are wanted.  How many of each sort at
	 * most.
	 */
	struct store_hash *hashes;
	size_t hashes_wanted[HASH_SORTS];
	/* The place that a grant is looked for, at date_us; service NULL: none is wanted. */
	const char *grant_service, *grant_host;
	int64_t date_us;
	/* a relay's host that pids and audit session are of; NULL or "" = this machine */
	const char *host;
	const char *boot;       /* of that host: the numbers are of this boot of it */
	uint32_t audit_session; /* 0 = none: login session to look up */
	const pid_t *pids;      /* candidates for the recorded session leader, nearest first */
	const unsigned long long *starts;
	size_t npids;
	/* out */
	bool found;
	struct account account;
	int64_t version; /* of the account: see store_seen */
	size_t ncredentials;
	uint64_t reserve_uses; /* see store_counts; 0 unless it is wanted */
	int64_t lock_ms; /* lock clock at the read */
	int64_t grant;   /* id of one that holds, of the account or of a group of it; 0 = none */
	bool txn_found;  /* completed login transaction, not older than a day */
	int64_t txn_account;
	unsigned txn_kinds;
	char txn_service[STORE_PLACE_SIZE];
	int64_t txn_age_ms; /* by the lock clock */
	enum wf_purpose txn_purpose;
	bool verdict_known; /* idempotency: the same request was decided within 30 s */
	enum wf_verdict verdict;
	/* the answer was a challenge of this transaction, and `verdict` says nothing */
	bool verdict_challenged;
	uint8_t verdict_txn[WF_TXN_LEN];
	struct store_further verdict_further; /* its round and question */
	bool session_found; /* the recorded login that the caller runs in */
	struct wf_source session_source;
	enum zone session_zone;
	/* `name` if it has a session of its own within that login (su) */
	char session_user[WF_NAME_MAX + 1];
	/* kinds proved by that user (copied from his transaction when his session opened) */
	unsigned session_kinds;
	int64_t session_age_ms; /* of that proof, by the lock clock */
	size_t nhashes;
	struct credential credentials[CREDENTIALS_MAX]; /* last: see store_job_init */
};

/* What decides whether an attempt may be evaluated: asked by RESERVE, ATTEMPT and FORETELL. */
struct store_admission {
	/* in */
	const char *name;
	struct store_lanes lanes; /* ACCOUNT and POSSESSION admit; SOURCE is only read */
	/*
	 * ACCOUNT limits by the account's kind, which only this commit knows; a name without
	 * account has those of a general one.  Threshold 0: `lanes` has them.
	 */
	struct throttle_limit by_kind[ACCOUNT_KINDS];
	/* from where: remembered with a completed login; "" = nowhere that could be known again */
	char place[WF_SOURCE_MAX];
	bool console; /* familiar, whoever has been there */
	/* out */
	enum throttle_answer answer;
	int64_t wait_ms;
	/* strangers are locked out: admitted for its familiar place alone */
	bool reserve_used;
	bool found; /* the account, as of this commit */
	int64_t account_id, version;
	enum account_kind kind;
	bool noted; /* a login from `place` is so young that another one says nothing new */
};

/*
 * One reservation a transaction: asking again is answered ADMIT (account and credentials read anew,
 * lease moved on) as long as it is held.  FULL, BACKOFF and LOCKED reserve nothing; `lanes` tell
 * why.
 */
struct store_reserve {
	/* in */
	uint8_t txn[WF_TXN_LEN];
	int64_t lease_ms;         /* from now on the lock clock */
	/* advice only: the store looks itself; rows of names without account are bounded */
	bool known;
	struct audit_row interrupted; /* written if the lease runs out */
	struct store_admission admission;
	/* out: what is verified is what stands here */
	struct account account; /* if `admission` has found one */
	size_t ncredentials;
	struct credential credentials[CREDENTIALS_MAX]; /* last */
};

enum store_outcome {
	SETTLE_SUCCESS, /* all kinds proved: ACCOUNT lane back to 0, own reservation deleted */
	SETTLE_FAILURE, /* lanes in `count` get one failure each */
	/*
	 * Right, but one kind only: own reservation deleted, effects and the transaction's record
	 * as for SUCCESS, counters stay as they are (I1: lesser successes reset nothing).
	 */
	SETTLE_PARTIAL,
	SETTLE_RELEASE, /* not counted: abandoned, replayed, could not tell; no effects */
	/*
	 * The first round was right and a further answer is awaited: the reservation stays pending,
	 * for challenge_ms, and STORE_RESUME takes it up. No row yet, no effects, no counters. If
	 * nobody answers in time, if the account opens more than STORE_CHALLENGES, or if another
	 * attempt of the account needs the room, the reservation ends with the row `applied`
	 * (reason `abandoned`), uncounted; lanes in `count` (ACCOUNT, POSSESSION) get one failure
	 * each then. With ACCOUNT it makes no room for others. Not if the account has changed since
	 * RESERVE: then it is the conflict row, `count` and the end of the reservation, and the
	 * caller answers a challenge nobody can take up. A transaction may open one after the
	 * other, with rising rounds.
	 */
	SETTLE_CHALLENGE,
	/*
	 * Refused without evaluation, and without a reservation: none is needed, none is ended.  Of
	 * `count` SOURCE alone may be set, no effects.  `applied` is the row; on the last space of
	 * the disk none is taken (WF_FULL).
	 */
	SETTLE_REFUSED
};

#define STORE_CHALLENGES 3 /* open ones an account; a further one ends the oldest */

/*
 * Needs the reservation of `txn` (but for REFUSED).  If it is gone (lease ran out: counted as a
 * failure, row `interrupted`), FAILURE and RELEASE are WF_EXPIRED and nothing happens; SUCCESS and
 * PARTIAL write the conflict row.
 *
 * A success is also a conflict if the account is not what it was at RESERVE (removed, changed by an
 * act, credential voided or replaced) or is not `account`.  So `conflict` must be filled in for
 * every success; its reason is replaced by "lease-expired" or "changed-meanwhile" in these two
 * cases.
 *
 * A FAILURE counts even if its effects conflict: a used code makes no guess free.
 */
struct store_settle {
	/* in */
	uint8_t txn[WF_TXN_LEN];
	enum store_outcome outcome;
	struct store_lanes lanes;
	/* SETTLE_FAILURE, SETTLE_REFUSED: lanes that count, SOURCE with its weight */
	bool count[LANE_COUNT];
	uint32_t source_weight;
	size_t neffects;
	/*
	 * Row if every conditional effect applied; class 0 = no row (names without account: the
	 * engine aggregates those, so that a flood fills no disk).
	 */
	struct audit_row applied;
	/*
	 * Row if one did not: then nothing of the effects applies; a success is not one, and is not
	 * counted.
	 */
	struct audit_row conflict;
	/* SETTLE_FAILURE only: a further row (finding) if this failure sets a lock */
	struct audit_row locked;
	/* Record of a completed transaction, written with SETTLE_SUCCESS. */
	int64_t account;
	unsigned kinds;
	/* for local callers the service, behind a relay "service@host" */
	char service[STORE_PLACE_SIZE];
	enum wf_purpose purpose;
	/* SETTLE_CHALLENGE: how long the answer is awaited, by the lock clock */
	int64_t challenge_ms;
	/* SETTLE_CHALLENGE: what was proved, as in a row; given back by RESUME with `kinds` */
	char factors[65];
	/* SETTLE_CHALLENGE: RESUME gives it back, but not the question */
	struct store_further further;
	/*
	 * SETTLE_CHALLENGE: of the right password, given back by RESUME; of the note length and
	 * classes alone
	 */
	enum store_leak leak;
	struct password_note note;
	uint8_t idempotency[32];
	bool has_idempotency;
	/*
	 * Any outcome: what is remembered for the idempotency key is a challenge of `txn`, whether
	 * it is open or not.
	 */
	bool challenged;
	enum wf_verdict verdict, verdict_conflict; /* remembered for the idempotency key */
	/* out */
	bool was_applied;
	bool lock_set; /* for all, or for strangers alone: the reason of `locked` says which */
	uint64_t seq; /* of the row; of the one before where none was written */
	/* in, last */
	struct effect effects[STORE_EFFECTS_MAX];
};

/* What answers were evaluated against. */
struct store_seen {
	bool found;
	int64_t account, version;
	size_t n;
	struct store_seen_credential {
		int64_t id, counter;
		int32_t drift;
		enum credential_state state;
	} credentials[CREDENTIALS_MAX];
};

/*
 * Admits and settles in one commit an attempt whose answers have been evaluated already, by
 * somebody who tells nobody of it before: it is admitted as RESERVE would admit it, and what it
 * then does is what SETTLE would do.  Nothing is pending for it before, and nothing is left of it
 * if the commit fails.
 *
 * Not `settled`: as with RESERVE nothing is counted, no row is written.  If the answer is ADMIT all
 * the same it has to be reserved and evaluated again: account or credentials are not what was seen,
 * so what was found out says nothing; or the lock's reserve is used, which its row has to say.
 */
struct store_attempt {
	struct store_admission admission;
	struct store_seen seen; /* in */
	bool settled;		/* out */
	/*
	 * last; not CHALLENGE or REFUSED, and `conflict` has to be there for a success, as with
	 * SETTLE
	 */
	struct store_settle settle;
};

struct store_admin {
	/* in; borrowed until done */
	struct effect *effects;
	size_t neffects;
	/*
	 * At least one: nothing changes without a row.  None only where all effects keep books
	 * about the log itself (EFFECT_CURSOR, habits and incidents that grow): rows about those
	 * would never end.
	 */
	struct audit_row *rows;
	size_t nrows;
	/* out */
	int64_t account_id; /* of the first ACCOUNT_ADD */
	int64_t credential_id; /* of the last CREDENTIAL_ADD */
	int64_t grant_id;      /* of the last GRANT_ADD */
	size_t norders;        /* added by DISCONNECT */
	uint64_t seq;
};

struct store_session {
	/* in */
	enum wf_session_event event;
	uint8_t txn[WF_TXN_LEN];
	bool has_txn;
	char user[WF_NAME_MAX + 1];
	char service[65], tty[65];
	struct wf_source source;
	enum zone zone;
	pid_t pid;
	unsigned long long start;
	uint32_t audit_session;
	char host[65]; /* where it was opened, behind a relay; "" = this machine */
	char boot[33]; /* which boot of that host */
	struct audit_row row;
};

enum store_resumed {
	RESUME_FOUND,   /* the caller holds the reservation again, and nobody else will */
	RESUME_UNKNOWN, /* no such challenge, or of another name or service: it stays as it is */
	RESUME_USED,    /* it has been taken up already, or a later round is open */
	RESUME_ENDED    /* too late, or given up for another one of the account */
};

/*
 * Takes up an open challenge: of all who ask for one exactly one finds it.  Its reservation is held
 * from then on as after RESERVE: settle it.  A success is still a conflict if the account has
 * changed since the first round.
 */
struct store_resume {
	/* in */
	uint8_t txn[WF_TXN_LEN];
	const char *name;    /* must be the one of the first round */
	const char *service; /* too */
	int64_t lease_ms;    /* from now on the lock clock */
	struct audit_row interrupted; /* written if the lease runs out */
	/* in: the round; out: the rest */
	struct store_further further;
	/* out */
	enum store_resumed answer;
	unsigned kinds;   /* as in SETTLE_CHALLENGE */
	enum store_leak leak;
	struct password_note note; /* length and classes; 0 = not said */
	char factors[65];
	bool found; /* account as of this commit: what is verified is what stands here */
	struct account account;
	size_t ncredentials;
	struct credential credentials[CREDENTIALS_MAX]; /* last */
};

/*
 * A session known from accounting is told by service (the client), nas and acct_session.  START and
 * STOP have a row, INTERIM changes the session alone (and opens it, if its START was lost), ON and
 * OFF close all sessions of service and nas.  A late START or INTERIM does not open what a STOP has
 * closed.
 */
struct store_record {
	/* in */
	enum accounting_event event;
	/* hash of the record (B4); one that was stored within a day is not stored again */
	uint8_t key[32];
	uint8_t txn[WF_TXN_LEN];
	bool has_txn;
	char user[WF_NAME_MAX + 1];
	char service[65];
	char nas[ACCT_SESSION_MAX + 1];
	char acct_session[ACCT_SESSION_MAX + 1]; /* "" with ON and OFF */
	char framed[65];
	struct wf_source source;
	enum zone zone;
	uint64_t octets_in, octets_out;
	uint32_t seconds;
	uint32_t cause; /* Acct-Terminate-Cause; 0 = none */
	struct audit_row row; /* not of INTERIM */
	/* out */
	bool known;    /* it had been stored before: nothing happened */
	size_t closed; /* sessions closed by it */
	uint64_t seq;  /* of the row; of the one before where none was written */
};

enum store_view_kind {
	VIEW_ACCOUNTS,
	VIEW_CREDENTIALS,
	VIEW_AUDIT,
	VIEW_SESSIONS,
	VIEW_LOCKS,
	VIEW_COUNTS,
	VIEW_ORDERS, /* not done yet, oldest first */
	VIEW_GRANTS, /* `user`: of his account itself; ended ones only with `ended` */
	VIEW_CURSORS, /* `user`: the one of this name; "" = all */
	VIEW_MONTHS, /* of the log; `after`: first row of the one before */
	VIEW_KEPT,   /* `kept` and `hold` */
	VIEW_DUTIES,
	VIEW_CHECKPOINTS, /* `after`: a number; newest_first as with the log */
	VIEW_PROOF,	  /* kept rows after `after`, with `differs`; and `head` */
	VIEW_CONFIGURATION, /* n is 0 or 1 */
	VIEW_DRIFT, /* settings that are not as approved, by name; behind `subject` */
	VIEW_HABIT,  /* of `subject`: n is 0 or 1 */
	/* What detection found, since `since_us`: in the order of ids... */
	VIEW_INCIDENTS,
	/* ... the worst first, of those the newest: behind `after` and its `after_level`... */
	VIEW_INCIDENTS_WORST,
	VIEW_INCIDENTS_OPEN,
	/* ... as `untold` says, the worst first, of those the oldest: behind `after` as above... */
	VIEW_INCIDENTS_UNTOLD,
	VIEW_UNTOLD	       /* ... and how many those are; `limit` 1 */
};

#define VIEW_PAGE 64

/* One audit row as stored. */
struct store_audit_entry {
	uint64_t seq;
	uint8_t chain[32];
	uint8_t encoded[AUDIT_ENCODED_MAX];
	size_t encoded_len;
	/* VIEW_PROOF: what is searched by and says something else than the row; NULL: nothing */
	const char *differs;
};

/* One open session. */
struct store_session_entry {
	int64_t id;
	uint8_t txn[WF_TXN_LEN];
	bool has_txn;
	char user[WF_NAME_MAX + 1];
	char service[65], tty[65];
	struct wf_source source;
	enum zone zone;
	pid_t pid;
	unsigned long long start;
	uint32_t audit_session;
	unsigned kinds; /* proved at the login */
	int64_t opened_us, closed_us;
	/* Known from accounting: acct_session is not "", service is the client, pid is 0. */
	char nas[ACCT_SESSION_MAX + 1];
	char acct_session[ACCT_SESSION_MAX + 1];
	char framed[65];
	uint64_t octets_in, octets_out;
	uint32_t seconds;
	int64_t updated_us; /* last record of it */
	char host[65];      /* where it was opened, behind a relay; "" = this machine */
};

/*
 * One order of the outbox: what a front end has to do; it stays there over restarts until it is
 * done.
 */
struct store_order {
	int64_t id; /* rises; never used again */
	char order[33]; /* "disconnect" */
	int64_t session_id;
	char user[WF_NAME_MAX + 1];
	char service[65]; /* the client */
	char nas[ACCT_SESSION_MAX + 1];
	char acct_session[ACCT_SESSION_MAX + 1];
	char framed[65];
	int64_t created_us;
};

/* How far a reader of the log has come. */
struct store_cursor {
	int64_t id;
	char name[64];
	uint64_t seq;	/* all rows up to it are behind it */
	uint64_t ahead; /* >= seq: how far it has come; those between may be taken again */
	int64_t moved_us;
	char why[256]; /* what keeps it there, in words; "" = nothing does */
};

/* When something that is done again and again was last done. */
struct store_duty {
	int64_t id;
	char name[64];
	int64_t done_us;
	char done_by[256];
};

/* One signed checkpoint of the log: audit/checkpoint.h. */
struct store_checkpoint {
	uint64_t number, seq;
	char line[AUDIT_CHECKPOINT_SIZE];
};

/* What detection knows for long of an account or a network. */
struct store_habit {
	uint8_t bytes[EFFECT_BLOB_MAX];
	size_t len;
};

struct store_view {
	/* in */
	enum store_view_kind kind;
	char user[WF_NAME_MAX + 1]; /* "" = all */
	const char *subject;        /* of a habit, a setting; borrowed */
	char person[65];            /* accounts of this person alone; "" = all */
	int64_t account_id;         /* credentials of, void ones too; 0 = of all accounts */
	uint64_t after;             /* rows with a greater id or seq; start with 0 */
	int64_t since_us, until_us; /* since <= time < until; 0 = open */
	int result;                 /* enum audit_result or -1 */
	int class;                  /* enum audit_class or 0 */
	unsigned after_level;	    /* of the incident `after`, where the worst come first */
	/* audit: `after` then means "smaller than", 0 = from the end */
	bool newest_first;
	bool ended; /* grants: those that were ended, too */
	size_t limit;               /* 1..VIEW_PAGE */
	/*
	 * out: `n` entries in the array of the kind; the caller owns the arrays (may be NULL for
	 * other kinds)
	 */
	size_t n;
	struct account *accounts;
	struct credential *credentials;
	struct store_audit_entry *audit;
	struct store_session_entry *sessions; /* the open ones */
	struct store_order *orders;
	struct grant *grants;
	struct store_cursor *cursors;
	struct store_checkpoint *checkpoints;
	struct audit_head head; /* PROOF: where the log ends, in the same moment as the rows */
	struct store_month *months;
	struct store_duty *duties;
	struct store_configuration *configuration;
	struct store_setting *settings;
	struct store_habit *habit;
	struct incident *incidents;
	/*
	 * INCIDENTS_UNTOLD, UNTOLD: in: those of a level of least[i] or more lack one of bits[i] of
	 * `told`, for any i; or, of those that are not settled, the ones that lack none.
	 */
	struct store_untold {
		uint32_t least[INCIDENT_CLASSES], bits[INCIDENT_CLASSES];
		bool settled;
		/* out, UNTOLD: how many, and since when the oldest is there */
		uint64_t count;
		int64_t since_us;
	} untold;
	/*
	 * From where on the log is kept: the number and the chain hash before the first row, and
	 * the tombstone that says so; a log of which nothing has gone has neither.
	 */
	struct store_kept {
		struct audit_head before; /* seq 0: the chain's start value */
		uint64_t tombstone;
	} kept;
	struct store_hold hold;
	/* as stored, with pending; entry i is lane i of the key keys[i] */
	struct throttle_state *locks;
	uint8_t keys[STORE_LANES][THROTTLE_KEY_LEN];
	size_t nkeys;
	int64_t lock_ms;
	struct store_counts {
		uint64_t accounts, credentials, audit_rows, reservations, throttles, sessions_open;
		/* accounts with an ACCOUNT or POSSESSION lane that is locked now */
		uint64_t locked;
		uint64_t locked_to_strangers; /* accounts that are open to familiar places alone */
		uint64_t reserve_uses; /* attempts that had only the reserve left, ever */
		uint64_t challenges; /* open */
		uint64_t orders;     /* not done */
		uint64_t incidents;  /* that nobody has decided on */
		unsigned incident_level; /* the highest of those */
		uint64_t last_seq;   /* of the log's last row; 0 = none */
		uint64_t commits, jobs; /* since start */
		int64_t bytes;
		int64_t created_us; /* when the store was made */
	} counts;
};

struct store_job {
	enum store_job_kind kind;
	/* in a store thread, after the commit; must be quick; may be NULL */
	void (*done)(struct store_job *job);
	void *ctx;
	/*
	 * WF_OK: carried out (for RESERVE see answer); WF_UNAVAILABLE/WF_IO/WF_FULL...: nothing
	 * happened
	 */
	wf_status status;
	char cause[STORE_CAUSE_MAX];
	struct store_job *next; /* the store's */
	union {
		struct store_read read;
		struct store_reserve reserve;
		struct store_settle settle;
		struct store_admin admin;
		struct store_session session;
		struct store_view view;
		struct store_resume resume;
		struct store_record record;
		struct store_attempt attempt;
		struct store_admission foretell;
		struct store_expiry expiry; /* the store's own */
	} u;
};

/*
 * Makes a job ready to be filled in.  All is zero but the long arrays at the end of READ, RESERVE,
 * RESUME, SETTLE and ATTEMPT, of which only as many entries count as their number says: clearing
 * them costs more than the rest of a request.
 */
void store_job_init(struct store_job *job, enum store_job_kind kind);
/*
 * How many bytes from its start may hold anything by now: for who has to wipe it.  All where it
 * failed, since nobody knows how far it came.  Only after store_job_init.
 */
size_t store_job_extent(const struct store_job *job);
/*
 * Any thread.  WF_FULL or WF_UNAVAILABLE (closing): done is not called.  The job is the caller's
 * until done.
 */
WF_MUST_USE wf_status store_submit(struct store *store, struct store_job *job);
/* Submits and waits: for acts and tests, never in the loop thread.  Returns job->status. */
WF_MUST_USE wf_status store_run(struct store *store, struct store_job *job);

/* What a READ with credentials saw.  Any thread. */
void store_see(const struct store_read *read, struct store_seen *seen_r);

/*
 * False: no account of this name is exempt (STANDING_EXEMPT).  True: it may be, the store has to be
 * asked.  From memory and with the same work for every name, so that the answer's time tells
 * nothing; any thread.
 */
bool store_may_be_exempt(struct store *store, const char *name);

/* The lock clock now, and the clock's standing (suspect is stored). */
int64_t store_lock_ms(struct store *store);
bool store_clock_suspect(struct store *store);
/* The wall time by which dates are judged: lockclock_date_us(). */
int64_t store_date_us(struct store *store);
/* Looks for a jump; called once a second by the loop.  True when it has just become suspect. */
bool store_clock_watch(struct store *store);
/* Believes the wall clock as it is, with a row, in one commit; waits for it. */
WF_MUST_USE wf_status store_clock_accept(struct store *store, struct audit_row *row);

/*
 * The highest id of an order that was ever added; from memory, any thread.  Whoever carries out
 * orders asks for VIEW_ORDERS after the last that it knows when this has risen, and for all of them
 * when it begins.
 */
int64_t store_last_order(struct store *store);

/*
 * Settles reservations whose lease ran out (row `interrupted`); called once a second, returns how
 * many in n_r. Waits for a commit if there is one to settle, so not in the loop thread.
 */
WF_MUST_USE wf_status store_expire(struct store *store, size_t *n_r);

/*
 * Random salt of this store, for the transaction's name keys etc.: 32 bytes, made with the store.
 */
void store_id(struct store *store, uint8_t id_r[32]);
/*
 * Node id that the chain starts from: as it was when the store was made.  Valid until store_close.
 */
const char *store_node(const struct store *store);
/* How often it was restored, and one: each restore makes it rise.  It stays while it is open. */
uint64_t store_generation(const struct store *store);
/*
 * What EFFECT_META_SET stored under `key`; WF_NOT_FOUND, WF_TOO_LONG.  Opens the file anew: not for
 * the loop thread.
 */
WF_MUST_USE wf_status store_setting(
	struct store *store, const char *key, char *value_r, size_t size);

/*
 * The log of a file that no daemon has opened, a backup's: nothing of it is changed.  One thread.
 * The sentence of a failure in why_r.
 */
struct store_log;
struct store_log_identity {
	uint8_t id[32];
	char node[65];
	uint64_t generation;
	struct audit_head head; /* where it says that the log ends */
};
WF_MUST_USE wf_status store_log_open(const char *path, struct store_log **log_r,
	struct store_log_identity *identity_r, char *why_r, size_t size);
void store_log_close(struct store_log **log);
/* The rows behind `after`, as VIEW_PROOF: VIEW_PAGE at most, none at the end. */
WF_MUST_USE wf_status store_log_rows(struct store_log *log, uint64_t after,
	struct store_audit_entry *entries_r, size_t *n_r);
/* Its checkpoints behind the number `after`, likewise. */
WF_MUST_USE wf_status store_log_checkpoints(struct store_log *log, uint64_t after,
	struct store_checkpoint *checkpoints_r, size_t *n_r);

/*
 * The full check of the file, on a connection of its own while the store works: reads all of it, so
 * it may take minutes.  WF_CORRUPT with a sentence.  The chain is another matter: audit_verify_row
 * over VIEW_AUDIT.
 */
WF_MUST_USE wf_status store_check(struct store *store, char *why_r, size_t size);

/*
 * Consistent copy while the daemon works, durable when this returns: to a new file, or to an empty
 * one of the caller's; mode 0600.  Removed again on failure.  Any thread but the loop's.
 */
WF_MUST_USE wf_status store_backup(struct store *store, const char *path, char *why_r, size_t size);
/* What a database file holds. */
struct store_proof {
	uint64_t accounts, rows;      /* of the log */
	uint64_t first_seq, last_seq; /* 0 = it has none */
	int64_t last_us;              /* wall time of the last row; 0 = it has none */
};
/*
 * Looks at all of a database file that nobody works on, such as a copy: SQLite's whole check, and
 * each row of the log against the chain.  WF_CORRUPT: it is not in order; other statuses: that
 * could not be told; both with a sentence.  Any thread; reads all of it, so it may take minutes.
 */
WF_MUST_USE wf_status store_prove(
	const char *path, struct store_proof *proof_r, char *why_r, size_t size);
/*
 * Makes a restored database fit to be used (before store_open): generation + 1, TOTP steps up to
 * three behind now burnt, recovery codes void, HOTP wants a resync (state pending), a system row
 * `restore`.  Failures and locks of the database that it replaces are kept where they are greater
 * (I1 holds across a restore), and grants that were ended in it stay ended: `replaced` is its path,
 * NULL or unreadable: the backup's own stay, and the lock clock stands still over the gap.  kept_r:
 * which of the two.
 */
WF_MUST_USE wf_status store_restore_prepare(const char *path, const char *replaced,
	const char *node, struct wf_now now, bool *kept_r, char *why_r, size_t size);
#define STORE_RESTORING \
	".restoring" /* behind the database's path: where a restored one is made ready */
#define STORE_PATH_MAX 640	     /* a database's path is at least 64 octets shorter */
/*
 * Puts PATH.restoring, prepared and durable, in the place of the database, which is kept beside it
 * as PATH.before-restore-TIME.  A crash leaves the old store or the new one: what was decided is
 * carried out by the next store_open.  No daemon may run on it (WF_EXISTS).
 */
WF_MUST_USE wf_status store_restore_swap(const char *path, char *why_r, size_t size);
/*
 * Carries out what a crash cut short, sweeps what it left; does nothing otherwise.  store_open
 * calls it.
 */
WF_MUST_USE wf_status store_restore_finish(const char *path, char *why_r, size_t size);

#endif
