/* PAM's environment and data; see the header. */
#include "config.h"

#include "pam_module/state.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/secret.h"

#define STATE_DATA "pam_warifu_state"
#define HEX_LEN (2 * (size_t)WF_TXN_LEN)

static const char hex_digits[] = "0123456789abcdef";

bool
state_txn_set(pam_handle_t *pamh, const uint8_t txn[WF_TXN_LEN])
{
	char entry[sizeof(STATE_ENV "=") + HEX_LEN] = STATE_ENV "=";
	char *at = entry + sizeof(STATE_ENV "=") - 1;

	for (size_t i = 0; i < WF_TXN_LEN; i++) {
		*at++ = hex_digits[txn[i] >> 4];
		*at++ = hex_digits[txn[i] & 15];
	}
	*at = '\0';
	return pam_putenv(pamh, entry) == PAM_SUCCESS;
}

static int
hex_value(char digit)
{
	const char *found = digit == '\0' ? NULL : strchr(hex_digits, digit);

	return found == NULL ? -1 : (int)(found - hex_digits);
}

bool
state_txn_get(pam_handle_t *pamh, uint8_t txn_r[WF_TXN_LEN])
{
	const char *text = pam_getenv(pamh, STATE_ENV);
	uint8_t txn[WF_TXN_LEN];

	if (text == NULL || strlen(text) != HEX_LEN)
		return false;
	for (size_t i = 0; i < WF_TXN_LEN; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		txn[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(txn_r, txn, sizeof(txn));
	return true;
}

void
state_txn_forget(pam_handle_t *pamh)
{
	if (pam_getenv(pamh, STATE_ENV) != NULL)
		(void)pam_putenv(pamh, STATE_ENV);
}

void
state_load(pam_handle_t *pamh, struct state *state_r)
{
	const void *data = NULL;

	if (pam_get_data(pamh, STATE_DATA, &data) == PAM_SUCCESS && data != NULL)
		memcpy(state_r, data, sizeof(*state_r));
	else
		memset(state_r, 0, sizeof(*state_r));
}

static void
state_cleanup(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	wf_wipe(data, sizeof(struct state));
	free(data);
}

bool
state_save(pam_handle_t *pamh, const struct state *state)
{
	struct state *copy = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*copy));

	if (copy == NULL)
		return false;
	*copy = *state;
	if (pam_set_data(pamh, STATE_DATA, copy, state_cleanup) == PAM_SUCCESS)
		return true;
	free(copy);
	return false;
}

bool
state_is_emergency(pam_handle_t *pamh, const char *user)
{
	struct state state;

	state_load(pamh, &state);
	return state.emergency[0] != '\0' && strcmp(state.emergency, user) == 0;
}
