/*
 * The rows of a check.  Checkpoints are met on the way, by the row that they speak of.  That is
 * possible since a restore's own row is always the first one behind the backup: when a checkpoint's
 * row comes by, each restore that makes it void has been read.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/audit/check_parts.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/secret.h"

/* Where class and time stand in an encoded row (audit.h). */
#define ENCODED_CLASS 1
#define ENCODED_TIME 9

const char *
audit_fault_name(enum audit_fault_kind kind)
{
	static const char *const names[] = {
		[FAULT_MISSING] = "missing",
		[FAULT_ADDED] = "added",
		[FAULT_CHANGED] = "changed",
		[FAULT_COLUMNS] = "columns",
		[FAULT_HEAD] = "head",
		[FAULT_TAIL] = "tail",
		[FAULT_REPLACED] = "replaced",
		[FAULT_OLDER] = "older",
		[FAULT_SIGNATURE] = "signature",
		[FAULT_KEY] = "key",
		[FAULT_GAP] = "gap",
		[FAULT_FOREIGN] = "foreign",
		[FAULT_EARLY] = "early",
		[FAULT_RESTORE] = "restore",
	};

	return kind >= FAULT_MISSING && kind <= FAULT_RESTORE ? names[kind] : "unknown";
}

wf_status
audit_check_new(const struct audit_check_options *options, struct audit_check **check_r)
{
	struct audit_check *check = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*check));

	if (check == NULL)
		return WF_NO_MEMORY;
	check->options = *options;
	(void)snprintf(check->node, sizeof(check->node), "%s", options->node);
	(void)snprintf(check->store, sizeof(check->store), "%s", options->store);
	*check_r = check;
	return WF_OK;
}

void
audit_check_free(struct audit_check **check)
{
	if (check == NULL || *check == NULL)
		return;
	free((*check)->marks);
	free(*check);
	*check = NULL;
}

const struct audit_check_sums *
audit_check_sums(const struct audit_check *check)
{
	return &check->sums;
}

const uint8_t *
audit_check_head(const struct audit_check *check)
{
	return check->verifier.head.chain;
}

static struct place
last_row(const struct audit_check *check)
{
	return (struct place){check->sums.last_seq, check->sums.last_us};
}

void
check_tell(struct audit_check *check, enum audit_fault_kind kind, struct place good,
	struct place bad, const char *format, ...)
{
	struct audit_fault fault = {.kind = kind,
		.good_seq = good.seq,
		.good_us = good.us,
		.bad_seq = bad.seq,
		.bad_us = bad.us};
	va_list args;

	va_start(args, format);
	(void)vsnprintf(fault.text, sizeof(fault.text), format, args);
	va_end(args);
	check->sums.faults++;
	if (check->options.fault != NULL)
		check->options.fault(check->options.ctx, &fault);
}

wf_status
audit_check_begin(struct audit_check *check)
{
	return check->node[0] == '\0' ? WF_OK : check_prepare(check);
}

static uint64_t
number_at(const uint8_t *encoded, size_t len, size_t at)
{
	uint64_t number = 0;

	for (size_t i = 0; len >= at + 8 && i < 8; i++)
		number = number << 8 | encoded[at + i];
	return number;
}

/* A checkpoint of a generation that the store has not come to. */
static bool
is_later_generation(struct audit_check *check, const struct audit_checkpoint *c)
{
	if (check->options.generation == 0 || c->generation <= check->options.generation)
		return false;
	if (!check->older_told)
		check_tell(check, FAULT_OLDER, last_row(check), check_place_of(c),
			_("The store is of generation %llu, but there is a checkpoint of "
			  "generation %llu: an older store stands in the place of this one."),
			(unsigned long long)check->options.generation,
			(unsigned long long)c->generation);
	check->older_told = true;
	return true;
}

static void
meet(struct audit_check *check, const struct mark *mark, const uint8_t chain[32])
{
	const struct audit_checkpoint *c = &mark->checkpoint;
	const struct place fitting = {check->fitting_seq, check->fitting_us};

	if (check_is_void(check, mark)) {
		check_note_void(check, mark);
	} else if (is_later_generation(check, c)) {
		return;
	} else if (wf_mem_equal(c->chain, chain, sizeof(c->chain))) {
		check->sums.fitting++;
		check->fitting_seq = c->seq;
		check->fitting_us = c->time_us;
		check->fitting_generation = c->generation;
	} else {
		check_tell(check, FAULT_REPLACED, fitting, check_place_of(c),
			_("The rows up to %llu are not those that a checkpoint was made of: what "
			  "lies between row %llu and it was rewritten."),
			(unsigned long long)c->seq, (unsigned long long)fitting.seq);
	}
}

