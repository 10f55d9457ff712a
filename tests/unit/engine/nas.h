/*
 * A RADIUS front end beside the engine's rig: it sends rounds of logins and keeps what it hears by
 * their tags. One at a time, with one client "vpn".
 */
#ifndef WF_TESTS_UNIT_ENGINE_NAS_H
#define WF_TESTS_UNIT_ENGINE_NAS_H

#include "tests/unit/engine/rig.h"

#define NAS_PASSWORD "correct horse"
#define NAS_REPLIES_MAX 1024

struct reply {
	enum wf_msg_type type; /* 0 = none yet */
	uint64_t verdict, text;
	char state[WF_STATE_LEN + 1];
	uint8_t txn[WF_TXN_LEN];
	struct wf_prompt prompt;
	char words[512]; /* that came with it */
	char groups[4][65];
	size_t ngroups;
	char order[65], args[8][300];
	size_t nargs;
};

/* A front end: what it heard, by tag. */
struct nas {
	struct engine_peer peer; /* first */
	struct reply replies[NAS_REPLIES_MAX];
	struct reply orders[8];
	uint64_t order_tags[8];
	size_t norders;
	unsigned heard;
};

extern struct rig nas_rig;
extern struct nas nas;
extern struct config_client *nas_vpn;

struct ask {
	const char *user, *service, *answer, *state, *rhost;
	int64_t patience_ms; /* 0 = not said */
	uint64_t key;        /* 0 = its own */
};

/*
 * A rig with the client "vpn" (rounds by challenge) and one open connection; fixtures of a test
 * case.
 */
void nas_set_up(void);
void nas_tear_down(void);
/* The connection anew, after the old one is gone; tags go on. */
void nas_open(void);
/* A daemon that stops and starts under an open front end. */
void nas_restart(void);
void nas_make(const struct ask *ask, uint64_t tag, struct wf_msg *msg);
uint64_t nas_tag(void); /* the next one */
void nas_loop(unsigned ms);
uint64_t nas_send(const struct ask *ask); /* its tag */
const struct reply *nas_wait(uint64_t tag);
/* Sends, waits for the answer, and until nothing is under way. */
const struct reply *nas_ask(const struct ask *ask);
const struct reply *nas_first(const char *user, const char *password);
const struct reply *nas_second(const char *state, const char *code); /* of alice */
const char *nas_code(void); /* alice's, now */
void nas_challenged(const struct reply *reply);
void nas_verdict(const struct reply *reply, enum wf_verdict verdict);
uint32_t nas_counted(void); /* alice's failures */

#endif
