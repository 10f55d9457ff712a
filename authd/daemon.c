/*
 * The daemon's parts, put together in the order in which they need each other, and taken apart in
 * the other one.
 */
#include "config.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/account/act.h"
#include "authd/base.h"
#include "authd/country/country.h"
#include "authd/daemon.h"
#include "authd/factor/factor.h"
#include "authd/vault/drill.h"
#include "common/fault.h"
#include "common/say.h"

#define ACT_THREADS 3
#define ACT_QUEUE 64
#define CONNECTIONS_ALL 4096
#define QUICK_QUEUE CONNECTIONS_ALL /* each has one attempt under way */
#define REST_AFTER_US 30000000 /* idle that long, a worker gives back the memory of its hashes */

static bool
open_store(struct daemon *daemon)
{
	const struct config *config = daemon->live->config;
	char path[512], why[512] = "";
	struct store_options options = {.path = path, .node = config->node, .clock = daemon->clock};
	wf_status status;

	snprintf(path, sizeof(path), "%s/warifu.db", config->state_dir);
	status = store_open(&options, &daemon->store, why, sizeof(why));
	if (status == WF_NOT_FOUND)
		wf_say_f(LOG_ERR,
			"there is no database at %s: run 'warifu init' (or 'warifud --restore "
			"FILE')",
			path);
	else if (status != WF_OK)
		wf_say_f(LOG_ERR, "%s", why[0] != '\0' ? why : wf_status_text(status));
	return status == WF_OK;
}

static bool
start_threads(struct daemon *daemon)
{
	const struct config *config = daemon->live->config;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct worker_options workers = {
		.threads =
			config->workers > 0 ? config->workers : (unsigned)(cores > 0 ? cores : 1),
		.queue_max = config->queue,
		.name = "verify",
		.scratch_new = factor_scratch_new,
		.scratch_free = factor_scratch_free,
		.scratch_rest = factor_scratch_rest,
		.rest_after_us = REST_AFTER_US,
		.clock = daemon->clock,
	};
	struct worker_options acts = workers, quick;

	/* Acts seldom hash: they borrow memory for it instead of keeping some each. */
	acts.scratch_new = NULL;
	acts.scratch_free = NULL;
	acts.scratch_rest = NULL;
	/* Codes cost microseconds: one thread does tens of thousands a second. */
	quick = acts;
	quick.threads = 1;
	quick.queue_max = QUICK_QUEUE;
	quick.name = "quick";
	acts.threads = ACT_THREADS;
	acts.queue_max = ACT_QUEUE;
	acts.name = "act";
	return base_step(mailbox_new(&daemon->mailbox), "the mailbox") &&
	       base_step(worker_pool_new(&workers, &daemon->workers), "threads for passwords") &&
	       base_step(worker_pool_new(&quick, &daemon->quick), "a thread for codes") &&
	       base_step(worker_pool_new(&acts, &daemon->acts), "threads for commands");
}

static bool
start_engine(struct daemon *daemon)
{
	struct engine_options options = {
		.base = daemon->base,
		.store = daemon->store,
		.mailbox = daemon->mailbox,
		.workers = daemon->workers,
		.quick = daemon->quick,
		.clock = daemon->clock,
		.say = wf_say,
	};

	return base_step(engine_new(&options, daemon->live->config, daemon->live->keys,
				 &daemon->engine),
		"the engine");
}

wf_status
daemon_use_egress(struct daemon *daemon)
{
	const struct config *config = daemon->live->config;
	const struct egress_options options = {
		.clock = daemon->clock,
		.path = daemon->egress_path,
		.owner = config->upstreams.uid,
		.say = wf_say,
	};
	wf_status status;

	if (daemon->egress != NULL ||
		(config->upstreams.n == 0 && !config_streams_leave(&config->streams) &&
			!config_alert_leaves(config)))
		return WF_OK;
	snprintf(daemon->egress_path, sizeof(daemon->egress_path), "%s/egress.sock",
		config->run_dir);
	status = egress_new(daemon->base, &options, &daemon->egress);
	if (status == WF_OK)
		engine_use_egress(daemon->engine, daemon->egress);
	return status;
}

static bool
start_front(struct daemon *daemon, const struct openings *openings)
{
	const struct config *config = daemon->live->config;
	struct front_options options = {
		.base = daemon->base,
		.engine = daemon->engine,
		.mailbox = daemon->mailbox,
		.acts = daemon->acts,
		.clock = daemon->clock,
		.say = wf_say,
		.lend = hooks_lend,
		.give_back = hooks_give_back,
		.lend_ctx = daemon,
		.connections_uid = config->connections,
		.connections_all = CONNECTIONS_ALL,
		.radius_uid = config->radius_uid,
	};
	wf_status status = front_new(&options, &daemon->front);

	for (size_t i = 0; status == WF_OK && i < openings->n; i++)
		status = front_listen(
			daemon->front, openings->sockets[i].role, openings->sockets[i].fd);
	return base_step(status, "the sockets");
}

