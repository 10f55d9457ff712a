/*
 * warifud: parse the configuration, open what needs root, drop privilege and verify it, set limits,
 * open the store, serve.
 */
#include "config.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/account/act.h"
#include "authd/daemon.h"
#include "authd/factor/factor.h"
#include "authd/sandbox_calls.h"
#include "authd/service.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/notify.h"
#include "common/privilege.h"
#include "common/sandbox.h"
#include "common/say.h"

#define ACT_THREADS 3
#define ACT_QUEUE 64
#define QUICK_QUEUE CONNECTIONS_ALL /* each has one attempt under way */
#define CONNECTIONS_ALL 4096
#define SECRET_PAGES_KEPT 256
#define REST_AFTER_US 30000000 /* idle that long, a worker gives back the memory of its hashes */

static wf_status
keep_socket(void *ctx, enum front_role role, int fd)
{
	struct openings *openings = ctx;

	if (openings->n >= sizeof(openings->sockets) / sizeof(openings->sockets[0]))
		return WF_FULL;
	openings->sockets[openings->n].role = role;
	openings->sockets[openings->n].fd = fd;
	openings->n++;
	return WF_OK;
}

/* So that the loop notices when nobody can find it any more. */
static bool
note_own(struct openings *openings, const char *path)
{
	struct own_socket *own = &openings->own[openings->nown];
	struct stat info;

	if (openings->nown >= sizeof(openings->own) / sizeof(openings->own[0]) || lstat(path, &info) != 0)
		return false;
	snprintf(own->path, sizeof(own->path), "%s", path);
	own->dev = info.st_dev;
	own->ino = info.st_ino;
	openings->nown++;
	return true;
}

static bool
open_socket(struct openings *openings, const struct config *config, enum front_role role, const char *name, mode_t mode, gid_t group)
{
	char path[sizeof(config->run_dir) + 32];
	wf_status status;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", config->run_dir, name);
	status = front_socket(path, mode, (uid_t)-1, group, &fd);
	if (status != WF_OK) {
		wf_say_f(LOG_ERR, "cannot open the socket %s: %s; does another daemon run already, or is another file there?", path,
		      wf_status_text(status));
		return false;
	}
	return note_own(openings, path) && keep_socket(openings, role, fd) == WF_OK;
}

static bool
open_sockets(struct openings *openings, const struct config *config)
{
	bool fine;

	if (service_sockets(keep_socket, openings) > 0)
		return true;
	if (mkdir(config->run_dir, 0755) != 0 && errno != EEXIST) {
		wf_say_f(LOG_ERR, "cannot make the folder %s: %s", config->run_dir, strerror(errno));
		return false;
	}
	fine = open_socket(openings, config, FRONT_PAM, "pam.sock", 0666, (gid_t)-1) &&
	       open_socket(openings, config, FRONT_CONTROL, "control.sock", 0666, (gid_t)-1);
	if (fine && config->radius_uid != (uid_t)-1 && config->relay.host[0] == '\0')
		fine = open_socket(openings, config, FRONT_RADIUS, "radius.sock", 0660, config->radius_gid);
	return fine;
}

static bool
open_relays(struct openings *openings, const struct config *config)
{
	for (size_t i = 0; i < config->relays.nlisteners; i++) {
		const struct config_listener *listener = &config->relays.listeners[i];

		if (hub_socket(listener, &openings->relays[i]) != WF_OK) {
			wf_say_f(LOG_ERR, "cannot listen for relays at %s: %s", listener->text,
				 strerror(errno));
			return false;
		}
		openings->nrelays++;
	}
	return true;
}

static bool
become_user(const struct config *config)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() == 0 && config->user[0] != '\0' && strcmp(config->user, "root") != 0) {
		if (wf_privilege_user(config->user, &uid, &gid) != WF_OK) {
			wf_say_f(LOG_ERR, "the user '%s' (option user) does not exist: make it with 'useradd --system %s'",
			      config->user, config->user);
			return false;
		}
		if (wf_privilege_drop(uid, gid) != WF_OK) {
			wf_say(LOG_ERR, "privilege could not be dropped");
			return false;
		}
	}
	if (wf_privilege_limits() == WF_OK)
		return true;
	wf_say(LOG_ERR, "the limits of the process could not be set");
	return false;
}

