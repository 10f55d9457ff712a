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

static const struct relay_way *
way_of(const struct config *config)
{
	return config->relay.upstream[0] == '\0' ? &relay_over_tls : &relay_over_radius;
}

static wf_status
handle(void *ctx, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct relay *relay = ctx;

	peer->version = msg->version;
	return peer->role == FRONT_CONTROL ? acts_message(relay, peer, msg)
					   : relay->way->message(relay, peer, msg);
}

static void
gone(void *ctx, struct engine_peer *peer)
{
	((struct relay *)ctx)->way->gone(peer);
}

static bool
idle(void *ctx, const struct engine_peer *peer)
{
	(void)ctx;
	return local_idle(peer);
}

static void
start(struct relay *relay)
{
	char detail[400];

	(void)snprintf(detail, sizeof(detail), "version %s, centre %s", PACKAGE_VERSION,
		relay->config->relay.server);
	rows_system(relay, "relay.start", detail);
	relay->started_us = wf_clock_now(&relay->options.clock).wall_us;
	relay->way->tick(relay);
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
	relay->way = way_of(config);
	relay->taker =
		(struct front_taker){.ctx = relay, .handle = handle, .gone = gone, .idle = idle};
	status = refusals_new(&relay->refusals);
	if (status == WF_OK)
		status = rows_open(relay, relay->way == &relay_over_tls, why_r, size);
	if (status == WF_OK)
		status = relay->way->configure(relay, config, why_r, size);
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
	if (relay->way == way_of(config))
		return relay->way->configure(relay, config, why_r, size);
	(void)snprintf(why_r, size, "the centre is to be reached another way: restart the daemon");
	return WF_INVALID;
}

void
relay_tick(struct relay *relay)
{
	rows_flush(relay, false);
	relay->way->tick(relay);
}

void
relay_stop(struct relay *relay)
{
	relay->stopping = true;
	rows_flush(relay, true);
	rows_system(relay, "relay.stop", "");
	locals_away(relay);
	relay->way->close(relay);
}

void
relay_free(struct relay **relay)
{
	struct relay *it = *relay;

	*relay = NULL;
	if (it == NULL)
		return;
	it->way->close(it);
	while (it->locals != NULL)
		it->way->gone(it->locals->peer);
	free(it->accepted);
	spool_close(&it->spool);
	diary_close(&it->diary);
	refusals_free(&it->refusals);
	SSL_CTX_free(it->context);
	free(it);
}
