/*
 * The connection to the centre: kept open, tried again after growing pauses, and given up when
 * the centre says nothing. A centre that is stopped or cut off is found out before the PAM
 * module's patience ends.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/relay/relay_internal.h"
#include "common/random.h"

#define WAIT_LEAST_US INT64_C(250000)
#define WAIT_MOST_US INT64_C(10000000)
#define PING_BUSY_US \
	INT64_C(1000000) /* since the last message, while somebody waits for an answer */
#define PING_IDLE_US INT64_C(5000000)
#define PONG_US INT64_C(2500000) /* for the answer */

static int64_t
now_us(const struct relay *relay)
{
	return wf_clock_now(&relay->options.clock).boot_us;
}

/* Hundreds of hosts shall not come back in the same moment: half of the pause is chance. */
static void
wait_for_next(struct relay *relay)
{
	uint32_t chance = 0;

	if (relay->wait_us < WAIT_LEAST_US)
		relay->wait_us = WAIT_LEAST_US;
	if (wf_random_below((uint32_t)(relay->wait_us / 2), &chance) != WF_OK)
		chance = 0;
	relay->try_us = now_us(relay) + relay->wait_us / 2 + chance;
	relay->wait_us = relay->wait_us * 2 > WAIT_MOST_US ? WAIT_MOST_US : relay->wait_us * 2;
}

/* Not for each attempt. */
void
centre_told_away(struct relay *relay, const char *why)
{
	char detail[400];

	if (relay->told_away)
		return;
	relay->told_away = true;
	relay_say(relay, LOG_ERR,
		"the centre %s is away: %s; logins are unavailable until it is back",
		relay->config->relay.server, why);
	(void)snprintf(detail, sizeof(detail), "%s: %s", relay->config->relay.server, why);
	rows_system(relay, "relay.away", detail);
}

void
centre_told_back(struct relay *relay)
{
	relay_say(relay, LOG_NOTICE, "the centre %s is there", relay->config->relay.server);
	if (relay->told_away)
		rows_system(relay, "relay.back", relay->config->relay.server);
	relay->told_away = false;
}

void
centre_close(struct relay *relay)
{
	stream_free(&relay->stream);
	if (relay->state != RELAY_DIALS)
		relay->state = RELAY_AWAY;
	relay->reporting = false;
	relay->pinged_us = 0;
}

void
centre_lost(struct relay *relay, const char *why)
{
	(void)snprintf(relay->why, sizeof(relay->why), "%s", why);
	centre_close(relay);
	locals_away(relay);
	centre_told_away(relay, why);
	wait_for_next(relay);
}

/* --- messages --- */

static wf_status
send_hello(struct relay *relay)
{
	char text[37];
	uint8_t boot[16] = {0};
	struct wf_msg msg;
	wf_status status;
	size_t digits = 0;

	wf_clock_boot_id(text);
	for (const char *at = text; *at != '\0' && digits < 2 * sizeof(boot); at++) {
		static const char hex[] = "0123456789abcdef";
		const char *digit = strchr(hex, *at);

		if (digit == NULL)
			continue;
		boot[digits / 2] = (uint8_t)(boot[digits / 2] << 4 | (digit - hex));
		digits++;
	}
	wf_msg_init(&msg, WF_MSG_HELLO, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_BOOT, boot, sizeof(boot));
	if (status == WF_OK)
		status = stream_send(relay->stream, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
take_pong(struct relay *relay, const struct wf_msg *msg)
{
	(void)msg;
	if (relay->state == RELAY_UP)
		return;
	relay->state = RELAY_UP;
	relay->wait_us = WAIT_LEAST_US;
	centre_told_back(relay);
	rows_send(relay);
}

static const struct {
	enum wf_msg_type type;
	void (*take)(struct relay *relay, const struct wf_msg *msg);
} takes[] = {
	{WF_MSG_PONG, take_pong},
	{WF_MSG_RELAYED, local_reply},
	{WF_MSG_CLOSED, local_closed},
	{WF_MSG_REPORTED, rows_sent},
};

static wf_status
take(void *ctx, const struct wf_msg *msg)
{
	struct relay *relay = ctx;

	relay->heard_us = now_us(relay);
	relay->pinged_us = 0;
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		if (takes[i].type != msg->type ||
			(relay->state != RELAY_UP && msg->type != WF_MSG_PONG))
			continue;
		takes[i].take(relay, msg);
		return WF_OK;
	}
	return WF_DENIED;
}

static wf_status
up(void *ctx)
{
	struct relay *relay = ctx;

	relay->heard_us = now_us(relay);
	return send_hello(relay);
}

static void
down(void *ctx, const char *why)
{
	struct relay *relay = ctx;
	char text[sizeof(relay->why)];

	/* What TLS had to tell may have been lost when the other end hung up. */
	if (relay->state == RELAY_SHAKES)
		(void)snprintf(text, sizeof(text), "%.150s (if it refuses, its log says why)", why);
	else
		(void)snprintf(text, sizeof(text), "%.200s", why);
	centre_lost(relay, text);
}

/* --- connecting --- */

wf_status
centre_start(struct relay *relay, int fd)
{
	struct stream_options options = {
		.base = relay->options.base,
		.fd = fd,
		.context = relay->context,
		.end = TRUST_RELAY,
		.host = relay->config->relay.host,
		.ctx = relay,
		.up = up,
		.take = take,
		.down = down,
	};
	wf_status status = stream_new(&options, &relay->stream);

	if (status == WF_OK)
		relay->state = RELAY_SHAKES;
	relay->heard_us = now_us(relay);
	relay->pinged_us = 0;
	return status;
}

static void
dialled(struct mailbox_post *post)
{
	struct relay *relay = post->ctx;
	int fd = relay->dial.fd;

	relay->state = RELAY_AWAY;
	if (relay->stopping) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fd < 0)
		centre_lost(relay, relay->dial.why);
	else if (centre_start(relay, fd) != WF_OK)
		centre_lost(relay, "no memory");
}

