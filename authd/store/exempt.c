/*
 * Who may be exempt, from memory alone: a login's prompts leave before anything is read of the
 * account, so that their time can say nothing of it, and only for exempt names, who are not asked
 * at all, the store has to be looked into first.
 *
 * The method is a Bloom filter: a name sets a few bits that follow from it, and one whose bits are
 * all set may be exempt. Bits are set before the change is committed and never taken back, so that
 * no exempt name is ever missing; one too many costs that name's prompts the look-up, and nothing
 * else. Until the database has been read everyone may be exempt.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

#define EXEMPT_PROBES 4
#define WORD_BITS 64

/*
 * Places of the bits of a name; a hash with this store's id, so that nobody can choose names that
 * share them.
 */
static wf_status
exempt_places(const struct store *store, const char *name, uint32_t places_r[EXEMPT_PROBES])
{
	uint8_t text[sizeof(store->id) + WF_NAME_MAX] = {0};
	uint8_t hash[32];
	size_t len = strnlen(name, WF_NAME_MAX);
	wf_status status;

	memcpy(text, store->id, sizeof(store->id));
	memcpy(text + sizeof(store->id), name, len);
	status = crypto_sha256(text, sizeof(text), hash);
	if (status != WF_OK)
		return status;
	for (size_t i = 0; i < EXEMPT_PROBES; i++) {
		memcpy(&places_r[i], hash + 4 * i, sizeof(places_r[i]));
		places_r[i] %= EXEMPT_WORDS * WORD_BITS;
	}
	return WF_OK;
}

void
exempt_note(struct store *store, const char *name)
{
	uint32_t places[EXEMPT_PROBES];

	if (exempt_places(store, name, places) != WF_OK) {
		atomic_store(&store->exempt_broken, true);
		return;
	}
	for (size_t i = 0; i < EXEMPT_PROBES; i++)
		atomic_fetch_or(&store->exempt[places[i] / WORD_BITS],
			UINT64_C(1) << places[i] % WORD_BITS);
}

bool
store_may_be_exempt(struct store *store, const char *name)
{
	uint32_t places[EXEMPT_PROBES];
	uint64_t all = 1;

	if (!atomic_load(&store->exempt_known) || atomic_load(&store->exempt_broken) ||
		exempt_places(store, name, places) != WF_OK)
		return true;
	for (size_t i = 0; i < EXEMPT_PROBES; i++)
		all &= atomic_load(&store->exempt[places[i] / WORD_BITS]) >> places[i] % WORD_BITS;
	return all != 0;
}

void
exempt_load(struct reader *r)
{
	struct sql q = sql_start(&r->conn, SQL_ACCOUNT_EXEMPT);
	char name[WF_NAME_MAX + 1];
	wf_status status;

	while ((status = sql_next(&q)) == WF_OK) {
		sql_get_text(&q, name, sizeof(name));
		exempt_note(r->store, name);
	}
	if (status == WF_NOT_FOUND && !q.bad)
		atomic_store(&r->store->exempt_known, true);
}
