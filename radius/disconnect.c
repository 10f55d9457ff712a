/* Disconnect-Requests and their answers. */
#include "config.h"

#include "radius/disconnect.h"

#include <arpa/inet.h>
#include <string.h>

#include "radius/packet.h"

#define ATTR_FRAMED_IP_ADDRESS 8

static const uint8_t zeros[PACKET_AUTHENTICATOR];

static wf_status
add_text(struct wf_buf *frame, uint8_t type, const char *text)
{
	return text[0] == '\0' ? WF_OK : reply_add(frame, type, text, strlen(text));
}

/* As NAS-IP-Address or NAS-IPv6-Address where it is an address, else as NAS-Identifier. */
static wf_status
add_nas(struct wf_buf *frame, const char *nas)
{
	uint8_t address[16];

	if (inet_pton(AF_INET, nas, address) == 1)
		return reply_add(frame, ATTR_NAS_IP_ADDRESS, address, 4);
	if (inet_pton(AF_INET6, nas, address) == 1)
		return reply_add(frame, ATTR_NAS_IPV6_ADDRESS, address, 16);
	return add_text(frame, ATTR_NAS_IDENTIFIER, nas);
}

static wf_status
add_framed(struct wf_buf *frame, const char *framed)
{
	uint8_t address[4];

	return inet_pton(AF_INET, framed, address) == 1
		       ? reply_add(frame, ATTR_FRAMED_IP_ADDRESS, address, 4)
		       : WF_OK;
}

static wf_status
add_session(const struct disconnect *disconnect, struct wf_buf *frame)
{
	wf_status status = add_text(frame, ATTR_USER_NAME, disconnect->user);

	if (status == WF_OK)
		status = add_nas(frame, disconnect->nas);
	if (status == WF_OK)
		status = add_text(frame, ATTR_ACCT_SESSION_ID, disconnect->session);
	if (status == WF_OK)
		status = add_framed(frame, disconnect->framed);
	if (status == WF_OK)
		status = reply_add_number(
			frame, ATTR_EVENT_TIMESTAMP, (uint32_t)(disconnect->wall_us / 1000000));
	return status;
}

wf_status
disconnect_encode(const struct binding *binding, const struct disconnect *disconnect, uint8_t id,
	struct wf_buf *frame)
{
	/*
	 * To be signed like a reply, but with zeros for the authenticator of what it answers
	 * (H1).
	 */
	const struct packet none = {.id = id, .authenticator = zeros};
	wf_status status;

	if (disconnect->session[0] == '\0' && disconnect->user[0] == '\0')
		return WF_INVALID;
	status = reply_begin(frame, CODE_DISCONNECT_REQUEST, &none);
	if (status == WF_OK)
		status = add_session(disconnect, frame);
	return status == WF_OK ? reply_end(binding, frame, &none) : status;
}

wf_status
disconnect_read(const struct binding *binding, const struct wf_buf *request, const uint8_t *bytes,
	size_t len, uint32_t *cause_r)
{
	struct packet answer;
	uint32_t cause = 0;

	if (packet_read(bytes, len, &answer) != PACKET_FINE || answer.id != request->data[1] ||
		authenticator_verify_reply(binding,
			request->data + PACKET_HEADER - PACKET_AUTHENTICATOR, &answer) != WF_OK)
		return WF_INVALID;
	if (answer.code != CODE_DISCONNECT_ACK && answer.code != CODE_DISCONNECT_NAK)
		return WF_INVALID;
	(void)packet_number(&answer, ATTR_ERROR_CAUSE, &cause);
	*cause_r = cause;
	return answer.code == CODE_DISCONNECT_ACK ? WF_OK : WF_NO;
}