static void
run_dial(struct worker_job *job, void *scratch)
{
	struct relay *relay = job->ctx;

	(void)scratch;
	wf_dial_run(&relay->dial);
}

static void
dial_done(struct worker_job *job, wf_status status)
{
	struct relay *relay = job->ctx;

	if (status != WF_OK)
		relay->dial.fd = -1;
	relay->dialled = (struct mailbox_post){.run = dialled, .ctx = relay};
	mailbox_post(relay->options.mailbox, &relay->dialled);
}

void
centre_try(struct relay *relay)
{
	const struct config_relay *centre = &relay->config->relay;

	if (relay->stopping || now_us(relay) < relay->try_us)
		return;
	relay->dial = (struct wf_dial){
		.fd = -1, .type = SOCK_STREAM, .clock = relay->options.clock};
	(void)snprintf(relay->dial.host, sizeof(relay->dial.host), "%s", centre->host);
	(void)snprintf(relay->dial.port, sizeof(relay->dial.port), "%s", centre->port);
	relay->dial_job = (struct worker_job){
		.run = run_dial, .done = dial_done, .ctx = relay, .deadline_boot_us = INT64_MAX};
	relay->state = RELAY_DIALS;
	if (worker_submit(relay->options.dialler, &relay->dial_job) == WF_OK)
		return;
	relay->state = RELAY_AWAY;
	wait_for_next(relay);
}

/* --- is it alive? --- */

static bool
somebody_waits(const struct relay *relay)
{
	for (const struct local *local = relay->locals; local != NULL; local = local->next)
		if (local->pending > 0 && !local->typing)
			return true;
	return relay->reporting;
}

static void
ping(struct relay *relay)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_PING, WF_WIRE_VERSION);
	if (stream_send(relay->stream, &msg) == WF_OK)
		relay->pinged_us = now_us(relay);
	wf_msg_clear(&msg);
}

void
centre_watch(struct relay *relay)
{
	int64_t now = now_us(relay);
	int64_t silence = now - relay->heard_us;

	if (relay->stream == NULL)
		return;
	if (relay->state == RELAY_SHAKES) {
		if (silence > WF_STREAM_HANDSHAKE_S * INT64_C(1000000))
			stream_end(relay->stream, "it does not answer");
		return;
	}
	if (relay->pinged_us != 0) {
		if (now - relay->pinged_us > PONG_US)
			stream_end(relay->stream, "it says nothing");
	} else if (silence > (somebody_waits(relay) ? PING_BUSY_US : PING_IDLE_US)) {
		ping(relay);
	}
}

/* --- the way of TLS --- */

static wf_status
configure(struct relay *relay, const struct config *config, char *why_r, size_t size)
{
	SSL_CTX *context = NULL;
	wf_status status = trust_new(&config->relay.trust, TRUST_RELAY, &context, why_r, size);

	if (status != WF_OK)
		return status;
	SSL_CTX_free(relay->context);
	relay->context = context;
	relay->config = config;
	relay->terms_us = 0;
	if (relay->stream != NULL)
		centre_lost(relay, "the configuration was loaded anew");
	relay->try_us = 0;
	return WF_OK;
}

static void
tick(struct relay *relay)
{
	char text[WF_TERM_TEXT_MAX];

	if (wf_term_due(&relay->terms_us, now_us(relay)) &&
		trust_check(relay->context, &relay->config->relay.trust, text) != WF_OK)
		relay_say(relay, LOG_WARNING, "relay: %s", text);
	if (relay->state == RELAY_AWAY)
		centre_try(relay);
	else
		centre_watch(relay);
	rows_send(relay);
}

const struct relay_way relay_over_tls = {
	.configure = configure,
	.tick = tick,
	.message = local_message,
	.gone = local_gone,
	.close = centre_close,
};
