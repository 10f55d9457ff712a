/*
 * What holds, told apart as documents tell it apart: for each parameter that they speak about, a
 * value for each kind of account and each guard, with the criterion that asks for it.  Built-in
 * values, those of warifu.conf and what is composed of documents end up here and nowhere else: who
 * enforces a parameter asks policy_held(), policy_number_of() or policy_members_of(), and says so
 * in its row of rule_table.c (RULE_NUMBERS, or HELD with the members that the code knows).
 *
 * Pure; any thread.
 */
#ifndef WF_AUTHD_POLICY_VALUES_H
#define WF_AUTHD_POLICY_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/types.h"

/* What documents speak about, in the order of the table in rule_table.c. */
enum rule_id {
	R_MFA_KINDS,
	R_MFA_COUNTS,
	R_MFA_MEANS,
	R_MFA_PASSWORD,
	R_MFA_REQUIRED,
	R_FIREWALL_CHANGE,
	R_ACCOUNTS_DEFAULT_IDS,
	R_PASSWORD_MIN,
	R_PASSWORD_CLASSES,
	R_PASSWORD_FORBIDDEN,
	R_PASSWORD_MAX_AGE,
	R_PASSWORD_LEAK_CHECK,
	R_PASSWORD_CHANGE_ON,
	R_PASSWORD_UNIQUE,
	R_PASSWORD_KEEPING,
	R_PASSWORD_NO_CACHE,
	R_PIN_MIN,
	R_LOCK_THRESHOLD,
	R_LOCK_WINDOW,
	R_LOCK_DURATION,
	R_LOCK_MEANS,
	R_IDLE_LOCK,
	R_IDLE_LOCK_PHONE,
	R_SESSION_TIMEOUT,
	R_TIME_SOURCES,
	R_DEVICE_AUTH,
	R_DEVICE_KNOWN,
	R_EAP_METHODS,
	R_TRANSPORT_ENCRYPTED,
	R_REVIEW_CRYPTO,
	R_ACCOUNTS_FORBIDDEN_NAMES,
	R_ACCOUNTS_NOT_SHARED,
	R_ACCOUNTS_SEPARATE_ADMIN,
	R_ACCOUNTS_NO_GENERAL_ADMIN,
	R_ACCOUNTS_NO_DEVELOPER_ADMIN,
	R_ACCOUNTS_PRIVILEGE_ENDS,
	R_ACCOUNTS_LEDGER,
	R_ACCOUNTS_PARTNER,
	R_ACCOUNTS_LEAVE,
	R_ACCOUNTS_LEAVER_DEADLINE,
	R_ACCOUNTS_DORMANT,
	R_ACCOUNTS_DELETE_AFTER,
	R_APPROVAL_ACCOUNT,
	R_APPROVAL_CONFIGURATION,
	R_REVIEW_ACCOUNTS,
	R_REVIEW_LEAVERS,
	R_REVIEW_RULES,
	R_REVIEW_LOG,
	R_REVIEW_LOG_STORAGE,
	R_LOG_FIELDS,
	R_LOG_RETENTION_DAYS,
	R_LOG_STORE,
	R_ALERT_MANNER,
	R_INCIDENT_LEVELS,
	R_BACKUP_MANNER,
	R_BACKUP_RESTORE_TEST,
	R_RECOVERY_POINT,
	R_RECOVERY_TIME,
	R_COUNT
};

/* Members of the sets that code asks for, as bits in the order of their words in rule_table.c. */
enum rule_trigger { /* mfa.required */
	TRIGGER_REMOTE_ACCESS = 1 << 0,
	TRIGGER_ADMIN_INTERNET = 1 << 1,
	TRIGGER_USER_INTERNET_IMPORTANT = 1 << 2,
	TRIGGER_CLOUD_IMPORTANT = 1 << 3,
	TRIGGER_CLOUD_ADMIN = 1 << 4,
	TRIGGER_LAN_IMPORTANT = 1 << 5,
	TRIGGER_ADMIN = 1 << 6,
	TRIGGER_ALL_ACCOUNTS = 1 << 7,
	TRIGGER_PRIVILEGED_OPERATION = 1 << 8,
	TRIGGER_ENTRY_POINT_ADMIN = 1 << 9,
	TRIGGER_LOG_STORE = 1 << 10,
	TRIGGER_PUBLISHED_APPLICATION = 1 << 11
};
enum rule_firewall { FIREWALL_MFA = 1, FIREWALL_TRUSTED_ADDRESS = 2 }; /* firewall.change */
enum rule_default_id { DEFAULT_ID_STOP = 1, DEFAULT_ID_MFA = 2 };      /* accounts.default_ids */
enum rule_class { /* password.classes */
	CHARACTER_UPPER = 1,
	CHARACTER_LOWER = 2,
	CHARACTER_DIGIT = 4,
	CHARACTER_SYMBOL = 8
};
enum rule_content { /* password.forbidden */
	CONTENT_EMPTY = 1,
	CONTENT_GUESSABLE = 2,
	CONTENT_DICTIONARY = 4,
	CONTENT_NAME = 8,
	CONTENT_PERSONAL = 16,
	CONTENT_SEQUENCE = 32
};
enum rule_change { /* password.change_on */
	CHANGE_ON_INITIAL = 1,
	CHANGE_ON_DEFAULT = 2,
	CHANGE_ON_LEAK = 4,
	CHANGE_ON_SUSPICION = 8
};
enum rule_reuse { REUSE_SYSTEMS = 1, REUSE_SERVICES = 2, REUSE_EXTERNAL_WEB = 4 };
enum rule_wire { WIRE_REMOTE = 1, WIRE_PUBLISHED = 2, WIRE_MANAGEMENT = 4, WIRE_ALL = 8 };
enum rule_name { /* accounts.forbidden_names */
	NAME_ADMINISTRATOR = 1,
	NAME_ADMIN = 2,
	NAME_ROOT = 4,
	NAME_GUEST = 8
};
enum rule_store { LOG_STORE_MFA = 1, LOG_STORE_ACCESS = 2, LOG_STORE_CENTRAL = 4 }; /* log.store */
enum rule_backup { /* backup.manner */
	BACKUP_DEFINED = 1,
	BACKUP_OFFSITE = 2,
	BACKUP_MANUAL = 4,
	BACKUP_AUTOMATED = 8,
	BACKUP_ISOLATED = 16,
	BACKUP_ENCRYPTED = 32
};
enum rule_shared { SHARED_PRIVILEGED = 1, SHARED_GENERAL = 2 }; /* accounts.not_shared */

