/*
 * Whether a request may go on by what is known of its Message-Authenticator: the client's rule,
 * what was learned about it, and the limit on Proxy-State (CVE-2024-3596; checklist I2, I3).
 * Pure.
 */
#ifndef WF_RADIUS_PROTECTION_H
#define WF_RADIUS_PROTECTION_H

#include <stdbool.h>

#include "authd/config/radius.h"
#include "common/status.h"

enum protection_answer {
	PROTECTION_FINE = 0,
	PROTECTION_UNSIGNED,	/* there is none, and the client need not send one: it may go on */
	PROTECTION_WRONG,	/* a Message-Authenticator that is not right (C1) */
	PROTECTION_MISSING,	/* there is none, and this client's requests must have one */
	PROTECTION_PROXY_STATE, /* there is none, and the room for a forgery is there (I2) */
	PROTECTION_BROKEN,	/* it could not be computed */
	PROTECTION_ANSWERS
};

struct protection_facts {
	enum client_authenticator rule;
	bool proxies;	  /* the client may send Proxy-State without protection */
	bool single;	  /* the client's address is one and no range (I3) */
	bool learned;	  /* it has sent a right one before */
	bool proxy_state; /* the request has a Proxy-State */
	/* the request has an EAP-Message: such ones always have one, so nothing is learned (I3) */
	bool eap;
	bool sealed; /* it came through TLS, where nobody on the way can forge (F5) */
	wf_status verified; /* authenticator_verify_message()'s word */
};

/* `learn_r` is true when the client is to be remembered as one that sends it. */
enum protection_answer protection_judge(const struct protection_facts *facts, bool *learn_r);
/* Whether the request may go on. */
bool protection_passes(enum protection_answer answer);
/* For counters: "authenticator-missing".  Static. */
const char *protection_name(enum protection_answer answer);
/* What to say about it once for each client; NULL where there is nothing to say. */
const char *protection_about(enum protection_answer answer);

#endif
