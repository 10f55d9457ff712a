/* Times as people type and read them. */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/when.h"

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_S}, {'w', 7 * DAY_S}};

static bool
unit_of(const char *text, int64_t *seconds_r)
{
	if (text[0] == '\0') {
		*seconds_r = 1;
		return true;
	}
	for (size_t i = 0; i < ENTRIES(units); i++) {
		if (units[i].letter == text[0] && text[1] == '\0') {
			*seconds_r = units[i].seconds;
			return true;
		}
	}
	return false;
}

wf_status
when_duration(const char *text, int64_t *us_r)
{
	int64_t value = 0;
	int64_t unit = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || !unit_of(text + digits, &unit))
		return WF_INVALID;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (text[i] - '0');
	if (value == 0 || value > 3660 * DAY_S / unit)
		return WF_INVALID;
	*us_r = value * unit * SECOND_US;
	return WF_OK;
}

/* `width` digits within bounds; moves on. */
static bool
take_number(const char **at, int width, int min, int max, int *value_r)
{
	int value = 0;

	for (int i = 0; i < width; i++) {
		if (!isdigit((unsigned char)(*at)[i]))
			return false;
		value = value * 10 + ((*at)[i] - '0');
	}
	if (value < min || value > max)
		return false;
	*at += width;
	*value_r = value;
	return true;
}

static bool
take_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

/* "", "Z" or "+09:00": whether it is local time, else the offset in seconds. */
static bool
take_offset(const char **at, bool *local_r, int *offset_r)
{
	int sign = **at == '-' ? -1 : 1;
	int hours;
	int minutes;

	*offset_r = 0;
	*local_r = **at == '\0';
	if (*local_r)
		return true;
	if (take_char(at, 'Z') || take_char(at, 'z'))
		return **at == '\0';
	if (!take_char(at, '+') && !take_char(at, '-'))
		return false;
	if (!take_number(at, 2, 0, 23, &hours) || !take_char(at, ':') ||
		!take_number(at, 2, 0, 59, &minutes))
		return false;
	*offset_r = sign * (hours * 3600 + minutes * 60);
	return **at == '\0';
}

/* ".123456" after the seconds. */
static bool
take_fraction(const char **at, int *us_r)
{
	int scale = 100000;

	*us_r = 0;
	if (!take_char(at, '.'))
		return true;
	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++) {
		*us_r += (**at - '0') * scale;
		scale /= 10;
	}
	return true;
}

static bool
take_clock(const char **at, struct tm *tm, int *us_r)
{
	*us_r = 0;
	if (!take_char(at, 'T') && !take_char(at, 't') && !take_char(at, ' '))
		return **at == '\0';
	if (!take_number(at, 2, 0, 23, &tm->tm_hour) || !take_char(at, ':') ||
		!take_number(at, 2, 0, 59, &tm->tm_min))
		return false;
	if (!take_char(at, ':'))
		return true;
	return take_number(at, 2, 0, 60, &tm->tm_sec) && take_fraction(at, us_r);
}

