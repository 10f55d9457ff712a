/*
 * The outbox: what a front end has been ordered to do.  An order is added in the same commit as the
 * row of the act that wants it, and stays until somebody says what became of it, or until what it
 * is about is over: so neither a restart of the daemon nor one of the front end loses it.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

/* Is there such an open session, whether or not it has an order already? */
static wf_status
order_session_known(struct writer *w, int64_t id)
{
	struct sql q = sql_start(&w->conn, SQL_SESSION_KNOWN);
	wf_status status;

	sql_put_int(&q, id);
	status = sql_next(&q);
	return status == WF_OK ? sql_end(&q) : status;
}

wf_status
effect_disconnect(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	bool one = effect->value != 0;
	char user[WF_NAME_MAX + 1] = "";
	int64_t changed = 0;
	struct sql q;
	wf_status status;

	if (effect->blob_len > WF_NAME_MAX)
		return WF_INVALID;
	memcpy(user, effect->blob, effect->blob_len);
	q = sql_start(&w->conn, one ? SQL_ORDER_SESSION : SQL_ORDER_USER);
	sql_put_int(&q, w->now.wall_us);
	if (one)
		sql_put_int(&q, effect->value);
	else
		sql_put_text(&q, user);
	status = sql_run(&q, &changed);
	if (status != WF_OK)
		return status;
	if (changed == 0)
		return one ? order_session_known(w, effect->value) : WF_OK;
	w->work.order = sqlite3_last_insert_rowid(w->conn.db);
	result->norders += (size_t)changed;
	return WF_OK;
}

wf_status
effect_order_done(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_ORDER_DONE);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, effect->text);
	sql_put_int(&q, effect->value);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

wf_status
order_moot(struct writer *w)
{
	struct sql q = sql_start(&w->conn, SQL_ORDER_MOOT);

	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}
