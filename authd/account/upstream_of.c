/* See the header. */
#include "config.h"

#include <string.h>

#include "authd/account/upstream_of.h"
#include "authd/factor/factor.h"

/* Its own and in use; one that wants a resync was in use as well. */
static bool
is_own(const struct credential *credential, enum factor_kind kind)
{
	const struct factor_ops *ops = factor_ops(credential->factor);

	return ops != NULL && ops->kind == kind && strcmp(ops->tags, "recovery") != 0 &&
	       credential->state != CREDENTIAL_PENDING && credential->state != CREDENTIAL_VOID;
}

const struct config_upstream *
account_upstream(const struct config_upstreams *upstreams, const struct account *account,
		 const struct credential *credentials, size_t n, enum factor_kind kind)
{
	enum upstream_factor factor =
		kind == KIND_KNOWLEDGE ? UPSTREAM_KNOWLEDGE : UPSTREAM_POSSESSION;

	for (size_t i = 0; i < n; i++)
		if (is_own(&credentials[i], kind))
			return NULL;
	return config_upstream_of(upstreams, factor, account->groups, account->ngroups);
}

unsigned
account_upstream_kinds(const struct config_upstreams *upstreams, const struct account *account,
		       const struct credential *credentials, size_t n)
{
	static const enum factor_kind asked[] = {KIND_KNOWLEDGE, KIND_POSSESSION};
	unsigned kinds = 0;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (account_upstream(upstreams, account, credentials, n, asked[i]) != NULL)
			kinds |= (unsigned)asked[i];
	return kinds;
}
