/* The account phase, sessions and password changes through the engine. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"

static struct rig rig;
static struct rig_peer root;

static void
set_up(void)
{
	rig_open(&rig);
	rig_peer_open(&root, FRONT_PAM, 0);
}

static void
tear_down(void)
{
	rig_peer_close(&rig, &root);
	rig_settle(&rig);
	rig_close(&rig);
}

struct request {
	enum wf_msg_type type;
	const char *user, *service, *rhost, *evidence, *secret;
	const uint8_t *txn;
	uint64_t event;
};

static enum wf_verdict
ask(struct rig_peer *peer, const struct request *request)
{
	struct wf_msg msg;
	unsigned since = peer->replies;

	wf_msg_init(&msg, request->type, WF_WIRE_VERSION);
	if (request->txn != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, request->txn, WF_TXN_LEN), WF_OK);
	if (request->event != 0)
		ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_EVENT, request->event), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_bytes(&msg, WF_F_USER, request->user, strlen(request->user)), WF_OK);
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
	ck_assert_int_eq(engine_handle(rig.engine, &peer->peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	rig_wait(&rig, peer, since);
	return rig_verdict(peer);
}

static enum wf_verdict
account(const char *user, const uint8_t *txn, const char *evidence, const char *rhost)
{
	const struct request request = {.type = WF_MSG_ACCOUNT,
		.user = user,
		.rhost = rhost == NULL ? "198.51.100.7" : rhost,
		.txn = txn,
		.evidence = evidence};

	return ask(&root, &request);
}

static void
log_in(uint8_t txn_r[WF_TXN_LEN], enum wf_purpose purpose)
{
	char code[9];
	struct rig_login login = {
		.user = "alice", .rhost = "198.51.100.7", .password = PASSWORD, .purpose = purpose};

	rig_code(&rig, 0, code);
	login.code = code;
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, txn_r), WF_VERDICT_ACCEPT);
}

START_TEST(covered_by_its_transaction)
{
	uint8_t txn[WF_TXN_LEN];

	log_in(txn, WF_PURPOSE_LOGIN);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_ACCEPT);
	rig_account(&rig, "bob", 1001);
	ck_assert_int_eq(account("bob", txn, NULL, NULL), WF_VERDICT_REJECT);
	rig_advance(&rig, 3601);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_REJECT);
}
END_TEST

/* A session's length, as documents have it. */
static void
sessions_last(int64_t seconds)
{
	rig.config.policy.values.held[R_SESSION_TIMEOUT][0] =
		(struct policy_held){.set = true, .value = seconds};
}

/* Where a session is shorter than the hour that a transaction covers a login for. */
START_TEST(c21_reauthentication_of_a_transaction)
{
	uint8_t txn[WF_TXN_LEN];

	sessions_last(600);
	log_in(txn, WF_PURPOSE_LOGIN);
	rig_advance(&rig, 599);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_ACCEPT);
	rig_advance(&rig, 2);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "session-over");
}
END_TEST

/* What sudo asks within that login, when its time stamp has skipped the auth lines. */
static enum wf_verdict
sudo_by_time_stamp(void)
{
	const struct request request = {
		.type = WF_MSG_ACCOUNT, .user = "alice", .service = "sudo"};

	return ask(&root, &request);
}

static void
open_login(const uint8_t *txn)
{
	const struct request request = {.type = WF_MSG_SESSION,
		.user = "alice",
		.rhost = "198.51.100.7",
		.txn = txn,
		.event = WF_SESSION_OPEN};

	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_ACCEPT);
}

START_TEST(c21_reauthentication_of_sudo_by_time_stamp)
{
	static const struct engine_host host = {
		.name = "web1", .boot = "1", .lineage = {.audit_session = 7}};
	uint8_t txn[WF_TXN_LEN];

	root.peer.host = &host;
	log_in(txn, WF_PURPOSE_LOGIN);
	open_login(txn);
	rig_advance(&rig, 30 * 86400);
	ck_assert_int_eq(sudo_by_time_stamp(), WF_VERDICT_ACCEPT); /* nobody said how long */
	sessions_last(28800);
	ck_assert_int_eq(sudo_by_time_stamp(), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "session-over");
	/* to open it again with the same proof is no proof */
	open_login(txn);
	ck_assert_int_eq(sudo_by_time_stamp(), WF_VERDICT_REJECT);
	log_in(txn, WF_PURPOSE_LOGIN);
	open_login(txn);
	rig_advance(&rig, 28799);
	ck_assert_int_eq(sudo_by_time_stamp(), WF_VERDICT_ACCEPT);
	rig_advance(&rig, 2);
	ck_assert_int_eq(sudo_by_time_stamp(), WF_VERDICT_REJECT);
}
END_TEST

