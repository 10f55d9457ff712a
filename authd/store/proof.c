/*
 * The log as evidence: rows with what stands beside them for searches, the checkpoints that were
 * made of it, and the same of a file that no daemon has opened (a backup).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

#define HOUR_US (3600 * 1000000LL)
/* Schema versions. */
#define CHECKPOINTS_SINCE 5
#define MONTHS_SINCE 5

wf_status
effect_checkpoint(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_CHECKPOINT_INSERT);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	if (effect->line == NULL)
		return WF_INVALID;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->value2);
	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, effect->line);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

static wf_status
checkpoints_read(struct sql *q, struct store_checkpoint *checkpoints_r, size_t *n_r)
{
	size_t n = 0;
	wf_status status;

	while ((status = sql_next(q)) == WF_OK) {
		struct store_checkpoint *one = &checkpoints_r[n++];

		one->number = (uint64_t)sql_get_int(q);
		one->seq = (uint64_t)sql_get_int(q);
		sql_get_text(q, one->line, sizeof(one->line));
	}
	if (status != WF_NOT_FOUND)
		return status;
	*n_r = n;
	return sql_end(q);
}

wf_status
view_checkpoints(struct reader *r, struct store_view *view)
{
	struct sql q = sql_start(&r->conn,
		view->newest_first ? SQL_VIEW_CHECKPOINTS_DOWN : SQL_VIEW_CHECKPOINTS);

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	return checkpoints_read(&q, view->checkpoints, &view->n);
}

static int64_t
hour_of(int64_t time_us)
{
	return time_us / HOUR_US - (time_us % HOUR_US < 0 ? 1 : 0);
}

/* What the columns of one row say, in the order of the statement. */
struct columns {
	int64_t time_us, class, result;
	char user[sizeof(((struct audit_row *)NULL)->user)];
	char source[sizeof(((struct audit_row *)NULL)->source)];
	char event[sizeof(((struct audit_row *)NULL)->event)];
	bool spans, follows; /* a run of an hour begins with it; there is a row before it */
	int64_t span_hour, before_us;
};

static void
columns_read(struct sql *q, struct columns *columns_r)
{
	columns_r->time_us = sql_get_int(q);
	columns_r->class = sql_get_int(q);
	columns_r->result = sql_get_int(q);
	sql_get_text(q, columns_r->user, sizeof(columns_r->user));
	sql_get_text(q, columns_r->source, sizeof(columns_r->source));
	sql_get_text(q, columns_r->event, sizeof(columns_r->event));
	columns_r->spans = sql_get_int(q) != 0;
	columns_r->span_hour = sql_get_int(q);
	columns_r->follows = sql_get_int(q) != 0;
	columns_r->before_us = sql_get_int(q);
}

/* Where searches by time begin: at a row whose hour differs from that of the row before it. */
static bool
span_is_right(const struct columns *columns, uint64_t seq, const struct audit_row *row)
{
	if (columns->spans)
		return columns->span_hour == hour_of(row->time_us);
	return columns->follows ? hour_of(columns->before_us) == hour_of(row->time_us) : seq > 1;
}

static const char *
columns_differ(const struct columns *columns, uint64_t seq, const struct audit_row *row)
{
	const struct {
		const char *name;
		bool same;
	} all[] = {
		{"time", columns->time_us == row->time_us},
		{"class", columns->class == (int64_t)row->class},
		{"result", columns->result == (int64_t)row->result},
		{"user", strcmp(columns->user, row->user) == 0},
		{"source", strcmp(columns->source, row->source) == 0 ||
				   columns->source[0] == '\0'},
		{"event", strcmp(columns->event, row->event) == 0},
		{"hour", span_is_right(columns, seq, row)},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!all[i].same)
			return all[i].name;
	}
	return NULL;
}

