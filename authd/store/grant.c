/*
 * Grants: who may use a place, until when, and when he last did.  A login by one records its use in
 * its own commit, and is a conflict if the grant has ended since it was looked for.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

/* The account's id, NULL for a group's grant. */
static void
put_whose(struct sql *q, const struct grant *grant)
{
	if (grant->account_id != 0)
		sql_put_int(q, grant->account_id);
	else
		sql_put_null(q);
	sql_put_text(q, grant->members);
}

/* One of the same kind that holds makes room: there is one at a time. */
static wf_status
supersede(struct writer *w, const struct grant *grant)
{
	struct sql q = sql_start(&w->conn, SQL_GRANT_SUPERSEDE);

	sql_put_int(&q, w->now.wall_us);
	sql_put_text(&q, grant->place);
	put_whose(&q, grant);
	return sql_run(&q, NULL);
}

wf_status
effect_grant_add(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	const struct grant *grant = effect->grant;
	struct sql q;
	wf_status status;

	if (grant == NULL || (grant->account_id != 0) == (grant->members[0] != '\0'))
		return WF_INVALID;
	status = supersede(w, grant);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_GRANT_INSERT);
	put_whose(&q, grant);
	sql_put_text(&q, grant->place);
	sql_put_text(&q, grant->granted_by);
	sql_put_text(&q, grant->reason);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, grant->until_us);
	status = sql_run(&q, NULL);
	if (status == WF_OK)
		result->grant_id = sqlite3_last_insert_rowid(w->conn.db);
	return status;
}

wf_status
effect_grant_end(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_GRANT_END);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, effect->value);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_NOT_FOUND : status;
}

wf_status
effect_grant_use(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_GRANT_USE);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	sql_put_int(&q, effect->value);
	sql_put_int(&q, effect->account_id);
	sql_put_int(&q, effect->value2);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_CONFLICT : status;
}

/* The three ways in which a place may be granted; without a host only the first. */
struct places {
	const char *service;
	char there[GRANT_PLACE_SIZE], host[GRANT_PLACE_SIZE];
};

static void
places_fill(struct places *places_r, const struct store_read *read)
{
	const char *host = read->grant_host == NULL ? "" : read->grant_host;

	*places_r = (struct places){.service = read->grant_service};
	if (host[0] == '\0')
		return;
	(void)snprintf(
		places_r->there, sizeof(places_r->there), "%s@%s", read->grant_service, host);
	(void)snprintf(places_r->host, sizeof(places_r->host), "@%s", host);
}

static void
put_groups(struct sql *q, const struct account *account)
{
	for (size_t i = 0; i < ACCOUNT_GROUPS_MAX; i++)
		if (i < account->ngroups)
			sql_put_text(q, account->groups[i]);
		else
			sql_put_null(q);
}

wf_status
read_grant(struct reader *r, struct store_read *read)
{
	struct places places;
	struct sql q;
	wf_status status;

	read->grant = 0;
	if (read->grant_service == NULL || !read->found)
		return WF_OK;
	places_fill(&places, read);
	q = sql_start(&r->conn, SQL_GRANT_FIND);
	sql_put_int(&q, read->date_us);
	sql_put_text(&q, places.service);
	sql_put_text(&q, places.there);
	sql_put_text(&q, places.host);
	sql_put_int(&q, read->account.id);
	put_groups(&q, &read->account);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	read->grant = sql_get_int(&q);
	return sql_end(&q);
}

/* Columns: GRANTS_FROM in sql_table.c. */
static void
load_grant(struct sql *q, struct grant *grant_r)
{
	*grant_r = (struct grant){.id = sql_get_int(q), .account_id = sql_get_int(q)};
	sql_get_text(q, grant_r->user, sizeof(grant_r->user));
	sql_get_text(q, grant_r->members, sizeof(grant_r->members));
	sql_get_text(q, grant_r->place, sizeof(grant_r->place));
	sql_get_text(q, grant_r->granted_by, sizeof(grant_r->granted_by));
	sql_get_text(q, grant_r->reason, sizeof(grant_r->reason));
	grant_r->created_us = sql_get_int(q);
	grant_r->until_us = sql_get_int(q);
	grant_r->ended_us = sql_get_int(q);
	grant_r->used_us = sql_get_int(q);
}

wf_status
view_grants(struct reader *r, struct store_view *view)
{
	bool filter = view->user[0] != '\0';
	struct sql q = sql_start(&r->conn, filter ? SQL_VIEW_GRANTS_OF : SQL_VIEW_GRANTS);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)view->after);
	sql_put_int(&q, (int64_t)view->limit);
	sql_put_int(&q, view->ended ? 1 : 0);
	if (filter)
		sql_put_text(&q, view->user);
	while ((status = sql_next(&q)) == WF_OK)
		load_grant(&q, &view->grants[n++]);
	if (status != WF_NOT_FOUND)
		return status;
	view->n = n;
	return sql_end(&q);
}
