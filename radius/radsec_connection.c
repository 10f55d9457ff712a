/*
 * One connection: let in by its certificate or its key, then packet after packet until one is
 * none. It ends with the first byte that is not as it must be, because nobody can tell where the
 * next packet would begin (F2).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/random.h"
#include "common/utf8.h"
#include "radius/packet.h"
#include "radius/radsec_internal.h"

#define LINES_MAX 16 /* a minute, about connections of one client; their ends are apart */
#define MINUTE_US INT64_C(60000000)
#define OUT_MAX (256u << 10) /* replies that the client does not fetch */

void
connection_end(struct connection *connection, size_t counter, const char *why)
{
	if (!connection->counted)
		radsec_count_for(connection->radsec, connection->route.client, counter);
	connection->counted = true;
	wf_stream_end(connection->stream, why);
}

/* --- packets --- */

static bool
send_reply(const struct route *route, const uint8_t *bytes, size_t len)
{
	struct connection *connection = route->place;

	return wf_stream_send(connection->stream, bytes, len) == WF_OK;
}

static void
hang_up(const struct route *route, const char *why)
{
	struct connection *connection = route->place;
	char text[RADSEC_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "it sent what is no right packet (%s)", why);
	connection->broken = true;
	connection_end(connection, STATS_CONNECTIONS_BROKEN, text);
}

static const struct route_ops ops = {.send = send_reply, .hang_up = hang_up};

static wf_status
measure(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r)
{
	struct connection *connection = ctx;
	wf_status status = packet_length(bytes, len, frame_r);

	if (status != WF_INVALID)
		return status;
	radsec_count_for(
		connection->radsec, connection->route.client, STATS_FORM + PACKET_LENGTH);
	hang_up(&connection->route, packet_fault_name(PACKET_LENGTH));
	return WF_INVALID;
}

static wf_status
take(void *ctx, const uint8_t *frame, size_t len)
{
	struct connection *connection = ctx;
	const struct radsec *radsec = connection->radsec;

	if (connection->route.client == NULL) /* never by its address: it is not known */
		return WF_DENIED;
	connection->heard_us = radsec_now(radsec);
	radsec->options.receive(radsec->options.ctx, &connection->route, frame, len);
	return WF_OK;
}

static void
settled(void *ctx)
{
	const struct connection *connection = ctx;

	connection->radsec->options.settled(connection->radsec->options.ctx);
}

/* --- who it is --- */

/* For OpenSSL, in the middle of the handshake; nothing is believed of it before `up`. */
static size_t
find_key(void *ctx, const char *identity, uint8_t *key_r, size_t max)
{
	struct connection *connection = ctx;
	const struct client *client = site_client_by_identity(
		connection->radsec->site, identity, &connection->route.address);

	connection->unknown_key = client == NULL;
	(void)snprintf(connection->name, sizeof(connection->name), "%s", identity);
	if (client == NULL || client->psk.len > max)
		return 0;
	memcpy(key_r, client->psk.bytes, client->psk.len);
	return client->psk.len;
}

static bool
is_client(void *ctx, const char *name)
{
	const struct connection *connection = ctx;

	return site_client_by_certificate(
		       connection->radsec->site, name, &connection->route.address) != NULL;
}

/* For OpenSSL, as find_key(). */
static bool
is_pinned(void *ctx, const char *pin)
{
	struct connection *connection = ctx;

	if (is_client(ctx, pin))
		return true;
	if (connection->half_open) {
		connection->unknown_pin = true;
		(void)snprintf(connection->name, sizeof(connection->name), "%s", pin);
	}
	return false;
}

#define SHOWN_SIZE 256

/* The name that says who it is; WF_OK for a key, which has said it. */
static wf_status
find_name(struct connection *connection, char shown_r[SHOWN_SIZE])
{
	if (connection->by_key)
		return WF_OK;
	return wf_trust_name(wf_stream_tls(connection->stream), is_client, connection,
		connection->name, shown_r, SHOWN_SIZE);
}

static const struct client *
client_of_name(const struct connection *connection)
{
	const struct site *site = connection->radsec->site;
	const struct in6_addr *address = &connection->route.address;

	return connection->by_key ? site_client_by_identity(site, connection->name, address)
				  : site_client_by_certificate(site, connection->name, address);
}

const struct client *
connection_client(struct connection *connection)
{
	char shown[SHOWN_SIZE];

	return find_name(connection, shown) == WF_OK ? client_of_name(connection) : NULL;
}

