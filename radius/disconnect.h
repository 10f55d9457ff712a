/*
 * Disconnect-Request (RFC 5176; checklist H1 to H3): tells a gateway to end a session that it has
 * accounted for. Packets alone, pure but for the digests; who sends them and when is
 * disconnects.h's matter.
 */
#ifndef WF_RADIUS_DISCONNECT_H
#define WF_RADIUS_DISCONNECT_H

#include "common/buf.h"
#include "radius/authenticator.h"

/* What the session is known by; "" = not known.  Texts are as accounting brought them. */
struct disconnect {
	char user[256];
	char nas[256];	   /* NAS-Identifier, or the gateway's address as text */
	char session[256]; /* Acct-Session-Id */
	char framed[64];   /* Framed-IP-Address as text */
	int64_t wall_us;   /* Event-Timestamp: a gateway may refuse what is old (H3) */
};

/*
 * The whole request into the empty `frame`. WF_INVALID: nothing that tells which session;
 * WF_TOO_LONG, WF_NO_MEMORY, WF_CRYPTO.
 */
WF_MUST_USE wf_status disconnect_encode(const struct binding *binding,
	const struct disconnect *disconnect, uint8_t id, struct wf_buf *frame);
/*
 * What a gateway answers: WF_OK (ACK), WF_NO (NAK; cause_r is its Error-Cause, 0 for none),
 * WF_INVALID for what is no answer to this request, or not signed with the secret: to be passed
 * over.
 */
WF_MUST_USE wf_status disconnect_read(const struct binding *binding, const struct wf_buf *request,
	const uint8_t *bytes, size_t len, uint32_t *cause_r);

#endif
