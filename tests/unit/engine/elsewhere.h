/*
 * The engine's questions to other servers, in place of authd/egress/egress.c: they are kept, and
 * answered when the test says so.
 */
#ifndef WF_TESTS_UNIT_ENGINE_ELSEWHERE_H
#define WF_TESTS_UNIT_ENGINE_ELSEWHERE_H

#include "authd/egress/egress.h"

#define ELSEWHERE_MAX 256
#define ELSEWHERE_SERVER "192.0.2.9:1812" /* who has spoken */

/* One that was asked. */
struct asked {
	char server[65], user[WF_NAME_MAX + 1], answer[65], source[64], nas[256];
	uint8_t state[WF_PEER_STATE_MAX];
	size_t state_len;
	int64_t deadline_us;
	bool dropped, answered;
	egress_done done;
	void *ctx;
};

/* Forgets all that was asked; each must have been answered or given up by then. */
struct egress *elsewhere_open(void);
/* What egress_ask() says from now on; WF_OK: it takes the question. */
void elsewhere_refuse(wf_status status);
/* What egress_is_up() denies. */
void elsewhere_down(bool down);
size_t elsewhere_count(void);
/* From 0. */
const struct asked *elsewhere_asked(size_t index);
/* Of those that are neither answered nor dropped the first; -1: none. */
int elsewhere_open_one(void);
/* One answer each. */
void elsewhere_say(size_t index, enum wf_outcome outcome);
/* UNREACHABLE, and why. */
void elsewhere_silent(size_t index, enum wf_unreachable why);
/* With `state` as its State. */
void elsewhere_challenge(size_t index, const char *text, bool echo, const char *state);

#endif
