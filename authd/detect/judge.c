/*
 * What each rule looks for.  A rule sees one row, what is remembered about its account and source,
 * and its own values; the row has been counted already, habits have not learned it yet.
 */
#include "config.h"

#include "authd/detect/judge.h"

#include <string.h>

#define US_PER_S INT64_C(1000000)
#define NEAR_HOURS 2	 /* around an hour with logins are usual, too */
#define COLLEAGUES 3	 /* who come from a network make it one of the place of work */
#define KNOWN_DAYS 90	 /* for how long they do */
#define TROUBLED 3	 /* wrong answers shortly before a login that make a new place worse */
#define STRANGERS_LESS 2 /* levels less, where no account was among the names */
#define SHARED_MORE 3	 /* times as many, where colleagues share an address */

struct bench {
	const struct court *court;
	const struct sight *sight;
	const uint32_t *values;
	enum detect_rule rule;
	int64_t now_us, window_us;
};

static unsigned
level_of(const struct bench *bench, int more)
{
	int level = (int)bench->values[DETECT_LEVEL] + more;

	return level < 0 ? 0 : level >= DETECT_LEVELS ? DETECT_LEVELS - 1 : (unsigned)level;
}

static struct trail_sum
sum(const struct bench *bench, struct trail *trail, uint64_t tag)
{
	return trail_sum(trail_of(trail), bench->now_us, bench->window_us, tag);
}

/* The rows of a trail that lie in the window. */
static void
cite(const struct bench *bench, struct trail_view trail, uint64_t tag, struct ruling *ruling)
{
	for (uint32_t i = 0; i < *trail.n; i++) {
		const struct trail_mark *mark = &trail.marks[i];

		if (!trail_holds(mark->time_us, bench->now_us, bench->window_us) ||
			(tag != 0 && mark->tag != tag))
			continue;
		if (ruling->n == DETECT_SEQS)
			memmove(ruling->seqs, ruling->seqs + 1,
				--ruling->n * sizeof(ruling->seqs[0]));
		ruling->seqs[ruling->n++] = mark->seq;
		if (ruling->first_us == 0 || mark->time_us < ruling->first_us)
			ruling->first_us = mark->time_us;
	}
}

static bool
of_account(const struct bench *bench, int more, struct ruling *ruling)
{
	ruling->level = level_of(bench, more);
	ruling->key = bench->sight->row->user;
	ruling->who = true;
	ruling->where = true;
	return true;
}

/* The lock is the threshold itself, whatever it is set to. */
static bool
account_failures(const struct bench *bench, struct ruling *ruling)
{
	struct account_state *account = bench->sight->account;

	if (account == NULL || (bench->sight->kind != SIGHT_LOCKED &&
				       sum(bench, &account->wrong, 0).weight <
					       bench->values[DETECT_TRIES]))
		return false;
	cite(bench, trail_of(&account->wrong), 0, ruling);
	return of_account(bench, 0, ruling);
}

/* Names without account are the noise of the internet, but not from within. */
static bool
source_spray(const struct bench *bench, struct ruling *ruling)
{
	struct source_state *source = bench->sight->source;
	uint32_t accounts, strangers;

	if (source == NULL)
		return false;
	accounts = sum(bench, &source->failing, 0).tags;
	strangers = sum(bench, &source->strangers, 0).tags;
	if (accounts + strangers < bench->values[DETECT_ACCOUNTS])
		return false;
	cite(bench, trail_of(&source->failing), 0, ruling);
	ruling->key = bench->sight->place;
	ruling->where = true;
	ruling->level = level_of(bench, 0);
	if (accounts < bench->values[DETECT_ACCOUNTS])
		ruling->level = level_of(
			bench, accounts > 1 || bench->sight->inside ? -1 : -STRANGERS_LESS);
	return true;
}

