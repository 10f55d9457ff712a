/* The form of a packet: checklist A2, A3, C1. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static struct craft craft;
static struct packet packet;

START_TEST(header_alone)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.code, CODE_ACCESS_REQUEST);
	ck_assert_uint_eq(packet.id, 7);
	ck_assert_uint_eq(packet.len, PACKET_HEADER);
	ck_assert_uint_eq(packet.nattributes, 0);
	ck_assert_uint_eq(packet.authenticator[15], 16);
	ck_assert_ptr_null(packet.message_authenticator);
}
END_TEST

/* A2: every beginning of a packet is short or cut; what comes behind it is padding. */
START_TEST(f2_length_in_a_stream)
{
	static const struct {
		uint8_t bytes[4];
		size_t len;
		wf_status status;
		size_t whole;
	} rows[] = {
		{{1, 2, 0, 20}, 0, WF_AGAIN, 0},
		{{1, 2, 0, 20}, 3, WF_AGAIN, 0},
		{{1, 2, 0, 20}, 4, WF_OK, 20},
		{{1, 2, 0, 19}, 4, WF_INVALID, 0},
		{{1, 2, 0, 0}, 4, WF_INVALID, 0},
		{{1, 2, 0x10, 0}, 4, WF_OK, 4096},
		{{1, 2, 0x10, 1}, 4, WF_INVALID, 0},
		{{1, 2, 0xff, 0xff}, 4, WF_INVALID, 0},
	};
	size_t whole;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		whole = 0;
		ck_assert_int_eq(
			packet_length(rows[i].bytes, rows[i].len, &whole), rows[i].status);
		ck_assert_uint_eq(whole, rows[i].whole);
	}
}
END_TEST

START_TEST(a2_length)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_USER_NAME, "bob");
	for (size_t len = 0; len < craft.len; len++)
		ck_assert_int_eq(packet_read(craft.bytes, len, &packet),
			len < PACKET_HEADER ? PACKET_SHORT : PACKET_CUT);
	ck_assert_int_eq(packet_read(craft.bytes, craft.len + 8, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.len, craft.len);
	ck_assert_uint_eq(packet.nattributes, 1);
}
END_TEST

static const struct {
	unsigned length;
	enum packet_fault fault;
} length_rows[] = {
	{0, PACKET_LENGTH},
	{19, PACKET_LENGTH},
	{20, PACKET_FINE},
	{4096, PACKET_TYPE},
	{4097, PACKET_LENGTH},
	{65535, PACKET_LENGTH},
};

START_TEST(a2_bounds)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft.bytes[2] = (uint8_t)(length_rows[_i].length >> 8);
	craft.bytes[3] = (uint8_t)length_rows[_i].length;
	memset(craft.bytes + PACKET_HEADER, 0, 4200);
	for (size_t at = PACKET_HEADER; at < 4200; at += 2)
		craft.bytes[at + 1] = 2;
	ck_assert_int_eq(packet_read(craft.bytes, 4200, &packet), length_rows[_i].fault);
}
END_TEST

static const struct {
	const char *hex; /* behind a header whose length fits */
	enum packet_fault fault;
} attribute_rows[] = {
	{"", PACKET_FINE},
	{"01", PACKET_ATTRIBUTE},   /* a stray octet */
	{"0100", PACKET_ATTRIBUTE}, /* length 0 */
	{"0101", PACKET_ATTRIBUTE}, /* length 1 */
	{"0102", PACKET_FINE},      /* no value */
	{"0103", PACKET_ATTRIBUTE}, /* ends behind the packet */
	{"0103 62", PACKET_FINE},
	{"0103 62 0104 63", PACKET_ATTRIBUTE},
	{"01ff 62", PACKET_ATTRIBUTE},
	{"0002", PACKET_TYPE},
	{"0003 62", PACKET_TYPE},
	{"5012 00112233445566778899aabbccddeeff", PACKET_FINE},
	{"5011 00112233445566778899aabbccddee", PACKET_MA_LENGTH},
	{"5013 00112233445566778899aabbccddeeff00", PACKET_MA_LENGTH},
	{"5002", PACKET_MA_LENGTH},
	{"5012 00112233445566778899aabbccddeeff 5012 00112233445566778899aabbccddeeff",
		PACKET_MA_REPEATED},
	/* The last attribute of all may not reach behind the packet's end either. */
	{"0103 62 5012 00112233445566778899aabbccddee", PACKET_ATTRIBUTE},
	{"1a02", PACKET_FINE}, /* vendor's attributes are not looked into */
	{"1a0b 00006016 01004142", PACKET_ATTRIBUTE},
	{"f102", PACKET_FINE},
};

