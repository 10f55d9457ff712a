/*
 * Attacks on the engine: floods of requests, proofs that are not one's own, work that is given up
 * half way, an end while work is under way, and what tells one kind of account from another.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define FLOOD 300

static struct rig rig;

static void
set_up(void)
{
	rig_open(&rig);
}

static void
tear_down(void)
{
	rig_close(&rig);
}

static const char *
now_code(void)
{
	static char code[9];

	rig_code(&rig, 0, code);
	return code;
}

struct request {
	enum wf_msg_type type;
	const char *user, *service, *rhost, *evidence, *secret;
	const uint8_t *txn, *key;
};

static wf_status
hand_in(struct rig_peer *peer, const struct request *request)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, request->type, WF_WIRE_VERSION);
	if (request->type == WF_MSG_BEGIN)
		ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, WF_PURPOSE_LOGIN), WF_OK);
	if (request->txn != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, request->txn, WF_TXN_LEN), WF_OK);
	if (request->key != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, request->key, 32), WF_OK);
	if (request->user != NULL)
		ck_assert_int_eq(
			wf_msg_add_bytes(&msg, WF_F_USER, request->user, strlen(request->user)),
			WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE,
				 request->service == NULL ? "sshd" : request->service),
		WF_OK);
	if (request->rhost != NULL)
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RHOST, request->rhost), WF_OK);
	if (request->evidence != NULL)
		ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, WF_EVIDENCE_SSH_AUTH_INFO,
					 request->evidence, strlen(request->evidence)),
			WF_OK);
	if (request->secret != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_SECRET, request->secret,
					 strlen(request->secret)),
			WF_OK);
	status = engine_handle(rig.engine, &peer->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

static enum wf_verdict
ask(struct rig_peer *peer, const struct request *request)
{
	unsigned since = peer->replies;

	ck_assert_int_eq(hand_in(peer, request), WF_OK);
	rig_wait(&rig, peer, since);
	return rig_verdict(peer);
}

static void
abort_last(struct rig_peer *peer, const uint8_t *txn)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN), WF_OK);
	ck_assert_int_eq(engine_handle(rig.engine, &peer->peer, &msg), WF_OK);
	wf_msg_clear(&msg);
}

static void
last_txn(const struct rig_peer *peer, uint8_t txn_r[WF_TXN_LEN])
{
	const uint8_t *txn;
	size_t len;

	ck_assert_int_eq(wf_msg_get_bytes(&peer->last, WF_F_TXN, 0, &txn, &len), WF_OK);
	memcpy(txn_r, txn, WF_TXN_LEN);
}

static const enum wf_msg_type flood_types[] = {WF_MSG_BEGIN, WF_MSG_ACCOUNT};

/* One connection that asks and never waits is not worth the memory of the machine. */
START_TEST(floods_on_one_connection)
{
	const struct request request = {.type = flood_types[_i], .user = "alice"};
	struct rig_peer peer;
	unsigned taken = 0;

	rig_peer_open(&peer, FRONT_PAM, 0);
	while (taken < FLOOD && hand_in(&peer, &request) == WF_OK)
		taken++;
	ck_assert_uint_ge(taken, 2);
	ck_assert_uint_lt(taken, 32);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

/* Nor are many connections of one user; others, and root, are served all the same. */
START_TEST(floods_of_one_user)
{
	static struct rig_peer peers[FLOOD];
	const struct request request = {.type = flood_types[_i], .user = "alice"};
	const struct rig_login login = {
		.user = "alice", .rhost = "198.51.100.7", .password = PASSWORD, .code = now_code()};
	struct rig_peer other, root;
	unsigned taken = 0;

	for (size_t i = 0; i < FLOOD; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 4711);
		taken += hand_in(&peers[i], &request) == WF_OK;
	}
	ck_assert_uint_ge(taken, 16);
	ck_assert_uint_lt(taken, 128);
	rig_peer_open(&other, FRONT_PAM, 1000);
	ck_assert_int_eq(hand_in(&other, &request), WF_OK);
	rig_peer_close(&rig, &other);
	rig_peer_open(&root, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &root);
	for (size_t i = 0; i < FLOOD; i++)
		rig_peer_close(&rig, &peers[i]);
	rig_settle(&rig);
}
END_TEST

static void
prove_old_password(uint8_t txn_r[WF_TXN_LEN])
{
	const struct rig_login login = {.user = "alice",
		.service = "passwd",
		.tty = "pts/0",
		.password = PASSWORD,
		.code = "",
		.purpose = WF_PURPOSE_CHANGE};
	struct rig_peer root;

	rig_peer_open(&root, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, txn_r), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &root);
}

