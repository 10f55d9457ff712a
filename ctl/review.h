/*
 * The monthly review in the terminal: review.c counts, prints for programs and signs; review_text.c
 * shows its parts; review_walk.c goes through them with somebody.  One thread.
 */
#ifndef WF_CTL_REVIEW_H
#define WF_CTL_REVIEW_H

#include "ctl/args.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

struct review {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct table show;    /* act review.show: one row */
	struct table figures; /* act review.figures */
};

/* --- review.c --- */
/* A cell of review.show. */
const char *review_cell(const struct review *review, const char *column);
uint64_t review_number(const struct review *review, const char *column);
/* Asks anew how it stands: findings may have been decided. The exit code. */
int review_refresh(struct review *review);
/* Signs what `show` says. The exit code; what was done, or why not, is told. */
int review_sign(struct review *review, const char *note);
/* Whether it is over, all is decided, and there is something to sign. */
bool review_can_be_signed(const struct review *review);

/* --- review_text.c --- */
/* A part after the figures. */
struct review_part {
	const char *key;   /* in JSON, and the list of review.rows */
	const char *title; /* N_() */
	const char *act;
	const char *columns;
	const char *none; /* N_(), said where it has no rows */
};
#define REVIEW_PARTS 7
/* Findings first, then the lists, accounts at the end. */
extern const struct review_part review_parts[REVIEW_PARTS];
/* All rows of a part; the caller clears them. The exit code. */
int review_part_rows(const struct review *review, const struct review_part *part,
	struct table *rows_r);
void review_print_heading(const struct review *review, const char *title);
void review_print_summary(const struct review *review);
/* One of the tables of figures, by number; false: it is empty, and nothing is printed. */
#define REVIEW_FIGURES 6
bool review_print_figures(const struct review *review, size_t part);
/* The rows `from` and behind it, `most` at most. */
void review_print_rows(const struct review *review, const struct review_part *part,
	const struct table *rows, size_t from, size_t most);
/* All of it, for those who read without a terminal. The exit code. */
int review_print(const struct review *review);

/* --- review_walk.c --- */
/* Page by page, finding by finding, to the sign-off. The exit code. */
int review_go_through(struct review *review);

#endif
