/*
 * The fair queue.
 *
 * Two classes.  *Strangers* wait in one flow for each source, and the flows take turns: somebody
 * who sends a thousand answers from one address waits for himself, everybody else for one round.
 * *Familiars*, pairs of account and source that logged in lately, wait in one flow for each account
 * and have three turns of four, so that a flood from more addresses than there are turns in a
 * person's patience does not lock out those who log in from where they always do.  Within the turns
 * one account has a bounded share of what runs, whoever asks for it.
 *
 * What cannot be evaluated before it is due is turned away when it comes: by the number of turns
 * until its own (its place in its flow, times the flows) and the moving mean of what a turn has
 * cost.
 */
#include "config.h"

#include "authd/engine/admission.h"

#include <stdlib.h>
#include <string.h>

#include "authd/engine/familiar.h"
#include "common/fault.h"
#include "common/secret.h"

#define BUCKETS 1024
#define FAMILIAR_TURNS 3 /* for one of the strangers */
#define MEAN_SHARE 8     /* one measurement moves the mean by an eighth */
#define TOOK_MAX_US 5000000
#define REACH_US 50000 /* of work is reserved ahead */

enum ticket_class { STRANGERS, FAMILIARS, CLASSES };

/* Tickets of one source, or of one account, in order of arrival; exists while there are any. */
struct admission_flow {
	uint8_t key[ADMISSION_KEY_LEN];
	enum ticket_class class;
	struct admission_ticket *first, *last;
	size_t count;
	struct admission_flow *prev, *next; /* ring of its class */
	struct admission_flow *chain;       /* of its bucket */
};

struct class {
	struct admission_flow *turn; /* whose turn is next; NULL: no flow */
	size_t flows, count, max;
};

struct admission {
	struct class classes[CLASSES];
	struct admission_flow *buckets[BUCKETS];
	struct admission_ticket *runs; /* list */
	size_t running, slots, share;
	unsigned threads;
	unsigned in_a_row; /* turns of familiars since the last one of a stranger */
	int64_t mean_us;   /* of one evaluation; 0 = none measured yet */
	struct familiar *familiar;
};

/*
 * More than are computed at a time, since the reservations of the next ones are written meanwhile;
 * but no more than that takes: whoever runs is out of the turns.
 */
static size_t
slots_for(const struct admission *admission)
{
	size_t threads = admission->threads, most = 3 * threads + 4;
	size_t reach = most;

	if (admission->mean_us > 0)
		reach = (size_t)(REACH_US * (int64_t)threads / admission->mean_us);
	if (reach < threads)
		reach = threads;
	return threads + (reach < most ? reach : most);
}

wf_status
admission_new(unsigned threads, size_t queue, struct admission **admission_r)
{
	struct admission *admission =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*admission));
	wf_status status;

	if (admission == NULL)
		return WF_NO_MEMORY;
	status = familiar_new(&admission->familiar);
	if (status != WF_OK) {
		free(admission);
		return status;
	}
	admission->threads = threads > 0 ? threads : 1;
	admission->slots = slots_for(admission);
	admission->share = (size_t)admission->threads + 1;
	admission_configure(admission, queue);
	*admission_r = admission;
	return WF_OK;
}

void
admission_configure(struct admission *admission, size_t queue)
{
	admission->classes[STRANGERS].max = queue;
	admission->classes[FAMILIARS].max = queue / 4 + 1;
}

void
admission_free(struct admission **admission)
{
	struct admission *it = *admission;

	*admission = NULL;
	if (it == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (it->buckets[i] != NULL) {
			struct admission_flow *flow = it->buckets[i];

			it->buckets[i] = flow->chain;
			free(flow);
		}
	}
	familiar_free(&it->familiar);
	free(it);
}

/* --- flows --- */

static size_t
bucket_of(enum ticket_class class, const uint8_t *key)
{
	size_t hash = (size_t)class;

	for (size_t i = 0; i < ADMISSION_KEY_LEN; i++)
		hash = hash * 31 + key[i];
	return hash % BUCKETS;
}

static struct admission_flow *
flow_find(const struct admission *admission, enum ticket_class class, const uint8_t *key)
{
	struct admission_flow *flow = admission->buckets[bucket_of(class, key)];

	while (flow != NULL &&
		(flow->class != class || !wf_mem_equal(flow->key, key, ADMISSION_KEY_LEN)))
		flow = flow->chain;
	return flow;
}

/* A new flow has its turn after all others. */
static void
ring_insert(struct class *class, struct admission_flow *flow)
{
	class->flows++;
	if (class->turn == NULL) {
		flow->prev = flow->next = flow;
		class->turn = flow;
		return;
	}
	flow->next = class->turn;
	flow->prev = class->turn->prev;
	flow->prev->next = flow;
	flow->next->prev = flow;
}

