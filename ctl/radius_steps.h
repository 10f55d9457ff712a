/*
 * What `warifu radius test` tells, step by step: a line at once for a person, or all of it at the
 * end as JSON. What came over the network is shown as it may be shown. One thread.
 */
#ifndef WF_CTL_RADIUS_STEPS_H
#define WF_CTL_RADIUS_STEPS_H

#include "ctl/ctl.h"
#include "radius/dictionary.h"

enum step {
	STEP_CLIENT,	/* name: of the client; value: how it is used */
	STEP_SENT,	/* name: the packet; value: where to */
	STEP_RECEIVED,	/* name: the packet; value: after how long */
	STEP_CHECK,	/* name: what was checked; value: "right" */
	STEP_ATTRIBUTE, /* name and value */
	STEP_DISCARDED, /* name: what was wrong with a datagram; value: a sentence */
	STEP_CAUSE,	/* name: a likely cause of silence; value: a sentence */
	STEP_RESULT	/* name: "accept", "reject" or "silence"; value: a sentence */
};

struct steps {
	struct ctl *ctl;
	struct table table;
	struct dictionary *dictionary; /* owned; NULL: attributes have no names */
};

/* Outputs that fail are told by ctl_unwritten(). */
void steps_init(struct steps *steps_r, struct ctl *ctl);
void steps_clear(struct steps *steps);
/* Reads one more dictionary; what is wrong with it is told, and the rest used. */
void steps_dictionary(struct steps *steps, const char *path);
void steps_add(struct steps *steps, enum step step, const char *name, const char *value);
/* All attributes but those that only the protocol needs. */
void steps_attributes(struct steps *steps, const struct packet *packet);
/* The end: prints what --json wants. */
void steps_print(struct steps *steps);

#endif