/* A plain publickey login skips PAM's authentication: here it is caught, and recorded. */
START_TEST(key_alone_is_refused)
{
	struct audit_row row;
	uint8_t forged[WF_TXN_LEN] = {1};

	ck_assert_int_eq(
		account("alice", NULL, "publickey ssh-ed25519 AAAA", NULL), WF_VERDICT_REJECT);
	row = rig_row(&rig, "login");
	ck_assert_str_eq(row.action, "account");
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_int_eq(account("alice", forged, NULL, NULL), WF_VERDICT_REJECT);
	ck_assert_int_eq(account("nobody-here", NULL, NULL, NULL), WF_VERDICT_REJECT);
}
END_TEST

/*
 * In observe mode a login that went through the auth lines has its row from there; a key alone has
 * its own.
 */
START_TEST(observed_key_alone_is_recorded)
{
	uint8_t asked[WF_TXN_LEN] = {1};

	rig.config.mode = MODE_OBSERVE;
	ck_assert_int_eq(account("alice", asked, NULL, NULL), WF_VERDICT_IGNORE);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
	ck_assert_int_eq(
		account("alice", NULL, "publickey ssh-ed25519 AAAA", NULL), WF_VERDICT_IGNORE);
	ck_assert_uint_eq(rig_rows(&rig, "login", "no-transaction"), 1);
	ck_assert_int_eq(rig_row(&rig, "login").result, AUDIT_NEUTRAL);
}
END_TEST

static void
make_service(struct account *account)
{
	account->kind = ACCOUNT_SERVICE;
	snprintf(account->sources, sizeof(account->sources), "198.51.100.0/24");
}

START_TEST(service_account_with_key_from_its_network)
{
	static const char key[] = "publickey ssh-ed25519 AAAA";

	rig_account(&rig, "backup", 1002);
	rig_account_edit(&rig, "backup", make_service);
	rig.config.policy.services[rig.config.policy.nservices] =
		(struct policy_service){.name = "sshd", .asked = true, .key_only = true};
	rig.config.policy.nservices++;
	ck_assert_int_eq(account("backup", NULL, key, "198.51.100.9"), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "login").factors, "ssh-key");
	ck_assert_int_eq(account("backup", NULL, key, "203.0.113.9"), WF_VERDICT_REJECT);
	ck_assert_int_eq(account("backup", NULL, NULL, "198.51.100.9"), WF_VERDICT_REJECT);
	/*
	 * What sshd gives after a single method, and what it gives when that was no key but part of
	 * a longer way.
	 */
	ck_assert_int_eq(account("backup", NULL, "", "198.51.100.9"), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(account("backup", NULL, "hostbased", "198.51.100.9"), WF_VERDICT_REJECT);
	ck_assert_int_eq(account("alice", NULL, "", "198.51.100.9"), WF_VERDICT_REJECT);
	ck_assert_int_eq(account("alice", NULL, key, "198.51.100.9"), WF_VERDICT_REJECT);
}
END_TEST

static void
must_change(struct account *account)
{
	account->must_change = true;
}

START_TEST(first_password_must_be_changed)
{
	uint8_t txn[WF_TXN_LEN];

	rig_account_edit(&rig, "alice", must_change);
	log_in(txn, WF_PURPOSE_LOGIN);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_CHANGE);
}
END_TEST

static enum wf_verdict
change(struct rig_peer *peer, const uint8_t *txn, const char *password)
{
	const struct request request = {.type = WF_MSG_CHANGE,
		.user = "alice",
		.service = "passwd",
		.txn = txn,
		.secret = password};

	return ask(peer, &request);
}

START_TEST(own_password_with_the_old_one)
{
	uint8_t txn[WF_TXN_LEN], login[WF_TXN_LEN];
	char code[9];

	rig_account_edit(&rig, "alice", must_change);
	log_in(txn, WF_PURPOSE_CHANGE);
	ck_assert_int_eq(change(&root, txn, "short"), WF_VERDICT_REJECT);
	ck_assert_uint_gt(wf_msg_count(&root.last, WF_F_TEXT), 0);
	ck_assert_int_eq(change(&root, txn, "a longer battery staple"), WF_VERDICT_ACCEPT);
	rig_code(&rig, 0, code);
	ck_assert_int_eq(rig_ssh(&rig, "alice", PASSWORD, code), WF_VERDICT_REJECT);
	ck_assert_int_eq(
		rig_ssh(&rig, "alice", "a longer battery staple", code), WF_VERDICT_ACCEPT);
	(void)login;
	ck_assert_uint_eq(rig_rows(&rig, "password.change", "own"), 1);
}
END_TEST

