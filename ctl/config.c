/*
 * config export: one line a setting, exactly the text whose hash the log has, so that what was
 * printed can be compared with it by any sha256sum; the closing sentence goes to standard error.
 */
#include "config.h"

#include "ctl/ask.h"
#include "ctl/handlers.h"

static void
print_lines(struct ctl *ctl, const struct table *table)
{
	for (size_t row = 0; row < table->nrows; row++)
		fprintf(ctl->out, "%s = %s\n", table_cell(table, row, "setting"),
			table_cell(table, row, "value"));
}

int
ctl_config_export(struct ctl *ctl, const struct parsed *parsed)
{
	struct answer answer;
	struct ask ask;
	int code;

	ask_init(&ask, parsed->command->act);
	ask_daemon(ctl, &ask, &answer);
	if (ctl->json || answer.status != WF_OK) {
		code = answer_show(ctl, parsed->command, &answer);
	} else {
		print_lines(ctl, &answer.table);
		fprintf(ctl->err, "%s\n", answer.text);
		code = CTL_OK;
	}
	answer_clear(&answer);
	return code;
}
