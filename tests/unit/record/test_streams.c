/*
 * Streams over their followers, with the real way to warifu-egress, which is played here: what is
 * said to it, that every row is said in order, and that a stop waits for nobody.
 */
#include "config.h"

#include "authd/record/streams.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/radius/fake_daemon.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define TURNS 5000

static struct fake_daemon program;
static struct event_base *loop;
static struct egress *egress;
static struct mailbox *mailbox;
static struct config config;
static struct config_stream sections[2];
static void *part;
static char told[1024];
static unsigned gaps; /* that were told */
static char heard_text[WF_LOAD_MAX + 1]; /* the last load */
static uint64_t last_seq; /* of the messages that were heard */
static bool fresh;	  /* the next one begins anew */

static void
say(int priority, const char *text)
{
	(void)priority;
	(void)snprintf(told, sizeof(told), "%s", text);
	gaps += strstr(text, "were removed") != NULL;
}

static struct record_base
base_of(void)
{
	return (struct record_base){.store = fx.store,
		.clock = wf_clock_system,
		.say = say,
		.idle_ms = 2,
		.mailbox = mailbox,
		.egress = &egress};
}

static void
setup(void)
{
	const struct egress_options options = {.clock = wf_clock_system,
		.path = program.path,
		.owner = (uid_t)-1,
		.say = say};

	fx_setup();
	fake_daemon_open(&program);
	loop = event_base_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(mailbox_new(&mailbox), WF_OK);
	ck_assert_int_eq(egress_new(loop, &options, &egress), WF_OK);
	memset(&config, 0, sizeof(config));
	sections[0] = (struct config_stream){.name = "siem",
		.way = STREAM_TCP,
		.to = "tcp://h:601",
		.host = "h",
		.port = "601",
		.rows = STREAM_ROWS_ALL,
		.since = STREAM_ALL};
	config.streams = (struct config_streams){.list = sections, .n = 1};
	told[0] = '\0';
	last_seq = 0;
}

static void
teardown(void)
{
	streams_stop(&part);
	ck_assert_ptr_null(part);
	mailbox_run(mailbox);
	egress_free(&egress);
	mailbox_free(&mailbox);
	event_base_free(loop);
	fake_daemon_close(&program);
	fx_teardown();
}

static void
turn(void)
{
	mailbox_run(mailbox);
	ck_assert_int_ge(event_base_loop(loop, EVLOOP_NONBLOCK), 0);
	usleep(1000);
}

#define UNTIL(condition)                                                       \
	do {                                                                   \
		for (int turns_ = 0; turns_ < TURNS && !(condition); turns_++) \
			turn();                                                \
		ck_assert_msg(condition, #condition "; %s", told);             \
	} while (0)

static void
start(void)
{
	const struct record_base base = base_of();

	fresh = true;
	ck_assert_int_eq(streams_start(&base, &config, NULL, &part), WF_OK);
}

static void
connect_both(void)
{
	UNTIL(egress_is_up(egress));
	ck_assert(fake_daemon_accept(&program));
}

static void
acts(int n)
{
	char cause[STORE_CAUSE_MAX];

	for (int i = 0; i < n; i++)
		ck_assert_int_eq(fx_act("something", cause), WF_OK);
}

static int64_t
cursor_at(const char *name)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"SELECT coalesce((SELECT ahead FROM cursor WHERE name = 'stream.%s'), -1)", name);
	return fx_sql_int(text);
}

static bool
cursor_told(const char *why)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		"SELECT count(*) FROM cursor WHERE name = 'stream.siem' AND why = '%s'", why);
	return fx_sql_int(text) == 1;
}

/* The numbers of the messages in a load rise by one, from `last_seq` on. */
static void
read_load(const uint8_t *load, size_t len)
{
	char text[WF_LOAD_MAX + 1];
	char *at = text, *end;

	memcpy(text, load, len);
	text[len] = '\0';
	memcpy(heard_text, text, len + 1);
	while (*at != '\0') {
		size_t length = strtoul(at, &end, 10);
		const char *seq = strstr(end, "{\"seq\":");

		ck_assert_int_eq(strncmp(end, " <8", 3), 0);
		ck_assert(seq != NULL && seq < end + length);
		ck_assert_uint_eq(strtoull(seq + 7, NULL, 10), last_seq + 1);
		last_seq++;
		at = end + 1 + length;
		ck_assert(at <= text + len);
	}
}

