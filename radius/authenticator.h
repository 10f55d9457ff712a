/*
 * What ties a packet to a client's shared secret: Request and Response Authenticator,
 * Message-Authenticator, and the hiding of User-Password (RFC 2865 section 3 and 5.2, RFC 2866
 * section 3, RFC 3579 section 3.2).  Of packets of RADIUS/1.1 nothing is computed (RFC 9765): what
 * would verify them says WF_OK, because their connection has, and what would hide copies.
 */
#ifndef WF_RADIUS_AUTHENTICATOR_H
#define WF_RADIUS_AUTHENTICATOR_H

#include "common/buf.h"
#include "radius/digest.h"
#include "radius/packet.h"

/* The secret of a client and what computes with it; both borrowed. */
struct binding {
	struct digest *digest;
	const struct wf_secret *secret;
};

/*
 * WF_OK: the Message-Authenticator is right; WF_NO: it is wrong; WF_NOT_FOUND: there is none;
 * WF_CRYPTO. Of requests to authenticate and of Status-Server (C1, E1): computed with the packet's
 * own authenticator.
 */
WF_MUST_USE wf_status authenticator_verify_message(
	const struct binding *binding, const struct packet *packet);
/* Accounting, Disconnect (B1, H1): WF_OK, or WF_NO also for an authenticator of zeros. */
WF_MUST_USE wf_status authenticator_verify_request(
	const struct binding *binding, const struct packet *packet);

/*
 * Of a reply to a request of our own with the authenticator `asked`: WF_OK, WF_NO, WF_CRYPTO (A5,
 * H2); of its Message-Authenticator WF_NOT_FOUND, too (I1).
 */
WF_MUST_USE wf_status authenticator_verify_reply(const struct binding *binding,
	const uint8_t asked[PACKET_AUTHENTICATOR], const struct packet *reply);
WF_MUST_USE wf_status authenticator_verify_reply_message(const struct binding *binding,
	const uint8_t asked[PACKET_AUTHENTICATOR], const struct packet *reply);

/*
 * The password within User-Password, its padding of NULs taken off at the end only (A8), so that
 * NULs before are still there to be refused.  WF_INVALID: not 16, 32 ... 128 octets, of
 * RADIUS/1.1 not 1 to 128.  The secret is untouched then.
 */
WF_MUST_USE wf_status authenticator_reveal(const struct binding *binding,
	const struct packet *packet, const struct attribute *password,
	struct wf_secret *password_r);

#define HIDDEN_MAX 128 /* RFC 2865 section 5.2 */
/*
 * A password as User-Password of a request with this authenticator. WF_INVALID: it is empty;
 * WF_TOO_LONG: over HIDDEN_MAX octets; WF_CRYPTO.
 */
WF_MUST_USE wf_status authenticator_hide(const struct binding *binding,
	const uint8_t authenticator[PACKET_AUTHENTICATOR], const struct wf_secret *password,
	uint8_t hidden_r[HIDDEN_MAX], size_t *len_r);

/*
 * A packet under construction, in `frame` (its ceiling PACKET_MAX or more).  reply_begin writes
 * the header with the request's identifier, and the Message-Authenticator in the first place,
 * whether or not the request had one (I1; not in Accounting-Response, which has none, nor in
 * RADIUS/1.1, where the Token goes back instead: G2, G3).  reply_end
 * fills in length and both authenticators. WF_TOO_LONG: it does not fit, and the packet is as
 * before; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status reply_begin(
	struct wf_buf *frame, enum packet_code code, const struct packet *request);
WF_MUST_USE wf_status reply_add(struct wf_buf *frame, uint8_t type, const void *value, size_t len);
WF_MUST_USE wf_status reply_add_number(struct wf_buf *frame, uint8_t type, uint32_t number);
/* A vendor's attribute of the usual form: one octet of type, one of length (J3). */
WF_MUST_USE wf_status reply_add_vendor(
	struct wf_buf *frame, uint32_t vendor, uint8_t type, const void *value, size_t len);
/* All Proxy-States, unmodified and in their order (A6). */
WF_MUST_USE wf_status reply_copy_proxy_states(struct wf_buf *frame, const struct packet *request);
WF_MUST_USE wf_status reply_end(
	const struct binding *binding, struct wf_buf *frame, const struct packet *request);
/* The same for an Access-Request of our own, whose header has a random authenticator. */
WF_MUST_USE wf_status request_begin(struct wf_buf *frame, uint8_t id,
	const uint8_t authenticator[PACKET_AUTHENTICATOR]);
WF_MUST_USE wf_status request_end(const struct binding *binding, struct wf_buf *frame);

#endif
