/*
 * Complying with documents: what the start says where they contradict each other (by the number
 * of the contradiction, C-nn), what a section of warifu.conf changes, and what becomes of the
 * numbers of the policy.
 */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include "tests/unit/rules/shipped.h"
#undef LENGTH
#include "tests/unit/config/fixture.h"

#define SIGNED " by = \"Sato\" on = \"2026-11-21\" reason = \"why\" }\n"
#define RESOLVE(name, value) "resolve \"" name "\" { is = {\"" value "\"}" SIGNED
#define DEVIATE(name, value) \
	"deviate \"" name "\" { is = {\"" value "\"} until = \"2027-01-31\"" SIGNED
/* what KUBOTA and IPA leave open */
#define TIMEOUT RESOLVE("session.timeout", "8h")
/* what IPA leaves open beside it, unless ISAC says it */
#define IPA_OPEN \
	TIMEOUT RESOLVE("accounts.dormant", "30") RESOLVE("accounts.leaver_deadline", "0") \
		RESOLVE("review.log_storage", "30")

/* --- a folder with profiles --- */

static void
setup_profiles(void)
{
	setup();
	shipped_install(folder);
}

static void
teardown_profiles(void)
{
	shipped_remove(folder);
	teardown();
}

/* The main file, with the folder of profiles in its first line. */
static void
write_comply(const char *text)
{
	char whole[4096];

	(void)snprintf(whole, sizeof(whole), "profiles_dir = \"%s/profiles\"\n%s", folder, text);
	write_main(whole);
}

static struct config *
load_comply(const char *text)
{
	write_comply(text);
	return load();
}

static void
assert_refused(const char *text, const char *sentence)
{
	const char *said;

	write_comply(text);
	said = refused(WF_INVALID);
	ck_assert_msg(strstr(said, sentence) != NULL, "%s\nlacks: %s", said, sentence);
}

/* What the policy holds of a parameter for general accounts behind two kinds of factors. */
static const struct policy_held *
held(const struct config *config, enum rule_id rule)
{
	return policy_held(&config->policy, rule, ACCOUNT_GENERAL, GUARD_MFA);
}

static int64_t
number(const struct config *config, enum rule_id rule)
{
	return held(config, rule)->value;
}

/* The same behind a lock alone. */
static const struct policy_held *
locked(const struct config *config, enum account_kind kind, enum rule_id rule)
{
	return policy_held(&config->policy, rule, kind, GUARD_LOCK);
}

static int64_t
privileged(const struct config *config, enum rule_id rule)
{
	return policy_number_of(&config->policy, rule, ACCOUNT_PRIVILEGED, GUARD_MFA);
}

/* How a claim of a criterion about a parameter stands. */
static enum compose_verdict
verdict_of(const struct config *config, const char *criterion, const char *rule)
{
	const struct rules_claims *claims = &config->comply.claims;

	for (size_t i = 0; i < claims->n; i++)
		if (strcmp(claims->list[i]->origin.criterion, criterion) == 0 &&
			strcmp(claims->list[i]->spec->name, rule) == 0)
			return compose_verdict(claims->list[i], &config->comply.composed);
	ck_abort_msg("%s says nothing about %s", criterion, rule);
	return VERDICT_UNSETTLED;
}

static const struct compose_cell *
cell_of(const struct config *config, const char *rule, enum account_kind kind,
	enum rule_guard guard)
{
	return &config->comply.composed.cells[rule_index(rule_find(rule))]
					     [(size_t)kind * RULE_GUARDS + (size_t)guard];
}

/* --- contradictions --- */

