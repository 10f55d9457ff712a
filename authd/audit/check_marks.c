/*
 * The checkpoints of a check: whose they are, whether they are genuine, and in which order they
 * will be met.
 *
 * Whom to trust is found before the first row: a checkpoint that is signed by a trusted key and
 * announces another key makes that one trusted, too, in both directions of time (checkpoint.h), so
 * any one public key of a log is enough.  A key is replaced once, by one other, and may not sign
 * what comes later.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/audit/check_parts.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/secret.h"

#define CHECKPOINTS_MAX 1000000

/* --- keys --- */

static struct known_key *
key_find(struct audit_check *check, const char *fingerprint)
{
	for (size_t i = 0; i < check->nkeys; i++) {
		if (strcmp(check->keys[i].public.fingerprint, fingerprint) == 0)
			return &check->keys[i];
	}
	return NULL;
}

wf_status
audit_check_trust(struct audit_check *check, const struct signing_public *public)
{
	if (key_find(check, public->fingerprint) != NULL)
		return WF_OK;
	if (check->nkeys == KEYS_MAX)
		return WF_FULL;
	check->keys[check->nkeys++] = (struct known_key){.public = *public};
	return WF_OK;
}

/* Whose key the checkpoint speaks of is as good as the one that signed. */
static wf_status
learn(struct audit_check *check, const struct audit_checkpoint *checkpoint)
{
	struct signing_public peer;
	wf_status status;

	if (!audit_checkpoint_has_peer(checkpoint))
		return WF_OK;
	status = signing_public_set(&peer, checkpoint->peer);
	return status == WF_OK ? audit_check_trust(check, &peer) : status;
}

/* Proves what it can; found_r: something was proved. */
static wf_status
prove_some(struct audit_check *check, bool *found_r)
{
	wf_status status = WF_OK;

	*found_r = false;
	for (size_t i = 0; status == WF_OK && i < check->nmarks; i++) {
		struct mark *mark = &check->marks[i];
		const struct known_key *key = key_find(check, mark->checkpoint.key);

		if (mark->proved || key == NULL)
			continue;
		status = audit_checkpoint_verify(&mark->checkpoint, &key->public);
		if (status == WF_CORRUPT) {
			status = WF_OK;
			continue;
		}
		if (status == WF_OK) {
			mark->proved = *found_r = true;
			status = learn(check, &mark->checkpoint);
		}
	}
	return status;
}

static void
tell_unproved(struct audit_check *check, const struct mark *mark)
{
	const struct audit_checkpoint *c = &mark->checkpoint;
	const struct place nowhere = {0, 0};

	if (key_find(check, c->key) != NULL)
		check_tell(check, FAULT_SIGNATURE, nowhere, check_place_of(c),
			_("Checkpoint %llu, of row %llu, was changed: its signature does not fit."),
			(unsigned long long)c->number, (unsigned long long)c->seq);
	else
		check_tell(check, FAULT_KEY, nowhere, check_place_of(c),
			_("Checkpoint %llu, of row %llu, is signed with the key %s, which no key "
			  "that is trusted announces."),
			(unsigned long long)c->number, (unsigned long long)c->seq, c->key);
}

/* Unproved ones have been told and prove nothing: they go. */
static void
drop_unproved(struct audit_check *check)
{
	size_t kept = 0;

	for (size_t i = 0; i < check->nmarks; i++) {
		if (check->marks[i].proved)
			check->marks[kept++] = check->marks[i];
		else
			tell_unproved(check, &check->marks[i]);
	}
	check->nmarks = kept;
}

/* --- keys that were replaced --- */

/* Whom a checkpoint that speaks of keys calls the former one, and its heir. */
struct handover {
	struct known_key *former;
	char heir[17];
};

static wf_status
handover_read(struct audit_check *check, const struct audit_checkpoint *c,
	struct handover *handover_r)
{
	const bool by_former = c->reason == CHECKPOINT_KEY;
	struct signing_public peer;
	wf_status status = signing_public_set(&peer, c->peer);

	if (status != WF_OK)
		return status;
	handover_r->former = key_find(check, by_former ? c->key : peer.fingerprint);
	memcpy(handover_r->heir, by_former ? peer.fingerprint : c->key, sizeof(handover_r->heir));
	return WF_OK;
}

