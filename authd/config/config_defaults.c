/*
 * What holds where no file says anything, and the names that are looked up once the files are read.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_load.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/config/config_value.h"
#include "common/breakglass.h"
#include "common/fault.h"

#define LOOKUP_MAX 65536 /* bytes for one entry of NSS */

/* By enum role of account/act.h; the first is "none". */
static const char *const role_groups[] = {
	NULL,
	"warifu-viewer",
	"warifu-auditor",
	"warifu-helpdesk",
	"warifu-officer",
	"warifu-admin",
};
_Static_assert(sizeof(role_groups) / sizeof(role_groups[0]) ==
		       sizeof(((struct config *)NULL)->role_groups) / sizeof(gid_t),
	"one group for each role");

#define SET(field, value) (void)snprintf((field), sizeof(field), "%s", (value))

/*
 * A key that the service manager handed over as a credential goes before the file of the daemon's
 * own.
 */
static void
default_key_file(struct config *config)
{
	const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[sizeof(config->key_file)];
	int len = folder == NULL ? -1 : snprintf(path, sizeof(path), "%s/warifu.key", folder);

	if (len > 0 && (size_t)len < sizeof(path) && access(path, F_OK) == 0)
		SET(config->key_file, path);
	else
		SET(config->key_file, WF_STATEDIR "/keys/warifu.key");
}

void
config_defaults(struct config *config)
{
	char host[sizeof(config->node)];

	memset(config, 0, sizeof(*config));
	SET(config->run_dir, WF_RUNDIR);
	SET(config->state_dir, WF_STATEDIR);
	default_key_file(config);
	SET(config->breakglass_file, WF_BREAKGLASS_PATH);
	SET(config->profiles_dir, PROFILEDIR);
	SET(config->user, "warifu");
	SET(config->issuer, "Warifu");
	config->mode = MODE_ENFORCE;
	config->queue = 256;
	config->checkpoint_rows = 10000;
	config->connections = 1024;
	config->password_cost.memory_kib = 19456;
	config->password_cost.passes = 2;
	config->password_cost.lanes = 1;
	policy_init(&config->policy);
	config_radius_defaults(&config->radius);
	detect_settings_init(&config->detect);
	config_backup_defaults(&config->backup);
	config_alert_defaults(config);
	SET(config->upstreams.user, "warifu-egress");
	if (gethostname(host, sizeof(host)) == 0) {
		host[sizeof(host) - 1] = '\0';
		if (config_is_name(host))
			SET(config->node, host);
	}
}

static gid_t
group_id(const char *name, char *scratch)
{
	struct group entry, *found = NULL;

	if (getgrnam_r(name, &entry, scratch, LOOKUP_MAX, &found) != 0 || found == NULL)
		return (gid_t)-1;
	return found->gr_gid;
}

/*
 * Who a program runs as: whoever starts it where no user is written, nobody where there is no such
 * user.
 */
static void
find_user(const char *name, uid_t *uid_r, gid_t *gid_r, char *scratch)
{
	struct passwd entry, *found = NULL;

	*uid_r = geteuid();
	*gid_r = getegid();
	if (name[0] == '\0')
		return;
	*uid_r = (uid_t)-1;
	*gid_r = (gid_t)-1;
	if (getpwnam_r(name, &entry, scratch, LOOKUP_MAX, &found) != 0 || found == NULL)
		return;
	*uid_r = found->pw_uid;
	*gid_r = found->pw_gid;
}

wf_status
config_names(struct config *config)
{
	char *scratch = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(LOOKUP_MAX);

	if (scratch == NULL)
		return WF_NO_MEMORY;
	wf_fault_shelter(true); /* whatever name services the machine has */
	config->role_groups[0] = (gid_t)-1;
	for (size_t i = 1; i < sizeof(role_groups) / sizeof(role_groups[0]); i++)
		config->role_groups[i] = group_id(role_groups[i], scratch);
	find_user(config->radius.user, &config->radius_uid, &config->radius_gid, scratch);
	find_user(config->upstreams.user, &config->upstreams.uid, &config->upstreams.gid, scratch);
	wf_fault_shelter(false);
	free(scratch);
	return WF_OK;
}
