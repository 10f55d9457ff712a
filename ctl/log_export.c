/*
 * `log export`: the daemon gives the rows as lines, page by page; they are written as they come, or
 * as a table for a spreadsheet. Nothing is kept but the line that is under way.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "authd/audit/export.h"
#include "authd/audit/format.h"
#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/csv.h"
#include "ctl/handlers.h"
#include "ctl/outfile.h"
#include "ctl/stop.h"

#define TELL_US INT64_C(500000)

/* Of these the words are translated; all else is shown as it is stored. */
enum heading_kind { HEADING_TEXT, HEADING_WORD, HEADING_PLAIN, HEADING_DAY };

static const struct heading {
	const char *column; /* of audit_columns */
	enum heading_kind kind;
	const char *title;
} headings[] = {
	{"time", HEADING_DAY, N_("Date and time")},
	{"user", HEADING_TEXT, N_("User ID")},
	{"source", HEADING_TEXT, N_("Source IP address")},
	{"result", HEADING_WORD, N_("Success or failure")},
	{"event", HEADING_TEXT, N_("Event")},
	{"service", HEADING_TEXT, N_("Event source (service)")},
	{"host", HEADING_TEXT, N_("Destination host")},
	{"machine", HEADING_TEXT, N_("Machine (NAS or terminal)")},
	{"action", HEADING_TEXT, N_("Action")},
	{"reason", HEADING_TEXT, N_("Reason")},
	{"factors", HEADING_TEXT, N_("Factors")},
	{"kinds", HEADING_TEXT, N_("Kinds of factors")},
	{"rule", HEADING_TEXT, N_("Rule that decided")},
	{"count", HEADING_PLAIN, N_("Count")},
	{"first", HEADING_DAY, N_("First time")},
	{"last", HEADING_DAY, N_("Last time")},
	{"operator", HEADING_TEXT, N_("Operator")},
	{"ticket", HEADING_TEXT, N_("Ticket")},
	{"approver", HEADING_TEXT, N_("Approved by")},
	{"detail", HEADING_TEXT, N_("Details")},
	{"txn", HEADING_TEXT, N_("Transaction")},
	{"class", HEADING_WORD, N_("Class")},
	{"node", HEADING_TEXT, N_("Node")},
	{"seq", HEADING_PLAIN, N_("Row")},
	{"time", HEADING_PLAIN, N_("Date and time (RFC 3339)")},
	{"hash", HEADING_TEXT, N_("Hash of the chain")},
};
#define HEADINGS (sizeof(headings) / sizeof(headings[0]))

struct export {
	struct ctl *ctl;
	const struct parsed *parsed;
	FILE *out;
	bool table; /* CSV; else JSON Lines */
	bool cp932, bom;
	struct csv csv;
	size_t columns[HEADINGS]; /* of each heading, among the cells of a row */
	uint64_t rows;
	/* The same for all pages, wherever they begin: "2h" is two hours before the first one. */
	struct ask ask;
	char after[24]; /* the last row that was looked at; "" = none */
	bool more;      /* this page was not the last one */
	unsigned pages; /* behind the first one */
	bool tells;     /* how far it is, on the terminal */
	int64_t told_us;
};

/* --- as a table --- */

/* The place of a column among the cells of a row. */
static size_t
column_of(const char *name)
{
	size_t i = 0;

	while (strncmp(audit_columns[i], name, strlen(name)) != 0 ||
		(audit_columns[i][strlen(name)] != '\0' && audit_columns[i][strlen(name)] != ':'))
		i++;
	return i;
}

/* "2026-03-01T09:00:00.123456+09:00" as a spreadsheet knows a time: "2026-03-01 09:00:00". */
static void
put_day(struct csv *csv, const char *time)
{
	char day[40];
	size_t len = strcspn(time, ".");

	snprintf(day, sizeof(day), "%.*s", (int)len, time);
	for (char *at = day; *at != '\0'; at++)
		if (*at == 'T')
			*at = ' ';
	csv_plain(csv, day);
}

static void
put_cell(struct csv *csv, enum heading_kind kind, const char *cell)
{
	if (kind == HEADING_DAY)
		put_day(csv, cell);
	else if (kind == HEADING_PLAIN)
		csv_plain(csv, cell);
	else
		csv_text(csv, kind == HEADING_WORD ? _(cell) : cell);
}

static void
put_headings(struct export *export)
{
	for (size_t i = 0; i < HEADINGS; i++) {
		export->columns[i] = column_of(headings[i].column);
		csv_text(&export->csv, _(headings[i].title));
	}
	csv_end_line(&export->csv);
}

