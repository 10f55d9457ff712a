/* Passwords that are known already: our own words, and the list of leaked ones by its SHA-1. */
#include "config.h"

#include <openssl/evp.h>

#include "authd/policy/policy_password.h"
#include "authd/policy/policy_words.h"

static wf_status
in_list(const struct wf_leak_list *list, const struct wf_secret *password)
{
	uint8_t key[WF_LEAK_KEY];
	wf_status status = WF_IO;

	if (EVP_Digest(password->bytes, password->len, key, NULL, EVP_sha1(), NULL) == 1)
		status = wf_leak_list_find(list, key);
	wf_wipe(key, sizeof(key));
	return status;
}

wf_status
policy_leaked(const struct policy *policy, const struct wf_secret *password)
{
	if (policy_words_listed(password))
		return WF_OK;
	return policy->leaks == NULL ? WF_NO : in_list(policy->leaks, password);
}
