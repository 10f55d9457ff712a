/*
 * A first password at a gateway: it opens nothing, but where the client can ask again it is changed
 * in two more rounds, and that login then succeeds.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/nas.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

#define NEW_PASSWORD "a longer battery staple"

static void
must_change(struct account *account)
{
	account->must_change = true;
}

static void
forced_set_up(void)
{
	nas_set_up();
	rig_account_edit(&nas_rig, "alice", must_change);
}

static void
asks_for(const struct reply *reply, enum wf_text_id prompt)
{
	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_uint_eq(strlen(reply->state), WF_STATE_LEN);
	ck_assert_int_eq(reply->prompt.text, prompt);
}

/* Both rounds right: the challenge for the new password. */
static const struct reply *
prove(void)
{
	return nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code());
}

static void
join_staff(struct account *account)
{
	account->ngroups = 1;
	snprintf(account->groups[0], sizeof(account->groups[0]), "staff");
}

START_TEST(from_the_first_password_to_the_second)
{
	const struct reply *reply;
	uint8_t txn[WF_TXN_LEN];

	rig_account_edit(&nas_rig, "alice", join_staff);
	reply = prove();
	asks_for(reply, WF_TEXT_NEW_PASSWORD);
	memcpy(txn, reply->txn, WF_TXN_LEN);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "must-change");
	reply = nas_second(reply->state, NEW_PASSWORD);
	asks_for(reply, WF_TEXT_REPEAT_PASSWORD);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", NULL), 0);
	reply = nas_second(reply->state, NEW_PASSWORD);
	nas_verdict(reply, WF_VERDICT_ACCEPT);
	ck_assert_mem_eq(reply->txn, txn, WF_TXN_LEN);
	ck_assert_uint_eq(reply->ngroups, 1);
	ck_assert_str_eq(rig_row(&nas_rig, "password.change").reason, "own");
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "ok");
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password+totp");
	ck_assert_str_eq(rig_row(&nas_rig, "login").kinds, "knowledge+possession");
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", NULL), 2);
	rig_advance(&nas_rig, 60);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NEW_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_REJECT);
}
END_TEST

START_TEST(a_password_against_the_rules_is_asked_for_again)
{
	const struct reply *reply = nas_second(prove()->state, "short");

	asks_for(reply, WF_TEXT_NEW_PASSWORD);
	reply = nas_second(reply->state, NEW_PASSWORD);
	asks_for(reply, WF_TEXT_REPEAT_PASSWORD);
	nas_verdict(nas_second(reply->state, NEW_PASSWORD), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(two_that_differ_begin_again)
{
	const struct reply *reply = nas_second(
		nas_second(prove()->state, NEW_PASSWORD)->state, "another battery staple");

	asks_for(reply, WF_TEXT_NEW_PASSWORD);
	reply = nas_second(reply->state, "another battery staple");
	asks_for(reply, WF_TEXT_REPEAT_PASSWORD);
	nas_verdict(nas_second(reply->state, "another battery staple"), WF_VERDICT_ACCEPT);
	rig_advance(&nas_rig, 60);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NEW_PASSWORD, nas_code()), WF_VERDICT_REJECT);
}
END_TEST

