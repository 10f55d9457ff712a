/* Nothing here blocks: what has come lies in the kernel's buffer already. */
#include "config.h"

#include "tests/unit/radius/fake_daemon.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define IN_MAX (16 << 20)

void
fake_daemon_open(struct fake_daemon *daemon)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*daemon = (struct fake_daemon){.folder = "/tmp/warifu-daemon-XXXXXX", .fd = -1};
	ck_assert_ptr_nonnull(mkdtemp(daemon->folder));
	snprintf(daemon->path, sizeof(daemon->path), "%s/radius.sock", daemon->folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", daemon->path);
	daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(daemon->listener, 0);
	ck_assert_int_eq(
		bind(daemon->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(daemon->listener, 8), 0);
	wf_buf_init(&daemon->in, IN_MAX);
}

void
fake_daemon_hang_up(struct fake_daemon *daemon)
{
	if (daemon->fd >= 0)
		close(daemon->fd);
	daemon->fd = -1;
	daemon->ended = false;
	wf_buf_cut(&daemon->in, 0);
}

void
fake_daemon_close(struct fake_daemon *daemon)
{
	fake_daemon_hang_up(daemon);
	close(daemon->listener);
	wf_buf_clear(&daemon->in);
	unlink(daemon->path);
	rmdir(daemon->folder);
}

bool
fake_daemon_accept(struct fake_daemon *daemon)
{
	int fd = accept4(daemon->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return false;
	fake_daemon_hang_up(daemon);
	daemon->fd = fd;
	return true;
}

void
fake_daemon_write(struct fake_daemon *daemon, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(daemon->fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

void
fake_daemon_say(struct fake_daemon *daemon, const struct wf_msg *msg)
{
	struct wf_buf frame;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(msg, &frame), WF_OK);
	fake_daemon_write(daemon, frame.data, frame.len);
	wf_buf_clear(&frame);
}

static void
take_bytes(struct fake_daemon *daemon)
{
	uint8_t bytes[4096];
	ssize_t got;

	while ((got = recv(daemon->fd, bytes, sizeof(bytes), 0)) > 0)
		ck_assert_int_eq(wf_buf_put(&daemon->in, bytes, (size_t)got), WF_OK);
	daemon->ended = got == 0;
}

bool
fake_daemon_hear(struct fake_daemon *daemon, struct wf_msg *msg_r)
{
	size_t len;

	if (daemon->fd < 0)
		return false;
	take_bytes(daemon);
	if (wf_frame_length(daemon->in.data, daemon->in.len, &len) != WF_OK ||
		daemon->in.len < len)
		return false;
	ck_assert_int_eq(wf_msg_decode(daemon->in.data, len, msg_r), WF_OK);
	memmove(daemon->in.data, daemon->in.data + len, daemon->in.len - len);
	wf_buf_cut(&daemon->in, daemon->in.len - len);
	return true;
}
