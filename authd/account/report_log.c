/* Proofs about the log itself, about backups, and about what the policy is made of. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"

#define DAY_US (INT64_C(86400) * US_PER_S)

/* --- the chain, and how long it goes back --- */

static void
prove_chain(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_chain *chain = &reporting->chain;

	if (chain->rows == 0 && reporting->counts.last_seq == 0) {
		report_say(figure, "%s", _("There is no row of the log."));
		return;
	}
	figure->counted = true;
	figure->count = chain->rows;
	figure->time_us = chain->last_us;
	figure->row = chain->last_seq;
	if (chain->faults > 0) {
		figure->verdict = PROOF_CONTRADICTS;
		figure->row = chain->fault_seq;
		report_say(figure, _("The log is not in order: %s"), chain->fault);
		return;
	}
	figure->verdict = PROOF_HOLDS;
	report_say(figure,
		_("%llu rows, from %llu to %llu, were checked: none is missing, added or changed. "
		  "%llu signed checkpoints fit them."),
		(unsigned long long)chain->rows, (unsigned long long)chain->first_seq,
		(unsigned long long)chain->last_seq, (unsigned long long)chain->checkpoints);
	if (chain->restores > 0)
		report_say(figure, _("Restores of a backup that the log tells of: %llu."),
			(unsigned long long)chain->restores);
}

static void
prove_kept(const struct reporting *reporting, struct report_figure *figure)
{
	const struct act_retention *retention = &reporting->retention;
	const int64_t wanted_us = retention->date_us - retention->keep.us;
	const bool whole = reporting->store.months_removed == 0;
	char since[ACT_TIME_SIZE];

	if (retention->since_us == 0) {
		report_say(figure, "%s", _("There is no row of the log."));
		return;
	}
	figure->verdict =
		whole || retention->since_us <= wanted_us ? PROOF_HOLDS : PROOF_CONTRADICTS;
	figure->time_us = retention->since_us;
	(void)snprintf(
		figure->value, sizeof(figure->value), "%lldd", (long long)retention->keep.days);
	report_say(figure, _("Rows are there since %s; none goes before it is %lld days old."),
		act_time(retention->since_us, since), (long long)retention->keep.days);
	if (whole)
		report_say(figure, "%s", _("Nothing has been removed since the store was made."));
	else
		report_say(figure,
			_("%llu whole months have gone, each behind a row that says so."),
			(unsigned long long)reporting->store.months_removed);
}

static void
prove_sealed(const struct reporting *reporting, struct report_figure *figure)
{
	const uint64_t sealed = reporting->store.months_sealed;

	if (sealed == 0) {
		report_say(figure, "%s", _("No month of the log has ended yet."));
		return;
	}
	figure->verdict = PROOF_FIGURES;
	figure->counted = true;
	figure->count = sealed;
	report_say(figure, _("%llu months that have ended are sealed by a row of their own."),
		(unsigned long long)sealed);
}

static void
prove_streams(const struct reporting *reporting, struct report_figure *figure)
{
	const size_t n = reporting->call->daemon->config->streams.n;

	if (n == 0) {
		report_say(figure, "%s", _("The log is not sent anywhere else."));
		return;
	}
	figure->counted = true;
	figure->count = n - reporting->streams.late;
	figure->total = n;
	figure->verdict = report_judge(JUDGE_ALL, figure->count, n);
	(void)snprintf(figure->value, sizeof(figure->value), "%.95s", reporting->streams.names);
	report_say(figure, _("%llu of %llu streams of the log are up to date."),
		(unsigned long long)figure->count, (unsigned long long)n);
}

/* --- backups --- */

static void
take_last(const struct report_happened *happened, struct report_figure *figure)
{
	figure->counted = true;
	figure->count = happened->count;
	figure->row = happened->last_seq;
	figure->time_us = happened->last_us;
	(void)snprintf(figure->by, sizeof(figure->by), "%s", happened->by);
}

