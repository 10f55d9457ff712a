/*
 * When and with which key.  The follower's thread owns all but `wanted`, which a reload changes
 * under the lock and the thread takes over at its next turn.
 */
#include "config.h"

#include "authd/record/checkpoints.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "authd/policy/policy.h"
#include "authd/record/follower.h"
#include "authd/record/late.h"
#include "authd/record/putout.h"
#include "common/fault.h"

#define HOUR_US (3600 * INT64_C(1000000))
#define US_PER_S 1000000
#define NOTHING_MONTH INT64_MIN
#define DAMAGED INT64_MAX

/*
 * What is configured: the rows between two, the days for which rows are kept, the file, and the
 * keys, the current one last.
 */
struct wanted {
	unsigned rows;
	uint64_t keep;
	char file[256];
	size_t nkeys;
	struct signing_key keys[KEYRING_KEYS_MAX];
};

/* A row of the log as far as a checkpoint speaks of it. */
struct tip {
	uint64_t seq;
	uint8_t chain[32];
	/* since year 0, by the row's own time; NOTHING_MONTH = no row, DAMAGED = not readable */
	int64_t month;
};

struct checkpoints {
	struct record_base base;
	struct follower *follower;
	pthread_mutex_t lock;
	struct wanted wanted;
	bool changed; /* `wanted` was changed */
	/* of the thread */
	struct wanted now;
	char store[17];
	bool loaded;
	struct audit_checkpoint last; /* number 0 = none yet */
	struct tip tip;               /* the last row that was seen */
	struct putout syslog, file;
	struct late file_late;
	struct store_job job;
	struct store_audit_entry entry;
};

static void
wanted_clear(struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->nkeys; i++)
		signing_key_clear(&wanted->keys[i]);
	wanted->nkeys = 0;
}

static wf_status
wanted_fill(struct wanted *wanted_r, const struct config *config, const struct keyring *keys)
{
	uint32_t ids[KEYRING_KEYS_MAX];
	size_t n = keyring_ids(keys, ids);
	wf_status status = WF_OK;

	*wanted_r = (struct wanted){.rows = config->checkpoint_rows,
		.keep = (uint64_t)policy_number_of(
			&config->policy, R_LOG_RETENTION_DAYS, ACCOUNT_GENERAL, GUARD_MFA)};
	memcpy(wanted_r->file, config->checkpoint_file, sizeof(wanted_r->file));
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		status = signing_key_derive(keys, ids[i], "checkpoint", &wanted_r->keys[i]);
		wanted_r->nkeys += status == WF_OK;
	}
	if (status != WF_OK)
		wanted_clear(wanted_r);
	return status;
}

/* The file's cursor has its path in its name: another file gets all of them. */
static void
name_file(struct putout *putout, const char *path)
{
	size_t room = sizeof(putout->place.name) - sizeof(CHECKPOINTS_FILE " ");
	size_t len = strlen(path);

	memcpy(putout->file, path, sizeof(putout->file));
	(void)snprintf(putout->place.name, sizeof(putout->place.name), CHECKPOINTS_FILE " %s",
		len > room ? path + (len - room) : path);
	putout->place.known = false;
}

/* A reload's wishes become those of the thread. */
static void
take_wishes(struct checkpoints *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->changed) {
		wanted_clear(&c->now);
		c->now = c->wanted;
		c->wanted = (struct wanted){.rows = 0};
		c->changed = false;
		name_file(&c->file, c->now.file);
	}
	pthread_mutex_unlock(&c->lock);
}

/* --- what is there --- */

static int64_t
month_of(const struct store_audit_entry *entry)
{
	struct audit_row row;
	time_t seconds;
	struct tm tm;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK)
		return DAMAGED;
	seconds = (time_t)(row.time_us / US_PER_S) + row.offset_min * 60;
	return gmtime_r(&seconds, &tm) == NULL ? NOTHING_MONTH
					       : 12 * (int64_t)tm.tm_year + tm.tm_mon;
}

static void
tip_set(struct tip *tip, const struct store_audit_entry *entry)
{
	tip->seq = entry->seq;
	memcpy(tip->chain, entry->chain, sizeof(tip->chain));
	tip->month = month_of(entry);
}

