/*
 * The table of what documents speak about.  Directions follow from the meaning: a threshold is
 * stricter when smaller, a retention when longer; demands add up (UNION), allowances shrink
 * (INTERSECT).
 */
#include "config.h"

#include "authd/policy/rule.h"

#include <string.h>

#include "common/i18n.h"

#define YEAR_S 31536000
#define DECADE_DAYS 3653
#define NONE RULE_NOWHERE, 0
#define NUMBERS RULE_NUMBERS, 0
#define BUILT_IN(value) RULE_BUILT_IN, (value)
#define HELD(members) RULE_HELD, (members) /* 0 for a number, and for a set of what is allowed */
/* all of them; the dictionary where there is one: rule_today() */
#define CONTENT_TODAY 63
#define CONTENT_DEFAULT (CONTENT_TODAY & ~CONTENT_SEQUENCE)
#define CHANGE_TODAY 15 /* all of them */
/* between one person's accounts here; of what lies elsewhere the leaks alone tell (C-20) */
#define REUSE_TODAY (REUSE_SYSTEMS | REUSE_SERVICES)
#define PIN_TODAY 8 /* of the emergency sheet, the one that there is: WF_BREAKGLASS_PIN_MIN */
#define LOCK_TODAY 1 /* lock */
#define NAMES_TODAY 15 /* all of them */
#define SHARED_TODAY 3 /* privileged, general */
#define TRIGGERS 4095 /* all of them: policy_triggers.c */
#define WIRES_TODAY 15 /* all of them: of RADIUS over UDP */
#define STORE_TODAY 1 /* mfa: whoever reads the log through a login from the internet */
#define FIELDS_TODAY 255 /* all of them */
/* the daemon makes them itself, encrypted always; where they lie, others say */
#define BACKUP_TODAY (BACKUP_DEFINED | BACKUP_AUTOMATED | BACKUP_ENCRYPTED)
#define BY_BOTH (RULE_BY_KIND | RULE_BY_GUARD)

#define WORDS(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

WORDS(kinds_words, "knowledge", "possession", "biometric", "other");
WORDS(means_words, "sent-code", "push");
WORDS(trigger_words, "remote-access", "admin-internet", "user-internet-important",
	"cloud-important", "cloud-admin", "lan-important", "admin", "all-accounts",
	"privileged-operation", "entry-point-admin", "log-store", "published-application");
WORDS(firewall_words, "mfa", "trusted-address");
WORDS(default_words, "stop", "mfa");
WORDS(class_words, "upper", "lower", "digit", "symbol");
WORDS(content_words, "empty", "guessable", "dictionary", "name", "personal", "sequence");
WORDS(change_words, "initial", "default", "leak", "suspicion");
WORDS(reuse_words, "systems", "services", "external-web");
WORDS(keep_words, "locked-paper", "password-manager");
WORDS(lock_words, "lock", "back-off", "stronger-password");
WORDS(device_words, "mac", "certificate");
WORDS(eap_words, "eap-tls", "peap");
WORDS(wire_words, "remote", "published", "management", "all");
WORDS(name_words, "administrator", "admin", "root", "guest");
WORDS(shared_words, "privileged", "general");
WORDS(ledger_words, "account", "person", "mail", "department", "system", "valid-from",
	"valid-until", "requester", "enabled", "reason", "last-access", "dormant", "purpose",
	"rights", "log-requirement");
WORDS(partner_words, "approval", "nda", "contract-end");
WORDS(field_words, "time", "source", "user", "result", "destination", "machine", "service",
	"action");
WORDS(store_words, "mfa", "access-control", "central");
WORDS(alert_words, "prompt", "immediate", "flash-report", "second-channel", "round-the-clock");
WORDS(incident_words, "defined", "each-attempt", "numeric");
WORDS(backup_words, "defined", "offsite", "manual", "automated", "isolated", "encrypted");

