/* Datagrams over loopback: what is handed on with which route, and where replies come from. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "radius/listener.h"
#include "radius/packet.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define NUMBER 5

static struct event_base *base;
static struct listener *listener;
static struct config_listener config;
static struct route last;
static size_t last_len, taken, settled, at_settled[4];
static bool replies; /* each datagram gets its first byte back, at once */
static bool fits;    /* what sending gave last */

static void
receive(void *ctx, const struct route *route, const uint8_t *bytes, size_t len)
{
	ck_assert_ptr_eq(ctx, &config);
	last = *route;
	last_len = len;
	taken++;
	if (replies)
		fits = route->ops->send(route, bytes, 1);
}

static void
on_settled(void *ctx)
{
	(void)ctx;
	if (settled < sizeof(at_settled) / sizeof(at_settled[0]))
		at_settled[settled] = taken;
	settled++;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
						  : ((struct sockaddr_in6 *)&address)->sin6_port);
}

/* Gives its port. */
static uint16_t
listen_at(const char *text, enum config_transport transport)
{
	const struct listener_sink sink = {
		.receive = receive, .settled = on_settled, .ctx = &config};
	uint16_t port;
	int fd;

	config = (struct config_listener){.transport = transport};
	config.address = address_of(text, 0, &config.address_len);
	ck_assert_int_eq(listener_open(&config, &fd), WF_OK);
	port = port_of(fd);
	ck_assert_int_eq(listener_new(base, fd, &config, NUMBER, &sink, &listener), WF_OK);
	return port;
}

/* A device at the address `from` whose server is at `to`; it takes datagrams from there alone. */
static int
device(const char *from, const char *to, uint16_t port)
{
	socklen_t len;
	struct sockaddr_storage address = address_of(from, 0, &len);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, len), 0);
	address = address_of(to, port, &len);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, len), 0);
	return fd;
}

static void
send_from(int fd, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(fd, bytes, len, 0), (ssize_t)len);
}

static void
turn(void)
{
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static void
setup(void)
{
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	taken = settled = 0;
	replies = false;
}

static void
teardown(void)
{
	listener_free(&listener);
	ck_assert_ptr_null(listener);
	listener_free(&listener);
	event_base_free(base);
}

static void
expect_address(const struct in6_addr *address, const char *text)
{
	char got[INET6_ADDRSTRLEN];

	ck_assert_ptr_nonnull(inet_ntop(AF_INET6, address, got, sizeof(got)));
	ck_assert_str_eq(got, text);
}

/* RFC 2865 section 3: the device matches the reply's address with the one that it asked. */
START_TEST(replies_from_where_it_was_asked)
{
	static const struct {
		const char *all, *server, *device, *server_mapped, *device_mapped;
	} rows[] = {
		{"0.0.0.0", "127.0.0.5", "127.0.0.9", "::ffff:127.0.0.5", "::ffff:127.0.0.9"},
		{"::", "::1", "::1", "::1", "::1"},
	};

	replies = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t port = listen_at(rows[i].all, LISTEN_AUTHENTICATION);
		int fd = device(rows[i].device, rows[i].server, port);
		uint8_t got[8];

		send_from(fd, "abc", 3);
		turn();
		ck_assert_uint_eq(taken, i + 1);
		ck_assert_uint_eq(last_len, 3);
		expect_address(&last.local, rows[i].server_mapped);
		expect_address(&last.address, rows[i].device_mapped);
		ck_assert_uint_eq(last.port, port_of(fd));
		/* connected: what comes from another address is not taken */
		ck_assert_int_eq(recv(fd, got, sizeof(got), 0), 1);
		ck_assert_uint_eq(got[0], 'a');
		close(fd);
		listener_free(&listener);
	}
}
END_TEST

START_TEST(route_says_what_is_served)
{
	static const enum config_transport transports[] = {
		LISTEN_AUTHENTICATION, LISTEN_ACCOUNTING};

	for (size_t i = 0; i < 2; i++) {
		uint16_t port = listen_at("127.0.0.1", transports[i]);
		int fd = device("127.0.0.1", "127.0.0.1", port);

		send_from(fd, "x", 1);
		turn();
		ck_assert_int_eq(last.authentication, transports[i] == LISTEN_AUTHENTICATION);
		ck_assert_int_eq(last.accounting, transports[i] == LISTEN_ACCOUNTING);
		ck_assert_uint_eq(last.listener, NUMBER);
		close(fd);
		listener_free(&listener);
	}
}
END_TEST

/* An IPv6 socket takes no IPv4: the two are configured apart. */
START_TEST(families_apart)
{
	uint16_t port = listen_at("::", LISTEN_AUTHENTICATION);
	int fd = device("127.0.0.1", "127.0.0.1", port);

	send_from(fd, "x", 1);
	turn();
	ck_assert_uint_eq(taken, 0);
	close(fd);
}
END_TEST

