/*
 * The running daemon: everything that main() puts together and the loop needs.  All fields belong to the
 * loop thread; act threads reach it through loop_call() and through what lend() gives them.
 */
#ifndef WF_AUTHD_DAEMON_H
#define WF_AUTHD_DAEMON_H

#include <pthread.h>
#include <sys/types.h>

#include "authd/account/settings.h"
#include "authd/config/config.h"
#include "authd/egress/egress.h"
#include "authd/expiry.h"
#include "authd/reminders.h"
#include "authd/front/front.h"
#include "authd/options.h"
#include "authd/record/record.h"
#include "authd/relay/hub.h"
#include "authd/vault/keeper.h"

/* One loaded configuration with its keys; kept while an act or an evaluation may still use it. */
struct live {
	struct config *config;
	struct keyring *keys;
	unsigned lent;
	struct live *next;
};

/* A socket that the daemon has made itself, and which file that was. */
struct own_socket {
	char path[sizeof(((struct config *)NULL)->run_dir) + 32];
	dev_t dev;
	ino_t ino;
};

/* Sockets opened before privilege is dropped; handed to the front, and to the hub, later. */
struct openings {
	struct { enum front_role role; int fd; } sockets[3];
	size_t n;
	struct own_socket own[3];
	size_t nown;
	int relays[CONFIG_RELAY_LISTENERS_MAX];
	size_t nrelays;
};

/* A configuration that was loaded, and that the log has to tell of. */
struct load {
	struct settings_load what;
	struct act_daemon lent; /* given back once it is told */
};

struct loads {
	struct load list[8]; /* the oldest first */
	size_t n;
	bool runs;          /* housekeeping has `noting`, a copy of the first */
	struct load noting; /* housekeeping's, as clock_jumped */
	wf_status status;   /* too: how it went */
	bool failing;       /* that was said */
};

/* Deliveries that acts wait for. */
struct tells {
	pthread_mutex_t lock;
	struct tell_call *first;
	bool over; /* the daemon stops: there are no more */
};

struct daemon {
	const struct wf_options *options;
	struct wf_clock clock;
	struct event_base *base;
	struct live *live;   /* the newest first */
	struct store *store;
	struct mailbox *mailbox;
	struct worker_pool *workers, *quick, *acts;
	struct engine *engine;
	struct record *record;
	struct front *front;
	struct hub *hub; /* NULL: no relays are served */
	struct tells tells;
	struct egress *egress; /* NULL: no other server is asked */
	char egress_path[sizeof(((struct config *)NULL)->run_dir) + 16];
	struct event *mail, *tick;
	struct worker_job housekeeping;
	bool housekeeping_runs; /* loop thread */
	bool clock_jumped;      /* housekeeping's; the loop thread's when that is done */
	struct mailbox_post housekeeping_post;
	struct expiry expiry;   /* housekeeping's, as clock_jumped */
	struct reminders reminders;        /* as well */
	struct act_daemon reminders_lent; /* while housekeeping_runs */
	struct loads loads;
	struct keeper *keeper; /* of copies of the store; its turns are in `keeping` */
	struct worker_pool *keeping;
	struct worker_job keeping_job;
	struct mailbox_post keeping_post;
	struct act_daemon keeping_lent; /* while keeping_runs */
	bool keeping_runs;              /* loop thread */
	int64_t keeping_next_us;        /* boot clock: the next turn */
	struct own_socket sockets[3];
	size_t nsockets;
	bool stopping;
	bool broken; /* it ends by itself; the exit code says so */
	int64_t stop_by_us;
	int64_t started_us;      /* wall clock */
	int64_t started_boot_us; /* boot clock */
};

/* Loads configuration and keys; a sentence in why_r. */
WF_MUST_USE wf_status live_load(struct daemon *daemon, const char *file, char *why_r, size_t size);
/* What a configuration is to be warned about, into the log of the machine. */
void live_tell(const struct config *config);
void live_sweep(struct daemon *daemon, bool all);
/* Reload, whole or not at all, on the word of `by` ("": not known); loop thread. */
WF_MUST_USE wf_status live_reload(
	struct daemon *daemon, bool keys_only, const char *by, char *why_r, size_t size);

/* hooks.c: what acts borrow. */
void hooks_lend(void *ctx, struct act_daemon *daemon_r);
void hooks_give_back(void *ctx, const struct act_daemon *lent);
/* Acts that wait for a receiver elsewhere do so no longer, now and from now on; loop thread. */
void hooks_interrupt(struct daemon *daemon);

/* loads.c: rows about configurations that were loaded; by housekeeping, one each time. */
void loads_add(struct daemon *daemon, const char *cause, const char *by); /* loop thread */
void loads_begin(struct daemon *daemon); /* loop thread, before housekeeping */
void loads_note(struct daemon *daemon);  /* housekeeping */
void loads_end(struct daemon *daemon);   /* loop thread, after it */
void loads_tell_all(struct daemon *daemon); /* waits for the store: not while the loop runs */

/* keeping.c: the thread that keeps copies of the store; loop thread.  Start false: said. */
bool keeping_start(struct daemon *daemon);
void keeping_tick(struct daemon *daemon); /* about once a second */
/* Waits for the turn that is under way; before store_close. */
void keeping_stop(struct daemon *daemon);

/* tasks.c: --init, --restore.  An exit code. */
int task_init(const struct wf_options *options);
int task_restore(const struct wf_options *options);
int task_verify(const struct wf_options *options); /* task_verify.c */
/* What a start does where there is neither key file nor database; in a child, since it drops privilege. */
/* Made of the state folder: lies there while key file and database are being made. */
#define TASK_MAKING "%s/warifu.making"
enum task_first_code { TASK_FIRST_NOTHING = 0, TASK_FIRST_FAILED = 1, TASK_FIRST_MADE = 3 };
int task_first(const struct wf_options *options);

/* system_row.c: start, stop, clock as rows of the log; system_row waits for the commit, so not in the loop. */
void system_row(struct daemon *daemon, enum audit_class class, const char *event, const char *detail);
void system_row_fill(struct daemon *daemon, struct audit_row *row, enum audit_class class, const char *event, const char *detail);

/* openings.c: all that needs root, then gives root up. False: said. */
bool openings_open(const struct wf_options *options, struct openings *openings, bool *relay_r);

/* cage.c: into the cage. False: said. */
bool daemon_cage(const struct config *config);

/* daemon.c: the parts. daemon_set_up false: said, and daemon_tear_down follows. */
bool daemon_set_up(struct daemon *daemon, struct openings *openings);
void daemon_tear_down(struct daemon *daemon);
/* The way to other servers, once the configuration names one; nothing is made twice. */
WF_MUST_USE wf_status daemon_use_egress(struct daemon *daemon);

/* relay_serve.c: serves as a relay; an exit code. */
int relay_serve(const struct wf_options *options, const struct openings *openings);

/* loop.c: events, signals, the tick. */
WF_MUST_USE wf_status loop_setup(struct daemon *daemon);
bool loop_run(struct daemon *daemon); /* false: it ended by itself */
void loop_clear(struct daemon *daemon);
/* False, with a line that says so: one of these sockets was removed or replaced. */
bool loop_sockets_there(const struct own_socket *sockets, size_t n);

#endif
