/* Requests to gateways: where they go, how often, and what ends them (RFC 5176, RFC 5080). */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "radius/disconnects.h"
#include "tests/unit/faults.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define SECOND INT64_C(1000000)
#define IDS 256

static struct event_base *base;
static struct disconnects *disconnects;
static struct config_client config;
static struct client client = {.config = &config};
static struct site site;
static struct disconnect order = {.user = "alice", .session = "s1"};
static char gateway[INET_ADDRSTRLEN]; /* its address; the tests of another run have another one */
static int fd;			      /* its socket */
static struct sockaddr_in6 asker;
static uint8_t got[PACKET_MAX];
static size_t got_len, done;
static uint64_t done_tag;
static wf_status done_status;
static char done_text[100];

static void
on_done(void *ctx, uint64_t tag, wf_status status, const char *text)
{
	ck_assert_ptr_eq(ctx, &site);
	done_tag = tag;
	done_status = status;
	snprintf(done_text, sizeof(done_text), "%s", text);
	done++;
}

static int
open_gateway(const char *address)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(DISCONNECT_PORT)};
	int made = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(made, 0);
	ck_assert_int_eq(inet_pton(AF_INET, address, &at.sin_addr), 1);
	ck_assert_int_eq(bind(made, (const struct sockaddr *)&at, sizeof(at)), 0);
	return made;
}

/* The client's networks: the gateway alone, or two of them. */
static void
set_networks(size_t n)
{
	struct clients_row rows[2] = {{.client = 0}, {.client = 0}};

	ck_assert_int_eq(wf_network_parse(gateway, &rows[0].network), WF_OK);
	ck_assert_int_eq(wf_network_parse("192.0.2.0/24", &rows[1].network), WF_OK);
	config.nnetworks = n;
	for (size_t i = 0; i < n; i++)
		config.networks[i] = rows[i].network;
	clients_free(&site.table);
	ck_assert_int_eq(clients_new(rows, n, &site.table), WF_OK);
}

static void
setup(void)
{
	const struct wf_clock clock = {.read = read_clock};
	unsigned pid = (unsigned)getpid();

	snprintf(gateway, sizeof(gateway), "127.37.%u.%u", pid / 250 % 250 + 1, pid % 250 + 1);
	fd = open_gateway(gateway);
	base = event_base_new();
	now.boot_us = 1000 * SECOND;
	ck_assert_int_eq(wf_secret_set(&client.secret, "secret", 6), WF_OK);
	site.clients = &client;
	site.nclients = 1;
	site.lent = 1;
	set_networks(1);
	order.nas[0] = '\0';
	done = 0;
	ck_assert_int_eq(disconnects_new(base, &clock, on_done, &site, &disconnects), WF_OK);
}

static void
teardown(void)
{
	disconnects_free(&disconnects);
	ck_assert_ptr_null(disconnects);
	disconnects_free(&disconnects);
	ck_assert_uint_eq(site.lent, 1); /* all of it was given back */
	clients_free(&site.table);
	wf_secret_clear(&client.secret);
	event_base_free(base);
	close(fd);
}

static wf_status
begin(uint64_t tag)
{
	return disconnects_start(disconnects, tag, &site, &client, &order);
}

/* What the gateway has got by now. */
static bool
arrives(void)
{
	socklen_t len = sizeof(asker);
	ssize_t n = recvfrom(fd, got, sizeof(got), 0, (struct sockaddr *)&asker, &len);

	got_len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static void
answer_from(int from, uint8_t code, const char *secret)
{
	struct binding binding;
	struct craft craft;
	uint8_t md5[DIGEST_LEN];
	struct digest_part parts[2] = {{craft.bytes, 0}, {secret, strlen(secret)}};

	craft_binding(&binding, secret);
	craft_begin(&craft, code);
	craft.bytes[1] = got[1];
	if (code == CODE_DISCONNECT_NAK)
		craft_add(&craft, ATTR_ERROR_CAUSE, "\0\0\1\xf7", 4);
	memcpy(craft.bytes + 4, got + 4, PACKET_AUTHENTICATOR);
	parts[0].len = craft.len;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, md5), WF_OK);
	memcpy(craft.bytes + 4, md5, sizeof(md5));
	craft_unbind(&binding);
	ck_assert_int_eq(sendto(from, craft.bytes, craft.len, 0, (struct sockaddr *)&asker,
				 sizeof(struct sockaddr_in)),
		(ssize_t)craft.len);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

