/* Rows that a relay wrote by itself: few kinds, each once, about its own host. */
#include "config.h"

#include <string.h>

#include "tests/unit/relay/hub_rig.h"
#include "tests/unit/unit.h"

static struct wf_msg
report_of(uint64_t number, enum audit_class class, const char *event, enum audit_result result)
{
	struct audit_row row;
	struct wf_buf encoded;
	struct wf_msg msg;

	audit_row_init(&row, class, event);
	row.result = result;
	AUDIT_TEXT(row.host, "bank.example"); /* is not its to say */
	AUDIT_TEXT(row.user, "alice");
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_OK);
	wf_msg_init(&msg, WF_MSG_REPORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_SPOOL, "0123456789abcdef", 16), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_NUMBER, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_RECORD, encoded.data, encoded.len), WF_OK);
	wf_buf_clear(&encoded);
	return msg;
}

static void
report(uint64_t number, enum audit_class class, const char *event, enum audit_result result)
{
	struct wf_msg msg = report_of(number, class, event, result);

	far_say(&far_, &msg);
	wf_msg_clear(&msg);
}

static void
expect_reported(uint64_t number)
{
	struct wf_msg msg;
	uint64_t told;

	expect(&far_, WF_MSG_REPORTED, &msg);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_NUMBER, &told), WF_OK);
	ck_assert_uint_eq(told, number);
	wf_msg_clear(&msg);
}

START_TEST(rows_of_a_relay)
{
	struct audit_row row;

	come(&far_);
	report(1, AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL);
	expect_reported(1);
	row = rig_row(&rig, "relay.away");
	ck_assert_str_eq(row.host, HOST);
	ck_assert_str_eq(row.node, "rig");
	report(1, AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL); /* sent again: known */
	expect_reported(1);
	ck_assert_uint_eq(rig_rows(&rig, "relay.away", NULL), 1);
	report(2, AUDIT_AUTH, "login", AUDIT_UNAVAILABLE);
	expect_reported(2);
	report(1, AUDIT_SYSTEM, "relay.back", AUDIT_NEUTRAL); /* an old number */
	expect_reported(1);
	ck_assert_uint_eq(rig_rows(&rig, "relay.back", NULL), 0);
}
END_TEST

static const struct {
	enum audit_class class;
	const char *event;
	enum audit_result result;
} forged[] = {
	{AUDIT_AUTH, "login", AUDIT_SUCCESS},
	{AUDIT_AUTH, "login", AUDIT_FAILURE},
	{AUDIT_ADMIN, "user.add", AUDIT_SUCCESS},
	{AUDIT_SYSTEM, "login.breakglass", AUDIT_SUCCESS},
	{AUDIT_ADMIN, "emergency.new", AUDIT_FAILURE},
};

START_TEST(rows_that_no_relay_writes)
{
	come(&far_);
	report(1, forged[_i].class, forged[_i].event, forged[_i].result);
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "sent a row that no relay writes"));
	ck_assert_uint_eq(rig_rows(&rig, forged[_i].event, NULL), 0);
}
END_TEST

START_TEST(two_rows_at_once)
{
	come(&far_);
	report(1, AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL);
	report(2, AUDIT_SYSTEM, "relay.back", AUDIT_NEUTRAL);
	UNTIL(far_.down);
}
END_TEST

/* It is gone before its row is stored: the row stays, and will be known. */
START_TEST(gone_before_its_row)
{
	come(&far_);
	report(1, AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL);
	while (!hub_busy(hub) && rig_rows(&rig, "relay.away", NULL) == 0)
		rig_turn(&rig);
	far_close(&far_);
	UNTIL(!hub_busy(hub));
	come(&far_);
	report(1, AUDIT_SYSTEM, "relay.away", AUDIT_NEUTRAL);
	expect_reported(1);
	ck_assert_uint_eq(rig_rows(&rig, "relay.away", NULL), 1);
}
END_TEST

static Suite *
hub_report_suite(void)
{
	Suite *suite = suite_create("hub_report");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rows_of_a_relay);
	tcase_add_loop_test(
		tc, rows_that_no_relay_writes, 0, (int)(sizeof(forged) / sizeof(forged[0])));
	tcase_add_test(tc, two_rows_at_once);
	tcase_add_test(tc, gone_before_its_row);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(hub_report_suite)