/* A transaction's id is no secret: with another one's, nobody changes another one's password. */
START_TEST(proof_of_somebody_else)
{
	uint8_t txn[WF_TXN_LEN];
	const struct request request = {.type = WF_MSG_CHANGE,
		.user = "alice",
		.service = "passwd",
		.txn = txn,
		.secret = "a longer battery staple"};
	struct rig_peer mallory, alice;

	prove_old_password(txn);
	rig_peer_open(&mallory, FRONT_PAM, 4711);
	ck_assert_int_eq(ask(&mallory, &request), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &mallory);
	rig_peer_open(&alice, FRONT_PAM, 1000);
	ck_assert_int_eq(ask(&alice, &request), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &alice);
}
END_TEST

/* One proof, one change; a new password that the policy refused uses nothing up. */
START_TEST(proof_is_used_up)
{
	uint8_t txn[WF_TXN_LEN];
	struct request request = {.type = WF_MSG_CHANGE,
		.user = "alice",
		.service = "passwd",
		.txn = txn,
		.secret = "short"};
	struct rig_peer root;

	prove_old_password(txn);
	rig_peer_open(&root, FRONT_PAM, 0);
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_REJECT);
	request.secret = "a longer battery staple";
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_ACCEPT);
	request.secret = "yet another long battery";
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &root);
}
END_TEST

/* Two changes by one proof at the same time: one of them. */
START_TEST(proof_is_used_up_in_a_race)
{
	uint8_t txn[WF_TXN_LEN];
	const struct request request = {.type = WF_MSG_CHANGE,
		.user = "alice",
		.service = "passwd",
		.txn = txn,
		.secret = "a longer battery staple"};
	struct rig_peer peers[4];
	unsigned accepted = 0;

	prove_old_password(txn);
	for (size_t i = 0; i < 4; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		ck_assert_int_eq(hand_in(&peers[i], &request), WF_OK);
	}
	for (size_t i = 0; i < 4; i++) {
		rig_wait(&rig, &peers[i], 0);
		accepted += rig_verdict(&peers[i]) == WF_VERDICT_ACCEPT;
		rig_peer_close(&rig, &peers[i]);
	}
	ck_assert_uint_eq(accepted, 1);
	ck_assert_uint_eq(rig_rows(&rig, "password.change", "own"), 1);
}
END_TEST

/*
 * Given up by a message, the connection stays: no success is recorded, and the code is still good.
 */
START_TEST(aborted_while_evaluated)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	uint8_t txn[WF_TXN_LEN];
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_challenged(&rig, &peer);
	last_txn(&peer, txn);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	abort_last(&peer, txn);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 1);
	rig_peer_close(&rig, &peer);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
}
END_TEST

/*
 * Answering and hanging up before anything is evaluated costs nothing, so it may not fill the log
 * either.
 */
START_TEST(hanging_up_fills_no_disk)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};

	for (int i = 0; i < 20; i++) {
		struct rig_peer peer;

		rig_peer_open(&peer, FRONT_PAM, 0);
		rig_begin(&rig, &peer, &login);
		rig_challenged(&rig, &peer);
		rig_answer(&rig, &peer, "wrong", "000000");
		rig_peer_close(&rig, &peer);
		rig_settle(&rig);
	}
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
	rig_advance(&rig, 61);
	engine_tick(rig.engine);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_row(&rig, "login").count, 19);
}
END_TEST

/* The end comes while an account is looked up. */
START_TEST(drain_reaches_those_just_begun)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct rig_peer peer;
	unsigned since;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	since = peer.replies;
	engine_drain(rig.engine);
	rig_wait(&rig, &peer, since);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

#define CROWD 40

/*
 * The end comes, late, while everything is under way: nothing is lost, and nothing is touched that
 * is gone.
 */
START_TEST(end_with_work_under_way)
{
	static struct rig_peer peers[CROWD];
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	const struct request request = {.type = WF_MSG_ACCOUNT, .user = "alice"};

	for (size_t i = 0; i < CROWD; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		rig_begin(&rig, &peers[i], &login);
	}
	for (size_t i = 0; i < CROWD; i++)
		rig_wait(&rig, &peers[i], 0);
	for (size_t i = 0; i < CROWD; i++) {
		rig_answer(&rig, &peers[i], "wrong", "000000");
		ck_assert_int_eq(hand_in(&peers[i], &request), WF_OK);
	}
	for (int i = 0; i < _i; i++) {
		rig_turn(&rig);
		usleep(500);
	}
	for (size_t i = 0; i < CROWD; i++)
		rig_peer_close(&rig, &peers[i]);
}
END_TEST