START_TEST(c01_expiry_is_demanded_and_forbidden)
{
	struct config *config;

	assert_refused("comply = {\"scs3\", \"kubota\"}\n" TIMEOUT,
		"'password.max_age' has no value: KUBOTA-115a");
	assert_refused("comply = {\"scs3\", \"isac2\", \"kubota\"}\n" TIMEOUT RESOLVE(
			       "password.classes", "none"),
		"'password.max_age' cannot be composed: KUBOTA-115a (kubota.profile:");
	assert_refused("comply = {\"scs3\", \"isac2\", \"kubota\"}\n" TIMEOUT RESOLVE(
			       "password.classes", "none"),
		"demands a value and gives none; ISAC-3.2.7b (isac1.profile:");
	assert_refused("comply = {\"scs3\", \"isac2\", \"kubota\"}\n" TIMEOUT RESOLVE(
			       "password.classes", "none"),
		"forbids to demand any. Say which holds (\"none\" demands nothing): resolve "
		"\"password.max_age\" { is = {\"VALUE\"}");
	config = load_comply("comply = {\"scs3\", \"isac2\", \"kubota\"}\n" TIMEOUT RESOLVE(
		"password.classes", "none") RESOLVE("password.max_age", "none"));
	ck_assert_int_eq(verdict_of(config, "KUBOTA-115a", "password.max_age"), VERDICT_DEVIATES);
	ck_assert_int_eq(verdict_of(config, "ISAC-3.2.7b", "password.max_age"), VERDICT_MET);
	/* service accounts are no matter of the contradiction */
	ck_assert_int_eq(
		cell_of(config, "password.max_age", ACCOUNT_SERVICE, GUARD_MFA)->value, 91);
	config_free(&config);
}
END_TEST

START_TEST(c02_classes_are_demanded_and_forbidden)
{
	struct config *config;

	assert_refused("comply = {\"scs3\", \"isac1\"}\n",
		"'password.classes' cannot be composed: SCS-4-1-5-3 (scs3.profile:");
	config =
		load_comply("comply = {\"scs3\", \"isac1\"}\n" RESOLVE("password.classes", "none"));
	ck_assert_int_eq(verdict_of(config, "ISAC-3.2.7b", "password.classes"), VERDICT_MET);
	config_free(&config);
	config = load_comply(
		"comply = {\"scs3\", \"isac1\"}\n"
		"resolve \"password.classes\" { is = {\"upper\", \"lower\", \"digit\"}" SIGNED);
	ck_assert_int_eq(verdict_of(config, "ISAC-3.2.7b", "password.classes"), VERDICT_DEVIATES);
	ck_assert_int_eq(verdict_of(config, "SCS-4-1-5-3", "password.classes"), VERDICT_MET);
	config_free(&config);
	/* nor may this file demand them where a document forbids it */
	assert_refused("comply = {\"isac1\"}\npassword { classes = 3 }\n",
		"'password.classes' is weaker than what is complied with: "
		"ISAC-3.2.7b (isac1.profile:");
	assert_refused("comply = {\"isac1\"}\npassword { classes = 3 }\n",
		"deviate \"password.classes\" { is = {\"upper\", \"lower\", \"digit\", "
		"\"symbol\"} ");
	config = load_comply("comply = {\"isac1\"}\npassword { classes = 3 }\n"
			     "deviate \"password.classes\" { is = {\"upper\", \"lower\"} until = "
			     "\"2027-01-01\"" SIGNED);
	ck_assert_int_eq(verdict_of(config, "ISAC-3.2.7b", "password.classes"), VERDICT_DEVIATES);
	config_free(&config);
	/* "any characters will do" is a value to who demands one */
	config = load_comply(
		"comply = {\"kubota\", \"isac1\"}\n" TIMEOUT RESOLVE("password.min", "10")
			RESOLVE("password.classes", "none") RESOLVE("password.max_age", "none"));
	ck_assert_int_eq(verdict_of(config, "KUBOTA-115a", "password.classes"), VERDICT_MET);
	config_free(&config);
}
END_TEST

