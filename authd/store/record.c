/*
 * RECORD: the records of accounting.  A session is found by service (the client), NAS and
 * Acct-Session-Id; of several with the same ones the last is meant, since a NAS that was started
 * anew may begin its numbers again.
 *
 * Records come late, twice and out of order, so what was stored is remembered by its key for a day
 * (B4), and a session that its STOP has closed is not opened again by the START that was on the
 * way.  A START that nobody saw is made up for by the first INTERIM.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

#define LATE_START_US (10 * 60 * 1000000LL)
#define US_PER_S 1000000LL

/* The last session by these names. */
struct accounted {
	int64_t id; /* 0: there is none */
	char user[WF_NAME_MAX + 1];
	uint8_t txn[WF_TXN_LEN];
	bool has_txn;
	int64_t closed_us;
	bool started;
};

static wf_status
record_remember(struct writer *w, struct store_record *record)
{
	struct sql q = sql_start(&w->conn, SQL_RECORD_PUT);
	int64_t changed = 0;
	wf_status status;

	sql_put_blob(&q, record->key, sizeof(record->key));
	sql_put_int(&q, w->lock_ms);
	status = sql_run(&q, &changed);
	record->known = status == WF_OK && changed == 0;
	return status;
}

static wf_status
record_find(struct writer *w, const struct store_record *record, struct accounted *found_r)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNTING_FIND);
	size_t txn_len;
	wf_status status;

	*found_r = (struct accounted){.id = 0};
	sql_put_text(&q, record->service);
	sql_put_text(&q, record->nas);
	sql_put_text(&q, record->acct_session);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	found_r->id = sql_get_int(&q);
	sql_get_text(&q, found_r->user, sizeof(found_r->user));
	sql_get_blob(&q, found_r->txn, sizeof(found_r->txn), &txn_len);
	found_r->has_txn = txn_len == sizeof(found_r->txn);
	found_r->closed_us = sql_get_int(&q);
	found_r->started = sql_get_int(&q) != 0;
	return sql_end(&q);
}

/* Number of a session as SQLite keeps it: signed. */
static int64_t
record_octets(uint64_t octets)
{
	return octets > INT64_MAX ? INT64_MAX : (int64_t)octets;
}

static wf_status
record_insert(struct writer *w, struct store_record *record, bool closed)
{
	bool started = record->event == ACCOUNTING_START;
	struct sql q = sql_start(&w->conn, SQL_ACCOUNTING_INSERT);

	if (record->has_txn)
		sql_put_blob(&q, record->txn, WF_TXN_LEN);
	else
		sql_put_null(&q);
	sql_put_text(&q, record->user);
	sql_put_text(&q, record->service);
	sql_put_text(&q, record->source.text);
	sql_put_int(&q, record->source.remote ? 1 : 0);
	sql_put_int(&q, record->zone);
	sql_put_int(&q, w->now.wall_us - (started ? 0 : record->seconds * US_PER_S));
	sql_put_int(&q, closed ? w->now.wall_us : 0);
	sql_put_text(&q, record->nas);
	sql_put_text(&q, record->acct_session);
	sql_put_text(&q, record->framed);
	sql_put_int(&q, record_octets(record->octets_in));
	sql_put_int(&q, record_octets(record->octets_out));
	sql_put_int(&q, record->seconds);
	sql_put_int(&q, record->cause);
	sql_put_int(&q, started ? 1 : 0);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}

static wf_status
record_update(struct writer *w, struct store_record *record, int64_t id, bool closed)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNTING_UPDATE);

	sql_put_text(&q, record->framed);
	sql_put_int(&q, record_octets(record->octets_in));
	sql_put_int(&q, record_octets(record->octets_out));
	sql_put_int(&q, record->seconds);
	sql_put_int(&q, record->cause);
	sql_put_int(&q, record->event == ACCOUNTING_START ? 1 : 0);
	sql_put_int(&q, closed ? w->now.wall_us : 0);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, id);
	record->closed = closed ? 1 : 0;
	return sql_run(&q, NULL);
}

