/*
 * Logins in which the Nth fallible call fails, for every N, once and from there on: the verdict is
 * right or UNAVAILABLE, an ACCEPT has its row, and the next login works.  The threads share one
 * count, so a round may hit another call than the round before; each call is hit by some round.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/engine/elsewhere.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define NEW_PASSWORD "a longer battery staple"
#define CODE "271828" /* another server's, which then wants to know more */
#define MORE "4711"
#define NOTHING WF_VERDICT_COUNT /* no verdict: the peer was dropped, or gave up itself */

static struct rig rig;

/* A peer that keeps what it hears without a fallible call. */
struct listener {
	struct engine_peer peer; /* first */
	bool heard, prompted;
	uint8_t txn[WF_TXN_LEN];
	uint8_t prompts[4];
	size_t nprompts;
	uint64_t verdict;
	char state[WF_STATE_LEN + 1]; /* of a CHALLENGE, which has no verdict */
};

static bool
listen_to(struct engine_peer *peer, const struct wf_msg *msg)
{
	struct listener *it = (struct listener *)peer;
	struct wf_prompt prompt;
	const uint8_t *txn;
	size_t len;

	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK)
		memcpy(it->txn, txn, WF_TXN_LEN);
	it->prompted = msg->type == WF_MSG_PROMPTS;
	it->heard = !it->prompted;
	for (it->nprompts = 0; wf_msg_get_prompt(msg, it->nprompts, &prompt) == WF_OK;
		it->nprompts++)
		it->prompts[it->nprompts] = prompt.id;
	if (msg->type == WF_MSG_CHALLENGE)
		ck_assert_int_eq(
			wf_msg_get_text(msg, WF_F_STATE, 0, it->state, sizeof(it->state)), WF_OK);
	else if (it->heard)
		ck_assert_int_eq(wf_msg_get_uint(msg, WF_F_VERDICT, &it->verdict), WF_OK);
	return true;
}

static void
hang_up(struct engine_peer *peer)
{
	((struct listener *)peer)->heard = true;
}

/* The server that knows a code: it asks back once. */
static void
serve_elsewhere(void)
{
	int index = elsewhere_open_one();
	const struct asked *asked = index >= 0 ? elsewhere_asked((size_t)index) : NULL;

	if (asked == NULL)
		return;
	if (asked->state_len == 0 && strcmp(asked->answer, CODE) == 0)
		elsewhere_challenge((size_t)index, "More:", true, "one");
	else
		elsewhere_say((size_t)index,
			strcmp(asked->answer, MORE) == 0 ? WF_OUTCOME_ACCEPT : WF_OUTCOME_REJECT);
}

static void
wait_for(bool *flag, const bool *other)
{
	/* half a minute where nothing comes */
	for (int i = 0; i < 150000 && !*flag && !*other; i++) {
		rig_turn(&rig);
		serve_elsewhere();
		usleep(100);
	}
	ck_assert_msg(*flag || *other, "neither prompts nor a verdict");
}

