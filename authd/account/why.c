/*
 * Why was the last attempt refused?  The reason of its row, in words, and what to do about it.  The
 * log says it to those who may read it; the person at the prompt is never told (I5).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "authd/account/internal.h"
#include "authd/account/upstream_of.h"

static const struct reason {
	const char *reason;
	const char *explanation, *advice;
} reasons[] = {
	{"wrong-password", N_("The password was wrong."),
		N_("Check Caps Lock and the keyboard's layout. A forgotten password is set anew "
		   "with 'warifu user passwd'.")},
	{"wrong-code",
		N_("The one-time code was wrong; the password was right or was not asked for."),
		N_("Check that the code comes from this account's token and that the device's "
		   "clock is right; if both are, "
		   "'warifu token resync'.")},
	{"wrong-answer", N_("An answer was wrong."), N_("Try again with care.")},
	{"no-factor", N_("The account has nothing that answers to what was asked."),
		N_("Give it a password and a token: 'warifu user passwd', 'warifu token add'.")},
	{"replayed", N_("The code was right, but was used already. A code counts once."),
		N_("Wait for the next code. If nobody used it before, somebody may be listening: "
		   "look into 'warifu log'.")},
	{"clock-suspect",
		N_("The clock of this machine jumped, so codes by time could not be checked."),
		N_("Set the clock right, or let it synchronise, then 'warifu clock accept'.")},
	{"unknown-user", N_("There was no account of this name."),
		N_("Add it with 'warifu user add' or 'warifu user import'.")},
	{"not-managed",
		N_("The account is refused, or exempt, and so not one of those that log in here."),
		N_("See 'warifu user show'; 'warifu user manage' takes it back.")},
	{"exempt", N_("The account is exempt: other PAM modules decide."),
		N_("See 'warifu user show'.")},
	{"exemption-ended", N_("The exemption of this account has ended."),
		N_("Take it over with 'warifu user manage', or renew it with 'warifu user "
		   "exempt'.")},
	{"disabled", N_("The account is disabled."),
		N_("If it should be open: 'warifu user enable'.")},
	{"not-yet-valid", N_("The account is not valid yet."),
		N_("Change it with 'warifu user set --valid-from'.")},
	{"expired", N_("The account is no longer valid."),
		N_("Change it with 'warifu user set --valid-until'.")},
	{"locked",
		N_("The account was locked after too many wrong answers; what was entered did not "
		   "matter."),
		N_("Make sure that it was the person himself, then 'warifu unlock'.")},
	{"forbidden-name",
		N_("No account may have this name, by a document that is complied with."),
		N_("Make an account with another name; see 'warifu policy why "
		   "accounts.forbidden_names'.")},
	{"default-id",
		N_("The account is one that a product brings along, and such ones may not log in "
		   "here, by a document that is complied with."),
		N_("Log in as yourself and use sudo; see 'warifu policy why "
		   "accounts.default_ids'.")},
	{"shared-account",
		N_("Several people use this account, so nobody logs in to it by itself."),
		N_("Log in as yourself, then 'sudo -u' or 'sudo -iu' it: the log has both names.")},
	{"locked-strangers",
		N_("After too many wrong answers the account was locked for places from which it "
		   "has not logged in lately; what was entered did not matter. From the others it "
		   "is open."),
		N_("Let him log in from where he usually does; or make sure that it was the person "
		   "himself, then 'warifu unlock'.")},
	{"locked-possession",
		N_("The account was locked because many wrong codes came with its right password: "
		   "somebody may know the "
		   "password."),
		N_("Set a new password first ('warifu user passwd'), then 'warifu unlock'.")},
	{"back-off", N_("The try came too soon after a wrong one and was not looked at."),
		N_("Wait a moment, then try again.")},
	{"abandoned", N_("The login was given up before it was complete; nothing was counted."),
		N_("Try again.")},
	{"upstream-refused",
		N_("Another server, which knows this factor of the account, refused the answer."),
		N_("Look into that server's log for the cause. An account that gets a token of its "
		   "own needs it no more.")},
	{"upstream-away",
		N_("Another server, which knows a factor of the account, gave no answer; that "
		   "counts only if it had asked back before."),
		N_("See 'warifu doctor' and 'journalctl -u warifu-egress'.")},
	{"upstream-challenge",
		N_("Another server asked back where nobody could be asked; that counts as a wrong "
		   "code."),
		N_("A RADIUS client needs mode = challenge for it, and a server of passwords must "
		   "not ask back.")},
	{"upstream-rounds",
		N_("Another server asked back too often; that counts as a wrong answer."),
		N_("See what that server wants to know, for example a new PIN.")},
	{"upstream-left",
		N_("Another server asked back and nobody answered; that counts as a wrong code."),
		N_("Try again. If nobody tried, somebody may know the password: set a new one with "
		   "'warifu user passwd'.")},
	{"interrupted",
		N_("The daemon stopped while this attempt was being checked; it counted as a wrong "
		   "one."),
		N_("Try again. 'journalctl -u warifud' says why it stopped.")},
	{"overload", N_("The machine was too busy to check it in time; nothing was counted."),
		N_("Try again. If it happens often, see 'warifu status' and 'warifu tune'.")},
	{"store", N_("The store could not be written or read; nothing was counted."),
		N_("See 'warifu doctor' and 'journalctl -u warifud'.")},
	{"hash", N_("The password could not be hashed; nothing was changed."),
		N_("See 'journalctl -u warifud'.")},
	{"protocol", N_("The program that asked did not keep to the protocol."),
		N_("Is it of the same version as the daemon? Install both again.")},
	{"root-login", N_("root may not log in here."),
		N_("Log in under your own name and use sudo. On the console root needs a "
		   "registered exception.")},
	{"service-account",
		N_("This is a service account: it comes with its key, and is never asked for a "
		   "password."),
		N_("Use its key, in a service that allows it (key_only).")},
	{"service-account-no-key", N_("This is a service account, and no key of it was verified."),
		N_("Use its key, or see whether sshd accepted it (its own log). A password of it "
		   "is never asked.")},
	{"service-account-source",
		N_("The service account came from an address that is not listed for it."),
		N_("If the address is right, add it with 'warifu user set --sources'.")},
	{"no-transaction",
		N_("The login did not prove all the kinds of factors that are demanded: a public "
		   "key alone, for "
		   "example."),
		N_("In sshd: 'AuthenticationMethods publickey,keyboard-interactive'. 'warifu "
		   "doctor' finds such ways around.")},
	{"session-over",
		N_("What was proved at the beginning of the session is older than a session may "
		   "be (session.timeout), so it vouches for nothing more."),
		N_("Log in anew, or let sudo ask again: 'sudo -k'.")},
	{"group", N_("The account is in none of the groups that this RADIUS client lets in."),
		N_("Put it into one of them, or change 'groups' of the client in warifu.conf.")},
	{"no-grant",
		N_("One enters there by a grant alone, and the account has none that holds: see "
		   "'warifu service list' and 'warifu grant list'."),
		N_("If it is right that it enters, give it one: 'warifu grant add'.")},
	{"scope",
		N_("One enters there by a grant alone, and the account is in none of the groups "
		   "that can be granted it ('scope' in warifu.conf)."),
		N_("Put it into one of them, if it belongs there: 'warifu user set --groups'.")},
	{"not-privileged",
		N_("Behind this RADIUS client firewalls or entry points are administered, and the "
		   "account is not a privileged one."),
		N_("Use the personal account for administration.")},
	{"state-unknown",
		N_("The code was for a login that this RADIUS client and user never began, or "
		   "began with a wrong password."),
		N_("Begin the login anew.")},
	{"state-used",
		N_("The code was for a login that had its answer already; nothing was counted."),
		N_("Begin the login anew. A gateway that switches to another address in the middle "
		   "of a login may do this.")},
	{"state-ended",
		N_("The code came too late, or after three newer logins of the same account; "
		   "nothing was counted."),
		N_("Begin the login anew.")},
	{"must-change", N_("The password must be changed first."),
		N_("Change it at a login that can ask for a new one: over SSH, or at a gateway "
		   "with challenges. 'enrolment_host' in "
		   "section 'radius' names a host to those who come without.")},
	{"not-own-account", N_("A program without root's rights asked for another user's account."),
		N_("Programs may only ask for the account of their own user.")},
	{"not-proved", N_("The change was asked for without proof of the old password."),
		N_("Enter the current password, or let 'warifu user passwd' set a new one.")},
	{"password-rule", N_("The new password does not meet the rules."),
		N_("Choose one that does: the refusal says what would pass.")},
	{"password-reuse",
		N_("The new password was in use before, or is that of another account of the same "
		   "person."),
		N_("Choose one for this account alone.")},
	{"password-too-soon",
		N_("Somebody with several accounts can set a new password every two hours only."),
		N_("Wait, or let the helpdesk ask for a new one with 'warifu user set USER "
		   "--must-change 1'.")},
	{"overflow", N_("So many different attempts came that they stand in one row together."),
		N_("Look for the source in 'warifu log --from'.")},
	{"lease-expired",
		N_("The answers came so late that the attempt had been closed as a wrong one."),
		N_("Try again.")},
	{"changed-meanwhile",
		N_("The account was changed while the login was under way; nothing was counted."),
		N_("Try again.")},
	{"deadline", N_("No complete answer came in time."), N_("Try again.")},
	{"unavailable", N_("It could not be decided; nothing was counted."),
		N_("See 'warifu doctor' and 'journalctl -u warifud'.")},
};

static const struct reason *
find_reason(const char *reason)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (strcmp(reasons[i].reason, reason) == 0)
			return &reasons[i];
	return NULL;
}

const char *
act_why_reason(const char *name)
{
	const struct reason *reason = find_reason(name);

	return reason == NULL ? "" : _(reason->explanation);
}

struct last {
	const char *service; /* this alone; NULL: all */
	char from[WF_SOURCE_MAX]; /* too; "": all */
	bool found;
	uint64_t seq;
	struct audit_row row;
};

