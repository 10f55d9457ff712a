/*
 * Who has read the log stands in the log.  An export has a row when it begins and one when it ends.
 * A listing has none, since the helpdesk looks at cases all day, and whoever reads much would fill
 * what he reads; but who is shown more than a case needs, a thousand rows in an hour, leaves a row
 * for that hour, before they leave.
 *
 * What is counted is kept in memory: a restart begins anew, and an export that it broke off has its
 * first row alone.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/log_page.h"

#define HOUR_US (3600 * US_PER_S)
#define READERS 64
#define EXPORTS 16

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- listings --- */

static struct reader {
	uid_t uid;
	int64_t hour;
	uint64_t rows;
} readers[READERS];

/* The place of this uid, or the one that has been read into least of late. */
static struct reader *
reader_of(uid_t uid, int64_t hour)
{
	struct reader *least = &readers[0];

	for (size_t i = 0; i < READERS; i++) {
		struct reader *one = &readers[i];

		if (one->rows > 0 && one->uid == uid)
			return one;
		if (one->hour != hour || (least->hour == hour && one->rows < least->rows))
			least = one;
	}
	*least = (struct reader){.uid = uid, .hour = hour};
	return least;
}

/* Whether these rows are the ones with which it becomes much, this hour. */
static bool
becomes_much(uid_t uid, int64_t wall_us, size_t rows)
{
	const int64_t hour = wall_us / HOUR_US;
	struct reader *reader;
	uint64_t before;

	(void)pthread_mutex_lock(&lock);
	reader = reader_of(uid, hour);
	if (reader->hour != hour)
		*reader = (struct reader){.uid = uid, .hour = hour};
	before = reader->rows;
	reader->rows += rows;
	(void)pthread_mutex_unlock(&lock);
	return before <= LOG_BULK && before + rows > LOG_BULK;
}

/*
 * Rows of the log are shown even if this cannot be noted: who looks for what is wrong with the
 * store has to see them.
 */
wf_status
log_shown(const struct log_page *page)
{
	struct act_call *call = page->call;
	struct act_change change;
	char what[400];

	if (!becomes_much(call->peer.uid, wf_clock_now(&call->daemon->clock).wall_us, page->sent))
		return WF_OK;
	log_filter_text(call, what, sizeof(what));
	act_change_init(call, &change, "", "more than %d rows shown within an hour; last: %s",
		LOG_BULK, what);
	if (act_commit(call, &change) != WF_OK)
		call->text[0] = '\0';
	return WF_OK;
}

/* --- exports --- */

static struct export {
	bool begun;
	pid_t pid;
	uid_t uid;
	char filter[DIGEST_TEXT_SIZE]; /* log_filter_sum(): of all its pages */
	uint64_t first, last, rows;
	int64_t at_us; /* boot clock of the last page */
} exports[EXPORTS];

/*
 * A program has one at a time: its pages come from the same process, over a connection each, and
 * ask for the same rows as the first one.
 */
static struct export *
export_of(const struct wf_peer *peer)
{
	for (size_t i = 0; i < EXPORTS; i++)
		if (exports[i].begun && exports[i].pid == peer->pid && exports[i].uid == peer->uid)
			return &exports[i];
	return NULL;
}

/* The same one anew, a free place, or that of the one that has been silent for longest. */
static struct export *
export_place(const struct wf_peer *peer)
{
	struct export *place = export_of(peer);

	if (place != NULL)
		return place;
	place = &exports[0];
	for (size_t i = 0; i < EXPORTS && place->begun; i++)
		if (!exports[i].begun || exports[i].at_us < place->at_us)
			place = &exports[i];
	return place;
}

static void
export_open(const struct act_call *call, const char *filter)
{
	const struct wf_peer *peer = &call->peer;
	struct export one = {.begun = true,
		.pid = peer->pid,
		.uid = peer->uid,
		.at_us = wf_clock_now(&call->daemon->clock).boot_us};

	(void)snprintf(one.filter, sizeof(one.filter), "%s", filter);
	(void)pthread_mutex_lock(&lock);
	*export_place(peer) = one;
	(void)pthread_mutex_unlock(&lock);
}

/* Of rows that the row of its beginning speaks of. */
static bool
export_goes_on(const struct wf_peer *peer, const char *filter)
{
	const struct export *one;
	bool known;

	(void)pthread_mutex_lock(&lock);
	one = export_of(peer);
	known = one != NULL && strcmp(one->filter, filter) == 0;
	(void)pthread_mutex_unlock(&lock);
	return known;
}

/* Adds a page; all of it until now is in total_r.  False: it was given up meanwhile. */
static bool
export_add(const struct wf_peer *peer, const struct log_page *page, struct export *total_r)
{
	struct export *one;

	(void)pthread_mutex_lock(&lock);
	one = export_of(peer);
	if (one != NULL) {
		if (one->rows == 0)
			one->first = page->first;
		one->rows += page->sent;
		one->last = page->sent > 0 ? page->last : one->last;
		one->at_us = wf_clock_now(&page->call->daemon->clock).boot_us;
		*total_r = *one;
		if (!page->more)
			one->begun = false;
	}
	(void)pthread_mutex_unlock(&lock);
	return one != NULL;
}

static wf_status
say_unknown(struct act_call *call)
{
	return act_say(
		call, WF_CONFLICT, _("This export is not known any more: begin it anew."));
}

wf_status
log_export_begin(struct act_call *call)
{
	const char *format = act_arg(call, "format");
	struct act_change change;
	char what[400], filter[DIGEST_TEXT_SIZE];
	wf_status status = log_filter_sum(call, filter);

	if (status != WF_OK)
		return act_say_store(call, status, NULL);
	if (act_number(call, "after", 0) != 0)
		return export_goes_on(&call->peer, filter) ? WF_OK : say_unknown(call);
	log_filter_text(call, what, sizeof(what));
	act_change_init(
		call, &change, "", "begun (%s): %s", format != NULL ? format : "jsonl", what);
	status = act_commit(call, &change);
	if (status == WF_OK)
		export_open(call, filter);
	return status;
}

wf_status
log_export_end(const struct log_page *page)
{
	struct act_call *call = page->call;
	struct export total;
	struct act_change change;

	if (!export_add(&call->peer, page, &total))
		return say_unknown(call);
	if (page->more)
		return WF_OK;
	act_change_init(call, &change, "", "ended: %llu rows, from %llu to %llu",
		(unsigned long long)total.rows, (unsigned long long)total.first,
		(unsigned long long)total.last);
	return act_commit(call, &change);
}