static wf_status
send_begin(struct listener *it, enum wf_purpose purpose)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&msg, WF_F_PURPOSE, purpose);
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_USER, "alice", 5);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_SERVICE, "sshd");
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_RHOST, "198.51.100.7");
	if (status == WF_OK)
		status = engine_handle(rig.engine, &it->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
send_answer(struct listener *it, const char *password, const char *code)
{
	const char *const answers[] = {password, code};
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, it->txn, WF_TXN_LEN);
	for (size_t i = 0; status == WF_OK && i < it->nprompts; i++)
		status = wf_msg_add_tagged(
			&msg, WF_F_ANSWER, it->prompts[i], answers[i], strlen(answers[i]));
	if (status == WF_OK)
		status = engine_handle(rig.engine, &it->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
send_change(struct listener *it, const uint8_t txn[WF_TXN_LEN])
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_CHANGE, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_USER, "alice", 5);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_SERVICE, "passwd");
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_SECRET, NEW_PASSWORD, strlen(NEW_PASSWORD));
	if (status == WF_OK)
		status = engine_handle(rig.engine, &it->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
listener_open(struct listener *it)
{
	*it = (struct listener){.peer = {.role = FRONT_PAM, .send = listen_to, .drop = hang_up},
		.verdict = NOTHING};
}

static uint64_t
log_in(const char *password, const char *code, enum wf_purpose purpose, uint8_t txn_r[WF_TXN_LEN])
{
	static const bool never = false;
	struct listener it;

	listener_open(&it);
	if (send_begin(&it, purpose) == WF_OK) {
		wait_for(&it.prompted, &it.heard);
		if (it.prompted && send_answer(&it, password, code) == WF_OK)
			wait_for(&it.heard, &never);
	}
	engine_peer_gone(rig.engine, &it.peer);
	if (txn_r != NULL)
		memcpy(txn_r, it.txn, WF_TXN_LEN);
	return it.verdict;
}

static uint64_t
change(const uint8_t txn[WF_TXN_LEN])
{
	static const bool never = false;
	struct listener it;

	listener_open(&it);
	if (send_change(&it, txn) == WF_OK)
		wait_for(&it.heard, &never);
	engine_peer_gone(rig.engine, &it.peer);
	return it.verdict;
}

/* Another step of the token, and everything that is left under way settled. */
static void
next_round(void)
{
	size_t expired;

	rig_settle(&rig);
	rig_advance(&rig, 240);
	ck_assert_int_eq(store_expire(rig.store, &expired), WF_OK);
	engine_tick(rig.engine);
	rig_settle(&rig);
}

static void
works_again(const char *password)
{
	char code[9];

	next_round();
	rig_code(&rig, 0, code);
	ck_assert_uint_eq(log_in(password, code, WF_PURPOSE_LOGIN, NULL), WF_VERDICT_ACCEPT);
	next_round();
}

struct faulty {
	const char *password;
	const char *code; /* NULL: the right one */
	uint64_t right;
};

static const struct faulty faulties[] = {{PASSWORD, NULL, WF_VERDICT_ACCEPT},
	{"wrong", NULL, WF_VERDICT_REJECT}, {PASSWORD, "000000", WF_VERDICT_REJECT}};

static uint64_t
one_round(const struct faulty *faulty, uint64_t nth, bool lasts)
{
	char code[9];
	size_t accepted = rig_rows(&rig, "login", "ok");
	uint64_t verdict, calls;

	rig_code(&rig, 0, code);
	wf_fault_arm(nth, lasts);
	verdict = log_in(faulty->password, faulty->code != NULL ? faulty->code : code,
		WF_PURPOSE_LOGIN, NULL);
	calls = wf_fault_count();
	wf_fault_arm(0, false);
	ck_assert_msg(
		verdict == faulty->right || verdict == WF_VERDICT_UNAVAILABLE || verdict == NOTHING,
		"call %u: verdict %u", (unsigned)nth, (unsigned)verdict);
	rig_settle(&rig);
	if (verdict == WF_VERDICT_ACCEPT)
		ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), accepted + 1);
	if (verdict == WF_VERDICT_REJECT)
		ck_assert_uint_ge(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
	return calls;
}

START_TEST(login_with_faults)
{
	const struct faulty *faulty = &faulties[_i / 2];
	uint64_t calls;

	rig_open(&rig);
	next_round();
	calls = one_round(faulty, 0, false);
	ck_assert_uint_gt(calls, 10);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		works_again(PASSWORD);
		(void)one_round(faulty, nth, _i % 2 == 1);
		/* the lane of right passwords with wrong codes forgets after a day alone */
		if (nth % 15 == 0)
			rig_advance(&rig, 86401);
	}
	works_again(PASSWORD);
	rig_close(&rig);
}
END_TEST

