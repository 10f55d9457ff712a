/*
 * From other threads into the loop thread: posts are run by mailbox_run, in order.  The loop polls
 * mailbox_fd (an eventfd).  A post never fails: its memory is the poster's own.
 */
#ifndef WF_AUTHD_WORKER_MAILBOX_H
#define WF_AUTHD_WORKER_MAILBOX_H

#include "common/status.h"

struct mailbox;
struct mailbox_post {
	/*
	 * In the loop thread.  The mailbox has let go of the post: it may be freed or posted again.
	 */
	void (*run)(struct mailbox_post *post);
	void *ctx;
	struct mailbox_post *next; /* the mailbox's */
};

/* WF_NO_MEMORY, or WF_UNAVAILABLE when there is no descriptor. */
WF_MUST_USE wf_status mailbox_new(struct mailbox **mailbox_r);
/* Readable while something waits; the mailbox reads it itself. */
int mailbox_fd(const struct mailbox *mailbox);
/* Any thread, also the loop's.  A post may not be posted again before it has begun to run. */
void mailbox_post(struct mailbox *mailbox, struct mailbox_post *post);
/*
 * Loop thread.  Runs what was posted before the call; what is posted meanwhile waits for the next
 * one.
 */
void mailbox_run(struct mailbox *mailbox);
/*
 * Loop thread, when every poster has been joined.  Posts still waiting are not run: run them
 * before.
 */
void mailbox_free(struct mailbox **mailbox);

#endif
