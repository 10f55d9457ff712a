/* Accounts: what each act does, refuses and records. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD "!password=correct horse battery"

static size_t
passwords(const struct act_subject *subject)
{
	size_t n = 0;

	for (size_t i = 0; i < subject->n; i++)
		n += subject->credentials[i].factor == FACTOR_PASSWORD &&
		     subject->credentials[i].state == CREDENTIAL_ACTIVE;
	return n;
}

static bool
password_is(const struct act_subject *subject, const char *text)
{
	struct wf_secret answer = WF_SECRET_EMPTY;
	struct factor_input input = {
		.answer = &answer, .keys = rig.keys, .now = rig.now, .scratch = rig.scratch};
	struct factor_result result;

	memset(&result, 0, sizeof(result));
	ck_assert_int_eq(wf_secret_set(&answer, text, strlen(text)), WF_OK);
	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].factor == FACTOR_PASSWORD)
			input.credential = &subject->credentials[i];
	factor_ops(FACTOR_PASSWORD)->verify(&input, &result);
	wf_secret_clear(&answer);
	return result.answer == FACTOR_YES;
}

START_TEST(add_makes_an_account_and_its_row)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.add", "user=alice", "uid=4242", "display=Alice Arai", "ticket=T-7", PASSWORD);
	ck_assert_str_eq(rig.text, "The account 'alice' was added. Give it a token with 'warifu "
				   "token add alice totp'.");
	rig_subject("alice", &subject);
	ck_assert_str_eq(subject.account.display, "Alice Arai");
	ck_assert_int_eq(subject.account.uid, 4242);
	ck_assert_int_eq(subject.account.kind, ACCOUNT_GENERAL);
	ck_assert_int_eq(subject.account.state, ACCOUNT_ENABLED);
	ck_assert_int_eq(subject.account.standing, STANDING_MANAGED);
	ck_assert_int_eq(subject.account.created_us, RIG_START);
	ck_assert(subject.account.must_change);
	ck_assert_uint_eq(passwords(&subject), 1);
	ck_assert(password_is(&subject, "correct horse battery"));
	rig_last_row(&row);
	ck_assert_int_eq(row.class, AUDIT_ADMIN);
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_str_eq(row.event, "user.add");
	ck_assert_str_eq(row.action, "user.add");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.operator_name, "root");
	ck_assert_str_eq(row.source, "local:0");
	ck_assert_str_eq(row.host, "node-a");
	ck_assert_str_eq(row.node, "node-a");
	ck_assert_str_eq(row.service, "warifu");
	ck_assert_str_eq(row.ticket, "T-7");
	ck_assert_str_eq(row.detail, "kind general, uid 4242, first password");
	ck_assert_int_eq(row.time_us, RIG_START);
	ck_assert_uint_eq(rig_rows(), 1);
}
END_TEST

START_TEST(add_takes_the_uid_of_the_unix_user)
{
	struct act_subject subject;

	rig_ok("user.add", "user=root");
	rig_subject("root", &subject);
	ck_assert_int_eq(subject.account.uid, 0);
	rig_ok("user.add", "user=no-such-unix-user");
	rig_subject("no-such-unix-user", &subject);
	ck_assert_int_eq(subject.account.uid, -1);
	ck_assert_str_eq(rig.text,
		"The account 'no-such-unix-user' was added. Give it a password with 'warifu user "
		"passwd no-such-unix-user'. "
		"Give it a token with 'warifu token add no-such-unix-user totp'.");
}
END_TEST

/* As a document that is complied with would have it. */
static void
documents_want(enum rule_id rule, int64_t members, const char *criterion)
{
	for (size_t i = 0; i < RULE_CELLS; i++) {
		struct policy_held *held = &rig.config.policy.values.held[rule][i];

		*held = (struct policy_held){.set = true, .value = members};
		(void)snprintf(held->origin.criterion, sizeof(held->origin.criterion), "%s",
			criterion);
	}
}

