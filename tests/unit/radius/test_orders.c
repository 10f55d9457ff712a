/* What the daemon wants done, and what it is told of it. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "radius/orders.h"
#include "tests/unit/radius/server_rig.h"
#include "tests/unit/unit.h"

#define SECRET "secret-of-the-vpn"
#define ARGS 5

static struct server_rig rig;
static struct wf_msg done; /* the last one; cleared by the next */
static uint64_t done_status;
static char done_text[300];

static void
setup(void)
{
	server_rig_open(&rig, "");
	wf_msg_init(&done, WF_MSG_DONE, WF_WIRE_VERSION);
}

static void
teardown(void)
{
	wf_msg_clear(&done);
	server_rig_close(&rig);
}

static void
give(uint64_t tag, const char *name, const char *const args[ARGS])
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_ORDER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ORDER, name), WF_OK);
	for (size_t i = 0; i < ARGS && args[i] != NULL; i++)
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ARG, args[i]), WF_OK);
	fake_daemon_say(&rig.daemon, &msg);
	wf_msg_clear(&msg);
	server_rig_turn(&rig);
}

static void
expect_done(uint64_t tag, wf_status status)
{
	uint64_t told;

	wf_msg_clear(&done);
	server_rig_hear(&rig, WF_MSG_DONE, &done);
	ck_assert_int_eq(wf_msg_get_uint(&done, WF_F_TAG, &told), WF_OK);
	ck_assert_uint_eq(told, tag);
	ck_assert_int_eq(wf_msg_get_uint(&done, WF_F_STATUS, &done_status), WF_OK);
	ck_assert_int_eq(
		wf_msg_get_text(&done, WF_F_TEXT, 0, done_text, sizeof(done_text)), WF_OK);
	ck_assert_msg((wf_status)done_status == status, "%d: %s", (int)done_status, done_text);
}

/* The last DONE has this cell. */
static bool
has_cell(const char *wanted)
{
	char cell[200];

	for (size_t i = 0; i < wf_msg_count(&done, WF_F_CELL); i++) {
		ck_assert_int_eq(
			wf_msg_get_text(&done, WF_F_CELL, i, cell, sizeof(cell)), WF_OK);
		if (strcmp(cell, wanted) == 0)
			return true;
	}
	return false;
}

START_TEST(unknown)
{
	give(7, "dance", (const char *const[ARGS]){NULL});
	expect_done(7, WF_UNSUPPORTED);
	ck_assert_str_eq(done_text, "this server knows no such order");
}
END_TEST

START_TEST(stats)
{
	static const char *const vpn[ARGS] = {"nonsense", "client=vpn"};
	static const char *const wifi[ARGS] = {"client=wifi"};
	static char too_long[100] = "client=";

	give(1, "stats", (const char *const[ARGS]){NULL});
	expect_done(1, WF_OK);
	ck_assert_uint_eq(wf_msg_count(&done, WF_F_CELL), 0); /* what is zero is left out */
	server_rig_login(&rig, 1, SECRET);
	ck_assert(!server_rig_silent(&rig));
	server_rig_login(&rig, 1, SECRET);
	give(2, "stats", vpn);
	expect_done(2, WF_OK);
	ck_assert_uint_gt(wf_msg_count(&done, WF_F_CELL), 0);
	ck_assert(has_cell("vpn\tduplicates.busy\t1"));
	give(3, "stats", (const char *const[ARGS]){NULL});
	expect_done(3, WF_OK);
	ck_assert(has_cell("\tduplicates.busy\t1"));
	give(4, "stats", wifi);
	expect_done(4, WF_OK);
	ck_assert_uint_eq(wf_msg_count(&done, WF_F_CELL), 0);
	memset(too_long + 7, 'x', 80); /* no client has such a name: all of them */
	give(5, "stats", (const char *const[ARGS]){too_long});
	expect_done(5, WF_OK);
	ck_assert(has_cell("\tduplicates.busy\t1"));
}
END_TEST

/*
 * A gateway where Disconnect-Requests go, as the client of a new server; its address is another one
 * in each run.
 */
static int
open_gateway(const char *options)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(DISCONNECT_PORT)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unsigned pid = (unsigned)getpid();
	char text[INET_ADDRSTRLEN], all[200];

	snprintf(text, sizeof(text), "127.38.%u.%u", pid / 250 % 250 + 1, pid % 250 + 1);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(inet_pton(AF_INET, text, &address.sin_addr), 1);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	snprintf(all, sizeof(all), "\tnetwork = \"%s\"\n%s", text, options);
	server_rig_close(&rig);
	server_rig_open(&rig, all);
	return fd;
}

