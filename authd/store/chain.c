/*
 * Rows of the log into the database, each sealed into the chain before it.  The head moves in
 * `work` only, which the writer believes after the commit and puts back when a savepoint is rolled
 * back.
 */
#include "config.h"

#include <stdio.h>

#include "authd/store/internal.h"
#include "common/i18n.h"
#include "common/secret.h"

#define TAIL_ROWS 64
#define HOUR_US (3600 * 1000000LL)

/* Hours since 1970, rounded down also before it. */
static int64_t
chain_hour(int64_t time_us)
{
	int64_t hour = time_us / HOUR_US;

	return time_us % HOUR_US < 0 ? hour - 1 : hour;
}

static wf_status
chain_insert(struct writer *w, const struct audit_row *row, const struct audit_head *head,
	const struct wf_buf *encoded)
{
	char user[sizeof(row->user)];
	struct sql q = sql_start(&w->conn, SQL_AUDIT_INSERT);

	/* As in the encoding, so that what is shown is also what is found. */
	AUDIT_TEXT(user, row->user);
	sql_put_int(&q, (int64_t)head->seq);
	sql_put_int(&q, row->time_us);
	sql_put_int(&q, row->class);
	sql_put_int(&q, row->result);
	sql_put_text(&q, user);
	sql_put_text(&q, row->source);
	sql_put_text(&q, row->event);
	sql_put_blob(&q, head->chain, sizeof(head->chain));
	sql_put_blob(&q, encoded->data, encoded->len);
	return sql_run(&q, NULL);
}

static wf_status
chain_span(struct writer *w, uint64_t seq, int64_t hour)
{
	struct sql q;
	wf_status status;

	if (hour == w->work.hour)
		return WF_OK;
	q = sql_start(&w->conn, SQL_SPAN_INSERT);
	sql_put_int(&q, (int64_t)seq);
	sql_put_int(&q, hour);
	status = sql_run(&q, NULL);
	if (status == WF_OK)
		w->work.hour = hour;
	return status;
}

wf_status
chain_put(struct writer *w, const struct audit_row *row)
{
	struct wf_buf encoded;
	struct audit_head next = {.seq = 0};
	uint8_t row_hash[32];
	wf_status status;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	status = audit_row_encode(row, &encoded);
	if (status == WF_OK)
		status = audit_seal(&w->work.head, encoded.data, encoded.len, &next, row_hash);
	if (status == WF_OK)
		status = chain_insert(w, row, &next, &encoded);
	if (status == WF_OK)
		status = chain_span(w, next.seq, chain_hour(row->time_us));
	if (status == WF_CONFLICT) {
		(void)snprintf(w->conn.cause, sizeof(w->conn.cause),
			"store: row %llu of the log is there although the store did not write it",
			(unsigned long long)next.seq);
		status = WF_CORRUPT;
	}
	if (status == WF_OK)
		w->work.head = next;
	wf_buf_clear(&encoded);
	return status;
}

wf_status
chain_append(struct writer *w, const struct audit_row *row)
{
	wf_status status = month_turn(w);

	return status == WF_OK ? chain_put(w, row) : status;
}

void
chain_own_row(int64_t wall_us, const char *node, enum audit_class class, const char *event,
	struct audit_row *row_r)
{
	audit_row_init(row_r, class, event);
	row_r->result = AUDIT_SUCCESS;
	row_r->time_us = wall_us;
	row_r->first_us = wall_us;
	row_r->last_us = wall_us;
	AUDIT_TEXT(row_r->source, "local:daemon");
	AUDIT_TEXT(row_r->node, node);
}

/* Where the check begins: the row before the tail, or the one before the first that is kept. */
static wf_status
chain_anchor(struct sql_conn *conn, const struct meta *meta, struct audit_verifier *verifier_r)
{
	struct audit_verifier verifier = {.rows = 0};
	struct store_kept kept;
	struct sql q;
	wf_status status = kept_load(conn, &kept);

	if (status != WF_OK)
		return status;
	if (kept.before.seq + TAIL_ROWS >= meta->head.seq) {
		verifier.head = kept.before;
	} else {
		q = sql_start(conn, SQL_AUDIT_RANGE);
		sql_put_int(&q, (int64_t)(meta->head.seq - TAIL_ROWS));
		sql_put_int(&q, 1);
		status = sql_next(&q);
		if (status != WF_OK)
			return status;
		verifier.head.seq = (uint64_t)sql_get_int(&q);
		sql_get_bytes(&q, verifier.head.chain, sizeof(verifier.head.chain));
		status = sql_end(&q);
	}
	if (status == WF_OK)
		*verifier_r = verifier;
	return status;
}

static wf_status
chain_walk(struct sql_conn *conn, struct audit_verifier *verifier, char *why_r, size_t size)
{
	uint8_t encoded[AUDIT_ENCODED_MAX];
	uint8_t chain[32];
	struct sql q = sql_start(conn, SQL_AUDIT_RANGE);
	wf_status status;

	sql_put_int(&q, (int64_t)verifier->head.seq + 1);
	sql_put_int(&q, TAIL_ROWS + 1);
	while ((status = sql_next(&q)) == WF_OK) {
		uint64_t seq = (uint64_t)sql_get_int(&q);
		size_t len;

		sql_get_bytes(&q, chain, sizeof(chain));
		sql_get_blob(&q, encoded, sizeof(encoded), &len);
		status = audit_verify_row(verifier, seq, encoded, len, chain, why_r, size);
		if (status != WF_OK) {
			sql_stop(&q);
			return status;
		}
	}
	return status == WF_NOT_FOUND ? WF_OK : status;
}

wf_status
chain_check_tail(struct sql_conn *conn, const struct meta *meta, char *why_r, size_t size)
{
	struct audit_verifier verifier;
	wf_status status = chain_anchor(conn, meta, &verifier);

	if (status == WF_OK)
		status = chain_walk(conn, &verifier, why_r, size);
	if (status == WF_OK && verifier.head.seq == meta->head.seq &&
		wf_mem_equal(verifier.head.chain, meta->head.chain, sizeof(meta->head.chain)))
		return WF_OK;
	if (status == WF_OK || status == WF_NOT_FOUND) {
		(void)snprintf(why_r, size,
			_("The last rows of the log are not those that were written (row %llu is "
			  "the last "
			  "known). Look with: warifu log verify"),
			(unsigned long long)meta->head.seq);
		status = WF_CORRUPT;
	} else if (status != WF_CORRUPT) {
		(void)snprintf(why_r, size, _("The log cannot be read: %s"), conn->cause);
	}
	return status;
}
