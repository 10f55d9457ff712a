/* warifu-radiusd's command line. */
#ifndef WF_RADIUS_OPTIONS_H
#define WF_RADIUS_OPTIONS_H

#include "common/options.h"

extern const struct wf_command_line radiusd_command_line;

#endif
