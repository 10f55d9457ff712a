/*
 * The views of the policy: what documents ask for, what holds, why; nothing is shown as done that
 * is not.
 */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>
#include <unistd.h>

#define RESOLVED(of, value)                                                                 \
	"resolve \"" of "\" { is = {\"" value "\"} by = \"Sato\" on = \"2026-01-21\" "     \
	"reason = \"why\" }\n"
#define SIGNED " by = \"Sato\" on = \"2026-01-21\" until = \"%s\" reason = \"why\" }\n"

/* The first row with these cells. */
static size_t
row_of(const char *column, const char *value, const char *other, const char *second)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, column), value) == 0 &&
			strcmp(rig_cell(row, other), second) == 0)
			return row;
	ck_abort_msg("no row with %s = %s and %s = %s", column, value, other, second);
	return 0;
}

START_TEST(profiles_are_counted)
{
	size_t row;

	take("comply = {\"scs4\"}\n");
	rig_ok("policy.profiles");
	ck_assert_uint_eq(rig.nrows, 9);
	row = row_of("profile", "scs4", "complied", "1");
	ck_assert_int_eq(rig_number(row, "criteria"), 58);
	ck_assert_int_eq(rig_number(row, "enforced") + rig_number(row, "evidenced") +
				 rig_number(row, "reported") + rig_number(row, "outside") +
				 rig_number(row, "not-yet"),
		58);
	ck_assert_str_eq(rig_cell(row, "draft"), "0");
	ck_assert_str_eq(rig_cell(row_of("profile", "scsdraft3", "complied", "0"), "draft"), "1");
	ck_assert_str_eq(rig_cell(row, "title"), "SCS evaluation scheme, 4 stars");
	rig.language = "ja";
	rig_ok("policy.profiles");
	ck_assert_str_eq(rig_cell(row, "title"), "SCS 評価制度 ★4");
	ck_assert_str_eq(rig_cell(row, "edition"), "最終文書 (参照した写しに日付なし)");
}
END_TEST

START_TEST(show_without_documents)
{
	rig_ok("policy.show");
	ck_assert_str_eq(rig_cell(row_of("parameter", "lock.threshold", "value", "10"), "origin"),
		"built in");
	row_of("parameter", "totp.window", "value", "1");
	row_of("parameter", "password.min", "for", "general, service");
	ck_assert_str_eq(
		rig_cell(row_of("parameter", "password.min", "for", "privileged"), "value"), "12");
	row_of("parameter", "mfa.counts", "value", "knowledge, possession, biometric");
	for (size_t row = 0; row < rig.nrows; row++)
		ck_assert_str_eq(rig_cell(row, "today"), "enforced");
	ck_assert_ptr_nonnull(strstr(rig.text, "No document is complied with"));
}
END_TEST

START_TEST(show_tells_what_is_not_yet)
{
	size_t row;

	take("comply = {\"isac1\"}\nlock { threshold = 4 }\n");
	rig_ok("policy.show");
	row = row_of("parameter", "lock.threshold", "value", "4");
	ck_assert_str_eq(rig_cell(row, "today"), "enforced");
	ck_assert_str_eq(rig_cell(row, "criterion"), "ISAC-6.2.3");
	ck_assert_str_eq(rig_cell(row, "force"), "local");
	row = row_of("parameter", "time.sources", "value", "3");
	ck_assert_str_eq(rig_cell(row, "today"), "not yet");
	ck_assert_ptr_nonnull(strstr(rig_cell(row, "origin"), "isac1.profile:"));
	row = row_of("parameter", "password.change_on", "today", "enforced");
	ck_assert_str_eq(rig_cell(row, "criteria"), "ISAC-3.2.7a, ISAC-4.1.4");
	ck_assert_str_eq(rig.text,
		"Complied with: isac1. What is 'not yet' is asked for by them and not enforced.");
}
END_TEST

