/* The rules of an Access-Request: each broken alone, in the order in which they are asked. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/request.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

#define NAME "0105626f62 "		   /* bob */
#define NAS "200576706e "		   /* NAS-Identifier vpn */
#define PASSWORD "0212 000102030405060708090a0b0c0d0e0f "
#define MA "5012 00112233445566778899aabbccddeeff "
#define EAP "4f07 0201000501 "
#define CHAP "0313 00000102030405060708090a0b0c0d0e0f "
#define MSCHAP "1a0a 00000137 190401aa "

static const struct {
	const char *hex;
	const char *name; /* of the rule */
} rows[] = {
	{NAME NAS PASSWORD, "fine"},
	{NAME NAS PASSWORD MA, "fine"},
	{NAME "0406c0000201" PASSWORD, "fine"},					/* NAS-IP-Address */
	/* NAS-IPv6-Address */
	{NAME "5f12 20010db8000000000000000000000001" PASSWORD, "fine"},
	{NAME NAS PASSWORD "1804 6162", "fine"},				/* State */
	/* a name in kanji */
	{"0108 e5b1b1e7 94b0" NAS PASSWORD, "fine"},
	{NAME NAS EAP, "eap-unprotected"},
	{NAME NAS EAP MA, "method-eap"},
	{NAME NAS EAP EAP MA, "method-eap"},
	{NAME NAS, "bare"},
	{NAME NAS MA, "password-missing"},
	{NAME NAS "1804 6162" MA, "password-missing"},
	{NAS PASSWORD, "user-name-missing"},
	{"0102" NAS PASSWORD, "user-name-missing"},
	{NAME NAME NAS PASSWORD, "user-name-repeated"},
	{"0107 626f620078" NAS PASSWORD, "user-name-form"},	/* bob\0x */
	{"0106 626f6200" NAS PASSWORD, "user-name-form"},	/* bob\0 */
	{"0106 626f620a" NAS PASSWORD, "user-name-form"},	/* bob\n */
	{"0104 c080" NAS PASSWORD, "user-name-form"},		/* NUL, overlong */
	{"0104 c285" NAS PASSWORD, "user-name-form"},		/* NEL */
	{"0103 ff" NAS PASSWORD, "user-name-form"},
	{"0103 7f" NAS PASSWORD, "user-name-form"},
	{NAME PASSWORD, "nas-missing"},
	{NAME NAS PASSWORD PASSWORD, "password-repeated"},
	{NAME NAS PASSWORD CHAP, "password-repeated"},
	{NAME NAS PASSWORD EAP MA, "password-repeated"},
	{NAME NAS PASSWORD MSCHAP, "password-repeated"},
	{NAME NAS PASSWORD "1804 6162 1804 6162", "state-repeated"},
	{NAME NAS PASSWORD "0606 00000011", "authorize-only"},
	{NAME NAS PASSWORD "0606 00000011 1804 6162", "fine"},
	{NAME NAS PASSWORD "0606 00000008", "fine"}, /* Authenticate-Only, as ocserv sends it */
	{NAME NAS PASSWORD "0605 000011", "fine"},   /* a Service-Type of three octets is none */
	{NAME NAS CHAP, "method-chap"},
	{NAME NAS MSCHAP, "method-mschap"},
	{NAME NAS "1a0a 00000137 010401aa", "method-mschap"},
	/* MS-CHAP-Challenge alone is no answer */
	{NAME NAS PASSWORD "1a0a 00000137 0b0401aa", "fine"},
	{NAME NAS PASSWORD "1a0a 00003039 190401aa", "fine"},	 /* another vendor's 25 */
	{NAME NAS PASSWORD "1a06 00000137", "fine"},		 /* a vendor without anything */
	{NAME NAS "4612 00112233445566778899aabbccddeeff", "method-arap"},
	{NAME NAS "0202", "password-length"},
	{NAME NAS "0213 000102030405060708090a0b0c0d0e0f10", "password-length"},
	{NAME NAS "0211 000102030405060708090a0b0c0d0e", "password-length"},
};

static struct craft craft;
static struct packet packet;

static const struct request_fault *
check(const char *hex)
{
	char whole[1024];

	(void)snprintf(whole, sizeof(whole), "0107 0000 0102030405060708090a0b0c0d0e0f10 %s", hex);
	craft_hex(&craft, whole);
	craft_end(&craft);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	return request_check(&packet);
}

START_TEST(rules)
{
	const struct request_fault *fault = check(rows[_i].hex);

	ck_assert_str_eq(fault->name, rows[_i].name);
	ck_assert_int_eq(fault->answer == REQUEST_EVALUATE, strcmp(fault->name, "fine") == 0);
}
END_TEST

/* A request that cannot be bound to anybody's secret gets no answer; any other does (A4). */
START_TEST(discarded)
{
	for (size_t i = 0; request_faults(i) != NULL; i++) {
		const struct request_fault *fault = request_faults(i);

		ck_assert_int_eq(fault->answer == REQUEST_DISCARD,
			strcmp(fault->name, "eap-unprotected") == 0 ||
				strcmp(fault->name, "bare") == 0);
	}
}
END_TEST

/* Each rule of the table is broken by a row above. */
START_TEST(all_rules_are_tested)
{
	for (size_t i = 0; request_faults(i) != NULL; i++) {
		bool found = false;

		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			found = found || strcmp(rows[j].name, request_faults(i)->name) == 0;
		ck_assert_msg(found, "no row breaks %s", request_faults(i)->name);
		ck_assert_uint_gt(strlen(request_faults(i)->about), 0);
	}
}
END_TEST

START_TEST(long_password)
{
	char hex[700] = NAME NAS "0292 ";

	for (int i = 0; i < 144; i++)
		strncat(hex, "ab", 3);
	ck_assert_str_eq(check(hex)->name, "password-length");
}
END_TEST

/* A13: names of 253 octets work. */
START_TEST(long_name)
{
	char hex[700] = NAS PASSWORD "01ff ";

	for (int i = 0; i < 253; i++)
		strncat(hex, "61", 3);
	ck_assert_str_eq(check(hex)->name, "fine");
}
END_TEST

static Suite *
request_suite(void)
{
	Suite *suite = suite_create("request");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, rules, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, discarded);
	tcase_add_test(tc, all_rules_are_tested);
	tcase_add_test(tc, long_password);
	tcase_add_test(tc, long_name);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(request_suite)
