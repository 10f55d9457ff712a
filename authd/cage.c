/* The daemon's cage: its folders by Landlock, its system calls by seccomp. */
#include "config.h"

#include <libgen.h>
#include <stdio.h>
#include <syslog.h>

#include "authd/daemon.h"
#include "authd/sandbox_calls.h"
#include "common/cage.h"
#include "common/say.h"

/*
 * Where copies go.  A mount may come and go: what is mounted later is known by the folder that it
 * is in, so that one is open, too, as far as its modes let the daemon's user in.
 */
static void
gather_backup(struct wf_cage *cage, const struct config_backup *backup)
{
	char second[sizeof(backup->second)];

	if (backup->to[0] != '\0')
		wf_cage_add(cage, backup->to, true);
	if (backup->second[0] == '\0')
		return;
	wf_cage_add(cage, backup->second, true);
	snprintf(second, sizeof(second), "%s", backup->second);
	wf_cage_add(cage, dirname(second), true);
}

/* Its own folders to write, a few to read. */
static void
gather_paths(struct wf_cage *cage, const struct config *config, bool relay)
{
	const struct config_trust *trust = relay ? &config->relay.trust : &config->relays.trust;
	char keys[sizeof(config->key_file)];

	wf_cage_add(cage, config->state_dir, true);
	wf_cage_add(cage, config->run_dir, true);
	if (!relay)
		gather_backup(cage, &config->backup);
	wf_cage_add(cage, "/var/cache/cracklib", false); /* dictionary */
	wf_cage_add(cage, "/proc", false);               /* the processes of callers */
	wf_cage_add(cage, config->profiles_dir, false);
	wf_cage_add_folder_of(cage, config->file);
	snprintf(keys, sizeof(keys), "%s", config->key_file);
	if (!relay)
		wf_cage_add(cage, dirname(keys), true);
	wf_cage_add_folder_of(cage, config->leak_list);
	wf_cage_add_folder_of(cage, config->countries);
	snprintf(keys, sizeof(keys), "%s", config->checkpoint_file);
	if (keys[0] != '\0')
		wf_cage_add(cage, dirname(keys), true);
	wf_cage_add_folder_of(cage, trust->certificate);
	wf_cage_add_folder_of(cage, trust->key);
	wf_cage_add_folder_of(cage, trust->ca);
}

bool
daemon_cage(const struct config *config)
{
	bool relay = config_is_relay(&config->relay);
	struct wf_cage *cage = NULL;
	bool fine;

	if (wf_cage_new(&cage) != WF_OK) {
		wf_say(LOG_ERR, "there is no memory for the daemon's cage");
		return false;
	}
	gather_paths(cage, config, relay);
	wf_cage_allow(cage, sandbox_calls, sandbox_calls_count);
	if (relay)
		wf_cage_allow(cage, sandbox_calls_relay, sandbox_calls_relay_count);
	fine = wf_cage_enter(cage);
	wf_cage_free(&cage);
	return fine;
}