START_TEST(why_lists_who_asks)
{
	size_t row;

	take("comply = {\"isac1\"}\ndeviate \"lock.threshold\" { is = {\"8\"} until = "
	     "\"2027-01-01\" by = \"Sato\" on = \"2026-01-21\" "
	     "reason = \"old devices\" }\n");
	rig_ok("policy.why", "parameter=lock.threshold");
	ck_assert_uint_eq(rig.nrows, 1);
	row = row_of("criterion", "ISAC-6.2.3", "verdict", "deviation");
	ck_assert_str_eq(rig_cell(row, "value"), "5");
	ck_assert_uint_gt(strlen(rig_cell(row, "asks")), 10);
	ck_assert_ptr_nonnull(strstr(rig.text, "In force: 8."));
	ck_assert_ptr_nonnull(strstr(rig.text, "Sato deviates in "));
	ck_assert_ptr_nonnull(strstr(rig.text, "Until 20"));
	ck_assert_ptr_nonnull(strstr(rig.text, ":3: old devices"));
	rig_ok("policy.why", "parameter=password.min_privileged");
	row_of("criterion", "ISAC-3.2.7c", "verdict", "advice");
	rig_ok("policy.why", "parameter=recovery.time");
	ck_assert_ptr_nonnull(strstr(rig.text, "Nothing enforces it yet."));
	rig_ok("policy.why", "parameter=lock.window");
	ck_assert_ptr_nonnull(strstr(rig.text, "Built in: 0."));
	rig_no(WF_NOT_FOUND,
		"Documents do not speak about a parameter 'totp.window': see 'warifu policy show'.",
		"policy.why", "parameter=totp.window");
}
END_TEST

START_TEST(why_without_documents_asks_all)
{
	rig_ok("policy.why", "parameter=session.timeout");
	row_of("profile", "kubota", "value", "undefined");
	row_of("profile", "ipa", "criterion", "IPA-6.9");
	rig_ok("policy.why", "parameter=password.classes");
	row_of("profile", "isac1", "value", "forbidden");
}
END_TEST

START_TEST(diff_shows_what_differs)
{
	size_t row;

	rig_ok("policy.diff", "first=scs3", "second=scsdraft3");
	for (row = 0; row < rig.nrows; row++)
		ck_assert_str_ne(rig_cell(row, "scs3"), rig_cell(row, "scsdraft3"));
	row = row_of("parameter", "password.min", "guard", "mfa, lock");
	ck_assert_str_eq(rig_cell(row, "scs3"), "8");
	ck_assert_str_eq(rig_cell(row, "scsdraft3"), "10");
	rig_no(WF_NOT_FOUND, "There is no profile 'x': see 'warifu policy profiles'.",
		"policy.diff", "first=scs3", "second=x");
	rig_no(WF_INVALID, "A profile does not differ from itself: name two.", "policy.diff",
		"first=scs3", "second=scs3");
}
END_TEST

START_TEST(check_claims_nothing_that_is_not_done)
{
	rig_no(WF_INVALID,
		"No document is complied with: name one with --against, or write 'comply' into "
		"warifu.conf.",
		"policy.check");
	ck_assert_int_eq(rig_act("policy.check", "against=isac1", NULL), WF_NO);
	row_of("parameter", "lock.threshold", "verdict", "not met");
	row_of("parameter", "lock.window", "verdict", "met");
	row_of("parameter", "time.sources", "verdict", "not yet");
	row_of("parameter", "password.min", "verdict", "advice");
	/* nobody here has neither two kinds nor a lock */
	/* where nobody has asked for backups none are made by themselves */
	ck_assert_int_eq(rig_act("policy.check", "against=scs3", NULL), WF_NO);
	row_of("parameter", "backup.manner", "verdict", "not met");
	row_of("guard", "none", "verdict", "not in force");
	take("backup { every = 1d }\n");
	rig_ok("policy.check", "against=scs3");
	take("comply = {\"scs3\"}\n");
	rig_ok("policy.check");
	row_of("parameter", "lock.threshold", "verdict", "met");
	row_of("guard", "none", "verdict", "met");
	row_of("parameter", "password.keeping", "verdict", "not yet");
	for (size_t row = 0; row < rig.nrows; row++)
		ck_assert_msg(strcmp(rig_cell(row, "verdict"), "deviation") != 0 &&
				      strcmp(rig_cell(row, "verdict"), "not met") != 0,
			"%s", rig_cell(row, "parameter"));
}
END_TEST

START_TEST(check_takes_the_guard_that_is_there)
{
	/* 20 wrong answers and one kind: nothing guards these passwords (SCS-4-1-5-3) */
	take("mfa { kinds = 1 }\nlock { threshold = 20 }\n");
	ck_assert_int_eq(rig_act("policy.check", "against=scs3", NULL), WF_NO);
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "parameter"), "password.min") == 0)
			ck_assert_str_eq(rig_cell(row, "verdict"),
				strcmp(rig_cell(row, "guard"), "none") == 0 ? "not met" : "met");
	/* one service with one kind is enough */
	take("comply = {\"scs3\"}\nmfa { kinds = 2 }\nservice \"sshd\" { kinds = 1 }\n"
	     "deviate \"mfa.kinds\" { is = {\"1\"} until = \"2027-01-01\" by = \"Sato\" "
	     "on = \"2026-01-21\" reason = \"old devices\" }\n");
	ck_assert_int_eq(rig_act("policy.check", NULL), WF_NO);
	ck_assert_str_eq(rig_cell(row_of("parameter", "mfa.kinds", "verdict", "deviation"),
				 "in-force"), "1");
}
END_TEST

