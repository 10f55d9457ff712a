/* The review as tables: how it stands, the figures, the rows of a list, accounts without use. */
#include "config.h"

#include <string.h>

#include "authd/account/review.h"

#define LIMIT 500

bool
review_is_own(const struct act_call *call, const char *operator_name)
{
	char person[REVIEW_PERSON_SIZE], own[REVIEW_PERSON_SIZE];

	review_person(operator_name, person);
	review_person(call->operator_name, own);
	return strcmp(person, own) == 0;
}

/* --- review.show --- */

/* The last sign-off of a month, and how many there are. */
struct search {
	int month;
	struct review_signed last;
	uint64_t n;
};

static wf_status
take_signed(void *ctx, const struct review_signed *sign)
{
	struct search *search = ctx;

	if (sign->month != search->month)
		return WF_OK;
	search->last = *sign;
	search->n++;
	return WF_OK;
}

struct standing {
	struct review_month month;
	struct review_progress progress;
	struct review_counts counts;
	uint64_t damaged;
	struct review_sum sum;
	struct search search;
};

static wf_status
take_tally(void *ctx, const struct review_tally *tally)
{
	struct standing *standing = ctx;

	review_tally_sums(tally, &standing->counts);
	standing->damaged = review_tally_damaged(tally);
	return WF_OK;
}

/* As long as they are being counted, about as many as were sealed. */
static uint64_t
rows_of(const struct standing *s)
{
	return s->progress.complete || s->progress.counted > s->month.rows ? s->progress.counted
									    : s->month.rows;
}

static wf_status
send_standing(struct act_call *call, const struct standing *s)
{
	static const char *const columns[] = {"month", "state", "complete:bool", "counted:number",
		"rows:number", "expired-rows:number", "damaged:number", "from:time", "until:time",
		"success:number", "failure:number", "refused:number", "unavailable:number",
		"other:number", "findings:number", "findings-open:number", "findings-level:number",
		"own-acts:number", "head", "hash", "signed:number", "signed-by", "signed-at:time",
		"signed-row:number", "unchanged:bool"};
	char numbers[14][ACT_NUMBER_SIZE], times[3][ACT_NUMBER_SIZE], head[REVIEW_HEAD_SIZE];
	const uint64_t *of = s->counts.of;
	const struct search *search = &s->search;
	const char *cells[] = {s->month.name, review_month_state(&s->month),
		act_bool_text(s->progress.complete),
		act_number_text((int64_t)s->progress.counted, numbers[0]),
		act_number_text((int64_t)rows_of(s), numbers[1]),
		act_number_text((int64_t)s->month.gone, numbers[2]),
		act_number_text((int64_t)s->damaged, numbers[13]),
		act_moment_text(s->month.from_us, times[0]),
		act_moment_text(s->month.until_us, times[1]),
		act_number_text((int64_t)of[REVIEW_SUCCESS], numbers[3]),
		act_number_text((int64_t)of[REVIEW_FAILURE], numbers[4]),
		act_number_text((int64_t)of[REVIEW_REFUSED], numbers[5]),
		act_number_text((int64_t)of[REVIEW_UNAVAILABLE], numbers[6]),
		act_number_text((int64_t)of[REVIEW_OTHER], numbers[7]),
		act_number_text((int64_t)s->sum.findings, numbers[8]),
		act_number_text((int64_t)s->sum.open, numbers[9]),
		act_number_text(s->sum.level, numbers[10]),
		act_number_text((int64_t)s->sum.own, numbers[11]),
		review_month_head(&s->month, head), s->sum.hash,
		act_number_text((int64_t)search->n, numbers[12]), search->last.by,
		act_moment_text(search->last.time_us, times[2]), "",
		act_bool_text(search->n > 0 && strcmp(search->last.hash, s->sum.hash) == 0)};
	char seq[ACT_NUMBER_SIZE];
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	cells[COUNT_OF(cells) - 2] = act_moment_text((int64_t)search->last.seq, seq);
	return status == WF_OK ? act_row_out(call, cells, COUNT_OF(cells)) : status;
}

wf_status
act_review_show(struct act_call *call)
{
	struct standing s = {.search = {.n = 0}};
	wf_status status = review_month_read(call, &s.month);

	if (status == WF_OK)
		status = review_count(call, &s.month, &s.progress);
	s.search.month = s.month.number;
	if (status == WF_OK && s.progress.complete)
		status = review_counted(call, &s.month, take_tally, &s);
	if (status == WF_OK && s.progress.complete)
		status = review_sum(call, &s.month, &s.sum);
	if (status == WF_OK && s.progress.complete)
		status = review_each_signed(call, take_signed, &s.search);
	return status == WF_OK ? send_standing(call, &s) : status;
}

/* --- review.figures --- */

