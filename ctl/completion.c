/*
 * Shell completion and the synopsis of the manual, made from the command table. The texts are the
 * English ones: the scripts are installed files.
 */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "ctl/handlers.h"
#include "ctl/help.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
/* Options of which one is listed once although several commands have it. */
#define SEEN_MAX 64

static bool
is_file(const char *value)
{
	return strcmp(value, "PATH") == 0 || strcmp(value, "FILE") == 0 ||
	       strcmp(value, "DIR") == 0;
}

static void
put_spaced(FILE *out, const char *choices)
{
	for (; *choices != '\0'; choices++)
		fputc(*choices == '|' ? ' ' : *choices, out);
}

static bool
shown(const struct command *command)
{
	return (command->flags & COMMAND_HIDDEN) == 0;
}

static bool
first_of_name(const struct command *table, size_t i)
{
	return shown(&table[i]) && (i == 0 || strcmp(table[i - 1].name, table[i].name) != 0);
}

static void
put_names(FILE *out, const struct command *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (first_of_name(table, i))
			fprintf(out, "%s ", table[i].name);
	}
	fputs("help", out);
}

static void
put_subs(FILE *out, const struct command *table, size_t count, const char *name)
{
	const char *separator = "";

	for (size_t i = 0; i < count; i++) {
		if (table[i].sub == NULL || !shown(&table[i]) ||
			strcmp(table[i].name, name) != 0)
			continue;
		fprintf(out, "%s%s", separator, table[i].sub);
		separator = " ";
	}
}

static void
put_options(FILE *out, const struct option_spec *options, const char *separator)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->hidden)
			continue;
		fprintf(out, "%s--%s", separator, options->name);
		separator = " ";
	}
}

/* ---- bash ---- */

static void
bash_value(FILE *out, const struct option_spec *option)
{
	fprintf(out, "\t--%s)\n", option->name);
	if (option->kind == VALUE_CHOICE) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -W '", out);
		put_spaced(out, option->choices);
		fputs("' -- \"$cur\")\n", out);
	} else if (is_file(option->value)) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n", out);
	} else if (strcmp(option->value, "USER") == 0) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -u -- \"$cur\")\n", out);
	}
	fputs("\t\treturn\n\t\t;;\n", out);
}

static bool
seen_before(const char *seen[SEEN_MAX], size_t *n, const char *name)
{
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(seen[i], name) == 0)
			return true;
	}
	if (*n < SEEN_MAX)
		seen[(*n)++] = name;
	return false;
}

static void
bash_values_of(FILE *out, const struct option_spec *options, const char *seen[SEEN_MAX], size_t *n)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->hidden || options->kind == VALUE_FLAG ||
			seen_before(seen, n, options->name))
			continue;
		bash_value(out, options);
	}
}

static void
bash_values(FILE *out, const struct command *table, size_t count)
{
	const char *seen[SEEN_MAX];
	size_t n = 0;

	fputs("\tcase $prev in\n", out);
	for (size_t i = 0; i < count; i++)
		bash_values_of(out, table[i].options, seen, &n);
	bash_values_of(out, command_common_options(), seen, &n);
	fputs("\tesac\n", out);
}

static void
bash_command(FILE *out, const struct command *command)
{
	bool user = false;
	bool file = false;

	if (!shown(command))
		return;
	fprintf(out, "\t'%s %s'%s)\n\t\twords='", command->name,
		command->sub != NULL ? command->sub : "", command->sub != NULL ? "" : "*");
	put_options(out, command->options, "");
	put_options(out, command_common_options(), command->options != NULL ? " " : "");
	for (const struct operand_spec *operand = command->operands; operand->name != NULL;
		operand++) {
		user = user || strcmp(operand->name, "USER") == 0;
		file = file || is_file(operand->name);
		if (operand->choices != NULL) {
			fputc(' ', out);
			put_spaced(out, operand->choices);
		}
	}
	fprintf(out, "'\n%s%s\t\t;;\n", user ? "\t\tkind=-u\n" : "", file ? "\t\tkind=-f\n" : "");
}