static const char *
folder_of(char *copy, const char *path, size_t size)
{
	snprintf(copy, size, "%s", path);
	return dirname(copy);
}

/* Another folder to read, unless there is no such file. */
static void
add_folder(struct wf_sandbox_path *paths, size_t *n, char *copy, const char *file, size_t size)
{
	if (file[0] != '\0')
		paths[(*n)++] = (struct wf_sandbox_path){folder_of(copy, file, size), false};
}

/* Its own folders to write, a few to read. */
static wf_status
cage_paths(const struct config *config)
{
	bool relay = config->relay.host[0] != '\0';
	const struct config_trust *trust = relay ? &config->relay.trust : &config->relays.trust;
	char conf[sizeof(config->file)], keys[sizeof(config->key_file)];
	char certificate[sizeof(trust->certificate)], key[sizeof(trust->key)];
	char ca[sizeof(trust->ca)];
	struct wf_sandbox_path paths[16] = {
		{ config->state_dir, true },
		{ config->run_dir, true },
		{ "/etc", false },                    /* names of users and groups, time zone */
		{ "/usr", false },                    /* translations, dictionary */
		{ "/lib", false },                    /* modules of name look-ups */
		{ "/var/cache/cracklib", false },     /* dictionary */
		{ "/proc", false },                   /* the processes of callers */
		{ "/run", false },                    /* name services */
		{ "/dev/urandom", false },
		{ "/sys/devices/system/cpu", false }, /* the C library counts processors */
		{ folder_of(conf, config->file, sizeof(conf)), false },
	};
	size_t n = 11;

	if (!relay)
		paths[n++] = (struct wf_sandbox_path){
			folder_of(keys, config->key_file, sizeof(keys)), true};
	add_folder(paths, &n, certificate, trust->certificate, sizeof(certificate));
	add_folder(paths, &n, key, trust->key, sizeof(key));
	add_folder(paths, &n, ca, trust->ca, sizeof(ca));
	return wf_sandbox_paths(paths, n);
}

/* The calls of a list. */
static wf_status
cage_calls(const struct config *config)
{
	const char *calls[192];
	size_t n = sandbox_calls_count;

	if (config->relay.host[0] == '\0')
		return wf_sandbox_calls(sandbox_calls, n);
	if (n + sandbox_calls_relay_count > sizeof(calls) / sizeof(calls[0]))
		return WF_FULL;
	memcpy(calls, sandbox_calls, n * sizeof(calls[0]));
	memcpy(calls + n, sandbox_calls_relay, sandbox_calls_relay_count * sizeof(calls[0]));
	return wf_sandbox_calls(calls, n + sandbox_calls_relay_count);
}

bool
daemon_cage(const struct config *config)
{
	wf_status status = cage_paths(config);

	if (status == WF_UNSUPPORTED)
		wf_say(LOG_NOTICE, "there is no Landlock here: the daemon's files are guarded by their modes alone");
	if (status != WF_OK && status != WF_UNSUPPORTED) {
		wf_say(LOG_ERR, "Landlock refused the daemon's folders");
		return false;
	}
	if (cage_calls(config) == WF_OK)
		return true;
	wf_say(LOG_ERR, "the filter of system calls could not be installed");
	return false;
}

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
		wf_say_f(LOG_ERR, "there is no database at %s: run 'warifu init' (or 'warifud --restore FILE')", path);
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
		.threads = config->workers > 0 ? config->workers : (unsigned)(cores > 0 ? cores : 1),
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
	return mailbox_new(&daemon->mailbox) == WF_OK && worker_pool_new(&workers, &daemon->workers) == WF_OK &&
	       worker_pool_new(&quick, &daemon->quick) == WF_OK && worker_pool_new(&acts, &daemon->acts) == WF_OK;
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

	return engine_new(&options, daemon->live->config, daemon->live->keys, &daemon->engine) == WF_OK;
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
	bool fine = front_new(&options, &daemon->front) == WF_OK;

	for (size_t i = 0; fine && i < openings->n; i++)
		fine = front_listen(daemon->front, openings->sockets[i].role, openings->sockets[i].fd) == WF_OK;
	return fine;
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
	bool fine = true;

	if (openings->nrelays == 0)
		return true;
	if (hub_new(&options, daemon->live->config, &daemon->hub, why, sizeof(why)) != WF_OK) {
		wf_say_f(LOG_ERR, "section relays: %s", why);
		return false;
	}
	for (size_t i = 0; fine && i < openings->nrelays; i++)
		fine = hub_listen(daemon->hub, openings->relays[i]) == WF_OK;
	return fine;
}

