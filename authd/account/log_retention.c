/*
 * How long the log is kept: which rule asks for it, what is there, what has gone and what goes
 * next; and holds, by which nothing goes.  When it goes is the daemon's matter (authd/expiry.c).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/doctor.h"
#include "authd/account/log_keep.h"

#define LATE_US (3 * 86400 * US_PER_S) /* behind its day, nobody can have overslept any more */

void
log_keep(const struct policy *policy, struct log_keep *keep_r)
{
	keep_r->days =
		policy_number_of(policy, R_LOG_RETENTION_DAYS, ACCOUNT_GENERAL, GUARD_MFA);
	keep_r->us = keep_r->days * 86400 * US_PER_S;
	policy_held_rule(
		policy, R_LOG_RETENTION_DAYS, ACCOUNT_GENERAL, GUARD_MFA, 0, keep_r->rule);
}

static wf_status
note_next(void *ctx, const struct store_month *month)
{
	struct act_retention *retention = ctx;

	if (month->tombstone != 0)
		return WF_OK;
	(void)store_month_is_due(month, retention->keep.us, retention->date_us, retention->lock_ms,
		&retention->next_us);
	retention->next_month = month->run.month;
	return WF_NO;
}

wf_status
act_retention(struct act_call *call, struct act_retention *retention_r)
{
	const struct store_view oldest = {.result = -1, .limit = 1};
	struct store *store = call->daemon->store;
	struct act_retention retention = {.next_us = INT64_MAX};
	struct store_kept kept;
	wf_status status;

	log_keep(&call->daemon->config->policy, &retention.keep);
	retention.date_us = store_date_us(store);
	retention.lock_ms = store_lock_ms(store);
	retention.suspect = store_clock_suspect(store);
	status = act_kept(call, &kept, &retention.hold);
	if (status == WF_OK)
		status = act_each_row(call, &oldest, act_take_time, &retention.since_us);
	if (status == WF_OK)
		status = act_each_month(call, note_next, &retention);
	if (status == WF_OK)
		*retention_r = retention;
	return status;
}

/* --- log.retention --- */

static const char *
state_of(const struct store_month *month)
{
	if (month->removed)
		return "removed";
	if (month->tombstone != 0)
		return "being-removed";
	return month->run.last_seq == 0 ? "written" : "sealed";
}

struct table {
	struct act_call *call;
	const struct act_retention *retention;
};

static wf_status
send_month(void *ctx, const struct store_month *month)
{
	const struct table *table = ctx;
	const struct act_retention *retention = table->retention;
	const struct audit_run *run = &month->run;
	const bool open = run->last_seq == 0;
	char name[16], rows[ACT_NUMBER_SIZE], first_seq[ACT_NUMBER_SIZE], last_seq[ACT_NUMBER_SIZE];
	char first[ACT_NUMBER_SIZE], last[ACT_NUMBER_SIZE], expires[ACT_NUMBER_SIZE] = "";
	char removed[ACT_NUMBER_SIZE], tombstone[ACT_NUMBER_SIZE], days[ACT_NUMBER_SIZE];
	const char *cells[] = {name, state_of(month), rows, first_seq, last_seq, first, last,
		expires, removed, tombstone, days, retention->keep.rule};
	int64_t due_us;

	(void)snprintf(name, sizeof(name), "%04d-%02d", run->month / 100, run->month % 100);
	(void)act_moment_text(open ? 0 : (int64_t)(run->last_seq - run->first_seq + 1), rows);
	(void)act_number_text((int64_t)run->first_seq, first_seq);
	(void)act_moment_text((int64_t)run->last_seq, last_seq);
	(void)act_moment_text(run->first_us, first);
	(void)act_moment_text(run->last_us, last);
	(void)store_month_is_due(month, retention->keep.us, retention->date_us, retention->lock_ms,
		&due_us);
	if (!open && month->tombstone == 0)
		(void)act_moment_text(due_us, expires);
	(void)act_moment_text(month->expired_us, removed);
	(void)act_moment_text((int64_t)month->tombstone, tombstone);
	(void)act_number_text(retention->keep.days, days);
	return act_row_out(table->call, cells, COUNT_OF(cells));
}

static void
say_held(struct act_call *call, const struct store_hold *hold)
{
	char since[ACT_TIME_SIZE];

	act_say_text(call, _("Nothing of the log goes: %s has held it since %s (%s)."), hold->by,
		act_time(hold->since_us, since), hold->reason);
}

