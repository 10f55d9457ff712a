/* A log for tests of detection. */
#include "config.h"

#include "tests/unit/detect/log.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_default(const char *user)
{
	return strcmp(user, "admin") == 0;
}

/* 198.51.100.0/24 is abroad. */
static void
country(void *ctx, const char *source, char country_r[3])
{
	(void)ctx;
	(void)snprintf(country_r, 3, "%s", strncmp(source, "198.51.100.", 11) == 0 ? "US" : "JP");
}

static void
tell(void *ctx, const struct detect_incident *incident, enum detect_news news)
{
	struct log *log = ctx;
	struct log_found *found = &log->found[log->nfound++];

	ck_assert_uint_lt(log->nfound, LOG_FOUND_MAX);
	*found = (struct log_found){.rule = incident->rule,
		.news = news,
		.level = incident->level,
		.rows = incident->rows,
		.first_seq = incident->first_seq,
		.last_seq = incident->last_seq};
	(void)snprintf(found->key, sizeof(found->key), "%s", incident->key);
}

static void
start(struct log *log)
{
	const struct detect_options options = {.settings = &log->settings,
		.is_default = is_default,
		.country = country,
		.tell = tell,
		.ctx = log};

	log->detect = detect_new(&options);
	ck_assert_ptr_nonnull(log->detect);
}

struct log *
log_new(void)
{
	struct log *log = calloc(1, sizeof(*log));

	ck_assert_ptr_nonnull(log);
	detect_settings_init(&log->settings);
	start(log);
	return log;
}

void
log_restart(struct log *log)
{
	detect_free(&log->detect);
	start(log);
}

void
log_free(struct log **log)
{
	detect_free(&(*log)->detect);
	free(*log);
	*log = NULL;
}

static struct log_habit *
habit_of(struct log *log, const char *subject)
{
	for (size_t i = 0; i < log->nhabits; i++)
		if (strcmp(log->habits[i].subject, subject) == 0)
			return &log->habits[i];
	ck_assert_uint_lt(log->nhabits, LOG_HABITS_MAX);
	(void)snprintf(log->habits[log->nhabits].subject, TABLE_KEY_SIZE, "%s", subject);
	return &log->habits[log->nhabits++];
}

static void
give(struct log *log, const struct audit_row *row)
{
	char subjects[DETECT_NEEDS][TABLE_KEY_SIZE];
	size_t n = detect_needs(log->detect, row, subjects);

	for (size_t i = 0; i < n; i++) {
		const struct log_habit *habit = habit_of(log, subjects[i]);

		detect_give(log->detect, subjects[i], habit->bytes, habit->len);
	}
}

static void
keep(struct log *log)
{
	const struct habit *habit;
	const char *subject;
	size_t at = 0;

	while ((subject = detect_changed(log->detect, &at, &habit)) != NULL) {
		struct log_habit *mine = habit_of(log, subject);
		struct wf_buf encoded;

		wf_buf_init(&encoded, sizeof(mine->bytes));
		if (habit != NULL)
			ck_assert_int_eq(habit_encode(habit, &encoded), WF_OK);
		mine->len = encoded.len;
		if (encoded.len > 0)
			memcpy(mine->bytes, encoded.data, encoded.len);
		wf_buf_clear(&encoded);
		log->nwrites++;
	}
	detect_kept(log->detect);
}

static void
feed(struct log *log, const struct audit_row *row)
{
	give(log, row);
	detect_feed(log->detect, ++log->seq, row, DETECT_JUDGE);
	if (log->seq % 64 == 0)
		keep(log);
}

static void
begin(struct audit_row *row_r, int64_t time_us, enum audit_class class, const char *event)
{
	audit_row_init(row_r, class, event);
	row_r->time_us = time_us;
	row_r->first_us = time_us;
	row_r->last_us = time_us;
	row_r->offset_min = TOKYO;
}

static void
put_success(struct audit_row *row, const char *reason)
{
	bool one = strcmp(reason, "ok-one") == 0;

	row->result = AUDIT_SUCCESS;
	AUDIT_TEXT(row->reason, "ok");
	AUDIT_TEXT(row->factors, one ? "password" : "password+totp");
	AUDIT_TEXT(row->kinds, one ? "knowledge" : "knowledge+possession");
}

void
log_logins(struct log *log, int64_t time_us, const char *user, const char *source,
	const char *reason, uint32_t count)
{
	struct audit_row row;

	begin(&row, time_us, AUDIT_AUTH, "login");
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.source, source);
	AUDIT_TEXT(row.reason, reason);
	AUDIT_TEXT(row.detail, strncmp(source, "10.", 3) == 0 ? "zone internal" : "zone internet");
	row.count = count;
	row.result = AUDIT_FAILURE;
	if (strcmp(reason, "wrong-code") == 0)
		AUDIT_TEXT(row.kinds, "knowledge");
	if (strncmp(reason, "ok", 2) == 0)
		put_success(&row, reason);
	feed(log, &row);
}

void
log_login(struct log *log, int64_t time_us, const char *user, const char *source,
	const char *reason)
{
	log_logins(log, time_us, user, source, reason, 1);
}

void
log_row(struct log *log, int64_t time_us, enum audit_class class, const char *event,
	enum audit_result result, const char *user)
{
	struct audit_row row;

	begin(&row, time_us, class, event);
	row.result = result;
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.source, "local:0");
	AUDIT_TEXT(row.operator_name, "helpdesk");
	feed(log, &row);
}

void
log_act(struct log *log, int64_t time_us, const char *event, const char *user)
{
	log_row(log, time_us, AUDIT_ADMIN, event, AUDIT_SUCCESS, user);
}

size_t
log_count(const struct log *log, enum detect_rule rule)
{
	size_t n = 0;

	for (size_t i = 0; i < log->nfound; i++)
		n += log->found[i].rule == rule && log->found[i].news == DETECT_OPENED;
	return n;
}

const struct log_found *
log_last(const struct log *log, enum detect_rule rule)
{
	const struct log_found *last = NULL;

	for (size_t i = 0; i < log->nfound; i++)
		if (log->found[i].rule == rule)
			last = &log->found[i];
	return last;
}
