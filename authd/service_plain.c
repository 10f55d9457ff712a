/* No service manager. */
#include "config.h"

#include "authd/service.h"

size_t
service_sockets(wf_status (*take)(void *ctx, enum front_role role, int fd), void *ctx)
{
	(void)take;
	(void)ctx;
	return 0;
}
