/*
 * A host whose centre is reached over RADIUS: what callers are asked, what is asked elsewhere, and
 * what becomes of the answers. The questions are kept by elsewhere.c, which answers as a test says.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/relay/relay.h"
#include "tests/unit/engine/elsewhere.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define S INT64_C(1000000)

static struct rig rig; /* its loop, mailbox and clock; and messages */
static struct config config;
static struct config_upstream upstream;
static struct relay *relay;
static const struct front_taker *taker;
static struct rig_peer peer;

static void
setup(void)
{
	char why[256] = "";
	struct relay_options options;

	rig_open(&rig);
	said_forget();
	memset(&config, 0, sizeof(config));
	policy_init(&config.policy);
	snprintf(config.node, sizeof(config.node), "web1");
	snprintf(config.state_dir, sizeof(config.state_dir), "%s", rig.folder);
	snprintf(config.relay.upstream, sizeof(config.relay.upstream), "centre");
	snprintf(config.relay.server, sizeof(config.relay.server), "centre");
	upstream = (struct config_upstream){
		.name = "centre", .nservers = 1, .timeout_ms = 3000, .tries = 2};
	config.upstreams.list = &upstream;
	config.upstreams.n = 1;
	options = (struct relay_options){.base = rig.base,
		.mailbox = rig.mailbox,
		.egress = elsewhere_open(),
		.clock = rig.clock,
		.say = say};
	ck_assert_msg(relay_new(&options, &config, &relay, why, sizeof(why)) == WF_OK, "%s", why);
	taker = relay_taker(relay);
	relay_tick(relay);
	rig_peer_open(&peer, FRONT_PAM, 0);
}

static void
leave(void)
{
	taker->gone(taker->ctx, &peer.peer);
	wf_msg_clear(&peer.last);
	wf_msg_init(&peer.last, WF_MSG_PONG, WF_WIRE_VERSION);
}

static void
teardown(void)
{
	char path[100];

	leave();
	wf_msg_clear(&peer.last);
	relay_stop(relay);
	relay_free(&relay);
	ck_assert_ptr_null(relay);
	snprintf(path, sizeof(path), "%s/relay.log", rig.folder);
	ck_assert_int_eq(unlink(path), 0);
	rig_close(&rig);
}

static void
pass(int64_t us)
{
	rig.now.boot_us += us;
	rig.now.wall_us += us;
	relay_tick(relay);
}

/* --- callers --- */

static wf_status
handle(struct wf_msg *msg)
{
	wf_status status = taker->handle(taker->ctx, &peer.peer, msg);

	wf_msg_clear(msg);
	return status;
}

static wf_status
begin(enum wf_purpose purpose)
{
	const struct rig_login login = {
		.user = "alice", .service = "sshd", .rhost = "192.0.2.7", .purpose = purpose};
	struct wf_msg msg;

	rig_fill_begin(&msg, &login);
	return handle(&msg);
}

static wf_status
answer(const char *text)
{
	const uint8_t *txn;
	struct wf_msg msg;
	size_t len;

	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_get_bytes(&peer.last, WF_F_TXN, 0, &txn, &len), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, len), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, text, strlen(text)), WF_OK);
	return handle(&msg);
}

static wf_status
send_plain(enum wf_msg_type type, const uint8_t *txn, const char *user)
{
	struct wf_msg msg;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	if (txn != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN), WF_OK);
	if (type == WF_MSG_SESSION)
		ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_EVENT, WF_SESSION_OPEN), WF_OK);
	if (type == WF_MSG_CHANGE)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_SECRET, "new", 3), WF_OK);
	if (user != NULL) {
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_USER, user, strlen(user)), WF_OK);
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	}
	return handle(&msg);
}

