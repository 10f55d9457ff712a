/* A thread and an eventfd. */
#include "config.h"

#include "authd/record/pulse.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/fault.h"

bool
pulse_stopping(const struct pulse *pulse)
{
	return atomic_load(&pulse->stopping);
}

static void *
pulse_main(void *arg)
{
	struct pulse *pulse = arg;
	struct pollfd wake = {.fd = pulse->wake, .events = POLLIN};

	wf_fault_spare();
	while (!pulse_stopping(pulse)) {
		unsigned pause_ms = pulse->step(pulse->ctx);

		if (pause_ms > 0)
			(void)poll(&wake, 1, (int)pause_ms);
	}
	if (pulse->finish != NULL)
		pulse->finish(pulse->ctx);
	return NULL;
}

/* Threads inherit the mask. */
static wf_status
thread_start(struct pulse *pulse, const char *name)
{
	sigset_t all, old;
	int rc = -1;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!wf_fault(WF_FAULT_THREAD))
		rc = pthread_create(&pulse->thread, NULL, pulse_main, pulse);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return WF_UNAVAILABLE;
	(void)pthread_setname_np(pulse->thread, name);
	return WF_OK;
}

wf_status
pulse_start(struct pulse *pulse, const char *name)
{
	wf_status status = WF_UNAVAILABLE;

	atomic_init(&pulse->stopping, false);
	pulse->wake = wf_fault(WF_FAULT_FILE) ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pulse->wake >= 0)
		status = thread_start(pulse, name);
	if (status != WF_OK && pulse->wake >= 0)
		(void)close(pulse->wake);
	return status;
}

void
pulse_stop(struct pulse *pulse)
{
	atomic_store(&pulse->stopping, true);
	(void)eventfd_write(pulse->wake, 1);
	if (pulse->interrupt != NULL)
		pulse->interrupt(pulse->ctx);
	(void)pthread_join(pulse->thread, NULL);
	(void)close(pulse->wake);
}