static void
ring_remove(struct class *class, struct admission_flow *flow)
{
	class->flows--;
	if (class->turn == flow)
		class->turn = flow->next != flow ? flow->next : NULL;
	flow->prev->next = flow->next;
	flow->next->prev = flow->prev;
}

static struct admission_flow *
flow_new(struct admission *admission, enum ticket_class class, const uint8_t *key)
{
	struct admission_flow *flow = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*flow));
	struct admission_flow **bucket = &admission->buckets[bucket_of(class, key)];

	if (flow == NULL)
		return NULL;
	memcpy(flow->key, key, ADMISSION_KEY_LEN);
	flow->class = class;
	flow->chain = *bucket;
	*bucket = flow;
	ring_insert(&admission->classes[class], flow);
	return flow;
}

static void
flow_free(struct admission *admission, struct admission_flow *flow)
{
	struct admission_flow **at = &admission->buckets[bucket_of(flow->class, flow->key)];

	while (*at != flow)
		at = &(*at)->chain;
	*at = flow->chain;
	ring_remove(&admission->classes[flow->class], flow);
	free(flow);
}

static void
flow_append(
	struct admission *admission, struct admission_flow *flow, struct admission_ticket *ticket)
{
	ticket->state = TICKET_WAITS;
	ticket->flow = flow;
	ticket->next = NULL;
	ticket->prev = flow->last;
	if (flow->last == NULL)
		flow->first = ticket;
	else
		flow->last->next = ticket;
	flow->last = ticket;
	flow->count++;
	admission->classes[flow->class].count++;
}

/* The flow goes with its last ticket. */
static void
flow_remove(struct admission *admission, struct admission_ticket *ticket)
{
	struct admission_flow *flow = ticket->flow;

	if (ticket->prev == NULL)
		flow->first = ticket->next;
	else
		ticket->prev->next = ticket->next;
	if (ticket->next == NULL)
		flow->last = ticket->prev;
	else
		ticket->next->prev = ticket->prev;
	flow->count--;
	admission->classes[flow->class].count--;
	ticket->state = TICKET_OUT;
	ticket->flow = NULL;
	ticket->prev = ticket->next = NULL;
	if (flow->count == 0)
		flow_free(admission, flow);
}

/* --- coming in --- */

static enum ticket_class
class_of(const struct admission *admission, const struct admission_ticket *ticket, int64_t now_us)
{
	return familiar_has(admission->familiar, ticket->account, ticket->source, now_us)
		       ? FAMILIARS
		       : STRANGERS;
}

