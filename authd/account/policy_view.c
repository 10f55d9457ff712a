/*
 * What documents ask for, what holds, and why: views of profiles and of what they compose to. 
 * Nothing here claims more than the daemon does: what no code enforces yet is "not yet" in every
 * view.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/policy_view.h"

#define CRITERIA_SIZE 256
#define SHOW_COLUMNS 10
#define NAME_SIZE 64

/* --- the book and what is made of it --- */

wf_status
policy_view_open(struct act_call *call, struct policy_view *view_r)
{
	const struct config_comply *comply = &call->daemon->config->comply;
	struct policy_view view = {
		.call = call, .comply = comply, .japanese = act_is_japanese(call)};
	char why[512];
	wf_status status = WF_OK;

	if (comply->n == 0)
		status = config_book_load(call->daemon->config, &view.own, why, sizeof(why));
	if (status != WF_OK)
		return act_say(call, status, _("The profiles cannot be read: %s"), why);
	*view_r = view;
	return WF_OK;
}

void
policy_view_close(struct policy_view *view)
{
	rules_book_clear(&view->own);
}

const struct rules_book *
policy_view_book(const struct policy_view *view)
{
	return view->comply->n > 0 ? &view->comply->book : &view->own;
}

wf_status
policy_view_profile(
	const struct policy_view *view, const char *name, const struct rules_profile **profile_r)
{
	*profile_r = rules_profile_find(policy_view_book(view), name);
	if (*profile_r != NULL)
		return WF_OK;
	return act_say(view->call, WF_NOT_FOUND,
		_("There is no profile '%s': see 'warifu policy profiles'."), name);
}

wf_status
policy_view_claims(const struct policy_view *view, const struct rules_profile *profile,
	struct rules_claims *claims_r)
{
	wf_status status = rules_claims_add(policy_view_book(view), profile, claims_r);

	return status == WF_OK ? WF_OK
			       : act_say(view->call, status, "%s", _(wf_status_text(status)));
}

bool
policy_view_lacks(const struct policy *policy, enum rule_id rule)
{
	return rule == R_PASSWORD_LEAK_CHECK && policy->leaks == NULL;
}

/* --- profiles --- */

static bool
is_complied(const struct config_comply *comply, const char *name)
{
	for (size_t i = 0; i < comply->n; i++)
		if (strcmp(comply->names[i], name) == 0)
			return true;
	return false;
}

static wf_status
profile_row(const struct policy_view *view, const struct rules_profile *profile)
{
	struct rules_counts counts;
	char numbers[6][ACT_NUMBER_SIZE];
	const char *cells[] = {profile->name,
		view->japanese ? profile->title_ja : profile->title_en, profile->document,
		view->japanese && profile->edition_ja[0] != '\0' ? profile->edition_ja
								: profile->edition,
		profile->reviewed, act_bool_text(profile->draft),
		act_bool_text(is_complied(view->comply, profile->name)), numbers[0], numbers[1],
		numbers[2], numbers[3], numbers[4], numbers[5]};

	rules_count(policy_view_book(view), profile, &counts);
	act_number_text((int64_t)counts.total, numbers[0]);
	for (size_t i = 0; i < RULES_AIMS; i++)
		act_number_text((int64_t)counts.today[i], numbers[1 + i]);
	act_number_text((int64_t)counts.not_yet, numbers[5]);
	return act_row_out(view->call, cells, COUNT_OF(cells));
}

wf_status
act_policy_profiles(struct act_call *call)
{
	static const char *const columns[] = {"profile", "title", "document", "edition", "reviewed",
		"draft:bool", "complied:bool", "criteria:number", "enforced:number",
		"evidenced:number", "reported:number", "outside:number", "not-yet:number"};
	struct policy_view view;
	wf_status status = policy_view_open(call, &view);

	if (status != WF_OK)
		return status;
	status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < policy_view_book(&view)->nprofiles; i++)
		status = profile_row(&view, &policy_view_book(&view)->profiles[i]);
	policy_view_close(&view);
	return status;
}

/* --- show --- */

static wf_status
show_row(const struct policy_view *view, const char *const cells[SHOW_COLUMNS])
{
	return act_row_out(view->call, cells, SHOW_COLUMNS);
}

/* The parameter that an option is about; NULL: documents do not speak of it. */
static const struct rule_spec *
rule_of(enum policy_param param)
{
	size_t n;
	const struct rule_binding *bindings = rule_bindings(&n);

	for (size_t i = 0; i < n; i++)
		if (bindings[i].param == param)
			return rule_spec(bindings[i].rule);
	return NULL;
}