static wf_status
proof_page(struct sql_conn *conn, uint64_t after, size_t limit,
	struct store_audit_entry *entries_r, size_t *n_r)
{
	struct sql q = sql_start(conn, SQL_VIEW_PROOF);
	struct columns columns;
	struct audit_row row;
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)after);
	sql_put_int(&q, (int64_t)limit);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_audit_entry *entry = &entries_r[n++];

		entry->seq = (uint64_t)sql_get_int(&q);
		sql_get_bytes(&q, entry->chain, sizeof(entry->chain));
		sql_get_blob(&q, entry->encoded, sizeof(entry->encoded), &entry->encoded_len);
		columns_read(&q, &columns);
		entry->differs = audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK
					 ? columns_differ(&columns, entry->seq, &row)
					 : NULL;
	}
	if (status != WF_NOT_FOUND)
		return status;
	*n_r = n;
	return sql_end(&q);
}

wf_status
view_proof(struct reader *r, struct store_view *view)
{
	struct meta meta;
	struct store_kept kept;
	uint64_t after = view->after;
	wf_status status = meta_load(&r->conn, &meta);

	if (status == WF_OK)
		status = kept_load(&r->conn, &kept);
	if (status != WF_OK)
		return status;
	if (after < kept.before.seq)
		after = kept.before.seq;
	view->head = meta.head;
	return proof_page(&r->conn, after, view->limit, view->audit, &view->n);
}

/* --- a file that no daemon has opened --- */

struct store_log {
	struct sql_conn conn;
	int64_t schema;
	uint64_t before; /* what has expired may not be gone yet */
};

void
store_log_close(struct store_log **log)
{
	if (log == NULL || *log == NULL)
		return;
	sql_close(&(*log)->conn);
	free(*log);
	*log = NULL;
}

static wf_status
log_begin(struct store_log *log)
{
	struct store_kept kept;
	wf_status status;

	if (log->schema < MONTHS_SINCE)
		return WF_OK;
	status = kept_load(&log->conn, &kept);
	if (status == WF_OK)
		log->before = kept.before.seq;
	return status;
}

static wf_status
log_identity(struct store_log *log, struct store_log_identity *identity_r)
{
	struct meta meta;
	int64_t application = 0;
	wf_status status = sql_pragma(&log->conn, "PRAGMA application_id", &application);

	if (status == WF_OK)
		status = sql_pragma(&log->conn, "PRAGMA user_version", &log->schema);
	if (status == WF_OK && application != SQL_APPLICATION_ID)
		status = WF_CORRUPT;
	if (status == WF_OK)
		status = meta_load(&log->conn, &meta);
	if (status != WF_OK)
		return status;
	memcpy(identity_r->id, meta.id, sizeof(identity_r->id));
	memcpy(identity_r->node, meta.node, sizeof(identity_r->node));
	identity_r->generation = (uint64_t)meta.generation;
	identity_r->head = meta.head;
	return WF_OK;
}

wf_status
store_log_open(const char *path, struct store_log **log_r, struct store_log_identity *identity_r,
	char *why_r, size_t size)
{
	struct store_log *log = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*log));
	wf_status status;

	if (log == NULL)
		return WF_NO_MEMORY;
	status = sql_open(&log->conn, path, SQL_READER);
	if (status == WF_OK)
		status = log_identity(log, identity_r);
	if (status == WF_OK)
		status = log_begin(log);
	if (status == WF_OK) {
		*log_r = log;
		return WF_OK;
	}
	(void)snprintf(why_r, size, _("The store %s cannot be read: %s"), path,
		log->conn.cause[0] != '\0' ? log->conn.cause : _(wf_status_text(status)));
	store_log_close(&log);
	return status;
}

wf_status
store_log_rows(struct store_log *log, uint64_t after, struct store_audit_entry *entries_r,
	size_t *n_r)
{
	if (after < log->before)
		after = log->before;
	return proof_page(&log->conn, after, VIEW_PAGE, entries_r, n_r);
}

wf_status
store_log_checkpoints(struct store_log *log, uint64_t after,
	struct store_checkpoint *checkpoints_r, size_t *n_r)
{
	struct sql q;

	if (log->schema < CHECKPOINTS_SINCE) {
		*n_r = 0;
		return WF_OK;
	}
	q = sql_start(&log->conn, SQL_VIEW_CHECKPOINTS);
	sql_put_int(&q, (int64_t)after);
	sql_put_int(&q, VIEW_PAGE);
	return checkpoints_read(&q, checkpoints_r, n_r);
}
