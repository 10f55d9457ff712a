/* Lines that fit: at words, between Japanese characters but for those that may not begin one. */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/wrap.h"
#include "tests/unit/unit.h"

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

static const struct {
	const char *text;
	size_t indent, width;
	const char *lines;
} cases[] = {
	{"short", 0, 80, "short\n"},
	{"", 0, 80, "\n"},
	{"as long as it is without a screen", 0, 0, "as long as it is without a screen\n"},
	{"no room behind so much indent", 70, 80, "no room behind so much indent\n"},
	{"exactly sixteen!", 0, 16, "exactly sixteen!\n"},
	{"exactly sixteen! ", 0, 16, "exactly sixteen!\n"},
	{"exactly sixteen!  more", 0, 16, "exactly sixteen!\nmore\n"},
	{"one word beyond it", 0, 17, "one word beyond\nit\n"},
	{"a_very_long_word_without_any_blank", 0, 16, "a_very_long_word\n_without_any_bla\nnk\n"},
	{"this is where-possible", 0, 16, "this is where-\npossible\n"},
	{"it is option --json", 0, 16, "it is option\n--json\n"},
	{"as it says SCS-4-1-3-3", 0, 16, "as it says\nSCS-4-1-3-3\n"},
	{"behind a label and more", 4, 20, "behind a label\n    and more\n"},
	{"first\nsecond line", 0, 16, "first\nsecond line\n"},
	{"準拠している文書に、定期的な作業", 0, 18, "準拠している文書\nに、定期的な作業\n"},
	{"準拠している文書を、定期的な作業", 0, 19, "準拠している文書\nを、定期的な作業\n"},
	{"文書の各設定を「既定」に戻した", 0, 16, "文書の各設定を\n「既定」に戻した\n"},
	{"設定 comply を確かめて下さい", 0, 16, "設定 comply を確\nかめて下さい\n"},
};

START_TEST(lines_fit)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	wrap_print(cases[_i].text, cases[_i].indent, cases[_i].width, out);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, cases[_i].lines);
	free(text);
}
END_TEST

static const struct {
	const char *text;
	size_t widest;
} pieces[] = {
	{"", 0},
	{"one three five", 5},
	{"SCS-4-1-3-3, must", 12},
	{"where-possible", 8},
	{"文書", 2},
	{"文書、", 4},
	{"「文」", 6},
};

START_TEST(pieces_are_measured)
{
	ck_assert_uint_eq(wrap_widest_piece(pieces[_i].text), pieces[_i].widest);
}
END_TEST

static Suite *
wrap_suite(void)
{
	Suite *suite = suite_create("wrap");
	TCase *tc = tcase_create("wrap");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_loop_test(tc, lines_fit, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tc, pieces_are_measured, 0, (int)(sizeof(pieces) / sizeof(pieces[0])));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(wrap_suite)
