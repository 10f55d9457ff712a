/*
 * main() of the server does the same with privileges and a cage around it. The dictionaries are
 * those of the source (WF_RADIUSDIR of the test's own site.c).
 */
#include "config.h"

#include "tests/unit/radius/server_rig.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/say.h"

#define TURN_MS 60 /* longer than a tick */

static FILE *
create(const struct server_rig *rig, const char *name)
{
	char path[80];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", rig->folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
	return file;
}

void
server_rig_secret(const struct server_rig *rig, const char *text)
{
	FILE *file = create(rig, "secret");

	ck_assert_int_ge(fprintf(file, "%s\n", text), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void
server_rig_configure(const struct server_rig *rig, const char *options)
{
	FILE *file = create(rig, "warifu.conf");

	fprintf(file, "radius {\n\tuser = \"\"\n\tstate_dir = \"%s\"\n}\n", rig->folder);
	fprintf(file, "client vpn {\n\tsecret_file = \"%s/secret\"\n%s%s}\n", rig->folder,
		strstr(options, "network") == NULL ? "\tnetwork = \"127.0.0.1\"\n" : "", options);
	ck_assert_int_eq(fclose(file), 0);
}

/* The configured listeners are passed over for one at a free port. */
static void
listen_somewhere(struct server_rig *rig)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct config_listener listener = {.address_len = sizeof(address)};
	socklen_t len = sizeof(address);

	memcpy(&listener.address, &address, sizeof(address));
	ck_assert_int_eq(listener_open(&listener, &rig->server.fds[0]), WF_OK);
	rig->server.nfds = 1;
	ck_assert_int_eq(
		getsockname(rig->server.fds[0], (struct sockaddr *)&address, &len), 0);
	rig->port = ntohs(address.sin_port);
	rig->device = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(connect(rig->device, (const struct sockaddr *)&address, len), 0);
}

static void
load(struct server_rig *rig)
{
	char why[SITE_WHY_MAX] = "", path[80];
	size_t line;

	rig->options.config = rig->config;
	rig->server.options = &rig->options;
	rig->server.clock = wf_clock_system;
	rig->server.daemon_uid = geteuid();
	snprintf(rig->server.daemon_path, sizeof(rig->server.daemon_path), "%s",
		rig->daemon.path);
	ck_assert_msg(
		site_load(rig->config, &rig->server.books, &rig->server.site, why) == WF_OK,
		"%s", why);
	snprintf(path, sizeof(path), "%s/learned", rig->folder);
	ck_assert_int_eq(learned_open(path, &rig->server.learned, &line), WF_OK);
}

static void
keep_log(struct server_rig *rig)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	rig->log = dup(fileno(file));
	fclose(file);
	ck_assert_int_ge(dup2(rig->log, STDERR_FILENO), 0);
	wf_say_open("warifu-radiusd", true);
}

void
server_rig_open(struct server_rig *rig, const char *options)
{
	*rig = (struct server_rig){.folder = "/tmp/warifu-radius-XXXXXX"};
	ck_assert_ptr_nonnull(mkdtemp(rig->folder));
	snprintf(rig->config, sizeof(rig->config), "%s/warifu.conf", rig->folder);
	server_rig_secret(rig, "secret-of-the-vpn");
	server_rig_configure(rig, options);
	keep_log(rig);
	fake_daemon_open(&rig->daemon);
	load(rig);
	listen_somewhere(rig);
	ck_assert_msg(server_set_up(&rig->server), "%s", server_rig_said(rig));
	ck_assert(fake_daemon_accept(&rig->daemon));
	server_rig_turn(rig);
}

void
server_rig_close(struct server_rig *rig)
{
	static const char *const names[] = {"warifu.conf", "secret", "learned"};
	char path[80];

	server_clear(&rig->server);
	fake_daemon_close(&rig->daemon);
	close(rig->device);
	close(rig->log);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", rig->folder, names[i]);
		unlink(path);
	}
	rmdir(rig->folder);
}

void
server_rig_turn(struct server_rig *rig)
{
	const struct timeval turn = {.tv_usec = TURN_MS * 1000};

	ck_assert_int_eq(event_base_loopexit(rig->server.base, &turn), 0);
	ck_assert_int_ge(event_base_dispatch(rig->server.base), 0);
}

void
server_rig_login(struct server_rig *rig, uint8_t id, const char *secret)
{
	struct binding binding;
	struct craft craft;
	uint8_t pad[DIGEST_LEN];
	struct digest_part parts[] = {{secret, strlen(secret)}, {craft.bytes + 4, 16}};

	craft_binding(&binding, secret);
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft.bytes[1] = craft.bytes[4] = id;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, pad), WF_OK);
	for (size_t i = 0; i < 4; i++)
		pad[i] ^= (uint8_t)"open"[i];
	craft_text(&craft, ATTR_USER_NAME, "alice");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_add(&craft, ATTR_USER_PASSWORD, pad, sizeof(pad));
	craft_sign(&craft, &binding);
	craft_unbind(&binding);
	ck_assert_int_eq(send(rig->device, craft.bytes, craft.len, 0), (ssize_t)craft.len);
	server_rig_turn(rig);
}

/* WORK, which every connection begins with, is passed over. */
static bool
hear(struct server_rig *rig, struct wf_msg *msg_r)
{
	while (fake_daemon_hear(&rig->daemon, msg_r)) {
		if (msg_r->type != WF_MSG_WORK)
			return true;
		wf_msg_clear(msg_r);
	}
	return false;
}

void
server_rig_hear(struct server_rig *rig, enum wf_msg_type type, struct wf_msg *msg_r)
{
	ck_assert_msg(hear(rig, msg_r), "nothing was asked; said: %s", server_rig_said(rig));
	ck_assert_int_eq(msg_r->type, type);
}

bool
server_rig_silent(struct server_rig *rig)
{
	struct wf_msg msg;

	if (!hear(rig, &msg))
		return true;
	wf_msg_clear(&msg);
	return false;
}

size_t
server_rig_receive(struct server_rig *rig, uint8_t bytes_r[PACKET_MAX])
{
	ssize_t got = recv(rig->device, bytes_r, PACKET_MAX, 0);

	return got > 0 ? (size_t)got : 0;
}

const char *
server_rig_said(const struct server_rig *rig)
{
	static char text[16384];
	ssize_t len = pread(rig->log, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}
