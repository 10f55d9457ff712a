/*
 * A habit: what is known for long of an account (the networks and countries it comes from, the
 * hours of its logins, when it was last used) or of a network (which accounts come from it).  The
 * only knowledge of detection that outlives its windows: the store keeps it as bytes.  Pure.
 *
 * It changes with the first login of a day, of an hour of that day, or from a place, and not with
 * each login: so keeping it costs few writes.
 */
#ifndef WF_AUTHD_DETECT_HABIT_H
#define WF_AUTHD_DETECT_HABIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/status.h"

#define HABIT_PLACES 16
#define HABIT_HOURS 24
#define HABIT_ENCODED_MAX 256

struct habit { /* all zero: nothing is known */
	int32_t first_day, last_day; /* since 1970-01-01; of logins */
	uint32_t days;		     /* on which there were logins */
	uint32_t hours_today;	     /* a bit for each hour of last_day */
	/* days with logins in that hour, local time; no more than are enough */
	uint8_t hours[HABIT_HOURS];
	uint32_t n;
	struct habit_place {
		uint64_t id;
		int32_t day; /* last seen */
	} places[HABIT_PLACES];
};

/* Of 0 there is none: not an address.  /24 of IPv4, /48 of IPv6. */
uint64_t habit_network(const char *source);
/* Of two letters. */
uint64_t habit_country(const char *country);

/* A login on this day in this hour; whether anything has changed by it. */
bool habit_used(struct habit *habit, int32_t day, unsigned hour);
/* A place on this day, id 0 is none; of too many the oldest goes.  Whether anything has changed. */
bool habit_seen(struct habit *habit, uint64_t id, int32_t day);
/* Whether the place was seen within so many days before. */
bool habit_knows(const struct habit *habit, uint64_t id, int32_t day, uint32_t days);
/* How many places were, other than `except`. */
uint32_t habit_places(const struct habit *habit, int32_t day, uint32_t days, uint64_t except);
/* Whether there were logins within `near` hours of that hour, around the clock. */
bool habit_usual(const struct habit *habit, unsigned hour, unsigned near);

WF_MUST_USE wf_status habit_encode(const struct habit *habit, struct wf_buf *encoded);
/* WF_CORRUPT, WF_VERSION. */
WF_MUST_USE wf_status habit_decode(const uint8_t *bytes, size_t len, struct habit *habit_r);

#endif