/*
 * Signed with a key after it was replaced; `least`: the lowest number of the generation, by which
 * is known whether it was restored to before that.
 */
static void
look_at_signer(struct audit_check *check, const struct audit_checkpoint *c, uint64_t least)
{
	const struct known_key *key = key_find(check, c->key);

	if (key == NULL || !key->retired)
		return;
	if (c->generation == key->generation ? c->seq <= key->seq : least <= key->number)
		return;
	check_tell(check, FAULT_KEY, (struct place){key->seq, 0}, check_place_of(c),
		_("Checkpoint %llu, of row %llu, is signed with the key %s, which was replaced at "
		  "row %llu."),
		(unsigned long long)c->number, (unsigned long long)c->seq, c->key,
		(unsigned long long)key->seq);
}

/* A key is replaced once; after a restore to before that, once more. */
static wf_status
retire(struct audit_check *check, const struct audit_checkpoint *c, uint64_t least)
{
	struct handover handover = {.former = NULL};
	struct known_key *former;
	wf_status status = handover_read(check, c, &handover);

	former = handover.former;
	if (status != WF_OK || former == NULL)
		return status;
	if (!former->retired || former->generation != c->generation) {
		look_at_signer(check, c, least);
		former->retired = true;
		former->generation = c->generation;
		former->seq = c->seq;
		former->number = c->number;
		memcpy(former->heir, handover.heir, sizeof(former->heir));
	} else if (strcmp(former->heir, handover.heir) != 0) {
		check_tell(check, FAULT_KEY, (struct place){former->seq, 0}, check_place_of(c),
			_("Checkpoint %llu, of row %llu, says that the key %s was replaced by %s, "
			  "but it had been replaced by %s: one of the two is not genuine."),
			(unsigned long long)c->number, (unsigned long long)c->seq,
			former->public.fingerprint, handover.heir, former->heir);
	}
	return WF_OK;
}

/* In order of generation and number; within a generation all changes of keys come first. */
static wf_status
look_at_keys(struct audit_check *check)
{
	wf_status status = WF_OK;

	for (size_t from = 0, to; status == WF_OK && from < check->nmarks; from = to) {
		const struct audit_checkpoint *first = &check->marks[from].checkpoint;

		for (to = from; to < check->nmarks; to++) {
			const struct audit_checkpoint *c = &check->marks[to].checkpoint;

			if (c->generation != first->generation)
				break;
			if (status == WF_OK && audit_checkpoint_has_peer(c))
				status = retire(check, c, first->number);
		}
		for (size_t i = from; i < to; i++)
			look_at_signer(check, &check->marks[i].checkpoint, first->number);
	}
	return status;
}

/* --- checkpoints --- */

wf_status
audit_check_add(
	struct audit_check *check, const struct audit_checkpoint *checkpoint, bool own)
{
	if (check->nmarks == check->room) {
		size_t room = check->room == 0 ? 256 : 2 * check->room;
		struct mark *marks;

		if (check->nmarks >= CHECKPOINTS_MAX)
			return WF_FULL;
		marks = wf_fault(WF_FAULT_ALLOC)
				? NULL
				: realloc(check->marks, room * sizeof(*check->marks));
		if (marks == NULL)
			return WF_NO_MEMORY;
		check->marks = marks;
		check->room = room;
	}
	check->marks[check->nmarks++] = (struct mark){.checkpoint = *checkpoint, .own = own};
	return WF_OK;
}

static void
tell_damage(struct audit_check *check)
{
	const struct place nowhere = {0, 0};

	check_tell(check, FAULT_SIGNATURE, nowhere, nowhere,
		_("A line of the checkpoints is damaged or was changed: it cannot be read."));
}

/* Kept until all checkpoints are known: it may be the beginning of one of them. */
static void
add_damaged(struct audit_check *check, const char *rest, size_t len)
{
	const char *end = memchr(rest, '\n', len);
	struct damaged *damaged;

	len = end == NULL ? len : (size_t)(end - rest);
	if (check->ndamaged == DAMAGED_MAX || len > sizeof(damaged->rest)) {
		tell_damage(check);
		return;
	}
	damaged = &check->damaged[check->ndamaged++];
	damaged->len = len;
	damaged->torn = false;
	memcpy(damaged->rest, rest, len);
}