START_TEST(c03_length_follows_from_the_guard)
{
	struct config *config =
		load_comply("comply = {\"scs3\", \"isac2\"}\n" RESOLVE("password.classes", "none"));

	ck_assert_int_eq(number(config, R_PASSWORD_MIN), 8);
	ck_assert_int_eq(policy_guard(&config->policy, ACCOUNT_GENERAL, true), GUARD_MFA);
	ck_assert_int_eq(policy_guard(&config->policy, ACCOUNT_GENERAL, false), GUARD_LOCK);
	ck_assert_int_eq(cell_of(config, "password.min", ACCOUNT_GENERAL, GUARD_LOCK)->value, 16);
	config_free(&config);
	/* one service with one kind: its passwords have the lock alone */
	config = load_comply("comply = {\"scs3\", \"isac1\", \"isac2\"}\nmfa { kinds = 2 }\n"
			     "service \"web\" { kinds = 1 class = \"wlan\" }\n" RESOLVE(
				     "password.classes", "none") DEVIATE("mfa.kinds", "1")
				     DEVIATE("mfa.required", "admin-internet"));
	ck_assert_int_eq(policy_guard(&config->policy, ACCOUNT_GENERAL, true), GUARD_LOCK);
	ck_assert_int_eq(locked(config, ACCOUNT_GENERAL, R_PASSWORD_MIN)->value, 16);
	ck_assert_int_eq(locked(config, ACCOUNT_PRIVILEGED, R_PASSWORD_MIN)->value, 16);
	ck_assert_str_eq(locked(config, ACCOUNT_GENERAL, R_PASSWORD_MIN)->origin.criterion,
		"ISAC-3.2.8b");
	config_free(&config);
	config = load_comply("comply = {\"ipa\"}\n" IPA_OPEN);
	ck_assert_int_eq(number(config, R_PASSWORD_MIN), 8);
	ck_assert_int_eq(privileged(config, R_PASSWORD_MIN), 12);
	ck_assert_int_eq(cell_of(config, "password.min", ACCOUNT_GENERAL, GUARD_NONE)->value, 10);
	config_free(&config);
	config = load_comply("comply = {\"scs3\", \"scsdraft3\"}\nresolve \"accounts.dormant\" { "
			     "is = {\"30\"}" SIGNED RESOLVE("accounts.leaver_deadline",
				     "1") "draft \"scsdraft3\" {" SIGNED);
	ck_assert_int_eq(number(config, R_PASSWORD_MIN), 10);
	config_free(&config);
}
END_TEST

/* What a gateway sends in one field is two answers only as long as two are asked for. */
START_TEST(clients_carry_what_is_composed)
{
	assert_refused("comply = {\"scs3\"}\n" DEVIATE("mfa.kinds",
			       "1") "client \"vpn1\" {\nnetwork = {\"192.0.2.1\"}\n"
				    "secret_file = \"/x\"\nmode = \"code-last\"\n}\n",
		"client 'vpn1' sends password and code together (mode = code-last), but is asked "
		"for the password alone");
}
END_TEST

START_TEST(c05_the_address_counts_where_all_let_it)
{
	const int64_t other = KIND_OTHER;
	struct config *config = load_comply("comply = {\"scs4\", \"ipa\"}\n" IPA_OPEN);

	ck_assert_int_ne(
		cell_of(config, "mfa.counts", ACCOUNT_GENERAL, GUARD_MFA)->value & other, 0);
	config_free(&config);
	config = load_comply(
		"comply = {\"scs4\", \"kubota\"}\n" TIMEOUT RESOLVE("password.max_age", "3650"));
	ck_assert_int_eq(
		cell_of(config, "mfa.counts", ACCOUNT_GENERAL, GUARD_MFA)->value & other, 0);
	ck_assert_str_eq(
		cell_of(config, "mfa.counts", ACCOUNT_GENERAL, GUARD_MFA)->by->origin.criterion,
		"KUBOTA-120");
	config_free(&config);
}
END_TEST

START_TEST(c07_lock_is_the_strictest_of_all)
{
	struct config *config =
		load_comply("comply = {\"scs3\", \"isac1\", \"ipa\"}\n" TIMEOUT RESOLVE(
			"password.classes", "none"));

	ck_assert_int_eq(cell_of(config, "lock.threshold", ACCOUNT_GENERAL, GUARD_MFA)->value, 5);
	ck_assert_int_eq(
		cell_of(config, "lock.threshold", ACCOUNT_PRIVILEGED, GUARD_MFA)->value, 3);
	ck_assert_int_eq(cell_of(config, "lock.duration", ACCOUNT_GENERAL, GUARD_MFA)->value, 3600);
	ck_assert_int_eq(
		cell_of(config, "lock.duration", ACCOUNT_PRIVILEGED, GUARD_MFA)->value, 21600);
	/* and so it is held, told apart by kind */
	ck_assert_int_eq(number(config, R_LOCK_THRESHOLD), 5);
	ck_assert_int_eq(number(config, R_LOCK_DURATION), 3600);
	ck_assert_int_eq(privileged(config, R_LOCK_THRESHOLD), 3);
	ck_assert_int_eq(privileged(config, R_LOCK_DURATION), 21600);
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.criterion, "ISAC-6.2.3");
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.force, "must");
	ck_assert_str_eq(
		policy_held_strictest(&config->policy, R_LOCK_THRESHOLD)->origin.criterion,
		"IPA-6.10e");
	config_free(&config);
}
END_TEST

