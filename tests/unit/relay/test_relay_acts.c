/* The host's end: the command's few acts, rows that outlast a restart, reload and start. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/relay/host_rig.h"
#include "tests/unit/unit.h"

static struct {
	unsigned rows;
	wf_status status;
	char text[300], cells[2000];
} shown;

static bool
show(struct engine_peer *peer, const struct wf_msg *msg)
{
	char cell[600];
	uint64_t status;

	(void)peer;
	if (msg->type == WF_MSG_END) {
		ck_assert_int_eq(wf_msg_get_uint(msg, WF_F_STATUS, &status), WF_OK);
		shown.status = (wf_status)status;
		ck_assert_int_eq(wf_msg_get_text(
					 msg, WF_F_TEXT, 0, shown.text, sizeof(shown.text)),
			WF_OK);
	}
	shown.rows += msg->type == WF_MSG_ROW;
	for (size_t i = 0; i < wf_msg_count(msg, WF_F_CELL); i++) {
		size_t len = strlen(shown.cells);

		ck_assert_int_eq(
			wf_msg_get_text(msg, WF_F_CELL, i, cell, sizeof(cell)), WF_OK);
		snprintf(shown.cells + len, sizeof(shown.cells) - len, "%s|", cell);
	}
	return true;
}

/* `arg` may be NULL. */
static wf_status
act(uid_t uid, const char *id, const char *arg)
{
	struct rig_peer caller;
	struct wf_msg msg;

	rig_peer_open(&caller, FRONT_CONTROL, uid);
	caller.peer.send = show;
	memset(&shown, 0, sizeof(shown));
	shown.status = WF_STATUS_COUNT;
	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ACT, id), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_LANGUAGE, "en"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ARG, arg), WF_OK);
	ck_assert_int_eq(taker->handle(taker->ctx, &caller.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	return shown.status;
}

START_TEST(how_it_stands)
{
	ck_assert_int_eq(act(0, "status", NULL), WF_OK);
	ck_assert_uint_eq(shown.rows, 1);
	ck_assert_ptr_nonnull(strstr(shown.text, "is away: not connected yet"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "0|critical|"));
	come_up();
	ck_assert_int_eq(act(0, "status", NULL), WF_OK);
	ck_assert_ptr_nonnull(strstr(shown.text, "is there"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "1|ok|"));
	UNTIL(act(0, "doctor", NULL) == WF_OK && strstr(shown.cells, "waits") == NULL &&
		strstr(shown.cells, "rows that wait for the centre: 0|") != NULL);
	ck_assert_uint_eq(shown.rows, 3);
	ck_assert_ptr_nonnull(strstr(shown.cells, "centre|ok|"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "certificate|ok|"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "valid for 40 more days"));
	lose();
	ck_assert_int_eq(act(0, "doctor", NULL), WF_OK);
	ck_assert_ptr_nonnull(strstr(shown.cells, "centre|bad|"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "spool|warn|"));
}
END_TEST

START_TEST(certificates_that_end)
{
	char why[256];

	issue("host", "DNS:" HOST, "clientAuth", 20 * 86400);
	ck_assert_int_eq(relay_configure(relay, &config, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(act(0, "doctor", NULL), WF_OK);
	ck_assert_ptr_nonnull(strstr(shown.cells, "certificate|warn|"));
	issue("host", "DNS:" HOST, "clientAuth", -3600);
	ck_assert_int_eq(relay_configure(relay, &config, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(act(0, "doctor", NULL), WF_OK);
	ck_assert_ptr_nonnull(strstr(shown.cells, "certificate|bad|"));
	ck_assert_ptr_nonnull(strstr(shown.cells, "has expired; "));
}
END_TEST

/* All that needs accounts belongs to the centre; the emergency file is root's. */
START_TEST(acts_elsewhere)
{
	struct rig_peer caller;
	struct wf_msg msg;

	ck_assert_int_eq(act(0, "user.list", NULL), WF_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(shown.text, "use the command on the centre 127.0.0.1:"));
	ck_assert_int_eq(act(12345, "status", NULL), WF_DENIED);
	ck_assert_int_eq(act(12345, "emergency.new", NULL), WF_DENIED);
	rig_peer_open(&caller, FRONT_CONTROL, 0);
	wf_msg_init(&msg, WF_MSG_PING, WF_WIRE_VERSION);
	ck_assert_int_eq(taker->handle(taker->ctx, &caller.peer, &msg), WF_DENIED);
	wf_msg_clear(&msg);
	rig_peer_open(&caller, FRONT_PAM, 0);
	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	ck_assert_int_eq(taker->handle(taker->ctx, &caller.peer, &msg), WF_DENIED);
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(emergency_rows)
{
	struct audit_row row;

	come_up();
	ck_assert_int_eq(act(0, "emergency.new", "user=alice"), WF_OK);
	row = take_row();
	ck_assert_str_eq(row.event, "emergency.new");
	ck_assert_int_eq(row.class, AUDIT_ADMIN);
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.operator_name, "root");
	ck_assert_int_eq(act(0, "emergency.unlock", NULL), WF_OK);
	expect_row("emergency.unlock");
	ck_assert_int_eq(act(0, "emergency.used", "time=1772000000000000"), WF_OK);
	row = take_row();
	ck_assert_str_eq(row.event, "login.breakglass");
	ck_assert_int_eq(row.class, AUDIT_AUTH);
	ck_assert_int_eq(row.first_us, INT64_C(1772000000000000));
	ck_assert_str_eq(row.operator_name, "");
}
END_TEST

/* --- life --- */

START_TEST(rows_outlast_a_restart)
{
	open_ = false;
	ck_assert_int_eq(act(0, "emergency.new", "user=alice"), WF_OK);
	stop_relay();
	start_relay();
	open_ = true;
	greet();
	expect_row("relay.start");
	expect_row("emergency.new");
	expect_row("relay.stop");
	expect_row("relay.start");
}
END_TEST

/* Files that cannot be used leave all as it was; good ones connect anew. */
START_TEST(reload)
{
	struct config wrong = config;
	char why[256] = "";

	come_up();
	snprintf(wrong.relay.trust.key, sizeof(wrong.relay.trust.key), "/nonexistent/key");
	ck_assert_int_ne(relay_configure(relay, &wrong, why, sizeof(why)), WF_OK);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/key"));
	turn();
	ck_assert(centre.up);
	ck_assert_int_eq(relay_configure(relay, &config, why, sizeof(why)), WF_OK);
	UNTIL(centre.down);
	greet();
	expect_row("relay.away");
	expect_row("relay.back");
}
END_TEST

START_TEST(cannot_start)
{
	struct relay_options options = {.base = rig.base,
		.mailbox = rig.mailbox,
		.dialler = dialler,
		.clock = rig.clock};
	struct config wrong = config;
	struct relay *none = NULL;
	char why[256] = "";

	snprintf(wrong.relay.trust.certificate, sizeof(wrong.relay.trust.certificate),
		"/nonexistent/crt");
	snprintf(wrong.state_dir, sizeof(wrong.state_dir), "%s", authority.folder);
	ck_assert_int_eq(relay_new(&options, &wrong, &none, why, sizeof(why)), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/crt"));
	snprintf(wrong.state_dir, sizeof(wrong.state_dir), "/nonexistent");
	ck_assert_int_eq(relay_new(&options, &wrong, &none, why, sizeof(why)), WF_IO);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent"));
	ck_assert_ptr_null(none);
}
END_TEST

static Suite *
relay_acts_suite(void)
{
	Suite *suite = suite_create("relay_acts");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, how_it_stands);
	tcase_add_test(tc, certificates_that_end);
	tcase_add_test(tc, acts_elsewhere);
	tcase_add_test(tc, emergency_rows);
	tcase_add_test(tc, rows_outlast_a_restart);
	tcase_add_test(tc, reload);
	tcase_add_test(tc, cannot_start);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(relay_acts_suite)
