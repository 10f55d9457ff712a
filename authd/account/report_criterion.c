/*
 * One criterion of a report: which settings it asks for and what is in force, what the proofs say
 * that its catalogue names, what is excepted, and how it stands by all of that.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"

#define GROUP_SIZE 32

/* What is gathered about one criterion while its lines are written. */
struct gathering {
	struct reporting *reporting;
	const struct rules_criterion *criterion;
	struct report_grounds grounds;
};

static wf_status
put(const struct gathering *gathering, struct report_draft *draft, const char *part)
{
	wf_status status;

	draft->cells[LINE_PART] = part;
	draft->cells[LINE_CRITERION] = gathering->criterion->id;
	status = report_put(&gathering->reporting->lines, draft);
	return status == WF_OK ? WF_OK : act_say_store(gathering->reporting->call, status, NULL);
}

/* The same word in each language, as all that is hashed. */
static const char *
origin_text(const struct origin *origin, char text_r[ACT_ORIGIN_SIZE])
{
	return origin->line == 0 ? "built in" : act_origin_text(origin, text_r);
}

/* --- exceptions: what somebody has written down --- */

static wf_status
put_answer(const struct gathering *gathering, const struct compose_answer *answer)
{
	const struct config_answer *written =
		config_answer_of(gathering->reporting->view.comply, answer);
	char origin[ACT_ORIGIN_SIZE], value[RULE_VALUE_SIZE] = "none";
	struct report_draft draft = {
		.cells = {[LINE_NAME] = answer->spec->name,
			[LINE_STATE] = answer->deviates ? "deviate" : "resolve",
			[LINE_REASON] = written->reason,
			[LINE_VALUE] = value,
			[LINE_BY] = written->by,
			[LINE_ORIGIN] = origin_text(&written->origin, origin)},
		.time_us = written->on_day * 86400 * US_PER_S,
		.until_us = written->until_day * 86400 * US_PER_S};

	if (!answer->none)
		rule_value_text(answer->spec, answer->value, value);
	return put(gathering, &draft, "exception");
}

/* The lines of warifu.conf that speak of the same. */
static wf_status
put_answers(const struct gathering *gathering, const struct compose_claim *claim)
{
	const struct config_comply *comply = gathering->reporting->view.comply;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < comply->nanswers; i++)
		if (policy_answer_is_about(&comply->answers[i], claim))
			status = put_answer(gathering, &comply->answers[i]);
	return status;
}

/* --- settings --- */

static const struct origin *
origin_of(const struct policy *policy, const struct compose_claim *claim)
{
	const size_t rule = rule_index(claim->spec);

	for (size_t cell = 0; cell < RULE_CELLS; cell++)
		if ((claim->kinds & 1U << cell / RULE_GUARDS) != 0 &&
			(claim->guards & 1U << cell % RULE_GUARDS) != 0 &&
			policy->values.held[rule][cell].set)
			return &policy->values.held[rule][cell].origin;
	return &policy->values.held[rule][0].origin;
}

static void
wanted_text(const struct compose_claim *claim, char text_r[RULE_VALUE_SIZE])
{
	static const char *const words[] = {
		[CLAIM_UNDEFINED] = "undefined", [CLAIM_FORBIDDEN] = "forbidden"};

	if (claim->sort == CLAIM_VALUE)
		rule_value_text(claim->spec, claim->value, text_r);
	else
		(void)snprintf(text_r, RULE_VALUE_SIZE, "%s", words[claim->sort]);
}

/* "for privileged; guard mfa"; "" where the parameter is not told apart. */
static void
scope_text(const struct compose_claim *claim, char *text_r, size_t size)
{
	char kinds[RULE_NAMES_SIZE], guards[RULE_NAMES_SIZE];
	size_t len = 0;

	text_r[0] = '\0';
	if ((claim->spec->splits & RULE_BY_KIND) != 0 && claim->kinds != RULE_ALL)
		len += (size_t)snprintf(text_r, size, "%s", rule_kinds_text(claim->kinds, kinds));
	if ((claim->spec->splits & RULE_BY_GUARD) != 0 && claim->guards != RULE_ALL && len < size)
		(void)snprintf(text_r + len, size - len, "%s%s", len == 0 ? "" : "; ",
			rule_guards_text(claim->guards, guards));
}

