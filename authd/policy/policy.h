/*
 * What is demanded, and by which rule.  Pure: facts in, demand out; every value carries its origin.
 * The built-in tables, warifu.conf and the documents that it complies with fill `struct policy`.
 */
#ifndef WF_AUTHD_POLICY_POLICY_H
#define WF_AUTHD_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/policy/values.h"
#include "authd/types.h"
#include "common/leak_list.h"

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
	P_PASSWORD_HISTORY,      /* 0, own decision: no document asks for any */
	P_MFA_KINDS,             /* 2, SCS-4-1-3-3 */
	P_TOTP_WINDOW,           /* 1 step each way */
	P_TOTP_DRIFT,            /* 2 */
	P_HOTP_LOOKAHEAD,        /* 10 */
	P_HOTP_RESYNC,           /* 100 */
	P_RECOVERY_CODES,        /* 10 */
	P_PERSON_DEADLINE_S,     /* 110 */
	P_MACHINE_DEADLINE_S,    /* 5 */
	P_QUEUE_DEADLINE_S,      /* 30 */
	P_REPLY_GRID_MS,         /* 50 */
	P_LOG_RETENTION_DAYS,    /* 1096, IPA-T3.8.3 */
	P_LOG_EXPIRY_HOUR,       /* 3 */
	P_COUNT
};

struct policy_number {
	int64_t value;
	struct origin origin;
};

/* Which of two values of a parameter asks for more; profiles compose by it. */
enum policy_direction {
	POLICY_EITHER = 0, /* neither: a matter of taste or of the machine */
	POLICY_LARGER,     /* a larger one is stricter (lengths, durations, retention) */
	POLICY_LARGER_OR_0, /* the same, and 0 means without end */
	POLICY_SMALLER,     /* a smaller one is stricter (thresholds, windows) */
	POLICY_UNION,      /* sets of demands, as bits: all of them together */
	POLICY_INTERSECT   /* sets of what is allowed, as bits: only what all allow */
};
/* True when value `a` asks for less than `b`. */
bool policy_direction_weaker(enum policy_direction stricter, int64_t a, int64_t b);

struct policy_param_spec {
	enum policy_param id;
	const char *name;  /* "lock.threshold", as written in warifu.conf and `policy show` */
	const char *unit;  /* "", "s", "ms", "days", "characters" */
	int64_t min, max, value; /* bounds and default */
	enum policy_direction stricter;
	const char *criterion;   /* "" = no document says: our own decision */
	const char *force;       /* of the criterion: "must", "sample"; "default" without one */
	const char *about; /* N_() */
};
/* in the order of enum policy_param */
const struct policy_param_spec *policy_params(size_t *count_r);
const struct policy_param_spec *policy_param_find(const char *name); /* NULL */
/* True when `value` asks for less than the parameter's criterion, as its default states it. */
bool policy_weaker(const struct policy_param_spec *spec, int64_t value);

#define POLICY_SERVICES_MAX 320 /* of which 256 may be clients of RADIUS */
#define POLICY_NETWORKS_MAX 64
#define POLICY_BACKOFF_MAX 16
#define POLICY_WORDS_MAX 32
#define POLICY_WORD_SIZE 65

/* Whether somebody enters only by a grant: a record of the store with an end and a last use. */
enum grant_need { GRANTS_OPTIONAL = 0, GRANTS_REQUIRED };

/* What the register says of a service, of a host, or of that behind a RADIUS client. */
struct policy_entry {
	enum service_class class; /* CLASS_SERVER is also what is not said */
	enum data_class data;
	enum grant_need grants;
	struct group_set scope; /* a grant is for members of one of these alone; none: anybody */
	char administrator[65], responsible[65]; /* for people to read */
};

#define POLICY_HOSTS_MAX 128

/* A host, by `node` or by the name in the certificate of its relay. */
struct policy_host {
	char name[65];
	struct policy_entry entry;
	struct origin origin;
};

/* What a service asks for itself, where another module of its PAM stack asks for the rest. */
enum policy_ask { POLICY_ASK_PASSWORD = 1, POLICY_ASK_CODE = 2 };

/* What a PAM service (or RADIUS client) may ask and must give. */
struct policy_service {
	char name[65];
	bool asked;       /* false: cron, at, systemd-user...: RESULT IGNORE */
	int64_t kinds;    /* 0 = P_MFA_KINDS */
	unsigned ask;     /* bits of enum policy_ask; 0 = as `kinds` says */
	/*
	 * Of `kinds` or `ask`, whichever was written last; force "deviation" where fewer are proved
	 * than the criterion wants.
	 */
	struct origin demand_origin;
	bool key_only;    /* service accounts may come here with a key alone */
	bool root_allowed; /* uid 0 may log in here (console by a registered exception) */
	bool console;     /* its local terminal is the machine's console: login, display managers */
	bool invoker;     /* authenticates who already runs it (sudo): for root that is no login */
	bool operation;   /* gives another account's rights: sudo, su (IPA-6.1d) */
	bool shell;       /* its sessions are shells on a terminal, which end when left alone */
	bool gateway;     /* a RADIUS client: it stands on no host of the register */
	struct policy_entry entry;
	struct origin origin;
};

