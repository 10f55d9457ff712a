/*
 * Requests as a device sends them, and whether a reply is what the shared secret says; for the
 * load generator.
 */
#ifndef WF_TESTS_BENCH_RADIUS_PACKETS_H
#define WF_TESTS_BENCH_RADIUS_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "radius/digest.h"
#include "radius/packet.h"

#define REQUEST_MAX 192

struct asker {
	struct digest *digest;
	struct wf_secret secret;
	bool message_authenticator; /* in requests, in the first place */
};

/* A State as it came in a challenge; len 0: none. */
struct asker_state {
	uint8_t len;
	uint8_t bytes[64];
};

struct asker_login {
	uint8_t id;
	const uint8_t *authenticator; /* 16 random octets */
	const char *name, *password;
	const struct asker_state *state; /* NULL: none */
};

/* False: no MD5 or no memory. */
bool asker_init(struct asker *asker, const char *secret, bool message_authenticator);
void asker_clear(struct asker *asker);
/* An Access-Request; gives its length, 0 if it does not fit. */
size_t asker_request(
	const struct asker *asker, const struct asker_login *login, uint8_t bytes_r[REQUEST_MAX]);
/*
 * Response Authenticator of a reply to this request (RFC 2865 section 3); a device drops one that
 * has another.
 */
bool asker_verify(const struct asker *asker, const uint8_t *request, const struct packet *reply);
/*
 * Its Message-Authenticator (RFC 3579 section 3.2): true if there is none or it is right; first_r:
 * it is the first attribute.
 */
bool asker_verify_message(const struct asker *asker, const uint8_t *request,
	const struct packet *reply, bool *first_r);

#endif
