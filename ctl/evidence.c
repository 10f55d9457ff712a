/*
 * log verify: the live log by the daemon, an export by ourselves with nothing but a public key, a
 * backup by warifud; each of them against checkpoints that were kept elsewhere, which we check
 * ourselves but for those of a backup.  log key.
 */
#include "config.h"

#include "ctl/evidence.h"

#include <inttypes.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/warifud.h"
#include "ctl/when.h"

/* --- a check, and what it has found --- */

static const char *const fault_columns[] = {"fault", "good-seq:number", "good-time:time",
	"problem-seq:number", "problem-time:time", "problem"};

#define FAULT_COLUMNS (sizeof(fault_columns) / sizeof(fault_columns[0]))

static void
number(int64_t value, char text_r[24])
{
	(void)snprintf(text_r, 24, "%" PRId64, value);
	if (value == 0)
		text_r[0] = '\0';
}

static void
note_fault(void *ctx, const struct audit_fault *fault)
{
	struct verifying *verifying = ctx;
	char texts[4][24];
	const char *cells[FAULT_COLUMNS] = {audit_fault_name(fault->kind), texts[0], texts[1],
		texts[2], texts[3], fault->text};

	number((int64_t)fault->good_seq, texts[0]);
	number(fault->good_us, texts[1]);
	number((int64_t)fault->bad_seq, texts[2]);
	number(fault->bad_us, texts[3]);
	(void)!table_add_row(&verifying->table, cells, FAULT_COLUMNS);
}

bool
verifying_begin(
	struct verifying *verifying, struct ctl *ctl, struct audit_check_options *options)
{
	bool fine = true;

	*verifying = (struct verifying){.ctl = ctl};
	options->ctx = verifying;
	options->fault = note_fault;
	table_init(&verifying->table);
	for (size_t i = 0; i < FAULT_COLUMNS; i++)
		fine = table_add_column(&verifying->table, fault_columns[i]) == WF_OK && fine;
	fine = fine && audit_check_new(options, &verifying->check) == WF_OK;
	if (!fine)
		ctl_error(ctl, "%s", _(wf_status_text(WF_NO_MEMORY)));
	return fine;
}

void
verifying_end(struct verifying *verifying)
{
	audit_check_free(&verifying->check);
	table_clear(&verifying->table);
}

void
verifying_say_restores(const struct verifying *verifying)
{
	const struct audit_restore *restores;
	const size_t n = audit_check_restores(verifying->check, &restores);
	char text[512], when[32];

	for (size_t i = 0; i < n; i++) {
		when_format(restores[i].time_us, when);
		audit_restore_text(&restores[i], text, sizeof(text));
		ctl_say(verifying->ctl, "%s  %s", when, text);
	}
}

/* --- an export --- */

static bool
load_evidence(struct verifying *verifying, const struct parsed *parsed)
{
	struct ctl *ctl = verifying->ctl;
	const char *key = args_option(parsed, "public-key");
	const char *checkpoints = args_option(parsed, "checkpoints");

	if (checkpoints != NULL && key == NULL) {
		ctl_error(ctl, _("name the public key as well: --public-key FILE, as 'warifu log "
				 "key' shows it"));
		return false;
	}
	if (key != NULL && !evidence_keys(ctl, key, verifying->check))
		return false;
	return checkpoints == NULL || evidence_checkpoints(ctl, checkpoints, verifying->check);
}

