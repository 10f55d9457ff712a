/* Rows in, findings out, in one commit with the cursor. */
#include "config.h"

#include "authd/record/detection.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/country/country.h"
#include "authd/detect/detect.h"
#include "authd/policy/policy.h"
#include "authd/record/follower.h"
#include "common/fault.h"

#define BATCH 64			/* findings of a commit */
#define REPLAY_MAX 50000		/* rows that are read again at a start */
#define OLD_US (INT64_C(7) * 86400 * 1000000) /* of rows that only teach */
/* Habits and incidents that the rows of a page may change, findings, and the cursor. */
#define EFFECTS_MAX (FOLLOWER_PAGE * (DETECT_NEEDS + DETECT_RULES) + BATCH + 1)

/* What a commit holds; it stays as it is until the commit is known to have happened. */
struct batch {
	bool pending;
	uint64_t from, to; /* of the cursor */
	size_t n;
	struct audit_row rows[BATCH];
	struct incident opened[BATCH];
	enum detect_rule rules[BATCH];
	bool opens[BATCH];
	size_t neffects, ngrown;
	struct effect effects[EFFECTS_MAX];
	struct incident grown[FOLLOWER_PAGE * DETECT_RULES];
};

struct detection {
	struct record_base base;
	pthread_mutex_t mutex;
	struct detect_settings newest; /* under the mutex */
	bool renewed;		       /* under the mutex */
	struct places {
		char file[256], folder[256]; /* of countries; where it is copied to */
	} newest_places;		     /* under the mutex */
	char countries_why[320]; /* the file could not be opened; under the mutex */
	char node[65];
	/* of the follower's thread */
	struct detect_settings settings;
	struct places places;
	struct country *countries; /* NULL: nothing tells them */
	struct detect *detect;
	bool loaded;
	uint64_t fed; /* the last row that the rules have seen */
	int32_t offset_min;
	struct store_job job;
	struct store_audit_entry entries[FOLLOWER_PAGE];
	struct incident incidents[VIEW_PAGE];
	struct batch batch;
	struct follower *follower;
};

/* --- between the rules and the store --- */

static void
to_store(const struct detect_incident *from, struct incident *to_r)
{
	*to_r = (struct incident){.id = (int64_t)from->id,
		.level = from->level,
		.first_seq = from->first_seq,
		.last_seq = from->last_seq,
		.first_us = from->first_us,
		.last_us = from->last_us,
		.rows = from->rows};
	(void)snprintf(to_r->rule, sizeof(to_r->rule), "%s", detect_rules()[from->rule].id);
	(void)snprintf(to_r->key, sizeof(to_r->key), "%s", from->key);
	(void)snprintf(to_r->user, sizeof(to_r->user), "%s", from->user);
	(void)snprintf(to_r->source, sizeof(to_r->source), "%s", from->source);
}

/* False: a rule that this program does not have. */
static bool
from_store(const struct incident *from, struct detect_incident *to_r)
{
	int rule = detect_rule_find(from->rule);

	if (rule < 0)
		return false;
	*to_r = (struct detect_incident){.rule = (enum detect_rule)rule,
		.id = (uint64_t)from->id,
		.level = from->level,
		.first_seq = from->first_seq,
		.last_seq = from->last_seq,
		.first_us = from->first_us,
		.last_us = from->last_us,
		.rows = (uint32_t)from->rows};
	(void)snprintf(to_r->key, sizeof(to_r->key), "%s", from->key);
	(void)snprintf(to_r->user, sizeof(to_r->user), "%s", from->user);
	(void)snprintf(to_r->source, sizeof(to_r->source), "%s", from->source);
	return true;
}

static void
tell(void *ctx, const struct detect_incident *incident, enum detect_news news)
{
	struct detection *detection = ctx;
	struct batch *batch = &detection->batch;
	struct audit_row *row = &batch->rows[batch->n];

	detect_row(incident, news, detection->offset_min, row);
	AUDIT_TEXT(row->host, detection->node);
	AUDIT_TEXT(row->node, detection->node);
	batch->opens[batch->n] = news == DETECT_OPENED;
	batch->rules[batch->n] = incident->rule;
	to_store(incident, &batch->opened[batch->n]);
	batch->n++;
}

/* --- after a start --- */

