/*
 * What the store's own files share.  Nothing outside store/ includes this, tests of the store
 * aside.
 *
 * Threads: the writer thread owns `struct writer` and all that is reached through it; a reader
 * thread owns its connection; each works under its conn_mutex, so that reconnect.c can come
 * between.  Between threads go only queues, the lock clock (under its mutex) and atomic figures.
 *
 * `struct work` is what the writer believes of the database without asking: it follows savepoints
 * (a copy is put back when one is rolled back) and is read anew after any commit that did not
 * succeed.
 */
#ifndef WF_AUTHD_STORE_INTERNAL_H
#define WF_AUTHD_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "authd/store/room.h"
#include "authd/store/sql.h"
#include "authd/store/store.h"

#define COMPLETED_AGE_MS (24 * 60 * 60 * 1000LL)
#define VERDICT_AGE_MS (30 * 1000LL)
#define CHALLENGE_AGE_MS (5 * 60 * 1000LL) /* after its end */
#define RECORD_AGE_MS (24 * 60 * 60 * 1000LL)
#define BATCH_MAX 512
#define EXEMPT_WORDS 8192 /* 64 KiB */

/* Jobs of the store itself; they use u.admin for rows. */
enum internal_job {
	JOB_EXPIRE = STORE_JOB_KINDS, /* u.admin.seq: how many were settled */
	JOB_CLOCK_SAVE,
	JOB_CLOCK_ACCEPT,
	JOB_LOG_EXPIRE,
	JOB_KINDS
};

/* --- queue.c: jobs waiting for a thread --- */
struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t ready;
	struct store_job *first, **last;
	size_t n, max;
	bool closing;
};

WF_MUST_USE wf_status queue_init(struct queue *queue, size_t max);
void queue_clear(struct queue *queue);
WF_MUST_USE wf_status queue_put(struct queue *queue, struct store_job *job);
/* Waits, then takes up to `max` jobs in order; NULL when the queue is closed and empty. */
struct store_job *queue_take(struct queue *queue, size_t max);
void queue_close(struct queue *queue);

/* The month that is being written; see month.c. */
struct work_month {
	int64_t first_seq; /* 0 none yet */
	int number;        /* 202610 */
	int64_t from_us, until_us; /* dates known to be of it; from >= until: none */
};

struct work {
	struct audit_head head;
	struct work_month month;
	uint64_t kept_after; /* rows up to this one have a tombstone */
	int64_t unknown; /* throttle rows with known = 0 */
	int64_t hour;    /* of the last audit row, -1 none: see audit_span */
	int64_t next_lease; /* no reservation runs out earlier; lock clock, 0: not known */
	int64_t order;   /* highest id of an order */
};

struct writer {
	struct store *store;
	struct sql_conn conn;
	struct queue queue;
	struct work work;
	struct wf_now now; /* of the running batch */
	int64_t lock_ms;
	int64_t date_us; /* store_date_us() */
	bool suspect;    /* the clock is, by the same look */
	int64_t pruned_ms; /* when old rows were last deleted */
	wf_status trouble; /* of the last job of the batch that failed by itself */
	bool stale;        /* `work` has to be read anew */
	bool leftovers;    /* reservations of a former run are not settled yet */
	bool other_boot;   /* the machine has been started anew since the last commit */
	bool careful;      /* the batch runs with savepoints */
	bool again;        /* the batch, running without, has to be run with them */
	bool clock_write;  /* the batch has to write meta although nothing else changed */
	bool clock_accept; /* the batch accepts the clock */
};

struct reader {
	struct store *store;
	struct sql_conn conn;
	struct queue queue;
};

enum { THREAD_WRITER, THREAD_READ, THREAD_VIEW, THREAD_COUNT };

