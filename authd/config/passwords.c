/* Options about passwords: words that are easy to guess here, and the list of leaked ones. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_value.h"

#define WORD_MIN 3 /* bytes: shorter ones stand in too much by chance */

bool
config_put_guessed(const struct config_put *put)
{
	struct policy *policy = &put->load->config->policy;
	size_t len = strlen(put->value);

	if (put->index >= POLICY_WORDS_MAX || len < WORD_MIN ||
		!config_is_text(put->value, POLICY_WORD_SIZE - 1))
		return false;
	(void)snprintf(policy->words[put->index], POLICY_WORD_SIZE, "%s", put->value);
	policy->nwords = put->index + 1;
	return true;
}

wf_status
config_leaks_open(struct config *config, char *why_r, size_t size)
{
	struct wf_leak_finding finding;
	wf_status status;

	if (config->leak_list[0] == '\0')
		return WF_OK;
	status = wf_leak_list_open(config->leak_list, &config->policy.leaks, &finding);
	if (status == WF_INVALID)
		wf_leak_list_say(config->leak_list, &finding, why_r, size);
	return status;
}
