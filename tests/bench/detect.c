/*
 * bench_detect ROWS: what detection costs for each row of a log as 2,000 people and the internet
 * leave it in three years, and how much memory it holds at the end.  A fifth of the rows are names
 * that nobody has, from sources that are never seen again.  Habits go through their bytes, as with
 * the store; keeping those is the store's time and not counted.  Prints the microseconds for a row,
 * the incidents, the changes of habits, and the KiB that are resident more than before.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/detect/detect.h"
#include "common/clock.h"
#include "tests/bench/tool.h"
#include "tests/unit/dice.h"

#define PEOPLE 2000
#define APART_US (INT64_C(3) * 365 * 86400 * 1000000 / 15000000) /* three years: 15 million */
#define START_US (INT64_C(1767225600) * 1000000)
#define PAGE 64

struct bench {
	struct detect *detect;
	uint32_t dice;
	uint64_t incidents, changes;
	struct kept { /* of a person, or of his network */
		uint8_t bytes[HABIT_ENCODED_MAX];
		size_t len;
	} *kept; /* 2 * PEOPLE */
};

static void
tell(void *ctx, const struct detect_incident *incident, enum detect_news news)
{
	struct bench *bench = ctx;

	(void)incident;
	bench->incidents += news == DETECT_OPENED;
}

/* "u:person123", or the network of one, 10.0.123.0/24, by its last two octets. */
static struct kept *
kept_of(struct bench *bench, const char *subject)
{
	unsigned long long id;

	if (strncmp(subject, "u:person", 8) == 0)
		return &bench->kept[atoi(subject + 8)];
	id = strtoull(subject + 2, NULL, 16);
	return &bench->kept[PEOPLE + (id >> 8 & 0xff) * 250 + (id & 0xff)];
}

static void
give(struct bench *bench, const struct audit_row *row)
{
	char subjects[DETECT_NEEDS][TABLE_KEY_SIZE];
	size_t n = detect_needs(bench->detect, row, subjects);

	for (size_t i = 0; i < n; i++) {
		const struct kept *kept = kept_of(bench, subjects[i]);

		detect_give(bench->detect, subjects[i], kept->bytes, kept->len);
	}
}

static void
keep(struct bench *bench)
{
	const struct habit *habit;
	const char *subject;
	size_t at = 0;

	while ((subject = detect_changed(bench->detect, &at, &habit)) != NULL) {
		struct kept *kept = kept_of(bench, subject);
		struct wf_buf encoded;

		wf_buf_init(&encoded, sizeof(kept->bytes));
		if (habit == NULL || habit_encode(habit, &encoded) != WF_OK)
			give_up("a habit");
		memcpy(kept->bytes, encoded.data, encoded.len);
		kept->len = encoded.len;
		wf_buf_clear(&encoded);
		bench->changes++;
	}
	detect_kept(bench->detect);
}

static void
make_row(struct bench *bench, int64_t time_us, struct audit_row *row_r)
{
	const unsigned sort = dice_pick(&bench->dice, 100);
	const unsigned person = dice_pick(&bench->dice, PEOPLE);

	audit_row_init(row_r, AUDIT_AUTH, sort < 75 ? "login" : "session.open");
	row_r->time_us = time_us;
	(void)snprintf(row_r->user, sizeof(row_r->user), "person%u", person);
	(void)snprintf(row_r->source, sizeof(row_r->source), "10.%u.%u.7", person / 250,
		person % 250);
	AUDIT_TEXT(row_r->kinds, "knowledge+possession");
	AUDIT_TEXT(row_r->reason, sort < 50 ? "ok" : sort < 55 ? "wrong-password" : "unknown-user");
	row_r->result = sort < 50 ? AUDIT_SUCCESS : AUDIT_FAILURE;
	if (sort >= 55 && sort < 75) {
		(void)snprintf(row_r->user, sizeof(row_r->user), "guess%u", bench->dice);
		(void)snprintf(row_r->source, sizeof(row_r->source), "2001:db8:%x:%x::1",
			bench->dice >> 16, bench->dice & 0xffff);
	}
}

static long
resident_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *in = fopen("/proc/self/status", "r");

	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		(void)sscanf(line, "VmRSS: %ld", &kib);
	if (in != NULL)
		(void)fclose(in);
	return kib;
}

int
main(int argc, char **argv)
{
	const int64_t rows = argc > 1 ? atoll(argv[1]) : 1000000;
	struct bench bench = {.dice = 20261122, .kept = memory(2 * PEOPLE, sizeof(*bench.kept))};
	struct detect_settings settings;
	const struct detect_options options = {.settings = &settings, .tell = tell, .ctx = &bench};
	const long before_kib = resident_kib();
	int64_t start_us;

	detect_settings_init(&settings);
	bench.detect = detect_new(&options);
	if (bench.detect == NULL)
		give_up("memory");
	start_us = wf_clock_now(&wf_clock_system).boot_us;
	for (int64_t i = 0; i < rows; i++) {
		struct audit_row row;

		make_row(&bench, START_US + APART_US * i, &row);
		give(&bench, &row);
		detect_feed(bench.detect, (uint64_t)i + 1, &row, DETECT_JUDGE);
		if (i % PAGE == PAGE - 1)
			keep(&bench);
	}
	printf("%.2f %llu %llu %ld\n",
		(double)(wf_clock_now(&wf_clock_system).boot_us - start_us) / (double)rows,
		(unsigned long long)bench.incidents, (unsigned long long)bench.changes,
		resident_kib() - before_kib);
	detect_free(&bench.detect);
	free(bench.kept);
	return 0;
}
