/*
 * What cannot be composed, and what warifu.conf says against the documents: the sentence, with the
 * section that would settle it.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/comply_parts.h"
#include "authd/config/config_say.h"
#include "common/i18n.h"

#define HOW_RESOLVE \
	"resolve \"%s\" { is = {\"%s\"} by = \"NAME\" on = \"YYYY-MM-DD\" reason = \"WHY\" }"
#define HOW_DEVIATE                                                                                \
	"deviate \"%s\" { is = {\"%s\"} by = \"NAME\" on = \"YYYY-MM-DD\" until = \"YYYY-MM-DD\" " \
	"reason = \"WHY\" }"

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
			WF_NGETTEXT(" (%zu parameter more needs such a section)",
				" (%zu parameters more need such a section)", problem->more),
			problem->more);
}

/* What is built in still stands in the cells: nothing has had an effect yet. */
static void
say_built_in(const struct config_load *load, const struct rule_spec *spec, struct config_text *text)
{
	char value[RULE_VALUE_SIZE];

	config_say(text, _("a document that says nothing leaves it at what is built in, %s"),
		rule_value_text(spec,
			load->config->policy.values.held[rule_index(spec)][0].value, value));
}

static void
fail_conflict(struct config_load *load, const struct compose_problem *problem)
{
	char claims[400], how[COMPLY_HOW_SIZE], cells[65];
	struct config_text text = {.bytes = claims, .size = sizeof(claims)};

	say_claim(problem->by, &text);
	config_say(&text, "; ");
	if (problem->against != NULL)
		say_claim(problem->against, &text);
	else
		say_built_in(load, problem->spec, &text);
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
	char claims[400], how[COMPLY_HOW_SIZE], cells[65];
	struct config_text text = {.bytes = claims, .size = sizeof(claims)};

	say_claim(problem->by, &text);
	say_cells(problem, cells);
	(void)snprintf(how, sizeof(how), HOW_RESOLVE, cells, "VALUE");
	say_more(problem, &text);
	config_fail(load, load->config->comply.origin.line, _("'%s' has no value: %s. Say one: %s"),
		cells, claims, how);
}

/* One that stands before it and is about some of the same; NULL: none is. */
static const struct compose_answer *
earlier_of(const struct config_comply *comply, const struct compose_answer *answer)
{
	for (const struct compose_answer *other = comply->answers; other < answer; other++)
		if (other->spec == answer->spec && (other->kinds & answer->kinds) != 0 &&
			(other->guards & answer->guards) != 0)
			return other;
	return NULL;
}

static void
fail_needless(struct config_load *load, const struct compose_problem *problem)
{
	const struct compose_answer *earlier =
		earlier_of(&load->config->comply, problem->answer);

	comply_point_at(load, &problem->answer->origin);
	if (earlier != NULL) {
		config_fail(load, problem->answer->origin.line,
			_("'%s' is settled already by the section in %s:%d; take one of them out, "
			  "or let each name the accounts that it is about"),
			problem->spec->name, earlier->origin.file, earlier->origin.line);
		return;
	}
	config_fail(load, problem->answer->origin.line,
		_("there is nothing to resolve about '%s': no document contradicts another one or "
		  "leaves its value open. "
		  "Take the section out, or write 'deviate'"),
		problem->spec->name);
}

static void
fail_not_weaker(struct config_load *load, const struct compose_problem *problem)
{
	comply_point_at(load, &problem->answer->origin);
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

void
comply_fail_compose(struct config_load *load, const struct compose_problem *problem)
{
	failures[problem->fault](load, problem);
}

/* --- what this file says against the documents --- */

/* What 'is' would say: the number, or all words of a set, to choose from. */
static void
say_is(const struct rule_spec *spec, int64_t number, struct config_text *text)
{
	if (spec->members == NULL)
		config_say(text, "%lld", (long long)number);
	for (size_t i = 0; spec->members != NULL && spec->members[i] != NULL; i++)
		config_say(text, "%s%s", i == 0 ? "" : "\", \"", spec->members[i]);
}

void
comply_fail_local(struct config_load *load, const struct policy_number *number,
	const struct rule_spec *spec, const char *name, const struct compose_cell *cell)
{
	char claim[400], how[COMPLY_HOW_SIZE], value[RULE_VALUE_SIZE] = "";
	struct config_text text = {.bytes = claim, .size = sizeof(claim)};
	struct config_text is = {.bytes = value, .size = sizeof(value)};

	say_claim(cell->by, &text);
	say_is(spec, number->value, &is);
	(void)snprintf(how, sizeof(how), HOW_DEVIATE, spec->name, value);
	comply_point_at(load, &number->origin);
	config_fail(load, number->origin.line,
		_("'%s' is weaker than what is complied with: %s. Make it as strict, or write: %s"),
		name, claim, how);
}
