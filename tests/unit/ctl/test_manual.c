/* What is made from the command table and kept as a file is what the table says now. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ctl/help.h"
#include "tests/unit/unit.h"

static const struct {
	const char *shell;
	const char *file;
	bool whole; /* the file is nothing else */
} made[] = {
	{"bash", "contrib/completion/warifu.bash", true},
	{"zsh", "contrib/completion/_warifu", true},
	{"mdoc", "man/warifu.8", false},
};

static char *
read_file(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	char *text = calloc(1, 200000);
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", top != NULL ? top : ".", name);
	stream = fopen(path, "r");
	ck_assert_msg(stream != NULL && text != NULL, "%s cannot be read", path);
	ck_assert_uint_gt(fread(text, 1, 199999, stream), 0);
	fclose(stream);
	return text;
}

START_TEST(file_is_what_the_table_says)
{
	char *kept = read_file(made[_i].file);
	char *now = NULL;
	size_t size;
	FILE *out = open_memstream(&now, &size);

	completion_print(out, made[_i].shell);
	fclose(out);
	if (made[_i].whole)
		ck_assert_msg(strcmp(kept, now) == 0, "%s: make it anew: warifu completion %s >%s",
			made[_i].file, made[_i].shell, made[_i].file);
	else
		ck_assert_msg(strstr(kept, now) != NULL,
			"%s: its synopsis is not what 'warifu completion %s' prints", made[_i].file,
			made[_i].shell);
	free(kept);
	free(now);
}
END_TEST

/* mdoc(7) takes plain quotation marks away from a line's arguments. */
static void
quote(const char *example, char *text_r, size_t size)
{
	size_t used = 0;

	for (; *example != '\0' && used + 5 < size; example++)
		if (*example == '"')
			used += (size_t)snprintf(text_r + used, size - used, "\\(dq");
		else
			text_r[used++] = *example;
	text_r[used] = '\0';
}

/* Every command has its paragraph and its example in the manual, every option its name. */
START_TEST(manual_explains_each_command)
{
	size_t count;
	const struct command *row = &command_table(&count)[_i];
	char *page = read_file("man/warifu.8");
	char example[256];
	char wanted[300];

	if ((row->flags & COMMAND_HIDDEN) != 0) {
		free(page);
		return;
	}
	snprintf(wanted, sizeof(wanted), ".It Cm %s%s%s", row->name, row->sub != NULL ? " " : "",
		row->sub != NULL ? row->sub : "");
	ck_assert_msg(strstr(page, wanted) != NULL, "no paragraph '%s'", wanted);
	quote(row->example, example, sizeof(example));
	snprintf(wanted, sizeof(wanted), ".Dl # warifu %s\n", example);
	ck_assert_msg(strstr(page, wanted) != NULL, "no example '%s'", wanted);
	for (const struct option_spec *option = row->options;
		option != NULL && option->name != NULL; option++) {
		snprintf(wanted, sizeof(wanted), "Fl -%s", option->name);
		ck_assert_msg(
			option->hidden || strstr(page, wanted) != NULL, "no option '%s'", wanted);
	}
	free(page);
}
END_TEST

static Suite *
manual_suite(void)
{
	Suite *suite = suite_create("manual");
	TCase *tc = tcase_create("files");
	size_t count;

	(void)command_table(&count);
	tcase_add_loop_test(tc, file_is_what_the_table_says, 0, sizeof(made) / sizeof(made[0]));
	tcase_add_loop_test(tc, manual_explains_each_command, 0, (int)count);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(manual_suite)
