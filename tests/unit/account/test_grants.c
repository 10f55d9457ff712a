/* The acts about the register of services and hosts, and about grants. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/account/rig.h"

#define UNTIL "until=1775692800000000" /* 2026-04-09, thirty days on */
#define DAY_S 86400

static struct policy_service *
service_of(const char *name)
{
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&rig.config.policy, name, &service), WF_OK);
	return service;
}

static void
setup(void)
{
	struct policy_host *host;

	rig_setup();
	policy_init(&rig.config.policy);
	(void)snprintf(rig.config.node, sizeof(rig.config.node), "here");
	service_of("sshd")->entry = (struct policy_entry){.grants = GRANTS_REQUIRED,
		.class = CLASS_SERVER,
		.data = DATA_2,
		.administrator = "Arai",
		.responsible = "Baba"};
	ck_assert_int_eq(policy_host_add(&rig.config.policy, "web1", &host), WF_OK);
	host->entry = (struct policy_entry){
		.grants = GRANTS_REQUIRED, .class = CLASS_LOG_STORE, .data = DATA_3};
	rig_ok("user.add", "user=alice", "groups=staff");
}

START_TEST(added_listed_ended)
{
	struct audit_row row;

	rig_ok("grant.add", "place=sshd@web1", "user=alice", UNTIL, "reason=on call");
	ck_assert_ptr_nonnull(
		strstr(rig.text, "Grant 1: 'alice' may use 'sshd@web1' until 2026-04-"));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "grant.add");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_ptr_nonnull(strstr(row.detail, "sshd@web1 until 2026-04-"));
	rig_ok("grant.add", "place=@web1", "group=staff", UNTIL);
	rig_last_row(&row);
	ck_assert_str_eq(row.user, "");
	ck_assert_ptr_nonnull(strstr(row.detail, "group staff for @web1 until"));
	rig_ok("grant.list");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "user"), "alice");
	ck_assert_str_eq(rig_cell(0, "reason"), "on call");
	ck_assert_str_eq(rig_cell(0, "state"), "holds");
	ck_assert_str_eq(rig_cell(0, "used"), "");
	ck_assert_int_eq(rig_number(0, "until"), INT64_C(1775692800000000));
	ck_assert_str_eq(rig_cell(1, "group"), "staff");
	ck_assert_str_eq(rig_cell(1, "user"), "");
	rig_ok("grant.list", "user=alice");
	ck_assert_uint_eq(rig.nrows, 1);
	rig_ok("grant.list", "place=@web1");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "id"), 2);
	rig_ok("grant.end", "id=2", "reason=over");
	rig_last_row(&row);
	ck_assert_ptr_nonnull(strstr(row.detail, "grant 2 of group staff for @web1"));
	rig_ok("grant.list");
	ck_assert_uint_eq(rig.nrows, 1);
	rig_ok("grant.list", "all=1");
	ck_assert_str_eq(rig_cell(1, "state"), "ended");
	rig_advance(31 * DAY_S);
	rig_ok("grant.list");
	ck_assert_str_eq(rig_cell(0, "state"), "expired");
}
END_TEST

START_TEST(what_cannot_be_granted)
{
	rig_no(WF_INVALID, "'@' is no place; write SERVICE, SERVICE@HOST or @HOST.", "grant.add",
		"place=@", "user=alice", UNTIL);
	rig_no(WF_NOT_FOUND,
		"There is no service 'shd' in the register: see 'warifu service list', or write a "
		"section 'service' into warifu.conf.",
		"grant.add", "place=shd", "user=alice", UNTIL);
	rig_no(WF_NOT_FOUND,
		"There is no host 'web2' in the register: write a section 'host' into "
		"warifu.conf.",
		"grant.add", "place=sshd@web2", "user=alice", UNTIL);
	rig_no(WF_NOT_FOUND, "There is no account 'bob'.", "grant.add", "place=sshd", "user=bob",
		UNTIL);
	rig_no(WF_INVALID, "The end of a grant lies in the future.", "grant.add", "place=sshd",
		"user=alice", "until=1773100800000000");
	rig_no(WF_INVALID,
		"Say either --user, for an account, or --group, for all members of a group.",
		"grant.add", "place=sshd", UNTIL);
	rig_no(WF_INVALID,
		"Say either --user, for an account, or --group, for all members of a group.",
		"grant.add", "place=sshd", "user=alice", "group=staff", UNTIL);
	rig_no(WF_INVALID, "'a,b' is no name of a group: a-z, 0-9, '.', '_' and '-'.", "grant.add",
		"place=sshd", "group=a,b", UNTIL);
	rig_no(WF_NOT_FOUND,
		"There is no grant 7 that could be ended; 'warifu grant list' shows all.",
		"grant.end", "id=7", "reason=over");
	ck_assert_int_ne(
		rig_act("grant.add", "place=sshd", "user=alice", NULL), WF_OK); /* without end */
}
END_TEST