static void
bash_commands(FILE *out, const struct command *table, size_t count)
{
	fputs("\tcase \"$name $sub\" in\n\t' ' | help\\ *)\n\t\twords='", out);
	put_names(out, table, count);
	put_options(out, command_common_options(), " ");
	fputs("'\n\t\t;;\n", out);
	/* Those with a subcommand first: 'log verify' before 'log'*. */
	for (size_t i = 0; i < count; i++) {
		if (table[i].sub != NULL)
			bash_command(out, &table[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (table[i].sub == NULL)
			bash_command(out, &table[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (!first_of_name(table, i) || table[i].sub == NULL)
			continue;
		fprintf(out, "\t'%s '*)\n\t\twords='", table[i].name);
		put_subs(out, table, count, table[i].name);
		fputs("'\n\t\t;;\n", out);
	}
	fputs("\tesac\n", out);
}

static void
print_bash(FILE *out, const struct command *table, size_t count)
{
	fputs("# shellcheck shell=bash\n"
	      "# Completion of warifu(8) for bash, made by 'warifu completion bash'.\n\n"
	      "_warifu()\n{\n"
	      "\tlocal cur prev word words='' kind='' name='' sub=''\n\n"
	      "\tcur=${COMP_WORDS[COMP_CWORD]}\n"
	      "\tprev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase $word in\n\t\t-*) continue ;;\n\t\tesac\n"
	      "\t\tif [ -z \"$name\" ]; then\n\t\t\tname=$word\n"
	      "\t\telif [ -z \"$sub\" ]; then\n\t\t\tsub=$word\n\t\tfi\n\tdone\n"
	      "\tCOMPREPLY=()\n",
		out);
	bash_values(out, table, count);
	bash_commands(out, table, count);
	fputs("\tif [ \"$name\" = log ] && [ -z \"$sub\" ]; then\n\t\twords+=' ", out);
	put_subs(out, table, count, "log");
	fputs("'\n\tfi\n"
	      "\tmapfile -t COMPREPLY < <(compgen ${kind:+\"$kind\"} -W \"$words\" -- "
	      "\"$cur\")\n}\n\n"
	      "complete -F _warifu warifu\n",
		out);
}

/* ---- zsh ---- */

/* In single quotes, for _arguments and _describe. */
static void
zsh_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(":[]", *text) != NULL)
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void
zsh_value(FILE *out, const char *value, const char *choices)
{
	fprintf(out, ":%s:", choices != NULL ? "value" : value);
	if (choices != NULL) {
		fputc('(', out);
		put_spaced(out, choices);
		fputc(')', out);
	} else if (is_file(value)) {
		fputs("_files", out);
	} else if (strcmp(value, "USER") == 0) {
		fputs("_users", out);
	}
}

static void
zsh_options(FILE *out, const struct option_spec *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->hidden)
			continue;
		fprintf(out, "\t\t\t'--%s[", options->name);
		zsh_text(out, options->about);
		fputc(']', out);
		if (options->kind != VALUE_FLAG)
			zsh_value(out, options->value, options->choices);
		fputs("' \\\n", out);
	}
}

static void
zsh_command(FILE *out, const struct command *command)
{
	if (!shown(command))
		return;
	fprintf(out, "\t'%s %s'%s)\n\t\t_arguments \\\n", command->name,
		command->sub != NULL ? command->sub : "", command->sub != NULL ? "" : "*");
	zsh_options(out, command->options);
	zsh_options(out, command_common_options());
	for (const struct operand_spec *operand = command->operands; operand->name != NULL;
		operand++) {
		fputs("\t\t\t'", out);
		zsh_value(out, operand->name, operand->choices);
		fputs("' \\\n", out);
	}
	fputs("\t\t\t&& return\n\t\t;;\n", out);
}

static void
zsh_list(FILE *out, const struct command *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		bool wanted = name != NULL
				      ? strcmp(table[i].name, name) == 0 &&
						table[i].sub != NULL && shown(&table[i])
				      : first_of_name(table, i);

		if (!wanted)
			continue;
		fprintf(out, "\t\t\t'%s:", name != NULL ? table[i].sub : table[i].name);
		zsh_text(out, table[i].about);
		fputs("'\n", out);
	}
}

