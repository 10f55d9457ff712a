/*
 * The keyed hash under which the store counts: a name's or source's text never stands in the
 * throttle table.
 */
#ifndef WF_AUTHD_ACCOUNT_LANE_KEY_H
#define WF_AUTHD_ACCOUNT_LANE_KEY_H

#include "authd/crypto/keyring.h"
#include "authd/throttle/throttle.h"

/*
 * HMAC of lane and text (account name, byte-exact, or source text); any thread.  Errors as
 * keyring_mac.
 */
WF_MUST_USE wf_status account_lane_key(const struct keyring *keys, enum throttle_lane lane,
	const char *text, uint8_t key_r[THROTTLE_KEY_LEN]);

#endif
