/* The service manager: readiness, watchdog, passed sockets.  With systemd or without it (nothing happens). */
#ifndef WF_AUTHD_SERVICE_H
#define WF_AUTHD_SERVICE_H

#include "authd/engine/engine.h"

void service_ready(void);
void service_reloading(void);
void service_stopping(void);
void service_alive(void); /* once a second; feeds the watchdog */
/* Calls `take` for every passed socket whose name (FileDescriptorName=) is pam, radius or control; how many. */
size_t service_sockets(wf_status (*take)(void *ctx, enum front_role role, int fd), void *ctx);

#endif