static void
meet_all(struct audit_check *check, uint64_t seq, const uint8_t chain[32])
{
	for (; check->next < check->nmarks; check->next++) {
		const struct audit_checkpoint *c = &check->marks[check->next].checkpoint;

		if (c->seq > seq)
			return;
		if (c->seq == seq)
			meet(check, &check->marks[check->next], chain);
		else if (c->seq < check->sums.first_seq)
			check->sums.outside++;
		/* Else its row is missing, which has been told. */
	}
}

size_t
audit_check_wanted(const struct audit_check *check, uint64_t *rows_r, size_t most)
{
	size_t n = 0;

	for (size_t i = check->next; i < check->nmarks && n < most; i++) {
		const uint64_t seq = check->marks[i].checkpoint.seq;

		if (n == 0 || rows_r[n - 1] != seq)
			rows_r[n++] = seq;
	}
	return n;
}

void
audit_check_meet(struct audit_check *check, const struct audit_head *row)
{
	check->sums.last_seq = row->seq;
	if (check->sums.first_seq == 0)
		check->sums.first_seq = row->seq;
	meet_all(check, row->seq, row->chain);
}

/* A checkpoint of the row before the first one says with what the first one has to go on. */
static const struct audit_checkpoint *
checkpoint_of(struct audit_check *check, uint64_t seq)
{
	for (size_t i = 0; i < check->nmarks && check->marks[i].checkpoint.seq <= seq; i++) {
		const struct mark *mark = &check->marks[i];

		if (mark->checkpoint.seq == seq && !check_is_void(check, mark))
			return &mark->checkpoint;
	}
	return NULL;
}

/*
 * Where the chain begins.  Where nothing says so the first row is taken as it says itself, until a
 * tombstone comes by that speaks of the rows before it.
 */
static wf_status
anchor(struct audit_check *check, uint64_t seq, const uint8_t chain[32], bool *taken_r)
{
	struct audit_head *head = &check->verifier.head;
	const struct audit_checkpoint *before = checkpoint_of(check, seq - 1);

	check->sums.anchored = seq == 1 || before != NULL;
	if (seq == 1)
		return audit_head_init(head, check->node);
	*taken_r = before == NULL;
	head->seq = before == NULL ? seq : seq - 1;
	memcpy(head->chain, before == NULL ? chain : before->chain, sizeof(head->chain));
	return WF_OK;
}

static wf_status
first_row(struct audit_check *check, uint64_t seq, const uint8_t *encoded, size_t len,
	const uint8_t chain[32], bool *taken_r)
{
	struct audit_row row;
	wf_status status = WF_OK;

	check->first_len = len < sizeof(check->first) ? len : sizeof(check->first);
	memcpy(check->first, encoded, check->first_len);
	memcpy(check->first_chain, chain, sizeof(check->first_chain));
	check->sums.first_seq = seq;
	check->sums.first_us = (int64_t)number_at(encoded, len, ENCODED_TIME);
	if (check->node[0] == '\0') {
		if (audit_row_decode(encoded, len, &row) == WF_OK)
			memcpy(check->node, row.node, sizeof(check->node));
		status = check_prepare(check);
	}
	return status == WF_OK ? anchor(check, seq, chain, taken_r) : status;
}

/* What the chain says of this row. */
static wf_status
link_row(struct audit_check *check, uint64_t seq, const uint8_t *encoded, size_t len,
	const uint8_t chain[32])
{
	struct audit_head *head = &check->verifier.head;
	const struct place bad = {seq, (int64_t)number_at(encoded, len, ENCODED_TIME)};
	enum audit_fault_kind kind = FAULT_CHANGED;
	char why[256];
	wf_status status =
		audit_verify_row(&check->verifier, seq, encoded, len, chain, why, sizeof(why));

	if (status != WF_CORRUPT)
		return status;
	if (seq <= head->seq)
		kind = FAULT_ADDED;
	else if (seq != head->seq + 1)
		kind = FAULT_MISSING;
	check_tell(check, kind, last_row(check), bad, "%s", why);
	head->seq = seq;
	memcpy(head->chain, chain, sizeof(head->chain));
	return WF_OK;
}

