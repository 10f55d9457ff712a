/*
 * What detection knows for long (habits) and what it found (incidents).  Both change in the commit
 * that moves detection's cursor, so each row of the log counts once.  What they mean is known to
 * authd/detect alone.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

#define DAY_US INT64_C(86400000000)
#define HABITS_US (396 * DAY_US) /* thirteen months: what comes once a year is still known */

wf_status
effect_habit(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const bool put = effect->blob_len > 0;
	struct sql q = sql_start(&w->conn, put ? SQL_HABIT_PUT : SQL_HABIT_DROP);

	(void)result;
	if (effect->old_len == 0 || effect->old_len >= sizeof(effect->old) ||
		effect->old[effect->old_len] != '\0')
		return WF_INVALID;
	sql_put_text(&q, (const char *)effect->old);
	if (put)
		sql_put_blob(&q, effect->blob, effect->blob_len);
	if (put)
		sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}

wf_status
effect_incident_open(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct incident *incident = effect->incident;
	struct sql q;

	(void)result;
	if (incident == NULL || effect->value < 0)
		return WF_INVALID;
	q = sql_start(&w->conn, SQL_INCIDENT_OPEN);
	sql_put_int(&q, (int64_t)w->work.head.seq + 1 + effect->value);
	sql_put_text(&q, incident->rule);
	sql_put_text(&q, incident->key);
	sql_put_int(&q, (int64_t)incident->level);
	sql_put_text(&q, incident->user);
	sql_put_text(&q, incident->source);
	sql_put_int(&q, (int64_t)incident->first_seq);
	sql_put_int(&q, (int64_t)incident->last_seq);
	sql_put_int(&q, incident->first_us);
	sql_put_int(&q, incident->last_us);
	sql_put_int(&q, (int64_t)incident->rows);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}

wf_status
effect_incident_grow(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct incident *incident = effect->incident;
	struct sql q;

	(void)result;
	if (incident == NULL)
		return WF_INVALID;
	q = sql_start(&w->conn, SQL_INCIDENT_GROW);
	sql_put_int(&q, incident->id);
	sql_put_int(&q, (int64_t)incident->level);
	sql_put_int(&q, (int64_t)incident->last_seq);
	sql_put_int(&q, incident->last_us);
	sql_put_int(&q, (int64_t)incident->rows);
	return sql_run(&q, NULL);
}

static wf_status
run_on_one(struct sql *q)
{
	int64_t changed = 0;
	wf_status status = sql_run(q, &changed);

	return status == WF_OK && changed != 1 ? WF_NOT_FOUND : status;
}

wf_status
effect_incident_close(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_INCIDENT_CLOSE);

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->value2);
	sql_put_text(&q, effect->text2);
	sql_put_int(&q, effect->value3);
	sql_put_int(&q, (int64_t)w->work.head.seq + 1);
	return run_on_one(&q);
}

/* Of one that is gone, or has risen meanwhile, nothing is noted. */
wf_status
effect_incident_told(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_INCIDENT_TOLD);
	int64_t changed;

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	return sql_run(&q, &changed);
}

wf_status
effect_incident_settled(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_INCIDENT_SETTLED);
	int64_t changed;

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, &changed);
}

/* --- what nobody needs any more --- */

static wf_status
forget(struct writer *w, enum sql_id id, int64_t before_us, uint64_t up_to, size_t *n_r)
{
	struct sql q = sql_start(&w->conn, id);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, before_us);
	sql_put_int(&q, STORE_EXPIRY_ROWS);
	if (id == SQL_INCIDENT_FORGET)
		sql_put_int(&q, (int64_t)up_to);
	status = sql_run(&q, &changed);
	*n_r += (size_t)changed;
	return status;
}

wf_status
incidents_forget(struct writer *w, int64_t keep_us, size_t *n_r)
{
	struct store_kept kept;
	wf_status status = kept_load(&w->conn, &kept);

	if (status == WF_OK)
		status = forget(w, SQL_INCIDENT_FORGET, w->date_us - keep_us, kept.before.seq, n_r);
	if (status == WF_OK)
		status = forget(w, SQL_HABIT_FORGET, w->date_us - HABITS_US, 0, n_r);
	return status;
}

/* --- views --- */

