/* The centre's end: who is let in, what a relay may send, and what becomes of its callers. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authd/relay/hub_internal.h"
#include "tests/unit/descriptors.h"
#include "tests/unit/faults.h"
#include "tests/unit/relay/hub_rig.h"
#include "tests/unit/unit.h"

static void
wrap(struct wf_msg *outer, uint32_t number, uint64_t uid, const struct wf_msg *inner)
{
	struct wf_buf frame;

	wf_buf_init(&frame, WF_RELAYED_MAX);
	wf_msg_init(outer, WF_MSG_RELAY, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(outer, WF_F_CHANNEL, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(outer, WF_F_UID, uid), WF_OK);
	ck_assert_int_eq(wf_msg_encode(inner, &frame), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(outer, WF_F_FRAME, frame.data, frame.len), WF_OK);
	wf_buf_clear(&frame);
}

/* By the word of the host's kernel: the caller is process `pid`, a child of `parent`. */
static void
add_lineage(struct wf_msg *outer, uint32_t session, uint32_t pid, uint32_t parent)
{
	const uint32_t pids[] = {pid, parent};

	ck_assert_int_eq(wf_msg_add_uint(outer, WF_F_AUDIT_SESSION, session), WF_OK);
	for (size_t i = 0; i < 2; i++) {
		struct wf_buf bytes;

		wf_buf_init(&bytes, 12);
		ck_assert_int_eq(wf_buf_put_u32(&bytes, pids[i]), WF_OK);
		ck_assert_int_eq(wf_buf_put_u64(&bytes, 1000 + pids[i]), WF_OK); /* its start */
		ck_assert_int_eq(
			wf_msg_add_bytes(outer, WF_F_PROCESS, bytes.data, bytes.len), WF_OK);
		wf_buf_clear(&bytes);
	}
}

static uint32_t lineage[3]; /* of the next message; all 0: none */

static void
say_for(uint32_t number, uint64_t uid, struct wf_msg *inner)
{
	struct wf_msg outer;

	wrap(&outer, number, uid, inner);
	if (lineage[1] != 0)
		add_lineage(&outer, lineage[0], lineage[1], lineage[2]);
	memset(lineage, 0, sizeof(lineage));
	far_say(&far_, &outer);
	wf_msg_clear(&outer);
	wf_msg_clear(inner);
}

static void
begin(uint32_t number, uint64_t uid, const char *user)
{
	const struct rig_login login = {.user = user, .rhost = "198.51.100.7"};
	struct wf_msg msg;

	rig_fill_begin(&msg, &login);
	say_for(number, uid, &msg);
}

/* What the centre says to a caller, kept where rig_fill_answer() looks for it. */
static void
expect_for(uint32_t number, enum wf_msg_type type, struct rig_peer *caller)
{
	const uint8_t *frame;
	struct wf_msg outer;
	uint64_t channel;
	size_t len;

	expect(&far_, WF_MSG_RELAYED, &outer);
	ck_assert_int_eq(wf_msg_get_uint(&outer, WF_F_CHANNEL, &channel), WF_OK);
	ck_assert_uint_eq(channel, number);
	ck_assert_int_eq(wf_msg_get_bytes(&outer, WF_F_FRAME, 0, &frame, &len), WF_OK);
	if (caller->replies++ > 0)
		wf_msg_clear(&caller->last);
	ck_assert_int_eq(wf_msg_decode(frame, len, &caller->last), WF_OK);
	wf_msg_clear(&outer);
	ck_assert_int_eq(caller->last.type, type);
}

/* From the first word to the verdict. */
static enum wf_verdict
log_in(uint32_t number, const char *password)
{
	static struct rig_peer caller;
	enum wf_verdict verdict;
	struct wf_msg msg;
	char code[9];

	caller.replies = 0;
	begin(number, 0, "alice");
	expect_for(number, WF_MSG_PROMPTS, &caller);
	rig_code(&rig, 0, code);
	rig_fill_answer(&msg, &caller, password, code);
	say_for(number, 0, &msg);
	expect_for(number, WF_MSG_RESULT, &caller);
	verdict = rig_verdict(&caller);
	wf_msg_clear(&caller.last);
	return verdict;
}

/* --- who is let in --- */

