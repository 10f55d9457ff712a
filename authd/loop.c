/*
 * The loop: mail from other threads, the tick, signals, and an orderly end.  SIGTERM stops
 * accepting, answers those who wait, and finishes what is being committed.
 */
#include "config.h"

#include <errno.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/base.h"
#include "authd/daemon.h"
#include "common/notify.h"
#include "common/say.h"
#include "common/signals.h"

#define STOP_S 10

static void
begin_stop(struct daemon *daemon)
{
	struct timeval soon = {.tv_usec = 50000};

	wf_notify_stopping();
	daemon->stopping = true;
	daemon->stop_by_us = wf_clock_now(&daemon->clock).boot_us + INT64_C(1000000) * STOP_S;
	front_stop(daemon->front);
	if (daemon->hub != NULL)
		hub_stop(daemon->hub);
	engine_drain(daemon->engine);
	hooks_interrupt(daemon);
	/* If not, the tick goes on as before: it ends the loop, too. */
	(void)event_add(daemon->tick, &soon);
}

static void
reload(struct daemon *daemon)
{
	char why[CONFIG_ERROR_SIZE] = "";

	wf_notify_reloading();
	if (live_reload(daemon, false, "", why, sizeof(why)) == WF_OK)
		wf_say(LOG_NOTICE, "configuration reloaded");
	else
		wf_say_f(
			LOG_ERR, "configuration not reloaded, the old one stays in force: %s", why);
	wf_notify_ready();
}

static void
heed_signals(struct daemon *daemon)
{
	if (wf_signals_take(WF_SIGNAL_RELOAD) && !daemon->stopping)
		reload(daemon);
	if (wf_signals_take(WF_SIGNAL_STOP) && !daemon->stopping)
		begin_stop(daemon);
}

static void
mail_arrived(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	mailbox_run(daemon->mailbox);
	heed_signals(daemon);
}

static void
keep_reminding(struct daemon *daemon)
{
	struct reminders_lent lent = {.store = daemon->store,
		.config = daemon->reminders_lent.config,
		.clock = daemon->clock};

	keeper_facts(daemon->keeper, &lent.copies);
	reminders_turn(&daemon->reminders, &lent);
}

/* In an act thread: what may wait for the disk. */
static void
keep_house(struct worker_job *job, void *scratch)
{
	struct daemon *daemon = job->ctx;
	size_t expired = 0;

	(void)scratch;
	daemon->clock_jumped = store_clock_watch(daemon->store);
	if (store_expire(daemon->store, &expired) == WF_OK && expired > 0)
		wf_say_f(LOG_NOTICE, "%zu interrupted attempts were settled as failures", expired);
	loads_note(daemon);
	expiry_turn(&daemon->expiry, daemon->store, &daemon->clock);
	keep_reminding(daemon);
}

static void
tell_of_jump(struct daemon *daemon)
{
	struct audit_row row;

	wf_say(LOG_WARNING, "the clock jumped by more than a day: time-based codes are refused "
			    "until it is synchronised, returns, or 'warifu clock "
			    "accept' is given");
	system_row_fill(daemon, &row, AUDIT_FINDING, "clock.jump", "");
	engine_write_row(daemon->engine, &row);
}

static void
take_back(struct daemon *daemon)
{
	hooks_give_back(daemon, &daemon->reminders_lent);
	loads_end(daemon);
}

static void
house_kept(struct mailbox_post *post)
{
	struct daemon *daemon = post->ctx;

	daemon->housekeeping_runs = false;
	take_back(daemon);
	if (daemon->clock_jumped)
		tell_of_jump(daemon);
	daemon->clock_jumped = false;
}

static void
housekeeping_done(struct worker_job *job, wf_status status)
{
	struct daemon *daemon = job->ctx;

	(void)status;
	daemon->housekeeping_post = (struct mailbox_post){.run = house_kept, .ctx = daemon};
	mailbox_post(daemon->mailbox, &daemon->housekeeping_post);
}

static void
start_housekeeping(struct daemon *daemon)
{
	struct worker_job *job = &daemon->housekeeping;

	if (daemon->housekeeping_runs)
		return;
	expiry_set(&daemon->expiry, &daemon->live->config->policy);
	hooks_lend(daemon, &daemon->reminders_lent);
	job->run = keep_house;
	job->done = housekeeping_done;
	job->ctx = daemon;
	job->deadline_boot_us = INT64_MAX;
	loads_begin(daemon);
	daemon->housekeeping_runs = worker_submit(daemon->acts, job) == WF_OK;
	if (!daemon->housekeeping_runs)
		take_back(daemon);
}

static void
end_if_idle(struct daemon *daemon)
{
	bool late = wf_clock_now(&daemon->clock).boot_us >= daemon->stop_by_us;

	bool busy = front_busy(daemon->front) || daemon->housekeeping_runs ||
		    (daemon->hub != NULL && hub_busy(daemon->hub));

	if (late || (engine_idle(daemon->engine) && !busy))
		event_base_loopbreak(daemon->base);
}

/*
 * Without privilege it cannot make a socket anew where one was removed, and nobody would ever ask
 * it again.  So it ends, and the service manager starts it with what it needs.
 */
bool
loop_sockets_there(const struct own_socket *sockets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct own_socket *own = &sockets[i];
		struct stat info;

		if (lstat(own->path, &info) == 0
				? info.st_dev == own->dev && info.st_ino == own->ino
				: errno != ENOENT && errno != ENOTDIR)
			continue;
		wf_say_f(LOG_ERR,
			"the socket %s was removed or replaced: the daemon ends, to be started "
			"again",
			own->path);
		return false;
	}
	return true;
}

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	engine_tick(daemon->engine);
	worker_rest(daemon->workers);
	wf_notify_alive();
	base_watch_again(daemon->base);
	heed_signals(daemon);
	if (daemon->stopping) {
		end_if_idle(daemon);
		return;
	}
	live_sweep(daemon, false);
	if (daemon->hub != NULL)
		hub_tick(daemon->hub);
	start_housekeeping(daemon);
	keeping_tick(daemon);
	if (!loop_sockets_there(daemon->sockets, daemon->nsockets)) {
		daemon->broken = true;
		begin_stop(daemon);
	}
}

static bool
add(struct event **event_r, struct event *event, const struct timeval *interval)
{
	*event_r = event;
	return event != NULL && event_add(event, interval) == 0;
}

wf_status
loop_setup(struct daemon *daemon)
{
	struct timeval second = {.tv_sec = 1};
	struct event_base *base = daemon->base;
	struct event *mail = event_new(
		base, mailbox_fd(daemon->mailbox), EV_READ | EV_PERSIST, mail_arrived, daemon);
	bool fine = add(&daemon->mail, mail, NULL);

	fine = add(&daemon->tick, event_new(base, -1, EV_PERSIST, tick, daemon), &second) && fine;
	fine = wf_signals_heed(mailbox_fd(daemon->mailbox), false) == WF_OK && fine;
	return fine ? WF_OK : WF_NO_MEMORY;
}

bool
loop_run(struct daemon *daemon)
{
	return event_base_dispatch(daemon->base) == 0 && daemon->stopping && !daemon->broken;
}

void
loop_clear(struct daemon *daemon)
{
	struct event *const events[] = {daemon->mail, daemon->tick};

	wf_signals_wake_nobody();
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
}
