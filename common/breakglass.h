/*
 * The break-glass file: the way in at the console on the day when nothing works.
 *
 * It needs neither the daemon nor free disk. The file is written once, in full, and from then on
 * only blocks of it are overwritten in place: one for the owner and the PIN's verifier, one for the
 * failure counter, one for each emergency code. A code opens once: its block is overwritten and
 * flushed before success is told. A failure is counted, and flushed, before anything is evaluated
 * (DESIGN I1, I2, I4), all under one lock on the file, which dies with its holder.
 *
 * Used by the module's helper (warifu-breakglass), by `warifu init` and by warifud at start. The
 * caller must run as the file's owner; in production that is root. Any thread; no state is kept.
 */
#ifndef WF_COMMON_BREAKGLASS_H
#define WF_COMMON_BREAKGLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "common/status.h"
#include "common/wire.h"

/* Where the file lies unless somebody says otherwise. Its folder must belong to root. */
#define WF_BREAKGLASS_PATH WF_SYSCONFDIR "/breakglass"

#define WF_BREAKGLASS_CODES_MAX 64 /* codes in one file */
#define WF_BREAKGLASS_TRIES 10	   /* wrong tries until the file locks itself */
#define WF_BREAKGLASS_PIN_MIN 8	   /* bytes of a PIN or password */
#define WF_BREAKGLASS_PIN_MAX 256
#define WF_BREAKGLASS_TTY_MAX 64
#define WF_BREAKGLASS_CODE_BYTES 16
#define WF_BREAKGLASS_CODE_TEXT 36 /* "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX" and NUL */

/*
 * Writes a new file at `path` (absolute), mode 0600, valid for the account `user`, and gives back
 * `ncodes` (1..WF_BREAKGLASS_CODES_MAX) codes as text in codes_r, which the caller clears and
 * prints once: they stand nowhere else. Durable when it returns. WF_EXISTS: there is a file
 * already, which stays as it is; WF_INVALID: a bad path, user, PIN or number; WF_IO; WF_NO_MEMORY;
 * WF_CRYPTO. After a failure there is no file and codes_r is untouched.
 */
WF_MUST_USE wf_status wf_breakglass_create(const char *path, const char *user,
	const struct wf_secret *pin, size_t ncodes, struct wf_secret *codes_r);

/*
 * The same, but a file that is there is replaced as a whole once the new one is durable.
 * WF_CONFLICT: the old one has used codes that are not reported yet (wf_breakglass_mark_reported);
 * it stays.
 */
WF_MUST_USE wf_status wf_breakglass_replace(const char *path, const char *user,
	const struct wf_secret *pin, size_t ncodes, struct wf_secret *codes_r);

/* One attempt to get in. `wall_us` is only recorded. */
struct wf_breakglass_try {
	const char *user;
	const char *tty;
	const struct wf_secret *pin;
	const struct wf_secret *code;
	int64_t wall_us;
};

/*
 * Uses up one code. WF_OK, and only then: user, PIN and code were right, the code is spent, and
 * this is on the disk; slot_r is its number from 0.
 * WF_NO: wrong, counted. WF_LOCKED: WF_BREAKGLASS_TRIES wrong ones, nothing was evaluated.
 * WF_INVALID: the code is mistyped (its check does not fit) or a value is out of range; not
 * counted. WF_NOT_FOUND: no file. WF_DENIED: it is not a plain file of mode 0600 of the caller's
 * own. WF_TIMEOUT: the lock was held for ten seconds. WF_CORRUPT, WF_VERSION, WF_IO, WF_NO_MEMORY,
 * WF_CRYPTO: could not tell.
 */
WF_MUST_USE wf_status wf_breakglass_consume(
	const char *path, const struct wf_breakglass_try *attempt, uint32_t *slot_r);

struct wf_breakglass_state {
	char user[WF_NAME_MAX + 1]; /* whom it lets in */
	uint32_t slots;		    /* codes it was made with */
	uint32_t unused;
	uint32_t failures; /* wrong tries since the last right one */
	bool locked;
};

/* What the file holds, without its secrets. Errors as for wf_breakglass_consume. */
WF_MUST_USE wf_status wf_breakglass_inspect(const char *path, struct wf_breakglass_state *state_r);

/* One spent code. */
struct wf_breakglass_use {
	uint32_t slot;
	int64_t wall_us;
	char tty[WF_BREAKGLASS_TTY_MAX + 1];
	char user[WF_NAME_MAX + 1];
	bool reported; /* stands in the audit chain */
};

/* All spent codes in the order of their slots; uses_r has room for WF_BREAKGLASS_CODES_MAX. */
WF_MUST_USE wf_status wf_breakglass_list(
	const char *path, struct wf_breakglass_use *uses_r, size_t *count_r);

/* Notes that the use of `slot` stands in the audit chain. WF_NOT_FOUND: not a spent slot. */
WF_MUST_USE wf_status wf_breakglass_mark_reported(const char *path, uint32_t slot);

/* Sets the failure counter to 0. */
WF_MUST_USE wf_status wf_breakglass_unlock(const char *path);

/*
 * The text of a code: base32 without I, L, O and U, 26 characters for the 128 bits and four of
 * check, in groups of five. Reading takes either case, blanks and dashes anywhere, O for 0 and I or
 * L for 1; WF_INVALID for all else, and where the check does not fit. The caller wipes the text.
 */
void wf_breakglass_code_format(
	const uint8_t code[WF_BREAKGLASS_CODE_BYTES], char text_r[WF_BREAKGLASS_CODE_TEXT]);
WF_MUST_USE wf_status wf_breakglass_code_parse(
	const char *text, size_t len, uint8_t code_r[WF_BREAKGLASS_CODE_BYTES]);

#endif
