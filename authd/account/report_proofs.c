/*
 * The table of proofs: the names that `shown` of a catalogue may have, and what computes each.  Two
 * of the groups stand here, which are tables of sentences: shares of logins and events.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"

void
report_say(struct report_figure *figure, const char *format, ...)
{
	const size_t len = strlen(figure->text);
	char *at = figure->text + len;
	va_list list;

	if (len > 0 && len + 1 < sizeof(figure->text))
		*at++ = ' ';
	va_start(list, format);
	(void)vsnprintf(at, sizeof(figure->text) - (size_t)(at - figure->text), format, list);
	va_end(list);
}

void
report_say_share(struct report_figure *figure, const char *words)
{
	report_say(figure, _("%s: %llu of %llu."), _(words), (unsigned long long)figure->count,
		(unsigned long long)figure->total);
}

bool
report_say_gone(const struct reporting *reporting, struct report_figure *figure)
{
	char time[ACT_TIME_SIZE];

	if (reporting->gone_us == 0)
		return false;
	report_say(figure, _("Rows before %s have expired."), act_time(reporting->gone_us, time));
	return true;
}

/* --- shares of logins with two kinds of factors --- */

/* In the order of enum report_share. */
static const struct {
	const char *some, *none;
} shares[] = {
	{N_("Logins from the internet with two kinds of factors"),
		N_("There was no login from the internet in the period.")},
	{N_("Logins from the internal networks with two kinds of factors"),
		N_("There was no login from the internal networks in the period.")},
	{N_("Logins of accounts that are privileged now, with two kinds of factors"),
		N_("There was no login in the period of an account that is privileged now.")},
	{N_("Times that another account's rights were taken (sudo, su) with two kinds of factors"),
		N_("Nobody took another account's rights (sudo, su) in the period.")},
	{N_("Logins at ways into the own network with two kinds of factors"),
		N_("There was no login at a way into the own network in the period.")},
	{N_("Logins to administer firewalls and entry points with two kinds of factors"),
		N_("There was no login to administer a firewall or an entry point in the period.")},
	{N_("Logins at cloud services with two kinds of factors"),
		N_("There was no login at a cloud service in the period.")},
	{N_("Logins at published applications with two kinds of factors"),
		N_("There was no login at a published application in the period.")},
	{N_("Logins at the store of logs with two kinds of factors"),
		N_("There was no login at the store of logs in the period.")},
	{N_("Logins at network devices with two kinds of factors"),
		N_("There was no login at a network device in the period.")},
};
_Static_assert(COUNT_OF(shares) == REPORT_SHARES, "a row for every share");

/* Per cent with one digit behind the point, never rounded up. */
static void
share_text(uint64_t part, uint64_t whole, char *text_r, size_t size)
{
	const uint64_t thousandths = whole == 0 ? 0 : part * 1000 / whole;

	(void)snprintf(text_r, size, "%llu.%llu %%", (unsigned long long)(thousandths / 10),
		(unsigned long long)(thousandths % 10));
}

static enum report_verdict
verdict_of_share(const struct report_logins *logins)
{
	if (logins->total == logins->fit)
		return PROOF_HOLDS;
	return logins->fit + logins->excepted == 0 ? PROOF_CONTRADICTS : PROOF_EXCEPTIONS;
}

void
report_prove_share(
	const struct report_question *question, unsigned of, struct report_figure *figure_r)
{
	const struct report_logins *logins = &question->reporting->log.shares[of];

	if (logins->total == 0) {
		report_say(figure_r, "%s", _(shares[of].none));
		return;
	}
	figure_r->verdict = verdict_of_share(logins);
	figure_r->counted = true;
	figure_r->count = logins->fit;
	figure_r->total = logins->total;
	figure_r->row = logins->first_unfit;
	share_text(logins->fit, logins->total, figure_r->value, sizeof(figure_r->value));
	report_say_share(figure_r, shares[of].some);
	if (logins->excepted > 0)
		report_say(figure_r,
			_("%llu were of service accounts, which come with a key alone, from listed "
			  "places."),
			(unsigned long long)logins->excepted);
	if (logins->first_unfit != 0)
		report_say(figure_r, _("The first without: row %llu, the last: row %llu."),
			(unsigned long long)logins->first_unfit,
			(unsigned long long)logins->last_unfit);
}

/* --- events --- */

