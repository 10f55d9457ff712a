/*
 * In the place of sandbox_landlock.c in a build that counts coverage: at its end it writes the
 * counts into its tree.
 */
#include "config.h"

#include "common/sandbox.h"

wf_status
wf_sandbox_paths(const struct wf_sandbox_path *paths, size_t n)
{
	(void)paths;
	(void)n;
	return WF_UNSUPPORTED;
}
