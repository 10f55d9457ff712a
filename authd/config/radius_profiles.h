/*
 * Ready profiles: what the gateways of a product want, as values of a client's options.  A profile
 * fills in only what the client's section does not say.  It never weakens: no profile lets requests
 * without Message-Authenticator in, trusts an address that the gateway names, or sends groups by
 * itself.
 */
#ifndef WF_AUTHD_CONFIG_RADIUS_PROFILES_H
#define WF_AUTHD_CONFIG_RADIUS_PROFILES_H

#include <stddef.h>

#define CONFIG_PROFILE_LINES_MAX 4

struct config_profile {
	const char *name;    /* as written */
	const char *product; /* as its maker calls it */
	struct config_profile_line {
		/* as they would be written in the section; NULL ends the list */
		const char *option, *value;
		const char *why;	    /* N_() */
	} lines[CONFIG_PROFILE_LINES_MAX + 1];
	const char *advice; /* N_(): what is to be set on the gateway, or NULL */
};

const struct config_profile *config_profiles(size_t *n_r);
/* NULL if there is none. */
const struct config_profile *config_profile_find(const char *name);

#endif