static uint64_t
commits(void)
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){.kind = VIEW_COUNTS, .limit = 1};
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	return job.u.view.counts.commits;
}

static void
make_service(struct account *account)
{
	account->kind = ACCOUNT_SERVICE;
	snprintf(account->sources, sizeof(account->sources), "198.51.100.0/24");
}

static void
make_refused(struct account *account)
{
	account->standing = STANDING_REFUSED;
}

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static const char *const kinds[] = {
	"alice", "nobody-here", "root", "backup", "refused", "disabled"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
make_kinds(void)
{
	rig_account(&rig, "root", 0);
	rig_account(&rig, "backup", 1001);
	rig_account_edit(&rig, "backup", make_service);
	rig_account(&rig, "refused", 1002);
	rig_account_edit(&rig, "refused", make_refused);
	rig_account(&rig, "disabled", 1003);
	rig_account_edit(&rig, "disabled", disable);
}

/* Each commit takes the disk's time: whoever it is, a refusal takes as many (I5). */
START_TEST(every_name_takes_the_same_path)
{
	make_kinds();
	for (size_t i = 0; i < KINDS; i++) {
		uint64_t before = commits();

		ck_assert_int_eq(rig_ssh(&rig, kinds[i], "wrong", "000000"), WF_VERDICT_REJECT);
		ck_assert_msg(commits() - before == 2, "%s: %u commits", kinds[i],
			(unsigned)(commits() - before));
	}
}
END_TEST

/*
 * Too early, and locked: every name alike, and yet root's own counters are not what the internet
 * wrote.
 */
START_TEST(every_name_is_held_back_alike)
{
	const struct origin origin = {.criterion = ""};

	ck_assert_int_eq(policy_set(&rig.config.policy, P_BACKOFF_CAP_S, 60, &origin), WF_OK);
	make_kinds();
	for (size_t i = 0; i < KINDS; i++) {
		size_t before;

		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(
				rig_ssh(&rig, kinds[i], "wrong", "000000"), WF_VERDICT_REJECT);
		before = rig_rows(&rig, "login", "back-off");
		rig_advance(&rig, 61); /* another minute: rows are written at once again */
		engine_tick(rig.engine);
		rig_settle(&rig);
		for (int k = 0; k < 2; k++)
			ck_assert_int_eq(
				rig_ssh(&rig, kinds[i], "wrong", "000000"), WF_VERDICT_REJECT);
		rig_advance(&rig, 61);
		engine_tick(rig.engine);
		rig_settle(&rig);
		ck_assert_msg(rig_rows(&rig, "login", "back-off") > before, "%s is never too early",
			kinds[i]);
	}
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "root"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "backup"), 0);
}
END_TEST

static void
exempt(struct account *account)
{
	account->standing = STANDING_EXEMPT;
	account->standing_until_us = RIG_WALL_US + INT64_C(86400000000);
}

/* Who is exempt is nothing that a user's own program can ask. */
START_TEST(exemptions_are_not_told_to_others)
{
	const struct request request = {.type = WF_MSG_BEGIN, .user = "old"};
	struct rig_peer peer;

	rig_account(&rig, "old", 1004);
	rig_account_edit(&rig, "old", exempt);
	rig_peer_open(&peer, FRONT_PAM, 4711);
	ck_assert_int_eq(hand_in(&peer, &request), WF_OK);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	rig_answer(&rig, &peer, PASSWORD, "000000");
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "not-own-account"), 1);
}
END_TEST

static const char *const no_keys[] = {
	"gssapi-with-mic publickey ssh-ed25519 AAAA",
	"password\nx publickey ssh-ed25519 AAAA",
	"xpublickey ssh-ed25519 AAAA",
	"publickey ",
};

/* Only a line that begins with it says that sshd verified a key. */
START_TEST(keys_elsewhere_in_the_evidence)
{
	struct request request = {.type = WF_MSG_ACCOUNT,
		.user = "backup",
		.rhost = "198.51.100.9",
		.evidence = no_keys[_i]};
	struct rig_peer root;

	rig_account(&rig, "backup", 1002);
	rig_account_edit(&rig, "backup", make_service);
	rig.config.policy.services[rig.config.policy.nservices] =
		(struct policy_service){.name = "sshd", .asked = true, .key_only = true};
	rig.config.policy.nservices++;
	rig_peer_open(&root, FRONT_PAM, 0);
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_REJECT);
	request.evidence = "password\npublickey ssh-ed25519 AAAA";
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &root);
}
END_TEST

