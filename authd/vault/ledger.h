/*
 * What the log says of backups.  One that has its name but no row is of a daemon that died between
 * the two, or the store was restored from an older one since.
 */
#ifndef WF_AUTHD_VAULT_LEDGER_H
#define WF_AUTHD_VAULT_LEDGER_H

#include "authd/store/store.h"

/*
 * Whether a row says that the daemon made a backup of this name, at or after `time_us`.  Waits for
 * the store.  WF_NO_MEMORY, or what the store says.
 */
WF_MUST_USE wf_status ledger_has(
	struct store *store, const char *name, int64_t time_us, bool *yes_r);

#endif
