/* Sessions: what su and sudo learn of the login they run in. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

struct place {
	const char *user, *service, *source;
	pid_t pid;
	unsigned long long start;
	uint32_t audit_session;
	const char *host, *boot; /* NULL = this machine */
};

static const struct place login = {"alice", "sshd", "192.0.2.7", 100, 5000, 7, NULL, NULL};
static const struct place nested = {"root", "su", "192.0.2.7", 120, 6000, 7, NULL, NULL};

static void
session(enum wf_session_event event, const struct place *place)
{
	static struct store_job job;
	struct store_session *s = &job.u.session;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_SESSION;
	s->event = event;
	(void)snprintf(s->user, sizeof(s->user), "%s", place->user);
	(void)snprintf(s->service, sizeof(s->service), "%s", place->service);
	(void)snprintf(s->source.text, sizeof(s->source.text), "%s", place->source);
	s->source.remote = true;
	s->zone = ZONE_INTERNAL;
	s->pid = place->pid;
	s->start = place->start;
	s->audit_session = place->audit_session;
	(void)snprintf(s->host, sizeof(s->host), "%s", place->host != NULL ? place->host : "");
	(void)snprintf(s->boot, sizeof(s->boot), "%s", place->boot != NULL ? place->boot : "");
	s->has_txn = true;
	s->txn[0] = 1;
	s->row = fx_row(event == WF_SESSION_OPEN ? "session.open" : "session.close", place->user);
	s->row.class = AUDIT_SESSION;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_str_eq(fx_last().event, s->row.event);
}

/*
 * Of a process with pid 100 and of audit session 7, as `login` has them, on this host in this boot
 * of it.
 */
static const char *
user_at(const char *host, const char *boot, bool by_process)
{
	static const pid_t pid = 100;
	static const unsigned long long start = 5000;
	static struct store_job job;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.uid = -1;
	job.u.read.host = host;
	job.u.read.boot = boot;
	job.u.read.audit_session = by_process ? 0 : 7;
	job.u.read.pids = &pid;
	job.u.read.starts = &start;
	job.u.read.npids = by_process ? 1 : 0;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return job.u.read.session_found ? job.u.read.session_user : "nobody";
}

static const struct store_read *
look(uint32_t audit_session, const pid_t *pids, const unsigned long long *starts, size_t n)
{
	static struct store_job job;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.uid = -1;
	job.u.read.audit_session = audit_session;
	job.u.read.pids = pids;
	job.u.read.starts = starts;
	job.u.read.npids = n;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return &job.u.read;
}

START_TEST(found_by_audit_session_and_process)
{
	const pid_t pids[] = {130, 120, 100};
	const unsigned long long starts[] = {7000, 6000, 5000};
	const unsigned long long reused[] = {7000, 6000, 5001};

	session(WF_SESSION_OPEN, &login);
	ck_assert(look(7, NULL, NULL, 0)->session_found);
	ck_assert(!look(8, NULL, NULL, 0)->session_found);
	ck_assert(!look(0, NULL, NULL, 0)->session_found);
	ck_assert(look(8, pids, starts, 3)->session_found);
	ck_assert(!look(0, pids, reused, 3)->session_found);
	ck_assert(!look(0, pids, starts, 2)->session_found);
	ck_assert_str_eq(look(7, NULL, NULL, 0)->session_source.text, "192.0.2.7");
	ck_assert(look(7, NULL, NULL, 0)->session_source.remote);
	ck_assert_int_eq(look(7, NULL, NULL, 0)->session_zone, ZONE_INTERNAL);
	ck_assert_str_eq(look(7, NULL, NULL, 0)->session_user, "alice");
}
END_TEST

START_TEST(the_outermost_login_counts)
{
	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &nested);
	ck_assert_str_eq(look(7, NULL, NULL, 0)->session_user, "alice");
	/* The end of su inside does not end the login, even if another process reports it. */
	session(WF_SESSION_CLOSE, &nested);
	ck_assert_str_eq(look(7, NULL, NULL, 0)->session_user, "alice");
	ck_assert_uint_eq(fx_counts().sessions_open, 1);
	session(WF_SESSION_CLOSE, &login);
	ck_assert(!look(7, NULL, NULL, 0)->session_found);
}
END_TEST

START_TEST(closed_from_another_process)
{
	struct place other = login;

	other.pid = 101;
	other.start = 5001;
	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &nested);
	session(WF_SESSION_CLOSE, &other);
	ck_assert_str_eq(look(7, NULL, NULL, 0)->session_user, "root");
	ck_assert_uint_eq(fx_counts().sessions_open, 1);
}
END_TEST

START_TEST(a_close_of_nothing_is_recorded)
{
	session(WF_SESSION_CLOSE, &login);
	ck_assert_uint_eq(fx_counts().sessions_open, 0);
	ck_assert_uint_eq(fx_last_seq(), 1);
}
END_TEST

