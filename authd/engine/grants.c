/*
 * Who enters by a grant alone: what the register says of where somebody asks to enter, the question
 * to the store, and what the answer is for the policy.  The login's own commit records the use.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"

/*
 * The host of the register: a relay's, or this one; none behind a RADIUS client.  Who proves
 * himself to the command warifu enters nothing.
 */
static const char *
host_of(const struct engine *engine, const struct asker *asker)
{
	if (asker->gateway || strcmp(asker->service, WF_PROOF_SERVICE) == 0)
		return NULL;
	return asker->host[0] != '\0' ? asker->host : engine->config->node;
}

static bool
needs_grant(const struct engine *engine, const struct asker *asker)
{
	struct policy_entry entry;

	policy_entry_of(&engine->config->policy, asker->service, host_of(engine, asker), &entry);
	return entry.grants == GRANTS_REQUIRED;
}

void
grants_ask(const struct engine *engine, const struct asker *asker, struct store_read *read)
{
	if (!needs_grant(engine, asker))
		return;
	read->grant_service = asker->service;
	read->grant_host = host_of(engine, asker);
	read->date_us = store_date_us(engine->store);
}

void
grants_facts(const struct engine *engine, const struct asker *asker, const struct account *account,
	int64_t grant, struct policy_facts *facts)
{
	facts->host = host_of(engine, asker);
	if (!needs_grant(engine, asker))
		return;
	facts->ungranted = grant == 0;
	facts->outside_scope =
		account != NULL && !policy_in_scope(&engine->config->policy, asker->service,
					   facts->host, account->groups, account->ngroups);
}

void
grants_use(const struct engine *engine, int64_t grant, int64_t account, struct effect *effects,
	size_t *n)
{
	if (grant == 0)
		return;
	effects[(*n)++] = (struct effect){.kind = EFFECT_GRANT_USE,
		.account_id = account,
		.value = grant,
		.value2 = store_date_us(engine->store)};
}
