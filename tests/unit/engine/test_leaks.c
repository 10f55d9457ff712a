/*
 * Passwords that are known to whoever guesses, those of a person's other accounts, and those that
 * were imported: found at a login that was right, refused when they are set.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authd/policy/policy_password.h"
#include "tests/unit/engine/nas.h"
#include "tests/unit/leaked.h"
#include "tests/unit/unit.h"

#define NEW_PASSWORD "a longer battery staple"
#define LEAK_RULE "password.change_on (leak) (own)" /* nobody has chosen a document */

static char path[] = "/tmp/warifu-leaks-XXXXXX";
static struct rig_peer root;

/* The list has one password. */
static void
leak(const char *password)
{
	wf_leak_list_close(&nas_rig.config.policy.leaks);
	leaked_open(path, password, &nas_rig.config.policy.leaks);
}

static void
set_up(void)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/warifu-leaks-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	nas_set_up();
	rig_peer_open(&root, FRONT_PAM, 0);
	leak(NAS_PASSWORD);
}

static void
tear_down(void)
{
	rig_peer_close(&nas_rig, &root);
	rig_settle(&nas_rig);
	nas_tear_down();
	wf_leak_list_close(&nas_rig.config.policy.leaks);
	ck_assert_int_eq(unlink(path), 0);
}

static struct account
stored(const char *name)
{
	static struct store_job job;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.name = name;
	job.u.read.uid = -1;
	ck_assert_int_eq(store_run(nas_rig.store, &job), WF_OK);
	ck_assert(job.u.read.found);
	return job.u.read.account;
}

START_TEST(ISAC_3_2_7a_found_at_a_login)
{
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert(stored("alice").must_change);
	ck_assert_str_eq(stored("alice").change_rule, LEAK_RULE);
	ck_assert_ptr_nonnull(strstr(rig_row(&nas_rig, "login").detail, LEAK_RULE));
	ck_assert_int_gt(stored("alice").password.checked_us, 0);
}
END_TEST

START_TEST(ISAC_3_2_7a_not_found)
{
	leak("another one");
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert(!stored("alice").must_change);
	ck_assert_int_gt(stored("alice").password.checked_us, 0);
	ck_assert_ptr_null(strstr(rig_row(&nas_rig, "login").detail, LEAK_RULE));
}
END_TEST

/* No stranger learns of it, and a list that cannot be read keeps nobody out. */
START_TEST(only_where_everything_was_right)
{
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, "000000"), WF_VERDICT_REJECT);
	ck_assert(!stored("alice").must_change);
	ck_assert_ptr_null(strstr(rig_row(&nas_rig, "login").detail, LEAK_RULE));
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert(!stored("alice").must_change);
	ck_assert_int_eq(stored("alice").password.checked_us, 0);
}
END_TEST

/* Through a gateway it is looked up in the first round, and told of after the second. */
START_TEST(ISAC_3_2_7a_at_a_gateway)
{
	const struct reply *reply = nas_first("alice", NAS_PASSWORD);

	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_CODE);
	ck_assert(!stored("alice").must_change);
	reply = nas_second(reply->state, nas_code());
	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_NEW_PASSWORD);
	ck_assert_str_eq(rig_row(&nas_rig, "login").reason, "must-change");
	reply = nas_second(reply->state, NAS_PASSWORD);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_NEW_PASSWORD);
	ck_assert_ptr_nonnull(strstr(reply->words, "leaked"));
	reply = nas_second(reply->state, NEW_PASSWORD);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_REPEAT_PASSWORD);
	nas_verdict(nas_second(reply->state, NEW_PASSWORD), WF_VERDICT_ACCEPT);
	ck_assert(!stored("alice").must_change);
	ck_assert_uint_eq(stored("alice").password.length, PASSWORD_LENGTH_NOTED);
}
END_TEST

/* Of each password, from each kind of account. */
static void
demand_length(int64_t least)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		nas_rig.config.policy.values.held[R_PASSWORD_MIN][i].value = least;
}

