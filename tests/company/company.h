/*
 * A company of 200 people, as what happens to it: what honest people do in a month, drawn from a
 * seed.  Weekday office hours behind one address, work from home over networks that change, on-call
 * nights, business trips, mistyped passwords and codes, forgotten passwords and telephones, new
 * people, holidays, a service account every hour, and the noise of the internet at the door.
 */
#ifndef WF_TESTS_COMPANY_COMPANY_H
#define WF_TESTS_COMPANY_COMPANY_H

#include <stdint.h>

#define COMPANY_PEOPLE 200
#define COMPANY_MONTH 31 /* days */
#define COMPANY_ON_CALL 6 /* the first of the people */
#define COMPANY_OFFICE "203.0.113.1"
#define COMPANY_SERVICE "backup"

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* Monday, 2026-03-02, 00:00 in Tokyo: the company's first day. */
#define MONDAY (INT64_C(1772377200) * 1000000)
#define TOKYO 540 /* minutes from UTC */

struct company;

/* A login, or what the helpdesk did to an account: then there is no source. */
struct company_event {
	int64_t time_us;
	uint32_t order;
	char user[16], source[24];
	char reason[20]; /* of the login; "ok" is one with two kinds, "ok-one" with one */
};

struct company *company_new(uint32_t seed);
void company_free(struct company **company);
void company_name(unsigned number, char name_r[16]);
/* The day, from the first one, that somebody came; with the months those at the list's end do. */
int company_joined(const struct company *company, unsigned number);
/* Makes the next month's events; then others may be added; then all come in order. */
void company_month(struct company *company);
/* reason as in the event; an act where source is "". */
void company_add(struct company *company, int64_t time_us, const char *user, const char *source,
	const char *reason);
typedef void company_visit(void *ctx, const struct company_event *event);
void company_each(struct company *company, company_visit *visit, void *ctx);
/* The first day of the month made last. */
int64_t company_begin(const struct company *company);

#endif
