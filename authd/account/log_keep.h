/* How long rows of the log have to be kept, of all that is complied with.  Pure; any thread. */
#ifndef WF_AUTHD_ACCOUNT_LOG_KEEP_H
#define WF_AUTHD_ACCOUNT_LOG_KEEP_H

#include "authd/policy/policy.h"

struct log_keep {
	int64_t days, us;
	char rule[POLICY_RULE_SIZE]; /* "log.retention_days IPA-T3.8.3" */
};

void log_keep(const struct policy *policy, struct log_keep *keep_r);

#endif