/* Whoever reads a report of the rules while nothing is enforced is told so by each. */
START_TEST(observe_mode_is_told_by_every_report)
{
	static const struct {
		const char *act, *arg, *more;
		wf_status status;
	} table[] = {{"policy.show", NULL, NULL, WF_OK}, {"policy.check", NULL, NULL, WF_NO},
		{"policy.why", "parameter=lock.threshold", NULL, WF_OK},
		{"why", "user=alice", "service=sshd", WF_OK}};
	static const char told[] = "Logins are recorded only, not enforced (mode = observe).";

	for (size_t mode = 0; mode < 2; mode++) {
		take(mode == 0 ? "comply = {\"scs3\"}\nmode = enforce\n"
			       : "comply = {\"scs3\"}\nmode = observe\n");
		for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
			ck_assert_msg(rig_act(table[i].act, table[i].arg, table[i].more, NULL) ==
					      (mode == 0 ? WF_OK : table[i].status),
				"%s: %s", table[i].act, rig.text);
			ck_assert_msg((strstr(rig.text, told) != NULL) == (mode == 1), "%s: %s",
				table[i].act, rig.text);
		}
	}
}
END_TEST

START_TEST(check_tells_what_is_over)
{
	static const char text[] =
		"comply = {\"scs3\"}\ndeviate \"lock.threshold\" { is = {\"20\"}" SIGNED;
	char whole[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(whole, sizeof(whole), text, "2026-03-09"); /* the day before the rig's */
#pragma GCC diagnostic pop
	take(whole);
	ck_assert_int_eq(rig_act("policy.check", NULL), WF_NO);
	row_of("parameter", "lock.threshold", "verdict", "deviation");
	ck_assert_ptr_nonnull(
		strstr(rig.text, "1 section 'resolve', 'deviate' or 'draft' is over"));
}
END_TEST

/* I9: ISAC says nothing of who changes firewalls, and leaves the built-in 'mfa'. */
START_TEST(check_tells_what_a_silent_document_does_not)
{
	size_t row;

	take("comply = {\"isac1\", \"scs3\"}\n" RESOLVED("password.classes",
		"none") "deviate \"firewall.change\" { is = {\"mfa\", \"trusted-address\"} until = "
			"\"2027-01-01\" by = \"Sato\" on = \"2026-01-21\" reason = \"old\" }\n");
	ck_assert_int_eq(rig_act("policy.check", NULL), WF_NO);
	row = row_of("parameter", "firewall.change", "verdict", "deviation");
	ck_assert_str_eq(rig_cell(row, "value"), "mfa");
	ck_assert_str_eq(rig_cell(row, "in-force"), "mfa, trusted-address");
	ck_assert_ptr_nonnull(strstr(rig_cell(row, "origin"), "policy.conf:"));
	ck_assert_ptr_nonnull(strstr(rig_cell(row, "note"), "silent"));
}
END_TEST

START_TEST(profiles_that_cannot_be_read)
{
	shipped_remove(rig.dir);
	ck_assert_int_eq(rig_act("policy.profiles", NULL), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(rig.text, "The profiles cannot be read: "));
	ck_assert_int_eq(rig_act("policy.check", "against=scs3", NULL), WF_NOT_FOUND);
	ck_assert_int_eq(rig_act("policy.diff", "first=scs3", "second=scs4", NULL), WF_NOT_FOUND);
	rig_ok("policy.show");
}
END_TEST

/* No view calls a look-up met or enforced for which there is no list. */
START_TEST(leaks_without_a_list)
{
	take("comply = {\"isac1\"}\n");
	rig_ok("policy.show");
	row_of("parameter", "password.leak_check", "today", "not yet");
	rig_ok("policy.why", "parameter=password.leak_check");
	row_of("criterion", "ISAC-3.2.7a", "verdict", "deviation");
	ck_assert_ptr_nonnull(strstr(rig.text, "Nothing is looked up: write 'leak_list'"));
	ck_assert_int_eq(rig_act("policy.check", NULL), WF_NO);
	row_of("parameter", "password.leak_check", "verdict", "not met");
}
END_TEST

/* What a login would be asked for, from policy_eval() itself. */
START_TEST(why_of_a_login)
{
	take("comply = {\"scs4\"}\nmfa { kinds = 2 }\nzone internal { networks = {10.0.0.0/8} }\n"
	     "service \"sshd\" { kinds = 1 }\ndeviate \"mfa.kinds\" { is = {\"1\"} until = "
	     "\"2027-01-01\" by = \"Sato\" on = \"2026-01-21\" reason = \"old devices\" }\n");
	rig_user("alice");
	rig_ok("why", "user=alice", "service=sshd", "from=192.0.2.7");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "zone"), "internet");
	ck_assert_str_eq(rig_cell(0, "rule"), "mfa.required (remote-access) SCS-4-1-3-5");
	ck_assert_str_eq(rig_cell(0, "criterion"), "SCS-4-1-3-5");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "origin"), "scs4.profile:"));
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password and a one-time code are asked for.");
	rig_ok("why", "user=alice", "service=sshd", "from=10.1.2.3");
	ck_assert_str_eq(rig_cell(0, "rule"), "service.kinds (sshd)");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "origin"), "policy.conf:"));
	ck_assert_str_eq(rig_cell(0, "explanation"), "The password is asked for.");
	/* a name without an account is asked the same, and refused */
	rig_ok("why", "user=nobody", "service=login");
	ck_assert_str_eq(rig_cell(0, "zone"), "console");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password and a one-time code are asked for. "
		"There was no account of this name.");
	rig_ok("why", "user=alice", "service=cron");
	ck_assert_str_eq(rig_cell(0, "explanation"), "Nobody is asked for anything here.");
	ck_assert_ptr_null(strstr(rig.text, "Nothing is said"));
	rig_ok("why", "user=alice", "service=shsd");
	ck_assert_ptr_nonnull(strstr(rig.text, "Nothing is said of a service 'shsd'"));
	rig_no(WF_INVALID, "'192.0.2.300' is no address: write one such as 192.0.2.7.", "why",
		"user=alice", "from=192.0.2.300");
}
END_TEST