/* Late is what is as late again as it may be. */
static bool
is_late(const struct reporting *reporting, int64_t from_us, int64_t until_us)
{
	const int64_t every_s = config_backup_every_s(reporting->call->daemon->config);

	return every_s > 0 && until_us - from_us > 2 * every_s * US_PER_S;
}

static void
say_failures(const struct report_happened *failed, struct report_figure *figure)
{
	if (failed->count > 0)
		report_say(figure, _("%llu failed, the last in row %llu."),
			(unsigned long long)failed->count, (unsigned long long)failed->last_seq);
}

static void
prove_no_backup(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_happened *failed = &reporting->log.events[EVENT_BACKUP_FAILED];
	const bool late =
		is_late(reporting, reporting->log.begin_us, reporting->period.until_us);

	figure->verdict = failed->count > 0 || late ? PROOF_CONTRADICTS : PROOF_NO_DATA;
	report_say(figure, "%s", _("No backup was made in the period."));
	say_failures(failed, figure);
}

static void
prove_backup(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_happened *made = &reporting->log.events[EVENT_BACKUP];
	const struct report_happened *failed = &reporting->log.events[EVENT_BACKUP_FAILED];
	const struct report_gap *gap = &reporting->log.unsaved;
	char last[ACT_TIME_SIZE], from[ACT_TIME_SIZE], until[ACT_TIME_SIZE];
	bool late, gaping;

	if (made->count == 0) {
		prove_no_backup(reporting, figure);
		return;
	}
	late = is_late(reporting, made->last_us, reporting->period.until_us);
	gaping = is_late(reporting, gap->from_us, gap->until_us);
	take_last(made, figure);
	figure->verdict = failed->count > 0 || late || gaping ? PROOF_EXCEPTIONS : PROOF_HOLDS;
	report_say(figure, _("%llu backups were made and read back, the last on %s."),
		(unsigned long long)made->count, act_time(made->last_us, last));
	say_failures(failed, figure);
	if (gaping)
		report_say(figure, _("None was made between %s and %s."),
			act_time(gap->from_us, from), act_time(gap->until_us, until));
	if (late)
		report_say(figure, "%s", _("A further one is late."));
}

static void
prove_second(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_happened *copied = &reporting->log.events[EVENT_BACKUP_SECOND];
	const struct report_happened *failed =
		&reporting->log.events[EVENT_BACKUP_SECOND_FAILED];

	if (copied->count == 0) {
		figure->verdict = failed->count > 0 ? PROOF_CONTRADICTS : PROOF_NO_DATA;
		report_say(
			figure, "%s", _("No backup was copied to a second place in the period."));
		say_failures(failed, figure);
		return;
	}
	take_last(copied, figure);
	figure->verdict = failed->count > 0 ? PROOF_EXCEPTIONS : PROOF_FIGURES;
	report_say(figure, _("%llu backups were copied to the second place."),
		(unsigned long long)copied->count);
	say_failures(failed, figure);
}

static void
prove_drill(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_happened *drill = &reporting->log.events[EVENT_DRILL];
	const struct report_happened *failed = &reporting->log.events[EVENT_DRILL_FAILED];

	if (drill->count + failed->count == 0) {
		report_say(figure, "%s", _("No restore was tried out in the period."));
		return;
	}
	if (failed->last_seq > drill->last_seq) {
		take_last(failed, figure);
		figure->verdict = PROOF_CONTRADICTS;
		report_say(figure, _("The last trial of a restore failed: %s"), failed->detail);
		return;
	}
	take_last(drill, figure);
	figure->verdict =
		strstr(drill->detail, ": missed)") != NULL ? PROOF_EXCEPTIONS : PROOF_HOLDS;
	report_say(figure, _("A restore was tried out %llu times; the last: %s."),
		(unsigned long long)drill->count, drill->detail);
}

/* --- the configuration --- */