START_TEST(h1_how_it_ends)
{
	ck_assert_int_eq(begin(17), WF_OK);
	ck_assert_uint_eq(done, 0);
	ck_assert(arrives());
	ck_assert_uint_eq(got[0], CODE_DISCONNECT_REQUEST);
	answer_from(fd, CODE_DISCONNECT_ACK, "secret");
	ck_assert_uint_eq(done, 1);
	ck_assert_uint_eq(done_tag, 17);
	ck_assert_int_eq(done_status, WF_OK);
	ck_assert_str_eq(done_text, "the gateway has ended it");
	answer_from(fd, CODE_DISCONNECT_ACK, "secret"); /* once more: nobody waits */
	ck_assert_int_eq(begin(18), WF_OK);
	ck_assert(arrives());
	answer_from(fd, CODE_DISCONNECT_NAK, "secret");
	ck_assert_uint_eq(done, 2);
	ck_assert_uint_eq(done_tag, 18);
	ck_assert_int_eq(done_status, WF_NO);
	ck_assert_str_eq(done_text, "the gateway refused, Error-Cause 503");
	ck_assert_uint_eq(site.lent, 1);
}
END_TEST

/* Neither a wrong secret, nor another address, nor something short ends anything. */
START_TEST(h1_not_the_gateways_answer)
{
	int other = open_gateway("127.36.1.1");

	ck_assert_int_eq(begin(1), WF_OK);
	ck_assert(arrives());
	answer_from(fd, CODE_DISCONNECT_ACK, "Secret");
	answer_from(other, CODE_DISCONNECT_ACK, "secret");
	ck_assert_int_eq(
		sendto(fd, "x", 1, 0, (struct sockaddr *)&asker, sizeof(struct sockaddr_in)), 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	got[1] ^= 0x80;
	answer_from(fd, CODE_DISCONNECT_ACK, "secret"); /* of an identifier that is free */
	ck_assert_uint_eq(done, 0);
	got[1] ^= 0x80;
	answer_from(fd, CODE_DISCONNECT_ACK, "secret");
	ck_assert_uint_eq(done, 1);
	close(other);
}
END_TEST

/* At once, then 1, 2 and 4 seconds apart; eight seconds later it is given up. The same bytes. */
START_TEST(h3_sent_again)
{
	static const int64_t waits[] = {1, 2, 4};
	uint8_t first[PACKET_MAX];

	ck_assert_int_eq(begin(1), WF_OK);
	ck_assert_int_eq(begin(1), WF_EXISTS); /* the order came again */
	ck_assert(arrives());
	memcpy(first, got, got_len);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		now.boot_us += waits[i] * SECOND - 1;
		disconnects_tick(disconnects);
		ck_assert(!arrives());
		now.boot_us += 1;
		disconnects_tick(disconnects);
		ck_assert(arrives());
		ck_assert_mem_eq(first, got, got_len);
	}
	now.boot_us += 8 * SECOND - 1;
	disconnects_tick(disconnects);
	ck_assert_uint_eq(done, 0);
	now.boot_us += 1;
	disconnects_tick(disconnects);
	ck_assert(!arrives());
	ck_assert_uint_eq(done, 1);
	ck_assert_int_eq(done_status, WF_TIMEOUT);
	ck_assert_str_eq(done_text, "the gateway does not answer");
	disconnects_tick(disconnects);
	ck_assert_uint_eq(done, 1);
}
END_TEST

