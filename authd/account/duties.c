/* What has to be done again and again: the list, and saying that something was done. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/account/duties.h"

#define DAY_US (INT64_C(86400) * US_PER_S)
#define MONTH_DAYS 30

/* In the order of enum duty_id. */
static const struct spec {
	const char *name;
	enum rule_id rule;
	const char *about, *how;
} specs[] = {
	{"log-review", R_REVIEW_LOG,
		N_("Look through the authentication log for suspicious attempts."),
		"warifu review"},
	{"log-storage", R_REVIEW_LOG_STORAGE,
		N_("Check that the log is written, kept, whole, and closed to others."),
		"warifu log verify"},
	{"accounts", R_REVIEW_ACCOUNTS,
		N_("Go through all accounts and what each may use: is it still needed?"),
		"warifu user list"},
	{"leavers", R_REVIEW_LEAVERS,
		N_("Check that nobody who has left has an account, a token or a grant."),
		"warifu user list"},
	{"rules", R_REVIEW_RULES,
		N_("Look whether a document has a new edition, and go over your own rules."),
		"warifu policy profiles"},
	{"ciphers", R_REVIEW_CRYPTO, N_("Go over the versions of TLS and the ciphers in use."),
		"warifu doctor"},
	{"leaked-passwords", R_PASSWORD_LEAK_CHECK,
		N_("Fetch the list of leaked passwords anew, so that all are checked against it."),
		"warifu doctor"},
	{"restore-test", R_BACKUP_RESTORE_TEST, N_("Try whether a backup can be restored."),
		"warifu restore --drill"},
};
_Static_assert(COUNT_OF(specs) == DUTIES, "a row for every duty");

/* --- what is asked for --- */

/* A day that the next month does not have is as many days later as this month has. */
int64_t
duty_next_us(int64_t done_us, int64_t days)
{
	const time_t seconds = (time_t)(done_us / US_PER_S);
	struct tm local, next = {.tm_isdst = -1};

	if (days != MONTH_DAYS || localtime_r(&seconds, &local) == NULL)
		return done_us + days * DAY_US;
	next.tm_year = local.tm_year;
	next.tm_mon = local.tm_mon + 1;
	next.tm_mday = local.tm_mday + 1;
	return (int64_t)mktime(&next) * US_PER_S;
}

static enum duty_state
state_of(const struct duty *duty, int64_t now_us)
{
	if (now_us >= duty->due_us)
		return DUTY_OVERDUE;
	return now_us >= duty->due_us - duty->held->value * DAY_US / 4 ? DUTY_DUE : DUTY_DONE;
}

static const struct store_duty *
known(const struct store_view *view, const char *name)
{
	for (size_t i = 0; i < view->n; i++)
		if (strcmp(view->duties[i].name, name) == 0)
			return &view->duties[i];
	return NULL;
}

static int64_t
done_us(const struct store_duty *last)
{
	return last == NULL ? 0 : last->done_us;
}

/* What was done at a time that is still to come was not: a clock was wrong. */
static void
fill_done(struct duty *duty, const struct store_duty *last, int64_t now_us)
{
	if (last == NULL)
		return;
	if (last->done_us > now_us) {
		duty->ahead_us = last->done_us;
		return;
	}
	duty->done_us = last->done_us;
	(void)snprintf(duty->done_by, sizeof(duty->done_by), "%s", last->done_by);
}

static void
fill(const struct policy *policy, const struct spec *spec, const struct store_duty *last,
	int64_t created_us, int64_t now_us, struct duty *duty)
{
	*duty = (struct duty){.name = spec->name,
		.of = spec->rule,
		.about = spec->about,
		.how = spec->how,
		.held = policy_held_strictest(policy, spec->rule)};
	policy_strictest_rule(policy, spec->rule, duty->rule);
	fill_done(duty, last, now_us);
	duty->due_us = duty_next_us(
		duty->done_us != 0 ? duty->done_us : created_us, duty->held->value);
	duty->state = state_of(duty, now_us);
}

static wf_status
view(struct store *store, struct store_job *job, const struct store_view *what, char *cause_r)
{
	wf_status status;

	store_job_init(job, STORE_VIEW);
	job->u.view = *what;
	status = store_run(store, job);
	if (status != WF_OK)
		memcpy(cause_r, job->cause, STORE_CAUSE_MAX);
	return status;
}

