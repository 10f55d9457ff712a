/* The arithmetic of copies: see plan.h. */
#include "config.h"

#include "authd/vault/plan.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define US_PER_S INT64_C(1000000)
#define DAY_US (86400 * US_PER_S)
#define WEEK_US (7 * DAY_US)
#define MONDAY_US (4 * DAY_US) /* 1970-01-05, the first Monday */
#define ALL_US (2 * DAY_US)
#define PREFIX "warifu-"
#define MOMENT "%Y%m%dT%H%M%SZ"
#define MOMENT_LEN 16
#define SUFFIX ".backup"
#define FAILURES_MAX 6 /* 64 minutes */

void
plan_name(const char *node, int64_t time_us, char name_r[PLAN_NAME_SIZE])
{
	const time_t seconds = (time_t)(time_us / US_PER_S);
	char moment[MOMENT_LEN + 1] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc) != NULL)
		(void)strftime(moment, sizeof(moment), MOMENT, &utc);
	(void)snprintf(name_r, PLAN_NAME_SIZE, PREFIX "%s-%s" SUFFIX, moment, node);
}

/* What is read is believed only if it is written like that. */
bool
plan_name_read(const char *name, const char *node, int64_t *time_r)
{
	char moment[MOMENT_LEN + 1] = "", again[PLAN_NAME_SIZE];
	struct tm utc = {.tm_isdst = 0};
	int64_t time_us;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	(void)snprintf(moment, sizeof(moment), "%s", name + strlen(PREFIX));
	if (sscanf(moment, "%4d%2d%2dT%2d%2d%2dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
		    &utc.tm_hour, &utc.tm_min, &utc.tm_sec) != 6)
		return false;
	utc.tm_year -= 1900;
	utc.tm_mon--;
	time_us = (int64_t)timegm(&utc) * US_PER_S;
	plan_name(node, time_us, again);
	if (strcmp(again, name) != 0)
		return false;
	*time_r = time_us;
	return true;
}

bool
plan_is_due(int64_t every_s, int64_t newest_us, int64_t now_us)
{
	if (every_s <= 0)
		return false;
	return newest_us == 0 || newest_us > now_us + PLAN_STEP_US ||
	       now_us - newest_us >= every_s * US_PER_S;
}

/* Number of the span that a time lies in, rounded down before 1970 as well. */
static int64_t
span_of(int64_t time_us, int64_t origin_us, int64_t span_us)
{
	const int64_t since = time_us - origin_us;

	return since >= 0 ? since / span_us : -((span_us - 1 - since) / span_us);
}

/* Whether it is the first of its span, and the span is not older than `n` of them. */
static bool
stands_for_span(const int64_t *times, size_t i, int64_t origin_us, int64_t span_us, int64_t now_us,
	unsigned n)
{
	const int64_t span = span_of(times[i], origin_us, span_us);
	bool first = i == 0 || span_of(times[i - 1], origin_us, span_us) != span;

	return first && span_of(now_us, origin_us, span_us) - span <= (int64_t)n;
}

size_t
plan_spare(const struct plan_keep *keep, int64_t now_us, const int64_t *times, size_t n,
	bool *spare_r)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		spare_r[i] = i + 1 < n && now_us - times[i] > ALL_US &&
			     !stands_for_span(times, i, 0, DAY_US, now_us, keep->days) &&
			     !stands_for_span(times, i, MONDAY_US, WEEK_US, now_us, keep->weeks);
		count += spare_r[i];
	}
	return count;
}

int64_t
plan_pause_s(unsigned failures)
{
	return INT64_C(60) << (failures < FAILURES_MAX ? failures : FAILURES_MAX);
}