static size_t
connections_of(const struct radsec *radsec, const struct client *client)
{
	size_t n = 0;

	for (const struct connection *it = radsec->connections; it != NULL; it = it->next)
		n += it->route.client == client;
	return n;
}

/* Nobody knows it: the name that it has shown, and what to do. */
static void
refuse_name(struct connection *connection, const char *shown)
{
	char why[RADSEC_TEXT_MAX];

	(void)snprintf(why, sizeof(why),
		"its certificate is for '%s', and no client section with that name in "
		"'certificate' permits this address",
		shown);
	wf_stream_end(connection->stream, why);
}

/* A gateway that comes again and again shall not fill the log; the counters have all of it. */
static bool
may_be_told(struct book *book, int64_t now_us)
{
	if (book->lines_us == 0 || now_us - book->lines_us >= MINUTE_US) {
		book->lines_us = now_us;
		book->lines = 0;
	}
	return book->lines++ < LINES_MAX;
}

static void
let_in(struct connection *connection)
{
	struct radsec *radsec = connection->radsec;
	const struct client *client = connection->route.client;

	radsec_count_for(radsec, client, STATS_CONNECTIONS);
	if (connection->route.nonce != NULL)
		radsec_count_for(radsec, client, STATS_CONNECTIONS_V11);
	connection->quiet = !may_be_told(client->book, radsec_now(radsec));
	if (connection->quiet)
		return;
	radsec_say(radsec, LOG_INFO, "client \"%s\" at %s is connected (%s, RADIUS/1.%d, %s '%s')",
		client->config->name, connection->from,
		SSL_get_version(wf_stream_tls(connection->stream)),
		connection->route.nonce != NULL,
		connection->by_key ? "key" : "certificate", connection->name);
}

static void
close_half(struct connection *connection)
{
	connection->radsec->half_open -= connection->half_open;
	connection->half_open = false;
}

/* From now on packets are read in its version. */
static wf_status
speak(struct connection *connection, const SSL *tls)
{
	wf_status status;

	if (site_version(tls) != RADIUS_1_1)
		return WF_OK;
	status = wf_random_bytes(connection->nonce, sizeof(connection->nonce));
	if (status == WF_OK)
		connection->route.nonce = connection->nonce;
	return status;
}

/* The handshake is done, so a certificate has been verified, or a key was proved. */
static wf_status
up(void *ctx)
{
	struct connection *connection = ctx;
	struct radsec *radsec = connection->radsec;
	const SSL *tls = wf_stream_tls(connection->stream);
	char shown[SHOWN_SIZE];

	close_half(connection);
	connection->by_key = SSL_get0_peer_certificate(tls) == NULL;
	connection->unknown_key = false;
	if (SSL_get_SSL_CTX(tls) != radsec->site->tls) { /* what it has proved counts no more */
		wf_stream_end(connection->stream, "a reload came while its handshake was not done");
		return WF_OK;
	}
	if (find_name(connection, shown) != WF_OK) {
		refuse_name(connection, shown);
		return WF_OK;
	}
	connection->route.client = client_of_name(connection);
	if (connection->route.client == NULL || speak(connection, tls) != WF_OK)
		return WF_DENIED;
	if (connections_of(radsec, connection->route.client) >
		radsec->site->config->radius.radsec_client_connections)
		connection_end(connection, STATS_CONNECTIONS_CROWDED,
			"it has as many connections as radius.radsec_client_connections permits");
	else
		let_in(connection);
	return WF_OK;
}

/* --- its end --- */

/* What to do about the words in which OpenSSL tells its causes. */
static const struct {
	const char *words, *hint;
} hints[] = {
	{"did not return a certificate",
		"give it one that radius.ca has signed, or a key (psk_identity)"},
	{"local issuer certificate",
		"put the certificate of its authority into radius.ca, or its fingerprint into "
		"the client's 'certificate'"},
	{"self-signed certificate",
		"put its fingerprint into the client's 'certificate', or let radius.ca have its "
		"authority"},
	{"certificate has expired", "give it a new one, or look at the clocks"},
	{"CRL has expired", "get a new list for radius.crl, and reload"},
	{"unable to get certificate CRL", "radius.crl lacks the list of its authority"},
	{"refuses our certificate", "let it believe the authority of radius.certificate"},
	{"binder does not verify", "its key is not the one in psk_file"},
	{"unsupported protocol", "it must speak TLS 1.2 at least"},
	{"no shared cipher", "it must offer TLS 1.3, or ECDHE or DHE with AES-GCM or ChaCha20"},
	{"no application protocol",
		"what it offers by ALPN is no version of RADIUS that radius.version has"},
	{"callback failed", "it offers no protocol by ALPN, and radius.version has 1.1 alone"},
	{"wrong version number", "what came is no TLS"},
	{"http request", "what came is no TLS"},
};

