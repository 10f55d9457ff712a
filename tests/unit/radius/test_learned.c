/* What was learned lasts: over a restart, and never half written. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "radius/learned.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/warifu-learned.XXXXXX";
static char path[64];
static struct learned *learned;
static size_t line;

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/learned", folder);
	ck_assert_int_eq(learned_open(path, &learned, &line), WF_OK);
}

static void
teardown(void)
{
	char fresh[80];

	learned_free(&learned);
	ck_assert_ptr_null(learned);
	learned_free(&learned);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	unlink(fresh);
	unlink(path);
	rmdir(folder);
}

static struct in6_addr
address_of(const char *text)
{
	struct in6_addr address;

	ck_assert_int_eq(inet_pton(AF_INET6, text, &address), 1);
	return address;
}

static void
reopen(wf_status wanted)
{
	learned_free(&learned);
	ck_assert_int_eq(learned_open(path, &learned, &line), wanted);
}

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(i3_kept_over_a_restart)
{
	const struct in6_addr one = address_of("::ffff:192.0.2.1"),
			      ten = address_of("::ffff:192.0.2.10");

	ck_assert(!learned_has(learned, "a client", &one));
	ck_assert_int_eq(learned_add(learned, "a client", &one), WF_OK);
	ck_assert_int_eq(learned_add(learned, "a client", &one), WF_OK);
	for (int i = 0; i < 2; i++) {
		ck_assert(learned_has(learned, "a client", &one));
		ck_assert(!learned_has(learned, "a client", &ten));
		ck_assert(!learned_has(learned, "another", &one));
		ck_assert(!learned_unsaved(learned));
		reopen(WF_OK);
	}
}
END_TEST

START_TEST(many)
{
	struct in6_addr address = address_of("2001:db8::");

	for (unsigned i = 0; i < 200; i++) {
		address.s6_addr[15] = (uint8_t)i;
		ck_assert_int_eq(learned_add(learned, "lab", &address), WF_OK);
	}
	reopen(WF_OK);
	for (unsigned i = 0; i < 200; i++) {
		address.s6_addr[15] = (uint8_t)i;
		ck_assert(learned_has(learned, "lab", &address));
	}
}
END_TEST

START_TEST(broken_files)
{
	static const struct {
		const char *text;
		size_t line;
	} files[] = {
		{"", 1},
		{"something else\n", 1},
		{"warifu-radius learned 1", 1},
		{"warifu-radius learned 2\n", 1},
		{"warifu-radius learned 1\n::1\n", 2},
		{"warifu-radius learned 1\n::1 \n", 2},
		{"warifu-radius learned 1\n::1 a\n192.0.2.1 b\n", 3},
		{"warifu-radius learned 1\n::1 a\n::2 b", 3},
		{"warifu-radius learned 1\n::1 "
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
			2},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		write_file(files[i].text);
		line = 77;
		reopen(WF_INVALID);
		ck_assert_uint_eq(line, files[i].line);
	}
	write_file("warifu-radius learned 1\n");
	reopen(WF_OK);
}
END_TEST

/* A folder that takes nothing: remembered all the same, and written as soon as it can be. */
START_TEST(cannot_be_written)
{
	const struct in6_addr one = address_of("::1");
	char aside[80];

	snprintf(aside, sizeof(aside), "%s.away", folder);
	ck_assert_int_eq(rename(folder, aside), 0);
	ck_assert_int_eq(learned_add(learned, "client", &one), WF_IO);
	ck_assert(learned_has(learned, "client", &one));
	ck_assert(learned_unsaved(learned));
	ck_assert_int_eq(learned_save(learned), WF_IO);
	ck_assert_int_eq(rename(aside, folder), 0);
	ck_assert_int_eq(learned_save(learned), WF_OK);
	ck_assert(!learned_unsaved(learned));
	reopen(WF_OK);
	ck_assert(learned_has(learned, "client", &one));
}
END_TEST

START_TEST(name_too_long)
{
	const struct in6_addr one = address_of("::1");
	char name[80];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(learned_add(learned, name, &one), WF_INVALID);
	name[64] = '\0';
	ck_assert_int_eq(learned_add(learned, name, &one), WF_OK);
	reopen(WF_OK);
	ck_assert(learned_has(learned, name, &one));
}
END_TEST

static Suite *
learned_suite(void)
{
	Suite *suite = suite_create("learned");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, i3_kept_over_a_restart);
	tcase_add_test(tc, many);
	tcase_add_test(tc, broken_files);
	tcase_add_test(tc, cannot_be_written);
	tcase_add_test(tc, name_too_long);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(learned_suite)
