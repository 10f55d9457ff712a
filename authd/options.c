/* warifud's command line, as one table. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/options.h"
#include "common/i18n.h"

struct option_row {
	const char *name;
	const char *value; /* name of its value, NULL if it takes none */
	enum options_task task; /* that it asks for, or belongs to */
	bool is_task;
	const char *about;
	const char *after; /* the same in every language */
};

static const struct option_row rows[] = {
	{ "--config", "FILE", TASK_SERVE, false, N_("read this configuration instead of "),
		WF_SYSCONFDIR "/warifu.conf" },
	{ "--foreground", NULL, TASK_SERVE, false, N_("log to standard error instead of syslog"), "" },
	{ "--check", NULL, TASK_CHECK, true, N_("check the configuration and stop"), "" },
	{ "--with", "FILE", TASK_CHECK, false, N_("check as if FILE lay in the folder conf.d"), "" },
	{ "--init", NULL, TASK_INIT, true, N_("make the key file and an empty database, and stop"), "" },
	{ "--restore", "FILE", TASK_RESTORE, true, N_("put a backup in place of the database, and stop"), "" },
	{ "--help", NULL, TASK_HELP, true, N_("show this help"), "" },
	{ "--version", NULL, TASK_VERSION, true, N_("show the version"), "" },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static const struct option_row *
find(const char *arg, const char **value_r)
{
	for (size_t i = 0; i < NROWS; i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(arg, rows[i].name, len) != 0 || (arg[len] != '\0' && arg[len] != '='))
			continue;
		*value_r = arg[len] == '=' ? arg + len + 1 : NULL;
		return &rows[i];
	}
	return NULL;
}

static void
take(const struct option_row *row, const char *value, struct options *options)
{
	if (row->is_task)
		options->task = row->task;
	if (row->task == TASK_RESTORE)
		options->file = value;
	else if (row->task == TASK_CHECK && row->value != NULL)
		options->with = value;
	else if (row->value != NULL)
		options->config = value;
	else if (!row->is_task)
		options->stderr_log = true;
}

bool
options_parse(int argc, char **argv, struct options *options_r)
{
	struct options options = {.task = TASK_SERVE};

	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		const struct option_row *row = find(argv[i], &value);

		if (row == NULL) {
			fprintf(stderr, _("warifud: unknown option '%s'; 'warifud --help' lists them\n"), argv[i]);
			return false;
		}
		if (row->value != NULL && value == NULL && i + 1 < argc)
			value = argv[++i];
		if ((row->value != NULL) != (value != NULL)) {
			fprintf(stderr, row->value != NULL ? _("warifud: %s needs a value\n") : _("warifud: %s takes no value\n"), row->name);
			return false;
		}
		take(row, value, &options);
	}
	*options_r = options;
	return true;
}

void
options_usage(void)
{
	printf(_("usage: warifud [OPTION]...\nThe daemon that owns accounts, factors, counters, policy and log.\n\n"));
	for (size_t i = 0; i < NROWS; i++) {
		char left[32];

		snprintf(left, sizeof(left), "%s%s%s", rows[i].name, rows[i].value != NULL ? " " : "",
			 rows[i].value != NULL ? rows[i].value : "");
		printf("  %-16s  %s%s\n", left, _(rows[i].about), rows[i].after);
	}
}