static wf_status
send_figure(void *ctx, const struct review_figure *figure)
{
	char numbers[REVIEW_OUTCOMES][ACT_NUMBER_SIZE];
	const char *cells[4 + REVIEW_OUTCOMES] = {figure->part, figure->name,
		act_bool_text(figure->rest), act_bool_text(figure->at_least)};

	for (size_t i = 0; i < REVIEW_OUTCOMES; i++)
		cells[4 + i] = act_number_text((int64_t)figure->counts.of[i], numbers[i]);
	return act_row_out(ctx, cells, COUNT_OF(cells));
}

static wf_status
send_figures(void *ctx, const struct review_tally *tally)
{
	return review_figures_each(tally, send_figure, ctx);
}

wf_status
act_review_figures(struct act_call *call)
{
	static const char *const columns[] = {"part", "name", "rest:bool", "at-least:bool",
		"success:number", "failure:number", "refused:number", "unavailable:number",
		"other:number"};
	struct review_month month;
	wf_status status = review_month_read(call, &month);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	return status == WF_OK ? review_counted(call, &month, send_figures, call) : status;
}

/* --- review.rows --- */

struct picking {
	struct act_call *call;
	enum review_list list;
	uint64_t after;
	uint64_t seqs[LIMIT];
	size_t n;
};

/* The rows are read when nobody waits for the figures any more. */
static wf_status
pick(void *ctx, const struct review_tally *tally)
{
	struct picking *picking = ctx;
	size_t named;
	uint64_t all;
	const uint64_t *seqs = review_tally_list(tally, picking->list, &named, &all);

	for (size_t i = 0; i < named && picking->n < LIMIT; i++)
		if (seqs[i] > picking->after)
			picking->seqs[picking->n++] = seqs[i];
	return WF_OK;
}

struct fetching {
	struct act_call *call;
	uint64_t seq;
};

static wf_status
send_row(const struct fetching *fetching, const struct audit_row *row)
{
	char seq[ACT_NUMBER_SIZE], time[ACT_NUMBER_SIZE];
	const char *cells[] = {act_number_text((int64_t)fetching->seq, seq),
		act_moment_text(row->time_us, time), row->operator_name, row->user, row->source,
		row->service, row->event, audit_result_name(row->result), row->reason, row->ticket,
		row->detail,
		act_bool_text(row->class == AUDIT_ADMIN &&
			      review_is_own(fetching->call, row->operator_name))};

	return act_row_out(fetching->call, cells, COUNT_OF(cells));
}

/* The first row behind the one before it: nothing, where it has gone or cannot be read. */
static wf_status
take_row(void *ctx, const struct store_audit_entry *entry)
{
	const struct fetching *fetching = ctx;
	struct audit_row row;
	wf_status status = WF_OK;

	if (entry->seq == fetching->seq &&
		audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		status = send_row(fetching, &row);
	return status == WF_OK ? WF_NO : status;
}

wf_status
act_review_rows(struct act_call *call)
{
	static const char *const columns[] = {"seq:number", "time:time", "operator", "user",
		"source", "service", "event", "result", "reason", "ticket", "detail", "own:bool"};
	struct picking picking = {.call = call,
		.list = (enum review_list)act_choice(call, "list"),
		.after = (uint64_t)act_number(call, "after", 0)};
	struct review_month month;
	wf_status status = review_month_read(call, &month);

	if (status == WF_OK)
		status = review_counted(call, &month, pick, &picking);
	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	for (size_t i = 0; status == WF_OK && i < picking.n; i++) {
		struct fetching fetching = {call, picking.seqs[i]};
		const struct store_view view = {
			.result = -1, .after = fetching.seq - 1, .limit = 1};

		status = act_each_row(call, &view, take_row, &fetching);
	}
	return status;
}

/* --- review.accounts --- */

struct idle {
	struct act_call *call;
	const struct review_month *month;
	size_t left;
};

/* Enabled, there before the month was over, and not used since it began. */
static wf_status
send_idle(void *ctx, const struct account *account)
{
	struct idle *idle = ctx;
	char id[ACT_NUMBER_SIZE], created[ACT_NUMBER_SIZE], last[ACT_NUMBER_SIZE];
	const char *cells[] = {act_number_text(account->id, id), account->name, account->display,
		act_kind_name(account->kind), account->last_login_us == 0 ? "never" : "idle",
		act_moment_text(account->created_us, created),
		act_moment_text(account->last_login_us, last)};

	if (account->state != ACCOUNT_ENABLED || account->created_us >= idle->month->until_us ||
		account->last_login_us >= idle->month->from_us)
		return WF_OK;
	if (idle->left-- == 0)
		return WF_NO;
	return act_row_out(idle->call, cells, COUNT_OF(cells));
}

wf_status
act_review_accounts(struct act_call *call)
{
	static const char *const columns[] = {
		"id:number", "user", "display", "kind", "state", "created:time", "last-login:time"};
	struct review_month month;
	struct idle idle = {.call = call, .month = &month, .left = LIMIT};
	wf_status status = review_month_read(call, &month);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	return status == WF_OK ? act_each_account(call, act_number(call, "after", 0), send_idle,
					 &idle)
			       : status;
}
