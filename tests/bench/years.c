/*
 * bench_years STORE NODE PEOPLE ROWS MONTHS: fills the log of a store that no daemon serves with
 * ROWS rows of the last MONTHS months, as PEOPLE people would have left them: logins with their
 * sessions and sudo, mistakes, guesses from outside, acts of administration, starts.  By day more
 * than at night, on workdays more than at weekends.
 *
 * The store lives through that time under a clock that is behind by as much, so months are sealed,
 * the chain is right, and both of its clocks say how old each row is.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/filler.h"
#include "tests/bench/people.h"
#include "tests/unit/dice.h"

#define US_PER_S INT64_C(1000000)
#define HOUR_US (3600 * US_PER_S)
#define MONTH_US (INT64_C(2629746) * US_PER_S)
#define BATCH 1000

/* How much happens in each hour of a workday; of a day at the weekend a fifth. */
static const unsigned char busy[24] = {
	2, 1, 1, 1, 1, 2, 5, 12, 30, 34, 30, 28, 20, 30, 30, 28, 26, 22, 14, 9, 6, 5, 4, 3};
#define WEEKEND 5

static _Atomic int64_t behind_us; /* the store's clock */

static struct wf_now
clock_behind(void *ctx)
{
	struct wf_now now = wf_clock_now(&wf_clock_system);
	const int64_t by_us = atomic_load(&behind_us);

	(void)ctx;
	return (struct wf_now){.wall_us = now.wall_us - by_us, .boot_us = now.boot_us - by_us};
}

struct years {
	const char *node;
	uint32_t people, dice;
};

/* One sort of row; chances are of a thousand. */
struct sort {
	unsigned chance;
	enum audit_class class;
	enum audit_result result;
	const char *event, *reason, *service, *factors, *kinds, *rule;
	bool stranger; /* a name that nobody has, from anywhere; rows of refusals are gathered */
	bool act;      /* somebody does it to somebody */
};

#define BOTH "password+totp", "knowledge+possession", "mfa.kinds SCS-4-1-3-3"
#define NOTHING "", "", ""

static const struct sort sorts[] = {
	{260, AUDIT_AUTH, AUDIT_SUCCESS, "login", "ok", "sshd", BOTH, false, false},
	{110, AUDIT_AUTH, AUDIT_SUCCESS, "login", "ok", "vpn1", BOTH, false, false},
	{90, AUDIT_AUTH, AUDIT_SUCCESS, "login", "ok", "sudo", BOTH, false, false},
	{180, AUDIT_SESSION, AUDIT_SUCCESS, "session.open", "", "sshd", NOTHING, false, false},
	{180, AUDIT_SESSION, AUDIT_SUCCESS, "session.close", "", "sshd", NOTHING, false, false},
	{35, AUDIT_AUTH, AUDIT_FAILURE, "login", "wrong-code", "sshd", NOTHING, false, false},
	{25, AUDIT_AUTH, AUDIT_FAILURE, "login", "wrong-password", "vpn1", NOTHING, false, false},
	{6, AUDIT_AUTH, AUDIT_FAILURE, "login", "too-early", "sshd", NOTHING, false, false},
	{2, AUDIT_AUTH, AUDIT_UNAVAILABLE, "login", "overload", "sshd", NOTHING, false, false},
	{100, AUDIT_AUTH, AUDIT_FAILURE, "login", "unknown-user", "sshd", NOTHING, true, false},
	{2, AUDIT_FINDING, AUDIT_NEUTRAL, "lock", "locked", "sshd", NOTHING, false, false},
	{4, AUDIT_ADMIN, AUDIT_SUCCESS, "unlock", "", "warifu", NOTHING, false, true},
	{4, AUDIT_ADMIN, AUDIT_SUCCESS, "token.add", "", "warifu", NOTHING, false, true},
	{1, AUDIT_ADMIN, AUDIT_SUCCESS, "user.add", "", "warifu", NOTHING, false, true},
	{1, AUDIT_SYSTEM, AUDIT_NEUTRAL, "reload", "", "warifud", NOTHING, false, false},
};

static const struct sort *
sort_pick(struct years *years)
{
	unsigned left = dice_pick(&years->dice, 1000);
	size_t i = 0;

	while (i + 1 < sizeof(sorts) / sizeof(sorts[0]) && left >= sorts[i].chance)
		left -= sorts[i++].chance;
	return &sorts[i];
}

/* A fifth of the people does most of it. */
static uint32_t
person_pick(struct years *years)
{
	const uint32_t keen = years->people / 5 + 1;

	return 1 + dice_pick(&years->dice, dice_pick(&years->dice, 5) == 0 ? years->people : keen);
}

/* From the office, or from home; strangers from anywhere. */
static void
source_put(struct years *years, const struct sort *sort, uint32_t person, struct audit_row *row)
{
	const unsigned a = dice_pick(&years->dice, 200) + 20, b = dice_pick(&years->dice, 65536);

	if (sort->stranger)
		(void)snprintf(row->source, sizeof(row->source), "%u.%u.%u.%u", a, b >> 8, b & 255,
			a ^ (b & 127));
	else if (dice_pick(&years->dice, 3) == 0)
		(void)snprintf(row->source, sizeof(row->source), "203.0.%u.%u", person >> 8 & 255,
			person & 255);
	else
		AUDIT_TEXT(row->source, "192.0.2.10");
}

