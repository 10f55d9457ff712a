/*
 * The audit row: one decision or act, in the fields that the documents demand
 * (SCS-4-4-3-1, ISAC-6.1.4, KUBOTA-143a), its canonical encoding and its place in
 * the hash chain.  Pure: knows neither store nor clock.
 *
 * Encoding (version 1): u8 version, then every field in table order: integers as
 * u64, texts as u16 length and bytes.  row hash = SHA-256("warifu row 1" 0x00 encoding);
 * chain hash = SHA-256("warifu chain 1" 0x00 previous chain hash, u64 sequence, row hash).
 * The chain of a node starts from SHA-256("warifu chain start 1" 0x00 node id).
 */
#ifndef WF_AUTHD_AUDIT_AUDIT_H
#define WF_AUTHD_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/status.h"

enum audit_class {
	AUDIT_AUTH = 1,    /* a login attempt, or refusals before evaluation (count > 1) */
	AUDIT_ADMIN = 2,   /* an administrative act */
	AUDIT_SESSION = 3, /* opened, closed */
	AUDIT_FINDING = 4, /* something that somebody should look at: lock reached, clock suspect */
	AUDIT_SYSTEM = 5,  /* start, stop, restore, reload, migration */
	AUDIT_TOMBSTONE = 6
};

enum audit_result {
	AUDIT_FAILURE = 0,
	AUDIT_SUCCESS = 1,
	AUDIT_NEUTRAL = 2,
	AUDIT_UNAVAILABLE = 3
};

#define AUDIT_ENCODED_MAX 8192

struct audit_row {
	enum audit_class class;
	int64_t time_us;    /* wall time of the decision */
	int32_t offset_min; /* local offset from UTC in minutes */
	enum audit_result result;
	char event[32];   /* "login", "unlock", "session.open", ... */
	char reason[48];  /* "wrong-password", "locked", "replayed", ... */
	char source[64];  /* never empty */
	char host[65];    /* destination host */
	char user[257];   /* user id as given */
	char machine[65]; /* NAS or terminal */
	char service[65];
	char action[65];  /* what was asked: "authenticate", "account", "password" */
	char factors[65]; /* "password+totp" */
	char kinds[33];   /* "knowledge+possession" */
	char rule[65];    /* parameter and criterion that decided: "lock.threshold SCS-4-1-4-1" */
	char txn[33];     /* transaction id in hex */
	char operator_name[257]; /* acts: who */
	char ticket[65];
	char approver[65];
	char detail[513]; /* free text, cleaned of control characters */
	char node[65];
	uint32_t count;            /* refusals aggregated in this row; 1 otherwise */
	int64_t first_us, last_us; /* of the aggregated ones; 0 is encoded as time_us */
};

struct audit_head {
	uint64_t seq;      /* of the last row; 0 = none yet */
	uint8_t chain[32]; /* its chain hash, or the start value */
};

/* Neutral row with count 1, no times and otherwise empty texts. */
void audit_row_init(struct audit_row *row, enum audit_class class, const char *event);
/* One of the daemon's own, of this time: neutral, from local:warifud, of this node on its host. */
void audit_own_row(struct audit_row *row_r, enum audit_class class, const char *event,
	const char *node, int64_t wall_us);
/*
 * What stands in every view in the place of row `seq`, which cannot be read, and what is written
 * into the log when that is noticed: a failure of the system, "log.damaged".
 */
#define AUDIT_EVENT_DAMAGED "log.damaged"
void audit_damaged_row(struct audit_row *row_r, uint64_t seq, const char *node, int64_t wall_us);
/* What clocks here are off UTC at that time. */
int32_t audit_offset_min(int64_t wall_us);
/*
 * Copies and cleans: controls, separators of lines, marks that turn the direction of writing and
 * each byte that is no UTF-8 become '?'; cut at a character boundary; the rest of the field becomes
 * zeros.  `text` may be NULL (empty) or the field itself; size >= 1.
 */
void audit_text(char *field, size_t size, const char *text);
#define AUDIT_TEXT(field, text) audit_text((field), sizeof(field), (text))

/*
 * Canonical bytes, appended to `encoded` (its max: at least AUDIT_ENCODED_MAX).  Texts are cleaned
 * once more on the way; an empty source becomes "local:unknown", a count of 0 becomes 1, and times
 * of 0 in first_us and last_us become time_us.  WF_INVALID: a number out of its range.
 */
WF_MUST_USE wf_status audit_row_encode(const struct audit_row *row, struct wf_buf *encoded);
/*
 * WF_CORRUPT for anything that does not encode back to the same bytes; WF_VERSION for a newer
 * version.  Allocates nothing.
 */
WF_MUST_USE wf_status audit_row_decode(const uint8_t *bytes, size_t len, struct audit_row *row_r);

/*
 * Whether the encoder would leave the row as it is, so that no two rows have one encoding.  Of rows
 * that have zeros behind their texts, as decoded ones have.
 */
bool audit_row_is_canonical(const struct audit_row *row);

/* WF_NO_MEMORY, WF_CRYPTO. */
WF_MUST_USE wf_status audit_head_init(struct audit_head *head, const char *node);
/*
 * The next head after a row with this encoding; `head` itself is untouched (it advances after the
 * commit).  WF_FULL: no number is left.
 */
WF_MUST_USE wf_status audit_seal(const struct audit_head *head, const uint8_t *encoded, size_t len,
	struct audit_head *next_r, uint8_t row_hash_r[32]);

/*
 * Streaming verification: feed rows in sequence order.  `head` starts from audit_head_init(), or
 * from a known good place in the chain.
 */
struct audit_verifier {
	struct audit_head head;
	uint64_t rows;
};
/*
 * One stored row against the chain.  WF_CORRUPT when it does not follow, another status when that
 * could not be told; both with a sentence in why_r, and the verifier stays where it was.  To look
 * on behind a fault, set `head` to the number and chain hash of the row that was refused.
 */
WF_MUST_USE wf_status audit_verify_row(struct audit_verifier *verifier, uint64_t seq,
	const uint8_t *encoded, size_t len, const uint8_t chain[32], char *why_r, size_t size);

/* "auth", "admin", "session", "finding", "system", "tombstone"; "unknown" for any other value. */
const char *audit_class_name(enum audit_class class);
/* "failure", "success", "neutral", "unavailable"; "unknown" for any other value. */
const char *audit_result_name(enum audit_result result);

#endif
