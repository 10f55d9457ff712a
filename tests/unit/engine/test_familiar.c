/*
 * Who may come from where while somebody else guesses: the lock by kind of account, its reserve,
 * places; and accounts that several people share.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/unit.h"

#define PASSWORD "correct horse"
#define HOME "198.51.100.7"
#define ABROAD "203.0.113.9"

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

static enum wf_verdict
try_from(const char *user, const char *rhost, const char *password)
{
	struct rig_peer peer;
	char code[9];
	const struct rig_login login = {
		.user = user, .rhost = rhost, .password = password, .code = code};
	enum wf_verdict verdict;

	rig_advance(&rig, 30); /* a code of its own each time */
	rig_code(&rig, 0, code);
	rig_peer_open(&peer, FRONT_PAM, 0);
	verdict = rig_login_as(&rig, &peer, &login, NULL);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	return verdict;
}

static void
guess_from(const char *user, const char *rhost, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ck_assert_int_eq(try_from(user, rhost, "guess"), WF_VERDICT_REJECT);
}

START_TEST(strangers_lock_nobody_out_of_home)
{
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
	guess_from("alice", ABROAD, 12);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 7);
	ck_assert_str_eq(rig_row(&rig, "lock").reason, "strangers");
	ck_assert_int_eq(try_from("alice", ABROAD, PASSWORD), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "locked-strangers");
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&rig, "login").detail, "zone internet; reserve used");
	/* a place is known after a restart, too, and a login opens nothing for strangers */
	rig_restart(&rig);
	ck_assert_int_eq(try_from("alice", ABROAD, PASSWORD), WF_VERDICT_REJECT);
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
}
END_TEST

static const struct {
	const char *first, *then;
	bool same;
} places[] = {
	{"2001:db8:1:2::7", "2001:db8:1:2:ffff::9", true}, /* one subscriber */
	{"2001:db8:1:2::7", "2001:db8:1:3::7", false},
	{"::ffff:198.51.100.7", HOME, true},
	{"gate.example", "gate.example", false}, /* a name is said by whoever comes */
};

START_TEST(what_a_place_is)
{
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(try_from("alice", places[_i].first, PASSWORD), WF_VERDICT_ACCEPT);
	guess_from("alice", ABROAD, 8);
	ck_assert_int_eq(try_from("alice", places[_i].then, PASSWORD),
		places[_i].same ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT);
}
END_TEST

static const struct {
	enum zone zone;
	struct wf_source source;
	const char *host, *place;
	bool console;
} machines[] = {
	{ZONE_CONSOLE, {"local:tty1", false}, "", "console", true},
	{ZONE_CONSOLE, {"local:tty1", false}, "web1", "console@web1", false},
	{ZONE_INTERNET, {"local:uid1000", false}, "", "local:uid1000", false},
	{ZONE_INTERNET, {"local:uid1000", false}, "web1", "local:uid1000@web1", false},
	{ZONE_INTERNET, {HOME, true}, "web1", HOME, false}, /* from there he comes to any */
	{ZONE_INTERNET, {"local:pts/3", false}, "web1", "", false},
	{ZONE_INTERNET, {"radius:vpn", false}, "", "", false},
};

/* Whoever is root behind a relay may say that he sits at the console: it is his machine's alone. */
START_TEST(a_machine_has_its_own_places)
{
	struct asker asker = {.zone = machines[_i].zone, .source = machines[_i].source};
	struct store_admission admission = {.console = false};

	(void)snprintf(asker.host, sizeof(asker.host), "%s", machines[_i].host);
	lanes_divide(rig.engine, &asker, false, &admission);
	ck_assert_str_eq(admission.place, machines[_i].place);
	ck_assert_int_eq(admission.console, machines[_i].console);
}
END_TEST

static void
make_privileged(struct account *account)
{
	account->kind = ACCOUNT_PRIVILEGED;
}

/* A privileged account, whose lock is at three (IPA-6.10e). */
static void
add_boss(void)
{
	for (size_t guard = 0; guard < RULE_GUARDS; guard++)
		rig.config.policy.values
			.held[R_LOCK_THRESHOLD][ACCOUNT_PRIVILEGED * RULE_GUARDS + guard]
			.value = 3;
	rig_account(&rig, "boss", 1001);
	rig_account_edit(&rig, "boss", make_privileged);
}

/* IPA-6.10e and IPA-6.10f beside each other: 3 for the one, 10 for the other. */
START_TEST(the_lock_is_by_kind)
{
	add_boss();
	guess_from("boss", ABROAD, 5);
	guess_from("alice", ABROAD, 5);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "boss"), 3);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 5);
	ck_assert_int_eq(try_from("boss", ABROAD, PASSWORD), WF_VERDICT_REJECT);
	ck_assert_int_eq(try_from("alice", ABROAD, PASSWORD), WF_VERDICT_ACCEPT);
}
END_TEST

#define GUESSES 20
#define SLOWED_FROM 5000 /* failures; each one more holds answers back by 3 ms */

