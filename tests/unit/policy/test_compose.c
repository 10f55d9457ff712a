/*
 * Composition over claims made up at random: never weaker than a part, whatever the order, and
 * twice the same as once; and what becomes of contradictions and of lines that settle them.
 */
#include "config.h"

#include "authd/policy/compose.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/dice.h"
#include "tests/unit/unit.h"

#define CLAIMS 40
#define ROUNDS 300

static struct compose_claim claims[CLAIMS];
static const struct compose_claim *list[CLAIMS];
static struct composed whole, part;
static uint32_t state = 1;

static unsigned
pick(unsigned below)
{
	return dice_pick(&state, below);
}

static unsigned
pick_bits(bool split)
{
	return split ? 1 + pick(RULE_ALL) : RULE_ALL;
}

static int64_t
pick_value(const struct rule_spec *spec)
{
	unsigned members = 0;

	if (spec->members == NULL)
		return pick((unsigned)(spec->max > 1000 ? 1000 : spec->max) + 1);
	while (spec->members[members] != NULL)
		members++;
	return 1 + pick((1U << members) - 1);
}

static void
make_claim(struct compose_claim *claim, unsigned i)
{
	static const char *const forces[] = {
		"must", "must-not", "where-possible", "sample", "recommended", "optional"};
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);

	*claim = (struct compose_claim){.spec = &specs[pick((unsigned)n)]};
	claim->kinds = pick_bits((claim->spec->splits & RULE_BY_KIND) != 0);
	claim->guards = pick_bits((claim->spec->splits & RULE_BY_GUARD) != 0);
	claim->sort = pick(8) < 6 ? CLAIM_VALUE : pick(2) == 0 ? CLAIM_UNDEFINED : CLAIM_FORBIDDEN;
	claim->value = claim->sort == CLAIM_VALUE ? pick_value(claim->spec) : 0;
	(void)snprintf(claim->origin.criterion, sizeof(claim->origin.criterion), "C-%u", i);
	(void)snprintf(claim->origin.force, sizeof(claim->origin.force), "%s", forces[pick(6)]);
}

/* Few parameters, so that many claims meet. */
static void
make_claims(void)
{
	for (unsigned i = 0; i < CLAIMS; i++) {
		make_claim(&claims[i], i);
		if (i % 4 != 0)
			claims[i].spec = claims[i - i % 4].spec;
		if (claims[i].sort == CLAIM_VALUE)
			claims[i].value = pick_value(claims[i].spec);
		claims[i].kinds =
			(claims[i].spec->splits & RULE_BY_KIND) != 0 ? claims[i].kinds : RULE_ALL;
		claims[i].guards =
			(claims[i].spec->splits & RULE_BY_GUARD) != 0 ? claims[i].guards : RULE_ALL;
		list[i] = &claims[i];
	}
}

static bool
unsettled(const struct compose_cell *cell)
{
	return cell->state == CELL_OPEN || cell->state == CELL_CONFLICT;
}

static void
assert_not_weaker(const struct rule_spec *spec, const struct compose_cell *all,
	const struct compose_cell *some)
{
	if (unsettled(all)) /* stops the start: nothing is weaker */
		return;
	ck_assert_msg(some->state != CELL_CONFLICT, "%s: a conflict went away", spec->name);
	if (some->state == CELL_BARRED)
		ck_assert_int_eq(all->state, CELL_BARRED);
	if (some->state == CELL_OPEN)
		ck_assert_int_eq(all->state, CELL_SET);
	if (some->state != CELL_SET)
		return;
	if (all->state == CELL_BARRED) { /* a demand of nothing */
		ck_assert_int_eq(some->value, 0);
		return;
	}
	ck_assert_int_eq(all->state, CELL_SET);
	ck_assert_msg(!rule_weaker(spec, all->value, some->value), "%s: %lld is weaker than %lld",
		spec->name, (long long)all->value, (long long)some->value);
}

static void
assert_all_not_weaker(void)
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t cell = 0; cell < RULE_CELLS; cell++)
			assert_not_weaker(&specs[i], &whole.cells[i][cell], &part.cells[i][cell]);
}

