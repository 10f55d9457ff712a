/* An act's arguments over the wire: what is taken, and what ends the caller's connection. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "tests/unit/unit.h"

#define KEY_MOST "a123456789012345678901234567890b" /* 32 octets */

static struct act_call *call;
static struct wf_msg msg;

static void
set_up(void)
{
	call = calloc(1, sizeof(*call));
	ck_assert_ptr_nonnull(call);
	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
}

static void
tear_down(void)
{
	for (size_t i = 0; i < ACT_SECRETS_MAX; i++)
		wf_secret_clear(&call->secrets[i]);
	free(call);
	wf_msg_clear(&msg);
}

static void
put(enum wf_field_id field, const char *text)
{
	ck_assert_int_eq(wf_msg_add_bytes(&msg, field, text, strlen(text)), WF_OK);
}

/* A "k=" and so many more octets. */
static wf_status
put_long(enum wf_field_id field, size_t octets)
{
	char text[WF_SECRET_MAX + 8];

	ck_assert_uint_lt(octets + 2, sizeof(text));
	memset(text, 'x', sizeof(text));
	memcpy(text, "k=", 2);
	return wf_msg_add_bytes(&msg, field, text, octets + 2);
}

START_TEST(arguments_and_secrets_in_their_order)
{
	put(WF_F_ARG, "user=alice");
	put(WF_F_SECRET_ARG, "password=a=b");
	put(WF_F_ARG, "reason=");
	put(WF_F_ARG, KEY_MOST "==");
	ck_assert_int_eq(act_call_read(call, &msg), WF_OK);
	ck_assert_uint_eq(call->nargs, 3);
	ck_assert_str_eq(call->args[0].key, "user");
	ck_assert_str_eq(call->args[0].value, "alice");
	ck_assert_str_eq(call->args[1].key, "reason");
	ck_assert_str_eq(call->args[1].value, "");
	ck_assert_str_eq(call->args[2].key, KEY_MOST);
	ck_assert_str_eq(call->args[2].value, "=");
	ck_assert_uint_eq(call->nsecrets, 1);
	ck_assert_str_eq(call->secret_keys[0], "password");
	ck_assert_uint_eq(call->secrets[0].len, 3);
	ck_assert_mem_eq(call->secrets[0].bytes, "a=b", 3);
}
END_TEST

static const char *const bad[] = {"user", "=alice", KEY_MOST "c=1"};

START_TEST(what_has_no_key)
{
	put(_i % 2 == 0 ? WF_F_ARG : WF_F_SECRET_ARG, bad[_i / 2]);
	ck_assert_int_eq(act_call_read(call, &msg), WF_INVALID);
	ck_assert_uint_eq(call->nargs + call->nsecrets, 0);
}
END_TEST

static const struct {
	enum wf_field_id field;
	size_t most;
} limits[] = {{WF_F_ARG, ACT_ARGS_MAX}, {WF_F_SECRET_ARG, ACT_SECRETS_MAX}};

START_TEST(one_too_many)
{
	for (size_t i = 0; i < limits[_i].most; i++)
		put(limits[_i].field, "k=v");
	ck_assert_int_eq(act_call_read(call, &msg), WF_OK);
	ck_assert_uint_eq(call->nargs + call->nsecrets, limits[_i].most);
	for (size_t i = 0; i < ACT_SECRETS_MAX; i++)
		wf_secret_clear(&call->secrets[i]);
	memset(call, 0, sizeof(*call));
	put(limits[_i].field, "k=v");
	ck_assert_int_eq(act_call_read(call, &msg), WF_INVALID);
	ck_assert_uint_eq(call->nargs + call->nsecrets, limits[_i].most);
}
END_TEST

START_TEST(the_longest_value)
{
	const size_t most = sizeof(call->args[0].value) - 1;

	ck_assert_int_eq(put_long(WF_F_ARG, most), WF_OK);
	ck_assert_int_eq(act_call_read(call, &msg), WF_OK);
	ck_assert_uint_eq(strlen(call->args[0].value), most);
}
END_TEST

/* Here or on the wire already: nothing of it is taken. */
START_TEST(a_value_that_is_too_long)
{
	if (put_long(WF_F_ARG, sizeof(call->args[0].value)) == WF_OK)
		ck_assert_int_eq(act_call_read(call, &msg), WF_INVALID);
	ck_assert_uint_eq(call->nargs, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("account/read");
	TCase *read = tcase_create("read");

	tcase_add_checked_fixture(read, set_up, tear_down);
	tcase_add_test(read, arguments_and_secrets_in_their_order);
	tcase_add_loop_test(read, what_has_no_key, 0, 2 * (int)COUNT_OF(bad));
	tcase_add_loop_test(read, one_too_many, 0, (int)COUNT_OF(limits));
	tcase_add_test(read, the_longest_value);
	tcase_add_test(read, a_value_that_is_too_long);
	suite_add_tcase(it, read);
	return it;
}

UNIT_MAIN(suite)