static wf_status
send_attempt(struct listener *it, const char *answer, const char *state)
{
	static uint64_t number;
	uint8_t key[32] = {0};
	struct wf_msg msg;
	wf_status status;

	number++;
	memcpy(key, &number, sizeof(number));
	wf_msg_init(&msg, WF_MSG_ATTEMPT, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&msg, WF_F_TAG, number);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_USER, "alice");
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_SERVICE, "vpn");
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_STATE, state);
	if (status == WF_OK)
		status = wf_msg_add_tagged(&msg, WF_F_ANSWER, 0, answer, strlen(answer));
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, key, sizeof(key));
	if (status == WF_OK)
		status = engine_handle(rig.engine, &it->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

/* One packet: the verdict, or NOTHING with a state, or NOTHING at all. */
static uint64_t
one_packet(const char *answer, const char *state, char state_r[WF_STATE_LEN + 1])
{
	static const bool never = false;
	struct listener it;

	listener_open(&it);
	it.peer.role = FRONT_RADIUS;
	if (send_attempt(&it, answer, state) == WF_OK)
		wait_for(&it.heard, &never);
	engine_peer_gone(rig.engine, &it.peer);
	memcpy(state_r, it.state, sizeof(it.state));
	return it.verdict;
}

static uint64_t
through_gateway(const char *password, const char *code)
{
	char state[WF_STATE_LEN + 1], none[WF_STATE_LEN + 1];
	uint64_t verdict = one_packet(password, "", state);

	return state[0] != '\0' ? one_packet(code, state, none) : verdict;
}

static uint64_t
one_gateway_round(const struct faulty *faulty, uint64_t nth, bool lasts)
{
	char code[9];
	size_t accepted = rig_rows(&rig, "login", "ok");
	uint64_t verdict, calls;

	rig_code(&rig, 0, code);
	wf_fault_arm(nth, lasts);
	verdict = through_gateway(faulty->password, faulty->code != NULL ? faulty->code : code);
	calls = wf_fault_count();
	wf_fault_arm(0, false);
	ck_assert_msg(
		verdict == faulty->right || verdict == WF_VERDICT_UNAVAILABLE || verdict == NOTHING,
		"call %u: verdict %u", (unsigned)nth, (unsigned)verdict);
	rig_settle(&rig);
	if (verdict == WF_VERDICT_ACCEPT)
		ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), accepted + 1);
	if (faulty->right == WF_VERDICT_REJECT)
		ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), accepted);
	return calls;
}

START_TEST(rounds_with_faults)
{
	const struct faulty *faulty = &faulties[_i / 2];
	uint64_t calls;

	rig_open(&rig);
	(void)rig_client(&rig, "vpn");
	next_round();
	calls = one_gateway_round(faulty, 0, false);
	ck_assert_uint_gt(calls, 10);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		works_again(PASSWORD);
		(void)one_gateway_round(faulty, nth, _i % 2 == 1);
		if (nth % 15 == 0)
			rig_advance(&rig, 86401);
	}
	works_again(PASSWORD);
	rig_close(&rig);
}
END_TEST

/* --- a code that another server knows --- */

/* What is entered, to its question, too. */
struct elsewhere {
	const char *code, *more;
	uint64_t right;
};

static const struct elsewhere elsewheres[] = {{CODE, MORE, WF_VERDICT_ACCEPT},
	{CODE, "0", WF_VERDICT_REJECT}, {"0", "", WF_VERDICT_REJECT}};

static uint64_t
over_pam(const struct elsewhere *entered)
{
	struct listener it;

	listener_open(&it);
	if (send_begin(&it, WF_PURPOSE_LOGIN) == WF_OK)
		wait_for(&it.prompted, &it.heard);
	for (int round = 0; round < 2 && it.prompted; round++) {
		it.prompted = false;
		if (send_answer(&it, round == 0 ? PASSWORD : entered->more, entered->code) != WF_OK)
			break;
		wait_for(&it.prompted, &it.heard);
	}
	engine_peer_gone(rig.engine, &it.peer);
	return it.verdict;
}

static uint64_t
over_radius(const struct elsewhere *entered)
{
	const char *const answers[] = {PASSWORD, entered->code, entered->more};
	char state[WF_STATE_LEN + 1] = "";
	uint64_t verdict = NOTHING;

	for (size_t i = 0; i < 3 && (i == 0 || state[0] != '\0'); i++)
		verdict = one_packet(answers[i], state, state);
	return verdict;
}

typedef uint64_t way(const struct elsewhere *entered);

static uint64_t
one_elsewhere(way *log_in_by, const struct elsewhere *entered, uint64_t nth, bool lasts)
{
	size_t accepted = rig_rows(&rig, "login", "ok");
	uint64_t verdict, calls;

	(void)elsewhere_open();
	wf_fault_arm(nth, lasts);
	verdict = log_in_by(entered);
	calls = wf_fault_count();
	wf_fault_arm(0, false);
	ck_assert_msg(verdict == entered->right || verdict == WF_VERDICT_UNAVAILABLE ||
			      verdict == NOTHING,
		"call %u: verdict %u", (unsigned)nth, (unsigned)verdict);
	while (elsewhere_open_one() >= 0)
		serve_elsewhere();
	next_round();
	ck_assert_uint_le(
		rig_rows(&rig, "login", "ok"), accepted + (entered->right == WF_VERDICT_ACCEPT));
	ck_assert_uint_ge(rig_rows(&rig, "login", "ok"), accepted + (verdict == WF_VERDICT_ACCEPT));
	return calls;
}

