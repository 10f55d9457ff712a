/*
 * The first message: what is none, who cannot be asked, who has to wait, and what changes
 * meanwhile.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "authd/store/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define THRESHOLD 30 /* failures of a source; each more slows it by 15 s / 30 */
#define SLOW_MS 400

static struct rig rig;
static struct rig_peer peer;

static void
set_up(void)
{
	rig_open(&rig);
	rig_peer_open(&peer, FRONT_PAM, 0);
}

static void
tear_down(void)
{
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	rig_close(&rig);
}

static void
set_policy_to(enum policy_param param, int64_t value)
{
	const struct origin origin = {.criterion = ""};

	ck_assert_int_eq(policy_set(&rig.config.policy, param, value, &origin), WF_OK);
}

static int64_t
real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static enum wf_verdict
log_in_from(const char *source, const char *user, const char *code, int64_t *ms_r)
{
	const struct rig_login login = {
		.user = user, .rhost = source, .password = PASSWORD, .code = code};
	struct rig_peer one;
	enum wf_verdict verdict;
	int64_t began = real_ms();

	rig_peer_open(&one, FRONT_PAM, 0);
	verdict = rig_login_as(&rig, &one, &login, NULL);
	*ms_r = real_ms() - began;
	rig_peer_close(&rig, &one);
	rig_settle(&rig);
	return verdict;
}

/*
 * A source with many failures is answered later, and never refused for it; others are not slowed.
 */
START_TEST(slowed_source)
{
	char code[9], user[16];
	int64_t ms = 0, others;

	set_policy_to(P_SOURCE_THRESHOLD, THRESHOLD);
	set_policy_to(P_SOURCE_WINDOW_S, 86400);
	for (int i = 0; i < THRESHOLD && ms < SLOW_MS; i++) {
		snprintf(user, sizeof(user), "nobody%d", i);
		ck_assert_int_eq(
			log_in_from("198.51.100.66", user, "000000", &ms), WF_VERDICT_REJECT);
	}
	rig_code(&rig, 0, code);
	ck_assert_int_eq(log_in_from("198.51.100.66", "alice", code, &ms), WF_VERDICT_ACCEPT);
	ck_assert_int_ge(ms, SLOW_MS);
	rig_advance(&rig, 60);
	rig_code(&rig, 0, code);
	ck_assert_int_eq(log_in_from("198.51.100.7", "alice", code, &others), WF_VERDICT_ACCEPT);
	ck_assert_int_lt(others, ms);
}
END_TEST

static wf_status
begin(uint64_t purpose, const char *user, const char *service)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, purpose), WF_OK);
	if (user != NULL)
		ck_assert_int_eq(
			wf_msg_add_bytes(&msg, WF_F_USER, user, strlen(user)), WF_OK);
	if (service != NULL)
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, service), WF_OK);
	status = engine_handle(rig.engine, &peer.peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

/* Nothing is begun: no transaction, no row, no reply. */
START_TEST(what_is_no_beginning)
{
	ck_assert_int_eq(begin(9, "alice", "sshd"), WF_INVALID);
	ck_assert_ptr_null(peer.peer.transactions);
	ck_assert_uint_eq(peer.replies, 0);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "alice", "sshd"), WF_OK);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
}
END_TEST

static unsigned dropped;

static void
drop(struct engine_peer *engine_peer)
{
	(void)engine_peer;
	dropped++;
}

/* Who cannot be asked is hung up on, and nothing is counted. */
START_TEST(prompts_that_do_not_leave)
{
	peer.dead = true;
	peer.peer.drop = drop;
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "alice", "sshd"), WF_OK);
	ck_assert_uint_eq(dropped, 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* Prompts that another configuration has asked for are worth nothing. */
START_TEST(reload_between_prompts_and_look_up)
{
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "alice", "sshd"), WF_OK);
	ck_assert_uint_eq(peer.replies, 1);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	set_policy_to(P_MFA_KINDS, 1);
	engine_configure(rig.engine, &rig.config, rig.keys);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0); /* nothing was evaluated */
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* The look-ups of one turn go to the store at its end, all of them. */
START_TEST(jobs_of_one_turn)
{
	const struct outgoing *outgoing = &rig.engine->outgoing;
	struct transaction *first, *second;

	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "alice", "sshd"), WF_OK);
	first = peer.peer.transactions;
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "nobody", "sshd"), WF_OK);
	second = peer.peer.transactions;
	ck_assert_uint_eq(peer.replies, 2); /* prompts wait for nothing */
	ck_assert_ptr_eq(outgoing->first, &first->job);
	ck_assert_ptr_eq(outgoing->first->next, &second->job);
	ck_assert_ptr_null(outgoing->first->next->next);
	rig_turn(&rig);
	ck_assert_ptr_null(outgoing->first);
	for (int i = 0; i < 10000 && (first->busy || second->busy); i++) {
		usleep(1000);
		rig_turn(&rig);
	}
	ck_assert_int_eq(first->state, TXN_CHALLENGED);
	ck_assert_int_eq(second->state, TXN_CHALLENGED);
}
END_TEST

/* It is told like what the store could not do. */
START_TEST(job_that_the_store_does_not_take)
{
	queue_close(&rig.store->readers[0].queue);
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN, "alice", "sshd"), WF_OK);
	ck_assert_uint_eq(peer.replies, 1);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	rig_settle(&rig);
	ck_assert_ptr_null(peer.peer.transactions);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/begin");
	TCase *tc = tcase_create("begin");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, slowed_source);
	tcase_add_test(tc, what_is_no_beginning);
	tcase_add_test(tc, prompts_that_do_not_leave);
	tcase_add_test(tc, reload_between_prompts_and_look_up);
	tcase_add_test(tc, jobs_of_one_turn);
	tcase_add_test(tc, job_that_the_store_does_not_take);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
