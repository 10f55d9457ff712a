/*
 * What warifu.conf says about relays: of a host that has no accounts of its own, where its central
 * warifud is; of a central one, where it listens and which hosts may come.  Both sides prove
 * themselves by certificates of one CA.
 *
 * Constant after config_load(); any thread may read.  Certificates and keys are named as files and
 * not read here.
 */
#ifndef WF_AUTHD_CONFIG_RELAY_H
#define WF_AUTHD_CONFIG_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "authd/config/radius.h"

#define CONFIG_HOSTS_MAX 1024
#define CONFIG_HOST_SIZE 65 /* a host's name with its NUL */
#define CONFIG_RELAY_LISTENERS_MAX 8

struct config_trust {
	/* files (PEM): one's own chain, its key, the CA of the other side; "" = none */
	char certificate[256], key[256], ca[256];
};

/*
 * Section relay: the centre is reached over TLS (`host` is not ""), or as one of the sections
 * upstream, over RADIUS (`upstream` is not "").  Where both are "" this is no relay.
 */
struct config_relay {
	/* as written: "auth.example.jp:7443"; the section's name for a centre over RADIUS */
	char server[280];
	char host[256];   /* name or address of the centre; its certificate must be for it */
	char port[6];
	struct config_trust trust;
	/* name of the section; there is one of that name, and it is nobody's factor */
	char upstream[65];
};

/* True for a host without accounts, however it reaches its centre. */
bool config_is_relay(const struct config_relay *relay);

/* Section relays. */
struct config_relays {
	struct config_listener listeners[CONFIG_RELAY_LISTENERS_MAX];
	size_t nlisteners; /* 0 = no relays are served */
	struct config_trust trust;
	/* names in the certificates of hosts that may come, in small letters */
	char allow[CONFIG_HOSTS_MAX][CONFIG_HOST_SIZE];
	size_t nallow;
};

#endif
