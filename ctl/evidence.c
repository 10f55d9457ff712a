/*
 * log verify: the live log by the daemon, an export by ourselves with nothing but a public key, a
 * backup by warifud; each of them against checkpoints that were kept elsewhere.  log key.
 */
#include "config.h"

#include "ctl/evidence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/warifud.h"

#define PAGE 16 /* lines of log.match */

/* --- the live log --- */

/* Checkpoints of a file, to be handed to the daemon a page at a time. */
struct kept {
	struct ctl *ctl;
	struct audit_checkpoint *all; /* owned */
	size_t n, room;
	uint64_t broken;
	uint64_t fitting, foreign, superseded, outside, faults;
	bool ours; /* some are of this log: the daemon also counts those that announce its keys */
	struct table table; /* of the faults */
};

static bool
keep(void *ctx, const struct audit_checkpoint *checkpoint)
{
	struct kept *kept = ctx;

	if (kept->n == kept->room) {
		size_t room = kept->room == 0 ? 256 : 2 * kept->room;
		struct audit_checkpoint *all =
			wf_fault(WF_FAULT_ALLOC) ? NULL
						 : realloc(kept->all, room * sizeof(*all));

		if (all == NULL) {
			ctl_error(kept->ctl, "%s", _(wf_status_text(WF_NO_MEMORY)));
			return false;
		}
		kept->all = all;
		kept->room = room;
	}
	kept->all[kept->n++] = *checkpoint;
	return true;
}

/* Those of one log together, in the order in which they were made. */
static int
compare(const void *a, const void *b)
{
	const struct audit_checkpoint *x = a, *y = b;
	int order = strcmp(x->node, y->node);

	if (order == 0)
		order = strcmp(x->store, y->store);
	if (order == 0)
		order = (x->generation > y->generation) - (x->generation < y->generation);
	if (order == 0)
		order = (x->number > y->number) - (x->number < y->number);
	return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static uint64_t
figure(const struct answer *answer, const char *column)
{
	return strtoull(table_cell(&answer->table, 0, column), NULL, 10);
}

static const char *const fault_columns[] = {"fault", "good-seq:number", "good-time:time",
	"problem-seq:number", "problem-time:time", "problem"};

#define FAULT_COLUMNS (sizeof(fault_columns) / sizeof(fault_columns[0]))

static bool
fault_table(struct table *table)
{
	bool fine = true;

	table_init(table);
	for (size_t i = 0; i < FAULT_COLUMNS; i++)
		fine = table_add_column(table, fault_columns[i]) == WF_OK && fine;
	return fine;
}

static bool
is_of(const struct audit_checkpoint *checkpoint, const struct answer *answer)
{
	return strcmp(checkpoint->node, table_cell(&answer->table, 0, "node")) == 0 &&
	       strcmp(checkpoint->store, table_cell(&answer->table, 0, "store")) == 0;
}

/* What the daemon has found on this page. */
static void
gather(struct kept *kept, const struct answer *answer)
{
	static const char *const names[] = {"fault", "good-seq", "good-time", "problem-seq",
		"problem-time", "problem"};

	kept->fitting += figure(answer, "checkpoints");
	kept->foreign += figure(answer, "foreign");
	kept->superseded += figure(answer, "superseded");
	kept->outside += figure(answer, "outside");
	for (size_t row = 0; row < answer->table.nrows; row++) {
		const char *cells[FAULT_COLUMNS];

		for (size_t i = 0; i < FAULT_COLUMNS; i++)
			cells[i] = table_cell(&answer->table, row, names[i]);
		if (cells[0][0] == '\0')
			continue;
		kept->faults++;
		(void)!table_add_row(&kept->table, cells, FAULT_COLUMNS);
	}
}

/* One page; the last line of the one before comes again, so that two of one number meet. */
static int
match_page(struct kept *kept, size_t from, size_t n)
{
	static char keys[PAGE][8], lines[PAGE][AUDIT_CHECKPOINT_SIZE];
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, "log.match");
	ask.slow = true;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "line%zu", i + 1);
		audit_checkpoint_write(&kept->all[from + i], lines[i]);
		ask_text(&ask, keys[i], lines[i]);
	}
	ask_daemon(kept->ctl, &ask, &answer);
	code = answer_complain(kept->ctl, &answer);
	if (code == CTL_OK)
		gather(kept, &answer);
	for (size_t i = 0; code == CTL_OK && i < n; i++)
		kept->ours = kept->ours || is_of(&kept->all[from + i], &answer);
	answer_clear(&answer);
	return code;
}

static void
say_faults(struct kept *kept)
{
	for (size_t row = 0; row < kept->table.nrows; row++)
		ctl_error(kept->ctl, "%s", table_cell(&kept->table, row, "problem"));
	if (kept->broken > 0)
		ctl_error(kept->ctl,
			WF_NGETTEXT("%llu line of the checkpoints is damaged or was changed",
				"%llu lines of the checkpoints are damaged or were changed",
				kept->broken),
			(unsigned long long)kept->broken);
	if (kept->faults == 0 && !kept->ours)
		ctl_error(kept->ctl, _("none of the checkpoints is of this log: they are of "
				       "another host or another store"));
}

