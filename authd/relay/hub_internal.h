/* What the files of the centre's end share. */
#ifndef WF_AUTHD_RELAY_HUB_INTERNAL_H
#define WF_AUTHD_RELAY_HUB_INTERNAL_H

#include "authd/relay/channels.h"
#include "authd/relay/hub.h"
#include "authd/relay/stream.h"
#include "authd/worker/mailbox.h"

/* One row of a relay on its way to the store. */
struct report {
	struct hub *hub;
	struct report *next, **link;
	struct guest *guest; /* NULL: it is gone */
	uint8_t spool[16];
	uint64_t number;
	struct store_job job;
	struct effect effect;
	struct audit_row row;
	struct mailbox_post post;
};

/* One connection of a relay. */
struct guest {
	struct hub *hub;
	struct guest *next, **link;
	struct stream *stream;
	char from[64];               /* its address */
	char name[CONFIG_HOST_SIZE]; /* of its certificate; "" = the handshake is not done */
	char boot[33];               /* "" = it has not said HELLO */
	int64_t heard_us;
	struct channels channels;
	struct report *report; /* one at a time keeps them in order */
	struct event *sweep;   /* callers that the engine has given up */
};

/* One caller of a relay. */
struct caller {
	struct engine_peer peer; /* first: the engine knows it as this */
	struct engine_host host;
	struct guest *guest;
	uint32_t number;
	bool dropped; /* to be hung up on at the next turn of the loop */
};

struct hub {
	struct hub_options options;
	const struct config *config;
	SSL_CTX *context;
	struct hub_listener {
		struct hub *hub;
		int fd;
		struct event *event;
	} listeners[CONFIG_RELAY_LISTENERS_MAX];
	size_t nlisteners;
	struct guest *guests;
	size_t nguests;
	struct report *reports;
	bool paused;        /* listeners wait for the next tick */
	int64_t paused_us;  /* when a line about that may come again */
	int64_t terms_us;   /* when certificates are looked at again */
	int64_t refused_us; /* boot time of the last line about somebody who was not let in */
};

/* hub.c */
void hub_say(const struct hub *hub, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* hub_guest.c */
void guest_new(struct hub *hub, int fd, const char *from);
void guest_free(struct guest *guest);
/* Forgets a caller; `tell` the relay to hang up on it. */
void guest_forget(struct guest *guest, struct caller *caller, bool tell);

/* hub_caller.c */
WF_MUST_USE wf_status caller_message(struct guest *guest, const struct wf_msg *msg);
void caller_free(struct caller *caller);

/* hub_report.c */
WF_MUST_USE wf_status report_take(struct guest *guest, const struct wf_msg *msg);
void report_free(struct report *report);

#endif
