/* CEF, taken apart again by its own rules: seven fields between bars, then keys with values. */
#include "config.h"

#include "authd/audit/format_cef.h"

#include <string.h>

#include "authd/audit/format_syslog.h"
#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

static struct wf_buf out;
static char text[AUDIT_LINE_MAX + 1];
static char fields[7][128];
static const char *extension;

static void
setup(void)
{
	wf_buf_init(&out, AUDIT_LINE_MAX);
}

static void
teardown(void)
{
	wf_buf_clear(&out);
}

static void
format(const struct audit_row *row)
{
	struct audit_line line = {.out = &out, .status = WF_OK};
	struct audit_cells cells;

	wf_buf_cut(&out, 0);
	audit_row_cells(row, 5, NULL, &cells);
	audit_line_cef(&line, row, &cells);
	ck_assert_int_eq(line.status, WF_OK);
	memcpy(text, out.data, out.len);
	text[out.len] = '\0';
}

/* The seven fields of the header; what is behind a backslash is no bar. */
static void
read_header(void)
{
	const char *at = text;

	for (size_t i = 0; i < 7; i++, at++) {
		size_t n = 0;

		for (; *at != '|'; at++) {
			ck_assert_int_ne(*at, '\0');
			if (*at == '\\')
				at++;
			fields[i][n++] = *at;
		}
		fields[i][n] = '\0';
	}
	extension = at;
}

/* Where the value of a key begins; NULL if there is none.  A '=' behind a backslash is no key's. */
static const char *
value_of(const char *key)
{
	for (const char *at = extension; *at != '\0'; at++) {
		size_t len = strlen(key);

		if ((at == extension || at[-1] == ' ') && strncmp(at, key, len) == 0 &&
			at[len] == '=')
			return at + len + 1;
	}
	return NULL;
}

static void
expect(const char *key, const char *value)
{
	const char *at = value_of(key);

	ck_assert_msg(at != NULL, "%s in %s", key, text);
	ck_assert_msg(strncmp(at, value, strlen(value)) == 0 &&
			      (at[strlen(value)] == ' ' || at[strlen(value)] == '\0'),
		"%s: %s", key, at);
}

START_TEST(a_row_is_an_event)
{
	struct audit_row row;

	full_row(&row);
	format(&row);
	ck_assert_str_eq(text,
		"CEF:0|Warifu|Warifu|" PACKAGE_VERSION "|login|login failure|6|rt=1772323200123 "
		"src=192.0.2.7 externalId=5 cat=auth duser=花子 dhost=host1 dvchost=node1 app=sshd "
		"act=authenticate outcome=failure reason=wrong-password cnt=2 suser=root "
		"msg=try 3 cs1Label=machine cs1=ssh cs2Label=factors cs2=password+totp "
		"cs3Label=kinds cs3=knowledge+possession cs4Label=rule "
		"cs4=lock.threshold SCS-4-1-4-1 cs5Label=transaction "
		"cs5=00112233445566778899aabbccddeeff flexString1Label=ticket flexString1=T-1 "
		"flexString2Label=approver flexString2=officer start=1772323100000 "
		"end=1772323200123");
}
END_TEST

START_TEST(sources_have_keys_by_their_kind)
{
	struct audit_row row;

	full_row(&row);
	AUDIT_TEXT(row.source, "2001:db8::1");
	format(&row);
	read_header();
	expect("c6a2", "2001:db8::1");
	expect("c6a2Label", "Source IPv6 Address");
	ck_assert_ptr_null(value_of("src"));
	AUDIT_TEXT(row.source, "local:tty1");
	format(&row);
	read_header();
	expect("shost", "local:tty1");
}
END_TEST

START_TEST(names_forge_nothing)
{
	struct audit_row row;
	char escaped[128] = "";

	nasty_row(&row, nasty_names[_i].name);
	format(&row);
	read_header();
	ck_assert_str_eq(fields[0], "CEF:0");
	ck_assert_str_eq(fields[6], "6");
	ck_assert_int_eq(strncmp(fields[4], nasty_names[_i].clean, 31), 0);
	ck_assert_ptr_null(strpbrk(text, "\r\n\x1b"));
	expect("outcome", "failure");
	for (const char *at = nasty_names[_i].clean; *at != '\0'; at++)
		snprintf(escaped + strlen(escaped), sizeof(escaped) - strlen(escaped), "%s%c",
			*at == '\\' || *at == '=' ? "\\" : "", *at);
	if (escaped[0] != '\0')
		expect("duser", escaped);
}
END_TEST

START_TEST(it_stands_in_a_header_of_syslog)
{
	const struct audit_syslog how = {.form = AUDIT_FORM_CEF, .enterprise = 4711};
	struct audit_row row;
	const char *message;

	full_row(&row);
	ck_assert_int_eq(
		audit_syslog(&how, &(struct audit_entry){.row = &row, .seq = 5}, &out), WF_OK);
	memcpy(text, out.data, out.len);
	text[out.len] = '\0';
	ck_assert_int_eq(strncmp(text, "<84>1 2026-03-01T", 17), 0);
	ck_assert_ptr_null(strstr(text, "warifu@4711"));
	message = strstr(text, "] CEF:0|");
	ck_assert_ptr_nonnull(message);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("format_cef");
	TCase *tc = tcase_create("format_cef");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_row_is_an_event);
	tcase_add_test(tc, sources_have_keys_by_their_kind);
	tcase_add_loop_test(tc, names_forge_nothing, 0, NASTY_NAMES);
	tcase_add_test(tc, it_stands_in_a_header_of_syslog);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(make_suite)
