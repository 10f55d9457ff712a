/* The command line of a server: see options.h. */
#include "config.h"

#include "common/options.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

static const struct wf_option *
find(const struct wf_command_line *line, const char *arg, const char **value_r)
{
	for (size_t i = 0; i < line->noptions; i++) {
		size_t len = strlen(line->options[i].name);

		if (strncmp(arg, line->options[i].name, len) != 0 ||
			(arg[len] != '\0' && arg[len] != '='))
			continue;
		*value_r = arg[len] == '=' ? arg + len + 1 : NULL;
		return &line->options[i];
	}
	return NULL;
}

static void
take(const struct wf_option *option, const char *value, struct wf_options *options)
{
	if (option->task != TASK_SERVE)
		options->task = option->task;
	if (option->at != WF_OPTION_NO_VALUE)
		memcpy((char *)options + option->at, &value, sizeof(value));
	else if (option->task == TASK_SERVE)
		options->stderr_log = true;
}

bool
wf_options_parse(
	const struct wf_command_line *line, int argc, char **argv, struct wf_options *options_r)
{
	struct wf_options options = {.task = TASK_SERVE};

	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		const struct wf_option *option = find(line, argv[i], &value);

		if (option == NULL) {
			fprintf(stderr, _("%s: unknown option '%s'; '%s --help' lists them\n"),
				line->program, argv[i], line->program);
			return false;
		}
		if (option->value != NULL && value == NULL && i + 1 < argc)
			value = argv[++i];
		if ((option->value != NULL) != (value != NULL)) {
			fprintf(stderr,
				option->value != NULL ? _("%s: %s needs a value\n")
						      : _("%s: %s takes no value\n"),
				line->program, option->name);
			return false;
		}
		take(option, value, &options);
	}
	*options_r = options;
	return true;
}

static void
help(const struct wf_command_line *line)
{
	fputs(_(line->usage), stdout);
	for (size_t i = 0; i < line->noptions; i++) {
		const struct wf_option *option = &line->options[i];
		char left[32];

		(void)snprintf(left, sizeof(left), "%s%s%s", option->name,
			option->value != NULL ? " " : "",
			option->value != NULL ? option->value : "");
		printf("  %-16s  %s%s\n", left, _(option->about), option->after);
	}
}

bool
wf_options_tell(const struct wf_command_line *line, const struct wf_options *options)
{
	if (options->task == TASK_HELP)
		help(line);
	else if (options->task == TASK_VERSION)
		printf("%s %s\n", line->program, PACKAGE_VERSION);
	else
		return false;
	return true;
}

int
wf_options_main(
	const struct wf_command_line *line, const wf_task_run *tasks, int argc, char **argv)
{
	struct wf_options options;

	setlocale(LC_ALL, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	if (!wf_options_parse(line, argc, argv, &options))
		return 2;
	return wf_options_tell(line, &options) ? 0 : tasks[options.task](&options);
}
