/*
 * A relay, the host "web1.test", whose centre is a far end that the test moves. Failures inside
 * end the test.
 */
#ifndef WF_TESTS_UNIT_RELAY_HOST_RIG_H
#define WF_TESTS_UNIT_RELAY_HOST_RIG_H

#include <check.h>

#include "authd/audit/audit.h"
#include "authd/relay/relay.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/relay/far.h"
#include "tests/unit/witness.h"

#define HOST "web1.test"
#define TURNS 5000
#define MS INT64_C(1000)

extern struct rig rig; /* its loop, mailbox and clock; and messages */
extern struct authority authority;
extern struct config config; /* the host's */
extern struct worker_pool *dialler;
extern struct relay *relay;
extern const struct front_taker *taker;
extern struct far centre;
extern const char *certificate; /* that the centre shows */
extern bool open_; /* the centre takes connections */

void setup(void);
void teardown(void);
void start_relay(void);
void stop_relay(void);
void turn(void);
#define UNTIL(condition)                                                                    \
	do {                                                                                \
		for (int turns_ = 0; turns_ < TURNS && !(condition); turns_++)              \
			turn();                                                             \
		ck_assert_msg(condition, #condition "; %s; %s", centre.why, said);          \
	} while (0)

void pass(int64_t us);
/* A certificate that ends so many seconds from now. */
void issue(const char *file, const char *names, const char *usage, long to_s);

/* What the centre hears next. */
void expect(enum wf_msg_type type, struct wf_msg *msg_r);
/* Takes the row that the host reports, and says that it is stored. */
struct audit_row take_row(void);
void expect_row(const char *event);
/* The connection is there and greeted, but for the rows; then with the first one. */
void greet(void);
void come_up(void);
/* The centre is gone, and the relay knows it. */
void lose(void);

#endif