/* SCS-4-1-7-3, IPA-6.1a: who does not meet the condition cannot be given one. */
START_TEST(by_the_scope)
{
	service_of("sshd")->entry.scope = (struct group_set){.names = {"ops"}, .n = 1};
	rig_no(WF_DENIED,
		"Only members of the groups in 'scope' of the register can be granted it: see "
		"'warifu service show'.",
		"grant.add", "place=sshd", "user=alice", UNTIL);
	rig_no(WF_DENIED,
		"Only members of the groups in 'scope' of the register can be granted it: see "
		"'warifu service show'.",
		"grant.add", "place=sshd@here", "group=staff", UNTIL);
	rig_ok("grant.add", "place=sshd", "group=ops", UNTIL);
	rig_ok("user.set", "user=alice", "groups=ops");
	rig_ok("grant.add", "place=sshd", "user=alice", UNTIL);
}
END_TEST

START_TEST(where_none_is_needed)
{
	rig_ok("grant.add", "place=su", "user=alice", UNTIL);
	ck_assert_ptr_nonnull(strstr(rig.text, "Nobody needs one there yet"));
	rig_ok("grant.add", "place=su@web1", "user=alice", UNTIL);
	ck_assert_ptr_null(strstr(rig.text, "Nobody needs one there yet"));
}
END_TEST

START_TEST(who_may)
{
	rig.uid = 1001;
	rig.role = ROLE_OFFICER;
	ck_assert_int_eq(
		rig_act("grant.add", "place=sshd", "user=alice", UNTIL, NULL), WF_DENIED);
	rig.role = ROLE_AUDITOR;
	ck_assert_int_eq(rig_act("grant.end", "id=1", "reason=x", NULL), WF_DENIED);
	rig_ok("grant.list");
	rig_ok("service.list");
}
END_TEST

static size_t
row_named(const char *name)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "service"), name) == 0)
			return i;
	ck_abort_msg("%s is not in the register", name);
}

START_TEST(the_register)
{
	size_t row;

	rig_ok("grant.add", "place=sshd@web1", "user=alice", UNTIL);
	rig_ok("grant.add", "place=@web1", "user=alice", UNTIL);
	rig_ok("grant.add", "place=sshd", "group=staff", UNTIL);
	rig_ok("service.list");
	row = row_named("sshd");
	ck_assert_str_eq(rig_cell(row, "what"), "service");
	ck_assert_str_eq(rig_cell(row, "class"), "server");
	ck_assert_str_eq(rig_cell(row, "data"), "2");
	ck_assert_str_eq(rig_cell(row, "grants"), "required");
	ck_assert_str_eq(rig_cell(row, "administrator"), "Arai");
	ck_assert_str_eq(rig_cell(row, "responsible"), "Baba");
	ck_assert_int_eq(rig_number(row, "held"), 3);
	ck_assert_int_eq(rig_number(row, "kinds"), 2);
	row = row_named("web1");
	ck_assert_str_eq(rig_cell(row, "what"), "host");
	ck_assert_int_eq(rig_number(row, "held"), 2);
	ck_assert_str_eq(rig_cell(row, "kinds"), "");
	row = row_named("su");
	ck_assert_str_eq(rig_cell(row, "data"), "unclassified");
	ck_assert_str_eq(rig_cell(row, "origin"), "built in");
	for (size_t i = 0; i < rig.nrows; i++)
		ck_assert_str_ne(rig_cell(i, "service"), "cron");
	rig_advance(31 * DAY_S);
	rig_ok("service.show", "name=sshd");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "held"), 0);
	ck_assert_ptr_nonnull(strstr(rig.text, "Nobody can enter"));
	rig_ok("service.show", "name=su");
	ck_assert_ptr_nonnull(strstr(rig.text, "count as class 3"));
	rig_ok("service.show", "name=@web1");
	ck_assert_str_eq(rig_cell(0, "what"), "host");
	rig_no(WF_NOT_FOUND, "'@su' is not in the register: see 'warifu service list'.",
		"service.show", "name=@su");
	rig_no(WF_NOT_FOUND, "'web9' is not in the register: see 'warifu service list'.",
		"service.show", "name=web9");
}
END_TEST

