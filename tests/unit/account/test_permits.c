/*
 * Who may do what, as text, compared with permits.txt: a change of a permission is a visible
 * difference.  And the ways around it: groups, proofs, privileged accounts, one's own account.
 */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEPT "tests/unit/account/permits.txt"
#define MADE "tests/unit/account/permits.out"

/*
 * A denial comes before anything else is looked at, or behind the arguments where an owner may
 * prove himself.
 */
static bool
may(const struct act *act, enum role role)
{
	struct act_out out = {.head = NULL};
	struct act_call call;

	memset(&call, 0, sizeof(call));
	call.daemon = &rig.daemon;
	call.peer.uid = 12345;
	call.role = role;
	call.out = &out;
	/* An argument that no act has stops every permitted call before its handler. */
	(void)snprintf(call.args[0].key, sizeof(call.args[0].key), "no-such-argument");
	(void)snprintf(call.args[0].value, sizeof(call.args[0].value), "1");
	call.nargs = 1;
	if (role < act->role && !act->self)
		ck_assert_int_eq(act_run(act, &call), WF_DENIED);
	else
		ck_assert_int_eq(act_run(act, &call), WF_INVALID);
	return role >= act->role;
}

static void
write_table(FILE *file)
{
	size_t n;
	const struct act *acts = act_table(&n);

	fprintf(file, "# act: the roles that may do it; +owner: so may the account's owner, with a "
		      "proof\n");
	for (size_t i = 0; i < n; i++) {
		fprintf(file, "%s:", acts[i].id);
		for (int role = ROLE_NONE; role < ROLE_COUNT; role++)
			if (may(&acts[i], (enum role)role))
				fprintf(file, " %s", act_role_name((enum role)role));
		fprintf(file, "%s%s\n", acts[i].self ? " +owner" : "",
			acts[i].changes ? " (recorded)" : "");
	}
}

static char *
slurp(const char *path)
{
	static char text[2][16384];
	static int which;
	FILE *file = fopen(path, "r");
	size_t n;

	ck_assert_msg(file != NULL, "%s", path);
	which = !which;
	n = fread(text[which], 1, sizeof(text[which]) - 1, file);
	text[which][n] = '\0';
	fclose(file);
	return text[which];
}

START_TEST(the_table_is_as_kept)
{
	const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
	char kept[4096], made[4096];
	FILE *file;

	(void)snprintf(kept, sizeof(kept), "%s/" KEPT, top != NULL ? top : "..");
	(void)snprintf(made, sizeof(made), "%s/" MADE, build != NULL ? build : ".");
	file = fopen(made, "w");
	ck_assert_ptr_nonnull(file);
	write_table(file);
	fclose(file);
	ck_assert_msg(strcmp(slurp(kept), slurp(made)) == 0, "compare %s with %s", kept, made);
}
END_TEST

START_TEST(roles_come_from_groups)
{
	struct wf_peer peer = {.uid = 1000, .gid = 1000, .groups = {20, 30}, .ngroups = 2};

	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_NONE);
	rig.config.role_groups[ROLE_VIEWER] = 20;
	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_VIEWER);
	rig.config.role_groups[ROLE_OFFICER] = 30;
	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_OFFICER);
	rig.config.role_groups[ROLE_ADMINISTRATOR] = 1000;
	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_ADMINISTRATOR);
	peer.gid = 5;
	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_OFFICER);
	peer.uid = 0;
	peer.ngroups = 0;
	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_ADMINISTRATOR);
}
END_TEST

/* A group that does not exist must not be everybody's. */
START_TEST(a_group_that_is_not_there_gives_no_role)
{
	struct wf_peer peer = {.uid = 1000, .gid = (gid_t)-1, .ngroups = 0};

	ck_assert_int_eq(act_role(&rig.config, &peer), ROLE_NONE);
}
END_TEST

START_TEST(operators_have_names)
{
	struct wf_peer peer = {.uid = 0, .pid = 0};
	char name[257];

	act_operator(&peer, name, sizeof(name));
	ck_assert_str_eq(name, "root");
	peer.uid = 3999999;
	act_operator(&peer, name, sizeof(name));
	ck_assert_str_eq(name, "uid 3999999");
	peer.uid = 0;
	peer.pid = getpid();
	act_operator(&peer, name, sizeof(name));
	ck_assert_int_eq(strncmp(name, "root", 4), 0);
}
END_TEST