/* Who forgot the old password proves himself by a recovery code, once. */
START_TEST(own_password_with_a_recovery_code)
{
	struct rig_login login = {
		.user = "alice", .rhost = "198.51.100.7", .purpose = WF_PURPOSE_CHANGE};
	char code[64];
	uint8_t txn[WF_TXN_LEN];

	rig_recovery(&rig, "alice", code, sizeof(code));
	login.password = code;
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, txn), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(change(&root, txn, "a longer battery staple"), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, txn), WF_VERDICT_REJECT);
}
END_TEST

/* C-21: a proof is good for ten minutes, and for nothing that it was not made for. */
START_TEST(c21_reauthentication_before_a_change_of_password)
{
	struct rig_peer user;
	uint8_t txn[WF_TXN_LEN];

	rig_peer_open(&user, FRONT_PAM, 1000);
	ck_assert_int_eq(change(&user, NULL, "a longer battery staple"), WF_VERDICT_REJECT);
	log_in(txn, WF_PURPOSE_LOGIN);
	ck_assert_int_eq(change(&user, txn, "a longer battery staple"), WF_VERDICT_REJECT);
	log_in(txn, WF_PURPOSE_CHANGE);
	rig_advance(&rig, 601);
	ck_assert_int_eq(change(&root, txn, "a longer battery staple"), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &user);
}
END_TEST

START_TEST(root_sets_a_first_password)
{
	uint8_t txn[WF_TXN_LEN];
	char code[9];
	struct rig_login login = {
		.user = "alice", .rhost = "198.51.100.7", .password = "a longer battery staple"};

	ck_assert_int_eq(change(&root, NULL, "a longer battery staple"), WF_VERDICT_ACCEPT);
	rig_code(&rig, 0, code);
	login.code = code;
	ck_assert_int_eq(rig_login_as(&rig, &root, &login, txn), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(account("alice", txn, NULL, NULL), WF_VERDICT_CHANGE);
}
END_TEST

/* One kind alone, as for a change, resets nothing (I1). */
START_TEST(proving_a_password_resets_nothing)
{
	uint8_t txn[WF_TXN_LEN];

	for (int i = 0; i < 3; i++)
		rig_ssh(&rig, "alice", "wrong", "000000");
	log_in(txn, WF_PURPOSE_CHANGE);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 3);
}
END_TEST

START_TEST(sessions_are_rows)
{
	struct request request = {.type = WF_MSG_SESSION,
		.user = "alice",
		.rhost = "198.51.100.7",
		.event = WF_SESSION_OPEN};
	struct rig_peer user;

	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "session.open").source, "198.51.100.7");
	request.event = WF_SESSION_CLOSE;
	ck_assert_int_eq(ask(&root, &request), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&rig, "session.close", NULL), 1);
	rig_peer_open(&user, FRONT_PAM, 1000);
	ck_assert_int_eq(ask(&user, &request), WF_VERDICT_REJECT);
	rig_peer_close(&rig, &user);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/phases");
	TCase *phases = tcase_create("phases");

	tcase_add_checked_fixture(phases, set_up, tear_down);
	tcase_set_timeout(phases, 60);
	tcase_add_test(phases, covered_by_its_transaction);
	tcase_add_test(phases, c21_reauthentication_of_a_transaction);
	tcase_add_test(phases, c21_reauthentication_of_sudo_by_time_stamp);
	tcase_add_test(phases, key_alone_is_refused);
	tcase_add_test(phases, observed_key_alone_is_recorded);
	tcase_add_test(phases, service_account_with_key_from_its_network);
	tcase_add_test(phases, first_password_must_be_changed);
	tcase_add_test(phases, own_password_with_the_old_one);
	tcase_add_test(phases, own_password_with_a_recovery_code);
	tcase_add_test(phases, c21_reauthentication_before_a_change_of_password);
	tcase_add_test(phases, root_sets_a_first_password);
	tcase_add_test(phases, proving_a_password_resets_nothing);
	tcase_add_test(phases, sessions_are_rows);
	suite_add_tcase(it, phases);
	return it;
}

UNIT_MAIN(suite)
