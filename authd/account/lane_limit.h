/* What the policy says about each lane of the throttle. */
#ifndef WF_AUTHD_ACCOUNT_LANE_LIMIT_H
#define WF_AUTHD_ACCOUNT_LANE_LIMIT_H

#include "authd/policy/policy.h"
#include "authd/throttle/throttle.h"

/* Of an account of this kind; a name without account has the general one.  Pure; any thread. */
void account_lane_limit(const struct policy *policy, enum throttle_lane lane,
	enum account_kind kind, struct throttle_limit *limit_r);

#endif
