/*
 * Duties: what the documents that are complied with want done again and again, and when each was
 * done last.  How often is said by a parameter (RULES: the review.* values and their like), so a
 * local line may ask for it more often and a deviation for less, as with everything else.
 */
#ifndef WF_AUTHD_ACCOUNT_DUTIES_H
#define WF_AUTHD_ACCOUNT_DUTIES_H

#include "authd/account/internal.h"

enum duty_id {
	DUTY_LOG_REVIEW = 0,
	DUTY_LOG_STORAGE,
	DUTY_ACCOUNTS,
	DUTY_LEAVERS,
	DUTY_RULES,
	DUTY_CIPHERS,
	DUTY_LEAKED_PASSWORDS,
	DUTY_RESTORE_TEST
};
#define DUTIES 8

enum duty_state {
	DUTY_DONE = 0,
	DUTY_DUE,     /* within a quarter of its interval */
	DUTY_OVERDUE
};

struct duty {
	const char *name;      /* "log-review" */
	const char *about;     /* N_() */
	const char *how;       /* the command that it begins with */
	enum rule_id of;       /* the parameter */
	const struct policy_held *held; /* how often, in days, and who asks for it */
	char rule[POLICY_RULE_SIZE];
	int64_t done_us;       /* 0 = never, as far as is known */
	int64_t ahead_us;      /* done at a time that is still to come: a wrong clock's; 0 = not */
	char done_by[257];
	int64_t due_us;        /* what was never done is due an interval after the store was made */
	enum duty_state state;
};

/* Those that are asked for here, in the order of their table; a sentence when the store fails. */
struct duties {
	struct duty list[DUTIES];
	size_t n, overdue;
	int64_t drilled_us; /* when a restore was last tried out, asked for or not; 0 = never */
};
WF_MUST_USE wf_status duties_read(struct act_call *call, struct duties *duties_r);
/* The same for whoever is no act; on failure the store's words in cause_r. */
WF_MUST_USE wf_status duties_of(struct store *store, const struct policy *policy,
	struct duties *duties_r, char cause_r[STORE_CAUSE_MAX]);
/*
 * Adds to a change that such a duty is done now, by the operator: for acts that are one.  Done
 * twice, the later time counts.
 */
void duty_done(struct act_call *call, struct act_change *change, enum duty_id duty);
const char *duty_name(enum duty_id duty);
/*
 * By when what is asked for every so many days is to be done again: 30 days are a month, to the end
 * of the same day of the next one, so that whoever does it on the same day each month is in time.
 */
int64_t duty_next_us(int64_t done_us, int64_t days);
/* What is to be told of the first one that a wrong clock has recorded; NULL: there is none. */
#define DUTY_AHEAD_SIZE 512
const char *duties_ahead_text(const struct duties *duties, char text_r[DUTY_AHEAD_SIZE]);
/* Whether a duty goes by this parameter. */
bool duty_asked_by(const struct rule_spec *spec);
/* "log-review, leavers": those that are overdue, as many as there is room for. */
void duties_overdue_names(const struct duties *duties, char *names_r, size_t size);

#endif
