/* Computing with the shared secret. */
#include "config.h"

#include "radius/authenticator.h"

#include <string.h>

#define HIDDEN_MAX 128 /* RFC 2865 section 5.2 */

static const uint8_t zeros[PACKET_AUTHENTICATOR];

/*
 * HMAC over the packet with its Message-Authenticator zeroed and `authenticator` in the header's
 * place.
 */
static wf_status
message_hmac(const struct binding *binding, const uint8_t *bytes, size_t len,
	const uint8_t *authenticator, const uint8_t *place, uint8_t hmac_r[DIGEST_LEN])
{
	const uint8_t *behind = place + PACKET_AUTHENTICATOR;
	const struct digest_part parts[] = {
		{bytes, PACKET_HEADER - PACKET_AUTHENTICATOR},
		{authenticator, PACKET_AUTHENTICATOR},
		{bytes + PACKET_HEADER, (size_t)(place - bytes) - PACKET_HEADER},
		{zeros, sizeof(zeros)},
		{behind, len - (size_t)(behind - bytes)},
	};

	return digest_hmac(
		binding->digest, binding->secret, parts, sizeof(parts) / sizeof(parts[0]), hmac_r);
}

/* MD5 over the packet with `authenticator` in the header's place, and the secret. */
static wf_status
header_md5(const struct binding *binding, const uint8_t *bytes, size_t len,
	const uint8_t *authenticator, uint8_t md5_r[DIGEST_LEN])
{
	const struct digest_part parts[] = {
		{bytes, PACKET_HEADER - PACKET_AUTHENTICATOR},
		{authenticator, PACKET_AUTHENTICATOR},
		{bytes + PACKET_HEADER, len - PACKET_HEADER},
		{binding->secret->bytes, binding->secret->len},
	};

	return digest_md5(binding->digest, parts, sizeof(parts) / sizeof(parts[0]), md5_r);
}

wf_status
authenticator_verify_message(const struct binding *binding, const struct packet *packet)
{
	uint8_t hmac[DIGEST_LEN];
	wf_status status;

	if (packet->message_authenticator == NULL)
		return WF_NOT_FOUND;
	status = message_hmac(binding, packet->bytes, packet->len, packet->authenticator,
		packet->message_authenticator, hmac);
	if (status != WF_OK)
		return status;
	return wf_mem_equal(hmac, packet->message_authenticator, sizeof(hmac)) ? WF_OK : WF_NO;
}

wf_status
authenticator_verify_request(const struct binding *binding, const struct packet *packet)
{
	uint8_t md5[DIGEST_LEN];
	wf_status status = header_md5(binding, packet->bytes, packet->len, zeros, md5);

	if (status != WF_OK)
		return status;
	return wf_mem_equal(md5, packet->authenticator, sizeof(md5)) ? WF_OK : WF_NO;
}

/*
 * RFC 2865 section 5.2: each block is the hidden one, xor MD5 of secret and the hidden block
 * before it.
 */
static wf_status
reveal_blocks(const struct binding *binding, const uint8_t *before, const uint8_t *hidden,
	size_t len, uint8_t *clear_r)
{
	for (size_t at = 0; at < len; at += DIGEST_LEN) {
		const struct digest_part parts[] = {
			{binding->secret->bytes, binding->secret->len},
			{before, DIGEST_LEN},
		};
		uint8_t pad[DIGEST_LEN];
		wf_status status = digest_md5(binding->digest, parts, 2, pad);

		if (status != WF_OK)
			return status;
		for (size_t i = 0; i < DIGEST_LEN; i++)
			clear_r[at + i] = hidden[at + i] ^ pad[i];
		wf_wipe(pad, sizeof(pad));
		before = hidden + at;
	}
	return WF_OK;
}

