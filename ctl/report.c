/* report: the criteria of a document, one line each, on the terminal; all lines in JSON. */
#include "config.h"

#include <string.h>

#include "ctl/ask.h"
#include "ctl/handlers.h"

/* Only what people look for first: the criteria themselves. */
static wf_status
criteria_alone(const struct table *all, struct table *criteria)
{
	const char *cells[TABLE_COLUMNS_MAX];
	wf_status status = WF_OK;

	memcpy(criteria->columns, all->columns, sizeof(all->columns));
	criteria->ncolumns = all->ncolumns;
	for (size_t row = 0; status == WF_OK && row < all->nrows; row++) {
		if (strcmp(table_cell(all, row, "part"), "criterion") != 0)
			continue;
		for (size_t i = 0; i < all->ncolumns; i++)
			cells[i] = all->cells[row * all->ncolumns + i];
		status = table_add_row(criteria, cells, all->ncolumns);
	}
	return status;
}

static int
show(struct ctl *ctl, const struct parsed *parsed, struct answer *answer)
{
	struct table all = answer->table;
	wf_status status;
	int code;

	if (ctl->json)
		return answer_show(ctl, parsed->command, answer);
	table_init(&answer->table);
	status = criteria_alone(&all, &answer->table);
	table_clear(&all);
	code = answer_show(ctl, parsed->command, answer);
	if (status != WF_OK)
		ctl_unwritten(ctl);
	return code;
}

int
ctl_report(struct ctl *ctl, const struct parsed *parsed)
{
	struct answer answer;
	struct ask ask;
	int code;

	ask_init(&ask, parsed->command->act);
	ask.slow = true;
	code = ask_parsed(ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	ask_daemon(ctl, &ask, &answer);
	code = show(ctl, parsed, &answer);
	answer_clear(&answer);
	return code;
}
