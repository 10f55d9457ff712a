/* The RADIUS server: does it serve, and if not, what is in its place? */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/porthold.h"
#include "ctl/radius_doctor.h"
#include "ctl/text.h"

#define SERVER "warifu-radiusd"

static void
ask_view(struct ctl *ctl, const char *act, struct answer *answer_r)
{
	struct ask ask;

	ask_init(&ask, act);
	ask_daemon(ctl, &ask, answer_r);
}

static const char *
user_of(uid_t uid, char text_r[24])
{
	const struct passwd *entry;

	wf_fault_shelter(true); /* whatever name services the machine has */
	entry = getpwuid(uid);
	wf_fault_shelter(false);
	if (entry != NULL)
		return entry->pw_name;
	(void)snprintf(text_r, 24, "%lu", (unsigned long)uid);
	return text_r;
}

/* Of the first of its ports that somebody has. */
static bool
find_holder(const struct table *listeners, const char **address_r, struct port_holder *holder_r)
{
	for (size_t row = 0; row < listeners->nrows; row++) {
		const char *address = table_cell(listeners, row, "address");
		const char *colon = strrchr(address, ':');
		bool tcp = strcmp(table_cell(listeners, row, "protocol"), "tcp") == 0;
		unsigned long port = colon != NULL ? strtoul(colon + 1, NULL, 10) : 0;

		*address_r = address;
		if (port > 0 && port <= UINT16_MAX &&
			port_holder(tcp, (uint16_t)port, holder_r) == WF_OK)
			return true;
	}
	return false;
}

static void
say_away(const struct table *listeners, char *text_r, size_t size)
{
	struct port_holder holder;
	const char *address;
	char shown[PORTHOLD_NAME_MAX], uid[24];

	if (!find_holder(listeners, &address, &holder)) {
		text_copy(text_r, size,
			_("does not run; start it (systemctl start warifu-radiusd)"));
		return;
	}
	table_clean(holder.name, shown, sizeof(shown));
	if (holder.pid == 0)
		snprintf(text_r, size,
			_("is not connected; a program of user %s holds %s: run doctor as root to "
			  "see which"),
			user_of(holder.uid, uid), address);
	else if (strcmp(holder.name, SERVER) == 0)
		snprintf(text_r, size,
			_("runs (process %ld), but is not connected to the daemon; see 'journalctl "
			  "-u warifu-radiusd'"),
			(long)holder.pid);
	else
		snprintf(text_r, size,
			_("is not connected; %s (process %ld of user %s) holds %s: end it, or "
			  "change the address in section 'radius'"),
			shown, (long)holder.pid, user_of(holder.uid, uid), address);
}

bool
radius_finding(struct ctl *ctl, enum finding_level *level_r, char *text_r, size_t size)
{
	struct answer listeners, stats = {.answered = false};
	bool any;

	ask_view(ctl, "radius.listeners", &listeners);
	any = listeners.status == WF_OK && listeners.table.nrows > 0;
	if (any)
		ask_view(ctl, "radius.stats", &stats);
	if (any && stats.status == WF_OK) {
		*level_r = FINDING_OK;
		text_copy(text_r, size, _("is connected to the daemon"));
	} else if (any) {
		*level_r = FINDING_BAD;
		say_away(&listeners.table, text_r, size);
	}
	answer_clear(&listeners);
	answer_clear(&stats);
	return any;
}
