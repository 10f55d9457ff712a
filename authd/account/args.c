/*
 * Arguments of acts: each against its row in the act's table, with the exact sentence for what is
 * wrong.  A value is shown back only where it is no secret.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/utf8.h"

static const struct act_arg_spec *
find_spec(const struct act *act, const char *name)
{
	for (const struct act_arg_spec *spec = act->args; spec->name != NULL; spec++)
		if (strcmp(spec->name, name) == 0)
			return spec;
	return NULL;
}

const char *
act_arg(const struct act_call *call, const char *name)
{
	for (size_t i = 0; i < call->nargs; i++)
		if (strcmp(call->args[i].key, name) == 0)
			return call->args[i].value;
	return NULL;
}

bool
act_flag(const struct act_call *call, const char *name, bool preset)
{
	const char *value = act_arg(call, name);

	return value == NULL ? preset : strcmp(value, "1") == 0;
}

static bool
parse_number(const char *text, int64_t *value_r)
{
	char *end;
	long long value;

	if ((text[0] < '0' || text[0] > '9') && text[0] != '-')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		return false;
	*value_r = value;
	return true;
}

int64_t
act_number(const struct act_call *call, const char *name, int64_t preset)
{
	const char *value = act_arg(call, name);
	int64_t number = preset;

	if (value != NULL)
		(void)parse_number(value, &number);
	return number;
}

struct wf_secret *
act_secret(struct act_call *call, const char *name)
{
	for (size_t i = 0; i < call->nsecrets; i++)
		if (strcmp(call->secret_keys[i], name) == 0)
			return &call->secrets[i];
	return NULL;
}

static int
choice_index(const char *choices, const char *value)
{
	size_t len = strlen(value);
	int index = 0;

	for (const char *at = choices;; index++) {
		size_t choice = strcspn(at, "|");

		if (choice == len && strncmp(at, value, len) == 0)
			return index;
		if (at[choice] == '\0')
			return -1;
		at += choice + 1;
	}
}

int
act_choice(const struct act_call *call, const char *name)
{
	const struct act_arg_spec *spec = find_spec(call->act, name);
	const char *value = act_arg(call, name);

	return value == NULL || spec == NULL ? -1 : choice_index(spec->choices, value);
}

bool
act_name_fits(const char *name)
{
	size_t len = strlen(name);
	char shown[4 * WF_NAME_MAX + 1];

	if (len == 0 || len > WF_NAME_MAX || strpbrk(name, ":/\n\\") != NULL)
		return false;
	/*
	 * Controls, broken UTF-8 and marks that turn the direction of writing would be shown
	 * escaped.
	 */
	(void)wf_utf8_escape(name, len, NULL, shown, sizeof(shown));
	return strcmp(shown, name) == 0;
}

/* --- one check per type --- */

static wf_status
check_text(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	if (strlen(value) > (size_t)spec->max)
		return act_say(call, WF_INVALID, _("'%s' is too long: at most %d bytes."),
			spec->name, (int)spec->max);
	return WF_OK;
}

static wf_status
check_user(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	if (act_name_fits(value))
		return WF_OK;
	return act_say(call, WF_INVALID,
		_("'%s' is no user name: 1 to %d bytes without control characters, colon, slash or "
		  "backslash."),
		spec->name, WF_NAME_MAX);
}

static wf_status
check_number(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	int64_t number;

	if (parse_number(value, &number) && number >= spec->min && number <= spec->max)
		return WF_OK;
	return act_say(call, WF_INVALID,
		_("'%s' must be a whole number from %lld to %lld, not '%.64s'."), spec->name,
		(long long)spec->min, (long long)spec->max, value);
}

static wf_status
check_time(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	int64_t number;

	/* Up to the year 9999: later ones cannot be written in RFC 3339. */
	if (parse_number(value, &number) && number > 0 && number < INT64_C(253402300800) * US_PER_S)
		return WF_OK;
	return act_say(call, WF_INVALID,
		_("'%s' must be a time in microseconds since 1970, not '%.64s'."), spec->name,
		value);
}

static wf_status
check_flag(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	if (strcmp(value, "0") == 0 || strcmp(value, "1") == 0)
		return WF_OK;
	return act_say(call, WF_INVALID, _("'%s' must be 0 or 1, not '%.64s'."), spec->name, value);
}

static wf_status
check_choice(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	if (choice_index(spec->choices, value) >= 0)
		return WF_OK;
	return act_say(call, WF_INVALID, _("'%s' must be one of %s, not '%.64s'."), spec->name,
		spec->choices, value);
}

static wf_status
check_networks(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	const char *at = value;

	while (*(at += strspn(at, " ")) != '\0') {
		size_t len = strcspn(at, " ");
		struct wf_network network;
		char text[64];

		(void)snprintf(text, sizeof(text), "%.*s",
			(int)(len < sizeof(text) ? len : sizeof(text) - 1), at);
		if (len >= sizeof(text) || wf_network_parse(text, &network) != WF_OK)
			return act_say(call, WF_INVALID,
				_("'%s' in '%s' is no network: write for example 192.0.2.0/24 "
				  "2001:db8::7."),
				text, spec->name);
		at += len;
	}
	return check_text(call, spec, value);
}

