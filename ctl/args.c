/*
 * The parser of the command line. Every refusal names what would have been accepted, from the
 * table.
 */
#include "config.h"

#include <string.h>

#include "common/i18n.h"
#include "ctl/args.h"
#include "ctl/text.h"

struct parser {
	struct parsed *parsed;
	struct text error;
	int argc;
	char *const *argv;
	int at;		/* index of the next word */
	bool no_more;	/* "--" was seen: only operands follow */
};

/* "'token add'": how a command is called in messages. */
static void
add_name(struct text *text, const struct command *command)
{
	text_add(text, "%s%s%s", command->name, command->sub != NULL ? " " : "",
		command->sub != NULL ? command->sub : "");
}

static void
command_title(const struct command *command, char *title, size_t size)
{
	struct text text;

	text_init(&text, title, size);
	add_name(&text, command);
}

/* The first words of all commands, each once; hidden ones left out. */
static void
add_all_names(struct text *text)
{
	size_t count;
	const struct command *table = command_table(&count);
	const char *last = "";

	for (size_t i = 0; i < count; i++) {
		if ((table[i].flags & COMMAND_HIDDEN) != 0 || strcmp(table[i].name, last) == 0)
			continue;
		text_add(text, "%s%s", last[0] != '\0' ? ", " : "", table[i].name);
		last = table[i].name;
	}
	text_add(text, ", help");
}

static void
add_all_subs(struct text *text, const char *name)
{
	size_t count;
	const struct command *table = command_table(&count);
	const char *separator = "";

	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].name, name) != 0 || table[i].sub == NULL)
			continue;
		text_add(text, "%s%s", separator, table[i].sub);
		separator = ", ";
	}
}

static void
add_option_names(struct text *text, const struct option_spec *options, const char *separator)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->hidden)
			continue;
		text_add(text, "%s--%s", separator, options->name);
		separator = ", ";
	}
}

static bool
refuse_option(struct parser *p, const char *word, size_t len)
{
	const struct command *command = p->parsed->command;
	char title[64] = "warifu";

	if (command != NULL)
		command_title(command, title, sizeof(title));
	text_add(&p->error, _("'%s' has no option '%.*s'; it takes: "), title, (int)len, word);
	if (command != NULL)
		add_option_names(&p->error, command->options, "");
	add_option_names(&p->error, command_common_options(),
		command != NULL && command->options != NULL ? ", " : "");
	return false;
}

static bool
is_number(const char *value)
{
	size_t len = strlen(value);

	return len > 0 && len <= 18 && strspn(value, "0123456789") == len;
}

static bool
check_value(struct parser *p, const char *name, const char *choices, const char *value)
{
	if (choices == NULL || text_is_choice(choices, value))
		return true;
	text_add(&p->error, _("%s must be one of "), name);
	text_add_choices(&p->error, choices);
	text_add(&p->error, _(", not '%s'"), value);
	return false;
}

static bool
keep_option(struct parser *p, const struct option_spec *spec, const char *value)
{
	struct parsed *parsed = p->parsed;
	char name[40];

	if (args_option(parsed, spec->name) != NULL) {
		text_add(&p->error, _("option '--%s' was given twice"), spec->name);
		return false;
	}
	if (parsed->noptions == ARGS_OPTIONS_MAX) {
		text_add(&p->error, _("there are too many options"));
		return false;
	}
	if (spec->kind == VALUE_NUMBER && !is_number(value)) {
		text_add(&p->error, _("--%s must be a whole number, not '%s'"), spec->name, value);
		return false;
	}
	text_copy(name, sizeof(name), "--");
	text_copy(name + 2, sizeof(name) - 2, spec->name);
	if (spec->kind == VALUE_CHOICE && !check_value(p, name, spec->choices, value))
		return false;
	parsed->options[parsed->noptions].spec = spec;
	parsed->options[parsed->noptions++].value = value;
	return true;
}

static const struct option_spec *
find_option(const struct parser *p, const char *name, size_t len)
{
	static const struct command nothing = {.name = "warifu"};
	const struct command *command = p->parsed->command;

	return command_option_find(command != NULL ? command : &nothing, name, len);
}

/* A word that starts with a dash. Options stand before or after the operands. */
static bool
parse_option(struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");
	const struct option_spec *spec = NULL;
	const char *value = word[len] == '=' ? word + len + 1 : NULL;

	if (strncmp(word, "--", 2) == 0)
		spec = find_option(p, word + 2, len - 2);
	else if (strcmp(word, "-h") == 0)
		spec = find_option(p, "help", 4);
	if (spec == NULL)
		return refuse_option(p, word, len);
	if (spec->kind == VALUE_FLAG && value != NULL) {
		text_add(&p->error, _("option '--%s' takes no value"), spec->name);
		return false;
	}
	if (spec->kind != VALUE_FLAG && value == NULL) {
		if (p->at == p->argc) {
			text_add(&p->error, _("option '--%s' needs a value: --%s %s"), spec->name,
				spec->name, spec->value);
			return false;
		}
		value = p->argv[p->at++];
	}
	return keep_option(p, spec, value);
}

/* The first word of a command, and the second where it is one of its subcommands. */
static bool
parse_command(struct parser *p, const char *word)
{
	const char *next = p->at < p->argc && !p->no_more ? p->argv[p->at] : NULL;
	struct parsed *parsed = p->parsed;

	if (strcmp(word, "help") == 0) {
		parsed->help = true;
		return true;
	}
	if (!command_name_known(word)) {
		text_add(&p->error, _("there is no command '%s'; there are: "), word);
		add_all_names(&p->error);
		return false;
	}
	if (next != NULL && next[0] != '-')
		parsed->command = command_find(word, next);
	if (parsed->command != NULL) {
		p->at++;
		return true;
	}
	parsed->command = command_find(word, NULL);
	parsed->topic = word;
	return true;
}