static void
name_put(struct years *years, const struct sort *sort, uint32_t person, struct audit_row *row)
{
	static const char *const guessed[] = {
		"admin", "test", "oracle", "postgres", "ubuntu", "guest"};

	if (sort->stranger)
		(void)snprintf(row->user, sizeof(row->user), "%s%u",
			guessed[dice_pick(&years->dice, 6)], dice_pick(&years->dice, 100));
	else if (sort->class != AUDIT_SYSTEM)
		people_name(person, row->user);
	if (sort->act)
		AUDIT_TEXT(row->operator_name, "root (via u0000001)");
	if (sort->act)
		(void)snprintf(row->ticket, sizeof(row->ticket), "T-%u",
			dice_pick(&years->dice, 9999));
}

static void
row_make(struct years *years, int64_t at_us, struct audit_row *row_r)
{
	const struct sort *sort = sort_pick(years);
	const uint32_t person = person_pick(years);

	audit_row_init(row_r, sort->class, sort->event);
	row_r->time_us = at_us;
	row_r->result = sort->result;
	AUDIT_TEXT(row_r->reason, sort->reason);
	AUDIT_TEXT(row_r->node, years->node);
	AUDIT_TEXT(row_r->host, years->node);
	AUDIT_TEXT(row_r->service, sort->service);
	AUDIT_TEXT(row_r->factors, sort->factors);
	AUDIT_TEXT(row_r->kinds, sort->kinds);
	AUDIT_TEXT(row_r->rule, sort->rule);
	if (sort->class == AUDIT_AUTH)
		AUDIT_TEXT(row_r->action, "authenticate");
	if (sort->class == AUDIT_AUTH || sort->class == AUDIT_SESSION)
		(void)snprintf(row_r->txn, sizeof(row_r->txn), "%08x%08x%08x%08x",
			dice_pick(&years->dice, UINT32_MAX), dice_pick(&years->dice, UINT32_MAX),
			dice_pick(&years->dice, UINT32_MAX), dice_pick(&years->dice, UINT32_MAX));
	if (sort->stranger)
		row_r->count = 1 + dice_pick(&years->dice, 40);
	name_put(years, sort, person, row_r);
	source_put(years, sort, person, row_r);
}

/* What an hour weighs. */
static unsigned
weight(int64_t hour)
{
	const int64_t day = hour / 24; /* since a Thursday */
	const bool weekend = (day + 4) % 7 == 0 || (day + 4) % 7 == 6;

	return weekend ? busy[hour % 24] / WEEKEND + 1 : busy[hour % 24];
}

static uint64_t
weights(int64_t first_hour, int64_t hours)
{
	uint64_t sum = 0;

	for (int64_t i = 0; i < hours; i++)
		sum += weight(first_hour + i);
	return sum;
}

/* Rows that wait to be written; the store's clock goes along with them. */
struct pile {
	struct store *store;
	struct audit_row rows[BATCH];
	uint32_t n;
};

static void
pile_write(struct pile *pile)
{
	if (pile->n == 0)
		return;
	atomic_store(&behind_us,
		wf_clock_now(&wf_clock_system).wall_us - pile->rows[pile->n - 1].time_us);
	filler_run(pile->store, NULL, 0, pile->rows, pile->n);
	pile->n = 0;
}

/* Rows of one hour, evenly; what is of one day at most is written at once. */
static void
hour_fill(struct years *years, struct pile *pile, int64_t hour, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (pile->n == BATCH)
			pile_write(pile);
		row_make(years, hour * HOUR_US + HOUR_US / n * i, &pile->rows[pile->n++]);
	}
	if (hour % 24 == 23)
		pile_write(pile);
}

static void
fill(struct years *years, struct store *store, uint64_t nrows, int64_t months)
{
	const int64_t until = wf_clock_now(&wf_clock_system).wall_us / HOUR_US;
	const int64_t hours = months * MONTH_US / HOUR_US, first = until - hours;
	const uint64_t sum = weights(first, hours);
	struct pile *pile = calloc(1, sizeof(*pile));
	uint64_t weighed = 0, done = 0;

	if (pile == NULL)
		filler_check(WF_NO_MEMORY, "memory");
	pile->store = store;
	for (int64_t i = 0; i < hours; i++) {
		weighed += weight(first + i);
		hour_fill(years, pile, first + i, (uint32_t)(nrows * weighed / sum - done));
		done = nrows * weighed / sum;
	}
	pile_write(pile);
	free(pile);
}

int
main(int argc, char **argv)
{
	struct years years = {.dice = 20261122};
	struct store *store;
	uint64_t nrows;
	int64_t months;

	if (argc != 6) {
		fprintf(stderr, "bench_years STORE NODE PEOPLE ROWS MONTHS\n");
		return 2;
	}
	years.node = argv[2];
	years.people = (uint32_t)strtoul(argv[3], NULL, 10);
	nrows = strtoull(argv[4], NULL, 10);
	months = strtoll(argv[5], NULL, 10);
	atomic_store(&behind_us, months * MONTH_US + HOUR_US);
	store = filler_open(argv[1], argv[2], (struct wf_clock){.read = clock_behind});
	fill(&years, store, nrows, months);
	atomic_store(&behind_us, 0);
	store_close(&store);
	return 0;
}