/* A number beside a set of the same name: how many classes, and which. */
static const char *
name_of(const struct policy_param_spec *spec, char text_r[NAME_SIZE])
{
	(void)snprintf(text_r, NAME_SIZE, "%s%s", spec->name,
		rule_find(spec->name) == NULL ? "" : ".count");
	return text_r;
}

static wf_status
show_number(const struct policy_view *view, const struct policy_param_spec *spec)
{
	const struct policy_number *number = &view->call->daemon->config->policy.numbers[spec->id];
	const struct rule_spec unit = {.unit = spec->unit};
	char value[RULE_VALUE_SIZE], origin[ACT_ORIGIN_SIZE], name[NAME_SIZE];
	const char *cells[] = {name_of(spec, name), "", "",
		rule_value_text(&unit, number->value, value),
		rule_today_word(RULE_ENFORCED), number->origin.criterion, number->origin.force,
		act_origin_text(&number->origin, origin), number->origin.criterion, _(spec->about)};

	return show_row(view, cells);
}

/* Whether a list with ", " between has this word, whole. */
static bool
has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = list; at != NULL && *at != '\0'; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Who asks for it: all of them where demands add up, the strictest elsewhere. */
static const char *
criteria_of(const struct policy_view *view, const struct rule_spec *spec,
	const struct rule_group *group, const struct policy_held *held, char text_r[CRITERIA_SIZE])
{
	const struct rules_claims *claims = &view->comply->claims;
	size_t len = 0;

	text_r[0] = '\0';
	if (spec->stricter != POLICY_UNION || claims->n == 0)
		(void)snprintf(text_r, CRITERIA_SIZE, "%s", held->origin.criterion);
	for (size_t i = 0; spec->stricter == POLICY_UNION && i < claims->n && len < CRITERIA_SIZE;
		i++) {
		const struct compose_claim *claim = claims->list[i];

		if (claim->spec == spec && claim->sort == CLAIM_VALUE && compose_binds(claim) &&
			(claim->kinds & group->kinds) != 0 &&
			(claim->guards & group->guards) != 0 &&
			!has_word(text_r, claim->origin.criterion))
			len += (size_t)snprintf(text_r + len, CRITERIA_SIZE - len, "%s%s",
				len == 0 ? "" : ", ", claim->origin.criterion);
	}
	return text_r;
}

static wf_status
show_group(const struct policy_view *view, const struct rule_spec *spec,
	const struct rule_group *group, const struct policy_held *held)
{
	char value[RULE_VALUE_SIZE] = "none", origin[ACT_ORIGIN_SIZE], criteria[CRITERIA_SIZE];
	char kinds[RULE_NAMES_SIZE] = "", guards[RULE_NAMES_SIZE] = "";
	const enum rule_today today = policy_view_lacks(&view->call->daemon->config->policy,
					      (enum rule_id)rule_index(spec))
					      ? RULE_NOT_YET
					      : rule_today(spec, held->value);
	const char *cells[] = {spec->name, kinds, guards,
		held->set ? rule_value_text(spec, held->value, value) : value,
		held->set ? rule_today_word(today) : "",
		held->origin.criterion, held->origin.force, act_origin_text(&held->origin, origin),
		criteria_of(view, spec, group, held, criteria), _(spec->about)};

	if ((spec->splits & RULE_BY_KIND) != 0)
		rule_kinds_text(group->kinds, kinds);
	if ((spec->splits & RULE_BY_GUARD) != 0)
		rule_guards_text(group->guards, guards);
	return show_row(view, cells);
}

static bool
held_alike(const void *cells, size_t a, size_t b)
{
	const struct policy_held *list = cells;
	const struct origin *first = &list[a].origin, *second = &list[b].origin;

	return list[a].set == list[b].set && list[a].value == list[b].value &&
	       first->line == second->line && strcmp(first->file, second->file) == 0 &&
	       strcmp(first->criterion, second->criterion) == 0 &&
	       strcmp(first->force, second->force) == 0;
}

