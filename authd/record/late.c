/* Behind for a while, and again not: two rows. */
#include "config.h"

#include "authd/record/late.h"

#include <stdio.h>

void
late_init(struct late *late_r, const char *event, const char *about, struct store *store,
	const struct wf_clock *clock)
{
	*late_r = (struct late){.event = event, .store = store};
	if (event == NULL)
		return;
	late_r->clock = *clock;
	late_r->well_boot_us = wf_clock_now(clock).boot_us;
	(void)snprintf(late_r->about, sizeof(late_r->about), "%s", about == NULL ? "" : about);
}

static wf_status
write_row(const struct late *late, bool is_late, int64_t wall_us, const char *words)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_own_row(&row, AUDIT_SYSTEM, late->event, store_node(late->store), wall_us);
	row.result = is_late ? AUDIT_FAILURE : AUDIT_SUCCESS;
	AUDIT_TEXT(row.reason, late->about);
	AUDIT_TEXT(row.detail, words);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	return store_run(late->store, &job);
}

void
late_watch(struct late *late, bool well, const char *words)
{
	struct wf_now now;
	bool is_late;

	if (late->event == NULL)
		return;
	now = wf_clock_now(&late->clock);
	if (well)
		late->well_boot_us = now.boot_us;
	is_late = now.boot_us - late->well_boot_us >= LATE_US;
	if (is_late != late->told && write_row(late, is_late, now.wall_us, words) == WF_OK)
		late->told = is_late;
}
