/* Views: pages of the log against a walk over all of it, and the smaller ones. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define ROWS 400

static struct audit_row all[ROWS + 1]; /* by seq */

static const enum audit_class classes[] = {
	AUDIT_AUTH, AUDIT_AUTH, AUDIT_AUTH, AUDIT_SESSION, AUDIT_FINDING};
static const enum audit_result results[] = {
	AUDIT_SUCCESS, AUDIT_SUCCESS, AUDIT_FAILURE, AUDIT_UNAVAILABLE, AUDIT_NEUTRAL};

/* Rows over some days, with a clock that steps back and forth on the way; one commit. */
static void
setup(void)
{
	static struct store_job job;
	char user[16];

	fx_setup();
	for (unsigned seq = 1; seq <= ROWS; seq++) {
		(void)snprintf(user, sizeof(user), "user%u", seq % 7);
		all[seq] = fx_row("x", user);
		all[seq].class = classes[seq % 5];
		all[seq].result = results[(seq / 5) % 5];
		fx_advance(17 * 60 * FX_SECOND);
		if (seq % 90 == 0)
			fx_step_wall(-7 * 3600 * FX_SECOND);
		if (seq % 130 == 0)
			fx_step_wall(20 * 3600 * FX_SECOND);
	}
	job.kind = STORE_ADMIN;
	job.u.admin.rows = &all[1];
	job.u.admin.nrows = ROWS;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
}

static bool
wanted(const struct store_view *view, uint64_t seq)
{
	const struct audit_row *row = &all[seq];

	return (view->user[0] == '\0' || strcmp(view->user, row->user) == 0) &&
	       (view->class == 0 || view->class == (int)row->class) &&
	       (view->result < 0 || view->result == (int)row->result) &&
	       (view->since_us == 0 || row->time_us >= view->since_us) &&
	       (view->until_us == 0 || row->time_us < view->until_us);
}

/* All pages in both directions are what a walk finds. */
static void
compare(struct store_view question, size_t limit)
{
	static struct store_audit_entry entries[VIEW_PAGE];
	static struct store_job job;
	bool down = question.newest_first;
	uint64_t seq = down ? ROWS : 1;
	size_t n = 0;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_VIEW;
	job.u.view = question;
	job.u.view.kind = VIEW_AUDIT;
	job.u.view.limit = limit;
	job.u.view.audit = entries;
	do {
		ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
		for (size_t i = 0; i < job.u.view.n; i++, n++) {
			while (seq >= 1 && seq <= ROWS && !wanted(&question, seq))
				seq += down ? (uint64_t)-1 : 1;
			ck_assert_uint_eq(entries[i].seq, seq);
			seq += down ? (uint64_t)-1 : 1;
			job.u.view.after = entries[i].seq;
		}
	} while (job.u.view.n == limit);
	while (seq >= 1 && seq <= ROWS && !wanted(&question, seq))
		seq += down ? (uint64_t)-1 : 1;
	ck_assert_uint_eq(seq, down ? 0 : ROWS + 1);
}

static const struct {
	int64_t since_h, until_h; /* hours from the start; 0 = open */
} spans[] = {{0, 0}, {5, 0}, {0, 9}, {10, 30}, {20, 21}, {40, 41}, {90, 200}, {500, 0}, {0, -5},
	{-9, 0}, {30, 20}};

START_TEST(pages_of_the_log)
{
	static const int class_of[] = {
		0, AUDIT_AUTH, AUDIT_SESSION, AUDIT_FINDING, AUDIT_TOMBSTONE};
	struct store_view view = {.result = -1};

	view.since_us =
		spans[_i].since_h == 0 ? 0 : FX_START + spans[_i].since_h * 3600 * FX_SECOND + 1;
	view.until_us =
		spans[_i].until_h == 0 ? 0 : FX_START + spans[_i].until_h * 3600 * FX_SECOND + 1;
	for (int user = 0; user < 2; user++) {
		(void)snprintf(view.user, sizeof(view.user), "%s", user == 0 ? "" : "user3");
		for (size_t c = 0; c < 5; c++) {
			view.class = class_of[c];
			for (view.result = -1; view.result < 4; view.result++) {
				view.newest_first = false;
				compare(view, 7);
				view.newest_first = true;
				compare(view, VIEW_PAGE);
			}
		}
	}
}
END_TEST

