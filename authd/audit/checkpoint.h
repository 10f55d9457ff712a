/*
 * A checkpoint: a signed statement how far the log had come, as one line of text that can lie
 * anywhere (syslog, journald, a file on another host, paper), since nobody can make another one
 * without the key.
 *
 *   warifu-checkpoint 1 node=web1 store=4bd11f0a9c027e55 generation=1 number=17 seq=40213
 *   chain=5f... time=2026-03-01T09:00:00.000000+09:00 reason=hour keep=365 key=8c0d...
 *   signature=...
 *
 * in one line, with one blank between the parts, in this order; a checkpoint that announces a key
 * also has `peer`, before the signature.  `keep`: for how many days rows are kept, by what is
 * configured when it is made; so who removes rows before their time cannot say that it was over.
 *
 * Of the node's name all but letters, digits, '.', '_' and '-' stands as %XX.  What is signed is
 * "warifu checkpoint 1", a NUL and the line up to the blank before `signature`.  There is exactly
 * one way to write a checkpoint.  Pure; any thread.
 */
#ifndef WF_AUTHD_AUDIT_CHECKPOINT_H
#define WF_AUTHD_AUDIT_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/crypto/signing.h"
#include "common/status.h"

/* No line is longer, its NUL included; less than what syslog cuts off (RFC 3164: 1024). */
#define AUDIT_CHECKPOINT_SIZE 768

/* Why it was made. */
enum audit_checkpoint_reason {
	CHECKPOINT_ROWS = 1, /* so many rows */
	CHECKPOINT_HOUR,     /* an hour with rows */
	CHECKPOINT_MONTH,    /* the last row of a month */
	CHECKPOINT_STOP,     /* an orderly stop */
	CHECKPOINT_KEY,      /* signed by the former key: `peer` signs from here on */
	CHECKPOINT_NEW_KEY,  /* signed by the new key: `peer` has signed up to here */
	CHECKPOINT_KEEP      /* rows are kept for another time from here on */
};

struct audit_checkpoint {
	char node[65];
	char store[17]; /* audit_store_name() */
	uint64_t generation; /* of the store: rises with every restore */
	uint64_t number;     /* of the checkpoint, from 1 on without a gap */
	uint64_t seq;        /* of the last row that it speaks of */
	uint8_t chain[32];   /* its chain hash */
	int64_t time_us;     /* when it was made, by the wall clock */
	int32_t offset_min;
	enum audit_checkpoint_reason reason;
	uint64_t keep; /* days for which rows are kept; 0 = not said */
	uint8_t peer[SIGNING_PUBLIC_LEN]; /* of the two reasons that speak of keys */
	char key[17]; /* fingerprint of the key that signed */
	uint8_t signature[SIGNING_SIGNATURE_LEN];
};

/* What checkpoints call a store, from its id: a hash, since the id itself is told to nobody. */
WF_MUST_USE wf_status audit_store_name(const uint8_t id[32], char name_r[17]);

bool audit_checkpoint_has_peer(const struct audit_checkpoint *checkpoint);
/* Sets key and signature; all else stands. */
WF_MUST_USE wf_status audit_checkpoint_sign(
	struct audit_checkpoint *checkpoint, const struct signing_key *key);
/* WF_CORRUPT: not by this key, or changed; WF_CRYPTO: could not be told. */
WF_MUST_USE wf_status audit_checkpoint_verify(
	const struct audit_checkpoint *checkpoint, const struct signing_public *public);

/* The line, without its end. */
void audit_checkpoint_write(
	const struct audit_checkpoint *checkpoint, char line_r[AUDIT_CHECKPOINT_SIZE]);
/*
 * The first checkpoint within a text (a line of syslog); used_r: octets up to its end.
 * WF_NOT_FOUND: nothing begins like one; WF_CORRUPT: something does, but is none, or one that was
 * changed so much that it cannot be read: used_r is then where to look on.  Only what stands where
 * the daemon's lines begin is one: others may write such words into a log by their names.
 */
WF_MUST_USE wf_status audit_checkpoint_find(
	const char *text, size_t len, struct audit_checkpoint *checkpoint_r, size_t *used_r);

/*
 * After WF_CORRUPT, with the text from used_r up to the end of its line: whether it is nothing but
 * the beginning of this one's line, which was written in part (a full disk, a power cut).
 */
bool audit_checkpoint_is_torn(
	const char *rest, size_t len, const struct audit_checkpoint *checkpoint);

/* "rows", "hour", "month", "stop", "key", "new-key", "keep"; "unknown". */
const char *audit_checkpoint_reason_name(enum audit_checkpoint_reason reason);

#endif