wf_status
authenticator_reveal(const struct binding *binding, const struct packet *packet,
	const struct attribute *password, struct wf_secret *password_r)
{
	uint8_t clear[HIDDEN_MAX];
	size_t len = password->len;
	wf_status status;

	if (len == 0 || len > HIDDEN_MAX || len % DIGEST_LEN != 0)
		return WF_INVALID;
	status = reveal_blocks(binding, packet->authenticator, password->value, len, clear);
	while (len > 0 && clear[len - 1] == 0)
		len--;
	if (status == WF_OK)
		status = wf_secret_set(password_r, clear, len);
	wf_wipe(clear, sizeof(clear));
	return status;
}

wf_status
reply_begin(struct wf_buf *frame, enum packet_code code, const struct packet *request)
{
	const uint8_t header[PACKET_HEADER] = {(uint8_t)code, request->id};
	size_t before = frame->len;
	wf_status status = wf_buf_put(frame, header, sizeof(header));

	if (status == WF_OK && code != CODE_ACCOUNTING_RESPONSE)
		status = reply_add(frame, ATTR_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
	if (status != WF_OK)
		wf_buf_cut(frame, before);
	return status;
}

wf_status
reply_add(struct wf_buf *frame, uint8_t type, const void *value, size_t len)
{
	uint8_t *space;
	wf_status status;

	if (len > ATTRIBUTE_VALUE_MAX || frame->len > PACKET_MAX ||
		len + 2 > PACKET_MAX - frame->len)
		return WF_TOO_LONG;
	status = wf_buf_put_space(frame, len + 2, &space);
	if (status != WF_OK)
		return status;
	space[0] = type;
	space[1] = (uint8_t)(len + 2);
	if (len > 0)
		memcpy(space + 2, value, len);
	return WF_OK;
}

static void
big_endian(uint32_t number, uint8_t bytes_r[4])
{
	for (unsigned i = 0; i < 4; i++)
		bytes_r[i] = (uint8_t)(number >> (24 - 8 * i));
}

wf_status
reply_add_number(struct wf_buf *frame, uint8_t type, uint32_t number)
{
	uint8_t bytes[4];

	big_endian(number, bytes);
	return reply_add(frame, type, bytes, sizeof(bytes));
}

wf_status
reply_add_vendor(struct wf_buf *frame, uint32_t vendor, uint8_t type, const void *value, size_t len)
{
	uint8_t whole[ATTRIBUTE_VALUE_MAX];

	if (len > sizeof(whole) - 6)
		return WF_TOO_LONG;
	big_endian(vendor, whole);
	whole[4] = type;
	whole[5] = (uint8_t)(len + 2);
	if (len > 0)
		memcpy(whole + 6, value, len);
	return reply_add(frame, ATTR_VENDOR_SPECIFIC, whole, len + 6);
}

wf_status
reply_copy_proxy_states(struct wf_buf *frame, const struct packet *request)
{
	size_t before = frame->len;
	const struct attribute *state = NULL;

	while ((state = packet_next(request, ATTR_PROXY_STATE, state)) != NULL) {
		wf_status status = reply_add(frame, ATTR_PROXY_STATE, state->value, state->len);

		if (status != WF_OK) {
			wf_buf_cut(frame, before);
			return status;
		}
	}
	return WF_OK;
}

wf_status
reply_end(const struct binding *binding, struct wf_buf *frame, const struct packet *request)
{
	uint8_t *bytes = frame->data;
	bool has_message =
		frame->len > PACKET_HEADER && bytes[PACKET_HEADER] == ATTR_MESSAGE_AUTHENTICATOR;
	uint8_t *place = bytes + PACKET_HEADER + 2;
	wf_status status = WF_OK;

	bytes[2] = (uint8_t)(frame->len >> 8);
	bytes[3] = (uint8_t)frame->len;
	if (has_message)
		status = message_hmac(
			binding, bytes, frame->len, request->authenticator, place, place);
	if (status != WF_OK)
		return status;
	return header_md5(binding, bytes, frame->len, request->authenticator, bytes + 4);
}
