/* One row through all rules: coordinates, and decides nothing by itself. */
#include "config.h"

#include <stdlib.h>

#include "authd/detect/judge.h"
#include "authd/detect/memory.h"
#include "common/fault.h"

#define US_PER_S INT64_C(1000000)
#define DAY_US (86400 * US_PER_S)

/* Sizes: some 25 MiB when all are full, next to nothing before. */
#define ACCOUNTS 2048
#define SOURCES 4096
#define HABITS 8192
#define INCIDENTS 1024
#define INCIDENTS_US (2 * DAY_US)

struct detect *
detect_new(const struct detect_options *options)
{
	struct detect *detect =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*detect));

	if (detect == NULL)
		return NULL;
	detect->options = *options;
	if (detect_table_init(&detect->accounts, sizeof(struct account_state), ACCOUNTS, DAY_US) &&
		detect_table_init(&detect->sources, sizeof(struct source_state), SOURCES, DAY_US) &&
		detect_table_init(&detect->habits, sizeof(struct habit_entry), HABITS, 0) &&
		detect_table_init(&detect->incidents, sizeof(struct detect_incident), INCIDENTS,
			INCIDENTS_US))
		return detect;
	detect_free(&detect);
	return NULL;
}

void
detect_free(struct detect **detect)
{
	if (*detect == NULL)
		return;
	detect_table_clear(&(*detect)->accounts);
	detect_table_clear(&(*detect)->sources);
	detect_table_clear(&(*detect)->habits);
	detect_table_clear(&(*detect)->incidents);
	free(*detect);
	*detect = NULL;
}

void
detect_reconfigure(struct detect *detect, const struct detect_settings *settings)
{
	detect->options.settings = settings;
}

int64_t
detect_span_us(const struct detect *detect)
{
	int64_t span_us = 0;

	for (size_t i = 0; i < DETECT_RULES; i++) {
		int64_t window_us = detect->options.settings->rules[i].values[DETECT_WINDOW] *
				    US_PER_S;

		if (window_us > span_us)
			span_us = window_us;
	}
	return span_us;
}

static void
judge_all(struct detect *detect, const struct sight *sight)
{
	const struct court court = {.options = &detect->options,
		.crowd = &detect->crowd,
		.faults = &detect->faults};
	struct ruling ruling;

	for (int rule = 0; rule < DETECT_RULES; rule++)
		if (judge((enum detect_rule)rule, &court, sight, &ruling))
			incident_note(detect, (enum detect_rule)rule, sight, &ruling);
}

bool
detect_closes(const struct audit_row *row)
{
	return sight_kind_of(row) == SIGHT_CLOSED;
}

void
detect_feed(struct detect *detect, uint64_t seq, const struct audit_row *row,
	enum detect_mode mode)
{
	struct sight sight;

	sight_fill(&sight, seq, row);
	if (sight.kind == SIGHT_NOTHING)
		return;
	memory_count(detect, &sight);
	if (mode != DETECT_REPLAY)
		memory_habits(detect, &sight);
	if (mode == DETECT_JUDGE)
		judge_all(detect, &sight);
	if (mode == DETECT_JUDGE && sight.kind == SIGHT_CLOSED)
		incident_close(detect, sight.closed);
	memory_excuse(detect, &sight);
	if (mode != DETECT_REPLAY)
		memory_learn(detect, &sight);
}
