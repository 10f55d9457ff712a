/*
 * From a follower's thread to a receiver elsewhere and back: the way to warifu-egress is the loop
 * thread's, so what is to be delivered is posted there, and its end is waited for here.  One
 * delivery at a time; mail, hooks and streams each have a courier of their own.
 */
#ifndef WF_AUTHD_RECORD_COURIER_H
#define WF_AUTHD_RECORD_COURIER_H

#include "authd/egress/egress.h"
#include "authd/record/record.h"

struct courier;

/* `base` outlives it.  WF_NO_MEMORY. */
WF_MUST_USE wf_status courier_new(const struct record_base *base, struct courier **courier_r);
/*
 * In the follower's thread, or an act's: delivers and waits for what became of it.  WF_OK:
 * DELIVERED; why_r is what the receiver said with it, mostly nothing.  Anything else: it may have
 * arrived or not, and why_r says why, in words; WF_DENIED: the receiver will not have it as it is.
 * The delivery is copied.
 */
WF_MUST_USE wf_status courier_deliver(struct courier *courier,
	const struct egress_delivery *delivery, char *why_r, size_t size);
/*
 * Of the last delivery, in the thread that made it.  It failed, and the receiver may have it all
 * the same; it went, and those of a letter's recipients were put off: where they stand in it.
 */
bool courier_begun(const struct courier *courier);
size_t courier_put_off(const struct courier *courier, const uint8_t **which_r);
/* Any thread: whoever waits does so no longer, now and from now on. */
void courier_interrupt(struct courier *courier);
/*
 * Loop thread, once its follower's thread has ended; any thread after a delivery.  NULLs the
 * pointer, accepts NULL.
 */
void courier_free(struct courier **courier);

#endif