static const char *
hint_of(const char *why)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strstr(why, hints[i].words) != NULL)
			return hints[i].hint;
	return NULL;
}

static void
say_refused(struct connection *connection, const char *why)
{
	char name[4 * WF_TRUST_NAME_SIZE], text[RADSEC_TEXT_MAX + sizeof(name)];
	const char *hint = hint_of(why);

	if (connection->unknown_key) {
		(void)wf_utf8_escape(
			connection->name, strlen(connection->name), NULL, name, sizeof(name));
		(void)snprintf(text, sizeof(text),
			"no client section with psk_identity \"%s\" permits this address", name);
	} else {
		(void)snprintf(text, sizeof(text), "%s%s%s%s%s", why, hint != NULL ? ": " : "",
			hint != NULL ? hint : "", connection->unknown_pin ? "; it is " : "",
			connection->unknown_pin ? connection->name : "");
	}
	radsec_say_refused(connection->radsec, connection->from, text);
}

static void
down(void *ctx, const char *why)
{
	struct connection *connection = ctx;
	struct radsec *radsec = connection->radsec;
	const struct client *client = connection->route.client;

	if (connection->told) {
		/* nothing is left to say */
	} else if (client == NULL) {
		if (!connection->counted)
			radsec_count_for(radsec, NULL, STATS_CONNECTIONS_REFUSED);
		say_refused(connection, why);
	} else if (!connection->quiet || connection->broken) {
		radsec_say(radsec, connection->broken ? LOG_WARNING : LOG_INFO,
			"client \"%s\" at %s is disconnected: %s", client->config->name,
			connection->from, why);
	}
	connection_free(connection);
}

/* --- its life --- */

static wf_status
start(struct connection *connection, int fd)
{
	struct radsec *radsec = connection->radsec;
	const struct wf_stream_options options = {
		.base = radsec->options.base,
		.fd = fd,
		.context = radsec->site->tls,
		.server = true,
		.gate = radsec->gate,
		.frame_max = PACKET_MAX,
		.out_max = OUT_MAX,
		.ctx = connection,
		.measure = measure,
		.psk = find_key,
		.pinned = is_pinned,
		.up = up,
		.take = take,
		.settled = settled,
		.down = down,
	};

	return wf_stream_new(&options, &connection->stream);
}

static void
link_in(struct radsec *radsec, struct connection *connection)
{
	connection->next = radsec->connections;
	if (connection->next != NULL)
		connection->next->link = &connection->next;
	connection->link = &radsec->connections;
	radsec->connections = connection;
	radsec->n++;
	connection->half_open = true;
	radsec->half_open++;
}

void
connection_new(struct radsec *radsec, int fd, const char *from, const struct in6_addr *address,
	uint16_t port)
{
	struct connection *connection =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*connection));

	if (connection == NULL) {
		close(fd);
		return;
	}
	connection->radsec = radsec;
	connection->route = (struct route){
		.ops = &ops,
		.place = connection,
		.address = *address,
		.port = port,
		.listener = CONFIG_LISTENERS_MAX + radsec->serial++ % (UINT32_MAX / 2),
		.authentication = true,
		.accounting = true,
	};
	connection->since_us = connection->heard_us = radsec_now(radsec);
	(void)snprintf(connection->from, sizeof(connection->from), "%s", from);
	link_in(radsec, connection);
	if (start(connection, fd) != WF_OK) {
		radsec_say_refused(radsec, from, "no memory");
		connection_free(connection);
	}
}

void
connection_free(struct connection *connection)
{
	struct radsec *radsec = connection->radsec;

	radsec->options.hung_up(radsec->options.ctx, connection);
	close_half(connection);
	wf_stream_free(&connection->stream);
	*connection->link = connection->next;
	if (connection->next != NULL)
		connection->next->link = connection->link;
	radsec->n--;
	free(connection);
}
