/*
 * Fault loops: a scenario runs clean once and its fallible calls are counted; then the Nth of them
 * fails, for every N, once and from there on. Only in builds with --enable-fault-injection, and in
 * one thread, so that the Nth call is always the same.
 */
#ifndef WF_TESTS_UNIT_FAULTS_H
#define WF_TESTS_UNIT_FAULTS_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/status.h"

#ifdef WF_FAULT

struct fault_scenario {
	void (*begin)(void);    /* makes the same start for every round; may be NULL */
	wf_status (*run)(void); /* what may fail */
	void (*end)(
		wf_status status); /* checks what must hold after either outcome, and cleans up */
};

/* The calls of our own code, and those of the libraries below it. */
#define FAULT_POINTS_ALL                                                              \
	(1U << WF_FAULT_ALLOC | 1U << WF_FAULT_RANDOM | 1U << WF_FAULT_FILE |         \
		1U << WF_FAULT_SOCKET | 1U << WF_FAULT_HEAP | 1U << WF_FAULT_SYSTEM | \
		1U << WF_FAULT_WRITE)

static inline int
fault_next_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

/* Gives the number of calls, which is at least one. No round may leave a descriptor. */
static inline uint64_t
fault_rounds(const struct fault_scenario *scenario, uint64_t points, bool all_matter)
{
	uint64_t calls = 0;
	int fd = fault_next_descriptor();

	for (uint64_t round = 0; round <= 2 * calls; round++) {
		wf_status status;

		if (scenario->begin != NULL)
			scenario->begin();
		/* Round 0 is the clean one; then 1, 1 and on, 2, 2 and on... */
		wf_fault_page()->points = points;
		wf_fault_arm((round + 1) / 2, round % 2 == 0);
		status = scenario->run();
		if (round == 0)
			calls = wf_fault_count();
		wf_fault_arm(0, false);
		wf_fault_page()->points = 0;
		if (round == 0)
			ck_assert_msg(status == WF_OK, "%s", wf_status_name(status));
		else
			ck_assert_msg(!all_matter || status != WF_OK,
				"call %llu failed unnoticed",
				(unsigned long long)((round + 1) / 2));
		scenario->end(status);
		ck_assert_int_eq(fault_next_descriptor(), fd);
	}
	ck_assert_uint_gt(calls, 0);
	return calls;
}

/* Of our own calls; one that failed must never end in WF_OK. */
static inline uint64_t
fault_loop(const struct fault_scenario *scenario)
{
	return fault_rounds(scenario, 0, true);
}

/* The same where some failures matter to nobody: `end` checks what WF_OK promises. */
static inline uint64_t
fault_loop_lenient(const struct fault_scenario *scenario)
{
	return fault_rounds(scenario, 0, false);
}

/*
 * Likewise, with every call of libc, made by whichever library. `run` makes no assertions:
 * libcheck's own calls would fail as well.
 */
static inline uint64_t
fault_loop_libc(const struct fault_scenario *scenario)
{
	return fault_rounds(scenario, FAULT_POINTS_ALL, false);
}

#endif /* WF_FAULT */

#endif