/* What the gateway has got, refused with Error-Cause 503. */
static void
refuse(int fd, struct packet *packet_r)
{
	static uint8_t request[PACKET_MAX];
	struct craft craft;
	struct binding binding;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct digest_part parts[2] = {{craft.bytes, 0}, {SECRET, strlen(SECRET)}};
	uint8_t md5[DIGEST_LEN];
	ssize_t got = recvfrom(
		fd, request, sizeof(request), 0, (struct sockaddr *)&from, &len);

	ck_assert_int_gt(got, 0);
	ck_assert_int_eq(packet_read(request, (size_t)got, packet_r), PACKET_FINE);
	craft_binding(&binding, SECRET);
	craft_begin(&craft, CODE_DISCONNECT_NAK);
	craft.bytes[1] = request[1];
	craft_add(&craft, ATTR_ERROR_CAUSE, "\0\0\1\xf7", 4);
	memcpy(craft.bytes + 4, request + 4, PACKET_AUTHENTICATOR);
	parts[0].len = craft.len;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, md5), WF_OK);
	memcpy(craft.bytes + 4, md5, sizeof(md5));
	craft_unbind(&binding);
	ck_assert_int_eq(
		sendto(fd, craft.bytes, craft.len, 0, (struct sockaddr *)&from, len),
		(ssize_t)craft.len);
	server_rig_turn(&rig);
}

static const char *const session[ARGS] = {
	"service=vpn", "user=alice", "session=s1", "nas=gw", "address=10.0.0.9"};

START_TEST(disconnect)
{
	int fd = open_gateway("");
	struct packet packet;

	give(9, "disconnect", session);
	give(9, "disconnect", session); /* it comes again before its end is told */
	ck_assert(server_rig_silent(&rig));
	refuse(fd, &packet);
	ck_assert(packet_has(&packet, ATTR_USER_NAME));
	ck_assert(packet_has(&packet, ATTR_ACCT_SESSION_ID));
	ck_assert(packet_has(&packet, 8 /* Framed-IP-Address */));
	expect_done(9, WF_NO);
	ck_assert_str_eq(done_text, "the gateway refused, Error-Cause 503");
	ck_assert(server_rig_silent(&rig));
	close(fd);
}
END_TEST

/* The gateway knows the session by its number, and the user perhaps by another name. */
START_TEST(disconnect_without_a_changed_name)
{
	int fd = open_gateway("\tfold_case = true\n");
	struct packet packet;

	give(9, "disconnect", session);
	refuse(fd, &packet);
	ck_assert(!packet_has(&packet, ATTR_USER_NAME));
	ck_assert(packet_has(&packet, ATTR_ACCT_SESSION_ID));
	expect_done(9, WF_NO);
	give(10, "disconnect", (const char *const[ARGS]){"service=vpn", "user=alice"});
	refuse(fd, &packet);
	ck_assert(packet_has(&packet, ATTR_USER_NAME)); /* nothing else says who */
	expect_done(10, WF_NO);
	close(fd);
}
END_TEST

/* With a client that comes by TLS alone. */
static void
open_with_key(void)
{
	char path[] = "/tmp/warifu-psk-XXXXXX", options[256];
	int fd = mkstemp(path);

	ck_assert_int_eq(dprintf(fd, "00112233445566778899aabbccddeeff\n"), 33);
	ck_assert_int_eq(close(fd), 0);
	snprintf(options, sizeof(options),
		"}\nradius {\n\tradsec = \"127.0.0.1:2083\"\n}\nclient branch {\n"
		"\tpsk_identity = branch\n\tpsk_file = \"%s\"\n",
		path);
	server_rig_open(&rig, options);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(disconnect_of_what_is_not_known)
{
	give(1, "disconnect", (const char *const[ARGS]){"service=wifi", "user=alice"});
	expect_done(1, WF_NOT_FOUND);
	ck_assert_str_eq(done_text, "its client is not configured any more");
	give(2, "disconnect", (const char *const[ARGS]){"service=vpn"});
	expect_done(2, WF_INVALID);
	server_rig_close(&rig);
	open_with_key();
	give(4, "disconnect", (const char *const[ARGS]){"service=branch", "user=alice"});
	expect_done(4, WF_UNSUPPORTED); /* without a secret nothing is signed */
	ck_assert_ptr_nonnull(strstr(done_text, "over TLS alone"));
	server_rig_close(&rig);
	server_rig_open(&rig, "\tnetwork = {\"192.0.2.0/24\", \"198.51.100.1\"}\n");
	give(3, "disconnect", session);
	expect_done(3, WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(done_text, "where the gateway is is not known"));
}
END_TEST

/* An end that cannot be told is no end: the order comes again. */
START_TEST(nobody_to_tell)
{
	fake_daemon_hang_up(&rig.daemon);
	server_rig_turn(&rig);
	orders_disconnected(&rig.server, 1, WF_OK, "the gateway has ended it");
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), "could not be told; it comes again"));
}
END_TEST

static Suite *
orders_suite(void)
{
	Suite *suite = suite_create("orders");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, stats);
	tcase_add_test(tc, disconnect);
	tcase_add_test(tc, disconnect_without_a_changed_name);
	tcase_add_test(tc, disconnect_of_what_is_not_known);
	tcase_add_test(tc, nobody_to_tell);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(orders_suite)