/* What nobody has ever said anything about is left out. */
static wf_status
show_held(const struct policy_view *view, const struct rule_spec *spec)
{
	const struct policy *policy = &view->call->daemon->config->policy;
	const struct policy_held *cells = policy->values.held[rule_index(spec)];
	struct rule_group groups[RULE_CELLS];
	size_t n = rule_groups(held_alike, cells, groups);
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		const struct policy_held *held = &cells[groups[i].cell];

		if (held->set || held->origin.criterion[0] != '\0')
			status = show_group(view, spec, &groups[i], held);
	}
	return status;
}

static wf_status
say_comply(const struct policy_view *view)
{
	const struct config_comply *comply = view->comply;
	char names[CONFIG_COMPLY_MAX * 66] = "";
	size_t len = 0;

	if (comply->n == 0)
		return act_say(view->call, WF_OK, "%s",
			_("No document is complied with: write 'comply' into warifu.conf, see "
			  "'warifu policy profiles'."));
	for (size_t i = 0; i < comply->n; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
			i == 0 ? "" : ", ", comply->names[i]);
	return act_say(view->call, WF_OK,
		_("Complied with: %s. What is 'not yet' is asked for by them and not enforced."),
		names);
}

wf_status
act_policy_show(struct act_call *call)
{
	static const char *const columns[] = {"parameter", "for", "guard", "value", "today",
		"criterion", "force", "origin", "criteria", "about"};
	struct policy_view view = {.call = call, .comply = &call->daemon->config->comply};
	size_t nparams, n;
	const struct policy_param_spec *params = policy_params(&nparams);
	const struct rule_spec *specs = rule_specs(&n);
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < nparams; i++)
		if (rule_of(params[i].id) == NULL)
			status = show_number(&view, &params[i]);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = show_held(&view, &specs[i]);
	if (status == WF_OK)
		status = say_comply(&view);
	if (status == WF_OK)
		(void)act_say_observed(call);
	return status;
}

/* --- why --- */

/* The parameter that is asked about, by its own name or by that of a number as it is shown. */
static const struct rule_spec *
spec_of(const char *name)
{
	size_t n;
	const struct policy_param_spec *params = policy_params(&n);
	const struct rule_spec *spec = rule_find(name);
	char shown[NAME_SIZE];

	for (size_t i = 0; i < n && spec == NULL; i++) {
		if (strcmp(name_of(&params[i], shown), name) != 0)
			continue;
		spec = rule_of(params[i].id);
		if (spec == NULL)
			spec = rule_find(params[i].name);
	}
	return spec;
}

wf_status
policy_view_claim(const struct policy_view *view, const struct compose_claim *claim,
	const char *verdict, const char *in_force)
{
	const struct rules_criterion *criterion =
		rules_criterion_find(policy_view_book(view), claim->origin.criterion);
	char value[RULE_VALUE_SIZE], origin[ACT_ORIGIN_SIZE], kinds[RULE_NAMES_SIZE] = "",
							  guards[RULE_NAMES_SIZE] = "";
	const char *cells[] = {claim->spec->name, claim->profile, claim->origin.criterion,
		claim->origin.force, kinds, guards, value, in_force, verdict,
		act_origin_text(&claim->origin, origin),
		view->japanese ? claim->note_ja : claim->note_en,
		criterion == NULL ? ""
		: view->japanese  ? criterion->ja
				  : criterion->en};
	static const char *const words[] = {
		[CLAIM_UNDEFINED] = "undefined", [CLAIM_FORBIDDEN] = "forbidden"};

	if (claim->sort == CLAIM_VALUE)
		rule_value_text(claim->spec, claim->value, value);
	else
		(void)snprintf(value, sizeof(value), "%s", words[claim->sort]);
	if ((claim->spec->splits & RULE_BY_KIND) != 0)
		rule_kinds_text(claim->kinds, kinds);
	if ((claim->spec->splits & RULE_BY_GUARD) != 0)
		rule_guards_text(claim->guards, guards);
	return act_row_out(view->call, cells, COUNT_OF(cells));
}

const char *const policy_view_claim_columns[POLICY_VIEW_CLAIM_COLUMNS] = {"parameter", "profile",
	"criterion", "force", "for", "guard", "value", "in-force", "verdict", "origin", "note",
	"asks"};