START_TEST(c12_forbidden_names_are_refused)
{
	rig_ok("user.add", "user=guest");
	documents_want(R_ACCOUNTS_FORBIDDEN_NAMES, NAME_ADMIN | NAME_ROOT, "IPA-6.10a");
	rig_no(WF_DENIED,
		"No account may have the name 'Admin' (accounts.forbidden_names (admin) "
		"IPA-6.10a): choose one that tells whose it is.",
		"user.add", "user=Admin");
	ck_assert_int_eq(rig_act("user.import", "user=root", "uid=0",
				 "!hash=$5$saltsalt$mF9iy7Cq0pVxKzQx0y3WcG1HZL1m9v0pC7tq0uH0d12",
				 NULL),
		WF_DENIED);
	/* what is there already may still be changed, and is refused at its login */
	documents_want(R_ACCOUNTS_FORBIDDEN_NAMES, NAME_GUEST, "IPA-6.10c");
	rig_ok("user.set", "user=guest", "display=Guest");
	rig_no(WF_DENIED,
		"No account may have the name 'guest' (accounts.forbidden_names (guest) "
		"IPA-6.10c): choose one that tells whose it is.",
		"user.set", "user=guest", "kind=privileged");
}
END_TEST

START_TEST(c13_privileged_accounts_are_not_shared)
{
	struct act_subject subject;

	rig_ok("user.add", "user=boss", "kind=privileged");
	rig_ok("user.add", "user=ops");
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.7");
	rig_ok("user.set", "user=boss", "shared=1");
	rig_ok("user.set", "user=boss", "shared=0");
	documents_want(
		R_ACCOUNTS_NOT_SHARED, SHARED_PRIVILEGED | SHARED_GENERAL, "KUBOTA-113");
	rig_ok("user.set", "user=ops", "shared=1");
	rig_subject("ops", &subject);
	ck_assert(subject.account.shared);
	rig_ok("user.show", "user=ops");
	ck_assert_str_eq(rig_cell(0, "shared"), "1");
	rig_no(WF_DENIED,
		"A privileged account may not be shared (accounts.not_shared (privileged) "
		"KUBOTA-113): give each administrator one of his own.",
		"user.set", "user=boss", "shared=1");
	rig_no(WF_DENIED,
		"A privileged account may not be shared (accounts.not_shared (privileged) "
		"KUBOTA-113): give each administrator one of his own.",
		"user.set", "user=ops", "kind=privileged");
	rig_no(WF_INVALID,
		"A service account is of no person, so nobody can share it: leave 'shared' out.",
		"user.set", "user=robot", "shared=1");
}
END_TEST

START_TEST(names_count_to_the_byte)
{
	rig_ok("user.add", "user=bob");
	rig_ok("user.add", "user=Bob");
	rig_no(WF_NOT_FOUND, "There is no account 'BOB'; 'warifu user list' shows all.",
		"user.show", "user=BOB");
}
END_TEST

static const struct {
	wf_status status;
	const char *args[4];
	const char *sentence;
} bad_adds[] = {
	{WF_EXISTS, {"user=alice"},
		"There is an account 'alice' already: change it with 'warifu user set'."},
	{WF_EXISTS, {"user=games2", "uid=9"},
		"There is an account 'games2' already, which is refused: take it over with 'warifu "
		"user manage games2', "
		"then give it a password."},
	{WF_EXISTS, {"user=carol", "uid=4242"},
		"uid 4242 belongs to the account 'alice' already; a uid can have one account "
		"only."},
	{WF_INVALID, {"user=carol", "kind=service"},
		"A service account needs 'sources': the networks that it may come from."},
	{WF_INVALID, {"user=carol", "sources=192.0.2.0/24"},
		"'sources' is for service accounts only: leave it out."},
	{WF_INVALID, {"user=carol", "kind=service", "sources=192.0.2.0/24", PASSWORD},
		"A service account has no password: it comes with its key."},
	{WF_INVALID, {"user=carol", "valid-until=1000000"}, "'valid-until' has passed already."},
	{WF_INVALID, {"user=carol", "must-change=0"}, "'must-change' needs a password."},
	{WF_INVALID, {"user=carol", "!password=short"},
		"The password is too short. Choose one of at least 8 characters (rule password.min "
		"SCS-4-1-3-4)."},
};

START_TEST(bad_adds_are_refused)
{
	const char *const *args = bad_adds[_i].args;
	uint64_t rows;
	wf_status status;

	rig_ok("user.add", "user=alice", "uid=4242");
	rig_ok("user.refuse", "user=games2", "reason=never");
	rows = rig_rows();
	status = rig_act("user.add", args[0], args[1], args[1] != NULL ? args[2] : NULL,
		args[1] != NULL && args[2] != NULL ? args[3] : NULL, NULL);
	ck_assert_str_eq(rig.text, bad_adds[_i].sentence);
	ck_assert_int_eq(status, bad_adds[_i].status);
	ck_assert_uint_eq(rig_rows(), rows);
	ck_assert_int_eq(rig_act("user.show", "user=carol", NULL), WF_NOT_FOUND);
}
END_TEST

