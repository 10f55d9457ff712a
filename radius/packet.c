/* Reading a packet's form. */
#include "config.h"

#include "radius/packet.h"

#include "common/buf.h"

static const char *const fault_names[PACKET_FAULTS] = {
	[PACKET_FINE] = "fine",
	[PACKET_SHORT] = "short",
	[PACKET_LENGTH] = "length",
	[PACKET_CUT] = "cut",
	[PACKET_ATTRIBUTE] = "attribute",
	[PACKET_TYPE] = "type",
	[PACKET_TOO_MANY] = "too-many",
	[PACKET_MA_LENGTH] = "ma-length",
	[PACKET_MA_REPEATED] = "ma-repeated",
};

const char *
packet_fault_name(enum packet_fault fault)
{
	return (unsigned)fault < PACKET_FAULTS ? fault_names[fault] : "unknown";
}

static bool
possible(size_t len)
{
	return len >= PACKET_HEADER && len <= PACKET_MAX;
}

wf_status
packet_length(const uint8_t *bytes, size_t len, size_t *packet_r)
{
	struct wf_reader reader;
	uint16_t code_and_id, packet;

	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get_u16(&reader, &code_and_id) != WF_OK ||
		wf_reader_get_u16(&reader, &packet) != WF_OK)
		return WF_AGAIN;
	if (!possible(packet))
		return WF_INVALID;
	*packet_r = packet;
	return WF_OK;
}

static enum packet_fault
read_header(struct wf_reader *reader, size_t came, struct packet *packet)
{
	uint16_t len;

	if (wf_reader_get_u8(reader, &packet->code) != WF_OK ||
		wf_reader_get_u8(reader, &packet->id) != WF_OK ||
		wf_reader_get_u16(reader, &len) != WF_OK ||
		wf_reader_get(reader, PACKET_AUTHENTICATOR, &packet->authenticator) != WF_OK)
		return PACKET_SHORT;
	if (!possible(len))
		return PACKET_LENGTH;
	if (len > came)
		return PACKET_CUT;
	packet->len = len;
	return PACKET_FINE;
}

static enum packet_fault
note_message_authenticator(struct packet *packet, const struct attribute *attribute)
{
	if (attribute->len != PACKET_AUTHENTICATOR)
		return PACKET_MA_LENGTH;
	if (packet->message_authenticator != NULL)
		return PACKET_MA_REPEATED;
	packet->message_authenticator = attribute->value;
	return PACKET_FINE;
}

static enum packet_fault
read_attribute(struct wf_reader *reader, struct packet *packet)
{
	struct attribute *attribute = &packet->attributes[packet->nattributes];
	uint8_t len;

	if (packet->nattributes == PACKET_ATTRIBUTES_MAX)
		return PACKET_TOO_MANY;
	if (wf_reader_get_u8(reader, &attribute->type) != WF_OK ||
		wf_reader_get_u8(reader, &len) != WF_OK || len < 2 ||
		wf_reader_get(reader, len - 2U, &attribute->value) != WF_OK)
		return PACKET_ATTRIBUTE;
	if (attribute->type == 0)
		return PACKET_TYPE;
	attribute->len = (uint8_t)(len - 2);
	packet->nattributes++;
	return attribute->type == ATTR_MESSAGE_AUTHENTICATOR && !packet->v11
		       ? note_message_authenticator(packet, attribute)
		       : PACKET_FINE;
}

static enum packet_fault
read_packet(const uint8_t *bytes, size_t len, struct packet *packet_r)
{
	struct wf_reader reader;
	enum packet_fault fault;

	packet_r->bytes = bytes;
	packet_r->nattributes = 0;
	packet_r->message_authenticator = NULL;
	wf_reader_init(&reader, bytes, len);
	fault = read_header(&reader, len, packet_r);
	if (fault != PACKET_FINE)
		return fault;
	wf_reader_init(&reader, bytes + PACKET_HEADER, packet_r->len - PACKET_HEADER);
	while (fault == PACKET_FINE && wf_reader_left(&reader) > 0)
		fault = read_attribute(&reader, packet_r);
	return fault;
}

enum packet_fault
packet_read(const uint8_t *bytes, size_t len, struct packet *packet_r)
{
	packet_r->v11 = false;
	return read_packet(bytes, len, packet_r);
}

enum packet_fault
packet_read_v11(const uint8_t *bytes, size_t len, struct packet *packet_r)
{
	packet_r->v11 = true;
	return read_packet(bytes, len, packet_r);
}

const struct attribute *
packet_next(const struct packet *packet, uint8_t type, const struct attribute *after)
{
	size_t i = after == NULL ? 0 : (size_t)(after - packet->attributes) + 1;

	for (; i < packet->nattributes; i++)
		if (packet->attributes[i].type == type)
			return &packet->attributes[i];
	return NULL;
}

size_t
packet_count(const struct packet *packet, uint8_t type)
{
	size_t n = 0;

	for (size_t i = 0; i < packet->nattributes; i++)
		n += packet->attributes[i].type == type;
	return n;
}

bool
packet_number(const struct packet *packet, uint8_t type, uint32_t *number_r)
{
	const struct attribute *attribute = packet_next(packet, type, NULL);
	struct wf_reader reader;

	if (attribute == NULL || attribute->len != 4)
		return false;
	wf_reader_init(&reader, attribute->value, attribute->len);
	return wf_reader_get_u32(&reader, number_r) == WF_OK;
}
