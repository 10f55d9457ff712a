/*
 * A place for exchanges: clients, a network and a daemon that are functions here.  Whatever comes
 * in, what goes out is looked at: every reply is a packet that a client takes, an Access-Accept has
 * the daemon's word behind it, and every question is one that the daemon can read.
 */
#ifndef WF_TESTS_FUZZ_EXCHANGE_PLACE_H
#define WF_TESTS_FUZZ_EXCHANGE_PLACE_H

#include "radius/exchange.h"

#define PLACE_CONNECTIONS 3 /* the last one speaks RADIUS/1.1 */

struct place {
	struct exchanges *exchanges;
	int64_t now_us;
	bool up; /* the daemon is there */
	bool ended[PLACE_CONNECTIONS];
	uint64_t tags[64]; /* of questions, the newest last */
	size_t asked;
	size_t due; /* replies that one event may still cause */
};

void place_open(struct place *place);
/* Everything is given back; checked. */
void place_close(struct place *place);
/* A datagram from client `from`: 0 must sign, 1 need not, 2 is nobody. */
void place_datagram(struct place *place, unsigned from, const uint8_t *bytes, size_t len);
/* A packet of a connection. */
void place_packet(struct place *place, unsigned connection, const uint8_t *bytes, size_t len);
/* The connection ends, and another one comes in its place. */
void place_hang_up(struct place *place, unsigned connection);
/* The daemon says a verdict to one of the last questions; WF_VERDICT_COUNT: a challenge. */
void place_answer(struct place *place, unsigned which, unsigned verdict);
void place_tick(struct place *place, int64_t us);
/*
 * Makes length, Message-Authenticator and Request Authenticator of what looks like a packet right,
 * which no fuzzer can do by chance.
 */
void place_sign(uint8_t *bytes, size_t len, bool tls);

#endif
