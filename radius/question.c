/* Packets as messages of the wire protocol. */
#include "config.h"

#include "radius/question.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/utf8.h"
#include "radius/accounting.h"
#include "radius/fingerprint.h"
#include "radius/route.h"

#define LANGUAGE "en" /* a terminal behind a gateway may know ASCII alone */

/* What request_check() cannot see: it knows neither the client's section nor the secret. */
static const struct request_fault name_empty = {REQUEST_REJECT, "user-name-empty",
	"nothing is left of the User-Name without its realm"};
static const struct request_fault state_form = {REQUEST_REJECT, "state-unknown",
	"a State that was not made here"};
static const struct request_fault password_nul = {REQUEST_REJECT, "password-nul",
	"a password with a NUL in it: the secret here and on the device probably differ"};

/* A text field from an attribute, whatever its bytes are; nothing if it is not there. */
static wf_status
add_text(struct wf_msg *msg, enum wf_field_id field, const struct attribute *attribute, size_t max)
{
	char text[ATTRIBUTE_VALUE_MAX + 1];

	if (attribute == NULL || attribute->len == 0)
		return WF_OK;
	if (max >= sizeof(text))
		max = sizeof(text) - 1;
	wf_utf8_escape(attribute->value, attribute->len, NULL, text, max + 1);
	return wf_msg_add_text(msg, field, text);
}

static char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* "user@realm" up to the last '@', "REALM\user" behind the first '\'. */
static void
strip_realm(const char **name, size_t *len)
{
	const char *back = memchr(*name, '\\', *len);
	const char *at;

	if (back != NULL) {
		*len -= (size_t)(back + 1 - *name);
		*name = back + 1;
	}
	at = memrchr(*name, '@', *len);
	if (at != NULL)
		*len = (size_t)(at - *name);
}

wf_status
question_user(const struct config_client *client, const struct attribute *name,
	char user_r[ATTRIBUTE_VALUE_MAX + 1])
{
	const char *text = (const char *)name->value;
	size_t len = name->len;

	if (client->strip_realm)
		strip_realm(&text, &len);
	if (len == 0 || len > ATTRIBUTE_VALUE_MAX)
		return WF_INVALID;
	memcpy(user_r, text, len);
	for (size_t i = 0; client->fold_case && i < len; i++)
		user_r[i] = fold(user_r[i]);
	user_r[len] = '\0';
	return WF_OK;
}

void
question_nas(const struct packet *packet, char nas_r[256])
{
	const struct attribute *id = packet_next(packet, ATTR_NAS_IDENTIFIER, NULL);
	const struct attribute *v4 = packet_next(packet, ATTR_NAS_IP_ADDRESS, NULL);
	const struct attribute *v6 = packet_next(packet, ATTR_NAS_IPV6_ADDRESS, NULL);

	nas_r[0] = '\0';
	if (id != NULL && id->len > 0)
		wf_utf8_escape(id->value, id->len, NULL, nas_r, 256);
	else if (v4 != NULL && v4->len == 4)
		(void)inet_ntop(AF_INET, v4->value, nas_r, 256);
	else if (v6 != NULL && v6->len == 16)
		(void)inet_ntop(AF_INET6, v6->value, nas_r, 256);
}

/* Who asks, for whom: the same in both messages. */
static wf_status
add_common(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	char nas[256];
	wf_status status = wf_msg_add_uint(msg, WF_F_TAG, question->tag);

	question_nas(packet, nas);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_SERVICE, question->client->name);
	if (status == WF_OK)
		status = wf_msg_add_text(msg, WF_F_NAS, nas);
	/*
	 * The source of a login is the user's address or none, never the device's (DESIGN section
	 * 3).
	 */
	if (status == WF_OK && question->client->trust_calling_station)
		status = add_text(
			msg, WF_F_RHOST, packet_next(packet, ATTR_CALLING_STATION_ID, NULL), 255);
	return status;
}

static wf_status
add_user(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	const struct attribute *name = packet_next(packet, ATTR_USER_NAME, NULL);
	char user[ATTRIBUTE_VALUE_MAX + 1];
	wf_status status = question_user(question->client, name, user);

	return status == WF_OK ? wf_msg_add_bytes(msg, WF_F_USER, user, strlen(user)) : status;
}

/* A NUL within would end the password in one program and not in another (A8). */
static wf_status
add_password(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	wf_status status = authenticator_reveal(question->binding, packet,
		packet_next(packet, ATTR_USER_PASSWORD, NULL), &password);

	if (status == WF_OK && password.len > 0 && memchr(password.bytes, 0, password.len) != NULL)
		status = WF_INVALID;
	if (status == WF_OK)
		status = wf_msg_add_tagged(msg, WF_F_ANSWER, 0, password.bytes, password.len);
	wf_secret_clear(&password);
	return status;
}

static wf_status
add_state(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	const struct attribute *state = packet_next(packet, ATTR_STATE, NULL);

	(void)question;
	if (state == NULL)
		return WF_OK;
	if (state->len != WF_STATE_LEN || !request_text_fine(state))
		return WF_INVALID;
	return wf_msg_add_bytes(msg, WF_F_STATE, state->value, state->len);
}

