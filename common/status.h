/*
 * The one status type of the tree.
 *
 * "No" (WF_NO) and "could not tell" (WF_UNAVAILABLE and the causes below it) are different values
 * everywhere, so that a fault can never be read as a refusal counted against a user, nor as
 * consent. Every function that returns a status must have it looked at, and leaves its outputs
 * untouched unless it returns WF_OK.
 */
#ifndef WF_COMMON_STATUS_H
#define WF_COMMON_STATUS_H

#define WF_MUST_USE __attribute__((warn_unused_result))

typedef enum wf_status {
	WF_OK = 0,
	WF_NO,		/* a definite no: the check was completed and failed */
	WF_AGAIN,	/* not finished; call again */
	WF_INVALID,	/* the input is malformed */
	WF_TOO_LONG,	/* the input is over its limit */
	WF_NOT_FOUND,
	WF_EXISTS,	/* there is one already */
	WF_DENIED,	/* the caller may not do this */
	WF_LOCKED,	/* the account is locked */
	WF_CONFLICT,	/* somebody else changed it meanwhile */
	WF_EXPIRED,
	WF_UNAVAILABLE, /* could not tell */
	WF_TIMEOUT,	/* the deadline has passed */
	WF_FULL,	/* a queue or table is full */
	WF_IO,		/* reading or writing failed */
	WF_NO_MEMORY,
	WF_CRYPTO,	/* a cryptographic library refused, or a seal did not open */
	WF_CORRUPT,	/* stored data contradicts itself */
	WF_VERSION,	/* the other side or the file has a version unknown here */
	WF_UNSUPPORTED, /* known, but not built in or not possible here */
	WF_STATUS_COUNT /* number of codes, itself not one */
} wf_status;

/*
 * The stable name of a status, such as "not-found", for logs, JSON and tests. Static text, never
 * NULL; a value that is no status has the name "unknown". Any thread.
 */
const char *wf_status_name(wf_status status);

/*
 * One plain sentence for people, in English: show it through _(). Static text, never NULL.
 * Any thread.
 */
const char *wf_status_text(wf_status status);

#endif
