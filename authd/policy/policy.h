/*
 * What is demanded, and by which rule.  Pure: facts in, demand out; every value carries its origin.
 * Profiles fill `struct policy` later; today the built-in table and warifu.conf do.
 */
#ifndef WF_AUTHD_POLICY_POLICY_H
#define WF_AUTHD_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/types.h"

/* Numeric parameters; one table in policy_params.c gives name, unit, bounds, default, criterion. */
enum policy_param {
	P_LOCK_THRESHOLD,        /* 10, SCS-4-1-4-1 */
	P_LOCK_DURATION_S,       /* 3600, IPA-6.10f; 0 = until unlocked */
	P_BACKOFF_CAP_S,         /* 60; 0 = no back-off */
	P_POSSESSION_THRESHOLD,  /* 20 a day, own decision (I11) */
	P_POSSESSION_WINDOW_S,   /* 86400 */
	P_SOURCE_THRESHOLD,      /* 100 */
	P_SOURCE_WINDOW_S,       /* 600 */
	P_PASSWORD_MIN,          /* 8 characters, SCS-4-1-3-4 */
	P_PASSWORD_MIN_PRIVILEGED, /* 12, IPA-6.10g */
	P_PASSWORD_CLASSES,      /* 0 */
	P_MFA_KINDS,             /* 2, SCS-4-1-3-3 */
	P_TOTP_WINDOW,           /* 1 step each way */
	P_TOTP_DRIFT,            /* 2 */
	P_HOTP_LOOKAHEAD,        /* 10 */
	P_HOTP_RESYNC,           /* 100 */
	P_RECOVERY_CODES,        /* 10 */
	P_PERSON_DEADLINE_S,     /* 110 */
	P_MACHINE_DEADLINE_S,    /* 5 */
	P_REPLY_GRID_MS,         /* 50 */
	P_LOG_RETENTION_DAYS,    /* 1096, IPA-T3.8.3 */
	P_COUNT
};

struct policy_number {
	int64_t value;
	struct origin origin;
};

struct policy_param_spec {
	enum policy_param id;
	const char *name;  /* "lock.threshold", as written in warifu.conf and `policy show` */
	const char *unit;  /* "", "s", "ms", "days", "characters" */
	int64_t min, max, value; /* bounds and default */
	const char *criterion;   /* "" = no document says: our own decision */
	const char *force;
	const char *about; /* N_() */
};
const struct policy_param_spec *policy_params(size_t *count_r);
const struct policy_param_spec *policy_param_find(const char *name); /* NULL */

#define POLICY_SERVICES_MAX 64
#define POLICY_NETWORKS_MAX 64
#define POLICY_BACKOFF_MAX 16

/* What a PAM service (or RADIUS client) may ask and must give. */
struct policy_service {
	char name[65];
	bool asked;       /* false: cron, at, systemd-user...: RESULT IGNORE */
	int64_t kinds;    /* 0 = P_MFA_KINDS */
	bool key_only;    /* service accounts may come here with a key alone */
	bool root_allowed; /* uid 0 may log in here (console by a registered exception) */
	bool console;     /* its local terminal is the machine's console: login, display managers */
	struct origin origin;
};

struct policy {
	struct policy_number numbers[P_COUNT];
	uint32_t backoff_s[POLICY_BACKOFF_MAX]; /* 0, 0, 1, 2, 4, 8 then doubling to the cap */
	size_t nbackoff;
	struct wf_network internal[POLICY_NETWORKS_MAX];
	size_t ninternal;
	struct wf_network shared[POLICY_NETWORKS_MAX]; /* NAT and jump hosts: never slowed as a source */
	size_t nshared;
	struct policy_service services[POLICY_SERVICES_MAX];
	size_t nservices;
	char helpdesk[129]; /* contact for the refusal text */
};

/* The built-in policy: defaults of the table and the services not asked. */
void policy_init(struct policy *policy);
WF_MUST_USE wf_status policy_set(struct policy *policy, enum policy_param id, int64_t value, const struct origin *origin);
static inline int64_t
policy_value(const struct policy *policy, enum policy_param id)
{
	return policy->numbers[id].value;
}
/* "lock.threshold SCS-4-1-4-1" for the rule column; "lock.threshold (own)" without a criterion. */
void policy_rule(const struct policy *policy, enum policy_param id, char *text_r, size_t size);

/* What is known of an attempt. */
struct policy_facts {
	const char *service;
	enum wf_purpose purpose;
	struct wf_source source;
	enum zone zone;
	enum account_kind kind;
	bool known;      /* the account exists and is managed */
	bool root;       /* uid 0 */
	bool ssh_key;    /* evidence: sshd verified a public key */
	unsigned completed; /* kinds that a completed transaction of this login has proved */
};

#define POLICY_ALTERNATIVES_MAX 4
#define POLICY_PROMPTS_MAX 4

/* One set of kinds that suffices. */
struct policy_set {
	unsigned kinds; /* bits of enum factor_kind */
	char rule[65];
};

enum policy_decision {
	POLICY_DENY = 0,
	POLICY_DEMAND,   /* one of the sets is needed */
	POLICY_NOT_ASKED /* this service is none of ours: RESULT IGNORE */
};

struct policy_demand {
	enum policy_decision decision;
	char reason[48]; /* of a denial */
	char rule[65];
	struct policy_set sets[POLICY_ALTERNATIVES_MAX];
	size_t nsets;
	struct wf_prompt prompts[POLICY_PROMPTS_MAX]; /* the same for known and unknown users (I5) */
	size_t nprompts;
};

enum zone policy_zone(const struct policy *policy, const struct wf_source *source, bool console);
const struct policy_service *policy_service_find(const struct policy *policy, const char *name); /* default row if none */
/* Authentication: what to ask. */
void policy_eval(const struct policy *policy, const struct policy_facts *facts, struct policy_demand *demand_r);
/* True when the kinds proved satisfy one of the sets; the same kind twice is one kind. */
bool policy_satisfied(const struct policy_demand *demand, unsigned proved);
/* Account phase: ACCEPT, REJECT, CHANGE, EXPIRED or IGNORE with reason and rule. */
struct policy_account_answer {
	enum wf_verdict verdict;
	char reason[48];
	char rule[65];
};
void policy_account(const struct policy *policy, const struct policy_facts *facts, const struct account *account, int64_t wall_us,
		    struct policy_account_answer *answer_r);
/* A new password: WF_OK or WF_NO with the broken rule and a sentence (gettext, N_) in why_r. */
WF_MUST_USE wf_status policy_password(const struct policy *policy, const struct account *account, const struct wf_secret *password,
				      char *why_r, size_t size);

#endif
