/*
 * Places from which accounts have logged in.  Who comes from one of them has the part of the lock's
 * threshold that strangers cannot use up (throttle/throttle.h); which part an attempt has is
 * decided in the commit that admits it, and stays with its reservation.
 *
 * An account keeps FAMILIAR_PLACES of them, the last used, for FAMILIAR_MS since their last login.
 * An account without any has no reserve: there is no place to keep it for.
 */
#include "config.h"

#include "authd/store/internal.h"

#define DAY_MS INT64_C(86400000)
#define FAMILIAR_PLACES 16
#define FAMILIAR_MS (90 * DAY_MS)
#define FAMILIAR_FRESH_MS DAY_MS /* a later use within it is not written: a login costs no more */

struct familiar {
	bool any;   /* the account has some */
	bool known; /* this place is one */
	bool noted; /* so lately that another login from there is not */
};

static wf_status
familiar_find(struct writer *w, int64_t account_id, const char *place, struct familiar *familiar_r)
{
	struct sql q = sql_start(&w->conn, SQL_FAMILIAR_FIND);
	wf_status status;

	sql_put_int(&q, account_id);
	sql_put_text(&q, place);
	sql_put_int(&q, w->lock_ms - FAMILIAR_MS);
	sql_put_int(&q, w->lock_ms - FAMILIAR_FRESH_MS);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	familiar_r->any = sql_get_int(&q) > 0;
	familiar_r->known = sql_get_int(&q) > 0;
	familiar_r->noted = sql_get_int(&q) > 0;
	return sql_end(&q);
}

wf_status
familiar_divide(struct writer *w, struct store_admission *admission, struct throttle_limit *limit)
{
	struct familiar familiar = {.any = false};
	wf_status status = WF_OK;

	if (admission->found)
		status = familiar_find(w, admission->account_id, admission->place, &familiar);
	if (status != WF_OK)
		return status;
	limit->reserve = familiar.any ? throttle_reserve(limit->threshold) : 0;
	limit->familiar = familiar.known || admission->console;
	admission->noted = familiar.noted;
	return WF_OK;
}

wf_status
familiar_note(struct writer *w, int64_t account_id, const char *place)
{
	struct sql q = sql_start(&w->conn, SQL_FAMILIAR_PUT);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, account_id);
	sql_put_text(&q, place);
	sql_put_int(&q, w->lock_ms);
	sql_put_int(&q, w->lock_ms - FAMILIAR_FRESH_MS);
	status = sql_run(&q, &changed);
	if (status != WF_OK || changed == 0)
		return status;
	q = sql_start(&w->conn, SQL_FAMILIAR_PRUNE);
	sql_put_int(&q, account_id);
	sql_put_int(&q, w->lock_ms - FAMILIAR_MS);
	sql_put_int(&q, FAMILIAR_PLACES);
	return sql_run(&q, NULL);
}

wf_status
familiar_reserve_used(struct writer *w, int64_t account_id)
{
	struct sql q = sql_start(&w->conn, SQL_RESERVE_USED);

	sql_put_int(&q, account_id);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}
