/*
 * Records of accounting through the engine (checklist B2, B4: answered once stored, stored once),
 * and the orders that end the sessions which they have opened.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/engine/nas.h"
#include "tests/unit/unit.h"

struct record {
	enum wf_record_event event;
	const char *session, *user, *service, *framed;
	uint64_t key; /* 0 = its own */
	uint64_t octets;
	const uint8_t *txn;
};

static void
make_record(const struct record *record, uint64_t tag, struct wf_msg *msg)
{
	uint8_t key[32] = {1};
	uint64_t number = record->key != 0 ? record->key : 1000000 + tag;

	memcpy(key + 1, &number, sizeof(number));
	wf_msg_init(msg, WF_MSG_RECORD, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_EVENT, record->event), WF_OK);
	if (record->user != NULL)
		ck_assert_int_eq(wf_msg_add_text(msg, WF_F_USER, record->user), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_SERVICE,
				 record->service != NULL ? record->service : "vpn"),
		WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_NAS, "gw1"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_ACCT_SESSION, record->session), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_FRAMED, record->framed), WF_OK);
	if (record->octets != 0) {
		ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_OCTETS_IN, record->octets), WF_OK);
		ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_OCTETS_OUT, record->octets + 1), WF_OK);
		ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_SECONDS, 60), WF_OK);
		ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_CAUSE, 1), WF_OK);
	}
	if (record->txn != NULL)
		ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_TXN, record->txn, WF_TXN_LEN), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_IDEMPOTENCY, key, sizeof(key)), WF_OK);
}