/* Lengths are handed on as they are; what lies behind the longest packet is padding (A2). */
START_TEST(any_length)
{
	static uint8_t bytes[PACKET_MAX + 100];
	static const size_t lengths[] = {0, 1, 20, PACKET_MAX, PACKET_MAX + 100};
	uint16_t port = listen_at("127.0.0.1", LISTEN_AUTHENTICATION);
	int fd = device("127.0.0.1", "127.0.0.1", port);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		send_from(fd, bytes, lengths[i]);
		turn();
		ck_assert_uint_eq(taken, i + 1);
		ck_assert_uint_eq(
			last_len, lengths[i] > PACKET_MAX ? PACKET_MAX : lengths[i]);
	}
	ck_assert(!last.ops->send(&last, bytes, PACKET_MAX + 1));
	ck_assert(last.ops->send(&last, bytes, PACKET_MAX));
	listener_flush(listener);
	ck_assert_int_eq(recv(fd, bytes, sizeof(bytes), 0), PACKET_MAX);
	close(fd);
}
END_TEST

static size_t
count_replies(int fd)
{
	uint8_t byte;
	size_t n = 0;

	while (recv(fd, &byte, 1, 0) == 1)
		n++;
	return n;
}

/* A crowd comes in turns of 256, so that the daemon's answers have theirs; each has its reply. */
START_TEST(crowd)
{
	uint16_t port = listen_at("127.0.0.1", LISTEN_AUTHENTICATION);
	int fd = device("127.0.0.1", "127.0.0.1", port);
	const int room = 1 << 20;

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), 0);
	replies = true;
	for (int i = 0; i < 300; i++)
		send_from(fd, "x", 1);
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	ck_assert_uint_eq(at_settled[0], 256);
	turn();
	ck_assert_uint_eq(taken, 300);
	ck_assert_uint_eq(at_settled[1], 300);
	ck_assert(fits);
	ck_assert_uint_eq(count_replies(fd), 300);
	close(fd);
}
END_TEST

/* A reply that the kernel refuses is lost alone. */
START_TEST(refused_reply)
{
	uint16_t port = listen_at("127.0.0.1", LISTEN_AUTHENTICATION);
	int fd = device("127.0.0.1", "127.0.0.1", port);
	struct route broadcast;

	send_from(fd, "x", 1);
	turn();
	broadcast = last;
	memset(&broadcast.address.s6_addr[12], 0xff, 4); /* nobody allowed it */
	ck_assert(last.ops->send(&last, (const uint8_t *)"1", 1));
	ck_assert(broadcast.ops->send(&broadcast, (const uint8_t *)"2", 1));
	ck_assert(last.ops->send(&last, (const uint8_t *)"3", 1));
	listener_flush(listener);
	ck_assert_uint_eq(count_replies(fd), 2);
	listener_flush(listener); /* nothing is sent again */
	ck_assert_uint_eq(count_replies(fd), 0);
	close(fd);
}
END_TEST

/* Nobody could be answered at port 0. Needs a raw socket, so root. */
START_TEST(from_port_nought)
{
	uint16_t port = listen_at("127.0.0.1", LISTEN_AUTHENTICATION);
	const uint16_t udp[5] = {0, htons(port), htons(sizeof(udp))};
	socklen_t len;
	struct sockaddr_storage to = address_of("127.0.0.1", 0, &len);
	int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
	int fd = device("127.0.0.1", "127.0.0.1", port);

	if (raw >= 0) {
		ck_assert_int_eq(sendto(raw, udp, sizeof(udp), 0, (struct sockaddr *)&to, len),
			sizeof(udp));
		turn();
		ck_assert_uint_eq(settled, 1);
		close(raw);
	}
	ck_assert_uint_eq(taken, 0);
	send_from(fd, "x", 1);
	turn();
	ck_assert_uint_eq(taken, 1);
	close(fd);
}
END_TEST

START_TEST(address_in_use)
{
	struct config_listener again;
	uint16_t port = listen_at("127.0.0.1", LISTEN_AUTHENTICATION);
	int fd = -1;

	again = config;
	again.address = address_of("127.0.0.1", port, &again.address_len);
	ck_assert_int_eq(listener_open(&again, &fd), WF_IO);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(fd, -1);
	again.address = address_of("192.0.2.77", 0, &again.address_len);
	ck_assert_int_eq(listener_open(&again, &fd), WF_IO);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
}
END_TEST

#ifdef WF_FAULT
static int bound;

static wf_status
run_round(void)
{
	const struct listener_sink sink = {
		.receive = receive, .settled = on_settled, .ctx = &config};
	wf_status status = listener_open(&config, &bound);

	return status == WF_OK ? listener_new(base, bound, &config, NUMBER, &sink, &listener)
			       : status;
}

static void
end_round(wf_status status)
{
	int fd;

	ck_assert_int_eq(listener != NULL, status == WF_OK);
	if (listener == NULL)
		return;
	fd = device("127.0.0.1", "127.0.0.1", port_of(bound));
	taken = 0;
	send_from(fd, "x", 1);
	turn();
	ck_assert_uint_eq(taken, 1);
	close(fd);
	listener_free(&listener);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {NULL, run_round, end_round};

	config.address = address_of("127.0.0.1", 0, &config.address_len);
	ck_assert_uint_ge(fault_loop_libc(&scenario), 8);
}
END_TEST
#endif

static Suite *
listener_suite(void)
{
	Suite *suite = suite_create("listener");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, replies_from_where_it_was_asked);
	tcase_add_test(tc, route_says_what_is_served);
	tcase_add_test(tc, families_apart);
	tcase_add_test(tc, any_length);
	tcase_add_test(tc, crowd);
	tcase_add_test(tc, refused_reply);
	tcase_add_test(tc, from_port_nought);
	tcase_add_test(tc, address_in_use);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(listener_suite)