struct policy {
	/* the options of warifu.conf, or their defaults */
	struct policy_number numbers[P_COUNT];
	/* what holds of all that documents speak about, those options among it: values.h */
	struct policy_values values;
	/* after each failure in turn, s: 0, 0, 1, 2, 4, 8, then doubling to the cap */
	uint32_t backoff_s[POLICY_BACKOFF_MAX];
	size_t nbackoff;
	struct wf_network internal[POLICY_NETWORKS_MAX];
	size_t ninternal;
	/* NAT and jump hosts: never slowed as a source */
	struct wf_network shared[POLICY_NETWORKS_MAX];
	size_t nshared;
	/* whoever comes from there has that as a factor, where documents let it count (C-05) */
	struct wf_network trusted[POLICY_NETWORKS_MAX];
	size_t ntrusted;
	struct origin trusted_origin;
	struct policy_service services[POLICY_SERVICES_MAX];
	size_t nservices;
	struct policy_host hosts[POLICY_HOSTS_MAX];
	size_t nhosts;
	char helpdesk[129]; /* contact for the refusal text */
	/* what else is easy to guess here: the company, its products */
	char words[POLICY_WORDS_MAX][POLICY_WORD_SIZE];
	size_t nwords;
	struct wf_leak_list *leaks; /* the configuration's; NULL: there is none */
};

/* The built-in policy: defaults of the table and the services of policy_services.c. */
void policy_init(struct policy *policy);
/*
 * WF_INVALID outside the bounds.  The value gets the origin's file, line and force; its criterion
 * is the parameter's, and where the value is weaker than that one its force becomes "deviation"
 * (I9).
 */
WF_MUST_USE wf_status policy_set(
	struct policy *policy, enum policy_param id, int64_t value, const struct origin *origin);
/*
 * Of what documents do not speak about.  What they do (rule_bindings()) is told apart by kind of
 * account and guard: policy_number_of(); this would be the option as written.
 */
static inline int64_t
policy_value(const struct policy *policy, enum policy_param id)
{
	return policy->numbers[id].value;
}
/*
 * For the rule column: "lock.threshold SCS-4-1-4-1"; "lock.threshold (own)" without a criterion;
 * "lock.threshold (deviates SCS-4-1-4-1)" where warifu.conf asks for less.
 */
void policy_rule(const struct policy *policy, enum policy_param id, char *text_r, size_t size);

/* What is known of an attempt. */
struct policy_facts {
	const char *service;
	const char *user; /* the name; NULL: not looked at */
	enum wf_purpose purpose;
	struct wf_source source;
	/* the source was told by root of this machine or by a client trusted with it */
	bool vouched;
	enum zone zone;
	enum account_kind kind;
	bool known;      /* the account exists and is managed */
	bool exempt;     /* policy_exempt(): another module answers for it */
	bool root;       /* uid 0 */
	bool shared;     /* several people use the account, each through a login of his own */
	enum rule_guard guard; /* of the account's password */
	bool ssh_key;    /* evidence: sshd verified a public key */
	unsigned completed; /* kinds that a completed transaction of this login has proved */
	int64_t completed_age_ms; /* how long ago */
	/* a RADIUS client behind which firewalls or entry points are administered */
	bool admin_entry;
	/* a RADIUS client that names groups, and the account is in none of them */
	bool outside_groups;
	/* where the service runs: `node`, or a relay's host; NULL or "" of a RADIUS client */
	const char *host;
	/* the register lets in by a grant alone, and there is none that holds */
	bool ungranted;
	/* the account is in no group that may be granted it (any more) */
	bool outside_scope;
};

#define POLICY_ALTERNATIVES_MAX 6
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
	struct origin origin; /* of what is asked; of a denial, empty */
	struct policy_set sets[POLICY_ALTERNATIVES_MAX];
	size_t nsets;
	unsigned given; /* KIND_OTHER: the address counts, and is no prompt's answer */
	/* the same for known and unknown users (I5) */
	struct wf_prompt prompts[POLICY_PROMPTS_MAX];
	size_t nprompts;
	/*
	 * The code alone is asked: another module of the stack has asked for the password, so a
	 * wrong code counts as one behind a right password (I11).
	 */
	bool password_elsewhere;
};

/*
 * The zone of a source.  `console`: the service's terminal is the machine's own.  A local source is
 * console only so; where it cannot be told ("local:unknown", a pty) it is internet, the strictest.
 */
enum zone policy_zone(const struct policy *policy, const struct wf_source *source, bool console);
/* default row if none */
const struct policy_service *policy_service_find(const struct policy *policy, const char *name);
/*
 * What a login to this service is asked for, and so proves by itself: bits of enum policy_ask, at
 * least one.
 */
