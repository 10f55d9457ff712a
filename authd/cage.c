/* The daemon's cage: its folders by Landlock, its system calls by seccomp. */
#include "config.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "authd/daemon.h"
#include "authd/sandbox_calls.h"
#include "common/sandbox.h"
#include "common/say.h"

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
	bool relay = config_is_relay(&config->relay);
	const struct config_trust *trust = relay ? &config->relay.trust : &config->relays.trust;
	char conf[sizeof(config->file)], keys[sizeof(config->key_file)];
	char certificate[sizeof(trust->certificate)], key[sizeof(trust->key)];
	char ca[sizeof(trust->ca)];
	struct wf_sandbox_path paths[16] = {
		{config->state_dir, true},
		{config->run_dir, true},
		{"/etc", false},                /* names of users and groups, time zone */
		{"/usr", false},                /* translations, dictionary */
		{"/lib", false},                /* modules of name look-ups */
		{"/var/cache/cracklib", false}, /* dictionary */
		{"/proc", false},               /* the processes of callers */
		{"/run", false},                /* name services */
		{"/dev/urandom", false},
		{"/sys/devices/system/cpu", false}, /* the C library counts processors */
		{folder_of(conf, config->file, sizeof(conf)), false},
		{config->profiles_dir, false},
	};
	size_t n = 12;

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

	if (!config_is_relay(&config->relay))
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
		wf_say(LOG_NOTICE, "there is no Landlock here: the daemon's files are guarded by "
				   "their modes alone");
	if (status != WF_OK && status != WF_UNSUPPORTED) {
		wf_say(LOG_ERR, "Landlock refused the daemon's folders");
		return false;
	}
	if (cage_calls(config) == WF_OK)
		return true;
	wf_say(LOG_ERR, "the filter of system calls could not be installed");
	return false;
}
