/* Values of a packet for people: the forms again, the other way round. */
#include "config.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "radius/dictionary.h"

/* What is shown. */
struct showing {
	const struct dictionary *dictionary;
	const struct dictionary_attribute *attribute; /* NULL: of no name */
	const struct dictionary_value *value;
	char *text;
};

static struct dictionary_value
plain_value(const struct attribute *attribute)
{
	struct dictionary_value value = {.type = attribute->type, .len = attribute->len};

	if (attribute->len > 0)
		memcpy(value.bytes, attribute->value, attribute->len);
	return value;
}

static bool
next_of_vendor(struct wf_reader *reader, struct dictionary_value *value_r)
{
	const uint8_t *bytes;

	if (wf_reader_get_u8(reader, &value_r->type) != WF_OK ||
		wf_reader_get_u8(reader, &value_r->len) != WF_OK || value_r->len < 2)
		return false;
	value_r->len = (uint8_t)(value_r->len - 2);
	if (wf_reader_get(reader, value_r->len, &bytes) != WF_OK)
		return false;
	if (value_r->len > 0)
		memcpy(value_r->bytes, bytes, value_r->len);
	return true;
}

/* None, if any of it has another form. */
static size_t
vendor_values(const struct attribute *attribute, struct dictionary_value *values_r, size_t max)
{
	struct wf_reader reader;
	uint32_t vendor;
	size_t n = 0;

	wf_reader_init(&reader, attribute->value, attribute->len);
	if (attribute->type != ATTR_VENDOR_SPECIFIC || wf_reader_get_u32(&reader, &vendor) != WF_OK)
		return 0;
	while (wf_reader_left(&reader) > 0 && n < max) {
		if (!next_of_vendor(&reader, &values_r[n]))
			return 0;
		values_r[n++].vendor = vendor;
	}
	return n;
}

size_t
dictionary_values(
	const struct attribute *attribute, struct dictionary_value *values_r, size_t max)
{
	size_t n = vendor_values(attribute, values_r, max);

	if (n > 0 || max == 0)
		return n;
	values_r[0] = plain_value(attribute);
	return 1;
}

static void
show_octets(const struct showing *showing)
{
	char *at = showing->text + snprintf(showing->text, DICTIONARY_TEXT_MAX, "0x");

	for (size_t i = 0; i < showing->value->len; i++)
		at += snprintf(at, 3, "%02x", showing->value->bytes[i]);
}

static void
show_text(const struct showing *showing)
{
	snprintf(showing->text, DICTIONARY_TEXT_MAX, "%.*s", (int)showing->value->len,
		(const char *)showing->value->bytes);
}

static void
show_number(const struct showing *showing)
{
	uint32_t number;
	const char *name;

	memcpy(&number, showing->value->bytes, sizeof(number));
	number = ntohl(number);
	name = dictionary_value_name(showing->dictionary, showing->attribute->name, number);
	if (name != NULL)
		snprintf(showing->text, DICTIONARY_TEXT_MAX, "%s", name);
	else
		snprintf(showing->text, DICTIONARY_TEXT_MAX, "%" PRIu32, number);
}

static void
show_ipv4(const struct showing *showing)
{
	(void)inet_ntop(AF_INET, showing->value->bytes, showing->text, DICTIONARY_TEXT_MAX);
}

static void
show_ipv6(const struct showing *showing)
{
	(void)inet_ntop(AF_INET6, showing->value->bytes, showing->text, DICTIONARY_TEXT_MAX);
}

static const struct {
	void (*show)(const struct showing *showing);
	uint8_t len; /* of such values; 0: any */
} shows[] = {
	[FORM_OCTETS] = {show_octets, 0},
	[FORM_TEXT] = {show_text, 0},
	[FORM_NUMBER] = {show_number, 4},
	[FORM_IPV4] = {show_ipv4, 4},
	[FORM_IPV6] = {show_ipv6, 16},
};

void
dictionary_show(const struct dictionary *dictionary, const struct dictionary_value *value,
	char name_r[DICTIONARY_NAME_MAX], char text_r[DICTIONARY_TEXT_MAX])
{
	const struct dictionary_attribute *attribute =
		dictionary_by_number(dictionary, value->vendor, value->type);
	const struct showing showing = {
		.dictionary = dictionary, .attribute = attribute, .value = value, .text = text_r};
	enum attribute_form form = attribute != NULL ? attribute->form : FORM_OCTETS;

	if (shows[form].len != 0 && shows[form].len != value->len)
		form = FORM_OCTETS;
	if (attribute != NULL)
		snprintf(name_r, DICTIONARY_NAME_MAX, "%s", attribute->name);
	else if (value->vendor != 0)
		snprintf(name_r, DICTIONARY_NAME_MAX, "Attr-%d.%" PRIu32 ".%u",
			ATTR_VENDOR_SPECIFIC, value->vendor, value->type);
	else
		snprintf(name_r, DICTIONARY_NAME_MAX, "Attr-%u", value->type);
	shows[form].show(&showing);
}
