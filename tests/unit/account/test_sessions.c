/* Open sessions: listed, ended by an order to their client, never those of this machine. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>

static void
run(struct store_job *job)
{
	ck_assert_int_eq(store_run(rig.store, job), WF_OK);
}

static void
login_at(const char *user, const char *host)
{
	static struct store_job job;

	store_job_init(&job, STORE_SESSION);
	job.u.session.event = WF_SESSION_OPEN;
	(void)snprintf(job.u.session.user, sizeof(job.u.session.user), "%s", user);
	(void)snprintf(job.u.session.service, sizeof(job.u.session.service), "sshd");
	(void)snprintf(job.u.session.tty, sizeof(job.u.session.tty), "pts/3");
	(void)snprintf(job.u.session.host, sizeof(job.u.session.host), "%s", host);
	job.u.session.pid = 4711;
	audit_row_init(&job.u.session.row, AUDIT_SESSION, "session.open");
	run(&job);
}

static void
local_login(const char *user)
{
	login_at(user, "");
}

static void
accounting(enum accounting_event event, const char *user, const char *number)
{
	static struct store_job job;
	static uint8_t keys;

	store_job_init(&job, STORE_RECORD);
	job.u.record.event = event;
	job.u.record.key[0] = ++keys;
	(void)snprintf(job.u.record.user, sizeof(job.u.record.user), "%s", user);
	(void)snprintf(job.u.record.service, sizeof(job.u.record.service), "vpn");
	(void)snprintf(job.u.record.nas, sizeof(job.u.record.nas), "gate-1");
	(void)snprintf(job.u.record.acct_session, sizeof(job.u.record.acct_session), "%s", number);
	(void)snprintf(job.u.record.framed, sizeof(job.u.record.framed), "10.1.2.3");
	(void)snprintf(job.u.record.source.text, sizeof(job.u.record.source.text), "192.0.2.7");
	job.u.record.octets_in = 1000;
	audit_row_init(&job.u.record.row, AUDIT_SESSION, "session.open");
	run(&job);
}

static struct store_counts
counts(void)
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view.kind = VIEW_COUNTS;
	run(&job);
	return job.u.view.counts;
}

START_TEST(both_kinds_are_listed)
{
	local_login("alice");
	accounting(ACCOUNTING_START, "bob", "a1");
	accounting(ACCOUNTING_START, "alice", "a2");
	rig_ok("session.list");
	ck_assert_str_eq(rig.text, "3 open sessions.");
	ck_assert_uint_eq(rig.nrows, 3);
	ck_assert_int_eq(rig_number(0, "id"), 1);
	ck_assert_str_eq(rig_cell(0, "user"), "alice");
	ck_assert_str_eq(rig_cell(0, "service"), "sshd");
	ck_assert_str_eq(rig_cell(0, "machine"), "pts/3");
	ck_assert_str_eq(rig_cell(0, "updated"), "");
	ck_assert_str_eq(rig_cell(0, "octets-in"), "");
	ck_assert_str_eq(rig_cell(1, "user"), "bob");
	ck_assert_str_eq(rig_cell(1, "service"), "vpn");
	ck_assert_str_eq(rig_cell(1, "source"), "192.0.2.7");
	ck_assert_str_eq(rig_cell(1, "machine"), "gate-1");
	ck_assert_str_eq(rig_cell(1, "address"), "10.1.2.3");
	ck_assert_int_eq(rig_number(1, "opened"), RIG_START);
	ck_assert_int_eq(rig_number(1, "updated"), RIG_START);
	ck_assert_str_eq(rig_cell(1, "octets-in"), "1000");
	rig_ok("session.list", "user=alice");
	ck_assert_str_eq(rig.text, "2 open sessions.");
	accounting(ACCOUNTING_STOP, "alice", "a2");
	rig_ok("session.list", "user=alice");
	ck_assert_str_eq(rig.text, "1 open session.");
	ck_assert_uint_eq(rig_rows(), 4);
}
END_TEST

START_TEST(a_client_is_asked_to_end_one)
{
	struct audit_row row;

	accounting(ACCOUNTING_START, "alice", "a1");
	rig_ok("session.kill", "id=1", "reason=laptop stolen", "ticket=T-7");
	ck_assert_str_eq(rig.text, "The client 'vpn' is asked to end session 1 of 'alice'; the log "
				   "will say whether it did.");
	ck_assert_uint_eq(counts().orders, 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "session.kill");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.machine, "gate-1");
	ck_assert_str_eq(row.ticket, "T-7");
	ck_assert_str_eq(row.detail, "session a1 at vpn; reason: laptop stolen");
	rig_ok("session.kill", "id=1", "reason=again");
	ck_assert_str_eq(rig.text, "The client 'vpn' is being asked to end session 1 already.");
	ck_assert_uint_eq(counts().orders, 1);
}
END_TEST

START_TEST(what_cannot_be_ended_has_its_sentence)
{
	local_login("alice");
	rig_no(WF_INVALID,
		"Session 1 is a login on this machine, which Warifu does not end: end its process "
		"4711, for example with "
		"'loginctl terminate-session'.",
		"session.kill", "id=1", "reason=x");
	login_at("alice", "web1");
	rig_ok("session.list");
	ck_assert_str_eq(rig_cell(0, "host"), "");
	ck_assert_str_eq(rig_cell(1, "host"), "web1");
	rig_no(WF_INVALID,
		"Session 2 is a login on the host 'web1', which Warifu does not end: end its "
		"process 4711 there.",
		"session.kill", "id=2", "reason=x");
	rig_no(WF_NOT_FOUND, "There is no open session 9; 'warifu session list' shows all.",
		"session.kill", "id=9", "reason=x");
	ck_assert_uint_eq(counts().orders, 0);
	ck_assert_uint_eq(rig_rows(), 2);
}
END_TEST

START_TEST(privileged_ones_are_the_administrators)
{
	rig_ok("user.add", "user=boss", "kind=privileged");
	accounting(ACCOUNTING_START, "boss", "a1");
	accounting(ACCOUNTING_START, "nobody", "a2");
	rig.uid = 12345;
	rig.role = ROLE_HELPDESK;
	rig_no(WF_DENIED, "'boss' is a privileged account: only an administrator may do this.",
		"session.kill", "id=1", "reason=x");
	ck_assert_uint_eq(counts().orders, 0);
	rig_ok("session.kill", "id=2", "reason=x");
	rig.role = ROLE_ADMINISTRATOR;
	rig_ok("session.kill", "id=1", "reason=x");
	ck_assert_uint_eq(counts().orders, 2);
}
END_TEST

START_TEST(disabling_ends_them)
{
	rig_ok("user.add", "user=alice");
	rig_ok("user.add", "user=bob");
	accounting(ACCOUNTING_START, "alice", "a1");
	accounting(ACCOUNTING_START, "alice", "a2");
	accounting(ACCOUNTING_START, "bob", "a3");
	rig_ok("user.disable", "user=alice", "reason=on leave");
	ck_assert_str_eq(rig.text, "'alice' is refused from now on. Logins on this machine that "
				   "are open go on. 2 sessions at RADIUS clients are "
				   "being ended.");
	ck_assert_uint_eq(counts().orders, 2);
	rig_ok("user.remove", "user=bob", "reason=left");
	ck_assert_str_eq(rig.text, "The account 'bob' was removed; its rows in the log stay. 1 "
				   "session at a RADIUS client is being ended.");
	ck_assert_uint_eq(counts().orders, 3);
}
END_TEST

static Suite *
sessions_suite(void)
{
	Suite *suite = suite_create("account-sessions");
	TCase *tcase = tcase_create("sessions");

	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, both_kinds_are_listed);
	tcase_add_test(tcase, a_client_is_asked_to_end_one);
	tcase_add_test(tcase, what_cannot_be_ended_has_its_sentence);
	tcase_add_test(tcase, privileged_ones_are_the_administrators);
	tcase_add_test(tcase, disabling_ends_them);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(sessions_suite)
