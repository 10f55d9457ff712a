/*
 * Words that are guessed first: our own list, and the dictionary where there is one.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

#include <link.h>
#include <string.h>

#include "common/fault.h"
#include "tests/unit/unit.h"

static bool
ask(bool (*question)(const struct wf_secret *), const char *text)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	bool yes;

	ck_assert_int_eq(wf_secret_set(&password, text, strlen(text)), WF_OK);
	yes = question(&password);
	wf_secret_clear(&password);
	return yes;
}

START_TEST(listed_words_and_their_disguises)
{
	static const char *const listed[] = {"password", "PASSWORD", "Passw0rd", "p4ssw0rd!",
		"P@$$w0rd", "password1234", "123password", "!!password!!", "qwerty99", "Adm1n2026",
		"warifu", "abc123", "$ecret7", "@dmin1", "!@dmin", "Welc0me#1", "abcdefgh",
		"12345678", "87654321", "aaaaaaaa", "zyxwvuts", "1234", "ababab", "qwertyui",
		"POIUYT", "xyzxyzxyz", "passwordpassword", "passwordpasswordpasswordpassword",
		"Sakura2026", "he11o!", "5ummer2025", "W1nter!!"};
	static const char *const fine[] = {"password password", "my password", "passworder",
		"k7#mQ2xv", "correct horse battery staple", "123", "12345679", "aaaaaaab",
		"abcdfghi", "", "a", "1a1", "##########q#", "aceg", "12",
		"xpasswordpasswordpasswordpassword", "passwordpasswordpasswordpasswor",
		"this phrase is far longer than any word on the list"};

	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		ck_assert_msg(ask(policy_words_listed, listed[i]), "'%s' passes", listed[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		ck_assert_msg(!ask(policy_words_listed, fine[i]), "'%s' is listed", fine[i]);
}
END_TEST

/* In order, once each, as it is looked up. */
START_TEST(the_list_is_in_order)
{
	size_t n;
	const char *const *table = policy_words_table(&n);

	ck_assert_uint_gt(n, 500);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(i == 0 || strcmp(table[i - 1], table[i]) < 0, "'%s'", table[i]);
		ck_assert_uint_ge(strlen(table[i]), POLICY_WORD_MIN);
		ck_assert_uint_lt(strlen(table[i]), POLICY_WORD_MAX);
		for (const char *at = table[i]; *at != '\0'; at++)
			ck_assert_msg(*at >= 'a' && *at <= 'z', "'%s'", table[i]);
	}
}
END_TEST

START_TEST(bytes_that_no_word_has)
{
	uint8_t bytes[] = {'p', 'a', 's', 's', 0, 'w', 'o', 'r', 'd', 0};
	struct wf_secret password = {.bytes = bytes, .len = 9};

	ck_assert(!policy_words_listed(&password));
	bytes[4] = 0xff;
	ck_assert(!policy_words_listed(&password));
}
END_TEST

START_TEST(the_dictionary_if_there_is_one)
{
	if (policy_words_source() == NULL) {
		ck_assert(!ask(policy_words_in_dictionary, "elephants"));
		return;
	}
	ck_assert(ask(policy_words_in_dictionary, "elephant"));
	ck_assert(ask(policy_words_in_dictionary, "tnahpele"));
	ck_assert(!ask(policy_words_in_dictionary, "correct horse battery staple"));
	ck_assert(!ask(policy_words_in_dictionary, "k7#mQ2xv9Z"));
	/* neighbouring and repeated characters are no words */
	ck_assert(!ask(policy_words_in_dictionary, "Z0ZaZ0a0ZaZ"));
	ck_assert(!ask(policy_words_in_dictionary,
		"\xe3\x81\x82\xe3\x81\x83\xe3\x81\x84\xe3\x81\x85\xe3\x81\x86"));
}
END_TEST

/* Looks for the text in everything that shared objects can write to. */
static int
find_in_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	const char *text = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);

		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) == 0 ||
			info->dlpi_name[0] == '\0')
			continue;
		if (memmem(at, segment->p_memsz, text, strlen(text)) != NULL)
			return 1;
	}
	return 0;
}

START_TEST(the_dictionary_keeps_nothing)
{
	char text[] = "rheinfall plumtrees 53a1 gatehouse";
	char lower[] = "plumtrees 53a1 gate";

	ck_assert(!ask(policy_words_in_dictionary, text));
	ck_assert_int_eq(dl_iterate_phdr(find_in_object, lower), 0);
	ck_assert(!ask(policy_words_in_dictionary, text));
	ck_assert_int_eq(dl_iterate_phdr(find_in_object, lower), 0);
}
END_TEST

/* Words of four letters and more, whatever stands around them. */
START_TEST(words_out_of_their_disguise)
{
	static const struct {
		const char *text;
		bool known;
	} cases[] = {
		{"elephant", true},
		{"3l3ph4nt!!", true},
		{"99tiger99", true},
		{"t1ger", true},
		{"lion#2024", true},
		{"monkey", true},
		{"M0nkey!", true},
		{"zqxj#2024", false},
		{"cat#2024", false},
		{"correct horse battery staple", false},
	};
	const bool there = policy_words_source() != NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(ask(policy_words_trimmed, cases[i].text) == (cases[i].known && there),
			"'%s'", cases[i].text);
}
END_TEST

#ifdef WF_FAULT
static const struct {
	bool (*question)(const struct wf_secret *);
	const char *text;
} asked[] = {{policy_words_in_dictionary, "elephant"}, {policy_words_trimmed, "99tiger99"}};

/* Where the dictionary cannot be asked, no word is in it; and it can be asked again afterwards. */
START_TEST(a_dictionary_that_fails)
{
	uint64_t calls;

	if (policy_words_source() == NULL)
		return;
	wf_fault_page()->points =
		1U << WF_FAULT_ALLOC | 1U << WF_FAULT_HEAP | 1U << WF_FAULT_SYSTEM;
	wf_fault_arm(0, false);
	ck_assert(ask(asked[_i].question, asked[_i].text));
	calls = wf_fault_count();
	ck_assert_uint_ge(calls, 3);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		struct wf_secret password = WF_SECRET_EMPTY;

		wf_fault_arm(0, false);
		ck_assert_int_eq(
			wf_secret_set(&password, asked[_i].text, strlen(asked[_i].text)), WF_OK);
		wf_fault_arm(nth, nth % 2 == 0);
		(void)asked[_i].question(&password);
		wf_fault_arm(0, false);
		wf_secret_clear(&password);
		ck_assert(ask(asked[_i].question, asked[_i].text));
	}
}
END_TEST
#endif

static Suite *
words_suite(void)
{
	Suite *suite = suite_create("policy_words");
	TCase *tc = tcase_create("words");

	tcase_add_test(tc, listed_words_and_their_disguises);
	tcase_add_test(tc, the_list_is_in_order);
	tcase_add_test(tc, bytes_that_no_word_has);
	tcase_add_test(tc, the_dictionary_if_there_is_one);
	tcase_add_test(tc, words_out_of_their_disguise);
	tcase_add_test(tc, the_dictionary_keeps_nothing);
#ifdef WF_FAULT
	tcase_add_loop_test(
		tc, a_dictionary_that_fails, 0, (int)(sizeof(asked) / sizeof(asked[0])));
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(words_suite)
