/*
 * warifu init: from a daemon without accounts to a first administrator who can log in and lets
 * others in. A straight dialogue of numbered steps. It can be begun again after an interruption:
 * what is done already is found and gone on from, until the first administrator is complete.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/copy.h"
#include "ctl/handlers.h"
#include "ctl/prompt.h"
#include "ctl/sheet.h"
#include "ctl/text.h"
#include "ctl/token.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define PASSWORD_TRIES 3
#define CONFIRM_TRIES 3

struct init {
	struct ctl *ctl;
	const struct parsed *parsed;
	struct answer status; /* of the daemon */
	char user[WF_NAME_MAX + 1];
	uid_t uid;
	struct wf_secret password;
};

static void
say(const struct init *init, const char *text)
{
	fprintf(init->ctl->out, "%s\n", text);
}

static void
headline(const struct init *init, const char *text)
{
	fprintf(init->ctl->out, "\n== %s\n", text);
}

static int
check_daemon(struct init *init)
{
	struct ask ask;
	int code;

	ask_init(&ask, "status");
	ask_daemon(init->ctl, &ask, &init->status);
	code = answer_complain(init->ctl, &init->status);
	if (code != CTL_OK)
		return code;
	if (strcmp(table_cell(&init->status.table, 0, "initialised"), "1") == 0) {
		ctl_error(init->ctl,
			_("Warifu is set up already; add further people with 'warifu user add'"));
		return CTL_NO;
	}
	return CTL_OK;
}

/* The key must not be lost with the machine, nor lie beside the backups. */
static int
step_key(struct init *init)
{
	const char *key = table_cell(&init->status.table, 0, "key-file");
	const char *given = args_option(init->parsed, "key-copy");
	char path[PATH_MAX];
	bool yes = false;

	headline(init, _("1. The key"));
	fprintf(init->ctl->out,
		_("The secrets in the store are sealed with the key in %s (fingerprint %s). "
		  "Without it no "
		  "backup can be read. Keep a copy apart from this machine and from the backups."),
		key, table_cell(&init->status.table, 0, "key-fingerprint"));
	fputc('\n', init->ctl->out);
	if (given == NULL) {
		if (prompt_line(init->ctl,
			    _("File for the copy on a medium that you take away, or 'done' if you "
			      "have made "
			      "one:"),
			    NULL, path, sizeof(path)) != WF_OK)
			return CTL_NO;
		given = path;
	}
	if (strcmp(given, "done") == 0) {
		if (prompt_yes(init->ctl,
			    _("Is a copy of the key kept apart from this machine? (yes/no)"),
			    &yes) == WF_OK &&
			yes)
			return CTL_OK;
		ctl_error(init->ctl, _("copy the key first, then say 'warifu init' again"));
		return CTL_NO;
	}
	if (copy_file(key, given) != WF_OK) {
		ctl_error(init->ctl, _("%s could not be copied to %s: %s"), key, given,
			strerror(errno));
		return CTL_NO;
	}
	fprintf(init->ctl->out, _("Copied to %s."), given);
	fputc('\n', init->ctl->out);
	return CTL_OK;
}

/* Who asked: behind sudo the one who called it. */
static const char *
likely_name(void)
{
	const char *name = getenv("SUDO_USER");

	return name != NULL && strcmp(name, "root") != 0 ? name : NULL;
}

static int
step_name(struct init *init)
{
	const char *given = args_operand(init->parsed, 0);
	const struct passwd *entry;

	headline(init, _("2. The first administrator"));
	if (given != NULL)
		text_copy(init->user, sizeof(init->user), given);
	else if (prompt_line(init->ctl, _("Unix user of the first administrator:"), likely_name(),
			 init->user, sizeof(init->user)) != WF_OK)
		return CTL_NO;
	entry = getpwnam(init->user);
	if (entry == NULL) {
		ctl_error(init->ctl, _("there is no Unix user '%s'; make one first (adduser %s)"),
			init->user, init->user);
		return CTL_NO;
	}
	if (entry->pw_uid == 0) {
		ctl_error(init->ctl,
			_("name a person's user, not root: the log must tell people apart"));
		return CTL_NO;
	}
	init->uid = entry->pw_uid;
	return CTL_OK;
}

static void
ask_account(struct init *init, struct ask *ask, const char *act)
{
	ask_init(ask, act);
	ask_text(ask, "user", init->user);
	ask_text(ask, "must-change", "0");
	ask_secret(ask, "password", &init->password);
}

static int
send(struct init *init, const struct ask *ask, wf_status *status_r)
{
	struct answer answer;
	int code;

	ask_daemon(init->ctl, ask, &answer);
	*status_r = answer.status;
	code = answer.status == WF_EXISTS ? CTL_NO : answer_complain(init->ctl, &answer);
	if (code == CTL_OK && answer.text[0] != '\0')
		say(init, answer.text);
	answer_clear(&answer);
	return code;
}