/* The next delivery, which goes on from those before it, if there are any; gives its TAG. */
static uint64_t
hear(void)
{
	const uint8_t *load;
	struct wf_msg msg;
	char section[65];
	uint64_t tag = 0, goes_on = 0;
	size_t len;
	bool heard = false;

	for (int turns = 0; turns < TURNS && !heard; turns++) {
		turn();
		heard = fake_daemon_hear(&program, &msg);
	}
	ck_assert(heard);
	ck_assert_int_eq(msg.type, WF_MSG_DELIVERY);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_SERVER, 0, section, sizeof(section)), WF_OK);
	ck_assert_str_eq(section, "siem");
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_LOAD, 0, &load, &len), WF_OK);
	read_load(load, len);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_GOES_ON, &goes_on),
		!fresh && sections[0].way == STREAM_TCP ? WF_OK : WF_NOT_FOUND);
	fresh = false;
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TAG, &tag), WF_OK);
	wf_msg_clear(&msg);
	return tag;
}

static void
answer(uint64_t tag, enum wf_outcome outcome, const char *text)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_REPLY, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_OUTCOME, outcome), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, text), WF_OK);
	fake_daemon_say(&program, &msg);
	wf_msg_clear(&msg);
	turn();
}

START_TEST(every_row_is_sent_in_order)
{
	acts(150);
	connect_both();
	start();
	while (last_seq < fx_last_seq())
		answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
	ck_assert_str_eq(told, "connected to warifu-egress");
}
END_TEST

/* What was refused is said beside the cursor; what may be lost with the connection comes again. */
START_TEST(what_is_not_delivered_is_sent_again)
{
	static const struct {
		enum wf_outcome outcome;
		const char *text, *why;
	} failures[] = {
		{WF_OUTCOME_UNREACHABLE, "tcp://h:601: gone", "tcp://h:601: gone"},
		{WF_OUTCOME_REJECT, "too much", "too much"},
		{WF_OUTCOME_ACCEPT, "", "warifu-egress gave an answer that is none"},
	};

	acts(60);
	connect_both();
	start();
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		last_seq = 0;
		fresh = true;
		answer(hear(), WF_OUTCOME_DELIVERED, "");
		answer(hear(), failures[i].outcome, failures[i].text);
		UNTIL(cursor_told(failures[i].why));
		ck_assert_int_eq(cursor_at("siem"), 0);
	}
	last_seq = 0;
	fresh = true;
	while (last_seq < fx_last_seq())
		answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq() && cursor_told(""));
}
END_TEST

/* Also if everything died: the daemon itself begins where it was sure. */
START_TEST(a_new_start_sends_again_what_may_be_lost)
{
	acts(20);
	connect_both();
	start();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
	streams_stop(&part);
	acts(1);
	last_seq = 0;
	start();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	ck_assert_uint_eq(last_seq, fx_last_seq());
}
END_TEST

/* Nobody can tell what became of a datagram. */
START_TEST(datagrams_are_not_sent_again)
{
	uint64_t delivered;

	acts(60);
	sections[0].way = STREAM_UDP;
	connect_both();
	start();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	delivered = last_seq;
	for (int tries = 0; tries < 2; tries++) { /* the first time a part of the page has gone */
		last_seq = delivered;
		answer(hear(), WF_OUTCOME_UNREACHABLE, "gone");
	}
	UNTIL(cursor_told("gone"));
	ck_assert_int_eq(cursor_at("siem"), (int64_t)delivered);
	last_seq = delivered;
	while (last_seq < fx_last_seq())
		answer(hear(), WF_OUTCOME_DELIVERED, "");
}
END_TEST

