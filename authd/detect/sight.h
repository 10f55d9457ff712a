/* What one row means to the rules, and what is remembered about whom it names.  Pure. */
#ifndef WF_AUTHD_DETECT_SIGHT_H
#define WF_AUTHD_DETECT_SIGHT_H

#include "authd/detect/detect.h"
#include "authd/detect/trail.h"
#include "common/addr.h"

enum sight_kind {
	SIGHT_NOTHING = 0,
	SIGHT_WRONG,	/* a wrong answer of an account */
	SIGHT_REPLAYED, /* a code that was right and had been used */
	SIGHT_STRANGER, /* a try of a name that is no account, or none that may log in */
	SIGHT_REFUSED,	/* not looked at: says nothing of whether there is such an account */
	SIGHT_DISABLED, /* a try of an account that is not in force */
	SIGHT_SUCCESS,
	SIGHT_LOCKED, /* the account has just been locked */
	SIGHT_RESET,  /* somebody else gave it another password or token, or opened it */
	SIGHT_REMOVED,
	SIGHT_BREAK_GLASS,
	SIGHT_FAULT,
	SIGHT_CLOSED, /* somebody has decided on an incident */
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
	int64_t in_us; /* the last login; 0 = none */
	uint64_t in_seq, in_where, in_network;
};

/* Of a source that tried: an address, of IPv6 the network of one subscriber. */
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
	char place[WF_SOURCE_MAX + 4]; /* what counts as one source: "2001:db8::/64" */
	uint64_t who, where;	       /* tags; where 0: not told apart */
	uint64_t network;    /* 0 = none */
	int32_t day;	     /* local */
	unsigned hour;	     /* local */
	bool two_kinds;	     /* that the login proved */
	bool inside;	     /* internal zone or console */
	bool second;	     /* wrong, but the password was right */
	enum detect_rule of; /* SIGHT_FAULT: whose */
	char fault[96];	     /* ... and which */
	uint64_t closed;     /* SIGHT_CLOSED: id of the incident */
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
