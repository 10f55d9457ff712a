/* Dropping privilege and the limits of the process. */
#include "config.h"

#include "common/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/sandbox.h"

wf_status
wf_privilege_user(const char *name, uid_t *uid_r, gid_t *gid_r)
{
	const struct passwd *user;

	wf_fault_shelter(true); /* glibc 2.36 asserts that it could read nsswitch.conf */
	user = getpwnam(name);	/* before any thread is started */
	wf_fault_shelter(false);
	if (user == NULL)
		return WF_NOT_FOUND;
	*uid_r = user->pw_uid;
	*gid_r = user->pw_gid;
	return WF_OK;
}

wf_status
wf_privilege_drop(uid_t uid, gid_t gid)
{
	uid_t ruid, euid, suid;

	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
		setresuid(uid, uid, uid) != 0)
		return WF_DENIED;
	if (getresuid(&ruid, &euid, &suid) != 0 || ruid != uid || euid != uid || suid != uid)
		return WF_DENIED;
	if (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return WF_DENIED;
	return WF_OK;
}

wf_status
wf_privilege_limits(void)
{
	struct rlimit files;

	umask(077);
	if (wf_sandbox_limits() != WF_OK || getrlimit(RLIMIT_NOFILE, &files) != 0)
		return WF_DENIED;
	files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
	return setrlimit(RLIMIT_NOFILE, &files) == 0 ? WF_OK : WF_DENIED;
}
