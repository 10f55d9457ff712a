/*
 * What a log says itself of rows that are not there any more: a restore lost them, or their time
 * was over.  Who writes to the store can write such rows, too, so they are held against the
 * checkpoints, which he cannot sign: by them nothing was removed before its time, and nothing was
 * made void that is younger than the restore.
 *
 * Times are those of clocks, which may have been wrong for a while, and nobody is to be accused of
 * that.  A checkpoint was made no later than any that has a higher number says of itself; that is
 * the time that it is taken to have been made at (`by_us`).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/check_parts.h"
#include "common/i18n.h"
#include "common/secret.h"

#define DAY_US (86400 * INT64_C(1000000))
#define SLACK_US DAY_US /* a clock that is out by more is under suspicion: nothing expires by it */

/* --- restores --- */

/* By the row that it leaves: store/restore.c. */
static void
note_restore(struct audit_check *check, uint64_t seq, const struct audit_row *row)
{
	unsigned long long generation, after;
	const uint64_t n = check->sums.restores;

	if (strcmp(row->event, "restore") != 0 ||
		sscanf(row->detail, "generation %llu, after row %llu", &generation, &after) != 2)
		return;
	if (n < AUDIT_RESTORES_MAX)
		check->restores[n] = (struct audit_restore){.seq = seq,
			.time_us = row->time_us,
			.generation = generation,
			.after = after,
			.after_us = after == check->before.seq ? check->before.us : 0};
	check->sums.restores++;
}

size_t
audit_check_restores(const struct audit_check *check, const struct audit_restore **restores_r)
{
	*restores_r = check->restores;
	return check->sums.restores < AUDIT_RESTORES_MAX ? check->sums.restores
							 : AUDIT_RESTORES_MAX;
}

/* The one that made this checkpoint void; NULL: none. */
static struct audit_restore *
restore_of(struct audit_check *check, const struct audit_checkpoint *c)
{
	const struct audit_restore *restores;
	const size_t n = audit_check_restores(check, &restores);

	for (size_t i = 0; i < n; i++) {
		if (restores[i].generation > c->generation && restores[i].after < c->seq)
			return &check->restores[i];
	}
	return NULL;
}

bool
check_is_void(struct audit_check *check, const struct mark *mark)
{
	return mark->void_generation != 0 || restore_of(check, &mark->checkpoint) != NULL;
}

void
check_note_void(struct audit_check *check, const struct mark *mark)
{
	const struct audit_checkpoint *c = &mark->checkpoint;
	struct audit_restore *restore = restore_of(check, c);

	check->sums.superseded++;
	if (restore == NULL)
		return;
	if (c->seq > restore->lost_seq) {
		restore->lost_seq = c->seq;
		restore->lost_us = c->time_us;
	}
	if (mark->by_us > restore->time_us + SLACK_US)
		check_tell(check, FAULT_RESTORE, (struct place){restore->seq, restore->time_us},
			check_place_of(c),
			_("Row %llu says that the store was restored, but checkpoint %llu, of row "
			  "%llu, which would have been lost by it, was made later than that."),
			(unsigned long long)restore->seq, (unsigned long long)c->number,
			(unsigned long long)c->seq);
}

/* Whether the rows are those of this generation at the row of a checkpoint, not older ones. */
static bool
is_of_generation(const struct audit_check *check, uint64_t generation, uint64_t seq)
{
	return check->options.generation >= generation ||
	       (check->fitting_generation >= generation && check->fitting_seq >= seq);
}

/* The last row that is known to have been in the backup that was restored; 0 = none is. */
static uint64_t
restored_at_least(struct audit_check *check, const struct mark *lost)
{
	uint64_t seq = 0;

	for (size_t i = 0; i < check->nmarks; i++) {
		const struct audit_checkpoint *c = &check->marks[i].checkpoint;

		if (c->generation < lost->void_generation && c->number < lost->void_number &&
			!check_is_void(check, &check->marks[i]))
			seq = c->seq;
	}
	return seq;
}

static bool
is_same_loss(const struct mark *a, const struct mark *b)
{
	return a != NULL && a->void_generation == b->void_generation &&
	       a->void_number == b->void_number;
}

/*
 * Whether a row tells of the restore that began a generation in which the number came again.  The
 * checkpoint's row may be one of the backup's: it had not been signed yet when that was made.
 */
static bool
is_told(const struct audit_check *check, const struct mark *lost)
{
	const struct audit_restore *restores;
	const size_t n = audit_check_restores(check, &restores);

	for (size_t i = 0; i < n; i++)
		if (restores[i].generation > lost->checkpoint.generation &&
			restores[i].generation <= lost->void_generation)
			return true;
	return false;
}

/* Where the rows from the backup's last one on are there, so is that of its restore. */
static void
look_for_row(struct audit_check *check, const struct mark *lost)
{
	const struct audit_checkpoint *c = &lost->checkpoint;
	const uint64_t first = check->sums.first_seq;
	const uint64_t good = restored_at_least(check, lost);

	if (first != 1 && good < first)
		return;
	check_tell(check, FAULT_RESTORE, (struct place){good, 0}, check_place_of(c),
		_("Checkpoint %llu, of row %llu, does not count since generation %llu of the "
		  "store, but no row says that the store was restored: what lies behind row %llu "
		  "was written anew."),
		(unsigned long long)c->number, (unsigned long long)c->seq,
		(unsigned long long)lost->void_generation, (unsigned long long)good);
}