/* clang-format off */
static const struct rule_spec specs[] = {
	{"mfa.kinds", "", POLICY_LARGER, RULE_WHOLE, NULL, 2, NUMBERS,
		N_("Different kinds of factors that a login must prove.")},
	{"mfa.counts", "", POLICY_INTERSECT, RULE_WHOLE, kinds_words, 0,
		HELD(0),
		N_("Kinds of factors that count; 'other' is the source address.")},
	{"mfa.means", "", POLICY_INTERSECT, RULE_WHOLE, means_words, 0, BUILT_IN(0),
		N_("Means over a second channel that count as possession.")},
	{"mfa.password", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, HELD(0),
		N_("A password is always one of the factors.")},
	{"mfa.required", "", POLICY_UNION, RULE_WHOLE, trigger_words, 0, HELD(TRIGGERS),
		N_("Logins that need two kinds of factors, whatever a service's own line says.")},
	{"firewall.change", "", POLICY_INTERSECT, RULE_WHOLE, firewall_words, 0, HELD(0),
		N_("What lets somebody change firewall rules through the internet.")},
	{"accounts.default_ids", "", POLICY_INTERSECT, RULE_WHOLE, default_words, 0, HELD(0),
		N_("What may be done with accounts that a product brings along.")},
	{"password.min", "characters", POLICY_LARGER, BY_BOTH, NULL, 128, NUMBERS,
		N_("Shortest password.")},
	{"password.classes", "", POLICY_UNION, BY_BOTH, class_words, 0, HELD(15),
		N_("Classes of characters that a password must have.")},
	{"password.forbidden", "", POLICY_UNION, RULE_WHOLE, content_words, 0,
		HELD(CONTENT_TODAY),
		N_("What a password may not be or contain.")},
	{"password.max_age", "days", POLICY_SMALLER, RULE_BY_KIND, NULL, DECADE_DAYS, HELD(0),
		N_("Age at which a password must be changed.")},
	{"password.leak_check", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, HELD(0),
		N_("Longest time between two checks for leaked passwords.")},
	{"password.change_on", "", POLICY_UNION, RULE_WHOLE, change_words, 0,
		HELD(CHANGE_TODAY),
		N_("Events after which a password must be changed.")},
	{"password.unique", "", POLICY_UNION, RULE_WHOLE, reuse_words, 0, HELD(REUSE_TODAY),
		N_("Where else a password may not be in use.")},
	{"password.keeping", "", POLICY_INTERSECT, RULE_WHOLE, keep_words, 0, NONE,
		N_("Where a password may be written down.")},
	{"password.no_cache", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("No copy of a password is kept to log in by.")},
	{"pin.min", "characters", POLICY_LARGER, RULE_WHOLE, NULL, 128, BUILT_IN(PIN_TODAY),
		N_("Shortest PIN or secret that unlocks a device.")},
	{"lock.threshold", "", POLICY_SMALLER, RULE_BY_KIND, NULL, 1000, NUMBERS,
		N_("Wrong answers after which an account is locked.")},
	{"lock.window", "s", POLICY_LARGER_OR_0, RULE_WHOLE, NULL, YEAR_S, BUILT_IN(0),
		N_("Time in which wrong answers add up; 0: until a success.")},
	{"lock.duration", "s", POLICY_LARGER_OR_0, RULE_BY_KIND, NULL, YEAR_S, NUMBERS,
		N_("How long an account stays locked; 0: until it is unlocked.")},
	{"lock.means", "", POLICY_INTERSECT, RULE_WHOLE, lock_words, 0, BUILT_IN(LOCK_TODAY),
		N_("What may answer to many wrong tries; others may be added to it.")},
	/* shells and gateways are told; when a screen locks itself is beyond the daemon */
	{"idle.lock", "s", POLICY_SMALLER, RULE_WHOLE, NULL, YEAR_S, HELD(0),
		N_("Idle time after which a terminal locks itself.")},
	{"idle.lock_phone", "s", POLICY_SMALLER, RULE_WHOLE, NULL, YEAR_S, NONE,
		N_("Idle time after which a telephone locks itself.")},
	{"session.timeout", "s", POLICY_SMALLER, RULE_WHOLE, NULL, YEAR_S, HELD(0),
		N_("Longest session of an exposed system.")},
	{"time.sources", "", POLICY_LARGER, RULE_WHOLE, NULL, 16, NONE,
		N_("Sources of time that a machine compares.")},
	{"device.auth", "", POLICY_INTERSECT, RULE_WHOLE, device_words, 0, NONE,
		N_("How a device may prove itself to the network.")},
	{"device.known", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("Devices that nobody has approved stay out.")},
	{"eap.methods", "", POLICY_INTERSECT, RULE_WHOLE, eap_words, 0, NONE,
		N_("EAP methods that may be used.")},
	{"transport.encrypted", "", POLICY_UNION, RULE_WHOLE, wire_words, 0, HELD(WIRES_TODAY),
		N_("Connections over which nobody authenticates in the clear.")},
	{"review.crypto", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between reviews of ciphers.")},
	{"accounts.forbidden_names", "", POLICY_UNION, RULE_WHOLE, name_words, 0, HELD(NAMES_TODAY),
		N_("Names that no account may have.")},
	{"accounts.not_shared", "", POLICY_UNION, RULE_WHOLE, shared_words, 0, HELD(SHARED_TODAY),
		N_("Accounts that several people may not share.")},
	{"accounts.separate_admin", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("Administration is done with accounts of its own.")},
	{"accounts.no_general_admin", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("A general account is in no administrators' group.")},
	{"accounts.no_developer_admin", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("Developers do not administer what is in production.")},
	{"accounts.privilege_ends", "yes", POLICY_LARGER, RULE_WHOLE, NULL, 1, NONE,
		N_("Privileges have a purpose and an end.")},
	{"accounts.ledger", "", POLICY_UNION, RULE_WHOLE, ledger_words, 0, NONE,
		N_("What the list of accounts holds.")},
	{"accounts.partner", "", POLICY_UNION, RULE_WHOLE, partner_words, 0, NONE,
		N_("What an account of somebody from outside needs.")},
	{"accounts.leave", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Length of a leave from which on the account is disabled.")},
	{"accounts.leaver_deadline", "days", POLICY_SMALLER, RULE_BY_KIND, NULL, DECADE_DAYS, NONE,
		N_("Days until the account of somebody who has left is disabled.")},
	{"accounts.dormant", "days", POLICY_SMALLER, RULE_BY_KIND, NULL, DECADE_DAYS, NONE,
		N_("Days without a login after which an account is looked into.")},
	{"accounts.delete_after", "days", POLICY_LARGER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Days that a disabled account is kept before it is deleted.")},
	{"approval.account", "", POLICY_LARGER, RULE_BY_KIND, NULL, 4, NONE,
		N_("People who approve that an account is made, changed or removed.")},
	{"approval.configuration", "", POLICY_LARGER, RULE_WHOLE, NULL, 4, NONE,
		N_("People who approve a change of the configuration.")},
	{"review.accounts", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between reviews of accounts and rights.")},
	{"review.leavers", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between checks that leavers have lost their access.")},
	{"review.rules", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between reviews of the rules themselves.")},
	{"review.log", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between reviews of the authentication log.")},
	{"review.log_storage", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between checks that logs are taken and kept.")},
	{"log.fields", "", POLICY_UNION, RULE_WHOLE, field_words, 0, BUILT_IN(FIELDS_TODAY),
		N_("What a row of the authentication log holds.")},
	{"log.retention_days", "days", POLICY_LARGER, RULE_WHOLE, NULL, 36525, NUMBERS,
		N_("Age before which no row of the log can be deleted.")},
	{"log.store", "", POLICY_UNION, RULE_WHOLE, store_words, 0, HELD(STORE_TODAY),
		N_("How the place of the logs is guarded.")},
	{"alert.manner", "", POLICY_UNION, RULE_WHOLE, alert_words, 0, NONE,
		N_("How people are told of something suspicious.")},
	{"incident.levels", "", POLICY_UNION, RULE_WHOLE, incident_words, 0, NONE,
		N_("What is decided beforehand about the levels of incidents.")},
	{"backup.manner", "", POLICY_UNION, RULE_WHOLE, backup_words, 0,
		HELD(BACKUP_TODAY),
		N_("What a backup must be.")},
	{"backup.restore_test", "days", POLICY_SMALLER, RULE_WHOLE, NULL, DECADE_DAYS, NONE,
		N_("Longest time between trials of a restore.")},
	{"recovery.point", "s", POLICY_SMALLER, RULE_WHOLE, NULL, YEAR_S, HELD(0),
		N_("Longest stretch of work that may be lost.")},
	{"recovery.time", "s", POLICY_SMALLER, RULE_WHOLE, NULL, YEAR_S, NONE,
		N_("Longest time until work goes on.")},
};
/* clang-format on */
_Static_assert(sizeof(specs) / sizeof(specs[0]) == R_COUNT, "a row for every parameter");

static const struct rule_act_spec acts[] = {
	{"account.known", ""},                /* nobody without an account of his own gets in */
	{"account.service", "ISAC-3.3.3"},    /* they come with a key, from listed places */
	{"account.state", "IPA-6.4"},         /* disabled is refused, everywhere */
	{"account.validity", "IPA-6.4"},      /* before its beginning and after its end, too */
	{"client.class", "SCS-4-5-1-7"},      /* firewalls: privileged accounts, two kinds */
	{"client.groups", ""},                /* only members get in by it */
	{"log.before", ""},                   /* no verdict leaves before its row is written */
	{"register.data", ""},                /* what is not classified is the highest class */
	{"register.grants", "SCS-4-1-7-3"},   /* in by a grant alone */
	{"register.scope", "IPA-6.1a"},
	{"service.root", "SCS-4-4-1-5"},      /* uid 0 logs in nowhere but on the console */
	{"store.sealed", ""},                 /* secrets are encrypted, passwords slow hashes */
	{"listen.chosen", ""},                /* nothing listens that was not configured */
};
_Static_assert(sizeof(acts) / sizeof(acts[0]) == RULE_ACTS, "a row for every act");

#define KIND_BIT(kind) (1U << (kind))
static const struct rule_binding bindings[] = {
	{R_MFA_KINDS, RULE_ALL, P_MFA_KINDS},
	{R_LOCK_THRESHOLD, RULE_ALL, P_LOCK_THRESHOLD},
	{R_LOCK_DURATION, RULE_ALL, P_LOCK_DURATION_S},
	{R_PASSWORD_MIN, KIND_BIT(ACCOUNT_GENERAL) | KIND_BIT(ACCOUNT_SERVICE), P_PASSWORD_MIN},
	{R_PASSWORD_MIN, KIND_BIT(ACCOUNT_PRIVILEGED), P_PASSWORD_MIN_PRIVILEGED},
	{R_LOG_RETENTION_DAYS, RULE_ALL, P_LOG_RETENTION_DAYS},
};

static const struct rule_default defaults[] = {
	{R_PASSWORD_FORBIDDEN, CONTENT_DEFAULT, "SCS-4-1-5-2", "must"},
	{R_PASSWORD_CHANGE_ON, CHANGE_TODAY, "", "default"},
	{R_PASSWORD_UNIQUE, REUSE_TODAY, "", "default"},
	{R_MFA_COUNTS, KIND_KNOWLEDGE | KIND_POSSESSION | KIND_BIOMETRIC, "", "default"},
	{R_FIREWALL_CHANGE, FIREWALL_MFA, "SCS-4-5-1-7", "must"},
	{R_BACKUP_MANNER, BACKUP_ENCRYPTED, "ISAC-5.2.5", "must"},
};

const struct rule_spec *
rule_specs(size_t *n_r)
{
	*n_r = R_COUNT;
	return specs;
}

const struct rule_spec *
rule_spec(enum rule_id rule)
{
	return &specs[rule];
}

const struct rule_act_spec *
rule_acts(size_t *n_r)
{
	*n_r = RULE_ACTS;
	return acts;
}

bool
rule_is_act(const char *name)
{
	for (size_t i = 0; i < RULE_ACTS; i++)
		if (strcmp(acts[i].name, name) == 0)
			return true;
	return false;
}

const struct rule_binding *
rule_bindings(size_t *n_r)
{
	*n_r = sizeof(bindings) / sizeof(bindings[0]);
	return bindings;
}

const struct rule_default *
rule_defaults(size_t *n_r)
{
	*n_r = sizeof(defaults) / sizeof(defaults[0]);
	return defaults;
}