wf_status
duties_of(struct store *store, const struct policy *policy, struct duties *duties_r,
	char cause_r[STORE_CAUSE_MAX])
{
	struct store_duty list[VIEW_PAGE];
	const struct store_view count = {.kind = VIEW_COUNTS, .result = -1};
	const struct store_view read = {
		.kind = VIEW_DUTIES, .result = -1, .limit = VIEW_PAGE, .duties = list};
	struct store_job counts, done;
	wf_status status = view(store, &counts, &count, cause_r);

	if (status == WF_OK)
		status = view(store, &done, &read, cause_r);
	if (status != WF_OK)
		return status;
	*duties_r = (struct duties){
		.drilled_us = done_us(known(&done.u.view, specs[DUTY_RESTORE_TEST].name))};
	for (size_t i = 0; i < DUTIES; i++) {
		struct duty *duty = &duties_r->list[duties_r->n];

		if (!policy_held_strictest(policy, specs[i].rule)->set)
			continue;
		fill(policy, &specs[i], known(&done.u.view, specs[i].name),
			counts.u.view.counts.created_us, store_date_us(store), duty);
		duties_r->overdue += duty->state == DUTY_OVERDUE;
		duties_r->n++;
	}
	return WF_OK;
}

wf_status
duties_read(struct act_call *call, struct duties *duties_r)
{
	char cause[STORE_CAUSE_MAX] = "";
	wf_status status = duties_of(
		call->daemon->store, &call->daemon->config->policy, duties_r, cause);

	return status == WF_OK ? WF_OK : act_say_store(call, status, cause);
}

const char *
duty_name(enum duty_id duty)
{
	return specs[duty].name;
}

bool
duty_asked_by(const struct rule_spec *spec)
{
	for (size_t i = 0; i < DUTIES; i++)
		if (rule_spec(specs[i].rule) == spec)
			return true;
	return false;
}

void
duties_overdue_names(const struct duties *duties, char *names_r, size_t size)
{
	size_t len = 0;

	names_r[0] = '\0';
	for (size_t i = 0; i < duties->n && len < size; i++)
		if (duties->list[i].state == DUTY_OVERDUE)
			len += (size_t)snprintf(names_r + len, size - len, "%s%s",
				len == 0 ? "" : ", ", duties->list[i].name);
}

const char *
duties_ahead_text(const struct duties *duties, char text_r[DUTY_AHEAD_SIZE])
{
	char when[ACT_TIME_SIZE];
	const struct duty *duty = duties->list;

	while (duty < duties->list + duties->n && duty->ahead_us == 0)
		duty++;
	if (duty == duties->list + duties->n)
		return NULL;
	if (duty->of == R_REVIEW_LOG)
		(void)snprintf(text_r, DUTY_AHEAD_SIZE,
			_("'%s' was recorded as done on %s, which is still to come: a clock was "
			  "wrong, and it does not count. Sign the last month again with 'warifu "
			  "review'."),
			duty->name, act_time(duty->ahead_us, when));
	else
		(void)snprintf(text_r, DUTY_AHEAD_SIZE,
			_("'%s' was recorded as done on %s, which is still to come: a clock was "
			  "wrong, and it does not count. Record it again with 'warifu duty done "
			  "%s'."),
			duty->name, act_time(duty->ahead_us, when), duty->name);
	return text_r;
}

/* --- done --- */

static void
add_effect(struct act_call *call, struct act_change *change, const char *name, int64_t when_us)
{
	struct effect *effect = act_change_add(change, EFFECT_DUTY, 0);

	(void)snprintf(effect->text, sizeof(effect->text), "%s", name);
	(void)snprintf(effect->text2, sizeof(effect->text2), "%.*s", (int)sizeof(effect->text2) - 1,
		call->operator_name);
	effect->value = when_us;
}

void
duty_done(struct act_call *call, struct act_change *change, enum duty_id duty)
{
	add_effect(call, change, specs[duty].name, change->row.time_us);
}

/* --- the acts --- */

static const char *const columns[] = {
	"duty", "state", "due:time", "done:time", "by", "every", "rule", "about", "how", "origin"};

/* What is not due yet is done only if somebody has done it. */
static const char *
state_word(const struct duty *duty)
{
	static const char *const states[] = {"done", "due", "overdue"};

	return duty->state == DUTY_DONE && duty->done_us == 0 ? "never" : states[duty->state];
}