static int
verdict(struct kept *kept)
{
	bool fine = kept->faults == 0 && kept->broken == 0 && kept->ours;

	say_faults(kept);
	if (!fine || kept->ctl->json)
		return fine ? CTL_OK : CTL_NO;
	ctl_say(kept->ctl,
		_("Checkpoints that fit: %llu; made void by a restore: %llu; of rows that have "
		  "expired: %llu; of other logs: %llu."),
		(unsigned long long)kept->fitting, (unsigned long long)kept->superseded,
		(unsigned long long)kept->outside, (unsigned long long)kept->foreign);
	return CTL_OK;
}

static int
match(struct ctl *ctl, const char *path)
{
	struct kept kept = {.ctl = ctl};
	int code = CTL_NO;

	if (fault_table(&kept.table) &&
		evidence_checkpoints(ctl, path, keep, &kept, &kept.broken)) {
		size_t at = 0;

		code = CTL_OK;
		if (kept.n > 1)
			qsort(kept.all, kept.n, sizeof(kept.all[0]), compare);
		while (code == CTL_OK && at < kept.n) {
			size_t from = at > 0 ? at - 1 : 0;
			size_t n = kept.n - from < PAGE ? kept.n - from : PAGE;

			code = match_page(&kept, from, n);
			at = from + n;
		}
		if (code == CTL_OK)
			code = verdict(&kept);
	}
	table_clear(&kept.table);
	free(kept.all);
	return code;
}

static int
verify_live(struct ctl *ctl, const struct parsed *parsed)
{
	const char *checkpoints = args_option(parsed, "checkpoints");
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, parsed->command->act);
	ask.slow = true;
	ask_daemon(ctl, &ask, &answer);
	/* A chain that is wrong may be told by the status or by the row: either is a no. */
	code = answer_show(ctl, parsed->command, &answer);
	if (code == CTL_OK && strcmp(table_cell(&answer.table, 0, "ok"), "1") != 0) {
		ctl_error(ctl, _("the log is not in order"));
		code = CTL_NO;
	}
	answer_clear(&answer);
	if (checkpoints == NULL || (code != CTL_OK && code != CTL_NO))
		return code;
	return match(ctl, checkpoints) == CTL_OK ? code : CTL_NO;
}

/* --- an export --- */

struct verifying {
	struct ctl *ctl;
	struct audit_check *check;
	struct table table;
};

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

static bool
add_checkpoint(void *ctx, const struct audit_checkpoint *checkpoint)
{
	struct verifying *verifying = ctx;
	wf_status status = audit_check_add(verifying->check, checkpoint, false);

	if (status != WF_OK)
		ctl_error(verifying->ctl, "%s", _(wf_status_text(status)));
	return status == WF_OK;
}

static bool
load_evidence(struct verifying *verifying, const struct parsed *parsed)
{
	struct ctl *ctl = verifying->ctl;
	const char *key = args_option(parsed, "public-key");
	const char *checkpoints = args_option(parsed, "checkpoints");
	uint64_t broken = 0;

	if (checkpoints != NULL && key == NULL) {
		ctl_error(ctl, _("name the public key as well: --public-key FILE, as 'warifu log "
				 "key' shows it"));
		return false;
	}
	if (key != NULL && !evidence_keys(ctl, key, verifying->check))
		return false;
	if (checkpoints != NULL && !evidence_checkpoints(ctl, checkpoints, add_checkpoint,
					   verifying, &broken))
		return false;
	if (broken > 0)
		audit_check_broken(verifying->check, checkpoints);
	return true;
}

static void
show_sums(struct ctl *ctl, const struct audit_check_sums *sums, bool checkpoints)
{
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
}

static int
show_verdict(struct verifying *verifying, bool checkpoints)
{
	struct ctl *ctl = verifying->ctl;
	const struct audit_check_sums *sums = audit_check_sums(verifying->check);

	if (ctl->json)
		(void)!table_print_json(&verifying->table, false, ctl->out);
	else if (sums->faults == 0)
		show_sums(ctl, sums, checkpoints);
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
	struct verifying verifying = {.ctl = ctl};
	const struct audit_check_options options = {.node = "",
		.store = "",
		.whole = args_option(parsed, "whole") != NULL,
		.ctx = &verifying,
		.fault = note_fault};
	int code = CTL_NO;

	if (!fault_table(&verifying.table) ||
		audit_check_new(&options, &verifying.check) != WF_OK)
		ctl_error(ctl, "%s", _(wf_status_text(WF_NO_MEMORY)));
	else if (load_evidence(&verifying, parsed) &&
		 audit_check_begin(verifying.check) == WF_OK &&
		 evidence_export(ctl, args_option(parsed, "export"), verifying.check)) {
		audit_check_end(verifying.check, NULL);
		code = show_verdict(&verifying, args_option(parsed, "checkpoints") != NULL);
	}
	audit_check_free(&verifying.check);
	table_clear(&verifying.table);
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
	return verify_live(ctl, parsed);
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
