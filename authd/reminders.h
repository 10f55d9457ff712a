/*
 * What nobody does although it is to be done: a duty that is overdue, a backup that was not made
 * for twice its interval.  Each is a row of the log, once a day at most, over restarts as well;
 * what people are told of it is detection's business.  Works in the housekeeping's thread, so that
 * it speaks also when the thread that makes copies hangs.
 */
#ifndef WF_AUTHD_REMINDERS_H
#define WF_AUTHD_REMINDERS_H

#include "authd/config/config.h"
#include "authd/vault/keeper.h"

struct reminders {
	int64_t begun_boot_us; /* 0: no turn yet */
	int64_t next_boot_us;
};

/* What a turn goes by; lent for it. */
struct reminders_lent {
	struct store *store;
	const struct config *config;
	struct keeper_facts copies;
	struct wf_clock clock;
};

/*
 * Called about once a second; looks every ten minutes, and waits for the store then.  Nothing is
 * told while the clock is under suspicion.
 */
void reminders_turn(struct reminders *reminders, const struct reminders_lent *lent);

#endif