static wf_status
put_claim(struct gathering *gathering, const struct compose_claim *claim)
{
	const struct reporting *reporting = gathering->reporting;
	const enum policy_finding finding = policy_find(&reporting->find, claim);
	char wanted[RULE_VALUE_SIZE], value[RULE_VALUE_SIZE], origin[ACT_ORIGIN_SIZE],
		scope[2 * RULE_NAMES_SIZE];
	struct report_draft draft = {
		.cells = {[LINE_NAME] = claim->spec->name,
			[LINE_STATE] = policy_finding_word(finding),
			[LINE_FORCE] = claim->origin.force,
			[LINE_TEXT] = _(claim->spec->about),
			[LINE_VALUE] = value,
			[LINE_WANTED] = wanted,
			[LINE_FOR] = scope,
			[LINE_ORIGIN] = origin_text(
				origin_of(&reporting->call->daemon->config->policy, claim),
				origin)}};
	const bool weaker = finding == POLICY_DEVIATES || finding == POLICY_NOT_MET;
	wf_status status;

	wanted_text(claim, wanted);
	scope_text(claim, scope, sizeof(scope));
	(void)policy_find_text(&reporting->find, claim, value);
	status = put(gathering, &draft, "setting");
	if (status == WF_OK && weaker)
		status = put_answers(gathering, claim);
	/* to be reminded is not to have done it: that is for the proof of the duty to say */
	if (weaker || !duty_asked_by(claim->spec))
		gathering->grounds.findings |= 1U << finding;
	return status;
}

static bool
is_own(const struct rules_criterion *criterion, const struct compose_claim *claim)
{
	return strcmp(claim->origin.criterion, criterion->id) == 0;
}

static bool
is_by(const struct rules_criterion *criterion, const struct compose_claim *claim)
{
	for (size_t i = 0; i < criterion->nby; i++)
		if (strcmp(criterion->by[i], claim->spec->name) == 0)
			return true;
	return false;
}

/* Its own claims; where it has none, those of others about the parameters that it is met by. */
static wf_status
put_claims(struct gathering *gathering)
{
	const struct rules_claims *claims = &gathering->reporting->claims;
	bool (*belongs)(
		const struct rules_criterion *criterion, const struct compose_claim *claim) = is_by;
	wf_status status = WF_OK;

	for (size_t i = 0; i < claims->n; i++)
		if (is_own(gathering->criterion, claims->list[i]))
			belongs = is_own;
	for (size_t i = 0; status == WF_OK && i < claims->n; i++)
		if (belongs(gathering->criterion, claims->list[i]))
			status = put_claim(gathering, claims->list[i]);
	return status;
}

/* What the daemon always does; who may enter a service, services have to say (put_let). */
static wf_status
put_built_in(struct gathering *gathering)
{
	const struct rules_criterion *criterion = gathering->criterion;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < criterion->nby; i++) {
		struct report_draft draft = {.cells = {[LINE_NAME] = criterion->by[i],
						     [LINE_STATE] = "met",
						     [LINE_TEXT] = _("The daemon always does so."),
						     [LINE_VALUE] = "always",
						     [LINE_ORIGIN] = "built in"}};

		if (!rule_is_act(criterion->by[i]) || config_entry_by(criterion->by[i]))
			continue;
		gathering->grounds.built_in = true;
		status = put(gathering, &draft, "setting");
	}
	return status;
}

/* --- what is let off by no setting: services, service accounts, persons --- */

/* Who may enter is not said at all; an account is one exception. */
static enum report_verdict
verdict_of(const struct report_let *let)
{
	if (!let->deviates)
		return PROOF_HOLDS;
	return strcmp(let->parameter, "register.grants") == 0 ? PROOF_CONTRADICTS
							      : PROOF_EXCEPTIONS;
}

static wf_status
put_let(struct gathering *gathering, const struct report_let *let)
{
	struct report_draft draft = {.cells = {[LINE_NAME] = let->parameter,
					     [LINE_STATE] = let->deviates ? "not met" : "met",
					     [LINE_TEXT] = let->note,
					     [LINE_VALUE] = let->in_force,
					     [LINE_WANTED] = let->value}};

	if (let->criterion != gathering->criterion)
		return WF_OK;
	gathering->grounds.verdicts |= 1U << verdict_of(let);
	return put(gathering, &draft, let->deviates ? "exception" : "setting");
}

/* --- proofs --- */

static wf_status
put_proof(struct gathering *gathering, const char *name)
{
	const struct report_question question = {gathering->reporting, gathering->criterion};
	const struct report_proof *proof = report_proof_find(name);
	struct report_figure figure = {.verdict = PROOF_NO_DATA};
	struct report_draft draft = {.cells = {[LINE_NAME] = name}};

	if (proof != NULL)
		proof->compute(&question, proof->of, &figure);
	else
		report_say(&figure, "%s", _("This version does not know how to prove that."));
	draft.cells[LINE_STATE] = report_verdict_word(figure.verdict);
	draft.cells[LINE_TEXT] = figure.text;
	draft.cells[LINE_VALUE] = figure.value;
	draft.cells[LINE_BY] = figure.by;
	draft.time_us = figure.time_us;
	draft.until_us = figure.until_us;
	draft.counted = figure.counted;
	draft.count = figure.count;
	draft.total = figure.total;
	draft.row = figure.row;
	gathering->grounds.verdicts |= 1U << figure.verdict;
	return put(gathering, &draft, "proof");
}

