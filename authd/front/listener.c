/*
 * Listening sockets: their own or systemd's; caps per uid and in all; a pause instead of a failure.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/front/internal.h"
#include "common/fault.h"

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
