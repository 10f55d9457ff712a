/* Accounts as rows: list and show.  One table of cells for both, so that they never differ. */
#include "config.h"

#include <stdio.h>

#include "authd/account/internal.h"

static const char *const columns[] = {"user", "uid:number", "display", "kind", "state", "standing",
	"reason", "standing-until:time", "must-change:bool", "locked:bool", "factors",
	"created:time", "last-login:time", "valid-until:time", "groups",
	/* show alone, from here on: */
	"sources", "valid-from:time", "disabled:time", "failures:number", "locked-until:time",
	"lock-lane", "reserve-used:number", "shared:bool", "person", "change-rule",
	"password-set:time", "password-checked:time"};
#define LIST_COLUMNS 15

/* Cells that have to be made. */
struct made {
	char uid[ACT_NUMBER_SIZE], failures[ACT_NUMBER_SIZE];
	char standing_until[ACT_NUMBER_SIZE], created[ACT_NUMBER_SIZE], last_login[ACT_NUMBER_SIZE];
	char valid_from[ACT_NUMBER_SIZE], valid_until[ACT_NUMBER_SIZE], disabled[ACT_NUMBER_SIZE];
	char locked_until[ACT_NUMBER_SIZE];
	char reserve_used[ACT_NUMBER_SIZE];
	char password_set[ACT_NUMBER_SIZE], password_checked[ACT_NUMBER_SIZE];
	char factors[129];
	char groups[ACT_GROUPS_SIZE];
};

static const char *
lock_lane(const struct act_subject *subject)
{
	static const char *const names[2][3] = {
		{"", "strangers", "account"},
		{"possession", "strangers possession", "account possession"}};
	size_t account = act_lane_locked(&subject->account_lane, subject->lock_ms) ? 2 : 0;

	if (act_lane_locked_to_strangers(&subject->account_lane, subject->lock_ms))
		account = 1;
	return names[act_lane_locked(&subject->possession_lane, subject->lock_ms)][account];
}

/* When the lane opens for everybody. */
static int64_t
open_ms(const struct throttle_state *lane)
{
	return lane->locked_until_ms > lane->strangers_until_ms ? lane->locked_until_ms
								: lane->strangers_until_ms;
}

/* Wall time of the last lock's end; empty when there is none or it needs an unlock. */
static void
put_lock_end(const struct act_subject *subject, char text_r[ACT_NUMBER_SIZE])
{
	int64_t until_ms = subject->lock_ms;
	const struct throttle_state *lanes[] = {&subject->account_lane, &subject->possession_lane};

	text_r[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(lanes); i++)
		if (open_ms(lanes[i]) > until_ms)
			until_ms = open_ms(lanes[i]);
	if (until_ms > subject->lock_ms && until_ms != THROTTLE_FOREVER)
		(void)act_number_text(
			subject->wall_us + (until_ms - subject->lock_ms) * 1000, text_r);
}

static void
make(const struct act_call *call, const struct act_subject *subject, struct made *made_r)
{
	const struct account *account = &subject->account;

	made_r->uid[0] = '\0';
	if (account->uid >= 0)
		(void)act_number_text(account->uid, made_r->uid);
	(void)act_number_text(subject->account_lane.failures, made_r->failures);
	(void)act_moment_text(account->standing_until_us, made_r->standing_until);
	(void)act_moment_text(account->created_us, made_r->created);
	(void)act_moment_text(account->last_login_us, made_r->last_login);
	(void)act_moment_text(account->valid_from_us, made_r->valid_from);
	(void)act_moment_text(account->valid_until_us, made_r->valid_until);
	(void)act_moment_text(account->disabled_us, made_r->disabled);
	(void)act_number_text((int64_t)subject->reserve_uses, made_r->reserve_used);
	(void)act_moment_text(account->password.set_us, made_r->password_set);
	(void)act_moment_text(account->password.checked_us, made_r->password_checked);
	put_lock_end(subject, made_r->locked_until);
	(void)act_groups_text(account, made_r->groups);
	act_factors(call, subject, made_r->factors, sizeof(made_r->factors));
}

static wf_status
send_rows(struct act_call *call, const struct act_subject *subject, size_t n)
{
	const struct account *account = &subject->account;
	bool locked = act_lane_locked(&subject->account_lane, subject->lock_ms) ||
		      act_lane_locked(&subject->possession_lane, subject->lock_ms);
	struct made made;
	const char *cells[] = {account->name, made.uid, account->display,
		act_kind_name(account->kind),
		account->state == ACCOUNT_ENABLED ? "enabled" : "disabled",
		act_standing_name(account->standing), account->reason, made.standing_until,
		act_bool_text(account->must_change), act_bool_text(locked), made.factors,
		made.created, made.last_login, made.valid_until, made.groups, account->sources,
		made.valid_from, made.disabled, made.failures, made.locked_until,
		lock_lane(subject), made.reserve_used, act_bool_text(account->shared),
		account->person, account->must_change ? account->change_rule : "",
		made.password_set, made.password_checked};

	_Static_assert(COUNT_OF(cells) == COUNT_OF(columns), "a cell for each column");
	make(call, subject, &made);
	return act_row_out(call, cells, n);
}

struct listing {
	struct act_call *call;
	uint64_t n, limit;
};

static wf_status
list_one(void *ctx, const struct account *account)
{
	struct listing *listing = ctx;
	struct act_subject subject;
	wf_status status = act_subject_read(listing->call, account->name, &subject);

	if (status == WF_NOT_FOUND) /* removed meanwhile */
		return WF_OK;
	if (status != WF_OK)
		return status;
	listing->n++;
	status = send_rows(listing->call, &subject, LIST_COLUMNS);
	return status == WF_OK && listing->n == listing->limit ? WF_NO : status;
}

/* All of them, or a page behind the account `after`. */
static wf_status
list_start(struct act_call *call, int64_t *id_r)
{
	const char *after = act_arg(call, "after");
	struct act_subject subject;
	wf_status status;

	*id_r = 0;
	if (after == NULL)
		return WF_OK;
	status = act_subject_read(call, after, &subject);
	if (status == WF_NOT_FOUND)
		return act_say(call, status,
			_("There is no account '%s'; 'warifu user list' shows all."), after);
	if (status == WF_OK)
		*id_r = subject.account.id;
	return status;
}

wf_status
act_user_list(struct act_call *call)
{
	struct listing listing = {.call = call, .limit = (uint64_t)act_number(call, "limit", 0)};
	int64_t after;
	wf_status status = list_start(call, &after);

	if (status == WF_OK)
		status = act_head(call, columns, LIST_COLUMNS);
	if (status == WF_OK)
		status = act_each_account(call, after, list_one, &listing);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		WF_NGETTEXT("%llu account.", "%llu accounts.", (unsigned long)listing.n),
		(unsigned long long)listing.n);
}

wf_status
act_user_show(struct act_call *call)
{
	struct act_subject subject;
	wf_status status = act_subject(call, &subject);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = send_rows(call, &subject, COUNT_OF(columns));
	return status;
}
