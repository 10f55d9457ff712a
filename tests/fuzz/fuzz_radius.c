/*
 * Packets of RADIUS: the form is judged a second time by a plain walk over the octets; what is
 * taken is within the packet; a password is revealed or refused; a reply to it is a packet, and
 * binds the request.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "radius/authenticator.h"
#include "radius/request.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "xyzzy5461"

/*
 * Whether the octets are a packet; `n` attributes, `signatures` Message-Authenticators among them.
 */
static bool
walk(const uint8_t *data, size_t size, size_t *n_r, size_t *signatures_r)
{
	size_t len = size < PACKET_HEADER ? 0 : (size_t)data[2] * 256 + data[3];
	size_t at = PACKET_HEADER;

	*n_r = *signatures_r = 0;
	if (len < PACKET_HEADER || len > PACKET_MAX || len > size)
		return false;
	while (at < len) {
		if (len - at < 2 || data[at + 1] < 2 || data[at + 1] > len - at || data[at] == 0)
			return false;
		*signatures_r += data[at] == ATTR_MESSAGE_AUTHENTICATOR;
		if (data[at] == ATTR_MESSAGE_AUTHENTICATOR && data[at + 1] != 18)
			return false;
		++*n_r;
		at += data[at + 1];
	}
	return *n_r <= PACKET_ATTRIBUTES_MAX && *signatures_r <= 1;
}

static void
lies_within(const struct packet *packet)
{
	const uint8_t *end = packet->bytes + packet->len;
	const uint8_t *at = packet->bytes + PACKET_HEADER;

	for (size_t i = 0; i < packet->nattributes; i++) {
		const struct attribute *attribute = &packet->attributes[i];

		FUZZ_CHECK(attribute->value == at + 2);
		at += attribute->len + 2;
		FUZZ_CHECK(at <= end);
		FUZZ_CHECK(packet_count(packet, attribute->type) > 0 &&
			   packet_has(packet, attribute->type));
	}
	FUZZ_CHECK(at == end);
}

static void
password(const struct binding *binding, const struct packet *packet)
{
	const struct attribute *hidden = packet_next(packet, ATTR_USER_PASSWORD, NULL);
	struct wf_secret clear = WF_SECRET_EMPTY;
	wf_status status;

	if (hidden == NULL)
		return;
	status = authenticator_reveal(binding, packet, hidden, &clear);
	FUZZ_CHECK(status == WF_OK || status == WF_INVALID);
	FUZZ_CHECK((status == WF_OK) ==
		   (hidden->len > 0 && hidden->len <= 128 && hidden->len % 16 == 0));
	FUZZ_CHECK(clear.len <= hidden->len && (clear.len == 0 || clear.bytes[clear.len - 1] != 0));
	wf_secret_clear(&clear);
}

/* A refusal of it, with all that has to come back. */
static void
reply(const struct binding *binding, const struct packet *request)
{
	struct packet back;
	struct wf_buf frame;
	wf_status copied;

	wf_buf_init(&frame, PACKET_MAX);
	FUZZ_CHECK(reply_begin(&frame, CODE_ACCESS_REJECT, request) == WF_OK);
	copied = reply_copy_proxy_states(&frame, request);
	FUZZ_CHECK(copied == WF_OK || copied == WF_TOO_LONG);
	FUZZ_CHECK(reply_end(binding, &frame, request) == WF_OK);
	FUZZ_CHECK(packet_read(frame.data, frame.len, &back) == PACKET_FINE);
	FUZZ_CHECK(back.id == request->id && back.len == frame.len);
	FUZZ_CHECK(back.attributes[0].type == ATTR_MESSAGE_AUTHENTICATOR);
	if (copied == WF_OK)
		FUZZ_CHECK(packet_count(&back, ATTR_PROXY_STATE) ==
			   packet_count(request, ATTR_PROXY_STATE));
	wf_buf_clear(&frame);
}

static void
judge(const struct packet *packet)
{
	const struct request_fault *fault = request_check(packet);
	const struct attribute *name = packet_next(packet, ATTR_USER_NAME, NULL);

	FUZZ_CHECK(fault->name[0] != '\0');
	if (fault->answer != REQUEST_EVALUATE)
		return;
	FUZZ_CHECK(packet_count(packet, ATTR_USER_NAME) == 1 && name->len > 0);
	FUZZ_CHECK(memchr(name->value, 0, name->len) == NULL &&
		   memchr(name->value, '\n', name->len) == NULL);
	FUZZ_CHECK(packet_count(packet, ATTR_USER_PASSWORD) == 1);
	FUZZ_CHECK(
		!packet_has(packet, ATTR_CHAP_PASSWORD) && !packet_has(packet, ATTR_EAP_MESSAGE));
}

static void
packet_of(const uint8_t *data, size_t size)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct binding binding = {.secret = &secret};
	size_t n, signatures;
	bool wanted = walk(data, size, &n, &signatures);
	struct packet packet;

	FUZZ_CHECK((packet_read(data, size, &packet) == PACKET_FINE) == wanted);
	if (!wanted)
		return;
	FUZZ_CHECK(packet.nattributes == n &&
		   (packet.message_authenticator != NULL) == (signatures == 1));
	FUZZ_CHECK(wf_secret_set(&secret, SECRET, strlen(SECRET)) == WF_OK &&
		   digest_new(&binding.digest) == WF_OK);
	lies_within(&packet);
	judge(&packet);
	password(&binding, &packet);
	FUZZ_CHECK((authenticator_verify_message(&binding, &packet) == WF_NOT_FOUND) ==
		   (signatures == 0));
	FUZZ_CHECK(authenticator_verify_request(&binding, &packet) <= WF_NO);
	reply(&binding, &packet);
	digest_free(&binding.digest);
	wf_secret_clear(&secret);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);

	packet_of((const uint8_t *)copy, size);
	free(copy);
}
