/* How what holds today stands against a document, and how two documents differ. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/policy_find.h"
#include "authd/account/policy_view.h"
#include "common/fault.h"

/* --- diff --- */

/*
 * Cells that are equal in both policies become one group: their value is the first cell that says
 * the same.
 */
static void
pair_cells(
	const struct composed *a, const struct composed *b, size_t index, struct composed *pairs_r)
{
	for (size_t i = 0; i < RULE_CELLS; i++) {
		size_t first = 0;

		while (a->cells[index][first].state != a->cells[index][i].state ||
			a->cells[index][first].value != a->cells[index][i].value ||
			b->cells[index][first].state != b->cells[index][i].state ||
			b->cells[index][first].value != b->cells[index][i].value)
			first++;
		pairs_r->cells[index][i] =
			(struct compose_cell){.state = CELL_SET, .value = (int64_t)first};
	}
}

static wf_status
diff_group(struct act_call *call, const struct rule_spec *spec, const struct composed both[3],
	const struct compose_group *group)
{
	const size_t index = rule_index(spec);
	char values[2][RULE_VALUE_SIZE], kinds[RULE_NAMES_SIZE] = "", guards[RULE_NAMES_SIZE] = "";
	const char *cells[] = {spec->name, kinds, guards, values[0], values[1]};

	for (size_t i = 0; i < 2; i++)
		compose_cell_text(spec, &both[i].cells[index][group->cell->value], values[i]);
	if (strcmp(values[0], values[1]) == 0)
		return WF_OK;
	if ((spec->splits & RULE_BY_KIND) != 0)
		rule_kinds_text(group->kinds, kinds);
	if ((spec->splits & RULE_BY_GUARD) != 0)
		rule_guards_text(group->guards, guards);
	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
diff_all(struct act_call *call, struct composed both[3])
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);
	wf_status status = WF_OK;

	for (size_t i = 0; i < n; i++) {
		struct compose_group groups[RULE_CELLS];
		size_t count;

		pair_cells(&both[0], &both[1], i, &both[2]);
		count = compose_groups(&both[2], &specs[i], groups);
		for (size_t j = 0; status == WF_OK && j < count; j++)
			status = diff_group(call, &specs[i], both, &groups[j]);
	}
	return status;
}

static wf_status
compose_one(const struct policy_view *view, const char *name, struct rules_claims *claims,
	struct composed *composed_r)
{
	const struct rules_profile *profile;
	wf_status status = policy_view_profile(view, name, &profile);

	if (status == WF_OK)
		status = policy_view_claims(view, profile, claims);
	if (status == WF_OK)
		compose(claims->list, claims->n, composed_r);
	return status;
}

wf_status
act_policy_diff(struct act_call *call)
{
	const char *const names[] = {act_arg(call, "first"), act_arg(call, "second")};
	const char *const columns[] = {"parameter", "for", "guard", names[0], names[1]};
	struct rules_claims claims[2] = {{.n = 0}, {.n = 0}};
	struct composed *both = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(3, sizeof(*both));
	struct policy_view view;
	wf_status status;

	if (strcmp(names[0], names[1]) == 0) {
		free(both);
		return act_say(call, WF_INVALID, "%s",
			_("A profile does not differ from itself: name two."));
	}
	status = both == NULL ? act_say(call, WF_NO_MEMORY, "%s", _(wf_status_text(WF_NO_MEMORY)))
			      : policy_view_open(call, &view);

	if (status != WF_OK) {
		free(both);
		return status;
	}
	for (size_t i = 0; status == WF_OK && i < 2; i++)
		status = compose_one(&view, names[i], &claims[i], &both[i]);
	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = diff_all(call, both);
	for (size_t i = 0; i < 2; i++)
		rules_claims_clear(&claims[i]);
	policy_view_close(&view);
	free(both);
	return status;
}

/* --- check --- */

struct check {
	const struct policy_view *view;
	struct policy_find find;
	const char *against; /* a profile; NULL: what is complied with */
	size_t counts[POLICY_FINDINGS];
};

static wf_status
check_claim(struct check *check, const struct compose_claim *claim)
{
	const enum policy_finding finding = policy_find(&check->find, claim);
	char in_force[RULE_VALUE_SIZE];

	check->counts[finding]++;
	return policy_view_claim(check->view, claim, policy_finding_word(finding),
		policy_find_text(&check->find, claim, in_force));
}

/* Lines of warifu.conf whose last day is over. */
static size_t
ended(const struct check *check)
{
	const struct config_comply *comply = check->view->comply;
	const int64_t today = act_today(check->view->call);
	size_t n = 0;

	for (size_t i = 0; i < comply->nanswers; i++) {
		const struct config_answer *written = config_answer_of(comply, &comply->answers[i]);

		n += written->until_day > 0 && written->until_day < today;
	}
	for (size_t i = 0; i < comply->drafts.n; i++) {
		const int64_t until = comply->drafts.list[i].until_day;

		n += until > 0 && until < today;
	}
	return n;
}

