/* No service manager. */
#include "config.h"

#include "common/notify.h"

void
wf_notify_ready(void)
{
}

void
wf_notify_reloading(void)
{
}

void
wf_notify_stopping(void)
{
}

void
wf_notify_alive(void)
{
}

int
wf_notify_socket(const char *name)
{
	(void)name;
	return -1;
}
