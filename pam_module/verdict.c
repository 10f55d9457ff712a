/* The verdict table. */
#include "config.h"

#include "pam_module/verdict.h"

#include <security/pam_modules.h>
#include <stddef.h>

struct verdict_row {
	enum wf_verdict verdict;
	int codes[GROUP_COUNT]; /* auth, account, session, password */
};

/*
 * The first row is also the answer to everything that has no row: PAM_SUCCESS is 0, holes are not.
 */
static const struct verdict_row verdict_table[] = {
	{WF_VERDICT_REJECT, {PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_AUTHTOK_ERR}},
	{WF_VERDICT_ACCEPT, {PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS}},
	{WF_VERDICT_UNAVAILABLE, {PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
					 PAM_AUTHINFO_UNAVAIL}},
	{WF_VERDICT_IGNORE, {PAM_IGNORE, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE}},
	{WF_VERDICT_CHANGE,
		{PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR, PAM_AUTHTOK_ERR}},
	{WF_VERDICT_EXPIRED, {PAM_AUTH_ERR, PAM_ACCT_EXPIRED, PAM_SESSION_ERR, PAM_AUTHTOK_ERR}},
};

int
verdict_code(enum wf_verdict verdict, enum pam_group group)
{
	const struct verdict_row *row = &verdict_table[0];

	if ((unsigned)group >= GROUP_COUNT)
		return PAM_SERVICE_ERR;
	for (size_t i = 0; i < sizeof(verdict_table) / sizeof(verdict_table[0]); i++)
		if (verdict_table[i].verdict == verdict)
			row = &verdict_table[i];
	return row->codes[group];
}

int
status_code(wf_status status, enum pam_group group)
{
	return verdict_code(status == WF_NO ? WF_VERDICT_REJECT : WF_VERDICT_UNAVAILABLE, group);
}
