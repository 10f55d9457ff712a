/*
 * The other end of a relay's connection, as a test wants it: the messages that came, in order, and
 * how it ended. In the loop of what is tested. Failures inside end the test.
 */
#ifndef WF_TESTS_UNIT_RELAY_FAR_H
#define WF_TESTS_UNIT_RELAY_FAR_H

#include "authd/relay/stream.h"
#include "tests/unit/tls/authority.h"

#define FAR_KEPT 32

struct far {
	SSL_CTX *context;
	struct stream *stream;
	bool up, down;
	char why[256];		      /* it is down */
	struct wf_msg got[FAR_KEPT]; /* in a ring */
	size_t first, n;
};

/*
 * Takes the descriptor over. `file` is the certificate that it shows; As a relay it demands that
 * the centre is 127.0.0.1.
 */
void far_open(struct far *far, struct event_base *base, int fd, const struct authority *authority,
	const char *file, enum trust_end end);
void far_close(struct far *far);
void far_say(struct far *far, const struct wf_msg *msg);
/* A message without fields. */
void far_say_empty(struct far *far, enum wf_msg_type type);
/* The oldest message that came and was not taken; the caller clears it. False: there is none. */
bool far_hear(struct far *far, struct wf_msg *msg_r);

/* Files of `file` for the configuration of an end. */
void far_trust(const struct authority *authority, const char *file, struct config_trust *trust_r);
/* A socket that listens at a free port of 127.0.0.1. */
int far_listen(void);
unsigned far_port(int fd);
/* A connection to there; it does not block. */
int far_dial(unsigned port);

#endif
