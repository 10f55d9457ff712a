/*
 * Duties: when each was last done, and by whom.  The log has a row of each time; this outlives the
 * rows, since some come round more seldom than rows must be kept.  Reminders: when somebody was
 * last told of what goes on and on, such as a duty that is overdue.
 */
#include "config.h"

#include "authd/store/internal.h"

/* What was done before it was last done changes nothing, unless that is still to come. */
wf_status
effect_duty(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_DUTY_DONE);

	(void)result;
	if (effect->text[0] == '\0')
		return WF_INVALID;
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->value);
	sql_put_text(&q, effect->text2);
	sql_put_int(&q, w->date_us);
	return sql_run(&q, NULL);
}

wf_status
effect_reminder(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_REMINDER);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

wf_status
view_duties(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_VIEW_DUTIES);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_duty *one = &view->duties[n++];

		*one = (struct store_duty){.id = sql_get_int(&q)};
		sql_get_text(&q, one->name, sizeof(one->name));
		one->done_us = sql_get_int(&q);
		sql_get_text(&q, one->done_by, sizeof(one->done_by));
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}
