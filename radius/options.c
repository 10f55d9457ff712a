/* warifu-radiusd's command line, as one table. */
#include "config.h"

#include "radius/options.h"

#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

static const struct option_row {
	const char *name;
	const char *value; /* name of its value, NULL if it takes none */
	enum options_task task;
	const char *about;
	const char *after; /* the same in every language */
} rows[] = {
	{"--config", "FILE", TASK_SERVE, N_("read this configuration instead of "),
		WF_SYSCONFDIR "/warifu.conf"},
	{"--foreground", NULL, TASK_SERVE, N_("log to standard error instead of syslog"), ""},
	{"--check", NULL, TASK_CHECK,
		N_("check the configuration, its secrets and attributes, and stop"), ""},
	{"--help", NULL, TASK_HELP, N_("show this help"), ""},
	{"--version", NULL, TASK_VERSION, N_("show the version"), ""},
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
	if (row->task != TASK_SERVE)
		options->task = row->task;
	else if (row->value != NULL)
		options->config = value;
	else
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
			fprintf(stderr,
				_("warifu-radiusd: unknown option '%s'; 'warifu-radiusd --help' "
				  "lists them\n"),
				argv[i]);
			return false;
		}
		if (row->value != NULL && value == NULL && i + 1 < argc)
			value = argv[++i];
		if ((row->value != NULL) != (value != NULL)) {
			fprintf(stderr,
				row->value != NULL ? _("warifu-radiusd: %s needs a value\n")
						   : _("warifu-radiusd: %s takes no value\n"),
				row->name);
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
	printf(_("usage: warifu-radiusd [OPTION]...\nThe RADIUS server of Warifu: asks the daemon "
		 "about each login.\n\n"));
	for (size_t i = 0; i < NROWS; i++) {
		char left[32];

		snprintf(left, sizeof(left), "%s%s%s", rows[i].name,
			rows[i].value != NULL ? " " : "",
			rows[i].value != NULL ? rows[i].value : "");
		printf("  %-16s  %s%s\n", left, _(rows[i].about), rows[i].after);
	}
}
