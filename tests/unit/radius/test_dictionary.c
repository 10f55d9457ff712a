/*
 * Dictionaries: the shipped ones, what others write, sentences for mistakes, and values of
 * replies.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "radius/dictionary.h"
#include "tests/unit/unit.h"

static struct dictionary *dictionary;
static char folder[] = "/tmp/warifu-dictionary.XXXXXX";
static char path[256];
static char why[DICTIONARY_WHY_MAX];

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(dictionary_new(&dictionary), WF_OK);
	why[0] = '\0';
}

static void
teardown(void)
{
	dictionary_free(&dictionary);
	ck_assert_ptr_null(dictionary);
	(void)unlink(path);
	(void)rmdir(folder);
}

static wf_status
load_text(const char *text)
{
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/words", folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	(void)fclose(file);
	return dictionary_load(dictionary, path, why);
}

static void
load_shipped(void)
{
	char shipped[512];

	(void)snprintf(
		shipped, sizeof(shipped), "%s/radius/dictionary/dictionary", getenv("top_srcdir"));
	ck_assert_msg(dictionary_load(dictionary, shipped, why) == WF_OK, "%s", why);
}

static const struct {
	const char *name, *text;
	wf_status status;
	uint32_t vendor;
	uint8_t type, len;
	const char *bytes;
} value_rows[] = {
	{"Filter-Id", "staff", WF_OK, 0, 11, 5, "staff"},
	{"filter-id", "staff", WF_OK, 0, 11, 5, "staff"},
	{"Filter-Id", "", WF_INVALID, 0, 0, 0, NULL},
	{"Session-Timeout", "3600", WF_OK, 0, 27, 4, "\0\0\x0e\x10"},
	{"Session-Timeout", "0xffffffff", WF_OK, 0, 27, 4, "\xff\xff\xff\xff"},
	{"Session-Timeout", "4294967296", WF_INVALID, 0, 0, 0, NULL},
	{"Session-Timeout", "-1", WF_INVALID, 0, 0, 0, NULL},
	{"Session-Timeout", "10 ", WF_INVALID, 0, 0, 0, NULL},
	{"Session-Timeout", "an hour", WF_INVALID, 0, 0, 0, NULL},
	{"Service-Type", "Administrative-User", WF_OK, 0, 6, 4, "\0\0\0\6"},
	{"service-type", "administrative-user", WF_OK, 0, 6, 4, "\0\0\0\6"},
	{"Service-Type", "Nobody", WF_INVALID, 0, 0, 0, NULL},
	{"Framed-IP-Address", "192.0.2.1", WF_OK, 0, 8, 4, "\xc0\0\2\1"},
	{"Framed-IP-Address", "192.0.2", WF_INVALID, 0, 0, 0, NULL},
	{"NAS-IPv6-Address", "2001:db8::1", WF_OK, 0, 95, 16,
		"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"},
	{"NAS-IPv6-Address", "192.0.2.1", WF_INVALID, 0, 0, 0, NULL},
	{"State", "0x00fF", WF_OK, 0, 24, 2, "\0\xff"},
	{"State", "0x", WF_INVALID, 0, 0, 0, NULL},
	{"State", "0x0", WF_INVALID, 0, 0, 0, NULL},
	{"State", "0x0g", WF_INVALID, 0, 0, 0, NULL},
	{"State", "ff", WF_INVALID, 0, 0, 0, NULL},
	{"Fortinet-Access-Profile", "super_admin", WF_OK, 12356, 6, 11, "super_admin"},
	{"PaloAlto-Admin-Role", "superuser", WF_OK, 25461, 1, 9, "superuser"},
	{"Cisco-AVPair", "shell:priv-lvl=15", WF_OK, 9, 1, 17, "shell:priv-lvl=15"},
	{"ASA-Group-Policy", "vpn", WF_OK, 3076, 25, 3, "vpn"},
	{"Juniper-Local-User-Name", "ops", WF_OK, 2636, 1, 3, "ops"},
	{"CP-Gaia-SuperUser-Access", "1", WF_OK, 2620, 230, 4, "\0\0\0\1"},
	{"MS-Primary-DNS-Server", "192.0.2.53", WF_OK, 311, 28, 4, "\xc0\0\2\x35"},
	{"No-Such-Thing", "1", WF_NOT_FOUND, 0, 0, 0, NULL},
};

START_TEST(values)
{
	struct dictionary_value value = {.type = 99};

	load_shipped();
	ck_assert_int_eq(dictionary_encode(
				 dictionary, value_rows[_i].name, value_rows[_i].text, &value, why),
		value_rows[_i].status);
	if (value_rows[_i].status != WF_OK) {
		ck_assert_ptr_nonnull(strstr(why, value_rows[_i].name));
		ck_assert_uint_eq(value.type, 99);
		return;
	}
	ck_assert_uint_eq(value.vendor, value_rows[_i].vendor);
	ck_assert_uint_eq(value.type, value_rows[_i].type);
	ck_assert_uint_eq(value.len, value_rows[_i].len);
	ck_assert_mem_eq(value.bytes, value_rows[_i].bytes, value.len);
}
END_TEST

/* A vendor's value has six octets less. */
START_TEST(long_values)
{
	struct dictionary_value value;
	char text[2 * ATTRIBUTE_VALUE_MAX + 8];

	load_shipped();
	memset(text, 'a', sizeof(text));
	text[ATTRIBUTE_VALUE_MAX] = '\0';
	ck_assert_int_eq(dictionary_encode(dictionary, "Filter-Id", text, &value, why), WF_OK);
	ck_assert_int_eq(
		dictionary_encode(dictionary, "Cisco-AVPair", text, &value, why), WF_TOO_LONG);
	text[ATTRIBUTE_VALUE_MAX - 6] = '\0';
	ck_assert_int_eq(dictionary_encode(dictionary, "Cisco-AVPair", text, &value, why), WF_OK);
	memset(text, 'a', sizeof(text));
	text[ATTRIBUTE_VALUE_MAX + 1] = '\0';
	ck_assert_int_eq(
		dictionary_encode(dictionary, "Filter-Id", text, &value, why), WF_TOO_LONG);
	memcpy(text, "0x", 2);
	text[ATTRIBUTE_VALUE_MAX + 1] = 'a';
	text[2 + 2 * ATTRIBUTE_VALUE_MAX] = '\0';
	ck_assert_int_eq(dictionary_encode(dictionary, "State", text, &value, why), WF_OK);
	ck_assert_uint_eq(value.len, ATTRIBUTE_VALUE_MAX);
	text[2 + 2 * ATTRIBUTE_VALUE_MAX] = 'a';
	text[4 + 2 * ATTRIBUTE_VALUE_MAX] = '\0';
	ck_assert_int_eq(dictionary_encode(dictionary, "State", text, &value, why), WF_TOO_LONG);
}
END_TEST