static bool
many_sources(const struct bench *bench, struct ruling *ruling)
{
	struct trail_view crowd = trail_of_long(bench->court->crowd);
	struct trail_sum sum = trail_sum(crowd, bench->now_us, bench->window_us, 0);

	if (sum.weight < bench->values[DETECT_TRIES] ||
		sum.tags < bench->values[DETECT_SOURCES] ||
		sum.tags2 < bench->values[DETECT_ACCOUNTS])
		return false;
	cite(bench, crowd, 0, ruling);
	ruling->key = "all";
	ruling->level = level_of(bench, 0);
	return true;
}

/* Where its colleagues come from. */
static bool
place_is_shared(const struct bench *bench)
{
	const struct sight *sight = bench->sight;

	return sight->colleagues != NULL &&
	       habit_places(sight->colleagues, sight->day, KNOWN_DAYS, sight->who) >= COLLEAGUES;
}

/* Known to the account, or shared. */
static bool
place_is_known(const struct bench *bench, uint32_t days)
{
	const struct sight *sight = bench->sight;

	return sight->network == 0 || sight->habit == NULL ||
	       habit_knows(sight->habit, sight->network, sight->day, days) ||
	       place_is_shared(bench);
}

/* The owner who logs in at home while somebody guesses elsewhere is not meant. */
static bool
success_after_failures(const struct bench *bench, struct ruling *ruling)
{
	const struct sight *sight = bench->sight;
	uint64_t tag;

	if (sight->account == NULL || sight->where == 0)
		return false;
	tag = place_is_known(bench, KNOWN_DAYS) ? sight->where : 0;
	if (sum(bench, &sight->account->wrong, tag).weight < bench->values[DETECT_TRIES])
		return false;
	cite(bench, trail_of(&sight->account->wrong), tag, ruling);
	return of_account(bench, tag == 0 ? 1 : 0, ruling);
}

/* In a day some give up behind the address of a whole office; that is no spray yet. */
static bool
spray_worked(const struct bench *bench, struct ruling *ruling)
{
	struct source_state *source = bench->sight->source;
	struct trail_sum others;

	if (source == NULL)
		return false;
	others = sum(bench, &source->failing, 0);
	if (sum(bench, &source->failing, bench->sight->who).tags > 0)
		others.tags--;
	if (others.tags <
		bench->values[DETECT_ACCOUNTS] * (place_is_shared(bench) ? SHARED_MORE : 1))
		return false;
	cite(bench, trail_of(&source->failing), 0, ruling);
	return of_account(bench, 0, ruling);
}

/* A trail of the account that has as many tries as the rule wants. */
static bool
tries_of(const struct bench *bench, struct trail *trail, struct ruling *ruling)
{
	if (sum(bench, trail, 0).weight < bench->values[DETECT_TRIES])
		return false;
	cite(bench, trail_of(trail), 0, ruling);
	return of_account(bench, 0, ruling);
}

static bool
code_fatigue(const struct bench *bench, struct ruling *ruling)
{
	struct account_state *account = bench->sight->account;

	return account != NULL && tries_of(bench, &account->refused, ruling);
}

/*
 * Who types his code twice does so where he sits.  Somebody else who has it, too, has seen it, or
 * stands between.
 */
static bool
code_replay(const struct bench *bench, struct ruling *ruling)
{
	const struct sight *sight = bench->sight;
	const struct account_state *account = sight->account;

	if (account == NULL || account->in_us == 0 || sight->where == 0 ||
		account->in_where == 0 || account->in_where == sight->where ||
		(sight->network != 0 && account->in_network == sight->network) ||
		!trail_holds(account->in_us, bench->now_us, bench->window_us))
		return false;
	ruling->seqs[ruling->n++] = account->in_seq;
	ruling->first_us = account->in_us;
	return of_account(bench, 0, ruling);
}

static bool
disabled(const struct bench *bench, struct ruling *ruling)
{
	struct account_state *account = bench->sight->account;

	return account != NULL && tries_of(bench, &account->disabled, ruling);
}

