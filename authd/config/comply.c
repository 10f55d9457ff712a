/*
 * Documents that are complied with: the options of warifu.conf about them, their profiles
 * composed, contradictions told with what to write, and what the composition makes of the
 * policy's numbers.
 *
 * A number that warifu.conf sets may only be stricter than what was composed.  One that it does
 * not set is the stricter of the composed and the built-in one, but for a `deviate`, which says
 * what is wanted.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/fault.h"
#include "common/i18n.h"

#define HOW_RESOLVE \
	"resolve \"%s\" { is = {\"%s\"} by = \"NAME\" on = \"YYYY-MM-DD\" reason = \"WHY\" }"
#define HOW_DEVIATE                                                                                \
	"deviate \"%s\" { is = {\"%s\"} by = \"NAME\" on = \"YYYY-MM-DD\" until = \"YYYY-MM-DD\" " \
	"reason = \"WHY\" }"
#define HOW_DRAFT "draft \"%s\" { by = \"NAME\" on = \"YYYY-MM-DD\" reason = \"WHY\" }"
#define HOW_SIZE 384
#define LOCK_GUARDS \
	10 /* a lock after more failures makes up for nothing (SCS-4-1-5-3, IPA-6.10h) */

/* --- options --- */

#define ANSWER(field)                                    \
	.offset = offsetof(struct config_answer, field), \
	.size = sizeof(((struct config_answer *)NULL)->field)
#define SIGNED(in)                                                                         \
	{ANSWER(by), .section = (in), .name = "by", .type = CONFIG_TEXT},                  \
		{ANSWER(on_day), .section = (in), .name = "on", .type = CONFIG_DAY},       \
		{ANSWER(until_day), .section = (in), .name = "until", .type = CONFIG_DAY}, \
	{                                                                                  \
		ANSWER(reason), .section = (in), .name = "reason", .type = CONFIG_TEXT     \
	}
#define ANSWERED(in) {ANSWER(is), .section = (in), .name = "is", .type = CONFIG_IS}, SIGNED(in)

static const struct config_row rows[] = {
	{.section = "",
		.name = "profiles_dir",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, profiles_dir),
		.size = sizeof(((struct config *)NULL)->profiles_dir)},
	{.section = "", .name = "comply", .type = CONFIG_COMPLY},
	ANSWERED("resolve"),
	ANSWERED("deviate"),
	SIGNED("draft"),
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= COMPLY_ROWS_MAX, "room in the table of all rows");

const struct config_row *
config_comply_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

bool
config_put_comply(const struct config_put *put)
{
	struct config_comply *comply = &put->load->config->comply;

	if (put->index >= CONFIG_COMPLY_MAX || !config_is_name(put->value))
		return false;
	(void)snprintf(comply->names[put->index], sizeof(comply->names[0]), "%s", put->value);
	comply->n = put->index + 1;
	comply->origin = put->origin;
	return true;
}

bool
config_put_is(const struct config_put *put)
{
	struct config_answer *answer =
		config_record(put->load, config_records_find(put->row->section), put->title);

	if (put->index >= CONFIG_IS_MAX || put->value[0] == '\0' ||
		!config_is_text(put->value, sizeof(answer->is[0]) - 1))
		return false;
	(void)snprintf(answer->is[put->index], sizeof(answer->is[0]), "%s", put->value);
	answer->nis = put->index + 1;
	return true;
}

void
config_accepted_comply(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d profiles: see 'warifu policy profiles'"),
		CONFIG_COMPLY_MAX);
}

void
config_accepted_is(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d words, or of one number: see 'warifu policy why PARAMETER'"),
		CONFIG_IS_MAX);
}

/* --- sections that settle something --- */

/* Where a complaint about this section is to be found. */
static void
point_at(struct config_load *load, const struct origin *origin)
{
	load->file = origin->file;
}

