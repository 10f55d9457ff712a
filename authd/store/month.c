/*
 * The months of the log: runs of rows, by the date at which rows were written.  A new one begins
 * with the row that seals the one before.  Where the date steps back over the beginning of a month
 * the later month goes on, unless it was more than a month out (a wrong date that was believed for
 * a while): so a clock that is set around midnight tears nothing apart.
 *
 * What was there before months were counted belongs to the first one that is.
 */
#include "config.h"

#include <time.h>

#include "authd/store/internal.h"

#define US_PER_S 1000000LL
#define YEAR_9999 253370764800LL

static int64_t
date_of(int year, int month)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month, .tm_mday = 1, .tm_isdst = -1};

	return (int64_t)mktime(&tm) * US_PER_S;
}

int
store_month_of(int64_t date_us)
{
	time_t seconds = (time_t)(date_us / US_PER_S);
	struct tm tm = {.tm_year = 70};

	seconds = seconds < 0 ? 0 : seconds > YEAR_9999 ? YEAR_9999 : seconds;
	(void)localtime_r(&seconds, &tm);
	return (tm.tm_year + 1900) * 100 + tm.tm_mon + 1;
}

void
store_month_span(int month, int64_t *from_us_r, int64_t *until_us_r)
{
	*from_us_r = date_of(month / 100, month % 100 - 1);
	*until_us_r = date_of(month / 100, month % 100);
}

static struct work_month
month_at(int64_t date_us)
{
	struct work_month month = {.number = store_month_of(date_us)};

	store_month_span(month.number, &month.from_us, &month.until_us);
	return month;
}

/* Months from `a` to `b`. */
static int
month_distance(int a, int b)
{
	return (b / 100 - a / 100) * 12 + b % 100 - a % 100;
}

static wf_status
month_open(struct writer *w, uint64_t first_seq, struct work_month *now)
{
	struct sql q = sql_start(&w->conn, SQL_MONTH_OPEN);
	wf_status status;

	now->first_seq = (int64_t)first_seq;
	sql_put_int(&q, now->first_seq);
	sql_put_int(&q, now->number);
	status = sql_run(&q, NULL);
	if (status == WF_OK)
		w->work.month = *now;
	return status;
}

static void
month_get(struct sql *q, struct store_month *month_r)
{
	struct audit_run *run = &month_r->run;
	size_t len;

	run->first_seq = (uint64_t)sql_get_int(q);
	run->last_seq = (uint64_t)sql_get_int(q);
	run->month = (int)sql_get_int(q);
	run->first_us = sql_get_int(q);
	run->last_us = sql_get_int(q);
	sql_get_blob(q, run->chain, sizeof(run->chain), &len);
	month_r->closed_us = sql_get_int(q);
	month_r->closed_ms = sql_get_int(q);
	month_r->tombstone = (uint64_t)sql_get_int(q);
	month_r->expired_us = sql_get_int(q);
	month_r->removed = sql_get_int(q) != 0;
}

wf_status
month_find(struct sql *q, struct store_month *month_r)
{
	struct store_month month = {.tombstone = 0};
	wf_status status = sql_next(q);

	if (status != WF_OK)
		return status;
	month_get(q, &month);
	status = sql_end(q);
	if (status == WF_OK)
		*month_r = month;
	return status;
}

/* Closes the open month with the rows that it has. */
static wf_status
month_close(struct writer *w)
{
	struct sql q = sql_start(&w->conn, SQL_MONTH_SEAL);

	sql_put_int(&q, w->work.month.first_seq);
	sql_put_int(&q, (int64_t)w->work.head.seq);
	sql_put_blob(&q, w->work.head.chain, sizeof(w->work.head.chain));
	sql_put_int(&q, w->date_us);
	sql_put_int(&q, w->lock_ms);
	return sql_run(&q, NULL);
}

/* Puts the row that says what the month's rows were in front of the new month's. */
static wf_status
month_seal(struct writer *w, struct work_month *now)
{
	struct store_month month;
	struct audit_row row;
	struct sql q;
	wf_status status = month_close(w);

	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_MONTH_GET);
	sql_put_int(&q, w->work.month.first_seq);
	status = month_find(&q, &month);
	if (status == WF_OK)
		status = month_open(w, w->work.head.seq + 1, now);
	if (status != WF_OK)
		return status;
	chain_own_row(w->now.wall_us, w->store->node, AUDIT_SYSTEM, AUDIT_EVENT_MONTH, &row);
	audit_run_put(&month.run, &row);
	return chain_put(w, &row);
}

wf_status
month_turn(struct writer *w)
{
	const struct work_month *open = &w->work.month;
	struct work_month now;
	int distance;

	if (w->date_us >= open->from_us && w->date_us < open->until_us)
		return WF_OK;
	now = month_at(w->date_us);
	if (open->first_seq == 0)
		return month_open(w, w->work.kept_after + 1, &now);
	distance = month_distance(open->number, now.number);
	if (distance > 0 || distance < -1)
		return month_seal(w, &now);
	if (distance == 0) {
		now.first_seq = open->first_seq;
		w->work.month = now;
	}
	return WF_OK;
}

wf_status
month_load(struct sql_conn *conn, struct work *work)
{
	struct work_month open = {.first_seq = 0};
	struct store_kept kept;
	struct sql q = sql_start(conn, SQL_MONTH_LAST);
	wf_status status = sql_next(&q);

	if (status == WF_OK) {
		open.first_seq = sql_get_int(&q);
		open.number = (int)sql_get_int(&q);
		status = sql_end(&q);
	} else if (status == WF_NOT_FOUND) {
		status = WF_OK;
	}
	if (status == WF_OK)
		status = kept_load(conn, &kept);
	if (status != WF_OK)
		return status;
	work->month = open;
	work->kept_after = kept.before.seq;
	return WF_OK;
}

wf_status
view_months(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_VIEW_MONTHS);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	while ((status = sql_next(&q)) == WF_OK)
		month_get(&q, &view->months[n++]);
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}
