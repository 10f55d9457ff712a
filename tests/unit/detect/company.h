/*
 * A company of 200 people, as rows of a log: what honest people do in a month, drawn from a seed.
 * Weekday office hours behind one address, work from home over networks that change, on-call
 * nights, business trips, mistyped passwords and codes, forgotten passwords and telephones, new
 * people, holidays, a service account every hour, and the noise of the internet at the door.
 */
#ifndef WF_TESTS_UNIT_DETECT_COMPANY_H
#define WF_TESTS_UNIT_DETECT_COMPANY_H

#include <stdint.h>

#include "tests/unit/detect/log.h"

#define COMPANY_PEOPLE 200
#define COMPANY_MONTH 31 /* days */
#define COMPANY_OFFICE "203.0.113.1"

struct company;

struct company *company_new(uint32_t seed);
void company_free(struct company **company);
/* Makes the next month's events; then others may be added; then they are fed in order. */
void company_month(struct company *company);
/* reason as in log_login(); an act where source is "". */
void company_add(struct company *company, int64_t time_us, const char *user, const char *source,
	const char *reason);
void company_feed(struct company *company, struct log *log);
/* The first day of the month made last. */
int64_t company_begin(const struct company *company);

#endif
