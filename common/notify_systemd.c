/* systemd: sd_notify. */
#include "config.h"

#include "common/notify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "common/clock.h"

void
wf_notify_ready(void)
{
	sd_notify(0, "READY=1");
}

/* Type=notify-reload wants the monotonic time of the request. */
void
wf_notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, wf_clock_monotonic_us());
}

void
wf_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
wf_notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int
wf_notify_socket(const char *name)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(0, &names);
	int fd = -1;

	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			fd = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return fd;
}
