/*
 * What the composition makes of the values that the policy holds, cell by cell.
 *
 * An option of warifu.conf may only tighten: in a cell where it asks for less than the documents,
 * the documents hold, and one that asks for less in every cell that it governs is refused.  What
 * no option sets is the stricter of the composed and the built-in value, but for a `deviate`,
 * which says what is wanted; and of what is allowed the documents decide alone.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/comply_parts.h"

/* --- one cell --- */

static bool
is_local(const struct policy_held *held)
{
	return held->origin.line > 0;
}

/* Who decides, and that it is a deviation where somebody has said so. */
static struct origin
origin_of(const struct policy_held *held, const struct compose_cell *cell, bool local)
{
	bool deviates = cell->answer != NULL && cell->answer->deviates;
	struct origin origin = local                  ? held->origin
			       : cell->answer != NULL ? cell->answer->origin
						      : cell->by->origin;

	memcpy(origin.criterion, cell->by->origin.criterion, sizeof(origin.criterion));
	(void)snprintf(origin.force, sizeof(origin.force), "%s",
		deviates                        ? "deviation"
		: local || cell->answer != NULL ? "local"
						: cell->by->origin.force);
	return origin;
}

/* Nothing is to be demanded; what the daemon cannot do without stays, and is called what it is. */
static void
bar(const struct rule_spec *spec, const struct compose_cell *cell, struct policy_held *held)
{
	const struct origin origin = origin_of(held, cell, is_local(held));

	if (spec->source == RULE_NUMBERS || spec->source == RULE_BUILT_IN)
		held->origin = origin;
	else
		*held = (struct policy_held){.origin = origin};
}

/*
 * A default that asks for more stays, unless somebody wants less.  One that only allows stays where
 * the documents were narrowed to just that.
 */
static bool
default_stays(const struct rule_spec *spec, const struct compose_cell *cell,
	const struct policy_held *held)
{
	if (!held->set || cell->answer != NULL)
		return false;
	if (spec->stricter == POLICY_INTERSECT)
		return cell->narrowed && held->value == cell->value;
	return !rule_weaker(spec, held->value, cell->value) &&
	       (spec->stricter == POLICY_UNION || rule_weaker(spec, cell->value, held->value));
}

static void
set(const struct rule_spec *spec, const struct compose_cell *cell, int64_t least,
	struct policy_held *held)
{
	bool local = is_local(held) && !rule_weaker(spec, held->value, cell->value);

	if (!is_local(held) && default_stays(spec, cell, held))
		return;
	held->origin = origin_of(held, cell, local);
	held->set = true;
	if (local)
		return;
	held->value = spec->stricter == POLICY_UNION ? held->value | cell->value
		      : cell->value < least          ? least
						     : cell->value;
}

/* The least that an option of this file about the cell takes; 0 where there is none. */
static int64_t
least_of(enum rule_id rule, size_t cell)
{
	size_t n, nparams;
	const struct rule_binding *bindings = rule_bindings(&n);

	for (size_t i = 0; i < n; i++)
		if (bindings[i].rule == rule &&
			(bindings[i].kinds & 1U << cell / RULE_GUARDS) != 0)
			return policy_params(&nparams)[bindings[i].param].min;
	return 0;
}

static void
apply_rule(struct config *config, enum rule_id rule)
{
	const struct rule_spec *spec = rule_spec(rule);

	for (size_t i = 0; i < RULE_CELLS; i++) {
		const struct compose_cell *cell = &config->comply.composed.cells[rule][i];
		struct policy_held *held = &config->policy.values.held[rule][i];

		if (cell->state == CELL_SET)
			set(spec, cell, least_of(rule, i), held);
		else if (cell->state == CELL_BARRED)
			bar(spec, cell, held);
	}
}

/* --- who asks for each member of a set --- */