static void
print_zsh(FILE *out, const struct command *table, size_t count)
{
	fputs("#compdef warifu\n# Completion of warifu(8) for zsh, made by 'warifu completion "
	      "zsh'.\n\n"
	      "local -a entries\nlocal name=$words[2] sub=$words[3]\n\n"
	      "if (( CURRENT == 2 )); then\n\tentries=(\n",
		out);
	zsh_list(out, table, count, NULL);
	fputs("\t)\n\t_describe command entries\n\treturn\nfi\nif (( CURRENT == 3 )); then\n"
	      "\tentries=()\n\tcase $name in\n",
		out);
	for (size_t i = 0; i < count; i++) {
		/* `log` works with and without a subcommand: it may be the row before. */
		if (table[i].sub == NULL || (i > 0 && table[i - 1].sub != NULL &&
						strcmp(table[i - 1].name, table[i].name) == 0))
			continue;
		fprintf(out, "\t%s) entries=(\n", table[i].name);
		zsh_list(out, table, count, table[i].name);
		fputs("\t\t) ;;\n", out);
	}
	fputs("\tesac\n\t(( $#entries )) && _describe subcommand entries\nfi\n"
	      "(( CURRENT -= 1 ))\nshift words\ncase \"$name $sub\" in\n",
		out);
	for (size_t i = 0; i < count; i++) {
		if (table[i].sub != NULL)
			zsh_command(out, &table[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (table[i].sub == NULL)
			zsh_command(out, &table[i]);
	}
	fputs("esac\n", out);
}

/* ---- mdoc ---- */

static void
mdoc_command(FILE *out, const struct command *command)
{
	fprintf(out, ".Nm\n.Cm %s%s%s\n", command->name, command->sub != NULL ? " " : "",
		command->sub != NULL ? command->sub : "");
	for (const struct operand_spec *operand = command->operands; operand->name != NULL;
		operand++)
		fprintf(out, "%s %s\n", operand->optional ? ".Op Ar" : ".Ar", operand->name);
	for (const struct option_spec *option = command->options;
		option != NULL && option->name != NULL; option++) {
		if (option->required)
			fprintf(out, ".Fl -%s Ar %s\n", option->name, option->value);
	}
	for (const struct option_spec *option = command->options;
		option != NULL && option->name != NULL; option++) {
		if (!option->required && !option->hidden)
			fprintf(out, ".Op Fl -%s%s%s\n", option->name,
				option->value != NULL ? " Ar " : "",
				option->value != NULL ? option->value : "");
	}
}

static void
print_mdoc(FILE *out, const struct command *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (shown(&table[i]))
			mdoc_command(out, &table[i]);
	}
	fputs(".Nm\n.Cm help\n.Op Ar COMMAND\n", out);
}

static const struct {
	const char *name;
	void (*print)(FILE *out, const struct command *table, size_t count);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"mdoc", print_mdoc}};

void
completion_print(FILE *out, const char *shell)
{
	size_t count;
	const struct command *table = command_table(&count);

	for (size_t i = 0; i < ENTRIES(shells); i++) {
		if (strcmp(shells[i].name, shell) == 0)
			shells[i].print(out, table, count);
	}
}

int
ctl_completion(struct ctl *ctl, const struct parsed *parsed)
{
	completion_print(ctl->out, args_operand(parsed, 0));
	return CTL_OK;
}
