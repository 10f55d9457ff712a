/* All parts together: a login from the gateway to the daemon and back, signals, and the end. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/radius/server_rig.h"
#include "tests/unit/unit.h"

#define SECRET "secret-of-the-vpn"

static struct server_rig rig;
static uint8_t reply[PACKET_MAX];

static void
setup(void)
{
	server_rig_open(&rig, "");
}

static void
teardown(void)
{
	server_rig_close(&rig);
}

/* The daemon's answer to what it was asked last. */
static void
answer(enum wf_verdict verdict)
{
	struct wf_msg asked, msg;
	uint64_t tag;

	server_rig_hear(&rig, WF_MSG_ATTEMPT, &asked);
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_TAG, &tag), WF_OK);
	wf_msg_clear(&asked);
	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict), WF_OK);
	fake_daemon_say(&rig.daemon, &msg);
	wf_msg_clear(&msg);
	server_rig_turn(&rig);
}

/* It is asked of the daemon, and the gateway gets its answer. */
static void
log_in(uint8_t id, const char *secret)
{
	server_rig_login(&rig, id, secret);
	answer(WF_VERDICT_ACCEPT);
	ck_assert_uint_gt(server_rig_receive(&rig, reply), 0);
	ck_assert_uint_eq(reply[0], CODE_ACCESS_ACCEPT);
	ck_assert_uint_eq(reply[1], id);
}

START_TEST(there_and_back)
{
	log_in(1, SECRET);
	server_rig_login(&rig, 2, SECRET);
	answer(WF_VERDICT_REJECT);
	ck_assert_uint_gt(server_rig_receive(&rig, reply), 0);
	ck_assert_uint_eq(reply[0], CODE_ACCESS_REJECT);
	server_rig_login(&rig, 3, "another-secret-it-is");
	ck_assert(server_rig_silent(&rig));
	ck_assert_uint_eq(server_rig_receive(&rig, reply), 0);
}
END_TEST

/* No reply without the daemon, whose connection is made anew by itself. */
START_TEST(daemon_goes_and_comes)
{
	server_rig_login(&rig, 1, SECRET);
	ck_assert(!server_rig_silent(&rig));
	fake_daemon_hang_up(&rig.daemon);
	server_rig_turn(&rig);
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), "the daemon is away"));
	ck_assert_uint_eq(exchanges_count(rig.server.exchanges), 0);
	for (int i = 0; i < 5; i++)
		server_rig_turn(&rig);
	ck_assert(fake_daemon_accept(&rig.daemon));
	ck_assert_uint_eq(server_rig_receive(&rig, reply), 0);
	log_in(2, SECRET);
}
END_TEST

START_TEST(reload)
{
	const char *once;

	server_rig_secret(&rig, "secret-of-tomorrow");
	log_in(1, SECRET); /* nothing is read before it is asked for */
	ck_assert_int_eq(raise(SIGHUP), 0);
	server_rig_turn(&rig);
	server_rig_turn(&rig);
	once = strstr(server_rig_said(&rig), "configuration reloaded");
	ck_assert_ptr_nonnull(once);
	ck_assert_ptr_null(strstr(once + 1, "configuration reloaded"));
	log_in(2, "secret-of-tomorrow");
	server_rig_login(&rig, 3, SECRET);
	ck_assert(server_rig_silent(&rig));
}
END_TEST

/* Whole or not at all. */
START_TEST(reload_of_something_wrong)
{
	char path[80];

	server_rig_configure(&rig, "\tcolour = \"red\"\n");
	ck_assert_int_eq(raise(SIGHUP), 0);
	server_rig_turn(&rig);
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), "the old one stays in force"));
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), "colour"));
	log_in(1, SECRET);
	server_rig_configure(&rig, "");
	snprintf(path, sizeof(path), "%s/secret", rig.folder);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(raise(SIGHUP), 0);
	server_rig_turn(&rig);
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), path));
	log_in(2, SECRET);
}
END_TEST

/* What a client is remembered by outlasts a reload. */
START_TEST(counters)
{
	log_in(1, SECRET);
	ck_assert_int_eq(raise(SIGHUP), 0);
	server_rig_turn(&rig);
	log_in(2, SECRET);
	ck_assert_int_eq(raise(SIGUSR1), 0);
	server_rig_turn(&rig);
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig), "counters: "));
	ck_assert_ptr_nonnull(strstr(server_rig_said(&rig),
		"counters of client \"vpn\": requests=2 accepts=2"));
}
END_TEST

START_TEST(ends_when_told)
{
	static const int signals[] = {SIGTERM, SIGINT};

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(raise(signals[i]), 0);
		ck_assert(server_run(&rig.server));
		ck_assert(rig.server.stopping);
		rig.server.stopping = false;
	}
	event_base_loopexit(rig.server.base, NULL);
	ck_assert(!server_run(&rig.server)); /* a loop that ends by itself is no end */
}
END_TEST

static Suite *
server_suite(void)
{
	Suite *suite = suite_create("server");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, daemon_goes_and_comes);
	tcase_add_test(tc, reload);
	tcase_add_test(tc, reload_of_something_wrong);
	tcase_add_test(tc, counters);
	tcase_add_test(tc, ends_when_told);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(server_suite)