static void
expect_prompt(enum wf_text_id text, const char *words, bool echo)
{
	struct wf_prompt prompt;
	char got[300];

	ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
	ck_assert_uint_eq(wf_msg_count(&peer.last, WF_F_PROMPT), 1);
	ck_assert_int_eq(wf_msg_get_prompt(&peer.last, 0, &prompt), WF_OK);
	ck_assert_int_eq(prompt.text, text);
	ck_assert_int_eq(prompt.echo, echo);
	ck_assert_int_eq(wf_msg_get_text(&peer.last, WF_F_TEXT, 0, got, sizeof(got)), WF_OK);
	ck_assert_str_eq(got, words);
}

static void
expect_result(enum wf_verdict verdict, enum wf_text_id text)
{
	uint64_t got = WF_TEXT_NONE;

	ck_assert_int_eq(peer.last.type, WF_MSG_RESULT);
	ck_assert_int_eq(rig_verdict(&peer), verdict);
	(void)!wf_msg_get_uint(&peer.last, WF_F_TEXT_ID, &got);
	ck_assert_uint_eq(got, text);
}

/* Up to the first question. */
static void
ask_first(void)
{
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	expect_prompt(WF_TEXT_PASSWORD, "", false);
	ck_assert_int_eq(answer("secret"), WF_OK);
}

static void
log_in(uint8_t txn_r[WF_TXN_LEN])
{
	const uint8_t *txn;
	size_t len;

	ask_first();
	elsewhere_say(elsewhere_count() - 1, WF_OUTCOME_ACCEPT);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	ck_assert_int_eq(wf_msg_get_bytes(&peer.last, WF_F_TXN, 0, &txn, &len), WF_OK);
	memcpy(txn_r, txn, WF_TXN_LEN);
}

/* --- logins --- */

START_TEST(password_then_what_is_asked)
{
	ask_first();
	ck_assert_uint_eq(elsewhere_count(), 1);
	ck_assert_str_eq(elsewhere_asked(0)->server, "centre");
	ck_assert_str_eq(elsewhere_asked(0)->user, "alice");
	ck_assert_str_eq(elsewhere_asked(0)->answer, "secret");
	ck_assert_str_eq(elsewhere_asked(0)->source, "192.0.2.7");
	ck_assert_uint_eq(elsewhere_asked(0)->state_len, 0);
	ck_assert_int_eq(elsewhere_asked(0)->deadline_us, rig.now.boot_us + 7 * S);
	elsewhere_challenge(0, "Code of the token:", true, "state");
	expect_prompt(WF_TEXT_CODE, "Code of the token:", true);
	ck_assert_int_eq(answer("123456"), WF_OK);
	ck_assert_uint_eq(elsewhere_count(), 2);
	ck_assert_str_eq(elsewhere_asked(1)->answer, "123456");
	ck_assert_uint_eq(elsewhere_asked(1)->state_len, 5);
	ck_assert_mem_eq(elsewhere_asked(1)->state, "state", 5);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
}
END_TEST

START_TEST(a_refusal)
{
	ask_first();
	elsewhere_say(0, WF_OUTCOME_REJECT);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ask_first(); /* on the same connection */
	ck_assert_uint_eq(elsewhere_count(), 2);
}
END_TEST

START_TEST(questions_without_end)
{
	ask_first();
	for (size_t i = 0; peer.last.type == WF_MSG_PROMPTS && i < 20; i++) {
		elsewhere_challenge(i, "more", false, "s");
		if (peer.last.type == WF_MSG_PROMPTS)
			ck_assert_int_eq(answer("x"), WF_OK);
	}
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_uint_eq(elsewhere_count(), 8);
}
END_TEST

/* --- who is away --- */

/* `before`: how many were asked until now. */
static void
expect_silence(size_t before)
{
	ask_first();
	elsewhere_silent(before, WF_WHY_TIMEOUT);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE); /* he was asked */
}

static void
expect_nobody(size_t before)
{
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY); /* as if nobody had listened */
	ck_assert_uint_eq(elsewhere_count(), before);
}

