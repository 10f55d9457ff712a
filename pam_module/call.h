/*
 * What one entry into the module carries through its functions: borrowed from PAM, living as long
 * as the call. There is no other state in memory but PAM's own data (state.h).
 */
#ifndef WF_PAM_CALL_H
#define WF_PAM_CALL_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "common/wire.h"
#include "pam_module/options.h"

#define CALL_MACHINE_S 5 /* a machine's time for one message */
#define CALL_PROMPTS_S 30 /* for the first prompts: the daemon slows a source down by up to 15 s */

struct call {
	pam_handle_t *pamh;
	unsigned flags; /* PAM_SILENT and the like */
	struct options options;
	const char *user; /* as PAM has it, byte for byte: folding would open another account */
};

/* Refuses (WF_NO) when PAM has no user, or none that can be an account's name. Logs why. */
WF_MUST_USE wf_status call_user(struct call *call);

/* Absolute deadlines (boot clock, microseconds): of a person, and of one message. */
int64_t call_person_deadline(const struct call *call);
int64_t call_machine_deadline(const struct call *call);
int64_t call_prompts_deadline(const struct call *call);

/* An item's text; "" when PAM has none. */
const char *call_item(const struct call *call, int item);

#endif
