/* Making packets. */
#include "config.h"

#include "tests/unit/radius/craft.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
craft_hex(struct craft *craft, const char *hex)
{
	unsigned octet;

	craft->len = 0;
	while (*hex != '\0') {
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		ck_assert_int_eq(sscanf(hex, "%2x", &octet), 1);
		craft->bytes[craft->len++] = (uint8_t)octet;
		hex += 2;
	}
}

void
craft_begin(struct craft *craft, uint8_t code)
{
	memset(craft, 0, sizeof(*craft));
	craft->bytes[0] = code;
	craft->bytes[1] = 7;
	for (uint8_t i = 0; i < PACKET_AUTHENTICATOR; i++)
		craft->bytes[4 + i] = (uint8_t)(i + 1);
	craft->len = PACKET_HEADER;
	craft_end(craft);
}

void
craft_add(struct craft *craft, uint8_t type, const void *value, size_t len)
{
	craft->bytes[craft->len] = type;
	craft->bytes[craft->len + 1] = (uint8_t)(len + 2);
	memmove(craft->bytes + craft->len + 2, value, len); /* may be bytes of the packet itself */
	craft->len += len + 2;
	craft_end(craft);
}

void
craft_text(struct craft *craft, uint8_t type, const char *text)
{
	craft_add(craft, type, text, strlen(text));
}

void
craft_end(struct craft *craft)
{
	craft->bytes[2] = (uint8_t)(craft->len >> 8);
	craft->bytes[3] = (uint8_t)craft->len;
}

void
craft_sign(struct craft *craft, const struct binding *binding)
{
	size_t at = craft->len + 2;
	struct digest_part all = {craft->bytes, 0};

	craft_add(craft, ATTR_MESSAGE_AUTHENTICATOR, (uint8_t[16]){0}, 16);
	all.len = craft->len;
	ck_assert_int_eq(
		digest_hmac(binding->digest, binding->secret, &all, 1, craft->bytes + at), WF_OK);
}

enum packet_fault
craft_read(const struct craft *craft, struct packet *packet_r)
{
	return packet_read(craft->bytes, craft->len, packet_r);
}

void
craft_binding(struct binding *binding_r, const char *text)
{
	static struct wf_secret secret;

	ck_assert_int_eq(wf_secret_set(&secret, text, strlen(text)), WF_OK);
	ck_assert_int_eq(digest_new(&binding_r->digest), WF_OK);
	binding_r->secret = &secret;
}

void
craft_unbind(struct binding *binding)
{
	digest_free(&binding->digest);
}
