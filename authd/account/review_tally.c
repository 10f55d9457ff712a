/* See review_tally.h. */
#include "config.h"

#include "authd/account/review_tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authd/detect/sight.h"
#include "common/fault.h"

#define US_PER_S INT64_C(1000000)
#define QUARTER_US (900 * US_PER_S) /* no clock is put forward by less */
#define DAYS_MAX 31
#define HOURS 24
#define WEEK 7
#define NAMED 20 /* of each part; all others are its rest */

/* The parts that go by name, in the order in which they are shown. */
enum by_name {
	BY_SERVICE,
	BY_SOURCE,
	BY_KINDS,
	BY_FACTORS,
	BY_REASON,
	BY_EVENT,
	BY_OPERATOR,
	BY_NAMES
};

static const struct {
	const char *part;
	size_t places, size;
} parts[BY_NAMES] = {
	[BY_SERVICE] = {"service", 1024, sizeof(((struct audit_row *)0)->service)},
	[BY_SOURCE] = {"source", 4096, sizeof(((struct audit_row *)0)->source)},
	[BY_KINDS] = {"kinds", 64, sizeof(((struct audit_row *)0)->kinds)},
	[BY_FACTORS] = {"factors", 256, sizeof(((struct audit_row *)0)->factors)},
	[BY_REASON] = {"reason", 256, sizeof(((struct audit_row *)0)->reason)},
	[BY_EVENT] = {"event", 256, sizeof(((struct audit_row *)0)->event)},
	[BY_OPERATOR] = {"operator", 512, sizeof(((struct audit_row *)0)->operator_name)},
};

const char *const review_list_names[REVIEW_LISTS + 1] = {
	"locks", "unlocks", "acts", "tokens", "faults", NULL};

struct numbers {
	uint64_t *seqs; /* owned */
	size_t n, room;
	uint64_t all;
};

/* Where a quarter of an hour lies; rows mostly come in order, so the last one mostly serves. */
struct place_in_month {
	int64_t quarter;
	int day; /* from 0; -1: none of the month */
	int weekday; /* from Monday, 0 */
	int hour;
};

struct review_tally {
	int64_t from_us, until_us;
	int days;
	struct place_in_month last;
	uint64_t rows, damaged;
	struct review_counts sums, day[DAYS_MAX], hour[WEEK][HOURS];
	struct review_top *by[BY_NAMES];
	struct numbers lists[REVIEW_LISTS];
	char watched[REVIEW_PERSON_SIZE];
	uint64_t own; /* administrative acts of the watched one */
};

/* --- its life --- */

static struct place_in_month
place_of(const struct review_tally *tally, int64_t quarter)
{
	const int64_t us = quarter * QUARTER_US;
	const time_t seconds = (time_t)(us / US_PER_S);
	struct place_in_month place = {.quarter = quarter, .day = -1};
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL)
		return place;
	place.weekday = (local.tm_wday + 6) % WEEK;
	place.hour = local.tm_hour;
	if (us >= tally->from_us && us < tally->until_us)
		place.day = local.tm_mday - 1;
	return place;
}

wf_status
review_tally_new(int64_t from_us, int64_t until_us, struct review_tally **tally_r)
{
	struct review_tally *tally = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*tally));
	wf_status status = tally == NULL ? WF_NO_MEMORY : WF_OK;

	if (status != WF_OK)
		return status;
	tally->from_us = from_us;
	tally->until_us = until_us;
	tally->days = place_of(tally, until_us / QUARTER_US - 1).day + 1;
	tally->last.quarter = INT64_MIN;
	for (size_t i = 0; status == WF_OK && i < BY_NAMES; i++)
		status = review_top_new(parts[i].places, parts[i].size, &tally->by[i]);
	if (status == WF_OK)
		*tally_r = tally;
	else
		review_tally_free(&tally);
	return status;
}

void
review_tally_free(struct review_tally **tally)
{
	if (*tally == NULL)
		return;
	for (size_t i = 0; i < BY_NAMES; i++)
		review_top_free(&(*tally)->by[i]);
	for (size_t i = 0; i < REVIEW_LISTS; i++)
		free((*tally)->lists[i].seqs);
	free(*tally);
	*tally = NULL;
}

/* --- one row --- */

void
review_person(const char *operator_name, char person_r[REVIEW_PERSON_SIZE])
{
	static const char via[] = "(via ";
	const char *at = strstr(operator_name, via);
	const size_t len = strlen(operator_name);

	if (at == NULL || len == 0 || operator_name[len - 1] != ')')
		(void)snprintf(person_r, REVIEW_PERSON_SIZE, "%s", operator_name);
	else
		(void)snprintf(person_r, REVIEW_PERSON_SIZE, "%.*s",
			(int)(operator_name + len - 1 - (at + sizeof(via) - 1)),
			at + sizeof(via) - 1);
}

