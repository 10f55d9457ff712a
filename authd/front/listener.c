/*
 * Listening sockets: their own or systemd's; caps per uid and in all; a pause instead of a failure.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/front/internal.h"
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
front_socket(const char *path, mode_t mode, uid_t owner, gid_t group, int *fd_r)
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

static bool
resume_soon(struct front *front)
{
	struct timeval tv = {.tv_usec = 100000};

	return evtimer_add(front->resume, &tv) == 0;
}

/* Tried until all listen again: a daemon that hears nobody would have to be restarted by hand. */
static void
resume(evutil_socket_t fd, short what, void *arg)
{
	struct front *front = arg;
	bool all = true;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < front->nlisteners; i++)
		all = event_add(front->listeners[i].event, NULL) == 0 && all;
	if (!all)
		(void)resume_soon(front);
}

/* Those that wait in the backlog are served a little later. */
void
listeners_pause(struct front *front)
{
	if (!resume_soon(front))
		return;
	for (size_t i = 0; i < front->nlisteners; i++)
		event_del(front->listeners[i].event);
}

static void
out_of(struct front *front, int error)
{
	char text[128];

	snprintf(text, sizeof(text), "new connections have to wait: %s", strerror(error));
	front_complain(front, text);
	listeners_pause(front);
}

static void
accept_ready(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;
	int client;

	(void)what;
	client = accept4((int)fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client >= 0)
		connection_new(listener->front, listener->role, client);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
		out_of(listener->front, errno);
}

wf_status
front_listen(struct front *front, enum front_role role, int fd)
{
	struct listener *listener;

	if (front->nlisteners >= FRONT_LISTENERS_MAX)
		return WF_FULL;
	listener = &front->listeners[front->nlisteners];
	if (evutil_make_socket_nonblocking(fd) != 0 || evutil_make_socket_closeonexec(fd) != 0)
		return WF_INVALID;
	*listener = (struct listener){.front = front, .role = role, .fd = fd};
	listener->event =
		event_new(front->options.base, fd, EV_READ | EV_PERSIST, accept_ready, listener);
	if (listener->event == NULL || event_add(listener->event, NULL) != 0)
		return WF_NO_MEMORY;
	front->nlisteners++;
	return WF_OK;
}

wf_status
front_new(const struct front_options *options, struct front **front_r)
{
	struct front *front = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*front));

	if (front == NULL)
		return WF_NO_MEMORY;
	front->options = *options;
	front->resume = evtimer_new(options->base, resume, front);
	if (front->resume == NULL) {
		free(front);
		return WF_NO_MEMORY;
	}
	*front_r = front;
	return WF_OK;
}

void
front_stop(struct front *front)
{
	for (size_t i = 0; i < front->nlisteners; i++) {
		event_free(front->listeners[i].event);
		close(front->listeners[i].fd);
	}
	front->nlisteners = 0;
	event_del(front->resume);
}

bool
front_busy(const struct front *front)
{
	if (front->acts != NULL)
		return true;
	for (const struct connection *connection = front->connections; connection != NULL;
		connection = connection->next)
		if (connection->out.len > connection->sent)
			return true;
	return false;
}

size_t
front_connections(const struct front *front)
{
	return front->nconnections;
}

void
front_close(struct front *front)
{
	front_stop(front);
	while (front->connections != NULL) {
		control_cancel(front->connections);
		connection_free(front->connections);
	}
}

void
front_free(struct front **front)
{
	struct front *it = *front;

	*front = NULL;
	if (it == NULL)
		return;
	front_close(it);
	event_free(it->resume);
	free(it);
}
