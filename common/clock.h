/*
 * The one file that reads clocks.  Time is a parameter everywhere else: code
 * that needs it takes a `struct wf_now`, tests make one up.
 *
 * Two clocks (DESIGN I6): wall time for TOTP and records, boot time (monotonic,
 * counts suspend) for durations and deadlines.
 */
#ifndef WF_COMMON_CLOCK_H
#define WF_COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct wf_now {
	int64_t wall_us; /* microseconds since 1970-01-01T00:00:00Z */
	int64_t boot_us; /* microseconds since boot, never steps back */
};

/* Where time comes from; `read` is wf_clock_system's in production, a script's in tests. */
struct wf_clock {
	struct wf_now (*read)(void *ctx);
	void *ctx;
};

extern const struct wf_clock wf_clock_system;

struct wf_now wf_clock_now(const struct wf_clock *clock);
/* CLOCK_MONOTONIC, as a service manager wants it; everything else uses boot time. */
int64_t wf_clock_monotonic_us(void);
/* What the calling thread was given of a processor, whatever else the machine did meanwhile. */
int64_t wf_clock_thread_us(void);
/* True when the kernel says that the wall clock is synchronised (adjtimex). */
bool wf_clock_synchronised(void);
/*
 * 16 random octets that the kernel drew at boot, as 36 characters and NUL; empty string if unknown.
 */
void wf_clock_boot_id(char id_r[37]);
/*
 * RFC 3339 with microseconds and the local offset: 2026-03-01T09:00:00.000000+09:00 (32
 * characters).
 */
void wf_clock_rfc3339(int64_t wall_us, char text_r[40]);

#endif
