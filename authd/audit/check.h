/*
 * The check of a log: rows in order, against their chain and against signed checkpoints that were
 * kept elsewhere.  It works on the store, on a backup and on an export alike, and needs nothing
 * secret.  What does not hold is told as it is found: between which rows, and between which times.
 *
 * What it takes for honest: a restore that its own row speaks of (what was checkpointed behind the
 * backup is gone, and told as that), unless that was checkpointed later; a change of keys that the
 * former key announces, once; checkpoints of other hosts, of other stores, or twice in a file; rows
 * that have expired, where a tombstone says up to which one, and not before their time.
 *
 * Streams: memory grows with the checkpoints alone.  One thread at a time.
 */
#ifndef WF_AUTHD_AUDIT_CHECK_H
#define WF_AUTHD_AUDIT_CHECK_H

#include "authd/audit/audit.h"
#include "authd/audit/checkpoint.h"

struct audit_check;

enum audit_fault_kind {
	FAULT_MISSING = 1, /* rows within */
	FAULT_ADDED,       /* or moved */
	FAULT_CHANGED,     /* a row, or its place */
	FAULT_COLUMNS,     /* what the store searches by does not say what the row says */
	FAULT_HEAD,        /* rows are missing at the beginning */
	FAULT_TAIL,        /* at the end */
	FAULT_REPLACED,    /* the rows are others than those of a checkpoint */
	FAULT_OLDER,       /* an older store stands in the place of this one */
	FAULT_SIGNATURE,   /* a checkpoint was changed */
	FAULT_KEY,         /* a checkpoint is signed with a key that may not sign it */
	FAULT_GAP,         /* a checkpoint of the store's own is missing */
	FAULT_FOREIGN,     /* no checkpoint is of this log, or there is none */
	FAULT_EARLY,       /* rows were removed before their time */
	FAULT_RESTORE      /* a restore cannot have been when its row says */
};

struct audit_fault {
	enum audit_fault_kind kind;
	uint64_t good_seq, bad_seq; /* last good row, first bad one; 0 = none or not known */
	int64_t good_us, bad_us;    /* their times, or that of the checkpoint; 0 = not known */
	char text[384];             /* a sentence */
};

struct audit_check_options {
	const char *node;    /* the chain's; "" = that of the first row */
	const char *store;   /* audit_store_name(); "" = that of the node's latest checkpoint */
	uint64_t generation; /* 0 = not known */
	/* The rows go to the log's end: what checkpoints speak of behind them is missing. */
	bool whole;
	int64_t made_us; /* all of the log as it was then (a backup); 0 = no such thing */
	bool elsewhere;  /* checkpoints that were kept elsewhere are given: one has to be of it */
	void *ctx;
	void (*fault)(void *ctx, const struct audit_fault *fault);
};

/* What was looked at; all zero at the beginning. */
struct audit_check_sums {
	uint64_t rows, first_seq, last_seq;
	int64_t first_us, last_us;
	uint64_t faults;
	/*
	 * Of the checkpoints: fit a row; of other nodes or stores; made void by a restore; of rows
	 * before the first or behind the last one
	 */
	uint64_t fitting, foreign, superseded, outside;
	uint64_t restores;
	bool anchored; /* the first row is shown to be the one that was written */
};

/* A restore by its own row, and what is known of what it lost. */
#define AUDIT_RESTORES_MAX 256 /* that are kept; all are counted */
struct audit_restore {
	uint64_t seq; /* its row */
	int64_t time_us;
	uint64_t generation; /* of the store, from it on */
	uint64_t after;      /* the last row of the backup */
	int64_t after_us;    /* its time; 0 = not known */
	uint64_t lost_seq;   /* row of the last checkpoint that it made void; 0 = none is known */
	int64_t lost_us;     /* when that was made */
};

/* Options are borrowed until it is freed.  WF_NO_MEMORY. */
WF_MUST_USE wf_status audit_check_new(
	const struct audit_check_options *options, struct audit_check **check_r);
void audit_check_free(struct audit_check **check);

/* A public key to trust.  WF_FULL: too many.  Before audit_check_begin(). */
WF_MUST_USE wf_status audit_check_trust(
	struct audit_check *check, const struct signing_public *public);
/*
 * A checkpoint to hold the log against; `own`: of the store's own table, which has all of them.
 * Before audit_check_begin().  WF_NO_MEMORY, WF_FULL: more than a million.
 */
WF_MUST_USE wf_status audit_check_add(
	struct audit_check *check, const struct audit_checkpoint *checkpoint, bool own);
/*
 * All checkpoints within a text.  What begins like one and cannot be read is a fault, unless it is
 * the beginning of one that is there: it was written in part, and then once more.
 */
WF_MUST_USE wf_status audit_check_add_text(
	struct audit_check *check, const char *text, size_t len);
/* Once, before the first row: orders the checkpoints and checks their signatures. */
WF_MUST_USE wf_status audit_check_begin(struct audit_check *check);
/*
 * The next row.  Not WF_OK: could not be told (WF_NO_MEMORY, WF_CRYPTO); what is wrong is a fault,
 * and the check goes on.
 */
WF_MUST_USE wf_status audit_check_row(struct audit_check *check, uint64_t seq,
	const uint8_t *encoded, size_t len, const uint8_t chain[32]);
/*
 * The other way to look, at a log whose chain has been checked, for checkpoints alone: rows of
 * restores, then tombstones (any others do no harm), then the row of each checkpoint, all in rising
 * order.  audit_check_wanted(): of which rows the next checkpoints speak, `most` of them at most,
 * each once; 0: all have been met.
 */
WF_MUST_USE wf_status audit_check_claim(
	struct audit_check *check, uint64_t seq, const uint8_t *encoded, size_t len);
size_t audit_check_wanted(const struct audit_check *check, uint64_t *rows_r, size_t most);
void audit_check_meet(struct audit_check *check, const struct audit_head *row);
/* What should be the next row cannot be read as one: `what` says where ("line 7"). */
void audit_check_broken(struct audit_check *check, const char *what);
/* What stands beside the row just given is not what the row says: `what`, a column's name. */
void audit_check_column(struct audit_check *check, const char *what);
/* After the last row.  `head`: where the store says that the log ends; NULL = not known. */
void audit_check_end(struct audit_check *check, const struct audit_head *head);

const struct audit_check_sums *audit_check_sums(const struct audit_check *check);
/* The restores that came by, in order, and how many; the check's. */
size_t audit_check_restores(
	const struct audit_check *check, const struct audit_restore **restores_r);
/* A sentence, for people. */
void audit_restore_text(const struct audit_restore *restore, char *text_r, size_t size);
/* Chain hash of the last row. */
const uint8_t *audit_check_head(const struct audit_check *check);
/* "missing", "added", "changed"...: stable, for programs. */
const char *audit_fault_name(enum audit_fault_kind kind);

#endif