START_TEST(nobody_answers)
{
	expect_silence(0);
	expect_silence(1);
	ck_assert_ptr_nonnull(strstr(said, "the centre centre is away"));
	expect_nobody(2);
	pass(9 * S);
	expect_nobody(2);
	pass(S);
	expect_silence(2); /* still nobody: once is enough now */
	expect_nobody(3);
	pass(10 * S);
	ask_first();
	said_forget();
	elsewhere_say(3, WF_OUTCOME_REJECT);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_ptr_nonnull(strstr(said, "the centre centre is there"));
}
END_TEST

/* A Warifu says nothing for whom it cannot judge; that is no matter of others. */
START_TEST(one_silence_shuts_out_nobody)
{
	for (size_t i = 0; i < 6; i += 2) {
		expect_silence(i);
		ask_first();
		elsewhere_say(i + 1, WF_OUTCOME_REJECT);
		expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	}
	ck_assert_ptr_null(strstr(said, "is away"));
}
END_TEST

/* One person's answer, or a crowd's questions, shut out nobody else. */
START_TEST(what_was_not_asked_is_no_silence)
{
	static const enum wf_unreachable reasons[] = {WF_WHY_DEADLINE, WF_WHY_BUSY, WF_WHY_UNKNOWN,
		WF_WHY_UNSENDABLE, WF_WHY_INTERNAL};

	ask_first();
	elsewhere_silent(0, reasons[_i]);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	ask_first();
	elsewhere_say(1, WF_OUTCOME_REJECT);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}
END_TEST

START_TEST(warifu_egress_is_away)
{
	elsewhere_down(true);
	pass(0);
	ck_assert_ptr_nonnull(strstr(said, "warifu-egress is away"));
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	elsewhere_down(false);
	pass(0);
	ask_first();
}
END_TEST

/* Between prompt and answer. */
START_TEST(it_cannot_be_asked)
{
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	elsewhere_refuse(WF_FULL);
	ck_assert_int_eq(answer("secret"), WF_OK);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
}
END_TEST

START_TEST(the_caller_is_gone)
{
	ask_first();
	leave();
	ck_assert(elsewhere_asked(0)->dropped);
	ask_first();
	ck_assert_int_eq(send_plain(WF_MSG_ABORT, NULL, NULL), WF_OK);
	ck_assert(elsewhere_asked(1)->dropped);
}
END_TEST

START_TEST(the_daemon_stops)
{
	ask_first();
	relay_stop(relay);
	expect_result(WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	ck_assert(elsewhere_asked(0)->dropped);
}
END_TEST

/* --- the account phase, and what there is not --- */

START_TEST(an_account_phase_belongs_to_a_login)
{
	static const uint8_t other[WF_TXN_LEN] = {1};
	uint8_t txn[WF_TXN_LEN];

	log_in(txn);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_OK);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	leave(); /* sshd asks from another process */
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_OK);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "bob"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, other, "alice"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, NULL, "alice"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	pass(121 * S);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}
END_TEST

START_TEST(a_login_that_goes_on_was_not_accepted)
{
	const uint8_t *at;
	uint8_t txn[WF_TXN_LEN];
	size_t len;

	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	ck_assert_int_eq(wf_msg_get_bytes(&peer.last, WF_F_TXN, 0, &at, &len), WF_OK);
	memcpy(txn, at, sizeof(txn));
	ck_assert_int_eq(answer("secret"), WF_OK);
	elsewhere_challenge(0, "Code:", false, "s");
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_DENIED);
	leave();
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}
END_TEST

/* Whatever names somebody in the middle of a login: what is answered belongs to who was asked. */
START_TEST(a_login_stays_its_own)
{
	static const enum wf_msg_type types[] = {WF_MSG_ACCOUNT, WF_MSG_SESSION, WF_MSG_CHANGE};
	const uint8_t *at;
	uint8_t txn[WF_TXN_LEN];
	size_t len;

	ask_first();
	ck_assert_int_eq(send_plain(types[_i], NULL, "bob"), WF_DENIED);
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(wf_msg_get_bytes(&peer.last, WF_F_TXN, 0, &at, &len), WF_OK);
	memcpy(txn, at, sizeof(txn));
	leave();
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "bob"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_int_eq(send_plain(WF_MSG_ACCOUNT, txn, "alice"), WF_OK);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
}
END_TEST

