/* Copies made by themselves: see keeper.h. */
#include "config.h"

#include "authd/vault/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/vault/ledger.h"
#include "authd/vault/shelf.h"
#include "common/fault.h"
#include "common/i18n.h"

#define US_PER_S INT64_C(1000000)
#define SECOND_LOOK_US (600 * US_PER_S) /* the second folder is looked at that often at least */

/* One of the two things that may fail, and when it is tried again. */
struct trial {
	unsigned failures;
	int64_t again_boot_us;
};

struct keeper {
	struct wf_clock clock;
	void (*say)(int priority, const char *text);
	struct trial make, bring;
	int64_t second_looked_us; /* boot time; 0 = not yet */
	bool adopted; /* the newest one that a former daemon left is in the log */
	pthread_mutex_t mutex;
	struct keeper_facts facts; /* under it */
};

/* One turn. */
struct turn {
	struct keeper *keeper;
	const struct keeper_lent *lent;
	struct copy_job job;
	struct wf_now now;
	char folder[CONFIG_BACKUP_FOLDER_SIZE];
	struct keeper_facts facts; /* as they are becoming */
	struct shelf shelf;        /* the first folder */
};

wf_status
keeper_new(const struct wf_clock *clock, void (*say)(int priority, const char *text),
	struct keeper **keeper_r)
{
	struct keeper *keeper = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*keeper));

	if (keeper == NULL)
		return WF_NO_MEMORY;
	if (pthread_mutex_init(&keeper->mutex, NULL) != 0) {
		free(keeper);
		return WF_NO_MEMORY;
	}
	keeper->clock = *clock;
	keeper->say = say;
	*keeper_r = keeper;
	return WF_OK;
}

void
keeper_free(struct keeper **keeper)
{
	if (keeper == NULL || *keeper == NULL)
		return;
	(void)pthread_mutex_destroy(&(*keeper)->mutex);
	free(*keeper);
	*keeper = NULL;
}

void
keeper_facts(struct keeper *keeper, struct keeper_facts *facts_r)
{
	(void)pthread_mutex_lock(&keeper->mutex);
	*facts_r = keeper->facts;
	(void)pthread_mutex_unlock(&keeper->mutex);
}

static void
publish(const struct turn *turn)
{
	(void)pthread_mutex_lock(&turn->keeper->mutex);
	turn->keeper->facts = turn->facts;
	(void)pthread_mutex_unlock(&turn->keeper->mutex);
}

/* --- rows, and what becomes of a failure --- */

static wf_status
write_row(const struct turn *turn, enum audit_class class, const char *event,
	const char *detail)
{
	const char *node = turn->lent->config->node;
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_own_row(&row, class, event, node, wf_clock_now(&turn->keeper->clock).wall_us);
	row.result = class == AUDIT_FINDING ? AUDIT_FAILURE : AUDIT_SUCCESS;
	AUDIT_TEXT(row.detail, detail);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	return store_run(turn->lent->store, &job);
}

static bool
is_time(const struct turn *turn, const struct trial *trial)
{
	return trial->failures == 0 || turn->now.boot_us >= trial->again_boot_us;
}

static void
went_well(struct trial *trial, int64_t *since, char *why)
{
	*trial = (struct trial){.failures = 0};
	*since = 0;
	why[0] = '\0';
}

/* The first failure, and each one later on, is a row; the log of the machine hears of it, too. */
static void
went_wrong(struct turn *turn, struct trial *trial, int64_t *since, const char *event,
	const char *why)
{
	trial->again_boot_us =
		turn->now.boot_us + plan_pause_s(trial->failures) * US_PER_S;
	trial->failures++;
	if (*since == 0)
		*since = turn->now.wall_us;
	turn->keeper->say(LOG_ERR, why);
	if (write_row(turn, AUDIT_FINDING, event, why) != WF_OK)
		turn->keeper->say(LOG_ERR, "the row of a backup that failed could not be written");
}

/* --- the copy --- */

/* A backup that is not in the log is not there. */
static wf_status
record(struct turn *turn, const struct copy_facts *copy, char *why_r, size_t size)
{
	char note[COPY_NOTE_SIZE];
	wf_status status;

	copy_note(copy, note);
	status = write_row(turn, AUDIT_SYSTEM, "backup.copy", note);
	if (status != WF_OK)
		(void)snprintf(why_r, size, "%s", wf_status_text(status));
	return status;
}

/* One of the two trials is over: whether it went well. */
static bool
judge(struct turn *turn, wf_status status, const char *why)
{
	if (status == WF_OK) {
		went_well(&turn->keeper->make, &turn->facts.failing_us, turn->facts.why);
		return true;
	}
	(void)snprintf(turn->facts.why, sizeof(turn->facts.why), "%s", why);
	went_wrong(turn, &turn->keeper->make, &turn->facts.failing_us, "backup.failed", why);
	return false;
}

static bool
make(struct turn *turn)
{
	struct copy_facts copy;
	char name[PLAN_NAME_SIZE], why[sizeof(turn->facts.why)] = "";
	wf_status status;

	plan_name(store_node(turn->lent->store), turn->now.wall_us, name);
	status = copy_make(&turn->job, name, &copy, why, sizeof(why));
	if (status == WF_OK) {
		status = record(turn, &copy, why, sizeof(why));
		if (status != WF_OK)
			copy_unmake(&turn->job, name);
	}
	return judge(turn, status, why);
}

/*
 * A daemon that died between a copy's name and its row has left a good one that nobody knows of: it
 * gets its row once it has been looked at.  It is never taken away: a store that was restored from
 * an older copy knows none of the younger ones, either.
 */
