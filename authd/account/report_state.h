/* How a criterion stands, by all that is known about it.  Pure. */
#ifndef WF_AUTHD_ACCOUNT_REPORT_STATE_H
#define WF_AUTHD_ACCOUNT_REPORT_STATE_H

#include "authd/account/policy_find.h"

enum report_state {
	REPORT_MET = 0,
	REPORT_EXCEPTIONS, /* met, but for what is named */
	REPORT_DEVIATION,  /* somebody has written down that it is not met, with a reason */
	REPORT_NOT_MET,
	REPORT_SHOWN,     /* figures are given; whether they are enough, people say */
	REPORT_NOT_SHOWN, /* nothing of it is enforced or shown here */
	REPORT_OUTSIDE,   /* of no concern of this software */
	REPORT_STATES
};

/* What a proof says of the criterion that it was computed for. */
enum report_verdict {
	PROOF_NO_DATA = 0, /* there was nothing to count */
	PROOF_FIGURES,     /* counted; there is nothing to hold it against */
	PROOF_HOLDS,       /* counted, and as it should be */
	PROOF_EXCEPTIONS,  /* not in each case */
	PROOF_CONTRADICTS,
	REPORT_VERDICTS
};

/* What a share says. */
enum report_judged {
	JUDGE_NOT,  /* it is a figure */
	JUDGE_NONE, /* none is as it should be; each one is an exception */
	JUDGE_ALL   /* likewise all of them */
};
/* Of `total`, which is not 0, so many.  Where none is as it should be, it contradicts. */
enum report_verdict report_judge(enum report_judged judged, uint64_t count, uint64_t total);

struct report_grounds {
	enum rules_aim aim;
	bool observed;	   /* mode = observe: what would be enforced is only recorded */
	bool waits;	   /* it is meant to be enforced, and nothing does so yet */
	bool built_in;	   /* something that the daemon always does is among it */
	unsigned findings; /* bits of enum policy_finding, of the settings */
	unsigned verdicts; /* bits of enum report_verdict, of the proofs */
};
enum report_state report_state_of(const struct report_grounds *grounds);
/* "met", "met with exceptions"...; N_() */
const char *report_state_word(enum report_state state);
const char *report_verdict_word(enum report_verdict verdict);

#endif
