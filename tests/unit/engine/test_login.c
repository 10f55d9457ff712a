/*
 * Logins through the engine: what is accepted, what counts, what the rows say (I1, I2, I3, I5,
 * I11).
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"

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

START_TEST(both_kinds_right)
{
	struct audit_row row;

	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	row = rig_row(&rig, "login");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.source, "198.51.100.7");
	ck_assert_str_eq(row.factors, "password+totp");
	ck_assert_str_eq(row.kinds, "knowledge+possession");
	ck_assert_str_eq(row.service, "sshd");
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
}
END_TEST

START_TEST(one_code_opens_once)
{
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "replayed"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 0);
}
END_TEST

START_TEST(older_code_after_newer_is_refused)
{
	char older[9];

	rig_code(&rig, -1, older);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, older), WF_VERDICT_REJECT);
}
END_TEST

/* A clock that steps back opens no used code again. */
START_TEST(stepped_back_clock_reopens_nothing)
{
	char code[9];

	rig_code(&rig, 0, code);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, code), WF_VERDICT_ACCEPT);
	rig.now.wall_us -= INT64_C(600000000);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, code), WF_VERDICT_REJECT);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
}
END_TEST

struct wrong {
	const char *password, *code, *reason;
	uint32_t account, possession;
};

static const struct wrong wrongs[] = {
	{ "wrong", NULL, "wrong-password", 1, 0 },
	{ "wrong", "000000", "wrong-password", 1, 0 },
	{ PASSWORD, "000000", "wrong-code", 1, 1 },
	{ PASSWORD, "", "wrong-code", 1, 1 },
	{ "", NULL, "wrong-password", 1, 0 },
};

START_TEST(wrong_answers_count)
{
	const struct wrong *wrong = &wrongs[_i];

	ck_assert_int_eq(rig_ssh(&rig, "alice", wrong->password,
				 wrong->code == NULL ? now_code() : wrong->code),
		WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, wrong->reason);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), wrong->account);
	ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), wrong->possession);
	ck_assert_uint_eq(rig_failures(&rig, LANE_SOURCE, "198.51.100.7"), 1);
}
END_TEST

START_TEST(ten_failures_lock_for_an_hour)
{
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(rig_ssh(&rig, "alice", "wrong", "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "lock", NULL), 1);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "locked");
	rig_advance(&rig, 3590);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
	rig_advance(&rig, 60);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* I11: the holder of the password cannot hide behind the owner's successes. */
START_TEST(possession_failures_outlive_success)
{
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, "000000"), WF_VERDICT_REJECT);
		if (i == 8) {
			ck_assert_int_eq(
				rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
			ck_assert_uint_eq(rig_failures(&rig, LANE_POSSESSION, "alice"), 9);
		}
		if (i == 17) {
			rig_advance(&rig, 4000);
			ck_assert_int_eq(
				rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
		}
	}
	rig_advance(&rig, 4000);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "locked-possession");
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static void
expire(struct account *account)
{
	account->valid_until_us = RIG_WALL_US - 1;
}

static void
not_yet(struct account *account)
{
	account->valid_from_us = RIG_WALL_US + INT64_C(86400000000);
}

struct unusable {
	void (*change)(struct account *account);
	const char *reason;
};

static const struct unusable unusables[] = {
	{disable, "disabled"}, {expire, "expired"}, {not_yet, "not-yet-valid"}};

START_TEST(unusable_accounts_are_refused)
{
	rig_account_edit(&rig, "alice", unusables[_i].change);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, unusables[_i].reason);
}
END_TEST

/* I5 and I3: names without account see what known ones see, and fill no disk. */
START_TEST(unknown_names_are_gathered)
{
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(
			rig_ssh(&rig, "nobody-here", PASSWORD, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&rig, "login", "unknown-user"), 1);
	rig_advance(&rig, 61);
	engine_tick(rig.engine);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "unknown-user"), 2);
	ck_assert_uint_eq(rig_row(&rig, "login").count, 4);
}
END_TEST

