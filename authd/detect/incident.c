/*
 * Incidents: one for a rule and a key, as long as rows of it keep coming.  Bounded in number, and
 * in how many of a rule open in an hour.  Pure.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/detect/judge.h"
#include "authd/detect/memory.h"

#define US_PER_S INT64_C(1000000)
#define HOUR_US (3600 * US_PER_S)
#define MANY "*" /* key of those that are too many */

static struct detect_incident *
find(struct detect *detect, enum detect_rule rule, const char *key)
{
	char name[TABLE_KEY_SIZE];

	(void)snprintf(name, sizeof(name), "%d %s", (int)rule, key);
	return detect_table_find(&detect->incidents, name);
}

static int64_t
hold_us(const struct detect *detect, enum detect_rule rule)
{
	const uint32_t hold = detect_rules()[rule].hold;
	int64_t window_us =
		detect->options.settings->rules[rule].values[DETECT_WINDOW] * US_PER_S;

	if (hold != 0)
		return hold * US_PER_S;
	return window_us > HOUR_US ? window_us : HOUR_US;
}

int64_t
detect_hold_us(const struct detect *detect)
{
	int64_t longest_us = 0;

	for (int rule = 0; rule < DETECT_RULES; rule++) {
		int64_t us = hold_us(detect, (enum detect_rule)rule);

		if (us > longest_us)
			longest_us = us;
	}
	return longest_us;
}

/* One that is still going on. */
static struct detect_incident *
find_live(struct detect *detect, enum detect_rule rule, const char *key, int64_t now_us)
{
	struct detect_incident *incident = find(detect, rule, key);

	if (incident == NULL ||
		trail_holds(incident->last_us, now_us, hold_us(detect, rule)))
		return incident;
	detect_table_drop(incident);
	return NULL;
}

static bool
may_open(struct detect *detect, enum detect_rule rule, int64_t now_us)
{
	struct budget *budget = &detect->budgets[rule];
	int64_t hour = now_us / HOUR_US;

	if (budget->hour != hour)
		*budget = (struct budget){.hour = hour};
	return budget->opened++ < DETECT_HOURLY;
}

static struct detect_incident *
make(struct detect *detect, enum detect_rule rule, const char *key, int64_t now_us)
{
	char name[TABLE_KEY_SIZE];
	struct detect_incident *incident;

	(void)snprintf(name, sizeof(name), "%d %s", (int)rule, key);
	incident = detect_table_take(&detect->incidents, name, now_us);
	if (incident == NULL)
		return NULL;
	incident->rule = rule;
	(void)snprintf(incident->key, sizeof(incident->key), "%s", key);
	return incident;
}

static void
add_row(struct detect_incident *incident, uint64_t seq)
{
	if (incident->n > 0 && incident->seqs[incident->n - 1] == seq)
		return;
	if (incident->n == DETECT_SEQS)
		memmove(incident->seqs, incident->seqs + 1,
			--incident->n * sizeof(incident->seqs[0]));
	incident->seqs[incident->n++] = seq;
	incident->rows++;
}

static void
begin(struct detect_incident *incident, const struct sight *sight, const struct ruling *ruling)
{
	const struct audit_row *row = sight->row;

	incident->level = ruling->level;
	for (size_t i = 0; i < ruling->n; i++)
		add_row(incident, ruling->seqs[i]);
	incident->first_seq = ruling->n > 0 ? ruling->seqs[0] : sight->seq;
	incident->first_us = ruling->first_us != 0 ? ruling->first_us : row->time_us;
	if (ruling->who)
		(void)snprintf(incident->user, sizeof(incident->user), "%s", row->user);
	if (ruling->where)
		(void)snprintf(incident->source, sizeof(incident->source), "%s", row->source);
}

static void
grow(struct detect_incident *incident, const struct sight *sight)
{
	add_row(incident, sight->seq);
	incident->last_seq = sight->seq;
	incident->last_us = sight->row->time_us;
	incident->head.used_us = sight->row->time_us;
	incident->changed = true;
}

/* Whatever belongs to it may be worse than all before. */
static void
go_on(struct detect *detect, struct detect_incident *incident, const struct sight *sight,
	unsigned level)
{
	grow(incident, sight);
	if (level <= incident->level)
		return;
	incident->level = level;
	incident->head.score = 1 + incident->level;
	detect->options.tell(detect->options.ctx, incident, DETECT_RAISED);
}

