/*
 * What warifu.conf says about relays: of a host that has no accounts of its own, where its central warifud is; of a
 * central one, where it listens and which hosts may come.  Both sides prove themselves by certificates of one CA.
 *
 * Constant after config_load(); any thread may read.  Certificates and keys are named as files and not read here.
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
	char certificate[256], key[256], ca[256]; /* files (PEM): one's own chain, its key, the CA of the other side; "" = none */
};

/* Section relay.  `host` is "" where there is none: then this is no relay. */
struct config_relay {
	char server[280]; /* as written: "auth.example.jp:7443" */
	char host[256];   /* name or address of the centre; its certificate must be for it */
	char port[6];
	struct config_trust trust;
};

/* Section relays. */
struct config_relays {
	struct config_listener listeners[CONFIG_RELAY_LISTENERS_MAX];
	size_t nlisteners; /* 0 = no relays are served */
	struct config_trust trust;
	char allow[CONFIG_HOSTS_MAX][CONFIG_HOST_SIZE]; /* names in the certificates of hosts that may come, in small letters */
	size_t nallow;
};

#endif
