/* Values of reply profiles: a table of forms, a function each. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/utf8.h"
#include "radius/dictionary.h"

/* What turns a text into bytes. */
struct encoding {
	const struct dictionary *dictionary;
	const struct dictionary_attribute *attribute;
	const char *text;
	struct dictionary_value *value;
	char *why;
};

#define SHOWN 104 /* of a name or a value in a sentence, with its NUL */

/* Both come from files, so they may hold anything. */
static const char *
show(const char *text, char shown_r[SHOWN])
{
	(void)wf_utf8_escape(text, strlen(text), NULL, shown_r, SHOWN);
	return shown_r;
}

static wf_status
refuse(const struct encoding *encoding, wf_status status, const char *wanted)
{
	char name[SHOWN], text[SHOWN];

	(void)snprintf(encoding->why, DICTIONARY_WHY_MAX, _("%s: '%s' is no value for it: %s"),
		show(encoding->attribute->name, name), show(encoding->text, text), wanted);
	return status;
}

/* What a vendor's attribute has in front of its value: vendor, type, length. */
static size_t
room(const struct encoding *encoding)
{
	return encoding->attribute->vendor == 0 ? ATTRIBUTE_VALUE_MAX : ATTRIBUTE_VALUE_MAX - 6;
}

static wf_status
encode_text(const struct encoding *encoding)
{
	size_t len = strlen(encoding->text);

	if (len == 0 || len > room(encoding))
		return refuse(encoding, len == 0 ? WF_INVALID : WF_TOO_LONG,
			_("it is empty or too long."));
	memcpy(encoding->value->bytes, encoding->text, len);
	encoding->value->len = (uint8_t)len;
	return WF_OK;
}

static int
hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
		digit == '\0'
			? NULL
			: strchr(digits, digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);

	return at == NULL ? -1 : (int)(at - digits);
}

static wf_status
encode_octets(const struct encoding *encoding)
{
	const char *text = encoding->text;
	size_t len = strlen(text);

	if (strncmp(text, "0x", 2) != 0 || len < 4 || len % 2 != 0)
		return refuse(encoding, WF_INVALID,
			_("write octets as 0x and pairs of hexadecimal digits."));
	if (len / 2 - 1 > room(encoding))
		return refuse(encoding, WF_TOO_LONG, _("it is empty or too long."));
	for (size_t i = 2; i < len; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return refuse(encoding, WF_INVALID,
				_("write octets as 0x and pairs of hexadecimal digits."));
		encoding->value->bytes[i / 2 - 1] = (uint8_t)(high << 4 | low);
	}
	encoding->value->len = (uint8_t)(len / 2 - 1);
	return WF_OK;
}

static wf_status
encode_number(const struct encoding *encoding)
{
	uint32_t number;

	if (!dictionary_number(
		    encoding->dictionary, encoding->attribute->name, encoding->text, &number))
		return refuse(encoding, WF_INVALID,
			_("write a whole number, or a name that the dictionary has for one."));
	number = htonl(number);
	memcpy(encoding->value->bytes, &number, sizeof(number));
	encoding->value->len = sizeof(number);
	return WF_OK;
}

static wf_status
encode_ipv4(const struct encoding *encoding)
{
	if (inet_pton(AF_INET, encoding->text, encoding->value->bytes) != 1)
		return refuse(encoding, WF_INVALID, _("write an IPv4 address."));
	encoding->value->len = 4;
	return WF_OK;
}

static wf_status
encode_ipv6(const struct encoding *encoding)
{
	if (inet_pton(AF_INET6, encoding->text, encoding->value->bytes) != 1)
		return refuse(encoding, WF_INVALID, _("write an IPv6 address."));
	encoding->value->len = 16;
	return WF_OK;
}

static wf_status (*const encoders[])(const struct encoding *encoding) = {
	[FORM_OCTETS] = encode_octets, [FORM_TEXT] = encode_text, [FORM_NUMBER] = encode_number,
	[FORM_IPV4] = encode_ipv4,     [FORM_IPV6] = encode_ipv6,
};

wf_status
dictionary_encode(const struct dictionary *dictionary, const char *name, const char *text,
	struct dictionary_value *value_r, char why_r[DICTIONARY_WHY_MAX])
{
	struct dictionary_value value = {0};
	char shown[SHOWN];
	struct encoding encoding = {
		.dictionary = dictionary, .text = text, .value = &value, .why = why_r};
	wf_status status;

	encoding.attribute = dictionary_find(dictionary, name);
	if (encoding.attribute == NULL) {
		(void)snprintf(why_r, DICTIONARY_WHY_MAX,
			_("'%s' is no attribute of the dictionary."), show(name, shown));
		return WF_NOT_FOUND;
	}
	value.vendor = encoding.attribute->vendor;
	value.type = encoding.attribute->type;
	status = encoders[encoding.attribute->form](&encoding);
	if (status == WF_OK)
		*value_r = value;
	return status;
}
