/*
 * What the module and warifu-breakglass say to each other over the socket that is the helper's
 * standard input and output. The helper exists because the module may not link libcrypt, and
 * because a fresh process has no host program's threads, handlers and environment.
 *
 * Request: blocks (u16 length, bytes) nonce, file, user, tty, PIN, code; then end of file. Reply:
 * the nonce, u8 wf_status, u32 slot. Anything else is no reply.
 */
#ifndef WF_PAM_HELPER_H
#define WF_PAM_HELPER_H

#include <stdint.h>

#include "common/secret.h"
#include "common/status.h"

#define HELPER_NONCE_LEN 16
#define HELPER_REQUEST_MAX 4096
#define HELPER_REPLY_LEN (HELPER_NONCE_LEN + 1 + 4)
#define HELPER_TIME_S 20 /* ten for the file's lock, the rest for hashing */

struct helper_request {
	const char *file;
	const char *user;
	const char *tty;
	const struct wf_secret *pin;
	const struct wf_secret *code;
};

/*
 * Runs the program at `path` and gives back what it said: a status of wf_breakglass_consume and,
 * with WF_OK, the slot. Fails (WF_UNAVAILABLE, WF_TIMEOUT, WF_INVALID, WF_NO_MEMORY) when it said
 * nothing proper; answer_r is then untouched. Leaves no process and no descriptor behind, raises no
 * SIGCHLD in the host and does not depend on how the host treats that signal. Any thread.
 */
WF_MUST_USE wf_status helper_run(const char *path, const struct helper_request *request,
	int64_t deadline_us, wf_status *answer_r, uint32_t *slot_r);

#endif
