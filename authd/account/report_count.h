/*
 * What the log shows over a period: counted in one pass over its rows, in bounded memory.  Pure but
 * for the set of privileged accounts, which is filled before.
 */
#ifndef WF_AUTHD_ACCOUNT_REPORT_COUNT_H
#define WF_AUTHD_ACCOUNT_REPORT_COUNT_H

#include "authd/account/internal.h"

struct report_period {
	int64_t since_us, until_us; /* since <= time < until */
};

/* Logins that succeeded, told apart by what documents ask two kinds for. */
enum report_share {
	SHARE_INTERNET,
	SHARE_INTERNAL,
	SHARE_PRIVILEGED, /* of accounts that are privileged now */
	SHARE_OPERATION,  /* sudo, su: another account's rights */
	SHARE_REMOTE,	  /* gateways into the own network */
	SHARE_FIREWALL,	  /* to administer firewalls and entry points */
	SHARE_CLOUD,
	SHARE_PUBLISHED,
	SHARE_LOG_STORE,
	SHARE_DEVICE, /* network devices */
	REPORT_SHARES
};

struct report_logins {
	uint64_t total, fit; /* fit: two kinds of those that count */
	uint64_t excepted;   /* service accounts, by a key alone from listed places */
	uint64_t first_unfit, last_unfit; /* rows; 0 = none */
};

/* Events that are counted, each with the last time that it happened. */
enum report_event {
	EVENT_TRY_WRONG,
	EVENT_TRY_REFUSED,
	EVENT_TRY_STRANGER,
	EVENT_TRY_NOT_IN_FORCE,
	EVENT_LOCK,
	EVENT_UNLOCK,
	EVENT_PASSWORD_CHANGED,
	EVENT_PASSWORD_REFUSED,
	EVENT_PASSWORD_SET,
	EVENT_ACCOUNT_ADDED,
	EVENT_ACCOUNT_CHANGED,
	EVENT_ACCOUNT_DISABLED,
	EVENT_ACCOUNT_REMOVED,
	EVENT_TOKEN_ADDED,
	EVENT_TOKEN_REMOVED,
	EVENT_GRANT_ADDED,
	EVENT_GRANT_ENDED,
	EVENT_SESSION_OPENED,
	EVENT_SESSION_CLOSED,
	EVENT_BREAK_GLASS,
	EVENT_BACKUP,
	EVENT_BACKUP_FAILED,
	EVENT_BACKUP_SECOND,
	EVENT_BACKUP_SECOND_FAILED,
	EVENT_DRILL,
	EVENT_DRILL_FAILED,
	EVENT_CONFIG_LOADED,
	EVENT_CONFIG_APPROVED,
	EVENT_CONFIG_DRIFT,
	EVENT_CLOCK_JUMP,
	EVENT_LOG_EXPORT,
	EVENT_LOG_READ,
	EVENT_REVIEW,
	EVENT_ALERT_TESTED,
	EVENT_ACT,        /* of any kind that succeeded */
	EVENT_ACT_TICKET, /* with the number of a ticket */
	EVENT_DEFAULT_ID, /* logins of an account that products bring along */
	EVENT_LOGIN,      /* that succeeded, wherever from */
	EVENT_FIELDLESS,  /* logins whose row lacks user or source */
	EVENT_REPORT,
	REPORT_EVENTS
};

struct report_happened {
	uint64_t count;
	uint64_t first_seq, last_seq;
	int64_t last_us;
	/* of the last; as large as in a row, so that they are copied as they are */
	char by[sizeof(((struct audit_row *)NULL)->operator_name)];
	char detail[sizeof(((struct audit_row *)NULL)->detail)];
};

/* Names of accounts as hashes, or their ids: eight bytes each. */
struct report_set {
	uint64_t *list; /* owned, sorted by report_set_sort() */
	size_t n, room;
};
WF_MUST_USE wf_status report_set_add(struct report_set *set, uint64_t member);
WF_MUST_USE wf_status report_set_add_name(struct report_set *set, const char *name);
void report_set_sort(struct report_set *set);
bool report_set_has(const struct report_set *set, uint64_t member);
bool report_set_has_name(const struct report_set *set, const char *name);
void report_set_clear(struct report_set *set);

