/* Grants: found by account, group and place while they hold; used in the login's own commit. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static int64_t alice;

static void
setup(void)
{
	fx_setup();
	alice = fx_add_account("alice");
}

static void
in_groups(const char *first, const char *second)
{
	struct account account = fx_read("alice")->account;

	account.ngroups = 2;
	(void)snprintf(account.groups[0], sizeof(account.groups[0]), "%s", first);
	(void)snprintf(account.groups[1], sizeof(account.groups[1]), "%s", second);
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &account}), WF_OK);
}

/* For a week. */
static int64_t
give(int64_t account_id, const char *members, const char *place)
{
	struct grant grant = {
		.account_id = account_id, .until_us = fx_now().wall_us + 7 * FX_DAY};
	struct effect effect = {.kind = EFFECT_GRANT_ADD, .grant = &grant};
	struct store_admin admin;

	(void)snprintf(grant.members, sizeof(grant.members), "%s", members);
	(void)snprintf(grant.place, sizeof(grant.place), "%s", place);
	(void)snprintf(grant.granted_by, sizeof(grant.granted_by), "root");
	(void)snprintf(grant.reason, sizeof(grant.reason), "because");
	ck_assert_int_eq(fx_admin(&effect, 1, &admin), WF_OK);
	return admin.grant_id;
}

static int64_t
holds(const char *service, const char *host)
{
	static struct store_job job;

	store_job_init(&job, STORE_READ);
	job.u.read.name = "alice";
	job.u.read.uid = -1;
	job.u.read.grant_service = service;
	job.u.read.grant_host = host;
	job.u.read.date_us = fx_now().wall_us;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return job.u.read.grant;
}

static wf_status
end(int64_t id)
{
	return fx_effect((struct effect){.kind = EFFECT_GRANT_END, .value = id});
}

START_TEST(each_way_to_name_a_place)
{
	static const struct {
		const char *place;
		bool sshd_web1, sshd_web2, su_web1, gateway;
	} table[] = {
		{"sshd", true, true, false, true},
		{"sshd@web1", true, false, false, false},
		{"@web1", true, false, true, false},
		{"@web2", false, true, false, false},
		{"@", false, false, false, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t id = give(alice, "", table[i].place);

		ck_assert_int_eq(holds("sshd", "web1"), table[i].sshd_web1 ? id : 0);
		ck_assert_int_eq(holds("sshd", "web2"), table[i].sshd_web2 ? id : 0);
		ck_assert_int_eq(holds("su", "web1"), table[i].su_web1 ? id : 0);
		ck_assert_int_eq(holds("sshd", NULL), table[i].gateway ? id : 0);
		ck_assert_int_eq(end(id), WF_OK);
		ck_assert_int_eq(holds("sshd", "web1"), 0);
	}
}
END_TEST

START_TEST(nobody_asks_for_one)
{
	(void)give(alice, "", "sshd");
	ck_assert_int_eq(holds(NULL, "web1"), 0);
}
END_TEST

START_TEST(by_a_group)
{
	int64_t id = give(0, "staff", "sshd");

	ck_assert_int_eq(holds("sshd", "web1"), 0);
	in_groups("ops", "staff");
	ck_assert_int_eq(holds("sshd", "web1"), id);
	in_groups("ops", "staffing");
	ck_assert_int_eq(holds("sshd", "web1"), 0);
}
END_TEST

START_TEST(its_end)
{
	int64_t id = give(alice, "", "sshd");

	fx_advance(7 * FX_DAY - 1);
	ck_assert_int_eq(holds("sshd", ""), id);
	fx_advance(1);
	ck_assert_int_eq(holds("sshd", ""), 0);
}
END_TEST

START_TEST(ended_once)
{
	int64_t id = give(alice, "", "sshd");

	ck_assert_int_eq(end(id), WF_OK);
	ck_assert_int_eq(end(id), WF_NOT_FOUND);
	ck_assert_int_eq(end(id + 1), WF_NOT_FOUND);
}
END_TEST

static const char *const details[] = {"ended since holds again", "ended grants of the replaced"};

/* What the replaced store knows to be ended stays so; else the row says that it holds. */
START_TEST(ended_over_a_restore)
{
	int64_t id = give(alice, "", "sshd");

	fx_back_up();
	ck_assert_int_eq(end(id), WF_OK);
	fx_restore(_i > 0);
	ck_assert_int_eq(holds("sshd", ""), _i > 0 ? 0 : id);
	ck_assert_ptr_nonnull(strstr(fx_last().detail, details[_i]));
}
END_TEST

/* A second one takes the place of the first, but not of another one's. */
START_TEST(one_at_a_time)
{
	int64_t group = give(0, "staff", "sshd"), first = give(alice, "", "sshd");
	int64_t second = give(alice, "", "sshd");

	ck_assert_int_ne(first, second);
	ck_assert_int_eq(holds("sshd", ""), second);
	ck_assert_int_eq(end(first), WF_NOT_FOUND);
	ck_assert_int_eq(end(second), WF_OK);
	ck_assert_int_eq(end(group), WF_OK);
}
END_TEST

START_TEST(of_an_account_or_a_group)
{
	struct grant grant = {.account_id = alice, .members = "staff", .place = "sshd"};
	struct effect effect = {.kind = EFFECT_GRANT_ADD, .grant = &grant};

	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
	grant = (struct grant){.place = "sshd"};
	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
	effect.grant = NULL;
	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
}
END_TEST

static bool
log_in_by(unsigned txn, int64_t id)
{
	bool applied = false;
	const struct effect use = {.kind = EFFECT_GRANT_USE,
		.account_id = alice,
		.value = id,
		.value2 = fx_now().wall_us};

	ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(txn, "alice", SETTLE_SUCCESS, alice, use, &applied), WF_OK);
	return applied;
}

