/*
 * A reply as it goes onto the wire: which code, which attributes, in which order (checklist A5,
 * A6, A10-A12, I1). Pure but for the digests.
 */
#ifndef WF_RADIUS_ANSWER_H
#define WF_RADIUS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "radius/authenticator.h"
#include "radius/dictionary.h"
#include "radius/packet.h"

struct answer {
	enum packet_code code;
	/* Reply-Message, in as many attributes as it takes; NULL or "": none (A10) */
	const char *text;
	/* Of an Access-Challenge alone. */
	const char *state; /* NULL: none */
	bool echo;	   /* Prompt: what is typed may be seen */
	uint32_t ttl_s;	   /* Session-Timeout: the prompt is open so long; 0: not said */
	/* Of an Access-Accept alone. */
	const struct dictionary_value *attributes;
	size_t nattributes;
	/* Of a Protocol-Error alone: why (RFC 5176 section 3.5), 0: none */
	uint32_t error_cause;
};

#define ERROR_UNSUPPORTED_EXTENSION 406

/*
 * The whole reply into the empty `frame` (ceiling PACKET_MAX or more).  WF_INVALID: attributes
 * that this code may not have (A11); WF_TOO_LONG, WF_NO_MEMORY, WF_CRYPTO.  After a failure the
 * frame holds nothing to send.
 */
WF_MUST_USE wf_status answer_encode(const struct answer *answer, const struct binding *binding,
	const struct packet *request, struct wf_buf *frame);

#endif