/* Temporary files of a daemon that was killed; the store looks after its own. */
static void
tidy(const struct config *config)
{
	keyring_tidy(config->key_file);
	act_backup_tidy(config->state_dir);
}

/* The row of the start, before anybody is served. */
static void
record_start(struct daemon *daemon)
{
	char detail[128];

	snprintf(detail, sizeof(detail), "version %s, mode %s", PACKAGE_VERSION,
		 daemon->live->config->mode == MODE_OBSERVE ? "observe" : "enforce");
	system_row(daemon, AUDIT_SYSTEM, "start", detail);
}

/*
 * Changes of what is watched are handed to the kernel together, once a turn: most take each other back.  Timers are
 * precise: rounded to milliseconds from the moment when the loop falls asleep, they would tell what it did before.
 */
struct event_base *
daemon_base_new(void)
{
	struct event_config *config = wf_fault(WF_FAULT_ALLOC) ? NULL : event_config_new();
	struct event_base *base = NULL;

	if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) == 0 &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

static bool
set_up(struct daemon *daemon, struct openings *openings)
{
	char why[512] = "";

	if (live_load(daemon, daemon->options->config, why, sizeof(why)) != WF_OK) {
		wf_say(LOG_ERR, why[0] != '\0' ? why : "the configuration could not be loaded");
		return false;
	}
	if (!daemon_cage(daemon->live->config) || !open_store(daemon) || !start_threads(daemon))
		return false;
	tidy(daemon->live->config);
	daemon->base = daemon_base_new();
	if (daemon->base == NULL || !start_engine(daemon) || !start_front(daemon, openings) ||
		!start_hub(daemon, openings) || loop_setup(daemon) != WF_OK)
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
static void
tear_down(struct daemon *daemon)
{
	finish_acts(daemon);
	if (daemon->hub != NULL)
		hub_close(daemon->hub);
	if (daemon->engine != NULL)
		engine_stop(daemon->engine);
	worker_pool_free(&daemon->workers);
	worker_pool_free(&daemon->quick);
	worker_pool_free(&daemon->acts);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	if (daemon->store != NULL)
		system_row(daemon, AUDIT_SYSTEM, "stop", "");
	store_close(&daemon->store);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	hub_free(&daemon->hub);
	engine_free(&daemon->engine);
	front_free(&daemon->front);
	loop_clear(daemon);
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	mailbox_free(&daemon->mailbox);
	live_sweep(daemon, true);
}

/*
 * Neither key file nor database, or a crash while they were made: a fresh installation, made by a child that does as
 * --init does.  If only one of them is missing, something was lost, and nothing is made up for it.
 */
static bool
first_start(const struct wf_options *options, const struct config *config)
{
	char database[512], making[512];
	pid_t child;
	int result = 1;

	snprintf(database, sizeof(database), "%s/warifu.db", config->state_dir);
	snprintf(making, sizeof(making), TASK_MAKING, config->state_dir);
	if ((access(database, F_OK) == 0 || access(config->key_file, F_OK) == 0) && access(making, F_OK) != 0)
		return true;
	child = fork();
	if (child == 0)
		_exit(task_first(options));
	if (child < 0 || waitpid(child, &result, 0) != child || !WIFEXITED(result) ||
	    WEXITSTATUS(result) == TASK_FIRST_FAILED) {
		wf_say(LOG_ERR, "the key file and the database could not be made: run 'warifud --init' to see why");
		return false;
	}
	if (WEXITSTATUS(result) == TASK_FIRST_MADE)
		wf_say_f(LOG_NOTICE, "made a new key file %s and an empty database; go on with 'warifu init'", config->key_file);
	return true;
}

/* A relay has neither key file nor database, but a folder for its spool. */
static bool
relay_folder(const struct config *config)
{
	uid_t uid;
	gid_t gid;

	if (mkdir(config->state_dir, 0700) != 0) {
		if (errno == EEXIST)
			return true;
		wf_say_f(LOG_ERR, "cannot make the folder %s: %s", config->state_dir,
			 strerror(errno));
		return false;
	}
	if (geteuid() != 0 || config->user[0] == '\0' ||
	    wf_privilege_user(config->user, &uid, &gid) != WF_OK)
		return true;
	if (chown(config->state_dir, uid, gid) == 0)
		return true;
	wf_say_f(LOG_ERR, "cannot give the folder %s to %s: %s", config->state_dir, config->user,
		 strerror(errno));
	return false;
}

/* What needs root where no service manager did it: sockets.  The configuration is read here and again after. */
static bool
open_as_root(const struct wf_options *options, struct openings *openings, bool *relay_r)
{
	struct config *config = NULL;
	struct config_error error = {""};
	bool fine;

	if (config_load(options->config, &config, &error) != WF_OK) {
		wf_say(LOG_ERR, error.text);
		return false;
	}
	*relay_r = config->relay.host[0] != '\0';
	fine = (*relay_r ? relay_folder(config) : first_start(options, config)) &&
	       open_sockets(openings, config) && open_relays(openings, config) && become_user(config);
	config_free(&config);
	return fine;
}

static int
serve(const struct wf_options *options)
{
	struct daemon daemon = {.options = options, .clock = wf_clock_system};
	struct openings openings = {.n = 0};
	bool relay = false;
	int code = 1;

	act_languages_init(); /* any other task speaks the language of who runs it */
	wf_say_open("warifud", options->stderr_log);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like a full disk */
	if (!open_as_root(options, &openings, &relay))
		return 1;
	wf_secret_keep(SECRET_PAGES_KEPT);
	if (relay)
		return relay_serve(options, &openings);
	memcpy(daemon.sockets, openings.own, sizeof(daemon.sockets));
	daemon.nsockets = openings.nown;
	daemon.started_us = wf_clock_now(&daemon.clock).wall_us;
	daemon.started_boot_us = wf_clock_now(&daemon.clock).boot_us;
	if (set_up(&daemon, &openings)) {
		wf_say_f(LOG_NOTICE, "version %s serves %s", PACKAGE_VERSION, daemon.live->config->run_dir);
		wf_notify_ready();
		code = loop_run(&daemon) ? 0 : 1;
		if (code != 0)
			wf_say(LOG_ERR, "the daemon ended by itself; start it again");
	}
	tear_down(&daemon);
	wf_secret_keep(0);
	return code;
}

/* The files of RADIUS clients' secrets: what warifu-radiusd would not start with, and what is to be warned about. */
static bool
check_secrets(const struct config *config)
{
	const int64_t wall_us = wf_clock_now(&wf_clock_system).wall_us;
	bool fine = true;

	for (size_t i = 0; i < config->radius.nclients; i++) {
		const struct config_client *client = &config->radius.clients[i];
		enum config_secret_fault fault = config_secret_check(client, config->radius_uid, wall_us);
		char text[512];

		if (fault == SECRET_FINE)
			continue;
		config_secret_say(client, fault, text, sizeof(text));
		fprintf(stderr, "%s:%d: %s\n", client->origin.file, client->origin.line, text);
		fine = fine && config_secret_is_warning(fault);
	}
	return fine;
}

static int
check(const struct wf_options *options)
{
	struct config *config = NULL;
	struct config_error error = {""};
	bool fine;

	if (config_load_with(options->config, options->with, &config, &error) != WF_OK) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	fine = check_secrets(config);
	if (fine)
		printf(_("%s: fine\n"), config->file);
	config_free(&config);
	return fine ? 0 : 1;
}

static const wf_task_run tasks[] = {
	[TASK_SERVE] = serve,	  [TASK_CHECK] = check, [TASK_INIT] = task_init,
	[TASK_RESTORE] = task_restore,
};

int
main(int argc, char **argv)
{
	return wf_options_main(&warifud_command_line, tasks, argc, argv);
}
