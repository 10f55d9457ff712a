/*
 * Proof that somebody changes his own account: password and code, asked for by the daemon as at a
 * login, but for the service `warifu`. Without a role, the daemon lets an owner act with such a
 * proof alone. One thread.
 */
#ifndef WF_CTL_PROVE_H
#define WF_CTL_PROVE_H

#include "ctl/ask.h"

/* Whether `user` is the caller's own account; never for root, who needs no proof. */
bool prove_is_own(const struct ctl *ctl, const char *user);
/*
 * Like ask_daemon; if the daemon denies it and the account is the caller's own, asks the caller for
 * the proof, once per program run, and tries again with it. Told what went wrong, the answer says
 * so.
 */
void ask_as_owner(struct ctl *ctl, struct ask *ask, const char *user, struct answer *answer_r);

#endif
