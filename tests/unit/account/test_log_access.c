/*
 * From where the log may be read where documents ask for two kinds (SCS-4-4-3-2, IPA-T3.8.4b,
 * DRAFT-4-35b): by the recorded login that the caller runs in.
 */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOTH (KIND_KNOWLEDGE | KIND_POSSESSION)
#define SCS4 "comply = {\"scs4\"}\n"

/* This process is somebody's login: from there, with these kinds proved. */
static void
log_in(enum zone zone, unsigned kinds)
{
	static struct store_job job;
	struct store_session *session = &job.u.session;
	struct wf_process self;
	char hex[33];

	rig_user("alice");
	rig_transaction("alice", "sshd", kinds, WF_PURPOSE_LOGIN, hex);
	ck_assert_int_eq(wf_process_get(getpid(), &self), WF_OK);
	store_job_init(&job, STORE_SESSION);
	session->event = WF_SESSION_OPEN;
	session->has_txn = true;
	memset(session->txn, (int)strtol((char[]){hex[0], hex[1], '\0'}, NULL, 16), WF_TXN_LEN);
	session->zone = zone;
	session->pid = self.pid;
	session->start = self.start;
	session->source.remote = zone != ZONE_CONSOLE;
	(void)snprintf(session->user, sizeof(session->user), "alice");
	(void)snprintf(session->service, sizeof(session->service), "sshd");
	(void)snprintf(session->source.text, sizeof(session->source.text), "198.51.100.7");
	audit_row_init(&session->row, AUDIT_SESSION, "session.open");
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	rig.pid = getpid();
}

static const struct {
	const char *conf;
	enum zone zone;
	unsigned kinds;
	bool shown;
} logins[] = {
	{"", ZONE_INTERNET, KIND_KNOWLEDGE, true}, /* nobody asks for it */
	{SCS4, ZONE_INTERNET, KIND_KNOWLEDGE, false},
	{SCS4, ZONE_INTERNET, KIND_POSSESSION, false},
	{SCS4, ZONE_INTERNET, 0, false},
	{SCS4, ZONE_INTERNET, BOTH, true},
	{SCS4, ZONE_INTERNAL, KIND_KNOWLEDGE, true},
	{SCS4, ZONE_CONSOLE, KIND_KNOWLEDGE, true},
	{"comply = {\"scs3\"}\n", ZONE_INTERNET, KIND_KNOWLEDGE, true},
};

START_TEST(what_the_login_proved_counts)
{
	take(logins[_i].conf);
	log_in(logins[_i].zone, logins[_i].kinds);
	ck_assert_int_eq(rig_act("log", NULL), logins[_i].shown ? WF_OK : WF_DENIED);
	ck_assert_int_eq(rig_act("log.show", "seq=1", NULL), logins[_i].shown ? WF_OK : WF_DENIED);
	ck_assert_int_eq(rig_act("log.export", NULL), logins[_i].shown ? WF_OK : WF_DENIED);
	ck_assert_int_eq(rig_act("why", "user=alice", "last=1", NULL),
		logins[_i].shown ? WF_NOT_FOUND : WF_DENIED);
	rig_ok("log.verify"); /* shows no row */
	rig_ok("status");
}
END_TEST

START_TEST(a_refusal_says_why_and_is_a_row)
{
	struct audit_row row;

	take(SCS4);
	log_in(ZONE_INTERNET, KIND_KNOWLEDGE);
	rig_no(WF_DENIED,
		"The log is not shown to a login from the internet (198.51.100.7) that has not "
		"proved two kinds of factors (log.store (mfa) SCS-4-4-3-2): log in anew with "
		"password and code, or from inside.",
		"log");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "log");
	ck_assert_str_eq(row.reason, "denied");
	ck_assert_str_eq(row.rule, "log.store (mfa) SCS-4-4-3-2");
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
}
END_TEST

/* What the machine itself has started is no login: cron, a unit of systemd. */
START_TEST(who_is_in_no_login_is_local)
{
	uint32_t session;

	take(SCS4);
	rig.pid = getpid();
	if (wf_process_session(getpid(), &session) == WF_OK)
		rig_no(WF_DENIED,
			"The log is not shown to a login that Warifu has not recorded (log.store "
			"(mfa) SCS-4-4-3-2): add pam_warifu.so to the session lines of its "
			"service and log in anew, or use a login that has it.",
			"log");
	else
		rig_ok("log");
}
END_TEST

/* A role that does not suffice is told first, and learns nothing of this. */
START_TEST(the_role_comes_first)
{
	take(SCS4);
	log_in(ZONE_INTERNET, KIND_KNOWLEDGE);
	rig.uid = 1000;
	rig.role = ROLE_VIEWER;
	rig_no(WF_DENIED,
		"You may not do 'log': ask somebody of the group warifu-auditor, or root.", "log");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/log_access");
	TCase *tcase = tcase_create("access");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, what_the_login_proved_counts, 0, (int)COUNT_OF(logins));
	tcase_add_test(tcase, a_refusal_says_why_and_is_a_row);
	tcase_add_test(tcase, who_is_in_no_login_is_local);
	tcase_add_test(tcase, the_role_comes_first);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