static wf_status
check_groups(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	struct account account;
	char bad[ACT_GROUP_SHOWN];
	wf_status status = act_groups_read(value, &account, bad);

	if (status == WF_INVALID)
		return act_say(call, WF_INVALID,
			_("'%s' in '%s' is no name of a group: 1 to %d small letters, digits, '_', "
			  "'.' and '-'."),
			bad, spec->name, ACCOUNT_GROUP_LEN);
	if (status == WF_TOO_LONG)
		return act_say(call, WF_INVALID, _("'%s' has too many groups: at most %d."),
			spec->name, ACCOUNT_GROUPS_MAX);
	return check_text(call, spec, value);
}

static wf_status
check_hex(struct act_call *call, const struct act_arg_spec *spec, const char *value)
{
	size_t len = strlen(value);

	if (len == 2 * (size_t)spec->max && strspn(value, "0123456789abcdefABCDEF") == len)
		return WF_OK;
	return act_say(call, WF_INVALID, _("'%s' must be %d hexadecimal digits."), spec->name,
		2 * (int)spec->max);
}

static wf_status (*const check_type[])(
	struct act_call *, const struct act_arg_spec *, const char *) = {
	[ARG_TEXT] = check_text,
	[ARG_USER] = check_user,
	[ARG_NUMBER] = check_number,
	[ARG_TIME] = check_time,
	[ARG_FLAG] = check_flag,
	[ARG_CHOICE] = check_choice,
	[ARG_NETWORKS] = check_networks,
	[ARG_GROUPS] = check_groups,
	[ARG_HEX] = check_hex,
};

/* --- the list as a whole --- */

static void
list_names(const struct act *act, bool secret, char *text_r, size_t size)
{
	size_t len = 0;

	(void)snprintf(text_r, size, "%s", _("none"));
	for (const struct act_arg_spec *spec = act->args; spec->name != NULL && len < size; spec++)
		if (spec->secret == secret)
			len += (size_t)snprintf(
				text_r + len, size - len, "%s%s", len > 0 ? ", " : "", spec->name);
}

static wf_status
check_known(
	struct act_call *call, const char *name, bool secret, const struct act_arg_spec **spec_r)
{
	const struct act_arg_spec *spec = find_spec(call->act, name);
	char names[512], shown[4 * sizeof(call->args[0].key)];

	if (spec != NULL && spec->secret == secret) {
		*spec_r = spec;
		return WF_OK;
	}
	if (spec != NULL && spec->secret)
		return act_say(call, WF_INVALID,
			_("'%s' is a secret and may not be given as an open argument."), name);
	list_names(call->act, secret, names, sizeof(names));
	/* a secret's name is any bytes */
	(void)wf_utf8_escape(name, strlen(name), NULL, shown, sizeof(shown));
	return act_say(call, WF_INVALID, _("'%s' has no argument '%s'; accepted: %s."),
		call->act->id, shown, names);
}

static wf_status
check_empty(struct act_call *call, const struct act_arg_spec *spec)
{
	if (spec->clears)
		return WF_OK;
	return act_say(call, WF_INVALID, _("'%s' is empty."), spec->name);
}

static wf_status
check_arg(struct act_call *call, size_t at)
{
	const struct act_arg *arg = &call->args[at];
	const struct act_arg_spec *spec = NULL;
	wf_status status = check_known(call, arg->key, false, &spec);

	for (size_t i = 0; status == WF_OK && i < at; i++)
		if (strcmp(call->args[i].key, arg->key) == 0)
			status = act_say(call, WF_INVALID, _("'%s' is given twice."), arg->key);
	if (status != WF_OK)
		return status;
	if (arg->value[0] == '\0')
		return check_empty(call, spec);
	return check_type[spec->type](call, spec, arg->value);
}

static wf_status
check_secret(struct act_call *call, size_t at)
{
	const struct act_arg_spec *spec = NULL;
	wf_status status = check_known(call, call->secret_keys[at], true, &spec);

	for (size_t i = 0; status == WF_OK && i < at; i++)
		if (strcmp(call->secret_keys[i], call->secret_keys[at]) == 0)
			status = act_say(call, WF_INVALID, _("'%s' is given twice."), spec->name);
	if (status != WF_OK)
		return status;
	if (call->secrets[at].len == 0)
		return check_empty(call, spec);
	if (call->secrets[at].len > (size_t)spec->max)
		return act_say(call, WF_INVALID, _("'%s' is too long: at most %d bytes."),
			spec->name, (int)spec->max);
	if (memchr(call->secrets[at].bytes, '\0', call->secrets[at].len) != NULL)
		return act_say(call, WF_INVALID, _("'%s' holds a NUL byte."), spec->name);
	return WF_OK;
}

wf_status
act_args_check(struct act_call *call)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < call->nargs; i++)
		status = check_arg(call, i);
	for (size_t i = 0; status == WF_OK && i < call->nsecrets; i++)
		status = check_secret(call, i);
	for (const struct act_arg_spec *spec = call->act->args;
		status == WF_OK && spec->name != NULL; spec++) {
		bool given = spec->secret ? act_secret(call, spec->name) != NULL
					  : act_arg(call, spec->name) != NULL;

		if (spec->required && !given)
			status = act_say(call, WF_INVALID, _("'%s' is missing."), spec->name);
	}
	return status;
}