static const struct event_words {
	enum report_event event;
	/* what it says that it happened, or did not though there were logins */
	enum report_verdict some, none;
	const char *words, *nothing;
} events[] = {
	{EVENT_LOCK, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Locks of accounts after too many wrong answers"),
		N_("No account had to be locked in the period.")},
	{EVENT_UNLOCK, PROOF_FIGURES, PROOF_NO_DATA, N_("Accounts unlocked by hand"),
		N_("No account was unlocked by hand in the period.")},
	{EVENT_TRY_WRONG, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Wrong answers that were evaluated and counted"),
		N_("There was no wrong answer in the period.")},
	{EVENT_TRY_NOT_IN_FORCE, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Tries that were refused, of accounts that are disabled or out of their time"),
		N_("No account that was disabled or outside of its time was tried in the "
		   "period.")},
	{EVENT_DEFAULT_ID, PROOF_EXCEPTIONS, PROOF_HOLDS,
		N_("Logins of accounts that products bring along"),
		N_("No login was of an account that products bring along.")},
	{EVENT_FIELDLESS, PROOF_EXCEPTIONS, PROOF_HOLDS,
		N_("Rows of logins that lack the user or the source"),
		N_("Each row of a login has time, source, user and result.")},
	{EVENT_PASSWORD_CHANGED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Passwords changed by their owners, by the rules in force"),
		N_("Nobody changed a password in the period.")},
	{EVENT_PASSWORD_REFUSED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("New passwords refused by the rules in force"),
		N_("No new password was refused in the period.")},
	{EVENT_PASSWORD_SET, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Passwords set by somebody else, to be changed at the first use"),
		N_("No password was set by somebody else in the period.")},
	{EVENT_ACCOUNT_ADDED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Accounts added, each with a row of the log"),
		N_("No account was added in the period.")},
	{EVENT_ACCOUNT_CHANGED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Changes of accounts, each with a row of the log"),
		N_("No account was changed in the period.")},
	{EVENT_ACCOUNT_DISABLED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Accounts disabled, each with a row of the log"),
		N_("No account was disabled in the period.")},
	{EVENT_GRANT_ADDED, PROOF_FIGURES, PROOF_NO_DATA, N_("Grants given, each with its end"),
		N_("No grant was given in the period.")},
	{EVENT_SESSION_OPENED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Sessions opened, each with a row of the log"),
		N_("No session was opened in the period.")},
	{EVENT_BREAK_GLASS, PROOF_FIGURES, PROOF_NO_DATA, N_("Uses of the emergency codes"),
		N_("The emergency codes were not used in the period.")},
	{EVENT_CONFIG_LOADED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Times that a configuration took effect, each with a row that has its hash"),
		N_("No configuration took effect in the period.")},
	{EVENT_CONFIG_APPROVED, PROOF_FIGURES, PROOF_NO_DATA, N_("Approvals of the configuration"),
		N_("Nobody approved the configuration in the period.")},
	{EVENT_CLOCK_JUMP, PROOF_EXCEPTIONS, PROOF_HOLDS, N_("Jumps of the clock"),
		N_("The clock did not jump in the period.")},
	{EVENT_LOG_EXPORT, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Rows about exports of the log, each with who and what"),
		N_("The log was not exported in the period.")},
	{EVENT_ALERT_TESTED, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Trials of the ways of alerts that went well"),
		N_("Nobody tried the ways of alerts in the period with success.")},
	{EVENT_ACT, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Acts of administration in the log, each with who did it"),
		N_("There was no act of administration in the period.")},
	{EVENT_ACT_TICKET, PROOF_FIGURES, PROOF_NO_DATA,
		N_("Acts of administration that name a ticket"),
		N_("No act of administration names a ticket.")},
};

static const struct event_words *
words_of(enum report_event event)
{
	size_t i = 0;

	while (i + 1 < COUNT_OF(events) && events[i].event != event)
		i++;
	return &events[i];
}

void
report_prove_event(
	const struct report_question *question, unsigned of, struct report_figure *figure_r)
{
	const struct report_happened *happened = question->reporting->log.events;
	const struct report_happened *one = &happened[of];
	const struct event_words *words = words_of((enum report_event)of);

	if (one->count == 0 && happened[EVENT_LOGIN].count == 0 && words->none == PROOF_HOLDS) {
		report_say(figure_r, "%s", _("There was no login in the period."));
		return;
	}
	if (one->count == 0) {
		figure_r->verdict = words->none;
		report_say(figure_r, "%s", _(words->nothing));
		if (words->none == PROOF_HOLDS && report_say_gone(question->reporting, figure_r))
			figure_r->verdict = PROOF_NO_DATA;
		return;
	}
	figure_r->verdict = words->some;
	figure_r->counted = true;
	figure_r->count = one->count;
	figure_r->row = words->some == PROOF_EXCEPTIONS ? one->first_seq : one->last_seq;
	figure_r->time_us = one->last_us;
	(void)snprintf(figure_r->by, sizeof(figure_r->by), "%s", one->by);
	report_say(figure_r, _("%s: %llu."), _(words->words), (unsigned long long)one->count);
}

/* --- the table --- */

