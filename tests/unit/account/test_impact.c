/*
 * Documents against the accounts and services that there are: who would be affected by others
 * (`policy impact`), and what is let off by those that are complied with (`policy check`).
 */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>
#include <unistd.h>

/* A password of this length and these classes, set now. */
static void
password(const char *user, uint32_t length, unsigned classes)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct act_subject subject;
	struct audit_row row;
	struct credential credential = {.factor = FACTOR_PASSWORD, .state = CREDENTIAL_ACTIVE};
	struct effect effect = {.kind = EFFECT_CREDENTIAL_ADD, .credential = &credential};

	rig_subject(user, &subject);
	credential.account_id = subject.account.id;
	effect.account_id = subject.account.id;
	credential.note = (struct password_note){
		.length = length, .classes = classes, .set_us = rig.now.wall_us};
	credential.created_us = rig.now.wall_us;
	credential.secret_len = 4;
	memcpy(credential.secret, "hash", 5);
	audit_row_init(&row, AUDIT_ADMIN, "test");
	row.time_us = row.first_us = row.last_us = rig.now.wall_us;
	job.u.admin = (struct store_admin){
		.effects = &effect, .neffects = 1, .rows = &row, .nrows = 1};
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* The row of this finding about a kind of account; -1: there is none. */
static long
row_of(const char *what, const char *kind)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "what"), what) == 0 &&
			(kind == NULL || strcmp(rig_cell(i, "for"), kind) == 0))
			return (long)i;
	return -1;
}

static const char *
cell(const char *what, const char *kind, const char *column)
{
	long row = row_of(what, kind);

	ck_assert_msg(row >= 0, "no row %s %s", what, kind == NULL ? "" : kind);
	return rig_cell((size_t)row, column);
}

/* SCS: eight characters with two kinds or a lock; ISAC of level 2: sixteen without two kinds. */
START_TEST(passwords_that_fall_short)
{
	rig_ok("user.add", "user=bare");
	rig_user("alice");
	rig_ok("user.add", "user=root2", "kind=privileged");
	password("bare", 12, 15);
	password("alice", 8, 2);
	password("root2", 11, 7);
	rig_ok("policy.impact", "comply=scs3");
	ck_assert_int_eq(row_of("password-short", "general"), -1);
	ck_assert_str_eq(cell("password-short", "privileged", "who"), "root2");
	rig_ok("policy.impact", "comply=isac2");
	ck_assert_str_eq(cell("password-short", "general", "who"), "bare");
	ck_assert_str_eq(cell("password-short", "general", "criterion"), "ISAC-3.2.8b");
	rig_ok("policy.impact", "comply=ipa");
	ck_assert_str_eq(cell("password-classes", "privileged", "who"), "root2");
	ck_assert_str_eq(cell("password-classes", "privileged", "criterion"), "IPA-6.10g");
}
END_TEST

START_TEST(a_length_that_nobody_knows)
{
	rig_ok("user.add", "user=old");
	password("old", 0, 0);
	rig_ok("policy.impact", "comply=scs3");
	ck_assert_str_eq(cell("password-unknown", "general", "who"), "old");
	ck_assert_int_eq(row_of("password-short", "general"), -1);
}
END_TEST

START_TEST(no_second_factor)
{
	rig_user("alice");
	rig_ok("user.add", "user=bob");
	rig_ok("user.add", "user=carol");
	rig_ok("user.disable", "user=carol", "reason=left");
	rig_ok("user.add", "user=backup", "kind=service", "sources=192.0.2.1");
	rig_ok("policy.impact", "comply=scs4");
	ck_assert_str_eq(cell("no-second-factor", "general", "who"), "bob");
	ck_assert_str_eq(cell("no-second-factor", "general", "criterion"), "SCS-4-1-3-3");
	ck_assert_int_eq(row_of("no-second-factor", "service"), -1);
	ck_assert_str_eq(rig.text, "1 of 3 accounts that can log in are affected.");
}
END_TEST

START_TEST(names_and_ages)
{
	rig_user("admin");
	rig_ok("user.add", "user=backup", "kind=service", "sources=192.0.2.1");
	password("backup", 16, 15);
	rig_ok("policy.impact", "comply=ipa");
	ck_assert_str_eq(cell("forbidden-name", NULL, "who"), "admin");
	rig_ok("policy.impact", "comply=isac2");
	ck_assert_int_eq(row_of("forbidden-name", NULL), -1);
	ck_assert_int_eq(row_of("password-old", "service"), -1);
	rig_advance(100 * 86400);
	rig_ok("policy.impact", "comply=isac2");
	ck_assert_str_eq(cell("password-old", "service", "who"), "backup");
	ck_assert_str_eq(cell("password-old", "service", "criterion"), "ISAC-3.3.3");
}
END_TEST

