/* One relay: let in by its certificate, then by what it may send. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/relay/hub_internal.h"
#include "common/fault.h"

#define COMPLAINT_US 1000000 /* one line a second about those who are not let in */

static wf_status
send_empty(struct guest *guest, enum wf_msg_type type)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	status = stream_send(guest->stream, &msg);
	wf_msg_clear(&msg);
	return status == WF_OK || status == WF_UNAVAILABLE ? WF_OK : status;
}

static void
send_channel(struct guest *guest, enum wf_msg_type type, uint32_t number)
{
	struct wf_msg msg;

	wf_msg_init(&msg, type, WF_WIRE_VERSION);
	if (wf_msg_add_uint(&msg, WF_F_CHANNEL, number) != WF_OK ||
		stream_send(guest->stream, &msg) != WF_OK)
		stream_end(guest->stream, "it cannot be told that a caller is hung up on");
	wf_msg_clear(&msg);
}

void
guest_forget(struct guest *guest, struct caller *caller, bool tell)
{
	if (tell)
		send_channel(guest, WF_MSG_CLOSED, caller->number);
	channels_remove(&guest->channels, caller->number);
	caller_free(caller);
}

/* --- what a relay may send --- */

static wf_status
take_hello(struct guest *guest, const struct wf_msg *msg)
{
	const uint8_t *boot;
	size_t len, at = 0;

	if (guest->boot[0] != '\0' || wf_msg_get_bytes(msg, WF_F_BOOT, 0, &boot, &len) != WF_OK)
		return WF_DENIED;
	for (size_t i = 0; i < len && at + 2 < sizeof(guest->boot); i++)
		at += (size_t)snprintf(guest->boot + at, sizeof(guest->boot) - at, "%02x", boot[i]);
	hub_say(guest->hub, LOG_NOTICE, "relay %s at %s is connected", guest->name, guest->from);
	return send_empty(guest, WF_MSG_PONG);
}

static wf_status
take_close(struct guest *guest, const struct wf_msg *msg)
{
	struct caller *caller;
	uint64_t number;

	if (wf_msg_get_uint(msg, WF_F_CHANNEL, &number) != WF_OK)
		return WF_INVALID;
	caller = channels_get(&guest->channels, (uint32_t)number);
	if (caller != NULL)
		guest_forget(guest, caller, false);
	return WF_OK;
}

static wf_status
take_ping(struct guest *guest, const struct wf_msg *msg)
{
	(void)msg;
	return send_empty(guest, WF_MSG_PONG);
}

/* The permit table of the role `relay`. */
static const struct permit {
	enum wf_msg_type type;
	bool first; /* before HELLO */
	wf_status (*take)(struct guest *guest, const struct wf_msg *msg);
} permits[] = {
	{WF_MSG_HELLO, true, take_hello},
	{WF_MSG_RELAY, false, caller_message},
	{WF_MSG_CLOSE, false, take_close},
	{WF_MSG_REPORT, false, report_take},
	{WF_MSG_PING, false, take_ping},
};

static wf_status
take(void *ctx, const struct wf_msg *msg)
{
	struct guest *guest = ctx;
	const struct wf_msg_spec *spec = wf_wire_msg(msg->type);

	guest->heard_us = wf_clock_now(&guest->hub->options.clock).boot_us;
	for (size_t i = 0; i < sizeof(permits) / sizeof(permits[0]); i++)
		if (permits[i].type == msg->type && (permits[i].first || guest->boot[0] != '\0'))
			return permits[i].take(guest, msg);
	hub_say(guest->hub, LOG_WARNING, "relay %s at %s sent %s, which a relay may not send here",
		guest->name, guest->from, spec != NULL ? spec->name : "an unknown message");
	return WF_DENIED;
}

/* --- coming and going --- */

/*
 * Two cannot be the same host: the newer one counts, the older one is likely to be a connection
 * that broke.
 */
static void
replace(const struct guest *newer)
{
	for (struct guest *guest = newer->hub->guests; guest != NULL; guest = guest->next)
		if (guest != newer && strcmp(guest->name, newer->name) == 0)
			stream_end(guest->stream, "the host came again over another connection");
}

static wf_status
up(void *ctx)
{
	struct guest *guest = ctx;
	struct hub *hub = guest->hub;
	char name[CONFIG_HOST_SIZE], shown[256], why[sizeof(shown) + 64];
	wf_status status = trust_name(
		stream_tls(guest->stream), &hub->config->relays, name, shown, sizeof(shown));

	if (status != WF_OK) {
		(void)snprintf(why, sizeof(why), "its name '%s' is not among relays.allow", shown);
		stream_end(guest->stream, why);
		return WF_OK;
	}
	memcpy(guest->name, name, sizeof(guest->name));
	replace(guest);
	return WF_OK;
}

static void
down(void *ctx, const char *why)
{
	struct guest *guest = ctx;
	struct hub *hub = guest->hub;
	int64_t now_us = wf_clock_now(&hub->options.clock).boot_us;

	if (guest->name[0] != '\0') {
		hub_say(hub, LOG_WARNING, "relay %s at %s is gone: %s", guest->name, guest->from,
			why);
	} else if (hub->refused_us == 0 || now_us - hub->refused_us >= COMPLAINT_US) {
		hub_say(hub, LOG_WARNING, "a relay from %s is not let in: %s", guest->from, why);
		hub->refused_us = now_us;
	}
	guest_free(guest);
}

static void
sweep(evutil_socket_t fd, short what, void *arg)
{
	struct guest *guest = arg;
	struct caller *caller;
	size_t at = 0;

	(void)fd;
	(void)what;
	while ((caller = channels_each(&guest->channels, &at)) != NULL)
		if (caller->dropped)
			guest_forget(guest, caller, true);
}

static wf_status
start(struct guest *guest, int fd)
{
	struct stream_options options = {
		.base = guest->hub->options.base,
		.fd = fd,
		.context = guest->hub->context,
		.end = TRUST_CENTRE,
		.ctx = guest,
		.up = up,
		.take = take,
		.down = down,
	};
	wf_status status = stream_new(&options, &guest->stream);

	if (status != WF_OK)
		return status;
	guest->sweep = evtimer_new(guest->hub->options.base, sweep, guest);
	return guest->sweep != NULL ? WF_OK : WF_NO_MEMORY;
}

void
guest_new(struct hub *hub, int fd, const char *from)
{
	struct guest *guest = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*guest));

	if (guest == NULL) {
		close(fd);
		return;
	}
	guest->hub = hub;
	guest->heard_us = wf_clock_now(&hub->options.clock).boot_us;
	(void)snprintf(guest->from, sizeof(guest->from), "%s", from);
	guest->next = hub->guests;
	if (guest->next != NULL)
		guest->next->link = &guest->next;
	guest->link = &hub->guests;
	hub->guests = guest;
	hub->nguests++;
	if (start(guest, fd) != WF_OK) {
		hub_say(hub, LOG_WARNING, "a relay from %s is not let in: no memory", from);
		guest_free(guest);
	}
}

void
guest_free(struct guest *guest)
{
	struct caller *caller;
	size_t at = 0;

	while ((caller = channels_each(&guest->channels, &at)) != NULL)
		guest_forget(guest, caller, false);
	if (guest->report != NULL)
		guest->report->guest = NULL;
	stream_free(&guest->stream);
	if (guest->sweep != NULL)
		event_free(guest->sweep);
	*guest->link = guest->next;
	if (guest->next != NULL)
		guest->next->link = guest->link;
	guest->hub->nguests--;
	free(guest);
}
