/*
 * A pass: steps of the store's expiry until nothing is left that is old enough.  After each step
 * there is a pause that is several times as long, so that logins have the disk and the writer for
 * most of the time, however slow both are.
 */
#include "config.h"

#include "authd/expiry.h"

#include <stdio.h>
#include <syslog.h>
#include <time.h>

#include "authd/account/act.h"
#include "common/say.h"

#define US_PER_S INT64_C(1000000)
#define DAY_US (86400 * US_PER_S)
#define SOON_US (3600 * US_PER_S)      /* after a start: the machine may be off at night */
#define AGAIN_US (600 * US_PER_S)      /* after trouble, such as a full disk */
#define TURN_US (US_PER_S / 2)
#define PAUSES 3                       /* each as long as the step before it */
#define PAUSE_MAX_US (US_PER_S / 5)

void
expiry_set(struct expiry *expiry, const struct policy *policy)
{
	expiry->hour = (int)policy_value(policy, P_LOG_EXPIRY_HOUR);
	log_keep(policy, &expiry->keep);
}

int64_t
expiry_next(int64_t date_us, int hour)
{
	time_t seconds = (time_t)(date_us / US_PER_S);
	struct tm tm = {.tm_year = 70};
	int64_t next_us;

	if (localtime_r(&seconds, &tm) == NULL)
		return date_us + DAY_US;
	tm.tm_hour = hour;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	next_us = (int64_t)mktime(&tm) * US_PER_S;
	if (next_us > date_us)
		return next_us;
	tm.tm_mday++;
	tm.tm_hour = hour;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * US_PER_S;
}

/* Whether a pass is due; a date that has stepped back is not waited for. */
static void
expiry_look(struct expiry *expiry, int64_t date_us)
{
	const int64_t regular_us = expiry_next(date_us, expiry->hour);

	if (expiry->next_us == 0) {
		expiry->next_us = regular_us < date_us + SOON_US ? regular_us : date_us + SOON_US;
		expiry->going = true;
	} else if (date_us >= expiry->next_us) {
		expiry->passing = true;
		expiry->going = true;
		expiry->next_us = regular_us;
	} else if (expiry->next_us > regular_us) {
		expiry->next_us = regular_us;
	}
}

static void
expiry_tell(const struct store_expiry *step)
{
	wf_say_f(LOG_NOTICE,
		"rows %llu to %llu of the log (%04d-%02d) are older than what is kept (%s): they "
		"are being removed",
		(unsigned long long)step->run.first_seq, (unsigned long long)step->run.last_seq,
		step->run.month / 100, step->run.month % 100, step->rule);
}

/* False: nothing more for now. */
static bool
expiry_step(struct expiry *expiry, struct store *store)
{
	struct store_expiry step = {.keep_us = expiry->keep.us, .begin = expiry->passing};
	wf_status status;

	(void)snprintf(step.rule, sizeof(step.rule), "%s", expiry->keep.rule);
	status = store_expire_log(store, &step);
	if (status != WF_OK) {
		wf_say_f(LOG_ERR,
			"old rows of the log could not be removed, next try in 10 min: %s",
			wf_status_text(status));
		return false;
	}
	if (step.step == EXPIRY_TOMBSTONE)
		expiry_tell(&step);
	expiry->going = step.step == EXPIRY_TOMBSTONE || step.step == EXPIRY_REMOVED;
	expiry->passing = expiry->passing && expiry->going;
	return true;
}

static void
expiry_pause(int64_t step_us)
{
	const int64_t us = step_us * PAUSES < PAUSE_MAX_US ? step_us * PAUSES : PAUSE_MAX_US;
	const struct timespec pause = {.tv_nsec = us * 1000};

	(void)nanosleep(&pause, NULL);
}

void
expiry_turn(struct expiry *expiry, struct store *store, const struct wf_clock *clock)
{
	const int64_t begun_us = wf_clock_now(clock).boot_us;
	int64_t before_us = begun_us;

	expiry_look(expiry, store_date_us(store));
	if (begun_us < expiry->wait_us)
		return;
	while (expiry->going && before_us - begun_us < TURN_US) {
		if (!expiry_step(expiry, store)) {
			expiry->wait_us = before_us + AGAIN_US;
			return;
		}
		expiry_pause(wf_clock_now(clock).boot_us - before_us);
		before_us = wf_clock_now(clock).boot_us;
	}
}
