/*
 * What the module remembers between calls. The transaction's id goes into PAM's environment,
 * because sshd forks between the groups and PAM's data does not survive that; it is no secret and
 * authorises nothing, the daemon looks it up again. The rest is PAM data: believed only within one
 * process, which nobody else can write.
 */
#ifndef WF_PAM_STATE_H
#define WF_PAM_STATE_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/status.h"
#include "common/wire.h"

#define STATE_ENV "WARIFU_TRANSACTION"

/*
 * The login's transaction. Getting is false for none, and for anything but 32 lower-case hex
 * digits.
 */
bool state_txn_set(pam_handle_t *pamh, const uint8_t txn[WF_TXN_LEN]);
bool state_txn_get(pam_handle_t *pamh, uint8_t txn_r[WF_TXN_LEN]);
void state_txn_forget(pam_handle_t *pamh);

struct state {
	bool ignored;			/* authenticate ended in PAM_IGNORE */
	char emergency[WF_NAME_MAX + 1]; /* user who came in by break-glass; "" none */
	bool change_ignored;		/* the first pass of a change ended in PAM_IGNORE ... */
	bool has_change;		/* ... or in a proof of the old password ... */
	uint8_t change[WF_TXN_LEN];	/* ... by this transaction ... */
	char change_user[WF_NAME_MAX + 1]; /* ... for this user */
};

/* A copy; all empty when there is none. */
void state_load(pam_handle_t *pamh, struct state *state_r);
bool state_save(pam_handle_t *pamh, const struct state *state);
/* True when `user` came in by break-glass through this very handle. */
bool state_is_emergency(pam_handle_t *pamh, const char *user);

#endif
