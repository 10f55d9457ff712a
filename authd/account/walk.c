/* All of something in the store, page by page: pages are large, so they live on the heap. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/fault.h"

struct pages {
	struct store_job job;
	struct account accounts[VIEW_PAGE];
	struct credential credentials[VIEW_PAGE];
	struct store_audit_entry audit[VIEW_PAGE];
	struct store_session_entry sessions[VIEW_PAGE];
	struct grant grants[VIEW_PAGE];
	struct store_month months[VIEW_PAGE];
	struct incident incidents[VIEW_PAGE];
	struct store_checkpoint checkpoints[VIEW_PAGE];
};

static struct pages *
pages_new(enum store_view_kind kind)
{
	struct pages *pages = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*pages));

	if (pages == NULL)
		return NULL;
	pages->job.u.view = (struct store_view){.kind = kind, .result = -1};
	return pages;
}

static wf_status
fetch(struct act_call *call, struct pages *pages)
{
	struct store_view *view = &pages->job.u.view;
	wf_status status;

	pages->job.kind = STORE_VIEW;
	view->limit = view->limit == 0 ? VIEW_PAGE : view->limit;
	view->accounts = pages->accounts;
	view->credentials = pages->credentials;
	view->audit = pages->audit;
	view->sessions = pages->sessions;
	view->grants = pages->grants;
	view->months = pages->months;
	view->incidents = pages->incidents;
	view->checkpoints = pages->checkpoints;
	status = store_run(call->daemon->store, &pages->job);
	return status == WF_OK ? WF_OK : act_say_store(call, status, pages->job.cause);
}

struct visitor {
	wf_status (*account)(void *ctx, const struct account *account);
	wf_status (*credential)(void *ctx, const struct credential *credential);
	wf_status (*session)(void *ctx, const struct store_session_entry *session);
	wf_status (*grant)(void *ctx, const struct grant *grant);
	wf_status (*month)(void *ctx, const struct store_month *month);
	wf_status (*incident)(void *ctx, const struct incident *incident);
	wf_status (*checkpoint)(void *ctx, const struct store_checkpoint *checkpoint);
	wf_status (*row)(void *ctx, const struct store_audit_entry *entry);
	void (*end)(void *ctx, const struct store_view *last); /* of the last page; NULL */
	void *ctx;
};

static wf_status
visit_one(const struct visitor *visitor, struct pages *pages, size_t i, uint64_t *after_r)
{
	if (visitor->account != NULL) {
		*after_r = (uint64_t)pages->accounts[i].id;
		return visitor->account(visitor->ctx, &pages->accounts[i]);
	}
	if (visitor->credential != NULL) {
		*after_r = (uint64_t)pages->credentials[i].id;
		return visitor->credential(visitor->ctx, &pages->credentials[i]);
	}
	if (visitor->session != NULL) {
		*after_r = (uint64_t)pages->sessions[i].id;
		return visitor->session(visitor->ctx, &pages->sessions[i]);
	}
	if (visitor->grant != NULL) {
		*after_r = (uint64_t)pages->grants[i].id;
		return visitor->grant(visitor->ctx, &pages->grants[i]);
	}
	if (visitor->month != NULL) {
		*after_r = pages->months[i].run.first_seq;
		return visitor->month(visitor->ctx, &pages->months[i]);
	}
	if (visitor->incident != NULL) {
		*after_r = (uint64_t)pages->incidents[i].id;
		pages->job.u.view.after_level = pages->incidents[i].level;
		return visitor->incident(visitor->ctx, &pages->incidents[i]);
	}
	if (visitor->checkpoint != NULL) {
		*after_r = pages->checkpoints[i].number;
		return visitor->checkpoint(visitor->ctx, &pages->checkpoints[i]);
	}
	if (visitor->row == NULL)
		return WF_INVALID;
	*after_r = pages->audit[i].seq;
	return visitor->row(visitor->ctx, &pages->audit[i]);
}

static wf_status
visit_page(const struct visitor *visitor, struct pages *pages)
{
	struct store_view *view = &pages->job.u.view;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < view->n; i++)
		status = visit_one(visitor, pages, i, &view->after);
	return status;
}

static wf_status
walk(struct act_call *call, struct pages *pages, const struct visitor *visitor)
{
	wf_status status = WF_OK;

	if (pages == NULL)
		return act_say_store(call, WF_NO_MEMORY, NULL);
	do {
		status = fetch(call, pages);
		if (status == WF_OK)
			status = visit_page(visitor, pages);
	} while (status == WF_OK && pages->job.u.view.n == pages->job.u.view.limit);
	if (status == WF_OK && visitor->end != NULL)
		visitor->end(visitor->ctx, &pages->job.u.view);
	free(pages);
	return status == WF_NO ? WF_OK : status;
}

wf_status
act_each_account(struct act_call *call, int64_t after,
	wf_status (*visit)(void *ctx, const struct account *account), void *ctx)
{
	const struct visitor visitor = {.account = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_ACCOUNTS);

	if (pages != NULL)
		pages->job.u.view.after = (uint64_t)after;
	return walk(call, pages, &visitor);
}

