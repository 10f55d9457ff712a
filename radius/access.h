/*
 * The other side of a login: an Access-Request as a client sends it, and whether what comes back is
 * the server's answer to it (RFC 2865 section 4; checklist A5, A8, I1).  Pure but for the digests.
 */
#ifndef WF_RADIUS_ACCESS_H
#define WF_RADIUS_ACCESS_H

#include "radius/authenticator.h"

struct access_request {
	const char *user;
	const struct wf_secret *password; /* what goes into User-Password: 1 to HIDDEN_MAX octets */
	const char *nas;		  /* NAS-Identifier */
	const uint8_t *state;		  /* of the challenge that this answers; NULL: none */
	size_t state_len;
	uint8_t id;
	uint8_t authenticator[PACKET_AUTHENTICATOR]; /* random, new for each request */
};

/* Why bytes are not the answer; who sent the request goes on waiting. */
enum access_fault {
	ACCESS_FINE = 0,
	ACCESS_FORM,	       /* no packet, or of a code that answers no Access-Request */
	ACCESS_ID,	       /* the answer to something else */
	ACCESS_AUTHENTICATOR,  /* its Response Authenticator is wrong: another secret, or forged */
	ACCESS_UNSIGNED,       /* no Message-Authenticator: it could be forged (CVE-2024-3596) */
	ACCESS_SIGNATURE       /* its Message-Authenticator is wrong */
};

/*
 * Into the empty `frame`, its Message-Authenticator first. WF_INVALID: no password; WF_TOO_LONG,
 * WF_NO_MEMORY, WF_CRYPTO.
 */
WF_MUST_USE wf_status access_encode(
	const struct binding *binding, const struct access_request *request, struct wf_buf *frame);
/* reply_r points into `bytes`, and is of use only if ACCESS_FINE. */
enum access_fault access_check(const struct binding *binding, const struct access_request *request,
	const uint8_t *bytes, size_t len, struct packet *reply_r);

#endif