/* What marks a login that has its own row is none. */
static bool
is_login(const struct audit_row *row)
{
	return row->class == AUDIT_AUTH && strcmp(row->event, "login.undelivered") != 0;
}

static enum review_outcome
outcome_of(const struct audit_row *row)
{
	static const enum review_outcome outcomes[] = {[AUDIT_FAILURE] = REVIEW_FAILURE,
		[AUDIT_SUCCESS] = REVIEW_SUCCESS,
		[AUDIT_NEUTRAL] = REVIEW_OTHER,
		[AUDIT_UNAVAILABLE] = REVIEW_UNAVAILABLE};

	if (row->result == AUDIT_FAILURE &&
		(sight_kind_of(row) == SIGHT_REFUSED || strcmp(row->reason, "overflow") == 0))
		return REVIEW_REFUSED;
	return outcomes[row->result];
}

static void
count_when(struct review_tally *tally, int64_t time_us, enum review_outcome outcome, uint64_t n)
{
	const int64_t quarter = time_us / QUARTER_US - (time_us % QUARTER_US < 0 ? 1 : 0);
	const struct place_in_month *at = &tally->last;

	if (at->quarter != quarter)
		tally->last = place_of(tally, quarter);
	if (at->day < 0)
		return; /* rows of another month are not given to it */
	tally->day[at->day].of[outcome] += n;
	tally->hour[at->weekday][at->hour].of[outcome] += n;
}

static void
count_login(struct review_tally *tally, const struct audit_row *row)
{
	const enum review_outcome outcome = outcome_of(row);
	const uint64_t n = row->count;

	tally->sums.of[outcome] += n;
	count_when(tally, row->time_us, outcome, n);
	review_top_add(tally->by[BY_SERVICE], row->service, outcome, n);
	review_top_add(tally->by[BY_SOURCE], row->source, outcome, n);
	review_top_add(tally->by[BY_KINDS], row->kinds, outcome, n);
	review_top_add(tally->by[BY_FACTORS], row->factors, outcome, n);
	if (outcome != REVIEW_SUCCESS)
		review_top_add(tally->by[BY_REASON], row->reason, outcome, n);
}

static void
count_other(struct review_tally *tally, const struct audit_row *row)
{
	const enum review_outcome outcome = outcome_of(row);
	char person[REVIEW_PERSON_SIZE];

	review_top_add(tally->by[BY_EVENT], row->event, outcome, row->count);
	if (row->class != AUDIT_ADMIN)
		return;
	review_person(row->operator_name, person);
	review_top_add(tally->by[BY_OPERATOR], person, outcome, row->count);
	tally->own += strcmp(person, tally->watched) == 0 ? row->count : 0;
}

/* --- lists --- */

/* The list of an administrative act; tries that were refused stand with the others. */
static enum review_list
list_of_act(const struct audit_row *row)
{
	if (strncmp(row->event, "token.", 6) == 0)
		return REVIEW_TOKENS;
	return strcmp(row->event, "unlock") == 0 ? REVIEW_UNLOCKS : REVIEW_ACTS;
}

/* For detection a drift of the configuration is a fault; the log is none the worse for it. */
static bool
is_log_fault(const struct audit_row *row)
{
	return strcmp(row->event, "config.drift") != 0;
}

static enum review_list
list_of(const struct audit_row *row)
{
	switch ((int)sight_kind_of(row)) {
	case SIGHT_LOCKED:
		return REVIEW_LOCKS;
	case SIGHT_FAULT:
		return is_log_fault(row) ? REVIEW_FAULTS : REVIEW_LISTS;
	default:
		return row->class == AUDIT_ADMIN ? list_of_act(row) : REVIEW_LISTS;
	}
}

static wf_status
numbers_add(struct numbers *list, uint64_t seq)
{
	if (list->n == list->room && list->room < REVIEW_LIST_MAX) {
		const size_t room = list->room == 0 ? 64 : 2 * list->room;
		uint64_t *seqs = wf_fault(WF_FAULT_ALLOC)
					 ? NULL
					 : realloc(list->seqs, room * sizeof(*seqs));

		if (seqs == NULL)
			return WF_NO_MEMORY;
		list->seqs = seqs;
		list->room = room < REVIEW_LIST_MAX ? room : REVIEW_LIST_MAX;
	}
	if (list->n < list->room)
		list->seqs[list->n++] = seq;
	list->all++;
	return WF_OK;
}

wf_status
review_tally_row(struct review_tally *tally, uint64_t seq, const struct audit_row *row)
{
	const enum review_list list = list_of(row);
	wf_status status =
		list == REVIEW_LISTS ? WF_OK : numbers_add(&tally->lists[list], seq);

	if (status != WF_OK)
		return status;
	tally->rows++;
	if (is_login(row))
		count_login(tally, row);
	else
		count_other(tally, row);
	return WF_OK;
}