/* Every refusal carries the same bytes but for the transaction's id. */
START_TEST(refusals_look_alike)
{
	static const char *const users[] = {"alice", "nobody-here", "disabled", "locked"};
	uint8_t frames[4][512];
	size_t lens[4];

	rig_account(&rig, "disabled", 1001);
	rig_account_edit(&rig, "disabled", disable);
	rig_account(&rig, "locked", 1002);
	for (int i = 0; i < 10; i++)
		rig_ssh(&rig, "locked", "wrong", "000000");
	for (size_t i = 0; i < 4; i++) {
		const struct rig_login login = {.user = users[i],
			.rhost = "198.51.100.7",
			.password = "wrong",
			.code = "000000"};
		struct rig_peer peer;
		uint8_t txn[WF_TXN_LEN], *at;
		struct wf_buf frame;

		rig_peer_open(&peer, FRONT_PAM, 0);
		ck_assert_int_eq(rig_login_as(&rig, &peer, &login, txn), WF_VERDICT_REJECT);
		wf_buf_init(&frame, sizeof(frames[i]));
		ck_assert_int_eq(wf_msg_encode(&peer.last, &frame), WF_OK);
		at = memmem(frame.data, frame.len, txn, sizeof(txn));
		ck_assert_ptr_nonnull(at);
		memset(at, 0, sizeof(txn));
		memcpy(frames[i], frame.data, frame.len);
		lens[i] = frame.len;
		wf_buf_clear(&frame);
		rig_peer_close(&rig, &peer);
		rig_settle(&rig);
		ck_assert_uint_eq(lens[i], lens[0]);
		ck_assert_mem_eq(frames[i], frames[0], lens[0]);
	}
}
END_TEST

/* Right, but nobody waits for it any more: neither accepted nor counted. */
START_TEST(abandoned_while_evaluated)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_challenged(&rig, &peer);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(gone_before_the_answer_leaves_nothing)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
}
END_TEST

/* A peer that is not root may only speak of itself, and costs the other nothing. */
START_TEST(foreign_accounts_are_not_counted)
{
	const struct rig_login login = {.user = "alice",
		.rhost = "192.0.2.1",
		.service = "swaylock",
		.password = "wrong",
		.code = "000000"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 4711);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "not-own-account");
	ck_assert_str_eq(rig_row(&rig, "login").source, "local:uid4711");
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, now_code()), WF_VERDICT_ACCEPT);
}
END_TEST

/* Guesses at root from outside meet waits and a lock, but lock nothing where root may log in. */
START_TEST(root_from_outside_costs_its_console_nothing)
{
	struct policy_service *login = &rig.config.policy.services[rig.config.policy.nservices++];
	struct rig_login console = {
		.user = "root", .service = "login", .tty = "tty1", .password = PASSWORD};
	struct rig_peer peer;

	*login = (struct policy_service){
		.name = "login", .asked = true, .console = true, .root_allowed = true};
	rig_account(&rig, "root", 0);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(rig_ssh(&rig, "root", PASSWORD, now_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "root-login");
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "root"), 0);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "\nroot"), 10);
	console.code = now_code();
	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &console, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

START_TEST(own_account_by_its_uid)
{
	struct rig_login login = {
		.user = "alice", .rhost = "192.0.2.1", .service = "swaylock", .password = PASSWORD};
	struct rig_peer peer;

	login.code = now_code();
	rig_peer_open(&peer, FRONT_PAM, 1000);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	ck_assert_str_eq(rig_row(&rig, "login").source, "local:uid1000");
}
END_TEST

/* What the permit table does not allow drops the peer. */
START_TEST(messages_out_of_turn_are_denied)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct rig_peer peer, other;
	struct wf_msg msg;
	uint8_t id[WF_TXN_LEN] = {0};
	const uint8_t *txn;
	size_t len;

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_peer_open(&other, FRONT_PAM, 0);
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, id, sizeof(id)), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, "x", 1), WF_OK);
	ck_assert_int_eq(engine_handle(rig.engine, &peer.peer, &msg), WF_DENIED);
	wf_msg_clear(&msg);
	rig_begin(&rig, &peer, &login);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(wf_msg_get_bytes(&peer.last, WF_F_TXN, 0, &txn, &len), WF_OK);
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, len), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, "x", 1), WF_OK);
	/* another peer's */
	ck_assert_int_eq(engine_handle(rig.engine, &other.peer, &msg), WF_DENIED);
	/* one answer of two */
	ck_assert_int_eq(engine_handle(rig.engine, &peer.peer, &msg), WF_INVALID);
	wf_msg_clear(&msg);
	rig_peer_close(&rig, &peer);
	rig_peer_close(&rig, &other);
	rig_settle(&rig);
}
END_TEST