/* C-03: rules for length reach hashes that were made elsewhere, from their first login on. */
START_TEST(C_03_an_imported_password_is_noted)
{
	leak("another one");
	ck_assert_uint_eq(stored("alice").password.length, 0);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", "correct", nas_code()), WF_VERDICT_REJECT);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(stored("alice").password.length, 0);
	demand_length(14);
	ck_assert_int_eq(rig_ssh(&nas_rig, "alice", NAS_PASSWORD, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(stored("alice").password.length, 13);
	ck_assert_uint_eq(stored("alice").password.classes, CHARACTER_LOWER | CHARACTER_SYMBOL);
}
END_TEST

START_TEST(C_03_a_short_one_is_changed_at_the_next_login)
{
	const struct reply *reply;

	leak("another one");
	demand_length(14);
	reply = nas_first("alice", NAS_PASSWORD);
	nas_verdict(nas_second(reply->state, "000000"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(stored("alice").password.length, 0);
	reply = nas_first("alice", NAS_PASSWORD);
	nas_verdict(nas_second(reply->state, nas_code()), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(stored("alice").password.length, 13);
	rig_advance(&nas_rig, 30);
	reply = nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code());
	ck_assert_int_eq(reply->type, WF_MSG_CHALLENGE);
	ck_assert_int_eq(reply->prompt.text, WF_TEXT_NEW_PASSWORD);
	ck_assert_ptr_nonnull(strstr(rig_row(&nas_rig, "login").detail, "password.min"));
}
END_TEST

static enum wf_verdict
change(const char *user, const uint8_t *txn, const char *password)
{
	unsigned since = root.replies;
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_CHANGE, WF_WIRE_VERSION);
	if (txn != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_USER, user, strlen(user)), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "passwd"), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_bytes(&msg, WF_F_SECRET, password, strlen(password)), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &root.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	rig_wait(&nas_rig, &root, since);
	return rig_verdict(&root);
}

static void
prove(const char *password, uint8_t txn_r[WF_TXN_LEN])
{
	struct rig_login login = {.user = "alice",
		.rhost = "198.51.100.7",
		.password = password,
		.code = nas_code(),
		.purpose = WF_PURPOSE_CHANGE};

	ck_assert_int_eq(rig_login_as(&nas_rig, &root, &login, txn_r), WF_VERDICT_ACCEPT);
}

static void
of_one_person(struct account *account)
{
	snprintf(account->person, sizeof(account->person), "1001");
}

/* SCS-4-1-5-4: one comparison a proof, or it would serve to guess the other account's. */
START_TEST(C_20_one_persons_accounts)
{
	uint8_t txn[WF_TXN_LEN];

	rig_account(&nas_rig, "alice-adm", 1001);
	ck_assert_int_eq(change("alice-adm", NULL, NEW_PASSWORD), WF_VERDICT_ACCEPT);
	rig_account_edit(&nas_rig, "alice", of_one_person);
	rig_account_edit(&nas_rig, "alice-adm", of_one_person);
	prove(NAS_PASSWORD, txn);
	ck_assert_int_eq(change("alice", txn, NEW_PASSWORD), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", "password-reuse"), 1);
	ck_assert_int_eq(change("alice", txn, "yet another battery staple"), WF_VERDICT_REJECT);
	prove(NAS_PASSWORD, txn);
	ck_assert_int_eq(change("alice", txn, "yet another battery staple"), WF_VERDICT_ACCEPT);
}
END_TEST

/* To root, who sets somebody's, it is not told. */
START_TEST(C_20_is_told_to_its_owner_alone)
{
	rig_account(&nas_rig, "alice-adm", 1001);
	ck_assert_int_eq(change("alice-adm", NULL, NEW_PASSWORD), WF_VERDICT_ACCEPT);
	rig_account_edit(&nas_rig, "alice", of_one_person);
	rig_account_edit(&nas_rig, "alice-adm", of_one_person);
	ck_assert_int_eq(change("alice", NULL, NEW_PASSWORD), WF_VERDICT_ACCEPT);
}
END_TEST

START_TEST(former_passwords)
{
	const struct origin local = {.force = "local"};
	uint8_t txn[WF_TXN_LEN];

	leak("another one");
	ck_assert_int_eq(policy_set(&nas_rig.config.policy, P_PASSWORD_HISTORY, 2, &local), WF_OK);
	prove(NAS_PASSWORD, txn);
	ck_assert_int_eq(change("alice", txn, NAS_PASSWORD), WF_VERDICT_REJECT);
	ck_assert_int_eq(change("alice", txn, NEW_PASSWORD), WF_VERDICT_ACCEPT);
	prove(NEW_PASSWORD, txn);
	ck_assert_int_eq(change("alice", txn, NAS_PASSWORD), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "password.change", "own"), 1);
	ck_assert_int_eq(change("alice", txn, "yet another battery staple"), WF_VERDICT_ACCEPT);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("leaks");
	TCase *tcase = tcase_create("leaks");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, ISAC_3_2_7a_found_at_a_login);
	tcase_add_test(tcase, ISAC_3_2_7a_not_found);
	tcase_add_test(tcase, only_where_everything_was_right);
	tcase_add_test(tcase, ISAC_3_2_7a_at_a_gateway);
	tcase_add_test(tcase, C_03_an_imported_password_is_noted);
	tcase_add_test(tcase, C_03_a_short_one_is_changed_at_the_next_login);
	tcase_add_test(tcase, C_20_one_persons_accounts);
	tcase_add_test(tcase, C_20_is_told_to_its_owner_alone);
	tcase_add_test(tcase, former_passwords);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