/* Each first one is held against the person's other accounts: not on and on without a change. */
START_TEST(who_never_repeats_one_is_refused)
{
	const struct reply *reply = prove();

	for (int i = 0; i < 3; i++) {
		asks_for(reply, WF_TEXT_NEW_PASSWORD);
		reply = nas_second(reply->state, NEW_PASSWORD);
		asks_for(reply, WF_TEXT_REPEAT_PASSWORD);
		reply = nas_second(reply->state, "another battery staple");
	}
	nas_verdict(reply, WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", "not-repeated"), 1);
}
END_TEST

START_TEST(each_state_works_once)
{
	const char *state = prove()->state;

	asks_for(nas_second(state, NEW_PASSWORD), WF_TEXT_REPEAT_PASSWORD);
	nas_verdict(nas_second(state, NEW_PASSWORD), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", NULL), 0);
}
END_TEST

START_TEST(the_state_of_another)
{
	struct ask ask = {.user = "bob", .answer = NEW_PASSWORD};

	rig_account(&nas_rig, "bob", 1001);
	ask.state = prove()->state;
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	/* the owner goes on */
	asks_for(nas_second(ask.state, NEW_PASSWORD), WF_TEXT_REPEAT_PASSWORD);
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static void
settled(struct account *account)
{
	account->must_change = false;
}

static const struct {
	void (*change)(struct account *account);
	const char *reason;
} meanwhile[] = {
	{ disable, "disabled" },
	{ settled, "changed-meanwhile" },
};

START_TEST(what_happens_meanwhile_is_seen)
{
	const char *state = nas_second(prove()->state, NEW_PASSWORD)->state;

	rig_account_edit(&nas_rig, "alice", meanwhile[_i].change);
	nas_verdict(nas_second(state, NEW_PASSWORD), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", meanwhile[_i].reason), 1);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "ok"), 0);
	nas_verdict(nas_second(state, NEW_PASSWORD), WF_VERDICT_REJECT);
}
END_TEST

START_TEST(time_ends_it)
{
	const char *state = prove()->state;

	rig_advance(&nas_rig, 221);
	engine_tick(nas_rig.engine);
	nas_verdict(nas_second(state, NEW_PASSWORD), WF_VERDICT_REJECT);
}
END_TEST

START_TEST(a_restart_ends_it)
{
	char state[WF_STATE_LEN + 1];

	snprintf(state, sizeof(state), "%s", prove()->state);
	nas_restart();
	nas_verdict(nas_second(state, NEW_PASSWORD), WF_VERDICT_REJECT);
	rig_advance(&nas_rig, 60);
	asks_for(prove(), WF_TEXT_NEW_PASSWORD);
}
END_TEST

/* 128 may choose at once; one more takes the place of the one who began first. */
START_TEST(one_too_many_ends_the_oldest)
{
	char states[2][WF_STATE_LEN + 1];
	struct ask ask = {.answer = NAS_PASSWORD};
	char name[16];

	for (int i = 0; i < 129; i++) {
		snprintf(name, sizeof(name), "user%d", i);
		rig_account(&nas_rig, name, 2000 + i);
		rig_account_edit(&nas_rig, name, must_change);
		ask = (struct ask){.user = name, .answer = NAS_PASSWORD};
		ask.state = nas_ask(&ask)->state;
		ask.answer = nas_code();
		snprintf(states[i == 0 ? 0 : 1], WF_STATE_LEN + 1, "%s", nas_ask(&ask)->state);
	}
	ask = (struct ask){.user = "user0", .answer = NEW_PASSWORD, .state = states[0]};
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ask = (struct ask){.user = "user128", .answer = NEW_PASSWORD, .state = states[1]};
	asks_for(nas_ask(&ask), WF_TEXT_REPEAT_PASSWORD);
}
END_TEST

/* It is counted as any other. */
START_TEST(a_wrong_code_is_no_proof)
{
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "wrong-code");
}
END_TEST

START_TEST(the_code_is_used_up)
{
	(void)prove();
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "replayed"), 1);
}
END_TEST

/*
 * Nothing can be asked where all comes in one field: refused, with the text that says why; nothing
 * is counted.
 */
START_TEST(a_client_without_challenges)
{
	const struct reply *result;
	char whole[64];
	const struct ask ask = {.answer = whole};

	nas_vpn->mode = CLIENT_CODE_LAST;
	snprintf(whole, sizeof(whole), "%s%s", NAS_PASSWORD, nas_code());
	result = nas_ask(&ask);
	nas_verdict(result, WF_VERDICT_REJECT);
	ck_assert_uint_eq(result->text, WF_TEXT_MUST_CHANGE);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "must-change");
	ck_assert_int_eq(rig_row(&nas_rig, "login").result, AUDIT_FAILURE);
	ck_assert_str_eq(result->words, "");
	ck_assert_uint_eq(nas_counted(), 0);
	snprintf(whole, sizeof(whole), "%s000000", NAS_PASSWORD);
	ck_assert_uint_eq(nas_ask(&ask)->text, WF_TEXT_REFUSED);
}
END_TEST

