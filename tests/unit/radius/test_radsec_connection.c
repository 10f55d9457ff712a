/*
 * RADIUS over TLS: what becomes of bytes in a connection, and how many connections there are, of
 * whom and for how long (checklist F2 to F4).
 */
#include "config.h"

#include "common/tls/accept.h"
#include "tests/unit/faults.h"
#include "tests/unit/radius/radsec_rig.h"

/* --- packets --- */

/* A packet of `len` octets whose body is all `fill`. */
static size_t
make_packet(uint8_t *packet_r, uint16_t len, uint8_t fill)
{
	memset(packet_r, fill, len);
	packet_r[0] = CODE_ACCESS_REQUEST;
	packet_r[2] = (uint8_t)(len >> 8);
	packet_r[3] = (uint8_t)len;
	return len;
}

static void
expect_packet(size_t i, size_t len, uint8_t fill)
{
	ck_assert_uint_eq(lengths[i], len);
	ck_assert_uint_eq(packets[i][len - 1], fill);
}

START_TEST(packets_octet_by_octet)
{
	uint8_t packet[60];
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	make_packet(packet, sizeof(packet), 7);
	for (size_t i = 0; i < sizeof(packet); i++) {
		ck_assert_uint_eq(taken, 0);
		peer_write(&peer, packet + i, 1);
	}
	ck_assert_uint_eq(taken, 1);
	expect_packet(0, sizeof(packet), 7);
	peer_close(&peer);
}
END_TEST

START_TEST(packets_in_one_record_and_over_two)
{
	uint8_t bytes[3 * PACKET_MAX];
	size_t len = 0;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	len += make_packet(bytes + len, 20, 1);
	len += make_packet(bytes + len, 4096, 2);
	len += make_packet(bytes + len, 21, 3);
	len += make_packet(bytes + len, 30, 4);
	peer_write(&peer, bytes, len - 20); /* in the middle of the last one */
	for (int i = 0; i < 4; i++)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(taken, 3);
	peer_write(&peer, bytes + len - 20, 20);
	ck_assert_uint_eq(taken, 4);
	expect_packet(0, 20, 1);
	expect_packet(1, 4096, 2);
	expect_packet(2, 21, 3);
	expect_packet(3, 30, 4);
	peer_close(&peer);
}
END_TEST

/* F2: what came before it has been taken, what comes behind it never is. */
/* Messages of TLS that are no data: one in each turn, and then what comes behind them. */
START_TEST(key_updates_take_turns)
{
	static struct peer_options options = {
		.certificate = "gw.example", .version = TLS1_3_VERSION};
	uint8_t packet[20];
	struct peer peer;

	start("", GATEWAYS);
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(SSL_key_update(peer.tls, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		ck_assert_int_eq(SSL_do_handshake(peer.tls), 1);
	}
	peer_write(&peer, packet, make_packet(packet, sizeof(packet), 7));
	ck_assert_uint_eq(taken, 0);
	ck_assert(!peer_is_hung_up(&peer));
	ck_assert_uint_eq(taken, 1);
	peer_close(&peer);
}
END_TEST

START_TEST(a_bad_length_ends_the_connection)
{
	static const uint16_t bad[] = {0, 1, 19, 4097, 65535};
	uint8_t bytes[200];
	size_t len;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	len = make_packet(bytes, 40, 1);
	make_packet(bytes + len, 20, 2);
	bytes[len + 2] = (uint8_t)(bad[_i] >> 8);
	bytes[len + 3] = (uint8_t)bad[_i];
	len += 20;
	len += make_packet(bytes + len, 40, 3);
	peer_write(&peer, bytes, len);
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(taken, 1);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_BROKEN], 1);
	ck_assert_uint_eq(counts[STATS_FORM + PACKET_LENGTH], 1);
	ck_assert_ptr_nonnull(strstr(said, "client \"gw\" at 192.0.2.1:4000 is disconnected: it "
					   "sent what is no right packet (length)"));
	peer_close(&peer);
}
END_TEST

START_TEST(whoever_reads_a_packet_can_hang_up)
{
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	expect_in(&peer, "gw");
	last.ops->hang_up(&last, "attribute");
	ck_assert(!last.ops->send(&last, (const uint8_t *)"x", 1));
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_BROKEN], 1);
	ck_assert_ptr_nonnull(strstr(said, "(attribute)"));
	peer_close(&peer);
}
END_TEST

