/*
 * All connections: who may come, how many at once, until when. A handshake costs what thousands of
 * packets cost, so they take turns (the gate), only so many are under way, and the oldest one gives
 * way to a new one: who means well is through in milliseconds.
 */
#include "config.h"

#include "radius/radsec.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/tls/accept.h"
#include "radius/radsec_internal.h"

#define ACCEPTS_AT_ONCE 4
#define ACCEPTS_PER_SECOND 100
#define HALF_OPEN_MAX 64	/* handshakes under way */
#define HALF_OPEN_ADDRESS_MAX 8 /* of one address */
#define SAY_US INT64_C(60000000) /* between two lines about one who is not let in */
#define QUIET_US INT64_C(2000000) /* then nothing is under way any more */
#define GRACE_US INT64_C(60000000) /* beyond its lifetime, for one that is never quiet */

int64_t
radsec_now(const struct radsec *radsec)
{
	return wf_clock_now(&radsec->options.clock).boot_us;
}

void
radsec_say(const struct radsec *radsec, int priority, const char *format, ...)
{
	char text[RADSEC_TEXT_MAX * 2];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	radsec->options.say(priority, text);
}

/* Of the address alone: "192.0.2.1:4000", "[2001:db8::1]:4000". */
static int64_t *
said_of(struct radsec *radsec, const char *from)
{
	const char *port = strrchr(from, ':');
	size_t len = port != NULL ? (size_t)(port - from) : strlen(from), sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + (unsigned char)from[i];
	return &radsec->said_us[sum % RADSEC_SAID];
}

/*
 * One that comes again and again hides nobody else: each address has its time, as long as it falls
 * together with no other; and all together have no more lines than a minute has room for.
 */
void
radsec_say_refused(struct radsec *radsec, const char *from, const char *why)
{
	int64_t now_us = radsec_now(radsec), *said_us = said_of(radsec, from);

	if (*said_us != 0 && now_us - *said_us < SAY_US)
		return;
	*said_us = now_us;
	radsec_say(radsec, LOG_WARNING, "a TLS connection from %s is not let in: %s", from, why);
}

void
radsec_count_for(const struct radsec *radsec, const struct client *client, size_t counter)
{
	radsec->options.count(radsec->options.ctx, client, counter);
}

/* --- coming --- */

static struct in6_addr
address_of(const struct sockaddr_storage *from, uint16_t *port_r)
{
	struct in6_addr address = IN6ADDR_ANY_INIT;

	*port_r = 0;
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

		address = v6->sin6_addr;
		*port_r = ntohs(v6->sin6_port);
	} else if (from->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

		address = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
		memcpy(&address.s6_addr[12], &v4->sin_addr, sizeof(v4->sin_addr));
		*port_r = ntohs(v4->sin_port);
	}
	return address;
}

/* The oldest one in the middle of its handshake, of this address or (NULL) of any. */
static struct connection *
oldest_half_open(const struct radsec *radsec, const struct in6_addr *address, size_t *n_r)
{
	struct connection *oldest = NULL;

	*n_r = 0;
	for (struct connection *it = radsec->connections; it != NULL; it = it->next) {
		if (!it->half_open ||
			(address != NULL && !IN6_ARE_ADDR_EQUAL(&it->route.address, address)))
			continue;
		oldest = it;
		++*n_r;
	}
	return oldest;
}

static bool
is_full(const struct radsec *radsec)
{
	return radsec->n >= radsec->site->config->radius.radsec_connections;
}

/* The handshake that gives way to one more of this address; NULL: none has to. */
static struct connection *
superfluous(const struct radsec *radsec, const struct in6_addr *address)
{
	struct connection *oldest;
	size_t n;

	if (radsec->half_open == 0)
		return NULL;
	oldest = oldest_half_open(radsec, address, &n);
	if (n >= HALF_OPEN_ADDRESS_MAX)
		return oldest;
	oldest = oldest_half_open(radsec, NULL, &n);
	return n >= HALF_OPEN_MAX || is_full(radsec) ? oldest : NULL;
}

/* At once, so that its place is free. */
static void
make_room(struct radsec *radsec, const struct in6_addr *address)
{
	struct connection *oldest = superfluous(radsec, address);

	if (oldest == NULL)
		return;
	radsec_count_for(radsec, NULL, STATS_CONNECTIONS_CROWDED);
	radsec_say_refused(radsec, oldest->from, "others came while its handshake was not done");
	connection_free(oldest);
}

static void
refuse(struct radsec *radsec, const char *from, size_t counter, const char *why)
{
	radsec_count_for(radsec, NULL, counter);
	radsec_say_refused(radsec, from, why);
}

bool
radsec_take(struct radsec *radsec, int fd, const struct sockaddr_storage *from)
{
	char text[64];
	uint16_t port;
	const struct in6_addr address = address_of(from, &port);

	wf_accept_text(from, text, sizeof(text));
	if (radsec->site->tls == NULL || !site_may_connect(radsec->site, &address)) {
		close(fd);
		refuse(radsec, text, STATS_CONNECTIONS_REFUSED,
			"no client section with 'certificate' or 'psk_identity' permits this "
			"address");
		return false;
	}
	make_room(radsec, &address);
	if (is_full(radsec)) {
		close(fd);
		refuse(radsec, text, STATS_CONNECTIONS_CROWDED,
			"there are as many connections as radius.radsec_connections permits");
		return false;
	}
	connection_new(radsec, fd, text, &address, port);
	return true;
}

/* Until the next tick. */
static void
pause_accepting(struct radsec *radsec)
{
	radsec->paused = true;
	for (size_t i = 0; i < radsec->nlisteners; i++)
		(void)event_del(radsec->listeners[i].event);
}

