/*
 * VIEW: pages for people.  One function a kind, in a table.  A page of the log goes along one
 * index; a span of time is first made a span of row numbers (audit_span), so that a month in 15
 * million rows is found without walking the rest.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

#define HOUR_US (3600 * 1000000LL)

static struct sql
view_start(struct reader *r, const struct store_view *view, enum sql_id all, enum sql_id some,
	bool filter)
{
	struct sql q = sql_start(&r->conn, filter ? some : all);

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	return q;
}

static wf_status
view_accounts(struct reader *r, struct store_view *view)
{
	const char *person = view->user[0] == '\0' ? view->person : "";
	bool filter = view->user[0] != '\0' || person[0] != '\0';
	struct sql q = view_start(r, view, SQL_VIEW_ACCOUNTS,
		person[0] != '\0' ? SQL_VIEW_PERSON : SQL_VIEW_ACCOUNT, filter);
	size_t n = 0;
	wf_status status;

	if (filter)
		sql_put_text(&q, person[0] != '\0' ? person : view->user);
	while ((status = sql_next(&q)) == WF_OK)
		load_account(&q, &view->accounts[n++]);
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}

static wf_status
view_credentials(struct reader *r, struct store_view *view)
{
	bool filter = view->account_id != 0;
	struct sql q =
		view_start(r, view, SQL_VIEW_CREDENTIALS, SQL_VIEW_CREDENTIALS_OF, filter);
	size_t n = 0;
	wf_status status;

	if (filter)
		sql_put_int(&q, view->account_id);
	while ((status = sql_next(&q)) == WF_OK)
		load_credential(&q, &view->credentials[n++]);
	if (status != WF_NOT_FOUND)
		return status;
	status = sql_end(&q);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = load_codes(&r->conn, &view->credentials[i]);
	view->n = n;
	return status;
}

/* The columns that only sessions known from accounting fill. */
static void
view_accounting(struct sql *q, struct store_session_entry *one)
{
	sql_get_text(q, one->nas, sizeof(one->nas));
	sql_get_text(q, one->acct_session, sizeof(one->acct_session));
	sql_get_text(q, one->framed, sizeof(one->framed));
	one->octets_in = (uint64_t)sql_get_int(q);
	one->octets_out = (uint64_t)sql_get_int(q);
	one->seconds = (uint32_t)sql_get_int(q);
	one->updated_us = sql_get_int(q);
	sql_get_text(q, one->host, sizeof(one->host));
}

static wf_status
view_sessions(struct reader *r, struct store_view *view)
{
	bool filter = view->user[0] != '\0';
	struct sql q = view_start(r, view, SQL_VIEW_SESSIONS, SQL_VIEW_SESSIONS_OF, filter);
	size_t n = 0;
	wf_status status;

	if (filter)
		sql_put_text(&q, view->user);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_session_entry *one = &view->sessions[n++];
		size_t txn_len;

		*one = (struct store_session_entry){.id = sql_get_int(&q)};
		sql_get_blob(&q, one->txn, sizeof(one->txn), &txn_len);
		one->has_txn = txn_len == sizeof(one->txn);
		sql_get_text(&q, one->user, sizeof(one->user));
		sql_get_text(&q, one->service, sizeof(one->service));
		sql_get_text(&q, one->tty, sizeof(one->tty));
		sql_get_text(&q, one->source.text, sizeof(one->source.text));
		one->source.remote = sql_get_int(&q) != 0;
		one->zone = (enum zone)sql_get_int(&q);
		one->pid = (pid_t)sql_get_int(&q);
		one->start = (unsigned long long)sql_get_int(&q);
		one->audit_session = (uint32_t)sql_get_int(&q);
		one->kinds = (unsigned)sql_get_int(&q);
		one->opened_us = sql_get_int(&q);
		one->closed_us = sql_get_int(&q);
		view_accounting(&q, one);
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}