START_TEST(replies_in_any_order)
{
	uint8_t packet[PACKET_HEADER], got[4];
	struct route first;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	make_packet(packet, sizeof(packet), 1);
	peer_write(&peer, packet, sizeof(packet));
	first = last;
	peer_write(&peer, packet, sizeof(packet));
	ck_assert(last.ops->send(&last, (const uint8_t *)"ab", 2));
	ck_assert(first.ops->send(&first, (const uint8_t *)"cd", 2));
	ck_assert_uint_eq(peer_read(&peer, got, sizeof(got)), sizeof(got));
	ck_assert_mem_eq(got, "abcd", 4);
	peer_close(&peer);
}
END_TEST

START_TEST(who_does_not_read_is_hung_up_on)
{
	static uint8_t reply[PACKET_MAX];
	struct peer peer;
	size_t sent = 0;

	start("", GATEWAYS);
	peer = enter();
	expect_in(&peer, "gw");
	while (sent < 10000 && last.ops->send(&last, reply, sizeof(reply)))
		sent++;
	ck_assert_uint_lt(sent, 10000);
	ck_assert_uint_gt(sent, 64); /* what waits without harm */
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	ck_assert_ptr_nonnull(strstr(said, "it does not take what it is sent"));
	peer_close(&peer);
}
END_TEST

START_TEST(connections_have_numbers_of_their_own)
{
	struct peer one, two;
	uint32_t number;

	start("", GATEWAYS);
	one = enter();
	expect_in(&one, "gw");
	number = last.listener;
	two = enter();
	peer_write(&two, (const uint8_t[PACKET_HEADER]){12, 1, 0, PACKET_HEADER}, PACKET_HEADER);
	ck_assert_uint_eq(taken, 2);
	ck_assert_uint_ne(last.listener, number);
	peer_close(&one);
	peer_close(&two);
}
END_TEST

/* --- limits (F4) --- */

START_TEST(one_client_has_so_many_connections)
{
	struct peer peers[3];

	start("radsec_client_connections = 2\n", GATEWAYS);
	for (size_t i = 0; i < 3; i++)
		peers[i] = enter();
	ck_assert(!peer_is_hung_up(&peers[0]) && !peer_is_hung_up(&peers[1]));
	ck_assert(peer_is_hung_up(&peers[2]));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 2);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	peer_close(&peers[1]);
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	peer_close(&peers[2]);
	peers[2] = enter();
	ck_assert(!peer_is_hung_up(&peers[2]));
	peer_close(&peers[0]);
	peer_close(&peers[2]);
}
END_TEST

START_TEST(all_have_so_many_connections)
{
	struct peer peers[3];

	start("radsec_connections = 2\n", GATEWAYS);
	peers[0] = enter();
	peers[1] = enter();
	ck_assert(!connect_from(&peers[2], &gateway, "192.0.2.1"));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert_ptr_nonnull(strstr(said, "radius.radsec_connections"));
	for (size_t i = 0; i < 3; i++)
		peer_close(&peers[i]);
}
END_TEST

/* A listening socket on loopback, and a connection to it that says nothing. */
static int
connect_to(const struct sockaddr_storage *address)
{
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
	return fd;
}

/* Listens at a port of its own; where that is goes to address_r. */
static void
listen_on_loopback(const char *clients, struct sockaddr_storage *address_r)
{
	socklen_t len = sizeof(struct sockaddr_in);
	int listening;

	*address_r = address_of("127.0.0.1");
	((struct sockaddr_in *)address_r)->sin_port = 0;
	start("", clients);
	ck_assert_int_eq(wf_accept_socket(address_r, len, &listening), WF_OK);
	len = sizeof(*address_r);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)address_r, &len), 0);
	ck_assert_int_eq(radsec_listen(radsec, listening), WF_OK);
}

static void
turn_loop(size_t turns)
{
	for (size_t i = 0; i < turns; i++)
		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

START_TEST(connections_are_accepted_at_a_pace)
{
	struct sockaddr_storage address;
	int fds[120];

	listen_on_loopback(GATEWAYS, &address);
	for (size_t i = 0; i < LENGTH(fds); i++)
		fds[i] = connect_to(&address);
	turn_loop(400);
	/* A hundred at once; of this address eight may be in the middle of their handshake. */
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 100 - 8);
	now_us += SECOND / 10;
	radsec_tick(radsec);
	turn_loop(400);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 110 - 8);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
}
END_TEST

