/*
 * The answer of the act `report`, read line by line: facts of the whole, then each criterion with
 * its settings, proofs and exceptions behind it.  Whoever shows a report does so from here; nothing
 * is counted or judged anew but how often each state occurs.  Borrows the answer's table; texts it
 * gives are the table's or gettext's.  One thread.
 */
#ifndef WF_CTL_REPORT_LINES_H
#define WF_CTL_REPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/html.h"
#include "ctl/table.h"

#define REPORT_TIME_SIZE 32
#define REPORT_TEXT_SIZE 4096

/* In the order in which reports show them. */
enum report_part { REPORT_FACTS, REPORT_CRITERION, REPORT_SETTING, REPORT_PROOF, REPORT_EXCEPTION };

/* How a criterion can stand; the daemon's own words. */
struct report_state {
	const char *word;  /* "met" */
	const char *about; /* N_() */
	enum html_tone tone;
};
const struct report_state *report_states(size_t *n_r);

/* The first line from `line` on that is of this part, before `end`; `end` if there is none. */
size_t report_next(const struct table *lines, enum report_part part, size_t line, size_t end);
/* Where the lines of the criterion at `line` end. */
size_t report_end(const struct table *lines, size_t line);
/* The same for all criteria of its group; "" is a group as well. */
size_t report_group_end(const struct table *lines, size_t line);
/* Criteria from `line` to `end` in this state; NULL: in any. */
size_t report_count(const struct table *lines, size_t line, size_t end, const char *state);
/* A cell of the first fact of this name; "" if there is none. */
const char *report_fact(const struct table *lines, const char *name, const char *column);

/* Why something is excepted: as somebody has written it down, or as the daemon says. */
const char *report_why(const struct table *lines, size_t line);

/* A word of the daemon in the language of the reader; itself where it is not known. */
const char *report_word(const char *word);
/* How a state, finding or verdict looks. */
enum html_tone report_tone(const char *word);
/* A cell with a time, for people; "" for none. */
const char *report_time(
	const struct table *lines, size_t line, const char *column, char text_r[REPORT_TIME_SIZE]);

/* The facts that are told of a report, those of one name together. */
struct report_fact {
	const char *title;
	char text[REPORT_TEXT_SIZE];
};
/* Fills in the fact at `index` of report_facts_n; false: there is none here. */
bool report_fact_at(const struct table *lines, size_t index, struct report_fact *fact_r);
size_t report_facts_n(void);

/* A line below a criterion as one sentence, for cells that hold all of one part. */
void report_sentence(const struct table *lines, size_t line, char text_r[REPORT_TEXT_SIZE]);

#endif