/* In observe mode: nobody is asked, IGNORE, and a row with this reason. */
static void
expect_observed(const char *user, const char *reason)
{
	const struct rig_login login = {.user = user, .rhost = "198.51.100.7"};
	struct rig_peer peer;

	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_IGNORE);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_str_eq(rig_row(&rig, "login").user, user);
	ck_assert_str_eq(rig_row(&rig, "login").reason, reason);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_NEUTRAL);
}

START_TEST(observe_asks_nobody_and_says_what_would_be)
{
	for (int i = 0; i < 10; i++)
		(void)rig_ssh(&rig, "alice", "wrong", "000000");
	rig_account(&rig, "bob", 1001);
	rig_account(&rig, "carol", 1002);
	rig_account_edit(&rig, "carol", disable);
	rig_bare_account(&rig, "dave", 1003);
	rig.config.mode = MODE_OBSERVE;
	expect_observed("bob", "observed");
	expect_observed("carol", "disabled");
	expect_observed("alice", "locked");
	expect_observed("nobody", "unknown-user");
	expect_observed("dave", "no-factor");
}
END_TEST

/* A proof for the command warifu is a proof in observe mode, too. */
START_TEST(observe_still_asks_for_a_proof)
{
	const char *code = now_code();
	const struct rig_login login = {
		.user = "alice", .service = WF_PROOF_SERVICE, .password = PASSWORD, .code = code};
	struct rig_peer peer;

	rig.config.mode = MODE_OBSERVE;
	rig_peer_open(&peer, FRONT_PAM, 1000);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &peer);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_SUCCESS);
}
END_TEST

START_TEST(services_that_are_not_asked)
{
	struct rig_peer peer;
	const struct rig_login login = {.user = "alice", .service = "cron"};

	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_IGNORE);
	rig_peer_close(&rig, &peer);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
}
END_TEST

/* One absolute deadline for the whole attempt: silence ends it, uncounted. */
START_TEST(silence_ends_at_the_deadline)
{
	struct rig_peer peer;
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};

	rig.config.policy.numbers[P_PERSON_DEADLINE_S].value = 1;
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* Drained: nobody new, and those who were asked are told. */
START_TEST(drain_tells_those_who_wait)
{
	struct rig_peer peer;
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};

	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_wait(&rig, &peer, 0);
	engine_drain(rig.engine);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_UNAVAILABLE);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_UNAVAILABLE);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

#define RUSH 30

/* Thirty wrong answers at once on one account: ten are evaluated, the rest never. */
START_TEST(rush_of_wrong_answers)
{
	static struct rig_peer peers[RUSH];
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};

	for (int i = 0; i < RUSH; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		rig_begin(&rig, &peers[i], &login);
	}
	for (int i = 0; i < RUSH; i++)
		rig_wait(&rig, &peers[i], 0);
	for (int i = 0; i < RUSH; i++)
		rig_answer(&rig, &peers[i], "wrong", "000000");
	for (int i = 0; i < RUSH; i++) {
		rig_wait(&rig, &peers[i], 1);
		ck_assert_int_eq(rig_verdict(&peers[i]), WF_VERDICT_REJECT);
	}
	ck_assert_uint_eq(rig_rows(&rig, "login", "wrong-password"), 10);
	for (int i = 0; i < RUSH; i++)
		rig_peer_close(&rig, &peers[i]);
	rig_settle(&rig);
}
END_TEST

