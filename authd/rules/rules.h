/*
 * The documents as data: a catalogue of their criteria, and a profile for each document and level
 * that says which values it asks for, read by libconfuse into claims for compose().
 *
 * A book is filled from texts that the caller has read and trusts; nothing here opens a file. 
 * libconfuse's lexer is one for the process, so the caller lets only one thread at a time fill
 * any book.  A filled book is constant; any thread may read it.  Texts in a book are the book's.
 */
#ifndef WF_AUTHD_RULES_RULES_H
#define WF_AUTHD_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "authd/policy/compose.h"
#include "common/status.h"

#define RULES_LEVELS_MAX 4
#define RULES_INCLUDES_MAX 4
#define RULES_BY_MAX 4
#define RULES_SHOWN_MAX 8

/* What the product is to do about a criterion. */
enum rules_aim { AIM_ENFORCED = 0, AIM_EVIDENCED, AIM_REPORTED, AIM_OUTSIDE };
#define RULES_AIMS 4

struct rules_criterion {
	char id[32];
	char level[16]; /* as its document counts */
	char force[16];
	enum rules_aim aim;
	/* parameters of ours that do it today; none: nothing does yet */
	char by[RULES_BY_MAX][32];
	size_t nby;
	/* proofs of the report that show it: names of the table in account/report_proofs.c */
	char shown[RULES_SHOWN_MAX][32];
	size_t nshown;
	char *ja, *en;         /* what is asked, in our own words; owned */
	/* why it is outside, or what it lacks to be enforced; owned, NULL where there is no need */
	char *why_ja, *why_en;
};

struct rules_profile {
	char name[17]; /* of its file: "scs3" */
	char title_ja[128], title_en[128];
	char document[16], edition[128], reviewed[11];
	char edition_ja[128]; /* "" = as `edition` */
	char criteria[16];                 /* whose catalogue: "scs" */
	char levels[RULES_LEVELS_MAX][16]; /* criteria of these levels are asked for */
	size_t nlevels;
	char includes[RULES_INCLUDES_MAX][17];
	size_t nincludes;
	bool draft;                   /* for comparison only */
	struct compose_claim *claims; /* owned */
	size_t nclaims;
};

/* The criteria of one document. */
struct rules_catalogue {
	char name[17];
	struct rules_criterion *criteria; /* owned */
	size_t n;
};

struct rules_book {
	struct rules_profile *profiles; /* in the order of their adding */
	size_t nprofiles;
	struct rules_catalogue *catalogues;
	size_t ncatalogues;
};

/* An empty book is all zeros. */
void rules_book_clear(struct rules_book *book);
/*
 * Adds what a text says, under a name; its comments are blanked out before (config_scan_blank),
 * else libconfuse miscounts its lines.  WF_INVALID with "FILE:LINE: sentence" in why_r,
 * WF_NO_MEMORY; what was added before stays, and the book may be cleared.
 */
WF_MUST_USE wf_status rules_add_profile(struct rules_book *book, const char *name, const char *path,
	const char *text, char *why_r, size_t size);
WF_MUST_USE wf_status rules_add_catalogue(struct rules_book *book, const char *name,
	const char *path, const char *text, char *why_r, size_t size);
/*
 * What no file can say alone: profiles that are included and criteria that are named do exist. 
 * WF_INVALID as above.
 */
WF_MUST_USE wf_status rules_book_check(const struct rules_book *book, char *why_r, size_t size);

const struct rules_profile *rules_profile_find(
	const struct rules_book *book, const char *name); /* NULL */
const struct rules_catalogue *rules_catalogue_find(
	const struct rules_book *book, const char *name); /* NULL */
const struct rules_criterion *rules_criterion_find(
	const struct rules_book *book, const char *id); /* NULL */

/* Claims of some profiles and all that they include, each once; borrowed from the book. */
struct rules_claims {
	const struct compose_claim **list; /* owned */
	size_t n;
};
/* Adds those of a profile.  WF_NO_MEMORY. */
WF_MUST_USE wf_status rules_claims_add(const struct rules_book *book,
	const struct rules_profile *profile, struct rules_claims *claims);
void rules_claims_clear(struct rules_claims *claims);

/* Whether a profile asks for a criterion of the book. */
bool rules_asks(const struct rules_book *book, const struct rules_profile *profile,
	const struct rules_criterion *criterion);
/* How many criteria of a profile are dealt with today, and how many are not. */
struct rules_counts {
	size_t total;
	size_t today[RULES_AIMS]; /* by aim; those outside are in their own place */
	size_t not_yet;
};
void rules_count(const struct rules_book *book, const struct rules_profile *profile,
	struct rules_counts *counts_r);

#endif