void
check_look_for_restore(struct audit_check *check)
{
	const struct mark *looked = NULL; /* the last one: many were lost by one restore */

	if (check->sums.first_seq == 0 || check->sums.restores > AUDIT_RESTORES_MAX)
		return;
	for (size_t i = 0; i < check->nmarks; i++) {
		const struct mark *mark = &check->marks[i];
		const struct audit_checkpoint *c = &mark->checkpoint;

		if (mark->void_generation == 0 || is_same_loss(looked, mark) ||
			restore_of(check, c) != NULL || is_told(check, mark) ||
			!is_of_generation(check, mark->void_generation, c->seq))
			continue;
		looked = mark;
		look_for_row(check, mark);
	}
}

void
audit_restore_text(const struct audit_restore *restore, char *text_r, size_t size)
{
	if (restore->lost_seq != 0)
		(void)snprintf(text_r, size,
			_("Row %llu: the store was restored from a backup that ended with row "
			  "%llu. What was written behind that is gone: rows up to %llu at least, "
			  "by the last checkpoint before it."),
			(unsigned long long)restore->seq, (unsigned long long)restore->after,
			(unsigned long long)restore->lost_seq);
	else
		(void)snprintf(text_r, size,
			_("Row %llu: the store was restored from a backup that ended with row "
			  "%llu. What was written between the two is gone."),
			(unsigned long long)restore->seq, (unsigned long long)restore->after);
}

/* --- tombstones --- */

/* The checkpoints around a tombstone: by row, the last or the first of them; NULL: none. */
struct around {
	const struct mark *gone;   /* of the rows that are gone, the last one */
	const struct mark *before; /* before the tombstone, the last one */
	const struct mark *behind; /* of the tombstone or a later row, the first one */
	int64_t latest_us;         /* the latest time that any of these last says */
};

static struct around
look_around(struct audit_check *check, uint64_t last_seq, uint64_t seq)
{
	struct around around = {.latest_us = INT64_MIN};

	for (size_t i = 0; i < check->nmarks; i++) {
		const struct mark *mark = &check->marks[i];
		const struct audit_checkpoint *c = &mark->checkpoint;

		if (check_is_void(check, mark))
			continue;
		if (c->seq <= last_seq)
			around.gone = mark;
		if (c->seq < seq)
			around.before = mark;
		else if (around.behind == NULL)
			around.behind = mark;
		if (c->seq >= seq && c->time_us > around.latest_us)
			around.latest_us = c->time_us;
	}
	return around;
}

/*
 * When they went: by the tombstone itself, but no later than all that was signed behind it.  Where
 * that is older than what was signed before, a clock was wrong, and nothing is known by it.
 */
static int64_t
time_gone(const struct around *around, int64_t tombstone_us)
{
	if (around->latest_us < around->gone->checkpoint.time_us ||
		around->latest_us > tombstone_us)
		return tombstone_us;
	return around->latest_us;
}

/*
 * For how long they had to be kept at least: what the checkpoints before and behind it say, since
 * that may be configured anew between any two.
 */
static uint64_t
days_kept(const struct around *around)
{
	const uint64_t before = around->before == NULL ? 0 : around->before->checkpoint.keep;

	if (around->behind == NULL || around->behind->checkpoint.keep > before)
		return before;
	return around->behind->checkpoint.keep;
}

/* Nothing goes before its time. */
static void
look_at_age(struct audit_check *check, struct place tombstone, uint64_t last_seq)
{
	struct around around;
	int64_t kept_us;

	if (last_seq >= tombstone.seq)
		return;
	around = look_around(check, last_seq, tombstone.seq);
	if (around.gone == NULL)
		return;
	kept_us = time_gone(&around, tombstone.us) - around.gone->by_us;
	if (kept_us + SLACK_US >= (int64_t)days_kept(&around) * DAY_US)
		return;
	check_tell(check, FAULT_EARLY, check_place_of(&around.gone->checkpoint), tombstone,
		_("Row %llu says that the rows up to %llu have expired, but checkpoint %llu, of "
		  "row %llu, shows that they were %lld days old, and %llu is for how long rows are "
		  "kept: they were removed before their time."),
		(unsigned long long)tombstone.seq, (unsigned long long)last_seq,
		(unsigned long long)around.gone->checkpoint.number,
		(unsigned long long)around.gone->checkpoint.seq, (long long)(kept_us / DAY_US),
		(unsigned long long)days_kept(&around));
}

/* The rows before the first one have expired: it must follow the last of them. */
static wf_status
follow_tombstone(struct audit_check *check, const struct audit_run *run)
{
	struct audit_verifier verifier = {.head = {.seq = run->last_seq}};
	char why[256];
	wf_status status;

	check->buried = true;
	check->sums.anchored = true;
	memcpy(verifier.head.chain, run->chain, sizeof(run->chain));
	status = audit_verify_row(&verifier, check->sums.first_seq, check->first, check->first_len,
		check->first_chain, why, sizeof(why));
	if (status != WF_CORRUPT)
		return status;
	check_tell(check, FAULT_HEAD, (struct place){0, 0},
		(struct place){check->sums.first_seq, check->sums.first_us},
		_("Row %llu does not follow the rows that have expired before it."),
		(unsigned long long)check->sums.first_seq);
	return WF_OK;
}

wf_status
audit_check_claim(struct audit_check *check, uint64_t seq, const uint8_t *encoded, size_t len)
{
	struct audit_row row;
	struct audit_run run;

	if (audit_row_decode(encoded, len, &row) != WF_OK)
		return WF_OK;
	if (row.class == AUDIT_SYSTEM)
		note_restore(check, seq, &row);
	if (row.class != AUDIT_TOMBSTONE || !audit_run_get(&row, &run))
		return WF_OK;
	look_at_age(check, (struct place){seq, row.time_us}, run.last_seq);
	return check->first_len > 0 && run.last_seq + 1 == check->sums.first_seq
		       ? follow_tombstone(check, &run)
		       : WF_OK;
}
