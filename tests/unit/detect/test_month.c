/*
 * What rules are worth is how seldom they speak: a month of honest use raises fewer than five
 * findings, and three attacks in such a month are found among them.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/detect/log.h"
#include "tests/unit/unit.h"

#define MAY_BE 4
#define ATTACKER "192.0.2.66"

static const uint32_t seeds[] = {1, 2, 3, 20260302, 0xbadcafe, 77777777, 4242, 999999937};
#define SEEDS ((int)(sizeof(seeds) / sizeof(seeds[0])))

static void
print(const struct log *log, uint32_t seed, size_t from)
{
	printf("seed %u: %zu findings of %llu rows\n", seed, log->nfound - from,
		(unsigned long long)log->seq);
	for (size_t i = from; i < log->nfound; i++)
		printf("  level %u %s%s: %s, rows %u\n", log->found[i].level,
			detect_rules()[log->found[i].rule].id,
			log->found[i].news == DETECT_RAISED ? " (raised)" : "", log->found[i].key,
			log->found[i].rows);
}

static void
feed_one(void *ctx, const struct company_event *event)
{
	struct log *log = ctx;

	if (event->source[0] == '\0')
		log_act(log, event->time_us, event->reason, event->user);
	else
		log_login(log, event->time_us, event->user, event->source, event->reason);
}

static void
feed(struct company *company, struct log *log)
{
	company_each(company, feed_one, log);
}

/* A month to get to know them, which must be as quiet, and then another one. */
START_TEST(honest_months_are_quiet)
{
	struct company *company = company_new(seeds[_i]);
	struct log *log = log_new();
	size_t before = 0;

	for (int month = 0; month < 3; month++) {
		company_month(company);
		feed(company, log);
		print(log, seeds[_i], before);
		ck_assert_uint_le(log->nfound - before, MAY_BE);
		before = log->nfound;
	}
	ck_assert_uint_gt(log->nhabits, COMPANY_PEOPLE);
	log_free(&log);
	company_free(&company);
}
END_TEST

/* One source tries twelve people and gets into the account of the last one. */
static void
plant_spray(struct company *company)
{
	int64_t at = company_begin(company) + 8 * DAY + 9 * HOUR;
	char name[16];

	for (unsigned i = 20; i < 32; i++, at += MINUTE) {
		(void)snprintf(name, sizeof(name), "person%03u", i);
		company_add(company, at, name, ATTACKER, "wrong-password");
	}
	company_add(company, at, "person031", ATTACKER, "ok");
}

/* Eight sources, twenty people, 30 tries within the morning rush. */
static void
plant_crowd(struct company *company)
{
	int64_t at = company_begin(company) + 15 * DAY + 9 * HOUR;
	char name[16], source[24];

	for (unsigned i = 0; i < 30; i++, at += 25 * INT64_C(1000000)) {
		(void)snprintf(name, sizeof(name), "person%03u", 40 + i % 20);
		(void)snprintf(source, sizeof(source), "192.0.2.%u", 100 + i % 8);
		company_add(company, at, name, source, "wrong-password");
	}
}

/* Somebody talks the helpdesk into a new token, and comes in with it three hours later. */
static void
plant_reset(struct company *company)
{
	int64_t at = company_begin(company) + 22 * DAY + 14 * HOUR;

	company_add(company, at, "person077", "", "token.add");
	company_add(company, at + 3 * HOUR, "person077", "192.0.2.200", "ok");
}

static const struct log_found *
found_of(const struct log *log, size_t from, enum detect_rule rule, const char *key)
{
	for (size_t i = from; i < log->nfound; i++)
		if (log->found[i].rule == rule && strcmp(log->found[i].key, key) == 0)
			return &log->found[i];
	return NULL;
}

START_TEST(attacks_in_such_a_month_are_found)
{
	static const struct {
		enum detect_rule rule;
		const char *key;
	} planted[] = {{DETECT_SOURCE_SPRAY, ATTACKER}, {DETECT_SPRAY_WORKED, "person031"},
		{DETECT_MANY_SOURCES, "all"}, {DETECT_RESET_NEW_PLACE, "person077"}};
	struct company *company = company_new(seeds[_i]);
	struct log *log = log_new();
	size_t before;

	company_month(company);
	feed(company, log);
	before = log->nfound;
	company_month(company);
	plant_spray(company);
	plant_crowd(company);
	plant_reset(company);
	feed(company, log);
	print(log, seeds[_i], before);
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++)
		ck_assert_msg(found_of(log, before, planted[i].rule, planted[i].key) != NULL,
			"%s of %s was not found", detect_rules()[planted[i].rule].id,
			planted[i].key);
	ck_assert_uint_le(log->nfound - before, 4 + 2 + MAY_BE); /* those, and what they raise */
	log_free(&log);
	company_free(&company);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("detect: a month");
	TCase *tcase = tcase_create("month");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, honest_months_are_quiet, 0, SEEDS);
	tcase_add_loop_test(tcase, attacks_in_such_a_month_are_found, 0, SEEDS);
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
