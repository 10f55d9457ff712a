/*
 * A parcel belongs to both sides, the courier's thread and the loop, and goes with the last of
 * them: the thread may stop waiting at any time, and the loop may be told of the end later.
 */
#include "config.h"

#include "authd/record/courier.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/worker/mailbox.h"
#include "common/fault.h"

struct courier {
	struct record_base base;
	pthread_mutex_t lock;
	pthread_cond_t news;
	bool begun; /* the last delivery was */
	size_t nput_off;
	uint8_t put_off[WF_PEER_STATE_MAX];
	struct parcel *parcel; /* the one that is waited for, or that nobody waits for any more */
	bool interrupted;
};

struct parcel {
	struct courier *courier; /* NULL: nobody waits; the loop thread's alone after that */
	struct mailbox_post post;
	struct egress *const *egress;
	struct egress_ticket *ticket; /* the loop thread's */
	enum wf_trade trade;
	char section[65];
	bool goes_on;
	int64_t deadline_boot_us;
	bool over;
	wf_status status;
	char why[EGRESS_CAUSE_MAX];
	bool begun;
	size_t nput_off;
	uint8_t put_off[WF_PEER_STATE_MAX];
	size_t len;
	uint8_t load[];
};

/* --- in the loop thread --- */

/* Tells the one who waits, or lets go. */
static void
end(struct parcel *parcel, wf_status status, const char *why)
{
	struct courier *courier = parcel->courier;

	parcel->ticket = NULL;
	if (courier == NULL) {
		free(parcel);
		return;
	}
	pthread_mutex_lock(&courier->lock);
	parcel->status = status;
	(void)snprintf(parcel->why, sizeof(parcel->why), "%s", why);
	parcel->over = true;
	pthread_cond_signal(&courier->news);
	pthread_mutex_unlock(&courier->lock);
}

static void
answered(void *ctx, const struct egress_reply *reply)
{
	struct parcel *parcel = ctx;

	parcel->begun = reply->why == WF_WHY_CUT;
	if (reply->outcome == WF_OUTCOME_DELIVERED)
		parcel->nput_off = reply->state_len;
	memcpy(parcel->put_off, reply->state, parcel->nput_off);
	if (reply->outcome == WF_OUTCOME_DELIVERED)
		end(ctx, WF_OK, reply->text);
	else if (reply->outcome == WF_OUTCOME_REJECT)
		end(ctx, WF_DENIED, reply->text[0] != '\0' ? reply->text : "it was refused");
	else
		end(ctx, WF_UNAVAILABLE, reply->cause);
}

static void
take_out(struct mailbox_post *post)
{
	struct parcel *parcel = post->ctx;
	const struct egress_delivery delivery = {.trade = parcel->trade,
		.section = parcel->section,
		.load = parcel->load,
		.len = parcel->len,
		.goes_on = parcel->goes_on,
		.deadline_boot_us = parcel->deadline_boot_us};
	wf_status status = WF_UNAVAILABLE;

	if (parcel->courier != NULL && *parcel->egress != NULL)
		status = egress_deliver(
			*parcel->egress, &delivery, answered, parcel, &parcel->ticket);
	if (status == WF_UNAVAILABLE)
		end(parcel, status, "warifu-egress is away");
	else if (status != WF_OK)
		end(parcel, status, wf_status_text(status));
}

/* --- in the follower's --- */

static wf_status
parcel_new(struct courier *courier, const struct egress_delivery *delivery,
	struct parcel **parcel_r)
{
	struct parcel *parcel =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*parcel) + delivery->len);

	if (parcel == NULL)
		return WF_NO_MEMORY;
	parcel->courier = courier;
	parcel->egress = courier->base.egress;
	parcel->trade = delivery->trade;
	(void)snprintf(parcel->section, sizeof(parcel->section), "%s", delivery->section);
	parcel->deadline_boot_us = delivery->deadline_boot_us;
	parcel->goes_on = delivery->goes_on;
	parcel->len = delivery->len;
	memcpy(parcel->load, delivery->load, delivery->len);
	parcel->post = (struct mailbox_post){.run = take_out, .ctx = parcel};
	*parcel_r = parcel;
	return WF_OK;
}

/* With the lock; an interrupted courier leaves its parcel to courier_free(). */
static wf_status
wait_for_end(struct courier *courier, char *why_r, size_t size)
{
	struct parcel *parcel = courier->parcel;
	wf_status status;

	while (!parcel->over && !courier->interrupted)
		pthread_cond_wait(&courier->news, &courier->lock);
	if (!parcel->over)
		return WF_EXPIRED;
	status = parcel->status;
	(void)snprintf(why_r, size, "%s", parcel->why);
	courier->begun = parcel->begun;
	courier->nput_off = parcel->nput_off;
	memcpy(courier->put_off, parcel->put_off, parcel->nput_off);
	courier->parcel = NULL;
	free(parcel);
	return status;
}

bool
courier_begun(const struct courier *courier)
{
	return courier->begun;
}

size_t
courier_put_off(const struct courier *courier, const uint8_t **which_r)
{
	*which_r = courier->put_off;
	return courier->nput_off;
}

wf_status
courier_deliver(struct courier *courier, const struct egress_delivery *delivery, char *why_r,
	size_t size)
{
	struct parcel *parcel = NULL;
	wf_status status = parcel_new(courier, delivery, &parcel);

	if (status != WF_OK)
		return status;
	pthread_mutex_lock(&courier->lock);
	courier->begun = false;
	courier->nput_off = 0;
	if (courier->interrupted) {
		free(parcel);
		status = WF_EXPIRED;
	} else {
		courier->parcel = parcel;
		mailbox_post(courier->base.mailbox, &parcel->post);
		status = wait_for_end(courier, why_r, size);
	}
	pthread_mutex_unlock(&courier->lock);
	return status;
}

void
courier_interrupt(struct courier *courier)
{
	pthread_mutex_lock(&courier->lock);
	courier->interrupted = true;
	pthread_cond_broadcast(&courier->news);
	pthread_mutex_unlock(&courier->lock);
}

/* --- beginning and end --- */

wf_status
courier_new(const struct record_base *base, struct courier **courier_r)
{
	struct courier *courier = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*courier));

	if (courier == NULL)
		return WF_NO_MEMORY;
	courier->base = *base;
	pthread_mutex_init(&courier->lock, NULL);
	pthread_cond_init(&courier->news, NULL);
	*courier_r = courier;
	return WF_OK;
}

/* A parcel that still lies in the mailbox frees itself when its turn comes. */
static void
abandon(struct parcel *parcel)
{
	if (parcel->over || parcel->ticket != NULL) {
		egress_drop(&parcel->ticket);
		free(parcel);
	} else {
		parcel->courier = NULL;
	}
}

void
courier_free(struct courier **courier)
{
	struct courier *it = *courier;

	*courier = NULL;
	if (it == NULL)
		return;
	if (it->parcel != NULL)
		abandon(it->parcel);
	pthread_cond_destroy(&it->news);
	pthread_mutex_destroy(&it->lock);
	free(it);
}
