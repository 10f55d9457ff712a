/*
 * Plain calls and those of OpenSSL behind one face: each says that it is done, wants to wait, or is
 * broken. Neither ever blocks; waiting is done in one place, in slices, since nobody may want the
 * result any more.
 */
#include "config.h"

#include "authd/egress/pipe.h"

#include <errno.h>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/tls/dial.h"
#include "common/tls/trust.h"

#define SLICE_US INT64_C(200000)
#define OPINION_US INT64_C(1000000) /* for a receiver to say that it does not want us */
#define PAUSE_LEAST_US INT64_C(100) /* between two looks at what is acknowledged */
#define PAUSE_MOST_US INT64_C(20000)
#define REFUSAL_US INT64_C(10000) /* for an ICMP message; it also keeps bursts of datagrams short */
#define DRAIN_READS 16		  /* of DRAIN_SIZE each, at a time: whoever says more is left */
#define DRAIN_SIZE 4096

void
pipe_init(struct pipe *pipe)
{
	*pipe = (struct pipe){.fd = -1};
}

bool
pipe_is_open(const struct pipe *pipe)
{
	return pipe->fd >= 0;
}

void
pipe_close(struct pipe *pipe)
{
	if (pipe->tls != NULL) {
		(void)SSL_shutdown(pipe->tls); /* says so, and waits for nothing */
		SSL_free(pipe->tls);
		ERR_clear_error(); /* of a shutdown after a fault */
		pipe->tls = NULL;
	}
	if (pipe->fd >= 0)
		close(pipe->fd);
	pipe->fd = -1;
}

static wf_status
fail(struct pipe *pipe, wf_status status, const char *why)
{
	if (why != pipe->why)
		(void)snprintf(pipe->why, sizeof(pipe->why), "%s", why);
	pipe_close(pipe);
	return status;
}

/* --- waiting --- */

static int64_t
now_us(const struct pipe *pipe)
{
	return wf_clock_now(&pipe->clock).boot_us;
}

/* At most so long; false: the deadline is over, or nobody waits. */
static bool
wait_for(const struct pipe *pipe, short events, int64_t most_us)
{
	int64_t left_us = pipe->deadline_boot_us - now_us(pipe);
	struct pollfd pfd = {.fd = pipe->fd, .events = events};
	struct timespec span;

	if (left_us <= 0 || atomic_load(pipe->dropped))
		return false;
	if (left_us > most_us)
		left_us = most_us;
	span = (struct timespec){left_us / 1000000, left_us % 1000000 * 1000};
	(void)ppoll(&pfd, 1, &span, NULL);
	return true;
}

static wf_status
fail_late(struct pipe *pipe)
{
	return fail(pipe, WF_TIMEOUT, "it did not take everything in time");
}

/* --- one step: bytes that went, 0: wait for *events_r, -1: it is broken --- */

static ssize_t
step_of_tls(struct pipe *pipe, int result, short *events_r)
{
	if (result > 0)
		return result;
	switch (SSL_get_error(pipe->tls, result)) {
	case SSL_ERROR_WANT_READ:
		*events_r = POLLIN;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		*events_r = POLLOUT;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		(void)snprintf(pipe->why, sizeof(pipe->why), "it has hung up");
		return -1;
	default:
		wf_trust_cause(pipe->tls, pipe->why, sizeof(pipe->why));
		return -1;
	}
}

static ssize_t
step_of_socket(struct pipe *pipe, ssize_t result, short events, short *events_r)
{
	if (result > 0)
		return result;
	if (result < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)) {
		*events_r = events;
		return 0;
	}
	(void)snprintf(pipe->why, sizeof(pipe->why), "%s",
		result == 0 ? "it has hung up" : strerror(errno));
	return -1;
}

static ssize_t
write_some(struct pipe *pipe, const uint8_t *bytes, size_t len, short *events_r)
{
	if (pipe->tls != NULL)
		return step_of_tls(pipe, SSL_write(pipe->tls, bytes, (int)len), events_r);
	return step_of_socket(pipe, send(pipe->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL),
		POLLOUT, events_r);
}

static ssize_t
read_some(struct pipe *pipe, uint8_t *bytes, size_t size, short *events_r)
{
	if (pipe->tls != NULL)
		return step_of_tls(pipe, SSL_read(pipe->tls, bytes, (int)size), events_r);
	return step_of_socket(pipe, recv(pipe->fd, bytes, size, MSG_DONTWAIT), POLLIN, events_r);
}