static wf_status
view_orders(struct reader *r, struct store_view *view)
{
	struct sql q = view_start(r, view, SQL_VIEW_ORDERS, SQL_VIEW_ORDERS, false);
	size_t n = 0;
	wf_status status;

	while ((status = sql_next(&q)) == WF_OK) {
		struct store_order *one = &view->orders[n++];

		*one = (struct store_order){.id = sql_get_int(&q)};
		sql_get_text(&q, one->order, sizeof(one->order));
		one->session_id = sql_get_int(&q);
		sql_get_text(&q, one->user, sizeof(one->user));
		sql_get_text(&q, one->service, sizeof(one->service));
		sql_get_text(&q, one->nas, sizeof(one->nas));
		sql_get_text(&q, one->acct_session, sizeof(one->acct_session));
		sql_get_text(&q, one->framed, sizeof(one->framed));
		one->created_us = sql_get_int(&q);
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}

static wf_status
view_locks(struct reader *r, struct store_view *view)
{
	wf_status status;

	if (view->nkeys > STORE_LANES)
		return WF_INVALID;
	for (size_t i = 0; i < view->nkeys; i++) {
		view->locks[i] = (struct throttle_state){.lane = (enum throttle_lane)i};
		memcpy(view->locks[i].key, view->keys[i], THROTTLE_KEY_LEN);
	}
	status = lanes_read(&r->conn, view->locks, view->nkeys);
	if (status == WF_OK)
		view->n = view->nkeys;
	return status;
}

static wf_status
view_counts(struct reader *r, struct store_view *view)
{
	struct store_counts *counts = &view->counts;
	struct sql q = sql_start(&r->conn, SQL_VIEW_COUNTS);
	wf_status status;

	sql_put_int(&q, view->lock_ms);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	counts->accounts = (uint64_t)sql_get_int(&q);
	counts->credentials = (uint64_t)sql_get_int(&q);
	counts->last_seq = (uint64_t)sql_get_int(&q);
	counts->audit_rows = counts->last_seq - (uint64_t)sql_get_int(&q);
	counts->reservations = (uint64_t)sql_get_int(&q);
	counts->throttles = (uint64_t)sql_get_int(&q);
	counts->sessions_open = (uint64_t)sql_get_int(&q);
	counts->locked = (uint64_t)sql_get_int(&q);
	counts->locked_to_strangers = (uint64_t)sql_get_int(&q);
	counts->reserve_uses = (uint64_t)sql_get_int(&q);
	counts->challenges = (uint64_t)sql_get_int(&q);
	counts->orders = (uint64_t)sql_get_int(&q);
	counts->incidents = (uint64_t)sql_get_int(&q);
	counts->incident_level = (unsigned)sql_get_int(&q);
	counts->bytes = sql_get_int(&q);
	counts->created_us = sql_get_int(&q);
	counts->commits = atomic_load(&r->store->commits);
	counts->jobs = atomic_load(&r->store->jobs);
	return sql_end(&q);
}

/* One number of a statement over audit_span; 0 where it says NULL. */
static wf_status
view_span(struct reader *r, enum sql_id id, int64_t time_us, int64_t *seq_r)
{
	struct sql q = sql_start(&r->conn, id);
	int64_t hour = time_us / HOUR_US - (time_us % HOUR_US < 0 ? 1 : 0);
	wf_status status;

	sql_put_int(&q, hour);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	*seq_r = sql_get_int(&q);
	return sql_end(&q);
}

/* Numbers between which (both exclusive) all rows of the page lie; above_r >= below_r: none. */
static wf_status
view_bounds(struct reader *r, const struct store_view *view, int64_t *above_r, int64_t *below_r)
{
	int64_t above = view->newest_first ? 0 : (int64_t)view->after;
	int64_t below = view->newest_first && view->after != 0 ? (int64_t)view->after : INT64_MAX;
	int64_t from = 0;
	int64_t until = 0;
	struct store_kept kept;
	wf_status status = kept_load(&r->conn, &kept);

	if (status == WF_OK && (int64_t)kept.before.seq > above)
		above = (int64_t)kept.before.seq;
	if (status == WF_OK && view->since_us != 0) {
		status = view_span(r, SQL_SPAN_FROM, view->since_us, &from);
		if (from == 0)
			below = 0;
		else if (from - 1 > above)
			above = from - 1;
	}
	if (status == WF_OK && view->until_us != 0) {
		status = view_span(r, SQL_SPAN_UNTIL, view->until_us, &until);
		if (until != 0 && until < below)
			below = until;
	}
	*above_r = above;
	*below_r = below;
	return status;
}

/* The index to go along: the rarest value first; attempts and sessions are most of the log. */
static enum sql_id
view_path(const struct store_view *view)
{
	bool common = view->class == AUDIT_AUTH || view->class == AUDIT_SESSION;
	enum sql_id id = SQL_VIEW_AUDIT_SEQ;

	if (view->user[0] != '\0')
		id = SQL_VIEW_AUDIT_USER;
	else if (view->class != 0 && (!common || view->result < 0))
		id = SQL_VIEW_AUDIT_CLASS;
	else if (view->result >= 0)
		id = SQL_VIEW_AUDIT_RESULT;
	return view->newest_first ? (enum sql_id)(id + 1) : id;
}

wf_status
view_audit(struct reader *r, struct store_view *view)
{
	int64_t above;
	int64_t below;
	size_t n = 0;
	struct sql q;
	wf_status status = view_bounds(r, view, &above, &below);

	if (status != WF_OK)
		return status;
	q = sql_start(&r->conn, view_path(view));
	sql_put_int(&q, above);
	sql_put_int(&q, below);
	sql_put_int(&q, view->since_us != 0 ? view->since_us : INT64_MIN);
	sql_put_int(&q, view->until_us != 0 ? view->until_us : INT64_MAX);
	sql_put_text(&q, view->user);
	sql_put_int(&q, view->class);
	sql_put_int(&q, view->result);
	sql_put_int(&q, (int64_t)view->limit);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_audit_entry *entry = &view->audit[n++];

		entry->seq = (uint64_t)sql_get_int(&q);
		sql_get_bytes(&q, entry->chain, sizeof(entry->chain));
		sql_get_blob(&q, entry->encoded, sizeof(entry->encoded), &entry->encoded_len);
		entry->differs = NULL;
	}
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}

