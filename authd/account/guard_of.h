/*
 * Which other control protects an account's password (C-03).  Pure: configuration and account in;
 * for the engine and for the acts.
 */
#ifndef WF_AUTHD_ACCOUNT_GUARD_OF_H
#define WF_AUTHD_ACCOUNT_GUARD_OF_H

#include "authd/config/config.h"
#include "authd/types.h"

/*
 * By what the account really has: an active token, or a server that knows its codes.  Recovery
 * codes are no second factor to live on.
 */
enum rule_guard account_guard(const struct config *config, const struct account *account,
	const struct credential *credentials, size_t n);

#endif
