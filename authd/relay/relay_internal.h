/* What the files of the host's end share. */
#ifndef WF_AUTHD_RELAY_RELAY_INTERNAL_H
#define WF_AUTHD_RELAY_RELAY_INTERNAL_H

#include "authd/egress/egress.h"
#include "authd/engine/refusal.h"
#include "authd/relay/channels.h"
#include "authd/relay/relay.h"
#include "authd/relay/diary.h"
#include "authd/relay/spool.h"
#include "authd/relay/stream.h"
#include "authd/worker/mailbox.h"
#include "common/tls/dial.h"

enum relay_state {
	RELAY_AWAY, /* waits to try again */
	RELAY_DIALS,
	RELAY_SHAKES, /* connected; the centre has not answered HELLO */
	RELAY_UP
};

/* One connection of the PAM module. */
struct local {
	struct relay *relay;
	struct engine_peer *peer;
	struct local *next, **link;
	uint32_t number;   /* on the connection to the centre; 0 = none */
	unsigned pending;  /* requests without their RESULT */
	bool begun, asked; /* of `pending`: a login, whose prompts went out */
	bool typing;       /* and wait for the person */
	/* of the last request, for the row if it cannot be answered */
	char user[WF_NAME_MAX + 1], service[65], rhost[256], tty[65], ruser[257];
	struct plain_login *plain; /* of relay_plain.c; NULL: none */
};

/* How the centre is reached: over TLS (relay_centre.c), or over RADIUS (relay_plain.c). */
struct relay_way {
	/* Takes over what is written; on failure, said in why_r, all stays as it was. */
	wf_status (*configure)(
		struct relay *relay, const struct config *config, char *why_r, size_t size);
	void (*tick)(struct relay *relay);
	wf_status (*message)(
		struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg);
	void (*gone)(struct engine_peer *peer);
	void (*close)(struct relay *relay); /* on purpose; nothing is written about it */
};
extern const struct relay_way relay_over_tls, relay_over_radius;

struct relay {
	struct relay_options options;
	const struct relay_way *way;
	const struct config *config;
	struct front_taker taker;
	SSL_CTX *context;
	enum relay_state state;
	bool was_up, told_away; /* since the last change that was written */
	bool stopping;
	int64_t try_us, wait_us; /* next attempt; how long to wait after the next failure */
	int64_t terms_us; /* when certificates are looked at again */
	char why[256];           /* of the last failure */
	struct stream *stream;
	int64_t heard_us, pinged_us; /* last message; PING without answer, 0 = none */
	struct wf_dial dial;
	struct worker_job dial_job;
	struct mailbox_post dialled;
	struct local *locals;
	struct channels channels; /* of locals */
	struct spool *spool; /* of a way that carries rows; else NULL, and there is a diary */
	struct diary *diary;
	bool reporting; /* the first row of the spool is on its way */
	struct refusals *refusals;
	int64_t started_us;
	uint64_t unavailable; /* answers since start */
	struct plain_accepted *accepted; /* of relay_plain.c; owned */
	unsigned silences; /* of relay_plain.c: questions in a row that nobody answered */
};

/* relay.c */
void relay_say(const struct relay *relay, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* relay_centre.c: the connection */
void centre_try(struct relay *relay);
void centre_watch(struct relay *relay);
void centre_lost(struct relay *relay, const char *why);
void centre_close(struct relay *relay); /* on purpose; nothing is written about it */
WF_MUST_USE wf_status centre_start(struct relay *relay, int fd);

void centre_told_away(struct relay *relay, const char *why); /* once for each time */
void centre_told_back(struct relay *relay);

/* relay_local.c: the callers */
/* NULL: no memory. */
struct local *local_of(struct relay *relay, struct engine_peer *peer);
/* Who and what the message names, for rows. */
WF_MUST_USE wf_status local_remember(struct local *local, const struct wf_msg *msg);
WF_MUST_USE wf_status local_answer_away(struct local *local); /* what waits has its answer then */
void local_forget(struct local *local); /* frees it */
WF_MUST_USE wf_status local_message(
	struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg);
void local_gone(struct engine_peer *peer);
bool local_idle(const struct engine_peer *peer);
void local_reply(struct relay *relay, const struct wf_msg *msg);  /* RELAYED */
void local_closed(struct relay *relay, const struct wf_msg *msg); /* CLOSED */
void locals_away(struct relay *relay); /* the centre is gone: whoever waits is told */

/* relay_rows.c: what is remembered until the centre has it, or here alone */
/* Opens the spool or the diary.  As spool_open(). */
WF_MUST_USE wf_status rows_open(struct relay *relay, bool sends, char *why_r, size_t size);
size_t rows_waiting(const struct relay *relay); /* for the centre */
void rows_write(struct relay *relay, const struct audit_row *row);
void rows_system(struct relay *relay, const char *event, const char *detail);
void rows_unavailable(struct relay *relay, const struct local *local);
void rows_flush(struct relay *relay, bool all); /* gathered ones whose minute is over */
void rows_send(struct relay *relay);
void rows_sent(struct relay *relay, const struct wf_msg *msg); /* REPORTED */
void rows_fill(const struct relay *relay, struct audit_row *row, enum audit_class class,
	const char *event);

/* relay_acts.c: the few acts of a host without accounts */
WF_MUST_USE wf_status acts_message(
	struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg);

#endif
