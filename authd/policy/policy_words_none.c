/*
 * Built without libpwquality: no dictionary, only the list in policy_words.c.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

bool
policy_words_in_dictionary(const struct wf_secret *password)
{
	(void)password;
	return false;
}

const char *
policy_words_source(void)
{
	return NULL;
}
