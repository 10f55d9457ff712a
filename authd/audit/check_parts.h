/*
 * What check.c (rows), check_marks.c (checkpoints) and check_claims.c (rows that say that others
 * are gone) share: the state of a check.  Nobody else includes this.
 */
#ifndef WF_AUTHD_AUDIT_CHECK_PARTS_H
#define WF_AUTHD_AUDIT_CHECK_PARTS_H

#include "authd/audit/check.h"
#include "authd/audit/run.h"

#define KEYS_MAX 1024
#define DAMAGED_MAX 64

struct known_key {
	struct signing_public public;
	bool retired;
	uint64_t generation, seq, number; /* of the checkpoint by which it was replaced */
	char heir[17];                    /* by which key */
};

struct mark {
	struct audit_checkpoint checkpoint;
	bool own;
	bool proved; /* its signature is a trusted key's */
	/* A genuine one of a later generation has its number, or a lower one: which (0 = none). */
	uint64_t void_generation, void_number;
	int64_t by_us; /* it was made by then: no later one says an earlier time */
};

/* A line that begins like a checkpoint and cannot be read, from that beginning on. */
struct damaged {
	char rest[AUDIT_CHECKPOINT_SIZE]; /* behind the first words */
	size_t len;
	bool torn; /* no more than the beginning of one that is there */
};

/* A place in the log: a row, or what a checkpoint says of one. */
struct place {
	uint64_t seq;
	int64_t us;
};

struct audit_check {
	struct audit_check_options options;
	char node[65];
	char store[17];
	struct known_key keys[KEYS_MAX];
	size_t nkeys;
	struct damaged damaged[DAMAGED_MAX];
	size_t ndamaged;
	struct mark *marks;
	size_t nmarks, room, next; /* those before `next` have been met */
	struct audit_restore restores[AUDIT_RESTORES_MAX];
	struct place before; /* the row before the one that is looked at */
	struct audit_verifier verifier;
	uint8_t first[AUDIT_ENCODED_MAX], first_chain[32]; /* the first row */
	size_t first_len;
	bool buried; /* a tombstone speaks of the rows before it */
	struct audit_check_sums sums;
	uint64_t fitting_seq; /* of the last checkpoint that fitted; with its time */
	int64_t fitting_us;
	uint64_t fitting_generation;
	bool older_told;
};

static inline struct place
check_place_of(const struct audit_checkpoint *checkpoint)
{
	return (struct place){checkpoint->seq, checkpoint->time_us};
}

/* Counts a fault and hands it to whoever wants to know. */
void check_tell(struct audit_check *check, enum audit_fault_kind kind, struct place good,
	struct place bad, const char *format, ...) __attribute__((format(printf, 5, 6)));
/*
 * Once the node is known: tells of checkpoints that prove nothing, leaves those of this log, and
 * orders them by the row that they speak of.
 */
WF_MUST_USE wf_status check_prepare(struct audit_check *check);

/* What check_prepare() says of them, where no node was ever known. */
void check_tell_damaged(struct audit_check *check);

/* Whether a restore that has come by, or a later generation, makes it void. */
bool check_is_void(struct audit_check *check, const struct mark *mark);
/* After the last row: what a later generation made void was lost by a restore, which has a row. */
void check_look_for_restore(struct audit_check *check);
/* Counts it, and what is lost by that restore; tells of a restore that cannot have been then. */
void check_note_void(struct audit_check *check, const struct mark *mark);

#endif