/* The verdict is said again for the same request, not for another one under the same key. */
START_TEST(one_key_two_requests)
{
	static const uint8_t key[32] = {7};
	const struct request same = {
		.type = WF_MSG_BEGIN, .user = "alice", .rhost = "198.51.100.7", .key = key};
	const struct request others[] = {
		{.type = WF_MSG_BEGIN,
			.user = "alice",
			.rhost = "198.51.100.7",
			.service = "sudo",
			.key = key},
		{.type = WF_MSG_BEGIN, .user = "alice", .rhost = "203.0.113.7", .key = key},
	};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(hand_in(&peer, &same), WF_OK);
	rig_wait(&rig, &peer, 0);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(ask(&peer, &same), WF_VERDICT_ACCEPT);
	for (size_t i = 0; i < 2; i++) {
		unsigned since = peer.replies;

		ck_assert_int_eq(hand_in(&peer, &others[i]), WF_OK);
		rig_wait(&rig, &peer, since);
		ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	}
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

/* One evaluation that a busy machine made slow does not hold back every refusal from then on. */
START_TEST(one_slow_evaluation)
{
	struct engine_figures figures;

	rig.step_us = 3000000;
	(void)rig_ssh(&rig, "alice", "wrong", "000000");
	rig.step_us = 0;
	engine_figures(rig.engine, &figures);
	ck_assert_uint_gt(figures.slowest_hash_ms, 0);
	ck_assert_uint_le(figures.slowest_hash_ms, 1000);
	ck_assert_int_eq(rig_ssh(&rig, "alice", "wrong", "000000"), WF_VERDICT_REJECT);
}
END_TEST

/*
 * After a reload old keys may go as soon as no evaluation works with them, however many people are
 * asked something.
 */
START_TEST(old_keys_can_go)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	char path[128], why[512];
	struct keyring *fresh = NULL, *newest = NULL;
	struct rig_peer peer, asked;

	snprintf(path, sizeof(path), "%s/key", rig.folder);
	ck_assert_int_eq(keyring_load(path, &fresh, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(keyring_load(path, &newest, why, sizeof(why)), WF_OK);
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_peer_open(&asked, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_begin(&rig, &asked, &login);
	rig_wait(&rig, &peer, 0);
	rig_wait(&rig, &asked, 0);
	ck_assert(engine_uses(rig.engine, rig.keys));
	engine_configure(rig.engine, &rig.config, fresh);
	ck_assert(!engine_uses(rig.engine, rig.keys));
	rig_hold(rig.workers, 2);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	for (int i = 0; i < 5000 && worker_queued(rig.workers) == 0; i++) {
		rig_turn(&rig);
		usleep(1000);
	}
	engine_configure(rig.engine, &rig.config, newest);
	ck_assert(engine_uses(rig.engine, fresh));
	rig_release();
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	ck_assert(!engine_uses(rig.engine, fresh));
	rig_peer_close(&rig, &peer);
	rig_peer_close(&rig, &asked);
	rig_settle(&rig);
	engine_configure(rig.engine, &rig.config, rig.keys);
	keyring_free(&fresh);
	keyring_free(&newest);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/attack");
	TCase *attack = tcase_create("attack");

	tcase_add_checked_fixture(attack, set_up, tear_down);
	tcase_set_timeout(attack, 60);
	tcase_add_loop_test(attack, floods_on_one_connection, 0, 2);
	tcase_add_loop_test(attack, floods_of_one_user, 0, 2);
	tcase_add_test(attack, proof_of_somebody_else);
	tcase_add_test(attack, proof_is_used_up);
	tcase_add_test(attack, proof_is_used_up_in_a_race);
	tcase_add_test(attack, aborted_while_evaluated);
	tcase_add_test(attack, hanging_up_fills_no_disk);
	tcase_add_test(attack, drain_reaches_those_just_begun);
	tcase_add_loop_test(attack, end_with_work_under_way, 0, 12);
	tcase_add_test(attack, every_name_takes_the_same_path);
	tcase_add_test(attack, every_name_is_held_back_alike);
	tcase_add_test(attack, exemptions_are_not_told_to_others);
	tcase_add_loop_test(attack, keys_elsewhere_in_the_evidence, 0,
		(int)(sizeof(no_keys) / sizeof(no_keys[0])));
	tcase_add_test(attack, one_key_two_requests);
	tcase_add_test(attack, one_slow_evaluation);
	tcase_add_test(attack, old_keys_can_go);
	suite_add_tcase(it, attack);
	return it;
}

UNIT_MAIN(suite)
