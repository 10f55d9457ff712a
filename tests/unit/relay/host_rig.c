/* The relay, its dialler's thread and its spool are real; time is the rig's. */
#include "config.h"

#include "tests/unit/relay/host_rig.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct rig rig; /* its loop, mailbox and clock; and messages */
struct authority authority;
struct config config; /* the host's */
struct worker_pool *dialler;
struct relay *relay;
const struct front_taker *taker;
struct far centre;
static int listener;
const char *certificate; /* that the centre shows */
bool open_; /* the centre takes connections */

void
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

void
pass(int64_t us)
{
	pthread_mutex_lock(&rig.lock);
	rig.now.boot_us += us;
	rig.now.wall_us += us;
	pthread_mutex_unlock(&rig.lock);
	turn();
}

void
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

void
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

void
stop_relay(void)
{
	relay_stop(relay);
	worker_pool_free(&dialler);
	mailbox_run(rig.mailbox);
	relay_free(&relay);
	ck_assert_ptr_null(relay);
	relay_free(&relay);
}

void
setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	rig_open(&rig);
	authority_open(&authority);
	issue("centre", "IP:127.0.0.1", "serverAuth", 7200);
	issue("other", "IP:127.0.0.2", "serverAuth", 7200);
	issue("expired", "IP:127.0.0.1", "serverAuth", -3600);
	issue("client", "IP:127.0.0.1", "clientAuth", 7200);
	issue("host", "DNS:" HOST, "clientAuth", 40 * 86400 - 3600);
	listener = far_listen();
	certificate = "centre";
	open_ = true;
	said_forget();
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

void
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

void
expect(enum wf_msg_type type, struct wf_msg *msg_r)
{
	UNTIL(centre.n > 0);
	ck_assert(far_hear(&centre, msg_r));
	ck_assert_int_eq(msg_r->type, type);
}

/* Takes the row that the host reports, and says that it is stored. */
struct audit_row
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

void
expect_row(const char *event)
{
	const struct audit_row row = take_row();

	ck_assert_str_eq(row.event, event);
}

/* The connection is there and greeted, but for the rows. */
void
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

void
come_up(void)
{
	greet();
	expect_row("relay.start");
	UNTIL(strstr(said, "is there") != NULL);
}

void
lose(void)
{
	far_close(&centre);
	open_ = false;
	UNTIL(strstr(said, "is away") != NULL);
}
