/* Which attributes an accept carries (checklist D8). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/site.h"
#include "tests/unit/unit.h"

static struct config_client config;
static struct group_set staff = {.names = {"staff"}, .n = 1}, nobody;
static struct site_reply replies[2];
static struct client client = {.config = &config};
static struct config whole; /* of which the sessions' limits count */
static struct site site = {.replies = replies, .config = &whole};
static struct dictionary_value values[8];

/* What documents say of their length; 0: nothing. */
static void
sessions(int64_t longest, int64_t idle)
{
	struct policy_values *held = &whole.policy.values;

	held->held[R_SESSION_TIMEOUT][0] =
		(struct policy_held){.set = longest > 0, .value = longest};
	held->held[R_IDLE_LOCK][0] = (struct policy_held){.set = idle > 0, .value = idle};
}

static void
setup(void)
{
	static const char dictionary[] = "VENDOR Acme 4711\nBEGIN-VENDOR Acme\nATTRIBUTE "
					 "Acme-Group 1 string\nEND-VENDOR Acme\n";
	char path[] = "/tmp/warifu-dictionary.XXXXXX", why[DICTIONARY_WHY_MAX];
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(dictionary, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(dictionary_new(&site.dictionary), WF_OK);
	ck_assert_int_eq(dictionary_load(site.dictionary, path, why), WF_OK);
	ck_assert_int_eq(remove(path), 0);
	memset(&config, 0, sizeof(config));
	sessions(0, 0);
	replies[0] = (struct site_reply){.groups = &staff, .n = 2};
	replies[0].values[0] = (struct dictionary_value){.type = 11, .len = 1, .bytes = "s"};
	replies[0].values[1] = (struct dictionary_value){.type = 11, .len = 1, .bytes = "t"};
	replies[1] = (struct site_reply){.groups = &nobody, .n = 2};
	replies[1].values[0] = (struct dictionary_value){.type = 11, .len = 1, .bytes = "a"};
	replies[1].values[1] =
		(struct dictionary_value){.type = 27, .len = 4, .bytes = {0, 0, 0, 9}};
}

static void
teardown(void)
{
	dictionary_free(&site.dictionary);
}

static size_t
attributes(size_t ngroups, size_t max)
{
	static const char groups[3][CONFIG_GROUP_SIZE] = {"staff", "vpn", "admins"};

	return site_attributes(&site, &client, groups, ngroups, values, max);
}

static void
send_groups(const char *format)
{
	config.send_groups = true;
	snprintf(config.group_attribute, sizeof(config.group_attribute), "Acme-Group");
	snprintf(config.group_format, sizeof(config.group_format), "%s", format);
}

static void
value_is(size_t at, const char *wanted)
{
	ck_assert_uint_eq(values[at].len, strlen(wanted));
	ck_assert_mem_eq(values[at].bytes, wanted, strlen(wanted));
}

START_TEST(d8_none_for_unmarked_clients)
{
	ck_assert_uint_eq(attributes(3, 8), 0);
}
END_TEST

/*
 * Of a type that an earlier section gave, later ones give no more; within a section all are sent.
 */
START_TEST(sections_in_their_order)
{
	config.nreplies = 2;
	config.replies[1] = 1;
	ck_assert_uint_eq(attributes(1, 8), 3);
	value_is(0, "s");
	value_is(1, "t");
	ck_assert_uint_eq(values[2].type, 27);
	ck_assert_uint_eq(attributes(0, 8), 2);
	value_is(0, "a");
	ck_assert_uint_eq(attributes(1, 5), 2);
}
END_TEST

START_TEST(groups_one_by_one)
{
	send_groups("role=%group;");
	ck_assert_uint_eq(attributes(3, 8), 3);
	value_is(0, "role=staff;");
	value_is(2, "role=admins;");
	ck_assert_uint_eq(values[0].vendor, 4711);
	ck_assert_uint_eq(attributes(0, 8), 0);
}
END_TEST

START_TEST(groups_together)
{
	send_groups("%groups");
	ck_assert_uint_eq(attributes(3, 8), 1);
	value_is(0, "staff;vpn;admins");
	/* Those of the client alone, if it names some. */
	config.groups = (struct group_set){.names = {"vpn", "other"}, .n = 2};
	ck_assert_uint_eq(attributes(3, 8), 1);
	value_is(0, "vpn");
	ck_assert_uint_eq(attributes(1, 8), 0);
}
END_TEST

START_TEST(an_attribute_that_no_dictionary_has)
{
	send_groups("%group");
	config.group_attribute[0] = 'B';
	ck_assert_uint_eq(attributes(3, 8), 0);
}
END_TEST

static uint32_t
seconds_at(size_t at, uint8_t type)
{
	ck_assert_uint_eq(values[at].type, type);
	ck_assert_uint_eq(values[at].len, 4);
	return (uint32_t)values[at].bytes[0] << 24 | (uint32_t)values[at].bytes[1] << 16 |
	       (uint32_t)values[at].bytes[2] << 8 | values[at].bytes[3];
}

/* C-21: for whoever has no section, too. */
START_TEST(c21_sessions_end)
{
	sessions(28800, 900);
	ck_assert_uint_eq(attributes(3, 8), 2);
	ck_assert_uint_eq(seconds_at(0, 27), 28800);
	ck_assert_uint_eq(seconds_at(1, 28), 900);
	sessions(INT64_MAX, 0);
	ck_assert_uint_eq(attributes(3, 8), 1);
	ck_assert_uint_eq(seconds_at(0, 27), UINT32_MAX);
}
END_TEST

START_TEST(c21_a_section_may_only_say_less)
{
	config.nreplies = 1;
	config.replies[0] = 1; /* 9 s */
	sessions(8, 0);
	ck_assert_uint_eq(attributes(0, 8), 2);
	ck_assert_uint_eq(seconds_at(1, 27), 8);
	sessions(10, 0);
	ck_assert_uint_eq(attributes(0, 8), 2);
	ck_assert_uint_eq(seconds_at(1, 27), 9);
	/* 0 is for many gateways no limit at all */
	memset(replies[1].values[1].bytes, 0, 4);
	ck_assert_uint_eq(attributes(0, 8), 2);
	ck_assert_uint_eq(seconds_at(1, 27), 10);
	/* a vendor's attribute of the same number is another one */
	replies[1].values[1].vendor = 4711;
	ck_assert_uint_eq(attributes(0, 8), 3);
	ck_assert_uint_eq(seconds_at(2, 27), 10);
	/* and there is always room for them */
	sessions(10, 20);
	config.entry.class = CLASS_WLAN;
	ck_assert_uint_eq(attributes(0, 3), 3);
	ck_assert_uint_eq(seconds_at(0, 27), 10);
	ck_assert_uint_eq(seconds_at(1, 29), 1);
	ck_assert_uint_eq(seconds_at(2, 28), 20);
}
END_TEST

/* RFC 2865, 5.29: a network device asks anew; nothing else goes on behind the end of its time. */
START_TEST(c21_reauthentication_at_the_end)
{
	static const struct {
		enum service_class class;
		int64_t longest;
		int said; /* by a section; -1: nothing */
		size_t n;
		int sent; /* -1: nothing */
	} rows[] = {
		{CLASS_WLAN, 3600, -1, 2, 1},
		{CLASS_WLAN, 3600, 0, 2, 0},
		{CLASS_WLAN, 3600, 1, 2, 1},
		{CLASS_WLAN, 3600, 2, 2, 1},
		{CLASS_WLAN, 0, -1, 0, -1},
		{CLASS_WLAN, 0, 1, 1, 1},
		{CLASS_VPN, 3600, -1, 1, -1},
		{CLASS_VPN, 3600, 1, 2, 0},
		{CLASS_VPN, 3600, 0, 2, 0},
		{CLASS_VPN, 0, 1, 1, 1},
		{CLASS_NETWORK_DEVICE, 3600, 1, 2, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;
		int sent = -1;

		config.entry.class = rows[i].class;
		config.nreplies = rows[i].said >= 0;
		config.replies[0] = 1;
		replies[1].n = 1;
		replies[1].values[0] = (struct dictionary_value){
			.type = 29, .len = 4, .bytes = {0, 0, 0, (uint8_t)rows[i].said}};
		sessions(rows[i].longest, 0);
		n = attributes(0, 8);
		ck_assert_uint_eq(n, rows[i].n);
		for (size_t j = 0; j < n; j++)
			if (values[j].type == 29)
				sent = (int)seconds_at(j, 29);
		ck_assert_int_eq(sent, rows[i].sent);
	}
}
END_TEST

static Suite *
site_attributes_suite(void)
{
	Suite *suite = suite_create("site_attributes");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, d8_none_for_unmarked_clients);
	tcase_add_test(tc, sections_in_their_order);
	tcase_add_test(tc, groups_one_by_one);
	tcase_add_test(tc, groups_together);
	tcase_add_test(tc, an_attribute_that_no_dictionary_has);
	tcase_add_test(tc, c21_sessions_end);
	tcase_add_test(tc, c21_a_section_may_only_say_less);
	tcase_add_test(tc, c21_reauthentication_at_the_end);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(site_attributes_suite)
