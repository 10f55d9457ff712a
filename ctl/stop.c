/* A flag that a signal raises. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "ctl/stop.h"

static volatile sig_atomic_t stopped;

static void
note_stop(int number)
{
	(void)number;
	stopped = 1;
}

void
stop_on_signals(void)
{
	struct sigaction stop;

	memset(&stop, 0, sizeof(stop));
	stop.sa_handler = note_stop;
	sigemptyset(&stop.sa_mask);
	stopped = 0;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
}

bool
stop_wanted(void)
{
	return stopped != 0;
}