/* Who, when and why; a deviation has an end as well. */
static bool
is_signed(struct config_load *load, const char *section, const struct config_answer *answer,
	bool ends)
{
	const struct {
		bool written;
		const char *option;
	} needed[] = {{answer->by[0] != '\0', "by"}, {answer->on_day > 0, "on"},
		{answer->reason[0] != '\0', "reason"}, {!ends || answer->until_day > 0, "until"}};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i].written)
			continue;
		config_fail(load, answer->origin.line, _("%s '%s' must say '%s' as well"), section,
			answer->name, needed[i].option);
		return false;
	}
	return true;
}

/* A set's members, or a number, which may be a duration. */
static bool
read_value(const struct config_answer *written, struct compose_answer *answer)
{
	const struct rule_spec *spec = answer->spec;

	if (written->nis == 1 && strcmp(written->is[0], "none") == 0) {
		answer->none = true;
		return true;
	}
	if (spec->members == NULL) {
		bool seconds = strcmp(spec->unit, "s") == 0;

		return written->nis == 1 &&
		       (seconds ? config_duration(written->is[0], &answer->value) &&
					       answer->value <= spec->max
				: rule_number(spec, written->is[0], &answer->value));
	}
	for (size_t i = 0; i < written->nis; i++) {
		int64_t bit = rule_member_bit(spec, written->is[i]);

		if (bit == 0)
			return false;
		answer->value |= bit;
	}
	return written->nis > 0;
}

static void
say_members(const struct rule_spec *spec, char *text_r, size_t size)
{
	struct config_text text = {.bytes = text_r, .size = size};

	text_r[0] = '\0';
	for (size_t i = 0; spec->members != NULL && spec->members[i] != NULL; i++)
		config_say(&text, "%s%s", i == 0 ? "" : ", ", spec->members[i]);
	if (spec->members == NULL)
		config_say(&text, _("a number up to %lld"), (long long)spec->max);
	config_say(&text, ", none");
}

static bool
read_answer(struct config_load *load, const char *section, const struct config_answer *written,
	struct compose_answer *answer_r)
{
	char accepted[RULE_VALUE_SIZE];

	point_at(load, &written->origin);
	answer_r->origin = written->origin;
	answer_r->deviates = strcmp(section, "deviate") == 0;
	if (!rule_cells_find(written->name, &answer_r->spec, &answer_r->kinds, &answer_r->guards)) {
		config_fail(load, written->origin.line,
			_("there is no parameter '%s' that documents speak about: see 'warifu "
			  "policy show'"),
			written->name);
		return false;
	}
	if (!is_signed(load, section, written, answer_r->deviates))
		return false;
	if (read_value(written, answer_r))
		return true;
	say_members(answer_r->spec, accepted, sizeof(accepted));
	config_fail(load, written->origin.line, _("%s '%s' must say 'is'; accepted: %s"), section,
		written->name, accepted);
	return false;
}

static bool
read_answers(struct config_load *load, const char *section, const struct config_answers *written,
	struct compose_answer *answers)
{
	for (size_t i = 0; i < written->n; i++)
		if (!read_answer(load, section, &written->list[i], &answers[i]))
			return false;
	return true;
}

static bool
read_all_answers(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	size_t n = comply->resolves.n + comply->deviates.n;
	struct compose_answer *answers =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n + 1, sizeof(*answers));

	if (answers == NULL) {
		load->status = WF_NO_MEMORY;
		return false;
	}
	comply->answers = answers;
	comply->nanswers = n;
	return read_answers(load, "resolve", &comply->resolves, answers) &&
	       read_answers(load, "deviate", &comply->deviates, answers + comply->resolves.n);
}

const struct config_answer *
config_answer_of(const struct config_comply *comply, const struct compose_answer *answer)
{
	size_t i = (size_t)(answer - comply->answers);

	return i < comply->resolves.n ? &comply->resolves.list[i]
				      : &comply->deviates.list[i - comply->resolves.n];
}

/* --- profiles --- */

static const struct config_answer *
draft_of(const struct config_comply *comply, const char *name)
{
	for (size_t i = 0; i < comply->drafts.n; i++)
		if (strcmp(comply->drafts.list[i].name, name) == 0)
			return &comply->drafts.list[i];
	return NULL;
}

