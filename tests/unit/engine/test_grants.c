/*
 * Where the register lets in by a grant alone: over PAM, over RADIUS, in the account phase; who has
 * none is asked and answered like anybody else (I5).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/engine/nas.h"
#include "tests/unit/unit.h"

#define DAY_S INT64_C(86400)

static struct policy_entry *
entry_of(const char *service)
{
	struct policy_service *row;

	ck_assert_int_eq(policy_service_add(&nas_rig.config.policy, service, &row), WF_OK);
	return &row->entry;
}

static void
set_up(void)
{
	nas_set_up();
	entry_of("sshd")->grants = GRANTS_REQUIRED;
	entry_of("vpn")->grants = GRANTS_REQUIRED;
}

static struct account
account_of(const char *name)
{
	static struct store_job job;

	store_job_init(&job, STORE_READ);
	job.u.read.name = name;
	job.u.read.uid = -1;
	ck_assert_int_eq(store_run(nas_rig.store, &job), WF_OK);
	ck_assert(job.u.read.found);
	return job.u.read.account;
}

static int64_t
change(struct effect effect)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_row_init(&row, AUDIT_ADMIN, "test");
	row.time_us = row.first_us = row.last_us = nas_rig.now.wall_us;
	job.u.admin = (struct store_admin){
		.effects = &effect, .neffects = 1, .rows = &row, .nrows = 1};
	ck_assert_int_eq(store_run(nas_rig.store, &job), WF_OK);
	return job.u.admin.grant_id;
}

/* For ten days. */
static int64_t
give(const char *name, const char *place)
{
	struct grant grant = {.account_id = account_of(name).id,
		.until_us = nas_rig.now.wall_us + 10 * DAY_S * 1000000};

	(void)snprintf(grant.place, sizeof(grant.place), "%s", place);
	return change((struct effect){.kind = EFFECT_GRANT_ADD, .grant = &grant});
}

static struct grant
grant_of(int64_t id)
{
	static struct grant page[VIEW_PAGE];
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){.kind = VIEW_GRANTS,
		.limit = VIEW_PAGE,
		.grants = page,
		.after = (uint64_t)id - 1,
		.ended = true};
	ck_assert_int_eq(store_run(nas_rig.store, &job), WF_OK);
	ck_assert_int_eq(page[0].id, id);
	return page[0];
}

static enum wf_verdict
ssh(const char *user)
{
	enum wf_verdict verdict = rig_ssh(&nas_rig, user, NAS_PASSWORD, nas_code());

	rig_settle(&nas_rig);
	return verdict;
}

START_TEST(over_pam)
{
	int64_t id;

	ck_assert_int_eq(ssh("alice"), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
	ck_assert_str_eq(rig_row(&nas_rig, "login").rule, "register.grants SCS-4-1-7-3");
	id = give("alice", "sshd");
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(grant_of(id).used_us, nas_rig.now.wall_us);
}
END_TEST

START_TEST(its_end)
{
	(void)give("alice", "sshd");
	rig_advance(&nas_rig, 10 * DAY_S - 30);
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_ACCEPT);
	rig_advance(&nas_rig, 30);
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
}
END_TEST

/* What is asked and said to him is what anybody hears, right answers or wrong ones. */
START_TEST(nobody_can_tell)
{
	struct rig_peer peer;
	static const struct {
		const char *user, *password;
	} table[] = {{"alice", NAS_PASSWORD}, {"alice", "wrong"}, {"nobody", "wrong"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct rig_login login = {.user = table[i].user,
			.service = "sshd",
			.rhost = "198.51.100.7",
			.password = table[i].password,
			.code = nas_code()};
		uint64_t text = 0;

		rig_peer_open(&peer, FRONT_PAM, 0);
		rig_begin(&nas_rig, &peer, &login);
		ck_assert_int_eq(peer.last.type, WF_MSG_PROMPTS);
		ck_assert_uint_eq(wf_msg_count(&peer.last, WF_F_PROMPT), 2);
		rig_answer(&nas_rig, &peer, login.password, login.code);
		rig_wait(&nas_rig, &peer, 1);
		ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_REJECT);
		ck_assert_int_eq(wf_msg_get_uint(&peer.last, WF_F_TEXT_ID, &text), WF_OK);
		ck_assert_uint_eq(text, WF_TEXT_REFUSED);
		rig_peer_close(&nas_rig, &peer);
	}
	rig_settle(&nas_rig);
}
END_TEST