START_TEST(let_in_by_its_certificate)
{
	char away[200];

	ck_assert_uint_eq(hub_hosts(hub, away, sizeof(away)), 0);
	ck_assert_str_eq(away, HOST ", web2.test");
	come(&far_);
	ck_assert_uint_eq(hub_hosts(hub, away, sizeof(away)), 1);
	ck_assert_str_eq(away, "web2.test");
	ck_assert_uint_eq(hub_hosts(hub, away, 5), 1);
	ck_assert_str_eq(away, ""); /* no room for a whole name */
	ck_assert_ptr_nonnull(strstr(said, "relay " HOST " at 127.0.0.1:"));
	hello(&far_); /* once is enough */
	UNTIL(far_.down);
}
END_TEST

static const struct {
	const char *name, *names, *usage;
	long from_s, to_s;
	bool strange;	     /* signed by somebody else */
	const char *because; /* in the centre's log */
} refused[] = {
	{"x", "DNS:web3.test", "clientAuth", 0, 0, false,
		"its name 'web3.test' is not among relays.allow"},
	{HOST, "DNS:web3.test", "clientAuth", 0, 0, false, "web3.test"},
	{"x", NULL, "clientAuth", 0, 0, false, "its name 'x' is not among"},
	{"x", "DNS:" HOST, "serverAuth", 0, 0, false, "certificate"},
	{"x", "DNS:" HOST, "clientAuth", -7200, -3600, false, "certificate has expired"},
	{"x", "DNS:" HOST, "clientAuth", 3600, 7200, false, "certificate is not yet valid"},
	{"x", "DNS:" HOST, "clientAuth", 0, 0, true, "certificate"},
};

START_TEST(not_let_in)
{
	struct authority stranger;
	const struct authority_wish wish = {.file = "wrong",
		.name = refused[_i].name,
		.names = refused[_i].names,
		.usage = refused[_i].usage,
		.from_s = refused[_i].from_s,
		.to_s = refused[_i].to_s};
	char away[200], mine[AUTHORITY_PATH], theirs[AUTHORITY_PATH];

	authority_issue(&authority, &wish);
	if (refused[_i].strange) { /* it believes the centre, which does not believe it */
		authority_open(&stranger);
		authority_issue(&stranger, &wish);
		for (int i = 0; i < 2; i++) {
			authority_path(&stranger, "wrong", i == 0 ? "crt" : "key", theirs);
			authority_path(&authority, "wrong", i == 0 ? "crt" : "key", mine);
			ck_assert_int_eq(rename(theirs, mine), 0);
		}
		authority_close(&stranger);
	}
	dial(&far_, "wrong");
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "is not let in"));
	ck_assert_msg(strstr(said, refused[_i].because) != NULL, "%s", said);
	ck_assert_uint_eq(far_.n, 0);
	ck_assert_uint_eq(hub_hosts(hub, away, sizeof(away)), 0);
	far_close(&far_);
	come(&far_); /* another one is */
}
END_TEST

/* The newer connection of a host counts: the older one has probably broken. */
START_TEST(the_same_host_again)
{
	char away[200];

	come(&far_);
	come(&other);
	UNTIL(far_.down);
	ck_assert(other.up);
	ck_assert_ptr_nonnull(strstr(said, "came again over another connection"));
	ck_assert_uint_eq(hub_hosts(hub, away, sizeof(away)), 1);
	far_close(&other);
}
END_TEST

/* Who never shakes hands has places beside those of the hosts that may come. */
START_TEST(a_crowd_of_strangers)
{
	int fds[80];
	size_t n = sizeof(fds) / sizeof(fds[0]), open = 0;

	come(&far_);
	for (size_t i = 0; i < n; i++) {
		fds[i] = far_dial(port);
		turn();
	}
	for (int i = 0; i < 50; i++)
		turn();
	for (size_t i = 0; i < n; i++) {
		uint8_t byte;

		open += recv(fds[i], &byte, 1, 0) < 0;
		close(fds[i]);
	}
	ck_assert_uint_eq(open, 64 + 2 - 1);
	ck_assert(far_.up);
	ck_assert_int_eq(log_in(1, "correct horse"), WF_VERDICT_ACCEPT);
}
END_TEST

/* --- what it may send --- */