static const struct report_proof proofs[] = {
	{"logins.internet", report_prove_share, SHARE_INTERNET},
	{"logins.internal", report_prove_share, SHARE_INTERNAL},
	{"logins.privileged", report_prove_share, SHARE_PRIVILEGED},
	{"logins.operations", report_prove_share, SHARE_OPERATION},
	{"logins.remote", report_prove_share, SHARE_REMOTE},
	{"logins.firewall", report_prove_share, SHARE_FIREWALL},
	{"logins.cloud", report_prove_share, SHARE_CLOUD},
	{"logins.published", report_prove_share, SHARE_PUBLISHED},
	{"logins.log-store", report_prove_share, SHARE_LOG_STORE},
	{"logins.devices", report_prove_share, SHARE_DEVICE},
	{"logins.default-ids", report_prove_event, EVENT_DEFAULT_ID},
	{"lock.held", report_prove_log, LOG_RUNS},
	{"lock.used", report_prove_event, EVENT_LOCK},
	{"lock.opened", report_prove_event, EVENT_UNLOCK},
	{"lock.wrong", report_prove_event, EVENT_TRY_WRONG},
	{"accounts.tried", report_prove_event, EVENT_TRY_NOT_IN_FORCE},
	{"accounts.added", report_prove_event, EVENT_ACCOUNT_ADDED},
	{"accounts.changed", report_prove_event, EVENT_ACCOUNT_CHANGED},
	{"accounts.stopped", report_prove_event, EVENT_ACCOUNT_DISABLED},
	{"passwords.changed", report_prove_event, EVENT_PASSWORD_CHANGED},
	{"passwords.refused", report_prove_event, EVENT_PASSWORD_REFUSED},
	{"passwords.set", report_prove_event, EVENT_PASSWORD_SET},
	{"grants.given", report_prove_event, EVENT_GRANT_ADDED},
	{"sessions.recorded", report_prove_event, EVENT_SESSION_OPENED},
	{"emergency.used", report_prove_event, EVENT_BREAK_GLASS},
	{"config.loaded", report_prove_event, EVENT_CONFIG_LOADED},
	{"config.approved", report_prove_event, EVENT_CONFIG_APPROVED},
	{"config.drift", report_prove_log, LOG_DRIFT},
	{"clock.jumps", report_prove_event, EVENT_CLOCK_JUMP},
	{"log.fields", report_prove_event, EVENT_FIELDLESS},
	{"log.exported", report_prove_event, EVENT_LOG_EXPORT},
	{"review.signed", report_prove_log, LOG_REVIEWS},
	{"alerts.tested", report_prove_event, EVENT_ALERT_TESTED},
	{"alerts.people", report_prove_log, LOG_PEOPLE},
	{"acts.recorded", report_prove_event, EVENT_ACT},
	{"acts.tickets", report_prove_event, EVENT_ACT_TICKET},
	{"accounts.list", report_prove_accounts, HELD_LIST},
	{"accounts.privileged", report_prove_accounts, HELD_PRIVILEGED},
	{"accounts.second-factor", report_prove_accounts, HELD_SECOND},
	{"accounts.dormant", report_prove_accounts, HELD_DORMANT},
	{"accounts.default-ids", report_prove_accounts, HELD_DEFAULT},
	{"accounts.shared", report_prove_accounts, HELD_SHARED},
	{"accounts.persons", report_prove_accounts, HELD_PERSONS},
	{"accounts.ends", report_prove_accounts, HELD_ENDS},
	{"accounts.exempt", report_prove_accounts, HELD_EXEMPT},
	{"passwords.length", report_prove_accounts, HELD_LENGTH},
	{"passwords.leaked", report_prove_accounts, HELD_LEAKS},
	{"passwords.first", report_prove_accounts, HELD_FIRST},
	{"grants.held", report_prove_accounts, HELD_GRANTS},
	{"sessions.length", report_prove_accounts, HELD_SESSIONS},
	{"findings.told", report_prove_accounts, HELD_TOLD},
	{"findings.decided", report_prove_accounts, HELD_FINDINGS},
	{"duty.log-review", report_prove_duty, DUTY_LOG_REVIEW},
	{"duty.log-storage", report_prove_duty, DUTY_LOG_STORAGE},
	{"duty.accounts", report_prove_duty, DUTY_ACCOUNTS},
	{"duty.leavers", report_prove_duty, DUTY_LEAVERS},
	{"duty.rules", report_prove_duty, DUTY_RULES},
	{"duty.ciphers", report_prove_duty, DUTY_CIPHERS},
	{"duty.leaked-passwords", report_prove_duty, DUTY_LEAKED_PASSWORDS},
	{"duty.restore-test", report_prove_duty, DUTY_RESTORE_TEST},
	{"log.chain", report_prove_log, LOG_CHAIN},
	{"log.kept", report_prove_log, LOG_KEPT},
	{"log.sealed", report_prove_log, LOG_SEALED},
	{"log.streams", report_prove_log, LOG_STREAMS},
	{"backup.made", report_prove_log, LOG_BACKUP},
	{"backup.second", report_prove_log, LOG_SECOND},
	{"backup.drill", report_prove_log, LOG_DRILL},
	{"policy.composed", report_prove_log, LOG_COMPOSED},
	{"register.kept", report_prove_log, LOG_REGISTER},
	{"clients.encrypted", report_prove_log, LOG_CLIENTS},
};

const struct report_proof *
report_proofs(size_t *n_r)
{
	*n_r = COUNT_OF(proofs);
	return proofs;
}

const struct report_proof *
report_proof_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(proofs); i++)
		if (strcmp(proofs[i].name, name) == 0)
			return &proofs[i];
	return NULL;
}