static void
adopt(struct turn *turn)
{
	struct copy_facts copy;
	char name[PLAN_NAME_SIZE], why[sizeof(turn->facts.why)] = "";
	bool known = true;
	wf_status status;

	if (turn->keeper->adopted || !is_time(turn, &turn->keeper->make))
		return;
	plan_name(store_node(turn->lent->store), turn->facts.newest_us, name);
	if (turn->facts.newest_us != 0 &&
		ledger_has(turn->lent->store, name, turn->facts.newest_us, &known) != WF_OK)
		return;
	turn->keeper->adopted = true;
	if (known)
		return;
	status = copy_look(&turn->job, name, &copy, why, sizeof(why));
	if (status == WF_OK)
		status = record(turn, &copy, why, sizeof(why));
	(void)judge(turn, status, why);
}

static void
look(struct turn *turn)
{
	shelf_clear(&turn->shelf);
	if (shelf_read(turn->folder, store_node(turn->lent->store), &turn->shelf) != WF_OK)
		turn->shelf = (struct shelf){.n = 0};
	turn->facts.copies = turn->shelf.n;
	turn->facts.newest_us = shelf_newest(&turn->shelf, turn->now.wall_us);
}

static struct plan_keep
keep_of(const struct turn *turn)
{
	const struct config_backup *backup = &turn->lent->config->backup;

	return (struct plan_keep){.days = backup->days, .weeks = backup->weeks};
}

/* By a date that is under suspicion all copies might be old. */
static void
prune(const struct turn *turn, const char *folder, const struct shelf *other)
{
	const struct plan_keep keep = keep_of(turn);

	if (!store_clock_suspect(turn->lent->store))
		(void)shelf_prune(folder, store_node(turn->lent->store), &keep, turn->now.wall_us,
			other);
}

static void
make_if_due(struct turn *turn)
{
	if (!plan_is_due(turn->facts.every_s, turn->facts.newest_us, turn->now.wall_us) ||
		!is_time(turn, &turn->keeper->make) || !make(turn))
		return;
	prune(turn, turn->folder, NULL);
	look(turn);
}

/* --- the second folder --- */

/* The newest first: it is the one that somebody will want. */
static wf_status
bring_missing(struct turn *turn, const struct shelf *there, char *why_r, size_t size)
{
	const char *second = turn->lent->config->backup.second;
	char name[PLAN_NAME_SIZE], note[PLAN_NAME_SIZE + sizeof(turn->folder) + 16];
	wf_status status = WF_OK;

	for (size_t i = turn->shelf.n; status == WF_OK && i > 0; i--) {
		if (shelf_has(there, turn->shelf.times[i - 1]))
			continue;
		plan_name(store_node(turn->lent->store), turn->shelf.times[i - 1], name);
		status = shelf_bring(turn->folder, second, name, why_r, size);
		if (status != WF_OK)
			return status;
		(void)snprintf(note, sizeof(note), "%s, in %s", name, second);
		status = write_row(turn, AUDIT_SYSTEM, "backup.second", note);
		if (status != WF_OK)
			(void)snprintf(why_r, size, "%s", wf_status_text(status));
	}
	return status;
}

static wf_status
serve_second(struct turn *turn, char *why_r, size_t size)
{
	const char *second = turn->lent->config->backup.second;
	const char *node = store_node(turn->lent->store);
	struct shelf there = {.n = 0};
	wf_status status = shelf_read(second, node, &there);

	if (status != WF_OK) {
		(void)snprintf(why_r, size, _("The folder %s is not there or cannot be read: %s"),
			second, strerror(errno));
		return status;
	}
	status = bring_missing(turn, &there, why_r, size);
	shelf_clear(&there);
	if (status != WF_OK)
		return status;
	turn->facts.second_us = turn->facts.newest_us;
	prune(turn, second, &turn->shelf);
	return WF_OK;
}

static bool
second_is_due(const struct turn *turn)
{
	const struct keeper *keeper = turn->keeper;

	return turn->facts.second && turn->shelf.n > 0 && is_time(turn, &keeper->bring) &&
	       (keeper->bring.failures > 0 || keeper->second_looked_us == 0 ||
		       turn->facts.second_us != turn->facts.newest_us ||
		       turn->now.boot_us - keeper->second_looked_us >= SECOND_LOOK_US);
}

static void
serve_second_if_due(struct turn *turn)
{
	struct keeper *keeper = turn->keeper;
	char why[sizeof(turn->facts.second_why)] = "";

	if (!second_is_due(turn))
		return;
	keeper->second_looked_us = turn->now.boot_us;
	if (serve_second(turn, why, sizeof(why)) == WF_OK) {
		went_well(&keeper->bring, &turn->facts.second_failing_us, turn->facts.second_why);
		return;
	}
	(void)snprintf(turn->facts.second_why, sizeof(turn->facts.second_why), "%s", why);
	went_wrong(turn, &keeper->bring, &turn->facts.second_failing_us, "backup.second", why);
}

void
keeper_turn(struct keeper *keeper, const struct keeper_lent *lent)
{
	struct turn turn = {.keeper = keeper, .lent = lent, .now = wf_clock_now(&keeper->clock)};

	(void)config_backup_folder(lent->config, turn.folder);
	turn.job = (struct copy_job){.store = lent->store,
		.keys = lent->keys,
		.clock = keeper->clock,
		.folder = turn.folder};
	keeper_facts(keeper, &turn.facts);
	turn.facts.every_s = config_backup_every_s(lent->config);
	turn.facts.second = lent->config->backup.second[0] != '\0';
	look(&turn);
	publish(&turn);
	adopt(&turn);
	make_if_due(&turn);
	publish(&turn);
	serve_second_if_due(&turn);
	publish(&turn);
	shelf_clear(&turn.shelf);
}
