/*
 * The host's end: what the centre is told of its callers, what the callers are told when it is
 * away, and the rows that wait for it.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authd/audit/audit.h"
#include "authd/relay/relay.h"
#include "tests/unit/engine/rig.h"
#include "tests/unit/relay/far.h"
#include "tests/unit/unit.h"

#define HOST "web1.test"
#define TURNS 5000
#define MS INT64_C(1000)

static struct rig rig; /* its loop, mailbox and clock; and messages */
static struct authority authority;
static struct config config; /* the host's */
static struct worker_pool *dialler;
static struct relay *relay;
static const struct front_taker *taker;
static struct far centre;
static int listener;
static const char *certificate; /* that the centre shows */
static bool open_; /* the centre takes connections */
static char said[4096];

static void
say(int priority, const char *text)
{
	size_t len = strlen(said);

	(void)priority;
	snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static void
turn(void)
{
	int fd = open_ ? accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;

	if (fd >= 0) {
		far_close(&centre);
		far_open(&centre, rig.base, fd, &authority, certificate, TRUST_CENTRE);
	}
	if (relay != NULL)
		relay_tick(relay);
	event_base_loop(rig.base, EVLOOP_NONBLOCK);
	usleep(1000);
}

#define UNTIL(condition)                                                                    \
	do {                                                                                \
		for (int turns_ = 0; turns_ < TURNS && !(condition); turns_++)              \
			turn();                                                             \
		ck_assert_msg(condition, #condition "; %s; %s", centre.why, said);          \
	} while (0)

static void
pass(int64_t us)
{
	pthread_mutex_lock(&rig.lock);
	rig.now.boot_us += us;
	rig.now.wall_us += us;
	pthread_mutex_unlock(&rig.lock);
	turn();
}

static void
issue(const char *file, const char *names, const char *usage, long to_s)
{
	const struct authority_wish wish = {.file = file,
		.name = "x",
		.names = names,
		.usage = usage,
		.from_s = -7200,
		.to_s = to_s};

	authority_issue(&authority, &wish);
}

static void
start_relay(void)
{
	const struct worker_options threads = {
		.threads = 1, .queue_max = 1, .name = "dial", .clock = rig.clock};
	const struct relay_options options = {
		.base = rig.base, .mailbox = rig.mailbox, .clock = rig.clock, .say = say};
	struct relay_options with = options;
	char why[256] = "";

	ck_assert_int_eq(worker_pool_new(&threads, &dialler), WF_OK);
	with.dialler = dialler;
	ck_assert_msg(
		relay_new(&with, &config, &relay, why, sizeof(why)) == WF_OK, "%s", why);
	taker = relay_taker(relay);
}

static void
stop_relay(void)
{
	relay_stop(relay);
	worker_pool_free(&dialler);
	mailbox_run(rig.mailbox);
	relay_free(&relay);
	ck_assert_ptr_null(relay);
	relay_free(&relay);
}

static void
setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	rig_open(&rig);
	authority_open(&authority);
	issue("centre", "IP:127.0.0.1", "serverAuth", 7200);
	issue("other", "IP:127.0.0.2", "serverAuth", 7200);
	issue("expired", "IP:127.0.0.1", "serverAuth", -3600);
	issue("client", "IP:127.0.0.1", "clientAuth", 7200);
	issue("host", "DNS:" HOST, "clientAuth", 40 * 86400 + 3600);
	listener = far_listen();
	certificate = "centre";
	open_ = true;
	said[0] = '\0';
	memset(&config, 0, sizeof(config));
	snprintf(config.node, sizeof(config.node), HOST);
	snprintf(config.state_dir, sizeof(config.state_dir), "%s", rig.folder);
	snprintf(config.relay.host, sizeof(config.relay.host), "127.0.0.1");
	snprintf(config.relay.port, sizeof(config.relay.port), "%u", far_port(listener));
	snprintf(config.relay.server, sizeof(config.relay.server), "127.0.0.1:%s",
		config.relay.port);
	for (size_t i = 0; i < sizeof(config.role_groups) / sizeof(config.role_groups[0]); i++)
		config.role_groups[i] = (gid_t)-1;
	far_trust(&authority, "host", &config.relay.trust);
	start_relay();
}

static void
teardown(void)
{
	char path[100];

	stop_relay();
	far_close(&centre);
	close(listener);
	snprintf(path, sizeof(path), "%s/relay.spool", rig.folder);
	ck_assert_int_eq(unlink(path), 0);
	authority_close(&authority);
	rig_close(&rig);
}

/* --- the centre's words --- */

static void
expect(enum wf_msg_type type, struct wf_msg *msg_r)
{
	UNTIL(centre.n > 0);
	ck_assert(far_hear(&centre, msg_r));
	ck_assert_int_eq(msg_r->type, type);
}

/* Takes the row that the host reports, and says that it is stored. */
static struct audit_row
take_row(void)
{
	struct wf_msg msg, reply;
	const uint8_t *bytes;
	struct audit_row row;
	uint64_t number;
	size_t len;

	expect(WF_MSG_REPORT, &msg);
	wf_msg_init(&reply, WF_MSG_REPORTED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_RECORD, 0, &bytes, &len), WF_OK);
	ck_assert_int_eq(audit_row_decode(bytes, len, &row), WF_OK);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_SPOOL, 0, &bytes, &len), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&reply, WF_F_SPOOL, bytes, len), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_NUMBER, &number), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&reply, WF_F_NUMBER, number), WF_OK);
	far_say(&centre, &reply);
	wf_msg_clear(&reply);
	wf_msg_clear(&msg);
	return row;
}