struct store {
	char *path;
	char node[65]; /* of the chain, as stored */
	uint64_t generation;
	uint8_t id[32];
	struct wf_clock clock;
	uint32_t unknown_max;
	int lock_fd;
	char boot_id[37];
	pthread_mutex_t clock_mutex;
	struct lockclock lockclock;
	_Atomic bool watched_suspect; /* what store_clock_watch() found the last time */
	struct writer writer;
	struct reader readers[2]; /* READ, VIEW */
	pthread_t threads[THREAD_COUNT];
	bool started[THREAD_COUNT];
	pthread_mutex_t conn_mutex[THREAD_COUNT]; /* each of one connection */
	bool has_conn_mutex;
	_Atomic int64_t reconnected_us; /* boot time of the last try; 0 none */
	atomic_bool reconnect_due;
	dev_t file_dev; /* the database file that is open; under the writer's conn_mutex */
	ino_t file_ino;
	_Atomic uint64_t commits, jobs;
	_Atomic uint64_t exempt[EXEMPT_WORDS]; /* see exempt.c */
	atomic_bool exempt_known;              /* the database has been read for it */
	/* a name could not be noted: everyone may be exempt */
	atomic_bool exempt_broken;
	_Atomic int64_t next_lease; /* that of the writer's `work`, after the commit */
	_Atomic int64_t last_order; /* see store_last_order() */
};

/* What the meta row says. */
struct meta {
	uint8_t id[32];
	char node[65];
	int64_t generation;
	struct audit_head head;
	struct lockclock_saved saved;
	bool suspect;
};

/* --- check.c: files and their modes, one daemon per file --- */
WF_MUST_USE wf_status check_files(
	const char *path, bool create, bool *fresh_r, char *why_r, size_t size);
WF_MUST_USE wf_status check_lock(const char *path, int *fd_r, char *why_r, size_t size);
/* For what a flood makes: WF_FULL with its cause where the last space is kept for others. */
WF_MUST_USE wf_status check_space(struct writer *w);

/* --- schema.c --- */
struct migration {
	int from; /* user_version that it starts from; it ends at from + 1 */
	const char *sql;
};
/*
 * Identity, version, migrations after a backup to PATH.before-N; before_r gets the version found.
 */
WF_MUST_USE wf_status schema_open(
	struct sql_conn *conn, const char *path, int *before_r, char *why_r, size_t size);
/* Removes the copies of a file that is a copy itself. */
void schema_forget_copies(const char *path);
/*
 * The same over any table, which ends with sql NULL; the newest version is the number of its rows.
 */
WF_MUST_USE wf_status schema_migrate(struct sql_conn *conn, const char *path,
	const struct migration *table, int *before_r, char *why_r, size_t size);

/* --- meta.c --- */
WF_MUST_USE wf_status meta_create(
	struct sql_conn *conn, const char *node, struct wf_now now, const char *boot_id);
WF_MUST_USE wf_status meta_load(struct sql_conn *conn, struct meta *meta_r);
WF_MUST_USE wf_status meta_save(struct sql_conn *conn, const struct audit_head *head,
	int64_t lock_ms, struct wf_now now, const char *boot_id, bool suspect);
/* Reads `work` from the database. */
WF_MUST_USE wf_status work_load(struct sql_conn *conn, struct work *work_r);

/* --- chain.c --- */
/* Seals a row into the working head and inserts it; first the month, if that has ended. */
WF_MUST_USE wf_status chain_append(struct writer *w, const struct audit_row *row);
/* The row alone. */
WF_MUST_USE wf_status chain_put(struct writer *w, const struct audit_row *row);
/* A row of the store's own making: successful, with the times and the node, else empty. */
void chain_own_row(int64_t wall_us, const char *node, enum audit_class class, const char *event,
	struct audit_row *row_r);
/* The last rows against each other and against the head of the meta row. */
WF_MUST_USE wf_status chain_check_tail(
	struct sql_conn *conn, const struct meta *meta, char *why_r, size_t size);

