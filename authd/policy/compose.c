/* Claims into cells, and what answers make of them.  Pure; see the header for what it means. */
#include "config.h"

#include "authd/policy/compose.h"

#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- forces --- */

/* From the strongest on; what is behind the mark does not bind. */
static const struct {
	const char *force;
	bool binds;
} forces[] = {
	{"must", true},
	{"must-not", true},
	{"where-possible", true},
	{"sample", true},
	{"recommended", false},
	{"optional", false},
};

static size_t
force_rank(const struct compose_claim *claim)
{
	size_t i = 0;

	while (i < COUNT(forces) && strcmp(forces[i].force, claim->origin.force) != 0)
		i++;
	return i;
}

bool
compose_binds(const struct compose_claim *claim)
{
	size_t rank = force_rank(claim);

	return rank < COUNT(forces) && forces[rank].binds;
}

/* --- one cell --- */

/* What has been said of a cell so far; of each sort the claim to be named. */
struct gathering {
	const struct rule_spec *spec;
	int64_t value; /* of all values */
	const struct compose_claim *sorts[3];
};

static bool
in_cell(const struct compose_claim *claim, size_t cell)
{
	return (claim->kinds & 1U << cell / RULE_GUARDS) != 0 &&
	       (claim->guards & 1U << cell % RULE_GUARDS) != 0;
}

/*
 * Whether one value asks for less, in an order that has a place for any two: sets go by how many
 * members they have.
 */
static bool
is_weaker(const struct compose_claim *a, const struct compose_claim *b)
{
	int members =
		__builtin_popcountll((uint64_t)a->value) - __builtin_popcountll((uint64_t)b->value);

	if (a->spec->members == NULL)
		return rule_weaker(a->spec, a->value, b->value);
	return a->spec->stricter == POLICY_UNION ? members < 0 : members > 0;
}

/* Which of two claims is named where both ask for the same: the stronger one, then by its name. */
static bool
is_stronger(const struct compose_claim *a, const struct compose_claim *b)
{
	int order;

	if (force_rank(a) != force_rank(b))
		return force_rank(a) < force_rank(b);
	order = strcmp(a->origin.criterion, b->origin.criterion);
	return order != 0 ? order < 0 : strcmp(a->profile, b->profile) < 0;
}

/*
 * Which of two claims is named: the stricter one, then the stronger one, then by its name, so
 * that order plays no part.
 */
static bool
is_better(const struct compose_claim *a, const struct compose_claim *b)
{
	if (a->sort == CLAIM_VALUE && (is_weaker(a, b) || is_weaker(b, a)))
		return is_weaker(b, a);
	return is_stronger(a, b);
}

static int64_t
strictest(const struct rule_spec *spec, int64_t a, int64_t b)
{
	if (spec->stricter == POLICY_UNION)
		return a | b;
	if (spec->stricter == POLICY_INTERSECT)
		return a & b;
	return rule_weaker(spec, a, b) ? b : a;
}

static void
gather_claim(struct gathering *gathering, const struct compose_claim *claim)
{
	const struct compose_claim **named = &gathering->sorts[claim->sort];

	if (claim->sort == CLAIM_VALUE)
		gathering->value = *named == NULL
					   ? claim->value
					   : strictest(claim->spec, gathering->value, claim->value);
	if (*named == NULL || is_better(claim, *named))
		*named = claim;
}

/* What is forbidden to demand may still be said to be nothing. */
static bool
demands(const struct gathering *gathering)
{
	if (gathering->sorts[CLAIM_VALUE] == NULL)
		return gathering->sorts[CLAIM_UNDEFINED] != NULL;
	return gathering->spec->stricter != POLICY_UNION || gathering->value != 0;
}