static wf_status
row_of(struct act_call *call, const struct duty *duty)
{
	char due[ACT_NUMBER_SIZE], done[ACT_NUMBER_SIZE], every[RULE_VALUE_SIZE],
		origin[ACT_ORIGIN_SIZE];
	const char *cells[] = {duty->name, state_word(duty), act_moment_text(duty->due_us, due),
		act_moment_text(duty->done_us, done), duty->done_by,
		rule_value_text(rule_spec(duty->of), duty->held->value, every), duty->rule,
		_(duty->about), duty->how, act_origin_text(&duty->held->origin, origin)};

	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
say_list(struct act_call *call, const struct duties *duties)
{
	char text[DUTY_AHEAD_SIZE];

	if (duties_ahead_text(duties, text) != NULL)
		return act_say(call, WF_OK, "%s", text);
	if (duties->n == 0)
		return act_say(call, WF_OK, "%s",
			_("No document that is complied with asks for anything at intervals: see "
			  "'comply' in warifu.conf."));
	return act_say(call, WF_OK,
		WF_NGETTEXT("%zu duty, %zu overdue. 'warifu duty show DUTY' says what to do.",
			"%zu duties, %zu overdue. 'warifu duty show DUTY' says what to do.",
			duties->n),
		duties->n, duties->overdue);
}

wf_status
act_duty_list(struct act_call *call)
{
	struct duties duties;
	wf_status status = duties_read(call, &duties);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < duties.n; i++)
		status = row_of(call, &duties.list[i]);
	return status == WF_OK ? say_list(call, &duties) : status;
}

/* The one that argument `duty` names. */
static wf_status
find(struct act_call *call, struct duties *duties_r, const struct duty **duty_r)
{
	const char *name = act_arg(call, "duty");
	wf_status status;

	duties_r->n = 0;
	status = duties_read(call, duties_r);

	if (status != WF_OK)
		return status;
	for (size_t i = 0; i < duties_r->n; i++)
		if (strcmp(duties_r->list[i].name, name) == 0) {
			*duty_r = &duties_r->list[i];
			return WF_OK;
		}
	return act_say(call, WF_NOT_FOUND,
		_("Nothing here asks for a duty '%s': 'warifu duties' shows those that there "
		  "are."),
		name);
}

wf_status
act_duty_show(struct act_call *call)
{
	struct duties duties;
	const struct duty *duty;
	wf_status status = find(call, &duties, &duty);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	return status == WF_OK ? row_of(call, duty) : status;
}

/* When it was done: now, or at a time that the caller names. */
static wf_status
time_of(struct act_call *call, const struct duty *duty, int64_t now_us, int64_t *when_r)
{
	const int64_t when_us = act_number(call, "on", now_us);
	char text[ACT_TIME_SIZE];

	if (when_us > now_us)
		return act_say(call, WF_INVALID, "%s",
			_("That time is still to come: say when it was done."));
	if (when_us <= duty->done_us)
		return act_say(call, WF_CONFLICT,
			_("It has been done since, on %s: nothing is to be recorded."),
			act_time(duty->done_us, text));
	*when_r = when_us;
	return WF_OK;
}

static wf_status
commit_done(struct act_call *call, const struct duty *duty)
{
	struct act_change change;
	char text[ACT_TIME_SIZE], next[ACT_TIME_SIZE];
	int64_t when_us = 0;
	wf_status status;

	act_change_init(call, &change, "", "%s", duty->name);
	status = time_of(call, duty, change.row.time_us, &when_us);
	if (status != WF_OK)
		return status;
	act_change_init(call, &change, "", "%s, done on %s; %s", duty->name,
		act_time(when_us, text), duty->rule);
	add_effect(call, &change, duty->name, when_us);
	status = act_commit(call, &change);
	return status != WF_OK
		       ? status
		       : act_say(call, WF_OK, _("Recorded. '%s' is due again on %s."), duty->name,
				 act_time(duty_next_us(when_us, duty->held->value), next));
}

wf_status
act_duty_done(struct act_call *call)
{
	struct duties duties;
	const struct duty *duty;
	wf_status status = find(call, &duties, &duty);

	if (status != WF_OK)
		return status;
	if (duty->of == R_REVIEW_LOG)
		return act_say(call, WF_CONFLICT, "%s",
			_("The log is reviewed month by month, and each month is signed: run "
			  "'warifu review', which records this duty."));
	return commit_done(call, duty);
}