/* Few rows are: the others need not be decoded. */
static bool
is_claim(uint64_t class)
{
	return class == AUDIT_SYSTEM || class == AUDIT_TOMBSTONE;
}

wf_status
audit_check_row(struct audit_check *check, uint64_t seq, const uint8_t *encoded, size_t len,
	const uint8_t chain[32])
{
	bool taken = false;
	wf_status status = WF_OK;

	if (check->sums.rows == 0)
		status = first_row(check, seq, encoded, len, chain, &taken);
	if (status == WF_OK && !taken)
		status = link_row(check, seq, encoded, len, chain);
	if (status != WF_OK)
		return status;
	check->sums.rows++;
	check->before = last_row(check);
	check->sums.last_seq = seq;
	check->sums.last_us = (int64_t)number_at(encoded, len, ENCODED_TIME);
	if (is_claim(number_at(encoded, len, ENCODED_CLASS)))
		status = audit_check_claim(check, seq, encoded, len);
	meet_all(check, seq, chain);
	return status;
}

void
audit_check_broken(struct audit_check *check, const char *what)
{
	const struct place last = last_row(check);

	check_tell(check, FAULT_CHANGED, last, (struct place){last.seq + 1, 0},
		_("%s is no row as it was written: it was changed or damaged."), what);
}

void
audit_check_column(struct audit_check *check, const char *what)
{
	const struct place row = last_row(check);

	check_tell(check, FAULT_COLUMNS, row, row,
		_("Row %llu is whole, but the store looks for it by something else than it says "
		  "(%s): searches do not find it."),
		(unsigned long long)row.seq, what);
}

static void
end_at_head(struct audit_check *check, const struct audit_head *head)
{
	const struct place last = last_row(check);

	if (head->seq > last.seq)
		check_tell(check, FAULT_TAIL, last, (struct place){last.seq + 1, 0},
			_("The log ends with row %llu, but %llu were written: its end was cut "
			  "off."),
			(unsigned long long)last.seq, (unsigned long long)head->seq);
	else if (head->seq < last.seq)
		check_tell(check, FAULT_ADDED, (struct place){head->seq, 0}, last,
			_("The log ends with row %llu, but only %llu were written."),
			(unsigned long long)last.seq, (unsigned long long)head->seq);
	else if (!wf_mem_equal(head->chain, check->verifier.head.chain, sizeof(head->chain)))
		check_tell(check, FAULT_CHANGED, last, last,
			_("Row %llu is not the one that was written last."),
			(unsigned long long)last.seq);
}

/* A log begins with its first row, or behind what has expired. */
static void
look_for_head(struct audit_check *check)
{
	const bool begins = check->options.whole || check->options.made_us != 0;

	if (!begins || check->buried || check->sums.rows == 0 || check->sums.first_seq == 1)
		return;
	check_tell(check, FAULT_HEAD, (struct place){0, 0},
		(struct place){check->sums.first_seq, check->sums.first_us},
		_("The log begins with row %llu, and no tombstone says that the rows before it "
		  "have expired."),
		(unsigned long long)check->sums.first_seq);
}

void
audit_check_end(struct audit_check *check, const struct audit_head *head)
{
	const struct audit_checkpoint *furthest = NULL;
	const struct place last = last_row(check);

	if (head != NULL)
		end_at_head(check, head);
	check_tell_damaged(check);
	look_for_head(check);
	check_look_for_restore(check);
	if (check->node[0] == '\0' && check->options.elsewhere)
		check_tell(check, FAULT_FOREIGN, last, last, "%s",
			_("There is no row that a checkpoint could be of: nothing is proved."));
	for (; check->next < check->nmarks; check->next++) {
		const struct audit_checkpoint *c = &check->marks[check->next].checkpoint;

		if (check_is_void(check, &check->marks[check->next]))
			check_note_void(check, &check->marks[check->next]);
		else if (is_later_generation(check, c))
			continue;
		else if (check->options.whole || c->time_us <= check->options.made_us)
			furthest = c;
		else
			check->sums.outside++;
	}
	if (furthest != NULL)
		check_tell(check, FAULT_TAIL, last, check_place_of(furthest),
			_("The log ends with row %llu, but a checkpoint was made of row %llu: its "
			  "end was cut off, or an older store stands in its place."),
			(unsigned long long)last.seq, (unsigned long long)furthest->seq);
}
