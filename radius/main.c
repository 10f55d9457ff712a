/*
 * warifu-radiusd: parse the configuration, open the sockets, drop privilege and verify it, read
 * the secrets, set limits, enter the cage, serve.  It holds no user's secret and no store: passing
 * passwords go to the daemon.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/cage.h"
#include "common/i18n.h"
#include "common/notify.h"
#include "common/become.h"
#include "common/privilege.h"
#include "common/say.h"
#include "common/signals.h"
#include "common/tls/accept.h"
#include "common/tls/trust.h"
#include "radius/sandbox_calls.h"
#include "radius/server.h"

#define SECRET_PAGES_KEPT 512

static wf_status
open_socket(const struct config_listener *listener, int *fd_r)
{
	if (listener->transport == LISTEN_TLS)
		return wf_accept_socket(&listener->address, listener->address_len, fd_r);
	return listener_open(listener, fd_r);
}

static bool
open_sockets(struct server *server, const struct config_radius *radius)
{
	for (size_t i = 0; i < radius->nlisteners; i++) {
		const struct config_listener *listener = &radius->listeners[i];

		server->fds[i] = -1;
		server->nfds = i + 1;
		if (open_socket(listener, &server->fds[i]) == WF_OK)
			continue;
		wf_say_f(listener->written ? LOG_ERR : LOG_NOTICE, "cannot listen at %s: %s",
			listener->text, strerror(errno));
		if (listener->written || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
			return false;
	}
	return true;
}

/* Who serves radius.sock, found out while names can be looked up. */
static void
find_daemon(struct server *server, const struct config *config)
{
	gid_t gid;

	server->daemon_uid = geteuid();
	if (config->user[0] != '\0' &&
		wf_privilege_user(config->user, &server->daemon_uid, &gid) != WF_OK)
		server->daemon_uid = 0;
	snprintf(server->daemon_path, sizeof(server->daemon_path), "%s/radius.sock",
		config->run_dir);
}

/* What needs root, or a name service. */
static bool
open_as_root(struct server *server)
{
	struct config *config = NULL;
	struct config_error error = {""};
	bool fine;

	if (config_load(server->options->config, &config, &error) != WF_OK) {
		wf_say(LOG_ERR, error.text);
		return false;
	}
	find_daemon(server, config);
	fine = open_sockets(server, &config->radius) &&
	       wf_become(config->radius.user, "radius.user");
	config_free(&config);
	return fine;
}

static bool
load(struct server *server)
{
	char why[SITE_WHY_MAX] = "", path[512];
	size_t line = 0;
	wf_status status;

	if (site_load(server->options->config, &server->books, &server->site, why) != WF_OK) {
		wf_say(LOG_ERR, why);
		return false;
	}
	snprintf(path, sizeof(path), "%s/learned", server->site->config->radius.state_dir);
	status = learned_open(path, &server->learned, &line);
	if (status == WF_OK)
		return true;
	wf_say_f(LOG_ERR,
		"what was learned about clients cannot be read (%s, line %zu: %s); without it they "
		"could be fooled again: mend it, or "
		"remove it if no client has message_authenticator = \"auto\"",
		path, line, wf_status_text(status));
	return false;
}

/* Folders that are read again at a reload. */
static void
gather_paths(struct wf_cage *cage, const struct config *config)
{
	const char *const files[] = {config->file, config->radius.certificate, config->radius.key,
		config->radius.ca, config->radius.crl};

	wf_cage_add(cage, config->radius.state_dir, true);
	wf_cage_add(cage, config->profiles_dir, false);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		wf_cage_add_folder_of(cage, files[i]);
	for (size_t i = 0; i < config->radius.nclients; i++) {
		wf_cage_add_folder_of(cage, config->radius.clients[i].secret_file);
		wf_cage_add_folder_of(cage, config->radius.clients[i].psk_file);
	}
	for (size_t i = 0; i < config->radius.ndictionaries; i++)
		wf_cage_add_folder_of(cage, config->radius.dictionaries[i]);
}

static bool
enter_cage(const struct config *config)
{
	struct wf_cage *cage = NULL;
	bool fine;

	if (wf_cage_new(&cage) != WF_OK) {
		wf_say(LOG_ERR, "there is no memory for the server's cage");
		return false;
	}
	gather_paths(cage, config);
	wf_cage_allow(cage, sandbox_calls, sandbox_calls_count);
	fine = wf_cage_enter(cage);
	wf_cage_free(&cage);
	return fine;
}

static void
say_serving(const struct server *server)
{
	const struct config_radius *radius = &server->site->config->radius;
	char text[CONFIG_LISTENERS_MAX * 66] = "";
	size_t len = 0;

	for (size_t i = 0; i < radius->nlisteners; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, " %s", radius->listeners[i].text);
	wf_say_f(LOG_NOTICE, "version %s serves at%s; clients: %zu", PACKAGE_VERSION, text,
		server->site->nclients);
}

/* What does not stop the start. */
static bool
warn_of_secrets(const struct server *server)
{
	const struct config *config = server->site->config;
	int64_t wall_us = wf_clock_now(&server->clock).wall_us;
	char text[512];

	for (size_t i = 0; i < config->radius.nclients; i++) {
		struct config_secret_finding finding = config_secret_check(
			&config->radius.clients[i], config->radius_uid, wall_us);

		if (finding.fault == SECRET_FINE)
			continue;
		config_secret_say(&config->radius.clients[i], &finding, text, sizeof(text));
		wf_say(LOG_WARNING, text);
	}
	return true;
}

static int
serve(const struct wf_options *options)
{
	struct server server = {.options = options, .clock = wf_clock_system};
	int code = 1;

	wf_say_open("warifu-radiusd", options->stderr_log);
	wf_signals_ignore();
	wf_secret_keep(SECRET_PAGES_KEPT);
	if (open_as_root(&server) && load(&server) && warn_of_secrets(&server) &&
		enter_cage(server.site->config) && server_set_up(&server)) {
		say_serving(&server);
		wf_notify_ready();
		code = server_run(&server) ? 0 : 1;
		if (code != 0)
			wf_say(LOG_ERR, "the server ended by itself; start it again");
	}
	server_clear(&server);
	wf_secret_keep(0);
	return code;
}

static int
check(const struct wf_options *options)
{
	struct books books = {NULL};
	struct site *site = NULL;
	char why[SITE_WHY_MAX] = "";
	wf_status status = site_load(options->config, &books, &site, why);

	if (status == WF_OK)
		status = site_tls_check(site, why);
	if (status != WF_OK)
		fprintf(stderr, "%s\n", why);
	if (status == WF_OK || status == WF_NO)
		printf(_("%s: fine\n"), site->config->file);
	site_return(&site);
	books_clear(&books);
	return status == WF_OK || status == WF_NO ? 0 : 1;
}

static const wf_task_run tasks[] = {
	[TASK_SERVE] = serve,
	[TASK_CHECK] = check,
};

int
main(int argc, char **argv)
{
	return wf_options_main(&radiusd_command_line, tasks, argc, argv);
}