static struct compose_cell
judge(const struct gathering *gathering)
{
	const struct compose_claim *value = gathering->sorts[CLAIM_VALUE];
	const struct compose_claim *open = gathering->sorts[CLAIM_UNDEFINED];
	const struct compose_claim *bar = gathering->sorts[CLAIM_FORBIDDEN];

	if (bar != NULL && demands(gathering))
		return (struct compose_cell){
			.state = CELL_CONFLICT, .by = value != NULL ? value : open, .against = bar};
	if (bar != NULL)
		return (struct compose_cell){.state = CELL_BARRED, .by = bar};
	if (value != NULL)
		return (struct compose_cell){
			.state = CELL_SET, .value = gathering->value, .by = value};
	if (open != NULL)
		return (struct compose_cell){.state = CELL_OPEN, .by = open};
	return (struct compose_cell){.state = CELL_SILENT};
}

static int
shared(const struct compose_claim *a, const struct compose_claim *b)
{
	return __builtin_popcountll((uint64_t)(a->value & b->value));
}

/* Who allows least of what `by` allows; where nothing is left of it, that is somebody else. */
static const struct compose_claim *
opponent(const struct compose_claim *const *claims, size_t n, const struct compose_claim *by,
	size_t cell)
{
	const struct compose_claim *best = by;

	for (size_t i = 0; i < n; i++) {
		const struct compose_claim *claim = claims[i];

		if (claim->spec != by->spec || claim->sort != CLAIM_VALUE ||
			!compose_binds(claim) || !in_cell(claim, cell))
			continue;
		if (shared(claim, by) < shared(best, by) ||
			(shared(claim, by) == shared(best, by) && is_better(claim, best)))
			best = claim;
	}
	return best;
}

static void
compose_cell(const struct compose_claim *const *claims, size_t n, const struct rule_spec *spec,
	size_t cell, struct compose_cell *cell_r)
{
	struct gathering gathering = {.spec = spec};

	for (size_t i = 0; i < n; i++)
		if (claims[i]->spec == spec && compose_binds(claims[i]) && in_cell(claims[i], cell))
			gather_claim(&gathering, claims[i]);
	*cell_r = judge(&gathering);
	if (cell_r->state != CELL_SET || spec->stricter != POLICY_INTERSECT || cell_r->value != 0)
		return;
	cell_r->against = opponent(claims, n, cell_r->by, cell);
	cell_r->state = CELL_CONFLICT;
}

void
compose(const struct compose_claim *const *claims, size_t n, struct composed *composed_r)
{
	size_t count;
	const struct rule_spec *specs = rule_specs(&count);

	memset(composed_r, 0, sizeof(*composed_r));
	for (size_t i = 0; i < count; i++)
		for (size_t cell = 0; cell < RULE_CELLS; cell++)
			compose_cell(claims, n, &specs[i], cell, &composed_r->cells[i][cell]);
}

/* --- what a silent document leaves as it is --- */

static bool
speaks_of(const struct compose_claim *const *claims, size_t n, const struct rule_spec *spec,
	size_t cell)
{
	for (size_t i = 0; i < n; i++)
		if (claims[i]->spec == spec && compose_binds(claims[i]) && in_cell(claims[i], cell))
			return true;
	return false;
}

static void
narrow_cell(struct compose_cell *cell, int64_t value)
{
	if (cell->state != CELL_SET || (cell->value & value) == cell->value)
		return;
	cell->value &= value;
	cell->narrowed = true;
	if (cell->value == 0)
		cell->state = CELL_CONFLICT;
}

void
compose_narrow(struct composed *composed, const struct compose_claim *const *claims, size_t n,
	const struct rule_default *ours)
{
	const struct rule_spec *spec = rule_spec(ours->rule);

	for (size_t cell = 0; cell < RULE_CELLS; cell++)
		if (!speaks_of(claims, n, spec, cell))
			narrow_cell(&composed->cells[ours->rule][cell], ours->value);
}

/* --- who asks --- */