/* A login that observe mode let pass, and that would have been refused. */
static bool
only_observed(const struct audit_row *row)
{
	return row->result == AUDIT_NEUTRAL && strcmp(row->event, "login") == 0 &&
	       strcmp(row->reason, "observed") != 0;
}

static bool
was_refused(const struct audit_row *row)
{
	return row->result == AUDIT_FAILURE || row->result == AUDIT_UNAVAILABLE ||
	       only_observed(row);
}

static bool
is_there(const struct last *last)
{
	return (last->service == NULL || strcmp(last->row.service, last->service) == 0) &&
	       (last->from[0] == '\0' || strcmp(last->row.source, last->from) == 0);
}

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct last *last = ctx;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &last->row) != WF_OK ||
		!was_refused(&last->row) || !is_there(last))
		return WF_OK;
	last->found = true;
	last->seq = entry->seq;
	return WF_NO;
}

/* An address as the log writes it, however it was typed; "local:tty1" as it is. */
static void
take_from(const char *from, char text_r[WF_SOURCE_MAX])
{
	struct wf_source source;

	wf_source_from_pam(from, NULL, &source);
	(void)snprintf(text_r, WF_SOURCE_MAX, "%s",
		strncmp(source.text, "name:", 5) == 0 ? from : source.text);
}

