/*
 * Where checkpoints go besides the store: each place takes them in order, in its own time, with a
 * cursor over their numbers.  A place that does not take them is told (its cursor's `why`, the log
 * of the machine) and tried again.  One thread.
 */
#ifndef WF_AUTHD_RECORD_PUTOUT_H
#define WF_AUTHD_RECORD_PUTOUT_H

#include "authd/record/record.h"

struct putout {
	char name[64];    /* of its cursor */
	const struct record_base *base;
	char file[256];   /* "" = the log of the machine */
	bool placed;      /* `number` and `why` are as in the store */
	uint64_t number;  /* of the last one that was put out */
	char why[256];
	struct store_job job;
};

/* All that are behind its cursor.  `putout->file` and the name may change between two calls. */
void putout_run(struct putout *putout);

#endif
