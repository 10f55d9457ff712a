/*
 * Account groups: what RADIUS clients are opened for and by what their reply attributes go.  No
 * Unix groups.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

#define BETWEEN " ,"

static bool
name_fits(const char *name, size_t len)
{
	return len <= ACCOUNT_GROUP_LEN &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") >= len;
}

/* In its place of the sorted list; one that is there already stays once. */
static bool
insert(struct account *account, const char *name)
{
	size_t at = 0;

	while (at < account->ngroups && strcmp(account->groups[at], name) < 0)
		at++;
	if (at < account->ngroups && strcmp(account->groups[at], name) == 0)
		return true;
	if (account->ngroups == ACCOUNT_GROUPS_MAX)
		return false;
	memmove(account->groups[at + 1], account->groups[at],
		(account->ngroups - at) * sizeof(account->groups[0]));
	(void)snprintf(account->groups[at], sizeof(account->groups[at]), "%s", name);
	account->ngroups++;
	return true;
}

wf_status
act_groups_read(const char *text, struct account *account, char bad_r[ACT_GROUP_SHOWN])
{
	const char *at = text;

	account->ngroups = 0;
	while (*(at += strspn(at, BETWEEN)) != '\0') {
		size_t len = strcspn(at, BETWEEN);

		(void)snprintf(bad_r, ACT_GROUP_SHOWN, "%.*s",
			(int)(len < ACT_GROUP_SHOWN ? len : ACT_GROUP_SHOWN - 1), at);
		if (!name_fits(at, len))
			return WF_INVALID;
		if (!insert(account, bad_r))
			return WF_TOO_LONG;
		at += len;
	}
	return WF_OK;
}

const char *
act_groups_text(const struct account *account, char text_r[ACT_GROUPS_SIZE])
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < account->ngroups; i++)
		len += (size_t)snprintf(text_r + len, ACT_GROUPS_SIZE - len, "%s%s",
			i > 0 ? "," : "", account->groups[i]);
	return text_r;
}
