/*
 * company_fill STORE KEYS NODE MONTHS: makes a store with MONTHS months of the company's life, up
 * to last Sunday.  It is born and lives through that time under a clock that is behind by as much.
 * Prints what it came to, as JSON.
 */
#include "config.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/filler.h"
#include "tests/company/life.h"

#define SEED 20260302
#define WEEK (7 * DAY)

static _Atomic int64_t behind_us; /* the store's clock */

static struct wf_now
clock_behind(void *ctx)
{
	struct wf_now now = wf_clock_now(&wf_clock_system);
	const int64_t by_us = atomic_load(&behind_us);

	(void)ctx;
	return (struct wf_now){.wall_us = now.wall_us - by_us, .boot_us = now.boot_us - by_us};
}

static void
turn(void *ctx, int64_t wall_us)
{
	(void)ctx;
	atomic_store(&behind_us, wf_clock_now(&wf_clock_system).wall_us - wall_us);
}

static int64_t
begins(int64_t days)
{
	const int64_t now_us = wf_clock_now(&wf_clock_system).wall_us;

	return MONDAY + (now_us - days * DAY - MONDAY) / WEEK * WEEK;
}

static void
print(const struct life_counts *counts)
{
	printf("{\"rows\": %" PRIu64 ", \"internet-logins\": %" PRIu64 ", \"failures\": %" PRIu64
	       ", \"locks\": %" PRIu64 ", \"unlocks\": %" PRIu64 ", \"accounts\": %" PRIu64
	       ", \"disabled\": %" PRIu64 "}\n",
		counts->rows, counts->internet_logins, counts->failures, counts->locks,
		counts->unlocks, counts->accounts, counts->disabled);
}

int
main(int argc, char **argv)
{
	struct life_options options = {.turn = turn};
	struct keyring *keys = NULL;
	struct life *life;
	char why[512] = "";
	int months;

	if (argc != 5) {
		fprintf(stderr, "company_fill STORE KEYS NODE MONTHS\n");
		return 2;
	}
	months = atoi(argv[4]);
	filler_check(keyring_load(argv[2], &keys, why, sizeof(why)), why);
	options.begins_us = begins(months * COMPANY_MONTH);
	turn(NULL, options.begins_us);
	options.store = filler_open(argv[1], argv[3], (struct wf_clock){.read = clock_behind});
	options.keys = keys;
	options.node = argv[3];
	life = life_new(&options, SEED);
	for (int month = 0; month < months; month++)
		life_month(life);
	print(life_counts(life));
	atomic_store(&behind_us, 0);
	store_close(&options.store);
	life_free(&life);
	keyring_free(&keys);
	return 0;
}
