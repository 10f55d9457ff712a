/*
 * tune: how long password checks of several costs take on this machine, and the largest that stays
 * under the target.  The smallest one is OWASP's least for Argon2id, which is also the default.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "authd/account/internal.h"

#define TARGET_MS 250

static const struct password_cost costs[] = {{19456, 2, 1}, {32768, 2, 1}, {47104, 1, 1},
	{47104, 2, 1}, {65536, 2, 1}, {65536, 3, 1}, {98304, 3, 1}, {131072, 3, 1}, {262144, 3, 1}};

struct measure {
	struct password_cost cost;
	double ms, per_second;
};

static unsigned
thread_count(const struct act_call *call)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (call->daemon->config->workers > 0)
		return call->daemon->config->workers;
	return cores > 0 ? (unsigned)cores : 1;
}

static bool
same_cost(const struct password_cost *a, const struct password_cost *b)
{
	return a->memory_kib == b->memory_kib && a->passes == b->passes && a->lanes == b->lanes;
}

static uint64_t
work(const struct password_cost *cost)
{
	return (uint64_t)cost->memory_kib * cost->passes;
}

/*
 * One that the machine has no memory for is left out; so are the ones after a check of four times
 * the target.
 */
static size_t
measure_all(const struct act_call *call, double target_ms, struct measure *measures_r, size_t max)
{
	const struct password_cost current = password_cost_get();
	const unsigned threads = thread_count(call);
	size_t n = 0;
	bool known = false;

	for (size_t i = 0; i < COUNT_OF(costs) && n + 1 < max; i++) {
		struct measure *measure = &measures_r[n];

		if (n > 0 && measures_r[n - 1].ms > 4 * target_ms)
			break;
		measure->cost = costs[i];
		if (password_measure(&costs[i], threads, &measure->ms, &measure->per_second) !=
			WF_OK)
			continue;
		known = known || same_cost(&costs[i], &current);
		n++;
	}
	measures_r[n].cost = current;
	if (!known && password_measure(&current, threads, &measures_r[n].ms,
			      &measures_r[n].per_second) == WF_OK)
		n++;
	return n;
}

/* Less than the least is never proposed, even where it is in use. */
static bool
fits(const struct measure *measure, double target_ms)
{
	return measure->ms <= target_ms && work(&measure->cost) >= work(&costs[0]);
}

static const struct measure *
choose(const struct measure *measures, size_t n, double target_ms)
{
	const struct measure *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (fits(&measures[i], target_ms) &&
			(best == NULL || work(&measures[i].cost) > work(&best->cost)))
			best = &measures[i];
	return best;
}

static wf_status
send_row(struct act_call *call, const struct measure *measure, bool proposed)
{
	const struct password_cost current = password_cost_get();
	char memory[ACT_NUMBER_SIZE], passes[ACT_NUMBER_SIZE], lanes[ACT_NUMBER_SIZE];
	char ms[ACT_NUMBER_SIZE], per_second[ACT_NUMBER_SIZE];
	const char *cells[] = {act_number_text(measure->cost.memory_kib, memory),
		act_number_text(measure->cost.passes, passes),
		act_number_text(measure->cost.lanes, lanes), ms, per_second,
		act_bool_text(proposed), act_bool_text(same_cost(&measure->cost, &current))};

	(void)snprintf(ms, sizeof(ms), "%.1f", measure->ms);
	(void)snprintf(per_second, sizeof(per_second), "%.1f", measure->per_second);
	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
conclude(struct act_call *call, const struct measure *best, double target_ms)
{
	const struct password_cost current = password_cost_get();

	if (best == NULL)
		return act_say(call, WF_OK,
			_("No cost stays under %d ms here: keep what you have, or use a faster "
			  "machine."),
			(int)target_ms);
	if (same_cost(&best->cost, &current))
		return act_say(call, WF_OK,
			_("The cost in use is the best one under %d ms: nothing to change."),
			(int)target_ms);
	return act_say(call, WF_OK,
		_("Write into warifu.conf: password { memory_kib = %u passes = %u lanes = %u } and "
		  "reload. Each password is hashed "
		  "anew at its next login."),
		best->cost.memory_kib, best->cost.passes, best->cost.lanes);
}

wf_status
act_tune(struct act_call *call)
{
	static const char *const columns[] = {"memory:number", "passes:number", "lanes:number",
		"ms:number", "per-second:number", "proposed:bool", "current:bool"};
	const double target_ms = (double)act_number(call, "target", TARGET_MS);
	struct measure measures[COUNT_OF(costs) + 2] = {{.ms = 0}};
	size_t n = measure_all(call, target_ms, measures, COUNT_OF(measures));
	const struct measure *best = choose(measures, n, target_ms);
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = send_row(call, &measures[i], &measures[i] == best);
	return status == WF_OK ? conclude(call, best, target_ms) : status;
}
