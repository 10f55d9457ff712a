/*
 * The one file that reads clocks. It decides nothing by them.
 */
#include "config.h"

#include "common/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "common/fault.h"

#define US_PER_S 1000000

/* How far a test has moved the clock. */
static int64_t
clock_moved_us(clockid_t id)
{
#ifdef WF_FAULT
	return id == CLOCK_REALTIME ? wf_fault_page()->wall_offset_us
				    : wf_fault_page()->boot_offset_us;
#else
	(void)id;
	return 0;
#endif
}

static int64_t
clock_read_us(clockid_t id)
{
	struct timespec ts;

	/* Both clocks exist on every kernel that we run on; without them no deadline would hold. */
	if (clock_gettime(id, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000 + clock_moved_us(id);
}

static struct wf_now
clock_system_read(void *ctx)
{
	(void)ctx;
	return (struct wf_now){
		.wall_us = clock_read_us(CLOCK_REALTIME),
		.boot_us = clock_read_us(CLOCK_BOOTTIME),
	};
}

const struct wf_clock wf_clock_system = {.read = clock_system_read, .ctx = NULL};

struct wf_now
wf_clock_now(const struct wf_clock *clock)
{
	return clock->read(clock->ctx);
}

int64_t
wf_clock_monotonic_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

int64_t
wf_clock_thread_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

bool
wf_clock_synchronised(void)
{
	struct timex tx = {.modes = 0};
	int state = wf_fault(WF_FAULT_CLOCK) ? -1 : adjtimex(&tx);

#ifdef WF_FAULT
	if (wf_fault_page()->synchronised != 0)
		return wf_fault_page()->synchronised == 1;
#endif
	return state >= 0 && state != TIME_ERROR && (tx.status & STA_UNSYNC) == 0;
}

void
wf_clock_boot_id(char id_r[37])
{
	char id[36];
	int fd = wf_fault(WF_FAULT_FILE)
			 ? -1
			 : open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	id_r[0] = '\0';
	if (fd < 0)
		return;
	if (read(fd, id, sizeof(id)) == (ssize_t)sizeof(id)) {
		memcpy(id_r, id, sizeof(id));
		id_r[sizeof(id)] = '\0';
#ifdef WF_FAULT
		if (wf_fault_page()->boot != 0)
			(void)snprintf(id_r, 37, "00000000-0000-4000-8000-%012llx",
				       (unsigned long long)wf_fault_page()->boot & 0xffffffffffff);
#endif
	}
	close(fd);
}

void
wf_clock_rfc3339(int64_t wall_us, char text_r[40])
{
	int64_t us = (wall_us % US_PER_S + US_PER_S) % US_PER_S;
	time_t seconds = (time_t)((wall_us - us) / US_PER_S);
	struct tm tm;
	char date[24];
	char zone[8];

	text_r[0] = '\0';
	if (localtime_r(&seconds, &tm) == NULL)
		return;
	if (strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	if (strftime(zone, sizeof(zone), "%z", &tm) != 5)
		return;
	(void)snprintf(text_r, 40, "%s.%06d%.3s:%s", date, (int)us, zone, zone + 3);
}
