/* warifu-egress's command line. */
#ifndef WF_AUTHD_EGRESS_OPTIONS_H
#define WF_AUTHD_EGRESS_OPTIONS_H

#include "common/options.h"

extern const struct wf_command_line egress_command_line;

#endif