#define MUST                                                                                    \
	"A password that somebody else sets must be changed at first use: leave 'must-change' " \
	"out."

START_TEST(only_the_first_administrator_keeps_his_password)
{
	struct act_subject subject;

	rig.uid = 12345;
	rig_no(WF_INVALID, MUST, "user.add", "user=first", "kind=privileged", "must-change=0",
		PASSWORD);
	rig.uid = 0;
	rig_ok("user.add", "user=first", "kind=privileged", "must-change=0", PASSWORD);
	rig_subject("first", &subject);
	ck_assert(!subject.account.must_change);
	/* Setting it up again is possible as long as nobody can administer. */
	rig_ok("user.passwd", "user=first", "must-change=0", PASSWORD);
	rig_ruler("boss");
	rig_no(WF_INVALID, MUST, "user.add", "user=second", "must-change=0", PASSWORD);
	rig_no(WF_INVALID, MUST, "user.passwd", "user=first", "must-change=0", PASSWORD);
	rig_ok("user.passwd", "user=first", "must-change=1", PASSWORD);
	rig_subject("first", &subject);
	ck_assert(subject.account.must_change);
}
END_TEST

START_TEST(passwd_replaces)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.add", "user=alice", PASSWORD);
	rig_ok("user.set", "user=alice", "must-change=0");
	rig_ok("user.passwd", "user=alice", "!password=quite another sentence");
	ck_assert_str_eq(
		rig.text, "'alice' has a new password, which must be changed at the next login.");
	rig_subject("alice", &subject);
	ck_assert_uint_eq(passwords(&subject), 1);
	ck_assert(password_is(&subject, "quite another sentence"));
	ck_assert(!password_is(&subject, "correct horse battery"));
	ck_assert(subject.account.must_change);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "user.passwd");
	ck_assert_str_eq(row.detail, "new password, to be changed at first use");
	rig_no(WF_INVALID,
		"The password contains the name of its owner. Choose another one (rule "
		"password.forbidden (name) SCS-4-1-5-2).",
		"user.passwd", "user=alice", "!password=alice in the garden");
	rig_no(WF_NOT_FOUND, "There is no account 'bob'; 'warifu user list' shows all.",
		"user.passwd", "user=bob", PASSWORD);
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.7");
	rig_no(WF_INVALID, "A service account has no password: it comes with its key.",
		"user.passwd", "user=robot", PASSWORD);
}
END_TEST

START_TEST(privileged_passwords_are_longer)
{
	rig_ok("user.add", "user=boss", "kind=privileged");
	rig_no(WF_INVALID,
		"The password is too short. Choose one of at least 12 characters (rule "
		"password.min IPA-6.10g).",
		"user.passwd", "user=boss", "!password=tulip vase");
	rig_ok("user.add", "user=alice");
	rig_ok("user.passwd", "user=alice", "!password=tulip vase");
}
END_TEST

START_TEST(disable_and_enable)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.add", "user=alice");
	rig_ok("user.enable", "user=alice");
	ck_assert_str_eq(rig.text, "'alice' is enabled already; nothing was changed.");
	ck_assert_uint_eq(rig_rows(), 1);
	rig_advance(5);
	rig_ok("user.disable", "user=alice",
		"reason=on leave until the first of April, says her manager", "ticket=T-1");
	rig_subject("alice", &subject);
	ck_assert_int_eq(subject.account.state, ACCOUNT_DISABLED);
	ck_assert_int_eq(subject.account.disabled_us, RIG_START + 5 * US_PER_S);
	ck_assert_str_eq(
		subject.account.reason, "on leave until the first of April, says her manager");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "user.disable");
	ck_assert_str_eq(row.ticket, "T-1");
	ck_assert_str_eq(row.reason, "on leave until the first of April, says her man");
	ck_assert_str_eq(row.detail,
		"disabled; reason: on leave until the first of April, says her manager");
	rig_ok("user.disable", "user=alice", "reason=again");
	ck_assert_str_eq(rig.text, "'alice' is disabled already; nothing was changed.");
	rig_ok("user.enable", "user=alice");
	rig_subject("alice", &subject);
	ck_assert_int_eq(subject.account.state, ACCOUNT_ENABLED);
	ck_assert_int_eq(subject.account.disabled_us, 0);
	ck_assert_str_eq(subject.account.reason, "");
	ck_assert_uint_eq(rig_rows(), 3);
}
END_TEST

