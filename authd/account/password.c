/* A password that somebody sets: rule, hash, credential. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/factor/factor.h"

wf_status
act_password_check(
	struct act_call *call, const struct account *account, const struct wf_secret *password)
{
	char why[512] = "";
	wf_status status =
		policy_password(&call->daemon->config->policy, account, password, why, sizeof(why));

	if (status == WF_OK)
		return WF_OK;
	if (status == WF_NO)
		return act_say(call, WF_INVALID, "%s",
			why[0] != '\0' ? why : _("The password does not meet the rules."));
	return act_say(call, status, _("The password could not be checked: %s"),
		_(wf_status_text(status)));
}

void
act_password_credential(struct act_call *call, int64_t account_id, const char *hash,
	struct credential *credential_r)
{
	size_t len = strlen(hash);

	*credential_r = (struct credential){
		.account_id = account_id,
		.factor = FACTOR_PASSWORD,
		.state = CREDENTIAL_ACTIVE,
		.label = "password",
		.created_us = wf_clock_now(&call->daemon->clock).wall_us,
	};
	if (len >= sizeof(credential_r->secret))
		len = sizeof(credential_r->secret) - 1;
	memcpy(credential_r->secret, hash, len);
	credential_r->secret_len = len;
}

wf_status
act_password_make(struct act_call *call, int64_t account_id, const struct wf_secret *password,
	struct credential *credential_r)
{
	char hash[CREDENTIAL_SECRET_MAX];
	wf_status status = password_hash(password, call->scratch, hash, sizeof(hash));

	if (status != WF_OK)
		return act_say(call, status,
			_("The password could not be hashed, and nothing was changed: %s"),
			_(wf_status_text(status)));
	act_password_credential(call, account_id, hash, credential_r);
	wf_wipe(hash, sizeof(hash));
	return WF_OK;
}
