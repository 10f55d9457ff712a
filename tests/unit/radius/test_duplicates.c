/*
 * Duplicate detection: checklist D1 to D3, the bounds, and a long random run beside a plain
 * model.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "radius/duplicates.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)
#define KEEP (10 * SECOND)
#define LEAST (5 * SECOND) /* D3: a reply is kept so long even where there is no room */

static const struct duplicates_options options = {
	.entries_max = 64, .client_max = 32, .keep_us = KEEP};
static const uint8_t one[PACKET_AUTHENTICATOR] = {1}, two[PACKET_AUTHENTICATOR] = {2};

static struct duplicates *table;
static struct duplicate *entry;
static uint64_t serial;

static void
setup(void)
{
	ck_assert_int_eq(duplicates_new(&options, &table), WF_OK);
}

static void
teardown(void)
{
	duplicates_free(&table);
	ck_assert_ptr_null(table);
	duplicates_free(&table);
}

static struct duplicate_key
key_of(uint8_t host, uint16_t port, uint16_t listener, uint8_t id)
{
	struct duplicate_key key = {
		.port = port, .listener = listener, .id = id, .code = CODE_ACCESS_REQUEST};

	key.address.s6_addr[15] = host;
	return key;
}

static enum duplicate_answer
look(struct duplicate_key key, const uint8_t *authenticator, int64_t now_us)
{
	return duplicates_look(table, &key, 1, authenticator, now_us, &entry, &serial);
}

static void
known(const char *bytes)
{
	size_t len;
	const uint8_t *reply = duplicate_reply(entry, &len);

	ck_assert_uint_eq(len, strlen(bytes));
	ck_assert_mem_eq(reply, bytes, len);
}

START_TEST(d1_key)
{
	struct duplicate_key other = key_of(1, 1000, 0, 5);

	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_BUSY);
	ck_assert_int_eq(look(key_of(2, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(look(key_of(1, 1001, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(look(key_of(1, 1000, 1, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 6), one, 0), DUPLICATE_NEW);
	other.code = CODE_STATUS_SERVER;
	ck_assert_int_eq(look(other, one, 0), DUPLICATE_NEW);
	ck_assert_uint_eq(duplicates_count(table), 6);
}
END_TEST

START_TEST(d2_reply_is_kept)
{
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(
		duplicates_reply(table, entry, serial, (const uint8_t *)"reply", 5, 0), WF_OK);
	for (int64_t now = 0; now < KEEP; now += SECOND) {
		ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, now), DUPLICATE_KNOWN);
		known("reply");
	}
}
END_TEST

START_TEST(d3_expiry)
{
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(
		duplicates_reply(table, entry, serial, (const uint8_t *)"reply", 5, 0), WF_OK);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, KEEP - 1), DUPLICATE_KNOWN);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, KEEP), DUPLICATE_NEW);
	/* What is worked on stays, however long it takes. */
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 100 * KEEP), DUPLICATE_BUSY);
}
END_TEST

START_TEST(d3_other_authenticator)
{
	uint64_t first;
	struct duplicate *old;

	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	ck_assert_int_eq(
		duplicates_reply(table, entry, serial, (const uint8_t *)"reply", 5, 0), WF_OK);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), two, 0), DUPLICATE_NEW);
	first = serial;
	old = entry;
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	/* Whoever worked on the second has nothing to say any more. */
	ck_assert_int_eq(
		duplicates_reply(table, old, first, (const uint8_t *)"second", 6, 0), WF_NOT_FOUND);
	duplicates_forget(table, old, first);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_BUSY);
	ck_assert_uint_eq(duplicates_count(table), 1);
}
END_TEST

START_TEST(forgotten)
{
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
	duplicates_forget(table, entry, serial);
	ck_assert_uint_eq(duplicates_count(table), 0);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 5), one, 0), DUPLICATE_NEW);
}
END_TEST