/*
 * The daemon writes a line that came to its file in part once more, and whole.  Half a line proves
 * nothing, but accuses nobody either.
 */
void
check_tell_damaged(struct audit_check *check)
{
	for (size_t i = 0; check->ndamaged > 0 && i < check->nmarks; i++)
		for (size_t k = 0; k < check->ndamaged; k++) {
			struct damaged *damaged = &check->damaged[k];

			damaged->torn = damaged->torn ||
					audit_checkpoint_is_torn(damaged->rest, damaged->len,
						&check->marks[i].checkpoint);
		}
	for (size_t k = 0; k < check->ndamaged; k++)
		if (!check->damaged[k].torn)
			tell_damage(check);
	check->ndamaged = 0;
}

wf_status
audit_check_add_text(struct audit_check *check, const char *text, size_t len)
{
	struct audit_checkpoint checkpoint;
	size_t used = 0;
	wf_status status;

	while ((status = audit_checkpoint_find(text, len, &checkpoint, &used)) != WF_NOT_FOUND) {
		if (status == WF_OK)
			status = audit_check_add(check, &checkpoint, false);
		else
			add_damaged(check, text + used, len - used);
		if (status != WF_OK && status != WF_CORRUPT)
			return status;
		text += used;
		len -= used;
	}
	return WF_OK;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int
by_number(const void *a, const void *b)
{
	const struct audit_checkpoint *x = &((const struct mark *)a)->checkpoint;
	const struct audit_checkpoint *y = &((const struct mark *)b)->checkpoint;
	int order = COMPARE(x->generation, y->generation);

	if (order == 0)
		order = COMPARE(x->number, y->number);
	return order != 0 ? order : COMPARE(x->seq, y->seq);
}

static int
by_row(const void *a, const void *b)
{
	const struct audit_checkpoint *x = &((const struct mark *)a)->checkpoint;
	const struct audit_checkpoint *y = &((const struct mark *)b)->checkpoint;
	int order = COMPARE(x->seq, y->seq);

	return order != 0 ? order : by_number(a, b);
}

static void
sort(struct audit_check *check, int (*compare)(const void *, const void *))
{
	if (check->nmarks > 1)
		qsort(check->marks, check->nmarks, sizeof(check->marks[0]), compare);
}

/*
 * Where nobody says which store it is: that of the latest checkpoint of the node, of those that
 * are genuine if any is.
 */
static void
choose_store(struct audit_check *check, bool proved)
{
	int64_t latest_us = INT64_MIN;

	for (size_t i = 0; check->options.store[0] == '\0' && i < check->nmarks; i++) {
		const struct audit_checkpoint *c = &check->marks[i].checkpoint;

		if (strcmp(c->node, check->node) != 0 || c->time_us < latest_us ||
			check->marks[i].proved != proved)
			continue;
		latest_us = c->time_us;
		memcpy(check->store, c->store, sizeof(check->store));
	}
}

static void
drop_foreign(struct audit_check *check)
{
	size_t kept = 0;

	for (size_t i = 0; i < check->nmarks; i++) {
		const struct audit_checkpoint *c = &check->marks[i].checkpoint;

		if (strcmp(c->node, check->node) == 0 && strcmp(c->store, check->store) == 0)
			check->marks[kept++] = check->marks[i];
	}
	check->sums.foreign = check->nmarks - kept;
	check->nmarks = kept;
}

struct counts {
	size_t own, elsewhere;
};

static struct counts
count_marks(const struct audit_check *check)
{
	struct counts counts = {.own = 0};

	for (size_t i = 0; i < check->nmarks; i++) {
		counts.own += check->marks[i].own;
		counts.elsewhere += !check->marks[i].own;
	}
	return counts;
}

/* What was to prove something has to be about this log. */
static void
look_for_ours(struct audit_check *check, struct counts given)
{
	const struct place nowhere = {0, 0};
	const struct counts ours = count_marks(check);

	if (check->options.elsewhere && given.elsewhere == 0)
		check_tell(check, FAULT_FOREIGN, nowhere, nowhere, "%s",
			_("What was given as checkpoints that were kept elsewhere holds not one: "
			  "nothing is proved by it."));
	else if ((given.elsewhere > 0 && ours.elsewhere == 0) || (given.own > 0 && ours.own == 0))
		check_tell(check, FAULT_FOREIGN, nowhere, nowhere,
			_("None of the checkpoints is of this log (node %s): they are of another "
			  "host or another store."),
			check->node);
}

static bool
same_statement(const struct audit_checkpoint *a, const struct audit_checkpoint *b)
{
	return a->seq == b->seq && a->time_us == b->time_us && a->reason == b->reason &&
	       wf_mem_equal(a->chain, b->chain, sizeof(a->chain));
}

/* One number is given once; a line may be there twice. */
static void
drop_doubles(struct audit_check *check)
{
	size_t kept = 0;

	for (size_t i = 0; i < check->nmarks; i++) {
		const struct audit_checkpoint *c = &check->marks[i].checkpoint;
		struct mark *last = kept > 0 ? &check->marks[kept - 1] : NULL;

		if (last == NULL || last->checkpoint.number != c->number ||
			last->checkpoint.generation != c->generation) {
			check->marks[kept++] = check->marks[i];
			continue;
		}
		last->own = last->own || check->marks[i].own;
		if (same_statement(&last->checkpoint, c))
			continue;
		check_tell(check, FAULT_OLDER, check_place_of(&last->checkpoint), check_place_of(c),
			_("There are two checkpoints with the number %llu, of row %llu and of row "
			  "%llu: the store was replaced by an older copy in between, without "
			  "'warifud --restore'."),
			(unsigned long long)c->number,
			(unsigned long long)last->checkpoint.seq, (unsigned long long)c->seq);
		check->marks[kept++] = check->marks[i];
	}
	check->nmarks = kept;
}

/* The store's own have all numbers from 1 on. */
static void
look_for_gaps(struct audit_check *check)
{
	struct place good = {0, 0};
	uint64_t number = 0;

	for (size_t i = 0; i < check->nmarks; i++) {
		const struct audit_checkpoint *c = &check->marks[i].checkpoint;

		if (!check->marks[i].own)
			continue;
		if (c->number != number + 1)
			check_tell(check, FAULT_GAP, good, check_place_of(c),
				_("Checkpoints are missing in the store: after number %llu comes "
				  "%llu."),
				(unsigned long long)number, (unsigned long long)c->number);
		number = c->number;
		good = check_place_of(c);
	}
}

/*
 * A restored store numbers on from its backup.  That tells of a restore whose own row is not among
 * the rows that are looked at: it has expired, or an export begins behind it.
 */
static void
void_lost(struct audit_check *check)
{
	const struct audit_checkpoint *later = NULL, *least = NULL;

	for (size_t i = check->nmarks; i > 0; i--) {
		struct mark *mark = &check->marks[i - 1];
		const struct audit_checkpoint *c = &mark->checkpoint;

		if (least != NULL && least->generation != c->generation &&
			(later == NULL || least->number < later->number))
			later = least;
		least = c;
		if (later == NULL || c->number < later->number)
			continue;
		mark->void_generation = later->generation;
		mark->void_number = later->number;
	}
}

/* A clock may have been ahead for a while: what was made later says so. */
static void
bound_times(struct audit_check *check)
{
	int64_t by_us = INT64_MAX;

	for (size_t i = check->nmarks; i > 0; i--) {
		struct mark *mark = &check->marks[i - 1];

		if (mark->checkpoint.time_us < by_us)
			by_us = mark->checkpoint.time_us;
		mark->by_us = by_us;
	}
}

wf_status
check_prepare(struct audit_check *check)
{
	const struct counts given = count_marks(check);
	bool found = true;
	wf_status status = WF_OK;

	check_tell_damaged(check);
	while (status == WF_OK && found)
		status = prove_some(check, &found);
	if (status != WF_OK)
		return status;
	choose_store(check, true);
	if (check->store[0] == '\0')
		choose_store(check, false);
	drop_foreign(check);
	look_for_ours(check, given);
	sort(check, by_number);
	drop_unproved(check);
	status = look_at_keys(check);
	drop_doubles(check);
	look_for_gaps(check);
	void_lost(check);
	bound_times(check);
	sort(check, by_row);
	return status;
}