/* Also if they come one after the other, and nobody is behind each of them. */
START_TEST(looking_for_connections_costs_nothing)
{
	struct sockaddr_storage address;
	int fds[100];

	listen_on_loopback(GATEWAYS, &address);
	for (size_t i = 0; i < LENGTH(fds); i++) {
		fds[i] = connect_to(&address);
		turn_loop(4);
	}
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 100 - 8);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
}
END_TEST

/* Nor is there a pace for addresses that nobody may come from: they are closed as they come. */
START_TEST(strangers_hold_up_nobody)
{
	struct sockaddr_storage address;
	int fds[120];

	listen_on_loopback("client near {\ncertificate = \"gw.example\" network = 10.0.0.0/8 }\n",
		&address);
	for (size_t i = 0; i < LENGTH(fds); i++)
		fds[i] = connect_to(&address);
	turn_loop(400);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], LENGTH(fds));
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
}
END_TEST

/* Nobody gets far by opening connections and saying nothing. */
START_TEST(the_oldest_handshake_gives_way)
{
	struct peer slow[9], good;

	start("", GATEWAYS);
	for (size_t i = 0; i < 8; i++)
		arrive(&slow[i], &gateway, "192.0.2.1");
	ck_assert_uint_eq(radsec_count(radsec), 8);
	arrive(&slow[8], &gateway, "198.51.100.1"); /* of another address */
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 0);
	ck_assert(connect_from(&good, &gateway, "192.0.2.1"));
	expect_in(&good, "gw");
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert(peer_is_hung_up(&slow[0]));
	ck_assert(peer_shake_hands(&slow[1]));
	for (size_t i = 0; i < 9; i++)
		peer_close(&slow[i]);
	peer_close(&good);
}
END_TEST

/* Has connected, and says nothing: not even a client of TLS is made for it. */
static int
arrive_silently(const char *from)
{
	struct sockaddr_storage address = address_of(from);
	int fds[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	radsec_take(radsec, fds[1], &address);
	return fds[0];
}

START_TEST(so_many_handshakes_in_all)
{
	int fds[65];
	char from[16];

	start("", GATEWAYS);
	for (size_t i = 0; i < 65; i++) {
		snprintf(from, sizeof(from), "192.0.2.%zu", i);
		fds[i] = arrive_silently(from);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert_uint_eq(radsec_count(radsec), 64);
	for (size_t i = 0; i < 65; i++)
		close(fds[i]);
}
END_TEST

/* Those who say nothing do not fill the room of those who are served. */
START_TEST(silent_ones_leave_room)
{
	struct peer peer, good;
	int fds[3];

	start("radsec_connections = 2\n", GATEWAYS);
	peer = enter();
	for (size_t i = 0; i < LENGTH(fds); i++)
		fds[i] = arrive_silently("192.0.2.77");
	ck_assert_uint_eq(radsec_count(radsec), 2);
	good = enter();
	expect_in(&good, "gw");
	ck_assert(!peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 3);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
	peer_close(&peer);
	peer_close(&good);
}
END_TEST

/* The gate: a turn of the loop goes on with one of them. */
START_TEST(handshakes_take_turns)
{
	struct peer peers[4];
	size_t answered, turns = 0;
	uint8_t byte;

	start("", GATEWAYS);
	for (size_t i = 0; i < 4; i++) {
		arrive(&peers[i], &gateway, "192.0.2.1");
		ck_assert_int_ne(SSL_do_handshake(peers[i].tls), 1); /* its hello is on the way */
	}
	do {
		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		turns++;
		answered = 0;
		for (size_t i = 0; i < 4; i++)
			answered += recv(SSL_get_fd(peers[i].tls), &byte, 1, MSG_PEEK) == 1;
		ck_assert_uint_le(answered, turns);
	} while (answered < 4 && turns < 20);
	ck_assert_uint_eq(answered, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(peer_shake_hands(&peers[i]));
		peer_close(&peers[i]);
	}
}
END_TEST

START_TEST(idle_ones_are_ended)
{
	struct peer peer;

	start("radsec_idle = 60\n", GATEWAYS);
	peer = enter();
	now_us += 59 * SECOND;
	radsec_tick(radsec);
	ck_assert(!peer_is_hung_up(&peer));
	expect_in(&peer, "gw");
	now_us += 59 * SECOND;
	peer_write(&peer, "\x0c", 1); /* the beginning of a packet is no packet */
	radsec_tick(radsec);
	ck_assert(!peer_is_hung_up(&peer));
	now_us += 2 * SECOND;
	radsec_tick(radsec);
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_IDLE], 1);
	peer_close(&peer);
}
END_TEST