/*
 * What other products' files hold: tags, TLVs, extended types, wide vendors, the old way to name
 * a vendor.
 */
START_TEST(files_of_others)
{
	const struct dictionary_attribute *found;
	struct dictionary_value value;

	ck_assert_msg(
		load_text("# a comment\n\n"
			  "ATTRIBUTE\tTunnel-Thing\t70\tinteger\thas_tag,encrypt=2 # behind a "
			  "line\r\n"
			  "ATTRIBUTE Extended 241.1 tlv\n"
			  "ATTRIBUTE Internal 1024 string\n"
			  "BEGIN-TLV Extended\nEND-TLV Extended\nPROTOCOL RADIUS 1\n"
			  "VENDOR Wide 5000 format=4,0\n"
			  "BEGIN-VENDOR Wide\nATTRIBUTE Wide-One 1 string\nEND-VENDOR Wide\n"
			  "VENDOR Plain 0x1389 format=1,1\n"
			  "BEGIN-VENDOR Plain\nATTRIBUTE Plain-One 1 string\nEND-VENDOR Plain\n"
			  "ATTRIBUTE Old-Way 7 string Plain\n"
			  "VALUE Plain-One x 1.5\n"
			  "ATTRIBUTE Twice 1 string\nATTRIBUTE Twice 2 integer\n") == WF_OK,
		"%s", why);
	ck_assert_int_eq(dictionary_find(dictionary, "Tunnel-Thing")->form, FORM_NUMBER);
	ck_assert_ptr_null(dictionary_find(dictionary, "Extended"));
	ck_assert_ptr_null(dictionary_find(dictionary, "Internal"));
	ck_assert_ptr_null(dictionary_find(dictionary, "Wide-One"));
	ck_assert_uint_eq(dictionary_find(dictionary, "Plain-One")->vendor, 5001);
	ck_assert_uint_eq(dictionary_find(dictionary, "Old-Way")->vendor, 5001);
	found = dictionary_find(dictionary, "Twice");
	ck_assert_uint_eq(found->type, 2);
	ck_assert_int_eq(dictionary_encode(dictionary, "Twice", "5", &value, why), WF_OK);
	/* A second file adds to the first. */
	(void)load_text("ATTRIBUTE Twice 3 string\n");
	ck_assert_uint_eq(dictionary_find(dictionary, "Twice")->type, 3);
	ck_assert_uint_eq(dictionary_find(dictionary, "Old-Way")->type, 7);
}
END_TEST

static const struct {
	const char *text, *sentence;
} mistakes[] = {
	{"ATTRIBUTE Name 1\n", "words:1: ATTRIBUTE wants"},
	{"\nVALUE Name x\n", "words:2: VALUE wants"},
	{"VENDOR Name\n", "words:1: VENDOR wants"},
	{"VENDOR Name zero\n", "words:1: VENDOR wants"},
	{"VENDOR Name 0\n", "words:1: VENDOR wants"},
	{"BEGIN-VENDOR Name\n", "words:1: BEGIN-VENDOR wants"},
	{"BEGIN-VENDOR\n", "words:1: BEGIN-VENDOR wants"},
	{"$INCLUDE\n", "words:1: $INCLUDE wants"},
	{"$INCLUDE words\n", "include each other"},
	{"$INCLUDE nothing\n", "nothing:0: No such file"},
};