/* Somebody's line for the whole of a parameter. */
static struct compose_answer
answer_for(const char *name, bool deviates, int64_t value)
{
	return (struct compose_answer){.spec = rule_find(name),
		.kinds = RULE_ALL,
		.guards = RULE_ALL,
		.deviates = deviates,
		.value = value};
}

START_TEST(composed_is_never_weaker_than_a_part)
{
	for (int round = 0; round < ROUNDS; round++) {
		make_claims();
		compose(list, CLAIMS, &whole);
		for (size_t i = 0; i + 4 <= CLAIMS; i += 3) {
			compose(list + i, 1 + pick(4), &part);
			assert_all_not_weaker();
		}
	}
}
END_TEST

START_TEST(binding_claims_are_met_where_all_is_settled)
{
	for (int round = 0; round < ROUNDS; round++) {
		make_claims();
		compose(list, CLAIMS, &whole);
		for (size_t i = 0; i < CLAIMS; i++) {
			enum compose_verdict verdict = compose_verdict(list[i], &whole);

			if (compose_binds(list[i]))
				ck_assert(verdict == VERDICT_MET || verdict == VERDICT_UNSETTLED);
			else
				ck_assert(verdict == VERDICT_FOLLOWED ||
					  verdict == VERDICT_NOT_FOLLOWED);
		}
	}
}
END_TEST

static void
assert_same(void)
{
	for (size_t i = 0; i < RULES_MAX; i++)
		for (size_t cell = 0; cell < RULE_CELLS; cell++)
			ck_assert(compose_alike(&whole.cells[i][cell], &part.cells[i][cell]));
}

START_TEST(order_does_not_matter)
{
	for (int round = 0; round < ROUNDS; round++) {
		make_claims();
		compose(list, CLAIMS, &whole);
		for (unsigned i = CLAIMS - 1; i > 0; i--) {
			unsigned j = pick(i + 1);
			const struct compose_claim *other = list[j];

			list[j] = list[i];
			list[i] = other;
		}
		compose(list, CLAIMS, &part);
		assert_same();
	}
}
END_TEST

START_TEST(composing_twice_changes_nothing)
{
	const struct compose_claim *twice[2 * CLAIMS];

	for (int round = 0; round < ROUNDS; round++) {
		make_claims();
		compose(list, CLAIMS, &whole);
		for (size_t i = 0; i < CLAIMS; i++)
			twice[i] = twice[CLAIMS + i] = list[i];
		compose(twice, 2 * CLAIMS, &part);
		assert_same();
	}
}
END_TEST

/* --- by hand --- */

static const struct compose_claim *
claim_of(size_t i, const char *rule, enum compose_sort sort, int64_t value, const char *force)
{
	claims[i] = (struct compose_claim){.spec = rule_find(rule),
		.kinds = RULE_ALL,
		.guards = RULE_ALL,
		.sort = sort,
		.value = value};
	ck_assert_ptr_nonnull(claims[i].spec);
	(void)snprintf(claims[i].origin.criterion, sizeof(claims[i].origin.criterion), "C-%zu", i);
	(void)snprintf(claims[i].origin.force, sizeof(claims[i].origin.force), "%s", force);
	list[i] = &claims[i];
	return list[i];
}

static const struct compose_cell *
cell_of(const char *rule)
{
	return &whole.cells[rule_index(rule_find(rule))][0];
}

START_TEST(directions)
{
	static const struct {
		const char *rule;
		int64_t a, b, strictest;
	} cases[] = {
		{"password.min", 8, 12, 12},
		{"lock.threshold", 10, 3, 3},
		{"lock.duration", 900, 3600, 3600},
		{"lock.duration", 900, 0, 0},
		{"password.forbidden", 1, 6, 7},
		{"mfa.counts", 15, 7, 7},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		claim_of(0, cases[i].rule, CLAIM_VALUE, cases[i].a, "must");
		claim_of(1, cases[i].rule, CLAIM_VALUE, cases[i].b, "sample");
		compose(list, 2, &whole);
		ck_assert_int_eq(cell_of(cases[i].rule)->state, CELL_SET);
		ck_assert_int_eq(cell_of(cases[i].rule)->value, cases[i].strictest);
	}
}
END_TEST