/* He is told where it can be changed; who has not proved himself is not (I5). */
START_TEST(an_enrolment_host_is_named)
{
	const struct reply *result;
	char whole[64];
	const struct ask ask = {.answer = whole};

	nas_vpn->mode = CLIENT_CODE_LAST;
	snprintf(nas_rig.config.radius.enrolment_host, sizeof(nas_rig.config.radius.enrolment_host),
		"ssh.example.org");
	snprintf(whole, sizeof(whole), "%s%s", NAS_PASSWORD, nas_code());
	result = nas_ask(&ask);
	nas_verdict(result, WF_VERDICT_REJECT);
	ck_assert_str_eq(result->words,
		"You must change your password now. To do so, log in over SSH at: ssh.example.org");
	snprintf(whole, sizeof(whole), "%s000000", NAS_PASSWORD);
	result = nas_ask(&ask);
	ck_assert_uint_eq(result->text, WF_TEXT_REFUSED);
	ck_assert_ptr_null(strstr(result->words, "ssh.example.org"));
}
END_TEST

#ifdef WF_FAULT
/* The STATE is looked at twice: the second time is no reason to hang up on all of a gateway's. */
START_TEST(a_state_that_cannot_be_opened_again)
{
	struct errand errand = {
		.engine = nas_rig.engine, .asker = {.user = "alice", .service = "vpn"}};
	const struct ask ask = {.answer = NEW_PASSWORD, .state = prove()->state};
	unsigned unopened = 0;
	uint64_t calls = 0;
	struct wf_msg msg;

	nas_make(&ask, nas_tag(), &msg);
	for (uint64_t nth = 0; nth <= calls; nth++) { /* the clean one first */
		wf_status status;

		wf_fault_arm(nth, false);
		status = forced_read(&errand, &msg);
		calls = nth == 0 ? wf_fault_count() : calls;
		wf_fault_arm(0, false);
		unopened += status == WF_OK && errand.forced == NULL;
		errand.verdict = WF_VERDICT_UNAVAILABLE;
		forced_end(&errand);
		wf_secret_clear(&errand.secret);
	}
	ck_assert_uint_gt(unopened, 0);
	wf_msg_clear(&msg);
	nas_verdict(nas_second(nas_second(ask.state, NEW_PASSWORD)->state, NEW_PASSWORD),
		WF_VERDICT_ACCEPT);
}
END_TEST

static void
add_fault_tests(TCase *tc)
{
	tcase_add_test(tc, a_state_that_cannot_be_opened_again);
}
#else
static void
add_fault_tests(TCase *tc)
{
	(void)tc;
}
#endif

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/forced");
	TCase *rounds = tcase_create("rounds");

	tcase_add_checked_fixture(rounds, forced_set_up, nas_tear_down);
	tcase_set_timeout(rounds, 60);
	tcase_add_test(rounds, from_the_first_password_to_the_second);
	tcase_add_test(rounds, a_password_against_the_rules_is_asked_for_again);
	tcase_add_test(rounds, two_that_differ_begin_again);
	tcase_add_test(rounds, who_never_repeats_one_is_refused);
	tcase_add_test(rounds, each_state_works_once);
	tcase_add_test(rounds, the_state_of_another);
	tcase_add_loop_test(rounds, what_happens_meanwhile_is_seen, 0,
		(int)(sizeof(meanwhile) / sizeof(meanwhile[0])));
	tcase_add_test(rounds, time_ends_it);
	tcase_add_test(rounds, a_restart_ends_it);
	tcase_add_test(rounds, one_too_many_ends_the_oldest);
	tcase_add_test(rounds, a_wrong_code_is_no_proof);
	tcase_add_test(rounds, the_code_is_used_up);
	tcase_add_test(rounds, a_client_without_challenges);
	tcase_add_test(rounds, an_enrolment_host_is_named);
	add_fault_tests(rounds);
	suite_add_tcase(it, rounds);
	return it;
}

UNIT_MAIN(suite)