/* The source stands before the failure from which it is slowed. */
static void
nearly_slowed(const char *source)
{
	static struct store_job job;
	struct asker asker = {.source = {.remote = true}};

	(void)snprintf(asker.source.text, sizeof(asker.source.text), "%s", source);
	store_job_init(&job, STORE_SETTLE);
	job.u.settle.outcome = SETTLE_REFUSED;
	job.u.settle.count[LANE_SOURCE] = true;
	job.u.settle.source_weight = SLOWED_FROM - 1;
	ck_assert_int_eq(lanes_fill(rig.engine, &asker, false, &job.u.settle.lanes), WF_OK);
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* How long each of some wrong answers is held back; what they are told is always the same. */
static void
guess_slowed(const char *user, const char *source, int64_t wait_s, int64_t slow_ms_r[GUESSES])
{
	const struct rig_login login = {.user = user, .rhost = source};

	nearly_slowed(source);
	for (size_t i = 0; i < GUESSES; i++) {
		struct rig_peer peer;

		rig_peer_open(&peer, FRONT_PAM, 0);
		rig_begin(&rig, &peer, &login);
		rig_challenged(&rig, &peer);
		slow_ms_r[i] = peer.peer.transactions->slow_ms;
		rig_answer(&rig, &peer, "guess", "000000");
		rig_wait(&rig, &peer, 1);
		ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
		rig_peer_close(&rig, &peer);
		rig_settle(&rig);
		rig_advance(&rig, wait_s);
	}
}

static void
set_param(enum policy_param param, int64_t value)
{
	const struct origin origin = {.criterion = ""};

	ck_assert_int_eq(policy_set(&rig.config.policy, param, value, &origin), WF_OK);
}

static void
disable(struct account *account)
{
	account->state = ACCOUNT_DISABLED;
}

/* Names with every lock there is: 7 of 10, 2 of 3, and two that are closed before. */
static void
make_locks(void)
{
	add_boss();
	rig_account(&rig, "disabled", 1002);
	rig_account_edit(&rig, "disabled", disable);
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(try_from("boss", HOME, PASSWORD), WF_VERDICT_ACCEPT);
	rig_account(&rig, "root", 0);
	rig_account(&rig, "locked", 1003);
	guess_from("locked", ABROAD, 10);
	ck_assert_str_eq(rig_row(&rig, "lock").user, "locked");
}

static const struct {
	int64_t backoff_s, wait_s;
} hurries[] = {{0, 0}, {5, 0}, {5, 6}};

/*
 * What lock a name has, and so whether there is such an account, is told by no verdict and by no
 * slowing, however one tries (I5); and what is refused counts for its source alone.
 */
START_TEST(a_lock_is_not_told_by_slowing)
{
	static const char *const names[] = {"alice", "boss", "disabled", "locked", "root"};
	int64_t unknown[GUESSES], known[GUESSES];
	char source[32];

	make_locks();
	set_param(P_SOURCE_THRESHOLD, SLOWED_FROM);
	set_param(P_SOURCE_WINDOW_S, 86400);
	set_param(P_BACKOFF_CAP_S, hurries[_i].backoff_s);
	guess_slowed("nobody-here", "203.0.113.20", hurries[_i].wait_s, unknown);
	ck_assert_int_gt(unknown[GUESSES - 1], unknown[0]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(source, sizeof(source), "203.0.113.%zu", 30 + i);
		guess_slowed(names[i], source, hurries[_i].wait_s, known);
		for (size_t k = 0; k < GUESSES; k++)
			ck_assert_msg(known[k] == unknown[k],
				"%s: guess %zu is held back by %lld ms, that of an unknown name by "
				"%lld",
				names[i], k, (long long)known[k], (long long)unknown[k]);
	}
	ck_assert_uint_le(rig_failures(&rig, LANE_ACCOUNT, "alice"), 7);
	ck_assert_uint_le(rig_failures(&rig, LANE_ACCOUNT, "boss"), 2);
	ck_assert_uint_le(rig_failures(&rig, LANE_ACCOUNT, "locked"), 10);
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_ACCEPT);
}
END_TEST

/* Who does not wait for the answer is not evaluated, and so weighs nothing, locked or not. */
START_TEST(who_hangs_up_weighs_nothing)
{
	const struct rig_login login = {.user = _i == 0 ? "alice" : "locked", .rhost = ABROAD};
	struct rig_peer peer;

	rig_account(&rig, "locked", 1003);
	guess_from("locked", HOME, 10);
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&rig, &peer, &login);
	rig_challenged(&rig, &peer);
	rig_answer(&rig, &peer, "guess", "000000");
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_uint_eq(rig_failures(&rig, LANE_SOURCE, ABROAD), 0);
}
END_TEST

static const struct {
	const char *user, *rhost, *reason;
} foretold[] = {
	{"alice", HOME, "observed"},
	{"alice", ABROAD, "locked-strangers"},
	{"boss", HOME, "observed"},
	{"boss", ABROAD, "locked-strangers"},
	{"locked", HOME, "locked"},
	{"disabled", HOME, "disabled"},
	{"hasty", HOME, "back-off"},
	{"nobody-here", HOME, "unknown-user"},
	{"root", HOME, "root-login"},
};