START_TEST(a_denial_says_whom_to_ask)
{
	rig.uid = 12345;
	rig.role = ROLE_HELPDESK;
	rig_no(WF_DENIED,
		"You may not do 'user.remove': ask somebody of the group warifu-admin, or root.",
		"user.remove", "user=alice");
	rig.role = ROLE_NONE;
	rig_no(WF_DENIED,
		"You may do 'token.add' for your own account only, after proving password and "
		"token, or ask somebody of the "
		"group warifu-helpdesk.",
		"token.add", "user=alice", "type=totp");
}
END_TEST

START_TEST(the_helpdesk_does_not_touch_privileged_accounts)
{
	static const char *const acts[] = {"user.passwd", "token.add", "user.disable"};

	rig_ruler("boss");
	rig.uid = 12345;
	rig.role = ROLE_HELPDESK;
	rig_no(WF_DENIED, "'boss' is a privileged account: only an administrator may do this.",
		acts[0], "user=boss", "!password=correct horse battery");
	rig_no(WF_DENIED, "'boss' is a privileged account: only an administrator may do this.",
		acts[1], "user=boss", "type=totp");
	rig_no(WF_DENIED, "'boss' is a privileged account: only an administrator may do this.",
		acts[2], "user=boss", "reason=x");
	/* But it opens a locked one (I10). */
	rig_ok("unlock", "user=boss", "reason=called");
}
END_TEST

START_TEST(nobody_resets_his_own_account_without_proof)
{
	rig_ok("user.add", "user=helen", "uid=12345", "!password=correct horse battery");
	rig.uid = 12345;
	rig.role = ROLE_HELPDESK;
	rig_no(WF_DENIED,
		"'helen' is your own account: use 'passwd' for the password, and ask a colleague "
		"for the rest.",
		"user.passwd", "user=helen", "!password=another horse battery");
	rig_no(WF_DENIED,
		"'helen' is your own account: use 'passwd' for the password, and ask a colleague "
		"for the rest.",
		"token.add", "user=helen", "type=totp");
	rig.uid = 12346;
	rig_ok("token.add", "user=helen", "type=totp");
}
END_TEST

#define BOTH ((unsigned)(KIND_KNOWLEDGE | KIND_POSSESSION))
#define REFUSED                                                                              \
	"This proof does not count (any more): enter password and code again, for your own " \
	"account."

static void
proof_argument(const char *service, unsigned kinds, enum wf_purpose purpose, char argument_r[40])
{
	char hex[33];

	rig_transaction("olga", service, kinds, purpose, hex);
	(void)snprintf(argument_r, 40, "txn=%s", hex);
}

static void
olga(void)
{
	rig_user("olga");
	rig_ok("user.set", "user=olga", "uid=12345", "must-change=0");
	rig.uid = 12345;
	rig.role = ROLE_NONE;
}

START_TEST(an_owner_with_proof_may)
{
	struct act_subject subject;
	struct audit_row row;
	char proof[40];

	olga();
	proof_argument("warifu", BOTH, WF_PURPOSE_LOGIN, proof);
	rig_ok("token.list", "user=olga", proof);
	rig_ok("token.add", "user=olga", "type=recovery", proof);
	rig_ok("user.passwd", "user=olga", "!password=a quite different sentence", proof);
	rig_subject("olga", &subject);
	ck_assert(!subject.account.must_change);
	rig_last_row(&row);
	ck_assert_str_eq(row.detail, "new password, by its owner");
	ck_assert_str_eq(row.source, "local:12345");
}
END_TEST

START_TEST(other_proofs_do_not_count)
{
	static const struct {
		const char *service;
		unsigned kinds;
		enum wf_purpose purpose;
	} proofs[] = {
		/* its id stands in every environment of the login */
		{"sshd", BOTH, WF_PURPOSE_LOGIN},
		{"warifu", KIND_KNOWLEDGE, WF_PURPOSE_LOGIN},
		{"warifu", BOTH, WF_PURPOSE_CHANGE},
	};
	char proof[40];

	olga();
	for (size_t i = 0; i < COUNT_OF(proofs); i++) {
		proof_argument(proofs[i].service, proofs[i].kinds, proofs[i].purpose, proof);
		rig_no(WF_DENIED, REFUSED, "token.list", "user=olga", proof);
	}
	rig_no(WF_DENIED, REFUSED, "token.list", "user=olga",
		"txn=00000000000000000000000000000000");
	proof_argument("warifu", BOTH, WF_PURPOSE_LOGIN, proof);
	rig.uid = 12346; /* somebody else's */
	rig_no(WF_DENIED, REFUSED, "token.list", "user=olga", proof);
	rig.uid = 12345;
	rig_ok("token.list", "user=olga", proof);
	rig_advance(301); /* too old */
	rig_no(WF_DENIED, REFUSED, "token.list", "user=olga", proof);
}
END_TEST

