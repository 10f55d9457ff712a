/*
 * What the daemon is asked: an Access-Request as ATTEMPT, an Accounting-Request as RECORD.
 * Nothing is decided here; what the client's section says about names is done, the rest is copied.
 */
#ifndef WF_RADIUS_QUESTION_H
#define WF_RADIUS_QUESTION_H

#include "authd/config/radius.h"
#include "common/wire.h"
#include "radius/authenticator.h"
#include "radius/packet.h"
#include "radius/request.h"

/* What a question carries besides the packet. */
struct question {
	const struct config_client *client;
	const struct binding *binding; /* of the client's secret */
	const uint8_t *nonce; /* of the connection (struct route); NULL: none is needed */
	uint64_t tag;
	uint32_t patience_ms; /* 0: not said */
};

/*
 * `packet` has passed request_check().  msg_r is initialised here and cleared by the caller, after
 * a failure too.  WF_INVALID: the request is to be rejected for what fault_r says; WF_NO_MEMORY,
 * WF_CRYPTO.
 */
WF_MUST_USE wf_status question_attempt(const struct question *question, const struct packet *packet,
	struct wf_msg *msg_r, const struct request_fault **fault_r);
/*
 * `packet` has passed accounting_check(). As above, but WF_INVALID has no fault: such a record
 * cannot be stored.
 */
WF_MUST_USE wf_status question_record(
	const struct question *question, const struct packet *packet, struct wf_msg *msg_r);

/*
 * The name as the client's section wants it: folded (ASCII letters), its realm taken off
 * ("user@realm", "REALM\user").  WF_INVALID: nothing is left, or it is too long.
 */
WF_MUST_USE wf_status question_user(const struct config_client *client,
	const struct attribute *name, char user_r[ATTRIBUTE_VALUE_MAX + 1]);
/*
 * NAS-Identifier, NAS-IP-Address or NAS-IPv6-Address, the first of them that is there, as text;
 * "" if none is.
 */
void question_nas(const struct packet *packet, char nas_r[256]);

#endif
