/* Accounts: what needs more than one act, or a secret from the person at the terminal. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/prompt.h"
#include "ctl/prove.h"
#include "ctl/unixusers.h"

/* Sends, shows, clears. */
static int
finish(struct ctl *ctl, const struct parsed *parsed, const struct ask *ask)
{
	struct answer answer;
	int code;

	ask_daemon(ctl, ask, &answer);
	code = answer_show(ctl, parsed->command, &answer);
	answer_clear(&answer);
	return code;
}

/* The uid of the Unix user where none was given; a service may have an account without one. */
static void
add_unix_uid(struct ask *ask, const struct parsed *parsed)
{
	const struct passwd *entry;

	if (args_option(parsed, "uid") != NULL)
		return;
	entry = getpwnam(args_operand(parsed, 0));
	if (entry != NULL)
		ask_number(ask, "uid", (int64_t)entry->pw_uid);
}

int
ctl_user_add(struct ctl *ctl, const struct parsed *parsed)
{
	const char *kind = args_option(parsed, "kind");
	bool no_password = args_option(parsed, "no-password") != NULL ||
			   (kind != NULL && strcmp(kind, "service") == 0);
	struct wf_secret password = WF_SECRET_EMPTY;
	struct ask ask;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	add_unix_uid(&ask, parsed);
	if (!no_password) {
		if (prompt_new_secret(ctl, _("First password:"), _("The same again:"), &password) !=
			WF_OK)
			return CTL_NO;
		ask_secret(&ask, "password", &password);
	}
	code = finish(ctl, parsed, &ask);
	wf_secret_clear(&password);
	return code;
}

int
ctl_user_passwd(struct ctl *ctl, const struct parsed *parsed)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code == CTL_OK && prompt_new_secret(ctl, _("New password:"), _("The same again:"),
				      &password) != WF_OK)
		code = CTL_NO;
	if (code == CTL_OK) {
		ask_secret(&ask, "password", &password);
		ask_as_owner(ctl, &ask, args_operand(parsed, 0), &answer);
		code = answer_show(ctl, parsed->command, &answer);
		answer_clear(&answer);
	}
	wf_secret_clear(&password);
	return code;
}

int
ctl_user_exempt(struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	add_unix_uid(&ask, parsed);
	return finish(ctl, parsed, &ask);
}

/* A Unix user who is unknown to the daemon: refused at the login. */
static wf_status
add_unknown(struct table *table, const struct unix_user *user)
{
	const char *cells[TABLE_COLUMNS_MAX] = {NULL};
	char uid[24];
	const struct {
		const char *name;
		const char *cell;
	} values[] = {{"user", user->name}, {"uid", uid}, {"display", user->display},
		{"standing", "refused"}, {"reason", _("unknown to Warifu")}};

	snprintf(uid, sizeof(uid), "%lu", (unsigned long)user->uid);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int column = table_column(table, values[i].name);

		if (column >= 0)
			cells[column] = values[i].cell;
	}
	return table_add_row(table, cells, table->ncolumns);
}

static bool
has_row(const struct table *table, size_t nrows, const char *user)
{
	for (size_t row = 0; row < nrows; row++) {
		if (strcmp(table_cell(table, row, "user"), user) == 0)
			return true;
	}
	return false;
}

static int
join_unix(struct ctl *ctl, const struct parsed *parsed, struct table *table)
{
	const char *file = args_option(parsed, "passwd-file");
	struct unix_users users;
	size_t managed = table->nrows;
	wf_status status = unix_users_read(file, NULL, &users);

	if (status != WF_OK) {
		ctl_error(ctl, _("the list of Unix users cannot be read: %s"), strerror(errno));
		return CTL_NO;
	}
	for (size_t i = 0; status == WF_OK && i < users.n; i++) {
		if (!has_row(table, managed, users.list[i].name))
			status = add_unknown(table, &users.list[i]);
	}
	unix_users_clear(&users);
	return status == WF_OK ? CTL_OK : CTL_NO;
}

int
ctl_user_list(struct ctl *ctl, const struct parsed *parsed)
{
	static const char unix_columns[] =
		"user uid display standing standing-until reason state locked";
	struct command command = *parsed->command;
	struct ask ask;
	struct answer answer;
	int code = CTL_OK;

	ask_init(&ask, command.act);
	(void)ask_parsed(ctl, &ask, parsed); /* no times here: nothing can be wrong */
	ask_daemon(ctl, &ask, &answer);
	if (args_option(parsed, "unix") != NULL) {
		command.columns = unix_columns;
		if (answer.status == WF_OK)
			code = join_unix(ctl, parsed, &answer.table);
	}
	if (code == CTL_OK)
		code = answer_show(ctl, &command, &answer);
	answer_clear(&answer);
	return code;
}
