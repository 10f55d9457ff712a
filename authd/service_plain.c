/* No service manager. */
#include "config.h"

#include "authd/service.h"

void
service_ready(void)
{
}

void
service_reloading(void)
{
}

void
service_stopping(void)
{
}

void
service_alive(void)
{
}

size_t
service_sockets(wf_status (*take)(void *ctx, enum front_role role, int fd), void *ctx)
{
	(void)take;
	(void)ctx;
	return 0;
}