START_TEST(sentences)
{
	ck_assert_int_ne(load_text(mistakes[_i].text), WF_OK);
	ck_assert_msg(strstr(why, mistakes[_i].sentence) != NULL, "%s", why);
}
END_TEST

START_TEST(long_lines)
{
	char text[2000];

	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 2, "\n", 2);
	ck_assert_int_eq(load_text(text), WF_INVALID);
	ck_assert_msg(strstr(why, "too long") != NULL, "%s", why);
	/* As long as may be, without an end of line. */
	text[1022] = '\0';
	memcpy(text, "# ", 2);
	ck_assert_int_eq(load_text(text), WF_OK);
}
END_TEST

START_TEST(missing)
{
	ck_assert_int_eq(dictionary_load(dictionary, "/nonexistent/words", why), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/words"));
}
END_TEST

/* What is shown of a value is what it was made from. */
static const struct {
	const char *name, *text;
} shown[] = {
	{"Filter-Id", "vpn"},
	{"Session-Timeout", "3600"},
	{"Service-Type", "Framed-User"},
	{"Framed-IP-Address", "192.0.2.9"},
	{"NAS-IPv6-Address", "2001:db8::9"},
	{"Class", "0x00ff7e"},
	{"Cisco-AVPair", "shell:priv-lvl=15"},
	{"ASA-Privilege-Level", "15"},
};

START_TEST(values_are_shown)
{
	char name[DICTIONARY_NAME_MAX], text[DICTIONARY_TEXT_MAX];
	struct dictionary_value value;

	load_shipped();
	ck_assert_int_eq(
		dictionary_encode(dictionary, shown[_i].name, shown[_i].text, &value, why), WF_OK);
	dictionary_show(dictionary, &value, name, text);
	ck_assert_str_eq(name, shown[_i].name);
	ck_assert_str_eq(text, shown[_i].text);
}
END_TEST

START_TEST(what_has_no_name_is_shown_as_octets)
{
	static const struct {
		struct dictionary_value value;
		const char *name, *text;
	} rows[] = {
		{{.type = 250, .len = 2, .bytes = "\x01\xfe"}, "Attr-250", "0x01fe"},
		{{.vendor = 99999, .type = 7}, "Attr-26.99999.7", "0x"},
		/* a number that is none */
		{{.type = ATTR_SESSION_TIMEOUT, .len = 3, .bytes = "abc"}, "Session-Timeout",
			"0x616263"},
	};
	char name[DICTIONARY_NAME_MAX], text[DICTIONARY_TEXT_MAX];

	load_shipped();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dictionary_show(dictionary, &rows[i].value, name, text);
		ck_assert_str_eq(name, rows[i].name);
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

static const struct {
	const char *bytes;
	uint8_t len;
	size_t n; /* values within; 1 of no vendor: it is shown as it is */
	uint32_t vendor;
} vendors[] = {
	{"\0\0\0\x09\x01\x05" "abc", 9, 1, 9},
	{"\0\0\0\x09\x01\x05" "abc\x02\x02", 11, 2, 9},
	{"\0\0\0\x09\x01\x06" "abc", 9, 1, 0},
	{"\0\0\0\x09\x01\x01", 6, 1, 0},
	{"\0\0\0\x09\x01", 5, 1, 0},
	{"\0\0\0\x09", 4, 1, 0},
	{"\0\0", 2, 1, 0},
	{"", 0, 1, 0},
};

START_TEST(attributes_of_vendors)
{
	const struct attribute attribute = {.type = ATTR_VENDOR_SPECIFIC,
		.len = vendors[_i].len,
		.value = (const uint8_t *)vendors[_i].bytes};
	struct dictionary_value found[4];

	ck_assert_uint_eq(dictionary_values(&attribute, found, 4), vendors[_i].n);
	ck_assert_uint_eq(found[0].vendor, vendors[_i].vendor);
	ck_assert_uint_eq(found[0].type, vendors[_i].vendor != 0 ? 1 : ATTR_VENDOR_SPECIFIC);
	ck_assert_uint_eq(dictionary_values(&attribute, found, 0), 0);
}
END_TEST

static Suite *
dictionary_suite(void)
{
	Suite *suite = suite_create("dictionary");
	TCase *tc = tcase_create("words");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, values, 0, sizeof(value_rows) / sizeof(value_rows[0]));
	tcase_add_test(tc, long_values);
	tcase_add_test(tc, files_of_others);
	tcase_add_loop_test(tc, sentences, 0, sizeof(mistakes) / sizeof(mistakes[0]));
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, missing);
	tcase_add_loop_test(tc, values_are_shown, 0, sizeof(shown) / sizeof(shown[0]));
	tcase_add_test(tc, what_has_no_name_is_shown_as_octets);
	tcase_add_loop_test(tc, attributes_of_vendors, 0, sizeof(vendors) / sizeof(vendors[0]));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(dictionary_suite)