/* One's own proof opens no other account. */
START_TEST(a_proof_is_for_ones_own_account)
{
	char proof[40];

	rig_user("otto");
	olga();
	proof_argument("warifu", BOTH, WF_PURPOSE_LOGIN, proof);
	rig_no(WF_DENIED, REFUSED, "token.add", "user=otto", "type=totp", proof);
	rig_no(WF_DENIED,
		"You may not do 'unlock': ask somebody of the group warifu-helpdesk, or root.",
		"unlock", "user=olga", "reason=me", proof);
}
END_TEST

START_TEST(a_disabled_owner_proves_nothing)
{
	char proof[40];

	olga();
	proof_argument("warifu", BOTH, WF_PURPOSE_LOGIN, proof);
	rig.uid = 0;
	rig.role = ROLE_ADMINISTRATOR;
	rig_ok("user.disable", "user=olga", "reason=left");
	rig.uid = 12345;
	rig.role = ROLE_NONE;
	rig_no(WF_DENIED, REFUSED, "token.list", "user=olga", proof);
}
END_TEST

/* Where the kernel keeps login uids and we may set our own. */
START_TEST(root_has_the_name_behind_sudo)
{
	struct wf_peer peer = {.uid = 0, .pid = getpid()};
	FILE *file = fopen("/proc/self/loginuid", "w");
	char name[257];
	bool set = file != NULL && fputs("1", file) >= 0;

	if (file != NULL && fclose(file) != 0)
		set = false;
	if (!set)
		return;
	act_operator(&peer, name, sizeof(name));
	ck_assert_str_eq(name, "root (via daemon)");
	peer.uid = 1; /* he is himself */
	act_operator(&peer, name, sizeof(name));
	ck_assert_str_eq(name, "daemon");
}
END_TEST

START_TEST(denials_are_recorded_but_not_without_end)
{
	struct audit_row row;

	rig.uid = 12345;
	rig.role = ROLE_VIEWER;
	ck_assert_int_eq(rig_act("log", NULL), WF_DENIED); /* a view: no row */
	ck_assert_uint_eq(rig_rows(), 0);
	ck_assert_int_eq(
		rig_act("user.remove", "user=boss", "reason=x", "ticket=T-1", NULL), WF_DENIED);
	rig_last_row(&row);
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_str_eq(row.event, "user.remove");
	ck_assert_str_eq(row.reason, "denied");
	ck_assert_str_eq(row.user, "boss");
	ck_assert_str_eq(row.operator_name, "uid 12345");
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(rig_act("user.remove", "user=boss", "reason=x", NULL), WF_DENIED);
	ck_assert_uint_eq(rig_rows(), 30);
	rig_advance(60);
	ck_assert_int_eq(rig_act("user.remove", "user=boss", "reason=x", NULL), WF_DENIED);
	ck_assert_uint_eq(rig_rows(), 31);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/permits");
	TCase *tcase = tcase_create("permits");

	tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
	tcase_add_test(tcase, the_table_is_as_kept);
	tcase_add_test(tcase, roles_come_from_groups);
	tcase_add_test(tcase, a_group_that_is_not_there_gives_no_role);
	tcase_add_test(tcase, operators_have_names);
	tcase_add_test(tcase, root_has_the_name_behind_sudo);
	tcase_add_test(tcase, denials_are_recorded_but_not_without_end);
	tcase_add_test(tcase, a_denial_says_whom_to_ask);
	tcase_add_test(tcase, the_helpdesk_does_not_touch_privileged_accounts);
	tcase_add_test(tcase, nobody_resets_his_own_account_without_proof);
	tcase_add_test(tcase, an_owner_with_proof_may);
	tcase_add_test(tcase, other_proofs_do_not_count);
	tcase_add_test(tcase, a_proof_is_for_ones_own_account);
	tcase_add_test(tcase, a_disabled_owner_proves_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
