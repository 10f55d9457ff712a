/*
 * The emergency path: only as root, only at a local console, only where the stanza names the file,
 * only when nobody answers at the daemon's socket.
 */
#ifndef WF_PAM_BREAKGLASS_CALL_H
#define WF_PAM_BREAKGLASS_CALL_H

#include <stdbool.h>

#include "pam_module/call.h"

bool breakglass_offered(const struct call *call);

/*
 * Asks for PIN and code and lets the helper decide. A PAM code; PAM_SUCCESS is remembered in
 * state.h.
 */
int breakglass_run(const struct call *call);

/*
 * True for the name of a terminal of the machine itself: "tty1", "/dev/ttyS0", "hvc0", "console"...
 * Never a pseudo-terminal or an X display.
 */
bool breakglass_is_console(const char *tty);

#endif
