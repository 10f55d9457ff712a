/* Proofs from what the store holds now: so many of so many, and duties. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"

#define AT(member) offsetof(struct report_store, member)

/* In the order of enum report_holding. */
static const struct {
	size_t count, total;
	enum report_judged judged;
	const char *words, *nothing;
} held[] = {
	{AT(accounts.enabled), AT(accounts.accounts), JUDGE_NOT, N_("Accounts that are enabled"),
		N_("There is no account.")},
	{AT(accounts.privileged), AT(accounts.enabled), JUDGE_NOT,
		N_("Enabled accounts that are privileged"), N_("There is no enabled account.")},
	{AT(accounts.with_second), AT(accounts.wanting_second), JUDGE_NOT,
		N_("Enabled accounts of people that have a second factor"),
		N_("There is no enabled account.")},
	{AT(accounts.dormant), AT(accounts.enabled), JUDGE_NOT,
		N_("Enabled accounts that have not been used for so long that they count as "
		   "dormant"),
		N_("There is no enabled account.")},
	{AT(accounts.default_ids), AT(accounts.enabled), JUDGE_NONE,
		N_("Enabled accounts with a name that products bring along"),
		N_("There is no enabled account.")},
	{AT(accounts.shared), AT(accounts.enabled), JUDGE_NONE,
		N_("Enabled accounts that several people share"),
		N_("There is no enabled account.")},
	{AT(accounts.no_person), AT(accounts.privileged), JUDGE_NONE,
		N_("Enabled privileged accounts that do not say whose they are"),
		N_("There is no enabled privileged account.")},
	{AT(accounts.over), AT(accounts.ending), JUDGE_NOT,
		N_("Accounts with an end that are past it, so that nobody gets in"),
		N_("No enabled account has an end.")},
	{AT(accounts.exempt), AT(accounts.known), JUDGE_NONE,
		N_("Accounts that are exempt: others answer for their logins"),
		N_("There is no account.")},
	{AT(accounts.too_short), AT(accounts.noted), JUDGE_NONE,
		N_("Passwords of known length that are shorter than is asked for now"),
		N_("No password has been set since lengths are noted.")},
	{AT(accounts.leaks_checked), AT(accounts.checkable), JUDGE_ALL,
		N_("Passwords that were looked up in the list of leaked ones"),
		N_("No list of leaked passwords is in use.")},
	{AT(accounts.must_change), AT(accounts.enabled), JUDGE_NOT,
		N_("Enabled accounts that must change their password at the next login"),
		N_("There is no enabled account.")},
	{AT(grants.holding), AT(grants.all), JUDGE_NOT, N_("Grants that hold now; each has an end"),
		N_("No grant was ever given.")},
	{AT(sessions.too_long), AT(sessions.open), JUDGE_NONE,
		N_("Open sessions that are older than is allowed"), N_("No session is open.")},
	{AT(incidents.closed), AT(incidents.found), JUDGE_ALL,
		N_("Findings of the period that were decided on, with level and reason"),
		N_("Nothing was found in the period.")},
	{AT(incidents.told), AT(incidents.found), JUDGE_NOT,
		N_("Findings of the period that somebody was told of"),
		N_("Nothing was found in the period.")},
};
_Static_assert(COUNT_OF(held) == REPORT_HOLDINGS, "a row for every one");

static uint64_t
at(const struct report_store *store, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)store + offset, sizeof(value));
	return value;
}

/* What belongs to one of them beside the two numbers. */
static void
add_details(
	const struct report_store *store, enum report_holding holding, struct report_figure *figure)
{
	const struct report_held *accounts = &store->accounts;

	if (holding == HELD_DORMANT)
		(void)snprintf(figure->value, sizeof(figure->value), "%lldd",
			(long long)accounts->dormant_days);
	if (holding == HELD_DEFAULT)
		(void)snprintf(figure->value, sizeof(figure->value), "%s", accounts->default_id);
	if (holding == HELD_LEAKS)
		figure->time_us = accounts->checked_us;
	if (holding == HELD_FINDINGS) {
		figure->time_us = store->incidents.closed_us;
		figure->row = store->incidents.oldest_open;
		(void)snprintf(figure->by, sizeof(figure->by), "%s", store->incidents.closed_by);
	}
}

void
report_prove_accounts(
	const struct report_question *question, unsigned of, struct report_figure *figure_r)
{
	const struct report_store *store = &question->reporting->store;
	const uint64_t count = at(store, held[of].count), total = at(store, held[of].total);

	if (total == 0) {
		report_say(figure_r, "%s", _(held[of].nothing));
		return;
	}
	figure_r->verdict = report_judge(held[of].judged, count, total);
	figure_r->counted = true;
	figure_r->count = count;
	figure_r->total = total;
	add_details(store, (enum report_holding)of, figure_r);
	report_say_share(figure_r, held[of].words);
}

/* --- duties --- */

static const struct duty *
duty_of(const struct reporting *reporting, enum duty_id id)
{
	const char *name = duty_name(id);

	for (size_t i = 0; i < reporting->duties.n; i++)
		if (strcmp(reporting->duties.list[i].name, name) == 0)
			return &reporting->duties.list[i];
	return NULL;
}

static void
say_duty(const struct duty *duty, struct report_figure *figure)
{
	char done[ACT_TIME_SIZE], due[ACT_TIME_SIZE];

	if (duty->done_us == 0)
		report_say(figure, _("It has not been done yet; it is due on %s."),
			act_time(duty->due_us, due));
	else
		report_say(figure, _("It was last done on %s by %s; it is due again on %s."),
			act_time(duty->done_us, done), duty->done_by, act_time(duty->due_us, due));
	if (duty->state == DUTY_OVERDUE)
		report_say(figure, "%s", _("It is overdue."));
}

void
report_prove_duty(
	const struct report_question *question, unsigned of, struct report_figure *figure_r)
{
	const struct duty *duty = duty_of(question->reporting, (enum duty_id)of);

	if (duty == NULL) {
		report_say(figure_r, "%s", _("Nothing that is complied with asks for it here."));
		return;
	}
	figure_r->verdict = duty->state == DUTY_OVERDUE ? PROOF_CONTRADICTS
			    : duty->done_us == 0        ? PROOF_NO_DATA
							: PROOF_HOLDS;
	figure_r->time_us = duty->done_us;
	figure_r->until_us = duty->due_us;
	(void)snprintf(figure_r->by, sizeof(figure_r->by), "%s", duty->done_by);
	(void)snprintf(figure_r->value, sizeof(figure_r->value), "%s", duty->name);
	report_say(figure_r, "%s", _(duty->about));
	say_duty(duty, figure_r);
}