START_TEST(a3_attributes)
{
	char hex[512];

	(void)snprintf(hex, sizeof(hex), "0107 0000 0102030405060708090a0b0c0d0e0f10 %s",
		attribute_rows[_i].hex);
	craft_hex(&craft, hex);
	craft_end(&craft);
	ck_assert_int_eq(craft_read(&craft, &packet), attribute_rows[_i].fault);
}
END_TEST

START_TEST(too_many)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	for (int i = 0; i < PACKET_ATTRIBUTES_MAX; i++)
		craft_add(&craft, 200, "", 0);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.nattributes, PACKET_ATTRIBUTES_MAX);
	craft_add(&craft, 200, "", 0);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_TOO_MANY);
}
END_TEST

/* FreeRADIUS 3.0.18 read a Message-Authenticator behind the end of a full packet. */
START_TEST(full_packet)
{
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	while (craft.len + 18 + 255 <= PACKET_MAX)
		craft_add(&craft, ATTR_PROXY_STATE, craft.bytes, 253);
	craft_add(&craft, ATTR_PROXY_STATE, craft.bytes, PACKET_MAX - 18 - craft.len - 2);
	craft_add(&craft, ATTR_MESSAGE_AUTHENTICATOR, (uint8_t[16]){0}, 16);
	ck_assert_uint_eq(craft.len, PACKET_MAX);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_ptr_eq(packet.message_authenticator, craft.bytes + PACKET_MAX - 16);
	ck_assert_int_eq(packet_read(craft.bytes, craft.len - 1, &packet), PACKET_CUT);
}
END_TEST

/* A7: attributes of a type are found wherever they stand. */
START_TEST(a7_finding)
{
	const struct attribute *at;
	uint32_t number = 5;

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_PROXY_STATE, "one");
	craft_add(&craft, ATTR_NAS_PORT, "\0\0\1\2", 4);
	craft_text(&craft, ATTR_PROXY_STATE, "two");
	craft_add(&craft, ATTR_SERVICE_TYPE, "\0\0\1", 3);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	at = packet_next(&packet, ATTR_PROXY_STATE, NULL);
	ck_assert_mem_eq(at->value, "one", 3);
	at = packet_next(&packet, ATTR_PROXY_STATE, at);
	ck_assert_mem_eq(at->value, "two", 3);
	ck_assert_ptr_null(packet_next(&packet, ATTR_PROXY_STATE, at));
	ck_assert_uint_eq(packet_count(&packet, ATTR_PROXY_STATE), 2);
	ck_assert(!packet_has(&packet, ATTR_USER_NAME));
	ck_assert(packet_number(&packet, ATTR_NAS_PORT, &number));
	ck_assert_uint_eq(number, 258);
	ck_assert(!packet_number(&packet, ATTR_SERVICE_TYPE, &number));
	ck_assert(!packet_number(&packet, ATTR_STATE, &number));
	ck_assert_uint_eq(number, 258);
}
END_TEST

START_TEST(faults_have_names)
{
	for (unsigned i = 0; i < PACKET_FAULTS; i++)
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(packet_fault_name((enum packet_fault)i),
				packet_fault_name((enum packet_fault)j));
	ck_assert_str_eq(packet_fault_name(PACKET_MA_REPEATED), "ma-repeated");
	ck_assert_str_eq(packet_fault_name(PACKET_FAULTS), "unknown");
}
END_TEST

static Suite *
packet_suite(void)
{
	Suite *suite = suite_create("packet");
	TCase *tc = tcase_create("form");

	tcase_add_test(tc, header_alone);
	tcase_add_test(tc, f2_length_in_a_stream);
	tcase_add_test(tc, a2_length);
	tcase_add_loop_test(tc, a2_bounds, 0, sizeof(length_rows) / sizeof(length_rows[0]));
	tcase_add_loop_test(
		tc, a3_attributes, 0, sizeof(attribute_rows) / sizeof(attribute_rows[0]));
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, full_packet);
	tcase_add_test(tc, a7_finding);
	tcase_add_test(tc, faults_have_names);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(packet_suite)