START_TEST(c08_a_lock_stays_where_one_wants_it)
{
	struct config *config = load_comply("comply = {\"scs3\"}\n");

	ck_assert_int_eq(cell_of(config, "lock.means", ACCOUNT_GENERAL, GUARD_MFA)->value, 7);
	config_free(&config);
	config =
		load_comply("comply = {\"scs3\", \"isac1\"}\n" RESOLVE("password.classes", "none"));
	ck_assert_int_eq(cell_of(config, "lock.means", ACCOUNT_GENERAL, GUARD_MFA)->value, 1);
	ck_assert_int_eq(verdict_of(config, "SCS-4-1-4-1", "lock.means"), VERDICT_MET);
	config_free(&config);
}
END_TEST

START_TEST(c19_the_longest_retention_and_all_fields)
{
	struct config *config =
		load_comply("comply = {\"scs4\", \"isac1\", \"ipa\"}\n" TIMEOUT RESOLVE(
			"password.classes", "none"));

	ck_assert_int_eq(number(config, R_LOG_RETENTION_DAYS), 1096);
	ck_assert_int_eq(cell_of(config, "log.fields", ACCOUNT_GENERAL, GUARD_MFA)->value, 255);
	config_free(&config);
	assert_refused("comply = {\"isac1\"}\nlog { retention_days = 200 }\n",
		"'log.retention_days' is weaker than what is complied with: ISAC-6.1.4 "
		"(isac1.profile:");
}
END_TEST

START_TEST(c21_a_timeout_must_be_said)
{
	struct config *config;

	assert_refused("comply = {\"kubota\", \"scs3\"}\n" RESOLVE("password.max_age", "none"),
		"'session.timeout' has no value: KUBOTA-121 (kubota.profile:");
	config = load_comply("comply = {\"kubota\", \"scs3\"}\n" RESOLVE("password.max_age", "3650")
			RESOLVE("session.timeout", "15m"));
	ck_assert_int_eq(
		cell_of(config, "session.timeout", ACCOUNT_GENERAL, GUARD_MFA)->value, 900);
	ck_assert_int_eq(verdict_of(config, "KUBOTA-121", "session.timeout"), VERDICT_MET);
	ck_assert_int_eq(
		policy_number_of(&config->policy, R_SESSION_TIMEOUT, ACCOUNT_GENERAL, GUARD_MFA),
		900);
	config_free(&config);
	config = load_comply(
		"comply = {\"isac1\", \"ipa\"}\n" TIMEOUT RESOLVE("password.classes", "none"));
	ck_assert_int_eq(cell_of(config, "idle.lock", ACCOUNT_GENERAL, GUARD_MFA)->value, 300);
	ck_assert_int_eq(
		policy_number_of(&config->policy, R_IDLE_LOCK, ACCOUNT_GENERAL, GUARD_MFA), 300);
	config_free(&config);
}
END_TEST

/* A client of RADIUS that sends over UDP from there. */
#define CLEAR(network) \
	"client \"gw\" { network = {\"" network "\"} secret_file = \"/etc/warifu/gw\"" \
	" message_authenticator = required }\n"
#define OWN "zone \"internal\" { networks = {\"192.0.2.0/24\", \"2001:db8::/32\"} }\n"

static bool
may_send(const struct config *config, const char *address)
{
	struct wf_network network;

	ck_assert_int_eq(wf_network_parse(address, &network), WF_OK);
	return config_client_may_send(config, &config->radius.clients[0], network.bytes);
}

START_TEST(c26_passwords_in_the_clear_stay_inside)
{
	const char *const inside[] = {"192.0.2.9", "127.0.0.1", "::1", "2001:db8::9"};
	struct config *config;
	char text[1024];

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		(void)snprintf(text, sizeof(text), "comply = {\"isac2\"}\n" OWN
			"client \"gw\" { network = {\"%s\"} secret_file = \"/etc/warifu/gw\" }\n",
			inside[i]);
		config = load_comply(text);
		ck_assert(may_send(config, inside[i]));
		config_free(&config);
	}
	assert_refused("comply = {\"isac2\"}\n" OWN CLEAR("198.51.100.7"),
		"client 'gw' would send passwords in the clear from 198.51.100.7, which is in no "
		"network of 'zone.internal': ISAC-8.1.6 (isac2.profile:");
	assert_refused(
		"comply = {\"isac2\"}\n" OWN CLEAR("198.51.100.0/24"), "Let it come over TLS");
	/* without the document nobody minds; by a deviation it is let through, and told */
	config = load_comply("comply = {\"scs3\"}\n" OWN CLEAR("198.51.100.7"));
	ck_assert(may_send(config, "198.51.100.7"));
	config_free(&config);
	config = load_comply("comply = {\"isac2\"}\n" OWN CLEAR("198.51.100.7")
			DEVIATE("transport.encrypted", "management"));
	ck_assert(may_send(config, "198.51.100.7"));
	ck_assert_int_eq(
		verdict_of(config, "ISAC-8.1.6", "transport.encrypted"), VERDICT_DEVIATES);
	config_free(&config);
}
END_TEST