/*
 * The whole packet, as the checklist has it for D2: another identifier or authenticator is
 * another request.  In RADIUS/1.1 a Token counts within its connection alone, so the connection is
 * part of the request: else another one's first login could be taken for this one's.
 */
static wf_status
add_attempt_key(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	const struct digest_part parts[] = {
		{"attempt", 7},
		{question->client->name, strlen(question->client->name)},
		{packet->bytes, packet->len},
		{question->nonce, question->nonce != NULL ? ROUTE_NONCE : 0},
	};
	uint8_t key[FINGERPRINT_LEN];
	wf_status status = fingerprint_make(
		question->binding->digest, parts,
		sizeof(parts) / sizeof(parts[0]) - (question->nonce == NULL), key);

	return status == WF_OK ? wf_msg_add_bytes(msg, WF_F_IDEMPOTENCY, key, sizeof(key)) : status;
}

wf_status
question_attempt(const struct question *question, const struct packet *packet, struct wf_msg *msg_r,
		 const struct request_fault **fault_r)
{
	static const struct {
		wf_status (*add)(const struct question *question, const struct packet *packet,
			struct wf_msg *msg);
		const struct request_fault *fault; /* what WF_INVALID means */
	} parts[] = {
		{add_user, &name_empty}, {add_state, &state_form}, {add_password, &password_nul},
		{add_attempt_key, &name_empty},
	};
	wf_status status;

	wf_msg_init(msg_r, WF_MSG_ATTEMPT, WF_WIRE_VERSION);
	status = add_common(question, packet, msg_r);
	for (size_t i = 0; status == WF_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
		status = parts[i].add(question, packet, msg_r);
		*fault_r = parts[i].fault;
	}
	if (status == WF_OK && question->patience_ms > 0)
		status = wf_msg_add_uint(msg_r, WF_F_PATIENCE, question->patience_ms);
	if (status == WF_OK)
		status = wf_msg_add_text(msg_r, WF_F_LANGUAGE, LANGUAGE);
	return status;
}

/*
 * What the record says, without Acct-Delay-Time: a device that sends a record again with a larger
 * delay sends the same record (B4; RFC 2866 section 5.2).  Event-Timestamp tells apart two
 * sessions of one name (a device that counts from zero again).
 */
static wf_status
add_record_key(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	struct digest_part parts[3 + PACKET_ATTRIBUTES_MAX];
	size_t n = 0;
	wf_status status;
	uint8_t key[FINGERPRINT_LEN];

	parts[n++] = (struct digest_part){"record", 6};
	parts[n++] = (struct digest_part){question->client->name, strlen(question->client->name)};
	for (size_t i = 0; i < packet->nattributes; i++)
		if (accounting_identifies(packet->attributes[i].type))
			parts[n++] = (struct digest_part){
				packet->attributes[i].value - 2, packet->attributes[i].len + 2U};
	status = fingerprint_make(question->binding->digest, parts, n, key);
	return status == WF_OK ? wf_msg_add_bytes(msg, WF_F_IDEMPOTENCY, key, sizeof(key)) : status;
}

static wf_status
add_record_user(const struct question *question, const struct packet *packet, struct wf_msg *msg)
{
	return packet_has(packet, ATTR_USER_NAME) ? add_user(question, packet, msg) : WF_OK;
}

static wf_status
add_number(struct wf_msg *msg, enum wf_field_id field, const struct packet *packet, uint8_t type)
{
	uint32_t number;

	return packet_number(packet, type, &number) ? wf_msg_add_uint(msg, field, number) : WF_OK;
}

static wf_status
add_numbers(const struct packet *packet, struct wf_msg *msg)
{
	uint64_t octets;
	wf_status status = add_number(msg, WF_F_SECONDS, packet, ATTR_ACCT_SESSION_TIME);

	if (status == WF_OK)
		status = add_number(msg, WF_F_CAUSE, packet, ATTR_ACCT_TERMINATE_CAUSE);
	if (status == WF_OK && accounting_octets(packet, ACCOUNTING_IN, &octets))
		status = wf_msg_add_uint(msg, WF_F_OCTETS_IN, octets);
	if (status == WF_OK && accounting_octets(packet, ACCOUNTING_OUT, &octets))
		status = wf_msg_add_uint(msg, WF_F_OCTETS_OUT, octets);
	return status;
}

wf_status
question_record(const struct question *question, const struct packet *packet, struct wf_msg *msg_r)
{
	char framed[INET6_ADDRSTRLEN];
	wf_status status;

	wf_msg_init(msg_r, WF_MSG_RECORD, WF_WIRE_VERSION);
	status = add_common(question, packet, msg_r);
	if (status == WF_OK)
		status = wf_msg_add_uint(msg_r, WF_F_EVENT, accounting_event(packet));
	if (status == WF_OK)
		status = add_record_user(question, packet, msg_r);
	if (status == WF_OK)
		status = add_text(msg_r, WF_F_ACCT_SESSION,
			packet_next(packet, ATTR_ACCT_SESSION_ID, NULL), 255);
	accounting_framed(packet, framed);
	if (status == WF_OK)
		status = wf_msg_add_text(msg_r, WF_F_FRAMED, framed);
	if (status == WF_OK)
		status = add_numbers(packet, msg_r);
	if (status == WF_OK)
		status = add_record_key(question, packet, msg_r);
	return status;
}