/* Those that go on behind the cursor: of closed ones the row that says so is still to come. */
static wf_status
load_incidents(struct detection *detection, const struct follower_turn *turn)
{
	const int64_t since_us = turn->now.wall_us - detect_hold_us(detection->detect);
	struct store_view *view = &detection->job.u.view;
	uint64_t after = 0;
	wf_status status;

	do {
		store_job_init(&detection->job, STORE_VIEW);
		view->kind = VIEW_INCIDENTS;
		view->after = after;
		view->since_us = since_us;
		view->limit = VIEW_PAGE;
		view->incidents = detection->incidents;
		status = store_run(detection->base.store, &detection->job);
		for (size_t i = 0; status == WF_OK && i < view->n; i++) {
			const struct incident *stored = &detection->incidents[i];
			struct detect_incident incident;

			after = (uint64_t)stored->id;
			if ((stored->closed_us == 0 || stored->closed_seq > turn->from) &&
				from_store(stored, &incident))
				detect_restore(detection->detect, &incident);
		}
	} while (status == WF_OK && view->n == VIEW_PAGE);
	return status;
}

/* Rows of a page up to the cursor; whether there may be more. */
static bool
replay_page(struct detection *detection, size_t n, uint64_t until)
{
	for (size_t i = 0; i < n; i++) {
		const struct store_audit_entry *entry = &detection->entries[i];
		struct audit_row row;

		if (entry->seq > until)
			return false;
		if (audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
			detect_feed(detection->detect, entry->seq, &row, DETECT_REPLAY);
	}
	return n == FOLLOWER_PAGE;
}

static wf_status
replay(struct detection *detection, uint64_t until, int64_t since_us)
{
	struct store_view *view = &detection->job.u.view;
	uint64_t after = until > REPLAY_MAX ? until - REPLAY_MAX : 0;
	wf_status status;
	bool more;

	do {
		store_job_init(&detection->job, STORE_VIEW);
		view->kind = VIEW_AUDIT;
		view->result = -1;
		view->after = after;
		view->since_us = since_us;
		view->limit = FOLLOWER_PAGE;
		view->audit = detection->entries;
		status = store_run(detection->base.store, &detection->job);
		more = status == WF_OK && replay_page(detection, view->n, until);
		if (more)
			after = detection->entries[view->n - 1].seq;
	} while (more);
	return status;
}

static void
country_of(void *ctx, const char *source, char country_r[3])
{
	const struct detection *detection = ctx;

	if (detection->countries != NULL)
		country_find(detection->countries, source, country_r);
}

static wf_status
begin(struct detection *detection)
{
	const struct detect_options options = {.settings = &detection->settings,
		.is_default = policy_name_is_default,
		.country = country_of,
		.country_ctx = detection,
		.tell = tell,
		.ctx = detection};

	detect_free(&detection->detect);
	detection->detect = detect_new(&options);
	return detection->detect == NULL ? WF_NO_MEMORY : WF_OK;
}

/* What is known of the time before the cursor. */
static wf_status
load(struct detection *detection, const struct follower_turn *turn)
{
	int64_t since_us;
	wf_status status;

	if (detection->loaded)
		return WF_OK;
	status = begin(detection);
	if (status != WF_OK)
		return status;
	since_us = turn->now.wall_us - detect_span_us(detection->detect);
	status = load_incidents(detection, turn);
	if (status == WF_OK)
		status = replay(detection, turn->from, since_us);
	detection->fed = turn->from;
	detection->loaded = status == WF_OK;
	return status;
}

/* --- rows --- */

static wf_status
give_habit(struct detection *detection, const char *subject)
{
	struct store_view *view = &detection->job.u.view;
	struct store_habit habit = {.len = 0};
	wf_status status;

	store_job_init(&detection->job, STORE_VIEW);
	view->kind = VIEW_HABIT;
	view->subject = subject;
	view->habit = &habit;
	status = store_run(detection->base.store, &detection->job);
	if (status == WF_OK)
		detect_give(detection->detect, subject, habit.bytes, habit.len);
	return status;
}

/* WF_NO: what was fed before must be kept first. */
static wf_status
feed(struct detection *detection, const struct store_audit_entry *entry, bool first,
	int64_t now_us)
{
	char subjects[DETECT_NEEDS][TABLE_KEY_SIZE];
	struct audit_row row;
	wf_status status = WF_OK;
	size_t n;

	/* What cannot be read is for `warifu log verify`; it may not end detection. */
	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK)
		return WF_OK;
	if (!first && detect_closes(&row))
		return WF_NO;
	n = detect_needs(detection->detect, &row, subjects);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = give_habit(detection, subjects[i]);
	if (status != WF_OK)
		return status;
	detection->offset_min = row.offset_min;
	detect_feed(detection->detect, entry->seq, &row,
		row.time_us < now_us - OLD_US ? DETECT_LEARN_ONLY : DETECT_JUDGE);
	return WF_OK;
}

