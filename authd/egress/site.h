/*
 * What warifu-egress works with: the sections upstream, stream, mail and alert of the
 * configuration, their secrets and certificates, and a few threads for each, so that servers that
 * say nothing hold up nobody but those who ask them.  A stream has one thread, which keeps its
 * order.
 * Loaded whole or not at all; kept as long as a question of it is under way.
 *
 * Loop thread, but for the targets.
 */
#ifndef WF_AUTHD_EGRESS_SITE_H
#define WF_AUTHD_EGRESS_SITE_H

#include "authd/config/config.h"
#include "authd/egress/queue.h"
#include "authd/egress/trade.h"
#include "authd/worker/worker.h"

#define SITE_WHY_MAX 1024

struct booth {
	const struct trade *trade;
	struct target target;
	struct worker_pool *pool; /* NULL before site_open; so is the queue before it */
	struct queue *queue;
	unsigned running; /* questions in threads */
	/* of the desk: the last question had no answer; when that was said (CLOCK_BOOTTIME) */
	bool silent;
	int64_t said_us;
};

struct site {
	struct config *config; /* owned */
	struct booth *booths;  /* owned; in the order of the configuration */
	size_t nbooths;
	unsigned users;
};

/*
 * Reads configuration and secrets; no threads yet.  A sentence in why_r, in the language of the
 * locale, when it fails.  One use is the caller's.
 */
WF_MUST_USE wf_status site_load(const char *file, struct site **site_r, char why_r[SITE_WHY_MAX]);
/* Who runs the command of section alert; outlives the site. */
void site_use_runner(struct site *site, struct runner *runner);
/* Starts the threads: after the sandbox.  WF_NO_MEMORY, WF_UNAVAILABLE, WF_UNSUPPORTED (no MD5). */
WF_MUST_USE wf_status site_open(struct site *site, const struct wf_clock *clock);
struct site *site_use(struct site *site);
/* Gives one use back; NULLs the pointer.  The last one ends the threads, which are idle then. */
void site_return(struct site **site);
/* By its trade and its section's name; NULL if there is none. */
struct booth *site_find(const struct site *site, enum wf_trade trade, const char *name);

#endif