const struct compose_claim *
compose_member(const struct compose_claim *const *claims, size_t n, const struct rule_spec *spec,
	unsigned cell, int64_t bit)
{
	const struct compose_claim *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct compose_claim *claim = claims[i];

		if (claim->spec == spec && claim->sort == CLAIM_VALUE && compose_binds(claim) &&
			in_cell(claim, cell) && (claim->value & bit) != 0 &&
			(best == NULL || is_stronger(claim, best)))
			best = claim;
	}
	return best;
}

/* --- answers --- */

static bool
answers_cell(const struct compose_answer *answer, size_t cell)
{
	return (answer->kinds & 1U << cell / RULE_GUARDS) != 0 &&
	       (answer->guards & 1U << cell % RULE_GUARDS) != 0;
}

/* Whether this cell is one that the answer may change. */
static bool
needs(const struct compose_answer *answer, const struct compose_cell *cell)
{
	if (!answer->deviates)
		return cell->state == CELL_CONFLICT || cell->state == CELL_OPEN;
	if (cell->state == CELL_BARRED)
		return !answer->none;
	return cell->state == CELL_SET &&
	       (answer->none || rule_weaker(answer->spec, answer->value, cell->value));
}

static bool
apply(const struct compose_answer *answer, struct compose_cell *cells)
{
	bool used = false;

	for (size_t i = 0; i < RULE_CELLS; i++) {
		if (!answers_cell(answer, i) || !needs(answer, &cells[i]))
			continue;
		cells[i].state = answer->none ? CELL_BARRED : CELL_SET;
		cells[i].value = answer->none ? 0 : answer->value;
		cells[i].answer = answer;
		used = true;
	}
	return used;
}

static struct compose_problem
answer_problem(enum compose_fault fault, const struct compose_answer *answer)
{
	return (struct compose_problem){.fault = fault,
		.spec = answer->spec,
		.kinds = answer->kinds,
		.guards = answer->guards,
		.answer = answer};
}

static bool
is_unsettled(const struct compose_cell *cell)
{
	return cell->state == CELL_CONFLICT || cell->state == CELL_OPEN;
}

/* Gives whether a cell of this parameter is unsettled, the first such group in problem_r. */
static bool
find_unsettled(const struct composed *composed, const struct rule_spec *spec,
	struct compose_problem *problem_r)
{
	struct compose_group groups[RULE_CELLS];
	size_t n = compose_groups(composed, spec, groups);

	for (size_t i = 0; i < n; i++) {
		if (!is_unsettled(groups[i].cell))
			continue;
		*problem_r = (struct compose_problem){.fault = groups[i].cell->state == CELL_OPEN
								       ? COMPOSE_UNDEFINED
								       : COMPOSE_CONFLICT,
			.spec = spec,
			.kinds = groups[i].kinds,
			.guards = groups[i].guards,
			.by = groups[i].cell->by,
			.against = groups[i].cell->against};
		return true;
	}
	return false;
}

static bool
all_settled(const struct composed *composed, struct compose_problem *problem_r)
{
	size_t n, found = 0;
	const struct rule_spec *specs = rule_specs(&n);

	for (size_t i = 0; i < n; i++) {
		struct compose_problem problem;

		if (!find_unsettled(composed, &specs[i], &problem))
			continue;
		if (found++ == 0)
			*problem_r = problem;
	}
	if (found > 0)
		problem_r->more = found - 1;
	return found == 0;
}

bool
compose_settle(struct composed *composed, const struct compose_answer *answers, size_t n,
	struct compose_problem *problem_r)
{
	for (size_t i = 0; i < n; i++) {
		const struct compose_answer *answer = &answers[i];

		if (apply(answer, composed->cells[rule_index(answer->spec)]))
			continue;
		*problem_r = answer_problem(
			answer->deviates ? COMPOSE_NOT_WEAKER : COMPOSE_NEEDLESS, answer);
		return false;
	}
	return all_settled(composed, problem_r);
}

/* --- verdicts --- */