/* What is not as approved has one row for as long as it stands, so it is also asked now. */
static void
prove_drift(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_happened *drift = &reporting->log.events[EVENT_CONFIG_DRIFT];
	const struct store_configuration *now = &reporting->configuration;
	const bool differs = now->differ > 0 || strcmp(now->baseline, now->sha256) != 0;

	if (drift->count > 0) {
		take_last(drift, figure);
		figure->row = drift->first_seq;
		figure->verdict = PROOF_EXCEPTIONS;
		report_say(figure, _("%s: %llu."),
			_("Times that a configuration took effect that was not as approved"),
			(unsigned long long)drift->count);
	}
	if (now->baseline[0] == '\0') {
		report_say(figure, "%s", _("No configuration has been approved."));
	} else if (differs) {
		figure->verdict = PROOF_EXCEPTIONS;
		figure->row = figure->row == 0 ? now->seq : figure->row;
		report_say(figure,
			_("Settings that are not as approved when this report is made: %llu."),
			(unsigned long long)now->differ);
	} else if (drift->count == 0) {
		report_say(figure, "%s",
			_("No configuration took effect that was not as approved."));
	}
}

/* --- who is told --- */

static void
prove_people(const struct reporting *reporting, struct report_figure *figure)
{
	const struct config_alert *alert = &reporting->call->daemon->config->alert;
	const char *separator = "";
	size_t len = 0;

	for (size_t class = 0; class < COUNT_OF(alert->people); class ++)
		for (size_t i = 0; i < alert->people[class].n; i++) {
			figure->count++;
			if (len < sizeof(figure->value))
				len += (size_t)snprintf(figure->value + len,
					sizeof(figure->value) - len, "%s%s", separator,
					alert->people[class].to[i]);
			separator = ", ";
		}
	if (figure->count == 0) {
		report_say(figure, "%s", _("Nobody is told of findings by mail."));
		return;
	}
	figure->counted = true;
	figure->verdict = PROOF_FIGURES;
	report_say(figure, _("People who are told of findings by mail: %llu."),
		(unsigned long long)figure->count);
}

/* --- reviews of the log --- */

/* No month had to be signed yet: what was, or was not, is no more than a figure. */
static void
prove_signs(const struct report_happened *signs, struct report_figure *figure)
{
	if (signs->count == 0) {
		report_say(figure, "%s",
			_("No review of the log was signed in the period, and none had to be."));
		return;
	}
	take_last(signs, figure);
	figure->verdict = PROOF_FIGURES;
	report_say(figure, _("Reviews of the log that were signed in the period: %llu."),
		(unsigned long long)signs->count);
}

static void
prove_reviews(const struct reporting *reporting, struct report_figure *figure)
{
	const struct review_due *reviews = &reporting->reviews;

	if (reviews->due == 0) {
		prove_signs(&reporting->log.events[EVENT_REVIEW], figure);
		return;
	}
	figure->verdict = reviews->met == reviews->due ? PROOF_HOLDS
			  : reviews->met > 0           ? PROOF_EXCEPTIONS
						       : PROOF_CONTRADICTS;
	figure->counted = true;
	figure->count = reviews->met;
	figure->total = reviews->due;
	figure->row = reviews->last.seq;
	figure->time_us = reviews->last.time_us;
	(void)snprintf(figure->by, sizeof(figure->by), "%s", reviews->last.by);
	report_say_share(figure,
		N_("Months that ended in the period and had to be reviewed by its end, signed"));
	if (reviews->missing[0] != '\0')
		report_say(figure, _("Not signed: %s."), reviews->missing);
}

/* --- the lock --- */

static void
say_none(const struct report_count *log, bool part, struct report_figure *figure)
{
	if (part)
		report_say(figure,
			_("There was no wrong answer in the period from row %llu of the log on, "
			  "where the configuration in force now took effect."),
			(unsigned long long)log->settings_seq);
	else
		report_say(figure, "%s", _("There was no wrong answer in the period."));
}

