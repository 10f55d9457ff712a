/*
 * sendto() and recvfrom() as libradcli finds them. The names are given by labels, because the
 * headers of libc may define functions of these names by themselves.
 */
#include "config.h"

#include "authd/egress/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

ssize_t guarded_sendto(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to,
	socklen_t to_len) __asm__("sendto");
ssize_t guarded_recvfrom(int fd, void *bytes, size_t size, int flags, struct sockaddr *from,
	socklen_t *from_len) __asm__("recvfrom");

static _Thread_local struct guard *current;

static const struct wf_secret given = {
	.bytes = (uint8_t *)(uintptr_t)GUARD_SECRET, .len = sizeof(GUARD_SECRET) - 1};

void
guard_enter(struct guard *guard)
{
	wf_buf_init_secret(&guard->frame, PACKET_MAX);
	current = guard;
}

void
guard_leave(struct guard *guard)
{
	current = NULL;
	wf_buf_clear(&guard->frame);
}

static int64_t
now_us(const struct guard *guard)
{
	return wf_clock_now(&guard->clock).boot_us;
}

/* --- going out --- */

static wf_status
add_password(struct guard *guard)
{
	uint8_t hidden[HIDDEN_MAX];
	size_t len;
	wf_status status = authenticator_hide(
		&guard->binding, guard->asked.authenticator, guard->password, hidden, &len);

	return status == WF_OK ? reply_add(&guard->frame, ATTR_USER_PASSWORD, hidden, len) : status;
}

/* A Message-Authenticator of the library's own would be one by the wrong secret. */
static wf_status
add_attribute(struct guard *guard, const struct attribute *attribute)
{
	if (attribute->type == ATTR_USER_PASSWORD)
		return add_password(guard);
	if (attribute->type == ATTR_MESSAGE_AUTHENTICATOR)
		return WF_OK;
	return reply_add(&guard->frame, attribute->type, attribute->value, attribute->len);
}

/* The request of the library as it really goes out. */
static wf_status
build(struct guard *guard, const uint8_t *bytes, size_t len)
{
	struct packet packet;
	wf_status status;

	if (packet_read(bytes, len, &packet) != PACKET_FINE || packet.code != CODE_ACCESS_REQUEST)
		return WF_INVALID;
	guard->asked.id = packet.id;
	memcpy(guard->asked.authenticator, packet.authenticator, PACKET_AUTHENTICATOR);
	status = request_begin(&guard->frame, packet.id, packet.authenticator);
	for (size_t i = 0; status == WF_OK && i < packet.nattributes; i++)
		status = add_attribute(guard, &packet.attributes[i]);
	return status == WF_OK ? request_end(&guard->binding, &guard->frame) : status;
}

/* Connected, the socket hears of a port where nobody listens, and nothing from other addresses. */
static bool
prepare(struct guard *guard, int fd, const void *bytes, size_t len, const struct sockaddr *to,
	socklen_t to_len)
{
	guard->unmade = build(guard, bytes, len) != WF_OK;
	if (!guard->unmade && connect(fd, to, to_len) == 0)
		return true;
	guard->error = guard->unmade ? 0 : errno;
	wf_buf_cut(&guard->frame, 0);
	return false;
}

static ssize_t
fail(int error)
{
	errno = error;
	return -1;
}

/* The library is told that what it gave has gone, whatever the length was. */
static ssize_t
send_guarded(struct guard *guard, int fd, const void *bytes, size_t len, const struct sockaddr *to,
	socklen_t to_len)
{
	int64_t now = now_us(guard);

	if (guard->sent >= guard->tries || now >= guard->deadline_boot_us || *guard->dropped)
		return fail(ETIMEDOUT);
	if (guard->frame.len == 0 && !prepare(guard, fd, bytes, len, to, to_len))
		return fail(EINVAL);
	if (send(fd, guard->frame.data, guard->frame.len, 0) < 0) {
		guard->error = errno;
		return -1;
	}
	guard->error = 0;
	guard->sent++;
	guard->sent_us = now;
	return (ssize_t)len;
}

ssize_t
guarded_sendto(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to,
	socklen_t to_len)
{
	struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
	const struct msghdr plain = {.msg_name = (void *)(uintptr_t)to,
		.msg_namelen = to == NULL ? 0 : to_len,
		.msg_iov = &part,
		.msg_iovlen = 1};

	return current == NULL ? sendmsg(fd, &plain, flags)
			       : send_guarded(current, fd, bytes, len, to, to_len);
}

/* --- coming in --- */

/* False: dropped. */
static bool
believe(struct guard *guard, size_t len)
{
	enum access_fault fault =
		access_check(&guard->binding, &guard->asked, guard->bytes, len, &guard->answer);

	guard->answered = fault == ACCESS_FINE || (fault == ACCESS_UNSIGNED && !guard->signed_only);
	if (guard->answered)
		return true;
	guard->refused++;
	guard->fault = fault;
	return false;
}

/* The answer as the library expects it: by the secret that it was given. */
static ssize_t
hand_over(const struct guard *guard, uint8_t *bytes, size_t size)
{
	const struct packet *answer = &guard->answer;
	const struct digest_part parts[] = {
		{answer->bytes, PACKET_HEADER - PACKET_AUTHENTICATOR},
		{guard->asked.authenticator, PACKET_AUTHENTICATOR},
		{answer->bytes + PACKET_HEADER, answer->len - PACKET_HEADER},
		{given.bytes, given.len},
	};
	uint8_t md5[DIGEST_LEN];

	if (answer->len > size || digest_md5(guard->binding.digest, parts,
					  sizeof(parts) / sizeof(parts[0]), md5) != WF_OK)
		return fail(EIO);
	memcpy(bytes, answer->bytes, answer->len);
	memcpy(bytes + PACKET_HEADER - PACKET_AUTHENTICATOR, md5, sizeof(md5));
	return (ssize_t)answer->len;
}

/* Until the time for this try is over; false then. */
static bool
wait_for_more(const struct guard *guard, int fd)
{
	int64_t end_us = guard->sent_us + guard->try_us;
	int64_t left_us = (end_us < guard->deadline_boot_us ? end_us : guard->deadline_boot_us) -
			  now_us(guard);
	struct pollfd waiting = {.fd = fd, .events = POLLIN};

	return left_us > 0 && poll(&waiting, 1, (int)(left_us / 1000) + 1) > 0;
}

static ssize_t
receive_guarded(struct guard *guard, int fd, uint8_t *bytes, size_t size)
{
	do {
		ssize_t got = recv(fd, guard->bytes, sizeof(guard->bytes), MSG_DONTWAIT);

		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (got > 0 && believe(guard, (size_t)got))
			return hand_over(guard, bytes, size);
	} while (wait_for_more(guard, fd));
	return fail(EAGAIN); /* the library sends again, or gives up */
}

ssize_t
guarded_recvfrom(
	int fd, void *bytes, size_t size, int flags, struct sockaddr *from, socklen_t *from_len)
{
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr plain = {.msg_name = from,
		.msg_namelen = from == NULL ? 0 : *from_len,
		.msg_iov = &part,
		.msg_iovlen = 1};
	ssize_t got;

	if (current != NULL)
		return receive_guarded(current, fd, bytes, size);
	got = recvmsg(fd, &plain, flags);
	if (got >= 0 && from != NULL)
		*from_len = plain.msg_namelen;
	return got;
}