static wf_status
say_retention(struct act_call *call, const struct act_retention *retention)
{
	char next[ACT_TIME_SIZE];

	if (retention->hold.held) {
		say_held(call, &retention->hold);
		return WF_OK;
	}
	if (retention->suspect)
		return act_say(call, WF_OK, "%s",
			_("Nothing of the log goes while the clock is under suspicion: set it "
			  "right, then 'warifu clock accept'."));
	if (retention->next_us == INT64_MAX)
		return act_say(call, WF_OK,
			_("Rows are kept for %lld days (%s). No month is over yet."),
			(long long)retention->keep.days, retention->keep.rule);
	return act_say(call, WF_OK,
		_("Rows are kept for %lld days (%s). The next to go are those of %04d-%02d, after "
		  "%s."),
		(long long)retention->keep.days, retention->keep.rule, retention->next_month / 100,
		retention->next_month % 100, act_time(retention->next_us, next));
}

wf_status
act_log_retention(struct act_call *call)
{
	static const char *const columns[] = {"month", "state", "rows:number", "first-seq:number",
		"last-seq:number", "first:time", "last:time", "expires:time", "removed:time",
		"tombstone:number", "days:number", "rule"};
	struct act_retention retention;
	struct table table = {call, &retention};
	wf_status status = act_retention(call, &retention);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = act_each_month(call, send_month, &table);
	return status == WF_OK ? say_retention(call, &retention) : status;
}

/* --- holds --- */

wf_status
act_log_held(struct act_call *call)
{
	static const char *const columns[] = {
		"on-hold:bool", "since:time", "by", "reason", "ticket"};
	char since[ACT_NUMBER_SIZE];
	struct store_hold hold;
	struct store_kept kept;
	wf_status status = act_kept(call, &kept, &hold);
	const char *cells[] = {act_bool_text(hold.held), since, hold.by, hold.reason, hold.ticket};

	if (status != WF_OK)
		return status;
	(void)act_moment_text(hold.since_us, since);
	status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = act_row_out(call, cells, COUNT_OF(cells));
	if (status != WF_OK)
		return status;
	if (!hold.held)
		return act_say(call, WF_OK, "%s",
			_("Nobody holds the log: whole months go when they are old enough."));
	say_held(call, &hold);
	return WF_OK;
}

wf_status
act_log_hold(struct act_call *call)
{
	const char *reason = act_arg(call, "reason"), *ticket = act_arg(call, "ticket");
	struct act_change change;
	struct effect *effect;
	wf_status status;

	act_change_init(call, &change, "", "nothing of the log expires");
	effect = act_change_add(&change, EFFECT_LOG_HOLD, 0);
	effect->value = change.row.time_us;
	(void)snprintf(effect->text, sizeof(effect->text), "%s", ticket != NULL ? ticket : "");
	(void)snprintf(effect->text2, sizeof(effect->text2), "%s", reason);
	effect->blob_len = strlen(call->operator_name);
	memcpy(effect->blob, call->operator_name, effect->blob_len);
	status = act_commit(call, &change);
	if (status == WF_EXISTS)
		return act_say(call, status, "%s",
			_("Somebody holds the log already: see 'warifu log hold'. Nothing was "
			  "changed."));
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, "%s",
		_("Nothing of the log goes until 'warifu log release'."));
}

wf_status
act_log_release(struct act_call *call)
{
	struct act_change change;
	wf_status status;

	act_change_init(call, &change, "", "whole months of the log expire again");
	(void)act_change_add(&change, EFFECT_LOG_RELEASE, 0);
	status = act_commit(call, &change);
	if (status == WF_NOT_FOUND)
		return act_say(call, status, "%s", _("Nobody holds the log: nothing was changed."));
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, "%s",
		_("Whole months of the log go again when they are old enough, the next time at "
		  "night."));
}

/* --- for the doctor --- */

enum level
doctor_log(struct report *report)
{
	struct act_retention retention;
	char since[ACT_TIME_SIZE];

	if (act_retention(report->call, &retention) != WF_OK)
		return TELL(report, BAD, "%.500s", report->call->text);
	if (retention.hold.held)
		return TELL(report, WARN,
			_("Nothing of the log goes: %.80s has held it since %s (%.200s)."),
			retention.hold.by, act_time(retention.hold.since_us, since),
			retention.hold.reason);
	if (!retention.suspect && retention.next_us != INT64_MAX &&
		retention.date_us - retention.next_us > LATE_US)
		return TELL(report, BAD,
			_("Rows of %04d-%02d are older than what is kept, but nothing removes "
			  "them: the log of the machine says why."),
			retention.next_month / 100, retention.next_month % 100);
	return TELL(report, OK,
		_("Rows of the log are kept for %lld days (%s); the first is of %s."),
		(long long)retention.keep.days, retention.keep.rule,
		act_time(retention.since_us, since));
}
