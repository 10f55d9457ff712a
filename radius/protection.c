/* The rule about Message-Authenticator. */
#include "config.h"

#include "radius/protection.h"

static bool
required(const struct protection_facts *facts)
{
	if (facts->rule == CLIENT_AUTHENTICATOR_AUTO)
		return facts->learned && facts->single;
	return facts->rule != CLIENT_AUTHENTICATOR_OPTIONAL;
}

enum protection_answer
protection_judge(const struct protection_facts *facts, bool *learn_r)
{
	*learn_r = false;
	if (facts->verified == WF_NO)
		return PROTECTION_WRONG;
	if (facts->verified != WF_OK && facts->verified != WF_NOT_FOUND)
		return PROTECTION_BROKEN;
	if (facts->sealed)
		return PROTECTION_FINE;
	if (facts->verified == WF_OK) {
		*learn_r = facts->rule == CLIENT_AUTHENTICATOR_AUTO && facts->single &&
			   !facts->learned && !facts->eap;
		return PROTECTION_FINE;
	}
	if (required(facts))
		return PROTECTION_MISSING;
	return facts->proxy_state && !facts->proxies ? PROTECTION_PROXY_STATE : PROTECTION_UNSIGNED;
}

bool
protection_passes(enum protection_answer answer)
{
	return answer == PROTECTION_FINE || answer == PROTECTION_UNSIGNED;
}

static const struct {
	const char *name, *about;
} rows[PROTECTION_ANSWERS] = {
	[PROTECTION_FINE] = {"fine", NULL},
	[PROTECTION_UNSIGNED] = {"unsigned",
		"a request without Message-Authenticator was taken, as its section permits; such "
		"logins can be forged on the way (CVE-2024-3596): let the device send it, then "
		"write message_authenticator = \"required\""},
	[PROTECTION_WRONG] = {"authenticator-wrong", "a Message-Authenticator is wrong: the secret "
						     "here and on the device probably differ"},
	[PROTECTION_MISSING] = {"authenticator-missing",
		"a request without Message-Authenticator was discarded: let the device send it, "
		"or, if it cannot, write "
		"message_authenticator = \"optional\" into its section"},
	[PROTECTION_PROXY_STATE] = {"proxy-state",
		"a request with Proxy-State but without Message-Authenticator was discarded: let "
		"the device send it, or, "
		"if it is a proxy that cannot, write proxies = true into its section"},
	[PROTECTION_BROKEN] = {"authenticator-broken",
		"a Message-Authenticator could not be computed"},
};

const char *
protection_name(enum protection_answer answer)
{
	return rows[answer].name;
}

const char *
protection_about(enum protection_answer answer)
{
	return rows[answer].about;
}