static wf_status
find_last(struct act_call *call, struct last *last_r)
{
	struct store_view view = {.result = -1, .class = AUDIT_AUTH, .newest_first = true};

	*last_r = (struct last){.service = act_arg(call, "service")};
	if (act_arg(call, "from") != NULL)
		take_from(act_arg(call, "from"), last_r->from);
	(void)snprintf(view.user, sizeof(view.user), "%s", act_arg(call, "user"));
	return act_each_row(call, &view, visit, last_r);
}

/* --- what holds now, beside what held then --- */

static void
add_sentence(char *text, size_t size, const char *sentence)
{
	size_t len = strlen(text);

	(void)snprintf(text + len, size - len, "%s%s", len > 0 ? " " : "", sentence);
}

struct near_name {
	const char *wanted;
	char found[WF_NAME_MAX + 1];
};

static wf_status
visit_name(void *ctx, const struct account *account)
{
	struct near_name *near = ctx;

	if (strcasecmp(account->name, near->wanted) != 0)
		return WF_OK;
	(void)snprintf(near->found, sizeof(near->found), "%s", account->name);
	return strcmp(account->name, near->wanted) == 0 ? WF_NO : WF_OK;
}

/*
 * For a name that had no account: has it one now, or is there one that differs in capitals alone?
 */
