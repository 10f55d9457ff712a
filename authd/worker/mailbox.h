/*
 * From other threads into the loop thread: posts are run by mailbox_run, in order.  The loop polls
 * mailbox_fd (an eventfd).  A post never fails: its memory is the poster's own.
 */
#ifndef WF_AUTHD_WORKER_MAILBOX_H
#define WF_AUTHD_WORKER_MAILBOX_H

#include "common/status.h"

struct mailbox;
struct mailbox_post {
	void (*run)(struct mailbox_post *post); /* in the loop thread */
	void *ctx;
	struct mailbox_post *next;
};

WF_MUST_USE wf_status mailbox_new(struct mailbox **mailbox_r);
int mailbox_fd(const struct mailbox *mailbox);
void mailbox_post(struct mailbox *mailbox, struct mailbox_post *post); /* any thread */
void mailbox_run(struct mailbox *mailbox);                            /* loop thread */
void mailbox_free(struct mailbox **mailbox);

#endif