static void
expect_row(const char *event)
{
	const struct audit_row row = take_row();

	ck_assert_str_eq(row.event, event);
}

/* The connection is there and greeted, but for the rows. */
static void
greet(void)
{
	const uint8_t *boot;
	struct wf_msg msg;
	size_t len;

	expect(WF_MSG_HELLO, &msg);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_BOOT, 0, &boot, &len), WF_OK);
	ck_assert_uint_eq(len, 16);
	wf_msg_clear(&msg);
	far_say_empty(&centre, WF_MSG_PONG);
}

static void
come_up(void)
{
	greet();
	expect_row("relay.start");
	UNTIL(strstr(said, "is there") != NULL);
}

/* An answer for the caller of the message that the centre has got last. */
static void
reply_to(const struct wf_msg *asked, const struct wf_msg *inner)
{
	struct wf_msg outer;
	struct wf_buf frame;
	uint64_t number;

	wf_buf_init(&frame, WF_RELAYED_MAX);
	ck_assert_int_eq(wf_msg_encode(inner, &frame), WF_OK);
	wf_msg_init(&outer, WF_MSG_RELAYED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_get_uint(asked, WF_F_CHANNEL, &number), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&outer, WF_F_CHANNEL, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&outer, WF_F_FRAME, frame.data, frame.len), WF_OK);
	far_say(&centre, &outer);
	wf_msg_clear(&outer);
	wf_buf_clear(&frame);
}

static void
reply_prompts(const struct wf_msg *asked)
{
	static const struct wf_prompt prompts[] = {
		{.id = 1, .text = WF_TEXT_PASSWORD, .ttl_s = 60},
		{.id = 2, .text = WF_TEXT_CODE, .ttl_s = 60}};
	static const uint8_t txn[WF_TXN_LEN] = {1};
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_PROMPTS, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(wf_msg_add_prompt(&msg, &prompts[i]), WF_OK);
	reply_to(asked, &msg);
	wf_msg_clear(&msg);
}

static void
reply_result(const struct wf_msg *asked, enum wf_verdict verdict)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict), WF_OK);
	reply_to(asked, &msg);
	wf_msg_clear(&msg);
}

/* --- callers --- */

static void
hand(struct rig_peer *caller, struct wf_msg *msg)
{
	ck_assert_int_eq(taker->handle(taker->ctx, &caller->peer, msg), WF_OK);
	wf_msg_clear(msg);
}

static void
begin(struct rig_peer *caller)
{
	const struct rig_login login = {.user = "alice", .rhost = "198.51.100.7"};
	struct wf_msg msg;

	rig_fill_begin(&msg, &login);
	hand(caller, &msg);
}

static void
answer(struct rig_peer *caller)
{
	struct wf_msg msg;

	rig_fill_answer(&msg, caller, "correct horse", "123456");
	hand(caller, &msg);
}

static void
gone(struct rig_peer *caller)
{
	taker->gone(taker->ctx, &caller->peer);
	ck_assert_ptr_null(caller->peer.taken);
	if (caller->replies > 0)
		wf_msg_clear(&caller->last);
	caller->replies = 0;
}