static wf_status
view(struct checkpoints *c, enum store_view_kind kind, uint64_t after, bool newest)
{
	struct store_view *view = &c->job.u.view;

	store_job_init(&c->job, STORE_VIEW);
	view->kind = kind;
	view->result = -1;
	view->after = after;
	view->newest_first = newest;
	view->limit = 1;
	view->audit = &c->entry;
	return store_run(c->base.store, &c->job);
}

static wf_status
load_last(struct checkpoints *c)
{
	struct store_checkpoint stored = {.number = 0};
	size_t used;
	wf_status status;

	store_job_init(&c->job, STORE_VIEW);
	c->job.u.view.kind = VIEW_CHECKPOINTS;
	c->job.u.view.newest_first = true;
	c->job.u.view.limit = 1;
	c->job.u.view.checkpoints = &stored;
	status = store_run(c->base.store, &c->job);
	c->last = (struct audit_checkpoint){.number = 0};
	if (status != WF_OK || c->job.u.view.n == 0)
		return status;
	/* One that cannot be read was tampered with: `log verify` says so, and counting goes on. */
	if (audit_checkpoint_find(stored.line, strlen(stored.line), &c->last, &used) != WF_OK)
		c->last = (struct audit_checkpoint){.number = stored.number, .seq = stored.seq};
	return WF_OK;
}

/* Where the follower stands: what it has taken before is not handed over again. */
static wf_status
load_tip(struct checkpoints *c, uint64_t at)
{
	wf_status status;

	c->tip = (struct tip){.month = NOTHING_MONTH};
	if (at == 0)
		return WF_OK;
	status = view(c, VIEW_AUDIT, at - 1, false);
	if (status == WF_OK && c->job.u.view.n == 1 && c->entry.seq == at)
		tip_set(&c->tip, &c->entry);
	if (c->tip.month == DAMAGED)
		c->tip.month = NOTHING_MONTH;
	return status;
}

static wf_status
load(struct checkpoints *c, const struct follower_turn *turn)
{
	uint8_t id[32];
	wf_status status;

	take_wishes(c);
	if (c->loaded && c->tip.seq == turn->from)
		return WF_OK;
	store_id(c->base.store, id);
	status = audit_store_name(id, c->store);
	if (status == WF_OK)
		status = load_last(c);
	if (status == WF_OK)
		status = load_tip(c, turn->from);
	c->loaded = status == WF_OK;
	return status;
}

/* --- making --- */

#define MADE_MAX 2

/* What goes into one commit. */
struct making {
	struct audit_checkpoint made[MADE_MAX];
	char lines[MADE_MAX][AUDIT_CHECKPOINT_SIZE];
	struct effect effects[MADE_MAX + 1];
	struct audit_row row;
	size_t n;
	bool has_row;
};

static const struct signing_key *
current_key(const struct checkpoints *c)
{
	return &c->now.keys[c->now.nkeys - 1];
}

static const struct signing_key *
find_key(const struct checkpoints *c, const char *fingerprint)
{
	for (size_t i = 0; i < c->now.nkeys; i++) {
		if (strcmp(c->now.keys[i].public.fingerprint, fingerprint) == 0)
			return &c->now.keys[i];
	}
	return NULL;
}

static wf_status
add(struct checkpoints *c, struct making *making, const struct tip *tip, struct wf_now now,
	enum audit_checkpoint_reason reason, const struct signing_key *key,
	const struct signing_key *peer)
{
	struct audit_checkpoint *one = &making->made[making->n];
	struct effect *effect = &making->effects[making->n];
	wf_status status;

	*one = (struct audit_checkpoint){
		.generation = store_generation(c->base.store),
		.number = c->last.number + making->n + 1,
		.seq = tip->seq,
		.time_us = now.wall_us,
		.offset_min = audit_offset_min(now.wall_us),
		.reason = reason,
		.keep = c->now.keep,
	};
	(void)snprintf(one->node, sizeof(one->node), "%s", store_node(c->base.store));
	memcpy(one->store, c->store, sizeof(one->store));
	memcpy(one->chain, tip->chain, sizeof(one->chain));
	if (peer != NULL)
		memcpy(one->peer, peer->public.bytes, sizeof(one->peer));
	status = audit_checkpoint_sign(one, key);
	if (status != WF_OK)
		return status;
	audit_checkpoint_write(one, making->lines[making->n]);
	*effect = (struct effect){.kind = EFFECT_CHECKPOINT,
		.value = (int64_t)one->number,
		.value2 = (int64_t)one->seq,
		.line = making->lines[making->n]};
	making->n++;
	return WF_OK;
}

