/*
 * The centre's end: hosts without accounts come here over TLS and hand on what their callers say.
 *  Each caller becomes a peer of the engine with the role of the PAM module, on the host that the
 * certificate names.
 *
 * A relay is believed what its kernel says of its callers, and nothing else: it may send what
 * stands in a table, and it may write rows about its own host, of few kinds.  One that does more
 * is dropped.
 *
 * Loop thread only.
 */
#ifndef WF_AUTHD_RELAY_HUB_H
#define WF_AUTHD_RELAY_HUB_H

#include "authd/engine/engine.h"
#include "common/tls/term.h"

struct hub;

struct hub_options {
	struct event_base *base;
	struct engine *engine;
	struct store *store;
	struct mailbox *mailbox;
	struct wf_clock clock;
	void (*say)(int priority, const char *text);
};

/* Makes and binds a listening socket, before privilege is dropped.  WF_IO: errno says why. */
WF_MUST_USE wf_status hub_socket(const struct config_listener *listener, int *fd_r);
/* `config` is borrowed until replaced.  WF_INVALID and the like with a sentence in why_r. */
WF_MUST_USE wf_status hub_new(const struct hub_options *options, const struct config *config,
	struct hub **hub_r, char *why_r, size_t size);
WF_MUST_USE wf_status hub_listen(struct hub *hub, int fd);
/*
 * A reload: certificates are read anew, whoever is not allowed any more is dropped.  On failure,
 * said in why_r, the certificates of before stay in use.
 */
WF_MUST_USE wf_status hub_configure(
	struct hub *hub, const struct config *config, char *why_r, size_t size);
/* What ends first of the centre's certificate and authorities; nothing where none are served. */
void hub_term(const struct hub *hub, struct wf_term *term_r);
/* Once a second: ends of those who say nothing, and a line a day about what ends soon. */
void hub_tick(struct hub *hub);
/* Stops accepting; what is connected goes on. */
void hub_stop(struct hub *hub);
/*
 * Hosts that are connected now, and the names of those that are not, as many as fit; names_r ends
 * with NUL.
 */
size_t hub_hosts(const struct hub *hub, char *away_r, size_t size);
/* A row of a relay is on its way to the store. */
bool hub_busy(const struct hub *hub);
/*
 * Closes all connections; before the engine is freed.  What is on its way to the store keeps its
 * memory until hub_free.
 */
void hub_close(struct hub *hub);
/* When the mailbox was run for the last time. */
void hub_free(struct hub **hub);

#endif
