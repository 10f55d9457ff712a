/*
 * The running program without its main(): sites, the daemon's connection, threads. The daemon's
 * side is the real one, in the same loop; the servers are on loopback.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "authd/egress/desk.h"
#include "common/link/socket.h"
#include "tests/unit/egress/fake_server.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"
#include "tests/unit/witness.h"

#define S INT64_C(1000000)
#define TURNS 15000 /* of a millisecond and more: a server is waited for, on a busy machine */

static char folder[64], path[96], file[96], secret_file[96], why[SITE_WHY_MAX];
static struct fake_server server;
static struct event_base *base;
static struct site *site;
static struct desk *desk;
static struct egress *egress;
static struct egress_reply last;
static struct wf_secret answer;
static unsigned told;

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(name, 0600), 0);
}

static void
write_config(const char *name, const char *more)
{
	char text[512];

	snprintf(text, sizeof(text),
		"node = host1\nupstream %s { servers = \"%s\" secret_file = \"%s\" timeout = 1 "
		"tries = 1 %s }\n",
		name, server.listener.text, secret_file, more);
	write_file(file, text);
}

static void
listen_there(uid_t daemon)
{
	const struct desk_options options = {
		.base = base, .clock = wf_clock_system, .daemon = daemon, .say = say};
	int fd;

	ck_assert_int_eq(wf_socket_listen(path, 0600, (uid_t)-1, (gid_t)-1, &fd), WF_OK);
	ck_assert_int_eq(site_load(file, &site, why), WF_OK);
	ck_assert_int_eq(site_open(site, &wf_clock_system), WF_OK);
	ck_assert_int_eq(desk_new(&options, site, fd, &desk), WF_OK);
}

static void
setup(void)
{
	const struct egress_options options = {
		.clock = wf_clock_system, .path = path, .owner = (uid_t)-1, .say = say};

	snprintf(folder, sizeof(folder), "/tmp/warifu-desk-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/egress.sock", folder);
	snprintf(file, sizeof(file), "%s/warifu.conf", folder);
	snprintf(secret_file, sizeof(secret_file), "%s/secret", folder);
	write_file(secret_file, FAKE_SECRET "\n");
	memset(&server, 0, sizeof(server));
	server.code = CODE_ACCESS_ACCEPT;
	fake_server_start(&server);
	said_forget();
	told = 0;
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	ck_assert_int_eq(wf_secret_set(&answer, "123456", 6), WF_OK);
	ck_assert_int_eq(egress_new(base, &options, &egress), WF_OK);
}