/* `why` looks for the grant as a login does, and says which one it is. */
START_TEST(why_says_the_grant)
{
	rig_user("olga");
	rig_ok("why", "user=olga", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "reason"), "no-grant");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "explanation"), "has none that holds: see"));
	rig_ok("grant.add", "place=sshd@here", "user=olga", UNTIL);
	rig_ok("why", "user=olga", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "result"), "asked");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password and a one-time code are asked for. One enters there by a grant "
		"alone: number 1, for 'sshd@here', ends on 2026-04-09 00:00:00 +0000.");
	rig_advance(31 * DAY_S);
	rig_ok("why", "user=olga", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "reason"), "no-grant");
	rig_ok("user.set", "user=olga", "groups=staff");
	rig_ok("grant.add", "place=sshd", "group=staff", "until=1798761600000000");
	rig_ok("why", "user=olga", "service=sshd", "from=192.0.2.7");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "explanation"),
		"number 2, of group 'staff', for 'sshd', ends on 2027-01-01"));
	rig_ok("why", "user=olga", "service=su");
	ck_assert_ptr_null(strstr(rig_cell(0, "explanation"), "grant"));
}
END_TEST

/* Whom another module answers for enters without one, so none is told. */
START_TEST(why_says_no_grant_of_who_needs_none)
{
	rig_ok("user.exempt", "user=backup", "uid=34", "reason=moves in June",
		"until=1783036800000000");
	rig_ok("why", "user=backup", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "result"), "not-asked");
	ck_assert_str_eq(
		rig_cell(0, "explanation"), "Nobody is asked for anything here.");
}
END_TEST

static void
doctor_says(const char *level, const char *start)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "name"), "grants") != 0)
			continue;
		ck_assert_str_eq(rig_cell(i, "level"), level);
		ck_assert_msg(strncmp(rig_cell(i, "text"), start, strlen(start)) == 0, "%s",
			rig_cell(i, "text"));
		return;
	}
	ck_abort_msg("the doctor says nothing of grants");
}

/* SCS-4-1-7-6: what has been granted is watched. */
START_TEST(what_the_doctor_sees)
{
	doctor_says("bad", "Nobody can enter where a grant is needed and none holds: sshd, web1.");
	rig_ok("grant.add", "place=@web1", "user=alice", "until=1804291200000000");
	doctor_says("ok", "Grants that hold: 1;");
	rig_ok("grant.add", "place=su", "user=alice", UNTIL);
	rig_advance(31 * DAY_S);
	doctor_says("warn", "Grants whose end is over: 1.");
	rig_ok("grant.end", "id=2", "reason=over");
	doctor_says("ok", "Grants that hold: 1;");
	rig_advance(60 * DAY_S);
	doctor_says("warn", "Grants that nobody has used for 90 days: 1.");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/grants");
	TCase *tcase = tcase_create("grants");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, added_listed_ended);
	tcase_add_test(tcase, why_says_the_grant);
	tcase_add_test(tcase, why_says_no_grant_of_who_needs_none);
	tcase_add_test(tcase, what_cannot_be_granted);
	tcase_add_test(tcase, by_the_scope);
	tcase_add_test(tcase, where_none_is_needed);
	tcase_add_test(tcase, who_may);
	tcase_add_test(tcase, the_register);
	tcase_add_test(tcase, what_the_doctor_sees);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
