/* What is made of a configuration: all of it, or a sentence that says what to mend. */
#include "config.h"

#include <arpa/inet.h>

#include "radius/site.h"
#include "tests/unit/config/fixture.h"
#include "tests/unit/faults.h"

static struct books books;
static struct site *site;
static char why[SITE_WHY_MAX];

static void
set_up(void)
{
	setup();
	write_file("secret", "first-of-the-secrets\n", 21);
	write_file("second", "second-of-the-secrets\n", 22);
}

static void
tear_down(void)
{
	site_return(&site);
	ck_assert_ptr_null(site);
	books_clear(&books);
	teardown();
}

/* Two clients, one of whom may have more options; `rest` stands behind them. */
static void
configure(const char *options, const char *rest)
{
	static const char secrets[][8] = {"secret", "second"};
	char text[2048], path[100];
	int len = 0;

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, secrets[i]);
		(void)chmod(path, 0600);
		len += snprintf(text + len, sizeof(text) - (size_t)len,
			"client c%zu {\nnetwork = \"192.0.2.%zu\"\nsecret_file = \"%s\"\n%s}\n", i,
			i, path, i == 1 ? options : "");
	}
	snprintf(text + len, sizeof(text) - (size_t)len, "%s", rest);
	write_main(text);
}

static wf_status
load_site(void)
{
	site_return(&site);
	why[0] = '\0';
	return site_load(main_file, &books, &site, why);
}

static const struct client *
client_at(const char *text)
{
	struct in6_addr address;
	bool single = false;
	const struct client *client;

	ck_assert_int_eq(inet_pton(AF_INET6, text, &address), 1);
	client = site_client(site, &address, &single);
	ck_assert(client == NULL || single);
	return client;
}

START_TEST(clients_with_their_secrets)
{
	configure("", "");
	ck_assert_msg(load_site() == WF_OK, "%s", why);
	ck_assert_uint_eq(site->nclients, 2);
	ck_assert_str_eq(client_at("::ffff:192.0.2.1")->config->name, "c1");
	ck_assert_uint_eq(client_at("::ffff:192.0.2.1")->number, 1);
	ck_assert_str_eq(client_at("::ffff:192.0.2.1")->book->name, "c1");
	ck_assert_uint_eq(client_at("::ffff:192.0.2.0")->secret.len, 20);
	ck_assert_uint_eq(client_at("::ffff:192.0.2.1")->secret.len, 21);
	ck_assert_ptr_null(client_at("::ffff:192.0.2.2"));
}
END_TEST

/* Who has borrowed it keeps it over a reload; the books are the same. */
START_TEST(lent_and_given_back)
{
	struct site *kept;
	struct book *book;

	configure("", "");
	ck_assert_int_eq(load_site(), WF_OK);
	kept = site_borrow(site);
	book = site->clients[0].book;
	ck_assert_int_eq(load_site(), WF_OK);
	ck_assert_ptr_ne(kept, site);
	ck_assert_ptr_eq(site->clients[0].book, book);
	ck_assert_str_eq(kept->clients[1].config->name, "c1");
	site_return(&kept);
	ck_assert_ptr_null(kept);
	site_return(&kept);
}
END_TEST

START_TEST(replies)
{
	struct dictionary_value values[4];
	static const char groups[1][CONFIG_GROUP_SIZE] = {"staff"};

	configure("reply = {\"r\"}\n",
		"reply r {\nattributes = {\"Filter-Id = inside\"}\n}\n");
	ck_assert_msg(load_site() == WF_OK, "%s", why);
	ck_assert_uint_eq(site_attributes(site, &site->clients[1], groups, 1, values, 4), 1);
	ck_assert_uint_eq(values[0].type, 11);
	ck_assert_mem_eq(values[0].bytes, "inside", 6);
	ck_assert_uint_eq(site_attributes(site, &site->clients[0], groups, 1, values, 4), 0);
}
END_TEST

static const struct {
	const char *options, *rest, *sentence;
	wf_status status;
} mistakes[] = {
	{"colour = 1\n", "", "colour", WF_INVALID},
	{"reply = {\"r\"}\n", "reply r {\nattributes = {\"No-Such = 1\"}\n}\n", "No-Such",
		WF_NOT_FOUND},
	{"send_groups = true\ngroup_attribute = \"No-Such = %group\"\n", "",
		"client 'c1': group_attribute names 'No-Such', which no dictionary has",
		WF_NOT_FOUND},
	{"", "radius {\ndictionary = {\"/nonexistent/words\"}\n}\n", "/nonexistent/words",
		WF_NOT_FOUND},
};

START_TEST(mistake)
{
	struct site *before;
	wf_status status;

	configure("", "");
	ck_assert_int_eq(load_site(), WF_OK);
	before = site;
	configure(mistakes[_i].options, mistakes[_i].rest);
	status = site_load(main_file, &books, &site, why);
	ck_assert_msg(status == mistakes[_i].status, "%s: %s", wf_status_name(status), why);
	ck_assert_msg(strstr(why, mistakes[_i].sentence) != NULL, "%s", why);
	ck_assert_ptr_eq(site, before);
}
END_TEST

START_TEST(secrets_that_cannot_be_used)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/second", folder);
	configure("", "");
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert_int_ne(load_site(), WF_OK);
	ck_assert_ptr_nonnull(strstr(why, "client 'c1'"));
	ck_assert_ptr_nonnull(strstr(why, path));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(load_site(), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why, path));
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_ne(load_site(), WF_OK);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_ptr_null(site);
}
END_TEST

#ifdef WF_FAULT
static wf_status
run_round(void)
{
	return load_site();
}

/* A site that could not be loaded left nothing but books; a sentence says why. */
static void
end_round(wf_status status)
{
	ck_assert_int_eq(site != NULL, status == WF_OK);
	ck_assert(status == WF_OK || why[0] != '\0');
	site_return(&site);
	books_clear(&books);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {NULL, run_round, end_round};

	configure("reply = {\"r\"}\n",
		"reply r {\nattributes = {\"Filter-Id = inside\"}\n}\n");
	ck_assert_uint_ge(fault_loop(&scenario), 20);
}
END_TEST
#endif

static Suite *
site_suite(void)
{
	Suite *suite = suite_create("site");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, clients_with_their_secrets);
	tcase_add_test(tc, lent_and_given_back);
	tcase_add_test(tc, replies);
	tcase_add_loop_test(tc, mistake, 0, (int)LENGTH(mistakes));
	tcase_add_test(tc, secrets_that_cannot_be_used);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(site_suite)
