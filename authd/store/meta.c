/*
 * The one row that says what store this is and where it stands: identity, chain head, clocks.  It
 * is written by every commit that changes anything, so that head and lock clock are never older
 * than the data.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"
#include "common/random.h"

wf_status
meta_create(struct sql_conn *conn, const char *node, struct wf_now now, const char *boot_id)
{
	uint8_t id[32];
	struct audit_head head;
	struct sql q;
	wf_status status = wf_random_bytes(id, sizeof(id));

	if (status == WF_OK)
		status = audit_head_init(&head, node);
	if (status != WF_OK)
		return status;
	q = sql_start(conn, SQL_META_INSERT);
	sql_put_blob(&q, id, sizeof(id));
	sql_put_text(&q, node);
	sql_put_int(&q, now.wall_us);
	sql_put_blob(&q, head.chain, sizeof(head.chain));
	sql_put_int(&q, now.boot_us);
	sql_put_text(&q, boot_id);
	return sql_run(&q, NULL);
}

wf_status
meta_load(struct sql_conn *conn, struct meta *meta_r)
{
	struct meta meta = {.generation = 0};
	struct sql q = sql_start(conn, SQL_META_LOAD);
	wf_status status = sql_next(&q);

	if (status != WF_OK)
		return status;
	sql_get_bytes(&q, meta.id, sizeof(meta.id));
	sql_get_text(&q, meta.node, sizeof(meta.node));
	meta.generation = sql_get_int(&q);
	meta.head.seq = (uint64_t)sql_get_int(&q);
	sql_get_bytes(&q, meta.head.chain, sizeof(meta.head.chain));
	meta.saved.lock_ms = sql_get_int(&q);
	meta.saved.at.wall_us = sql_get_int(&q);
	meta.saved.at.boot_us = sql_get_int(&q);
	sql_get_text(&q, meta.saved.boot_id, sizeof(meta.saved.boot_id));
	meta.suspect = sql_get_int(&q) != 0;
	status = sql_end(&q);
	if (status == WF_OK)
		*meta_r = meta;
	return status;
}

wf_status
meta_save(struct sql_conn *conn, const struct audit_head *head, int64_t lock_ms, struct wf_now now,
	const char *boot_id, bool suspect)
{
	struct sql q = sql_start(conn, SQL_META_SAVE);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)head->seq);
	sql_put_blob(&q, head->chain, sizeof(head->chain));
	sql_put_int(&q, lock_ms);
	sql_put_int(&q, now.wall_us);
	sql_put_int(&q, now.boot_us);
	sql_put_text(&q, boot_id);
	sql_put_int(&q, suspect ? 1 : 0);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CORRUPT : status;
}

/* One integer of a statement without parameters; `none` when there is no row. */
static wf_status
meta_number(struct sql_conn *conn, enum sql_id id, int64_t none, int64_t *value_r)
{
	struct sql q = sql_start(conn, id);
	wf_status status = sql_next(&q);

	if (status == WF_NOT_FOUND) {
		*value_r = none;
		return WF_OK;
	}
	if (status != WF_OK)
		return status;
	*value_r = sql_get_int(&q);
	return sql_end(&q);
}

wf_status
work_load(struct sql_conn *conn, struct work *work_r)
{
	struct work work = {.unknown = 0};
	struct meta meta;
	wf_status status = meta_load(conn, &meta);

	if (status == WF_OK)
		status = meta_number(conn, SQL_THROTTLE_UNKNOWN_COUNT, 0, &work.unknown);
	if (status == WF_OK)
		status = meta_number(conn, SQL_SPAN_LAST, -1, &work.hour);
	if (status == WF_OK)
		status = meta_number(conn, SQL_ORDER_LAST, 0, &work.order);
	if (status == WF_OK)
		status = month_load(conn, &work);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_CORRUPT : status;
	work.head = meta.head;
	*work_r = work;
	return WF_OK;
}