static void
teardown(void)
{
	egress_free(&egress);
	desk_free(&desk);
	ck_assert_ptr_null(desk);
	desk_free(&desk);
	site_return(&site);
	fake_server_stop(&server);
	fake_server_clear(&server);
	event_base_free(base);
	wf_secret_clear(&answer);
	(void)unlink(path);
	(void)unlink(file);
	(void)unlink(secret_file);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void
turn(void)
{
	if (desk != NULL)
		desk_tick(desk);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	usleep(1000);
}

#define UNTIL(condition)                                                       \
	do {                                                                   \
		for (int turns_ = 0; turns_ < TURNS && !(condition); turns_++) \
			turn();                                                \
		ck_assert_msg(condition, #condition "; %s", said);             \
	} while (0)

/* `ctx`: NULL, or where it is noted as which one it was answered. */
static void
on_reply(void *ctx, const struct egress_reply *reply)
{
	last = *reply;
	told++;
	if (ctx != NULL)
		*(unsigned *)ctx = told;
}

static void
ask_as(const char *name, const char *user, const char *source, unsigned *place, int64_t within_us)
{
	struct egress_ticket *ticket;
	const struct egress_question question = {.trade = WF_TRADE_RADIUS,
		.server = name,
		.user = user,
		.answer = &answer,
		.source = source,
		.nas = "",
		.deadline_boot_us = wf_clock_now(&wf_clock_system).boot_us + within_us};

	ck_assert_int_eq(egress_ask(egress, &question, on_reply, place, &ticket), WF_OK);
}

static void
ask_of(const char *name, int64_t within_us)
{
	ask_as(name, "alice", "", NULL, within_us);
}

static void
start_with(const char *more)
{
	write_config("otp1", more);
	listen_there(geteuid());
	UNTIL(egress_is_up(egress));
}

static void
start(void)
{
	start_with("");
}

/* A server that is heard and never answers. */
static void
start_silent(const char *more)
{
	server.manner = SAYS_NOTHING;
	start_with(more);
}

/* --- questions --- */

START_TEST(a_question_goes_all_the_way)
{
	start();
	ask_of("otp1", 5 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_ACCEPT);
	ck_assert_str_eq(last.server, server.listener.text);
	ck_assert_uint_eq(desk_orders(desk), 0);
}
END_TEST

START_TEST(a_challenge_goes_all_the_way)
{
	server.code = CODE_ACCESS_CHALLENGE;
	server.message = "Code:";
	server.state = "x\0y";
	server.state_len = 3;
	server.prompt = 1;
	start();
	ask_of("otp1", 5 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_CHALLENGE);
	ck_assert_str_eq(last.text, "Code:");
	ck_assert(last.echo);
	ck_assert_uint_eq(last.state_len, 7);
}
END_TEST

START_TEST(other_servers_are_unknown)
{
	start();
	ask_of("otp2", 5 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_UNREACHABLE);
	ck_assert_int_eq(last.why, WF_WHY_UNKNOWN);
	ck_assert_uint_eq(server.heard, 0);
}
END_TEST

/* One thread and a silent server: what cannot wait is refused at once, the rest later. */
START_TEST(silence_is_bounded)
{
	start_silent("parallel = 1");
	for (int i = 0; i < QUEUE_MAX + 10; i++)
		ask_of("otp1", 2 * S);
	UNTIL(told >= 9); /* at once */
	ck_assert_int_eq(last.why, WF_WHY_BUSY);
	UNTIL(told == QUEUE_MAX + 10);
	ck_assert_int_eq(last.why, WF_WHY_DEADLINE);
	ck_assert_uint_le(server.heard, 3);
}
END_TEST

/* Whoever asks much waits behind himself: one thread, and a server that is silent for a second. */
START_TEST(sources_take_turns)
{
	unsigned other = 0;
	char user[16];

	start_silent("parallel = 1");
	for (int i = 0; i < 20; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		ask_as("otp1", user, "192.0.2.1", NULL, 30 * S);
	}
	ask_as("otp1", "bob", "192.0.2.2", &other, 30 * S);
	UNTIL(other > 0);
	ck_assert_uint_le(other, 3); /* behind the one that was out, and one more */
}
END_TEST

/* An account that is asked about from everywhere keeps no other one waiting long. */
START_TEST(an_account_has_a_share)
{
	unsigned other = 0;
	char source[24];

	start_silent("parallel = 8");
	for (int i = 0; i < 40; i++) {
		snprintf(source, sizeof(source), "198.51.100.%d", i);
		ask_as("otp1", "alice", source, NULL, 30 * S);
	}
	UNTIL(told == 40 - QUEUE_ACCOUNT_MAX); /* at once */
	ck_assert_int_eq(last.why, WF_WHY_BUSY);
	ask_as("otp1", "bob", "192.0.2.2", &other, 30 * S);
	UNTIL(other > 0);
	ck_assert_uint_le(server.heard, QUEUE_ACCOUNT_MAX + 1);
}
END_TEST

/* The threads' tries are waited for (libradcli waits by itself), but nothing more is sent. */
START_TEST(an_end_does_not_wait_for_servers)
{
	int64_t before_us;

	start_silent("parallel = 2");
	for (int i = 0; i < 5; i++)
		ask_of("otp1", 30 * S);
	UNTIL(server.heard == 2);
	before_us = wf_clock_now(&wf_clock_system).boot_us;
	desk_free(&desk);
	ck_assert_int_lt(wf_clock_now(&wf_clock_system).boot_us - before_us, S * 17 / 10);
	ck_assert_uint_eq(server.heard, 2);
}
END_TEST

/* A server that hangs holds up nobody who asks another one. */
START_TEST(sections_do_not_wait_for_each_other)
{
	static struct fake_server other;
	char text[600];

	server.manner = SAYS_NOTHING;
	other.code = CODE_ACCESS_REJECT;
	fake_server_start(&other);
	snprintf(text, sizeof(text),
		"upstream a { servers = \"%s\" secret_file = \"%s\" timeout = 5 parallel = 1 }\n"
		"upstream b { servers = \"%s\" secret_file = \"%s\" parallel = 1 }\n",
		server.listener.text, secret_file, other.listener.text, secret_file);
	write_file(file, text);
	listen_there(geteuid());
	UNTIL(egress_is_up(egress));
	for (int i = 0; i < 5; i++)
		ask_of("a", 2 * S);
	ask_of("b", 2 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_REJECT);
	UNTIL(told == 6);
	fake_server_stop(&other);
	fake_server_clear(&other);
}
END_TEST

START_TEST(silence_is_said_once)
{
	server.manner = SAYS_NOTHING;
	start();
	for (unsigned i = 1; i <= 3; i++) {
		ask_of("otp1", 5 * S);
		UNTIL(told == i);
	}
	ck_assert_ptr_nonnull(strstr(said, "upstream 'otp1': 127.0.0.1:"));
	ck_assert_ptr_null(strstr(strstr(said, "upstream 'otp1'") + 1, "upstream 'otp1'"));
	server.manner = ANSWERS;
	ask_of("otp1", 5 * S);
	UNTIL(told == 4);
	ck_assert_ptr_nonnull(strstr(said, "upstream 'otp1' answers again"));
}
END_TEST

/* --- who may ask --- */

/* What a person typed is no news of the servers, or he could fill the log with it. */
START_TEST(what_cannot_be_sent_is_no_silence)
{
	char text[HIDDEN_MAX + 1];

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(wf_secret_set(&answer, text, sizeof(text)), WF_OK);
	start();
	ask_of("otp1", 5 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.why, WF_WHY_UNSENDABLE);
	ck_assert_ptr_null(strstr(said, "upstream 'otp1'"));
}
END_TEST

START_TEST(only_the_daemon_may_ask)
{
	write_config("otp1", "");
	listen_there(geteuid() + 1);
	UNTIL(strstr(said, "somebody else than the daemon") != NULL);
	turn();
	ck_assert_uint_eq(desk_orders(desk), 0);
}
END_TEST

static int
dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

START_TEST(connections_are_bounded)
{
	const char *again;
	int fds[16];

	start();
	for (size_t i = 0; i < 16; i++)
		fds[i] = dial();
	UNTIL(strstr(said, "the daemon has too many connections") != NULL);
	ck_assert_ptr_null(strstr(said, "somebody else"));
	again = strstr(said, "too many connections") + 1;
	ck_assert_ptr_null(strstr(again, "too many connections"));
	for (size_t i = 0; i < 16; i++)
		close(fds[i]);
	for (int i = 0; i < 10; i++)
		turn();
	ask_of("otp1", 5 * S); /* the daemon's own is among those that were let in */
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_ACCEPT);
}
END_TEST

START_TEST(nonsense_is_hung_up_on)
{
	char byte;
	int fd;

	start();
	fd = dial();
	ck_assert_int_eq(write(fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_int_le(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	close(fd);
}
END_TEST

/* What was waiting for a thread is not sent any more, and the program lives on. */
START_TEST(a_daemon_that_is_gone_is_not_asked_for)
{
	start_silent("parallel = 1");
	for (int i = 0; i < 5; i++)
		ask_of("otp1", 10 * S);
	UNTIL(desk_orders(desk) == 5);
	egress_free(&egress);
	UNTIL(desk_orders(desk) == 0);
	ck_assert_uint_le(server.heard, 1);
}
END_TEST

/* --- sites --- */

START_TEST(a_reload_is_for_new_questions)
{
	struct site *other = NULL;

	start();
	server.manner = SAYS_NOTHING;
	ask_of("otp1", 10 * S); /* is asked by the old one to its end */
	UNTIL(server.heard == 1);
	write_config("otp2", "");
	ck_assert_int_eq(site_load(file, &other, why), WF_OK);
	ck_assert_int_eq(site_open(other, &wf_clock_system), WF_OK);
	desk_use(desk, other);
	site_return(&site);
	site = other;
	server.manner = ANSWERS;
	ask_of("otp2", 5 * S);
	UNTIL(told == 1);
	ck_assert_int_eq(last.outcome, WF_OUTCOME_ACCEPT);
	UNTIL(told == 2);
	ck_assert_int_eq(last.why, WF_WHY_TIMEOUT);
}
END_TEST

START_TEST(a_site_is_loaded_whole_or_not)
{
	struct site *none = NULL;

	write_config("otp1", "");
	ck_assert_int_eq(chmod(secret_file, 0644), 0);
	ck_assert_int_eq(site_load(file, &none, why), WF_DENIED);
	ck_assert_ptr_nonnull(strstr(why, "is open to others"));
	ck_assert_int_eq(chmod(secret_file, 0600), 0);
	write_file(secret_file, "");
	ck_assert_int_eq(site_load(file, &none, why), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "is empty"));
	write_file(secret_file, "two\nlines\n");
	ck_assert_int_eq(site_load(file, &none, why), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "cannot be read"));
	write_file(file, "upstream otp1 { }\n");
	ck_assert_int_eq(site_load(file, &none, why), WF_INVALID);
	ck_assert_ptr_nonnull(strstr(why, "lacks 'servers'"));
	ck_assert_ptr_null(none);
	write_file(file, "");
	ck_assert_int_eq(site_load(file, &none, why), WF_OK);
	ck_assert_uint_eq(none->nbooths, 0);
	ck_assert_ptr_null(site_find(none, WF_TRADE_RADIUS, "otp1"));
	site_return(&none);
	ck_assert_ptr_null(none);
	site_return(&none);
}
END_TEST

#ifdef WF_FAULT
static wf_status
open_once(void)
{
	const struct desk_options options = {
		.base = base, .clock = wf_clock_system, .daemon = geteuid(), .say = say};
	int fd = -1;
	wf_status status = wf_socket_listen(path, 0600, (uid_t)-1, (gid_t)-1, &fd);

	if (status == WF_OK)
		status = site_load(file, &site, why);
	if (status == WF_OK)
		status = site_open(site, &wf_clock_system);
	if (status == WF_OK)
		status = desk_new(&options, site, fd, &desk);
	if (status != WF_OK && fd >= 0)
		close(fd);
	return status;
}

static void
close_once(wf_status status)
{
	ck_assert_int_eq(status == WF_OK, desk != NULL);
	desk_free(&desk);
	site_return(&site);
}

/* Configuration, secret, threads, socket, loop: whatever fails is said, nothing stays. */
START_TEST(each_failing_call_at_the_start_is_survived)
{
	const struct fault_scenario scenario = {.run = open_once, .end = close_once};

	write_config("otp1", "parallel = 1");
	egress_free(&egress);
	fault_loop(&scenario);
}
END_TEST
#endif

static Suite *
desk_suite(void)
{
	Suite *suite = suite_create("desk");
	TCase *tc = tcase_create("desk");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_question_goes_all_the_way);
	tcase_add_test(tc, a_challenge_goes_all_the_way);
	tcase_add_test(tc, other_servers_are_unknown);
	tcase_add_test(tc, silence_is_bounded);
	tcase_add_test(tc, silence_is_said_once);
	tcase_add_test(tc, what_cannot_be_sent_is_no_silence);
	tcase_add_test(tc, sources_take_turns);
	tcase_add_test(tc, an_account_has_a_share);
	tcase_add_test(tc, an_end_does_not_wait_for_servers);
	tcase_add_test(tc, sections_do_not_wait_for_each_other);
	tcase_add_test(tc, only_the_daemon_may_ask);
	tcase_add_test(tc, connections_are_bounded);
	tcase_add_test(tc, nonsense_is_hung_up_on);
	tcase_add_test(tc, a_daemon_that_is_gone_is_not_asked_for);
	tcase_add_test(tc, a_reload_is_for_new_questions);
	tcase_add_test(tc, a_site_is_loaded_whole_or_not);
#ifdef WF_FAULT
	tcase_add_test(tc, each_failing_call_at_the_start_is_survived);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(desk_suite)