START_TEST(advice_sets_nothing)
{
	claim_of(0, "password.min", CLAIM_VALUE, 16, "recommended");
	claim_of(1, "password.min", CLAIM_VALUE, 8, "must");
	compose(list, 2, &whole);
	ck_assert_int_eq(cell_of("password.min")->value, 8);
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_NOT_FOLLOWED);
	compose(list, 1, &whole);
	ck_assert_int_eq(cell_of("password.min")->state, CELL_SILENT);
}
END_TEST

/* Two that allow nothing in common. */
START_TEST(nothing_left_is_a_conflict)
{
	claim_of(0, "device.auth", CLAIM_VALUE, 1, "must");
	claim_of(1, "device.auth", CLAIM_VALUE, 2, "must");
	compose(list, 2, &whole);
	ck_assert_int_eq(cell_of("device.auth")->state, CELL_CONFLICT);
	ck_assert_ptr_ne(cell_of("device.auth")->by, cell_of("device.auth")->against);
	ck_assert_ptr_nonnull(cell_of("device.auth")->against);
}
END_TEST

START_TEST(a_demand_meets_a_bar)
{
	struct compose_problem problem;
	struct compose_answer answer = {.spec = rule_find("password.max_age"),
		.kinds = RULE_ALL,
		.guards = RULE_ALL,
		.none = true};

	claim_of(0, "password.max_age", CLAIM_UNDEFINED, 0, "must");
	claim_of(1, "password.max_age", CLAIM_FORBIDDEN, 0, "must-not");
	compose(list, 2, &whole);
	ck_assert(!compose_settle(&whole, NULL, 0, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_CONFLICT);
	ck_assert_ptr_eq(problem.by, list[0]);
	ck_assert_ptr_eq(problem.against, list[1]);
	ck_assert_uint_eq(problem.more, 0);
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_DEVIATES);
	ck_assert_int_eq(compose_verdict(list[1], &whole), VERDICT_MET);
	compose(list, 2, &whole);
	answer.none = false;
	answer.value = 90;
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_MET);
	ck_assert_int_eq(compose_verdict(list[1], &whole), VERDICT_DEVIATES);
}
END_TEST

START_TEST(what_nobody_defines_must_be_settled)
{
	struct compose_problem problem;
	struct compose_answer answer = answer_for("session.timeout", false, 900);

	claim_of(0, "session.timeout", CLAIM_UNDEFINED, 0, "must");
	claim_of(1, "password.max_age", CLAIM_UNDEFINED, 0, "must");
	compose(list, 2, &whole);
	ck_assert(!compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_UNDEFINED);
	ck_assert_str_eq(problem.spec->name, "password.max_age");
	compose(list, 1, &whole);
	ck_assert(!compose_settle(&whole, NULL, 0, &problem));
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_MET);
}
END_TEST

START_TEST(a_deviation_is_never_met)
{
	struct compose_problem problem;
	struct compose_answer answer = answer_for("lock.threshold", true, 20);

	claim_of(0, "lock.threshold", CLAIM_VALUE, 10, "must");
	compose(list, 1, &whole);
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(cell_of("lock.threshold")->value, 20);
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_DEVIATES);
}
END_TEST

START_TEST(lines_that_settle_nothing_are_refused)
{
	struct compose_problem problem;
	struct compose_answer answer = answer_for("lock.threshold", true, 5);

	claim_of(0, "lock.threshold", CLAIM_VALUE, 10, "must");
	compose(list, 1, &whole);
	ck_assert(!compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_NOT_WEAKER);
	answer.deviates = false;
	ck_assert(!compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_NEEDLESS);
	ck_assert_ptr_eq(problem.answer, &answer);
	answer = answer_for("session.timeout", true, 900); /* nobody has demanded any */
	ck_assert(!compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_NOT_WEAKER);
}
END_TEST

/* Shown as one are only those that are the same in everything that is shown of them. */
START_TEST(alike_in_everything)
{
	static const struct compose_claim a, b;
	static const struct compose_answer answer;
	const struct compose_cell cell = {.state = CELL_SET, .value = 8, .by = &a};
	const struct compose_cell others[] = {
		{.state = CELL_OPEN, .value = 8, .by = &a},
		{.state = CELL_SET, .value = 9, .by = &a},
		{.state = CELL_SET, .value = 8, .by = &b},
		{.state = CELL_SET, .value = 8, .by = &a, .against = &b},
		{.state = CELL_SET, .value = 8, .by = &a, .answer = &answer},
		{.state = CELL_SET, .value = 8, .by = &a, .narrowed = true},
	};

	ck_assert(compose_alike(&cell, &(struct compose_cell){CELL_SET, 8, .by = &a}));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!compose_alike(&cell, &others[i]), "other %zu", i);
}
END_TEST

