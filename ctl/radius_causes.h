/*
 * Why a RADIUS server was silent: what its counters say that happened to the request meanwhile,
 * else what there is to look at, in order. One thread.
 */
#ifndef WF_CTL_RADIUS_CAUSES_H
#define WF_CTL_RADIUS_CAUSES_H

#include "ctl/ask.h"
#include "ctl/radius_probe.h"
#include "ctl/radius_steps.h"

struct causes {
	struct ctl *ctl;
	const char *client;
	struct answer before; /* the counters */
};

/* Before the request. `client` is borrowed; NULL: the server is not the daemon's. */
void causes_init(struct causes *causes_r, struct ctl *ctl, const char *client);
void causes_clear(struct causes *causes);
/* After it had no answer: each likely cause is a step. */
void causes_tell(struct causes *causes, enum probe_end end, enum access_fault fault,
	struct steps *steps);

#endif