/* A draft is superseded: whoever wants it all the same explains it. */
static bool
is_wanted(struct config_load *load, const struct rules_profile *profile)
{
	const struct config_answer *draft = draft_of(&load->config->comply, profile->name);
	char how[HOW_SIZE];

	if (!profile->draft)
		return true;
	if (draft != NULL) {
		point_at(load, &draft->origin);
		return is_signed(load, "draft", draft, false);
	}
	(void)snprintf(how, sizeof(how), HOW_DRAFT, profile->name);
	config_fail(load, load->config->comply.origin.line,
		_("profile '%s' is a draft, for comparison only; to comply with it all the same, "
		  "write: %s"),
		profile->name, how);
	return false;
}

static void
say_unknown(struct config_load *load, const char *name)
{
	const struct rules_book *book = &load->config->comply.book;
	char names[RULE_VALUE_SIZE] = "";
	struct config_text text = {.bytes = names, .size = sizeof(names)};

	for (size_t i = 0; i < book->nprofiles; i++)
		config_say(&text, "%s%s", i == 0 ? "" : ", ", book->profiles[i].name);
	config_fail(load, load->config->comply.origin.line,
		_("there is no profile '%s' in %s; accepted: %s"), name, load->config->profiles_dir,
		names);
}

static bool
add_profile(struct config_load *load, const char *name)
{
	struct config_comply *comply = &load->config->comply;
	const struct rules_profile *profile = rules_profile_find(&comply->book, name);

	if (profile == NULL)
		say_unknown(load, name);
	if (profile == NULL || !is_wanted(load, profile))
		return false;
	if (rules_claims_add(&comply->book, profile, &comply->claims) == WF_OK)
		return true;
	load->status = WF_NO_MEMORY;
	return false;
}

static bool
add_profiles(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	char why[sizeof(load->error->text)];
	wf_status status = config_book_load(load->config, &comply->book, why, sizeof(why));

	point_at(load, &comply->origin);
	if (status == WF_NO_MEMORY)
		load->status = status;
	else if (status != WF_OK)
		config_fail(load, comply->origin.line, "comply: %s", why);
	for (size_t i = 0; i < comply->n && status == WF_OK; i++) {
		point_at(load, &comply->origin);
		if (!add_profile(load, comply->names[i]))
			return false;
	}
	return status == WF_OK;
}

/* --- what cannot be composed --- */

const char *
config_claim_text(const struct compose_claim *claim, char text_r[CONFIG_CLAIM_SIZE])
{
	const char *slash = strrchr(claim->origin.file, '/');

	(void)snprintf(text_r, CONFIG_CLAIM_SIZE, "%s (%.80s:%d)", claim->origin.criterion,
		slash == NULL ? claim->origin.file : slash + 1, claim->origin.line);
	return text_r;
}

static void
say_claim(const struct compose_claim *claim, struct config_text *text)
{
	char who[CONFIG_CLAIM_SIZE], value[RULE_VALUE_SIZE];

	config_claim_text(claim, who);
	rule_value_text(claim->spec, claim->value, value);
	if (claim->sort == CLAIM_UNDEFINED)
		config_say(text, _("%s demands a value and gives none"), who);
	else if (claim->sort == CLAIM_FORBIDDEN)
		config_say(text, _("%s forbids to demand any"), who);
	else if (claim->spec->stricter == POLICY_INTERSECT)
		config_say(text, _("%s allows %s only"), who, value);
	else
		config_say(text, _("%s demands %s"), who, value);
}

/* The parameter, with the kind behind it where only one is meant. */
static void
say_cells(const struct compose_problem *problem, char text_r[65])
{
	char kind[RULE_NAMES_SIZE];
	bool one = __builtin_popcount(problem->kinds) == 1;

	(void)snprintf(text_r, 65, "%s%s%s", problem->spec->name, one ? "." : "",
		one ? rule_kinds_text(problem->kinds, kind) : "");
}

static void
say_more(const struct compose_problem *problem, struct config_text *text)
{
	if (problem->more > 0)
		config_say(text,
			ngettext(" (%zu parameter more needs such a section)",
				" (%zu parameters more need such a section)", problem->more),
			problem->more);
}

