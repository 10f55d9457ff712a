/*
 * The host's end: a daemon without accounts.  What the PAM module says goes to the centre,
 * wrapped with what this host's kernel says of the caller, and what comes back goes to the
 * module.  No policy, no accounts, no secret that stays.
 *
 * When the centre is away, callers are told so at once, and what has to be remembered is spooled
 * until it is back.
 *
 * Loop thread only.
 */
#ifndef WF_AUTHD_RELAY_RELAY_H
#define WF_AUTHD_RELAY_RELAY_H

#include "authd/egress/egress.h"
#include "authd/front/front.h"

struct relay;

struct relay_options {
	struct event_base *base;
	struct mailbox *mailbox;
	struct worker_pool *dialler; /* one thread: looks names up and connects */
	struct egress *egress;	     /* asks a centre that is reached over RADIUS; else NULL */
	struct wf_clock clock;
	void (*say)(int priority, const char *text);
};

/* `config` is borrowed until replaced.  A sentence in why_r when it fails. */
WF_MUST_USE wf_status relay_new(const struct relay_options *options, const struct config *config,
	struct relay **relay_r, char *why_r, size_t size);
/* For front_options; valid as long as the relay. */
const struct front_taker *relay_taker(struct relay *relay);
/*
 * A reload: connects anew with what is written now.  On failure, said in why_r, all stays as it
 * was.
 */
WF_MUST_USE wf_status relay_configure(
	struct relay *relay, const struct config *config, char *why_r, size_t size);
/* Several times a second: connects, looks whether the centre is alive, sends what is spooled. */
void relay_tick(struct relay *relay);
/* The last row; callers that wait are told that the centre is away. */
void relay_stop(struct relay *relay);
/* After relay_stop, when the dialler's thread is joined and the mailbox was run. */
void relay_free(struct relay **relay);

#endif
