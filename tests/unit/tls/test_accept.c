/* Listening sockets of TCP over loopback, and what is accepted there. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "common/tls/accept.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

static int
listen_at(const char *text, struct sockaddr_storage *bound_r, socklen_t *len_r)
{
	struct sockaddr_storage address = address_of(text, 0, len_r);
	int fd = -1;

	ck_assert_int_eq(wf_accept_socket(&address, *len_r, &fd), WF_OK);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)bound_r, len_r), 0);
	return fd;
}

static const struct {
	const char *address, *begins;
} families[] = {{"127.0.0.1", "127.0.0.1:"}, {"::1", "[::1]:"}};

START_TEST(who_connects_is_accepted)
{
	struct sockaddr_storage bound, from;
	socklen_t len;
	int fd = listen_at(families[_i].address, &bound, &len);
	int client = socket(bound.ss_family, SOCK_STREAM, 0), server = -1, on = 0;
	char text[64];

	ck_assert_int_eq(wf_accept(fd, &from, &server), WF_AGAIN);
	ck_assert_int_eq(server, -1);
	ck_assert_int_eq(connect(client, (const struct sockaddr *)&bound, len), 0);
	ck_assert_int_eq(wf_accept(fd, &from, &server), WF_OK);
	wf_accept_text(&from, text, sizeof(text));
	ck_assert_int_eq(strncmp(text, families[_i].begins, strlen(families[_i].begins)), 0);
	ck_assert_int_ne(fcntl(server, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(server, F_GETFD) & FD_CLOEXEC, 0);
	len = sizeof(on);
	ck_assert_int_eq(getsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	ck_assert_int_ne(on, 0);
	close(server);
	close(client);
	close(fd);
}
END_TEST

START_TEST(a_port_that_is_taken)
{
	struct sockaddr_storage bound;
	socklen_t len;
	int fd = listen_at("127.0.0.1", &bound, &len), other = -1;

	ck_assert_int_eq(wf_accept_socket(&bound, len, &other), WF_IO);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(other, -1);
	close(fd);
}
END_TEST

/* Not "nobody is there", or the loop would ask at once again, for ever. */
START_TEST(no_more_descriptors)
{
	struct sockaddr_storage bound, from;
	socklen_t len;
	int fd = listen_at("127.0.0.1", &bound, &len), client = socket(AF_INET, SOCK_STREAM, 0);
	int taken[4096], n = 0, server = -1;

	ck_assert_int_eq(connect(client, (const struct sockaddr *)&bound, len), 0);
	while (n < 4096 && (taken[n] = dup(fd)) >= 0)
		n++;
	if (n < 4096)
		ck_assert_int_eq(wf_accept(fd, &from, &server), WF_IO);
	while (n > 0)
		close(taken[--n]);
	ck_assert_int_eq(wf_accept(fd, &from, &server), WF_OK);
	close(server);
	close(client);
	close(fd);
}
END_TEST

static Suite *
accept_suite(void)
{
	Suite *suite = suite_create("tls_accept");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, who_connects_is_accepted, 0, 2);
	tcase_add_test(tc, a_port_that_is_taken);
	tcase_add_test(tc, no_more_descriptors);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(accept_suite)
