/* What one row means to the rules, and what is remembered about whom it names.  Pure. */
#ifndef WF_AUTHD_DETECT_SIGHT_H
#define WF_AUTHD_DETECT_SIGHT_H

#include "authd/detect/detect.h"
#include "authd/detect/trail.h"

enum sight_kind {
	SIGHT_NOTHING = 0,
	SIGHT_WRONG,	/* a wrong answer of an account */
	SIGHT_STRANGER, /* a try of a name that is no account, or none that may log in */
	SIGHT_REFUSED,	/* not looked at: says nothing of whether there is such an account */
	SIGHT_DISABLED, /* a try of an account that is not in force */
	SIGHT_SUCCESS,
	SIGHT_LOCKED, /* the account has just been locked */
	SIGHT_RESET,  /* somebody else gave it another password or token, or opened it */
	SIGHT_REMOVED,
	SIGHT_BREAK_GLASS,
	SIGHT_LOG_FAULT,
	SIGHT_KINDS
};
#define SIGHT_BIT(kind) (1U << (kind))

/* Of an account that was tried. */
struct account_state {
	struct table_head head;
	struct trail wrong;    /* tag: source */
	struct trail refused;  /* the second factor, when the password was right */
	struct trail disabled; /* tries while it is not in force */
	int64_t reset_us;      /* 0 = none */
	uint64_t reset_seq;
};

/* Of a source that tried. */
struct source_state {
	struct table_head head;
	struct trail failing;	/* accounts that it could not get into; tag: account */
	struct trail strangers; /* names without account */
};

struct sight {
	uint64_t seq;
	const struct audit_row *row;
	enum sight_kind kind;
	uint32_t weight;
	uint64_t who, where; /* tags; where 0: not told apart */
	uint64_t network;    /* 0 = none */
	int32_t day;	     /* local */
	unsigned hour;	     /* local */
	bool two_kinds;	     /* that the login proved */
	bool inside;	     /* internal zone or console */
	bool second;	     /* wrong, but the password was right */
	const char *fault;   /* SIGHT_LOG_FAULT: which */
	struct account_state *account; /* NULL: nothing is remembered */
	struct source_state *source;
	struct habit *habit;	  /* of the account; NULL: not known */
	struct habit *colleagues; /* of the network; NULL: not known */
	uint64_t country;
};

void sight_fill(struct sight *sight_r, uint64_t seq, const struct audit_row *row);
/* What a row means, without the rest. */
enum sight_kind sight_kind_of(const struct audit_row *row);

#endif
