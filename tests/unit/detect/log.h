/*
 * A log for tests of detection: rows by short words, fed at once, and what was found.  Habits are
 * kept the way that the daemon does: given when they are needed, taken when they have changed.
 */
#ifndef WF_TESTS_UNIT_DETECT_LOG_H
#define WF_TESTS_UNIT_DETECT_LOG_H

#include "authd/detect/detect.h"
#include "tests/company/company.h"

#define LOG_FOUND_MAX 4096
#define LOG_HABITS_MAX 8192

struct log {
	struct detect_settings settings;
	struct detect *detect;
	uint64_t seq;
	size_t nfound;
	struct log_found {
		enum detect_rule rule;
		enum detect_news news;
		unsigned level;
		char key[DETECT_KEY_SIZE];
		uint32_t rows;
		uint64_t first_seq, last_seq;
	} found[LOG_FOUND_MAX];
	size_t nhabits, nwrites;
	struct log_habit {
		char subject[TABLE_KEY_SIZE];
		size_t len;
		uint8_t bytes[HABIT_ENCODED_MAX];
	} habits[LOG_HABITS_MAX];
};

/* On the heap: it is large. */
struct log *log_new(void);
void log_free(struct log **log);
/* As after a restart: nothing is remembered but habits. */
void log_restart(struct log *log);

/* A login: reason "ok" is a success with password and code, "ok-one" with the password alone. */
void log_login(struct log *log, int64_t time_us, const char *user, const char *source,
	const char *reason);
/* Gathered: so many in one row. */
void log_logins(struct log *log, int64_t time_us, const char *user, const char *source,
	const char *reason, uint32_t count);
/* An act of the helpdesk on an account. */
void log_act(struct log *log, int64_t time_us, const char *event, const char *user);
void log_row(struct log *log, int64_t time_us, enum audit_class class, const char *event,
	enum audit_result result, const char *user);

/* How many incidents of a rule opened. */
size_t log_count(const struct log *log, enum detect_rule rule);
/* The last one told of it; NULL. */
const struct log_found *log_last(const struct log *log, enum detect_rule rule);

#endif
