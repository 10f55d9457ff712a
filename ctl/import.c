/*
 * user import --shadow: every Unix user with a password becomes an account with the same password.
 * /etc/shadow is only read: it stays the way back. One act per user, so that one bad line does not
 * spoil the rest; running it again imports who is new.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/unixusers.h"

#define UID_MIN_DEFAULT 1000
#define UID_NOBODY 65534
#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

struct import {
	uid_t uid_min;
	bool dry_run;
	const char *ticket;
	struct table table;
	size_t imported, skipped, refused;
	int code; /* of the first failure to reach the daemon */
};

static bool
is_system(const struct import *import, const struct unix_user *user)
{
	return user->uid < import->uid_min || user->uid == UID_NOBODY;
}

static bool
has_no_shell(const struct import *import, const struct unix_user *user)
{
	(void)import;
	return user->no_shell;
}

static bool
is_locked(const struct import *import, const struct unix_user *user)
{
	(void)import;
	return user->locked;
}

static bool
has_no_hash(const struct import *import, const struct unix_user *user)
{
	(void)import;
	return user->hash.len == 0;
}

/* Why a Unix user is left out; the first that fits. */
static const struct {
	bool (*applies)(const struct import *import, const struct unix_user *user);
	const char *why;
} skips[] = {
	{is_system, N_("system user: its uid is outside the range")},
	{has_no_shell, N_("has no login shell")},
	{is_locked, N_("its password is locked")},
	{has_no_hash, N_("has no password")},
};

static const char *
why_skipped(const struct import *import, const struct unix_user *user)
{
	for (size_t i = 0; i < ENTRIES(skips); i++) {
		if (skips[i].applies(import, user))
			return _(skips[i].why);
	}
	return NULL;
}

static wf_status
add_line(struct import *import, const struct unix_user *user, const char *action, const char *note)
{
	char uid[24];
	const char *cells[] = {user->name, uid, user->display, action, note};

	snprintf(uid, sizeof(uid), "%lu", (unsigned long)user->uid);
	return table_add_row(&import->table, cells, ENTRIES(cells));
}

static wf_status
note_answer(struct import *import, const struct unix_user *user, const struct answer *answer)
{
	const char *action = table_cell(&answer->table, 0, "action");
	const char *note = table_cell(&answer->table, 0, "note");

	if (answer->status != WF_OK || strcmp(action, "refused") == 0) {
		import->refused++;
		return add_line(import, user, "refused",
			note[0] != '\0'		? note
			: answer->text[0] != '\0' ? answer->text
						  : _(wf_status_text(answer->status)));
	}
	if (strcmp(action, "exists") == 0) {
		import->skipped++;
		return add_line(import, user, "exists",
			note[0] != '\0' ? note : _("there is an account of this name already"));
	}
	import->imported++;
	return add_line(import, user, import->dry_run ? "import" : "added", note);
}

/* One user; WF_UNAVAILABLE when there is no point in going on. */
static wf_status
import_user(struct ctl *ctl, struct import *import, const struct unix_user *user)
{
	struct ask ask;
	struct answer answer;
	wf_status status;

	ask_init(&ask, "user.import");
	ask_text(&ask, "user", user->name);
	ask_number(&ask, "uid", (int64_t)user->uid);
	ask_text(&ask, "display", user->display[0] != '\0' ? user->display : NULL);
	ask_text(&ask, "dry-run", import->dry_run ? "1" : NULL);
	ask_text(&ask, "ticket", import->ticket);
	ask_secret(&ask, "hash", &user->hash);
	ask_daemon(ctl, &ask, &answer);
	if (!answer.answered || answer.status == WF_DENIED) {
		import->code = answer_complain(ctl, &answer);
		status = WF_UNAVAILABLE;
	} else {
		status = note_answer(import, user, &answer);
	}
	answer_clear(&answer);
	return status;
}

static wf_status
import_users(struct ctl *ctl, struct import *import, const struct unix_users *users)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < users->n; i++) {
		const char *why = why_skipped(import, &users->list[i]);

		if (why == NULL) {
			status = import_user(ctl, import, &users->list[i]);
		} else {
			import->skipped++;
			status = add_line(import, &users->list[i], "skip", why);
		}
	}
	return status;
}

static void
show_result(struct ctl *ctl, const struct import *import)
{
	if (ctl->json) {
		if (table_print_json(&import->table, false, ctl->out) != WF_OK)
			ctl_unwritten(ctl);
		return;
	}
	table_print(&import->table, NULL, ctl->header, ctl->width, ctl->out);
	fprintf(ctl->out,
		import->dry_run
			? _("%zu would be imported, %zu left out, %zu refused. Nothing was "
			    "changed.")
			: _("%zu imported, %zu left out, %zu refused. /etc/shadow is as it was."),
		import->imported, import->skipped, import->refused);
	fputc('\n', ctl->out);
}

static wf_status
start_table(struct table *table)
{
	static const char *const columns[] = {"user", "uid:number", "display", "action", "note"};
	wf_status status = WF_OK;

	table_init(table);
	for (size_t i = 0; status == WF_OK && i < ENTRIES(columns); i++)
		status = table_add_column(table, columns[i]);
	return status;
}

static const char *
or_default(const char *value, const char *preset)
{
	return value != NULL ? value : preset;
}

int
ctl_user_import(struct ctl *ctl, const struct parsed *parsed)
{
	const char *uid_min = args_option(parsed, "uid-min");
	const char *shadow = or_default(args_option(parsed, "shadow-file"), "/etc/shadow");
	const char *passwd = or_default(args_option(parsed, "passwd-file"), "/etc/passwd");
	struct import import = {.uid_min = UID_MIN_DEFAULT, .code = CTL_NO};
	struct unix_users users = {NULL, 0};
	wf_status status;

	if (args_option(parsed, "shadow") == NULL) {
		ctl_error(ctl, _("say from where: warifu user import --shadow"));
		return CTL_USAGE;
	}
	if (uid_min != NULL)
		import.uid_min = (uid_t)strtoul(uid_min, NULL, 10);
	import.dry_run = args_option(parsed, "dry-run") != NULL;
	import.ticket = args_option(parsed, "ticket");
	status = unix_users_read(passwd, shadow, &users);
	if (status != WF_OK) {
		ctl_error(ctl, _("%s and %s cannot be read: %s"), passwd, shadow, strerror(errno));
		return errno == EACCES ? CTL_DENIED : CTL_NO;
	}
	status = start_table(&import.table);
	if (status == WF_OK)
		status = import_users(ctl, &import, &users);
	if (import.table.nrows > 0)
		show_result(ctl, &import);
	unix_users_clear(&users);
	table_clear(&import.table);
	if (status != WF_OK)
		return import.code;
	return import.refused > 0 ? CTL_NO : CTL_OK;
}