/* The NAS if it is an address of the client's own, else the client's only address, else nowhere. */
START_TEST(h2_which_gateway)
{
	snprintf(order.nas, sizeof(order.nas), "%s", gateway);
	set_networks(2);
	ck_assert_int_eq(begin(1), WF_OK);
	ck_assert(arrives());
	snprintf(order.nas, sizeof(order.nas), "::ffff:%s", gateway);
	ck_assert_int_eq(begin(2), WF_OK);
	ck_assert(arrives());
	snprintf(order.nas, sizeof(order.nas), "127.36.1.1"); /* some other machine */
	ck_assert_int_eq(begin(3), WF_NOT_FOUND);
	snprintf(order.nas, sizeof(order.nas), "vpn.example");
	ck_assert_int_eq(begin(3), WF_NOT_FOUND);
	set_networks(1);
	ck_assert_int_eq(begin(3), WF_OK);
	ck_assert(arrives());
	snprintf(order.nas, sizeof(order.nas), "127.36.1.1");
	ck_assert_int_eq(begin(4), WF_OK);
	ck_assert(arrives());
	config.networks[0].prefix = 127;
	ck_assert_int_eq(begin(5), WF_NOT_FOUND); /* a range is no address */
}
END_TEST

START_TEST(nothing_that_tells_which_session)
{
	const struct disconnect nothing = {.wall_us = 0};

	ck_assert_int_eq(disconnects_start(disconnects, 1, &site, &client, &nothing), WF_INVALID);
	ck_assert_uint_eq(site.lent, 1);
	ck_assert(!arrives());
	ck_assert_int_eq(begin(1), WF_OK);
}
END_TEST

/* As many as there are identifiers, each with one of its own; an answer makes room for one. */
START_TEST(all_identifiers)
{
	bool seen[IDS] = {false};

	for (uint64_t tag = 0; tag < IDS; tag++) {
		ck_assert_int_eq(begin(tag), WF_OK);
		ck_assert(arrives());
		ck_assert(!seen[got[1]]);
		seen[got[1]] = true;
	}
	ck_assert_int_eq(begin(IDS), WF_FULL);
	ck_assert_uint_eq(site.lent, 1 + IDS);
	answer_from(fd, CODE_DISCONNECT_ACK, "secret");
	ck_assert_uint_eq(done_tag, IDS - 1);
	ck_assert_int_eq(begin(IDS), WF_OK);
	ck_assert_int_eq(begin(0), WF_EXISTS);
}
END_TEST

#ifdef WF_FAULT
static void
begin_round(void)
{
	disconnects_free(&disconnects);
	done = 0;
}

static wf_status
run_round(void)
{
	const struct wf_clock clock = {.read = read_clock};
	wf_status status = disconnects_new(base, &clock, on_done, &site, &disconnects);

	return status == WF_OK ? begin(1) : status;
}

/*
 * What was begun gets through, if not at once then with the next try; what could not be begun left
 * nothing and can be begun again.
 */
static void
end_round(wf_status status)
{
	if (disconnects == NULL)
		return;
	ck_assert_uint_eq(site.lent, status == WF_OK ? 2 : 1);
	if (status != WF_OK)
		ck_assert_int_eq(begin(1), WF_OK);
	now.boot_us += SECOND;
	disconnects_tick(disconnects);
	ck_assert(arrives());
	answer_from(fd, CODE_DISCONNECT_ACK, "secret");
	ck_assert_uint_eq(done, 1);
	while (arrives()) {}
	disconnects_free(&disconnects);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {begin_round, run_round, end_round};

	disconnects_free(&disconnects);
	ck_assert_uint_ge(fault_loop_libc(&scenario), 8);
}
END_TEST
#endif

static Suite *
disconnects_suite(void)
{
	Suite *suite = suite_create("disconnects");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, h1_how_it_ends);
	tcase_add_test(tc, h1_not_the_gateways_answer);
	tcase_add_test(tc, h3_sent_again);
	tcase_add_test(tc, h2_which_gateway);
	tcase_add_test(tc, nothing_that_tells_which_session);
	tcase_add_test(tc, all_identifiers);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(disconnects_suite)