START_TEST(cells_are_grouped)
{
	struct compose_group groups[RULE_CELLS];
	char text[RULE_NAMES_SIZE];

	claim_of(0, "password.min", CLAIM_VALUE, 8, "must");
	claim_of(1, "password.min", CLAIM_VALUE, 12, "must");
	claims[1].kinds = rule_kind_bit("privileged");
	claim_of(2, "password.min", CLAIM_VALUE, 10, "must");
	claims[2].guards = rule_guard_bit("none");
	compose(list, 3, &whole);
	ck_assert_uint_eq(compose_groups(&whole, claims[0].spec, groups), 3);
	ck_assert_str_eq(rule_kinds_text(groups[0].kinds, text), "general, service");
	ck_assert_str_eq(rule_guards_text(groups[0].guards, text), "mfa, lock");
	ck_assert_int_eq(groups[0].cell->value, 8);
	ck_assert_int_eq(groups[1].cell->value, 10);
	ck_assert_int_eq(groups[2].cell->value, 12);
	ck_assert_str_eq(rule_guards_text(groups[2].guards, text), "all");
}
END_TEST

/* Two of three allow something in common; who is named does not. */
START_TEST(the_opponent_is_who_allows_least)
{
	claim_of(0, "mfa.counts", CLAIM_VALUE, 3, "must");
	claim_of(1, "mfa.counts", CLAIM_VALUE, 6, "must");
	claim_of(2, "mfa.counts", CLAIM_VALUE, 12, "must");
	claim_of(3, "mfa.counts", CLAIM_VALUE, 8, "must"); /* allows less, but not here */
	claims[3].kinds = rule_kind_bit("privileged");
	compose(list, 4, &whole);
	ck_assert_int_eq(cell_of("mfa.counts")->state, CELL_CONFLICT);
	ck_assert_ptr_eq(cell_of("mfa.counts")->by, list[0]);
	ck_assert_ptr_eq(cell_of("mfa.counts")->against, list[2]);
}
END_TEST

/* One document allows an address as well, and another one says nothing: what is built in. */
START_TEST(silence_leaves_what_is_built_in)
{
	const struct rule_default ours = {
		.rule = R_MFA_COUNTS, .value = KIND_KNOWLEDGE | KIND_POSSESSION};

	claim_of(0, "mfa.counts", CLAIM_VALUE, KIND_KNOWLEDGE | KIND_OTHER, "must");
	claim_of(1, "mfa.counts", CLAIM_VALUE, KIND_KNOWLEDGE, "recommended");
	compose(list, 2, &whole);
	compose_narrow(&whole, list, 1, &ours);
	ck_assert_int_eq(cell_of("mfa.counts")->value, KIND_KNOWLEDGE | KIND_OTHER);
	ck_assert(!cell_of("mfa.counts")->narrowed);
	compose_narrow(&whole, list + 1, 1, &ours); /* advice is silence */
	ck_assert_int_eq(cell_of("mfa.counts")->value, KIND_KNOWLEDGE);
	ck_assert(cell_of("mfa.counts")->narrowed);
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_MET);
}
END_TEST

/* Who speaks of privileged accounts alone is silent about all others. */
START_TEST(silence_is_told_by_cells)
{
	const struct rule_default ours = {.rule = R_MFA_COUNTS, .value = KIND_KNOWLEDGE};
	const size_t privileged = RULE_GUARDS;

	claim_of(0, "mfa.counts", CLAIM_VALUE, KIND_KNOWLEDGE | KIND_OTHER, "must");
	claim_of(1, "mfa.counts", CLAIM_VALUE, KIND_KNOWLEDGE | KIND_OTHER, "must");
	claims[1].kinds = rule_kind_bit("privileged");
	compose(list, 2, &whole);
	compose_narrow(&whole, list + 1, 1, &ours);
	ck_assert_int_eq(cell_of("mfa.counts")->value, KIND_KNOWLEDGE);
	ck_assert_int_eq(cell_of("mfa.counts")[privileged].value, KIND_KNOWLEDGE | KIND_OTHER);
	ck_assert(!cell_of("mfa.counts")[privileged].narrowed);
}
END_TEST