static void
prove_runs(const struct reporting *reporting, struct report_figure *figure)
{
	const struct report_count *log = &reporting->log;
	const struct report_longest *longest = &log->longest;
	const bool part = log->rows > 0 && log->settings_seq > log->first_seq;

	if (longest->wrong == 0) {
		say_none(log, part, figure);
		return;
	}
	figure->verdict = longest->over ? PROOF_EXCEPTIONS : PROOF_HOLDS;
	figure->counted = true;
	figure->count = longest->wrong;
	figure->total = longest->threshold;
	figure->row = longest->row;
	report_say(figure,
		_("Most wrong answers of an account without a lock, an unlock or a login with two "
		  "kinds of factors between them: %llu; the lock comes after %llu."),
		(unsigned long long)longest->wrong, (unsigned long long)longest->threshold);
	if (part)
		report_say(figure,
			_("Judged from row %llu of the log on, where the configuration in force "
			  "now took effect."),
			(unsigned long long)log->settings_seq);
	if (report_say_gone(reporting, figure) && !longest->over)
		figure->verdict = PROOF_FIGURES;
}

/* --- what the policy is made of, and the register --- */

static void
prove_composed(const struct reporting *reporting, struct report_figure *figure)
{
	const struct policy_values *values = &reporting->call->daemon->config->policy.values;

	for (size_t rule = 0; rule < R_COUNT; rule++) {
		const struct policy_held *strictest = policy_held_strictest(
			&reporting->call->daemon->config->policy, (enum rule_id)rule);

		figure->total += values->held[rule][0].set || strictest->set;
		figure->count += strictest->set && strictest->origin.criterion[0] != '\0';
	}
	figure->counted = true;
	figure->verdict = figure->total > 0 ? PROOF_FIGURES : PROOF_NO_DATA;
	report_say(figure,
		_("%llu of %llu parameters in force name the criterion that asks for their value "
		  "('warifu policy show')."),
		(unsigned long long)figure->count, (unsigned long long)figure->total);
}

static void
count_entry(const struct policy_entry *entry, struct report_figure *figure)
{
	figure->total++;
	figure->count += entry->responsible[0] != '\0' || entry->administrator[0] != '\0';
}

static void
prove_register(const struct reporting *reporting, struct report_figure *figure)
{
	const struct policy *policy = &reporting->call->daemon->config->policy;

	for (size_t i = 0; i < policy->nhosts; i++)
		count_entry(&policy->hosts[i].entry, figure);
	for (size_t i = 0; i < policy->nservices; i++)
		if (policy->services[i].asked)
			count_entry(&policy->services[i].entry, figure);
	figure->counted = true;
	figure->verdict = figure->total > 0 ? PROOF_FIGURES : PROOF_NO_DATA;
	report_say(figure,
		_("%llu of %llu hosts and services in the register name who administers them or "
		  "answers for them."),
		(unsigned long long)figure->count, (unsigned long long)figure->total);
}

static void
prove_clients(const struct reporting *reporting, struct report_figure *figure)
{
	const struct config_radius *radius = &reporting->call->daemon->config->radius;

	if (radius->nclients == 0) {
		report_say(figure, "%s", _("There is no RADIUS client."));
		return;
	}
	for (size_t i = 0; i < radius->nclients; i++)
		figure->count += radius->clients[i].secret_file[0] == '\0';
	figure->total = radius->nclients;
	figure->counted = true;
	figure->verdict = PROOF_FIGURES;
	report_say_share(figure, N_("RADIUS clients that come over TLS alone"));
}

void
report_prove_log(
	const struct report_question *question, unsigned of, struct report_figure *figure_r)
{
	static void (*const proves[])(
		const struct reporting *reporting, struct report_figure *figure) = {
		[LOG_CHAIN] = prove_chain,
		[LOG_KEPT] = prove_kept,
		[LOG_SEALED] = prove_sealed,
		[LOG_STREAMS] = prove_streams,
		[LOG_BACKUP] = prove_backup,
		[LOG_SECOND] = prove_second,
		[LOG_DRILL] = prove_drill,
		[LOG_DRIFT] = prove_drift,
		[LOG_COMPOSED] = prove_composed,
		[LOG_REGISTER] = prove_register,
		[LOG_CLIENTS] = prove_clients,
		[LOG_RUNS] = prove_runs,
		[LOG_REVIEWS] = prove_reviews,
		[LOG_PEOPLE] = prove_people,
	};

	proves[of](question->reporting, figure_r);
}
