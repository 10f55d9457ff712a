/*
 * Sequences of events for exchanges: packets over datagrams and connections, signed or as they
 * are, the daemon's answers in any order, late, or never, connections that end, time that passes.
 * What must hold stands in exchange_place.h.
 */
#include "config.h"

#include <string.h>

#include "radius/packet.h"
#include "tests/fuzz/exchange_place.h"
#include "tests/fuzz/fuzz.h"

#define EVENTS_MAX 200

/* What is left of the input. */
struct rest {
	const uint8_t *at, *end;
};

static uint8_t
next(struct rest *rest)
{
	return rest->at < rest->end ? *rest->at++ : 0;
}

/* A packet by its own length, or all that is left. */
static size_t
next_packet(struct rest *rest, uint8_t packet_r[PACKET_MAX])
{
	size_t left = (size_t)(rest->end - rest->at), len = left;

	if (left >= 4 && (size_t)rest->at[2] * 256 + rest->at[3] < left)
		len = (size_t)rest->at[2] * 256 + rest->at[3];
	if (len < 4)
		len = left < 4 ? left : 4;
	if (len > PACKET_MAX)
		len = PACKET_MAX;
	memcpy(packet_r, rest->at, len);
	rest->at += len;
	return len;
}

static void
datagram(struct place *place, struct rest *rest, uint8_t how)
{
	uint8_t packet[PACKET_MAX];
	size_t len = next_packet(rest, packet);

	if (how & 4)
		place_sign(packet, len, false);
	place_datagram(place, how % 3, packet, len);
	if (how & 8) /* it comes again */
		place_datagram(place, how % 3, packet, len);
}

static void
connection(struct place *place, struct rest *rest, uint8_t how)
{
	uint8_t packet[PACKET_MAX];
	size_t len = next_packet(rest, packet);

	if (how & 4)
		place_sign(packet, len, true);
	if (!place->ended[how % PLACE_CONNECTIONS])
		place_packet(place, how % PLACE_CONNECTIONS, packet, len);
}

static void
answer(struct place *place, struct rest *rest, uint8_t how)
{
	(void)rest;
	if (place->asked > 0)
		place_answer(place, (unsigned)place->asked - 1 - how % 4, how / 4 % 16);
}

static void
hang_up(struct place *place, struct rest *rest, uint8_t how)
{
	(void)rest;
	place_hang_up(place, how % PLACE_CONNECTIONS);
}

static void
tick(struct place *place, struct rest *rest, uint8_t how)
{
	(void)rest;
	place_tick(place, INT64_C(200000) * how);
}

static void
daemon_goes(struct place *place, struct rest *rest, uint8_t how)
{
	(void)rest;
	place->up = how & 1;
	place->due = 16;
	if (place->up)
		exchanges_pump(place->exchanges, place->now_us);
	else
		exchanges_lost(place->exchanges);
}

static void (*const events[])(struct place *place, struct rest *rest, uint8_t how) = {
	datagram, connection, answer, hang_up, tick, daemon_goes, datagram, answer};

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct rest rest = {data, data + size};
	struct place place;

	place_open(&place);
	for (int i = 0; i < EVENTS_MAX && rest.at < rest.end; i++) {
		uint8_t event = next(&rest), how = next(&rest);

		events[event % (sizeof(events) / sizeof(events[0]))](&place, &rest, how);
	}
	place_close(&place);
}
