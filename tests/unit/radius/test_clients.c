/* The client of an address: the longest network, beside a plain search through all of them. */
#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "radius/clients.h"
#include "tests/unit/unit.h"

static struct clients_row
row_of(const char *network, uint32_t client)
{
	struct clients_row row = {.client = client};

	ck_assert_int_eq(wf_network_parse(network, &row.network), WF_OK);
	return row;
}

static struct in6_addr
address_of(const char *text)
{
	struct clients_row row = row_of(text, 0);
	struct in6_addr address;

	memcpy(address.s6_addr, row.network.bytes, sizeof(address.s6_addr));
	return address;
}

static int
find(const struct clients *clients, const char *text, bool *single_r)
{
	const struct in6_addr address = address_of(text);
	uint32_t client;

	return clients_find(clients, &address, &client, single_r) ? (int)client : -1;
}

START_TEST(longest_network)
{
	const struct clients_row rows[] = {
		row_of("192.0.2.0/24", 1),
		row_of("192.0.2.1", 2),
		row_of("192.0.2.10", 3),
		row_of("192.0.0.0/16", 4),
		row_of("2001:db8::/32", 5),
		row_of("2001:db8:1::/48", 6),
		row_of("0.0.0.0/0", 7),
		row_of("192.0.2.1", 9),
	};
	struct clients *clients = NULL;
	bool single = false;

	ck_assert_int_eq(clients_new(rows, sizeof(rows) / sizeof(rows[0]), &clients), WF_OK);
	ck_assert_int_eq(find(clients, "192.0.2.1", &single), 2); /* the first of two */
	ck_assert(single);
	ck_assert_int_eq(find(clients, "192.0.2.10", &single), 3);
	ck_assert_int_eq(find(clients, "192.0.2.100", &single), 1);
	ck_assert(!single);
	ck_assert_int_eq(find(clients, "192.0.3.1", &single), 4);
	ck_assert_int_eq(find(clients, "10.0.0.1", &single), 7);
	ck_assert_int_eq(find(clients, "2001:db8::1", &single), 5);
	ck_assert_int_eq(find(clients, "2001:db8:1::1", &single), 6);
	ck_assert_int_eq(find(clients, "2001:db9::1", &single), -1);
	clients_free(&clients);
	ck_assert_ptr_null(clients);
	clients_free(&clients);
}
END_TEST

START_TEST(none)
{
	struct clients *clients = NULL;
	bool single;

	ck_assert_int_eq(clients_new(NULL, 0, &clients), WF_OK);
	ck_assert_int_eq(find(clients, "192.0.2.1", &single), -1);
	clients_free(&clients);
}
END_TEST

static bool
inside(const struct wf_network *network, const struct in6_addr *address)
{
	for (unsigned bit = 0; bit < network->prefix; bit++)
		if (((network->bytes[bit / 8] ^ address->s6_addr[bit / 8]) >> (7 - bit % 8) & 1) !=
			0)
			return false;
	return true;
}

/* Few bits differ, so that networks overlap often. */
static void
random_row(struct clients_row *row, uint32_t client)
{
	memset(row, 0, sizeof(*row));
	row->client = client;
	row->network.prefix = (unsigned)random() % 129;
	for (unsigned bit = 0; bit < row->network.prefix; bit++)
		if (random() % 16 == 0)
			row->network.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

START_TEST(random_tables)
{
	struct clients_row rows[64];

	srandom(1);
	for (int table = 0; table < 300; table++) {
		struct clients *clients = NULL;

		for (uint32_t i = 0; i < 64; i++)
			random_row(&rows[i], i);
		ck_assert_int_eq(clients_new(rows, 64, &clients), WF_OK);
		for (int try = 0; try < 64; try++) {
			struct clients_row at;
			struct in6_addr address;
			int wanted = -1;
			uint32_t client;
			bool single;

			random_row(&at, 0);
			memcpy(address.s6_addr, rows[try].network.bytes, 16);
			for (int i = 0; i < 16; i++)
				address.s6_addr[i] ^= random() % 8 == 0 ? at.network.bytes[i] : 0;
			for (int i = 63; i >= 0; i--)
				if (inside(&rows[i].network, &address) &&
					(wanted < 0 || rows[i].network.prefix >=
							       rows[wanted].network.prefix))
					wanted = i;
			ck_assert_int_eq(
				clients_find(clients, &address, &client, &single), wanted >= 0);
			if (wanted >= 0)
				ck_assert_uint_eq(client, rows[wanted].client);
		}
		clients_free(&clients);
	}
}
END_TEST

static Suite *
clients_suite(void)
{
	Suite *suite = suite_create("clients");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, longest_network);
	tcase_add_test(tc, none);
	tcase_add_test(tc, random_tables);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(clients_suite)