/* Who has settled it, and until when. */
static void
say_answers(const struct policy_view *view, const struct rule_spec *spec)
{
	char day[ACT_TIME_SIZE];

	for (size_t i = 0; i < view->comply->nanswers; i++) {
		const struct compose_answer *answer = &view->comply->answers[i];
		const struct config_answer *written = config_answer_of(view->comply, answer);

		if (answer->spec != spec)
			continue;
		act_say_more(view->call,
			answer->deviates ? _("%s deviates in %s:%d: %s")
					 : _("%s resolved it in %s:%d: %s"),
			written->by, written->origin.file, written->origin.line, written->reason);
		if (written->until_day > 0)
			act_say_more(view->call, _("Until %s."),
				act_day(written->until_day, day));
	}
}

static void
say_held(const struct policy_view *view, const struct rule_spec *spec)
{
	const struct policy *policy = &view->call->daemon->config->policy;
	const struct policy_held *cells = policy->values.held[rule_index(spec)];
	struct rule_group groups[RULE_CELLS];
	size_t n = rule_groups(held_alike, cells, groups);
	char value[RULE_VALUE_SIZE], kinds[RULE_NAMES_SIZE], guards[RULE_NAMES_SIZE];

	for (size_t i = 0; i < n; i++) {
		if (!cells[groups[i].cell].set)
			continue;
		rule_value_text(spec, cells[groups[i].cell].value, value);
		if (n == 1)
			act_say_more(view->call, _("In force: %s."), value);
		else
			act_say_more(view->call, _("In force: %s (for: %s; guard: %s)."), value,
				rule_kinds_text(groups[i].kinds, kinds),
				rule_guards_text(groups[i].guards, guards));
	}
}

static wf_status
say_value(const struct policy_view *view, const struct rule_spec *spec)
{
	char value[RULE_VALUE_SIZE];

	act_say_text(view->call, "%s", _(spec->about));
	if (spec->source == RULE_NOWHERE)
		act_say_more(view->call, "%s", _("Nothing enforces it yet."));
	else if (policy_view_lacks(
			 &view->call->daemon->config->policy, (enum rule_id)rule_index(spec)))
		act_say_more(view->call, "%s",
			_("Nothing is looked up: write 'leak_list' into section 'password'."));
	else if (spec->source == RULE_BUILT_IN)
		act_say_more(view->call, _("Built in: %s."),
			rule_value_text(spec, spec->built_in, value));
	else
		say_held(view, spec);
	say_answers(view, spec);
	(void)act_say_observed(view->call);
	return WF_OK;
}

static const char *
verdict_of(const struct policy_view *view, const struct compose_claim *claim)
{
	enum compose_verdict verdict = compose_verdict(claim, &view->comply->composed);

	if (verdict == VERDICT_MET && policy_view_lacks(&view->call->daemon->config->policy,
					      (enum rule_id)rule_index(claim->spec)))
		verdict = VERDICT_DEVIATES;
	return compose_verdict_word(verdict);
}

static wf_status
why_claims(const struct policy_view *view, const struct rule_spec *spec)
{
	const struct rules_claims *claims = &view->comply->claims;
	wf_status status =
		act_head(view->call, policy_view_claim_columns, POLICY_VIEW_CLAIM_COLUMNS);

	for (size_t i = 0; status == WF_OK && i < claims->n; i++)
		if (claims->list[i]->spec == spec)
			status = policy_view_claim(view, claims->list[i],
				verdict_of(view, claims->list[i]), "");
	return status == WF_OK ? say_value(view, spec) : status;
}

/* Without documents each profile is asked. */
static wf_status
why_profiles(const struct policy_view *view, const struct rule_spec *spec)
{
	const struct rules_book *book = policy_view_book(view);
	wf_status status =
		act_head(view->call, policy_view_claim_columns, POLICY_VIEW_CLAIM_COLUMNS);

	for (size_t i = 0; i < book->nprofiles; i++)
		for (size_t j = 0; status == WF_OK && j < book->profiles[i].nclaims; j++)
			if (book->profiles[i].claims[j].spec == spec)
				status = policy_view_claim(
					view, &book->profiles[i].claims[j], "", "");
	return status == WF_OK ? say_value(view, spec) : status;
}

wf_status
act_policy_why(struct act_call *call)
{
	const struct rule_spec *spec = spec_of(act_arg(call, "parameter"));
	struct policy_view view;
	wf_status status;

	if (spec == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("Documents do not speak about a parameter '%s': see 'warifu policy "
			  "show'."),
			act_arg(call, "parameter"));
	status = policy_view_open(call, &view);
	if (status != WF_OK)
		return status;
	status = view.comply->n > 0 ? why_claims(&view, spec) : why_profiles(&view, spec);
	policy_view_close(&view);
	return status;
}
