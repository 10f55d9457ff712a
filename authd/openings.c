/*
 * What needs root where no service manager did it: the folder and the sockets, the first key file
 * and database; then root is given up for good.  The configuration is read here, and again by
 * whoever serves.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/daemon.h"
#include "authd/service.h"
#include "common/become.h"
#include "common/link/socket.h"
#include "common/privilege.h"
#include "common/say.h"

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

	if (openings->nown >= sizeof(openings->own) / sizeof(openings->own[0]))
		return false;
	if (lstat(path, &info) != 0) {
		wf_say_f(LOG_ERR, "cannot look at the socket %s: %s", path, strerror(errno));
		return false;
	}
	snprintf(own->path, sizeof(own->path), "%s", path);
	own->dev = info.st_dev;
	own->ino = info.st_ino;
	openings->nown++;
	return true;
}

static bool
open_socket(struct openings *openings, const struct config *config, enum front_role role,
	const char *name, mode_t mode, gid_t group)
{
	char path[sizeof(config->run_dir) + 32];
	wf_status status;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", config->run_dir, name);
	status = wf_socket_listen(path, mode, (uid_t)-1, group, &fd);
	if (status != WF_OK) {
		wf_say_f(LOG_ERR,
			"cannot open the socket %s: %s; does another daemon run already, or is "
			"another file there?",
			path, wf_status_text(status));
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
		wf_say_f(
			LOG_ERR, "cannot make the folder %s: %s", config->run_dir, strerror(errno));
		return false;
	}
	fine = open_socket(openings, config, FRONT_PAM, "pam.sock", 0666, (gid_t)-1) &&
	       open_socket(openings, config, FRONT_CONTROL, "control.sock", 0666, (gid_t)-1);
	if (fine && config->radius_uid != (uid_t)-1 && !config_is_relay(&config->relay))
		fine = open_socket(
			openings, config, FRONT_RADIUS, "radius.sock", 0660, config->radius_gid);
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

/*
 * Neither key file nor database, or a crash while they were made: a fresh installation, made by a
 * child that does as --init does.  If only one of them is missing, something was lost, and nothing
 * is made up for it.
 */
static bool
first_start(const struct wf_options *options, const struct config *config)
{
	char database[512], making[512];
	pid_t child;
	int result = 1;

	snprintf(database, sizeof(database), "%s/warifu.db", config->state_dir);
	snprintf(making, sizeof(making), TASK_MAKING, config->state_dir);
	if ((access(database, F_OK) == 0 || access(config->key_file, F_OK) == 0) &&
		access(making, F_OK) != 0)
		return true;
	child = fork();
	if (child == 0)
		_exit(task_first(options));
	if (child < 0 || waitpid(child, &result, 0) != child || !WIFEXITED(result) ||
		WEXITSTATUS(result) == TASK_FIRST_FAILED) {
		wf_say(LOG_ERR, "the key file and the database could not be made: run 'warifud "
				"--init' to see why");
		return false;
	}
	if (WEXITSTATUS(result) == TASK_FIRST_MADE)
		wf_say_f(LOG_NOTICE,
			"made a new key file %s and an empty database; go on with 'warifu init'",
			config->key_file);
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

/*
 * Nobody's store is kept by root: it would be a file that no other user opens again, and as root
 * SQLite gives its files away (fchown), which the sandbox kills the daemon for.
 */
static bool
someone_else(const struct config *config)
{
	if (geteuid() != 0 || (config->user[0] != '\0' && strcmp(config->user, "root") != 0))
		return true;
	wf_say_f(LOG_ERR,
		"warifud does not serve as root, and user = \"%s\" leaves it so: name a user for "
		"it (\"warifu\" if nothing is written), or start it as that user",
		config->user);
	return false;
}

bool
openings_open(const struct wf_options *options, struct openings *openings, bool *relay_r)
{
	struct config *config = NULL;
	struct config_error error = {""};
	bool fine;

	if (config_load(options->config, &config, &error) != WF_OK) {
		wf_say(LOG_ERR, error.text);
		return false;
	}
	*relay_r = config_is_relay(&config->relay);
	fine = someone_else(config) &&
	       (*relay_r ? relay_folder(config) : first_start(options, config)) &&
	       open_sockets(openings, config) && open_relays(openings, config) &&
	       wf_become(config->user, "user");
	config_free(&config);
	return fine;
}
