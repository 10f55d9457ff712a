/* Making a listening Unix socket: an old file is removed, one that is in use is left alone. */
#include "config.h"

#include "common/link/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fault.h"

/* Whether a daemon listens there: then its socket is not taken away from it. */
static bool
is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served =
		fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
				   errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return served;
}

/* WF_EXISTS: another file, or another daemon's socket, is there. */
static wf_status
bind_at(int fd, const char *path, mode_t mode, uid_t owner, gid_t group)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat info;

	if (strlen(path) >= sizeof(address.sun_path))
		return WF_TOO_LONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (lstat(path, &info) == 0 &&
		(!S_ISSOCK(info.st_mode) || is_served(&address) || unlink(path) != 0))
		return WF_EXISTS;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return errno == EACCES ? WF_DENIED : WF_IO;
	if (chmod(path, mode) != 0 ||
		((owner != (uid_t)-1 || group != (gid_t)-1) && chown(path, owner, group) != 0))
		return WF_DENIED;
	return listen(fd, SOMAXCONN) == 0 ? WF_OK : WF_IO;
}

wf_status
wf_socket_listen(const char *path, mode_t mode, uid_t owner, gid_t group, int *fd_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	wf_status status;

	if (fd < 0)
		return WF_IO;
	status = bind_at(fd, path, mode, owner, group);
	if (status != WF_OK) {
		close(fd);
		return status;
	}
	*fd_r = fd;
	return WF_OK;
}
