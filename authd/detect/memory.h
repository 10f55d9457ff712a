/* What a detect remembers; shared by its files alone. */
#ifndef WF_AUTHD_DETECT_MEMORY_H
#define WF_AUTHD_DETECT_MEMORY_H

#include "authd/detect/sight.h"

struct habit_entry {
	struct table_head head;
	struct habit habit;
	bool changed, gone;
};

struct detect {
	struct detect_options options;
	struct table accounts, sources, habits, incidents;
	struct trail_long crowd; /* failures of accounts; tag: source, tag2: account */
	struct trail faults;	 /* of the log; tag: which */
	struct budget {
		int64_t hour;
		unsigned opened;
	} budgets[DETECT_RULES];
};

/* --- memory.c --- */
/* Finds what is remembered of whom the row names, and counts the row there. */
void memory_count(struct detect *detect, struct sight *sight);
/* After it was judged: what a login excuses. */
void memory_excuse(struct detect *detect, const struct sight *sight);
/* The habits that a sight goes by, which are in memory; then what they learn from it. */
void memory_habits(struct detect *detect, struct sight *sight);
void memory_learn(struct detect *detect, const struct sight *sight);

/* --- incident.c --- */
struct ruling;
/* A rule has found something: an incident opens, goes on, or rises. */
void incident_note(struct detect *detect, enum detect_rule rule, const struct sight *sight,
	const struct ruling *ruling);
/* Somebody has decided on it: what comes from now on is another one. */
void incident_close(struct detect *detect, uint64_t id);

#endif
