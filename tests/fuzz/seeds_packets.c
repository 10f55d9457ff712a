/*
 * Packets of RADIUS: the examples of the RFCs, and one of each kind that a request may be refused
 * for.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/packet.h"
#include "tests/fuzz/seeds.h"
#include "tests/vectors/rfc2865.h"

#define PASSWORD "0212 000102030405060708090a0b0c0d0e0f "
#define SIGNATURE "5012 00112233445566778899aabbccddeeff "

static const struct {
	const char *name, *hex; /* attributes */
} requests[] = {
	{"pap-signed", "0105626f62 200576706e " PASSWORD SIGNATURE},
	{"pap-state-proxied",
		"0105626f62 200576706e " PASSWORD "1804 6162 2104 0102 1f03 31 2104 0304"},
	{"eap", "0105626f62 200576706e 4f07 0201000501 4f07 0201000501 " SIGNATURE},
	{"chap", "0105626f62 200576706e 0313 00000102030405060708090a0b0c0d0e0f 3c04 0102"},
	{"mschap", "0105626f62 200576706e 1a0a 00000137 190401aa"},
	{"authorize-only", "0105626f62 0406c0000201 0606 00000011 " PASSWORD},
	{"name-with-nul", "0107 626f620078 200576706e " PASSWORD},
	{"accounting", "2806 00000001 2c04 3031 0105626f62 0406c0000201 2906 00000000"},
	{"length-one", "0105626f62 0101 200576706e"},
	{"type-zero", "0105626f62 0003 00"},
	{"signed-twice", "0105626f62 " SIGNATURE SIGNATURE},
	{"vendor-cut", "0105626f62 1a05 000001 1a02"},
};

static size_t
octets(const char *hex, uint8_t *bytes_r)
{
	size_t len = 0;
	unsigned octet;

	while (*hex != '\0') {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (sscanf(hex, "%2x", &octet) != 1)
			seed_need(WF_INVALID);
		bytes_r[len++] = (uint8_t)octet;
		hex += 2;
	}
	return len;
}

static void
seed_request(const char *name, const char *hex)
{
	uint8_t packet[PACKET_MAX] = {CODE_ACCESS_REQUEST, 7};
	size_t len = PACKET_HEADER + octets(hex, packet + PACKET_HEADER);

	packet[2] = (uint8_t)(len >> 8);
	packet[3] = (uint8_t)len;
	seed_put("radius", name, packet, len);
}

void
seeds_packets(void)
{
	uint8_t packet[PACKET_MAX];
	char name[32];

	for (size_t i = 0; i < sizeof(rfc2865_exchanges) / sizeof(rfc2865_exchanges[0]); i++) {
		(void)snprintf(name, sizeof(name), "rfc-%zu-request", i);
		seed_put("radius", name, packet, octets(rfc2865_exchanges[i].request, packet));
		(void)snprintf(name, sizeof(name), "rfc-%zu-reply", i);
		seed_put("radius", name, packet, octets(rfc2865_exchanges[i].reply, packet));
	}
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		seed_request(requests[i].name, requests[i].hex);
}