/* Who may come from inside and outside is looked at packet by packet. */
START_TEST(c26_a_range_is_asked_for_each_packet)
{
	struct config *config = load_comply("comply = {\"isac2\"}\n" OWN CLEAR("192.0.0.0/16"));

	ck_assert(may_send(config, "192.0.2.9"));
	ck_assert(!may_send(config, "192.0.3.9"));
	config_free(&config);
}
END_TEST

/* Words of KUBOTA-111 and ISAC-7.1.4: by what lies behind the client. */
START_TEST(c26_the_class_decides)
{
	struct config *config;
#define KUBOTA_OPEN TIMEOUT RESOLVE("password.max_age", "none")

	assert_refused("comply = {\"kubota\", \"scs3\"}\n" KUBOTA_OPEN CLEAR("198.51.100.7"),
		"KUBOTA-111 (kubota.profile:");
	config = load_comply("comply = {\"kubota\", \"scs3\"}\n" KUBOTA_OPEN
		"client \"gw\" { network = {\"198.51.100.7\"} secret_file = \"/etc/warifu/gw\""
		" class = wlan }\n");
	ck_assert(may_send(config, "198.51.100.7"));
	config_free(&config);
}
END_TEST

/* --- this file against the documents --- */

START_TEST(without_comply_nothing_changes)
{
	struct config *config = load_comply("lock { threshold = 20 }\n");

	ck_assert_int_eq(number(config, R_LOCK_THRESHOLD), 20);
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.force, "deviation");
	ck_assert_uint_eq(config->comply.book.nprofiles, 0);
	config_free(&config);
}
END_TEST

START_TEST(options_may_only_tighten)
{
	struct config *config = load_comply("comply = {\"isac1\"}\nlock { threshold = 4 }\n");

	ck_assert_int_eq(number(config, R_LOCK_THRESHOLD), 4);
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.force, "local");
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.criterion, "ISAC-6.2.3");
	ck_assert_int_eq(held(config, R_LOCK_THRESHOLD)->origin.line, 3);
	config_free(&config);
	assert_refused("comply = {\"isac1\"}\nlock { threshold = 10 }\n",
		"warifu.conf:3: 'lock.threshold' is weaker than what is complied with: ISAC-6.2.3 "
		"(isac1.profile:");
	assert_refused("comply = {\"isac1\"}\nlock { threshold = 10 }\n",
		"demands 5. Make it as strict, or write: deviate \"lock.threshold\" { is = "
		"{\"10\"} by = \"NAME\"");
}
END_TEST

START_TEST(two_sections_about_the_same)
{
	assert_refused("comply = {\"kubota\", \"scs3\"}\n" TIMEOUT RESOLVE("password.max_age",
			       "none") RESOLVE("password.max_age.privileged", "365"),
		"'password.max_age' is settled already by the section in ");
}
END_TEST

START_TEST(a_deviation_is_taken_and_told)
{
	struct config *config =
		load_comply("comply = {\"isac1\"}\n" DEVIATE("lock.threshold", "10"));

	ck_assert_int_eq(number(config, R_LOCK_THRESHOLD), 10);
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.force, "deviation");
	ck_assert_int_eq(verdict_of(config, "ISAC-6.2.3", "lock.threshold"), VERDICT_DEVIATES);
	ck_assert_str_eq(config_answer_of(&config->comply, &config->comply.answers[0])->by, "Sato");
	config_free(&config);
	config = load_comply(
		"comply = {\"isac1\"}\nlock { threshold = 8 }\n" DEVIATE("lock.threshold", "10"));
	ck_assert_int_eq(number(config, R_LOCK_THRESHOLD), 8);
	ck_assert_str_eq(held(config, R_LOCK_THRESHOLD)->origin.force, "deviation");
	config_free(&config);
}
END_TEST