/* A command that exists with subcommands only. */
static bool
refuse_topic(struct parser *p, const char *word)
{
	if (word == NULL)
		text_add(&p->error, _("'%s' needs one of: "), p->parsed->topic);
	else
		text_add(&p->error, _("'%s' has no '%s'; it has: "), p->parsed->topic, word);
	add_all_subs(&p->error, p->parsed->topic);
	return false;
}

/* `warifu user --json list`: a subcommand behind options that it has as well. */
static bool
take_late_sub(struct parsed *parsed, const char *word)
{
	const struct command *found;

	if (parsed->topic == NULL || parsed->noperands > 0)
		return false;
	found = command_find(parsed->topic, word);
	if (found == NULL)
		return false;
	for (size_t i = 0; i < parsed->noptions; i++) {
		const char *name = parsed->options[i].spec->name;

		if (command_option_find(found, name, strlen(name)) == NULL)
			return false;
	}
	parsed->command = found;
	parsed->topic = NULL;
	return true;
}

static bool
parse_operand(struct parser *p, const char *word)
{
	struct parsed *parsed = p->parsed;
	const struct operand_spec *spec;

	if (take_late_sub(parsed, word))
		return true;
	if (parsed->command == NULL)
		return refuse_topic(p, word);
	spec = &parsed->command->operands[parsed->noperands];
	if (parsed->noperands == COMMAND_OPERANDS_MAX || spec->name == NULL) {
		char usage[512];

		args_usage(parsed->command, false, usage, sizeof(usage));
		text_add(&p->error, _("'%s' is too much; usage: warifu %s"), word, usage);
		return false;
	}
	if (word[0] == '\0') {
		text_add(&p->error, _("%s may not be empty"), spec->name);
		return false;
	}
	if (!check_value(p, spec->name, spec->choices, word))
		return false;
	parsed->operands[parsed->noperands++] = word;
	return true;
}

static bool
parse_word(struct parser *p, const char *word)
{
	struct parsed *parsed = p->parsed;

	if (!p->no_more && strcmp(word, "--") == 0) {
		p->no_more = true;
		return true;
	}
	if (!p->no_more && word[0] == '-' && word[1] != '\0')
		return parse_option(p, word);
	if (parsed->command == NULL && parsed->topic == NULL)
		return parse_command(p, word);
	return parse_operand(p, word);
}

/* What is still missing when all words have been read. */
static bool
check_complete(struct parser *p)
{
	const struct parsed *parsed = p->parsed;
	const struct command *command = parsed->command;
	const struct option_spec *option;
	char title[64];

	if (parsed->topic == NULL && command == NULL) {
		text_add(&p->error, _("say what to do; there are: "));
		add_all_names(&p->error);
		return false;
	}
	if (command == NULL)
		return refuse_topic(p, NULL);
	command_title(command, title, sizeof(title));
	if (command->operands[parsed->noperands].name != NULL &&
		!command->operands[parsed->noperands].optional) {
		char usage[512];

		args_usage(command, false, usage, sizeof(usage));
		text_add(&p->error, _("'%s' needs %s; usage: warifu %s"), title,
			command->operands[parsed->noperands].name, usage);
		return false;
	}
	for (option = command->options; option != NULL && option->name != NULL; option++) {
		if (option->required && args_option(parsed, option->name) == NULL) {
			text_add(&p->error, _("'%s' needs --%s %s"), title, option->name,
				option->value);
			return false;
		}
	}
	return true;
}

bool
args_parse(int argc, char *const *argv, struct parsed *parsed_r, char error_r[ARGS_ERROR_MAX])
{
	struct parser p = {.parsed = parsed_r, .argc = argc, .argv = argv, .at = 1};

	memset(parsed_r, 0, sizeof(*parsed_r));
	text_init(&p.error, error_r, ARGS_ERROR_MAX);
	while (p.at < argc) {
		const char *word = argv[p.at++];

		if (!parse_word(&p, word))
			return false;
	}
	parsed_r->version = args_option(parsed_r, "version") != NULL;
	if (args_option(parsed_r, "help") != NULL)
		parsed_r->help = true;
	return parsed_r->help || parsed_r->version || check_complete(&p);
}

const char *
args_option(const struct parsed *parsed, const char *name)
{
	for (size_t i = 0; i < parsed->noptions; i++) {
		if (strcmp(parsed->options[i].spec->name, name) == 0)
			return parsed->options[i].value != NULL ? parsed->options[i].value : "";
	}
	return NULL;
}

const char *
args_operand(const struct parsed *parsed, size_t index)
{
	return index < parsed->noperands ? parsed->operands[index] : NULL;
}

static void
add_usage_option(struct text *text, const struct option_spec *option)
{
	text_add(text, " %s--%s%s%s%s", option->required ? "" : "[", option->name,
		option->value != NULL ? " " : "", option->value != NULL ? option->value : "",
		option->required ? "" : "]");
}

void
args_usage(const struct command *command, bool all, char *text_r, size_t size)
{
	struct text text;
	const struct option_spec *option;

	text_init(&text, text_r, size);
	add_name(&text, command);
	for (const struct operand_spec *operand = command->operands; operand->name != NULL;
		operand++)
		text_add(&text, operand->optional ? " [%s]" : " %s",
			operand->choices != NULL ? operand->choices : operand->name);
	for (option = command->options; option != NULL && option->name != NULL; option++) {
		if (!option->hidden && (all || option->required))
			add_usage_option(&text, option);
	}
}
