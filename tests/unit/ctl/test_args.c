/* The command line: what is understood, and the exact sentence for what is not. */
#include "config.h"

#include "ctl/args.h"

#include <string.h>

#include "ctl/help.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 12

struct sample {
	const char *words[WORDS_MAX];
	const char *error; /* NULL: it is understood */
};

#define COMMANDS                                                                        \
	"init, user, token, unlock, grant, duties, duty, service, alert, finding, "            \
	"review, session, emergency, log, why, status, doctor, tune, pam, "             \
	"radius, report, policy, key, clock, leaks, backup, restore, config, "          \
	"reload, completion, help"
#define COMMON "--json, --socket, --lang, --help, --version"

static const struct sample samples[] = {
	{{"user", "list"}, NULL},
	{{"user", "add", "alice", "--kind", "privileged", "--uid=1000"}, NULL},
	{{"--json", "user", "list"}, NULL},
	{{"user", "--json", "list"}, NULL},
	{{"log", "--json", "verify"}, NULL},
	{{"log", "verify"}, NULL},
	{{"log"}, NULL},
	{{"user", "show", "--", "-odd-name"}, NULL},
	{{"backup"}, NULL},
	{{"backup", "file"}, NULL},
	{{"help"}, NULL},
	{{"help", "help"}, NULL},
	{{"help", "token", "add"}, NULL},
	{{"token", "add", "--help"}, NULL},
	{{"unlock", "-h"}, NULL},
	{{"--version"}, NULL},
	{{"why", "--last", "alice"}, NULL},
	{{"unlock", "alice", "--reason", "--odd"}, NULL},

	{{NULL}, "say what to do; there are: " COMMANDS},
	{{"usr"}, "there is no command 'usr'; there are: " COMMANDS},
	{{"token"}, "'token' needs one of: add, confirm, list, resync, remove"},
	{{"token", "make"}, "'token' has no 'make'; it has: add, confirm, list, resync, remove"},
	{{"user", "show"}, "'user show' needs USER; usage: warifu user show USER"},
	{{"user", "show", ""}, "USER may not be empty"},
	{{"user", "show", "a", "b"}, "'b' is too much; usage: warifu user show USER"},
	{{"unlock", "alice"}, "'unlock' needs --reason TEXT"},
	{{"user", "exempt", "a", "--reason", "b"}, "'user exempt' needs --until TIME"},
	{{"unlock", "alice", "--reason"}, "option '--reason' needs a value: --reason TEXT"},
	{{"status", "--json=yes"}, "option '--json' takes no value"},
	{{"status", "--json", "--json"}, "option '--json' was given twice"},
	{{"status", "--chek"},
		"'status' has no option '--chek'; it takes: --check, --metrics, " COMMON},
	{{"reload", "--force=1"}, "'reload' has no option '--force'; it takes: " COMMON},
	{{"--verbose", "status"}, "'warifu' has no option '--verbose'; it takes: " COMMON},
	{{"status", "-x"}, "'status' has no option '-x'; it takes: --check, --metrics, " COMMON},
	{{"log", "--limit", "many"}, "--limit must be a whole number, not 'many'"},
	{{"log", "--limit", "-1"}, "--limit must be a whole number, not '-1'"},
	{{"log", "--limit="}, "--limit must be a whole number, not ''"},
	{{"log", "--result", "good"},
		"--result must be one of success, failure, unavailable, neutral, not 'good'"},
	{{"token", "add", "alice"},
		"'token add' needs TYPE; usage: warifu token add USER totp|hotp|recovery"},
	{{"token", "add", "alice", "sms"}, "TYPE must be one of totp, hotp, recovery, not 'sms'"},
	{{"user", "passwd", "alice", "--password", "x"},
		"'user passwd' has no option '--password'; it takes: --stdin, --ticket, " COMMON},
};

#define NSAMPLES (sizeof(samples) / sizeof(samples[0]))

static bool
parse(const struct sample *sample, struct parsed *parsed, char error[ARGS_ERROR_MAX])
{
	static char program[] = "warifu";
	static char words[WORDS_MAX][64];
	char *argv[WORDS_MAX + 1] = {program};
	int argc = 1;

	for (size_t i = 0; i < WORDS_MAX && sample->words[i] != NULL; i++) {
		snprintf(words[i], sizeof(words[i]), "%s", sample->words[i]);
		argv[argc++] = words[i];
	}
	return args_parse(argc, argv, parsed, error);
}

START_TEST(sample_is_answered_as_written)
{
	struct parsed parsed;
	char error[ARGS_ERROR_MAX];

	if (parse(&samples[_i], &parsed, error))
		ck_assert_ptr_null(samples[_i].error);
	else
		ck_assert_str_eq(error, samples[_i].error != NULL ? samples[_i].error : "");
}
END_TEST

