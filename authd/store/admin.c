/*
 * ADMIN: effects, then rows, all or nothing; and what the store does for itself (leases, the
 * clock).
 */
#include "config.h"

#include "authd/store/internal.h"

#define EXPIRE_AT_ONCE 1024

/* Refusals before evaluation: rows that a flood makes, no change. */
static bool
admin_is_refusals(const struct store_admin *admin)
{
	for (size_t i = 0; i < admin->nrows; i++) {
		if (admin->rows[i].class != AUDIT_AUTH)
			return false;
	}
	return admin->neffects == 0;
}

/* Books about the log itself. */
static bool
admin_keeps_books(const struct store_admin *admin)
{
	static const bool books[EFFECT_INCIDENT_SETTLED + 1] = {[EFFECT_CURSOR] = true,
		[EFFECT_CHECKPOINT] = true,
		[EFFECT_HABIT] = true,
		[EFFECT_INCIDENT_GROW] = true,
		[EFFECT_INCIDENT_TOLD] = true,
		[EFFECT_INCIDENT_SETTLED] = true};

	for (size_t i = 0; i < admin->neffects; i++) {
		size_t kind = (size_t)admin->effects[i].kind;

		if (kind >= sizeof(books) / sizeof(books[0]) || !books[kind])
			return false;
	}
	return admin->neffects > 0;
}

wf_status
job_admin(struct writer *w, struct store_job *job)
{
	struct store_admin *admin = &job->u.admin;
	struct effect_result result = {.account_id = 0};
	wf_status status = WF_OK;

	if (admin->nrows == 0 ? !admin_keeps_books(admin) : admin->rows == NULL)
		return WF_INVALID;
	if (admin_is_refusals(admin))
		status = check_space(w);
	/* before the effects, which may go by the numbers of the rows */
	if (status == WF_OK && admin->nrows > 0)
		status = month_turn(w);
	for (size_t i = 0; status == WF_OK && i < admin->neffects; i++)
		status = effect_apply(w, &admin->effects[i], &result);
	for (size_t i = 0; status == WF_OK && i < admin->nrows; i++)
		status = chain_append(w, &admin->rows[i]);
	if (status != WF_OK)
		return status;
	admin->account_id = result.account_id;
	admin->credential_id = result.credential_id;
	admin->grant_id = result.grant_id;
	admin->norders = result.norders;
	admin->seq = w->work.head.seq;
	return WF_OK;
}

wf_status
job_expire(struct writer *w, struct store_job *job)
{
	size_t n = 0;
	wf_status status = interrupt_expired(w, w->lock_ms, EXPIRE_AT_ONCE, &n);

	if (status == WF_OK)
		status = interrupt_next(w);
	if (status == WF_OK)
		job->u.admin.seq = n;
	return status;
}

wf_status
job_clock_save(struct writer *w, struct store_job *job)
{
	(void)job;
	w->clock_write = true;
	return WF_OK;
}

wf_status
job_clock_accept(struct writer *w, struct store_job *job)
{
	struct store_admin *admin = &job->u.admin;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < admin->nrows; i++)
		status = chain_append(w, &admin->rows[i]);
	if (status == WF_OK)
		w->clock_accept = true;
	return status;
}