static void
add_near_name(struct act_call *call, char *text, size_t size)
{
	struct near_name near = {.wanted = act_arg(call, "user")};
	char sentence[WF_NAME_MAX + 80];

	if (act_each_account(call, 0, visit_name, &near) != WF_OK)
		return;
	if (strcmp(near.found, near.wanted) == 0)
		(void)snprintf(sentence, sizeof(sentence), "%s", _("There is one now."));
	else if (near.found[0] != '\0')
		(void)snprintf(sentence, sizeof(sentence),
			_("Is '%s' meant? Names count to the letter."), near.found);
	else
		(void)snprintf(
			sentence, sizeof(sentence), "%s", _("'warifu user list' shows all names."));
	add_sentence(text, size, sentence);
}

static int64_t
wait_of(const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms)
{
	int64_t wait_ms = 0;

	return throttle_read(state, limit, 1, now_ms, &wait_ms) == THROTTLE_BACKOFF ? wait_ms : 0;
}

static void
add_lock(const struct act_subject *subject, char *text, size_t size)
{
	const struct throttle_state *lanes[] = {&subject->account_lane, &subject->possession_lane};
	int64_t until_ms = 0;
	char span[ACT_SPAN_SIZE], sentence[160];

	for (size_t i = 0; i < COUNT_OF(lanes); i++)
		if (act_lane_locked(lanes[i], subject->lock_ms) &&
			lanes[i]->locked_until_ms > until_ms)
			until_ms = lanes[i]->locked_until_ms;
	if (until_ms == 0)
		return;
	if (until_ms == THROTTLE_FOREVER)
		(void)snprintf(sentence, sizeof(sentence), "%s",
			_("It stays locked until somebody unlocks it."));
	else
		(void)snprintf(sentence, sizeof(sentence), _("It stays locked for another %s."),
			act_span((until_ms - subject->lock_ms + 999) / 1000, span));
	add_sentence(text, size, sentence);
}

/* Which of its factors another server knows now. */
static void
add_elsewhere(struct act_call *call, const struct act_subject *subject, char *text, size_t size)
{
	static const enum factor_kind kinds[] = {KIND_KNOWLEDGE, KIND_POSSESSION};
	char sentence[300];

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const struct config_upstream *section =
			account_upstream(&call->daemon->config->upstreams, &subject->account,
				subject->credentials, subject->n, kinds[i]);

		if (section == NULL)
			continue;
		if (kinds[i] == KIND_KNOWLEDGE)
			(void)snprintf(sentence, sizeof(sentence),
				_("As long as it has no password of its own, the server '%s' is "
				  "asked about it."),
				section->name);
		else
			(void)snprintf(sentence, sizeof(sentence),
				_("As long as it has no token of its own, the server '%s' is asked "
				  "about its codes."),
				section->name);
		add_sentence(text, size, sentence);
	}
}

static void
add_now(struct act_call *call, char *text, size_t size)
{
	struct throttle_limit limit;
	struct act_subject subject;
	char span[ACT_SPAN_SIZE], sentence[160];
	int64_t wait_ms;

	if (act_subject_read(call, act_arg(call, "user"), &subject) != WF_OK)
		return;
	add_lock(&subject, text, size);
	add_elsewhere(call, &subject, text, size);
	account_lane_limit(&call->daemon->config->policy, LANE_ACCOUNT, subject.account.kind,
		&limit);
	wait_ms = wait_of(&subject.account_lane, &limit, subject.lock_ms);
	if (wait_ms <= 0)
		return;
	(void)snprintf(sentence, sizeof(sentence), _("The next try is looked at in %s."),
		act_span((wait_ms + 999) / 1000, span));
	add_sentence(text, size, sentence);
}

