/* Made of the product's own stream: the wire is not what is tested here. */
#include "config.h"

#include "tests/unit/relay/far.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
far_trust(const struct authority *authority, const char *file, struct config_trust *trust_r)
{
	char path[AUTHORITY_PATH];

	authority_path(authority, file, "crt", path);
	snprintf(trust_r->certificate, sizeof(trust_r->certificate), "%s", path);
	authority_path(authority, file, "key", path);
	snprintf(trust_r->key, sizeof(trust_r->key), "%s", path);
	snprintf(trust_r->ca, sizeof(trust_r->ca), "%s", authority->ca);
}

static wf_status
up(void *ctx)
{
	((struct far *)ctx)->up = true;
	return WF_OK;
}

/* A copy, by way of its frame. */
static wf_status
take(void *ctx, const struct wf_msg *msg)
{
	struct far *far = ctx;
	struct wf_buf frame;
	wf_status status;

	if (far->n == FAR_KEPT)
		return WF_FULL;
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	status = wf_msg_encode(msg, &frame);
	if (status == WF_OK)
		status = wf_msg_decode(
			frame.data, frame.len, &far->got[(far->first + far->n) % FAR_KEPT]);
	wf_buf_clear(&frame);
	far->n += status == WF_OK;
	return status;
}

static void
down(void *ctx, const char *why)
{
	struct far *far = ctx;

	far->up = false;
	far->down = true;
	snprintf(far->why, sizeof(far->why), "%s", why);
	stream_free(&far->stream);
}

void
far_open(struct far *far, struct event_base *base, int fd, const struct authority *authority,
	const char *file, enum trust_end end)
{
	struct config_trust trust;
	struct stream_options options = {
		.base = base,
		.fd = fd,
		.end = end,
		.host = "127.0.0.1",
		.ctx = far,
		.up = up,
		.take = take,
		.down = down,
	};
	char why[256] = "";

	*far = (struct far){.up = false};
	far_trust(authority, file, &trust);
	ck_assert_msg(
		trust_new(&trust, end, &far->context, why, sizeof(why)) == WF_OK, "%s", why);
	options.context = far->context;
	ck_assert_int_eq(stream_new(&options, &far->stream), WF_OK);
}

void
far_close(struct far *far)
{
	struct wf_msg msg;

	stream_free(&far->stream);
	while (far_hear(far, &msg))
		wf_msg_clear(&msg);
	SSL_CTX_free(far->context);
	far->context = NULL;
	far->up = false;
}

void
far_say(struct far *far, const struct wf_msg *msg)
{
	ck_assert_msg(far->stream != NULL, "%s", far->why);
	ck_assert_int_eq(stream_send(far->stream, msg), WF_OK);
}

void
far_say_empty(struct far *far, enum wf_msg_type type)
{
	struct wf_msg msg;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	far_say(far, &msg);
	wf_msg_clear(&msg);
}

bool
far_hear(struct far *far, struct wf_msg *msg_r)
{
	if (far->n == 0)
		return false;
	*msg_r = far->got[far->first];
	far->first = (far->first + 1) % FAR_KEPT;
	far->n--;
	return true;
}

unsigned
far_port(int fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin_port);
}

int
far_listen(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 128), 0);
	return fd;
}

int
far_dial(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)), 0);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	return fd;
}
