/*
 * Who is evaluated when: logins that need no slow hash beside those that do, and what a service that asks
 * for the code alone proves, counts and resets (I1, I11).
 */
#include "config.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define WORKERS 2 /* of the rig */

static struct rig rig;
static sem_t gate;
static struct worker_job blockers[WORKERS];

static void
set_up(void)
{
	struct policy_service *service;

	rig_open(&rig);
	sem_init(&gate, 0, 0);
	ck_assert_int_eq(policy_service_add(&rig.config.policy, "vpn", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	service->demand_origin = (struct origin){.file = "/etc/warifu/warifu.conf", .line = 7};
}

static void
tear_down(void)
{
	rig_close(&rig);
	sem_destroy(&gate);
}

static const char *
now_code(void)
{
	static char code[9];

	rig_code(&rig, 0, code);
	return code;
}

static void
hold(struct worker_job *job, void *scratch)
{
	(void)job;
	(void)scratch;
	sem_wait(&gate);
}

static void
held(struct worker_job *job, wf_status status)
{
	(void)job;
	(void)status;
}

/* Keeps all workers of slow hashes busy until release(). */
static void
hold_workers(void)
{
	for (size_t i = 0; i < WORKERS; i++) {
		blockers[i] = (struct worker_job){.run = hold, .done = held, .deadline_boot_us = INT64_MAX};
		ck_assert_int_eq(worker_submit(rig.workers, &blockers[i]), WF_OK);
	}
	while (worker_queued(rig.workers) > 0)
		usleep(1000);
}

static void
release(void)
{
	for (size_t i = 0; i < WORKERS; i++)
		sem_post(&gate);
}

static enum wf_verdict
vpn(const char *code)
{
	const struct rig_login login = {
		.user = "alice", .service = "vpn", .rhost = "198.51.100.7", .password = "", .code = code};
	struct rig_peer peer;
	enum wf_verdict verdict;

	rig_peer_open(&peer, FRONT_PAM, 0);
	verdict = rig_login_as(&rig, &peer, &login, NULL);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	return verdict;
}

START_TEST(a_code_waits_for_no_hash)
{
	const struct rig_login slow = {.user = "alice", .rhost = "198.51.100.8"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &slow);
	rig_wait(&rig, &peer, 0);
	hold_workers();
	rig_answer(&rig, &peer, "wrong", "000000");
	for (int i = 0; i < 20; i++) {
		event_base_loop(rig.base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	{
		const struct rig_login quick = {.user = "alice", .service = "vpn", .rhost = "198.51.100.7",
						.password = "", .code = now_code()};
		struct rig_peer other;

		rig_peer_open(&other, FRONT_PAM, 0);
		ck_assert_int_eq(rig_login_as(&rig, &other, &quick, NULL), WF_VERDICT_ACCEPT);
		rig_peer_close(&rig, &other);
	}
	ck_assert_uint_eq(peer.replies, 1); /* the hash waits on */
	release();
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

START_TEST(the_row_says_what_a_code_alone_proves)
{
	struct audit_row row;

	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_ACCEPT);
	row = rig_row(&rig, "login");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_str_eq(row.kinds, "possession");
	ck_assert_str_eq(row.factors, "totp");
	ck_assert_str_eq(row.rule, "service.ask (vpn, warifu.conf:7)");
	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_REJECT); /* a code opens once (I2) */
	ck_assert_str_eq(rig_row(&rig, "login").reason, "replayed");
}
END_TEST

/* A lesser success: whoever holds the token alone does not get ten more guesses at the password by it (I1). */
START_TEST(a_code_alone_resets_nothing)
{
	ck_assert_int_eq(rig_ssh(&rig, "alice", "wrong", "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	ck_assert_int_eq(vpn(now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	rig_advance(&rig, 30);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* The stack has the password already: its holder guesses codes, and no success of the owner hides that (I11). */
START_TEST(a_wrong_code_alone_counts_behind_a_right_password)
{
	ck_assert_int_eq(vpn("000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 1);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 1);
}
END_TEST

/* I5: the same single prompt for whoever is named. */
START_TEST(strangers_are_asked_for_the_code_as_well)
{
	static const char *const names[] = {"alice", "nobody-here"};

	for (size_t i = 0; i < 2; i++) {
		const struct rig_login login = {.user = names[i], .service = "vpn", .rhost = "198.51.100.7"};
		struct wf_prompt prompt;
		struct rig_peer peer;

		rig_peer_open(&peer, FRONT_PAM, 0);
		rig_begin(&rig, &peer, &login);
		rig_wait(&rig, &peer, 0);
		ck_assert_uint_eq(wf_msg_count(&peer.last, WF_F_PROMPT), 1);
		ck_assert_int_eq(wf_msg_get_prompt(&peer.last, 0, &prompt), WF_OK);
		ck_assert_int_eq(prompt.text, WF_TEXT_CODE);
		rig_answer(&rig, &peer, "", "000000");
		rig_wait(&rig, &peer, 1);
		ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
		rig_peer_close(&rig, &peer);
		rig_settle(&rig);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/admission");
	TCase *tc = tcase_create("code alone");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_code_waits_for_no_hash);
	tcase_add_test(tc, the_row_says_what_a_code_alone_proves);
	tcase_add_test(tc, a_code_alone_resets_nothing);
	tcase_add_test(tc, a_wrong_code_alone_counts_behind_a_right_password);
	tcase_add_test(tc, strangers_are_asked_for_the_code_as_well);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
