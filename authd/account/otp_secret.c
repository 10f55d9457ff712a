/* Token secrets: sealed for the store, opened for the short time of a check. */
#include "config.h"

#include "authd/account/internal.h"
#include "authd/factor/factor.h"

static struct keyring_aad
place_of(const struct credential *credential)
{
	return (struct keyring_aad){.table = "credential",
		.account_id = credential->account_id,
		.label = credential->label};
}

wf_status
act_otp_seal(
	const struct keyring *keys, const struct wf_secret *secret, struct credential *credential)
{
	const struct keyring_aad place = place_of(credential);

	return keyring_seal(keys, &place, secret, credential->secret, sizeof(credential->secret),
		&credential->secret_len, &credential->key_id);
}

wf_status
act_otp_open(
	const struct keyring *keys, const struct credential *credential, struct wf_secret *secret_r)
{
	const struct keyring_aad place = place_of(credential);

	return keyring_open(keys, credential->key_id, &place, credential->secret,
		credential->secret_len, secret_r);
}

void
act_otp_spec(const struct credential *credential, struct otp_spec *spec_r)
{
	*spec_r = (struct otp_spec){
		.factor = credential->factor,
		.algorithm = credential->algorithm,
		.digits = credential->digits,
		.step_s = credential->step_s,
	};
}