/*
 * What the daemon always does, whatever is chosen, as it is called in the rule column; in the order
 * of the table in rule_table.c.
 */
enum rule_act {
	ACT_KNOWN,
	ACT_SERVICE_ACCOUNT,
	ACT_STATE,
	ACT_VALIDITY,
	ACT_CLIENT_CLASS,
	ACT_CLIENT_GROUPS,
	ACT_LOG_BEFORE,
	ACT_DATA,
	ACT_GRANTS,
	ACT_SCOPE,
	ACT_ROOT,
	ACT_SEALED,
	ACT_LISTEN,
	RULE_ACTS
};

/* Which other control protects a password (C-03). */
enum rule_guard { GUARD_MFA = 0, GUARD_LOCK, GUARD_NONE };
#define RULE_KINDS 3 /* of enum account_kind */
#define RULE_GUARDS 3
#define RULE_CELLS (RULE_KINDS * RULE_GUARDS)

struct policy_held {
	bool set;      /* false: nothing is demanded, and value is 0 */
	int64_t value; /* a number, or members as bits */
	struct origin origin;
};

/* Who asks for one member of a set of demands that add up. */
struct policy_member {
	enum rule_id rule;
	int64_t bit;
	unsigned cells; /* bits: kind * RULE_GUARDS + guard */
	struct origin origin;
};
#define POLICY_MEMBERS_MAX 256

struct policy_values {
	struct policy_held held[R_COUNT][RULE_CELLS];
	struct policy_member members[POLICY_MEMBERS_MAX];
	size_t nmembers;
	char acts[RULE_ACTS][32]; /* the criterion that asks for it; "": nobody, it is our own */
};

struct policy;

/* What holds; never NULL. */
const struct policy_held *policy_held(const struct policy *policy, enum rule_id rule,
	enum account_kind kind, enum rule_guard guard);
/*
 * The number that holds; 0 where nothing is demanded (policy_held() tells that from a 0 that is
 * meant: lock.duration).
 */
int64_t policy_number_of(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard);
/*
 * The members of a set, as bits.  Where nobody speaks: of demands that add up none; of what is
 * allowed all of them.
 */
int64_t policy_members_of(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard);
/*
 * Who asks for this member, or for the value as a whole where that is not told apart.  Of members
 * that others are asked for beside, and this one is not: nobody, it is our own.
 */
const struct origin *policy_member_origin(const struct policy *policy, enum rule_id rule,
	enum account_kind kind, enum rule_guard guard, int64_t bit);
/*
 * For the rule column, as policy_rule(): "lock.threshold IPA-6.10e"; with `bit` of a set
 * "mfa.required (log-store) SCS-4-4-3-2", 0 for the whole.
 */
#define POLICY_RULE_SIZE 65
#define POLICY_CRITERION_SIZE 32
void policy_held_rule(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard, int64_t bit, char text_r[POLICY_RULE_SIZE]);

/* The same of what the daemon always does: "account.state IPA-6.4". */
void policy_act_rule(
	const struct policy *policy, enum rule_act act, char text_r[POLICY_RULE_SIZE]);

/* The same of the kind of account and guard that it is strictest for. */
const struct policy_held *policy_held_strictest(const struct policy *policy, enum rule_id rule);
void policy_strictest_rule(
	const struct policy *policy, enum rule_id rule, char text_r[POLICY_RULE_SIZE]);
/* mfa.kinds, which knows neither kinds of accounts nor guards. */
int64_t policy_kinds(const struct policy *policy);
/* At its weakest place each service that lets people in demands two kinds. */
bool policy_proves_two(const struct policy *policy);
/*
 * What protects the password of such an account (C-03): MFA where policy_proves_two() and the
 * account has what it takes to prove a second kind (`second`: an active token, or a server that
 * knows its codes); else the lock, if it comes after 10 failures at the latest (SCS-4-1-5-3,
 * IPA-6.10h); else nothing.
 */
enum rule_guard policy_guard(const struct policy *policy, enum account_kind kind, bool second);

#endif
