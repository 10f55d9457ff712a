/*
 * Cursors: how far each reader of the log has come.  A cursor moves only from where its reader
 * believes it to be, so that what a reader makes of some rows, together with its cursor behind
 * them, is in the database once or not at all.
 */
#include "config.h"

#include "authd/store/internal.h"

wf_status
effect_cursor(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_CURSOR_MOVE);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	if (effect->text[0] == '\0' || effect->value < 0 || effect->value2 < effect->value)
		return WF_INVALID;
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, effect->text2);
	sql_put_int(&q, effect->value3 > effect->value2 ? effect->value3 : effect->value2);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

wf_status
view_cursors(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn, SQL_VIEW_CURSORS);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	sql_put_text(&q, view->user);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_cursor *one = &view->cursors[n++];

		*one = (struct store_cursor){.id = sql_get_int(&q)};
		sql_get_text(&q, one->name, sizeof(one->name));
		one->seq = (uint64_t)sql_get_int(&q);
		one->ahead = (uint64_t)sql_get_int(&q);
		one->moved_us = sql_get_int(&q);
		sql_get_text(&q, one->why, sizeof(one->why));
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}