static void
say_paused(struct radsec *radsec)
{
	if (wf_accept_pause_due(&radsec->paused_us, radsec_now(radsec)))
		radsec_say(radsec, LOG_WARNING,
			"gateways cannot connect over TLS: there are no descriptors or no memory "
			"left");
}

static void
accept_ready(evutil_socket_t fd, short what, void *arg)
{
	struct radsec *radsec = ((struct radsec_listener *)arg)->radsec;

	(void)what;
	for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
		struct rate before = radsec->rate;
		struct sockaddr_storage from;
		wf_status status;
		int client;

		if (!rate_take(&radsec->rate, ACCEPTS_PER_SECOND, radsec_now(radsec))) {
			pause_accepting(radsec);
			return;
		}
		status = wf_accept((int)fd, &from, &client);
		if (status == WF_IO) {
			pause_accepting(radsec);
			say_paused(radsec);
		}
		if (status != WF_OK || !radsec_take(radsec, client, &from))
			radsec->rate = before; /* there is no handshake */
		if (status != WF_OK)
			return;
	}
}

/* --- staying --- */

/* Why a connection may not stay; NULL: it may. */
static const char *
why_no_more(const struct connection *connection, const struct client *now)
{
	const SSL_CTX *context = connection->radsec->site->tls;
	const SSL *tls = wf_stream_tls(connection->stream);

	if (now == NULL)
		return "no client section is for it any more";
	if (context == NULL)
		return "TLS is not configured any more";
	if (connection->by_key && !wf_secret_equal(&connection->route.client->psk, &now->psk))
		return "its key has been changed";
	if ((connection->radsec->site->config->radius.versions & (unsigned)site_version(tls)) == 0)
		return "its version of RADIUS is not spoken any more";
	return wf_trust_still(tls, context) ? NULL : "its certificate is believed no more";
}

/* Said here, since its client goes with the site of before. */
static void
review(struct connection *connection)
{
	const struct client *now = connection_client(connection);
	const char *why = why_no_more(connection, now);

	if (why != NULL) {
		radsec_say(connection->radsec, LOG_NOTICE,
			"client \"%s\" at %s is disconnected: %s",
			connection->route.client->config->name, connection->from, why);
		connection->told = true;
		wf_stream_end(connection->stream, why);
	}
	connection->route.client = why == NULL ? now : NULL;
}

void
radsec_use(struct radsec *radsec, struct site *site)
{
	struct site *before = radsec->site;

	radsec->site = site_borrow(site);
	for (struct connection *it = radsec->connections; it != NULL; it = it->next)
		if (it->route.client != NULL) /* handshakes of before let nobody in: up() */
			review(it);
	site_return(&before);
}

static void
look_after(struct connection *connection, const struct config_radius *radius, int64_t now_us)
{
	int64_t quiet_us = now_us - connection->heard_us;
	int64_t over_us =
		now_us - connection->since_us - INT64_C(1000) * radius->radsec_lifetime_ms;

	if (connection->route.client == NULL)
		return; /* a handshake has its own end */
	if (quiet_us > INT64_C(1000) * radius->radsec_idle_ms)
		connection_end(
			connection, STATS_CONNECTIONS_IDLE, "nothing came for radius.radsec_idle");
	else if (over_us > 0 && (quiet_us > QUIET_US || over_us > GRACE_US))
		connection_end(connection, STATS_CONNECTIONS_IDLE,
			"its time is over (radius.radsec_lifetime)");
}

void
radsec_tick(struct radsec *radsec)
{
	int64_t now_us = radsec_now(radsec);

	for (struct connection *it = radsec->connections; it != NULL; it = it->next)
		look_after(it, &radsec->site->config->radius, now_us);
	for (size_t i = 0; radsec->paused && i < radsec->nlisteners; i++)
		(void)event_add(radsec->listeners[i].event, NULL);
	radsec->paused = false;
}

size_t
radsec_count(const struct radsec *radsec)
{
	return radsec->n;
}

/* --- beginning and end --- */

wf_status
radsec_new(const struct radsec_options *options, struct site *site, struct radsec **radsec_r)
{
	struct radsec *radsec = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*radsec));

	if (radsec == NULL)
		return WF_NO_MEMORY;
	radsec->options = *options;
	if (wf_stream_gate_new(options->base, &radsec->gate) != WF_OK) {
		free(radsec);
		return WF_NO_MEMORY;
	}
	radsec->site = site_borrow(site);
	*radsec_r = radsec;
	return WF_OK;
}

wf_status
radsec_listen(struct radsec *radsec, int fd)
{
	struct radsec_listener *listener = &radsec->listeners[radsec->nlisteners];

	if (radsec->nlisteners == CONFIG_LISTENERS_MAX) {
		close(fd);
		return WF_FULL;
	}
	*listener = (struct radsec_listener){.radsec = radsec, .fd = fd};
	radsec->nlisteners++;
	listener->event = event_new(
		radsec->options.base, fd, EV_READ | EV_PERSIST, accept_ready, listener);
	if (listener->event == NULL || event_add(listener->event, NULL) != 0)
		return WF_NO_MEMORY;
	return WF_OK;
}

void
radsec_free(struct radsec **radsec)
{
	struct radsec *gone = *radsec;

	*radsec = NULL;
	if (gone == NULL)
		return;
	while (gone->connections != NULL)
		connection_free(gone->connections);
	for (size_t i = 0; i < gone->nlisteners; i++) {
		if (gone->listeners[i].event != NULL)
			event_free(gone->listeners[i].event);
		close(gone->listeners[i].fd);
	}
	wf_stream_gate_free(&gone->gate);
	site_return(&gone->site);
	free(gone);
}
