/*
 * A whole RADIUS server in the test's process: configuration, secret and dictionaries from files, a
 * UDP socket of loopback, a fake daemon behind it. The test turns its loop. Failures inside end
 * the test.
 */
#ifndef WF_TESTS_UNIT_RADIUS_SERVER_RIG_H
#define WF_TESTS_UNIT_RADIUS_SERVER_RIG_H

#include "radius/server.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/radius/fake_daemon.h"

struct server_rig {
	char folder[32], config[64];
	struct fake_daemon daemon;
	struct wf_options options;
	struct server server;
	uint16_t port;	/* of the server */
	int device;	/* a gateway's socket, connected to it */
	int log;	/* what the server said, a file without name */
};

/*
 * One client "vpn", whose secret is "secret-of-the-vpn" and whose section has these options
 * besides; its network is 127.0.0.1 if they name none. The daemon is connected.
 */
void server_rig_open(struct server_rig *rig, const char *options);
void server_rig_close(struct server_rig *rig);
/* As server_rig_open() has done it; for a reload. */
void server_rig_configure(const struct server_rig *rig, const char *options);
void server_rig_secret(const struct server_rig *rig, const char *text);
/* Whatever has come is handled; a tick or more passes. */
void server_rig_turn(struct server_rig *rig);
/* A login of alice with a password of four, signed with `secret`, from the gateway. */
void server_rig_login(struct server_rig *rig, uint8_t id, const char *secret);
/* The next message but WORK that the daemon hears; the test ends if there is none. */
void server_rig_hear(struct server_rig *rig, enum wf_msg_type type, struct wf_msg *msg_r);
/* Is there none? */
bool server_rig_silent(struct server_rig *rig);
/* A packet that the gateway has got; its length, 0 if there is none. */
size_t server_rig_receive(struct server_rig *rig, uint8_t bytes_r[PACKET_MAX]);
/* All that the server has said so far; valid until the next call. */
const char *server_rig_said(const struct server_rig *rig);

#endif