/* What is recorded is what would have become of it for the place that it comes from. */
START_TEST(observed_for_its_place)
{
	const struct rig_login login = {.user = foretold[_i].user, .rhost = foretold[_i].rhost};
	struct rig_peer peer;

	make_locks();
	guess_from("alice", ABROAD, 7);
	guess_from("boss", ABROAD, 2);
	rig_account(&rig, "hasty", 1004);
	set_param(P_BACKOFF_CAP_S, 60);
	rig.config.policy.backoff_s[0] = 60;
	guess_from("hasty", ABROAD, 1);
	rig.config.mode = MODE_OBSERVE;
	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&rig, &peer, &login, NULL), WF_VERDICT_IGNORE);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	ck_assert_str_eq(rig_row(&rig, "login").user, foretold[_i].user);
	ck_assert_str_eq(rig_row(&rig, "login").reason, foretold[_i].reason);
}
END_TEST

static void
make_shared(struct account *account)
{
	account->shared = true;
}

START_TEST(nobody_logs_in_to_a_shared_account)
{
	rig_account_edit(&rig, "alice", make_shared);
	ck_assert_int_eq(try_from("alice", HOME, PASSWORD), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&rig, "login").reason, "shared-account");
	/* and it costs the account itself nothing */
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

/* What the answer says of how long a session may be idle, and last. */
struct limits {
	uint64_t idle, last;
};

/* As sudo -u does: the person's name comes with the session of the other. */
static struct limits
open_session(const char *user, const char *person)
{
	struct rig_peer peer;
	struct wf_msg msg;
	struct limits limits = {0, 0};

	rig_peer_open(&peer, FRONT_PAM, 0);
	wf_msg_init(&msg, WF_MSG_SESSION, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_EVENT, WF_SESSION_OPEN), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_USER, user, strlen(user)), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sudo"), WF_OK);
	if (person != NULL)
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RUSER, person), WF_OK);
	ck_assert_int_eq(engine_handle(rig.engine, &peer.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	rig_wait(&rig, &peer, 0);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_ACCEPT);
	(void)!wf_msg_get_uint(&peer.last, WF_F_IDLE, &limits.idle);
	(void)!wf_msg_get_uint(&peer.last, WF_F_SECONDS, &limits.last);
	rig_peer_close(&rig, &peer);
	rig_settle(&rig);
	return limits;
}

START_TEST(a_check_out_has_both_names)
{
	struct audit_row row;

	rig_account(&rig, "ops", 1002);
	(void)open_session("ops", "alice");
	ck_assert_ptr_null(strstr(rig_row(&rig, "session.open").detail, "shared"));
	rig_account_edit(&rig, "ops", make_shared);
	(void)open_session("ops", "alice");
	row = rig_row(&rig, "session.open");
	ck_assert_str_eq(row.user, "ops");
	ck_assert_str_eq(row.operator_name, "alice");
	ck_assert_ptr_nonnull(strstr(row.detail, "; shared account, checked out by alice"));
	(void)open_session("ops", NULL);
	ck_assert_ptr_nonnull(strstr(
		rig_row(&rig, "session.open").detail, "checked out by nobody known"));
}
END_TEST

START_TEST(c21_the_caller_is_told_how_long)
{
	struct limits limits = open_session("alice", NULL);

	ck_assert(limits.idle == 0 && limits.last == 0);
	rig.config.policy.values.held[R_SESSION_TIMEOUT][0] =
		(struct policy_held){.set = true, .value = 28800};
	rig.config.policy.values.held[R_IDLE_LOCK][0] =
		(struct policy_held){.set = true, .value = 900};
	limits = open_session("alice", NULL);
	ck_assert(limits.idle == 900 && limits.last == 28800);
}
END_TEST

static Suite *
familiar_suite(void)
{
	Suite *suite = suite_create("engine/familiar");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, strangers_lock_nobody_out_of_home);
	tcase_add_loop_test(tc, what_a_place_is, 0, (int)(sizeof(places) / sizeof(places[0])));
	tcase_add_loop_test(tc, a_machine_has_its_own_places, 0,
		(int)(sizeof(machines) / sizeof(machines[0])));
	tcase_add_test(tc, the_lock_is_by_kind);
	tcase_add_loop_test(
		tc, a_lock_is_not_told_by_slowing, 0, (int)(sizeof(hurries) / sizeof(hurries[0])));
	tcase_add_loop_test(tc, who_hangs_up_weighs_nothing, 0, 2);
	tcase_add_loop_test(
		tc, observed_for_its_place, 0, (int)(sizeof(foretold) / sizeof(foretold[0])));
	tcase_add_test(tc, nobody_logs_in_to_a_shared_account);
	tcase_add_test(tc, a_check_out_has_both_names);
	tcase_add_test(tc, c21_the_caller_is_told_how_long);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(familiar_suite)