START_TEST(elsewhere_with_faults)
{
	static way *const ways[] = {over_pam, over_radius};
	way *log_in_by = ways[_i / 6];
	const struct elsewhere *entered = &elsewheres[_i / 2 % 3];
	uint64_t calls;

	rig_open(&rig);
	(void)rig_client(&rig, "vpn");
	(void)rig_upstream(&rig, "passlogic", UPSTREAM_POSSESSION);
	rig_void(&rig, "alice", FACTOR_TOTP);
	rig_join(&rig, "alice");
	calls = one_elsewhere(log_in_by, entered, 0, false);
	ck_assert_uint_gt(calls, 10);
	for (uint64_t nth = 1; nth <= calls; nth++) {
		(void)one_elsewhere(log_in_by, entered, nth, _i % 2 == 1);
		/* the lane of right passwords with wrong codes forgets after a day alone */
		rig_advance(&rig, 86401);
		ck_assert_uint_eq(over_pam(&elsewheres[0]), WF_VERDICT_ACCEPT);
	}
	next_round();
	rig_close(&rig);
}
END_TEST

static size_t
changes(void)
{
	return rig_rows(&rig, "password.change", "own");
}

static uint64_t
own_change(uint64_t nth, bool lasts)
{
	uint8_t txn[WF_TXN_LEN];

	ck_assert_uint_eq(log_in(PASSWORD, "", WF_PURPOSE_CHANGE, txn), WF_VERDICT_ACCEPT);
	wf_fault_arm(nth, lasts);
	return change(txn);
}

static void
must_change(struct account *account)
{
	account->must_change = true;
}

/* At a gateway, from the code on: the new password, and the same again. */
static uint64_t
forced_change(uint64_t nth, bool lasts)
{
	char code[9], state[WF_STATE_LEN + 1];
	const char *const answers[] = {code, NEW_PASSWORD, NEW_PASSWORD};
	uint64_t verdict = NOTHING;

	(void)rig_client(&rig, "vpn");
	rig_account_edit(&rig, "alice", must_change);
	rig_code(&rig, 0, code);
	ck_assert_uint_eq(one_packet(PASSWORD, "", state), NOTHING);
	ck_assert_uint_eq(strlen(state), WF_STATE_LEN);
	wf_fault_arm(nth, lasts);
	for (size_t i = 0; i < 3 && state[0] != '\0'; i++)
		verdict = one_packet(answers[i], state, state);
	return verdict;
}

/* The old password or the new one, as the answer says; without an answer, as the log says. */
START_TEST(change_with_faults)
{
	static uint64_t (*const ways[])(uint64_t nth, bool lasts) = {own_change, forced_change};
	uint64_t calls = 1;

	for (uint64_t nth = 0; nth <= calls; nth++) {
		uint64_t verdict;

		rig_open(&rig);
		verdict = ways[_i / 2](nth, _i % 2 == 1);
		calls = nth == 0 ? wf_fault_count() : calls;
		wf_fault_arm(0, false);
		ck_assert_msg(verdict == WF_VERDICT_ACCEPT ||
				      (nth > 0 && (verdict == WF_VERDICT_UNAVAILABLE ||
							  verdict == NOTHING)),
			"call %u: verdict %u", (unsigned)nth, (unsigned)verdict);
		rig_settle(&rig);
		ck_assert_uint_le(changes(), verdict != WF_VERDICT_UNAVAILABLE);
		ck_assert_uint_ge(changes(), verdict == WF_VERDICT_ACCEPT);
		works_again(changes() == 1 ? NEW_PASSWORD : PASSWORD);
		rig_close(&rig);
	}
	ck_assert_uint_gt(calls, 10);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/faults");
	TCase *faults = tcase_create("faults"), *elsewhere = tcase_create("elsewhere");

	tcase_set_timeout(faults, 300);
	tcase_add_loop_test(faults, login_with_faults, 0, 6);
	tcase_add_loop_test(faults, rounds_with_faults, 0, 6);
	tcase_add_loop_test(faults, change_with_faults, 0, 4);
	suite_add_tcase(it, faults);
	tcase_set_timeout(elsewhere, 300);
	tcase_add_loop_test(elsewhere, elsewhere_with_faults, 0, 12);
	suite_add_tcase(it, elsewhere);
	return it;
}

UNIT_MAIN(suite)
