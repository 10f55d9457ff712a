/*
 * The configuration in effect as evidence: which one was loaded when and by whom, which one
 * somebody has approved (the baseline), and what of the one differs from the other (the drift).
 */
#ifndef WF_AUTHD_ACCOUNT_SETTINGS_H
#define WF_AUTHD_ACCOUNT_SETTINGS_H

#include "authd/account/internal.h"
#include "authd/config/effective.h"
#include "authd/crypto/digest.h"

/* The configuration in effect, with the hash of its text. */
struct settings {
	struct config_effective effective;
	char sha256[DIGEST_TEXT_SIZE];
};
/* WF_NO_MEMORY, WF_CRYPTO.  The caller clears settings_r. */
WF_MUST_USE wf_status settings_of(const struct config *config, struct settings *settings_r);
void settings_clear(struct settings *settings);

/* One load that the log has to tell of. */
struct settings_load {
	const char *cause;      /* "start", "reload" */
	char by[STORE_BY_SIZE]; /* who asked for it; "" = not known */
	bool recorded;          /* by settings_note(): its first row is written */
};
/*
 * Writes the row `config.load`, in one commit with what has changed by it, and then, where it is
 * not as approved and the log does not say so yet, the row `config.drift`.  After a failure it can
 * be called again: what is written is not written twice.  Waits for the store, so never in the loop
 * thread.
 */
WF_MUST_USE wf_status settings_note(struct store *store, const struct config *config,
	const struct wf_clock *clock, struct settings_load *load);

/* What is recorded; zeros where nothing is yet.  A sentence when the store fails. */
WF_MUST_USE wf_status settings_read(
	struct act_call *call, struct store_configuration *configuration_r);

#endif
