/*
 * How long this machine takes for a password: for `warifu tune`.  The only file here that asks for
 * the time.
 */
#include "config.h"

#include "authd/factor/factor.h"

#include <pthread.h>

#include "authd/factor/argon2.h"
#include "common/clock.h"
#include "common/fault.h"

#define MEASURE_US 1000000
#define MEASURE_THREADS_MAX 64

struct measurement {
	pthread_t thread;
	struct phc phc;
	struct factor_scratch *scratch;
	int64_t until_boot_us;
	unsigned count; /* verifications done */
	int64_t took_us;
	wf_status status;
};

static int64_t
boot_us(void)
{
	return wf_clock_now(&wf_clock_system).boot_us;
}

static void *
measure_main(void *arg)
{
	struct measurement *own = arg;
	struct wf_secret password = WF_SECRET_EMPTY;
	int64_t start = boot_us();

	own->status = wf_secret_set(&password, "measured", 8);
	/* At least one, however slow it is. */
	while (own->status == WF_OK && (own->count == 0 || boot_us() < own->until_boot_us)) {
		own->status = factor_argon2_hash(&password, &own->phc, own->scratch, own->phc.hash);
		own->count++;
	}
	own->took_us = boot_us() - start;
	wf_secret_clear(&password);
	return NULL;
}

static wf_status
measure_prepare(const struct password_cost *cost, struct measurement *own)
{
	*own = (struct measurement){.phc = {.cost = *cost, .salt_len = 16, .hash_len = 32}};
	return scratch_make(
		factor_argon2_in_scratch * (size_t)cost->memory_kib * 1024, &own->scratch);
}

static wf_status
measure_start(struct measurement *own)
{
	own->until_boot_us = boot_us() + MEASURE_US;
	if (wf_fault(WF_FAULT_THREAD) || /* coverage: the fault stands for the failure */
		pthread_create(&own->thread, NULL, measure_main, own) != 0)
		return WF_UNAVAILABLE;
	return WF_OK;
}

static wf_status
measure_all(const struct password_cost *cost, struct measurement *all, unsigned threads)
{
	wf_status status = WF_OK;
	unsigned started = 0;

	for (unsigned i = 0; i < threads && status == WF_OK; i++)
		status = measure_prepare(cost, &all[i]);
	for (unsigned i = 0; i < threads && status == WF_OK; i++) {
		status = measure_start(&all[i]);
		started += status == WF_OK;
	}
	for (unsigned i = 0; i < started; i++) {
		(void)pthread_join(all[i].thread, NULL);
		if (status == WF_OK)
			status = all[i].status;
	}
	for (unsigned i = 0; i < threads; i++)
		scratch_drop(&all[i].scratch);
	return status;
}

wf_status
password_measure(
	const struct password_cost *cost, unsigned threads, double *ms_r, double *per_second_r)
{
	struct measurement all[MEASURE_THREADS_MAX] = {{.count = 0}};
	double took_us = 0, count = 0, rate = 0;
	wf_status status = phc_cost_check(cost);

	if (status != WF_OK || threads < 1 || threads > MEASURE_THREADS_MAX)
		return WF_INVALID;
	if (cost->lanes > factor_argon2_lanes_max) /* coverage: only libsodium has a limit */
		return WF_UNSUPPORTED;
	status = measure_all(cost, all, threads);
	if (status != WF_OK)
		return status;
	for (unsigned i = 0; i < threads; i++) {
		took_us += (double)all[i].took_us;
		count += all[i].count;
		rate += all[i].count / ((double)all[i].took_us / 1e6);
	}
	*ms_r = took_us / count / 1e3;
	*per_second_r = rate;
	return WF_OK;
}
