/* The life of the host's end; see the header. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/relay/relay_internal.h"
#include "common/fault.h"

void
relay_say(const struct relay *relay, int priority, const char *format, ...)
{
	char text[512];
	va_list list;

	if (relay->options.say == NULL)
		return;
	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	relay->options.say(priority, text);
}

static wf_status
handle(void *ctx, struct engine_peer *peer, const struct wf_msg *msg)
{
	peer->version = msg->version;
	return peer->role == FRONT_CONTROL ? acts_message(ctx, peer, msg)
					   : local_message(ctx, peer, msg);
}

static void
gone(void *ctx, struct engine_peer *peer)
{
	(void)ctx;
	local_gone(peer);
}

static bool
idle(void *ctx, const struct engine_peer *peer)
{
	(void)ctx;
	return local_idle(peer);
}

static wf_status
open_spool(struct relay *relay, char *why_r, size_t size)
{
	char path[sizeof(relay->config->state_dir) + 32];

	(void)snprintf(path, sizeof(path), "%s/relay.spool", relay->config->state_dir);
	return spool_open(path, &relay->spool, why_r, size);
}

static void
start(struct relay *relay)
{
	char detail[400];

	(void)snprintf(detail, sizeof(detail), "version %s, centre %s", PACKAGE_VERSION,
		relay->config->relay.server);
	rows_system(relay, "relay.start", detail);
	relay->started_us = wf_clock_now(&relay->options.clock).wall_us;
	centre_try(relay);
}

wf_status
relay_new(const struct relay_options *options, const struct config *config, struct relay **relay_r,
	char *why_r, size_t size)
{
	struct relay *relay = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*relay));
	wf_status status;

	(void)snprintf(why_r, size, "no memory");
	if (relay == NULL)
		return WF_NO_MEMORY;
	relay->options = *options;
	relay->config = config;
	relay->taker =
		(struct front_taker){.ctx = relay, .handle = handle, .gone = gone, .idle = idle};
	status = refusals_new(&relay->refusals);
	if (status == WF_OK)
		status = open_spool(relay, why_r, size);
	if (status == WF_OK)
		status = trust_new(&config->relay.trust, TRUST_RELAY, &relay->context, why_r, size);
	if (status != WF_OK) {
		relay_free(&relay);
		return status;
	}
	start(relay);
	*relay_r = relay;
	return WF_OK;
}

const struct front_taker *
relay_taker(struct relay *relay)
{
	return &relay->taker;
}

wf_status
relay_configure(struct relay *relay, const struct config *config, char *why_r, size_t size)
{
	SSL_CTX *context = NULL;
	wf_status status = trust_new(&config->relay.trust, TRUST_RELAY, &context, why_r, size);

	if (status != WF_OK)
		return status;
	SSL_CTX_free(relay->context);
	relay->context = context;
	relay->config = config;
	if (relay->stream != NULL)
		centre_lost(relay, "the configuration was loaded anew");
	relay->try_us = 0;
	return WF_OK;
}

void
relay_tick(struct relay *relay)
{
	rows_flush(relay, false);
	if (relay->state == RELAY_AWAY)
		centre_try(relay);
	else
		centre_watch(relay);
	rows_send(relay);
}

void
relay_stop(struct relay *relay)
{
	relay->stopping = true;
	rows_flush(relay, true);
	rows_system(relay, "relay.stop", "");
	locals_away(relay);
	centre_close(relay);
}

void
relay_free(struct relay **relay)
{
	struct relay *it = *relay;

	*relay = NULL;
	if (it == NULL)
		return;
	centre_close(it);
	while (it->locals != NULL)
		local_gone(it->locals->peer);
	spool_close(&it->spool);
	refusals_free(&it->refusals);
	SSL_CTX_free(it->context);
	free(it);
}