/* --- month.c, expiry.c: see retention.h --- */
/* Before a row is appended: seals the month that has ended, begins the one that has begun. */
WF_MUST_USE wf_status month_turn(struct writer *w);
WF_MUST_USE wf_status month_load(struct sql_conn *conn, struct work *work);
/* The one month that a statement finds; WF_NOT_FOUND. */
WF_MUST_USE wf_status month_find(struct sql *q, struct store_month *month_r);
/* From where on the log is kept; on either kind of connection. */
WF_MUST_USE wf_status kept_load(struct sql_conn *conn, struct store_kept *kept_r);
WF_MUST_USE wf_status hold_load(struct sql_conn *conn, struct store_hold *hold_r);
WF_MUST_USE wf_status view_months(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_kept(struct reader *r, struct store_view *view);

/* --- load.c: rows into structs; on either kind of connection --- */
void load_account(struct sql *q, struct account *account_r);
/* The names of the groups as one text, as stored; ACCOUNT_GROUPS_TEXT bytes. */
#define ACCOUNT_GROUPS_TEXT (ACCOUNT_GROUPS_MAX * (ACCOUNT_GROUP_LEN + 1))
void load_groups_text(const struct account *account, char text_r[ACCOUNT_GROUPS_TEXT]);
void load_credential(struct sql *q, struct credential *credential_r);
WF_MUST_USE wf_status load_codes(struct sql_conn *conn, struct credential *credential);
/* By name, or by uid where name is NULL; found_r false if there is none.  version_r may be NULL. */
WF_MUST_USE wf_status load_account_by(struct sql_conn *conn, const char *name, int64_t uid,
	bool *found_r, struct account *account_r, int64_t *version_r);
WF_MUST_USE wf_status load_credentials(
	struct sql_conn *conn, int64_t account_id, struct credential *credentials_r, size_t *n_r);

/* --- lanes.c: counters --- */
struct lane_row {
	struct throttle_state state;
	bool stored; /* there is a row */
	bool known;  /* it is of an account's name */
	char name[WF_NAME_MAX + 1];
};
/* The account's lane among them, NULL without one. */
const struct throttle_state *lanes_account(const struct throttle_state *states, size_t n);
/* Fills in states as stored, with pending; keys and lanes are the caller's. */
WF_MUST_USE wf_status lanes_read(struct sql_conn *conn, struct throttle_state *states, size_t n);
/* State as stored, without pending. */
WF_MUST_USE wf_status lane_get(
	struct sql_conn *conn, const uint8_t *key, enum throttle_lane lane, struct lane_row *row_r);
/*
 * Stores a changed state; deletes a neutral one; keeps the table of unknown names within its bound.
 */
WF_MUST_USE wf_status lane_put(struct writer *w, const struct lane_row *old,
	const struct throttle_state *state, const char *name);
/* Marks the rows of a name as an account's or not. */
WF_MUST_USE wf_status lane_known(struct writer *w, const char *name, bool known);
/* Which locks one failure, or several, have set. */
struct lane_locks {
	bool all, strangers;
};
/* One more failure; adds to `locks` what it has set. */
WF_MUST_USE wf_status lane_fail(struct writer *w, const uint8_t *key,
	const struct throttle_limit *limit, uint32_t weight, const char *name,
	struct lane_locks *locks);
/* The reason of the row that says so; NULL: none was set. */
const char *lane_locks_reason(const struct lane_locks *locks);
WF_MUST_USE wf_status lane_succeed(struct writer *w, const uint8_t *key,
	const struct throttle_limit *limit, const char *name);
WF_MUST_USE wf_status lane_unlock(struct writer *w, const uint8_t *key);

/* --- reserve.c, interrupt.c --- */
/* What becomes of it if nobody answers: an ordinary one counts in the account's lane. */
enum reservation_waits {
	WAITS_NOT = 0,
	WAITS_UNCOUNTED = 1,
	WAITS_COUNTED = 2, /* in the account's lane, too: a guess was evaluated before */
};

struct reservation {
	int64_t account_id, version;
	enum reservation_waits waiting; /* for the answer to a challenge */
	char name[WF_NAME_MAX + 1];
	char place[WF_SOURCE_MAX]; /* from where; "" = nowhere, or noted already */
	bool at_rest;              /* the account's lane has nothing that a success resets */
	bool familiar;             /* which part of the threshold it has */
	uint32_t reserve;
};
WF_MUST_USE wf_status reservation_find(
	struct writer *w, const uint8_t txn[WF_TXN_LEN], struct reservation *found_r);
WF_MUST_USE wf_status reservation_delete(struct writer *w, const uint8_t txn[WF_TXN_LEN]);
/* A lease ends then: to be said of each that is given or shortened. */
void reservation_note(struct writer *w, int64_t until_ms);
/* Ends one: a failure with the row that was laid down; uncounted if it waits for an answer. */
WF_MUST_USE wf_status interrupt_one(struct writer *w, const uint8_t txn[WF_TXN_LEN]);
/* Settles up to `max` reservations whose lease ended at or before until_ms as failures. */
WF_MUST_USE wf_status interrupt_expired(
	struct writer *w, int64_t until_ms, size_t max, size_t *n_r);
WF_MUST_USE wf_status interrupt_expired_of(struct writer *w, const struct store_lanes *lanes);
/*
 * When somebody may have to look for an end of a lease again: asked of the table only where that
 * time has come.
 */
WF_MUST_USE wf_status interrupt_next(struct writer *w);

/* --- admission.c --- */
bool admission_is_whole(const struct store_admission *admission);
/* The limit of the account's lane, as it holds for this attempt. */
const struct throttle_limit *admission_limit(const struct store_admission *admission);
/* States, account, and what the attempt may use of the threshold. */
WF_MUST_USE wf_status admission_read(struct writer *w, struct store_admission *admission);
/* May there be one more?  After admission_read(). */
WF_MUST_USE wf_status admission_decide(struct writer *w, struct store_admission *admission);

/* --- familiar.c --- */
/*
 * Sets which part of the ACCOUNT lane's threshold the attempt has, by account and place; and
 * `noted`.
 */
WF_MUST_USE wf_status familiar_divide(
	struct writer *w, struct store_admission *admission, struct throttle_limit *limit);
/* A login from there was completed. */
WF_MUST_USE wf_status familiar_note(struct writer *w, int64_t account_id, const char *place);
WF_MUST_USE wf_status familiar_reserve_used(struct writer *w, int64_t account_id);

/* --- settle.c --- */
bool settle_is_whole(const struct store_settle *settle);
/* Effects and counters of an attempt that is `held`, against the account that it should be. */
WF_MUST_USE wf_status settle_outcome(
	struct writer *w, struct store_settle *settle, const struct reservation *held);
/* What is written of it: rows and the remembered verdict. */
WF_MUST_USE wf_status settle_rows(struct writer *w, struct store_settle *settle);

/* --- challenge.c --- */
/*
 * The held reservation waits from now on; ends the account's oldest challenge if it has too many.
 */
WF_MUST_USE wf_status challenge_open(
	struct writer *w, const struct store_settle *settle, const struct reservation *held);
/* Nobody can take it up any more; its reservation is the caller's matter. */
/* Nobody took it up; that may count, and be one too many for the account `name`. */
WF_MUST_USE wf_status challenge_ended(struct writer *w, const uint8_t txn[WF_TXN_LEN],
	const char *name, struct lane_locks *locks);
/* Ends one waiting reservation of these lanes, if there is any; for a stranger a stranger's. */
WF_MUST_USE wf_status challenge_yield(
	struct writer *w, const struct store_lanes *lanes, bool *ended_r);

/* --- record.c, outbox.c --- */
/* Orders for sessions that are closed by now are done. */
WF_MUST_USE wf_status order_moot(struct writer *w);

/* --- effect.c --- */
struct effect_result {
	int64_t account_id;    /* of the first account added */
	int64_t added_id;      /* of the last account added */
	int64_t credential_id; /* of the last credential added */
	int64_t grant_id;      /* of the last grant added */
	size_t norders;        /* orders added */
	bool settling;         /* in: effects of a login, not of an act */
};
/* WF_CONFLICT, WF_NOT_FOUND, WF_EXISTS: does not apply; the caller rolls its savepoint back. */
WF_MUST_USE wf_status effect_apply(
	struct writer *w, const struct effect *effect, struct effect_result *result);
/* True for the three statuses above. */
bool effect_refused(wf_status status);
/* outbox.c */
WF_MUST_USE wf_status effect_disconnect(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_order_done(
	struct writer *w, const struct effect *effect, struct effect_result *result);
/* expiry.c */
WF_MUST_USE wf_status effect_log_hold(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_log_release(
	struct writer *w, const struct effect *effect, struct effect_result *result);

/* --- grant.c --- */
WF_MUST_USE wf_status effect_grant_add(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_grant_end(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_grant_use(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status read_grant(struct reader *r, struct store_read *read);
WF_MUST_USE wf_status view_grants(struct reader *r, struct store_view *view);

/* --- cursor.c --- */
WF_MUST_USE wf_status effect_cursor(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status view_cursors(struct reader *r, struct store_view *view);

/* --- duty.c --- */
WF_MUST_USE wf_status effect_reminder(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_duty(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status view_duties(struct reader *r, struct store_view *view);

/* --- setting.c --- */
WF_MUST_USE wf_status effect_configuration(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_baseline(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_drift_told(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status view_configuration(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_drift(struct reader *r, struct store_view *view);

/* --- proof.c --- */
WF_MUST_USE wf_status effect_checkpoint(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status view_checkpoints(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_proof(struct reader *r, struct store_view *view);

/* --- incident.c --- */
/* Closed incidents whose rows are gone, and habits of networks that nobody comes from any more. */
WF_MUST_USE wf_status incidents_forget(struct writer *w, int64_t keep_us, size_t *n_r);
WF_MUST_USE wf_status effect_habit(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_incident_open(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_incident_grow(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_incident_close(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_incident_told(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status effect_incident_settled(
	struct writer *w, const struct effect *effect, struct effect_result *result);
WF_MUST_USE wf_status view_habit(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_incidents(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_incidents_untold(struct reader *r, struct store_view *view);
WF_MUST_USE wf_status view_untold(struct reader *r, struct store_view *view);

/* --- jobs of the writer: one function a kind, inside a savepoint --- */
WF_MUST_USE wf_status job_reserve(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_foretell(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_settle(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_admin(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_session(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_resume(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_attempt(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_record(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_expire(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_clock_save(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_clock_accept(struct writer *w, struct store_job *job);
WF_MUST_USE wf_status job_log_expire(struct writer *w, struct store_job *job);

/* --- jobs of readers, inside a read transaction --- */
WF_MUST_USE wf_status job_read(struct reader *r, struct store_job *job);
WF_MUST_USE wf_status job_view(struct reader *r, struct store_job *job);
WF_MUST_USE wf_status view_audit(struct reader *r, struct store_view *view);

/* --- writer.c, reader.c --- */
void *writer_main(void *writer);
/* One batch, also before the thread runs: `jobs` may be NULL, then only leftovers are settled. */
wf_status writer_batch(struct writer *w, struct store_job *jobs);
void *reader_main(void *reader);
/* Outputs of a job that did not happen show nothing. */
void job_forget(struct store_job *job);

/* --- exempt.c --- */
/* Before the change is committed; any thread. */
void exempt_note(struct store *store, const char *name);
/* Notes those of the database; what is exempted meanwhile notes itself. */
void exempt_load(struct reader *r);

/* --- reconnect.c --- */
WF_MUST_USE wf_status reconnect_init(struct store *store);
void reconnect_clear(struct store *store);
/* Remembers which file is open. */
WF_MUST_USE wf_status reconnect_note_file(struct store *store);
/* WF_IO with a cause when the connection is closed, or its file is not at the path any more. */
WF_MUST_USE wf_status reconnect_check_file(struct store *store, struct sql_conn *conn);
/*
 * After a job: opens all connections anew if it failed by theirs.  Ten times a second at most, so
 * it may remain due: the next jobs look again before they begin, since a lock that was lost would
 * hold them up for ten seconds.  Any thread, which holds no conn_mutex.
 */
void reconnect_before(struct store *store);
void reconnect_after(struct store *store, wf_status status);
/*
 * Closes a connection that was opened apart, on the way of a job that ended with `status`: one that
 * failed may have left a lock with the others, which SQLite tries for ten seconds before it says
 * so.  Any thread, as above.
 */
void reconnect_close(struct store *store, struct sql_conn *conn, wf_status status);

/* --- clock.c --- */
WF_MUST_USE wf_status clock_open(struct store *store, const struct meta *meta);
int64_t clock_lock_ms(struct store *store, struct wf_now now);
/*
 * The clock as it stands at this moment: a jump is seen by the next who looks, not by the next
 * tick.
 */
void clock_look(struct store *store, struct wf_now now, struct lockclock *seen_r);

/* --- backup.c --- */
/*
 * Copies an open database to a new file (mode 0600), durably, as one file without a log beside it.
 */
WF_MUST_USE wf_status backup_copy(
	struct sql_conn *from, const char *path, char *why_r, size_t size);

#endif