START_TEST(remove_takes_all_but_the_log)
{
	rig_user("alice");
	rig_ok("user.remove", "user=alice", "reason=left the company");
	rig_no(WF_NOT_FOUND, "There is no account 'alice'; 'warifu user list' shows all.",
		"user.show", "user=alice");
	rig_ok("log", "user=alice");
	ck_assert_uint_eq(rig.nrows, 4);
	ck_assert_str_eq(rig_cell(3, "event"), "user.remove");
	ck_assert_str_eq(
		rig_cell(3, "detail"), "removed with 2 credentials; reason: left the company");
	rig_no(WF_NOT_FOUND, "There is no account 'alice'; 'warifu user list' shows all.",
		"user.remove", "user=alice", "reason=again");
}
END_TEST

#define LAST                                                                                    \
	"'boss' is the last enabled privileged account with a token: give another one a token " \
	"first."

START_TEST(the_last_administrator_stays)
{
	rig_ruler("boss");
	/* no token: does not count */
	rig_ok("user.add", "user=deputy", "kind=privileged", PASSWORD);
	rig_no(WF_CONFLICT, LAST, "user.disable", "user=boss", "reason=x");
	rig_no(WF_CONFLICT, LAST, "user.remove", "user=boss", "reason=x");
	rig_no(WF_CONFLICT, LAST, "user.refuse", "user=boss", "reason=x");
	rig_no(WF_CONFLICT, LAST, "user.exempt", "user=boss", "reason=x", "until=1800000000000000");
	rig_no(WF_CONFLICT, LAST, "user.set", "user=boss", "kind=general");
	rig_no(WF_CONFLICT, LAST, "token.remove", "user=boss", "id=2", "reason=x");
	rig_ok("user.remove", "user=deputy", "reason=x");
	rig_ruler("second");
	rig_ok("user.disable", "user=boss", "reason=x");
}
END_TEST

START_TEST(set_says_old_and_new)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.add", "user=alice", "uid=4242", PASSWORD);
	rig_ok("user.set", "user=alice", "uid=4243", "display=Alice", "valid-from=1773100800000000",
		"valid-until=1804636800000000", "reason=new contract");
	rig_subject("alice", &subject);
	ck_assert_int_eq(subject.account.uid, 4243);
	ck_assert_str_eq(subject.account.display, "Alice");
	ck_assert_int_eq(subject.account.valid_from_us, INT64_C(1773100800000000));
	ck_assert_int_eq(subject.account.valid_until_us, INT64_C(1804636800000000));
	rig_last_row(&row);
	ck_assert_int_eq(
		strncmp(row.detail,
			"uid: 4242 -> 4243; display: '' -> 'Alice'; valid-from: open -> 2026-", 66),
		0);
	ck_assert_ptr_nonnull(strstr(row.detail, "; reason: new contract"));
	rig_ok("user.set", "user=alice", "display=", "valid-from=", "valid-until=");
	rig_subject("alice", &subject);
	ck_assert_str_eq(subject.account.display, "");
	ck_assert_int_eq(subject.account.valid_from_us, 0);
	ck_assert_int_eq(subject.account.valid_until_us, 0);
	rig_ok("user.set", "user=alice", "uid=4243");
	ck_assert_str_eq(rig.text, "'alice' is so already; nothing was changed.");
	ck_assert_uint_eq(rig_rows(), 3);
}
END_TEST

