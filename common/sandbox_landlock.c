/* Landlock by its three system calls: the C library has no wrappers for them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/sandbox.h"

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES                                                                 \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |         \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
		LANDLOCK_ACCESS_FS_REMOVE_DIR)
#define REST                                                                  \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |          \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static wf_status
allow(int rules, const struct wf_sandbox_path *path)
{
	struct landlock_path_beneath_attr rule = {
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC)};
	struct stat info;
	int result;

	if (rule.parent_fd < 0)
		return errno == ENOENT ? WF_OK : WF_DENIED;
	if (fstat(rule.parent_fd, &info) != 0) {
		close(rule.parent_fd);
		return WF_IO;
	}
	rule.allowed_access = path->write ? READS | WRITES : READS;
	if (!S_ISDIR(info.st_mode))
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	result = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return result == 0 ? WF_OK : WF_DENIED;
}

wf_status
wf_sandbox_paths(const struct wf_sandbox_path *paths, size_t n)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = READS | WRITES | REST};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	wf_status status = WF_OK;

	/* EPERM: a container's own filter hides it. */
	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? WF_UNSUPPORTED
										: WF_DENIED;
	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = allow(rules, &paths[i]);
	if (status == WF_OK && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		status = WF_DENIED;
	close(rules);
	return status;
}
