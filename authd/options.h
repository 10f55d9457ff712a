/* warifud's command line. */
#ifndef WF_AUTHD_OPTIONS_H
#define WF_AUTHD_OPTIONS_H

#include "common/options.h"

extern const struct wf_command_line warifud_command_line;

#endif