/* --- its own log --- */

/* How often a text is in the log of the host. */
static size_t
count_in_log(const char *name, const char *text)
{
	static char bytes[3u << 20];
	char path[100];
	FILE *file;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%s", rig.folder, name);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	for (const char *at = bytes; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

START_TEST(rows_stay_on_the_host)
{
	char path[100];

	expect_silence(0);
	expect_silence(1);
	relay_tick(relay);
	ck_assert_uint_eq(count_in_log("relay.log", "\"event\":\"relay.start\""), 1);
	ck_assert_uint_eq(count_in_log("relay.log", "\"event\":\"relay.away\""), 1);
	ck_assert_uint_eq(count_in_log("relay.log",
				  "\"user\":\"alice\",\"source\":\"192.0.2.7\",\"host\":\"web1\""),
		1);
	snprintf(path, sizeof(path), "%s/relay.spool", rig.folder);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(what_radius_cannot_do_is_refused)
{
	ck_assert_int_eq(begin(WF_PURPOSE_CHANGE), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_ptr_nonnull(strstr(said, "cannot be changed over RADIUS"));
	ck_assert_int_eq(send_plain(WF_MSG_CHANGE, NULL, "alice"), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_int_eq(send_plain(WF_MSG_SESSION, NULL, "alice"), WF_OK);
	expect_result(WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	peer.peer.cred.uid = 1000;
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_OK);
	expect_result(WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	ck_assert_uint_eq(elsewhere_count(), 0);
}
END_TEST

START_TEST(what_makes_no_sense_is_hung_up_on)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	ck_assert_int_eq(handle(&msg), WF_DENIED);
	ask_first();
	ck_assert_int_eq(answer("again"), WF_DENIED);         /* nothing was asked */
	ck_assert_int_eq(begin(WF_PURPOSE_LOGIN), WF_DENIED); /* there is one */
	ck_assert_uint_eq(elsewhere_count(), 1);
}
END_TEST

START_TEST(another_way_needs_a_restart)
{
	char why[256] = "";
	struct config tls = config;

	ck_assert_int_eq(relay_configure(relay, &config, why, sizeof(why)), WF_OK);
	tls.relay.upstream[0] = '\0';
	ck_assert_int_eq(relay_configure(relay, &tls, why, sizeof(why)), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "restart the daemon"));
}
END_TEST

static Suite *
relay_plain_suite(void)
{
	Suite *suite = suite_create("relay_plain");
	TCase *tc = tcase_create("logins");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, password_then_what_is_asked);
	tcase_add_test(tc, a_refusal);
	tcase_add_test(tc, questions_without_end);
	tcase_add_test(tc, nobody_answers);
	tcase_add_test(tc, one_silence_shuts_out_nobody);
	tcase_add_loop_test(tc, a_login_stays_its_own, 0, 3);
	tcase_add_test(tc, rows_stay_on_the_host);
	tcase_add_loop_test(tc, what_was_not_asked_is_no_silence, 0, 5);
	tcase_add_test(tc, warifu_egress_is_away);
	tcase_add_test(tc, it_cannot_be_asked);
	tcase_add_test(tc, the_caller_is_gone);
	tcase_add_test(tc, the_daemon_stops);
	tcase_add_test(tc, an_account_phase_belongs_to_a_login);
	tcase_add_test(tc, a_login_that_goes_on_was_not_accepted);
	tcase_add_test(tc, what_radius_cannot_do_is_refused);
	tcase_add_test(tc, what_makes_no_sense_is_hung_up_on);
	tcase_add_test(tc, another_way_needs_a_restart);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(relay_plain_suite)