START_TEST(old_ones_are_ended_when_they_are_quiet)
{
	struct peer peer;
	int i;

	start("radsec_lifetime = 600\n", GATEWAYS);
	peer = enter();
	for (i = 0; i < 700 && !peer.ended; i++) {
		now_us += SECOND;
		expect_in(&peer, "gw");
		radsec_tick(radsec);
		if (radsec_count(radsec) == 0 || i == 610)
			break;
	}
	ck_assert_int_eq(i, 610); /* it was never quiet */
	now_us += 3 * SECOND;
	radsec_tick(radsec);
	ck_assert(peer_is_hung_up(&peer));
	peer_close(&peer);
	peer = enter();
	for (i = 0; i < 700; i++) {
		now_us += SECOND;
		peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 1, 0, 20}, PACKET_HEADER);
		radsec_tick(radsec);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		if (radsec_count(radsec) == 0)
			break;
	}
	ck_assert_int_eq(i, 660); /* the grace is over */
	peer_close(&peer);
}
END_TEST

#ifdef WF_FAULT

static struct peer faulty;

static void
fault_begin(void)
{
	write_config("", GATEWAYS);
	site = load_site();
	gateway.folder = folder;
	taken = 0;
}

/* A server, a client that comes in, and its packet. */
static wf_status
fault_run(void)
{
	static const uint8_t packet[PACKET_HEADER] = {12, 1, 0, PACKET_HEADER};
	struct sockaddr_storage address = address_of("192.0.2.1");
	size_t put;
	int fd = peer_open(&faulty, base, &gateway);

	if (make_radsec() != WF_OK) {
		close(fd);
		return WF_NO_MEMORY;
	}
	radsec_take(radsec, fd, &address);
	if (!peer_shake_hands(&faulty) ||
		SSL_write_ex(faulty.tls, packet, sizeof(packet), &put) != 1)
		return WF_NO_MEMORY;
	for (int i = 0; i < 4; i++)
		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	return taken == 1 && last.ops->send(&last, packet, sizeof(packet)) ? WF_OK : WF_NO_MEMORY;
}

/* Whoever could not be served is gone, and nobody else was taken for him. */
static void
fault_end(wf_status status)
{
	ck_assert_uint_le(taken, 1);
	peer_close(&faulty);
	if (radsec != NULL) {
		for (int i = 0; i < 4; i++)
			(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		ck_assert_msg(radsec_count(radsec) == 0, "%s", wf_status_name(status));
	}
	radsec_free(&radsec);
	site_return(&site);
}

START_TEST(every_fallible_call)
{
	static const struct fault_scenario scenario = {fault_begin, fault_run, fault_end};

	ck_assert_uint_ge(fault_loop(&scenario), 5);
}
END_TEST

#endif

static Suite *
connection_suite(void)
{
	Suite *suite = suite_create("radius_radsec_connection");
	TCase *tc = tcase_create("radsec");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, packets_octet_by_octet);
	tcase_add_test(tc, packets_in_one_record_and_over_two);
	tcase_add_test(tc, key_updates_take_turns);
	tcase_add_loop_test(tc, a_bad_length_ends_the_connection, 0, 5);
	tcase_add_test(tc, whoever_reads_a_packet_can_hang_up);
	tcase_add_test(tc, replies_in_any_order);
	tcase_add_test(tc, who_does_not_read_is_hung_up_on);
	tcase_add_test(tc, connections_have_numbers_of_their_own);
	tcase_add_test(tc, one_client_has_so_many_connections);
	tcase_add_test(tc, all_have_so_many_connections);
	tcase_add_test(tc, connections_are_accepted_at_a_pace);
	tcase_add_test(tc, looking_for_connections_costs_nothing);
	tcase_add_test(tc, strangers_hold_up_nobody);
	tcase_add_test(tc, the_oldest_handshake_gives_way);
	tcase_add_test(tc, so_many_handshakes_in_all);
	tcase_add_test(tc, silent_ones_leave_room);
	tcase_add_test(tc, handshakes_take_turns);
#ifdef WF_FAULT
	tcase_add_test(tc, every_fallible_call);
#endif
	tcase_add_test(tc, idle_ones_are_ended);
	tcase_add_test(tc, old_ones_are_ended_when_they_are_quiet);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(connection_suite)