/* What would be asked of alice at a RADIUS client with these lines. */
static void
why_at_a_gateway(const char *lines)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		"client \"vpn\" {\n\tsecret_file = \"/s\"\n\tnetwork = {192.0.2.1}\n%s\n}\n"
		"zone internal { networks = {10.0.0.0/8} }\n",
		lines);
	take(text);
	rig_ok("why", "user=alice", "service=vpn", "from=10.1.2.3");
}

/* Its users come from where it says, if it is trusted with that; its class and groups refuse. */
START_TEST(why_of_a_login_at_a_gateway)
{
	rig_user("alice");
	why_at_a_gateway("trust_calling_station = true");
	ck_assert_str_eq(rig_cell(0, "zone"), "internal");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"The password and a one-time code are asked for.");
	why_at_a_gateway("");
	ck_assert_str_eq(rig_cell(0, "zone"), "internet");
	why_at_a_gateway("class = \"firewall-admin\"");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "rule"), "client.class SCS-4-5-1-7");
	why_at_a_gateway("groups = {\"staff\"}");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "rule"), "client.groups (own)");
}
END_TEST

/* Names and shared accounts are refused there as they are at a login. */
START_TEST(why_of_a_login_that_never_is_one)
{
	take("comply = {\"isac1\"}\n");
	rig_user("pi");
	rig_ok("why", "user=pi", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "reason"), "default-id");
	ck_assert_str_eq(rig_cell(0, "rule"), "accounts.default_ids ISAC-3.1.3");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "origin"), "isac1.profile:"));
	rig_user("ops");
	rig_ok("user.set", "user=ops", "shared=1");
	rig_ok("why", "user=ops", "service=sshd", "from=192.0.2.7");
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
	ck_assert_str_eq(rig_cell(0, "reason"), "shared-account");
}
END_TEST

static void
refused_for(const char *user, const char *service, const char *from, const char *reason)
{
	char arg_user[40], arg_service[40], arg_from[40];

	(void)snprintf(arg_user, sizeof(arg_user), "user=%s", user);
	(void)snprintf(arg_service, sizeof(arg_service), "service=%s", service);
	(void)snprintf(arg_from, sizeof(arg_from), "from=%s", from);
	rig_ok("why", arg_user, arg_service, arg_from);
	ck_assert_str_eq(rig_cell(0, "reason"), reason);
	ck_assert_str_eq(rig_cell(0, "result"), "refused");
}

