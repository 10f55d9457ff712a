/*
 * warifu emergency: the emergency sheet after `warifu init`. What is done is done here, as root,
 * because the file is root's and must work without the daemon; the daemon writes it into its log if
 * it can.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/breakglass.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/sheet.h"

struct emergency {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct answer status; /* of the daemon, which may be away */
	const char *path;
	struct wf_breakglass_state state;
	wf_status found; /* WF_OK: there is a file, and `state` is its */
	unsigned reported, left; /* uses that entered the log now, and that could not */
};

/* The row first: a use that is told twice is better than one that is not told. */
static bool
report_use(const struct emergency *emergency, const struct wf_breakglass_use *use)
{
	struct answer answer;
	struct ask ask;
	bool fine;

	ask_init(&ask, "emergency.used");
	ask_text(&ask, "user", use->user);
	ask_text(&ask, "tty", use->tty);
	ask_number(&ask, "time", use->wall_us);
	ask_daemon(emergency->ctl, &ask, &answer);
	fine = answer.status == WF_OK &&
	       wf_breakglass_mark_reported(emergency->path, use->slot) == WF_OK;
	if (!fine)
		ctl_error(emergency->ctl,
			_("a use of an emergency code by %s could not be written into the log: %s"),
			use->user,
			answer.text[0] != '\0' ? answer.text : _(wf_status_text(answer.status)));
	answer_clear(&answer);
	return fine;
}

/*
 * Codes were used while the daemon was away: whatever root does with the file, they enter the log
 * first.
 */
static void
report(struct emergency *emergency)
{
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t n = 0;

	if (wf_breakglass_list(emergency->path, uses, &n) != WF_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		bool told = !uses[i].reported && emergency->left == 0 &&
			    report_use(emergency, &uses[i]);

		emergency->reported += told ? 1 : 0;
		emergency->left += told || uses[i].reported ? 0 : 1;
	}
}

static void
begin(struct emergency *emergency, struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;

	memset(emergency, 0, sizeof(*emergency));
	emergency->ctl = ctl;
	emergency->parsed = parsed;
	ask_init(&ask, "status");
	ask_daemon(ctl, &ask, &emergency->status);
	emergency->path = sheet_path(parsed, &emergency->status);
	emergency->found = wf_breakglass_inspect(emergency->path, &emergency->state);
	if (emergency->found == WF_OK && emergency->status.answered)
		report(emergency);
}

static int
complain(const struct emergency *emergency)
{
	if (emergency->found == WF_NOT_FOUND)
		ctl_error(emergency->ctl,
			_("there is no emergency file %s; 'warifu emergency new' makes one"),
			emergency->path);
	else
		ctl_error(emergency->ctl, "%s: %s", emergency->path,
			_(wf_status_text(emergency->found)));
	return CTL_NO;
}

/* Into syslog at once, and into Warifu's own log by the daemon. */
static void
tell(const struct emergency *emergency, const char *act, const char *user, const char *detail)
{
	struct answer answer;
	struct ask ask;

	syslog(LOG_AUTHPRIV | LOG_ALERT, "%s: %s, user %s: %s", act, emergency->path, user, detail);
	ask_init(&ask, act);
	ask_text(&ask, "user", user);
	ask_text(&ask, "detail", detail);
	ask_text(&ask, "reason", args_option(emergency->parsed, "reason"));
	ask_text(&ask, "ticket", args_option(emergency->parsed, "ticket"));
	ask_daemon(emergency->ctl, &ask, &answer);
	if (answer.status != WF_OK)
		ctl_error(emergency->ctl,
			_("the daemon did not write this into its log (%s); syslog has it"),
			answer.text[0] != '\0' ? answer.text : _(wf_status_text(answer.status)));
	answer_clear(&answer);
}

static wf_status
fill_table(const struct emergency *emergency, struct table *table)
{
	static const char *const columns[] = {
		"path", "user", "remaining:number", "failures:number", "locked:bool"};
	const struct wf_breakglass_state *state = &emergency->state;
	char unused[16], failures[16];
	const char *const cells[] = {
		emergency->path, state->user, unused, failures, state->locked ? "1" : "0"};
	wf_status status = WF_OK;

	snprintf(unused, sizeof(unused), "%u", state->unused);
	snprintf(failures, sizeof(failures), "%u", state->failures);
	for (size_t i = 0; status == WF_OK && i < sizeof(columns) / sizeof(columns[0]); i++)
		status = table_add_column(table, columns[i]);
	return status == WF_OK ? table_add_row(table, cells, sizeof(cells) / sizeof(cells[0]))
			       : status;
}