START_TEST(groups_are_sorted_and_stand_once)
{
	struct act_subject subject;
	struct audit_row row;

	rig_ok("user.add", "user=alice", "groups=vpn, admins vpn,,wlan-2");
	rig_subject("alice", &subject);
	ck_assert_uint_eq(subject.account.ngroups, 3);
	ck_assert_str_eq(subject.account.groups[0], "admins");
	ck_assert_str_eq(subject.account.groups[1], "vpn");
	ck_assert_str_eq(subject.account.groups[2], "wlan-2");
	rig_last_row(&row);
	ck_assert_str_eq(row.detail, "kind general, uid -1, no password, groups admins,vpn,wlan-2");
	rig_ok("user.list");
	ck_assert_str_eq(rig_cell(0, "groups"), "admins,vpn,wlan-2");
	rig_ok("user.set", "user=alice", "groups=wlan-2,vpn,admins");
	ck_assert_str_eq(rig.text, "'alice' is so already; nothing was changed.");
	rig_ok("user.set", "user=alice", "groups=vpn");
	rig_last_row(&row);
	ck_assert_str_eq(row.detail, "groups: 'admins,vpn,wlan-2' -> 'vpn'");
	rig_ok("user.set", "user=alice", "display=Alice");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "groups"), "vpn");
	rig_ok("user.set", "user=alice", "groups=");
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "groups"), "");
}
END_TEST

START_TEST(sixteen_groups_of_the_longest_names)
{
	char groups[700] = "groups=", wanted[700] = "";

	for (int i = 0; i < ACCOUNT_GROUPS_MAX; i++) {
		char name[48];

		(void)snprintf(name, sizeof(name), "%sgroup-%02d-abcdefghijklmnopqrstuvw",
			i > 0 ? "," : "", i);
		(void)snprintf(
			wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "%s", name);
	}
	(void)snprintf(groups + strlen(groups), sizeof(groups) - strlen(groups), "%.600s", wanted);
	rig_ok("user.add", "user=alice", groups);
	rig_ok("user.show", "user=alice");
	ck_assert_str_eq(rig_cell(0, "groups"), wanted);
}
END_TEST

START_TEST(bad_settings_are_refused)
{
	rig_ok("user.add", "user=alice", "uid=4242", PASSWORD);
	rig_ok("user.add", "user=bob", "uid=4243");
	rig_no(WF_EXISTS,
		"uid 4243 belongs to the account 'bob' already; a uid can have one account only.",
		"user.set", "user=alice", "uid=4243");
	rig_no(WF_INVALID, "A service account needs 'sources': the networks that it may come from.",
		"user.set", "user=alice", "kind=service");
	rig_no(WF_INVALID, "'valid-until' must be later than 'valid-from'.", "user.set",
		"user=alice", "valid-from=1800000000000000", "valid-until=1700000000000000");
	rig.uid = 12345;
	rig_no(WF_DENIED, "Only root may take back that a password must be changed.", "user.set",
		"user=alice", "must-change=0");
	ck_assert_uint_eq(rig_rows(), 3); /* the denial is one */
}
END_TEST

START_TEST(who_becomes_privileged_changes_his_password)
{
	struct act_subject subject;

	rig_ok("user.add", "user=alice", PASSWORD);
	rig_ok("user.set", "user=alice", "must-change=0");
	rig_ok("user.set", "user=alice", "kind=privileged");
	ck_assert_str_eq(rig.text, "'alice' was changed. Its password must be changed at the next "
				   "login: privileged ones are longer.");
	rig_subject("alice", &subject);
	ck_assert(subject.account.must_change);
	ck_assert_int_eq(subject.account.kind, ACCOUNT_PRIVILEGED);
}
END_TEST

START_TEST(standing_of_unix_users)
{
	struct act_subject subject;

	rig_no(WF_INVALID, "'until' has passed already.", "user.exempt", "user=backup",
		"reason=moves", "until=1000000");
	rig_ok("user.exempt", "user=backup", "uid=34", "reason=moves in June",
		"until=1780000000000000");
	rig_subject("backup", &subject);
	ck_assert_int_eq(subject.account.standing, STANDING_EXEMPT);
	ck_assert_int_eq(subject.account.standing_until_us, INT64_C(1780000000000000));
	ck_assert_str_eq(subject.account.reason, "moves in June");
	ck_assert_int_eq(subject.account.uid, 34);
	rig_no(WF_CONFLICT,
		"The account 'backup' has another uid: change it with 'warifu user set'.",
		"user.refuse", "user=backup", "uid=35", "reason=x");
	rig_ok("user.refuse", "user=backup", "reason=never logs in");
	rig_subject("backup", &subject);
	ck_assert_int_eq(subject.account.standing, STANDING_REFUSED);
	ck_assert_int_eq(subject.account.standing_until_us, 0);
	rig_ok("user.manage", "user=backup");
	ck_assert_str_eq(rig.text, "'backup' is managed by Warifu from now on. Give it a password "
				   "with 'warifu user passwd backup'.");
	rig_subject("backup", &subject);
	ck_assert_int_eq(subject.account.standing, STANDING_MANAGED);
	ck_assert_str_eq(subject.account.reason, "");
	rig_ok("user.manage", "user=backup");
	ck_assert_str_eq(rig.text, "'backup' is managed already; nothing was changed.");
	ck_assert_uint_eq(rig_rows(), 3);
}
END_TEST