START_TEST(opened_twice_is_one)
{
	struct place later = login;

	later.audit_session = 9;
	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &later);
	ck_assert_uint_eq(fx_counts().sessions_open, 1);
	ck_assert(look(9, NULL, NULL, 0)->session_found);
	ck_assert(!look(7, NULL, NULL, 0)->session_found);
}
END_TEST

/*
 * Numbers of one machine mean nothing on another, nor on the same one after it was started again.
 */
START_TEST(each_host_has_numbers_of_its_own)
{
	struct place web1 = {"bob", "sshd", "192.0.2.8", 100, 5000, 7, "web1", "b1"};
	struct place web2 = {"carol", "sshd", "192.0.2.9", 100, 5000, 7, "web2", "b2"};

	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &web1);
	session(WF_SESSION_OPEN, &web2);
	for (int by_process = 0; by_process <= 1; by_process++) {
		ck_assert_str_eq(user_at(NULL, NULL, by_process), "alice");
		ck_assert_str_eq(user_at("web1", "b1", by_process), "bob");
		ck_assert_str_eq(user_at("web2", "b2", by_process), "carol");
		ck_assert_str_eq(user_at("web2", "b1", by_process), "nobody");
	}
	web2.user = "bob"; /* not the bob of web1 */
	session(WF_SESSION_CLOSE, &web2);
	ck_assert_uint_eq(fx_counts().sessions_open, 3);
	session(WF_SESSION_CLOSE, &web1);
	ck_assert_str_eq(user_at("web1", "b1", false), "nobody");
	ck_assert_str_eq(user_at(NULL, NULL, false), "alice");
}
END_TEST

START_TEST(a_boot_of_a_host_ends_what_was_open_there)
{
	const struct place before = {"bob", "sshd", "192.0.2.8", 100, 5000, 7, "web1", "b1"};
	const struct place other = {"carol", "sshd", "192.0.2.9", 101, 5000, 8, "web2", "b1"};
	const struct place after = {"dave", "sshd", "192.0.2.8", 200, 900, 1, "web1", "b2"};

	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &before);
	session(WF_SESSION_OPEN, &other);
	session(WF_SESSION_OPEN, &after);
	ck_assert_uint_eq(fx_counts().sessions_open, 3);
	ck_assert_str_eq(user_at("web1", "b1", false), "nobody");
	ck_assert_str_eq(user_at(NULL, NULL, false), "alice");
}
END_TEST

