/* Root is given up by name: the same few steps and sentences for every server. */
#include "config.h"

#include "common/become.h"

#include <string.h>
#include <sys/types.h>
#include <syslog.h>
#include <unistd.h>

#include "common/privilege.h"
#include "common/say.h"

static bool
drop(const char *user, const char *option)
{
	uid_t uid;
	gid_t gid;

	if (wf_privilege_user(user, &uid, &gid) != WF_OK) {
		wf_say_f(LOG_ERR,
			"the user '%s' (option %s) does not exist: make it with "
			"'useradd --system %s'",
			user, option, user);
		return false;
	}
	if (wf_privilege_drop(uid, gid) == WF_OK)
		return true;
	wf_say(LOG_ERR, "privilege could not be dropped");
	return false;
}

bool
wf_become(const char *user, const char *option)
{
	bool other = user[0] != '\0' && strcmp(user, "root") != 0;

	if (geteuid() == 0 && other && !drop(user, option))
		return false;
	if (wf_privilege_limits() == WF_OK)
		return true;
	wf_say(LOG_ERR, "the limits of the process could not be set");
	return false;
}