static wf_status
record_started(struct writer *w, int64_t id)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNTING_STARTED);

	sql_put_int(&q, id);
	return sql_run(&q, NULL);
}

/* The NAS uses the number again, for somebody else or for another login of the same user. */
static bool
record_of_another(const struct store_record *record, const struct accounted *found)
{
	if (strcmp(record->user, found->user) != 0)
		return true;
	return record->has_txn && found->has_txn &&
	       !wf_mem_equal(record->txn, found->txn, WF_TXN_LEN);
}

/* Closes a session of which no STOP came, and opens the new one. */
static wf_status
record_replace(struct writer *w, struct store_record *record, const struct accounted *found)
{
	struct store_record gone = {.event = ACCOUNTING_STOP};
	wf_status status = record_update(w, &gone, found->id, true);

	if (status != WF_OK)
		return status;
	record->closed = 1;
	return record_insert(w, record, false);
}

static wf_status
record_start(struct writer *w, struct store_record *record)
{
	struct accounted found;
	wf_status status = record_find(w, record, &found);

	if (status != WF_OK)
		return status;
	if (found.id != 0 && found.closed_us == 0)
		return record_of_another(record, &found)
			       ? record_replace(w, record, &found)
			       : record_update(w, record, found.id, false);
	if (found.id != 0 && !found.started && w->now.wall_us - found.closed_us < LATE_START_US)
		return record_started(w, found.id);
	return record_insert(w, record, false);
}

static wf_status
record_stop(struct writer *w, struct store_record *record)
{
	struct accounted found;
	wf_status status = record_find(w, record, &found);

	if (status != WF_OK)
		return status;
	if (found.id == 0)
		return record_insert(w, record, true);
	return found.closed_us == 0 ? record_update(w, record, found.id, true) : WF_OK;
}

/* One that is closed stays so: a record that was on the way opens nothing. */
static wf_status
record_interim(struct writer *w, struct store_record *record)
{
	struct accounted found;
	wf_status status = record_find(w, record, &found);

	if (status != WF_OK)
		return status;
	if (found.id == 0)
		return record_insert(w, record, false);
	return found.closed_us == 0 ? record_update(w, record, found.id, false) : WF_OK;
}

/* The NAS was started or is being stopped: none of its sessions lives on. */
static wf_status
record_nas(struct writer *w, struct store_record *record)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNTING_CLOSE_NAS);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, record->service);
	sql_put_text(&q, record->nas);
	status = sql_run(&q, &changed);
	record->closed = (size_t)changed;
	return status;
}

static const struct {
	wf_status (*run)(struct writer *, struct store_record *);
	bool session; /* it is about one session, which has a number */
	bool row;
} record_table[] = {
	[ACCOUNTING_START] = {record_start, true, true},
	[ACCOUNTING_STOP] = {record_stop, true, true},
	[ACCOUNTING_INTERIM] = {record_interim, true, false},
	[ACCOUNTING_ON] = {record_nas, false, true},
	[ACCOUNTING_OFF] = {record_nas, false, true},
};

static bool
record_valid(const struct store_record *record)
{
	size_t event = (size_t)record->event;

	if (event >= sizeof(record_table) / sizeof(record_table[0]) ||
		record_table[event].run == NULL)
		return false;
	return record_table[event].session == (record->acct_session[0] != '\0');
}

static wf_status
record_apply(struct writer *w, struct store_record *record)
{
	size_t event = (size_t)record->event;
	wf_status status = record_table[event].run(w, record);

	if (status == WF_OK && record->closed > 0)
		status = order_moot(w);
	if (status == WF_OK && record_table[event].row)
		status = chain_append(w, &record->row);
	return status;
}

wf_status
job_record(struct writer *w, struct store_job *job)
{
	struct store_record *record = &job->u.record;
	wf_status status;

	record->known = false;
	record->closed = 0;
	if (!record_valid(record))
		return WF_INVALID;
	/* The NAS keeps what is not answered and sends it again (B2). */
	status = check_space(w);
	if (status == WF_OK)
		status = record_remember(w, record);
	if (status == WF_OK && !record->known)
		status = record_apply(w, record);
	record->seq = w->work.head.seq;
	return status;
}
