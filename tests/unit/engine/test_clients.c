/*
 * What RADIUS clients differ in: one field or two rounds, groups, classes, zones, patience; and
 * that all of them share one counter with PAM (I1).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/engine/nas.h"
#include "tests/unit/unit.h"

static void
in_no_group(void)
{
	nas_vpn->groups = (struct group_set){.names = {"staff"}, .n = 1};
}

static const struct one_field {
	enum client_mode mode;
	const char *between;
	bool code_first;
} one_fields[] = {
	{ CLIENT_CODE_LAST, "", false },
	{ CLIENT_CODE_FIRST, "", true },
	{ CLIENT_SEPARATOR, ",", false },
};

static void
join(const struct one_field *it, const char *password, const char *code, char *whole_r, size_t size)
{
	snprintf(whole_r, size, "%s%s%s", it->code_first ? code : password, it->between,
		it->code_first ? password : code);
}

START_TEST(password_and_code_in_one_field)
{
	const struct one_field *it = &one_fields[_i];
	char whole[64];
	const struct ask ask = {.answer = whole};

	nas_vpn->mode = it->mode;
	snprintf(nas_vpn->separator, sizeof(nas_vpn->separator), "%s", it->between);
	join(it, "wrong", nas_code(), whole, sizeof(whole));
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "wrong-password");
	join(it, NAS_PASSWORD, "000000", whole, sizeof(whole));
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "wrong-code");
	ck_assert_uint_eq(nas_counted(), 2);
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_POSSESSION, "alice"), 1);
	join(it, NAS_PASSWORD, nas_code(), whole, sizeof(whole));
	nas_verdict(nas_ask(&ask), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").factors, "password+totp");
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "replayed");
}
END_TEST

START_TEST(the_code_alone)
{
	struct policy_service *service;
	struct ask ask = {.answer = nas_code()};

	nas_vpn->mode = CLIENT_CODE;
	ck_assert_int_eq(policy_service_add(&nas_rig.config.policy, "vpn", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	nas_verdict(nas_ask(&ask), WF_VERDICT_ACCEPT);
	ask.answer = "000000";
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_POSSESSION, "alice"), 1);
}
END_TEST

/* A service of one kind has one round, whatever its client's mode. */
START_TEST(the_password_alone)
{
	struct policy_service *service;
	struct ask ask = {.answer = NAS_PASSWORD};

	ck_assert_int_eq(policy_service_add(&nas_rig.config.policy, "vpn", &service), WF_OK);
	service->kinds = 1;
	nas_verdict(nas_ask(&ask), WF_VERDICT_ACCEPT);
	ask.answer = "wrong";
	nas_verdict(nas_ask(&ask), WF_VERDICT_REJECT);
	ck_assert_uint_eq(nas_counted(), 1);
}
END_TEST

static void
join_groups(struct account *account)
{
	account->ngroups = 2;
	snprintf(account->groups[0], sizeof(account->groups[0]), "admins");
	snprintf(account->groups[1], sizeof(account->groups[1]), "staff");
}

START_TEST(groups_come_with_an_accept)
{
	const struct reply *result;
	struct ask ask = {.answer = nas_code(), .key = 12};

	in_no_group();
	rig_account_edit(&nas_rig, "alice", join_groups);
	ask.state = nas_first("alice", NAS_PASSWORD)->state;
	result = nas_ask(&ask);
	nas_verdict(result, WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(result->ngroups, 2);
	ck_assert_str_eq(result->groups[0], "admins");
	ck_assert_str_eq(result->groups[1], "staff");
	ck_assert_uint_eq(nas_ask(&ask)->ngroups, 2); /* said again */
	ck_assert_uint_eq(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, "000000")->ngroups, 0);
}
END_TEST

static void
to_privileged(struct account *account)
{
	account->kind = ACCOUNT_PRIVILEGED;
}

/* SCS-4-5-1-7: a privileged account, and two kinds even where the service would do with one. */
START_TEST(a_firewall_is_administered_with_a_privileged_account)
{
	struct policy_service *service;

	nas_vpn->entry.class = CLASS_FIREWALL_ADMIN;
	ck_assert_int_eq(policy_service_add(&nas_rig.config.policy, "vpn", &service), WF_OK);
	service->kinds = 1;
	rig_account_edit(&nas_rig, "alice", to_privileged);
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").rule, "client.class SCS-4-5-1-7");
}
END_TEST

static const struct {
	bool trusted;
	const char *rhost, *source;
} places[] = {
	{ false, "198.51.100.9", "radius:vpn" },
	{ true, "198.51.100.9", "198.51.100.9" },
	{ true, "2001:db8::7", "2001:db8::7" },
	{ true, "00-11-22-33-44-55", "radius:vpn" },
	{ true, NULL, "radius:vpn" },
};

START_TEST(where_a_user_comes_from)
{
	const struct ask ask = {.answer = "wrong", .rhost = places[_i].rhost};

	nas_vpn->trust_calling_station = places[_i].trusted;
	nas_challenged(nas_ask(&ask));
	ck_assert_str_eq(rig_row(&nas_rig, "login").source, places[_i].source);
	ck_assert_str_eq(rig_row(&nas_rig, "login").detail, "zone internet");
	ck_assert_uint_eq(rig_failures(&nas_rig, LANE_SOURCE, places[_i].source),
			  strncmp(places[_i].source, "radius:", 7) == 0 ? 0 : 1);
}
END_TEST

