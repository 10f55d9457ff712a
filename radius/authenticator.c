/* Computing with the shared secret. */
#include "config.h"

#include "radius/authenticator.h"

#include <string.h>

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

/* `authenticator`: what stood in the header when it was computed. */
static wf_status
verify_message(
	const struct binding *binding, const struct packet *packet, const uint8_t *authenticator)
{
	uint8_t hmac[DIGEST_LEN];
	wf_status status;

	if (packet->message_authenticator == NULL)
		return WF_NOT_FOUND;
	status = message_hmac(binding, packet->bytes, packet->len, authenticator,
		packet->message_authenticator, hmac);
	if (status != WF_OK)
		return status;
	return wf_mem_equal(hmac, packet->message_authenticator, sizeof(hmac)) ? WF_OK : WF_NO;
}

static wf_status
verify_header(
	const struct binding *binding, const struct packet *packet, const uint8_t *authenticator)
{
	uint8_t md5[DIGEST_LEN];
	wf_status status = header_md5(binding, packet->bytes, packet->len, authenticator, md5);

	if (status != WF_OK)
		return status;
	return wf_mem_equal(md5, packet->authenticator, sizeof(md5)) ? WF_OK : WF_NO;
}

wf_status
authenticator_verify_message(const struct binding *binding, const struct packet *packet)
{
	return packet->v11 ? WF_OK : verify_message(binding, packet, packet->authenticator);
}

wf_status
authenticator_verify_request(const struct binding *binding, const struct packet *packet)
{
	return packet->v11 ? WF_OK : verify_header(binding, packet, zeros);
}

wf_status
authenticator_verify_reply(const struct binding *binding,
	const uint8_t asked[PACKET_AUTHENTICATOR], const struct packet *reply)
{
	return verify_header(binding, reply, asked);
}

wf_status
authenticator_verify_reply_message(const struct binding *binding,
	const uint8_t asked[PACKET_AUTHENTICATOR], const struct packet *reply)
{
	return verify_message(binding, reply, asked);
}

/*
 * RFC 2865 section 5.2: each block is the clear one, xor MD5 of secret and the hidden block before
 * it, which for the first one is the authenticator.
 */
static wf_status
xor_block(const struct binding *binding, const uint8_t *before, const uint8_t *block,
	uint8_t *block_r)
{
	const struct digest_part parts[] = {
		{binding->secret->bytes, binding->secret->len},
		{before, DIGEST_LEN},
	};
	uint8_t pad[DIGEST_LEN];
	wf_status status = digest_md5(binding->digest, parts, 2, pad);

	for (size_t i = 0; status == WF_OK && i < DIGEST_LEN; i++)
		block_r[i] = block[i] ^ pad[i];
	wf_wipe(pad, sizeof(pad));
	return status;
}

static wf_status
reveal_blocks(const struct binding *binding, const uint8_t *before, const uint8_t *hidden,
	size_t len, uint8_t *clear_r)
{
	wf_status status = WF_OK;

	for (size_t at = 0; status == WF_OK && at < len; at += DIGEST_LEN) {
		status = xor_block(binding, before, hidden + at, clear_r + at);
		before = hidden + at;
	}
	return status;
}

wf_status
authenticator_reveal(const struct binding *binding, const struct packet *packet,
	const struct attribute *password, struct wf_secret *password_r)
{
	uint8_t clear[HIDDEN_MAX];
	size_t len = password->len;
	wf_status status;

	if (len == 0 || len > HIDDEN_MAX || (!packet->v11 && len % DIGEST_LEN != 0))
		return WF_INVALID;
	if (packet->v11)
		return wf_secret_set(password_r, password->value, len);
	status = reveal_blocks(binding, packet->authenticator, password->value, len, clear);
	while (len > 0 && clear[len - 1] == 0)
		len--;
	if (status == WF_OK)
		status = wf_secret_set(password_r, clear, len);
	wf_wipe(clear, sizeof(clear));
	return status;
}

wf_status
authenticator_hide(const struct binding *binding,
	const uint8_t authenticator[PACKET_AUTHENTICATOR], const struct wf_secret *password,
	uint8_t hidden_r[HIDDEN_MAX], size_t *len_r)
{
	uint8_t clear[HIDDEN_MAX] = {0}, hidden[HIDDEN_MAX];
	const uint8_t *before = authenticator;
	size_t len = (password->len + DIGEST_LEN - 1) / DIGEST_LEN * DIGEST_LEN;
	wf_status status = WF_OK;

	if (len == 0 || len > HIDDEN_MAX)
		return len == 0 ? WF_INVALID : WF_TOO_LONG;
	memcpy(clear, password->bytes, password->len);
	for (size_t at = 0; status == WF_OK && at < len; at += DIGEST_LEN) {
		status = xor_block(binding, before, clear + at, hidden + at);
		before = hidden + at;
	}
	wf_wipe(clear, sizeof(clear));
	if (status != WF_OK)
		return status;
	memcpy(hidden_r, hidden, len);
	*len_r = len;
	return WF_OK;
}

static wf_status
put_header(struct wf_buf *frame, enum packet_code code, uint8_t id,
	const uint8_t authenticator[PACKET_AUTHENTICATOR], bool is_signed)
{
	const uint8_t header[PACKET_HEADER - PACKET_AUTHENTICATOR] = {(uint8_t)code, id};
	size_t before = frame->len;
	wf_status status = wf_buf_put(frame, header, sizeof(header));

	if (status == WF_OK)
		status = wf_buf_put(frame, authenticator, PACKET_AUTHENTICATOR);
	if (status == WF_OK && is_signed)
		status = reply_add(frame, ATTR_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
	if (status != WF_OK)
		wf_buf_cut(frame, before);
	return status;
}

wf_status
reply_begin(struct wf_buf *frame, enum packet_code code, const struct packet *request)
{
	uint8_t token[PACKET_AUTHENTICATOR] = {0};

	if (!request->v11)
		return put_header(
			frame, code, request->id, zeros, code != CODE_ACCOUNTING_RESPONSE);
	memcpy(token, request->authenticator, PACKET_TOKEN);
	return put_header(frame, code, 0, token, false);
}

wf_status
request_begin(
	struct wf_buf *frame, uint8_t id, const uint8_t authenticator[PACKET_AUTHENTICATOR])
{
	return put_header(frame, CODE_ACCESS_REQUEST, id, authenticator, true);
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

static void
put_length(struct wf_buf *frame)
{
	frame->data[2] = (uint8_t)(frame->len >> 8);
	frame->data[3] = (uint8_t)frame->len;
}

wf_status
request_end(const struct binding *binding, struct wf_buf *frame)
{
	uint8_t *place = frame->data + PACKET_HEADER + 2;

	put_length(frame);
	return message_hmac(binding, frame->data, frame->len, frame->data + 4, place, place);
}

wf_status
reply_end(const struct binding *binding, struct wf_buf *frame, const struct packet *request)
{
	uint8_t *bytes = frame->data;
	bool has_message =
		frame->len > PACKET_HEADER && bytes[PACKET_HEADER] == ATTR_MESSAGE_AUTHENTICATOR;
	uint8_t *place = bytes + PACKET_HEADER + 2;
	wf_status status = WF_OK;

	put_length(frame);
	if (request->v11)
		return WF_OK;
	if (has_message)
		status = message_hmac(
			binding, bytes, frame->len, request->authenticator, place, place);
	if (status != WF_OK)
		return status;
	return header_md5(binding, bytes, frame->len, request->authenticator, bytes + 4);
}
