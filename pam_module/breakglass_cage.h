/*
 * The cage of warifu-breakglass, in two steps: before it reads anything, and once it knows the
 * file.
 */
#ifndef WF_PAM_MODULE_BREAKGLASS_CAGE_H
#define WF_PAM_MODULE_BREAKGLASS_CAGE_H

#include "common/status.h"

/*
 * Becomes uid 0 in all ids (the host may be su), gives up every capability and all system calls but
 * a few. Anything but WF_OK: the program must end.
 */
WF_MUST_USE wf_status cage_enter(void);
/*
 * The one file that can be opened from here on, where the kernel has Landlock. WF_DENIED: refused.
 */
WF_MUST_USE wf_status cage_file(const char *path);

#endif
