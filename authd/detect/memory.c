/* What is remembered of accounts, sources and habits.  Pure. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/detect/memory.h"

#define US_PER_S INT64_C(1000000)
#define COLLEAGUES_NOTED 4
#define RESET_SCORE 8 /* a reset waits for the login that it may belong to */

static struct trail_mark
mark_of(const struct sight *sight, uint64_t tag, uint64_t tag2)
{
	return (struct trail_mark){.time_us = sight->row->time_us,
		.seq = sight->seq,
		.tag = tag,
		.tag2 = tag2,
		.weight = sight->weight};
}

static void
score(const struct sight *sight)
{
	struct account_state *account = sight->account;
	struct source_state *source = sight->source;

	if (account != NULL)
		account->head.score = account->wrong.n + account->refused.n + account->disabled.n +
				      (account->reset_us != 0 ? RESET_SCORE : 0);
	if (source != NULL)
		source->head.score = 2 * source->failing.n + source->strangers.n;
}

/* --- counting, a function for each kind of sight --- */

/* There the names are counted, not how often each of them was tried. */
static void
at_source(const struct sight *sight, size_t offset)
{
	struct trail_mark mark = mark_of(sight, sight->who, 0);

	if (sight->source != NULL)
		trail_touch(trail_of((struct trail *)(void *)((char *)sight->source + offset)),
			&mark, 0);
}

#define AT_FAILING(sight) at_source((sight), offsetof(struct source_state, failing))
#define AT_STRANGERS(sight) at_source((sight), offsetof(struct source_state, strangers))

static int64_t
crowd_window_us(const struct detect *detect)
{
	return detect->options.settings->rules[DETECT_MANY_SOURCES].values[DETECT_WINDOW] *
	       US_PER_S;
}

static void
count_wrong(struct detect *detect, const struct sight *sight)
{
	struct trail_mark mark = mark_of(sight, sight->where, 0);
	struct trail_mark pair = mark_of(sight, sight->where, sight->who);

	if (sight->account != NULL)
		trail_add(trail_of(&sight->account->wrong), &mark);
	if (sight->account != NULL && sight->second)
		trail_add(trail_of(&sight->account->refused), &mark);
	AT_FAILING(sight);
	if (sight->where != 0)
		trail_touch(trail_of_long(&detect->crowd), &pair, crowd_window_us(detect));
}

static void
count_stranger(struct detect *detect, const struct sight *sight)
{
	(void)detect;
	AT_STRANGERS(sight);
}

/* Counts where it is known by other rows that there is such an account. */
static void
count_refused(struct detect *detect, const struct sight *sight)
{
	struct trail_mark mark = mark_of(sight, sight->where, 0);

	(void)detect;
	if (sight->account == NULL || sight->account->wrong.n == 0)
		return;
	trail_add(trail_of(&sight->account->wrong), &mark);
	AT_FAILING(sight);
}

static void
count_disabled(struct detect *detect, const struct sight *sight)
{
	struct trail_mark mark = mark_of(sight, sight->where, 0);

	(void)detect;
	if (sight->account != NULL)
		trail_add(trail_of(&sight->account->disabled), &mark);
	AT_FAILING(sight);
}

static void
count_reset(struct detect *detect, const struct sight *sight)
{
	(void)detect;
	if (sight->account == NULL)
		return;
	sight->account->reset_us = sight->row->time_us;
	sight->account->reset_seq = sight->seq;
}

static void
count_fault(struct detect *detect, const struct sight *sight)
{
	struct trail_mark mark = mark_of(sight, table_hash(sight->fault), 0);

	trail_add(trail_of(&detect->faults), &mark);
}

/* Whose memory a kind needs: made if it is not there, looked for, or none. */
enum need { NEED_NONE = 0, NEED_FIND, NEED_TAKE };

