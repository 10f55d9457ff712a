/*
 * A factor that another server knows, over PAM: who is asked about, when it is asked, and what its
 * answers come to.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/elsewhere.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define CODE "271828"
#define RUSH 50

static struct rig rig;
static struct rig_peer peer;
static int64_t bob;

/* bob has a password of his own, and his codes are passlogic's. */
static void
set_up(void)
{
	rig_open(&rig);
	(void)rig_upstream(&rig, "passlogic", UPSTREAM_POSSESSION);
	bob = rig_bare_account(&rig, "bob", 1001);
	rig_join(&rig, "bob");
	rig_peer_open(&peer, FRONT_PAM, 0);
}

static void
tear_down(void)
{
	rig_peer_close(&rig, &peer);
	while (elsewhere_open_one() >= 0)
		elsewhere_say((size_t)elsewhere_open_one(), WF_OUTCOME_UNREACHABLE);
	rig_settle(&rig);
	rig_close(&rig);
}

static void
answer_as(const char *user, const char *password, const char *code)
{
	const struct rig_login login = {.user = user, .rhost = "198.51.100.7", .tty = "ssh"};

	rig_begin(&rig, &peer, &login);
	rig_challenged(&rig, &peer);
	rig_answer(&rig, &peer, password, code);
}

/* bob, with the right password, as far as passlogic's answer. */
static void
come_so_far(void)
{
	answer_as("bob", PASSWORD, CODE);
	rig_asked(&rig, 1);
}

static enum wf_verdict
verdict(void)
{
	rig_wait(&rig, &peer, 1);
	return rig_verdict(&peer);
}

static uint32_t
failures(enum throttle_lane lane)
{
	return rig_failures(&rig, lane, "bob");
}

/* Whole logins that end without a word to anybody else. */
static void
alone(const char *user, const char *password, const char *code, enum wf_verdict expected)
{
	ck_assert_int_eq(rig_ssh(&rig, user, password, code), expected);
	ck_assert_uint_eq(elsewhere_count(), 0);
}

/* The same, after others. */
static void
alone_again(const char *user, const char *password, const char *code, enum wf_verdict expected)
{
	rig_settle(&rig);
	(void)elsewhere_open();
	alone(user, password, code, expected);
}

START_TEST(accepted)
{
	const struct asked *asked;
	struct audit_row row;

	come_so_far();
	asked = elsewhere_asked(0);
	ck_assert_str_eq(asked->server, "passlogic");
	ck_assert_str_eq(asked->user, "bob");
	ck_assert_str_eq(asked->answer, CODE);
	ck_assert_str_eq(asked->source, "198.51.100.7");
	ck_assert_uint_eq(asked->state_len, 0);
	ck_assert_int_eq(asked->deadline_us - rig.now.boot_us, 6000000);
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(verdict(), WF_VERDICT_ACCEPT);
	row = rig_row(&rig, "login");
	ck_assert_str_eq(row.reason, "ok");
	ck_assert_str_eq(row.factors, "password+upstream:passlogic");
	ck_assert_str_eq(row.kinds, "knowledge+possession");
	ck_assert_str_eq(
		row.detail, "zone internet; upstream passlogic (" ELSEWHERE_SERVER "): accept");
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
}
END_TEST

START_TEST(rejected)
{
	struct audit_row row;

	come_so_far();
	elsewhere_say(0, WF_OUTCOME_REJECT);
	ck_assert_int_eq(verdict(), WF_VERDICT_REJECT);
	row = rig_row(&rig, "login");
	ck_assert_str_eq(row.reason, "upstream-refused");
	ck_assert_str_eq(row.factors, "password");
	ck_assert_ptr_nonnull(
		strstr(row.detail, "upstream passlogic (" ELSEWHERE_SERVER "): reject"));
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* Not counted: nobody said that it was wrong. */
START_TEST(nobody_answers)
{
	come_so_far();
	elsewhere_say(0, WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(verdict(), WF_VERDICT_UNAVAILABLE);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "upstream-away");
	ck_assert_ptr_nonnull(strstr(rig_row(&rig, "login").detail, "upstream passlogic: timeout"));
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 0);
}
END_TEST

