/*
 * Streams of packets as they come out of TLS, sequences of events for exchanges, and dictionaries.
 * What must be computed in a packet the targets compute themselves.
 */
#include "config.h"

#include <string.h>

#include "radius/packet.h"
#include "tests/fuzz/seeds.h"

#define DIGEST "0123456789abcdef"

/* A packet whose attributes are octets written as text. */
static void
put_packet(struct wf_buf *buf, uint8_t code, uint8_t id, const char *attributes, size_t len)
{
	seed_need(wf_buf_put_u8(buf, code));
	seed_need(wf_buf_put_u8(buf, id));
	seed_need(wf_buf_put_u16(buf, (uint16_t)(PACKET_HEADER + len)));
	seed_need(wf_buf_put(buf, DIGEST, PACKET_AUTHENTICATOR));
	seed_need(wf_buf_put(buf, attributes, len));
}

#define LOGIN "\x01\x05" "bob" "\x20\x05" "nas" "\x02\x12" DIGEST "\x50\x12" DIGEST
#define ROUND_TWO LOGIN "\x18\x2a" "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t_"
#define SIGNED "\x20\x05" "nas" "\x50\x12" DIGEST
#define RECORD "\x28\x06\0\0\0\x01" "\x2c\x04" "s1" "\x01\x05" "bob" "\x20\x05" "nas"
#define PROXIED "\x01\x05" "bob" "\x20\x05" "nas" "\x02\x12" DIGEST "\x21\x04" "p1"

static const struct {
	uint8_t code;
	const char *attributes;
	size_t len;
} packets[] = {
	{CODE_ACCESS_REQUEST, LOGIN, sizeof(LOGIN) - 1},
	{CODE_ACCESS_REQUEST, ROUND_TWO, sizeof(ROUND_TWO) - 1},
	{CODE_STATUS_SERVER, SIGNED, sizeof(SIGNED) - 1},
	{CODE_ACCOUNTING_REQUEST, RECORD, sizeof(RECORD) - 1},
	{CODE_ACCESS_REQUEST, PROXIED, sizeof(PROXIED) - 1},
	{CODE_DISCONNECT_REQUEST, SIGNED, sizeof(SIGNED) - 1},
};
#define NPACKETS (sizeof(packets) / sizeof(packets[0]))

static void
put(struct wf_buf *buf, size_t i)
{
	put_packet(buf, packets[i].code, (uint8_t)i, packets[i].attributes, packets[i].len);
}

/* The first octet: how many octets come at once, less one. */
static void
seed_streams(void)
{
	struct wf_buf buf;

	wf_buf_init(&buf, 4 * PACKET_MAX);
	seed_need(wf_buf_put_u8(&buf, 255));
	for (size_t i = 0; i < NPACKETS; i++)
		put(&buf, i);
	seed_put("radsec", "all", buf.data, buf.len);
	buf.data[0] = 0;
	seed_put("radsec", "octets", buf.data, buf.len);
	buf.data[0] = 18;
	seed_put("radsec", "cut", buf.data, buf.len - 5);
	buf.data[4] = 3; /* the first length is too short by far */
	seed_put("radsec", "short", buf.data, buf.len);
	buf.data[3] = 0x20;
	seed_put("radsec", "long", buf.data, buf.len);
	wf_buf_clear(&buf);
}

/* Events with their second octet; 'P' stands for the packet that its number names. */
struct event {
	uint8_t event, how;
	int packet; /* -1: none */
};

static const struct {
	const char *name;
	struct event events[8];
	size_t n;
} sequences[] = {
	{"accept", {{0, 4, 0}, {2, 4, -1}}, 2},
	{"challenge", {{0, 4, 0}, {2, 36, -1}, {0, 4, 1}, {2, 4, -1}}, 4},
	{"again", {{0, 12, 0}, {2, 0, -1}, {0, 4, 0}, {4, 200, -1}, {0, 4, 0}}, 5},
	{"record", {{0, 4, 3}, {2, 4, -1}, {1, 4, 3}, {2, 4, -1}}, 4},
	{"tls", {{1, 6, 0}, {1, 4, 0}, {2, 4, -1}, {3, 1, -1}, {2, 5, -1}, {1, 6, 2}}, 6},
	{"broken", {{1, 4, 0}, {1, 1, 2}, {3, 0, -1}, {1, 6, 5}}, 4},
	{"v11", {{1, 2, 0}, {1, 2, 0}, {2, 4, -1}, {1, 2, 2}, {1, 2, 3}, {2, 4, -1}}, 6},
	{"away", {{5, 0, -1}, {0, 4, 0}, {1, 4, 0}, {5, 1, -1}, {2, 4, -1}, {4, 30, -1}}, 6},
	{"unsigned", {{0, 1, 4}, {0, 0, 4}, {1, 0, 4}, {2, 4, -1}}, 4},
};

static void
seed_sequences(void)
{
	struct wf_buf buf;

	wf_buf_init(&buf, 8 * PACKET_MAX);
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		for (size_t k = 0; k < sequences[i].n; k++) {
			const struct event *event = &sequences[i].events[k];

			seed_need(wf_buf_put_u8(&buf, event->event));
			seed_need(wf_buf_put_u8(&buf, event->how));
			if (event->packet >= 0)
				put(&buf, (size_t)event->packet);
		}
		seed_put("exchange", sequences[i].name, buf.data, buf.len);
		wf_buf_clear(&buf);
	}
}

static const struct {
	const char *name, *text;
} dictionaries[] = {
	{"attributes", "ATTRIBUTE\tUser-Name\t1\tstring\nATTRIBUTE Framed-MTU 12 integer\n"
		       "ATTRIBUTE Framed-IP-Address 8 ipaddr # an address\n"},
	{"values", "ATTRIBUTE Service-Type 6 integer\nVALUE Service-Type Framed-User 2\n"
		   "VALUE Service-Type Login-User 0x01\n"},
	{"vendor", "VENDOR Cisco 9\nBEGIN-VENDOR Cisco\nATTRIBUTE Cisco-AVPair 1 string\n"
		   "END-VENDOR Cisco\nATTRIBUTE Old-Way 2 octets Cisco\n"},
	{"odd", "ATTRIBUTE X 241.4 tlv\nATTRIBUTE Y 300 string\nBEGIN-TLV X\nEND-TLV X\n"
		"FLAGS internal\nPROTOCOL R 1\n"},
	{"includes", "$INCLUDE dictionary\n"},
	{"refused", "ATTRIBUTE\n"},
};

void
seeds_exchanges(void)
{
	seed_streams();
	seed_sequences();
	for (size_t i = 0; i < sizeof(dictionaries) / sizeof(dictionaries[0]); i++)
		seed_put("dictionary", dictionaries[i].name, dictionaries[i].text,
			strlen(dictionaries[i].text));
}
