/*
 * Tokens. A new key is shown on standard output once and stands nowhere else: not in the log, not
 * in arguments. A token counts only when a code of it has been entered, which is asked for at once.
 */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/prompt.h"
#include "ctl/prove.h"
#include "ctl/qr.h"
#include "ctl/token.h"

void
token_print_grouped(const char *key, FILE *out)
{
	for (size_t i = 0; key[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			fputc(' ', out);
		fputc(key[i], out);
	}
	fputc('\n', out);
}

void
token_show_otp(struct ctl *ctl, const struct table *table, bool qr, bool ascii)
{
	const char *uri = table_cell(table, 0, "uri");

	if (qr && qr_draw(uri, ascii, ctl->colour, ctl->out) != WF_OK)
		fprintf(ctl->out, "%s\n",
			_("The QR code cannot be drawn here; enter the key by hand."));
	fprintf(ctl->out, "%s %s\n", _("Address:"), uri);
	fprintf(ctl->out, "%s ", _("Key:"));
	token_print_grouped(table_cell(table, 0, "secret"), ctl->out);
	fprintf(ctl->out, "%s\n",
		_("Scan the picture with the telephone's authenticator, or enter the key there. It "
		  "is "
		  "shown this once."));
}

void
token_show_codes(struct ctl *ctl, const struct table *table)
{
	for (size_t row = 0; row < table->nrows; row++)
		fprintf(ctl->out, "%3zu.  %s\n", row + 1, table_cell(table, row, "code"));
	fprintf(ctl->out, "%s\n",
		_("Print these recovery codes and keep them apart from the telephone. Each works "
		  "once; "
		  "they are not shown again."));
}

int
token_confirm(struct ctl *ctl, const char *user, const char *id, const char *ticket)
{
	static const struct command confirm = {.name = "token", .sub = "confirm"};
	struct wf_secret code = WF_SECRET_EMPTY;
	struct ask ask;
	struct answer answer;
	wf_status status = prompt_secret(ctl, _("Code from the new token:"), &code);
	int result;

	if (status != WF_OK)
		return status == WF_UNAVAILABLE ? CTL_USAGE : CTL_NO;
	ask_init(&ask, "token.confirm");
	ask_text(&ask, "user", user);
	ask_text(&ask, "id", id);
	ask_text(&ask, "ticket", ticket);
	ask_secret(&ask, "code", &code);
	ask_as_owner(ctl, &ask, user, &answer);
	result = ctl->json ? answer_complain(ctl, &answer) : answer_show(ctl, &confirm, &answer);
	answer_clear(&answer);
	wf_secret_clear(&code);
	return result;
}

int
ctl_token_confirm(struct ctl *ctl, const struct parsed *parsed)
{
	int code = token_confirm(ctl, args_operand(parsed, 0), args_option(parsed, "id"),
		args_option(parsed, "ticket"));

	if (ctl->json && code == CTL_OK)
		fprintf(ctl->out, "{\"status\": \"ok\"}\n");
	return code;
}

/* Asks for a code of the token that was just shown. */
static int
confirm_now(struct ctl *ctl, const struct parsed *parsed, const struct table *table)
{
	const char *user = args_operand(parsed, 0);
	int code;

	fflush(ctl->out);
	code = token_confirm(ctl, user, table_cell(table, 0, "id"), args_option(parsed, "ticket"));
	if (code != CTL_OK)
		ctl_error(ctl,
			_("the token does not count yet; enter a code with: warifu token confirm "
			  "%s"),
			user);
	return code;
}

static int
show_new(struct ctl *ctl, const struct parsed *parsed, const struct answer *answer)
{
	bool qr = args_option(parsed, "qr") != NULL || ctl->out_is_tty;
	bool recovery = strcmp(args_operand(parsed, 1), "recovery") == 0;
	bool wanted = args_option(parsed, "no-confirm") == NULL && !recovery;

	if (answer->table.nrows == 0) {
		ctl_error(ctl, _("the daemon gave no key; see 'warifu token list %s'"),
			args_operand(parsed, 0));
		return CTL_NO;
	}
	if (ctl->json) {
		if (table_print_json(&answer->table, !recovery, ctl->out) != WF_OK)
			ctl_unwritten(ctl);
		return CTL_OK;
	}
	if (recovery)
		token_show_codes(ctl, &answer->table);
	else
		token_show_otp(ctl, &answer->table, qr, args_option(parsed, "ascii") != NULL);
	return wanted ? confirm_now(ctl, parsed, &answer->table) : CTL_OK;
}

int
ctl_token_add(struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	ask_as_owner(ctl, &ask, args_operand(parsed, 0), &answer);
	code = answer_complain(ctl, &answer);
	if (code == CTL_OK)
		code = show_new(ctl, parsed, &answer);
	answer_clear(&answer);
	return code;
}

int
ctl_token_resync(struct ctl *ctl, const struct parsed *parsed)
{
	struct wf_secret first = WF_SECRET_EMPTY;
	struct wf_secret second = WF_SECRET_EMPTY;
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code == CTL_OK &&
		(prompt_secret(ctl, _("A code from the token:"), &first) != WF_OK ||
			prompt_secret(ctl, _("The next code from it:"), &second) != WF_OK))
		code = CTL_NO;
	if (code == CTL_OK) {
		ask_secret(&ask, "code1", &first);
		ask_secret(&ask, "code2", &second);
		ask_as_owner(ctl, &ask, args_operand(parsed, 0), &answer);
		code = answer_show(ctl, parsed->command, &answer);
		answer_clear(&answer);
	}
	wf_secret_clear(&first);
	wf_secret_clear(&second);
	return code;
}