static wf_status
say_findings(const struct check *check)
{
	struct act_call *call = check->view->call;
	size_t over = ended(check);
	bool fine;

	act_say_text(call,
		_("%zu met, %zu not met, %zu deviations, %zu partly, %zu not enforced yet, %zu not "
		  "in force here, %zu advice."),
		check->counts[POLICY_MET], check->counts[POLICY_NOT_MET],
		check->counts[POLICY_DEVIATES], check->counts[POLICY_PARTLY],
		check->counts[POLICY_NOT_YET],
		check->counts[POLICY_ELSEWHERE], check->counts[POLICY_ADVICE]);
	if (over > 0)
		act_say_more(call,
			WF_NGETTEXT("%zu section 'resolve', 'deviate' or 'draft' is over: renew it "
				    "or take it out.",
				"%zu sections 'resolve', 'deviate' or 'draft' are over: renew them "
				"or take them out.",
				over),
			over);
	fine = !act_say_observed(call) && over == 0 &&
	       check->counts[POLICY_DEVIATES] + check->counts[POLICY_NOT_MET] == 0;
	return fine ? WF_OK : WF_NO;
}

/* --- lines that allow more than a silent document leaves --- */

static wf_status
tell_silence(struct check *check, const struct rule_default *ours, const struct compose_cell *cell)
{
	const struct rule_spec *spec = rule_spec(ours->rule);
	char built_in[RULE_VALUE_SIZE], in_force[RULE_VALUE_SIZE], origin[ACT_ORIGIN_SIZE];
	const char *cells[POLICY_VIEW_CLAIM_COLUMNS] = {spec->name, "", "", "", "", "", built_in,
		in_force, "deviation", act_origin_text(&cell->answer->origin, origin),
		_("A document is silent about it, which leaves what is built in; this line allows "
		  "more."),
		""};

	rule_value_text(spec, ours->value, built_in);
	compose_cell_text(spec, cell, in_force);
	check->counts[POLICY_DEVIATES]++;
	return act_row_out(check->view->call, cells, POLICY_VIEW_CLAIM_COLUMNS);
}

/* Each such line once: no claim of the silent document could tell it (compose_narrow()). */
static wf_status
check_silence(struct check *check)
{
	const struct compose_answer *told = NULL;
	wf_status status = WF_OK;
	size_t n;
	const struct rule_default *ours = rule_defaults(&n);

	for (size_t i = 0; i < n * RULE_CELLS && status == WF_OK; i++) {
		const struct rule_default *row = &ours[i / RULE_CELLS];
		const struct compose_cell *cell =
			&check->view->comply->composed.cells[row->rule][i % RULE_CELLS];

		if (!cell->narrowed || cell->answer == NULL || cell->answer == told ||
			(cell->state == CELL_SET && (cell->value & ~row->value) == 0))
			continue;
		told = cell->answer;
		status = tell_silence(check, row, cell);
	}
	return status;
}

static wf_status
put_allowed(void *ctx, const struct policy_allowed *allowed)
{
	struct check *check = ctx;
	const struct rules_criterion *criterion = allowed->criterion;
	const char *cells[POLICY_VIEW_CLAIM_COLUMNS] = {allowed->parameter, allowed->profile,
		criterion->id, criterion->force, "", "", allowed->value, allowed->in_force,
		allowed->deviates ? "not met" : "met", "", allowed->note,
		check->view->japanese ? criterion->ja : criterion->en};

	check->counts[POLICY_NOT_MET] += allowed->deviates;
	return act_row_out(check->view->call, cells, POLICY_VIEW_CLAIM_COLUMNS);
}

static wf_status
check_claims(struct check *check, const struct rules_claims *claims)
{
	wf_status status =
		act_head(check->view->call, policy_view_claim_columns, POLICY_VIEW_CLAIM_COLUMNS);

	for (size_t i = 0; status == WF_OK && i < claims->n; i++)
		status = check_claim(check, claims->list[i]);
	if (status == WF_OK && check->against == NULL)
		status = check_silence(check);
	if (status == WF_OK)
		status = policy_view_allowed(
			check->view, claims, check->against, put_allowed, check);
	return status == WF_OK ? say_findings(check) : status;
}

static wf_status
check_against(struct check *check, const char *against)
{
	const struct rules_profile *profile;
	struct rules_claims claims = {.n = 0};
	wf_status status;

	if (against == NULL && check->view->comply->n == 0)
		return act_say(check->view->call, WF_INVALID, "%s",
			_("No document is complied with: name one with --against, or write "
			  "'comply' into warifu.conf."));
	if (against == NULL)
		return check_claims(check, &check->view->comply->claims);
	status = policy_view_profile(check->view, against, &profile);
	if (status == WF_OK)
		status = policy_view_claims(check->view, profile, &claims);
	if (status == WF_OK)
		status = check_claims(check, &claims);
	rules_claims_clear(&claims);
	return status;
}

wf_status
act_policy_check(struct act_call *call)
{
	struct policy_view view;
	struct check check = {.view = &view, .against = act_arg(call, "against")};
	wf_status status = policy_view_open(call, &view);

	if (status != WF_OK)
		return status;
	status = policy_find_open(&view, &check.find);
	if (status == WF_OK)
		status = check_against(&check, check.against);
	policy_find_close(&check.find);
	policy_view_close(&view);
	return status;
}