static wf_status
hand_over(const struct record *record, uint64_t tag)
{
	struct wf_msg msg;
	wf_status status;

	make_record(record, tag, &msg);
	status = engine_handle(nas_rig.engine, &nas.peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

static enum wf_verdict
tell(const struct record *record)
{
	uint64_t tag = nas_tag();

	ck_assert_int_eq(hand_over(record, tag), WF_OK);
	(void)nas_wait(tag);
	rig_settle(&nas_rig);
	ck_assert_int_eq(nas.replies[tag].type, WF_MSG_RESULT);
	return (enum wf_verdict)nas.replies[tag].verdict;
}

static enum wf_verdict
tell_of(enum wf_record_event event, const char *session)
{
	const struct record record = {
		.event = event, .session = session, .user = session[0] != '\0' ? "alice" : NULL};

	return tell(&record);
}

static size_t
open_sessions(struct store_session_entry *first_r)
{
	static struct store_session_entry page[VIEW_PAGE];
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view = (struct store_view){
		.kind = VIEW_SESSIONS, .result = -1, .limit = VIEW_PAGE, .sessions = page};
	ck_assert_int_eq(store_run(nas_rig.store, &job), WF_OK);
	if (first_r != NULL && job.u.view.n > 0)
		*first_r = page[0];
	return job.u.view.n;
}

START_TEST(a_session_from_start_to_stop)
{
	const struct record start = {
		.event = WF_RECORD_START, .session = "A1", .user = "alice", .framed = "10.0.0.7"};
	const struct record interim = {
		.event = WF_RECORD_INTERIM, .session = "A1", .user = "alice", .octets = 500};
	const struct record stop = {
		.event = WF_RECORD_STOP, .session = "A1", .user = "alice", .octets = 5000000000};
	struct store_session_entry session;
	struct audit_row row;

	ck_assert_int_eq(tell(&start), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(open_sessions(&session), 1);
	ck_assert_str_eq(session.service, "vpn");
	ck_assert_str_eq(session.nas, "gw1");
	ck_assert_str_eq(session.acct_session, "A1");
	ck_assert_str_eq(session.framed, "10.0.0.7");
	row = rig_row(&nas_rig, "session.open");
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.service, "vpn");
	ck_assert_str_eq(row.machine, "gw1");
	ck_assert_str_eq(row.detail, "zone internet; session A1; address 10.0.0.7");
	ck_assert_int_eq(tell(&interim), WF_VERDICT_ACCEPT);
	(void)open_sessions(&session);
	ck_assert_uint_eq(session.octets_in, 500);
	ck_assert_uint_eq(session.octets_out, 501);
	ck_assert_uint_eq(session.seconds, 60);
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.update", NULL), 0);
	ck_assert_int_eq(tell(&stop), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(open_sessions(NULL), 0);
	ck_assert_str_eq(rig_row(&nas_rig, "session.close").detail,
		"zone internet; session A1; 60 s, in 5000000000, out 5000000001 octets, cause 1");
}
END_TEST

/* B4: however often it is sent, also over a restart. */
START_TEST(a_record_is_stored_once)
{
	const struct record start = {
		.event = WF_RECORD_START, .session = "A1", .user = "alice", .key = 5};
	const struct record other = {.event = WF_RECORD_START,
		.session = "A1",
		.user = "alice",
		.key = 5,
		.service = "other"};

	(void)rig_client(&nas_rig, "other");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(tell(&start), WF_VERDICT_ACCEPT);
	nas_restart();
	ck_assert_int_eq(tell(&start), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.open", NULL), 1);
	/* the same key of another client is another record */
	ck_assert_int_eq(tell(&other), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.open", NULL), 2);
}
END_TEST

START_TEST(a_gateway_that_starts_anew_has_no_sessions)
{
	ck_assert_int_eq(tell_of(WF_RECORD_START, "A1"), WF_VERDICT_ACCEPT);
	ck_assert_int_eq(tell_of(WF_RECORD_START, "A2"), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(open_sessions(NULL), 2);
	ck_assert_int_eq(tell_of(WF_RECORD_NAS_ON, ""), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(open_sessions(NULL), 0);
	ck_assert_uint_eq(rig_rows(&nas_rig, "gateway.start", NULL), 1);
	ck_assert_int_eq(tell_of(WF_RECORD_NAS_OFF, ""), WF_VERDICT_ACCEPT);
	ck_assert_uint_eq(rig_rows(&nas_rig, "gateway.stop", NULL), 1);
}
END_TEST

START_TEST(the_row_names_the_login)
{
	const struct reply *result =
		nas_second(nas_first("alice", NAS_PASSWORD)->state, nas_code());
	const struct record start = {
		.event = WF_RECORD_START, .session = "A1", .user = "alice", .txn = result->txn};

	ck_assert_int_eq(tell(&start), WF_VERDICT_ACCEPT);
	ck_assert_str_eq(rig_row(&nas_rig, "session.open").txn, rig_row(&nas_rig, "login").txn);
}
END_TEST

START_TEST(what_can_never_be_stored_is_said_to_be)
{
	ck_assert_int_eq(tell_of(WF_RECORD_START, ""), WF_VERDICT_REJECT);
	ck_assert_int_eq(tell_of(WF_RECORD_NAS_ON, "A1"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(open_sessions(NULL), 0);
}
END_TEST

START_TEST(malformed_records)
{
	const struct record zero = {.event = (enum wf_record_event)0, .session = "A1"};
	const struct record six = {.event = (enum wf_record_event)6, .session = "A1"};
	const struct record start = {.event = WF_RECORD_START, .session = "A1"};

	ck_assert_int_eq(hand_over(&zero, nas_tag()), WF_INVALID);
	ck_assert_int_eq(hand_over(&six, nas_tag()), WF_INVALID);
	nas.peer.role = FRONT_PAM;
	ck_assert_int_eq(hand_over(&start, nas_tag()), WF_DENIED);
	nas.peer.role = FRONT_RADIUS;
	ck_assert(engine_idle(nas_rig.engine));
}
END_TEST

START_TEST(a_client_that_is_not_configured)
{
	const struct record start = {
		.event = WF_RECORD_START, .session = "A1", .service = "unheard-of"};

	ck_assert_int_eq(tell(&start), WF_VERDICT_UNAVAILABLE);
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.open", NULL), 0);
}
END_TEST

/* An act's way of ending all sessions of a user. */
static void
disconnect(const char *user)
{
	struct effect effect = {.kind = EFFECT_DISCONNECT};
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	effect.blob_len = strlen(user);
	memcpy(effect.blob, user, effect.blob_len);
	audit_row_init(&row, AUDIT_ADMIN, "session.kill");
	AUDIT_TEXT(row.source, "local:test");
	row.time_us = nas_rig.now.wall_us;
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_msg(store_run(nas_rig.store, &job) == WF_OK, "%s", job.cause);
	ck_assert_uint_eq(job.u.admin.norders, 1);
}

static void
work(void)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	nas_loop(50);
}

/* Until so many have come in all. */
static void
wait_for_orders(size_t n)
{
	for (int i = 0; i < 10000 && nas.norders < n; i++)
		nas_loop(1);
	ck_assert_uint_eq(nas.norders, n);
}

static void
done(uint64_t tag, wf_status result, const char *text)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_STATUS, result), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, text), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
	rig_settle(&nas_rig);
}

static bool
has_arg(const struct reply *order, const char *arg)
{
	for (size_t i = 0; i < order->nargs; i++)
		if (strcmp(order->args[i], arg) == 0)
			return true;
	return false;
}

START_TEST(an_order_is_sent_and_acknowledged)
{
	ck_assert_int_eq(tell_of(WF_RECORD_START, "A1"), WF_VERDICT_ACCEPT);
	work();
	ck_assert_uint_eq(nas.norders, 0);
	disconnect("alice");
	engine_tick(nas_rig.engine);
	wait_for_orders(1);
	ck_assert_str_eq(nas.orders[0].order, "disconnect");
	ck_assert(has_arg(&nas.orders[0], "service=vpn"));
	ck_assert(has_arg(&nas.orders[0], "nas=gw1"));
	ck_assert(has_arg(&nas.orders[0], "session=A1"));
	ck_assert(has_arg(&nas.orders[0], "user=alice"));
	engine_tick(nas_rig.engine);
	nas_loop(50);
	ck_assert_uint_eq(nas.norders, 1); /* not a second time over the same connection */
	done(nas.order_tags[0], WF_OK, "Disconnect-ACK");
	ck_assert_int_eq(rig_row(&nas_rig, "session.disconnect").result, AUDIT_SUCCESS);
	ck_assert_str_eq(rig_row(&nas_rig, "session.disconnect").user, "alice");
	ck_assert_str_eq(
		rig_row(&nas_rig, "session.disconnect").detail, "session A1; Disconnect-ACK");
	done(nas.order_tags[0], WF_OK, "again");
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.disconnect", NULL), 1);
	work();
	ck_assert_uint_eq(nas.norders, 1); /* nothing left */
}
END_TEST

START_TEST(what_is_not_done_comes_again_over_the_next_connection)
{
	ck_assert_int_eq(tell_of(WF_RECORD_START, "A1"), WF_VERDICT_ACCEPT);
	disconnect("alice");
	work();
	wait_for_orders(1);
	nas_restart();
	engine_tick(nas_rig.engine);
	nas_loop(50);
	ck_assert_uint_eq(nas.norders, 0); /* it has not asked for work */
	work();
	wait_for_orders(1);
	done(nas.order_tags[0], WF_NO, "Disconnect-NAK, error 503");
	ck_assert_int_eq(rig_row(&nas_rig, "session.disconnect").result, AUDIT_FAILURE);
	ck_assert_str_eq(rig_row(&nas_rig, "session.disconnect").reason, "not-disconnected");
}
END_TEST

START_TEST(another_connection_takes_the_work_over)
{
	ck_assert_int_eq(tell_of(WF_RECORD_START, "A1"), WF_VERDICT_ACCEPT);
	disconnect("alice");
	work();
	wait_for_orders(1);
	engine_peer_gone(nas_rig.engine, &nas.peer);
	nas_open();
	work();
	wait_for_orders(1);
	done(nas.order_tags[0], WF_OK, "Disconnect-ACK");
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.disconnect", NULL), 1);
}
END_TEST

START_TEST(nobody_else_says_done)
{
	struct rig_peer other;
	struct wf_msg msg;

	ck_assert_int_eq(tell_of(WF_RECORD_START, "A1"), WF_VERDICT_ACCEPT);
	disconnect("alice");
	work();
	wait_for_orders(1);
	rig_peer_open(&other, FRONT_RADIUS, 990);
	wf_msg_init(&msg, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, nas.order_tags[0]), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_STATUS, WF_OK), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &other.peer, &msg), WF_OK);
	rig_settle(&nas_rig);
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.disconnect", NULL), 0);
	other.peer.role = FRONT_PAM;
	ck_assert_int_eq(engine_handle(nas_rig.engine, &other.peer, &msg), WF_DENIED);
	wf_msg_clear(&msg);
	rig_peer_close(&nas_rig, &other);
}
END_TEST

static struct answer {
	unsigned times;
	wf_status status;
	char cell[64];
} answer;

static void
answered(void *ctx, wf_status status, const struct wf_msg *msg)
{
	struct answer *it = ctx;

	it->times++;
	it->status = status;
	if (msg != NULL)
		ck_assert_int_eq(
			wf_msg_get_text(msg, WF_F_CELL, 0, it->cell, sizeof(it->cell)), WF_OK);
}

static void
done_with(uint64_t tag, const char *cell)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_STATUS, WF_OK), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, cell), WF_OK);
	ck_assert_int_eq(engine_handle(nas_rig.engine, &nas.peer, &msg), WF_OK);
	wf_msg_clear(&msg);
}

