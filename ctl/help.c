/* Help from the command table. */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "ctl/help.h"
#include "ctl/table.h"
#include "ctl/text.h"

#define HELP_COLUMN 26

/* `left` padded by its width on the screen, then the text; on a line of its own if it is long. */
static void
print_pair(FILE *out, const char *left, const char *right)
{
	size_t width = table_width(left);

	fprintf(out, "  %s", left);
	if (width + 2 > HELP_COLUMN)
		fprintf(out, "\n%*s", HELP_COLUMN + 2, "");
	else
		fprintf(out, "%*s", (int)(HELP_COLUMN - width), "");
	fprintf(out, "%s\n", right);
}

static void
print_command(FILE *out, const struct command *command)
{
	char usage[256];

	args_usage(command, false, usage, sizeof(usage));
	print_pair(out, usage, _(command->about));
}

static void
print_options(FILE *out, const struct option_spec *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		char left[80];

		if (options->hidden)
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options->name,
			options->value != NULL ? " " : "",
			options->value != NULL ? options->value : "");
		print_pair(out, left, _(options->about));
		if (options->kind == VALUE_CHOICE) {
			char choices[160];
			struct text text;

			text_init(&text, choices, sizeof(choices));
			text_add_choices(&text, options->choices);
			print_pair(out, "", choices);
		}
	}
}

static void
print_one(FILE *out, const struct command *command)
{
	char usage[1024];

	args_usage(command, true, usage, sizeof(usage));
	fprintf(out, "%s warifu %s\n\n%s\n", _("Usage:"), usage, _(command->about));
	fprintf(out, "\n%s\n", _("Options:"));
	print_options(out, command->options);
	print_options(out, command_common_options());
	fprintf(out, "\n%s\n  warifu %s\n", _("Example:"), command->example);
}

static void
print_list(FILE *out, const char *topic)
{
	size_t count;
	const struct command *table = command_table(&count);

	fprintf(out, "%s warifu %s\n\n%s\n", _("Usage:"), _("COMMAND [ARGUMENTS] [OPTIONS]"),
		_("Commands:"));
	for (size_t i = 0; i < count; i++) {
		if ((table[i].flags & COMMAND_HIDDEN) != 0)
			continue;
		if (topic == NULL || strcmp(table[i].name, topic) == 0)
			print_command(out, &table[i]);
	}
	fprintf(out, "\n%s\n", _("Options of every command:"));
	print_options(out, command_common_options());
	fprintf(out, "\n%s\n",
		_("'warifu help COMMAND' tells more about one command; so does warifu(8)."));
}

void
help_print(FILE *out, const struct parsed *parsed)
{
	if (parsed->command != NULL)
		print_one(out, parsed->command);
	else
		print_list(out, parsed->topic);
}