wf_status
act_each_of_person(struct act_call *call, const char *person,
	wf_status (*visit)(void *ctx, const struct account *account), void *ctx)
{
	const struct visitor visitor = {.account = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_ACCOUNTS);

	if (pages != NULL)
		(void)snprintf(pages->job.u.view.person, sizeof(pages->job.u.view.person), "%s",
			person);
	return walk(call, pages, &visitor);
}

wf_status
act_each_credential(struct act_call *call, int64_t account_id,
	wf_status (*visit)(void *ctx, const struct credential *credential), void *ctx)
{
	const struct visitor visitor = {.credential = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_CREDENTIALS);

	if (pages != NULL)
		pages->job.u.view.account_id = account_id;
	return walk(call, pages, &visitor);
}

wf_status
act_each_session(struct act_call *call, const char *user,
	wf_status (*visit)(void *ctx, const struct store_session_entry *session), void *ctx)
{
	const struct visitor visitor = {.session = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_SESSIONS);

	if (pages != NULL && user != NULL)
		(void)snprintf(pages->job.u.view.user, sizeof(pages->job.u.view.user), "%s", user);
	return walk(call, pages, &visitor);
}

wf_status
act_each_grant(struct act_call *call, const char *user, bool ended,
	wf_status (*visit)(void *ctx, const struct grant *grant), void *ctx)
{
	const struct visitor visitor = {.grant = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_GRANTS);

	if (pages != NULL)
		pages->job.u.view.ended = ended;
	if (pages != NULL && user != NULL)
		(void)snprintf(pages->job.u.view.user, sizeof(pages->job.u.view.user), "%s", user);
	return walk(call, pages, &visitor);
}

wf_status
act_each_row(struct act_call *call, const struct store_view *view,
	wf_status (*visit)(void *ctx, const struct store_audit_entry *entry), void *ctx)
{
	const struct visitor visitor = {.row = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_AUDIT);

	if (pages != NULL) {
		pages->job.u.view = *view;
		pages->job.u.view.kind = VIEW_AUDIT;
	}
	return walk(call, pages, &visitor);
}

wf_status
act_take_time(void *ctx, const struct store_audit_entry *entry)
{
	struct audit_row row;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		memcpy(ctx, &row.time_us, sizeof(row.time_us));
	return WF_NO;
}

wf_status
act_each_month(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct store_month *month), void *ctx)
{
	const struct visitor visitor = {.month = visit, .ctx = ctx};

	return walk(call, pages_new(VIEW_MONTHS), &visitor);
}

wf_status
act_each_incident(struct act_call *call, const struct store_view *view,
	wf_status (*visit)(void *ctx, const struct incident *incident), void *ctx)
{
	const struct visitor visitor = {.incident = visit, .ctx = ctx};
	struct pages *pages = pages_new(view->kind);

	if (pages != NULL)
		pages->job.u.view = *view;
	return walk(call, pages, &visitor);
}

wf_status
act_each_proof(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct store_audit_entry *entry),
	void (*end)(void *ctx, const struct store_view *last), void *ctx)
{
	const struct visitor visitor = {.row = visit, .end = end, .ctx = ctx};

	return walk(call, pages_new(VIEW_PROOF), &visitor);
}

wf_status
act_each_checkpoint(struct act_call *call, uint64_t after,
	wf_status (*visit)(void *ctx, const struct store_checkpoint *checkpoint), void *ctx)
{
	const struct visitor visitor = {.checkpoint = visit, .ctx = ctx};
	struct pages *pages = pages_new(VIEW_CHECKPOINTS);

	if (pages != NULL)
		pages->job.u.view.after = after;
	return walk(call, pages, &visitor);
}

/* What is one answer, not pages of them. */
static wf_status
view_once(struct act_call *call, enum store_view_kind kind, struct store_job *job)
{
	wf_status status;

	*job = (struct store_job){.kind = STORE_VIEW};
	job->u.view.kind = kind;
	status = store_run(call->daemon->store, job);
	return status == WF_OK ? WF_OK : act_say_store(call, status, job->cause);
}

wf_status
act_counts(struct act_call *call, struct store_counts *counts_r)
{
	struct store_job job;
	wf_status status = view_once(call, VIEW_COUNTS, &job);

	if (status == WF_OK)
		*counts_r = job.u.view.counts;
	return status;
}

wf_status
act_cursor(struct act_call *call, const char *name, struct store_cursor *cursor_r)
{
	struct store_job job = {.kind = STORE_VIEW};
	struct store_cursor cursor = {.id = 0};
	wf_status status;

	job.u.view.kind = VIEW_CURSORS;
	job.u.view.limit = 1;
	job.u.view.cursors = &cursor;
	(void)snprintf(job.u.view.user, sizeof(job.u.view.user), "%s", name);
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	*cursor_r = cursor;
	return WF_OK;
}

wf_status
act_kept(struct act_call *call, struct store_kept *kept_r, struct store_hold *hold_r)
{
	struct store_job job;
	wf_status status = view_once(call, VIEW_KEPT, &job);

	if (status != WF_OK)
		return status;
	*kept_r = job.u.view.kept;
	*hold_r = job.u.view.hold;
	return WF_OK;
}