static bool
dormant(const struct bench *bench, struct ruling *ruling)
{
	const struct sight *sight = bench->sight;

	if (sight->habit == NULL || sight->habit->days == 0 ||
		(int64_t)sight->day - sight->habit->last_day < bench->values[DETECT_DAYS])
		return false;
	return of_account(bench, 0, ruling);
}

static bool
default_account(const struct bench *bench, struct ruling *ruling)
{
	bool (*is_default)(const char *user) = bench->court->options->is_default;

	return is_default != NULL && is_default(bench->sight->row->user) &&
	       of_account(bench, 0, ruling);
}

static bool
was_reset(const struct bench *bench, int64_t window_us)
{
	const struct account_state *account = bench->sight->account;

	return account != NULL && account->reset_us != 0 &&
	       trail_holds(account->reset_us, bench->now_us, window_us);
}

static bool
reset_new_place(const struct bench *bench, struct ruling *ruling)
{
	const struct sight *sight = bench->sight;
	const struct account_state *account = sight->account;

	if (!was_reset(bench, bench->window_us) || sight->habit == NULL || sight->habit->n == 0 ||
		place_is_known(bench, bench->values[DETECT_DAYS]))
		return false;
	ruling->seqs[ruling->n++] = account->reset_seq;
	ruling->first_us = account->reset_us;
	return of_account(bench, 0, ruling);
}

/* Habits of an account that has logged in on too few days say nothing. */
static bool
is_learned(const struct bench *bench)
{
	const struct habit *habit = bench->sight->habit;

	return habit != NULL && habit->days >= bench->values[DETECT_LEARN];
}

/* Where two kinds were proved and nothing went wrong before it is a note, no more. */
static int
milder(const struct bench *bench)
{
	const struct sight *sight = bench->sight;
	bool troubled = sight->account != NULL &&
			sum(bench, &sight->account->wrong, 0).weight >= TROUBLED;

	return sight->two_kinds && !troubled ? -1 : 0;
}

/* Soon after a reset it is the other rule's. */
static bool
new_network(const struct bench *bench, struct ruling *ruling)
{
	const struct detect_rule_settings *reset =
		&bench->court->options->settings->rules[DETECT_RESET_NEW_PLACE];

	if (reset->off[0] == '\0' && was_reset(bench, reset->values[DETECT_WINDOW] * US_PER_S))
		return false;
	if (!is_learned(bench) || place_is_known(bench, bench->values[DETECT_DAYS]))
		return false;
	return of_account(bench, milder(bench), ruling);
}

static bool
new_country(const struct bench *bench, struct ruling *ruling)
{
	const struct sight *sight = bench->sight;

	if (!is_learned(bench) || sight->country == 0 ||
		habit_knows(sight->habit, sight->country, sight->day, bench->values[DETECT_DAYS]))
		return false;
	return of_account(bench, 0, ruling);
}

static bool
hour_is_usual(const struct bench *bench)
{
	const uint32_t from = bench->values[DETECT_FROM], until = bench->values[DETECT_UNTIL];
	const unsigned hour = bench->sight->hour;

	if (from == until)
		return !is_learned(bench) || habit_usual(bench->sight->habit, hour, NEAR_HOURS);
	return from < until ? hour >= from && hour < until : hour >= from || hour < until;
}

static bool
odd_hours(const struct bench *bench, struct ruling *ruling)
{
	if (hour_is_usual(bench))
		return false;
	return of_account(bench, milder(bench), ruling);
}

static bool
break_glass(const struct bench *bench, struct ruling *ruling)
{
	return of_account(bench, 0, ruling);
}

