/*
 * A RADIUS server on loopback, in a thread of the test: it checks what a request must hold, and
 * answers, or does one of the things that servers, networks and attackers do instead.
 */
#ifndef WF_TESTS_UNIT_EGRESS_FAKE_SERVER_H
#define WF_TESTS_UNIT_EGRESS_FAKE_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "authd/config/radius.h"
#include "radius/authenticator.h"

enum manner {
	ANSWERS,
	SAYS_NOTHING,
	ANSWERS_SECOND,  /* the first packet is lost */
	LACKS_SIGNATURE, /* no Message-Authenticator */
	SIGNS_WRONGLY,   /* a wrong one, and all else right */
	HAS_OTHER_SECRET,
	HAS_OTHER_ID, /* the answer to something else */
	SAYS_NONSENSE,
	SAYS_OTHER_CODE,     /* of no answer to a login */
	FORGED_COMES_FIRST,  /* an accept by another secret, then the right answer */
	COMES_FROM_ELSEWHERE /* an accept from another port, and nothing else */
};

struct fake_server {
	/* in */
	enum manner manner;
	uint8_t code;        /* of the answer */
	const char *message; /* Reply-Message, in two attributes if it has a '|'; NULL: none */
	const void *state;
	size_t state_len;
	uint32_t prompt; /* 0: none */
	/* out */
	struct config_listener listener;
	atomic_uint heard; /* packets */
	uint8_t first[PACKET_MAX], last[PACKET_MAX];
	size_t first_len, last_len;
	struct wf_secret password; /* of the last */
	struct packet request;     /* the last; within `last` */
	/* its own */
	int fd, elsewhere, stop[2];
	pthread_t thread;
	struct digest *digest;
	struct wf_secret secret, other;
};

#define FAKE_SECRET "a secret, with: everything"

void fake_server_start(struct fake_server *server);
/* Joins: what is out may be looked at. */
void fake_server_stop(struct fake_server *server);
void fake_server_clear(struct fake_server *server);

#endif