/* A default that is stricter than the documents stays. */
START_TEST(defaults_are_never_loosened)
{
	struct config *config = load_comply("comply = {\"scs4\"}\n");

	ck_assert_int_eq(number(config, R_LOG_RETENTION_DAYS), 1096);
	ck_assert_int_eq(privileged(config, R_PASSWORD_MIN), 12);
	ck_assert_int_eq(
		cell_of(config, "log.retention_days", ACCOUNT_GENERAL, GUARD_MFA)->value, 184);
	config_free(&config);
}
END_TEST

START_TEST(sections_are_checked)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"comply = {\"scs5\"}\n", "warifu.conf:2: there is no profile 'scs5' in "},
		{"comply = {\"scs5\"}\n", "accepted: ipa, isac1, isac2, isac3, kubota, scs3"},
		{"comply = {\"scsdraft3\"}\n",
			"warifu.conf:2: profile 'scsdraft3' is a draft, for comparison only; to "
			"comply with it all the same, write: draft "
			"\"scsdraft3\" {"},
		{"comply = {\"scsdraft3\"}\ndraft \"scsdraft3\" { by = \"x\" }\n",
			"warifu.conf:3: draft 'scsdraft3' must say 'on' as well"},
		{"comply = {\"scs3\"}\n" RESOLVE("password.min", "7"),
			"warifu.conf:3: there is nothing to resolve about 'password.min'"},
		{"comply = {\"scs3\"}\n" DEVIATE("password.min", "16"),
			"warifu.conf:3: this value of 'password.min' asks for no less"},
		{"comply = {\"scs3\"}\ndeviate \"password.min\" { is = {\"6\"}" SIGNED,
			"warifu.conf:3: deviate 'password.min' must say 'until'"},
		{"comply = {\"scs3\"}\n" DEVIATE("password.min", "six"),
			"'is' of deviate 'password.min' is missing or cannot be so; accepted: a "
			"number up to 128, none"},
		{"comply = {\"scs3\"}\n" DEVIATE("session.timeout", "soon"),
			"accepted: a duration such as 15m, or a number of seconds, up to 31536000, "
			"none"},
		{"comply = {\"scs3\"}\n" DEVIATE("accounts.dormant", "30w"),
			"accepted: a number of days such as 30 or 30d, up to 3653, none"},
		{"comply = {\"scs3\"}\n" DEVIATE("mfa.password", "1"), "accepted: yes, no, none"},
		{"comply = {\"scs3\"}\n" DEVIATE("mfa.counts", "six"),
			"accepted: knowledge, possession, biometric, other, none"},
		{"comply = {\"scs3\"}\n" DEVIATE("password.max", "6"),
			"there is no parameter 'password.max' that documents speak about"},
		{"comply = {\"scs3\"}\ndeviate \"password.min\" { until = \"2027-01-31\"" SIGNED,
			"'is' of deviate 'password.min' is missing"},
		{RESOLVE("password.min", "7"),
			"warifu.conf:2: 'password.min' has no meaning without 'comply'"},
		{"comply = {\"a b\"}\n",
			"'comply' cannot be 'a b'; accepted: a list of 1 to 8 profiles"},
		{"comply = {\"kubota\"}\n", "(3 parameters more need such a section)"},
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_refused(cases[i].text, cases[i].sentence);
}
END_TEST

START_TEST(profiles_must_be_there_and_trusted)
{
	char path[128];

	write_main("comply = {\"scs3\"}\nprofiles_dir = \"/nowhere/at/all\"\n");
	ck_assert_str_eq(refused(WF_INVALID),
		"warifu.conf:1: comply: /nowhere/at/all: cannot be read: No such file or "
		"directory");
	(void)snprintf(path, sizeof(path), "%s/profiles/scs3.profile", folder);
	ck_assert_int_eq(chmod(path, 0666), 0);
	write_comply("comply = {\"scs3\"}\n");
	ck_assert_msg(
		strstr(refused(WF_INVALID), "can be written by others") != NULL, "%s", error.text);
}
END_TEST

