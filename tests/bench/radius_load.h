/*
 * The RADIUS load generator's state: what radius_load.c sets up and prints, and radius_run.c
 * carries out.
 */
#ifndef WF_TESTS_BENCH_RADIUS_LOAD_H
#define WF_TESTS_BENCH_RADIUS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/histogram.h"
#include "tests/bench/radius_packets.h"
#include "tests/bench/schedule.h"

#define SOCKETS_MAX 1024
#define IDS 256
/* So many logins in a row go out by one socket: in one call if they are due together. */
#define BLOCK 8

enum load_kind {
	KIND_CODE,     /* a code alone */
	KIND_PASSWORD, /* a password alone */
	KIND_CHALLENGE /* a password, and a code with the State that comes back */
};

enum login_stage { LOGIN_WAITS = 0, LOGIN_FIRST, LOGIN_THINKS, LOGIN_SECOND, LOGIN_DONE };

/* What became of a login.  Their sum is the number of logins that were begun. */
enum login_end {
	END_NONE = 0, /* under way */
	END_ACCEPTED,
	END_REJECTED,        /* by the first reply */
	END_REJECTED_SECOND, /* by the reply to the code */
	END_SEEN,            /* likewise, for a code that people_code_again() */
	END_UNANSWERED,
	END_UNANSWERED_SECOND, /* challenged, and then no reply */
	END_ODD,               /* a code of reply that fits no such login */
	LOGIN_ENDS
};

struct load_options {
	const char *server, *from, *secret, *counters, *password;
	uint32_t port, first, people, sockets, window, tries;
	uint32_t patience_ms, resend_after_ms, think_ms, verify_every;
	enum load_kind kind;
	double rate, seconds;
	double resend; /* share of requests that are sent twice whatever comes back */
	bool unsigned_requests; /* no Message-Authenticator */
	bool fixed; /* everybody's code is that of counter 0, as a password that stays */
	bool wrong; /* codes are those of a counter far away */
};

struct login {
	uint8_t *packet; /* the request under way: in load.packets; the second is its own */
	uint16_t len;
	uint16_t tries;
	uint32_t person, counter, slot;
	enum login_stage stage;
	enum login_end end;
	int64_t due_us;                       /* of the request under way */
	uint8_t answer[PACKET_AUTHENTICATOR]; /* of the last reply */
	struct asker_state state;
};

/* Identifiers of some sockets, in turn. */
struct ring {
	uint32_t first, sockets;
	uint64_t next;
};

struct load_counts {
	uint64_t begun, challenged, ends[LOGIN_ENDS], in_time;
	uint64_t resent, repeats_same, repeats_other, late, strange, crowded, refused;
	uint64_t bad; /* another Response Authenticator: dropped, as a device drops it */
	uint64_t verified, bad_messages, unsigned_replies;
};

struct load {
	struct load_options options;
	struct asker asker;
	struct login *logins;
	uint32_t nlogins, next;
	uint8_t *packets;
	uint32_t *owners; /* of socket * IDS + id: index of a login, plus 1 */
	int *sockets;
	struct ring rings[2]; /* of first and second requests */
	int epoll;
	uint32_t *used; /* a counter for each person, in the counters' file */
	size_t under_way;
	int64_t start_us, end_us;
	struct delays retry, resend, think;
	struct load_counts counts;
	struct histogram first, second, behind;
};

/*
 * The next identifier of a ring, for this login; the login that still waits under it is given up.
 */
uint32_t slot_take(struct load *load, struct ring *ring, uint32_t login);
/* The one that slot_take will give the nth from the beginning. */
uint32_t slot_number(const struct ring *ring, uint64_t n);
/* The packet of a login's first or second request; authenticator: 16 random octets. */
void login_write(
	struct load *load, struct login *login, uint32_t slot, const uint8_t *authenticator);
void load_run(struct load *load);

#endif
