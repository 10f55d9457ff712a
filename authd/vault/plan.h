/*
 * When the next copy of the store is due, what copies are called, and which of them need not be
 * kept any longer.  Pure: knows no files and no clock; all times are wall time.
 *
 * Every copy is whole: it stands for itself, and no other has to be there to restore it.  So
 * keeping few of the old ones is a question of which times somebody may want to go back to, and of
 * nothing else: all of the last two days, the first of each day for `days`, the first of each week
 * for `weeks`.  The newest one is never let go, however old it is.
 */
#ifndef WF_AUTHD_VAULT_PLAN_H
#define WF_AUTHD_VAULT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_NAME_SIZE 128

/* "warifu-20261122T055000Z-auth1.backup": of this node at this second. */
void plan_name(const char *node, int64_t time_us, char name_r[PLAN_NAME_SIZE]);
/*
 * Whether the file of this name is such a copy of this node; whatever else lies in the folder is
 * not ours.  time_r is set only then.
 */
bool plan_name_read(const char *name, const char *node, int64_t *time_r);

/*
 * Whether a copy is due: `newest_us` is the time of the last one, 0 = there is none.  One that is
 * later than the clock by more than PLAN_STEP_US is of a clock that was wrong, and says nothing.
 */
#define PLAN_STEP_US 60000000 /* by which a clock may step back */
bool plan_is_due(int64_t every_s, int64_t newest_us, int64_t now_us);

struct plan_keep {
	unsigned days, weeks;
};

/* Marks in spare_r what is not kept, of `n` times in rising order; gives how many. */
size_t plan_spare(const struct plan_keep *keep, int64_t now_us, const int64_t *times, size_t n,
	bool *spare_r);

/* How long a copy that failed is waited for until it is tried again: a minute, up to an hour. */
int64_t plan_pause_s(unsigned failures);

#endif