START_TEST(bounds)
{
	struct duplicate_key key;

	for (uint8_t id = 0; id < 32; id++)
		ck_assert_int_eq(look(key_of(1, 1000, 0, id), one, 0), DUPLICATE_NEW);
	/* One client has its share, another still has room, then all is full. */
	ck_assert_int_eq(look(key_of(1, 1000, 0, 100), one, 0), DUPLICATE_FULL);
	for (uint8_t id = 0; id < 32; id++) {
		key = key_of(2, 1000, 0, id);
		ck_assert_int_eq(
			duplicates_look(table, &key, 2, one, 0, &entry, &serial), DUPLICATE_NEW);
		ck_assert_int_eq(
			duplicates_reply(table, entry, serial, (const uint8_t *)"x", 1, 0), WF_OK);
	}
	key = key_of(3, 1000, 0, 0);
	ck_assert_int_eq(
		duplicates_look(table, &key, 3, one, LEAST - 1, &entry, &serial), DUPLICATE_FULL);
	/*
	 * The oldest reply makes room, one for each that needs it; those of the first client are
	 * still worked on.
	 */
	ck_assert_int_eq(
		duplicates_look(table, &key, 3, one, LEAST, &entry, &serial), DUPLICATE_NEW);
	ck_assert_int_eq(look(key_of(1, 1000, 0, 0), one, LEAST), DUPLICATE_BUSY);
	key = key_of(2, 1000, 0, 1);
	ck_assert_int_eq(
		duplicates_look(table, &key, 2, one, LEAST, &entry, &serial), DUPLICATE_KNOWN);
	key = key_of(2, 1000, 0, 0);
	ck_assert_int_eq(
		duplicates_look(table, &key, 2, one, LEAST, &entry, &serial), DUPLICATE_NEW);
}
END_TEST

START_TEST(bad_options)
{
	struct duplicates_options bad = options;
	struct duplicates *none = NULL;

	bad.entries_max = 0;
	ck_assert_int_eq(duplicates_new(&bad, &none), WF_INVALID);
	bad = options;
	bad.client_max = 0;
	ck_assert_int_eq(duplicates_new(&bad, &none), WF_INVALID);
	bad = options;
	bad.keep_us = 0;
	ck_assert_int_eq(duplicates_new(&bad, &none), WF_INVALID);
	ck_assert_ptr_null(none);
}
END_TEST

/* One row for each of the 40 keys of the run. */
static struct {
	bool used, busy;
	uint8_t authenticator;
	char reply;
	int64_t until_us;
	struct duplicate *entry;
	uint64_t serial;
} model[40];

static void
model_look(size_t at, uint8_t first, int64_t now_us)
{
	const uint8_t authenticator[PACKET_AUTHENTICATOR] = {first};
	enum duplicate_answer wanted = DUPLICATE_NEW;

	if (model[at].used && model[at].authenticator == first)
		wanted = model[at].busy                ? DUPLICATE_BUSY
			 : now_us < model[at].until_us ? DUPLICATE_KNOWN
						       : DUPLICATE_NEW;
	ck_assert_int_eq(
		look(key_of((uint8_t)at, 7, 0, (uint8_t)(at % 3)), authenticator, now_us), wanted);
	if (wanted == DUPLICATE_KNOWN)
		known((const char[]){model[at].reply, '\0'});
	if (wanted != DUPLICATE_NEW)
		return;
	model[at].used = model[at].busy = true;
	model[at].authenticator = first;
	model[at].entry = entry;
	model[at].serial = serial;
}

START_TEST(random_run)
{
	struct duplicates_options wide = options;
	int64_t now_us = 0;

	duplicates_free(&table);
	wide.client_max = 64;
	ck_assert_int_eq(duplicates_new(&wide, &table), WF_OK);
	srandom(1);
	for (int step = 0; step < 200000; step++) {
		size_t at = (size_t)random() % 40;
		long what = random() % 8;

		now_us += random() % (SECOND / 20);
		if (what < 6) {
			model_look(at, (uint8_t)(random() % 20 == 0), now_us);
		} else if (model[at].busy && what == 6) {
			model[at].reply = (char)('a' + random() % 26);
			ck_assert_int_eq(duplicates_reply(table, model[at].entry, model[at].serial,
						 (const uint8_t *)&model[at].reply, 1, now_us),
				WF_OK);
			model[at].busy = false;
			model[at].until_us = now_us + KEEP;
		} else if (model[at].busy) {
			duplicates_forget(table, model[at].entry, model[at].serial);
			model[at].used = model[at].busy = false;
		}
	}
	ck_assert_uint_le(duplicates_count(table), 40);
}
END_TEST

static Suite *
duplicates_suite(void)
{
	Suite *suite = suite_create("duplicates");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, d1_key);
	tcase_add_test(tc, d2_reply_is_kept);
	tcase_add_test(tc, d3_expiry);
	tcase_add_test(tc, d3_other_authenticator);
	tcase_add_test(tc, forgotten);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, bad_options);
	tcase_add_test(tc, random_run);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(duplicates_suite)
