/*
 * The ways by which people are told of findings: what waits for each, read from the store where
 * each way notes what it has told (authd/record/alerts.c), and a try of all of them.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/doctor.h"
#include "authd/alert/message.h"

#define LATE_US (15 * 60 * US_PER_S) /* what waits longer is told by status and doctor */

/* One way, as it stands. */
struct sight {
	enum alert_way way;
	struct store_cursor cursor; /* zeros: it has told nothing yet */
	uint64_t waiting;	    /* findings */
	int64_t oldest_us;	    /* since when the first of them; 0: none */
};

static wf_status
count(struct act_call *call, struct sight *sight)
{
	const struct config_alert *alert = &call->daemon->config->alert;
	struct store_job job = {.kind = STORE_VIEW};
	struct store_view *view = &job.u.view;
	wf_status status;

	view->kind = VIEW_UNTOLD;
	view->limit = 1;
	memcpy(view->untold.least, alert->least, sizeof(view->untold.least));
	alert_bits(alert, sight->way, view->untold.bits);
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	sight->waiting = view->untold.count;
	sight->oldest_us = view->untold.since_us;
	return WF_OK;
}

static wf_status
look(struct act_call *call, enum alert_way way, struct sight *sight_r)
{
	struct sight sight = {.way = way};
	char name[sizeof(sight.cursor.name)];
	wf_status status;

	(void)snprintf(name, sizeof(name), ALERT_CURSOR "%s", alert_way_name(way));
	status = act_cursor(call, name, &sight.cursor);
	if (status == WF_OK)
		status = count(call, &sight);
	if (status == WF_OK)
		*sight_r = sight;
	return status;
}

static wf_status
each(struct act_call *call, wf_status (*visit)(void *ctx, const struct sight *sight), void *ctx)
{
	wf_status status = WF_OK;

	for (unsigned id = 0; status == WF_OK && id < ALERT_WAYS; id++) {
		struct sight sight;

		if (!alert_way_used(&call->daemon->config->alert, (enum alert_way)id))
			continue;
		status = look(call, (enum alert_way)id, &sight);
		if (status == WF_OK)
			status = visit(ctx, &sight);
	}
	return status;
}

/* --- those that fail --- */

static wf_status
note_failing(void *ctx, const struct sight *sight)
{
	struct act_alerts *alerts = ctx;
	const bool late =
		sight->oldest_us != 0 && alerts->now_us - sight->oldest_us >= LATE_US;
	size_t len = strlen(alerts->names);

	alerts->waiting += sight->waiting;
	if (sight->cursor.why[0] == '\0')
		return WF_OK;
	alerts->late += late;
	if (len + 20 <= sizeof(alerts->names))
		(void)snprintf(alerts->names + len, sizeof(alerts->names) - len, "%s%s",
			alerts->failing == 0 ? "" : ", ", alert_way_name(sight->way));
	if (alerts->failing++ == 0)
		(void)snprintf(alerts->why, sizeof(alerts->why), "%s", sight->cursor.why);
	return WF_OK;
}

wf_status
act_alerts(struct act_call *call, struct act_alerts *alerts_r)
{
	struct act_alerts alerts = {.now_us = wf_clock_now(&call->daemon->clock).wall_us};
	wf_status status = each(call, note_failing, &alerts);

	if (status == WF_OK)
		*alerts_r = alerts;
	return status;
}

enum level
doctor_alerts(struct report *report)
{
	const struct config *config = report->call->daemon->config;
	const struct act_alerts *alerts = &report->health.alerts;
	char text[512];

	if (!config_alert_mails(&config->alert) && config->alert.hook[0] == '\0')
		return TELL(report, OK, "%s",
			_("Findings are told by the log of this machine alone (no people and no "
			  "command in section 'alert')."));
	if (!report->health.figures.egress)
		return TELL(report, BAD, "%s",
			_("warifu-egress is not there, so nobody is told of findings: start it "
			  "(systemctl enable --now warifu-egress), and look at its log."));
	if (config_mail_password_say(config, text, sizeof(text)))
		return TELL(report, BAD, "%s", text);
	if (alerts->failing > 0)
		return TELL(report, alerts->late > 0 ? BAD : WARN,
			_("Not everybody is told of findings by: %s. (%.200s) %llu wait. Try "
			  "'warifu alert test'."),
			alerts->names, alerts->why, (unsigned long long)alerts->waiting);
	return TELL(report, OK, _("People are told of findings; %llu wait."),
		(unsigned long long)alerts->waiting);
}

/* --- alert.list --- */