/* A caller who has been asked; what the centre had got of him stands in asked_r. */
static void
ask(struct rig_peer *caller, struct wf_msg *asked_r)
{
	unsigned before = caller->replies;

	begin(caller);
	expect(WF_MSG_RELAY, asked_r);
	reply_prompts(asked_r);
	UNTIL(caller->replies > before);
	ck_assert_int_eq(caller->last.type, WF_MSG_PROMPTS);
}

static void
expect_verdict(struct rig_peer *caller, enum wf_verdict verdict, enum wf_text_id text)
{
	uint64_t told = WF_TEXT_NONE;

	ck_assert_int_eq(caller->last.type, WF_MSG_RESULT);
	ck_assert_int_eq(rig_verdict(caller), verdict);
	(void)!wf_msg_get_uint(&caller->last, WF_F_TEXT_ID, &told);
	ck_assert_uint_eq(told, text);
}

/* --- tests --- */

/* The centre is told who asks by the kernel's word, and gets the message as it was. */
START_TEST(a_login)
{
	struct rig_peer caller;
	const uint8_t *frame;
	struct wf_msg asked, inner;
	uint64_t uid;
	char user[20];
	size_t len;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 1234);
	caller.peer.cred.pid = getpid();
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	ask(&caller, &asked);
	ck_assert(!taker->idle(taker->ctx, &caller.peer));
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_UID, &uid), WF_OK);
	ck_assert_uint_eq(uid, 1234);
	ck_assert_uint_gt(wf_msg_count(&asked, WF_F_PROCESS), 0);
	ck_assert_int_eq(wf_msg_get_bytes(&asked, WF_F_FRAME, 0, &frame, &len), WF_OK);
	ck_assert_int_eq(wf_msg_decode(frame, len, &inner), WF_OK);
	ck_assert_int_eq(wf_msg_get_text(&inner, WF_F_USER, 0, user, sizeof(user)), WF_OK);
	ck_assert_str_eq(user, "alice");
	wf_msg_clear(&inner);
	wf_msg_clear(&asked);
	answer(&caller);
	expect(WF_MSG_RELAY, &asked);
	ck_assert_uint_eq(wf_msg_count(&asked, WF_F_PROCESS), 0); /* it is known */
	reply_result(&asked, WF_VERDICT_ACCEPT);
	UNTIL(caller.replies == 2);
	expect_verdict(&caller, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	wf_msg_clear(&asked);
	gone(&caller);
	expect(WF_MSG_CLOSE, &asked);
	wf_msg_clear(&asked);
}
END_TEST

static void
lose(void)
{
	far_close(&centre);
	open_ = false;
	UNTIL(strstr(said, "is away") != NULL);
}

/*
 * Whoever has not been asked meets nobody, if his module knows the word; whoever has been asked is
 * told that it is unavailable. Never anything else.
 */