static void
fail_conflict(struct config_load *load, const struct compose_problem *problem)
{
	char claims[400], how[HOW_SIZE], cells[65];
	struct config_text text = {.bytes = claims, .size = sizeof(claims)};

	say_claim(problem->by, &text);
	config_say(&text, ", ");
	say_claim(problem->against, &text);
	say_cells(problem, cells);
	(void)snprintf(how, sizeof(how), HOW_RESOLVE, cells, "VALUE");
	say_more(problem, &text);
	config_fail(load, load->config->comply.origin.line,
		_("'%s' cannot be composed: %s. Say which holds (\"none\" demands nothing): %s"),
		cells, claims, how);
}

static void
fail_undefined(struct config_load *load, const struct compose_problem *problem)
{
	char claims[400], how[HOW_SIZE], cells[65];
	struct config_text text = {.bytes = claims, .size = sizeof(claims)};

	say_claim(problem->by, &text);
	say_cells(problem, cells);
	(void)snprintf(how, sizeof(how), HOW_RESOLVE, cells, "VALUE");
	say_more(problem, &text);
	config_fail(load, load->config->comply.origin.line, _("'%s' has no value: %s. Say one: %s"),
		cells, claims, how);
}

static void
fail_needless(struct config_load *load, const struct compose_problem *problem)
{
	point_at(load, &problem->answer->origin);
	config_fail(load, problem->answer->origin.line,
		_("there is nothing to resolve about '%s': no document contradicts another one or "
		  "leaves its value open. "
		  "Take the section out, or write 'deviate'"),
		problem->spec->name);
}

static void
fail_not_weaker(struct config_load *load, const struct compose_problem *problem)
{
	point_at(load, &problem->answer->origin);
	config_fail(load, problem->answer->origin.line,
		_("this value of '%s' asks for no less than the documents do, so it deviates from "
		  "none; take the section out"),
		problem->spec->name);
}

static void (*const failures[])(struct config_load *, const struct compose_problem *) = {
	[COMPOSE_CONFLICT] = fail_conflict,
	[COMPOSE_UNDEFINED] = fail_undefined,
	[COMPOSE_NEEDLESS] = fail_needless,
	[COMPOSE_NOT_WEAKER] = fail_not_weaker,
};

/* --- the numbers of the policy --- */

static bool
proves_two(const struct policy *policy)
{
	if (policy_value(policy, P_MFA_KINDS) < 2)
		return false;
	for (size_t i = 0; i < policy->nservices; i++)
		if (policy->services[i].asked &&
			__builtin_popcount(policy_asks(policy, &policy->services[i])) < 2)
			return false;
	return true;
}

/* What protects the passwords of all accounts: the weakest that any login has. */
static unsigned
guard_in_force(const struct policy *policy)
{
	if (proves_two(policy))
		return 1U << GUARD_MFA;
	return 1U << (policy_value(policy, P_LOCK_THRESHOLD) <= LOCK_GUARDS ? GUARD_LOCK
									    : GUARD_NONE);
}

/* What 'is' would say: the number, or all words of a set, to choose from. */
static void
say_is(const struct rule_spec *spec, int64_t number, struct config_text *text)
{
	if (spec->members == NULL)
		config_say(text, "%lld", (long long)number);
	for (size_t i = 0; spec->members != NULL && spec->members[i] != NULL; i++)
		config_say(text, "%s%s", i == 0 ? "" : "\", \"", spec->members[i]);
}

static void
fail_local(struct config_load *load, const struct policy_number *number,
	const struct rule_spec *spec, const char *name, const struct compose_cell *cell)
{
	char claim[400], how[HOW_SIZE], value[RULE_VALUE_SIZE] = "";
	struct config_text text = {.bytes = claim, .size = sizeof(claim)};
	struct config_text is = {.bytes = value, .size = sizeof(value)};

	say_claim(cell->by, &text);
	say_is(spec, number->value, &is);
	(void)snprintf(how, sizeof(how), HOW_DEVIATE, spec->name, value);
	point_at(load, &number->origin);
	config_fail(load, number->origin.line,
		_("'%s' is weaker than what is complied with: %s. Make it as strict, or write: %s"),
		name, claim, how);
}

