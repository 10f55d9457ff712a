/*
 * Opening a locked account: both lanes of its name, in one commit with the row that says who did it
 * and why.  The answer says why it was locked, since when, and from where, out of the log.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

struct cause {
	int64_t locked_us; /* of the row `lock` */
	uint64_t wrong;    /* wrong answers in the rows looked at, up to the lock */
	char source[64];   /* of the last wrong answer */
};

#define ROWS_LOOKED_AT 200

struct search {
	struct cause cause;
	size_t n;
};

/* From the newest row back to the last event that begins a new count. */
static wf_status
look(void *ctx, const struct store_audit_entry *entry)
{
	struct search *search = ctx;
	struct audit_row row;

	if (++search->n > ROWS_LOOKED_AT)
		return WF_NO;
	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK)
		return WF_OK;
	if (strcmp(row.event, "unlock") == 0 ||
		(row.class == AUDIT_AUTH && row.result == AUDIT_SUCCESS))
		return WF_NO;
	if (row.class == AUDIT_FINDING && strcmp(row.event, "lock") == 0 &&
		search->cause.locked_us == 0)
		search->cause.locked_us = row.time_us;
	if (row.class != AUDIT_AUTH || row.result != AUDIT_FAILURE ||
		strncmp(row.reason, "wrong", 5) != 0)
		return WF_OK;
	search->cause.wrong += row.count;
	if (search->cause.source[0] == '\0')
		(void)snprintf(
			search->cause.source, sizeof(search->cause.source), "%s", row.source);
	return WF_OK;
}

static wf_status
find_cause(struct act_call *call, const char *user, struct cause *cause_r)
{
	struct store_view view = {.result = -1, .newest_first = true};
	struct search search = {.n = 0};
	wf_status status;

	(void)snprintf(view.user, sizeof(view.user), "%s", user);
	status = act_each_row(call, &view, look, &search);
	if (status == WF_OK)
		*cause_r = search.cause;
	return status;
}

static wf_status
send_lanes(struct act_call *call, const struct act_subject *subject)
{
	static const char *const columns[] = {"lane", "failures:number", "was-locked:bool"};
	const struct {
		const char *name;
		const struct throttle_state *state;
	} lanes[] = {
		{"account", &subject->account_lane}, {"possession", &subject->possession_lane}};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < COUNT_OF(lanes); i++) {
		char failures[ACT_NUMBER_SIZE];
		const char *cells[] = {
			lanes[i].name, act_number_text(lanes[i].state->failures, failures),
			act_bool_text(act_lane_locked(lanes[i].state, subject->lock_ms))
		};

		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	return status;
}

static void
say_cause(struct act_call *call, const struct cause *cause)
{
	char text[ACT_TIME_SIZE];

	if (cause->locked_us != 0)
		act_say_more(call, _("It was locked since %s."), act_time(cause->locked_us, text));
	if (cause->wrong > 0)
		act_say_more(call,
			WF_NGETTEXT(
				"The log has %llu wrong answer since the last success, from %s.",
				"The log has %llu wrong answers since the last success, the last "
				"from %s.",
				cause->wrong),
			(unsigned long long)cause->wrong, cause->source);
}

static wf_status
commit(struct act_call *call, const struct act_subject *subject, bool was_locked)
{
	const struct throttle_state *lanes[] = {&subject->account_lane, &subject->possession_lane};
	struct act_change change;

	act_change_init(call, &change, subject->account.name,
		"%s; failures cleared: account %u, possession %u",
		was_locked ? "was locked" : "was not locked", subject->account_lane.failures,
		subject->possession_lane.failures);
	for (size_t i = 0; i < COUNT_OF(lanes); i++) {
		struct effect *effect = act_change_add(&change, EFFECT_UNLOCK, subject->account.id);

		memcpy(effect->blob, lanes[i]->key, THROTTLE_KEY_LEN);
		effect->blob_len = THROTTLE_KEY_LEN;
	}
	return act_commit(call, &change);
}

wf_status
act_unlock(struct act_call *call)
{
	struct act_subject subject;
	struct cause cause = {.locked_us = 0};
	bool was_locked = false;
	wf_status status = act_subject(call, &subject);

	if (status == WF_OK)
		was_locked = act_lane_locked(&subject.account_lane, subject.lock_ms) ||
			     act_lane_locked_to_strangers(&subject.account_lane, subject.lock_ms) ||
			     act_lane_locked(&subject.possession_lane, subject.lock_ms);
	if (status == WF_OK)
		status = find_cause(call, subject.account.name, &cause);
	if (status == WF_OK)
		status = commit(call, &subject, was_locked);
	if (status == WF_OK)
		status = send_lanes(call, &subject);
	if (status != WF_OK)
		return status;
	(void)act_say(call, WF_OK,
		was_locked ? _("'%s' is open again.")
			   : _("'%s' was not locked; its failures were cleared."),
		subject.account.name);
	if (was_locked)
		say_cause(call, &cause);
	return WF_OK;
}