/* The same right answers at once: one is accepted, nothing is counted. */
START_TEST(rush_of_one_code)
{
	static struct rig_peer peers[RUSH];
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	unsigned accepted = 0;

	for (int i = 0; i < RUSH; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		rig_begin(&rig, &peers[i], &login);
	}
	for (int i = 0; i < RUSH; i++)
		rig_wait(&rig, &peers[i], 0);
	for (int i = 0; i < RUSH; i++)
		rig_answer(&rig, &peers[i], PASSWORD, now_code());
	for (int i = 0; i < RUSH; i++) {
		rig_wait(&rig, &peers[i], 1);
		accepted += rig_verdict(&peers[i]) == WF_VERDICT_ACCEPT;
	}
	ck_assert_uint_eq(accepted, 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", "replayed"), RUSH - 1);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
	for (int i = 0; i < RUSH; i++)
		rig_peer_close(&rig, &peers[i]);
	rig_settle(&rig);
}
END_TEST

static void
begin(struct rig_peer *peer, const char *user)
{
	const struct rig_login login = {.user = user, .rhost = "198.51.100.7", .tty = "ssh"};

	rig_peer_open(peer, FRONT_PAM, 0);
	rig_begin(&rig, peer, &login);
}

/*
 * I5: whoever he is, the prompts are there before the store has been asked, and the answers may be,
 * too.
 */
START_TEST(prompts_wait_for_nothing)
{
	static const char *const users[] = {"alice", "nobody-here"};
	struct rig_peer peer;

	while (store_may_be_exempt(rig.store, users[_i]))
		usleep(1000); /* until the store has read who is exempt */
	begin(&peer, users[_i]);
	ck_assert_uint_eq(peer.replies, 1);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	rig_answer(&rig, &peer, PASSWORD, now_code());
	ck_assert_uint_eq(peer.replies, 1);
	rig_wait(&rig, &peer, 1);
	ck_assert_int_eq(rig_verdict(&peer), _i == 0 ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT);
	rig_peer_close(&rig, &peer);
}
END_TEST

static void
exempt(struct account *account)
{
	account->standing = STANDING_EXEMPT;
	account->standing_until_us = RIG_WALL_US + INT64_C(86400000000);
}

/*
 * An exempt name is not asked, from the moment on at which it is exempt, and after that for as long
 * as it is.
 */
START_TEST(exempt_names_are_not_asked)
{
	struct rig_peer peer;

	while (store_may_be_exempt(rig.store, "alice"))
		usleep(1000);
	rig_account_edit(&rig, "alice", exempt);
	ck_assert(store_may_be_exempt(rig.store, "alice"));
	begin(&peer, "alice");
	ck_assert_uint_eq(peer.replies, 0);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_IGNORE);
	rig_peer_close(&rig, &peer);
	rig_advance(&rig, 2 * 86400);
	begin(&peer, "alice");
	ck_assert_uint_eq(peer.replies, 0);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/login");
	TCase *login = tcase_create("login");

	tcase_add_checked_fixture(login, set_up, tear_down);
	tcase_set_timeout(login, 60);
	tcase_add_test(login, both_kinds_right);
	tcase_add_loop_test(login, prompts_wait_for_nothing, 0, 2);
	tcase_add_test(login, exempt_names_are_not_asked);
	tcase_add_test(login, one_code_opens_once);
	tcase_add_test(login, older_code_after_newer_is_refused);
	tcase_add_test(login, stepped_back_clock_reopens_nothing);
	tcase_add_loop_test(
		login, wrong_answers_count, 0, (int)(sizeof(wrongs) / sizeof(wrongs[0])));
	tcase_add_test(login, ten_failures_lock_for_an_hour);
	tcase_add_test(login, possession_failures_outlive_success);
	tcase_add_loop_test(login, unusable_accounts_are_refused, 0,
		(int)(sizeof(unusables) / sizeof(unusables[0])));
	tcase_add_test(login, unknown_names_are_gathered);
	tcase_add_test(login, refusals_look_alike);
	tcase_add_test(login, abandoned_while_evaluated);
	tcase_add_test(login, gone_before_the_answer_leaves_nothing);
	tcase_add_test(login, foreign_accounts_are_not_counted);
	tcase_add_test(login, root_from_outside_costs_its_console_nothing);
	tcase_add_test(login, own_account_by_its_uid);
	tcase_add_test(login, messages_out_of_turn_are_denied);
	tcase_add_test(login, observe_still_asks_for_a_proof);
	tcase_add_test(login, observe_asks_nobody_and_says_what_would_be);
	tcase_add_test(login, services_that_are_not_asked);
	tcase_add_test(login, silence_ends_at_the_deadline);
	tcase_add_test(login, drain_tells_those_who_wait);
	tcase_add_test(login, rush_of_wrong_answers);
	tcase_add_test(login, rush_of_one_code);
	suite_add_tcase(it, login);
	return it;
}

UNIT_MAIN(suite)