START_TEST(nobody_to_ask_with)
{
	static const wf_status refusals[] = {WF_UNAVAILABLE, WF_FULL, WF_TIMEOUT, WF_NO_MEMORY};

	elsewhere_refuse(refusals[_i]);
	alone("bob", PASSWORD, CODE, WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "upstream-away");
}
END_TEST

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

static void
to_threshold(void)
{
	for (int i = 0; i < 10; i++)
		alone("bob", "wrong", CODE, WF_VERDICT_REJECT);
}

/* Who cannot get in anyway, whatever is said there, is nobody's business there. */
START_TEST(who_is_never_asked_about)
{
	alone("bob", "wrong", CODE, WF_VERDICT_REJECT);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "wrong-password");
	alone("nobody", PASSWORD, CODE, WF_VERDICT_REJECT);
	alone("alice", PASSWORD, "000000", WF_VERDICT_REJECT);
	to_threshold();
	alone("bob", PASSWORD, CODE, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "locked");
}
END_TEST

START_TEST(not_of_a_disabled_account)
{
	rig_account_edit(&rig, "bob", disable);
	alone("bob", PASSWORD, CODE, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "disabled");
}
END_TEST

/*
 * An account of the group moves over by getting a token of its own, from its first right code on.
 */
START_TEST(moving_over)
{
	char code[9];

	rig_token(&rig, bob, CREDENTIAL_PENDING);
	come_so_far();
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(verdict(), WF_VERDICT_ACCEPT);
	rig_code(&rig, 0, code);
	alone_again("bob", PASSWORD, code, WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "login").factors, "password+totp");
	alone("bob", PASSWORD, CODE, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "wrong-code");
}
END_TEST

START_TEST(own_recovery_codes)
{
	char code[64];

	rig_recovery(&rig, "bob", code, sizeof(code));
	alone("bob", PASSWORD, code, WF_VERDICT_ACCEPT);
	alone("bob", PASSWORD, code, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "replayed");
	come_so_far();
}
END_TEST

/*
 * A code that was compared with a token of ours is a guess at it, even if they cannot tell; one of
 * another form is none.
 */
START_TEST(no_guess_is_free_while_they_are_away)
{
	char code[64];

	elsewhere_refuse(WF_UNAVAILABLE);
	rig_recovery(&rig, "bob", code, sizeof(code));
	alone("bob", PASSWORD, CODE, WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
	rig_token(&rig, bob, CREDENTIAL_PENDING);
	alone("bob", PASSWORD, CODE, WF_VERDICT_UNAVAILABLE);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "upstream-away");
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

/* The password is theirs, the code ours: it comes first. */
START_TEST(a_password_elsewhere)
{
	char code[9];

	rig.upstreams[0].factor = UPSTREAM_KNOWLEDGE;
	rig_void(&rig, "bob", FACTOR_PASSWORD);
	rig_token(&rig, bob, CREDENTIAL_ACTIVE);
	alone("bob", "their password", "000000", WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "wrong-code");
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	rig_code(&rig, 0, code);
	answer_as("bob", "their password", code);
	rig_asked(&rig, 1);
	ck_assert_str_eq(elsewhere_asked(0)->answer, "their password");
	elsewhere_say(0, WF_OUTCOME_REJECT);
	ck_assert_int_eq(verdict(), WF_VERDICT_REJECT);
	rig_settle(&rig);
	rig_peer_close(&rig, &peer);
	rig_peer_open(&peer, FRONT_PAM, 0);
	answer_as("bob", "their password", code); /* it was not used up by a refusal */
	rig_asked(&rig, 2);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(verdict(), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "login").factors, "upstream:passlogic+totp");
	alone_again("bob", "their password", code, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "replayed");
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 0);
}
END_TEST

START_TEST(both_elsewhere)
{
	(void)rig_upstream(&rig, "ldap", UPSTREAM_KNOWLEDGE);
	rig_void(&rig, "bob", FACTOR_PASSWORD);
	answer_as("bob", "theirs", CODE);
	rig_asked(&rig, 1);
	ck_assert_str_eq(elsewhere_asked(0)->server, "ldap");
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	rig_asked(&rig, 2);
	ck_assert_str_eq(elsewhere_asked(1)->server, "passlogic");
	ck_assert_str_eq(elsewhere_asked(1)->answer, CODE);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(verdict(), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "login").factors, "upstream:ldap+upstream:passlogic");
}
END_TEST