/* Where a claim says that it stands, there is the parameter that it is about. */
static void
assert_line(const struct compose_claim *claim)
{
	FILE *file = fopen(claim->origin.file, "r");
	char text[1024] = "";

	ck_assert_ptr_nonnull(file);
	for (int line = 0; line < claim->origin.line; line++)
		ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
	(void)fclose(file);
	ck_assert_msg(strstr(text, "of = ") != NULL && strstr(text, claim->spec->name) != NULL,
		"%s:%d: %s", claim->origin.file, claim->origin.line, text);
}

START_TEST(each_claim_names_its_line)
{
	struct config *config = load_comply("");
	struct rules_book book = {.nprofiles = 0};
	char why[512] = "";

	ck_assert_msg(config_book_load(config, &book, why, sizeof(why)) == WF_OK, "%s", why);
	ck_assert_uint_eq(book.nprofiles, sizeof(shipped_profiles) / sizeof(shipped_profiles[0]));
	for (size_t i = 0; i < book.nprofiles; i++)
		for (size_t j = 0; j < book.profiles[i].nclaims; j++)
			assert_line(&book.profiles[i].claims[j]);
	rules_book_clear(&book);
	config_free(&config);
}
END_TEST

START_TEST(profiles_are_whole_and_can_be_shown)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"# open\n\ntitle_ja = \"a\n", ":3: the quotation mark opened here is not closed"},
		{"title_ja = \"a\x01\"\n",
			":2: 'title_ja' has characters that cannot be shown on one line"},
		{"title_ja = ${HOME}\n", ":1: environment variables are not read"},
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		write_file("profiles/scs3.profile", cases[i].text, strlen(cases[i].text));
		assert_refused("comply = {\"scs3\"}\n", cases[i].sentence);
	}
}
END_TEST

/* A profile that would be left out without a word is none that anybody meant. */
START_TEST(names_of_profiles_are_short)
{
	char path[160];

	write_file("profiles/a-name-that-is-long.profile", "", 0);
	write_comply("comply = {\"scs3\"}\n");
	ck_assert_msg(strstr(refused(WF_INVALID),
			      "the name before the dot has more than 16 bytes") != NULL,
		"%s", error.text);
	(void)snprintf(path, sizeof(path), "%s/profiles/a-name-that-is-long.profile", folder);
	(void)remove(path);
}
END_TEST

static Suite *
comply_suite(void)
{
	Suite *suite = suite_create("comply");
	TCase *contradictions = tcase_create("contradictions"), *file = tcase_create("file");

	tcase_add_checked_fixture(contradictions, setup_profiles, teardown_profiles);
	tcase_add_checked_fixture(file, setup_profiles, teardown_profiles);
	tcase_set_timeout(contradictions, 60);
	tcase_set_timeout(file, 60);
	tcase_add_test(contradictions, c01_expiry_is_demanded_and_forbidden);
	tcase_add_test(contradictions, c02_classes_are_demanded_and_forbidden);
	tcase_add_test(contradictions, c03_length_follows_from_the_guard);
	tcase_add_test(contradictions, clients_carry_what_is_composed);
	tcase_add_test(contradictions, c05_the_address_counts_where_all_let_it);
	tcase_add_test(contradictions, c07_lock_is_the_strictest_of_all);
	tcase_add_test(contradictions, c08_a_lock_stays_where_one_wants_it);
	tcase_add_test(contradictions, c19_the_longest_retention_and_all_fields);
	tcase_add_test(contradictions, c21_a_timeout_must_be_said);
	tcase_add_test(contradictions, c26_passwords_in_the_clear_stay_inside);
	tcase_add_test(contradictions, c26_a_range_is_asked_for_each_packet);
	tcase_add_test(contradictions, c26_the_class_decides);
	tcase_add_test(file, without_comply_nothing_changes);
	tcase_add_test(file, options_may_only_tighten);
	tcase_add_test(file, two_sections_about_the_same);
	tcase_add_test(file, a_deviation_is_taken_and_told);
	tcase_add_test(file, defaults_are_never_loosened);
	tcase_add_test(file, sections_are_checked);
	tcase_add_test(file, profiles_must_be_there_and_trusted);
	tcase_add_test(file, names_of_profiles_are_short);
	tcase_add_test(file, each_claim_names_its_line);
	tcase_add_test(file, profiles_are_whole_and_can_be_shown);
	suite_add_tcase(suite, contradictions);
	suite_add_tcase(suite, file);
	return suite;
}

UNIT_MAIN(comply_suite)
