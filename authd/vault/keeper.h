/*
 * Who makes the copies that warifu.conf and the documents ask for, and keeps them: one turn every
 * few seconds, in a thread of its own that no login waits for.
 *
 * A turn makes the copy that is due, brings to the second folder what is missing there, and takes
 * away what the rule lets go; that only after a copy has been made and proved.  Each copy, each one
 * that was brought elsewhere, and each failure is a row of the log.  What fails is tried again
 * after a minute, then after longer and longer, up to about an hour.
 */
#ifndef WF_AUTHD_VAULT_KEEPER_H
#define WF_AUTHD_VAULT_KEEPER_H

#include "authd/config/config.h"
#include "authd/vault/copy.h"

struct keeper;

/* How copies stand, for status and doctor. */
struct keeper_facts {
	int64_t every_s;    /* 0 = the daemon makes none */
	int64_t newest_us;  /* the last one that counts; 0 = there is none */
	size_t copies;      /* in the first folder */
	int64_t failing_us; /* since when none could be made; 0 = all is well */
	char why[512];
	bool second;        /* a second folder is configured */
	int64_t second_us;  /* the last copy that is there; 0 = none, or nobody has looked yet */
	int64_t second_failing_us;
	char second_why[512];
};

/* Lent for one turn. */
struct keeper_lent {
	struct store *store;
	const struct keyring *keys;
	const struct config *config;
};

/* `say` writes to the log of the machine.  WF_NO_MEMORY. */
WF_MUST_USE wf_status keeper_new(const struct wf_clock *clock,
	void (*say)(int priority, const char *text), struct keeper **keeper_r);
/* After the last turn.  NULL and pointers to NULL are fine. */
void keeper_free(struct keeper **keeper);
/* One turn: in one thread at a time, never the loop's; may take as long as the disks do. */
void keeper_turn(struct keeper *keeper, const struct keeper_lent *lent);
/* Any thread, and at once, whatever a turn is waiting for. */
void keeper_facts(struct keeper *keeper, struct keeper_facts *facts_r);

#endif
