/*
 * The counting of a month: an act counts some rows and goes, so that no act holds its thread for as
 * long as a month is; what was counted until then waits here for the next one, for each person who
 * looks on his own, whose acts are counted apart.  Four at most, and none for longer than a quarter
 * of an hour after he last asked for it.
 */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "authd/account/review.h"

#define COUNTINGS 4
#define LOOKS 20000
#define KEPT_US (900 * US_PER_S)

struct counting {
	struct review_tally *tally; /* NULL: free */
	uint8_t store[32];
	struct review_month month;
	uint64_t at;	 /* the last row that was counted */
	bool complete;	 /* there were no more, when somebody last looked */
	int64_t used_us; /* boot clock */
};

static struct counting countings[COUNTINGS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- which one; all under the lock --- */

/* Nothing of it has expired meanwhile; there may be more of it. */
static bool
goes_on(const struct counting *counting, const struct review_month *month)
{
	return counting->month.from_us == month->from_us && counting->month.gone == month->gone;
}

static void
forget(struct counting *counting)
{
	review_tally_free(&counting->tally);
	*counting = (struct counting){.tally = NULL};
}

static struct counting *
find(struct act_call *call, const struct review_month *month)
{
	const int64_t now_us = wf_clock_now(&call->daemon->clock).boot_us;
	struct counting *found = NULL;
	char person[REVIEW_PERSON_SIZE];
	uint8_t id[32];

	review_person(call->operator_name, person);
	store_id(call->daemon->store, id);
	for (size_t i = 0; i < COUNTINGS; i++) {
		struct counting *one = &countings[i];

		if (one->tally == NULL)
			continue;
		if (now_us - one->used_us > KEPT_US)
			forget(one);
		else if (memcmp(one->store, id, sizeof(id)) == 0 && goes_on(one, month) &&
			 review_tally_watches(one->tally, person))
			found = one;
	}
	if (found != NULL)
		found->used_us = now_us;
	return found;
}

/* In a free place, or that which nobody has asked for for longest. */
static wf_status
begin(struct act_call *call, const struct review_month *month, struct counting **counting_r)
{
	struct counting *place = &countings[0];
	char person[REVIEW_PERSON_SIZE];
	struct review_tally *tally;
	wf_status status = review_tally_new(month->from_us, month->until_us, &tally);

	if (status != WF_OK)
		return act_say_store(call, status, NULL);
	review_person(call->operator_name, person);
	review_tally_watch(tally, person);
	for (size_t i = 0; i < COUNTINGS && place->tally != NULL; i++)
		if (countings[i].tally == NULL || countings[i].used_us < place->used_us)
			place = &countings[i];
	forget(place);
	*place = (struct counting){.tally = tally,
		.month = *month,
		.used_us = wf_clock_now(&call->daemon->clock).boot_us};
	store_id(call->daemon->store, place->store);
	*counting_r = place;
	return WF_OK;
}

/* --- counting --- */

struct step {
	struct act_call *call;
	struct counting *counting;
	size_t looks;
};

static wf_status
count_row(void *ctx, const struct store_audit_entry *entry)
{
	struct step *step = ctx;
	struct counting *counting = step->counting;
	struct audit_row row;
	wf_status status = WF_OK;

	if (step->looks == 0)
		return WF_NO;
	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		status = review_tally_row(counting->tally, entry->seq, &row);
	else
		review_tally_spoilt(counting->tally);
	if (status != WF_OK)
		return act_say_store(step->call, status, NULL);
	counting->at = entry->seq;
	step->looks--;
	return WF_OK;
}

static wf_status
count_on(struct act_call *call, struct counting *counting)
{
	const struct store_view view = {.after = counting->at,
		.since_us = counting->month.from_us,
		.until_us = counting->month.until_us,
		.result = -1};
	struct step step = {.call = call, .counting = counting, .looks = LOOKS};
	wf_status status = act_each_row(call, &view, count_row, &step);

	counting->complete = status == WF_OK && step.looks > 0;
	return status;
}

/* --- for the acts --- */

static bool
is_begun(struct act_call *call, const struct review_month *month)
{
	bool begun;

	(void)pthread_mutex_lock(&lock);
	begun = find(call, month) != NULL;
	(void)pthread_mutex_unlock(&lock);
	return begun;
}

/* It has ended while it was looked at, and no row of a later one has come yet. */
static bool
is_unsealed(const struct review_month *month)
{
	static const uint8_t none[32];

	return month->ended && month->n > 0 &&
	       memcmp(month->runs[month->n - 1].chain, none, sizeof(none)) == 0;
}

/* Who reads a month leaves a row; it also seals the month, if it has ended. */
static wf_status
note_begin(struct act_call *call, struct review_month *month)
{
	struct act_change change;
	wf_status status;

	act_change_init(call, &change, "", "month %s: %llu rows", month->name,
		(unsigned long long)month->rows);
	status = act_commit(call, &change);
	return status == WF_OK ? review_month_read(call, month) : status;
}

static wf_status
count_locked(struct act_call *call, const struct review_month *month,
	struct review_progress *progress_r)
{
	struct counting *counting = find(call, month);
	wf_status status = counting != NULL ? WF_OK : begin(call, month, &counting);

	if (status != WF_OK || counting == NULL)
		return status;
	counting->month = *month;
	status = count_on(call, counting);
	if (status != WF_OK)
		return status;
	progress_r->counted = review_tally_rows(counting->tally);
	progress_r->complete = counting->complete;
	return WF_OK;
}

wf_status
review_count(
	struct act_call *call, struct review_month *month, struct review_progress *progress_r)
{
	wf_status status =
		is_begun(call, month) && !is_unsealed(month) ? WF_OK : note_begin(call, month);

	if (status != WF_OK)
		return status;
	(void)pthread_mutex_lock(&lock);
	status = count_locked(call, month, progress_r);
	(void)pthread_mutex_unlock(&lock);
	return status;
}

wf_status
review_counted(struct act_call *call, const struct review_month *month,
	wf_status (*use)(void *ctx, const struct review_tally *tally), void *ctx)
{
	const struct counting *counting;
	wf_status status;

	(void)pthread_mutex_lock(&lock);
	counting = find(call, month);
	if (counting == NULL || !counting->complete)
		status = act_say(call, WF_CONFLICT,
			_("The rows of %s are not counted, or not any more: begin the review "
			  "anew."),
			month->name);
	else
		status = use(ctx, counting->tally);
	(void)pthread_mutex_unlock(&lock);
	return status;
}