/* One no is enough: the other server hears nothing. */
START_TEST(both_elsewhere_and_the_first_says_no)
{
	(void)rig_upstream(&rig, "ldap", UPSTREAM_KNOWLEDGE);
	rig_void(&rig, "bob", FACTOR_PASSWORD);
	answer_as("bob", "theirs", CODE);
	rig_asked(&rig, 1);
	elsewhere_say(0, WF_OUTCOME_REJECT);
	ck_assert_int_eq(verdict(), WF_VERDICT_REJECT);
	ck_assert_uint_eq(elsewhere_count(), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
}
END_TEST

/* Without the section nothing is known of his codes. */
START_TEST(a_section_that_is_gone)
{
	rig.config.upstreams.n = 0;
	alone("bob", PASSWORD, CODE, WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "no-factor");
}
END_TEST

/* Who hangs up does not get a guess for nothing, nor is let in. */
START_TEST(the_peer_is_gone)
{
	static const struct {
		enum wf_outcome says;
		const char *reason;
		uint32_t account, possession;
	} rows[] = {
		{WF_OUTCOME_REJECT, "upstream-refused", 1, 1},
		{WF_OUTCOME_ACCEPT, "abandoned", 0, 0},
		{WF_OUTCOME_CHALLENGE, "upstream-left", 0, 1},
		{WF_OUTCOME_UNREACHABLE, "upstream-away", 0, 0},
	};

	come_so_far();
	rig_peer_close(&rig, &peer);
	elsewhere_say(0, rows[_i].says);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", rows[_i].reason), 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), rows[_i].account);
	ck_assert_uint_eq(failures(LANE_POSSESSION), rows[_i].possession);
}
END_TEST

/* He is told in time; what comes later is counted and never accepted. */
START_TEST(too_late)
{
	static const enum wf_outcome says[] = {WF_OUTCOME_ACCEPT, WF_OUTCOME_REJECT};

	come_so_far();
	txn_step(peer.peer.transactions, TXN_DEADLINE);
	ck_assert_int_eq(verdict(), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 0);
	elsewhere_say(0, says[_i]);
	rig_settle(&rig);
	ck_assert_uint_eq(peer.replies, 2);
	ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), 0);
	ck_assert_uint_eq(rig_rows(&rig, "login", NULL), 1);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), says[_i] == WF_OUTCOME_REJECT ? 1 : 0);
}
END_TEST

/*
 * A crash between their yes and our row: no row, no login; and it counts, as for any other attempt.
 */
START_TEST(stopped_before_the_row)
{
	come_so_far();
	rig_peer_close(&rig, &peer);
	rig_restart(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "interrupted"), 1);
	ck_assert_uint_eq(rig_rows(&rig, "login", "ok"), 0);
	ck_assert_uint_eq(failures(LANE_ACCOUNT), 1);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 0);
}
END_TEST

/* It does not take a turn of the hashes, nor the others' time. */
START_TEST(others_log_in_meanwhile)
{
	char code[9];

	come_so_far();
	rig_code(&rig, 0, code);
	ck_assert_int_eq(engine_idle(rig.engine), false);
	for (int i = 0; i < 1; i++) {
		struct rig_peer other;
		const struct rig_login login = {.user = "alice",
			.rhost = "198.51.100.7",
			.tty = "ssh",
			.password = PASSWORD,
			.code = code};

		rig_peer_open(&other, FRONT_PAM, 0);
		ck_assert_int_eq(rig_login_as(&rig, &other, &login, NULL), WF_VERDICT_ACCEPT);
		rig_peer_close(&rig, &other);
	}
	ck_assert_uint_eq(admission_waiting(rig.engine->admission), 0);
	elsewhere_say(0, WF_OUTCOME_ACCEPT);
	ck_assert_int_eq(verdict(), WF_VERDICT_ACCEPT);
}
END_TEST

static size_t
open_questions(void)
{
	size_t n = 0;

	for (size_t i = 0; i < elsewhere_count(); i++)
		n += !elsewhere_asked(i)->answered;
	return n;
}

static bool
all_heard(struct rig_peer *peers)
{
	for (size_t i = 0; i < RUSH; i++)
		if (peers[i].replies < 2)
			return false;
	return true;
}

/*
 * Fifty at once with the right password: as many guesses as the threshold has reach the server, one
 * after the other.
 */