/* Every message of the protocol that needs no field, and those a relay may send before HELLO. */
START_TEST(permits)
{
	static const struct {
		enum wf_msg_type type;
		bool before, after;
	} rows[] = {
		{WF_MSG_PING, false, true},
		{WF_MSG_PONG, false, false},
		{WF_MSG_WORK, false, false},
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		bool greeted = i % 2 == 1;
		bool may = greeted ? rows[i / 2].after : rows[i / 2].before;

		if (greeted)
			come(&far_);
		else
			dial(&far_, "host");
		UNTIL(far_.up);
		said[0] = '\0';
		far_say_empty(&far_, rows[i / 2].type);
		if (may)
			expect_only(&far_, WF_MSG_PONG);
		else
			UNTIL(far_.down);
		ck_assert_int_eq(strstr(said, "which a relay may not send here") == NULL, may);
		far_close(&far_);
		rig_advance(&rig, 2);
	}
}
END_TEST

START_TEST(nothing_before_hello)
{
	dial(&far_, "host");
	UNTIL(far_.up);
	begin(1, 0, "alice");
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "sent RELAY, which a relay may not send here"));
	rig_settle(&rig);
}
END_TEST

START_TEST(a_login)
{
	struct audit_row row;

	come(&far_);
	ck_assert_int_eq(log_in(1, "correct horse"), WF_VERDICT_ACCEPT);
	row = rig_row(&rig, "login");
	ck_assert_str_eq(row.host, HOST);
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.source, "198.51.100.7");
	rig_advance(&rig, 60);
	ck_assert_int_eq(log_in(1, "wrong"), WF_VERDICT_REJECT);
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 1);
}
END_TEST

static void
open_session(uint32_t number)
{
	struct rig_peer caller = {.replies = 0};
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_SESSION, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "alice"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RHOST, "198.51.100.7"), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_EVENT, WF_SESSION_OPEN), WF_OK);
	say_for(number, 0, &msg);
	expect_for(number, WF_MSG_RESULT, &caller);
	wf_msg_clear(&caller.last);
}

/* sudo has no remote host: its source is that of the login whose process it descends from. */
START_TEST(a_process_within_a_login)
{
	static const struct rig_login sudo = {.user = "alice", .service = "sudo", .tty = "pts/1"};
	static const char *const sources[] = {"198.51.100.7", "local:pts/1"};
	static const uint32_t parents[] = {500, 501};

	come(&far_);
	lineage[0] = 77;
	lineage[1] = 500;
	lineage[2] = 1;
	open_session(1);
	for (uint32_t i = 0; i < 2; i++) {
		struct rig_peer caller = {.replies = 0};
		struct wf_msg msg;

		lineage[0] = UINT32_MAX; /* no audit session */
		lineage[1] = 600 + i;
		lineage[2] = parents[i];
		rig_fill_begin(&msg, &sudo);
		say_for(2 + i, 0, &msg);
		expect_for(2 + i, WF_MSG_PROMPTS, &caller);
		rig_fill_answer(&msg, &caller, "wrong", "000000");
		say_for(2 + i, 0, &msg);
		expect_for(2 + i, WF_MSG_RESULT, &caller);
		wf_msg_clear(&caller.last);
		ck_assert_str_eq(rig_row(&rig, "login").source, sources[i]);
		rig_advance(&rig, 60);
	}
}
END_TEST

/* What the module does not say, root of the host does not say either. */
START_TEST(other_messages_wrapped)
{
	struct wf_msg msg;

	come(&far_);
	wf_msg_init(&msg, WF_MSG_ACT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ACT, "user.list"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_LANGUAGE, "en"), WF_OK);
	say_for(1, 0, &msg);
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "handed on ACT, which the PAM module does not send"));
}
END_TEST

START_TEST(nonsense_wrapped)
{
	struct wf_msg msg;

	come(&far_);
	wf_msg_init(&msg, WF_MSG_RELAY, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, 1), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_UID, 0), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_FRAME, "nonsense", 8), WF_OK);
	far_say(&far_, &msg);
	wf_msg_clear(&msg);
	UNTIL(far_.down);
}
END_TEST

/* A number is one caller's, with the uid that it came with. */
START_TEST(a_number_keeps_its_uid)
{
	struct rig_peer caller = {.replies = 0};

	come(&far_);
	begin(1, 0, "alice");
	expect_for(1, WF_MSG_PROMPTS, &caller);
	wf_msg_clear(&caller.last);
	begin(1, 1000, "alice");
	UNTIL(far_.down);
}
END_TEST

