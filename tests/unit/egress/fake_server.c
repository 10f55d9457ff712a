/* Failures inside end the test. */
#include "config.h"

#include "tests/unit/egress/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct binding
binding_of(struct fake_server *server, bool other)
{
	return (struct binding){
		.digest = server->digest, .secret = other ? &server->other : &server->secret};
}

static void
add_message(struct fake_server *server, struct wf_buf *frame)
{
	const char *bar = server->message == NULL ? NULL : strchr(server->message, '|');
	size_t len = bar == NULL ? 0 : (size_t)(bar - server->message);

	if (server->message == NULL)
		return;
	if (bar != NULL)
		ck_assert_int_eq(reply_add(frame, ATTR_REPLY_MESSAGE, server->message, len), WF_OK);
	bar = bar == NULL ? server->message : bar + 1;
	ck_assert_int_eq(reply_add(frame, ATTR_REPLY_MESSAGE, bar, strlen(bar)), WF_OK);
}

static void
build(struct fake_server *server, uint8_t code, bool other, struct wf_buf *frame)
{
	const struct binding binding = binding_of(server, other);

	ck_assert_int_eq(reply_begin(frame, code, &server->request), WF_OK);
	add_message(server, frame);
	if (server->state_len > 0)
		ck_assert_int_eq(
			reply_add(frame, ATTR_STATE, server->state, server->state_len), WF_OK);
	if (server->prompt != 0)
		ck_assert_int_eq(reply_add_number(frame, ATTR_PROMPT, server->prompt), WF_OK);
	ck_assert_int_eq(reply_end(&binding, frame, &server->request), WF_OK);
}

/* The header's authenticator anew, over a packet that was changed behind the server's back. */
static void
close_again(struct fake_server *server, struct wf_buf *frame)
{
	const struct digest_part parts[] = {
		{frame->data, 4},
		{server->request.authenticator, PACKET_AUTHENTICATOR},
		{frame->data + PACKET_HEADER, frame->len - PACKET_HEADER},
		{server->secret.bytes, server->secret.len},
	};
	uint8_t md5[DIGEST_LEN];

	frame->data[2] = (uint8_t)(frame->len >> 8);
	frame->data[3] = (uint8_t)frame->len;
	ck_assert_int_eq(digest_md5(server->digest, parts, 4, md5), WF_OK);
	memcpy(frame->data + 4, md5, sizeof(md5));
}

static void
spoil(struct fake_server *server, struct wf_buf *frame)
{
	if (server->manner == SIGNS_WRONGLY) {
		frame->data[PACKET_HEADER + 2] ^= 1;
		close_again(server, frame);
	} else if (server->manner == LACKS_SIGNATURE) {
		memmove(frame->data + PACKET_HEADER, frame->data + PACKET_HEADER + 18,
			frame->len - PACKET_HEADER - 18);
		wf_buf_cut(frame, frame->len - 18);
		close_again(server, frame);
	} else if (server->manner == HAS_OTHER_ID) {
		frame->data[1]++;
		close_again(server, frame);
	} else if (server->manner == SAYS_NONSENSE) {
		frame->data[PACKET_HEADER + 1] = 1;
	}
}

static void
answer(struct fake_server *server, int fd, uint8_t code, bool other, const struct sockaddr_in *to)
{
	struct wf_buf frame;

	wf_buf_init(&frame, PACKET_MAX);
	build(server, code, other, &frame);
	spoil(server, &frame);
	ck_assert_int_eq(
		sendto(fd, frame.data, frame.len, 0, (const struct sockaddr *)to, sizeof(*to)),
		(ssize_t)frame.len);
	wf_buf_clear(&frame);
}

static void
keep(struct fake_server *server, const uint8_t *bytes, size_t len)
{
	const struct binding binding = binding_of(server, false);
	const struct attribute *password;

	memcpy(server->last, bytes, len);
	server->last_len = len;
	if (server->heard++ == 0) {
		memcpy(server->first, bytes, len);
		server->first_len = len;
	}
	ck_assert_int_eq(packet_read(server->last, len, &server->request), PACKET_FINE);
	ck_assert_int_eq(authenticator_verify_message(&binding, &server->request), WF_OK);
	ck_assert_int_eq(server->request.attributes[0].type, ATTR_MESSAGE_AUTHENTICATOR);
	password = packet_next(&server->request, ATTR_USER_PASSWORD, NULL);
	ck_assert_ptr_nonnull(password);
	ck_assert_int_eq(
		authenticator_reveal(&binding, &server->request, password, &server->password),
		WF_OK);
}

static void
behave(struct fake_server *server, const struct sockaddr_in *from)
{
	bool silent = server->manner == SAYS_NOTHING || server->manner == COMES_FROM_ELSEWHERE ||
		      (server->manner == ANSWERS_SECOND && server->heard < 2);

	if (server->manner == FORGED_COMES_FIRST)
		answer(server, server->fd, CODE_ACCESS_ACCEPT, true, from);
	if (server->manner == COMES_FROM_ELSEWHERE)
		answer(server, server->elsewhere, server->code, false, from);
	if (!silent)
		answer(server, server->fd,
			server->manner == SAYS_OTHER_CODE ? CODE_DISCONNECT_ACK : server->code,
			server->manner == HAS_OTHER_SECRET, from);
}

static void *
serve(void *arg)
{
	struct fake_server *server = arg;
	struct pollfd fds[] = {
		{.fd = server->fd, .events = POLLIN}, {.fd = server->stop[0], .events = POLLIN}};

	while (poll(fds, 2, -1) > 0 && fds[1].revents == 0) {
		uint8_t bytes[PACKET_MAX];
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		ssize_t got = recvfrom(
			server->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);

		ck_assert_int_gt(got, 0);
		keep(server, bytes, (size_t)got);
		behave(server, &from);
	}
	return NULL;
}

static int
bound(struct sockaddr_in *address_r)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*address_r = address;
	return fd;
}

void
fake_server_start(struct fake_server *server)
{
	struct sockaddr_in address;
	char text[64];

	server->elsewhere = bound(&address);
	server->fd = bound(&address);
	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(address.sin_port));
	ck_assert(config_listener(text, LISTEN_AUTHENTICATION, &server->listener));
	ck_assert_int_eq(digest_new(&server->digest), WF_OK);
	ck_assert_int_eq(wf_secret_set(&server->secret, FAKE_SECRET, strlen(FAKE_SECRET)), WF_OK);
	ck_assert_int_eq(wf_secret_set(&server->other, "another one", 11), WF_OK);
	ck_assert_int_eq(pipe(server->stop), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

void
fake_server_stop(struct fake_server *server)
{
	ck_assert_int_eq(write(server->stop[1], "", 1), 1);
	ck_assert_int_eq(pthread_join(server->thread, NULL), 0);
	close(server->stop[0]);
	close(server->stop[1]);
	close(server->fd);
	close(server->elsewhere);
}

void
fake_server_clear(struct fake_server *server)
{
	digest_free(&server->digest);
	wf_secret_clear(&server->secret);
	wf_secret_clear(&server->other);
	wf_secret_clear(&server->password);
}