/* Who said it, as the engine noted it. */
static void
add_server(const struct audit_row *row, char *text, size_t size)
{
	const char *noted = strstr(row->detail, "; upstream ");
	char sentence[256];

	if (noted == NULL)
		return;
	(void)snprintf(sentence, sizeof(sentence), "(%.250s)", noted + 2);
	add_sentence(text, size, sentence);
}

static void
explain(struct act_call *call, const struct audit_row *row, char *text_r, size_t size)
{
	const struct reason *reason = find_reason(row->reason);
	char span[160];

	if (reason != NULL)
		(void)snprintf(text_r, size, "%s", _(reason->explanation));
	else
		(void)snprintf(text_r, size, _("The log gives the reason '%s'."), row->reason);
	add_server(row, text_r, size);
	if (row->count > 1) {
		(void)snprintf(span, sizeof(span),
			WF_NGETTEXT("It happened %u time within a minute.",
				"It happened %u times within a minute.", row->count),
			row->count);
		add_sentence(text_r, size, span);
	}
	if (only_observed(row))
		add_sentence(
			text_r, size, _("Observe mode let it pass; when enforced, it is refused."));
	if (strcmp(row->reason, "unknown-user") == 0)
		add_near_name(call, text_r, size);
	add_now(call, text_r, size);
}

static wf_status
send_rows(struct act_call *call, const struct last *last)
{
	static const char *const columns[] = {"seq:number", "time:time", "user", "source",
		"service", "result", "reason", "factors", "rule", "explanation", "advice"};
	const struct audit_row *row = &last->row;
	const struct reason *reason = find_reason(row->reason);
	char seq[ACT_NUMBER_SIZE], time[ACT_NUMBER_SIZE], explanation[1200];
	const char *cells[] = {act_number_text((int64_t)last->seq, seq),
		act_moment_text(row->time_us, time), row->user, row->source, row->service,
		audit_result_name(row->result), row->reason, row->factors, row->rule, explanation,
		reason != NULL ? _(reason->advice)
			       : _("Look at the rows around it with 'warifu log'.")};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (status != WF_OK)
		return status;
	explain(call, row, explanation, sizeof(explanation));
	call->text[0] = '\0'; /* what a look-up on the way may have said */
	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
say_nothing_found(struct act_call *call)
{
	const char *user = act_arg(call, "user");
	struct act_subject subject;
	char text[WF_NAME_MAX * 2 + 256];
	wf_status status = act_subject_read(call, user, &subject);

	if (status != WF_OK && status != WF_NOT_FOUND)
		return status;
	if (act_arg(call, "service") != NULL || act_arg(call, "from") != NULL)
		return act_say(call, WF_NOT_FOUND,
			_("No attempt of '%s' was refused there: see 'warifu why --last %s' for "
			  "other services and addresses."),
			user, user);
	if (status == WF_OK)
		return act_say(call, WF_NOT_FOUND, _("No attempt of '%s' was refused."), user);
	(void)snprintf(text, sizeof(text),
		_("There is no account '%s', and no attempt under this name was refused."), user);
	add_near_name(call, text, sizeof(text));
	return act_say(call, WF_NOT_FOUND, "%s", text);
}

wf_status
act_why(struct act_call *call)
{
	struct last last;
	wf_status status;

	if (!act_flag(call, "last", false) &&
		(act_arg(call, "service") != NULL || act_arg(call, "from") != NULL))
		return act_why_login(call);
	status = find_last(call, &last);
	if (status != WF_OK)
		return status;
	if (!last.found)
		return say_nothing_found(call);
	return send_rows(call, &last);
}