static void
add_member(struct policy_values *values, const struct policy_member *member)
{
	for (size_t i = 0; i < values->nmembers; i++) {
		struct policy_member *known = &values->members[i];

		if (known->rule == member->rule && known->bit == member->bit &&
			known->origin.line == member->origin.line &&
			strcmp(known->origin.file, member->origin.file) == 0) {
			known->cells |= member->cells;
			return;
		}
	}
	if (values->nmembers < POLICY_MEMBERS_MAX) /* else the cell's origin stands for it */
		values->members[values->nmembers++] = *member;
}

static void
name_members(struct config *config, enum rule_id rule, size_t cell)
{
	const struct compose_cell *composed = &config->comply.composed.cells[rule][cell];
	const struct rules_claims *claims = &config->comply.claims;

	for (int64_t bit = 1; bit <= composed->value; bit <<= 1) {
		const struct compose_claim *claim = compose_member(
			claims->list, claims->n, rule_spec(rule), (unsigned)cell, bit);

		if ((composed->value & bit) != 0 && claim != NULL)
			add_member(&config->policy.values,
				&(struct policy_member){.rule = rule,
					.bit = bit,
					.cells = 1U << cell,
					.origin = claim->origin});
	}
}

/* What stays of a set in spite of an answer is asked for by who asked before. */
static void
name_all_members(struct config *config)
{
	for (size_t rule = 0; rule < R_COUNT; rule++)
		for (size_t i = 0; i < RULE_CELLS; i++) {
			const struct compose_cell *cell = &config->comply.composed.cells[rule][i];

			if (rule_spec((enum rule_id)rule)->stricter == POLICY_UNION &&
				cell->state == CELL_SET)
				name_members(config, (enum rule_id)rule, i);
		}
}

/* --- what this file says --- */

/* The cell nearest to it of those that an option governs; NULL: in some cell it is no weaker. */
static const struct compose_cell *
weaker_everywhere(const struct config *config, const struct rule_binding *binding)
{
	const struct rule_spec *spec = rule_spec(binding->rule);
	const struct policy_number *number = &config->policy.numbers[binding->param];
	const struct compose_cell *nearest = NULL;

	for (size_t i = 0; i < RULE_CELLS; i++) {
		const struct compose_cell *cell = &config->comply.composed.cells[binding->rule][i];

		if ((binding->kinds & 1U << i / RULE_GUARDS) == 0)
			continue;
		if (cell->state != CELL_SET || !rule_weaker(spec, number->value, cell->value))
			return NULL;
		if (nearest == NULL || rule_weaker(spec, cell->value, nearest->value))
			nearest = cell;
	}
	return nearest;
}

static void
check_local(struct config_load *load, const struct rule_binding *binding)
{
	const struct policy_number *number = &load->config->policy.numbers[binding->param];
	const struct compose_cell *cell =
		number->origin.line > 0 ? weaker_everywhere(load->config, binding) : NULL;
	size_t n;

	if (cell != NULL)
		comply_fail_local(load, number, rule_spec(binding->rule),
			policy_params(&n)[binding->param].name, cell);
}

/*
 * A number of classes is asked for by warifu.conf alone, and some documents forbid to ask (C-02).
 */
static void
check_classes(struct config_load *load)
{
	const struct policy_number *number = &load->config->policy.numbers[P_PASSWORD_CLASSES];
	const struct rule_spec *spec = rule_spec(R_PASSWORD_CLASSES);
	const struct compose_cell *cells = load->config->comply.composed.cells[R_PASSWORD_CLASSES];

	for (size_t i = 0; i < RULE_CELLS; i++) {
		if (number->value == 0 || cells[i].state != CELL_BARRED || cells[i].answer != NULL)
			continue;
		comply_fail_local(load, number, spec, spec->name, &cells[i]);
		return;
	}
}

void
comply_effect(struct config_load *load)
{
	size_t n;
	const struct rule_binding *bindings = rule_bindings(&n);

	for (size_t i = 0; i < n; i++)
		check_local(load, &bindings[i]);
	check_classes(load);
	for (size_t rule = 0; rule < R_COUNT; rule++)
		apply_rule(load->config, (enum rule_id)rule);
	name_all_members(load->config);
	comply_cite(load->config);
}
