/*
 * Acts on the daemon itself: trust the clock or read the configuration again, note what root did
 * without it.
 */
#include "config.h"

#include <stdio.h>

#include "authd/account/internal.h"

wf_status
act_clock_accept(struct act_call *call)
{
	struct act_change change;
	char text[ACT_TIME_SIZE];
	wf_status status;

	if (!store_clock_suspect(call->daemon->store))
		return act_say(
			call, WF_OK, _("The clock is not under suspicion; nothing was changed."));
	act_change_init(call, &change, "", "wall clock accepted");
	status = store_clock_accept(call->daemon->store, &change.row);
	if (status != WF_OK)
		return act_say_store(call, status, NULL);
	return act_say(call, WF_OK, _("The time %s is believed; codes by time are accepted again."),
		act_time(change.row.time_us, text));
}

static wf_status
for_root_alone(struct act_call *call)
{
	if (call->peer.uid == 0)
		return WF_OK;
	return act_say(call, WF_DENIED,
		_("Only root can change the emergency file: use 'warifu emergency' as root."));
}

/* The emergency file is root's, and root's command has changed it already: here it gets its row. */
wf_status
act_emergency_note(struct act_call *call)
{
	const char *detail = act_arg(call, "detail");
	struct act_change change;
	wf_status status = for_root_alone(call);

	if (status != WF_OK)
		return status;
	act_change_init(call, &change, act_arg(call, "user"), "%s", detail != NULL ? detail : "");
	return act_commit(call, &change);
}

/* A login that the daemon had no part in: the row of a login, of the time when it was. */
wf_status
act_emergency_used(struct act_call *call)
{
	const char *tty = act_arg(call, "tty");
	struct act_change change;
	struct audit_row *row = &change.row;
	char source[sizeof(row->source)];
	wf_status status = for_root_alone(call);

	if (status != WF_OK)
		return status;
	act_change_init(call, &change, act_arg(call, "user"),
		"emergency code used while the daemon was away");
	row->class = AUDIT_AUTH;
	row->first_us = act_number(call, "time", row->time_us);
	row->last_us = row->first_us;
	(void)snprintf(source, sizeof(source), "local:%s", tty);
	AUDIT_TEXT(row->event, "login.breakglass");
	AUDIT_TEXT(row->action, "login.breakglass");
	AUDIT_TEXT(row->service, "");
	AUDIT_TEXT(row->source, source);
	AUDIT_TEXT(row->machine, tty);
	AUDIT_TEXT(row->factors, "breakglass");
	AUDIT_TEXT(row->operator_name, "");
	return act_commit(call, &change);
}

/*
 * Whether it worked or not is a row: a configuration that cannot be loaded is worth knowing, too.
 */
wf_status
act_reload(struct act_call *call)
{
	const struct act_daemon *daemon = call->daemon;
	struct act_change change;
	char why[CONFIG_ERROR_SIZE] = "";
	wf_status loaded =
		daemon->reload(daemon->hooks_ctx, call->operator_name, why, sizeof(why));
	wf_status status;

	act_change_init(call, &change, "", "%s%s", daemon->config->file,
		loaded == WF_OK ? "" : ": refused, the old one stays");
	if (loaded != WF_OK)
		change.row.result = AUDIT_FAILURE;
	status = act_commit(call, &change);
	if (loaded != WF_OK)
		return act_say(
			call, loaded, "%s", why[0] != '\0' ? why : _(wf_status_text(loaded)));
	if (status != WF_OK) {
		act_say_more(call, _("The new configuration is in use all the same."));
		return status;
	}
	return act_say(call, WF_OK, _("The configuration %s is in use."), daemon->config->file);
}