START_TEST(away_in_the_middle)
{
	struct rig_peer asked, unasked, old;
	struct wf_msg msg;

	come_up();
	rig_peer_open(&asked, FRONT_PAM, 0);
	rig_peer_open(&unasked, FRONT_PAM, 0);
	rig_peer_open(&old, FRONT_PAM, 0);
	ask(&asked, &msg);
	wf_msg_clear(&msg);
	begin(&unasked);
	begin(&old);
	old.peer.version = 2;
	lose();
	UNTIL(asked.replies == 2 && unasked.replies == 1 && old.replies == 1);
	expect_verdict(&asked, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	expect_verdict(&unasked, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	expect_verdict(&old, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	begin(&unasked); /* and now at once */
	ck_assert_uint_eq(unasked.replies, 2);
	expect_verdict(&unasked, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&asked);
	gone(&unasked);
	gone(&old);
}
END_TEST

/* Only a login meets nobody: what comes behind one that was given up is plainly unavailable. */
START_TEST(away_in_the_account_phase)
{
	static const uint8_t txn[WF_TXN_LEN] = {1};
	struct rig_peer caller;
	struct wf_msg msg;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	hand(&caller, &msg);
	ck_assert(taker->idle(taker->ctx, &caller.peer));
	wf_msg_init(&msg, WF_MSG_ACCOUNT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "alice"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "sshd"), WF_OK);
	hand(&caller, &msg);
	lose();
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_UNAVAILABLE);
	gone(&caller);
}
END_TEST

/* Numbers of those who are gone are free again, all of them. */
START_TEST(callers_come_and_go)
{
	struct rig_peer caller;
	struct wf_msg msg;

	come_up();
	for (int i = 0; i < 1100; i++) {
		rig_peer_open(&caller, FRONT_PAM, 0);
		begin(&caller);
		expect(WF_MSG_RELAY, &msg);
		wf_msg_clear(&msg);
		ck_assert_uint_eq(caller.replies, 0);
		gone(&caller);
		expect(WF_MSG_CLOSE, &msg);
		wf_msg_clear(&msg);
	}
}
END_TEST

/* An answer that comes when the login has its answer is passed over. */
START_TEST(answer_after_its_end)
{
	struct rig_peer caller;
	struct wf_msg prompts, msg;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	ask(&caller, &msg);
	wf_msg_clear(&msg);
	rig_fill_answer(&prompts, &caller, "correct horse", "123456");
	lose();
	UNTIL(caller.replies == 2);
	hand(&caller, &prompts);
	ck_assert_uint_eq(caller.replies, 2);
	gone(&caller);
}
END_TEST

/* One row when it goes and one when it is back, and what nobody could be told meanwhile. */
START_TEST(rows_of_an_absence)
{
	struct rig_peer caller;
	struct audit_row row;

	come_up();
	lose();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	gone(&caller);
	for (int i = 0; i < 20; i++)
		pass(1000 * MS); /* tries again and again */
	open_ = true;
	UNTIL(centre.up);
	greet();
	expect_row("relay.away");
	row = take_row();
	ck_assert_str_eq(row.event, "login");
	ck_assert_int_eq(row.result, AUDIT_UNAVAILABLE);
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.source, "198.51.100.7");
	ck_assert_str_eq(row.reason, "centre-away");
	ck_assert_str_eq(row.host, HOST);
	expect_row("relay.back");
	UNTIL(centre.n == 0);
	said[0] = '\0';
	lose();
	open_ = true;
	pass(20000 * MS);
	greet();
	expect_row("relay.away");
	expect_row("relay.back");
}
END_TEST

/* Claims of programs without root's rights are no facts. */
START_TEST(rows_of_an_unverified_caller)
{
	struct rig_peer caller;
	struct audit_row row;

	come_up();
	lose();
	rig_peer_open(&caller, FRONT_PAM, 1000);
	begin(&caller);
	gone(&caller);
	open_ = true;
	pass(20000 * MS);
	greet();
	expect_row("relay.away");
	row = take_row();
	ck_assert_str_eq(row.detail, "claims of the peer unverified");
	ck_assert_str_ne(row.source, "198.51.100.7");
}
END_TEST

static const struct {
	const char *certificate, *because;
} strangers[] = {
	{"other", "IP address mismatch"},
	{"expired", "certificate has expired"},
	{"client", "unsuitable certificate purpose"},
};

START_TEST(not_the_centre)
{
	struct rig_peer caller;

	certificate = strangers[_i].certificate;
	UNTIL(strstr(said, "is away") != NULL);
	ck_assert_msg(strstr(said, strangers[_i].because) != NULL, "%s", said);
	ck_assert_uint_eq(centre.n, 0); /* nothing was said to it */
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&caller);
}
END_TEST

/* A message that the centre may not send, or one before its first word, ends the connection. */
START_TEST(nonsense_of_the_centre)
{
	struct wf_msg msg;

	expect(WF_MSG_HELLO, &msg);
	wf_msg_clear(&msg);
	wf_msg_init(&msg, WF_MSG_CLOSED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, 1), WF_OK);
	far_say(&centre, &msg);
	wf_msg_clear(&msg);
	UNTIL(centre.down);
	pass(20000 * MS);
	UNTIL(centre.up);
	greet();
	expect_row("relay.start");
	far_say_empty(&centre, WF_MSG_WORK);
	UNTIL(centre.down);
}
END_TEST

START_TEST(nonsense_for_a_caller)
{
	struct rig_peer caller;
	struct wf_msg asked, outer;
	uint64_t number;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect(WF_MSG_RELAY, &asked);
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_CHANNEL, &number), WF_OK);
	wf_msg_clear(&asked);
	wf_msg_init(&outer, WF_MSG_RELAYED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&outer, WF_F_CHANNEL, number), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&outer, WF_F_FRAME, "nonsense", 8), WF_OK);
	far_say(&centre, &outer);
	wf_msg_clear(&outer);
	UNTIL(centre.down);
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	gone(&caller);
}
END_TEST

static unsigned dropped;

static void
drop(struct engine_peer *peer)
{
	(void)peer;
	dropped++;
}