static const struct {
	wf_status (*run)(struct reader *, struct store_view *);
	bool pages; /* the limit counts */
} view_table[] = {
	[VIEW_ACCOUNTS] = {view_accounts, true},
	[VIEW_CREDENTIALS] = {view_credentials, true},
	[VIEW_AUDIT] = {view_audit, true},
	[VIEW_SESSIONS] = {view_sessions, true},
	[VIEW_LOCKS] = {view_locks, false},
	[VIEW_COUNTS] = {view_counts, false},
	[VIEW_ORDERS] = {view_orders, true},
	[VIEW_GRANTS] = {view_grants, true},
	[VIEW_CURSORS] = {view_cursors, true},
	[VIEW_CHECKPOINTS] = {view_checkpoints, true},
	[VIEW_PROOF] = {view_proof, true},
	[VIEW_MONTHS] = {view_months, true},
	[VIEW_KEPT] = {view_kept, false},
	[VIEW_DUTIES] = {view_duties, true},
	[VIEW_CONFIGURATION] = {view_configuration, false},
	[VIEW_DRIFT] = {view_drift, true},
	[VIEW_HABIT] = {view_habit, false},
	[VIEW_INCIDENTS] = {view_incidents, true},
	[VIEW_INCIDENTS_WORST] = {view_incidents, true},
	[VIEW_INCIDENTS_OPEN] = {view_incidents, true},
	[VIEW_INCIDENTS_UNTOLD] = {view_incidents_untold, true},
	[VIEW_UNTOLD] = {view_untold, true},
};

/* The array that a kind fills. */
static bool
view_has_room(const struct store_view *view)
{
	const void *const arrays[] = {
		[VIEW_ACCOUNTS] = view->accounts,
		[VIEW_CREDENTIALS] = view->credentials,
		[VIEW_AUDIT] = view->audit,
		[VIEW_SESSIONS] = view->sessions,
		[VIEW_LOCKS] = view->locks,
		[VIEW_COUNTS] = view,
		[VIEW_ORDERS] = view->orders,
		[VIEW_GRANTS] = view->grants,
		[VIEW_CURSORS] = view->cursors,
		[VIEW_CHECKPOINTS] = view->checkpoints,
		[VIEW_PROOF] = view->audit,
		[VIEW_MONTHS] = view->months,
		[VIEW_KEPT] = view,
		[VIEW_DUTIES] = view->duties,
		[VIEW_CONFIGURATION] = view->configuration,
		[VIEW_DRIFT] = view->settings,
		[VIEW_HABIT] = view->habit,
		[VIEW_INCIDENTS] = view->incidents,
		[VIEW_INCIDENTS_UNTOLD] = view->incidents,
		[VIEW_INCIDENTS_WORST] = view->incidents,
		[VIEW_INCIDENTS_OPEN] = view->incidents,
		[VIEW_UNTOLD] = view,
	};

	return arrays[view->kind] != NULL;
}

wf_status
job_view(struct reader *r, struct store_job *job)
{
	struct store_view *view = &job->u.view;
	size_t kind = (size_t)view->kind;

	view->n = 0;
	if (kind >= sizeof(view_table) / sizeof(view_table[0]) || !view_has_room(view))
		return WF_INVALID;
	if (view_table[kind].pages && (view->limit == 0 || view->limit > VIEW_PAGE))
		return WF_INVALID;
	view->lock_ms = store_lock_ms(r->store);
	return view_table[kind].run(r, view);
}