static void
prove(unsigned number, int64_t account)
{
	ck_assert_int_eq(fx_reserve(number, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(number, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
}

/*
 * Of a login's session it is known when its owner proved himself, not when it was opened last: a
 * transaction that comes a second time proves nothing anew, another one does.
 */
START_TEST(c21_reauthentication_is_by_the_proof)
{
	int64_t account = fx_add_account("alice");

	prove(1, account);
	fx_advance(3 * FX_SECOND);
	session(WF_SESSION_OPEN, &login);
	fx_advance(FX_DAY / 24);
	ck_assert_int_eq(look(7, NULL, NULL, 0)->session_age_ms, 3603 * 1000);
	session(WF_SESSION_OPEN, &login);
	ck_assert_int_eq(look(7, NULL, NULL, 0)->session_age_ms, 3603 * 1000);
	fx_sql("UPDATE completed SET completed_ms = completed_ms + 3600000");
	session(WF_SESSION_OPEN, &login);
	ck_assert_int_eq(look(7, NULL, NULL, 0)->session_age_ms, 3 * 1000);
	/* without any it is as old as can be */
	fx_sql("DELETE FROM completed");
	session(WF_SESSION_OPEN, &login);
	ck_assert_uint_eq(look(7, NULL, NULL, 0)->session_kinds, 0);
	ck_assert_int_ge(look(7, NULL, NULL, 0)->session_age_ms, look(7, NULL, NULL, 0)->lock_ms);
}
END_TEST

/* Without an audit session no close may hit another one that has none either. */
START_TEST(no_audit_session_matches_nothing)
{
	struct place first = login;
	struct place second = login;

	first.audit_session = 0;
	second.audit_session = 0;
	second.pid = 101;
	session(WF_SESSION_OPEN, &first);
	session(WF_SESSION_CLOSE, &second);
	ck_assert_uint_eq(fx_counts().sessions_open, 1);
}
END_TEST

START_TEST(kinds_come_from_the_transaction)
{
	int64_t id = fx_add_account("alice");

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, id, NULL), WF_OK);
	session(WF_SESSION_OPEN, &login);
	ck_assert_uint_eq(look(7, NULL, NULL, 0)->session_kinds, KIND_KNOWLEDGE | KIND_POSSESSION);
}
END_TEST

/* Somebody else's transaction proves nothing of this user, whatever id the peer sends. */
START_TEST(kinds_of_somebody_else)
{
	int64_t id = fx_add_account("bob");

	(void)fx_add_account("alice");
	ck_assert_int_eq(fx_reserve(1, "bob"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "bob", SETTLE_SUCCESS, id, NULL), WF_OK);
	session(WF_SESSION_OPEN, &login);
	ck_assert_uint_eq(look(7, NULL, NULL, 0)->session_kinds, 0);
	session(WF_SESSION_OPEN, &login);
	ck_assert_uint_eq(look(7, NULL, NULL, 0)->session_kinds, 0);
}
END_TEST

/* su in another one's login: the place is that login's, the kinds are one's own. */
START_TEST(own_kinds_within_another_login)
{
	static struct store_job job = {.kind = STORE_READ};
	const struct place inner = {"bob", "su", "192.0.2.9", 120, 6000, 7, NULL, NULL};
	int64_t id = fx_add_account("bob");

	session(WF_SESSION_OPEN, &login);
	ck_assert_int_eq(fx_reserve(1, "bob"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "bob", SETTLE_SUCCESS, id, NULL), WF_OK);
	session(WF_SESSION_OPEN, &inner);
	job.u.read.name = "bob";
	job.u.read.uid = -1;
	job.u.read.audit_session = 7;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_str_eq(job.u.read.session_user, "bob");
	ck_assert_uint_eq(job.u.read.session_kinds, KIND_KNOWLEDGE | KIND_POSSESSION);
	ck_assert_str_eq(job.u.read.session_source.text, "192.0.2.7");
	job.u.read.name = "carol";
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_str_eq(job.u.read.session_user, "alice");
	ck_assert_uint_eq(job.u.read.session_kinds, 0);
}
END_TEST

START_TEST(sessions_survive_a_restart_of_the_daemon)
{
	session(WF_SESSION_OPEN, &login);
	fx_reopen();
	ck_assert(look(7, NULL, NULL, 0)->session_found);
}
END_TEST

/* Audit session ids and pids start anew with the machine: what was open then is nobody's now. */
START_TEST(another_boot_closes_them)
{
	session(WF_SESSION_OPEN, &login);
	fx_close();
	fx_sql("UPDATE meta SET boot_id = '00000000-0000-0000-0000-000000000000'");
	fx_open();
	ck_assert(!look(7, NULL, NULL, 0)->session_found);
	ck_assert_uint_eq(fx_counts().sessions_open, 0);
}
END_TEST

START_TEST(views_show_the_open_ones)
{
	static struct store_job job;
	static struct store_session_entry entries[VIEW_PAGE];

	session(WF_SESSION_OPEN, &login);
	session(WF_SESSION_OPEN, &nested);
	job.kind = STORE_VIEW;
	job.u.view.kind = VIEW_SESSIONS;
	job.u.view.limit = VIEW_PAGE;
	job.u.view.sessions = entries;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 2);
	ck_assert_str_eq(entries[0].user, "alice");
	ck_assert_str_eq(entries[0].service, "sshd");
	ck_assert_int_eq(entries[0].pid, 100);
	ck_assert_uint_eq(entries[0].start, 5000);
	ck_assert_uint_eq(entries[0].audit_session, 7);
	ck_assert(entries[0].has_txn);
	ck_assert_uint_eq(entries[0].txn[0], 1);
	ck_assert_int_eq(entries[0].opened_us, FX_START);
	(void)snprintf(job.u.view.user, sizeof(job.u.view.user), "root");
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.view.n, 1);
	ck_assert_str_eq(entries[0].service, "su");
}
END_TEST

START_TEST(an_unknown_event_is_invalid)
{
	static struct store_job job;

	job.kind = STORE_SESSION;
	job.u.session.event = (enum wf_session_event)9;
	job.u.session.row = fx_row("x", "alice");
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	ck_assert_uint_eq(fx_last_seq(), 0);
}
END_TEST

static Suite *
session_suite(void)
{
	Suite *suite = suite_create("store-session");
	TCase *tc = tcase_create("session");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, found_by_audit_session_and_process);
	tcase_add_test(tc, the_outermost_login_counts);
	tcase_add_test(tc, closed_from_another_process);
	tcase_add_test(tc, a_close_of_nothing_is_recorded);
	tcase_add_test(tc, opened_twice_is_one);
	tcase_add_test(tc, each_host_has_numbers_of_its_own);
	tcase_add_test(tc, a_boot_of_a_host_ends_what_was_open_there);
	tcase_add_test(tc, no_audit_session_matches_nothing);
	tcase_add_test(tc, c21_reauthentication_is_by_the_proof);
	tcase_add_test(tc, kinds_come_from_the_transaction);
	tcase_add_test(tc, kinds_of_somebody_else);
	tcase_add_test(tc, own_kinds_within_another_login);
	tcase_add_test(tc, sessions_survive_a_restart_of_the_daemon);
	tcase_add_test(tc, another_boot_closes_them);
	tcase_add_test(tc, views_show_the_open_ones);
	tcase_add_test(tc, an_unknown_event_is_invalid);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(session_suite)
