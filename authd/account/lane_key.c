/* Keys of the throttle table. */
#include "config.h"

#include <string.h>

#include "authd/account/lane_key.h"

static const char *const lane_context[LANE_COUNT] = {
	[LANE_ACCOUNT] = "account", [LANE_POSSESSION] = "possession", [LANE_SOURCE] = "source"
};

wf_status
account_lane_key(const struct keyring *keys, enum throttle_lane lane, const char *text,
	uint8_t key_r[THROTTLE_KEY_LEN])
{
	return keyring_mac(keys, "name", lane_context[lane], text, strlen(text), key_r);
}
