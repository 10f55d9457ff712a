/* A company of 200 people, as what happens to it. */
#include "config.h"

#include "tests/company/company.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/tool.h"
#include "tests/unit/dice.h"

#define EVENTS_MAX 400000
#define NEW_PEOPLE 5 /* a month, from the end of the list */
#define DOOR 300 /* sources a day that guess at the door */

struct person {
	char name[16];
	unsigned home;	   /* which network; it changes */
	unsigned office;   /* days of five in the office */
	unsigned begins;   /* 9:00, in minutes of the day, more or less */
	int joined;	   /* day */
	int away_until;	   /* day: holidays */
	int trip_until;	   /* day */
	unsigned hotel;
};

struct company {
	uint32_t dice;
	int day; /* the next one */
	int month_begins;
	unsigned networks; /* given out so far */
	struct person people[COMPANY_PEOPLE];
	size_t n;
	struct company_event events[EVENTS_MAX];
};

static bool
happens(struct company *company, unsigned in_ten_thousand)
{
	return dice_pick(&company->dice, 10000) < in_ten_thousand;
}

static unsigned
between(struct company *company, unsigned least, unsigned most)
{
	return least + dice_pick(&company->dice, most - least + 1);
}

static int64_t
at(int day, unsigned minute)
{
	return MONDAY + day * DAY + minute * MINUTE;
}

/* A network that nobody has had before: of the addresses 100.64.0.0/10. */
static unsigned
fresh_network(struct company *company)
{
	return company->networks++;
}

static void
address_of(unsigned network, char text_r[24])
{
	(void)snprintf(text_r, 24, "100.%u.%u.17", 64 + network / 256 % 64, network % 256);
}

void
company_name(unsigned number, char name_r[16])
{
	(void)snprintf(name_r, 16, "person%03u", number);
}

int
company_joined(const struct company *company, unsigned number)
{
	return company->people[number].joined;
}

struct company *
company_new(uint32_t seed)
{
	struct company *company = memory(1, sizeof(*company));

	company->dice = seed;
	for (unsigned i = 0; i < COMPANY_PEOPLE; i++) {
		struct person *person = &company->people[i];

		company_name(i, person->name);
		person->home = fresh_network(company);
		person->office = between(company, 1, 5);
		person->begins = between(company, 8 * 60, 9 * 60 + 45);
	}
	return company;
}

void
company_free(struct company **company)
{
	free(*company);
	*company = NULL;
}

int64_t
company_begin(const struct company *company)
{
	return at(company->month_begins, 0);
}

void
company_add(struct company *company, int64_t time_us, const char *user, const char *source,
	const char *reason)
{
	struct company_event *event = &company->events[company->n];

	if (company->n == EVENTS_MAX)
		give_up("room for a month");
	*event = (struct company_event){.time_us = time_us, .order = (uint32_t)company->n};
	company->n++;
	(void)snprintf(event->user, sizeof(event->user), "%s", user);
	(void)snprintf(event->source, sizeof(event->source), "%s", source);
	(void)snprintf(event->reason, sizeof(event->reason), "%s", reason);
}

/* --- one login, with what goes wrong before --- */

static int64_t
once(struct company *company, int64_t time_us, const struct person *person, const char *source,
	const char *reason)
{
	company_add(company, time_us, person->name, source, reason);
	return time_us + between(company, 8, 40) * INT64_C(1000000);
}

static void
login(struct company *company, int64_t time_us, const struct person *person, const char *source)
{
	if (happens(company, 50)) { /* the name mistyped */
		company_add(company, time_us, "persn012", source, "unknown-user");
		time_us += MINUTE / 3;
	}
	while (happens(company, 500))
		time_us = once(company, time_us, person, source, "wrong-password");
	while (happens(company, 300))
		time_us = once(company, time_us, person, source, "wrong-code");
	if (happens(company, 40))
		time_us = once(company, time_us, person, source, "replayed");
	(void)once(company, time_us, person, source, "ok");
}

/* Some tries, a call to the helpdesk, and in. */
static int64_t
forgotten(struct company *company, int64_t time_us, const struct person *person,
	const char *source, const char *reason, const char *act)
{
	for (unsigned tries = between(company, 1, 4); tries > 0; tries--)
		time_us = once(company, time_us, person, source, reason);
	time_us += between(company, 5, 40) * MINUTE;
	company_add(company, time_us, person->name, "", act);
	return time_us + between(company, 1, 20) * MINUTE;
}

/* --- a person's day --- */

