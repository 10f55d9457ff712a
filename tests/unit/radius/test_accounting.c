/* Rules and values of accounting (checklist B3, B4). */
#include "config.h"

#include <string.h>

#include "radius/accounting.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static struct craft craft;
static struct packet packet;

static void
number(uint8_t type, uint32_t value)
{
	const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
		(uint8_t)(value >> 8), (uint8_t)value};

	craft_add(&craft, type, bytes, sizeof(bytes));
}

/* A record that breaks no rule. */
static void
good(uint32_t status)
{
	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	number(ATTR_ACCT_STATUS_TYPE, status);
	craft_text(&craft, ATTR_ACCT_SESSION_ID, "s1");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_text(&craft, ATTR_USER_NAME, "alice");
}

static const char *
fault(void)
{
	const struct accounting_fault *found;

	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	found = accounting_check(&packet);
	return found == NULL ? "" : found->name;
}

START_TEST(events)
{
	static const struct {
		uint32_t status;
		enum wf_record_event event;
	} rows[] = {{1, WF_RECORD_START}, {2, WF_RECORD_STOP}, {3, WF_RECORD_INTERIM},
		{7, WF_RECORD_NAS_ON}, {8, WF_RECORD_NAS_OFF}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		good(rows[i].status);
		ck_assert_str_eq(fault(), "");
		ck_assert_int_eq(accounting_event(&packet), rows[i].event);
	}
	good(15);
	ck_assert_str_eq(fault(), "status-type-unknown");
}
END_TEST

START_TEST(b3_rules)
{
	static const uint8_t forbidden[] = {
		ATTR_USER_PASSWORD, ATTR_CHAP_PASSWORD, ATTR_REPLY_MESSAGE, ATTR_STATE};

	for (size_t i = 0; i < sizeof(forbidden); i++) {
		good(1);
		craft_text(&craft, forbidden[i], "0123456789abcdef");
		ck_assert_str_eq(fault(), "forbidden");
	}
	good(1);
	number(ATTR_ACCT_STATUS_TYPE, 2);
	ck_assert_str_eq(fault(), "status-type-missing");
	good(1);
	craft_text(&craft, ATTR_ACCT_SESSION_ID, "s2");
	ck_assert_str_eq(fault(), "session-missing");
	good(1);
	craft_text(&craft, ATTR_USER_NAME, "bob");
	ck_assert_str_eq(fault(), "user-name-missing");
	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	ck_assert_str_eq(fault(), "status-type-missing");
	craft_text(&craft, ATTR_ACCT_STATUS_TYPE, "abc");
	ck_assert_str_eq(fault(), "status-type-missing");
}
END_TEST

START_TEST(devices_have_no_user)
{
	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	number(ATTR_ACCT_STATUS_TYPE, 7);
	craft_text(&craft, ATTR_ACCT_SESSION_ID, "s1");
	ck_assert_str_eq(fault(), "nas-missing");
	craft_text(&craft, ATTR_NAS_IP_ADDRESS, "\x7f\x01\x01\x01");
	ck_assert_str_eq(fault(), "");
}
END_TEST

START_TEST(values)
{
	char framed[INET6_ADDRSTRLEN];
	uint64_t octets;

	good(2);
	ck_assert_str_eq(fault(), "");
	ck_assert(!accounting_octets(&packet, ACCOUNTING_IN, &octets));
	accounting_framed(&packet, framed);
	ck_assert_str_eq(framed, "");
	number(ATTR_ACCT_INPUT_OCTETS, 5);
	number(52, 3);
	number(ATTR_ACCT_OUTPUT_OCTETS, 0xffffffff);
	craft_add(&craft, 8, "\x0a\x00\x00\x01", 4);
	ck_assert_str_eq(fault(), "");
	ck_assert(accounting_octets(&packet, ACCOUNTING_IN, &octets));
	ck_assert_uint_eq(octets, (UINT64_C(3) << 32) + 5);
	ck_assert(accounting_octets(&packet, ACCOUNTING_OUT, &octets));
	ck_assert_uint_eq(octets, UINT32_MAX);
	accounting_framed(&packet, framed);
	ck_assert_str_eq(framed, "10.0.0.1");
	good(2);
	craft_add(&craft, 168, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	ck_assert_str_eq(fault(), "");
	accounting_framed(&packet, framed);
	ck_assert_str_eq(framed, "2001:db8::1");
}
END_TEST

START_TEST(b4_what_identifies)
{
	ck_assert(accounting_identifies(ATTR_ACCT_SESSION_ID));
	ck_assert(accounting_identifies(ATTR_EVENT_TIMESTAMP));
	ck_assert(!accounting_identifies(ATTR_ACCT_DELAY_TIME));
	ck_assert(!accounting_identifies(ATTR_PROXY_STATE));
	for (size_t i = 0; accounting_faults(i) != NULL; i++)
		ck_assert_uint_gt(strlen(accounting_faults(i)->about), 0);
}
END_TEST

static Suite *
accounting_suite(void)
{
	Suite *suite = suite_create("accounting");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, events);
	tcase_add_test(tc, b3_rules);
	tcase_add_test(tc, devices_have_no_user);
	tcase_add_test(tc, values);
	tcase_add_test(tc, b4_what_identifies);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(accounting_suite)
