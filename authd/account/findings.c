/*
 * What detection found: what is open, which rows it is about, and what somebody decided.  A finding
 * stays open until its level is recorded with a reason (SCS-5-1-1-2, SCS-5-2-1-2).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/doctor.h"
#include "authd/account/log_page.h"
#include "authd/detect/detect.h"

/* The rule in words; its id for one that this program does not have any more. */
static const char *
words_of(const char *id)
{
	int rule = detect_rule_find(id);

	return rule < 0 ? id : _(detect_rules()[rule].words);
}

/* --- one as a row --- */

static const char *const columns[] = {"id:number", "level:number", "state", "rule", "text", "user",
	"source", "first:time", "last:time", "rows:number", "decided:number", "closed-by",
	"closed:time", "reason"};

wf_status
finding_head(struct act_call *call, const char *more)
{
	const char *out[COUNT_OF(columns) + 1];

	memcpy(out, columns, sizeof(columns));
	out[COUNT_OF(columns)] = more;
	return act_head(call, out, COUNT_OF(columns) + (more != NULL));
}

wf_status
finding_row(struct act_call *call, const struct incident *incident, const char *more)
{
	char id[ACT_NUMBER_SIZE], level[ACT_NUMBER_SIZE], rows[ACT_NUMBER_SIZE],
		first[ACT_NUMBER_SIZE], last[ACT_NUMBER_SIZE], closed[ACT_NUMBER_SIZE],
		decided[ACT_NUMBER_SIZE] = "";
	const char *cells[COUNT_OF(columns) + 1] = {act_number_text(incident->id, id),
		act_number_text((int64_t)incident->level, level),
		incident->closed_us != 0 ? "closed" : "open", incident->rule,
		words_of(incident->rule), incident->user, incident->source,
		act_moment_text(incident->first_us, first),
		act_moment_text(incident->last_us, last),
		act_number_text((int64_t)incident->rows, rows), decided, incident->closed_by,
		act_moment_text(incident->closed_us, closed), incident->reason, more};

	if (incident->decided >= 0)
		(void)act_number_text(incident->decided, decided);
	return act_row_out(call, cells, COUNT_OF(columns) + (more != NULL));
}

/* --- one of them --- */

struct search {
	int64_t id;
	struct incident found; /* id 0: not found */
};

static wf_status
look(void *ctx, const struct incident *incident)
{
	struct search *search = ctx;

	if (incident->id == search->id)
		search->found = *incident;
	return WF_NO;
}

static wf_status
find(struct act_call *call, int64_t id, struct incident *incident_r)
{
	struct search search = {.id = id};
	const struct store_view view = {
		.kind = VIEW_INCIDENTS, .result = -1, .after = (uint64_t)search.id - 1};
	wf_status status = act_each_incident(call, &view, look, &search);

	if (status == WF_OK && search.found.id == 0)
		return act_say(call, WF_NOT_FOUND,
			_("There is no finding %lld; 'warifu finding list --all' shows all."),
			(long long)search.id);
	if (status == WF_OK)
		*incident_r = search.found;
	return status;
}

/* --- list --- */

#define LIMIT 1000 /* a flood of findings is no answer that anybody reads */

struct listing {
	struct act_call *call;
	int64_t least; /* level */
	int64_t left;  /* of the page */
	int64_t last;  /* the one before its end */
	unsigned long n;
	bool more;
};

static wf_status
list_one(void *ctx, const struct incident *incident)
{
	struct listing *listing = ctx;

	if ((int64_t)incident->level < listing->least)
		return WF_NO; /* all that come are less */
	listing->more = listing->left == 0;
	if (listing->more)
		return WF_NO;
	listing->n++;
	listing->left--;
	listing->last = incident->id;
	return finding_row(listing->call, incident, NULL);
}

static wf_status
say_listed(const struct listing *listing)
{
	if (listing->more)
		return act_say(listing->call, WF_OK,
			WF_NGETTEXT("%lu finding; for those that follow say --after %lld.",
				"%lu findings; for those that follow say --after %lld.",
				listing->n),
			listing->n, (long long)listing->last);
	return act_say(listing->call, WF_OK,
		WF_NGETTEXT("%lu finding.", "%lu findings.", listing->n), listing->n);
}

/* Behind the one that the page before ended with. */
static wf_status
list_from(struct act_call *call, struct store_view *view)
{
	const int64_t after = act_number(call, "after", 0);
	struct incident incident;
	wf_status status = after == 0 ? WF_OK : find(call, after, &incident);

	if (after == 0 || status != WF_OK)
		return status;
	view->after = (uint64_t)after;
	view->after_level = incident.level;
	return WF_OK;
}

wf_status
act_finding_list(struct act_call *call)
{
	struct store_view view = {
		.kind = act_flag(call, "all", false) ? VIEW_INCIDENTS_WORST : VIEW_INCIDENTS_OPEN,
		.result = -1,
		.since_us = act_number(call, "since", 0)};
	struct listing listing = {.call = call,
		.least = act_number(call, "level", 0),
		.left = act_number(call, "limit", LIMIT)};
	wf_status status = list_from(call, &view);

	if (status == WF_OK)
		status = finding_head(call, NULL);
	if (status == WF_OK)
		status = act_each_incident(call, &view, list_one, &listing);
	return status == WF_OK ? say_listed(&listing) : status;
}