/*
 * Wrong answers of an account since it was locked, unlocked or logged in with two kinds: never more
 * than the threshold (I1).  A place each for so many names; who shares one with another begins
 * anew, so that none is accused for somebody else.
 */
#define REPORT_RUNS 65536
struct report_run {
	uint64_t name; /* hash; 0 = free */
	uint64_t wrong;
};
struct report_longest {
	uint64_t wrong, threshold, row; /* of the run that goes furthest; row: where it ended */
	bool over;			/* some run went beyond its threshold */
};

/* A time in which something did not happen. */
struct report_gap {
	int64_t from_us, until_us; /* 0, 0 = none */
};

struct report_count {
	const struct policy *policy;	       /* borrowed */
	const struct report_set *privileged; /* names; borrowed */
	const struct report_set *services;   /* of service accounts; likewise */
	struct report_period period;
	int64_t begin_us; /* of what is known of the period: its rows may have expired */
	uint64_t rows, first_seq, last_seq; /* of the period */
	int64_t first_us, last_us;
	struct audit_head head; /* at its last row */
	struct report_logins shares[REPORT_SHARES];
	struct report_happened events[REPORT_EVENTS];
	struct report_gap unsaved; /* the longest that ended with a backup */
	char settings[65];     /* hash of the configuration last loaded; "" = not known yet */
	uint64_t settings_seq; /* the row since which it is that; 0 = since the log begins */
	struct report_longest longest; /* since then */
	struct report_run *runs; /* REPORT_RUNS of them, the caller's; NULL: not looked at */
};
/* Names that products bring along: root, admin... */
bool report_is_default_id(const char *name);
/* One row; those outside of the period are passed over. */
void report_count_row(struct report_count *count, const struct store_audit_entry *entry,
	const struct audit_row *row);

/* Its part about runs of wrong answers. */
void report_count_run(struct report_count *count, uint64_t seq, const struct audit_row *row);
/*
 * Begins the runs anew where a row, also one outside of the period, tells of another configuration:
 * what came before it is not held against a threshold of now.
 */
void report_count_settings(struct report_count *count, uint64_t seq, const struct audit_row *row);

/* The check of the chain, made in the same pass. */
struct report_chain {
	uint64_t rows, first_seq, last_seq; /* that were checked: all that are kept */
	int64_t first_us, last_us;
	uint64_t faults, checkpoints, restores;
	uint64_t fault_seq; /* the first; 0 = not known */
	char fault[256];    /* in words; "" = none */
};

/* What stands in the store now. */
struct report_store {
	struct report_set privileged; /* names */
	struct report_set services;   /* likewise */
	struct report_set tokens;     /* ids of accounts with an active one */
	struct report_held {
		uint64_t accounts, enabled, privileged; /* managed; of them enabled; of those */
		uint64_t known, disabled, exempt, shared, ending, over; /* known: also unmanaged */
		uint64_t with_second, wanting_second; /* enabled people's accounts */
		uint64_t dormant; /* enabled, and no login for dormant_days */
		int64_t dormant_days;
		uint64_t default_ids;
		char default_id[65]; /* the first */
		uint64_t persons, no_person; /* of privileged ones */
		uint64_t passwords, noted, too_short, must_change;
		uint64_t leaks_checked, checkable; /* checkable 0: there is no list */
		int64_t oldest_us, checked_us; /* password; least recent look-up */
	} accounts;
	struct report_grants {
		uint64_t all, holding;
	} grants;
	struct report_incidents {
		uint64_t found, closed, open, told;
		int64_t oldest_open_us;
		uint64_t oldest_open;
		char closed_by[65];
		int64_t closed_us;
	} incidents; /* of the period */
	struct report_sessions {
		uint64_t open, too_long;
		int64_t oldest_us;
	} sessions;
	uint64_t months_sealed, months_removed;
};

#endif