/* Some or all of the rows; an error only if it was none. */
static wf_status
feed_page(struct detection *detection, const struct follower_turn *turn)
{
	struct batch *batch = &detection->batch;
	wf_status status = WF_OK;

	batch->to = turn->from;
	for (size_t i = 0; i < turn->n && batch->n + DETECT_RULES <= BATCH; i++) {
		if (turn->entries[i].seq > detection->fed)
			status = feed(detection, &turn->entries[i], i == 0, turn->now.wall_us);
		if (status != WF_OK)
			break;
		batch->to = turn->entries[i].seq;
		if (batch->to > detection->fed)
			detection->fed = batch->to;
	}
	return batch->to > turn->from ? WF_OK : status;
}

/* --- the commit --- */

static struct effect *
add(struct batch *batch, enum effect_kind kind)
{
	struct effect *effect = &batch->effects[batch->neffects++];

	*effect = (struct effect){.kind = kind};
	return effect;
}

static wf_status
add_habit(struct batch *batch, const char *subject, const struct habit *habit)
{
	struct effect *effect = add(batch, EFFECT_HABIT);
	struct wf_buf encoded;
	wf_status status = WF_OK;

	effect->old_len = strlen(subject);
	memcpy(effect->old, subject, effect->old_len);
	wf_buf_init(&encoded, sizeof(effect->blob));
	if (habit != NULL)
		status = habit_encode(habit, &encoded);
	if (status == WF_OK && encoded.len > 0)
		memcpy(effect->blob, encoded.data, encoded.len);
	effect->blob_len = status == WF_OK ? encoded.len : 0;
	wf_buf_clear(&encoded);
	return status;
}

static void
add_incidents(struct detection *detection)
{
	struct batch *batch = &detection->batch;
	const struct detect_incident *grown;
	size_t at = 0;

	for (size_t i = 0; i < batch->n; i++) {
		const struct detect_incident *now = detect_incident_of(
			detection->detect, batch->rules[i], batch->opened[i].key);
		struct effect *effect;

		if (!batch->opens[i])
			continue;
		if (now != NULL && now->first_seq == batch->opened[i].first_seq)
			to_store(now, &batch->opened[i]); /* it has grown since it was told */
		effect = add(batch, EFFECT_INCIDENT_OPEN);
		effect->incident = &batch->opened[i];
		effect->value = (int64_t)i;
	}
	batch->ngrown = 0;
	while ((grown = detect_grown(detection->detect, &at)) != NULL &&
		batch->ngrown < sizeof(batch->grown) / sizeof(batch->grown[0])) {
		to_store(grown, &batch->grown[batch->ngrown]);
		add(batch, EFFECT_INCIDENT_GROW)->incident = &batch->grown[batch->ngrown];
		batch->ngrown++;
	}
}

/* Habits, incidents and the cursor as effects. */
static wf_status
fill(struct detection *detection, struct follower_turn *turn)
{
	struct batch *batch = &detection->batch;
	const struct habit *habit;
	const char *subject;
	size_t at = 0;
	wf_status status = WF_OK;

	batch->neffects = 0;
	while (status == WF_OK &&
		(subject = detect_changed(detection->detect, &at, &habit)) != NULL)
		status = add_habit(batch, subject, habit);
	add_incidents(detection);
	turn->to = batch->to;
	follower_cursor(turn, add(batch, EFFECT_CURSOR));
	return status;
}

/* It happened: what was told has its ids now. */
static void
committed(struct detection *detection, uint64_t last_seq)
{
	struct batch *batch = &detection->batch;

	for (size_t i = 0; i < batch->n; i++)
		if (batch->opens[i])
			detect_named(detection->detect, batch->rules[i], batch->opened[i].key,
				last_seq - batch->n + 1 + i);
	detect_kept(detection->detect);
	batch->n = 0;
	batch->pending = false;
}

static wf_status
commit(struct detection *detection, struct follower_turn *turn)
{
	struct batch *batch = &detection->batch;
	struct store_admin *admin = &detection->job.u.admin;
	wf_status status = fill(detection, turn);

	if (status != WF_OK)
		return status;
	if (batch->neffects == 1 && batch->n == 0)
		return WF_OK; /* the follower moves its cursor as well */
	batch->pending = true;
	batch->from = turn->from;
	store_job_init(&detection->job, STORE_ADMIN);
	admin->effects = batch->effects;
	admin->neffects = batch->neffects;
	admin->rows = batch->rows;
	admin->nrows = batch->n;
	status = store_run(detection->base.store, &detection->job);
	if (status != WF_OK) {
		(void)snprintf(turn->why, sizeof(turn->why), "%s", detection->job.cause);
		return status;
	}
	committed(detection, admin->seq);
	turn->moved = true;
	return WF_OK;
}