static void
open_new(struct detect *detect, enum detect_rule rule, const struct sight *sight,
	const struct ruling *ruling)
{
	const int64_t now_us = sight->row->time_us;
	bool fits = may_open(detect, rule, now_us);
	struct ruling one = *ruling;
	struct detect_incident *incident = NULL;

	if (!fits) {
		one = (struct ruling){.level = ruling->level, .key = MANY};
		incident = find_live(detect, rule, MANY, now_us);
	}
	if (incident != NULL) {
		go_on(detect, incident, sight, ruling->level);
		return;
	}
	incident = make(detect, rule, one.key, now_us);
	if (incident == NULL)
		return;
	begin(incident, sight, &one);
	grow(incident, sight);
	incident->head.score = 1 + incident->level;
	detect->options.tell(detect->options.ctx, incident, DETECT_OPENED);
}

void
incident_note(struct detect *detect, enum detect_rule rule, const struct sight *sight,
	const struct ruling *ruling)
{
	struct detect_incident *incident;

	if (ruling->level < detect->options.settings->level)
		return;
	incident = find_live(detect, rule, ruling->key, sight->row->time_us);
	if (incident == NULL)
		open_new(detect, rule, sight, ruling);
	else
		go_on(detect, incident, sight, ruling->level);
}

void
incident_close(struct detect *detect, uint64_t id)
{
	for (size_t i = 0; id != 0 && i < detect->incidents.n; i++) {
		struct detect_incident *incident = detect_table_at(&detect->incidents, i);

		if (incident != NULL && incident->id == id)
			detect_table_drop(incident);
	}
}

void
detect_restore(struct detect *detect, const struct detect_incident *incident)
{
	struct detect_incident *mine =
		make(detect, incident->rule, incident->key, incident->last_us);
	struct table_head head;

	if (mine == NULL)
		return;
	head = mine->head;
	*mine = *incident;
	mine->head = head;
	mine->head.score = 1 + incident->level;
	mine->changed = false;
}

void
detect_named(struct detect *detect, enum detect_rule rule, const char *key, uint64_t id)
{
	struct detect_incident *incident = find(detect, rule, key);

	if (incident != NULL)
		incident->id = id;
}

const struct detect_incident *
detect_incident_of(struct detect *detect, enum detect_rule rule, const char *key)
{
	return find(detect, rule, key);
}

const struct detect_incident *
detect_grown(const struct detect *detect, size_t *at)
{
	while (*at < detect->incidents.n) {
		const struct detect_incident *incident =
			detect_table_at(&detect->incidents, (*at)++);

		if (incident != NULL && incident->changed && incident->id != 0)
			return incident;
	}
	return NULL;
}

/* --- as a row --- */

static void
put_rows(const struct detect_incident *incident, char *text, size_t size)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < incident->n && len + 22 < size; i++)
		len += (size_t)snprintf(
			text + len, size - len, " %" PRIu64, incident->seqs[i]);
}

void
detect_row(const struct detect_incident *incident, enum detect_news news, int32_t offset_min,
	struct audit_row *row_r)
{
	const char *id = detect_rules()[incident->rule].id;
	char rule[sizeof(row_r->rule)], detail[sizeof(row_r->detail)];

	audit_row_init(row_r, AUDIT_FINDING,
		news == DETECT_OPENED ? "incident" : "incident.raised");
	(void)snprintf(rule, sizeof(rule), "detect.%s", id);
	(void)snprintf(detail, sizeof(detail),
		"level %u; key %.128s; rows %" PRIu32 " from %" PRIu64 " to %" PRIu64 ":",
		incident->level, incident->key, incident->rows, incident->first_seq,
		incident->last_seq);
	put_rows(incident, detail, sizeof(detail));
	row_r->result = AUDIT_NEUTRAL;
	row_r->time_us = incident->last_us;
	row_r->first_us = incident->first_us;
	row_r->last_us = incident->last_us;
	row_r->offset_min = offset_min;
	AUDIT_TEXT(row_r->reason, id);
	AUDIT_TEXT(row_r->rule, rule);
	AUDIT_TEXT(row_r->user, incident->user);
	AUDIT_TEXT(row_r->source, incident->source[0] != '\0' ? incident->source : "local:warifud");
	AUDIT_TEXT(row_r->service, "warifud");
	AUDIT_TEXT(row_r->detail, detail);
}
