/* Sockets passed by the service manager; without systemd there are none. */
#ifndef WF_AUTHD_SERVICE_H
#define WF_AUTHD_SERVICE_H

#include "authd/engine/engine.h"

/* Calls `take` for every passed socket whose name (FileDescriptorName=) is pam, radius or control; how many. */
size_t service_sockets(wf_status (*take)(void *ctx, enum front_role role, int fd), void *ctx);

#endif