static void
source_of_day(struct company *company, const struct person *person, int day, char source_r[24])
{
	bool new_here = day - person->joined < 5;

	if (day < person->trip_until)
		address_of(person->hotel, source_r);
	else if (new_here || dice_pick(&company->dice, 5) < person->office)
		(void)snprintf(source_r, 24, "%s", COMPANY_OFFICE);
	else
		address_of(person->home, source_r);
}

static void
work_day(struct company *company, struct person *person, int day)
{
	unsigned minute = person->begins + between(company, 0, 45);
	char source[24];
	int64_t time_us;

	source_of_day(company, person, day, source);
	if (day < person->trip_until) /* on the way all day; from the hotel in the evening */
		minute = between(company, 18 * 60, 22 * 60 + 30);
	time_us = at(day, minute);
	if (happens(company, 30))
		time_us = forgotten(
			company, time_us, person, source, "wrong-password", "user.passwd");
	if (happens(company, 30))
		time_us = forgotten(company, time_us, person, source, "wrong-code", "token.add");
	login(company, time_us, person, source);
	for (unsigned n = between(company, 1, 6); n > 0; n--)
		login(company, time_us + between(company, 10, 8 * 60) * MINUTE, person, source);
	if (day >= person->trip_until && happens(company, 800)) { /* once more from home */
		address_of(person->home, source);
		login(company, at(day, between(company, 20 * 60, 23 * 60)), person, source);
	}
}

static void
on_call(struct company *company, const struct person *person, int day)
{
	char source[24];

	address_of(person->home, source);
	for (unsigned n = between(company, 1, 3); n > 0; n--)
		login(company, at(day, between(company, 0, 5 * 60)), person, source);
}

static void
fate(struct company *company, struct person *person, int day)
{
	if (happens(company, 150)) /* the provider gives another address */
		person->home = fresh_network(company);
	if (day >= person->trip_until && happens(company, 80)) {
		person->trip_until = day + (int)between(company, 2, 4);
		person->hotel = fresh_network(company);
	}
	if (day >= person->away_until && happens(company, 60))
		person->away_until = day + (int)between(company, 3, 21);
}

static void
persons_day(struct company *company, unsigned i, int day)
{
	struct person *person = &company->people[i];
	bool weekend = day % 7 >= 5;

	if (day < person->joined)
		return;
	fate(company, person, day);
	if (i < COMPANY_ON_CALL && day / 7 % COMPANY_ON_CALL == (int)i && happens(company, 4000))
		on_call(company, person, day);
	if (day >= person->away_until && (!weekend || happens(company, 200)))
		work_day(company, person, day);
}

/* --- the rest of a day --- */

static void
at_the_door(struct company *company, int day)
{
	static const char *const names[] = {"root", "admin", "test", "oracle", "git", "postgres"};

	for (unsigned i = 0; i < DOOR; i++) {
		char source[24];

		(void)snprintf(source, sizeof(source), "198.18.%u.%u", between(company, 0, 255),
			between(company, 1, 254));
		for (unsigned tries = between(company, 1, 8); tries > 0; tries--)
			company_add(company, at(day, between(company, 0, 24 * 60 - 1)),
				names[dice_pick(&company->dice, 6)], source, "unknown-user");
	}
}

static void
one_day(struct company *company, int day)
{
	for (unsigned i = 0; i < COMPANY_PEOPLE; i++)
		persons_day(company, i, day);
	for (unsigned hour = 0; hour < 24; hour++)
		company_add(company, at(day, hour * 60 + 5), COMPANY_SERVICE, "10.0.0.20",
			"ok-one");
	at_the_door(company, day);
}

void
company_month(struct company *company)
{
	company->n = 0;
	company->month_begins = company->day;
	for (unsigned i = 0; i < NEW_PEOPLE; i++) {
		unsigned number =
			(unsigned)(company->day / COMPANY_MONTH) * NEW_PEOPLE + i + 1;
		struct person *person = &company->people[COMPANY_PEOPLE - number];

		person->joined = company->day + (int)between(company, 0, 25);
		company_add(company, at(person->joined, 8 * 60), person->name, "", "user.add");
		company_add(company, at(person->joined, 8 * 60 + 5), person->name, "", "token.add");
	}
	for (; company->day < company->month_begins + COMPANY_MONTH; company->day++)
		one_day(company, company->day);
}

static int
compare(const void *a, const void *b)
{
	const struct company_event *one = a, *other = b;

	if (one->time_us != other->time_us)
		return one->time_us < other->time_us ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

void
company_each(struct company *company, company_visit *visit, void *ctx)
{
	qsort(company->events, company->n, sizeof(company->events[0]), compare);
	for (size_t i = 0; i < company->n; i++)
		visit(ctx, &company->events[i]);
}
