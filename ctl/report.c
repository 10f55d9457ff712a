/*
 * report: the daemon computes it once, whatever it is then shown as: a list on the terminal, all
 * lines as JSON, or any of the files that were asked for.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/book.h"
#include "ctl/csv.h"
#include "ctl/handlers.h"
#include "ctl/outfile.h"
#include "ctl/report_forms.h"
#include "ctl/report_lines.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define KEEP 2 /* columns of the list that are never left out */

struct reporting {
	struct ctl *ctl;
	const struct parsed *parsed;
	const struct table *lines;
};

/* --- files --- */

static int
written(const struct reporting *reporting, wf_status status)
{
	if (status == WF_OK)
		return CTL_OK;
	ctl_error(reporting->ctl, "%s", _(wf_status_text(status)));
	return CTL_NO;
}

static int
write_html(FILE *out, void *ctx)
{
	const struct reporting *reporting = ctx;

	report_page(reporting->lines, reporting->ctl->language, out);
	return CTL_OK;
}

static bool
is_cp932(const struct parsed *parsed)
{
	const char *encoding = args_option(parsed, "encoding");

	return encoding != NULL && strcmp(encoding, "cp932") == 0;
}

static int
write_csv(FILE *out, void *ctx)
{
	const struct reporting *reporting = ctx;
	const struct parsed *parsed = reporting->parsed;
	uint64_t replaced = 0;
	int code = written(reporting, report_csv(reporting->lines, is_cp932(parsed),
					      args_option(parsed, "bom") != NULL, out, &replaced));

	csv_tell(reporting->ctl, replaced);
	return code;
}

static int
write_xlsx(FILE *out, void *ctx)
{
	const struct reporting *reporting = ctx;

	return written(reporting, report_book(reporting->lines, out));
}

static const struct form {
	const char *option;
	outfile_writer writer;
} forms[] = {{"html", write_html}, {"csv", write_csv}, {"xlsx", write_xlsx}};

static int
write_file(struct reporting *reporting, const struct form *form)
{
	const char *path = args_option(reporting->parsed, form->option);
	int code = CTL_OK;

	if (path != NULL)
		code = outfile_write_utf8(reporting->ctl, path, form->writer, reporting);
	if (path != NULL && code == CTL_OK && !reporting->ctl->json)
		ctl_say(reporting->ctl, _("The report is in %s."), path);
	return code;
}

/* --- the list --- */

/* The criteria alone, in the columns of the command. */
static wf_status
criteria_of(const struct table *lines, struct table *list_r)
{
	static const char *const columns[] = {"criterion", "state", "description"};
	wf_status status = WF_OK;
	size_t line;

	table_init(list_r);
	for (size_t i = 0; status == WF_OK && i < ENTRIES(columns); i++)
		status = table_add_column(list_r, columns[i]);
	for (line = report_next(lines, REPORT_CRITERION, 0, lines->nrows);
		status == WF_OK && line < lines->nrows;
		line = report_next(lines, REPORT_CRITERION, line + 1, lines->nrows)) {
		const char *const cells[] = {table_cell(lines, line, "criterion"),
			report_word(table_cell(lines, line, "state")),
			table_cell(lines, line, "text")};

		status = table_add_row(list_r, cells, ENTRIES(cells));
	}
	return status;
}

static int
show_list(const struct reporting *reporting, const char *sentence)
{
	struct ctl *ctl = reporting->ctl;
	struct table list;
	struct table_layout layout;
	wf_status status = criteria_of(reporting->lines, &list);

	if (status == WF_OK) {
		table_lay_out(&list, NULL, ctl->width, KEEP, &layout);
		table_print_laid(&list, &layout, ctl->header, ctl->out);
		ctl_say(ctl, "%s", sentence);
	}
	table_clear(&list);
	return written(reporting, status);
}

/* --- the command --- */

/* What would be refused in the end is refused before the daemon has worked for it. */
static int
may_write(struct ctl *ctl, const struct parsed *parsed)
{
	if ((is_cp932(parsed) || args_option(parsed, "bom") != NULL) &&
		args_option(parsed, "csv") == NULL) {
		ctl_error(ctl, _("--bom and --encoding are for --csv"));
		return CTL_USAGE;
	}
	if (is_cp932(parsed) && args_option(parsed, "bom") != NULL) {
		ctl_error(ctl, _("--bom is for UTF-8: CP932 has no mark"));
		return CTL_USAGE;
	}
	if (args_option(parsed, "xlsx") != NULL && !book_supported) {
		ctl_error(ctl, _("this warifu was built without libxlsxwriter and writes no "
				 "workbooks: use --csv"));
		return CTL_NO;
	}
	for (size_t i = 0; i < ENTRIES(forms); i++) {
		const char *path = args_option(parsed, forms[i].option);

		if (path != NULL && access(path, F_OK) == 0) {
			ctl_error(ctl, _("%s is there already: name a new file"), path);
			return CTL_NO;
		}
	}
	return CTL_OK;
}

static int
show(struct reporting *reporting, const struct answer *answer)
{
	struct ctl *ctl = reporting->ctl;
	bool any = false;
	int code = CTL_OK;

	for (size_t i = 0; code == CTL_OK && i < ENTRIES(forms); i++) {
		any = any || args_option(reporting->parsed, forms[i].option) != NULL;
		code = write_file(reporting, &forms[i]);
	}
	if (code != CTL_OK)
		return code;
	if (ctl->json)
		return answer_show(ctl, reporting->parsed->command, answer);
	if (any)
		ctl_say(ctl, "%s", answer->text);
	return any ? CTL_OK : show_list(reporting, answer->text);
}

int
ctl_report(struct ctl *ctl, const struct parsed *parsed)
{
	struct reporting reporting = {.ctl = ctl, .parsed = parsed};
	struct answer answer;
	struct ask ask;
	int code = may_write(ctl, parsed);

	if (code != CTL_OK)
		return code;
	ask_init(&ask, parsed->command->act);
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	ask_daemon(ctl, &ask, &answer);
	reporting.lines = &answer.table;
	code = answer_complain(ctl, &answer);
	if (code == CTL_OK)
		code = show(&reporting, &answer);
	answer_clear(&answer);
	return code;
}