/* In a refusal, too, the criterion has a column of its own, and is of a chosen document. */
START_TEST(why_of_a_refusal_names_the_criterion)
{
	take("comply = {\"scs4\"}\nservice plain { grants = required scope = {ops} }\n");
	rig_user("alice");
	refused_for("alice", "plain", "192.0.2.7", "scope");
	ck_assert_str_eq(rig_cell(0, "rule"), "register.scope SCS-4-1-7-3");
	ck_assert_str_eq(rig_cell(0, "criterion"), "SCS-4-1-7-3");
	rig_ok("user.disable", "user=alice", "reason=left");
	refused_for("alice", "sshd", "192.0.2.7", "disabled");
	ck_assert_str_eq(rig_cell(0, "criterion"), "");
}
END_TEST

/* Two parameters of one name would be one in a machine's eyes. */
START_TEST(names_that_are_shown_are_unique)
{
	take("comply = {\"scs4\"}\npassword { classes = 3 }\n");
	rig_ok("policy.show");
	for (size_t i = 1; i < rig.nrows; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(rig_cell(i, "parameter"), rig_cell(j, "parameter")) !=
						      0 ||
					      strcmp(rig_cell(i, "for"), rig_cell(j, "for")) != 0 ||
					      strcmp(rig_cell(i, "guard"), rig_cell(j, "guard")) !=
						      0,
				"%s", rig_cell(i, "parameter"));
	row_of("parameter", "password.classes.count", "value", "3");
	rig_ok("policy.why", "parameter=password.classes.count");
}
END_TEST

/* What the account phase would say is said, too. */
START_TEST(why_of_a_login_whose_account_is_refused)
{
	take("comply = {\"scs4\"}\n");
	rig_user("left");
	rig_ok("user.disable", "user=left", "reason=left");
	refused_for("left", "sshd", "192.0.2.7", "disabled");
	refused_for("left", "cron", "192.0.2.7", "disabled");
	ck_assert_str_eq(rig_cell(0, "rule"), "account.state (own)");
	rig_user("later");
	rig_ok("user.set", "user=later", "valid-from=1893456000000000");
	refused_for("later", "sshd", "192.0.2.7", "not-yet-valid");
	rig_user("games");
	rig_ok("user.refuse", "user=games", "reason=never");
	refused_for("games", "sshd", "192.0.2.7", "not-managed");
	rig_ok("user.add", "user=backup", "kind=service", "sources=192.0.2.1");
	refused_for("backup", "sshd", "192.0.2.7", "service-account-source");
	refused_for("backup", "login", "192.0.2.1", "service-account");
	rig_ok("why", "user=backup", "service=sshd", "from=192.0.2.1");
	ck_assert_str_eq(rig_cell(0, "result"), "not-asked");
	ck_assert_str_eq(rig_cell(0, "explanation"),
		"Nothing is asked for: the key of the service account is enough.");
}
END_TEST

static void
doctor_says(const char *name, const char *level, const char *part)
{
	rig_ok("doctor");
	ck_assert_ptr_nonnull(strstr(rig_cell(row_of("name", name, "level", level), "text"), part));
}

/* C-20: passwords are compared where it is known whose accounts they are: that has to be said. */
START_TEST(C_20_whose_a_privileged_account_is)
{
	size_t row;

	take("comply = {\"scs3\"}\n");
	rig_ruler("olga-adm"); /* the first one: nobody can be asked yet */
	doctor_says("persons", "warn",
		"Privileged accounts that do not say whose they are: 1 (olga-adm). Their "
		"passwords are compared with no others of that person (password.unique (systems) "
		"SCS-4-1-5-4): 'warifu user set USER --person TEXT'");
	(void)!rig_act("policy.check", NULL);
	row = row_of("criterion", "SCS-4-1-5-4", "verdict", "not met");
	ck_assert_str_eq(rig_cell(row, "in-force"), "olga-adm");
	rig_ok("user.set", "user=olga-adm", "person=1001");
	doctor_says("persons", "ok",
		"The only one of that person: 1 (olga-adm); if he has another one");
	rig_ok("user.add", "user=olga", "person=1001");
	doctor_says("persons", "ok", "says whose it is, as does another one of that person");
	(void)!rig_act("policy.check", NULL);
	row_of("criterion", "SCS-4-1-5-4", "verdict", "met");
	for (row = 0; row < rig.nrows; row++)
		ck_assert(strcmp(rig_cell(row, "criterion"), "SCS-4-1-5-4") != 0 ||
			  strcmp(rig_cell(row, "verdict"), "met") == 0);
}
END_TEST