START_TEST(a_place_that_is_taken)
{
	struct rig_peer caller = {.replies = 0};

	come(&far_);
	begin(1, 0, "alice");
	expect_for(1, WF_MSG_PROMPTS, &caller);
	wf_msg_clear(&caller.last);
	begin(1 + 1024, 0, "alice"); /* the next number of the same place */
	UNTIL(far_.down);
}
END_TEST

static void
say_close(uint32_t number)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_CLOSE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, number), WF_OK);
	far_say(&far_, &msg);
	wf_msg_clear(&msg);
}

/* A caller that hangs up is gone for the engine, and its place is free. */
START_TEST(a_caller_hangs_up)
{
	struct rig_peer caller = {.replies = 0};

	come(&far_);
	begin(1, 0, "alice");
	expect_for(1, WF_MSG_PROMPTS, &caller);
	wf_msg_clear(&caller.last);
	say_close(1);
	say_close(1); /* nobody has it */
	UNTIL(engine_idle(rig.engine));
	ck_assert_int_eq(log_in(1 + 1024, "correct horse"), WF_VERDICT_ACCEPT);
}
END_TEST

/* What one caller does wrong ends that caller alone. */
START_TEST(a_caller_that_errs)
{
	struct rig_peer caller = {.replies = 0}, bob = {.replies = 0};
	uint64_t channel = 0;
	struct wf_msg msg;

	come(&far_);
	begin(2, 0, "alice");
	expect_for(2, WF_MSG_PROMPTS, &bob);
	begin(1, 0, "alice");
	expect_for(1, WF_MSG_PROMPTS, &caller);
	for (int i = 0; i < 8; i++) /* one more than may be under way for one */
		begin(1, 0, "alice");
	while (channel == 0) {
		UNTIL(far_.n > 0);
		ck_assert(far_hear(&far_, &msg));
		if (msg.type == WF_MSG_CLOSED)
			ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_CHANNEL, &channel), WF_OK);
		wf_msg_clear(&msg);
	}
	ck_assert_uint_eq(channel, 1);
	ck_assert(far_.up);
	wf_msg_clear(&caller.last);
	wf_msg_clear(&bob.last);
}
END_TEST

/* --- life --- */

START_TEST(silence_ends_it)
{
	come(&far_);
	rig_advance(&rig, 30);
	hub_tick(hub);
	turn();
	ck_assert(far_.up);
	rig_advance(&rig, 1);
	hub_tick(hub);
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "is gone: it says nothing"));
}
END_TEST

START_TEST(reload)
{
	struct config wrong = rig.config, without = rig.config;
	char why[256] = "";

	come(&far_);
	snprintf(wrong.relays.trust.ca, sizeof(wrong.relays.trust.ca), "/nonexistent/ca");
	ck_assert_int_ne(hub_configure(hub, &wrong, why, sizeof(why)), WF_OK);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/ca"));
	far_close(&far_);
	come(&far_); /* by the certificates of before */
	ck_assert_int_eq(hub_configure(hub, &rig.config, why, sizeof(why)), WF_OK);
	turn();
	ck_assert(far_.up);
	without.relays.nallow = 0;
	ck_assert_int_eq(hub_configure(hub, &without, why, sizeof(why)), WF_OK);
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "it is not among relays.allow any more"));
	ck_assert_int_eq(hub_configure(hub, &rig.config, why, sizeof(why)), WF_OK);
}
END_TEST

/* With another authority nobody of before may stay. */
START_TEST(another_authority)
{
	struct authority another;
	struct config_trust trust;
	struct config changed = rig.config;
	char why[256] = "";

	come(&far_);
	authority_open(&another);
	far_trust(&another, "centre", &trust);
	memcpy(changed.relays.trust.ca, trust.ca, sizeof(trust.ca));
	ck_assert_msg(hub_configure(hub, &changed, why, sizeof(why)) == WF_OK, "%s", why);
	UNTIL(far_.down);
	ck_assert_ptr_nonnull(strstr(said, "its certificate is believed no more"));
	ck_assert_int_eq(hub_configure(hub, &rig.config, why, sizeof(why)), WF_OK);
	authority_close(&another);
}
END_TEST

