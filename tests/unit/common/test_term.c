/* What ends first: told, carried from one program to another, and what is no such line. */
#include "config.h"

#include <string.h>

#include "common/term.h"
#include "tests/unit/unit.h"

#define DAY INT64_C(86400)

static const struct {
	struct wf_term term;
	wf_status status;
	const char *line, *said;
} terms[] = {
	{{.part = WF_TERM_NONE}, WF_OK, "none 0 0 ", ""},
	{{WF_TERM_CERTIFICATE, false, 40 * DAY, "/a b.pem"}, WF_OK,
		"certificate 0 3456000 /a b.pem",
		"certificate /a b.pem: valid for 40 more days"},
	{{WF_TERM_AUTHORITY, true, 3 * DAY - 5, "/ca"}, WF_NO, "authority 1 259195 /ca",
		"certificate of the authority /ca: ends in 3 days; nobody for whom it vouches is "
		"let in then: get its new one, or take it out"},
	{{WF_TERM_LIST, true, -DAY, "/crl"}, WF_INVALID, "list 1 -86400 /crl",
		"list of revoked certificates /crl: has expired; everybody is refused then: get a "
		"new one, and reload"},
};

START_TEST(said_and_carried)
{
	const struct wf_term *term = &terms[_i].term;
	char line[WF_TERM_TEXT_MAX], text[WF_TERM_TEXT_MAX];
	struct wf_term read;

	ck_assert_int_eq(wf_term_status(term), terms[_i].status);
	wf_term_say(term, text);
	ck_assert_str_eq(text, terms[_i].said);
	wf_term_write(term, line);
	ck_assert_str_eq(line, terms[_i].line);
	ck_assert(wf_term_read(line, &read));
	ck_assert_int_eq(read.part, term->part);
	ck_assert(read.soon == term->soon);
	ck_assert_int_eq(read.seconds, term->seconds);
	ck_assert_str_eq(read.file, term->file);
}
END_TEST

START_TEST(what_is_no_such_line)
{
	static const char *const lines[] = {"", "certificate", "certificate 1",
		"certificate 1 x /a",
		"paper 1 5 /a", "RADIUS over TLS: certificate /a: valid for 40 more days",
		"certificatecertificate 1 5 /a"};
	char line[2 * WF_TERM_FILE_SIZE];
	struct wf_term term = {.part = WF_TERM_LIST, .seconds = 7};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(!wf_term_read(lines[i], &term), "%s", lines[i]);
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	memcpy(line, "list 1 5 ", 9);
	ck_assert(!wf_term_read(line, &term));
	ck_assert_int_eq(term.part, WF_TERM_LIST);
	ck_assert_int_eq(term.seconds, 7);
}
END_TEST

static Suite *
term_suite(void)
{
	Suite *suite = suite_create("term");
	TCase *tc = tcase_create("term");

	tcase_add_loop_test(tc, said_and_carried, 0, sizeof(terms) / sizeof(terms[0]));
	tcase_add_test(tc, what_is_no_such_line);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(term_suite)
