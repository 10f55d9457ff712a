/*
 * The STATE of a challenge: the transaction's id, and a mark that it was made here for this client,
 * this user and this round. It authorises nothing: the store alone knows which challenges are open,
 * and each is taken up once.  The mark keeps made-up ones away from the store.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"
#include "common/base64.h"

#define MARK_LEN 14
#define STATE_OCTETS (WF_TXN_LEN + MARK_LEN)
_Static_assert(
	WF_BASE64_LEN(STATE_OCTETS) == WF_STATE_LEN, "the protocol fixes the length of a STATE");

/*
 * A name has no NUL, so what stands behind one is the round: none for the code after the password.
 */
static wf_status
mark(const struct keyring *keys, const uint8_t txn[WF_TXN_LEN], const char *service,
	const char *user, unsigned round, uint8_t mac_r[32])
{
	uint8_t bound[WF_TXN_LEN + WF_NAME_MAX + 2];
	size_t len = WF_TXN_LEN + strnlen(user, WF_NAME_MAX);

	memcpy(bound, txn, WF_TXN_LEN);
	memcpy(bound + WF_TXN_LEN, user, len - WF_TXN_LEN);
	if (round > 0) {
		bound[len++] = 0;
		bound[len++] = (uint8_t)round;
	}
	return keyring_mac(keys, "radius-state", service, bound, len, mac_r);
}

wf_status
state_make(const struct keyring *keys, const uint8_t txn[WF_TXN_LEN], const char *service,
	const char *user, unsigned round, char state_r[WF_STATE_LEN + 1])
{
	uint8_t octets[STATE_OCTETS], mac[32];
	wf_status status = mark(keys, txn, service, user, round, mac);

	if (status != WF_OK)
		return status;
	memcpy(octets, txn, WF_TXN_LEN);
	memcpy(octets + WF_TXN_LEN, mac, MARK_LEN);
	wf_base64url_encode(octets, sizeof(octets), state_r);
	return WF_OK;
}

wf_status
state_open(const struct keyring *keys, const char *state, const char *service, const char *user,
	   uint8_t txn_r[WF_TXN_LEN], unsigned *round_r)
{
	uint8_t octets[STATE_OCTETS], mac[32];
	size_t len;

	if (wf_base64url_decode(state, strlen(state), octets, sizeof(octets), &len) != WF_OK ||
		len != sizeof(octets))
		return WF_NO;
	for (unsigned round = 0; round <= UPSTREAM_ROUNDS_MAX; round++) {
		wf_status status = mark(keys, octets, service, user, round, mac);

		if (status != WF_OK)
			return status;
		if (!wf_mem_equal(octets + WF_TXN_LEN, mac, MARK_LEN))
			continue;
		memcpy(txn_r, octets, WF_TXN_LEN);
		*round_r = round;
		return WF_OK;
	}
	return WF_NO;
}
