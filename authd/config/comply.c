/*
 * Documents that are complied with: their profiles are read and composed, contradictions stop the
 * start, and what was composed becomes what the policy holds.  Parted in rooms: options
 * (comply_options.c), profiles, answers, sentences (comply_tell.c) and the effect on the policy.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <stdlib.h>

#include "authd/config/comply_parts.h"
#include "common/i18n.h"

/* Where a complaint about this section is to be found. */
void
comply_point_at(struct config_load *load, const struct origin *origin)
{
	load->file = origin->file;
}

const struct config_answer *
config_answer_of(const struct config_comply *comply, const struct compose_answer *answer)
{
	size_t i = (size_t)(answer - comply->answers);

	return i < comply->resolves.n ? &comply->resolves.list[i]
				      : &comply->deviates.list[i - comply->resolves.n];
}

static void
check_needed(struct config_load *load)
{
	const struct config_comply *comply = &load->config->comply;
	const struct config_answers *const answers[] = {
		&comply->resolves, &comply->deviates, &comply->drafts};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i]->n == 0)
			continue;
		comply_point_at(load, &answers[i]->list[0].origin);
		config_fail(load, answers[i]->list[0].origin.line,
			_("'%s' has no meaning without 'comply'; write 'comply' or take the "
			  "section out"),
			answers[i]->list[0].name);
	}
}

/* --- a preview --- */

/* What is asked about stands in the place of what is written. */
static void
take_names(struct config_load *load)
{
	const struct config_preview *preview = load->preview;
	struct config_comply *comply = &load->config->comply;

	for (size_t i = 0; i < preview->n && i < CONFIG_COMPLY_MAX; i++)
		(void)snprintf(
			comply->names[i], sizeof(comply->names[i]), "%s", preview->names[i]);
	comply->n = preview->n < CONFIG_COMPLY_MAX ? preview->n : CONFIG_COMPLY_MAX;
	(void)snprintf(comply->origin.file, sizeof(comply->origin.file), "%s", load->file);
}

/* As long as nobody settles it, nothing of it holds. */
static void
pass_over(struct composed *composed, const struct compose_problem *problem)
{
	struct compose_cell *cells = composed->cells[rule_index(problem->spec)];

	for (size_t i = 0; i < RULE_CELLS; i++)
		if ((problem->kinds & 1U << i / RULE_GUARDS) != 0 &&
			(problem->guards & 1U << i % RULE_GUARDS) != 0)
			cells[i] = (struct compose_cell){.state = CELL_SILENT};
}

/* Each answer that settles nothing here, then each parameter that is not settled. */
static void
settle_as_far(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	struct compose_problem problem;

	for (size_t i = 0; i < comply->nanswers; i++)
		if (!compose_settle(&comply->composed, &comply->answers[i], 1, &problem) &&
			problem.answer != NULL)
			comply_fail_compose(load, &problem);
	while (!compose_settle(&comply->composed, NULL, 0, &problem)) {
		problem.more = 0;
		comply_fail_compose(load, &problem);
		pass_over(&comply->composed, &problem);
	}
}

/* --- all of it --- */

static void
compose_documents(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	struct compose_problem problem;

	if (load->status != WF_OK || !comply_add_profiles(load) || !comply_read_answers(load))
		return;
	comply_point_at(load, &comply->origin);
	compose(comply->claims.list, comply->claims.n, &comply->composed);
	if (!comply_narrow(load))
		return;
	if (load->preview != NULL) {
		load->preview->telling = true;
		settle_as_far(load);
		comply_effect(load);
	} else if (compose_settle(&comply->composed, comply->answers, comply->nanswers, &problem))
		comply_effect(load);
	else
		comply_fail_compose(load, &problem);
}

void
config_comply_check(struct config_load *load)
{
	if (load->preview != NULL)
		take_names(load);
	if (load->config->comply.n == 0)
		check_needed(load);
	else
		compose_documents(load);
	if (load->status == WF_OK)
		comply_check_services(load);
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
