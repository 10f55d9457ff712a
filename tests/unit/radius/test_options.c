/* warifu-radiusd's command line. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/options.h"
#include "tests/unit/authd/said.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 4

static const struct {
	const char *words[WORDS_MAX];
	bool understood;
	enum wf_task task;
	const char *config;
	bool stderr_log;
} rows[] = {
	{{NULL}, true, TASK_SERVE, NULL, false},
	{{"--foreground", "--config", "/a"}, true, TASK_SERVE, "/a", true},
	{{"--check", "--config=/b"}, true, TASK_CHECK, "/b", false},
	{{"--help"}, true, TASK_HELP, NULL, false},
	{{"--version"}, true, TASK_VERSION, NULL, false},
	{{"--init"}, false, TASK_SERVE, NULL, false}, /* the other daemon's */
	{{"--restore", "/c"}, false, TASK_SERVE, NULL, false},
	{{"--config"}, false, TASK_SERVE, NULL, false},
	{{"word"}, false, TASK_SERVE, NULL, false},
};

static struct wf_options options;
static bool understood;

static void
parse(void *ctx)
{
	static char words[WORDS_MAX][32];
	const char *const *wanted = ctx;
	char *argv[WORDS_MAX + 2] = {(char[]){"warifu-radiusd"}};
	int argc = 1;

	for (; wanted[argc - 1] != NULL; argc++) {
		argv[argc] = words[argc - 1];
		snprintf(argv[argc], sizeof(words[0]), "%s", wanted[argc - 1]);
	}
	understood = wf_options_parse(&radiusd_command_line, argc, argv, &options);
}

START_TEST(row)
{
	const char *words[WORDS_MAX];
	const char *text;

	memcpy(words, rows[_i].words, sizeof(words));
	text = said(stderr, parse, (void *)words);
	ck_assert_int_eq(understood, rows[_i].understood);
	ck_assert_int_eq(text[0] == '\0', understood);
	if (!understood)
		return;
	ck_assert_int_eq(options.task, rows[_i].task);
	ck_assert_int_eq(options.stderr_log, rows[_i].stderr_log);
	ck_assert_int_eq(options.config != NULL, rows[_i].config != NULL);
	if (options.config != NULL)
		ck_assert_str_eq(options.config, rows[_i].config);
}
END_TEST

static void
tell(void *ctx)
{
	ck_assert(wf_options_tell(&radiusd_command_line, ctx));
}

/* Each option, and where the configuration is. */
START_TEST(help)
{
	struct wf_options asked = {.task = TASK_HELP};
	const char *text = said(stdout, tell, &asked);

	ck_assert_ptr_nonnull(strstr(text, WF_SYSCONFDIR "/warifu.conf"));
	for (size_t i = 0; i < radiusd_command_line.noptions; i++)
		ck_assert_ptr_nonnull(strstr(text, radiusd_command_line.options[i].name));
}
END_TEST

static Suite *
options_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, row, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, help);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(options_suite)