static void
show_sums(const struct verifying *verifying, bool checkpoints)
{
	const struct audit_check_sums *sums = audit_check_sums(verifying->check);
	struct ctl *ctl = verifying->ctl;

	ctl_say(ctl,
		WF_NGETTEXT("%llu row, none missing, added or changed.",
			"%llu rows, none missing, added or changed.", sums->rows),
		(unsigned long long)sums->rows);
	if (!sums->anchored)
		ctl_say(ctl,
			_("The first row, %llu, is taken as it is: nothing here says what came "
			  "before it."),
			(unsigned long long)sums->first_seq);
	if (checkpoints)
		ctl_say(ctl,
			_("Checkpoints that fit: %llu; made void by a restore: %llu; of rows "
			  "outside: %llu; of other logs: %llu."),
			(unsigned long long)sums->fitting, (unsigned long long)sums->superseded,
			(unsigned long long)sums->outside, (unsigned long long)sums->foreign);
	else
		ctl_say(ctl, _("Without checkpoints nobody can tell whether all of it was "
			       "written anew: name them with --checkpoints."));
	verifying_say_restores(verifying);
}

static int
show_verdict(struct verifying *verifying, bool checkpoints)
{
	struct ctl *ctl = verifying->ctl;
	const struct audit_check_sums *sums = audit_check_sums(verifying->check);

	if (ctl->json)
		(void)!table_print_json(&verifying->table, false, ctl->out);
	else if (sums->faults == 0)
		show_sums(verifying, checkpoints);
	for (size_t row = 0; !ctl->json && row < verifying->table.nrows; row++) {
		table_print_vertical(&verifying->table, row, NULL, ctl->width, ctl->out);
		fputc('\n', ctl->out);
	}
	if (sums->faults > 0)
		ctl_error(ctl, _("the log is not in order"));
	return sums->faults == 0 ? CTL_OK : CTL_NO;
}

static int
verify_export(struct ctl *ctl, const struct parsed *parsed)
{
	const bool checkpoints = args_option(parsed, "checkpoints") != NULL;
	struct verifying verifying;
	struct audit_check_options options = {.node = "",
		.store = "",
		.whole = args_option(parsed, "whole") != NULL,
		.elsewhere = checkpoints};
	int code = CTL_NO;

	if (verifying_begin(&verifying, ctl, &options) && load_evidence(&verifying, parsed) &&
		audit_check_begin(verifying.check) == WF_OK &&
		evidence_export(ctl, args_option(parsed, "export"), verifying.check)) {
		audit_check_end(verifying.check, NULL);
		code = show_verdict(&verifying, checkpoints);
	}
	verifying_end(&verifying);
	return code;
}

static int
verify_backup(struct ctl *ctl, const struct parsed *parsed)
{
	const char *checkpoints = args_option(parsed, "checkpoints");
	const char *const task[] = {"--verify", args_option(parsed, "backup"),
		checkpoints != NULL ? "--checkpoints" : NULL, checkpoints, NULL};

	return warifud_run(ctl, parsed, task, false) ? CTL_OK : CTL_NO;
}

int
ctl_log_verify(struct ctl *ctl, const struct parsed *parsed)
{
	if (args_option(parsed, "export") != NULL && args_option(parsed, "backup") != NULL) {
		ctl_error(ctl, _("--export and --backup are two different things to check"));
		return CTL_USAGE;
	}
	if (args_option(parsed, "export") != NULL)
		return verify_export(ctl, parsed);
	if (args_option(parsed, "public-key") != NULL || args_option(parsed, "whole") != NULL) {
		ctl_error(ctl, _("--public-key and --whole are for --export: what else is checked "
				 "has its own keys"));
		return CTL_USAGE;
	}
	if (args_option(parsed, "backup") != NULL)
		return verify_backup(ctl, parsed);
	return evidence_live(ctl, parsed);
}

/* Behind the table the keys themselves; who reads them skips what stands around them. */
int
ctl_log_key(struct ctl *ctl, const struct parsed *parsed)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	ask_daemon(ctl, &ask, &answer);
	code = answer_show(ctl, parsed->command, &answer);
	for (size_t row = 0; code == CTL_OK && !ctl->json && row < answer.table.nrows; row++)
		fprintf(ctl->out, "\n# %s\n%s", table_cell(&answer.table, row, "fingerprint"),
			table_cell(&answer.table, row, "pem"));
	answer_clear(&answer);
	return code;
}
