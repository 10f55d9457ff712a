/*
 * Each act answers in its own language, whatever the process's locale and whatever other acts do at
 * the same time.  The catalogue is made here: one sentence, in a folder of its own.
 */
#include "config.h"

#include "common/language.h"
#include "tests/unit/account/rig.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENGLISH "Done."
#define JAPANESE "\xe5\xae\x8c\xe4\xba\x86" /* kanryo */
#define HEADER "Content-Type: text/plain; charset=UTF-8\n"

static char root[64], path[192];

static void
put_u32(FILE *file, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

/* A catalogue in the format of GNU gettext (".mo"): header and one sentence. */
static void
make_catalogue(void)
{
	static const char *const originals[] = {"", ENGLISH};
	static const char *const translations[] = {HEADER, JAPANESE};
	uint32_t at = 28 + 4 * 8;
	FILE *file;

	(void)snprintf(root, sizeof(root), "/tmp/warifu-text-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	(void)snprintf(path, sizeof(path), "%s/ja", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES/%s.mo", root, WF_TEXTDOMAIN);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < 7; i++)
		put_u32(file, (const uint32_t[]){0x950412de, 0, 2, 28, 28 + 16, 0, 0}[i]);
	for (size_t i = 0; i < 4; i++) {
		const char *text = i < 2 ? originals[i] : translations[i - 2];

		put_u32(file, (uint32_t)strlen(text));
		put_u32(file, at);
		at += (uint32_t)strlen(text) + 1;
	}
	for (size_t i = 0; i < 4; i++) {
		const char *text = i < 2 ? originals[i] : translations[i - 2];

		fwrite(text, strlen(text) + 1, 1, file);
	}
	fclose(file);
}

static void
setup(void)
{
	rig_setup();
	make_catalogue();
	wf_languages_init();
	(void)bindtextdomain(WF_TEXTDOMAIN, root);
}

static void
teardown(void)
{
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES", root);
	(void)rmdir(path);
	(void)snprintf(path, sizeof(path), "%s/ja", root);
	(void)rmdir(path);
	(void)rmdir(root);
	rig_teardown();
}

static const struct {
	const char *language;
	const char *text;
} languages[] = {{"ja", JAPANESE}, {"ja_JP.UTF-8", JAPANESE}, {"ja-JP", JAPANESE}, {"en", ENGLISH},
	{"", ENGLISH}, {NULL, ENGLISH}, {"jam", ENGLISH}, {"fr", ENGLISH}};

START_TEST(each_language_is_answered)
{
	void *before = wf_language_begin(languages[_i].language);

	ck_assert_str_eq(_("Done."), languages[_i].text);
	wf_language_end(before);
	ck_assert_str_eq(_("Done."), ENGLISH);
}
END_TEST

START_TEST(an_act_answers_in_its_language)
{
	rig.language = "ja";
	rig_ok("user.add", "user=alice");
	rig_ok("user.show", "user=alice"); /* has no sentence of its own */
	ck_assert_str_eq(rig.text, JAPANESE);
	rig.language = "en";
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig.text, ENGLISH);
}
END_TEST

static void *
speak(void *arg)
{
	const char *language = arg;
	const char *wanted = strcmp(language, "ja") == 0 ? JAPANESE : ENGLISH;

	for (int i = 0; i < 2000; i++) {
		void *before = wf_language_begin(language);
		const char *text = _("Done.");

		if (strcmp(text, wanted) != 0)
			return arg;
		wf_language_end(before);
	}
	return NULL;
}

START_TEST(two_at_the_same_time)
{
	static char ja[] = "ja", en[] = "en";
	pthread_t threads[4];
	void *wrong;

	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, speak, i % 2 == 0 ? ja : en), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

/* The daemon's own messages stay English on an English machine. */
START_TEST(the_process_stays_english)
{
	(void)setlocale(LC_ALL, "C.UTF-8");
	wf_languages_init();
	(void)bindtextdomain(WF_TEXTDOMAIN, root);
	ck_assert_str_eq(_("Done."), ENGLISH);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/language");
	TCase *tcase = tcase_create("language");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, each_language_is_answered, 0, (int)COUNT_OF(languages));
	tcase_add_test(tcase, an_act_answers_in_its_language);
	tcase_add_test(tcase, two_at_the_same_time);
	tcase_add_test(tcase, the_process_stays_english);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