/* The operator is told, and relays come in as soon as there are some again. */
START_TEST(without_descriptors_accepting_pauses)
{
	struct config_listener listener = loopback(port);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct rlimit before;

	ck_assert_int_eq(
		connect(client, (struct sockaddr *)&listener.address, listener.address_len), 0);
	before = descriptors_use_up();
	turn();
	descriptors_give_back(&before);
	ck_assert_msg(strstr(said, "relays cannot connect: there are no descriptors") != NULL, "%s",
		said);
	said[0] = '\0';
	before = descriptors_use_up();
	hub_tick(hub);
	turn();
	descriptors_give_back(&before);
	ck_assert_ptr_null(strstr(said, "descriptors")); /* once a minute */
	hub_tick(hub);
	come(&far_);
	close(client);
}
END_TEST

/* Whoever is connected goes on; nobody new comes. */
START_TEST(stops_accepting)
{
	struct config_listener listener = loopback(port);
	int fd = -1;

	come(&far_);
	ck_assert_int_eq(hub_socket(&listener, &fd), WF_IO); /* it is in use */
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(fd, -1);
	hub_stop(hub);
	ck_assert_int_eq(hub_socket(&listener, &fd), WF_OK); /* and is not any more */
	close(fd);
	ck_assert_int_eq(log_in(1, "correct horse"), WF_VERDICT_ACCEPT);
	hub_close(hub);
	UNTIL(far_.down);
}
END_TEST

/* The end of a connection ends its callers, in the middle of whatever they do. */
START_TEST(gone_in_the_middle)
{
	struct rig_peer caller = {.replies = 0};
	struct wf_msg msg;
	char code[9];

	come(&far_);
	begin(1, 0, "alice");
	expect_for(1, WF_MSG_PROMPTS, &caller);
	rig_code(&rig, 0, code);
	rig_fill_answer(&msg, &caller, "correct horse", code);
	say_for(1, 0, &msg);
	wf_msg_clear(&caller.last);
	far_close(&far_);
	UNTIL(strstr(said, "is gone") != NULL);
	UNTIL(engine_idle(rig.engine));
	ck_assert_uint_eq(rig_failures(&rig, LANE_ACCOUNT, "alice"), 0);
}
END_TEST

#ifdef WF_FAULT
static int ends[2]; /* of a connection that has just come: the hub's, and the relay's */

static void
knock(void)
{
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static wf_status
admit(void)
{
	guest_new(hub, ends[0], "192.0.2.1:7443");
	return hub->guests != NULL ? WF_OK : WF_NO_MEMORY;
}

/* Whoever is not let in leaves nothing behind, and hears it at once. */
static void
admitted(wf_status status)
{
	char byte;

	if (status == WF_OK)
		guest_free(hub->guests);
	ck_assert_ptr_null(hub->guests);
	ck_assert_uint_eq(hub->nguests, 0);
	ck_assert_int_eq(read(ends[1], &byte, 1), 0);
	close(ends[1]);
}

START_TEST(no_memory_for_one_who_comes)
{
	static const struct fault_scenario scenario = {knock, admit, admitted};

	ck_assert_uint_ge(fault_loop(&scenario), 2);
	ck_assert_ptr_nonnull(strstr(said, "a relay from 192.0.2.1:7443 is not let in: no memory"));
}
END_TEST

static void
add_fault_tests(TCase *tc)
{
	tcase_add_test(tc, no_memory_for_one_who_comes);
}
#else
static void
add_fault_tests(TCase *tc)
{
	(void)tc;
}
#endif

static Suite *
hub_suite(void)
{
	Suite *suite = suite_create("hub");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, let_in_by_its_certificate);
	tcase_add_loop_test(tc, not_let_in, 0, (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(tc, the_same_host_again);
	tcase_add_test(tc, a_crowd_of_strangers);
	tcase_add_test(tc, permits);
	tcase_add_test(tc, nothing_before_hello);
	tcase_add_test(tc, a_login);
	tcase_add_test(tc, a_process_within_a_login);
	tcase_add_test(tc, other_messages_wrapped);
	tcase_add_test(tc, nonsense_wrapped);
	tcase_add_test(tc, a_number_keeps_its_uid);
	tcase_add_test(tc, a_place_that_is_taken);
	tcase_add_test(tc, a_caller_hangs_up);
	tcase_add_test(tc, a_caller_that_errs);
	tcase_add_test(tc, silence_ends_it);
	tcase_add_test(tc, reload);
	tcase_add_test(tc, another_authority);
	tcase_add_test(tc, without_descriptors_accepting_pauses);
	tcase_add_test(tc, stops_accepting);
	tcase_add_test(tc, gone_in_the_middle);
	add_fault_tests(tc);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(hub_suite)