/* Who decides, and that it is a deviation where somebody has said so. */
static void
name_origin(struct policy_number *number, const struct compose_cell *cell, bool local)
{
	struct origin *origin = &number->origin;
	bool deviates = cell->answer != NULL && cell->answer->deviates;

	if (!local)
		*origin = cell->answer != NULL ? cell->answer->origin : cell->by->origin;
	(void)snprintf(
		origin->criterion, sizeof(origin->criterion), "%s", cell->by->origin.criterion);
	(void)snprintf(origin->force, sizeof(origin->force), "%s",
		deviates                        ? "deviation"
		: local || cell->answer != NULL ? "local"
						: cell->by->origin.force);
}

static void
apply_number(struct config_load *load, const struct rule_binding *binding)
{
	struct config_comply *comply = &load->config->comply;
	const struct rule_spec *spec = rule_find(binding->rule);
	struct policy_number *number = &load->config->policy.numbers[binding->param];
	bool local = number->origin.line > 0;
	const struct compose_cell *cell;
	size_t n;
	const struct policy_param_spec *param = &policy_params(&n)[binding->param];

	if (!compose_strictest(&comply->composed, spec, binding->kinds,
		    guard_in_force(&load->config->policy), &cell))
		return;
	if (local && rule_weaker(spec, number->value, cell->value)) {
		fail_local(load, number, spec, param->name, cell);
		return;
	}
	if (!local && cell->answer == NULL && rule_weaker(spec, cell->value, number->value))
		return; /* the built-in one is stricter */
	if (!local)
		number->value = cell->value < param->min ? param->min : cell->value;
	name_origin(number, cell, local);
}

/*
 * A number of classes is asked for by warifu.conf alone, and some documents forbid to ask (C-02).
 */
static void
check_classes(struct config_load *load)
{
	const struct policy_number *number = &load->config->policy.numbers[P_PASSWORD_CLASSES];
	const struct rule_spec *spec = rule_find("password.classes");
	const struct compose_cell *cells = load->config->comply.composed.cells[rule_index(spec)];

	for (size_t i = 0; i < RULE_CELLS; i++) {
		if (number->value == 0 || cells[i].state != CELL_BARRED || cells[i].answer != NULL)
			continue;
		fail_local(load, number, spec, spec->name, &cells[i]);
		return;
	}
}

static void
apply_numbers(struct config_load *load)
{
	size_t n;
	const struct rule_binding *bindings = rule_bindings(&n);

	for (size_t i = 0; i < n; i++)
		apply_number(load, &bindings[i]);
	load->config->comply.guards = guard_in_force(&load->config->policy);
	check_classes(load);
}

/* --- all of it --- */

static void
check_needed(struct config_load *load)
{
	const struct config_comply *comply = &load->config->comply;
	const struct config_answers *const answers[] = {
		&comply->resolves, &comply->deviates, &comply->drafts};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i]->n == 0)
			continue;
		point_at(load, &answers[i]->list[0].origin);
		config_fail(load, answers[i]->list[0].origin.line,
			_("'%s' has no meaning without 'comply'; write 'comply' or take the "
			  "section out"),
			answers[i]->list[0].name);
	}
}

void
config_comply_check(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	struct compose_problem problem;

	comply->guards = guard_in_force(&load->config->policy);
	if (comply->n == 0) {
		check_needed(load);
		return;
	}
	if (load->status != WF_OK || !add_profiles(load) || !read_all_answers(load))
		return;
	point_at(load, &comply->origin);
	compose(comply->claims.list, comply->claims.n, &comply->composed);
	if (compose_settle(&comply->composed, comply->answers, comply->nanswers, &problem))
		apply_numbers(load);
	else
		failures[problem.fault](load, &problem);
}

void
config_comply_clear(struct config_comply *comply)
{
	free(comply->resolves.list);
	free(comply->deviates.list);
	free(comply->drafts.list);
	free(comply->answers);
	rules_claims_clear(&comply->claims);
	rules_book_clear(&comply->book);
}
