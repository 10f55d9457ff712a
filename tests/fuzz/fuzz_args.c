/*
 * The command line of warifu, one word on each line of the input. What is understood is a command
 * of the table with operands and options that it has; what is not gets a sentence.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/args.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 48

static bool
is_word(char *const *argv, int argc, const char *text)
{
	for (int i = 1; i < argc; i++)
		if (text >= argv[i] && text <= argv[i] + strlen(argv[i]))
			return true;
	return false;
}

static void
options_are_known(const struct parsed *parsed, char *const *argv, int argc)
{
	static const struct command nothing = {.name = "warifu"};
	const struct command *command = parsed->command != NULL ? parsed->command : &nothing;

	FUZZ_CHECK(parsed->noptions <= ARGS_OPTIONS_MAX);
	for (size_t i = 0; i < parsed->noptions; i++) {
		const struct option_spec *spec = parsed->options[i].spec;
		const char *value = parsed->options[i].value;

		FUZZ_CHECK(command_option_find(command, spec->name, strlen(spec->name)) == spec);
		FUZZ_CHECK((value == NULL) == (spec->kind == VALUE_FLAG));
		FUZZ_CHECK(value == NULL || is_word(argv, argc, value));
		FUZZ_CHECK(args_option(parsed, spec->name) == (value != NULL ? value : "") ||
			value == NULL);
		FUZZ_CHECK(
			spec->kind != VALUE_NUMBER || strspn(value, "0123456789") == strlen(value));
		for (size_t k = 0; k < i; k++)
			FUZZ_CHECK(parsed->options[k].spec != spec);
	}
}

static void
operands_are_there(const struct parsed *parsed, char *const *argv, int argc)
{
	const struct command *command = parsed->command;

	FUZZ_CHECK(parsed->noperands <= COMMAND_OPERANDS_MAX);
	for (size_t i = 0; i < parsed->noperands; i++) {
		FUZZ_CHECK(is_word(argv, argc, parsed->operands[i]));
		FUZZ_CHECK(parsed->operands[i][0] != '\0');
		FUZZ_CHECK(command != NULL && command->operands[i].name != NULL);
		FUZZ_CHECK(args_operand(parsed, i) == parsed->operands[i]);
	}
	FUZZ_CHECK(args_operand(parsed, parsed->noperands) == NULL);
	if (command == NULL || parsed->help || parsed->version)
		return;
	for (size_t i = parsed->noperands; command->operands[i].name != NULL; i++)
		FUZZ_CHECK(command->operands[i].optional);
	for (const struct option_spec *spec = command->options; spec != NULL && spec->name != NULL;
		spec++)
		FUZZ_CHECK(!spec->required || args_option(parsed, spec->name) != NULL);
}

static void
usage_fits(const struct command *command)
{
	char usage[512];

	for (size_t size = 1; size < sizeof(usage); size += 101) {
		args_usage(command, true, usage, size);
		FUZZ_CHECK(fuzz_shows(usage, size, false));
	}
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	int argc = 1 + (int)fuzz_split(data, size, '\n', argv + 1, WORDS_MAX);
	char error[ARGS_ERROR_MAX];
	struct parsed parsed;

	if (argv[1][0] == '\0' && argc == 2)
		argc = 1;
	if (args_parse(argc, argv, &parsed, error)) {
		FUZZ_CHECK(parsed.command != NULL || parsed.help || parsed.version);
		operands_are_there(&parsed, argv, argc);
		options_are_known(&parsed, argv, argc);
		if (parsed.command != NULL)
			usage_fits(parsed.command);
	} else {
		FUZZ_CHECK(error[0] != '\0' && strnlen(error, sizeof(error)) < sizeof(error));
	}
	free(argv[1]);
}
