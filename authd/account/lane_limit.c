/* Limits of the lanes out of the policy's numbers: one place, so that views and decisions agree. */
#include "config.h"

#include "authd/account/lane_limit.h"

#include <string.h>

static void
limit_account(const struct policy *policy, enum account_kind kind, struct throttle_limit *limit)
{
	limit->threshold = (uint32_t)policy_number_of(policy, R_LOCK_THRESHOLD, kind, GUARD_NONE);
	limit->lock_ms = policy_number_of(policy, R_LOCK_DURATION, kind, GUARD_NONE) * 1000;
	limit->backoff_cap_s = (uint32_t)policy_value(policy, P_BACKOFF_CAP_S);
	limit->nbackoff = limit->backoff_cap_s == 0 ? 0 : policy->nbackoff;
	memcpy(limit->backoff_s, policy->backoff_s, sizeof(limit->backoff_s));
}

static void
limit_possession(const struct policy *policy, enum account_kind kind, struct throttle_limit *limit)
{
	(void)kind;
	limit->threshold = (uint32_t)policy_value(policy, P_POSSESSION_THRESHOLD);
	limit->window_ms = policy_value(policy, P_POSSESSION_WINDOW_S) * 1000;
	limit->lock_ms = limit->window_ms;
}

static void
limit_source(const struct policy *policy, enum account_kind kind, struct throttle_limit *limit)
{
	(void)kind;
	limit->threshold = (uint32_t)policy_value(policy, P_SOURCE_THRESHOLD);
	limit->window_ms = policy_value(policy, P_SOURCE_WINDOW_S) * 1000;
	limit->slow_only = true;
}

static void (*const fill[LANE_COUNT])(
	const struct policy *, enum account_kind, struct throttle_limit *) = {
	[LANE_ACCOUNT] = limit_account,
	[LANE_POSSESSION] = limit_possession,
	[LANE_SOURCE] = limit_source};

void
account_lane_limit(const struct policy *policy, enum throttle_lane lane, enum account_kind kind,
	struct throttle_limit *limit_r)
{
	memset(limit_r, 0, sizeof(*limit_r));
	limit_r->lane = lane;
	fill[lane](policy, kind, limit_r);
}
