/* Access-Requests of our own. */
#include "config.h"

#include "radius/access.h"

#include <string.h>

static wf_status
add_password(const struct binding *binding, const struct access_request *request,
	struct wf_buf *frame)
{
	uint8_t hidden[HIDDEN_MAX];
	size_t len = 0;
	wf_status status = authenticator_hide(
		binding, request->authenticator, request->password, hidden, &len);

	return status == WF_OK ? reply_add(frame, ATTR_USER_PASSWORD, hidden, len) : status;
}

wf_status
access_encode(
	const struct binding *binding, const struct access_request *request, struct wf_buf *frame)
{
	wf_status status = request_begin(frame, request->id, request->authenticator);

	if (status == WF_OK)
		status = reply_add(frame, ATTR_USER_NAME, request->user, strlen(request->user));
	if (status == WF_OK)
		status = add_password(binding, request, frame);
	if (status == WF_OK)
		status = reply_add(
			frame, ATTR_NAS_IDENTIFIER, request->nas, strlen(request->nas));
	if (status == WF_OK && request->state != NULL)
		status = reply_add(frame, ATTR_STATE, request->state, request->state_len);
	return status == WF_OK ? request_end(binding, frame) : status;
}

static bool
answers(uint8_t code)
{
	return code == CODE_ACCESS_ACCEPT || code == CODE_ACCESS_REJECT ||
	       code == CODE_ACCESS_CHALLENGE;
}

enum access_fault
access_check(const struct binding *binding, const struct access_request *request,
	const uint8_t *bytes, size_t len, struct packet *reply_r)
{
	const uint8_t *asked = request->authenticator;

	if (packet_read(bytes, len, reply_r) != PACKET_FINE || !answers(reply_r->code))
		return ACCESS_FORM;
	if (reply_r->id != request->id)
		return ACCESS_ID;
	if (authenticator_verify_reply(binding, asked, reply_r) != WF_OK)
		return ACCESS_AUTHENTICATOR;
	if (reply_r->message_authenticator == NULL)
		return ACCESS_UNSIGNED;
	return authenticator_verify_reply_message(binding, asked, reply_r) == WF_OK
		       ? ACCESS_FINE
		       : ACCESS_SIGNATURE;
}