/* --- listening --- */

bool
pipe_is_alive(struct pipe *pipe)
{
	uint8_t ignored[DRAIN_SIZE];
	short events;

	for (int i = 0; pipe_is_open(pipe) && i < DRAIN_READS; i++) {
		ssize_t got = read_some(pipe, ignored, sizeof(ignored), &events);

		if (got == 0)
			return true;
		if (got < 0)
			(void)fail(pipe, WF_UNAVAILABLE, pipe->why);
	}
	if (pipe_is_open(pipe))
		(void)fail(pipe, WF_UNAVAILABLE, "it says more than is listened to");
	return false;
}

/* --- opening --- */

static wf_status
shake_hands(struct pipe *pipe)
{
	ssize_t went;
	short events = 0;

	pipe->tls = wf_fault(WF_FAULT_ALLOC) ? NULL : SSL_new(pipe->context);
	if (pipe->tls == NULL || SSL_set_fd(pipe->tls, pipe->fd) != 1 ||
		wf_trust_expect(pipe->tls, pipe->host) != WF_OK)
		return fail(pipe, WF_NO_MEMORY, "there is no memory");
	while ((went = step_of_tls(pipe, SSL_connect(pipe->tls), &events)) == 0)
		if (!wait_for(pipe, events, SLICE_US))
			return fail(pipe, WF_TIMEOUT, "it did not answer in time");
	return went > 0 ? WF_OK : fail(pipe, WF_CRYPTO, pipe->why);
}

/*
 * In TLS 1.3 the handshake is over here before the receiver has looked at our certificate, or at
 * the lack of one.  What it would say first is a ticket, or that it hangs up; some say nothing.
 */
static wf_status
hear_opinion(struct pipe *pipe)
{
	int64_t until_us = now_us(pipe) + OPINION_US;
	struct pollfd heard = {.fd = pipe->fd, .events = POLLIN};

	if (SSL_version(pipe->tls) < TLS1_3_VERSION)
		return WF_OK;
	while (now_us(pipe) < until_us && poll(&heard, 1, 0) == 0)
		if (!wait_for(pipe, POLLIN, SLICE_US))
			return fail(pipe, WF_TIMEOUT, "it did not answer in time");
	return pipe_is_alive(pipe) ? WF_OK : WF_CRYPTO;
}

wf_status
pipe_open(struct pipe *pipe)
{
	struct wf_dial dial = {.fd = -1, .clock = pipe->clock, .type = pipe->type};
	wf_status status;

	(void)snprintf(dial.host, sizeof(dial.host), "%s", pipe->host);
	(void)snprintf(dial.port, sizeof(dial.port), "%s", pipe->port);
	wf_dial_run(&dial);
	pipe->fd = dial.fd;
	if (dial.fd < 0)
		return fail(pipe, WF_UNAVAILABLE, dial.why);
	if (pipe->context == NULL)
		return WF_OK;
	status = shake_hands(pipe);
	return status == WF_OK ? hear_opinion(pipe) : status;
}

/* --- sending --- */

wf_status
pipe_send(struct pipe *pipe, const uint8_t *bytes, size_t len)
{
	short events = POLLOUT;

	while (len > 0) {
		ssize_t went = write_some(pipe, bytes, len, &events);

		if (went < 0)
			return fail(pipe, WF_UNAVAILABLE, pipe->why);
		if (went == 0 && !wait_for(pipe, events, SLICE_US))
			return fail_late(pipe);
		bytes += went;
		len -= (size_t)went;
	}
	return WF_OK;
}

static bool
is_acknowledged(const struct pipe *pipe)
{
	int left = 0;

	return pipe->type == SOCK_DGRAM || (ioctl(pipe->fd, SIOCOUTQ, &left) == 0 && left == 0);
}

/* Nothing wakes whoever waits for an acknowledgement, so it is looked for, ever more seldom. */
wf_status
pipe_settle(struct pipe *pipe)
{
	int64_t pause_us = PAUSE_LEAST_US;

	if (pipe->type == SOCK_DGRAM)
		(void)wait_for(pipe, POLLIN, REFUSAL_US);
	while (pipe_is_alive(pipe)) {
		if (is_acknowledged(pipe))
			return WF_OK;
		if (!wait_for(pipe, POLLIN, pause_us))
			return fail_late(pipe);
		pause_us = pause_us * 2 < PAUSE_MOST_US ? pause_us * 2 : PAUSE_MOST_US;
	}
	return WF_UNAVAILABLE;
}
