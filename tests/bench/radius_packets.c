/* Access-Requests and the check of their replies, by the project's digests. */
#include "config.h"

#include "tests/bench/radius_packets.h"

#include <string.h>

#define NAS "bench"
#define PASSWORD_MAX 128

static const uint8_t zeros[PACKET_AUTHENTICATOR];

struct writer {
	uint8_t *bytes;
	size_t len;
	bool full;
};

bool
asker_init(struct asker *asker, const char *secret, bool message_authenticator)
{
	*asker = (struct asker){
		.secret = WF_SECRET_EMPTY, .message_authenticator = message_authenticator};
	return digest_new(&asker->digest) == WF_OK &&
	       wf_secret_set(&asker->secret, secret, strlen(secret)) == WF_OK;
}

void
asker_clear(struct asker *asker)
{
	digest_free(&asker->digest);
	wf_secret_clear(&asker->secret);
}

static void
put(struct writer *writer, uint8_t type, const void *value, size_t len)
{
	if (len > ATTRIBUTE_VALUE_MAX || REQUEST_MAX - writer->len < len + 2) {
		writer->full = true;
		return;
	}
	writer->bytes[writer->len] = type;
	writer->bytes[writer->len + 1] = (uint8_t)(len + 2);
	memcpy(writer->bytes + writer->len + 2, value, len);
	writer->len += len + 2;
}

/* RFC 2865 section 5.2. */
static bool
hide(const struct asker *asker, const uint8_t *authenticator, uint8_t *bytes, size_t len)
{
	const uint8_t *before = authenticator;

	for (size_t at = 0; at < len; at += DIGEST_LEN) {
		const struct digest_part parts[] = {
			{asker->secret.bytes, asker->secret.len},
			{before, DIGEST_LEN},
		};
		uint8_t mask[DIGEST_LEN];

		if (digest_md5(asker->digest, parts, 2, mask) != WF_OK)
			return false;
		for (size_t i = 0; i < DIGEST_LEN; i++)
			bytes[at + i] ^= mask[i];
		before = bytes + at;
	}
	return true;
}

static bool
put_password(const struct asker *asker, const struct asker_login *login, struct writer *writer)
{
	uint8_t hidden[PASSWORD_MAX] = {0};
	size_t len = strlen(login->password);
	size_t whole = len == 0 ? DIGEST_LEN : (len + DIGEST_LEN - 1) / DIGEST_LEN * DIGEST_LEN;

	if (whole > sizeof(hidden))
		return false;
	memcpy(hidden, login->password, len);
	if (!hide(asker, login->authenticator, hidden, whole))
		return false;
	put(writer, ATTR_USER_PASSWORD, hidden, whole);
	return true;
}

/*
 * HMAC over a packet whose Message-Authenticator stands at `place`, with `authenticator` in its
 * header.
 */
static bool
message_hmac(const struct asker *asker, const uint8_t *bytes, size_t len,
	const uint8_t *authenticator, size_t place, uint8_t hmac_r[DIGEST_LEN])
{
	const struct digest_part parts[] = {
		{bytes, PACKET_HEADER - PACKET_AUTHENTICATOR},
		{authenticator, PACKET_AUTHENTICATOR},
		{bytes + PACKET_HEADER, place - PACKET_HEADER},
		{zeros, sizeof(zeros)},
		{bytes + place + DIGEST_LEN, len - place - DIGEST_LEN},
	};

	return digest_hmac(asker->digest, &asker->secret, parts, sizeof(parts) / sizeof(parts[0]),
		       hmac_r) == WF_OK;
}

size_t
asker_request(
	const struct asker *asker, const struct asker_login *login, uint8_t bytes_r[REQUEST_MAX])
{
	struct writer writer = {.bytes = bytes_r, .len = PACKET_HEADER};

	bytes_r[0] = CODE_ACCESS_REQUEST;
	bytes_r[1] = login->id;
	memcpy(bytes_r + 4, login->authenticator, PACKET_AUTHENTICATOR);
	if (asker->message_authenticator)
		put(&writer, ATTR_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
	put(&writer, ATTR_USER_NAME, login->name, strlen(login->name));
	if (!put_password(asker, login, &writer))
		return 0;
	put(&writer, ATTR_NAS_IDENTIFIER, NAS, strlen(NAS));
	if (login->state != NULL && login->state->len > 0)
		put(&writer, ATTR_STATE, login->state->bytes, login->state->len);
	bytes_r[2] = (uint8_t)(writer.len >> 8);
	bytes_r[3] = (uint8_t)writer.len;
	if (asker->message_authenticator && !writer.full &&
		!message_hmac(asker, bytes_r, writer.len, login->authenticator, PACKET_HEADER + 2,
			bytes_r + PACKET_HEADER + 2))
		return 0;
	return writer.full ? 0 : writer.len;
}

bool
asker_verify(const struct asker *asker, const uint8_t *request, const struct packet *reply)
{
	const struct digest_part parts[] = {
		{reply->bytes, PACKET_HEADER - PACKET_AUTHENTICATOR},
		{request + 4, PACKET_AUTHENTICATOR},
		{reply->bytes + PACKET_HEADER, reply->len - PACKET_HEADER},
		{asker->secret.bytes, asker->secret.len},
	};
	uint8_t found[DIGEST_LEN];

	return digest_md5(asker->digest, parts, sizeof(parts) / sizeof(parts[0]), found) == WF_OK &&
	       wf_mem_equal(found, reply->authenticator, sizeof(found));
}

bool
asker_verify_message(const struct asker *asker, const uint8_t *request, const struct packet *reply,
	bool *first_r)
{
	const uint8_t *message = reply->message_authenticator;
	uint8_t found[DIGEST_LEN];

	*first_r =
		reply->nattributes > 0 && reply->attributes[0].type == ATTR_MESSAGE_AUTHENTICATOR;
	if (message == NULL)
		return true;
	return message_hmac(asker, reply->bytes, reply->len, request + 4,
		       (size_t)(message - reply->bytes), found) &&
	       wf_mem_equal(found, message, sizeof(found));
}
