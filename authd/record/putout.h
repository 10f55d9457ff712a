/*
 * Where checkpoints go besides the store: each place takes them in order, in its own time, with a
 * cursor over their numbers.  A place that does not take them is told (its cursor's `why`, the log
 * of the machine) and tried again.  One thread.
 */
#ifndef WF_AUTHD_RECORD_PUTOUT_H
#define WF_AUTHD_RECORD_PUTOUT_H

#include "authd/record/place.h"
#include "authd/record/record.h"

struct putout {
	struct place place; /* the number of the last one that was put out */
	const struct record_base *base;
	char file[256]; /* "" = the log of the machine */
};

/*
 * All that are behind its cursor.  `putout->file` and the place's name may change between two
 * calls.
 */
void putout_run(struct putout *putout);

#endif