void
review_tally_watch(struct review_tally *tally, const char *person)
{
	(void)snprintf(tally->watched, sizeof(tally->watched), "%s", person);
}

bool
review_tally_watches(const struct review_tally *tally, const char *person)
{
	return strcmp(tally->watched, person) == 0;
}

void
review_tally_spoilt(struct review_tally *tally)
{
	tally->rows++;
	tally->damaged++;
}

/* --- what was counted --- */

uint64_t
review_tally_rows(const struct review_tally *tally)
{
	return tally->rows;
}

uint64_t
review_tally_damaged(const struct review_tally *tally)
{
	return tally->damaged;
}

void
review_tally_sums(const struct review_tally *tally, struct review_counts *counts_r)
{
	*counts_r = tally->sums;
}

uint64_t
review_tally_own(const struct review_tally *tally)
{
	return tally->own;
}

const uint64_t *
review_tally_list(const struct review_tally *tally, enum review_list list, size_t *named_r,
	uint64_t *all_r)
{
	*named_r = tally->lists[list].n;
	*all_r = tally->lists[list].all;
	return tally->lists[list].seqs;
}

/* --- figures --- */

struct visitor {
	wf_status (*visit)(void *ctx, const struct review_figure *figure);
	void *ctx;
};

static wf_status
show(const struct visitor *to, const char *part, const char *name,
	const struct review_counts *counts)
{
	const struct review_figure figure = {.part = part, .name = name, .counts = *counts};

	return to->visit(to->ctx, &figure);
}

static wf_status
show_days(const struct review_tally *tally, const struct visitor *to)
{
	const time_t from = (time_t)(tally->from_us / US_PER_S);
	char name[32], month[16];
	struct tm local;
	wf_status status = WF_OK;

	if (localtime_r(&from, &local) == NULL ||
		strftime(month, sizeof(month), "%Y-%m", &local) == 0)
		return WF_INVALID;
	for (int day = 0; status == WF_OK && day < tally->days; day++) {
		(void)snprintf(name, sizeof(name), "%s-%02d", month, day + 1);
		status = show(to, "day", name, &tally->day[day]);
	}
	return status;
}

/* The time zone of days and hours: whoever reads them may live in another. */
static wf_status
show_zone(const struct review_tally *tally, const struct visitor *to)
{
	const time_t from = (time_t)(tally->from_us / US_PER_S);
	const struct review_counts none = {.of = {0}};
	char name[32];
	struct tm local;

	if (localtime_r(&from, &local) == NULL ||
		strftime(name, sizeof(name), "%Z %z", &local) == 0)
		return WF_INVALID;
	return show(to, "zone", name, &none);
}

static wf_status
show_hours(const struct review_tally *tally, const struct visitor *to)
{
	static const char *const weekdays[WEEK] = {
		"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	wf_status status = WF_OK;

	for (int i = 0; status == WF_OK && i < WEEK * HOURS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%s-%02d", weekdays[i / HOURS], i % HOURS);
		status = show(to, "hour", name, &tally->hour[i / HOURS][i % HOURS]);
	}
	return status;
}

static wf_status
show_names(const struct review_tally *tally, enum by_name by, const struct visitor *to)
{
	struct review_named list[NAMED];
	struct review_figure figure = {.part = parts[by].part};
	struct review_counts rest;
	const size_t n = review_top_list(tally->by[by], list, NAMED, &rest);
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		figure.name = list[i].name;
		figure.at_least = list[i].at_least;
		figure.counts = list[i].counts;
		status = to->visit(to->ctx, &figure);
	}
	if (status != WF_OK || review_counts_all(&rest) == 0)
		return status;
	figure = (struct review_figure){
		.part = parts[by].part, .name = "", .rest = true, .counts = rest};
	return to->visit(to->ctx, &figure);
}

static wf_status
show_lists(const struct review_tally *tally, const struct visitor *to)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < REVIEW_LISTS; i++) {
		const struct review_counts counts = {
			.of = {[REVIEW_OTHER] = tally->lists[i].all}};

		status = show(to, "list", review_list_names[i], &counts);
	}
	return status;
}

wf_status
review_figures_each(const struct review_tally *tally,
	wf_status (*visit)(void *ctx, const struct review_figure *figure), void *ctx)
{
	const struct visitor to = {visit, ctx};
	wf_status status = show_days(tally, &to);

	if (status == WF_OK)
		status = show_zone(tally, &to);
	if (status == WF_OK)
		status = show_hours(tally, &to);
	for (int by = 0; status == WF_OK && by < BY_NAMES; by++)
		status = show_names(tally, (enum by_name)by, &to);
	return status == WF_OK ? show_lists(tally, &to) : status;
}