START_TEST(without_warifu_egress_rows_wait)
{
	acts(1);
	start();
	UNTIL(strstr(told, "waits behind") != NULL || cursor_told("warifu-egress is away"));
	UNTIL(cursor_told("warifu-egress is away"));
	connect_both();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
}
END_TEST

/* While a delivery is out, and while one lies in the mailbox: the stop waits for neither. */
START_TEST(a_stop_waits_for_nobody)
{
	acts(1);
	connect_both();
	start();
	(void)hear();
	streams_stop(&part);
	last_seq = 0;
	start();
	usleep(200000); /* nobody turns the loop: it is in the mailbox by now */
	streams_stop(&part);
	turn(); /* and goes from there */
	ck_assert_int_le(cursor_at("siem"), 0);
}
END_TEST

START_TEST(streams_begin_and_end_with_the_configuration)
{
	acts(3);
	connect_both();
	start();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
	sections[1] = sections[0];
	(void)snprintf(sections[1].name, sizeof(sections[1].name), "%s", "later");
	sections[1].since = STREAM_NOW;
	config.streams.n = 2;
	streams_configure(part, &config, NULL);
	UNTIL(cursor_at("later") == (int64_t)fx_last_seq());
	config.streams.n = 0;
	streams_configure(part, &config, NULL);
	acts(1);
	for (int i = 0; i < 50; i++)
		turn();
	ck_assert_int_eq(cursor_at("siem"), (int64_t)fx_last_seq() - 1);
}
END_TEST

START_TEST(only_some_classes_are_sent)
{
	acts(5);
	sections[0].rows = 1U << AUDIT_TOMBSTONE; /* none of them */
	start();
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq()); /* and no receiver is needed */
}
END_TEST

/* What the retention's end took away before it could be sent. */
START_TEST(a_gap_is_told)
{
	acts(5);
	connect_both();
	start();
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
	streams_stop(&part);
	acts(4);
	fx_sql("UPDATE cursor SET seq = 5"); /* as after an hour */
	fx_sql("DELETE FROM audit WHERE seq <= 7");
	start();
	last_seq = 7;
	gaps = 0;
	answer(hear(), WF_OUTCOME_UNREACHABLE, "gone");
	UNTIL(cursor_told("gone"));
	last_seq = 7;
	fresh = true;
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	ck_assert_uint_eq(gaps, 1); /* not with each try */
}
END_TEST

/* The receiver sees by its number where it was, whatever it wants, and what comes behind. */
START_TEST(a_damaged_row_is_told_in_its_place)
{
	acts(6);
	fx_sql("UPDATE audit SET encoded = x'00' WHERE seq = 3");
	connect_both();
	start();
	while (last_seq < fx_last_seq())
		answer(hear(), WF_OUTCOME_DELIVERED, "");
	ck_assert_ptr_nonnull(strstr(heard_text, "row 3 of the log cannot be read"));
	streams_stop(&part);
	fx_sql("DELETE FROM cursor");
	sections[0].rows = 1U << AUDIT_TOMBSTONE;
	start();
	last_seq = 2;
	answer(hear(), WF_OUTCOME_DELIVERED, "");
	ck_assert_uint_eq(last_seq, 3);
	UNTIL(cursor_at("siem") == (int64_t)fx_last_seq());
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("streams");
	TCase *tc = tcase_create("streams");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_row_is_sent_in_order);
	tcase_add_test(tc, what_is_not_delivered_is_sent_again);
	tcase_add_test(tc, a_new_start_sends_again_what_may_be_lost);
	tcase_add_test(tc, datagrams_are_not_sent_again);
	tcase_add_test(tc, without_warifu_egress_rows_wait);
	tcase_add_test(tc, a_stop_waits_for_nobody);
	tcase_add_test(tc, streams_begin_and_end_with_the_configuration);
	tcase_add_test(tc, only_some_classes_are_sent);
	tcase_add_test(tc, a_gap_is_told);
	tcase_add_test(tc, a_damaged_row_is_told_in_its_place);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(make_suite)