/* --- show --- */

/* What a finding's own row says; nothing of one that has expired. */
struct own {
	uint64_t seq;
	char detail[sizeof(((struct audit_row *)NULL)->detail)];
};

static wf_status
take_own(void *ctx, const struct store_audit_entry *entry)
{
	struct own *own = ctx;
	struct audit_row row;

	if (entry->seq == own->seq &&
		audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		memcpy(own->detail, row.detail, sizeof(row.detail));
	return WF_NO;
}

/* Unless it has expired. */
static wf_status
show_row(struct act_call *call, uint64_t seq)
{
	wf_status status = log_whole_row(call, seq);

	return status == WF_NOT_FOUND ? WF_OK : status;
}

/* "level 2; key ...; rows 12 from 3 to 40: 3 5 40": what stands behind the last colon. */
static wf_status
show_rows(struct act_call *call, const char *detail)
{
	const char *at = strrchr(detail, ':');
	wf_status status = WF_OK;

	while (at != NULL && status == WF_OK) {
		char *end;
		uint64_t seq = strtoull(at + 1, &end, 10);

		if (end == at + 1)
			break;
		status = show_row(call, seq);
		at = *end == ' ' ? end : NULL;
	}
	return status;
}

wf_status
act_finding_show(struct act_call *call)
{
	struct incident incident = {.id = 0};
	wf_status status = find(call, act_number(call, "id", 0), &incident);
	struct own own = {.seq = (uint64_t)incident.id};
	const struct store_view view = {.result = -1, .after = own.seq - 1};

	if (status == WF_OK)
		status = act_each_row(call, &view, take_own, &own);
	if (status == WF_OK)
		status = log_whole_head(call);
	if (status == WF_OK)
		status = show_rows(call, own.detail);
	if (status == WF_OK)
		status = show_row(call, own.seq);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		_("%s: %llu rows, from %llu to %llu; these are the ones that told it, and its "
		  "own, unless they have expired."),
		words_of(incident.rule), (unsigned long long)incident.rows,
		(unsigned long long)incident.first_seq, (unsigned long long)incident.last_seq);
}

/* --- close --- */

/* Nobody decides on what he has not seen: by now it may be worse. */
static wf_status
may_close(struct act_call *call, const struct incident *incident, int64_t seen)
{
	if (incident->closed_us != 0)
		return act_say(call, WF_CONFLICT,
			_("Finding %lld was closed already, by %s with level %d."),
			(long long)incident->id, incident->closed_by, incident->decided);
	if ((int64_t)incident->level > seen)
		return act_say(call, WF_CONFLICT,
			_("Finding %lld has risen to level %u since: look at it again with "
			  "'warifu finding show %lld'."),
			(long long)incident->id, incident->level, (long long)incident->id);
	return WF_OK;
}

wf_status
act_finding_close(struct act_call *call)
{
	const int64_t level = act_number(call, "level", 0);
	struct incident incident = {.id = 0};
	struct act_change change;
	struct effect *effect;
	int64_t seen;
	wf_status status = find(call, act_number(call, "id", 0), &incident);

	seen = act_number(call, "found", (int64_t)incident.level);
	if (status == WF_OK)
		status = may_close(call, &incident, seen);
	if (status != WF_OK)
		return status;
	act_change_init(call, &change, incident.user,
		"finding %lld (%s, found at level %u): level %lld", (long long)incident.id,
		incident.rule, incident.level, (long long)level);
	effect = act_change_add(&change, EFFECT_INCIDENT_CLOSE, 0);
	effect->value = incident.id;
	effect->value2 = level;
	effect->value3 = seen;
	(void)snprintf(effect->text, sizeof(effect->text), "%.63s", call->operator_name);
	(void)snprintf(effect->text2, sizeof(effect->text2), "%.255s", act_arg(call, "reason"));
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, _("Finding %lld is closed with level %lld."),
		(long long)incident.id, (long long)level);
}

/* --- for the doctor --- */

static bool
countries_fail(const struct report *report, char *why_r, size_t size)
{
	const struct act_daemon *daemon = report->call->daemon;

	why_r[0] = '\0';
	if (daemon->countries != NULL)
		daemon->countries(daemon->hooks_ctx, why_r, size);
	return why_r[0] != '\0';
}

enum level
doctor_detection(struct report *report)
{
	const uint64_t open = report->health.counts.incidents;
	struct store_cursor cursor;
	char why[320];

	if (act_cursor(report->call, DETECT_CURSOR, &cursor) != WF_OK)
		return TELL(report, BAD, "%.500s", report->call->text);
	if (cursor.why[0] != '\0')
		return TELL(report, WARN,
			_("Nothing is looked for in the log behind row %llu: %.300s. It goes on as "
			  "soon as that is over."),
			(unsigned long long)cursor.seq, cursor.why);
	if (countries_fail(report, why, sizeof(why)))
		return TELL(report, WARN,
			_("Logins from new countries are not found: %.300s. Put the file right and "
			  "run 'warifu reload'."),
			why);
	return TELL(report, OK,
		_("The log was looked through up to row %llu. Findings that are open: %llu."),
		(unsigned long long)cursor.seq, (unsigned long long)open);
}
