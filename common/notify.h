/* What a server tells its service manager: with systemd, or without it (nothing happens). */
#ifndef WF_COMMON_NOTIFY_H
#define WF_COMMON_NOTIFY_H

void wf_notify_ready(void);
void wf_notify_reloading(void);
void wf_notify_stopping(void);
void wf_notify_alive(void); /* once a second; feeds the watchdog */
/*
 * The socket that the service manager has opened under this name (FileDescriptorName=); -1: none.
 * The caller's.
 */
int wf_notify_socket(const char *name);

#endif
