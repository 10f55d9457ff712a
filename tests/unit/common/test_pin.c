/* Fingerprints of certificates as text. */
#include "config.h"

#include <string.h>

#include "common/pin.h"
#include "tests/unit/unit.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddee0f"
#define COLONS                                                                                     \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:" \
	"DD:EE:0F"

START_TEST(each_way_of_writing_is_one)
{
	static const char *const texts[] = {"sha256:" HEX, "SHA256:" COLONS, "Sha256:" HEX};
	char pin[WF_PIN_SIZE];

	ck_assert(wf_pin_is_meant(texts[_i]));
	ck_assert(wf_pin_read(texts[_i], pin));
	ck_assert_str_eq(pin, "sha256:" HEX);
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const texts[] = {"", "sha256", "sha256:", "sha1:" HEX, HEX,
		"sha256:" HEX "0", "sha256:" HEX ":", "sha256::" HEX, "sha256:0:0" HEX,
		"sha256:0011", "sha256:g" HEX, "sha256: " HEX};
	char pin[WF_PIN_SIZE] = "untouched";

	ck_assert(!wf_pin_read(texts[_i], pin));
	ck_assert_str_eq(pin, "untouched");
}
END_TEST

START_TEST(octets_become_digits)
{
	uint8_t digest[WF_PIN_DIGEST];
	char pin[WF_PIN_SIZE];

	for (size_t i = 0; i < sizeof(digest); i++)
		digest[i] = (uint8_t)(i % 16 * 0x11);
	digest[31] = 0x0f;
	wf_pin_write(digest, pin);
	ck_assert_str_eq(pin, "sha256:" HEX);
	ck_assert(!wf_pin_is_meant("gw.example"));
}
END_TEST

static Suite *
pin_suite(void)
{
	Suite *suite = suite_create("pin");
	TCase *tc = tcase_create("pin");

	tcase_add_loop_test(tc, each_way_of_writing_is_one, 0, 3);
	tcase_add_loop_test(tc, what_is_none, 0, 12);
	tcase_add_test(tc, octets_become_digits);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(pin_suite)
