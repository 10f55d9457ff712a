/* How a server that was started by root gives root up, and says why if it cannot. */
#ifndef WF_COMMON_BECOME_H
#define WF_COMMON_BECOME_H

#include <stdbool.h>

/*
 * Becomes `user` for good where it was started by root (not for "" and "root"), and sets the limits
 * of a server's process. `option` is where the name is written, for the sentence. False: said.
 */
bool wf_become(const char *user, const char *option);

#endif
