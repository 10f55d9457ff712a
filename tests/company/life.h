/*
 * The company's life in a store, as the daemon would have left it: the accounts of its people
 * (general ones, administrators, people of another firm, a service), and month by month their
 * logins, what the helpdesk does, locks, leavers, copies, drills, reviews and other duties.  What
 * goes wrong ends the program.
 */
#ifndef WF_TESTS_COMPANY_LIFE_H
#define WF_TESTS_COMPANY_LIFE_H

#include "authd/crypto/keyring.h"
#include "authd/store/store.h"
#include "tests/company/company.h"

#define LIFE_PARTNER_OF 25 /* each so-manieth of the people is another firm's */
#define LIFE_PARTNERS "partner" /* their group */

struct life_options {
	struct store *store; /* without accounts; borrowed, as all of these are */
	const struct keyring *keys;
	const char *node;
	int64_t begins_us; /* a Monday, 00:00 in Tokyo */
	/* The store's clock from now on. */
	void (*turn)(void *ctx, int64_t wall_us);
	void *ctx;
};

/* Rows and accounts that were written; what a report has to come to. */
struct life_counts {
	uint64_t rows;
	uint64_t internet_logins; /* that let somebody in, all with two kinds */
	uint64_t failures;	  /* of logins */
	uint64_t locks, unlocks;
	uint64_t accounts, disabled;
};

struct life;

/* With its first people; the same seed makes the same life. */
struct life *life_new(const struct life_options *options, uint32_t seed);
/* The next COMPANY_MONTH days. */
void life_month(struct life *life);
const struct life_counts *life_counts(const struct life *life);
void life_free(struct life **life);

#endif