START_TEST(fifty_at_once)
{
	static struct rig_peer peers[RUSH];
	const struct rig_login login = {.user = "bob", .rhost = "198.51.100.7", .tty = "ssh"};

	for (size_t i = 0; i < RUSH; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		rig_begin(&rig, &peers[i], &login);
	}
	for (size_t i = 0; i < RUSH; i++) {
		rig_challenged(&rig, &peers[i]);
		rig_answer(&rig, &peers[i], PASSWORD, CODE);
	}
	for (int i = 0; i < 60000 && !all_heard(peers); i++) {
		rig_turn(&rig);
		ck_assert_uint_le(open_questions(), 1);
		if (i % 8 == 7 && elsewhere_open_one() >= 0)
			elsewhere_say((size_t)elsewhere_open_one(), WF_OUTCOME_REJECT);
		usleep(500);
	}
	for (size_t i = 0; i < RUSH; i++) {
		ck_assert_int_eq(rig_verdict(&peers[i]), WF_VERDICT_REJECT);
		rig_peer_close(&rig, &peers[i]);
	}
	ck_assert_uint_eq(elsewhere_count(), 10);
	ck_assert_uint_eq(rig_rows(&rig, "login", "upstream-refused"), 10);
	ck_assert_uint_eq(rig_rows(&rig, "lock", NULL), 1);
}
END_TEST

/*
 * Who waits for his turn and gives up has asked nothing, and is not counted; the next one has his
 * turn all the same.
 */
START_TEST(given_up_in_the_queue)
{
	struct rig_peer others[2];
	const struct rig_login login = {.user = "bob", .rhost = "198.51.100.7", .tty = "ssh"};

	come_so_far();
	for (size_t i = 0; i < 2; i++) {
		rig_peer_open(&others[i], FRONT_PAM, 0);
		rig_begin(&rig, &others[i], &login);
		rig_challenged(&rig, &others[i]);
		rig_answer(&rig, &others[i], PASSWORD, CODE);
		for (int k = 0; k < 10000 && !others[i].peer.transactions->busy; k++)
			rig_turn(&rig);
		for (int k = 0; k < 300; k++) {
			rig_turn(&rig);
			usleep(1000);
		}
	}
	ck_assert_uint_eq(elsewhere_count(), 1);
	rig_peer_close(&rig, &others[0]);
	elsewhere_say(0, WF_OUTCOME_REJECT);
	ck_assert_int_eq(verdict(), WF_VERDICT_REJECT);
	rig_asked(&rig, 2);
	elsewhere_say(1, WF_OUTCOME_ACCEPT);
	rig_wait(&rig, &others[1], 1);
	ck_assert_int_eq(rig_verdict(&others[1]), WF_VERDICT_ACCEPT);
	rig_peer_close(&rig, &others[1]);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_rows(&rig, "login", "abandoned"), 1);
	ck_assert_uint_eq(elsewhere_count(), 2);
	ck_assert_uint_eq(failures(LANE_POSSESSION), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/upstream");
	TCase *tc = tcase_create("upstream");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, accepted);
	tcase_add_test(tc, rejected);
	tcase_add_test(tc, nobody_answers);
	tcase_add_loop_test(tc, nobody_to_ask_with, 0, 4);
	tcase_add_test(tc, who_is_never_asked_about);
	tcase_add_test(tc, not_of_a_disabled_account);
	tcase_add_test(tc, moving_over);
	tcase_add_test(tc, own_recovery_codes);
	tcase_add_test(tc, no_guess_is_free_while_they_are_away);
	tcase_add_test(tc, a_password_elsewhere);
	tcase_add_test(tc, both_elsewhere);
	tcase_add_test(tc, both_elsewhere_and_the_first_says_no);
	tcase_add_test(tc, a_section_that_is_gone);
	tcase_add_loop_test(tc, the_peer_is_gone, 0, 4);
	tcase_add_loop_test(tc, too_late, 0, 2);
	tcase_add_test(tc, stopped_before_the_row);
	tcase_add_test(tc, others_log_in_meanwhile);
	tcase_add_test(tc, fifty_at_once);
	tcase_add_test(tc, given_up_in_the_queue);
	suite_add_tcase(it, tc);
	return it;
}

UNIT_MAIN(suite)