static bool
is_met(const struct compose_claim *claim, const struct compose_cell *cell)
{
	bool nothing = cell->state == CELL_BARRED || cell->state == CELL_SILENT;
	bool adds_up = claim->spec->stricter == POLICY_UNION;

	if (claim->sort == CLAIM_FORBIDDEN)
		return nothing || (adds_up && cell->value == 0);
	if (claim->sort == CLAIM_UNDEFINED) /* a set may be said to be empty (C-02) */
		return !nothing || (adds_up && cell->answer != NULL);
	if (nothing)
		return adds_up && claim->value == 0;
	return !rule_weaker(claim->spec, cell->value, claim->value);
}

enum compose_verdict
compose_verdict(const struct compose_claim *claim, const struct composed *composed)
{
	const struct compose_cell *cells = composed->cells[rule_index(claim->spec)];
	bool binds = compose_binds(claim);
	bool met = true;

	for (size_t i = 0; i < RULE_CELLS; i++) {
		if (!in_cell(claim, i))
			continue;
		if (binds && is_unsettled(&cells[i]))
			return VERDICT_UNSETTLED;
		met = met && is_met(claim, &cells[i]);
	}
	if (binds)
		return met ? VERDICT_MET : VERDICT_DEVIATES;
	return met ? VERDICT_FOLLOWED : VERDICT_NOT_FOLLOWED;
}

const char *
compose_verdict_word(enum compose_verdict verdict)
{
	static const char *const words[] = {
		N_("met"), N_("deviation"), N_("unsettled"), N_("advice followed"), N_("advice")};

	return words[verdict];
}

/* --- for those who show it --- */

bool
compose_alike(const struct compose_cell *a, const struct compose_cell *b)
{
	return a->state == b->state && a->value == b->value && a->by == b->by &&
	       a->against == b->against && a->answer == b->answer && a->narrowed == b->narrowed;
}

static bool
alike_at(const void *cells, size_t a, size_t b)
{
	const struct compose_cell *list = cells;

	return compose_alike(&list[a], &list[b]);
}

size_t
compose_groups(const struct composed *composed, const struct rule_spec *spec,
	struct compose_group groups_r[RULE_CELLS])
{
	const struct compose_cell *cells = composed->cells[rule_index(spec)];
	struct rule_group groups[RULE_CELLS];
	size_t n = rule_groups(alike_at, cells, groups);

	for (size_t i = 0; i < n; i++)
		groups_r[i] = (struct compose_group){.kinds = groups[i].kinds,
			.guards = groups[i].guards,
			.cell = &cells[groups[i].cell]};
	return n;
}

const char *
compose_cell_text(
	const struct rule_spec *spec, const struct compose_cell *cell, char text_r[RULE_VALUE_SIZE])
{
	static const char *const words[] = {[CELL_SILENT] = "",
		[CELL_BARRED] = "none",
		[CELL_OPEN] = "undefined",
		[CELL_CONFLICT] = "conflict"};

	if (cell->state == CELL_SET)
		return rule_value_text(spec, cell->value, text_r);
	(void)snprintf(text_r, RULE_VALUE_SIZE, "%s", words[cell->state]);
	return text_r;
}

bool
compose_weakest(const struct composed *composed, const struct rule_spec *spec, unsigned kinds,
	unsigned guards, const struct compose_cell **cell_r)
{
	const struct compose_cell *cells = composed->cells[rule_index(spec)];
	const struct compose_cell *best = NULL;

	for (size_t i = 0; i < RULE_CELLS; i++) {
		if ((kinds & 1U << i / RULE_GUARDS) == 0 || (guards & 1U << i % RULE_GUARDS) == 0 ||
			cells[i].state != CELL_SET)
			continue;
		if (best == NULL || rule_weaker(spec, cells[i].value, best->value))
			best = &cells[i];
	}
	if (best != NULL)
		*cell_r = best;
	return best != NULL;
}