static void
people_of(const struct config_alert *alert, enum alert_way way, char *text_r, size_t size)
{
	uint32_t bits[INCIDENT_CLASSES];
	size_t len = 0;

	text_r[0] = '\0';
	if (way == ALERT_HOOK)
		(void)snprintf(text_r, size, "%s", alert->hook);
	if (way != ALERT_MAIL_OPERATORS && way != ALERT_MAIL_OFFICERS)
		return;
	alert_bits(alert, way, bits);
	for (size_t class = 0; class < INCIDENT_CLASSES; class++)
		for (size_t i = 0; bits[class] != 0 && i < alert->people[class].n && len < size;
			i++)
			len += (size_t)snprintf(text_r + len, size - len, "%s%s",
				len == 0 ? "" : " ", alert->people[class].to[i]);
}

static wf_status
send_way(void *ctx, const struct sight *sight)
{
	struct act_call *call = ctx;
	char to[512], waiting[ACT_NUMBER_SIZE], oldest[ACT_NUMBER_SIZE], sent[ACT_NUMBER_SIZE],
		last[ACT_NUMBER_SIZE];
	const char *cells[] = {alert_way_name(sight->way), to,
		act_number_text((int64_t)sight->waiting, waiting),
		act_moment_text(sight->oldest_us, oldest),
		act_number_text((int64_t)sight->cursor.seq, sent),
		act_moment_text(sight->cursor.seq == 0 ? 0 : sight->cursor.moved_us, last),
		sight->cursor.why};

	people_of(&call->daemon->config->alert, sight->way, to, sizeof(to));
	return act_row_out(call, cells, COUNT_OF(cells));
}

wf_status
act_alert_list(struct act_call *call)
{
	static const char *const columns[] = {"way", "to", "waiting:number", "oldest:time",
		"delivered:number", "last-delivered:time", "error"};
	struct act_alerts alerts;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = each(call, send_way, call);
	if (status == WF_OK)
		status = act_alerts(call, &alerts);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		alerts.waiting == 0 ? _("Everybody was told of everything.")
				    : _("Findings of which somebody is still to be told wait; they "
					"are told by themselves."));
}

/* --- alert.test --- */

struct trial {
	struct act_call *call;
	struct alert_message message;
	struct act_change *change;
	size_t failed;
};

static wf_status
try_way(struct trial *trial, enum alert_way way, char *why_r, size_t size)
{
	struct act_call *call = trial->call;
	const struct act_daemon *daemon = call->daemon;
	struct alert_note note = {.node = daemon->config->node,
		.rows = "",
		.now_us = wf_clock_now(&daemon->clock).wall_us};
	uint32_t bits[INCIDENT_CLASSES];
	wf_status status;

	alert_bits(&daemon->config->alert, way, bits);
	for (size_t i = 0; i < INCIDENT_CLASSES; i++)
		note.bits |= bits[i];
	status = alert_message_make(&trial->message, way, &note, &daemon->config->alert,
		&daemon->config->mail);
	if (status == WF_OK)
		status = daemon->tell(daemon->hooks_ctx, &trial->message, why_r, size);
	if (status != WF_OK && why_r[0] == '\0')
		(void)snprintf(why_r, size, "%s", _(wf_status_text(status)));
	return status;
}

static wf_status
tell_trial(struct trial *trial, enum alert_way way)
{
	const char *name = alert_way_name(way);
	struct audit_row *row = &trial->change->row;
	size_t len = strlen(row->detail);
	char why[256] = "", to[512];
	bool fine = try_way(trial, way, why, sizeof(why)) == WF_OK;
	const char *cells[] = {name, to, fine ? "ok" : "failed", why};

	(void)snprintf(row->detail + len, sizeof(row->detail) - len, "%s%s: %s",
		len == 0 ? "" : ", ", name, cells[2]);
	trial->failed += !fine;
	people_of(&trial->call->daemon->config->alert, way, to, sizeof(to));
	return act_row_out(trial->call, cells, COUNT_OF(cells));
}

static wf_status
try_all(struct trial *trial)
{
	static const char *const columns[] = {"way", "to", "result", "said"};
	wf_status status = act_head(trial->call, columns, COUNT_OF(columns));

	for (unsigned id = 0; status == WF_OK && id < ALERT_WAYS; id++)
		if (alert_way_used(&trial->call->daemon->config->alert, (enum alert_way)id))
			status = tell_trial(trial, (enum alert_way)id);
	return status;
}

wf_status
act_alert_test(struct act_call *call)
{
	struct act_change change;
	struct trial trial = {.call = call, .change = &change};
	wf_status status;

	act_change_init(call, &change, "", "%s", "");
	alert_message_init(&trial.message);
	status = try_all(&trial);
	alert_message_clear(&trial.message);
	if (trial.failed > 0)
		change.row.result = AUDIT_FAILURE;
	if (status == WF_OK)
		status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	if (trial.failed > 0)
		return act_say(call, WF_UNAVAILABLE, "%s",
			_("Not every way goes: see above why. Look at the log of warifu-egress, "
			  "too."));
	return act_say(call, WF_OK, "%s",
		_("All ways go; see that the messages have arrived."));
}