START_TEST(the_zone_of_a_client)
{
	nas_vpn->zone = ZONE_INTERNAL;
	nas_challenged(nas_first("alice", "wrong"));
	ck_assert_str_eq(rig_row(&nas_rig, "login").detail, "zone internal");
}
END_TEST

START_TEST(a_client_that_is_not_configured_gets_no_decision)
{
	const struct ask ask = {.service = "unheard-of", .answer = NAS_PASSWORD};

	nas_verdict(nas_ask(&ask), WF_VERDICT_UNAVAILABLE);
}
END_TEST

/* I4: what could not be looked at is neither a challenge nor a refusal. */
START_TEST(what_would_come_too_late_is_not_computed)
{
	const struct ask ask = {.answer = "wrong", .patience_ms = 200};
	uint64_t tag;

	rig_hold(nas_rig.workers, 2);
	tag = nas_send(&ask);
	nas_verdict(nas_wait(tag), WF_VERDICT_UNAVAILABLE);
	rig_release();
	rig_settle(&nas_rig);
	ck_assert_uint_eq(nas_counted(), 0);
}
END_TEST

/* Not remembered: the packet that comes again is looked at. */
START_TEST(what_was_not_looked_at_may_come_again)
{
	struct ask ask = {.answer = NAS_PASSWORD, .patience_ms = 200, .key = 13};
	uint64_t tag;

	rig_hold(nas_rig.workers, 2);
	tag = nas_send(&ask);
	nas_verdict(nas_wait(tag), WF_VERDICT_UNAVAILABLE);
	rig_release();
	rig_settle(&nas_rig);
	ask.patience_ms = 0;
	nas_verdict(nas_second(nas_ask(&ask)->state, nas_code()), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(a_stopping_daemon_decides_nothing)
{
	engine_drain(nas_rig.engine);
	nas_verdict(nas_first("alice", NAS_PASSWORD), WF_VERDICT_UNAVAILABLE);
}
END_TEST

/*
 * 200 wrong guesses at once, half of them over SSH and half through a gateway: ten are evaluated in
 * all (I1).
 */
START_TEST(one_counter_for_all_ways)
{
	static struct rig_peer peers[100];
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7", .tty = "ssh"};
	const struct ask ask = {.answer = "wrong"};
	uint64_t sent[100];

	for (size_t i = 0; i < 100; i++) {
		rig_peer_open(&peers[i], FRONT_PAM, 0);
		rig_begin(&nas_rig, &peers[i], &login);
	}
	for (size_t i = 0; i < 100; i++)
		rig_challenged(&nas_rig, &peers[i]);
	for (size_t i = 0; i < 100; i++) {
		rig_answer(&nas_rig, &peers[i], "wrong", "000000");
		sent[i] = nas_send(&ask);
	}
	for (size_t i = 0; i < 100; i++) {
		rig_wait(&nas_rig, &peers[i], 1);
		ck_assert_int_eq(rig_verdict(&peers[i]), WF_VERDICT_REJECT);
		nas_challenged(nas_wait(sent[i]));
	}
	rig_settle(&nas_rig);
	ck_assert_uint_eq(nas_counted(), 10);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "wrong-password"), 10);
	ck_assert_uint_eq(rig_rows(&nas_rig, "lock", NULL), 1);
	for (size_t i = 0; i < 100; i++)
		rig_peer_close(&nas_rig, &peers[i]);
}
END_TEST

/* The code that has opened sshd opens no gateway, and the other way round. */
START_TEST(one_code_for_all_ways)
{
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "login", "replayed"), 1);
}
END_TEST

START_TEST(malformed_attempts)
{
	const struct ask ask = {.answer = NAS_PASSWORD};
	struct wf_msg msg;

	nas_make(&ask, 1, &msg);
	nas.peer.role = FRONT_PAM;
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_DENIED);
	nas.peer.role = FRONT_RADIUS;
	for (size_t i = 0; i < msg.nvalues; i++)
		if (msg.values[i].id == WF_F_ANSWER)
			msg.bytes.data[msg.values[i].off] = 1; /* there is no such prompt */
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_INVALID);
	wf_msg_clear(&msg);
	ck_assert(engine_idle(nas_rig.engine));
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/clients");
	TCase *facts = tcase_create("facts");

	tcase_add_checked_fixture(facts, nas_set_up, nas_tear_down);
	tcase_set_timeout(facts, 60);
	tcase_add_loop_test(facts, password_and_code_in_one_field, 0,
		(int)(sizeof(one_fields) / sizeof(one_fields[0])));
	tcase_add_test(facts, the_code_alone);
	tcase_add_test(facts, the_password_alone);
	tcase_add_test(facts, groups_come_with_an_accept);
	tcase_add_test(facts, a_firewall_is_administered_with_a_privileged_account);
	tcase_add_loop_test(
		facts, where_a_user_comes_from, 0, (int)(sizeof(places) / sizeof(places[0])));
	tcase_add_test(facts, the_zone_of_a_client);
	tcase_add_test(facts, a_client_that_is_not_configured_gets_no_decision);
	tcase_add_test(facts, what_would_come_too_late_is_not_computed);
	tcase_add_test(facts, what_was_not_looked_at_may_come_again);
	tcase_add_test(facts, a_stopping_daemon_decides_nothing);
	tcase_add_test(facts, one_counter_for_all_ways);
	tcase_add_test(facts, one_code_for_all_ways);
	tcase_add_test(facts, malformed_attempts);
	suite_add_tcase(it, facts);
	return it;
}

UNIT_MAIN(suite)