static bool
start_hub(struct daemon *daemon, const struct openings *openings)
{
	const struct hub_options options = {
		.base = daemon->base,
		.engine = daemon->engine,
		.store = daemon->store,
		.mailbox = daemon->mailbox,
		.clock = daemon->clock,
		.say = wf_say,
	};
	char why[512] = "";
	wf_status status = WF_OK;

	if (openings->nrelays == 0)
		return true;
	if (hub_new(&options, daemon->live->config, &daemon->hub, why, sizeof(why)) != WF_OK) {
		wf_say_f(LOG_ERR, "section relays: %s", why);
		return false;
	}
	for (size_t i = 0; status == WF_OK && i < openings->nrelays; i++)
		status = hub_listen(daemon->hub, openings->relays[i]);
	return base_step(status, "the sockets for relays");
}

static bool
start_readers(struct daemon *daemon)
{
	const struct record_base base = {
		.store = daemon->store,
		.clock = daemon->clock,
		.say = wf_say,
		.mailbox = daemon->mailbox,
		.egress = &daemon->egress,
	};

	return base_step(record_new(&base, daemon->live->config, daemon->live->keys,
				 &daemon->record),
		"the readers of the log");
}

/* Temporary files of a daemon that was killed; the store looks after its own. */
static void
tidy(const struct config *config)
{
	char folder[CONFIG_BACKUP_FOLDER_SIZE];

	keyring_tidy(config->key_file);
	copy_tidy(config_backup_folder(config, folder));
	drill_tidy(config->state_dir);
	country_tidy(config->state_dir);
}

/* The row of the start, before anybody is served. */
static void
record_start(struct daemon *daemon)
{
	char detail[128];

	snprintf(detail, sizeof(detail), "version %s, mode %s", PACKAGE_VERSION,
		daemon->live->config->mode == MODE_OBSERVE ? "observe" : "enforce");
	system_row(daemon, AUDIT_SYSTEM, "start", detail);
	loads_add(daemon, "start", "");
	loads_tell_all(daemon);
}

bool
daemon_set_up(struct daemon *daemon, struct openings *openings)
{
	char why[CONFIG_ERROR_SIZE] = "";

	if (live_load(daemon, daemon->options->config, why, sizeof(why)) != WF_OK) {
		wf_say(LOG_ERR, why[0] != '\0' ? why : "the configuration could not be loaded");
		return false;
	}
	live_tell(daemon->live->config);
	if (!daemon_cage(daemon->live->config) || !open_store(daemon) || !start_threads(daemon))
		return false;
	tidy(daemon->live->config);
	daemon->base = base_new();
	if (!base_step(daemon->base == NULL ? WF_NO_MEMORY : WF_OK, "the loop") ||
		!start_engine(daemon) ||
		!base_step(daemon_use_egress(daemon), "the way to other servers") ||
		!start_front(daemon, openings) || !start_hub(daemon, openings) ||
		!base_step(loop_setup(daemon), "the loop") || !start_readers(daemon) ||
		!keeping_start(daemon))
		return false;
	record_start(daemon);
	return true;
}

/* Acts that run may be waiting for the loop themselves: it goes on until they are back. */
static void
finish_acts(struct daemon *daemon)
{
	if (daemon->front == NULL)
		return;
	front_close(daemon->front);
	while (front_busy(daemon->front) || daemon->housekeeping_runs)
		event_base_loop(daemon->base, EVLOOP_ONCE);
}

/* Threads first, then what they use. */
void
daemon_tear_down(struct daemon *daemon)
{
	finish_acts(daemon);
	if (daemon->hub != NULL)
		hub_close(daemon->hub);
	if (daemon->engine != NULL)
		engine_stop(daemon->engine);
	worker_pool_free(&daemon->workers);
	worker_pool_free(&daemon->quick);
	worker_pool_free(&daemon->acts);
	keeping_stop(daemon);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	if (daemon->store != NULL) {
		loads_tell_all(daemon);
		system_row(daemon, AUDIT_SYSTEM, "stop", "");
	}
	record_free(&daemon->record);
	store_close(&daemon->store);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	hub_free(&daemon->hub);
	engine_free(&daemon->engine);
	egress_free(&daemon->egress);
	front_free(&daemon->front);
	loop_clear(daemon);
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	mailbox_free(&daemon->mailbox);
	live_sweep(daemon, true);
}
