/* What the front's files share. */
#ifndef WF_AUTHD_FRONT_INTERNAL_H
#define WF_AUTHD_FRONT_INTERNAL_H

#include "authd/front/front.h"

#define FRONT_LISTENERS_MAX 8
#define FRONT_OUT_MAX (8u << 20) /* bytes of an act's reply */
#define FRONT_IDLE_S 15          /* a connection that has nothing under way and says nothing */

struct act_job;

struct connection {
	struct engine_peer peer; /* first: the engine knows the connection as this */
	struct front *front;
	struct connection *next, **link;
	int fd;
	struct event *readable, *writable;
	struct wf_buf in, out;
	size_t sent;          /* bytes of `out` already written */
	struct act_job *act;  /* the act that runs for it */
};

struct listener {
	struct front *front;
	enum front_role role;
	int fd;
	struct event *event;
};

struct front {
	struct front_options options;
	struct listener listeners[FRONT_LISTENERS_MAX];
	size_t nlisteners;
	struct connection *connections;
	struct act_job *acts; /* under way, also those whose connection is gone */
	size_t nconnections;
	int64_t said_us;      /* boot time of the last complaint about a peer */
	struct event *resume; /* accepting is paused */
};

/* listener.c */
void listeners_pause(struct front *front); /* for a moment: something is used up */

/* connection.c */
void front_complain(struct front *front, const char *text); /* once a second at most */
void connection_new(struct front *front, enum front_role role, int fd);
void connection_free(struct connection *connection);
/* Appends a frame and writes what the socket takes. */
bool connection_send(struct engine_peer *peer, const struct wf_msg *msg);
void connection_flush(struct connection *connection);
void connection_resume(struct connection *connection); /* reading, after an act */

/* control.c */
WF_MUST_USE wf_status control_start(struct connection *connection, const struct wf_msg *msg);
void control_gone(struct connection *connection);
void control_cancel(struct connection *connection); /* its act is not begun any more */

#endif