/* As a login would see them: whatever the case, and those that came with the machine. */
START_TEST(names_that_a_login_refuses)
{
	rig_user("Admin");
	rig_user("pi");
	rig_ok("policy.impact", "comply=ipa");
	ck_assert_str_eq(cell("forbidden-name", NULL, "who"), "Admin");
	ck_assert_str_eq(cell("default-id", NULL, "who"), "pi");
	rig_ok("policy.impact", "comply=isac2");
	ck_assert_int_eq(row_of("forbidden-name", NULL), -1);
	ck_assert_str_eq(cell("default-id", NULL, "criterion"), "ISAC-3.1.3");
	rig_ok("policy.impact", "comply=scs3");
	ck_assert_int_eq(row_of("default-id", NULL), -1);
}
END_TEST

/* An exemption does not help root where documents refuse it, and says so. */
START_TEST(exempt_root_is_refused_all_the_same)
{
	rig_ok("user.exempt", "user=root", "uid=0", "reason=console", "until=1893456000000000");
	ck_assert_ptr_null(strstr(rig.text, "all the same"));
	rig_ok("policy.impact", "comply=isac1");
	ck_assert_str_eq(cell("default-id", NULL, "who"), "root");
	ck_assert_int_eq(row_of("no-second-factor", NULL), -1);
	ck_assert_ptr_nonnull(strstr(rig.text, "1 of 1 accounts"));
	take("comply = {\"isac1\"}\n");
	rig_ok("why", "user=root", "service=login");
	ck_assert_str_eq(rig_cell(0, "reason"), "default-id");
	rig_ok("user.exempt", "user=root", "reason=console", "until=1893456000000000");
	ck_assert_ptr_nonnull(strstr(rig.text,
		"But documents refuse this name all the same (accounts.default_ids ISAC-3.1.3)."));
}
END_TEST

/* Every sentence that the start would say, one after the other, with the section to write. */
START_TEST(what_the_start_would_say)
{
	size_t sentences = 0;
	bool lock = false;

	take("lock { threshold = 50 }\n");
	rig_ok("policy.impact", "comply=kubota, scs3, ipa");
	ck_assert_ptr_nonnull(strstr(rig.text, "would not start with them, for "));
	ck_assert_ptr_nonnull(strstr(rig.text, "resolve \""));
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "what"), "start") != 0)
			continue;
		sentences++;
		lock = lock || (strstr(rig_cell(i, "text"), "policy.conf:2: ") != NULL &&
				       strstr(rig_cell(i, "text"), "deviate \"lock.threshold\"") !=
					       NULL);
		ck_assert_msg(strstr(rig_cell(i, "text"), "resolve \"") != NULL ||
				      strstr(rig_cell(i, "text"), "deviate \"") != NULL,
			"%s", rig_cell(i, "text"));
	}
	ck_assert_uint_gt(sentences, 2);
	ck_assert(lock);
	ck_assert_uint_eq(rig.daemon.config->comply.n, 0); /* nothing has changed */
	ck_assert_int_eq(policy_number_of(&rig.daemon.config->policy, R_LOCK_THRESHOLD,
				 ACCOUNT_GENERAL, GUARD_MFA),
		50);
}
END_TEST

/* What is complied with today has no part in what would be. */
START_TEST(what_would_hold)
{
	take("comply = {\"isac1\"}\n");
	rig_ok("policy.impact", "comply=scs3");
	for (size_t i = 0; i < rig.nrows; i++) {
		if (strcmp(rig_cell(i, "who"), "lock.threshold") != 0)
			continue;
		ck_assert_str_eq(rig_cell(i, "what"), "setting");
		ck_assert_str_eq(rig_cell(i, "today"), "5");
		ck_assert_str_eq(rig_cell(i, "then"), "10");
		return;
	}
	ck_abort_msg("the lock is not among what would change");
}
END_TEST