/* Who asks for a member is who demands it of this cell, not who advises it. */
START_TEST(a_member_is_asked_for)
{
	const struct rule_spec *spec = rule_find("mfa.required");

	claim_of(0, "mfa.required", CLAIM_VALUE, TRIGGER_ADMIN, "recommended");
	claim_of(1, "mfa.required", CLAIM_VALUE, TRIGGER_ADMIN, "must");
	claims[1].kinds = rule_kind_bit("privileged");
	claim_of(2, "mfa.required", CLAIM_VALUE, TRIGGER_LAN_IMPORTANT, "must");
	ck_assert_ptr_null(compose_member(list, 3, spec, 0, TRIGGER_ADMIN));
	ck_assert_ptr_eq(compose_member(list, 3, spec, RULE_GUARDS, TRIGGER_ADMIN), list[1]);
	ck_assert_ptr_eq(compose_member(list, 3, spec, 0, TRIGGER_LAN_IMPORTANT), list[2]);
}
END_TEST

START_TEST(silence_may_leave_nothing)
{
	const struct rule_default ours = {.rule = R_MFA_COUNTS, .value = KIND_KNOWLEDGE};
	struct compose_problem problem;
	struct compose_answer answer = answer_for("mfa.counts", false, KIND_OTHER);

	claim_of(0, "mfa.counts", CLAIM_VALUE, KIND_OTHER, "must");
	compose(list, 1, &whole);
	compose_narrow(&whole, NULL, 0, &ours);
	ck_assert(!compose_settle(&whole, NULL, 0, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_CONFLICT);
	ck_assert_ptr_eq(problem.by, list[0]);
	ck_assert_ptr_null(problem.against);
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(cell_of("mfa.counts")->value, KIND_OTHER);
}
END_TEST

/* What a document forbids to demand may be demanded as a deviation, not once more be left out. */
START_TEST(a_bar_may_be_deviated_from)
{
	struct compose_problem problem;
	struct compose_answer answer = {.spec = rule_find("password.classes"),
		.kinds = rule_kind_bit("general"),
		.guards = rule_guard_bit("mfa"),
		.deviates = true,
		.none = true};

	claim_of(0, "password.classes", CLAIM_FORBIDDEN, 0, "must-not");
	compose(list, 1, &whole);
	ck_assert(!compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(problem.fault, COMPOSE_NOT_WEAKER);
	answer.none = false;
	answer.value = 7;
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(cell_of("password.classes")[0].value, 7);
	ck_assert_int_eq(cell_of("password.classes")[1].state, CELL_BARRED);
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_DEVIATES);
}
END_TEST

/*
 * To demand nothing where something is demanded is a deviation as well; an empty set is met by it.
 */
START_TEST(nothing_may_be_deviated_to)
{
	struct compose_problem problem;
	struct compose_answer answer = {.spec = rule_find("password.classes"),
		.kinds = RULE_ALL,
		.guards = RULE_ALL,
		.deviates = true,
		.none = true};

	claim_of(0, "password.classes", CLAIM_VALUE, 15, "must");
	claim_of(1, "password.classes", CLAIM_VALUE, 0, "must");
	compose(list, 2, &whole);
	ck_assert(compose_settle(&whole, &answer, 1, &problem));
	ck_assert_int_eq(compose_verdict(list[0], &whole), VERDICT_DEVIATES);
	ck_assert_int_eq(compose_verdict(list[1], &whole), VERDICT_MET);
}
END_TEST

START_TEST(other_parameters_are_counted)
{
	struct compose_problem problem;

	claim_of(0, "session.timeout", CLAIM_UNDEFINED, 0, "must");
	claim_of(1, "password.max_age", CLAIM_UNDEFINED, 0, "must");
	claim_of(2, "idle.lock", CLAIM_UNDEFINED, 0, "must");
	compose(list, 3, &whole);
	ck_assert(!compose_settle(&whole, NULL, 0, &problem));
	ck_assert_uint_eq(problem.more, 2);
}
END_TEST

START_TEST(an_unknown_force_sets_nothing)
{
	claim_of(0, "mfa.kinds", CLAIM_VALUE, 2, "perhaps");
	compose(list, 1, &whole);
	ck_assert_int_eq(cell_of("mfa.kinds")->state, CELL_SILENT);
}
END_TEST

START_TEST(weakest_of_some_cells)
{
	const struct compose_cell *cell = NULL;
	const struct rule_spec *spec = rule_find("lock.threshold");
	const unsigned general = rule_kind_bit("general"), privileged = rule_kind_bit("privileged");

	claim_of(0, "lock.threshold", CLAIM_VALUE, 10, "must");
	claims[0].kinds = general;
	claim_of(1, "lock.threshold", CLAIM_VALUE, 3, "must");
	claims[1].kinds = privileged;
	compose(list, 2, &whole);
	ck_assert(compose_weakest(&whole, spec, general | privileged, RULE_ALL, &cell));
	ck_assert_int_eq(cell->value, 10);
	ck_assert(compose_weakest(&whole, spec, privileged, rule_guard_bit("lock"), &cell));
	ck_assert_int_eq(cell->value, 3);
	ck_assert(!compose_weakest(&whole, spec, rule_kind_bit("service"), RULE_ALL, &cell));
	ck_assert_int_eq(cell->value, 3);
	claims[1].value = 20;
	compose(list, 2, &whole);
	ck_assert(compose_weakest(&whole, spec, RULE_ALL, RULE_ALL, &cell));
	ck_assert_int_eq(cell->value, 20);
}
END_TEST

START_TEST(cells_as_text)
{
	static const struct {
		struct compose_cell cell;
		const char *text;
	} cases[] = {
		{{.state = CELL_SET, .value = 3}, "3"},
		{{.state = CELL_SILENT}, ""},
		{{.state = CELL_BARRED}, "none"},
		{{.state = CELL_OPEN}, "undefined"},
		{{.state = CELL_CONFLICT}, "conflict"},
	};
	char text[RULE_VALUE_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(
			compose_cell_text(rule_find("lock.threshold"), &cases[i].cell, text),
			cases[i].text);
	ck_assert_str_eq(compose_verdict_word(VERDICT_DEVIATES), "deviation");
}
END_TEST

static Suite *
compose_suite(void)
{
	Suite *suite = suite_create("compose");
	TCase *random = tcase_create("random"), *hand = tcase_create("hand");

	tcase_set_timeout(random, 60);
	tcase_add_test(random, composed_is_never_weaker_than_a_part);
	tcase_add_test(random, binding_claims_are_met_where_all_is_settled);
	tcase_add_test(random, order_does_not_matter);
	tcase_add_test(random, composing_twice_changes_nothing);
	tcase_add_test(hand, directions);
	tcase_add_test(hand, advice_sets_nothing);
	tcase_add_test(hand, nothing_left_is_a_conflict);
	tcase_add_test(hand, a_demand_meets_a_bar);
	tcase_add_test(hand, what_nobody_defines_must_be_settled);
	tcase_add_test(hand, a_deviation_is_never_met);
	tcase_add_test(hand, lines_that_settle_nothing_are_refused);
	tcase_add_test(hand, alike_in_everything);
	tcase_add_test(hand, cells_are_grouped);
	tcase_add_test(hand, the_opponent_is_who_allows_least);
	tcase_add_test(hand, silence_leaves_what_is_built_in);
	tcase_add_test(hand, silence_is_told_by_cells);
	tcase_add_test(hand, a_member_is_asked_for);
	tcase_add_test(hand, silence_may_leave_nothing);
	tcase_add_test(hand, a_bar_may_be_deviated_from);
	tcase_add_test(hand, nothing_may_be_deviated_to);
	tcase_add_test(hand, other_parameters_are_counted);
	tcase_add_test(hand, an_unknown_force_sets_nothing);
	tcase_add_test(hand, weakest_of_some_cells);
	tcase_add_test(hand, cells_as_text);
	suite_add_tcase(suite, random);
	suite_add_tcase(suite, hand);
	return suite;
}

UNIT_MAIN(compose_suite)
