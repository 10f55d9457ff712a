/*
 * Countries by a file: IPv4 and IPv6, what is not known, and files that are broken, cut short or
 * not there, while they are used as well.
 */
#include "config.h"

#include "authd/country/country.h"

#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "tests/unit/country/mmdb.h"

static char dir[64], path[96], why[256];
static struct country *country;

static void
setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/wf-country-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/countries.mmdb", dir);
	why[0] = '\0';
}

static void
teardown(void)
{
	country_close(&country);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0); /* no copy was left */
}

static wf_status
take(void)
{
	return country_open(path, dir, &country, why, sizeof(why));
}

static const char *
find(const char *source)
{
	static char name[3];

	country_find(country, source, name);
	return name;
}

static const struct {
	const char *version, *key, *one, *other, *source, *name;
} places[] = {
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "192.0.2.255", "JP"},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "192.0.3.0", ""},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "2001:db8:1:ffff::9", "FR"},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "2001:db8:2::9", ""},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "local:tty1", ""},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "name:host", ""},
	{"6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR", "", ""},
	{"4", "country", "192.0.2.0/24=JP", "198.51.100.0/24=US", "198.51.100.7", "US"},
	{"4", "country", "192.0.2.0/24=JP", "198.51.100.0/24=US", "2001:db8:1::9", ""},
	{"4", "registered_country", "192.0.2.0/24=JP", "198.51.100.0/24=US", "192.0.2.1", "JP"},
	{"4", "continent", "192.0.2.0/24=JP", "198.51.100.0/24=US", "192.0.2.1", ""},
	{"4", "country", "192.0.2.0/24=Japan", "198.51.100.0/24=US", "192.0.2.1", ""},
};

START_TEST(an_address_is_in_its_country)
{
	mmdb_write(path, places[_i].version, places[_i].key, places[_i].one, places[_i].other);
	ck_assert_msg(take() == WF_OK, "%s", why);
	ck_assert_str_eq(find(places[_i].source), places[_i].name);
}
END_TEST

static void
write_usual(void)
{
	mmdb_write(path, "6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR");
}

/* Whoever replaces the file may cut it short first: nobody reads it any more. */
START_TEST(a_file_that_is_cut_short_while_it_is_used)
{
	write_usual();
	ck_assert_int_eq(take(), WF_OK);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_str_eq(find("192.0.2.1"), "JP");
	ck_assert_str_eq(find("2001:db8:1::1"), "FR");
}
END_TEST

START_TEST(what_is_no_such_file)
{
	ck_assert_int_eq(take(), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why, "countries.mmdb: No such file"));
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(take(), WF_INVALID);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(take(), WF_INVALID);
	ck_assert_ptr_null(country);
}
END_TEST

/* Cut anywhere: refused, or it answers; never worse. */
START_TEST(a_broken_file)
{
	struct stat info;

	write_usual();
	ck_assert_int_eq(stat(path, &info), 0);
	for (off_t len = info.st_size - 1; len >= 0; len -= 7) {
		ck_assert_int_eq(truncate(path, len), 0);
		if (take() == WF_OK)
			(void)find("192.0.2.1");
		else
			ck_assert_str_ne(why, "");
		country_close(&country);
	}
	ck_assert_int_eq(take(), WF_CORRUPT);
}
END_TEST

START_TEST(no_room_for_the_copy)
{
	write_usual();
	ck_assert_int_eq(
		country_open(path, "/nonexistent", &country, why, sizeof(why)), WF_IO);
	ck_assert_ptr_null(country);
}
END_TEST

/* A daemon that is killed leaves nothing behind: the copy never has a name. */
START_TEST(the_copy_has_no_name)
{
	char events[512];
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	write_usual();
	ck_assert_int_ge(inotify_add_watch(watch, dir, IN_CREATE | IN_MOVED_TO), 0);
	ck_assert_int_eq(take(), WF_OK);
	ck_assert_int_eq(read(watch, events, sizeof(events)), -1);
	(void)close(watch);
}
END_TEST

START_TEST(what_was_left_is_taken_away)
{
	static const char *const names[] = {
		".countries.a1B2c3", ".countries.a1B2c34", "countries.abcdef"};
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", dir, names[i]);
		mmdb_write(name, "6", "country", "192.0.2.0/24=JP", "2001:db8:1::/48=FR");
	}
	country_tidy(dir);
	country_tidy("/nonexistent");
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", dir, names[i]);
		ck_assert_int_eq(unlink(name), i == 0 ? -1 : 0);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("country");
	TCase *tcase = unit_case(suite, "country", 60, setup, teardown);

	tcase_add_loop_test(tcase, an_address_is_in_its_country, 0,
		(int)(sizeof(places) / sizeof(places[0])));
	tcase_add_test(tcase, a_file_that_is_cut_short_while_it_is_used);
	tcase_add_test(tcase, what_is_no_such_file);
	tcase_add_test(tcase, a_broken_file);
	tcase_add_test(tcase, no_room_for_the_copy);
	tcase_add_test(tcase, the_copy_has_no_name);
	tcase_add_test(tcase, what_was_left_is_taken_away);
	return suite;
}
UNIT_MAIN(make_suite)