static wf_status
put_row(struct export *export, const char *line)
{
	struct audit_exported exported;
	struct audit_cells cells;
	wf_status status = audit_export_parse(line, strlen(line), &exported);

	if (status != WF_OK)
		return status;
	audit_row_cells(&exported.row, exported.seq, exported.chain, &cells);
	for (size_t i = 0; i < HEADINGS; i++)
		put_cell(&export->csv, headings[i].kind, cells.cells[export->columns[i]]);
	csv_end_line(&export->csv);
	return WF_OK;
}

/* --- page by page --- */

static wf_status
take_row(void *ctx, const char *const *cells, size_t n)
{
	struct export *export = ctx;

	if (n != 2)
		return WF_INVALID;
	snprintf(export->after, sizeof(export->after), "%s", cells[0]);
	export->more = cells[1][0] == '\0'; /* a place to go on from */
	if (export->more)
		return WF_OK;
	export->rows++;
	if (export->table)
		return put_row(export, cells[1]);
	fputs_unlocked(cells[1], export->out);
	putc_unlocked('\n', export->out);
	return WF_OK;
}

static int
fetch(struct export *export)
{
	struct answer answer;
	int code;

	if (export->more)
		ask_text(&export->ask, "after", export->pages++ == 0 ? export->after : NULL);
	export->more = false;
	ask_daemon(export->ctl, &export->ask, &answer);
	code = answer_complain(export->ctl, &answer);
	answer_clear(&answer);
	return code;
}

static void
tell(struct export *export, bool last)
{
	int64_t now_us = wf_clock_now(&wf_clock_system).boot_us;

	if (!export->tells || (!last && now_us - export->told_us < TELL_US))
		return;
	export->told_us = now_us;
	fputc('\r', export->ctl->err);
	fprintf(export->ctl->err, WF_NGETTEXT("%llu row", "%llu rows", export->rows),
		(unsigned long long)export->rows);
	if (last)
		fputc('\n', export->ctl->err);
	fflush(export->ctl->err);
}

static int
walk(struct export *export)
{
	int code;

	do {
		code = fetch(export);
		tell(export, false);
		if (code == CTL_OK && stop_wanted())
			code = CTL_NO;
	} while (code == CTL_OK && export->more && !ferror(export->out));
	if (export->told_us != 0)
		tell(export, true);
	return code;
}

/* --- where it goes --- */

static bool
is_given(const struct export *export, const char *option, const char *value)
{
	const char *given = args_option(export->parsed, option);

	return given != NULL && strcmp(given, value) == 0;
}

static int
begin(struct export *export)
{
	int code;

	export->table = is_given(export, "format", "csv");
	export->cp932 = is_given(export, "encoding", "cp932");
	export->bom = args_option(export->parsed, "bom") != NULL;
	if ((export->cp932 || export->bom) && !export->table) {
		ctl_error(export->ctl, _("--bom and --encoding are for --format csv"));
		return CTL_USAGE;
	}
	if (export->cp932 && export->bom) {
		ctl_error(export->ctl, _("--bom is for UTF-8: CP932 has no mark"));
		return CTL_USAGE;
	}
	ask_init(&export->ask, export->parsed->command->act);
	code = ask_parsed(export->ctl, &export->ask, export->parsed);
	export->ask.row = take_row;
	export->ask.row_ctx = export;
	return code;
}

static int
write_lines(FILE *out, void *ctx)
{
	struct export *export = ctx;

	export->out = out;
	return walk(export);
}

static int
write_rows(FILE *out, void *ctx)
{
	struct export *export = ctx;

	(void)out; /* the table's */
	put_headings(export);
	return walk(export);
}

static int
write_table(FILE *out, void *ctx)
{
	struct export *export = ctx;
	int code;

	export->out = out;
	if (csv_open(&export->csv, out, export->cp932, export->bom) != WF_OK) {
		ctl_error(export->ctl, _("this system cannot write CP932"));
		return CTL_NO;
	}
	code = outfile_in_utf8(out, write_rows, export);
	csv_close(&export->csv);
	if (code == CTL_OK)
		csv_tell(export->ctl, export->csv.replaced);
	return code;
}

static int
write_file(struct export *export, const char *path, outfile_writer writer)
{
	int code = outfile_write(export->ctl, path, writer, export);

	if (code == CTL_OK)
		ctl_say(export->ctl,
			WF_NGETTEXT("%llu row in %s.", "%llu rows in %s.", export->rows),
			(unsigned long long)export->rows, path);
	return code;
}

int
ctl_log_export(struct ctl *ctl, const struct parsed *parsed)
{
	const char *path = args_option(parsed, "output");
	struct export export = {.ctl = ctl, .parsed = parsed, .out = ctl->out};
	int code = begin(&export);
	outfile_writer writer = export.table ? write_table : write_lines;

	if (code != CTL_OK)
		return code;
	export.tells = isatty(fileno(ctl->err)) == 1 && (path != NULL || !ctl->out_is_tty);
	stop_on_signals();
	return path != NULL ? write_file(&export, path, writer) : writer(ctl->out, &export);
}