static const uint8_t *
key_of(enum ticket_class class, const struct admission_ticket *ticket)
{
	return class == FAMILIARS ? ticket->account : ticket->source;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Turns until the one of a ticket that comes now, its own included. */
static size_t
turns_until(const struct admission *admission, enum ticket_class class,
	const struct admission_flow *flow)
{
	const struct class *own = &admission->classes[class];
	size_t rounds = flow == NULL ? 1 : flow->count + 1;
	size_t turns = least(rounds * (own->flows + (flow == NULL)), own->count + 1);
	size_t others =
		class == FAMILIARS
			? least(turns / FAMILIAR_TURNS + 1, admission->classes[STRANGERS].count)
			: least(turns * FAMILIAR_TURNS, admission->classes[FAMILIARS].count);

	return admission->running + turns + others;
}

static int64_t
wait_us(const struct admission *admission, enum ticket_class class,
	const struct admission_flow *flow)
{
	/*
	 * Where nothing is to be waited for, the attempt itself is the best measurement: no
	 * estimate shuts for ever.
	 */
	if (admission->running == 0 && admission_waiting(admission) == 0)
		return 0;
	return (int64_t)turns_until(admission, class, flow) * admission->mean_us /
	       (int64_t)admission->threads;
}

int64_t
admission_wait_us(
	const struct admission *admission, const struct admission_ticket *ticket, int64_t now_us)
{
	enum ticket_class class = class_of(admission, ticket, now_us);

	return wait_us(admission, class, flow_find(admission, class, key_of(class, ticket)));
}

static struct admission_flow *
longest_flow(const struct class *class)
{
	struct admission_flow *longest = class->turn;
	struct admission_flow *flow = longest;

	for (size_t i = 0; i < class->flows; i++) {
		if (flow->count > longest->count)
			longest = flow;
		flow = flow->next;
	}
	return longest;
}

/*
 * Makes room where the class is full: at the cost of a flow that would still have more waiting than
 * this one.
 */
static bool
make_room(struct admission *admission, enum ticket_class class, const struct admission_flow *flow,
	  struct admission_ticket **displaced_r)
{
	struct class *own = &admission->classes[class];
	struct admission_flow *longest;

	if (own->count < own->max)
		return true;
	longest = longest_flow(own);
	if (longest == NULL || longest->count <= (flow == NULL ? 0 : flow->count) + 1)
		return false;
	*displaced_r = longest->last;
	flow_remove(admission, longest->last);
	return true;
}

bool
admission_offer(struct admission *admission, struct admission_ticket *ticket, int64_t now_us,
		struct admission_ticket **displaced_r)
{
	enum ticket_class class = class_of(admission, ticket, now_us);
	const uint8_t *key = key_of(class, ticket);
	struct admission_flow *flow = flow_find(admission, class, key);

	*displaced_r = NULL;
	if (now_us + wait_us(admission, class, flow) >= ticket->due_us)
		return false;
	if (!make_room(admission, class, flow, displaced_r))
		return false;
	if (flow == NULL)
		flow = flow_new(admission, class, key);
	if (flow == NULL)
		return false;
	flow_append(admission, flow, ticket);
	return true;
}

/* --- going on --- */

static bool
has_share_left(const struct admission *admission, const struct admission_ticket *ticket)
{
	size_t n = 0;

	for (const struct admission_ticket *runs = admission->runs; runs != NULL; runs = runs->next)
		n += wf_mem_equal(runs->account, ticket->account, ADMISSION_KEY_LEN);
	return n < admission->share;
}

/* The first flow from the one whose turn it is whose first ticket may run. */
static struct admission_ticket *
class_take(struct admission *admission, struct class *class)
{
	size_t flows = class->flows;

	for (size_t i = 0; i < flows; i++) {
		struct admission_flow *flow = class->turn;
		struct admission_ticket *ticket = flow->first;

		class->turn = flow->next;
		if (!has_share_left(admission, ticket))
			continue;
		flow_remove(admission, ticket);
		return ticket;
	}
	return NULL;
}

static struct admission_ticket *
take(struct admission *admission)
{
	bool strangers_first = admission->in_a_row >= FAMILIAR_TURNS;
	enum ticket_class first = strangers_first ? STRANGERS : FAMILIARS;
	enum ticket_class second = strangers_first ? FAMILIARS : STRANGERS;
	struct admission_ticket *ticket = class_take(admission, &admission->classes[first]);
	enum ticket_class taken = first;

	if (ticket == NULL) {
		ticket = class_take(admission, &admission->classes[second]);
		taken = second;
	}
	if (ticket != NULL)
		admission->in_a_row = taken == FAMILIARS ? admission->in_a_row + 1 : 0;
	return ticket;
}

struct admission_ticket *
admission_next(struct admission *admission)
{
	struct admission_ticket *ticket;

	if (admission->running >= admission->slots)
		return NULL;
	ticket = take(admission);
	if (ticket == NULL)
		return NULL;
	ticket->state = TICKET_RUNS;
	ticket->prev = NULL;
	ticket->next = admission->runs;
	if (ticket->next != NULL)
		ticket->next->prev = ticket;
	admission->runs = ticket;
	admission->running++;
	return ticket;
}

static void
runs_remove(struct admission *admission, struct admission_ticket *ticket)
{
	if (ticket->prev == NULL)
		admission->runs = ticket->next;
	else
		ticket->prev->next = ticket->next;
	if (ticket->next != NULL)
		ticket->next->prev = ticket->prev;
	admission->running--;
	ticket->state = TICKET_OUT;
	ticket->prev = ticket->next = NULL;
}

void
admission_leave(struct admission *admission, struct admission_ticket *ticket)
{
	if (ticket->state == TICKET_WAITS)
		flow_remove(admission, ticket);
	else if (ticket->state == TICKET_RUNS)
		runs_remove(admission, ticket);
}

/*
 * The oldest of a flow stands first; who is due before it for once is found out when its turn
 * comes.
 */
static struct admission_ticket *
class_overdue(struct class *class, int64_t now_us)
{
	struct admission_flow *flow = class->turn;

	for (size_t i = 0; i < class->flows; i++) {
		if (now_us >= flow->first->due_us)
			return flow->first;
		flow = flow->next;
	}
	return NULL;
}

struct admission_ticket *
admission_overdue(struct admission *admission, int64_t now_us)
{
	for (size_t i = 0; i < CLASSES; i++) {
		struct admission_ticket *ticket = class_overdue(&admission->classes[i], now_us);

		if (ticket == NULL)
			continue;
		flow_remove(admission, ticket);
		return ticket;
	}
	return NULL;
}

/* --- figures --- */

void
admission_measured(struct admission *admission, int64_t took_us)
{
	if (took_us <= 0)
		return;
	if (took_us > TOOK_MAX_US)
		took_us = TOOK_MAX_US; /* the machine was asleep */
	if (admission->mean_us == 0)
		admission->mean_us = took_us;
	else
		admission->mean_us += (took_us - admission->mean_us) / MEAN_SHARE;
	admission->slots = slots_for(admission);
}

void
admission_succeeded(struct admission *admission, const uint8_t account[ADMISSION_KEY_LEN],
		    const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us)
{
	familiar_add(admission->familiar, account, source, now_us);
}

size_t
admission_waiting(const struct admission *admission)
{
	return admission->classes[STRANGERS].count + admission->classes[FAMILIARS].count;
}