/* Nothing of it is stored: it is answered once, or not at all. */
START_TEST(a_question_is_answered_once)
{
	memset(&answer, 0, sizeof(answer));
	ck_assert_int_eq(
		engine_ask_front(nas_rig.engine, "stats", NULL, answered, &answer), WF_UNAVAILABLE);
	work();
	ck_assert_int_eq(
		engine_ask_front(nas_rig.engine, "stats", "client=vpn", answered, &answer), WF_OK);
	ck_assert_uint_eq(nas.norders, 1);
	ck_assert_str_eq(nas.orders[0].order, "stats");
	ck_assert(has_arg(&nas.orders[0], "client=vpn"));
	ck_assert_uint_eq(answer.times, 0);
	done_with(nas.order_tags[0], "vpn 7");
	done_with(nas.order_tags[0], "vpn 8");
	ck_assert_uint_eq(answer.times, 1);
	ck_assert_int_eq(answer.status, WF_OK);
	ck_assert_str_eq(answer.cell, "vpn 7");
	ck_assert_uint_eq(rig_rows(&nas_rig, "session.disconnect", NULL), 0);
}
END_TEST

START_TEST(a_question_that_nobody_answers)
{
	memset(&answer, 0, sizeof(answer));
	work();
	ck_assert_int_eq(engine_ask_front(nas_rig.engine, "stats", NULL, answered, &answer), WF_OK);
	rig_advance(&nas_rig, 6);
	engine_tick(nas_rig.engine);
	ck_assert_uint_eq(answer.times, 1);
	ck_assert_int_eq(answer.status, WF_TIMEOUT);
	for (int i = 0; i < 16; i++) {
		nas.norders = 0;
		ck_assert_int_eq(
			engine_ask_front(nas_rig.engine, "stats", NULL, answered, &answer), WF_OK);
	}
	ck_assert_int_eq(
		engine_ask_front(nas_rig.engine, "stats", NULL, answered, &answer), WF_FULL);
	engine_peer_gone(nas_rig.engine, &nas.peer);
	ck_assert_uint_eq(answer.times, 17);
	ck_assert_int_eq(answer.status, WF_UNAVAILABLE);
	nas_open();
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/accounting");
	TCase *records = tcase_create("records"), *orders = tcase_create("orders");

	tcase_add_checked_fixture(records, nas_set_up, nas_tear_down);
	tcase_add_test(records, a_session_from_start_to_stop);
	tcase_add_test(records, a_record_is_stored_once);
	tcase_add_test(records, a_gateway_that_starts_anew_has_no_sessions);
	tcase_add_test(records, the_row_names_the_login);
	tcase_add_test(records, what_can_never_be_stored_is_said_to_be);
	tcase_add_test(records, malformed_records);
	tcase_add_test(records, a_client_that_is_not_configured);
	suite_add_tcase(it, records);
	tcase_add_checked_fixture(orders, nas_set_up, nas_tear_down);
	tcase_add_test(orders, an_order_is_sent_and_acknowledged);
	tcase_add_test(orders, what_is_not_done_comes_again_over_the_next_connection);
	tcase_add_test(orders, another_connection_takes_the_work_over);
	tcase_add_test(orders, nobody_else_says_done);
	tcase_add_test(orders, a_question_is_answered_once);
	tcase_add_test(orders, a_question_that_nobody_answers);
	suite_add_tcase(it, orders);
	return it;
}

UNIT_MAIN(suite)