static int
show(const struct emergency *emergency)
{
	struct ctl *ctl = emergency->ctl;
	struct table table;
	wf_status status;

	table_init(&table);
	status = fill_table(emergency, &table);
	if (status == WF_OK && ctl->json)
		status = table_print_json(&table, true, ctl->out);
	else if (status == WF_OK)
		table_print_vertical(&table, 0, NULL, ctl->width, ctl->out);
	if (status != WF_OK)
		ctl_unwritten(ctl);
	table_clear(&table);
	return status == WF_OK ? CTL_OK : CTL_NO;
}

int
ctl_emergency_show(struct ctl *ctl, const struct parsed *parsed)
{
	struct emergency emergency;
	int code;

	begin(&emergency, ctl, parsed);
	code = emergency.found == WF_OK ? show(&emergency) : complain(&emergency);
	answer_clear(&emergency.status);
	return code;
}

static int
make_new(const struct emergency *emergency, size_t codes)
{
	const char *given = args_option(emergency->parsed, "user");
	const char *old = emergency->found == WF_OK ? emergency->state.user : SHEET_USER;
	const char *user = given != NULL ? given : old;
	char detail[64];
	int code = sheet_make(emergency->ctl, emergency->path, user, codes, true);

	if (code != CTL_OK)
		return code;
	snprintf(detail, sizeof(detail), "new sheet, codes: %zu", codes);
	tell(emergency, "emergency.new", user, detail);
	if (emergency->found == WF_OK)
		ctl_say(emergency->ctl,
			_("The sheet from before opens nothing any more; destroy it."));
	return CTL_OK;
}

int
ctl_emergency_new(struct ctl *ctl, const struct parsed *parsed)
{
	struct emergency emergency;
	size_t codes = sheet_codes(ctl, parsed);
	int code;

	if (ctl->json)
		ctl_error(ctl, _("'emergency new' prints a sheet and has no JSON form"));
	if (ctl->json || codes == 0)
		return CTL_USAGE;
	begin(&emergency, ctl, parsed);
	code = sheet_may_make(ctl, parsed, emergency.path) ? make_new(&emergency, codes) : CTL_NO;
	answer_clear(&emergency.status);
	return code;
}

static int
tell_reported(const struct emergency *emergency)
{
	struct ctl *ctl = emergency->ctl;

	if (!emergency->status.answered)
		return answer_complain(ctl, &emergency->status);
	if (emergency->left > 0)
		return CTL_NO;
	if (emergency->reported > 0)
		ctl_say(ctl, _("Uses of emergency codes that are in the log now: %u."),
			emergency->reported);
	else
		ctl_say(ctl, _("No use of an emergency code is missing in the log."));
	return CTL_OK;
}

/* Called at each start of the daemon: no file is nothing to complain about. */
int
ctl_emergency_report(struct ctl *ctl, const struct parsed *parsed)
{
	struct emergency emergency;
	int code;

	begin(&emergency, ctl, parsed);
	if (emergency.found == WF_OK || emergency.found == WF_NOT_FOUND)
		code = tell_reported(&emergency);
	else
		code = complain(&emergency);
	answer_clear(&emergency.status);
	return code;
}

static int
unlock(struct emergency *emergency)
{
	const struct wf_breakglass_state *state = &emergency->state;
	char detail[64];

	emergency->found = wf_breakglass_unlock(emergency->path);
	if (emergency->found != WF_OK)
		return complain(emergency);
	snprintf(detail, sizeof(detail), "%s; failures cleared: %u",
		state->locked ? "was locked" : "was not locked", state->failures);
	tell(emergency, "emergency.unlock", state->user, detail);
	ctl_say(emergency->ctl,
		state->locked ? _("The emergency sheet of %s works again; unused codes: %u.")
			      : _("The emergency sheet of %s was not locked; its failures were "
				  "cleared. Unused codes: %u."),
		state->user, state->unused);
	return CTL_OK;
}

int
ctl_emergency_unlock(struct ctl *ctl, const struct parsed *parsed)
{
	struct emergency emergency;
	int code;

	begin(&emergency, ctl, parsed);
	code = emergency.found == WF_OK ? unlock(&emergency) : complain(&emergency);
	answer_clear(&emergency.status);
	return code;
}
