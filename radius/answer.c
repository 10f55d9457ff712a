/* Replies: Message-Authenticator first, Proxy-States last, what the code permits between them. */
#include "config.h"

#include "radius/answer.h"

#include <string.h>

#include "common/utf8.h"

/* RFC 2869 section 5.10 */
#define PROMPT_NO_ECHO 0
#define PROMPT_ECHO 1
#define ORIGINAL_PACKET_CODE 4 /* its extended type, within attribute 241 */

/* How much of the text goes into one attribute: no character is cut in two. */
static size_t
piece_of(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		uint32_t rune;
		size_t step = wf_utf8_decode((const uint8_t *)text + at, len - at, &rune);

		if (step == 0)
			step = 1;
		if (step > ATTRIBUTE_VALUE_MAX - at)
			break;
		at += step;
	}
	return at;
}

static wf_status
add_text(struct wf_buf *frame, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;
	wf_status status = WF_OK;

	while (status == WF_OK && len > 0) {
		size_t piece = piece_of(text, len);

		status = reply_add(frame, ATTR_REPLY_MESSAGE, text, piece);
		text += piece;
		len -= piece;
	}
	return status;
}

static wf_status
add_challenge(struct wf_buf *frame, const struct answer *answer)
{
	wf_status status = reply_add(frame, ATTR_STATE, answer->state, strlen(answer->state));

	if (status == WF_OK)
		status = reply_add_number(
			frame, ATTR_PROMPT, answer->echo ? PROMPT_ECHO : PROMPT_NO_ECHO);
	if (status == WF_OK && answer->ttl_s > 0)
		status = reply_add_number(frame, ATTR_SESSION_TIMEOUT, answer->ttl_s);
	return status;
}

/* RFC 7930 section 4: which code was not understood, and why. */
static wf_status
add_error(struct wf_buf *frame, const struct answer *answer, const struct packet *request)
{
	const uint8_t original[] = {ORIGINAL_PACKET_CODE, 0, 0, 0, request->code};
	wf_status status = reply_add(frame, ATTR_EXTENDED_1, original, sizeof(original));

	return status == WF_OK ? reply_add_number(frame, ATTR_ERROR_CAUSE, answer->error_cause)
			       : status;
}

static wf_status
add_attributes(struct wf_buf *frame, const struct answer *answer)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < answer->nattributes; i++) {
		const struct dictionary_value *value = &answer->attributes[i];

		if (value->vendor != 0)
			status = reply_add_vendor(
				frame, value->vendor, value->type, value->bytes, value->len);
		else
			status = reply_add(frame, value->type, value->bytes, value->len);
	}
	return status;
}

/* A11, A12: a State and a Prompt belong to a challenge, attributes of a session to an accept. */
static bool
permitted(const struct answer *answer)
{
	bool challenge = answer->code == CODE_ACCESS_CHALLENGE;

	if ((answer->state != NULL) != challenge ||
		(answer->error_cause != 0) != (answer->code == CODE_PROTOCOL_ERROR))
		return false;
	return answer->nattributes == 0 || answer->code == CODE_ACCESS_ACCEPT;
}

wf_status
answer_encode(const struct answer *answer, const struct binding *binding,
	const struct packet *request, struct wf_buf *frame)
{
	wf_status status =
		permitted(answer) ? reply_begin(frame, answer->code, request) : WF_INVALID;

	if (status == WF_OK)
		status = add_text(frame, answer->text);
	if (status == WF_OK && answer->state != NULL)
		status = add_challenge(frame, answer);
	if (status == WF_OK && answer->error_cause != 0)
		status = add_error(frame, answer, request);
	if (status == WF_OK)
		status = add_attributes(frame, answer);
	if (status == WF_OK)
		status = reply_copy_proxy_states(frame, request);
	if (status == WF_OK)
		status = reply_end(binding, frame, request);
	return status;
}
