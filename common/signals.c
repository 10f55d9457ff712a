/*
 * Noted in flags of the process.  Libevent would send itself a message instead, and a signal whose
 * message cannot be sent would be lost.
 */
#include "config.h"

#include "common/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

static const struct {
	int number;
	enum wf_signal meaning;
} heeded[] = {
	{SIGTERM, WF_SIGNAL_STOP},
	{SIGINT, WF_SIGNAL_STOP},
	{SIGHUP, WF_SIGNAL_RELOAD},
	{SIGUSR1, WF_SIGNAL_STATS},
};

static volatile sig_atomic_t noted[WF_SIGNALS];
static volatile sig_atomic_t wake = -1;

static void
note(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	for (size_t i = 0; i < sizeof(heeded) / sizeof(heeded[0]); i++)
		if (heeded[i].number == number)
			noted[heeded[i].meaning] = 1;
	if (wake >= 0 && write((int)wake, &one, sizeof(one)) < 0)
		errno = saved; /* full: the loop is awake anyhow */
	errno = saved;
}

void
wf_signals_ignore(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

wf_status
wf_signals_heed(int wake_fd, bool stats)
{
	const struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};

	wake = wake_fd;
	for (size_t i = 0; i < sizeof(heeded) / sizeof(heeded[0]); i++) {
		if (heeded[i].meaning == WF_SIGNAL_STATS && !stats)
			continue;
		if (sigaction(heeded[i].number, &action, NULL) != 0)
			return WF_IO;
	}
	return WF_OK;
}

void
wf_signals_wake_nobody(void)
{
	wake = -1;
}

bool
wf_signals_take(enum wf_signal which)
{
	bool there = noted[which] != 0;

	if (there)
		noted[which] = 0;
	return there;
}