/* The row that says which key signs from here on. */
static void
add_row(struct checkpoints *c, struct making *making, struct wf_now now, const char *former)
{
	struct audit_row *row = &making->row;

	audit_own_row(row, AUDIT_SYSTEM, "log.key", store_node(c->base.store), now.wall_us);
	(void)snprintf(row->detail, sizeof(row->detail),
		"checkpoints are signed with the key %s%s%s", current_key(c)->public.fingerprint,
		former[0] != '\0' ? ", which replaces " : "", former);
	making->has_row = true;
}

/*
 * The change of keys, where there is one.  Without the former key (it is not in the file any more)
 * nobody can announce the new one: the row alone says so.
 */
static wf_status
add_change(struct checkpoints *c, struct making *making, const struct tip *tip,
	struct wf_now now, bool *changed_r)
{
	const struct signing_key *current = current_key(c);
	const struct signing_key *former = find_key(c, c->last.key);
	wf_status status = WF_OK;

	*changed_r = false;
	if (strcmp(c->last.key, current->public.fingerprint) == 0)
		return WF_OK;
	add_row(c, making, now, c->last.key);
	if (former == NULL)
		return WF_OK;
	*changed_r = true;
	status = add(c, making, tip, now, CHECKPOINT_KEY, former, current);
	if (status == WF_OK)
		status = add(c, making, tip, now, CHECKPOINT_NEW_KEY, current, former);
	return status;
}

/* Makes one for this row, and moves the follower's cursor behind it in the same commit. */
static wf_status
make(struct checkpoints *c, struct follower_turn *turn, const struct tip *tip,
	enum audit_checkpoint_reason reason)
{
	struct making *making =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*making));
	bool changed = false;
	wf_status status = making == NULL ? WF_NO_MEMORY
					  : add_change(c, making, tip, turn->now, &changed);

	if (status == WF_OK && !changed)
		status = add(c, making, tip, turn->now, reason, current_key(c), NULL);
	if (status == WF_OK) {
		turn->to = tip->seq;
		follower_cursor(turn, &making->effects[making->n]);
		store_job_init(&c->job, STORE_ADMIN);
		c->job.u.admin.effects = making->effects;
		c->job.u.admin.neffects = making->n + 1;
		c->job.u.admin.rows = &making->row;
		c->job.u.admin.nrows = making->has_row ? 1 : 0;
		status = store_run(c->base.store, &c->job);
		c->loaded = status == WF_OK;
	}
	if (status == WF_OK) {
		turn->moved = true;
		c->last = making->made[making->n - 1];
	}
	free(making);
	return status;
}

/* --- damage --- */

/*
 * A row that cannot be read is noticed here, by the reader that is always there: once, by a row of
 * the log in the commit that moves the cursor behind it, and in the log of the machine.
 */
static wf_status
note_damage(struct checkpoints *c, struct follower_turn *turn, const struct tip *tip)
{
	struct audit_row row;
	struct effect effect;
	wf_status status;

	audit_damaged_row(&row, tip->seq, store_node(c->base.store), turn->now.wall_us);
	turn->to = tip->seq;
	follower_cursor(turn, &effect);
	store_job_init(&c->job, STORE_ADMIN);
	c->job.u.admin.effects = &effect;
	c->job.u.admin.neffects = 1;
	c->job.u.admin.rows = &row;
	c->job.u.admin.nrows = 1;
	status = store_run(c->base.store, &c->job);
	turn->moved = status == WF_OK;
	if (status == WF_OK && c->base.say != NULL)
		c->base.say(LOG_CRIT, row.detail);
	return status;
}

/* --- when --- */

static bool
hour_is_over(const struct checkpoints *c, const struct follower_turn *turn)
{
	int64_t age_us = turn->now.wall_us - c->last.time_us;

	return c->last.number == 0 || age_us >= HOUR_US || age_us < 0;
}

static bool
key_is_new(const struct checkpoints *c)
{
	return strcmp(c->last.key, current_key(c)->public.fingerprint) != 0;
}