START_TEST(values_come_out)
{
	const struct sample sample = {
		{"user", "add", "--kind=privileged", "alice", "--display", "Alice Arai", "--json"},
		NULL};
	struct parsed parsed;
	char error[ARGS_ERROR_MAX];

	ck_assert(parse(&sample, &parsed, error));
	ck_assert_str_eq(parsed.command->act, "user.add");
	ck_assert_str_eq(args_operand(&parsed, 0), "alice");
	ck_assert_ptr_null(args_operand(&parsed, 1));
	ck_assert_str_eq(args_option(&parsed, "kind"), "privileged");
	ck_assert_str_eq(args_option(&parsed, "display"), "Alice Arai");
	ck_assert_str_eq(args_option(&parsed, "json"), "");
	ck_assert_ptr_null(args_option(&parsed, "uid"));
}
END_TEST

START_TEST(words_after_two_dashes_are_operands)
{
	const struct sample sample = {{"user", "show", "--", "--json"}, NULL};
	struct parsed parsed;
	char error[ARGS_ERROR_MAX];

	ck_assert(parse(&sample, &parsed, error));
	ck_assert_str_eq(args_operand(&parsed, 0), "--json");
	ck_assert_ptr_null(args_option(&parsed, "json"));
}
END_TEST

/* No option of any command takes a secret: they are asked for, or read with --stdin. */
START_TEST(no_option_takes_a_secret)
{
	static const char *const secrets[] = {
		"password", "pass", "code", "secret", "pin", "key", "hash"};
	size_t count;
	const struct command *table = command_table(&count);

	ck_assert_uint_gt(count, 30);
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < sizeof(secrets) / sizeof(secrets[0]); s++) {
			const struct option_spec *option =
				command_option_find(&table[i], secrets[s], strlen(secrets[s]));

			ck_assert_ptr_null(option);
		}
	}
}
END_TEST

START_TEST(rows_of_the_table_are_complete)
{
	size_t count;
	const struct command *table = command_table(&count);
	const struct command *row = &table[_i % (int)count];

	ck_assert_str_ne(row->about, "");
	ck_assert_ptr_nonnull(row->example);
	ck_assert(row->run != NULL || row->act != NULL);
	ck_assert_int_eq(strncmp(row->example, row->name, strlen(row->name)), 0);
	ck_assert_ptr_eq(command_find(row->name, row->sub), row);
}
END_TEST

/* Every example of the help is a command line that is understood. */
START_TEST(examples_are_understood)
{
	size_t count;
	const struct command *table = command_table(&count);
	const struct command *row = &table[_i % (int)count];
	struct sample sample = {{NULL}, NULL};
	struct parsed parsed;
	char error[ARGS_ERROR_MAX];
	char line[256];
	size_t n = 0;
	bool quoted = false;

	snprintf(line, sizeof(line), "%s", row->example);
	sample.words[n++] = line;
	for (char *at = line; *at != '\0'; at++) {
		if (*at == '"') {
			quoted = !quoted;
			memmove(at, at + 1, strlen(at));
			at--;
		} else if (*at == ' ' && !quoted) {
			*at = '\0';
			sample.words[n++] = at + 1;
			if (at[1] == '"')
				continue;
		}
	}
	ck_assert_msg(parse(&sample, &parsed, error), "%s: %s", row->example, error);
	ck_assert_ptr_eq(parsed.command, row);
}
END_TEST

START_TEST(help_names_every_option)
{
	size_t count;
	const struct command *table = command_table(&count);
	struct parsed parsed = {.command = &table[_i % (int)count], .help = true};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	help_print(out, &parsed);
	fclose(out);
	for (const struct option_spec *option = parsed.command->options;
		option != NULL && option->name != NULL; option++) {
		char name[64];

		snprintf(name, sizeof(name), "  --%s", option->name);
		ck_assert_int_eq(strstr(text, name) != NULL, !option->hidden);
	}
	ck_assert_ptr_nonnull(strstr(text, "--json"));
	ck_assert_ptr_nonnull(strstr(text, parsed.command->example));
	free(text);
}
END_TEST

static Suite *
args_suite(void)
{
	Suite *suite = suite_create("args");
	TCase *tc = tcase_create("line");
	TCase *table = tcase_create("table");
	size_t count;

	(void)command_table(&count);
	tcase_add_loop_test(tc, sample_is_answered_as_written, 0, NSAMPLES);
	tcase_add_test(tc, values_come_out);
	tcase_add_test(tc, words_after_two_dashes_are_operands);
	suite_add_tcase(suite, tc);
	tcase_add_test(table, no_option_takes_a_secret);
	tcase_add_loop_test(table, rows_of_the_table_are_complete, 0, (int)count);
	tcase_add_loop_test(table, examples_are_understood, 0, (int)count);
	tcase_add_loop_test(table, help_names_every_option, 0, (int)count);
	suite_add_tcase(suite, table);
	return suite;
}

UNIT_MAIN(args_suite)
