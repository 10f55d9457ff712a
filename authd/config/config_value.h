/*
 * Values as they are written in warifu.conf: numbers, durations, switches, names.  Pure; nothing
 * here knows options or files.  Every function leaves its output untouched unless it returns true.
 */
#ifndef WF_AUTHD_CONFIG_CONFIG_VALUE_H
#define WF_AUTHD_CONFIG_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits alone, no sign, no blanks; false above INT64_MAX. */
bool config_number(const char *text, int64_t *value_r);
/* A number of seconds, or one with a unit: 90s, 10m, 1h, 1d. */
bool config_duration(const char *text, int64_t *seconds_r);
/* A day such as 2026-01-31 that the calendar has, as days since 1970-01-01; from 1970 to 9999. */
bool config_day(const char *text, int64_t *day_r);
/* true, yes, on, false, no, off. */
bool config_switch(const char *text, bool *value_r);
/* 1 to 64 letters, digits, '.', '_', '-', not beginning with '-'. */
bool config_is_name(const char *text);
/*
 * A mail address as machines know it (RFC 5321, 4.1.2): a dot-string of ASCII, '@', a name of a
 * host; no quotes, no comment, no name beside it.
 */
bool config_is_address(const char *text);
/* Well-formed text of at most `max` bytes on one line, without control characters. */
bool config_is_text(const char *text, size_t max);
/*
 * A host and its port in two: auth.example.jp:7443, 192.0.2.1:7443, [2001:db8::1]:7443 (the
 * brackets stay outside).
 */
bool config_server(const char *text, char host_r[256], char port_r[6]);
/* An absolute path of at most `max` bytes, of which the same holds. */
bool config_is_path(const char *text, size_t max);
/*
 * How many letters must be changed, added or taken out to make `b` of `a`; 99 if either is over 32.
 */
unsigned config_distance(const char *a, const char *b);

#endif