/* What the last one says of how long rows are kept holds no more. */
static bool
keep_is_new(const struct checkpoints *c)
{
	return c->last.number != 0 && c->last.keep != c->now.keep;
}

/* Rows up to one for which one is due: the others come again. */
static wf_status
take(void *ctx, struct follower_turn *turn)
{
	struct checkpoints *c = ctx;
	struct tip before;
	wf_status status = load(c, turn);

	before = c->tip;
	for (size_t i = 0; status == WF_OK && i < turn->n; i++) {
		struct tip tip;

		tip_set(&tip, &turn->entries[i]);
		if (tip.month == DAMAGED) {
			status = note_damage(c, turn, &tip);
			tip.month = before.month;
			before = tip;
			break;
		}
		if (before.month != NOTHING_MONTH && tip.month != before.month &&
			before.seq > c->last.seq) {
			status = make(c, turn, &before, CHECKPOINT_MONTH);
			break;
		}
		before = tip;
		if (tip.seq - c->last.seq >= c->now.rows) {
			status = make(c, turn, &tip, CHECKPOINT_ROWS);
			break;
		}
	}
	if (status == WF_OK)
		c->tip = before;
	return status;
}

static void
put_out(struct checkpoints *c)
{
	putout_run(&c->syslog);
	if (c->file.file[0] != '\0')
		putout_run(&c->file);
}

static wf_status
idle(void *ctx, struct follower_turn *turn)
{
	struct checkpoints *c = ctx;
	wf_status status = load(c, turn);

	if (status == WF_OK && c->tip.seq > 0 && keep_is_new(c))
		status = make(c, turn, &c->tip, CHECKPOINT_KEEP);
	else if (status == WF_OK && c->tip.seq > 0 &&
		 (key_is_new(c) || (c->tip.seq > c->last.seq && hour_is_over(c, turn))))
		status = make(c, turn, &c->tip, CHECKPOINT_HOUR);
	put_out(c);
	late_watch(&c->file_late, c->file.file[0] == '\0' || c->file.place.why[0] == '\0',
		c->file.place.why);
	return status;
}

static wf_status
finish(void *ctx, struct follower_turn *turn)
{
	struct checkpoints *c = ctx;
	wf_status status = load(c, turn);

	if (status == WF_OK && (c->tip.seq > c->last.seq || (c->tip.seq > 0 && keep_is_new(c))))
		status = make(c, turn, &c->tip, CHECKPOINT_STOP);
	put_out(c);
	return status;
}

/* --- the part --- */

static void
checkpoints_free(struct checkpoints *c)
{
	wanted_clear(&c->wanted);
	wanted_clear(&c->now);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

wf_status
checkpoints_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r)
{
	struct follower_options options = {
		.name = CHECKPOINTS_FOLLOWER,
		.late_event = "checkpoint.failed",
		.store = base->store,
		.clock = base->clock,
		.say = base->say,
		.idle_ms = base->idle_ms,
		.take = take,
		.idle = idle,
		.finish = finish,
	};
	struct checkpoints *c = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*c));
	wf_status status;

	if (c == NULL)
		return WF_NO_MEMORY;
	c->base = *base;
	pthread_mutex_init(&c->lock, NULL);
	c->syslog.base = c->file.base = &c->base;
	late_init(&c->file_late, "checkpoint.failed", "file", base->store, &base->clock);
	(void)snprintf(
		c->syslog.place.name, sizeof(c->syslog.place.name), "%s", CHECKPOINTS_SYSLOG);
	status = wanted_fill(&c->wanted, config, keys);
	c->changed = status == WF_OK;
	options.ctx = c;
	if (status == WF_OK)
		status = follower_start(&options, &c->follower);
	if (status == WF_OK)
		*part_r = c;
	else
		checkpoints_free(c);
	return status;
}

void
checkpoints_configure(void *part, const struct config *config, const struct keyring *keys)
{
	struct checkpoints *c = part;
	struct wanted wanted;

	if (wanted_fill(&wanted, config, keys) != WF_OK)
		return;
	pthread_mutex_lock(&c->lock);
	wanted_clear(&c->wanted);
	c->wanted = wanted;
	c->changed = true;
	pthread_mutex_unlock(&c->lock);
}

void
checkpoints_stop(void **part)
{
	struct checkpoints *c = *part;

	follower_stop(&c->follower);
	checkpoints_free(c);
	*part = NULL;
}
