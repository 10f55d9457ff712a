/*
 * warifu-egress: parse the configuration, open the socket, drop privilege and verify it, fork the
 * process that may run commands, read the secrets, enter the cage, ask and deliver. It has no store
 * and no key; what passes through it are the answers that people give to other servers, and the
 * rows of the log and the letters that others are to have.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/egress/desk.h"
#include "authd/egress/options.h"
#include "authd/egress/runner.h"
#include "authd/egress/sandbox_calls.h"
#include "common/become.h"
#include "common/cage.h"
#include "common/i18n.h"
#include "common/link/socket.h"
#include "common/notify.h"
#include "common/privilege.h"
#include "common/say.h"
#include "common/signals.h"

#define SECRET_PAGES_KEPT 64
#define TICK_US 50000
#define ALIVE_US 1000000

struct program {
	const struct wf_options *options;
	struct wf_clock clock;
	struct site *site;
	struct runner *runner;
	struct event_base *base;
	struct event *tick;
	struct desk *desk;
	int fd;       /* opened, not yet the desk's; -1 = none */
	uid_t daemon; /* who may ask */
	int64_t alive_us;
	bool stopping;
};

/* --- start --- */

/* By name, while names can be looked up. */
static void
find_daemon(const struct config *config, uid_t *uid_r, gid_t *gid_r)
{
	*uid_r = geteuid();
	*gid_r = getegid();
	if (config->user[0] != '\0' && wf_privilege_user(config->user, uid_r, gid_r) != WF_OK) {
		*uid_r = 0;
		*gid_r = 0;
	}
}

static bool
open_socket(struct program *program, const struct config *config, gid_t group)
{
	char path[sizeof(config->run_dir) + 16];
	wf_status status;

	program->fd = wf_notify_socket("egress");
	if (program->fd >= 0)
		return true;
	snprintf(path, sizeof(path), "%s/egress.sock", config->run_dir);
	status = wf_socket_listen(path, 0660, (uid_t)-1, group, &program->fd);
	if (status == WF_OK)
		return true;
	wf_say_f(LOG_ERR,
		"cannot open the socket %s: %s; does another warifu-egress run already, is another "
		"file there, or is its folder missing?",
		path, wf_status_text(status));
	return false;
}

/* What needs root, or a name service. */
static bool
open_as_root(struct program *program)
{
	struct config *config = NULL;
	struct config_error error = {""};
	gid_t group;
	bool fine;

	if (config_load(program->options->config, &config, &error) != WF_OK) {
		wf_say(LOG_ERR, error.text);
		return false;
	}
	find_daemon(config, &program->daemon, &group);
	/* Only root may give a file to a group that it is not in. */
	fine = open_socket(program, config, geteuid() == 0 ? group : (gid_t)-1) &&
	       wf_become(config->upstreams.user, "egress.user");
	config_free(&config);
	return fine;
}

static bool
load(struct program *program)
{
	char why[SITE_WHY_MAX] = "";

	if (site_load(program->options->config, &program->site, why) == WF_OK) {
		site_use_runner(program->site, program->runner);
		return true;
	}
	wf_say(LOG_ERR, why);
	return false;
}

/* Before secrets, threads and the cage: it has none of them. */
static bool
start_runner(struct program *program)
{
	if (runner_start(program->options->config, &program->runner) == WF_OK)
		return true;
	wf_say(LOG_ERR, "the process for commands cannot be started; is there memory enough?");
	return false;
}

/* What does not stop the start. */
static void
warn_of_secrets(const struct program *program)
{
	const struct config_upstreams *upstreams = &program->site->config->upstreams;
	int64_t wall_us = wf_clock_now(&program->clock).wall_us;
	char text[512];

	for (size_t i = 0; i < upstreams->n; i++) {
		enum config_secret_fault fault =
			config_upstream_secret_check(upstreams, &upstreams->list[i], wall_us);

		if (fault == SECRET_FINE)
			continue;
		config_upstream_secret_say(&upstreams->list[i], fault, text, sizeof(text));
		wf_say(LOG_WARNING, text);
	}
}

static void
add_certificates(struct wf_cage *cage, const struct config_stream *stream)
{
	wf_cage_add_folder_of(cage, stream->ca_file);
	wf_cage_add_folder_of(cage, stream->certificate);
	wf_cage_add_folder_of(cage, stream->key);
}

static bool
enter_cage(const struct config *config)
{
	struct wf_cage *cage = NULL;
	bool fine;

	if (wf_cage_new(&cage) != WF_OK) {
		wf_say(LOG_ERR, "there is no memory for the program's cage");
		return false;
	}
	wf_cage_add_folder_of(cage, config->file);
	for (size_t i = 0; i < config->upstreams.n; i++)
		wf_cage_add_folder_of(cage, config->upstreams.list[i].secret_file);
	for (size_t i = 0; i < config->streams.n; i++)
		add_certificates(cage, &config->streams.list[i]);
	wf_cage_add_folder_of(cage, config->mail.password_file);
	wf_cage_add_folder_of(cage, config->mail.ca_file);
	wf_cage_allow(cage, sandbox_calls, sandbox_calls_count);
	fine = wf_cage_enter(cage);
	wf_cage_free(&cage);
	return fine;
}

