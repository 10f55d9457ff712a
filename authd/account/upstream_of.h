/*
 * Whose factor another server knows.  Pure: configuration and account in, a section of warifu.conf
 * out; for the engine and for the acts that say it.
 */
#ifndef WF_AUTHD_ACCOUNT_UPSTREAM_OF_H
#define WF_AUTHD_ACCOUNT_UPSTREAM_OF_H

#include "authd/config/config.h"
#include "authd/types.h"

/*
 * The section that has the account's factor of this kind (KIND_KNOWLEDGE, KIND_POSSESSION); NULL:
 * none has.  It is the one of the account's groups, as long as the account has nothing of its own:
 * no password, or no token of which a code was ever entered.  Recovery codes are no token.  So an
 * account moves over by being given one.
 */
const struct config_upstream *account_upstream(const struct config_upstreams *upstreams,
	const struct account *account, const struct credential *credentials, size_t n,
	enum factor_kind kind);
/* The same as a set: bits of the kinds that other servers have. */
unsigned account_upstream_kinds(const struct config_upstreams *upstreams,
	const struct account *account, const struct credential *credentials, size_t n);

#endif
