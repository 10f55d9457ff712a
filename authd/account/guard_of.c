/* See guard_of.h. */
#include "config.h"

#include "authd/account/guard_of.h"

#include "authd/account/upstream_of.h"

static bool
has_token(const struct credential *credentials, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (credentials[i].state == CREDENTIAL_ACTIVE &&
			(credentials[i].factor == FACTOR_TOTP ||
				credentials[i].factor == FACTOR_HOTP))
			return true;
	return false;
}

enum rule_guard
account_guard(const struct config *config, const struct account *account,
	const struct credential *credentials, size_t n)
{
	bool second = has_token(credentials, n) ||
		      account_upstream(&config->upstreams, account, credentials, n,
			      KIND_POSSESSION) != NULL;

	return policy_guard(&config->policy, account->kind, second);
}