static const struct {
	enum need account, source;
	void (*count)(struct detect *detect, const struct sight *sight);
} counters[SIGHT_KINDS] = {
	[SIGHT_WRONG] = {NEED_TAKE, NEED_TAKE, count_wrong},
	[SIGHT_REPLAYED] = {NEED_TAKE, NEED_TAKE, count_wrong},
	[SIGHT_STRANGER] = {NEED_NONE, NEED_TAKE, count_stranger},
	[SIGHT_REFUSED] = {NEED_FIND, NEED_FIND, count_refused},
	[SIGHT_DISABLED] = {NEED_TAKE, NEED_TAKE, count_disabled},
	[SIGHT_SUCCESS] = {NEED_TAKE, NEED_FIND, NULL},
	[SIGHT_LOCKED] = {NEED_TAKE, NEED_FIND, NULL},
	[SIGHT_RESET] = {NEED_TAKE, NEED_NONE, count_reset},
	[SIGHT_FAULT] = {NEED_NONE, NEED_NONE, count_fault},
};

static void *
remembered(struct table *table, const char *key, enum need need, int64_t now_us)
{
	if (need == NEED_NONE || key[0] == '\0')
		return NULL;
	return need == NEED_TAKE ? detect_table_take(table, key, now_us)
				 : detect_table_find(table, key);
}

void
memory_count(struct detect *detect, struct sight *sight)
{
	const struct audit_row *row = sight->row;

	sight->account = remembered(&detect->accounts, row->user, counters[sight->kind].account,
		row->time_us);
	if (sight->where != 0)
		sight->source = remembered(&detect->sources, sight->place,
			counters[sight->kind].source, row->time_us);
	if (counters[sight->kind].count != NULL)
		counters[sight->kind].count(detect, sight);
	score(sight);
}

/* Where a code was used is where it may come from once more. */
static void
note_login(const struct sight *sight)
{
	struct account_state *account = sight->account;

	account->in_us = sight->row->time_us;
	account->in_seq = sight->seq;
	account->in_where = sight->where;
	account->in_network = sight->network;
}

/* Who gets in has only mistyped before: from this source, on this account. */
void
memory_excuse(struct detect *detect, const struct sight *sight)
{
	if (sight->kind != SIGHT_SUCCESS)
		return;
	if (sight->account != NULL) {
		note_login(sight);
		trail_forget(trail_of(&sight->account->wrong), sight->where, 0);
		trail_forget(trail_of(&sight->account->refused), sight->where, 0);
	}
	if (sight->source != NULL)
		trail_forget(trail_of(&sight->source->failing), sight->who, 0);
	if (sight->where != 0)
		trail_forget(trail_of_long(&detect->crowd), sight->where, sight->who);
	score(sight);
}

/* --- habits --- */

static void
subject_of_user(const char *user, char subject_r[TABLE_KEY_SIZE])
{
	(void)snprintf(subject_r, TABLE_KEY_SIZE, "u:%s", user);
}

static void
subject_of_network(uint64_t network, char subject_r[TABLE_KEY_SIZE])
{
	(void)snprintf(subject_r, TABLE_KEY_SIZE, "n:%016" PRIx64, network);
}

static size_t
subjects(const struct audit_row *row, char subjects_r[DETECT_NEEDS][TABLE_KEY_SIZE])
{
	enum sight_kind kind = sight_kind_of(row);
	uint64_t network = habit_network(row->source);

	if ((kind != SIGHT_SUCCESS && kind != SIGHT_REMOVED) || row->user[0] == '\0')
		return 0;
	subject_of_user(row->user, subjects_r[0]);
	if (kind != SIGHT_SUCCESS || network == 0)
		return 1;
	subject_of_network(network, subjects_r[1]);
	return 2;
}

size_t
detect_needs(const struct detect *detect, const struct audit_row *row,
	char subjects_r[DETECT_NEEDS][TABLE_KEY_SIZE])
{
	char all[DETECT_NEEDS][TABLE_KEY_SIZE];
	size_t n = subjects(row, all), missing = 0;

	for (size_t i = 0; i < n; i++)
		if (detect_table_find(&detect->habits, all[i]) == NULL)
			memcpy(subjects_r[missing++], all[i], TABLE_KEY_SIZE);
	return missing;
}