static wf_status
put_proofs(struct gathering *gathering)
{
	const struct rules_criterion *criterion = gathering->criterion;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < criterion->nshown; i++)
		status = put_proof(gathering, criterion->shown[i]);
	return status;
}

/* --- the criterion itself --- */

/*
 * "SCS-4-1-3-3" is of "SCS-4-1".  Where a document has chapters, "ISAC-3.2.7a" and "ISAC-3b" are of
 * "ISAC-3"; where it counts through, "KUBOTA-115a" is of "KUBOTA".
 */
static void
group_of(const char *id, bool chapters, char group_r[GROUP_SIZE])
{
	size_t len = strcspn(id, "-");

	if (id[len] == '-' && chapters)
		len += 1 + strcspn(id + len + 1, "0123456789");
	if (chapters)
		len += strspn(id + len, "0123456789");
	else if (id[len] == '-' && strchr(id + len + 1, '-') != NULL)
		for (int parts = 0; parts < 2 && id[len] == '-'; parts++)
			len += 1 + strcspn(id + len + 1, "-");
	(void)snprintf(group_r, GROUP_SIZE, "%.*s", (int)len, id);
}

/* Why nothing is shown or enforced, where that is so. */
static const char *
reason_of(const struct gathering *gathering, enum report_state state)
{
	const struct rules_criterion *criterion = gathering->criterion;
	const char *why =
		gathering->reporting->view.japanese ? criterion->why_ja : criterion->why_en;

	if (why != NULL)
		return why;
	if (state == REPORT_NOT_SHOWN && criterion->nshown == 0 && criterion->nby == 0)
		return _("Nothing of it is enforced or computed here: show it by other means.");
	if (state == REPORT_NOT_SHOWN)
		return _("There is nothing in the period to show it by.");
	if (gathering->grounds.observed && state == REPORT_NOT_MET)
		return _("Logins are recorded only, not enforced (mode = observe).");
	return "";
}

static wf_status
put_criterion(struct gathering *gathering)
{
	static const char *const aims[RULES_AIMS] = {
		"enforced", "evidenced", "reported", "outside"};
	const struct rules_criterion *criterion = gathering->criterion;
	char group[GROUP_SIZE];
	struct report_draft draft = {
		.cells = {[LINE_GROUP] = group,
			[LINE_LEVEL] = criterion->level,
			[LINE_FORCE] = criterion->force,
			[LINE_AIM] = aims[criterion->aim],
			[LINE_TEXT] = gathering->reporting->view.japanese ? criterion->ja
									  : criterion->en}};

	group_of(criterion->id, gathering->reporting->chapters, group);
	return put(gathering, &draft, "criterion");
}

/* What is only known when all its lines are there. */
static wf_status
finish(struct gathering *gathering, size_t line)
{
	struct reporting *reporting = gathering->reporting;
	struct report_lines *lines = &reporting->lines;
	const enum report_state state = report_state_of(&gathering->grounds);
	char hash[REPORT_HASH_SIZE];
	wf_status status = report_set(lines, line, LINE_STATE, report_state_word(state));

	if (status == WF_OK)
		status = report_set(lines, line, LINE_REASON, reason_of(gathering, state));
	if (status == WF_OK)
		status = report_hash(lines, line, hash);
	if (status == WF_OK)
		status = report_set(lines, line, LINE_HASH, hash);
	if (status != WF_OK)
		return act_say_store(reporting->call, status, NULL);
	reporting->states[state]++;
	return WF_OK;
}

wf_status
report_criterion(struct reporting *reporting, const struct rules_criterion *criterion)
{
	struct gathering gathering = {.reporting = reporting,
		.criterion = criterion,
		.grounds = {.aim = criterion->aim,
			.waits = criterion->aim == AIM_ENFORCED && criterion->nby == 0,
			.observed = reporting->call->daemon->config->mode == MODE_OBSERVE}};
	const size_t line = reporting->lines.n;
	wf_status status = put_criterion(&gathering);

	if (status == WF_OK)
		status = put_claims(&gathering);
	if (status == WF_OK)
		status = put_built_in(&gathering);
	for (size_t i = 0; status == WF_OK && i < reporting->let.n; i++)
		status = put_let(&gathering, &reporting->let.list[i]);
	if (status == WF_OK)
		status = put_proofs(&gathering);
	return status == WF_OK ? finish(&gathering, line) : status;
}