/* Who reads it must know that nobody is refused yet, and whose answers are taken over. */
START_TEST(what_is_said_beside)
{
	static const char answers[] = "'resolve' and 'deviate' of today are taken over";
	static const char observed[] = "Logins are recorded only, not enforced (mode = observe).";

	take("mode = observe\n");
	rig_ok("policy.impact", "comply=scs3");
	ck_assert_ptr_nonnull(strstr(rig.text, observed));
	ck_assert_ptr_null(strstr(rig.text, answers));
	take("mode = enforce\ncomply = {\"isac1\"}\n"
	     "deviate lock.threshold { is = {8} by = S on = 2026-11-21 until = 2027-01-31 reason = "
	     "r }\n");
	rig_ok("policy.impact", "comply=isac2");
	ck_assert_ptr_null(strstr(rig.text, observed));
	ck_assert_ptr_nonnull(strstr(rig.text, answers));
}
END_TEST

START_TEST(what_cannot_be_asked)
{
	rig_no(WF_INVALID,
		"--comply takes 1 to 8 profiles with commas between: see 'warifu policy profiles'.",
		"policy.impact", "comply=,");
	rig_no(WF_INVALID,
		"--comply takes 1 to 8 profiles with commas between: see 'warifu policy profiles'.",
		"policy.impact", "comply=a,b,c,d,e,f,g,h,i");
	ck_assert_int_eq(rig_act("policy.impact", "comply=scs9", NULL), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(rig.text, "there is no profile 'scs9'"));
	ck_assert_int_eq(rig_act("policy.impact", "comply=scsdraft4", NULL), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(rig.text, "is a draft, for comparison only"));
}
END_TEST

/* Names of a few, the number of all. */
START_TEST(many_accounts)
{
	char user[32];

	for (int i = 0; i < 150; i++) {
		(void)snprintf(user, sizeof(user), "user=person%03d", i);
		rig_ok("user.add", user);
	}
	rig_ok("policy.impact", "comply=scs4");
	ck_assert_str_eq(cell("no-second-factor", "general", "who"),
		"person000 person001 person002 person003 person004 ...");
	ck_assert_str_eq(cell("no-second-factor", "general", "accounts"), "150");
}
END_TEST

/* The row of `policy check` about a criterion; -1: there is none. */
static long
check_row(const char *criterion, const char *parameter)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "criterion"), criterion) == 0 &&
			strcmp(rig_cell(i, "parameter"), parameter) == 0)
			return (long)i;
	return -1;
}

static const char *
checked(const char *criterion, const char *parameter, const char *column)
{
	long row = check_row(criterion, parameter);

	ck_assert_msg(row >= 0, "nothing about %s", criterion);
	return rig_cell((size_t)row, column);
}

#define NOT_ASKED                                                                            \
	"service login { asked = no }\nservice gdm-password { asked = no }\n"                \
	"service lightdm { asked = no }\nservice sddm { asked = no }\n"                      \
	"service su { data = 1 }\nservice su-l { data = 1 }\nservice passwd { data = 1 }\n" \
	"service sudo { data = general }\nservice sudo-i { data = general }\n"

/* SCS-4-1-7-3: where there are important data, somebody says who may be granted access. */
START_TEST(services_without_conditions)
{
	take("comply = {\"scs4\"}\n" NOT_ASKED);
	(void)rig_act("policy.check", NULL);
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "verdict"), "not met");
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "in-force"), "sshd");
	ck_assert_int_eq(check_row("KUBOTA-50a", "register.grants"), -1);
	take("comply = {\"scs4\"}\n" NOT_ASKED "service sshd { grants = required }\n");
	(void)rig_act("policy.check", NULL);
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "verdict"), "met");
	take("comply = {\"scs3\"}\n" NOT_ASKED);
	(void)rig_act("policy.check", NULL);
	ck_assert_int_eq(check_row("SCS-4-1-7-3", "register.grants"), -1);
	(void)rig_act("policy.check", "against=kubota", NULL);
	ck_assert_str_eq(checked("KUBOTA-50a", "register.grants", "in-force"), "sshd");
}
END_TEST

/* Who has classified this host alone has not said who may enter at the hosts that ask by relay. */
START_TEST(services_of_other_hosts_without_conditions)
{
	static const char relays[] =
		"relays { listen = \"0.0.0.0:7443\" allow = {db1, db2} certificate = /c key = /k "
		"ca = /a }\n";
	char text[2048];

	(void)snprintf(text, sizeof(text),
		"comply = {\"scs4\"}\nnode = here\nhost here { data = 1 }\n" NOT_ASKED
		"%shost db1 { grants = required }\nhost db2 { data = 3 }\n", relays);
	take(text);
	(void)rig_act("policy.check", NULL);
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "verdict"), "not met");
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "in-force"),
		"sshd@db2, su@db2, su-l@db2, sudo@db2, sudo-i@db2, passwd@db2");
	(void)snprintf(text, sizeof(text),
		"comply = {\"scs4\"}\nnode = here\nhost here { data = 1 }\n" NOT_ASKED
		"%shost db1 { grants = required }\nhost db2 { data = 1 }\n", relays);
	take(text);
	(void)rig_act("policy.check", NULL);
	ck_assert_str_eq(checked("SCS-4-1-7-3", "register.grants", "verdict"), "met");
}
END_TEST

