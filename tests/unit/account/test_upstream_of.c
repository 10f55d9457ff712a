/* Whose factor another server knows, and how it is said: `user show`, `why`. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/upstream_of.h"
#include "tests/unit/account/rig.h"

#define KNOWLEDGE_AT 1

static struct config_upstream sections[] = {
	{.name = "passlogic",
		.factor = UPSTREAM_POSSESSION,
		.groups = {.names = {"old", "older"}, .n = 2}},
	{.name = "ldap", .factor = UPSTREAM_KNOWLEDGE, .groups = {.names = {"old"}, .n = 1}},
	{.name = "centre", .factor = UPSTREAM_NONE},
};
static const struct config_upstreams upstreams = {.list = sections, .n = 3};

/* What an account has, and who is asked about it: its codes, its password. */
static const struct row {
	const char *group;
	enum factor_id factor;
	enum credential_state state;
	const char *codes, *password;
} rows[] = {
	{"old", FACTOR_NONE, CREDENTIAL_ACTIVE, "passlogic", "ldap"},
	{"older", FACTOR_NONE, CREDENTIAL_ACTIVE, "passlogic", ""},
	{"new", FACTOR_NONE, CREDENTIAL_ACTIVE, "", ""},
	{"", FACTOR_NONE, CREDENTIAL_ACTIVE, "", ""},
	{"old", FACTOR_PASSWORD, CREDENTIAL_ACTIVE, "passlogic", ""},
	{"old", FACTOR_PASSWORD, CREDENTIAL_VOID, "passlogic", "ldap"},
	{"old", FACTOR_TOTP, CREDENTIAL_ACTIVE, "", "ldap"},
	{"old", FACTOR_TOTP, CREDENTIAL_PENDING, "passlogic", "ldap"},
	{"old", FACTOR_TOTP, CREDENTIAL_VOID, "passlogic", "ldap"},
	{"old", FACTOR_HOTP, CREDENTIAL_ACTIVE, "", "ldap"},
	{"old", FACTOR_HOTP, CREDENTIAL_RESYNC, "", "ldap"},
	{"old", FACTOR_RECOVERY, CREDENTIAL_ACTIVE, "passlogic", "ldap"},
};

static const char *
name_of(const struct config_upstream *section)
{
	return section != NULL ? section->name : "";
}

START_TEST(who_is_asked)
{
	const struct row *row = &rows[_i];
	const struct credential credential = {.factor = row->factor, .state = row->state};
	struct account account = {.ngroups = row->group[0] != '\0' ? 1 : 0};
	size_t n = row->factor == FACTOR_NONE ? 0 : 1;
	unsigned kinds = (row->codes[0] != '\0' ? KIND_POSSESSION : 0) |
			 (row->password[0] != '\0' ? KIND_KNOWLEDGE : 0);

	(void)snprintf(account.groups[0], sizeof(account.groups[0]), "%s", row->group);
	ck_assert_str_eq(
		name_of(account_upstream(&upstreams, &account, &credential, n, KIND_POSSESSION)),
		row->codes);
	ck_assert_str_eq(
		name_of(account_upstream(&upstreams, &account, &credential, n, KIND_KNOWLEDGE)),
		row->password);
	ck_assert_uint_eq(account_upstream_kinds(&upstreams, &account, &credential, n), kinds);
}
END_TEST

static void
setup(void)
{
	rig_setup();
	rig.config.upstreams = upstreams;
	rig_ok("user.add", "user=bob", "groups=old");
}

START_TEST(show_says_it)
{
	rig_ok("user.show", "user=bob");
	ck_assert_str_eq(rig_cell(0, "factors"), "upstream:ldap+upstream:passlogic");
	rig.config.upstreams.n = 1;
	rig_ok("user.show", "user=bob");
	ck_assert_str_eq(rig_cell(0, "factors"), "upstream:passlogic");
}
END_TEST

START_TEST(show_after_the_move)
{
	rig_user("alice");
	rig_ok("user.set", "user=alice", "groups=old");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "factors"), "password+totp");
}
END_TEST

/* A row as the engine writes it. */
static void
refuse(const char *reason, const char *detail)
{
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	audit_row_init(&row, AUDIT_AUTH, "login");
	row.result = AUDIT_FAILURE;
	row.time_us = rig.now.wall_us;
	AUDIT_TEXT(row.user, "bob");
	AUDIT_TEXT(row.source, "192.0.2.7");
	AUDIT_TEXT(row.reason, reason);
	AUDIT_TEXT(row.detail, detail);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

START_TEST(why_names_the_server)
{
	rig.config.upstreams.n = KNOWLEDGE_AT;
	refuse("upstream-refused", "zone internet; upstream passlogic (192.0.2.9:1812): reject");
	rig_ok("why", "user=bob");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"Another server, which knows this factor of the account, refused the answer. "
		"(upstream passlogic "
		"(192.0.2.9:1812): reject) As long as it has no token of its own, the server "
		"'passlogic' is asked about its "
		"codes.");
}
END_TEST

START_TEST(each_reason_is_explained)
{
	static const char *const reasons[] = {"upstream-refused", "upstream-away",
		"upstream-challenge", "upstream-rounds", "upstream-left"};

	refuse(reasons[_i], "zone internet");
	rig_ok("why", "user=bob");
	ck_assert_ptr_null(strstr(rig_cell(0, "explanation"), "The log gives the reason"));
	ck_assert_ptr_nonnull(
		strstr(rig_cell(0, "explanation"), "the server 'ldap' is asked about it."));
}
END_TEST

static Suite *
upstream_suite(void)
{
	Suite *suite = suite_create("account-upstream-of");
	TCase *pure = tcase_create("pure"), *acts = tcase_create("acts");

	tcase_add_loop_test(pure, who_is_asked, 0, (int)COUNT_OF(rows));
	suite_add_tcase(suite, pure);
	tcase_add_checked_fixture(acts, setup, rig_teardown);
	tcase_add_test(acts, show_says_it);
	tcase_add_test(acts, show_after_the_move);
	tcase_add_test(acts, why_names_the_server);
	tcase_add_loop_test(acts, each_reason_is_explained, 0, 5);
	suite_add_tcase(suite, acts);
	return suite;
}

UNIT_MAIN(upstream_suite)