START_TEST(over_radius)
{
	const struct reply *reply = nas_first("alice", NAS_PASSWORD);
	int64_t id;

	nas_challenged(reply); /* like anybody else */
	nas_verdict(nas_second(reply->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
	id = give("alice", "vpn");
	nas_verdict(
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(grant_of(id).used_us, nas_rig.now.wall_us);
}
END_TEST

/* It ends while the code is awaited. */
START_TEST(ended_between_the_rounds)
{
	int64_t id = give("alice", "vpn");
	const struct reply *reply = nas_first("alice", NAS_PASSWORD);

	nas_challenged(reply);
	(void)change((struct effect){.kind = EFFECT_GRANT_END, .value = id});
	nas_verdict(nas_second(reply->state, nas_code()), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
}
END_TEST

/* A host's word holds for each of its services; a grant for it, too. */
START_TEST(of_a_host)
{
	struct policy_host *host;

	entry_of("sshd")->grants = GRANTS_OPTIONAL;
	ck_assert_int_eq(
		policy_host_add(&nas_rig.config.policy, nas_rig.config.node, &host), WF_OK);
	host->entry.grants = GRANTS_REQUIRED;
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_REJECT);
	(void)give("alice", "@elsewhere");
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_REJECT);
	(void)snprintf(nas_rig.config.node, sizeof(nas_rig.config.node), "elsewhere");
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_ACCEPT); /* nothing is said of this one */
	ck_assert_int_eq(policy_host_add(&nas_rig.config.policy, "elsewhere", &host), WF_OK);
	host->entry.grants = GRANTS_REQUIRED;
	rig_advance(&nas_rig, 30);
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_ACCEPT);
}
END_TEST

static void
to_staff(struct account *account)
{
	account->ngroups = 1;
	(void)snprintf(account->groups[0], sizeof(account->groups[0]), "staff");
}

/* Who has left the group does not enter by his grant any more. */
START_TEST(scope)
{
	(void)give("alice", "sshd");
	entry_of("sshd")->scope = (struct group_set){.names = {"staff"}, .n = 1};
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "scope");
	rig_account_edit(&nas_rig, "alice", to_staff);
	ck_assert_int_eq(ssh("alice"), WF_VERDICT_ACCEPT);
}
END_TEST

static enum wf_verdict
account_phase(const char *user)
{
	static const char evidence[] = "publickey ssh-ed25519 AAAA";
	struct rig_peer peer;
	struct wf_msg msg;
	enum wf_verdict verdict;

	rig_peer_open(&peer, FRONT_PAM, 0);
	wf_msg_init(&msg, WF_MSG_ACCOUNT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, user), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RHOST, "192.0.2.9"), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, WF_EVIDENCE_SSH_AUTH_INFO,
				 evidence, strlen(evidence)),
		WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &peer.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	rig_wait(&nas_rig, &peer, 0);
	verdict = rig_verdict(&peer);
	rig_peer_close(&nas_rig, &peer);
	rig_settle(&nas_rig);
	return verdict;
}

static void
to_service(struct account *account)
{
	account->kind = ACCOUNT_SERVICE;
	(void)snprintf(account->sources, sizeof(account->sources), "192.0.2.0/24");
}

/* A service account comes by its key, past the auth lines: its use is recorded there. */
START_TEST(in_the_account_phase)
{
	int64_t id;

	entry_of("sshd"); /* key_only, as built in */
	(void)rig_account(&nas_rig, "backup", 1005);
	rig_account_edit(&nas_rig, "backup", to_service);
	ck_assert_int_eq(account_phase("backup"), WF_VERDICT_REJECT);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
	id = give("backup", "sshd");
	ck_assert_int_eq(account_phase("backup"), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(grant_of(id).used_us, nas_rig.now.wall_us);
	rig_advance(&nas_rig, 10 * DAY_S);
	ck_assert_int_eq(account_phase("backup"), WF_VERDICT_REJECT);
}
END_TEST

/* It enters nothing: who hands out grants must get at the command first. */
START_TEST(proofs_need_none)
{
	struct policy_host *host;
	struct rig_peer peer;
	const struct rig_login login = {.user = "alice",
		.service = WF_PROOF_SERVICE,
		.tty = "tty1",
		.password = NAS_PASSWORD,
		.code = nas_code()};

	ck_assert_int_eq(
		policy_host_add(&nas_rig.config.policy, nas_rig.config.node, &host), WF_OK);
	host->entry.grants = GRANTS_REQUIRED;
	rig_peer_open(&peer, FRONT_PAM, 0);
	ck_assert_int_eq(rig_login_as(&nas_rig, &peer, &login, NULL), WF_VERDICT_ACCEPT);
	rig_peer_close(&nas_rig, &peer);
}
END_TEST

START_TEST(in_observe_mode)
{
	struct rig_peer peer;
	const struct rig_login login = {
		.user = "alice", .service = "sshd", .rhost = "198.51.100.7"};

	nas_rig.config.mode = MODE_OBSERVE;
	rig_peer_open(&peer, FRONT_PAM, 0);
	rig_begin(&nas_rig, &peer, &login);
	rig_wait(&nas_rig, &peer, 0);
	ck_assert_int_eq(rig_verdict(&peer), WF_VERDICT_IGNORE);
	rig_peer_close(&nas_rig, &peer);
	rig_settle(&nas_rig);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "no-grant");
}
END_TEST

static Suite *
grants_suite(void)
{
	Suite *suite = suite_create("engine-grants");
	TCase *tc = tcase_create("grants");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, nas_tear_down);
	tcase_add_test(tc, over_pam);
	tcase_add_test(tc, its_end);
	tcase_add_test(tc, nobody_can_tell);
	tcase_add_test(tc, over_radius);
	tcase_add_test(tc, ended_between_the_rounds);
	tcase_add_test(tc, of_a_host);
	tcase_add_test(tc, scope);
	tcase_add_test(tc, in_the_account_phase);
	tcase_add_test(tc, proofs_need_none);
	tcase_add_test(tc, in_observe_mode);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(grants_suite)
