/* What the relays say is real, and so is what is behind the hub. */
#include "config.h"

#include "tests/unit/relay/hub_rig.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct rig rig;
struct authority authority;
struct hub *hub;
struct far far_, other;
unsigned port;

void
turn(void)
{
	event_base_loop(rig.base, EVLOOP_NONBLOCK);
	usleep(1000);
}

void
issue(const char *file, const char *name, const char *names, const char *usage)
{
	const struct authority_wish wish = {
		.file = file, .name = name, .names = names, .usage = usage};

	authority_issue(&authority, &wish);
}

struct config_listener
loopback(unsigned at)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)at),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct config_listener listener = {.address_len = sizeof(address)};

	memcpy(&listener.address, &address, sizeof(address));
	return listener;
}

static void
start_hub(void)
{
	const struct hub_options options = {
		.base = rig.base,
		.engine = rig.engine,
		.store = rig.store,
		.mailbox = rig.mailbox,
		.clock = rig.clock,
		.say = say,
	};
	struct config_listener listener = loopback(0);
	char why[256] = "";
	int fd;

	ck_assert_int_eq(hub_socket(&listener, &fd), WF_OK);
	port = far_port(fd);
	ck_assert_msg(hub_new(&options, &rig.config, &hub, why, sizeof(why)) == WF_OK, "%s", why);
	ck_assert_int_eq(hub_listen(hub, fd), WF_OK);
}

void
setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	rig_open(&rig);
	authority_open(&authority);
	issue("centre", "centre.test", "IP:127.0.0.1", "serverAuth");
	issue("host", "a name that does not count", "DNS:" HOST, "clientAuth");
	far_trust(&authority, "centre", &rig.config.relays.trust);
	rig.config.relays.nlisteners = 1;
	rig.config.relays.nallow = 2;
	snprintf(rig.config.relays.allow[0], CONFIG_HOST_SIZE, "%s", HOST);
	snprintf(rig.config.relays.allow[1], CONFIG_HOST_SIZE, "web2.test");
	said_forget();
	start_hub();
}

void
teardown(void)
{
	far_close(&far_);
	hub_close(hub);
	while (hub_busy(hub))
		turn();
	rig_settle(&rig);
	hub_free(&hub);
	ck_assert_ptr_null(hub);
	hub_free(&hub);
	authority_close(&authority);
	rig_close(&rig);
}

void
dial(struct far *far, const char *file)
{
	far_open(far, rig.base, far_dial(port), &authority, file, TRUST_RELAY);
}

void
hello(struct far *far)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_HELLO, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_BOOT, "0123456789abcdef", 16), WF_OK);
	far_say(far, &msg);
	wf_msg_clear(&msg);
}

/* The next message that the relay gets. */
void
expect(struct far *far, enum wf_msg_type type, struct wf_msg *msg_r)
{
	UNTIL(far->n > 0 || far->down);
	ck_assert_msg(far_hear(far, msg_r), "%s; %s", far->why, said);
	ck_assert_int_eq(msg_r->type, type);
}

void
expect_only(struct far *far, enum wf_msg_type type)
{
	struct wf_msg msg;

	expect(far, type, &msg);
	wf_msg_clear(&msg);
}

/* A relay that is let in and greeted. */
void
come(struct far *far)
{
	dial(far, "host");
	UNTIL(far->up);
	hello(far);
	expect_only(far, WF_MSG_PONG);
}