/* Answers that did not arrive happen, and so do many names; only many of them mean something. */
static bool
log_fault(const struct bench *bench, struct ruling *ruling)
{
	const char *fault = bench->sight->fault;
	bool undelivered = strcmp(fault, "undelivered") == 0;

	if (bench->sight->of != DETECT_LOG_FAULT)
		return false;
	ruling->level = level_of(bench, undelivered || strcmp(fault, "overflow") == 0 ? -1 : 0);
	ruling->key = fault;
	if (!undelivered)
		return true;
	cite(bench, trail_of(bench->court->faults), table_hash(fault), ruling);
	return sum(bench, bench->court->faults, table_hash(fault)).weight >=
	       bench->values[DETECT_TRIES];
}

static bool
state_of(const struct bench *bench, struct ruling *ruling)
{
	ruling->level = level_of(bench, 0);
	ruling->key = bench->sight->fault;
	return bench->sight->of == bench->rule;
}

#define SUCCESS SIGHT_BIT(SIGHT_SUCCESS)
#define WRONG (SIGHT_BIT(SIGHT_WRONG) | SIGHT_BIT(SIGHT_REPLAYED))
#define TRIED (WRONG | SIGHT_BIT(SIGHT_REFUSED))
#define FAULT SIGHT_BIT(SIGHT_FAULT)

static const struct {
	unsigned kinds; /* of sights that it looks at */
	bool (*find)(const struct bench *bench, struct ruling *ruling);
} judges[DETECT_RULES] = {
	[DETECT_ACCOUNT_FAILURES] = {TRIED | SIGHT_BIT(SIGHT_LOCKED), account_failures},
	[DETECT_SOURCE_SPRAY] = {TRIED | SIGHT_BIT(SIGHT_STRANGER) | SIGHT_BIT(SIGHT_DISABLED),
		source_spray},
	[DETECT_MANY_SOURCES] = {WRONG, many_sources},
	[DETECT_SUCCESS_AFTER_FAILURES] = {SUCCESS, success_after_failures},
	[DETECT_SPRAY_WORKED] = {SUCCESS, spray_worked},
	[DETECT_CODE_FATIGUE] = {WRONG, code_fatigue},
	[DETECT_CODE_REPLAY] = {SIGHT_BIT(SIGHT_REPLAYED), code_replay},
	[DETECT_DORMANT] = {SUCCESS, dormant},
	[DETECT_DISABLED] = {SIGHT_BIT(SIGHT_DISABLED), disabled},
	[DETECT_DEFAULT_ACCOUNT] = {SUCCESS, default_account},
	[DETECT_RESET_NEW_PLACE] = {SUCCESS, reset_new_place},
	[DETECT_NEW_NETWORK] = {SUCCESS, new_network},
	[DETECT_NEW_COUNTRY] = {SUCCESS, new_country},
	[DETECT_ODD_HOURS] = {SUCCESS, odd_hours},
	[DETECT_BREAK_GLASS] = {SIGHT_BIT(SIGHT_BREAK_GLASS), break_glass},
	[DETECT_LOG_FAULT] = {FAULT, log_fault},
	[DETECT_BACKUP_FAULT] = {FAULT, state_of},
	[DETECT_DUTY_OVERDUE] = {FAULT, state_of},
	[DETECT_CONFIG_DRIFT] = {FAULT, state_of},
	[DETECT_ALERT_FAULT] = {FAULT, state_of},
};

bool
judge(enum detect_rule rule, const struct court *court, const struct sight *sight,
	struct ruling *ruling_r)
{
	const struct detect_rule_settings *settings = &court->options->settings->rules[rule];
	struct bench bench = {.court = court,
		.sight = sight,
		.values = settings->values,
		.rule = rule,
		.now_us = sight->row->time_us,
		.window_us = settings->values[DETECT_WINDOW] * US_PER_S};

	*ruling_r = (struct ruling){.level = 0};
	return (judges[rule].kinds & SIGHT_BIT(sight->kind)) != 0 && settings->off[0] == '\0' &&
	       judges[rule].find(&bench, ruling_r);
}