/* A commit whose answer was an error: it happened if the cursor stands behind it. */
static wf_status
resume(struct detection *detection, struct follower_turn *turn)
{
	struct batch *batch = &detection->batch;

	if (turn->from < batch->to) {
		turn->to = batch->to;
		return commit(detection, turn);
	}
	detect_kept(detection->detect);
	batch->n = 0;
	batch->pending = false;
	return load_incidents(detection, turn);
}

/* Of one that cannot be read the former copy is still better than nothing. */
static void
open_countries(struct detection *detection, bool same)
{
	struct country *fresh = NULL;
	char why[320] = "", text[512];
	wf_status status = WF_OK;

	if (detection->places.file[0] != '\0')
		status = country_open(detection->places.file, detection->places.folder, &fresh, why,
			sizeof(why));
	if (status == WF_OK || !same) {
		country_close(&detection->countries);
		detection->countries = fresh;
	}
	(void)pthread_mutex_lock(&detection->mutex);
	(void)snprintf(detection->countries_why, sizeof(detection->countries_why), "%s",
		status == WF_OK ? "" : why);
	(void)pthread_mutex_unlock(&detection->mutex);
	if (status == WF_OK || detection->base.say == NULL)
		return;
	(void)snprintf(text, sizeof(text), "logins from new countries are not found%s: %s",
		detection->countries != NULL ? " by the new file" : "", why);
	detection->base.say(LOG_WARNING, text);
}

static void
renew(struct detection *detection)
{
	bool renewed, same;

	(void)pthread_mutex_lock(&detection->mutex);
	renewed = detection->renewed;
	same = strcmp(detection->places.file, detection->newest_places.file) == 0;
	if (renewed) {
		detection->settings = detection->newest;
		detection->places = detection->newest_places;
	}
	detection->renewed = false;
	(void)pthread_mutex_unlock(&detection->mutex);
	if (renewed)
		open_countries(detection, same);
}

static wf_status
take(void *ctx, struct follower_turn *turn)
{
	struct detection *detection = ctx;
	wf_status status;

	renew(detection);
	status = load(detection, turn);
	if (status == WF_OK && detection->batch.pending) {
		status = resume(detection, turn);
		if (status != WF_OK || turn->moved)
			return status;
	}
	if (status == WF_OK)
		status = feed_page(detection, turn);
	return status == WF_OK ? commit(detection, turn) : status;
}

/* --- the part --- */

static void
detection_free(struct detection *detection)
{
	detect_free(&detection->detect);
	country_close(&detection->countries);
	(void)pthread_mutex_destroy(&detection->mutex);
	free(detection);
}

/* The thread takes it over at its next turn; a file of countries is read anew each time. */
static void
want(struct detection *detection, const struct config *config)
{
	struct places *places = &detection->newest_places;

	detection->newest = config->detect;
	(void)snprintf(places->file, sizeof(places->file), "%s", config->countries);
	(void)snprintf(places->folder, sizeof(places->folder), "%s", config->state_dir);
	detection->renewed = true;
}

wf_status
detection_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r)
{
	struct detection *detection =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*detection));
	struct follower_options options = {.name = DETECT_CURSOR,
		.late_event = "detection.behind",
		.store = base->store,
		.clock = base->clock,
		.say = base->say,
		.ctx = detection,
		.take = take};
	wf_status status;

	(void)keys;
	if (detection == NULL)
		return WF_NO_MEMORY;
	detection->base = *base;
	(void)pthread_mutex_init(&detection->mutex, NULL);
	want(detection, config);
	detection->settings = config->detect;
	(void)snprintf(detection->node, sizeof(detection->node), "%s", config->node);
	status = follower_start(&options, &detection->follower);
	if (status == WF_OK)
		*part_r = detection;
	else
		detection_free(detection);
	return status;
}

void
detection_configure(void *part, const struct config *config, const struct keyring *keys)
{
	struct detection *detection = part;

	(void)keys;
	(void)pthread_mutex_lock(&detection->mutex);
	want(detection, config);
	(void)pthread_mutex_unlock(&detection->mutex);
}

void
detection_countries(void *part, char *why_r, size_t size)
{
	struct detection *detection = part;

	(void)pthread_mutex_lock(&detection->mutex);
	(void)snprintf(why_r, size, "%s", detection->countries_why);
	(void)pthread_mutex_unlock(&detection->mutex);
}

void
detection_stop(void **part)
{
	struct detection *detection = *part;

	follower_stop(&detection->follower);
	detection_free(detection);
	*part = NULL;
}
