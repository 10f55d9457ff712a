/* Sources and accounts by a hash that nobody outside can foresee; see the header. */
#include "config.h"

#include "authd/egress/queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/fault.h"
#include "common/random.h"

#define FLOWS 251 /* sources that fall together share a turn */
#define ACCOUNTS 256

struct queue {
	struct turns *turns;
	uint64_t seed;
	unsigned of_account[ACCOUNTS]; /* accounts that fall together share their bound */
};

wf_status
queue_new(struct queue **queue_r)
{
	struct queue *queue = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*queue));
	wf_status status;

	if (queue == NULL)
		return WF_NO_MEMORY;
	status = wf_random_bytes(&queue->seed, sizeof(queue->seed));
	if (status == WF_OK)
		status = turns_new(FLOWS, QUEUE_MAX, &queue->turns);
	if (status == WF_OK)
		*queue_r = queue;
	else
		queue_free(&queue);
	return status;
}

void
queue_free(struct queue **queue)
{
	struct queue *gone = *queue;

	*queue = NULL;
	if (gone == NULL)
		return;
	turns_free(&gone->turns);
	free(gone);
}

static uint64_t
hash(const struct queue *queue, const void *bytes, size_t len)
{
	uint64_t sum = queue->seed;

	for (const uint8_t *at = bytes; len > 0; at++, len--)
		sum = (sum ^ *at) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 32;
}

static uint32_t
flow_of(const struct queue *queue, const char *source, const char *user)
{
	uint8_t subscriber[WF_SUBSCRIBER_LEN];

	if (wf_subscriber(source, subscriber))
		return (uint32_t)(hash(queue, subscriber, sizeof(subscriber)) % FLOWS);
	return (uint32_t)(hash(queue, user, strlen(user)) % FLOWS);
}

struct queue_place *
queue_push(struct queue *queue, struct queue_place *place, const char *source, const char *user)
{
	struct queue_place *gone;

	place->account = (uint8_t)(hash(queue, user, strlen(user)) % ACCOUNTS);
	if (queue->of_account[place->account] >= QUEUE_ACCOUNT_MAX)
		return place;
	queue->of_account[place->account]++;
	gone = (struct queue_place *)turns_push(
		queue->turns, &place->turn, flow_of(queue, source, user), false);
	if (gone != NULL)
		queue_leave(queue, gone);
	return gone;
}

struct queue_place *
queue_pop(struct queue *queue)
{
	return (struct queue_place *)turns_pop(queue->turns, false);
}

void
queue_leave(struct queue *queue, const struct queue_place *place)
{
	queue->of_account[place->account]--;
}