#define WHOSE                                                                                 \
	"A privileged account has to say whose it is, so that its password differs from "     \
	"those of the person's other accounts (password.unique (systems) SCS-4-1-5-4): add "  \
	"'--person TEXT', the same text for all accounts of one person."

START_TEST(C_20_new_privileged_accounts_say_whose_they_are)
{
	struct act_subject subject;

	rig_ruler("olga-adm");
	rig_ok("user.add", "user=before", "kind=privileged"); /* no document asks */
	/* which speaks of passwords on other people's pages alone */
	take("comply = {\"kubota\"}\n" RESOLVED("session.timeout", "8h") RESOLVED(
		"password.max_age", "3650") RESOLVED("password.min", "10")
			RESOLVED("password.classes", "lower"));
	rig_ok("user.add", "user=kubota", "kind=privileged");
	doctor_says("persons", "ok", "No document wants the passwords of one person's accounts");
	take("comply = {\"scs3\"}\n");
	rig_no(WF_INVALID, WHOSE, "user.add", "user=ivan-adm", "kind=privileged");
	rig_ok("user.add", "user=ivan-adm", "kind=privileged", "person=1002");
	rig_subject("ivan-adm", &subject);
	ck_assert_str_eq(subject.account.person, "1002");
	rig_ok("user.add", "user=ivan");
	rig_no(WF_INVALID, WHOSE, "user.set", "user=ivan", "kind=privileged");
	rig_ok("user.set", "user=ivan", "kind=privileged", "person=1002");
	rig_no(WF_INVALID, WHOSE, "user.set", "user=ivan", "person=");
	rig_ok("user.set", "user=before", "display=Older"); /* what it was may stay */
}
END_TEST

/* C-12: who comes with a product is stopped, where two kinds are not demanded everywhere. */
START_TEST(C_12_the_doctor_knows_who_comes_with_a_product)
{
	rig_ok("user.add", "user=pi");
	doctor_says("names", "ok", "No account has a name that documents refuse.");
	take("comply = {\"isac1\"}\n");
	doctor_says("names", "warn", "Accounts that a product brings along: 1 (pi; ");
	doctor_says("names", "warn", "ISAC-3.1.3). They are refused at every login: disable or");
	take("comply = {\"scs4\"}\nmfa { kinds = 2 }\nservice passwd { kinds = 1 }\n"
	     "deviate mfa.kinds { is = {1} by = S on = 2026-11-21 until = 2027-01-31 reason = "
	     "r }\n");
	doctor_says("names", "warn", "They are refused where fewer than two kinds are demanded");
	rig_ok("user.refuse", "user=pi", "reason=of the image");
	doctor_says("names", "ok", "No account has");
}
END_TEST

static Suite *
policy_suite(void)
{
	Suite *suite = suite_create("policy views");
	TCase *tc = tcase_create("views");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, profiles_are_counted);
	tcase_add_test(tc, show_without_documents);
	tcase_add_test(tc, show_tells_what_is_not_yet);
	tcase_add_test(tc, why_lists_who_asks);
	tcase_add_test(tc, why_without_documents_asks_all);
	tcase_add_test(tc, diff_shows_what_differs);
	tcase_add_test(tc, check_claims_nothing_that_is_not_done);
	tcase_add_test(tc, check_takes_the_guard_that_is_there);
	tcase_add_test(tc, observe_mode_is_told_by_every_report);
	tcase_add_test(tc, check_tells_what_is_over);
	tcase_add_test(tc, check_tells_what_a_silent_document_does_not);
	tcase_add_test(tc, leaks_without_a_list);
	tcase_add_test(tc, why_of_a_login);
	tcase_add_test(tc, why_of_a_login_at_a_gateway);
	tcase_add_test(tc, why_of_a_login_that_never_is_one);
	tcase_add_test(tc, why_of_a_refusal_names_the_criterion);
	tcase_add_test(tc, names_that_are_shown_are_unique);
	tcase_add_test(tc, why_of_a_login_whose_account_is_refused);
	tcase_add_test(tc, C_20_whose_a_privileged_account_is);
	tcase_add_test(tc, C_20_new_privileged_accounts_say_whose_they_are);
	tcase_add_test(tc, C_12_the_doctor_knows_who_comes_with_a_product);
	tcase_add_test(tc, profiles_that_cannot_be_read);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(policy_suite)