unsigned policy_asks(const struct policy *policy, const struct policy_service *service);
/*
 * The row of `name` to be changed, made if there is none.  WF_TOO_LONG for a name over 64 bytes,
 * WF_INVALID for an empty one, WF_FULL beyond POLICY_SERVICES_MAX.
 */
WF_MUST_USE wf_status policy_service_add(
	struct policy *policy, const char *name, struct policy_service **service_r);
/* The same of a host. */
WF_MUST_USE wf_status policy_host_add(
	struct policy *policy, const char *name, struct policy_host **host_r);
/*
 * What the register says of logins to `service` on `host` (NULL or "": none): the class of the
 * service where it has one, else the host's; the higher class of data; a grant where either needs
 * one.  Scopes are not merged: see policy_in_scope().
 */
void policy_entry_of(const struct policy *policy, const char *service, const char *host,
	struct policy_entry *entry_r);
/* Classes 2 and 3, and what is not classified: it counts as the highest (SCS-3-1-4-1). */
bool policy_entry_important(const struct policy_entry *entry);
/* Whether an account in these groups meets what service and host say of who may be granted them. */
bool policy_in_scope(const struct policy *policy, const char *service, const char *host,
	const char groups[][ACCOUNT_GROUP_LEN + 1], size_t n);
/* True when no groups are wanted, or one of them is among `groups`. */
bool policy_groups_match(const struct group_set *wanted,
	const char groups[][ACCOUNT_GROUP_LEN + 1], size_t n);
/* Where firewalls and the ways in from outside are administered (SCS-4-5-1-7, ISAC-2.1.4). */
bool policy_class_administers(enum service_class class);
/* Whether products are delivered with an account of this name, and guesses try it first. */
bool policy_name_is_default(const char *name);
/*
 * Whether documents refuse this name to an account of this kind; the case of letters does not
 * count.  The rule in rule_r if so, here and below.
 */
bool policy_name_forbidden(const struct policy *policy, const char *name, enum account_kind kind,
	char rule_r[POLICY_RULE_SIZE]);
/*
 * Whether documents refuse this account, which a product brings along (by its name, or as uid 0),
 * at any of the services where people log in (C-12).
 */
bool policy_default_id_refused(
	const struct policy *policy, const struct account *account, char rule_r[POLICY_RULE_SIZE]);
/* Whether documents refuse that several people share an account of this kind. */
bool policy_shared_forbidden(
	const struct policy *policy, enum account_kind kind, char rule_r[POLICY_RULE_SIZE]);
/* An exemption that holds at `wall_us`: one without an end never does. NULL has none. */
bool policy_exempt(const struct account *account, int64_t wall_us);
/*
 * Authentication: what to ask.  Prompts and sets depend on service, purpose and place alone, never
 * on the account, and are there for a denial, too: a doomed attempt is asked and evaluated like any
 * other (I5).  LOGIN wants as many different kinds as the service's row or mfa.kinds says, and two
 * where documents want them of such a login (mfa.required); with two, the password and a one-time
 * code are asked, or the password alone where the address counts; with one, the password; or what
 * the row's `ask` lists; an `admin_entry` wants both, and a privileged account.  CHANGE wants the
 * current password, also of somebody who has just completed a login: a transaction id is no secret
 * and authorises nothing.  A public key that sshd has verified counts as no kind, because nobody
 * knows how it is kept.
 */
void policy_eval(const struct policy *policy, const struct policy_facts *facts,
	struct policy_demand *demand_r);
/*
 * Whether what is asked depends on where somebody comes from, so that nobody can be asked before
 * that is known.
 */
bool policy_place_matters(const struct policy *policy, const char *service);
/* Whether the address is vouched for and listed as trusted. */
bool policy_source_trusted(const struct policy *policy, const struct policy_facts *facts);
/*
 * True when the kinds proved satisfy one of the sets; the same kind twice is one kind.  Never for a
 * denial.
 */
bool policy_satisfied(const struct policy_demand *demand, unsigned proved);
/*
 * Account phase: ACCEPT, REJECT, CHANGE, EXPIRED or IGNORE with reason and rule.  `account` NULL:
 * there is none.  Services that are not asked get IGNORE whatever is known, except for an account
 * that is disabled or out of its validity: the jobs of somebody who has left stop, those behind an
 * expired password go on.
 */
struct policy_account_answer {
	enum wf_verdict verdict;
	char reason[48];
	char rule[65];
};
void policy_account(const struct policy *policy, const struct policy_facts *facts,
	const struct account *account, int64_t wall_us, struct policy_account_answer *answer_r);
/*
 * C-21: the limits that are handed out with a session, in seconds; 0: none.  To end it is the
 * caller's: nobody here may end processes.  Idle are shells (ISAC-6.2.5), so there is a limit only
 * for services that open them; and only for people: scripts of a service account wait for input.
 */
uint32_t policy_session_s(const struct policy *policy);
uint32_t policy_idle_s(const struct policy *policy, const char *service, enum account_kind kind);
#endif
