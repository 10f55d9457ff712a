/* status for people, for monitoring systems (Nagios, Zabbix) and for Prometheus (OpenMetrics). */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

/* Exit codes of Nagios plug-ins. */
enum nagios { NAGIOS_OK = 0, NAGIOS_WARNING = 1, NAGIOS_CRITICAL = 2, NAGIOS_UNKNOWN = 3 };

static const struct {
	const char *level; /* column of the daemon's answer */
	const char *name;
	int code;
} levels[] = {
	{"ok", "OK", NAGIOS_OK},
	{"warning", "WARNING", NAGIOS_WARNING},
	{"critical", "CRITICAL", NAGIOS_CRITICAL},
};

/* Figures behind the '|' (performance data of the plug-in guidelines). */
static const char *const figures[] = {"accounts", "locked", "locked-strangers", "accepted",
	"rejected", "unavailable", "refused-early", "open", "queue"};

static void
print_figures(struct ctl *ctl, const struct table *table)
{
	const char *separator = " | ";

	for (size_t i = 0; i < ENTRIES(figures); i++) {
		const char *cell = table_cell(table, 0, figures[i]);

		if (cell[0] == '\0' || strspn(cell, "0123456789") != strlen(cell))
			continue;
		fprintf(ctl->out, "%s%s=%s", separator, figures[i], cell);
		separator = " ";
	}
	fputc('\n', ctl->out);
}

static int
check_level(struct ctl *ctl, const struct table *table)
{
	const char *level = table_cell(table, 0, "level");

	for (size_t i = 0; i < ENTRIES(levels); i++) {
		char message[512] = "";
		int column = table_column(table, "message");

		if (strcmp(levels[i].level, level) != 0)
			continue;
		if (column >= 0)
			table_format(table, 0, (size_t)column, message, sizeof(message));
		message[strcspn(message, "|\n")] = '\0';
		fprintf(ctl->out, "WARIFU %s - %s", levels[i].name, column >= 0 ? message : "");
		print_figures(ctl, table);
		return levels[i].code;
	}
	fprintf(ctl->out, "WARIFU UNKNOWN - %s\n", _("the daemon's answer makes no sense"));
	return NAGIOS_UNKNOWN;
}

/* No answer: a daemon that is away is critical, not being allowed to ask is unknown. */
static int
check_failure(struct ctl *ctl, const struct answer *answer)
{
	bool away = answer_exit(answer) == CTL_AWAY;

	fprintf(ctl->out, "WARIFU %s - %s\n", away ? "CRITICAL" : "UNKNOWN",
		answer->text[0] != '\0' ? answer->text
		: away			? _("the daemon does not answer")
					: _(wf_status_text(answer->status)));
	return away ? NAGIOS_CRITICAL : NAGIOS_UNKNOWN;
}

static int
status_check(struct ctl *ctl)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, "status");
	ask_daemon(ctl, &ask, &answer);
	code = answer.status == WF_OK ? check_level(ctl, &answer.table)
				      : check_failure(ctl, &answer);
	answer_clear(&answer);
	return code;
}

/* Lines of the daemon, and the end mark without which a scraper takes them for cut off. */
static int
status_metrics(struct ctl *ctl)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, "metrics");
	ask_daemon(ctl, &ask, &answer);
	code = answer_complain(ctl, &answer);
	if (code == CTL_OK) {
		for (size_t row = 0; row < answer.table.nrows; row++)
			fprintf(ctl->out, "%s\n", table_cell(&answer.table, row, "line"));
		fputs("# EOF\n", ctl->out);
	}
	answer_clear(&answer);
	return code;
}

int
ctl_status(struct ctl *ctl, const struct parsed *parsed)
{
	if (args_option(parsed, "check") != NULL)
		return status_check(ctl);
	if (args_option(parsed, "metrics") != NULL)
		return status_metrics(ctl);
	return ctl_run_act(ctl, parsed);
}
