/* warifud's command line: what is understood, what is refused with which sentence, and the help. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "authd/options.h"
#include "tests/unit/authd/said.h"

#define WORDS_MAX 6

struct parse {
	const char *const *words;
	struct wf_options options;
	bool understood;
};

static void
parse(void *ctx)
{
	static char words[WORDS_MAX][64]; /* what is understood points into them */
	struct parse *run = ctx;
	char *argv[WORDS_MAX + 2] = {(char[]){"warifud"}};
	int argc = 1;

	for (; run->words[argc - 1] != NULL; argc++) {
		argv[argc] = words[argc - 1];
		(void)snprintf(argv[argc], sizeof(words[0]), "%s", run->words[argc - 1]);
	}
	run->understood = wf_options_parse(&warifud_command_line, argc, argv, &run->options);
}

static const struct {
	const char *words[WORDS_MAX];
	struct wf_options options;
} right[] = {
	{{NULL}, {TASK_SERVE, NULL, NULL, NULL, false, NULL}},
	{{"--foreground"}, {TASK_SERVE, NULL, NULL, NULL, true, NULL}},
	{{"--config", "/a"}, {TASK_SERVE, "/a", NULL, NULL, false, NULL}},
	{{"--config=/a", "--foreground"}, {TASK_SERVE, "/a", NULL, NULL, true, NULL}},
	{{"--config=/a", "--config=/b"}, {TASK_SERVE, "/b", NULL, NULL, false, NULL}},
	{{"--check", "--config", "/a"}, {TASK_CHECK, "/a", NULL, NULL, false, NULL}},
	{{"--check", "--with", "/c"}, {TASK_CHECK, NULL, NULL, "/c", false, NULL}},
	{{"--init"}, {TASK_INIT, NULL, NULL, NULL, false, NULL}},
	{{"--restore", "/b", "--config=/a"}, {TASK_RESTORE, "/a", "/b", NULL, false, NULL}},
	{{"--restore="}, {TASK_RESTORE, NULL, "", NULL, false, NULL}},
	{{"--verify", "/b", "--checkpoints=/c"}, {TASK_VERIFY, NULL, "/b", NULL, false, "/c"}},
	{{"--help"}, {TASK_HELP, NULL, NULL, NULL, false, NULL}},
	{{"--version"}, {TASK_VERSION, NULL, NULL, NULL, false, NULL}},
};

static void
same_text(const char *is, const char *wanted)
{
	if (wanted == NULL)
		ck_assert_ptr_null(is);
	else
		ck_assert_str_eq(is, wanted);
}

START_TEST(understood)
{
	struct parse run = {.words = right[_i].words};

	ck_assert_str_eq(said(stderr, parse, &run), "");
	ck_assert(run.understood);
	ck_assert_int_eq(run.options.task, right[_i].options.task);
	ck_assert_int_eq(run.options.stderr_log, right[_i].options.stderr_log);
	same_text(run.options.config, right[_i].options.config);
	same_text(run.options.checkpoints, right[_i].options.checkpoints);
	same_text(run.options.file, right[_i].options.file);
	same_text(run.options.with, right[_i].options.with);
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	const char *sentence;
} wrong[] = {
	{{"--frobnicate"}, "warifud: unknown option '--frobnicate'; 'warifud --help' lists them\n"},
	{{"--checks"}, "warifud: unknown option '--checks'; 'warifud --help' lists them\n"},
	{{"--check", "file"}, "warifud: unknown option 'file'; 'warifud --help' lists them\n"},
	{{"-c"}, "warifud: unknown option '-c'; 'warifud --help' lists them\n"},
	{{""}, "warifud: unknown option ''; 'warifud --help' lists them\n"},
	{{"--foreground", "--config"}, "warifud: --config needs a value\n"},
	{{"--restore"}, "warifud: --restore needs a value\n"},
	{{"--check=yes"}, "warifud: --check takes no value\n"},
	{{"--foreground="}, "warifud: --foreground takes no value\n"},
};

START_TEST(refused)
{
	struct parse run = {.words = wrong[_i].words, .options = {.task = TASK_HELP}};

	ck_assert_str_eq(said(stderr, parse, &run), wrong[_i].sentence);
	ck_assert(!run.understood);
	ck_assert_int_eq(run.options.task, TASK_HELP);
}
END_TEST

static void
usage(void *ctx)
{
	const struct wf_options options = {.task = TASK_HELP};

	(void)ctx;
	ck_assert(wf_options_tell(&warifud_command_line, &options));
}

START_TEST(the_help_names_every_option)
{
	const char *text = said(stdout, usage, NULL);

	ck_assert_int_eq(strncmp(text, "usage: warifud [OPTION]...\n", 27), 0);
	ck_assert_ptr_nonnull(strstr(text, "\n  --config FILE "));
	ck_assert_ptr_nonnull(strstr(text, "/warifu.conf\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  --restore FILE "));
	ck_assert_ptr_nonnull(strstr(text, "\n  --foreground "));
	ck_assert_ptr_nonnull(strstr(text, "\n  --check "));
	ck_assert_ptr_nonnull(strstr(text, "\n  --init "));
	ck_assert_ptr_nonnull(strstr(text, "\n  --help "));
	ck_assert_ptr_nonnull(strstr(text, "\n  --version "));
}
END_TEST

static int
seven(const struct wf_options *options)
{
	return options->stderr_log ? 7 : 8;
}

/* The exit code of a whole command line, of which one task is known. */
struct whole {
	const char *word;
	int code;
};

static void
run_whole(void *ctx)
{
	static const wf_task_run tasks[] = {[TASK_SERVE] = seven};
	struct whole *whole = ctx;
	char word[32];
	char *argv[] = {(char[]){"warifud"}, word, NULL};

	(void)snprintf(word, sizeof(word), "%s", whole->word);
	whole->code = wf_options_main(&warifud_command_line, tasks, 2, argv);
}

START_TEST(a_task_gives_the_exit_code)
{
	struct whole serve = {.word = "--foreground"}, version = {.word = "--version", .code = 1},
		     wrong_word = {.word = "--nothing"};

	run_whole(&serve);
	ck_assert_int_eq(serve.code, 7);
	ck_assert_str_eq(said(stdout, run_whole, &version), "warifud " PACKAGE_VERSION "\n");
	ck_assert_int_eq(version.code, 0);
	ck_assert_ptr_nonnull(strstr(said(stderr, run_whole, &wrong_word), "--nothing"));
	ck_assert_int_eq(wrong_word.code, 2);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("authd/options");
	TCase *tcase = tcase_create("options");

	tcase_add_loop_test(tcase, understood, 0, (int)(sizeof(right) / sizeof(right[0])));
	tcase_add_loop_test(tcase, refused, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(tcase, the_help_names_every_option);
	tcase_add_test(tcase, a_task_gives_the_exit_code);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