START_TEST(list_and_show_tell_the_same)
{
	rig_user("alice");
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.0/24 2001:db8::7");
	rig_ok("user.disable", "user=robot", "reason=defect");
	rig_ok("user.list");
	ck_assert_str_eq(rig.text, "2 accounts.");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "user"), "alice");
	ck_assert_str_eq(rig_cell(0, "factors"), "password+totp");
	ck_assert_str_eq(rig_cell(0, "must-change"), "1");
	ck_assert_str_eq(rig_cell(0, "locked"), "0");
	ck_assert_str_eq(rig_cell(0, "state"), "enabled");
	ck_assert_str_eq(rig_cell(0, "uid"), "");
	ck_assert_int_eq(rig_number(0, "created"), RIG_START);
	ck_assert_str_eq(rig_cell(0, "last-login"), "");
	ck_assert_str_eq(rig_cell(1, "kind"), "service");
	ck_assert_str_eq(rig_cell(1, "state"), "disabled");
	ck_assert_str_eq(rig_cell(1, "reason"), "defect");
	rig_ok("user.list", "unix=1");
	ck_assert_uint_eq(rig.nrows, 2);
	rig_ok("user.show", "user=robot");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "sources"), "192.0.2.0/24 2001:db8::7");
	ck_assert_int_eq(rig_number(0, "disabled"), RIG_START + 60 * US_PER_S);
	ck_assert_str_eq(rig_cell(0, "failures"), "0");
	ck_assert_str_eq(rig_cell(0, "locked-until"), "");
}
END_TEST

/* More than a page. */
START_TEST(all_accounts_are_listed)
{
	char user[32];

	for (int i = 0; i < 150; i++) {
		(void)snprintf(user, sizeof(user), "user=u%03d", i);
		rig_ok("user.add", user);
	}
	rig_ok("user.list");
	ck_assert_uint_eq(rig.nrows, 150);
	ck_assert_str_eq(rig_cell(149, "user"), "u149");
	rig_ok("user.list", "limit=70");
	ck_assert_uint_eq(rig.nrows, 70);
	rig_ok("user.list", "limit=100", "after=u069");
	ck_assert_uint_eq(rig.nrows, 80);
	ck_assert_str_eq(rig_cell(0, "user"), "u070");
	rig_no(WF_NOT_FOUND, "There is no account 'nobody'; 'warifu user list' shows all.",
		"user.list", "after=nobody");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/users");
	TCase *tcase = tcase_create("users");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, add_makes_an_account_and_its_row);
	tcase_add_test(tcase, add_takes_the_uid_of_the_unix_user);
	tcase_add_test(tcase, names_count_to_the_byte);
	tcase_add_test(tcase, c12_forbidden_names_are_refused);
	tcase_add_test(tcase, c13_privileged_accounts_are_not_shared);
	tcase_add_loop_test(tcase, bad_adds_are_refused, 0, (int)COUNT_OF(bad_adds));
	tcase_add_test(tcase, only_the_first_administrator_keeps_his_password);
	tcase_add_test(tcase, passwd_replaces);
	tcase_add_test(tcase, privileged_passwords_are_longer);
	tcase_add_test(tcase, disable_and_enable);
	tcase_add_test(tcase, remove_takes_all_but_the_log);
	tcase_add_test(tcase, the_last_administrator_stays);
	tcase_add_test(tcase, set_says_old_and_new);
	tcase_add_test(tcase, groups_are_sorted_and_stand_once);
	tcase_add_test(tcase, sixteen_groups_of_the_longest_names);
	tcase_add_test(tcase, bad_settings_are_refused);
	tcase_add_test(tcase, who_becomes_privileged_changes_his_password);
	tcase_add_test(tcase, standing_of_unix_users);
	tcase_add_test(tcase, list_and_show_tell_the_same);
	tcase_add_test(tcase, all_accounts_are_listed);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