/* An account left by an interrupted run, or imported, becomes the administrator's. */
static int
take_over_account(struct init *init, wf_status *status_r)
{
	struct ask ask;
	int code;

	ask_init(&ask, "user.set");
	ask_text(&ask, "user", init->user);
	ask_text(&ask, "kind", "privileged");
	ask_text(&ask, "reason", "init");
	code = send(init, &ask, status_r);
	if (code != CTL_OK)
		return code;
	ask_account(init, &ask, "user.passwd");
	return send(init, &ask, status_r);
}

/* status_r: WF_NO or WF_INVALID when another password may do. */
static int
try_account(struct init *init, wf_status *status_r)
{
	struct ask ask;
	int code;

	wf_secret_clear(&init->password);
	*status_r = prompt_new_secret(
		init->ctl, _("New password:"), _("The same again:"), &init->password);
	if (*status_r != WF_OK)
		return CTL_NO;
	ask_account(init, &ask, "user.add");
	ask_text(&ask, "kind", "privileged");
	ask_number(&ask, "uid", (int64_t)init->uid);
	code = send(init, &ask, status_r);
	return *status_r == WF_EXISTS ? take_over_account(init, status_r) : code;
}

/* At a terminal a password that is refused, or typed twice differently, is asked for again. */
static int
step_account(struct init *init)
{
	int tries = init->ctl->use_stdin ? 1 : PASSWORD_TRIES;
	wf_status status = WF_NO;
	int code = CTL_NO;

	for (int i = 0; i < tries && (status == WF_NO || status == WF_INVALID); i++)
		code = try_account(init, &status);
	return code;
}

static int
add_token(struct init *init, const char *type, struct answer *answer_r)
{
	struct ask ask;
	int code;

	ask_init(&ask, "token.add");
	ask_text(&ask, "user", init->user);
	ask_text(&ask, "type", type);
	ask_daemon(init->ctl, &ask, answer_r);
	code = answer_complain(init->ctl, answer_r);
	if (code == CTL_OK && answer_r->table.nrows == 0)
		code = CTL_NO;
	return code;
}

static int
step_token(struct init *init)
{
	struct answer answer;
	int code;

	headline(init, _("5. The token"));
	code = add_token(init, "totp", &answer);
	if (code == CTL_OK)
		token_show_otp(init->ctl, &answer.table, init->ctl->out_is_tty, false);
	for (int i = 0; code == CTL_OK && i < CONFIRM_TRIES; i++) {
		fflush(init->ctl->out);
		code = token_confirm(
			init->ctl, init->user, table_cell(&answer.table, 0, "id"), NULL);
		if (code != CTL_NO)
			break;
		code = i + 1 < CONFIRM_TRIES ? CTL_OK : CTL_NO;
	}
	answer_clear(&answer);
	return code;
}

static int
step_recovery(struct init *init)
{
	struct answer answer;
	int code;

	headline(init, _("4. The recovery codes"));
	code = add_token(init, "recovery", &answer);
	if (code == CTL_OK)
		token_show_codes(init->ctl, &answer.table);
	answer_clear(&answer);
	return code;
}

static int
step_sheet(struct init *init)
{
	const char *given = args_option(init->parsed, "emergency-user");
	const char *user = given != NULL ? given : SHEET_USER;
	const char *path = sheet_path(init->parsed, &init->status);

	headline(init, _("3. The emergency sheet"));
	if (access(path, F_OK) == 0) {
		fprintf(init->ctl->out, _("%s is there already and stays as it is."), path);
		fputc('\n', init->ctl->out);
		return CTL_OK;
	}
	if (!sheet_may_make(init->ctl, init->parsed, path))
		return CTL_NO;
	return sheet_make(init->ctl, path, user, sheet_codes(init->ctl, init->parsed), false);
}

static int
step_end(struct init *init)
{
	headline(init, _("Done"));
	fprintf(init->ctl->out,
		_("%s is the first administrator. Next: 'warifu user import --shadow --dry-run' "
		  "shows who "
		  "would be taken over, 'warifu pam install sshd' lets Warifu ask at logins, "
		  "'warifu doctor' "
		  "looks for what is missing."),
		init->user);
	fputc('\n', init->ctl->out);
	return CTL_OK;
}

/*
 * The token comes last: its confirmation makes the set-up complete in the daemon's eyes, and until
 * then init can be begun again. A second run makes new recovery codes and leaves the sheet alone.
 */
static int (*const steps[])(struct init *init) = {
	check_daemon,
	step_key,
	step_name,
	step_account,
	step_sheet,
	step_recovery,
	step_token,
	step_end,
};

int
ctl_init_dialogue(struct ctl *ctl, const struct parsed *parsed)
{
	struct init init = {.ctl = ctl, .parsed = parsed, .password = WF_SECRET_EMPTY};
	int code = CTL_OK;

	if (ctl->json) {
		ctl_error(ctl, _("init is a dialogue and has no JSON form"));
		return CTL_USAGE;
	}
	if (sheet_codes(ctl, parsed) == 0)
		return CTL_USAGE;
	for (size_t i = 0; code == CTL_OK && i < ENTRIES(steps); i++)
		code = steps[i](&init);
	wf_secret_clear(&init.password);
	answer_clear(&init.status);
	return code;
}
