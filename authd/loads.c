/*
 * Rows about the configurations that were loaded.  They are written where the store may be waited
 * for, which is not the loop: each load keeps its configuration, as an act does, until
 * housekeeping has told of it.  One that the store did not take comes again.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "authd/daemon.h"
#include "common/say.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Beyond its room, which only a store that takes nothing fills, the last one stands for others. */
void
loads_add(struct daemon *daemon, const char *cause, const char *by)
{
	struct loads *loads = &daemon->loads;
	struct load *load;

	if (loads->n == LENGTH(loads->list))
		hooks_give_back(daemon, &loads->list[--loads->n].lent);
	load = &loads->list[loads->n++];
	load->what = (struct settings_load){.cause = cause};
	(void)snprintf(load->what.by, sizeof(load->what.by), "%s", by);
	hooks_lend(daemon, &load->lent);
}

void
loads_begin(struct daemon *daemon)
{
	struct loads *loads = &daemon->loads;

	loads->runs = loads->n > 0;
	loads->status = WF_UNAVAILABLE; /* until it is done */
	if (loads->runs)
		loads->noting = loads->list[0];
}

void
loads_note(struct daemon *daemon)
{
	struct loads *loads = &daemon->loads;
	const struct act_daemon *lent = &loads->noting.lent;

	if (loads->runs)
		loads->status = settings_note(
			lent->store, lent->config, &lent->clock, &loads->noting.what);
}

void
loads_end(struct daemon *daemon)
{
	struct loads *loads = &daemon->loads;

	if (!loads->runs)
		return;
	loads->runs = false;
	if (loads->status != WF_OK) {
		if (!loads->failing)
			wf_say_f(LOG_ERR,
				"the row of a configuration could not be written (%s); it is tried "
				"again until it is there",
				wf_status_text(loads->status));
		loads->failing = true;
		loads->list[0].what.recorded = loads->noting.what.recorded;
		return;
	}
	loads->failing = false;
	hooks_give_back(daemon, &loads->noting.lent);
	loads->n--;
	memmove(&loads->list[0], &loads->list[1], loads->n * sizeof(loads->list[0]));
}

void
loads_tell_all(struct daemon *daemon)
{
	do {
		loads_begin(daemon);
		loads_note(daemon);
		loads_end(daemon);
	} while (daemon->loads.n > 0 && !daemon->loads.failing);
}
