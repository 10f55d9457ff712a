/*
 * Open sessions: those of this machine and of relays' hosts, and those that RADIUS clients tell of.
 * Only the latter are ended by Warifu: it orders the front end to ask the client (RFC 5176), which
 * may refuse.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

static const char *const columns[] = {"id:number", "user", "service", "source", "host", "machine",
	"address", "opened:time", "updated:time", "octets-in:number", "octets-out:number"};

struct listing {
	struct act_call *call;
	unsigned long n;
};

static bool
remote(const struct store_session_entry *session)
{
	return session->acct_session[0] != '\0';
}

static wf_status
list_one(void *ctx, const struct store_session_entry *session)
{
	struct listing *listing = ctx;
	char id[ACT_NUMBER_SIZE], opened[ACT_NUMBER_SIZE], updated[ACT_NUMBER_SIZE];
	char in[ACT_NUMBER_SIZE] = "", out[ACT_NUMBER_SIZE] = "";
	const char *cells[] = {act_number_text(session->id, id), session->user, session->service,
		session->source.text, session->host, remote(session) ? session->nas : session->tty,
		session->framed, act_moment_text(session->opened_us, opened),
		act_moment_text(session->updated_us, updated), in, out};

	_Static_assert(COUNT_OF(cells) == COUNT_OF(columns), "a cell for each column");
	if (remote(session)) {
		(void)act_number_text((int64_t)session->octets_in, in);
		(void)act_number_text((int64_t)session->octets_out, out);
	}
	listing->n++;
	return act_row_out(listing->call, cells, COUNT_OF(cells));
}

wf_status
act_session_list(struct act_call *call)
{
	struct listing listing = {.call = call};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = act_each_session(call, act_arg(call, "user"), list_one, &listing);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		WF_NGETTEXT("%lu open session.", "%lu open sessions.", listing.n), listing.n);
}

struct search {
	int64_t id;
	struct store_session_entry found; /* id 0: not found */
};

static wf_status
look(void *ctx, const struct store_session_entry *session)
{
	struct search *search = ctx;

	if (session->id != search->id)
		return WF_OK;
	search->found = *session;
	return WF_NO;
}

/* A privileged account's sessions are ended by those alone who may change the account. */
static wf_status
may_kill(struct act_call *call, const char *user)
{
	struct act_subject subject;
	wf_status status = act_subject_read(call, user, &subject);

	if (status == WF_NOT_FOUND)
		return WF_OK;
	if (status == WF_OK && subject.account.kind == ACCOUNT_PRIVILEGED &&
		call->role < ROLE_ADMINISTRATOR)
		return act_say(call, WF_DENIED,
			_("'%s' is a privileged account: only an administrator may do this."),
			user);
	return status;
}

static wf_status
check(struct act_call *call, const struct search *search)
{
	const struct store_session_entry *session = &search->found;

	if (session->id == 0)
		return act_say(call, WF_NOT_FOUND,
			_("There is no open session %lld; 'warifu session list' shows all."),
			(long long)search->id);
	if (!remote(session) && session->host[0] != '\0')
		return act_say(call, WF_INVALID,
			_("Session %lld is a login on the host '%s', which Warifu does not end: "
			  "end its process %ld there."),
			(long long)session->id, session->host, (long)session->pid);
	if (!remote(session))
		return act_say(call, WF_INVALID,
			_("Session %lld is a login on this machine, which Warifu does not end: end "
			  "its process %ld, for "
			  "example with 'loginctl terminate-session'."),
			(long long)session->id, (long)session->pid);
	return may_kill(call, session->user);
}

wf_status
act_session_kill(struct act_call *call)
{
	struct search search = {.id = act_number(call, "id", 0)};
	const struct store_session_entry *session = &search.found;
	struct act_change change;
	wf_status status = act_each_session(call, NULL, look, &search);

	if (status == WF_OK)
		status = check(call, &search);
	if (status != WF_OK)
		return status;
	act_change_init(call, &change, session->user, "session %s at %s", session->acct_session,
		session->service);
	AUDIT_TEXT(change.row.machine, session->nas);
	act_change_add(&change, EFFECT_DISCONNECT, 0)->value = session->id;
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	if (change.norders == 0)
		return act_say(call, WF_OK,
			_("The client '%s' is being asked to end session %lld already."),
			session->service, (long long)session->id);
	return act_say(call, WF_OK,
		_("The client '%s' is asked to end session %lld of '%s'; the log will say whether "
		  "it did."),
		session->service, (long long)session->id, session->user);
}