START_TEST(hung_up_on_by_the_centre)
{
	struct rig_peer caller;
	struct wf_msg asked, msg;
	uint64_t number;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	caller.peer.drop = drop;
	ask(&caller, &asked);
	ck_assert_int_eq(wf_msg_get_uint(&asked, WF_F_CHANNEL, &number), WF_OK);
	wf_msg_init(&msg, WF_MSG_CLOSED, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_CHANNEL, number), WF_OK);
	far_say(&centre, &msg);
	far_say(&centre, &msg); /* nobody has it any more */
	wf_msg_clear(&msg);
	wf_msg_clear(&asked);
	UNTIL(dropped > 0);
	turn();
	ck_assert_uint_eq(dropped, 1);
	ck_assert(centre.up);
	gone(&caller);
}
END_TEST

/* --- is it alive? --- */

static void
expect_ping(void)
{
	struct wf_msg msg;

	expect(WF_MSG_PING, &msg);
	wf_msg_clear(&msg);
}

/* Asked after five seconds of silence, or after one when somebody waits; given up 2.5 s later. */
START_TEST(signs_of_life)
{
	struct rig_peer caller;
	struct wf_msg asked;

	come_up();
	turn();
	turn();
	pass(5000 * MS);
	ck_assert_uint_eq(centre.n, 0);
	pass(1);
	expect_ping();
	far_say_empty(&centre, WF_MSG_PONG);
	for (int i = 0; i < 5; i++)
		turn();
	pass(2600 * MS);
	ck_assert(centre.up); /* it has answered */
	rig_peer_open(&caller, FRONT_PAM, 0);
	begin(&caller);
	expect(WF_MSG_RELAY, &asked);
	wf_msg_clear(&asked);
	expect_ping();
	pass(2500 * MS);
	ck_assert_uint_eq(caller.replies, 0);
	pass(1);
	UNTIL(caller.replies == 1);
	expect_verdict(&caller, WF_VERDICT_UNAVAILABLE, WF_TEXT_AWAY);
	ck_assert_ptr_nonnull(strstr(said, "it says nothing"));
	gone(&caller);
}
END_TEST

/* A person who thinks about the prompts makes nobody hurry. */
START_TEST(typing_is_no_waiting)
{
	struct rig_peer caller;
	struct wf_msg asked;

	come_up();
	rig_peer_open(&caller, FRONT_PAM, 0);
	ask(&caller, &asked);
	wf_msg_clear(&asked);
	for (int i = 0; i < 5; i++)
		turn();
	pass(4000 * MS);
	ck_assert_uint_eq(centre.n, 0);
	answer(&caller);
	expect(WF_MSG_RELAY, &asked);
	wf_msg_clear(&asked);
	pass(1);
	expect_ping();
	gone(&caller);
}
END_TEST

START_TEST(no_first_word)
{
	struct wf_msg msg;

	expect(WF_MSG_HELLO, &msg);
	wf_msg_clear(&msg);
	pass(5000 * MS);
	ck_assert(centre.up);
	pass(1);
	UNTIL(centre.down);
	ck_assert_ptr_nonnull(strstr(said, "it does not answer (if it refuses, its log says why)"));
}
END_TEST

/* --- the command --- */

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
	hand(&caller, &msg);
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
	ck_assert_ptr_nonnull(strstr(shown.cells, "is valid for 40 more days"));
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
	ck_assert_ptr_nonnull(strstr(shown.cells, "has ended; make a new one"));
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
		.clock = rig.clock,
		.say = say};
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
relay_suite(void)
{
	Suite *suite = suite_create("relay");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_login);
	tcase_add_test(tc, away_in_the_middle);
	tcase_add_test(tc, away_in_the_account_phase);
	tcase_add_test(tc, callers_come_and_go);
	tcase_add_test(tc, answer_after_its_end);
	tcase_add_test(tc, rows_of_an_absence);
	tcase_add_test(tc, rows_of_an_unverified_caller);
	tcase_add_loop_test(
		tc, not_the_centre, 0, (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_test(tc, nonsense_of_the_centre);
	tcase_add_test(tc, nonsense_for_a_caller);
	tcase_add_test(tc, hung_up_on_by_the_centre);
	tcase_add_test(tc, signs_of_life);
	tcase_add_test(tc, typing_is_no_waiting);
	tcase_add_test(tc, no_first_word);
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

UNIT_MAIN(relay_suite)