wf_status
view_habit(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_HABIT_GET);
	struct store_habit *habit = view->habit;
	wf_status status;

	if (view->subject == NULL)
		return WF_INVALID;
	sql_put_text(&q, view->subject);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	sql_get_blob(&q, habit->bytes, sizeof(habit->bytes), &habit->len);
	view->n = 1;
	return sql_end(&q);
}

static void
load_incident(struct sql *q, struct incident *incident_r)
{
	*incident_r = (struct incident){.id = sql_get_int(q)};
	sql_get_text(q, incident_r->rule, sizeof(incident_r->rule));
	sql_get_text(q, incident_r->key, sizeof(incident_r->key));
	incident_r->level = (unsigned)sql_get_int(q);
	sql_get_text(q, incident_r->user, sizeof(incident_r->user));
	sql_get_text(q, incident_r->source, sizeof(incident_r->source));
	incident_r->first_seq = (uint64_t)sql_get_int(q);
	incident_r->last_seq = (uint64_t)sql_get_int(q);
	incident_r->first_us = sql_get_int(q);
	incident_r->last_us = sql_get_int(q);
	incident_r->rows = (uint64_t)sql_get_int(q);
	incident_r->opened_us = sql_get_int(q);
	incident_r->told = (uint32_t)sql_get_int(q);
	incident_r->told_us = sql_get_int(q);
	incident_r->closed_us = sql_get_int(q);
	incident_r->closed_seq = (uint64_t)sql_get_int(q);
	sql_get_text(q, incident_r->closed_by, sizeof(incident_r->closed_by));
	incident_r->decided = (int)sql_get_int(q);
	sql_get_text(q, incident_r->reason, sizeof(incident_r->reason));
}

/* Along which index, and whether it begins with the worst. */
static const struct {
	enum sql_id id;
	bool worst;
} incident_paths[] = {
	[VIEW_INCIDENTS] = {SQL_VIEW_INCIDENTS, false},
	[VIEW_INCIDENTS_WORST] = {SQL_VIEW_INCIDENTS_WORST, true},
	[VIEW_INCIDENTS_OPEN] = {SQL_VIEW_INCIDENTS_OPEN, true},
};

static wf_status
read_incidents(struct sql *q, struct store_view *view)
{
	size_t n = 0;
	wf_status status;

	while ((status = sql_next(q)) == WF_OK)
		load_incident(q, &view->incidents[n++]);
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(q);
}

wf_status
view_incidents(struct reader *r, struct store_view *view)
{
	const bool worst = incident_paths[view->kind].worst;
	const bool from_top = worst && view->after == 0;
	struct sql q = sql_start(&r->conn, incident_paths[view->kind].id);

	sql_put_int(&q, from_top ? INT64_MAX : (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	sql_put_int(&q, view->since_us != 0 ? view->since_us : INT64_MIN);
	if (worst)
		sql_put_int(&q, from_top ? INT64_MAX : (int64_t)view->after_level);
	return read_incidents(&q, view);
}

/* What UNTOLD of sql_table.c asks for. */
static struct sql
start_untold(struct reader *r, enum sql_id id, const struct store_view *view)
{
	const struct store_untold *untold = &view->untold;
	struct sql q = sql_start(&r->conn, id);

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	for (size_t i = 0; i < INCIDENT_CLASSES; i++) {
		sql_put_int(&q, untold->least[i]);
		sql_put_int(&q, untold->bits[i]);
	}
	sql_put_int(&q, !untold->settled);
	sql_put_int(&q, view->after == 0 ? INT64_MAX : (int64_t)view->after_level);
	return q;
}

wf_status
view_incidents_untold(struct reader *r, struct store_view *view)
{
	struct sql q = start_untold(r, SQL_VIEW_INCIDENTS_UNTOLD, view);

	return read_incidents(&q, view);
}

wf_status
view_untold(struct reader *r, struct store_view *view)
{
	struct sql q = start_untold(r, SQL_VIEW_UNTOLD, view);
	wf_status status = sql_next(&q);

	if (status != WF_OK)
		return status;
	view->untold.count = (uint64_t)sql_get_int(&q);
	view->untold.since_us = sql_get_int(&q);
	return sql_end(&q);
}
