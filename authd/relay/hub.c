/* Listening for relays, and the life of the hub; see the header. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/relay/hub_internal.h"
#include "common/fault.h"
#include "common/tls/accept.h"

#define SILENT_US INT64_C(30000000) /* a relay says something every few seconds */
#define STRANGERS_MAX 64            /* connections beyond one for each allowed host */

void
hub_say(const struct hub *hub, int priority, const char *format, ...)
{
	char text[512];
	va_list list;

	if (hub->options.say == NULL)
		return;
	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	hub->options.say(priority, text);
}

wf_status
hub_socket(const struct config_listener *listener, int *fd_r)
{
	return wf_accept_socket(&listener->address, listener->address_len, fd_r);
}

/* Until the next tick: without a descriptor the loop would only turn. */
static void
pause_accepting(struct hub *hub)
{
	hub->paused = true;
	for (size_t i = 0; i < hub->nlisteners; i++)
		(void)event_del(hub->listeners[i].event);
	if (wf_accept_pause_due(&hub->paused_us, wf_clock_now(&hub->options.clock).boot_us))
		hub_say(hub, LOG_WARNING,
			"relays cannot connect: there are no descriptors or no memory left");
}

static void
accept_ready(evutil_socket_t fd, short what, void *arg)
{
	struct hub_listener *listener = arg;
	struct hub *hub = listener->hub;
	struct sockaddr_storage address;
	char from[64];
	wf_status status;
	int client;

	(void)what;
	status = wf_accept((int)fd, &address, &client);
	if (status == WF_IO)
		pause_accepting(hub);
	if (status != WF_OK)
		return;
	if (hub->nguests >= hub->config->relays.nallow + STRANGERS_MAX) {
		close(client);
		return;
	}
	wf_accept_text(&address, from, sizeof(from));
	guest_new(hub, client, from);
}

wf_status
hub_new(const struct hub_options *options, const struct config *config, struct hub **hub_r,
	char *why_r, size_t size)
{
	struct hub *hub = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*hub));
	wf_status status;

	if (hub == NULL) {
		(void)snprintf(why_r, size, "no memory");
		return WF_NO_MEMORY;
	}
	hub->options = *options;
	status = hub_configure(hub, config, why_r, size);
	if (status != WF_OK) {
		free(hub);
		return status;
	}
	*hub_r = hub;
	return WF_OK;
}

wf_status
hub_listen(struct hub *hub, int fd)
{
	struct hub_listener *listener;

	if (hub->nlisteners >= CONFIG_RELAY_LISTENERS_MAX)
		return WF_FULL;
	listener = &hub->listeners[hub->nlisteners];
	*listener = (struct hub_listener){.hub = hub, .fd = fd};
	listener->event =
		event_new(hub->options.base, fd, EV_READ | EV_PERSIST, accept_ready, listener);
	if (listener->event == NULL || event_add(listener->event, NULL) != 0)
		return WF_NO_MEMORY;
	hub->nlisteners++;
	return WF_OK;
}

static bool
is_allowed(const struct config_relays *relays, const char *name)
{
	for (size_t i = 0; i < relays->nallow; i++)
		if (strcmp(relays->allow[i], name) == 0)
			return true;
	return false;
}

/* Whether it would still be let in. */
static void
review(const struct hub *hub, struct guest *guest)
{
	if (!is_allowed(&hub->config->relays, guest->name))
		stream_end(guest->stream, "it is not among relays.allow any more");
	else if (hub->context != NULL && !wf_trust_still(stream_tls(guest->stream), hub->context))
		stream_end(guest->stream, "its certificate is believed no more");
}

wf_status
hub_configure(struct hub *hub, const struct config *config, char *why_r, size_t size)
{
	SSL_CTX *context = NULL;
	wf_status status = WF_OK;

	hub->config = config;
	if (config->relays.nlisteners > 0)
		status = trust_new(&config->relays.trust, TRUST_CENTRE, &context, why_r, size);
	if (context != NULL) {
		SSL_CTX_free(hub->context);
		hub->context = context;
		hub->terms_us = 0;
	}
	for (struct guest *guest = hub->guests; guest != NULL; guest = guest->next)
		if (guest->name[0] != '\0')
			review(hub, guest);
	return status;
}

void
hub_term(const struct hub *hub, struct wf_term *term_r)
{
	*term_r = (struct wf_term){.part = WF_TERM_NONE};
	if (hub->context != NULL)
		trust_term(hub->context, &hub->config->relays.trust, term_r);
}

static void
say_terms(const struct hub *hub)
{
	char text[WF_TERM_TEXT_MAX];
	struct wf_term term;

	hub_term(hub, &term);
	wf_term_say(&term, text);
	if (wf_term_status(&term) != WF_OK)
		hub_say(hub, LOG_WARNING, "relays: %s", text);
}

void
hub_tick(struct hub *hub)
{
	int64_t now_us = wf_clock_now(&hub->options.clock).boot_us;

	if (wf_term_due(&hub->terms_us, now_us))
		say_terms(hub);
	for (size_t i = 0; hub->paused && i < hub->nlisteners; i++)
		(void)event_add(hub->listeners[i].event, NULL);
	hub->paused = false;
	for (struct guest *guest = hub->guests; guest != NULL; guest = guest->next)
		if (now_us - guest->heard_us > SILENT_US)
			stream_end(guest->stream, "it says nothing");
}

void
hub_stop(struct hub *hub)
{
	for (size_t i = 0; i < hub->nlisteners; i++) {
		event_free(hub->listeners[i].event);
		close(hub->listeners[i].fd);
	}
	hub->nlisteners = 0;
}

static bool
is_here(const struct hub *hub, const char *name)
{
	for (const struct guest *guest = hub->guests; guest != NULL; guest = guest->next)
		if (guest->boot[0] != '\0' && strcmp(guest->name, name) == 0)
			return true;
	return false;
}

size_t
hub_hosts(const struct hub *hub, char *away_r, size_t size)
{
	const struct config_relays *relays = &hub->config->relays;
	size_t here = 0, len = 0;

	(void)snprintf(away_r, size, "%s", "");
	for (size_t i = 0; i < relays->nallow; i++) {
		const char *name = relays->allow[i];

		if (is_here(hub, name)) {
			here++;
			continue;
		}
		if (len + strlen(name) + 3 < size)
			len += (size_t)snprintf(
				away_r + len, size - len, "%s%s", len > 0 ? ", " : "", name);
	}
	return here;
}

bool
hub_busy(const struct hub *hub)
{
	return hub->reports != NULL;
}

void
hub_close(struct hub *hub)
{
	hub_stop(hub);
	while (hub->guests != NULL)
		guest_free(hub->guests);
}

void
hub_free(struct hub **hub)
{
	struct hub *it = *hub;

	*hub = NULL;
	if (it == NULL)
		return;
	hub_close(it);
	while (it->reports != NULL)
		report_free(it->reports);
	SSL_CTX_free(it->context);
	free(it);
}
