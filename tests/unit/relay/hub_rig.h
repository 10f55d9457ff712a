/*
 * A hub before a real engine, at a free port of loopback, that lets in the host "web1.test". The
 * tests' relays are far ends. Failures inside end the test.
 */
#ifndef WF_TESTS_UNIT_RELAY_HUB_RIG_H
#define WF_TESTS_UNIT_RELAY_HUB_RIG_H

#include <check.h>
#include <netinet/in.h>

#include "authd/relay/hub.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/relay/far.h"
#include "tests/unit/witness.h"

#define HOST "web1.test"
#define TURNS 5000

extern struct rig rig;
extern struct authority authority;
extern struct hub *hub;
extern struct far far_, other; /* relays, if a test opens them */
extern unsigned port;

void setup(void);
void teardown(void);
void turn(void);
#define UNTIL(condition)                                          \
	do {                                                      \
		for (int turns_ = 0; turns_ < TURNS && !(condition); turns_++) \
			turn();                                   \
		ck_assert_msg(condition, #condition "; %s", said); \
	} while (0)

/* A certificate of the authority, for a day. */
void issue(const char *file, const char *name, const char *names, const char *usage);
struct config_listener loopback(unsigned at);
/* A relay that shows the certificate `file`. */
void dial(struct far *far, const char *file);
void hello(struct far *far);
/* The next message that the relay gets. */
void expect(struct far *far, enum wf_msg_type type, struct wf_msg *msg_r);
void expect_only(struct far *far, enum wf_msg_type type);
/* A relay that is let in and greeted. */
void come(struct far *far);

#endif