static const char *
doctor_says(const char *column)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), "entry") == 0)
			return rig_cell(i, column);
	return "";
}

/* The start is not refused for it; so the doctor has to say it. */
START_TEST(services_without_conditions_are_told)
{
	char text[512] = "untouched";

	take("comply = {\"scs4\"}\n" NOT_ASKED);
	ck_assert_str_eq(doctor_says("level"), "warn");
	ck_assert_str_eq(doctor_says("text"),
		"Important data, and anybody with an account may enter, though SCS-4-1-7-3 asks "
		"who may: sshd. Say who ('grants', or the 'groups' of a client), or the class of "
		"the data.");
	take("comply = {\"scs4\"}\n" NOT_ASKED "service sshd { grants = required }\n");
	ck_assert_str_eq(doctor_says("level"), "ok");
	take(NOT_ASKED);
	ck_assert_str_eq(doctor_says("level"), "ok");
	ck_assert(!config_entry_say(rig.daemon.config, text, sizeof(text)));
	ck_assert_str_eq(text, "untouched");
	take("comply = {\"kubota\", \"scs3\"}\n"
	     "resolve session.timeout { is = {8h} by = S on = 2026-11-21 reason = r }\n"
	     "resolve password.max_age { is = {3650} by = S on = 2026-11-21 reason = r }\n");
	ck_assert_str_eq(doctor_says("level"), "warn");
	ck_assert_ptr_nonnull(strstr(doctor_says("text"), "KUBOTA-50a asks who may: sshd, log"));
}
END_TEST

/* The row that says so of what is in force; -1: there is none. */
static long
let_off(const char *in_force)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "in-force"), in_force) == 0)
			return (long)i;
	return -1;
}

/* The allowance of service accounts, a key alone, by each document that wants more. */
START_TEST(service_accounts)
{
	long row;

	take("zone \"internal\" { networks = {\"10.0.0.0/8\"} }\n");
	rig_ok("user.add", "user=backup", "kind=service", "sources=10.1.2.3");
	password("backup", 16, 15);
	(void)rig_act("policy.check", "against=scs4", NULL);
	ck_assert_int_eq(let_off("backup"), -1); /* inside */
	rig_ok("user.set", "user=backup", "sources=10.1.2.3 192.0.2.0/24");
	(void)rig_act("policy.check", "against=scs4", NULL);
	row = let_off("backup");
	ck_assert_int_ge(row, 0);
	ck_assert_str_eq(rig_cell((size_t)row, "criterion"), "SCS-4-1-3-5");
	ck_assert_str_eq(rig_cell((size_t)row, "verdict"), "not met");
	rig_advance(100 * 86400);
	(void)rig_act("policy.check", "against=isac2", NULL);
	row = let_off("backup: 100d");
	ck_assert_int_ge(row, 0);
	ck_assert_str_eq(rig_cell((size_t)row, "criterion"), "ISAC-3.3.3");
	ck_assert_str_eq(rig_cell((size_t)row, "value"), "91d");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/impact");
	TCase *tcase = tcase_create("impact");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, passwords_that_fall_short);
	tcase_add_test(tcase, a_length_that_nobody_knows);
	tcase_add_test(tcase, no_second_factor);
	tcase_add_test(tcase, names_and_ages);
	tcase_add_test(tcase, names_that_a_login_refuses);
	tcase_add_test(tcase, exempt_root_is_refused_all_the_same);
	tcase_add_test(tcase, what_the_start_would_say);
	tcase_add_test(tcase, what_would_hold);
	tcase_add_test(tcase, what_is_said_beside);
	tcase_add_test(tcase, what_cannot_be_asked);
	tcase_add_test(tcase, many_accounts);
	tcase_add_test(tcase, services_without_conditions);
	tcase_add_test(tcase, services_of_other_hosts_without_conditions);
	tcase_add_test(tcase, services_without_conditions_are_told);
	tcase_add_test(tcase, service_accounts);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
