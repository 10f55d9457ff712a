/*
 * What is made of the log beside the log: the parts that follow it, started and stopped together.
 * One table row a part (record.c); each has followers of its own and shares nothing with the
 * others.
 */
#ifndef WF_AUTHD_RECORD_RECORD_H
#define WF_AUTHD_RECORD_RECORD_H

#include "authd/config/config.h"
#include "authd/crypto/keyring.h"
#include "authd/egress/egress.h"
#include "authd/store/store.h"
#include "authd/worker/mailbox.h"

struct record;

/* What each part works with; lives as long as the record. */
struct record_base {
	struct store *store;
	struct wf_clock clock;
	void (*say)(int priority, const char *text); /* the log of the machine */
	unsigned idle_ms; /* pause of followers at the log's end; 0 = a second */
	/* For what leaves the machine (courier.h): the loop's mailbox, and its way out. */
	struct mailbox *mailbox;
	struct egress *const *egress; /* *egress: NULL while there is none; the loop thread's */
};

/*
 * Loop thread, all of them.  Configuration and keys are borrowed for the call: a part copies what
 * it needs.
 */
WF_MUST_USE wf_status record_new(const struct record_base *base, const struct config *config,
	const struct keyring *keys, struct record **record_r);
/* After a reload.  A part that cannot do as the new one says tells so, and goes on as before. */
void record_configure(
	struct record *record, const struct config *config, const struct keyring *keys);
/* Any thread: why the configured file of countries is not used; "" where nothing is wrong. */
void record_countries(struct record *record, char *why_r, size_t size);
/*
 * Waits for the threads: after the last row, before store_close.  NULL and pointers to NULL are
 * fine.
 */
void record_free(struct record **record);

#endif
