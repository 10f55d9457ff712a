/*
 * The text of a run of rows.  What is read has to be what would be written of it, character by
 * character: so there is one form of it, and reading needs no checks of its own.
 */
#include "config.h"

#include "authd/audit/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/secret.h"

#define US_PER_S 1000000LL
#define TIME_SIZE 32

static const struct {
	enum audit_class class;
	const char *event;
} kinds[] = {{AUDIT_SYSTEM, AUDIT_EVENT_MONTH}, {AUDIT_TOMBSTONE, AUDIT_EVENT_EXPIRE}};

/* In UTC: the same text on every machine. */
static void
time_put(int64_t us, char text_r[TIME_SIZE])
{
	int64_t part = (us % US_PER_S + US_PER_S) % US_PER_S;
	time_t seconds = (time_t)((us - part) / US_PER_S);
	struct tm tm = {.tm_year = 0};
	char date[TIME_SIZE - 8] = "";

	if (gmtime_r(&seconds, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text_r, TIME_SIZE, "%s.%06dZ", date, (int)part);
}

static bool
time_get(const char *text, int64_t *us_r)
{
	struct tm tm = {.tm_year = 0};
	const char *point = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int part;

	if (point == NULL || sscanf(point, ".%6dZ", &part) != 1)
		return false;
	*us_r = (int64_t)timegm(&tm) * US_PER_S + part;
	return true;
}

void
audit_run_put(const struct audit_run *run, struct audit_row *row)
{
	const unsigned long long count = run->last_seq - run->first_seq + 1;
	char first[TIME_SIZE], last[TIME_SIZE], chain[2 * sizeof(run->chain) + 1];

	time_put(run->first_us, first);
	time_put(run->last_us, last);
	for (size_t i = 0; i < sizeof(run->chain); i++)
		(void)snprintf(chain + 2 * i, 3, "%02x", run->chain[i]);
	(void)snprintf(row->detail, sizeof(row->detail),
		"%04d-%02d: rows %llu to %llu, count %llu, %s to %s, chain %s", run->month / 100,
		run->month % 100, (unsigned long long)run->first_seq,
		(unsigned long long)run->last_seq, count, first, last, chain);
}

static bool
chain_get(const char *text, uint8_t chain_r[32])
{
	unsigned byte;

	for (size_t i = 0; i < 32; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		chain_r[i] = (uint8_t)byte;
	}
	return true;
}

static bool
run_parse(const char *text, struct audit_run *run_r)
{
	unsigned long long first, last, count;
	char from[TIME_SIZE], until[TIME_SIZE], chain[2 * sizeof(run_r->chain) + 1];
	int year, month;

	if (sscanf(text, "%4d-%2d: rows %llu to %llu, count %llu, %31s to %31[^,], chain %64s",
		    &year, &month, &first, &last, &count, from, until, chain) != 8 ||
		strlen(chain) != 2 * sizeof(run_r->chain))
		return false;
	*run_r = (struct audit_run){
		.month = year * 100 + month, .first_seq = first, .last_seq = last};
	return time_get(from, &run_r->first_us) && time_get(until, &run_r->last_us) &&
	       chain_get(chain, run_r->chain);
}

bool
audit_run_get(const struct audit_row *row, struct audit_run *run_r)
{
	struct audit_row again = {.count = 0};
	struct audit_run run;
	bool ours = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		ours = ours || (row->class == kinds[i].class &&
				       strcmp(row->event, kinds[i].event) == 0);
	if (!ours || !run_parse(row->detail, &run))
		return false;
	audit_run_put(&run, &again);
	if (strcmp(again.detail, row->detail) != 0)
		return false;
	*run_r = run;
	return true;
}

bool
audit_run_buries(const struct audit_row *row, const struct audit_head *before)
{
	struct audit_run run;

	return row->class == AUDIT_TOMBSTONE && audit_run_get(row, &run) &&
	       run.last_seq == before->seq &&
	       wf_mem_equal(run.chain, before->chain, sizeof(run.chain));
}