static bool
take_date(const char **at, struct tm *tm)
{
	if (!take_number(at, 4, 1970, 9999, &tm->tm_year) || !take_char(at, '-') ||
		!take_number(at, 2, 1, 12, &tm->tm_mon) || !take_char(at, '-') ||
		!take_number(at, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	tm->tm_isdst = -1;
	return true;
}

/* timegm turns 30 February into 2 March: such a date is none. */
static bool
is_date(const struct tm *typed)
{
	struct tm tm = {
		.tm_year = typed->tm_year, .tm_mon = typed->tm_mon, .tm_mday = typed->tm_mday};

	return timegm(&tm) != -1 && tm.tm_mon == typed->tm_mon && tm.tm_mday == typed->tm_mday;
}

/*
 * A leap second is the one after it, as in every clock that has none; a time that summer time
 * leaves out moves on.
 */
static wf_status
to_us(const struct tm *typed, bool local, int offset_s, int us, int64_t *us_r)
{
	struct tm tm = *typed;
	time_t seconds;

	if (!is_date(typed))
		return WF_INVALID;
	seconds = local ? mktime(&tm) : timegm(&tm);
	*us_r = ((int64_t)seconds - offset_s) * SECOND_US + us;
	return WF_OK;
}

/* What an end means that begins here. */
static int64_t
end_before(int64_t next_us, unsigned flags)
{
	return (flags & WHEN_DAY_NEXT) != 0 ? next_us : next_us - 1;
}

/* The end of the day that `tm` lies in. */
static int64_t
day_end(struct tm tm, unsigned flags)
{
	tm.tm_mday += 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return end_before((int64_t)mktime(&tm) * SECOND_US, flags);
}

/* "2026-10": its first microsecond, or its last. */
static wf_status
parse_month(const char *text, unsigned flags, int64_t *us_r)
{
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	if (!take_number(&text, 4, 1970, 9999, &tm.tm_year) || !take_char(&text, '-') ||
		!take_number(&text, 2, 1, 12, &tm.tm_mon) || *text != '\0')
		return WF_INVALID;
	tm.tm_year -= 1900;
	tm.tm_mon -= (flags & WHEN_DAY_END) == 0;
	tm.tm_mday = 1;
	tm.tm_isdst = -1;
	*us_r = (int64_t)mktime(&tm) * SECOND_US;
	if ((flags & WHEN_DAY_END) != 0)
		*us_r = end_before(*us_r, flags);
	return WF_OK;
}

static wf_status
parse_date(const char *text, unsigned flags, int64_t *us_r)
{
	bool whole_day = strlen(text) == strlen("2026-03-01") && (flags & WHEN_DAY_END) != 0;
	struct tm tm;
	bool local;
	int offset;
	int us;
	wf_status status;

	memset(&tm, 0, sizeof(tm));
	if (!take_date(&text, &tm) || !take_clock(&text, &tm, &us) ||
		!take_offset(&text, &local, &offset))
		return WF_INVALID;
	status = to_us(&tm, local, offset, us, us_r);
	if (status == WF_OK && whole_day)
		*us_r = day_end(tm, flags);
	return status;
}

static const struct {
	const char *word;
	int days;
} midnights[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};

static wf_status
parse_word(const char *text, int64_t now_us, unsigned flags, int64_t *us_r)
{
	time_t now = (time_t)(now_us / SECOND_US);
	struct tm tm;

	if (strcmp(text, "now") == 0) {
		*us_r = now_us;
		return WF_OK;
	}
	for (size_t i = 0; i < ENTRIES(midnights); i++) {
		if (strcmp(text, midnights[i].word) != 0)
			continue;
		if (localtime_r(&now, &tm) == NULL)
			return WF_INVALID;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_mday += midnights[i].days;
		tm.tm_isdst = -1;
		*us_r = (flags & WHEN_DAY_END) != 0 ? day_end(tm, flags)
						    : (int64_t)mktime(&tm) * SECOND_US;
		return WF_OK;
	}
	return WF_NOT_FOUND;
}

wf_status
when_parse(const char *text, int64_t now_us, unsigned flags, int64_t *us_r)
{
	int64_t span;
	wf_status status = parse_word(text, now_us, flags, us_r);

	if (status != WF_NOT_FOUND)
		return status;
	if (isdigit((unsigned char)text[0]) && !isdigit((unsigned char)text[strlen(text) - 1]) &&
		when_duration(text, &span) == WF_OK) {
		*us_r = (flags & WHEN_AHEAD) != 0 ? now_us + span : now_us - span;
		return WF_OK;
	}
	if (strlen(text) == strlen("2026-10"))
		return parse_month(text, flags, us_r);
	return parse_date(text, flags, us_r);
}

void
when_format(int64_t us, char text_r[32])
{
	time_t seconds = (time_t)(us / SECOND_US);
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
		strftime(text_r, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(text_r, 32, "%lld", (long long)seconds);
}
