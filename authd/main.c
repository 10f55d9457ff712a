/*
 * warifud: its tasks.  To serve: open what needs root, drop privilege, put the parts together, run
 * the loop.
 */
#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "authd/account/act.h"
#include "authd/daemon.h"
#include "common/i18n.h"
#include "common/language.h"
#include "common/notify.h"
#include "common/say.h"
#include "common/signals.h"

#define SECRET_PAGES_KEPT 256

#define ARENAS 2
#define LARGE (128 * 1024)

static int
serve(const struct wf_options *options)
{
	struct daemon daemon = {.options = options,
		.clock = wf_clock_system,
		.tells = {.lock = PTHREAD_MUTEX_INITIALIZER}};
	struct openings openings = {.n = 0};
	bool relay = false;
	int code = 1;

	/*
	 * Each thread would have memory of its own that it hardly uses; and what is large goes back
	 * to the kernel when it is freed, where glibc would take the next such from the heap.
	 */
	(void)mallopt(M_ARENA_MAX, ARENAS);
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	wf_languages_init(); /* any other task speaks the language of who runs it */
	wf_say_open("warifud", options->stderr_log);
	wf_signals_ignore();
	if (!openings_open(options, &openings, &relay))
		return 1;
	wf_secret_keep(SECRET_PAGES_KEPT);
	if (relay)
		return relay_serve(options, &openings);
	memcpy(daemon.sockets, openings.own, sizeof(daemon.sockets));
	daemon.nsockets = openings.nown;
	daemon.started_us = wf_clock_now(&daemon.clock).wall_us;
	daemon.started_boot_us = wf_clock_now(&daemon.clock).boot_us;
	if (daemon_set_up(&daemon, &openings)) {
		wf_say_f(LOG_NOTICE, "version %s serves %s", PACKAGE_VERSION,
			daemon.live->config->run_dir);
		wf_notify_ready();
		code = loop_run(&daemon) ? 0 : 1;
		if (code != 0)
			wf_say(LOG_ERR, "the daemon ended by itself; start it again");
	}
	daemon_tear_down(&daemon);
	wf_secret_keep(0);
	return code;
}

static void
say_of_secret(const struct origin *origin, const char *text)
{
	fprintf(stderr, "%s:%d: %s\n", origin->file, origin->line, text);
}

static bool
check_client(const struct config *config, const struct config_client *client, int64_t wall_us)
{
	struct config_secret_finding finding =
		config_secret_check(client, config->radius_uid, wall_us);
	char text[512];

	if (finding.fault == SECRET_FINE)
		return true;
	config_secret_say(client, &finding, text, sizeof(text));
	say_of_secret(&client->origin, text);
	return config_secret_is_warning(finding.fault);
}

static bool
check_upstream(
	const struct config *config, const struct config_upstream *upstream, int64_t wall_us)
{
	enum config_secret_fault fault =
		config_upstream_secret_check(&config->upstreams, upstream, wall_us);
	char text[512];

	if (fault == SECRET_FINE)
		return true;
	config_upstream_secret_say(upstream, fault, text, sizeof(text));
	say_of_secret(&upstream->origin, text);
	return config_secret_is_warning(fault);
}

/*
 * The files of secrets: what warifu-radiusd and warifu-egress would not start with, and what is to
 * be warned about.
 */
static bool
check_secrets(const struct config *config)
{
	const int64_t wall_us = wf_clock_now(&wf_clock_system).wall_us;
	bool fine = true;

	for (size_t i = 0; i < config->radius.nclients; i++)
		fine = check_client(config, &config->radius.clients[i], wall_us) && fine;
	for (size_t i = 0; i < config->upstreams.n; i++)
		fine = check_upstream(config, &config->upstreams.list[i], wall_us) && fine;
	return fine;
}

static bool
check_leaks(struct config *config)
{
	char why[512] = "";
	wf_status status = config_leaks_open(config, why, sizeof(why));

	if (status != WF_OK)
		fprintf(stderr, "%s\n", why[0] != '\0' ? why : _(wf_status_text(status)));
	return status == WF_OK;
}

/* Nothing that the start would be refused for. */
static void
tell_entry(const struct config *config)
{
	char text[512];

	if (config_entry_say(config, text, sizeof(text)))
		fprintf(stderr, "%s\n", text);
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
	fine = check_leaks(config) && fine;
	tell_entry(config);
	if (fine)
		printf(_("%s: fine\n"), config->file);
	config_free(&config);
	return fine ? 0 : 1;
}

static const wf_task_run tasks[] = {
	[TASK_SERVE] = serve,
	[TASK_CHECK] = check,
	[TASK_INIT] = task_init,
	[TASK_RESTORE] = task_restore,
	[TASK_VERIFY] = task_verify,
};

int
main(int argc, char **argv)
{
	return wf_options_main(&warifud_command_line, tasks, argc, argv);
}