void
detect_give(struct detect *detect, const char *subject, const uint8_t *bytes, size_t len)
{
	/* nothing comes in its place before the row that it is for */
	struct habit_entry *entry = detect_table_take(&detect->habits, subject, INT64_MAX);

	if (entry == NULL || entry->changed)
		return;
	if (len == 0 || habit_decode(bytes, len, &entry->habit) != WF_OK)
		entry->habit = (struct habit){.n = 0};
}

/* One that was not given is not known: an empty one in its place would be kept instead of it. */
static struct habit_entry *
entry_of(struct detect *detect, const char *subject, int64_t now_us)
{
	struct habit_entry *entry = detect_table_find(&detect->habits, subject);

	if (entry != NULL)
		entry->head.used_us = now_us;
	return entry;
}

void
memory_habits(struct detect *detect, struct sight *sight)
{
	char all[DETECT_NEEDS][TABLE_KEY_SIZE];
	struct habit **const habits[DETECT_NEEDS] = {&sight->habit, &sight->colleagues};
	size_t n = subjects(sight->row, all);
	char country[3] = "";

	for (size_t i = 0; i < n; i++) {
		struct habit_entry *entry = entry_of(detect, all[i], sight->row->time_us);

		*habits[i] = entry == NULL ? NULL : &entry->habit;
	}
	if (n > 1 && detect->options.country != NULL)
		detect->options.country(detect->options.country_ctx, sight->row->source, country);
	sight->country = habit_country(country);
}

static void
changed(struct habit *habit, bool gone)
{
	char *bytes = (char *)habit - offsetof(struct habit_entry, habit);
	struct habit_entry *entry = (struct habit_entry *)(void *)bytes;

	entry->changed = true;
	entry->gone = gone;
	entry->head.score = TABLE_PINNED;
}

void
memory_learn(struct detect *detect, const struct sight *sight)
{
	struct habit *habit = sight->habit, *colleagues = sight->colleagues;
	bool learned;

	(void)detect;
	if (habit != NULL && sight->kind == SIGHT_REMOVED) {
		*habit = (struct habit){.n = 0};
		changed(habit, true);
		return;
	}
	if (habit == NULL)
		return;
	learned = habit_used(habit, sight->day, sight->hour);
	learned = habit_seen(habit, sight->network, sight->day) || learned;
	learned = habit_seen(habit, sight->country, sight->day) || learned;
	if (learned)
		changed(habit, false);
	/* A few a day say enough of a network that hundreds share. */
	if (colleagues != NULL && habit_places(colleagues, sight->day, 0, 0) < COLLEAGUES_NOTED &&
		habit_seen(colleagues, sight->who, sight->day))
		changed(colleagues, false);
}

const char *
detect_changed(const struct detect *detect, size_t *at, const struct habit **habit_r)
{
	while (*at < detect->habits.n) {
		const struct habit_entry *entry = detect_table_at(&detect->habits, (*at)++);

		if (entry == NULL || !entry->changed)
			continue;
		*habit_r = entry->gone ? NULL : &entry->habit;
		return entry->head.key;
	}
	return NULL;
}

void
detect_kept(struct detect *detect)
{
	for (size_t i = 0; i < detect->habits.n; i++) {
		struct habit_entry *entry = detect_table_at(&detect->habits, i);

		if (entry == NULL || !entry->changed)
			continue;
		entry->changed = false;
		entry->gone = false;
		entry->head.score = 0;
	}
	for (size_t i = 0; i < detect->incidents.n; i++) {
		struct detect_incident *incident = detect_table_at(&detect->incidents, i);

		if (incident != NULL && incident->id != 0)
			incident->changed = false;
	}
}
