/*
 * One list for each client and one for those in the middle of a login. What is full makes room at
 * the end of the longest client's list; logins that are half done give way to nobody but each
 * other.
 */
#include "config.h"

#include "radius/turns.h"

#include <stdlib.h>

#include "common/fault.h"

struct flow {
	struct turn *first, *last;
	size_t n;
};

struct turns {
	size_t nflows; /* clients, and behind them the urgent one */
	size_t max, count;
	size_t next; /* whose turn it is */
	struct flow flows[];
};

wf_status
turns_new(size_t clients, size_t max, struct turns **turns_r)
{
	struct turns *turns;

	if (clients == 0 || max == 0)
		return WF_INVALID;
	turns = wf_fault(WF_FAULT_ALLOC)
			? NULL
			: calloc(1, sizeof(*turns) + (clients + 1) * sizeof(struct flow));
	if (turns == NULL)
		return WF_NO_MEMORY;
	turns->nflows = clients + 1;
	turns->max = max;
	*turns_r = turns;
	return WF_OK;
}

void
turns_free(struct turns **turns)
{
	free(*turns);
	*turns = NULL;
}

static struct flow *
urgent_flow(struct turns *turns)
{
	return &turns->flows[turns->nflows - 1];
}

void
turns_remove(struct turns *turns, struct turn *turn)
{
	struct flow *flow;

	if (!turn->waits)
		return;
	flow = &turns->flows[turn->flow];
	*(turn->previous == NULL ? &flow->first : &turn->previous->next) = turn->next;
	*(turn->next == NULL ? &flow->last : &turn->next->previous) = turn->previous;
	flow->n--;
	turns->count--;
	turn->waits = false;
}

static struct flow *
longest(struct turns *turns)
{
	struct flow *found = &turns->flows[0];

	for (size_t i = 1; i + 1 < turns->nflows; i++)
		if (turns->flows[i].n > found->n)
			found = &turns->flows[i];
	return found;
}

static void
append(struct turns *turns, struct turn *turn, struct flow *flow)
{
	turn->flow = (uint32_t)(flow - turns->flows);
	turn->previous = flow->last;
	turn->next = NULL;
	turn->waits = true;
	*(flow->last == NULL ? &flow->first : &flow->last->next) = turn;
	flow->last = turn;
	flow->n++;
	turns->count++;
}

struct turn *
turns_push(struct turns *turns, struct turn *turn, uint32_t client, bool urgent)
{
	struct flow *flow =
		urgent ? urgent_flow(turns) : &turns->flows[client % (turns->nflows - 1)];
	struct turn *gone = NULL;

	if (turns->count >= turns->max) {
		struct flow *most = longest(turns);

		/*
		 * The newcomer is no better than those of its own client, nor than one of a
		 * client with as few.
		 */
		if (most->n == 0 || (!urgent && flow->n + 1 >= most->n))
			return turn;
		gone = most->last;
		turns_remove(turns, gone);
	}
	append(turns, turn, flow);
	return gone;
}

struct turn *
turns_pop(struct turns *turns, bool urgent_only)
{
	struct turn *turn = urgent_flow(turns)->first;
	size_t clients = turns->nflows - 1;

	for (size_t i = 0; turn == NULL && !urgent_only && turns->count > 0 && i < clients; i++) {
		turn = turns->flows[turns->next].first;
		turns->next = (turns->next + 1) % clients;
	}
	if (turn != NULL)
		turns_remove(turns, turn);
	return turn;
}

size_t
turns_count(const struct turns *turns)
{
	return turns->count;
}