START_TEST(accounts_and_credentials)
{
	static struct store_job job;
	static struct account accounts[VIEW_PAGE];
	static struct credential credentials[VIEW_PAGE];
	char name[16];
	int64_t last = 0;
	size_t seen = 0;

	for (int i = 0; i < 10; i++) {
		struct credential credential = fx_credential(FACTOR_TOTP, 0);

		(void)snprintf(name, sizeof(name), "u%d", i);
		last = fx_add_account(name);
		credential.account_id = last;
		(void)fx_add_credential(&credential, NULL, 0);
	}
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_VOID, .account_id = last}),
		WF_OK);
	job.kind = STORE_VIEW;
	job.u.view.kind = VIEW_ACCOUNTS;
	job.u.view.limit = 4;
	job.u.view.accounts = accounts;
	do {
		ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
		for (size_t i = 0; i < job.u.view.n; i++, seen++) {
			(void)snprintf(name, sizeof(name), "u%zu", seen);
			ck_assert_str_eq(accounts[i].name, name);
			job.u.view.after = (uint64_t)accounts[i].id;
		}
	} while (job.u.view.n == 4);
	ck_assert_uint_eq(seen, 10);
	job.u.view.after = 0;
	(void)snprintf(job.u.view.user, sizeof(job.u.view.user), "u7");
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 1);
	ck_assert_str_eq(accounts[0].name, "u7");

	job.u.view.kind = VIEW_CREDENTIALS;
	job.u.view.limit = VIEW_PAGE;
	job.u.view.credentials = credentials;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 10);
	job.u.view.account_id = last;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 1);
	ck_assert_int_eq(credentials[0].state, CREDENTIAL_VOID);
	ck_assert_uint_eq(credentials[0].secret_len, 0);
}
END_TEST

START_TEST(locks_and_counts)
{
	static struct store_job job;
	static struct throttle_state locks[STORE_LANES];
	struct store_counts counts;
	int64_t id = fx_add_account("alice");
	struct credential credential = fx_credential(FACTOR_TOTP, id);

	(void)fx_add_credential(&credential, NULL, 0);
	for (unsigned txn = 1; txn <= 10; txn++) {
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn, "alice", SETTLE_FAILURE, id, NULL), WF_OK);
		ck_assert_int_eq(fx_reserve(txn, "nobody"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn, "nobody", SETTLE_FAILURE, 0, NULL), WF_OK);
	}
	ck_assert_int_eq(fx_reserve(99, "bob"), THROTTLE_ADMIT);
	job.kind = STORE_VIEW;
	job.u.view.kind = VIEW_LOCKS;
	job.u.view.locks = locks;
	job.u.view.nkeys = 2;
	fx_key("alice", LANE_ACCOUNT, job.u.view.keys[0]);
	fx_key("alice", LANE_POSSESSION, job.u.view.keys[1]);
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 2);
	ck_assert_uint_eq(locks[0].failures, 10);
	ck_assert_int_eq(locks[0].locked_until_ms, job.u.view.lock_ms + 3600000);
	ck_assert_uint_eq(locks[1].failures, 0);
	ck_assert_int_eq(locks[1].lane, LANE_POSSESSION);

	counts = fx_counts();
	ck_assert_uint_eq(counts.accounts, 1);
	ck_assert_uint_eq(counts.credentials, 1);
	ck_assert_uint_eq(counts.audit_rows, fx_last_seq());
	ck_assert_uint_eq(counts.reservations, 1);
	ck_assert_uint_eq(counts.throttles, 2);
	ck_assert_uint_eq(counts.locked, 1);
	ck_assert_uint_gt(counts.commits, 20);
	ck_assert_uint_gt(counts.jobs, counts.commits);
	ck_assert_int_gt(counts.bytes, 4096);
	fx_advance(3600 * FX_SECOND);
	ck_assert_uint_eq(fx_counts().locked, 0);
}
END_TEST

START_TEST(questions_that_cannot_be)
{
	static struct store_job job;
	static struct account accounts[VIEW_PAGE];

	job.kind = STORE_VIEW;
	job.u.view.kind = VIEW_ACCOUNTS;
	job.u.view.limit = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.u.view.accounts = accounts;
	job.u.view.limit = 0;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.u.view.limit = VIEW_PAGE + 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.u.view.kind = (enum store_view_kind)99;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.lanes.n = STORE_LANES + 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	job.kind = STORE_JOB_KINDS + 99;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
}
END_TEST

static Suite *
view_suite(void)
{
	Suite *suite = suite_create("store-view");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, pages_of_the_log, 0, (int)(sizeof(spans) / sizeof(spans[0])));
	suite_add_tcase(suite, tc);
	tc = tcase_create("others");
	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, accounts_and_credentials);
	tcase_add_test(tc, locks_and_counts);
	tcase_add_test(tc, questions_that_cannot_be);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(view_suite)
