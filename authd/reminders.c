/* Rows about what is not done, once a day. */
#include "config.h"

#include "authd/reminders.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "authd/account/duties.h"
#include "authd/vault/plan.h"
#include "common/say.h"

#define DAY_US (86400 * US_PER_S)
#define HOUR_US (3600 * US_PER_S)
#define LOOK_US (600 * US_PER_S)
#define FIRST_US (120 * US_PER_S) /* after a start: the copies have been looked at by then */
#define INTERVALS 2 /* without a backup */

/* The row, unless there was one of it within a day. */
static void
remind(const struct reminders_lent *lent, const char *event, const char *about, const char *detail)
{
	const int64_t now_us = wf_clock_now(&lent->clock).wall_us;
	struct effect effect = {.kind = EFFECT_REMINDER, .value = now_us, .value2 = DAY_US};
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;
	wf_status status;

	(void)snprintf(effect.text, sizeof(effect.text), "%s%s%s", event,
		about[0] != '\0' ? " " : "", about);
	audit_own_row(&row, AUDIT_SYSTEM, event, lent->config->node, now_us);
	row.result = AUDIT_FAILURE;
	AUDIT_TEXT(row.reason, about);
	AUDIT_TEXT(row.detail, detail);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	status = store_run(lent->store, &job);
	if (status != WF_OK && status != WF_CONFLICT)
		wf_say_f(LOG_ERR, "the row '%s' could not be written: %s", event, job.cause);
}

static void
of_duties(const struct reminders_lent *lent)
{
	const int64_t now_us = store_date_us(lent->store);
	char cause[STORE_CAUSE_MAX] = "", detail[128];
	struct duties duties;

	if (duties_of(lent->store, &lent->config->policy, &duties, cause) != WF_OK) {
		wf_say_f(LOG_ERR, "the duties could not be looked at: %s", cause);
		return;
	}
	for (size_t i = 0; i < duties.n; i++) {
		const struct duty *duty = &duties.list[i];

		if (duty->state != DUTY_OVERDUE)
			continue;
		(void)snprintf(detail, sizeof(detail), "overdue for %lld days; %s",
			(long long)((now_us - duty->due_us) / DAY_US), duty->rule);
		remind(lent, "duty.overdue", duty->name, detail);
	}
}

/* A daemon that has just begun may be making one. */
static void
of_copies(const struct reminders *reminders, const struct reminders_lent *lent)
{
	const struct keeper_facts *copies = &lent->copies;
	const struct wf_now now = wf_clock_now(&lent->clock);
	char detail[128] = "there is none";

	if (now.boot_us - reminders->begun_boot_us < HOUR_US ||
		!plan_is_due(INTERVALS * copies->every_s, copies->newest_us, now.wall_us))
		return;
	if (copies->newest_us != 0)
		(void)snprintf(detail, sizeof(detail), "the last one is %lld hours old",
			(long long)((now.wall_us - copies->newest_us) / HOUR_US));
	remind(lent, "backup.late", "", detail);
}

void
reminders_turn(struct reminders *reminders, const struct reminders_lent *lent)
{
	const int64_t now_us = wf_clock_now(&lent->clock).boot_us;

	if (reminders->begun_boot_us == 0)
		*reminders = (struct reminders){
			.begun_boot_us = now_us, .next_boot_us = now_us + FIRST_US};
	if (now_us < reminders->next_boot_us || store_clock_suspect(lent->store))
		return;
	reminders->next_boot_us = now_us + LOOK_US;
	of_duties(lent);
	of_copies(reminders, lent);
}