/* --- the loop --- */

static void
reload(struct program *program)
{
	struct site *site = NULL;
	char why[SITE_WHY_MAX] = "there is no memory";

	wf_notify_reloading();
	if (site_load(program->options->config, &site, why) == WF_OK &&
		site_open(site, &program->clock) == WF_OK) {
		site_use_runner(site, program->runner);
		runner_reload(program->runner);
		desk_use(program->desk, site);
		site_return(&program->site);
		program->site = site;
		wf_say(LOG_NOTICE, "configuration reloaded; user and socket change at a restart");
	} else {
		wf_say_f(
			LOG_ERR, "configuration not reloaded, the old one stays in force: %s", why);
		site_return(&site);
	}
	wf_notify_ready();
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct program *program = arg;
	int64_t now = wf_clock_now(&program->clock).boot_us;

	(void)fd;
	(void)what;
	if (wf_signals_take(WF_SIGNAL_RELOAD))
		reload(program);
	if (wf_signals_take(WF_SIGNAL_STOP) && !program->stopping) {
		program->stopping = true;
		wf_notify_stopping();
		event_base_loopbreak(program->base);
	}
	if (now - program->alive_us >= ALIVE_US) {
		program->alive_us = now;
		wf_notify_alive();
	}
	desk_tick(program->desk);
}

static bool
set_up_desk(struct program *program)
{
	const struct desk_options options = {
		.base = program->base,
		.clock = program->clock,
		.daemon = program->daemon,
		.say = wf_say,
	};

	if (desk_new(&options, program->site, program->fd, &program->desk) != WF_OK)
		return false;
	program->fd = -1;
	return true;
}

static bool
set_up(struct program *program)
{
	const struct timeval every = {.tv_usec = TICK_US};
	wf_status status = site_open(program->site, &program->clock);

	if (status == WF_UNSUPPORTED) {
		wf_say(LOG_ERR, "this machine's OpenSSL has no MD5, which RADIUS is made of: "
				"RADIUS servers cannot be asked from here");
		return false;
	}
	program->base = status == WF_OK ? event_base_new() : NULL;
	if (program->base != NULL && set_up_desk(program))
		program->tick = event_new(program->base, -1, EV_PERSIST, on_tick, program);
	if (program->tick != NULL && event_add(program->tick, &every) == 0 &&
		wf_signals_heed(-1, false) == WF_OK)
		return true;
	wf_say(LOG_ERR, "the program could not be set up: is there memory enough?");
	return false;
}

static void
tear_down(struct program *program)
{
	if (program->tick != NULL)
		event_free(program->tick);
	desk_free(&program->desk);
	site_return(&program->site);
	runner_stop(&program->runner);
	if (program->fd >= 0)
		close(program->fd);
	if (program->base != NULL)
		event_base_free(program->base);
}

static bool
run(struct program *program)
{
	wf_say_f(LOG_NOTICE,
		"version %s asks and delivers for the daemon; sections upstream, stream, mail "
		"and commands: %zu",
		PACKAGE_VERSION, program->site->nbooths);
	wf_notify_ready();
	if (event_base_dispatch(program->base) >= 0 && program->stopping)
		return true;
	wf_say(LOG_ERR, "the program ended by itself; start it again");
	return false;
}

static int
serve(const struct wf_options *options)
{
	struct program program = {.options = options, .clock = wf_clock_system, .fd = -1};
	int code = 1;

	wf_say_open("warifu-egress", options->stderr_log);
	wf_signals_ignore();
	wf_secret_keep(SECRET_PAGES_KEPT);
	if (open_as_root(&program) && start_runner(&program) && load(&program)) {
		warn_of_secrets(&program);
		if (enter_cage(program.site->config) && set_up(&program))
			code = run(&program) ? 0 : 1;
	}
	tear_down(&program);
	wf_secret_keep(0);
	return code;
}

static int
check(const struct wf_options *options)
{
	struct site *site = NULL;
	char why[SITE_WHY_MAX] = "";

	if (site_load(options->config, &site, why) != WF_OK) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	printf(_("%s: fine\n"), site->config->file);
	site_return(&site);
	return 0;
}

static const wf_task_run tasks[] = {
	[TASK_SERVE] = serve,
	[TASK_CHECK] = check,
};

int
main(int argc, char **argv)
{
	return wf_options_main(&egress_command_line, tasks, argc, argv);
}
