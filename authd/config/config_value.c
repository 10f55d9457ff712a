/*
 * Values as they are written in warifu.conf.  Strict on purpose: what strtol() would take with a
 * shrug (blanks, signs, octal, rubbish behind) is refused.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_value.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

#define NAME_MAX_BYTES 64
#define LOCAL_PART_MAX 64 /* RFC 5321, 4.5.3.1 */
#define ADDRESS_MAX 254
#define WORD_MAX 32

/* The digits at the start of `text`; returns how many, 0 if there are none or too many. */
static size_t
digits(const char *text, int64_t *value_r)
{
	int64_t value = 0;
	size_t n = strspn(text, "0123456789");

	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, text[i] - '0', &value))
			return 0;
	*value_r = value;
	return n;
}

bool
config_number(const char *text, int64_t *value_r)
{
	int64_t value;
	size_t n = digits(text, &value);

	if (n == 0 || text[n] != '\0')
		return false;
	*value_r = value;
	return true;
}

bool
config_duration(const char *text, int64_t *seconds_r)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	int64_t value;
	size_t n = digits(text, &value);

	for (size_t i = 0; n > 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + n, units[i].unit) != 0)
			continue;
		if (__builtin_mul_overflow(value, units[i].seconds, &value))
			return false;
		*seconds_r = value;
		return true;
	}
	return false;
}

/*
 * Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March, so that February
 * ends them.
 */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Two digits or four. */
static int64_t
digits_of(const char *text, size_t n)
{
	int64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = 10 * value + (text[i] - '0');
	return value;
}

bool
config_day(const char *text, int64_t *day_r)
{
	static const char form[] = "0000-00-00";
	int64_t year, month, day, last;

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			return false;
	year = digits_of(text, 4);
	month = digits_of(text + 5, 2);
	day = digits_of(text + 8, 2);
	if (year < 1970 || month < 1 || month > 12)
		return false;
	last = days_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
	       days_of(year, month, 1);
	if (day < 1 || day > last)
		return false;
	*day_r = days_of(year, month, day);
	return true;
}

bool
config_switch(const char *text, bool *value_r)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = {{"true", true}, {"yes", true}, {"on", true}, {"false", false}, {"no", false},
		{"off", false}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i].text) != 0)
			continue;
		*value_r = words[i].value;
		return true;
	}
	return false;
}

bool
config_is_name(const char *text)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(text);

	return len > 0 && len <= NAME_MAX_BYTES && text[0] != '-' && strspn(text, allowed) == len;
}

/* Parts of `allowed` characters with single dots between; up to `len`. */
static bool
is_dotted(const char *text, size_t len, const char *allowed)
{
	bool dot = true; /* none may stand here */

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' ? dot : strchr(allowed, text[i]) == NULL)
			return false;
		dot = text[i] == '.';
	}
	return !dot;
}

bool
config_is_address(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-!#$%&'*+/=?^_`{|}~";
	static const char host[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const char *at = strchr(text, '@');

	return at != NULL && at - text <= LOCAL_PART_MAX && strlen(text) <= ADDRESS_MAX &&
	       is_dotted(text, (size_t)(at - text), letters) &&
	       is_dotted(at + 1, strlen(at + 1), host);
}

bool
config_is_text(const char *text, size_t max)
{
	size_t len = strlen(text);

	return len <= max && wf_utf8_valid(text, len, false);
}

bool
config_is_path(const char *text, size_t max)
{
	return text[0] == '/' && config_is_text(text, max);
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein, one row at a time. */
unsigned
config_distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t la = strlen(a);
	size_t lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return 99;
	for (unsigned j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[lb];
}

/* A host's name or address, in brackets if it has colons. */
static bool
is_host(const char *text, size_t len)
{
	static const char name[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	static const char address[] = "0123456789abcdefABCDEF:.";

	if (len > 2 && text[0] == '[' && text[len - 1] == ']')
		return strspn(text + 1, address) == len - 2;
	return len > 0 && text[0] != '-' && strspn(text, name) == len;
}

bool
config_server(const char *text, char host_r[256], char port_r[6])
{
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	bool brackets = text[0] == '[';
	int64_t port;

	if (len >= 256 || !is_host(text, len) || !config_number(colon + 1, &port) || port < 1 ||
		port > 65535)
		return false;
	(void)snprintf(host_r, 256, "%.*s", (int)(brackets ? len - 2 : len), text + brackets);
	(void)snprintf(port_r, 6, "%u", (unsigned)port & 0xffffU);
	return true;
}