static struct grant
only_grant(bool ended)
{
	static struct grant page[VIEW_PAGE];
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){
		.kind = VIEW_GRANTS, .limit = VIEW_PAGE, .grants = page, .ended = ended};
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 1);
	return page[0];
}

START_TEST(a_login_uses_it)
{
	int64_t id = give(alice, "", "sshd@web1");
	struct grant grant = only_grant(false);

	ck_assert_int_eq(grant.id, id);
	ck_assert_int_eq(grant.used_us, 0);
	ck_assert_str_eq(grant.user, "alice");
	ck_assert_str_eq(grant.place, "sshd@web1");
	ck_assert_str_eq(grant.granted_by, "root");
	ck_assert_str_eq(grant.reason, "because");
	fx_advance(FX_DAY);
	ck_assert(log_in_by(1, id));
	ck_assert_int_eq(only_grant(false).used_us, FX_START + FX_DAY);
	fx_advance(FX_DAY);
	ck_assert(log_in_by(2, id));
	ck_assert_int_eq(only_grant(false).used_us, FX_START + 2 * FX_DAY);
}
END_TEST

/* It ended between the look and the commit: no login, and no wrong answer either. */
START_TEST(one_that_has_ended_lets_nobody_in)
{
	int64_t id = give(alice, "", "sshd");

	ck_assert_int_eq(end(id), WF_OK);
	ck_assert(!log_in_by(1, id));
	ck_assert_str_eq(fx_last().reason, "no-grant");
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_int_eq(only_grant(true).used_us, 0);
	id = give(alice, "", "sshd");
	fx_advance(7 * FX_DAY);
	ck_assert(!log_in_by(2, id));
	ck_assert_str_eq(fx_last().reason, "no-grant");
}
END_TEST

START_TEST(they_go_with_the_account)
{
	int64_t id = give(alice, "", "sshd");

	ck_assert(log_in_by(1, id));
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_REMOVE, .account_id = alice}),
		WF_OK);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM granted"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM grant_use"), 0);
}
END_TEST

START_TEST(pages_of_them)
{
	static struct grant page[VIEW_PAGE];
	struct store_job job = {.kind = STORE_VIEW};
	struct store_view *view = &job.u.view;
	int64_t first = give(alice, "", "a"), second = give(0, "staff", "b");

	*view = (struct store_view){
		.kind = VIEW_GRANTS, .limit = 1, .grants = page, .ended = true, .result = -1};
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_int_eq(page[0].id, first);
	view->after = (uint64_t)first;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_int_eq(page[0].id, second);
	ck_assert_str_eq(page[0].user, "");
	ck_assert_str_eq(page[0].members, "staff");
	ck_assert_int_eq(end(second), WF_OK);
	view->ended = false;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(view->n, 0);
	view->after = 0;
	view->limit = VIEW_PAGE;
	(void)snprintf(view->user, sizeof(view->user), "alice");
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(view->n, 1);
	(void)snprintf(view->user, sizeof(view->user), "bob");
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(view->n, 0);
	view->grants = NULL;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
}
END_TEST

static Suite *
grant_suite(void)
{
	Suite *suite = suite_create("store-grant");
	TCase *tc = tcase_create("grants");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, each_way_to_name_a_place);
	tcase_add_test(tc, nobody_asks_for_one);
	tcase_add_test(tc, by_a_group);
	tcase_add_test(tc, its_end);
	tcase_add_test(tc, ended_once);
	tcase_add_loop_test(tc, ended_over_a_restore, 0, 2);
	tcase_add_test(tc, one_at_a_time);
	tcase_add_test(tc, of_an_account_or_a_group);
	tcase_add_test(tc, a_login_uses_it);
	tcase_add_test(tc, one_that_has_ended_lets_nobody_in);
	tcase_add_test(tc, they_go_with_the_account);
	tcase_add_test(tc, pages_of_them);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(grant_suite)
